"""What became of a deposit."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reprocrate.deposit.archive import Deposit
from reprocrate.workflow.packing import PackingOutcome


@dataclass(frozen=True, slots=True)
class PublishingOutcome:
    """What became of it.

    Attributes:
        deposit: the deposit; None where the project cannot be packed.
        archive: what its archive is called.
        bundle: the file that was deposited.
        citation: how to cite it; empty while it names nobody.
        link: the address for reviewers, where one was wanted.
        packing: what packing said of a project that cannot be packed.
        shows: what an anonymous deposit shows all the same, as sentences.
        anonymous: whether it shows nobody.
        unchanged: whether nothing had to be done.
    """

    deposit: Deposit | None
    archive: str = ""
    bundle: Path | None = None
    citation: str = ""
    link: str = ""
    packing: PackingOutcome | None = None
    shows: tuple[str, ...] = ()
    anonymous: bool = False
    unchanged: bool = False

    def to_json(self) -> dict[str, Any]:
        """It as plain JSON values."""
        if self.deposit is None:
            return {"deposited": False, **(self.packing.to_json() if self.packing else {})}
        about = {
            "archive": self.archive,
            "record": self.deposit.id,
            "stage": self.deposit.stage.value,
            "doi": self.deposit.doi,
            "concept_doi": self.deposit.concept,
            "page": self.deposit.page,
            "bundle": str(self.bundle) if self.bundle else "",
            "citation": self.citation,
            "link": self.link,
            "still_shows": list(self.shows),
        }
        return {
            "deposited": True,
            "unchanged": self.unchanged,
            **{name: value for name, value in about.items() if value},
        }
