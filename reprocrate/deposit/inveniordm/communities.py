"""Asking communities of InvenioRDM to include a deposit, or to review it before it is published.

https://inveniordm.docs.cern.ch/reference/rest_api_reviews/
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from reprocrate.deposit.calling import Caller
from reprocrate.errors import UnavailableError

_OPEN = "already an open"
_INCLUDED = "already included"


@dataclass(frozen=True, slots=True)
class Communities:
    """Communities of one archive.

    Args:
        caller: who asks.
    """

    caller: Caller

    def id_of(self, name: str) -> str:
        """The identifier of a community, by its name in addresses.

        Raises:
            UnavailableError: there is none of that name.
        """
        reply = self.caller.get(f"/api/communities/{quote(name, safe='')}", also=(403, 404, 410))
        if reply.status != 200 or not isinstance(reply.object.get("id"), str):
            raise UnavailableError(
                f"{self.caller.host} has no community {name}",
                "nothing is found at its address",
                f"Give its name as in its address, {self.caller.site}/communities/NAME",
            )
        return str(reply.object["id"])

    def include(self, identifier: str, name: str) -> None:
        """Ask a community to include what is published; one that was asked before is not asked again."""
        community = self.id_of(name)
        path = f"/api/records/{identifier}/communities"
        reply = self.caller.settled(
            lambda: self.caller.change("POST", path, {"communities": [{"id": community}]}, also=(400,)),
            lambda: None,
        )
        said = " ".join(str(one.get("message", "")) for one in reply.object.get("errors") or ())
        if reply.status == 400 and not any(known in said for known in (_OPEN, _INCLUDED)):
            raise UnavailableError(
                f"the community {name} cannot be asked",
                said or str(reply.object.get("message", "the archive gives no reason")),
                "The deposit is published all the same; ask on its page",
            )

    def review(self, identifier: str, name: str) -> None:
        """Hand a draft over to a community, which publishes it if it accepts it."""
        receiver = {"receiver": {"community": self.id_of(name)}, "type": "community-submission"}
        draft = f"/api/records/{identifier}/draft"
        self.caller.settled(lambda: self.caller.change("PUT", f"{draft}/review", receiver), lambda: None)

        def handed_over() -> bool | None:
            return self.caller.get(draft).object.get("status") == "in_review" or None

        def hand_over() -> bool:
            self.caller.change("POST", f"{draft}/actions/submit-review")
            return True

        self.caller.settled(hand_over, handed_over)
