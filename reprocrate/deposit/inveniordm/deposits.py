"""Deposits at an archive that runs InvenioRDM, such as Zenodo.

https://inveniordm.docs.cern.ch/reference/rest_api_drafts_records/

Zenodo's own older interface (`/api/deposit`) is not used: new versions break with it, and only Zenodo has it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import Any, ClassVar
from urllib.parse import urlencode

from reprocrate.deposit.archive import Access, Deposit, GoneError, Kept, Limits, Parts, Sent, Stage
from reprocrate.deposit.calling import PAUSES, Caller, DoubtfulError, Reply
from reprocrate.deposit.description import Description
from reprocrate.deposit.inveniordm.answers import errors_in
from reprocrate.deposit.inveniordm.communities import Communities
from reprocrate.deposit.inveniordm.documents import (
    IDENTIFIER,
    access_for,
    deposit_of,
    draft_path,
    metadata_of,
    owner_of,
    record_path,
)
from reprocrate.deposit.inveniordm.metadata import draft_metadata, vocabulary_path
from reprocrate.deposit.inveniordm.refusals import refusals
from reprocrate.deposit.inveniordm.uploads import PART_BYTES, Uploads
from reprocrate.deposit.journal import MARK
from reprocrate.deposit.references import doi_of
from reprocrate.deposit.requesting import RefusedError
from reprocrate.deposit.sources import Source
from reprocrate.errors import UnavailableError

_BEGUN = "A deposit that is being made by reprocrate."
_NEWEST = "/api/user/records?sort=newest&shared_with_me=false"
_PAGE, _MOST_PAGES = 50, 40
_NOTHING = "/api/user/records?q=id:0&size=1"
"""Only users may ask; it is answered with nothing of theirs."""

_ABSENT = (404, 410)
_DENIED = (401, 403)
_LOOKS = 3


class TokenError(UnavailableError):
    """The archive does not take the token."""


@dataclass
class InvenioArchive:
    """An archive that runs InvenioRDM.

    Args:
        caller: who asks.
        limits: what it takes, as far as that is known.
        part_bytes: bytes of a part where large files are sent in parts; 0 where they are not.
        credential: what to call the token, for what is said of a wrong one.
        name: the name under which it publishes; its host, where none is given.
    """

    caller: Caller
    limits: Limits = field(default_factory=Limits)
    part_bytes: int = PART_BYTES
    credential: str = "the token"
    name: str = ""
    _known: dict[tuple[str, str], bool] = field(default_factory=dict)

    algorithm: ClassVar[str] = "md5"

    @property
    def label(self) -> str:
        """Its host, with the path in front of its interface where there is one."""
        return self.caller.site.partition("://")[2]

    def require_permission(self) -> None:
        """Make sure that the token is one."""
        self._require_token()

    def refusals(self, description: Description) -> Sequence[str]:
        """What it would refuse or drop of a description."""
        return refusals(description)

    def holds(self, name: str) -> Deposit | None:
        """The deposit that a DOI or a page belongs to; the newest, if a DOI stands for all versions."""
        pages = f"{self.caller.site}/records/"
        if name.startswith(pages):
            identifier = name.removeprefix(pages).rstrip("/")
            record = self._found(identifier) if IDENTIFIER.fullmatch(identifier) else None
            return None if record is None else deposit_of(record, self.caller.site)
        doi = doi_of(name) or name
        suffix = doi.partition("/")[2]
        for guess in dict.fromkeys((suffix.rpartition(".")[2], suffix)):
            if IDENTIFIER.fullmatch(guess) and (held := self._of_doi(self._found(guess), doi)):
                return held
        query = urlencode(
            {"q": f'pids.doi.identifier:"{doi}" OR parent.pids.doi.identifier:"{doi}"', "size": 5}
        )
        hits = self._hits(f"/api/records?{query}")
        return next((found for one in hits if (found := self._of_doi(one, doi))), None)

    def begun(self, mark: str) -> Deposit | None:
        """The draft that was begun under a mark. Of several, as lost answers can make, the others go."""
        if not MARK.fullmatch(mark):  # any other word may stand in drafts that are not ours
            return None
        for look in range(_LOOKS):
            if look:
                self.caller.pause(PAUSES[0])  # it is found only once it has been indexed
            marked = self._marked(mark, 1 if look else _MOST_PAGES)
            drafts = [one for one in marked if one.stage is Stage.DRAFT]
            for other in drafts[:-1]:
                self._delete(other.id)
            if drafts:
                return drafts[-1]
        return None

    def begin(self, mark: str, title: str) -> Deposit:
        """Begin a draft under a mark."""
        self._require_token()
        document = {
            "metadata": {"title": title, "description": f"<p>{_BEGUN} {mark}</p>"},
            "access": {"record": "public", "files": "public"},
            "files": {"enabled": True},
        }
        doubted = False

        def act() -> Deposit:
            return self._deposit_of(self.caller.change("POST", "/api/records", document))

        def look() -> Deposit | None:
            nonlocal doubted
            doubted = True
            return self.begun(mark)

        made = self.caller.settled(act, look)
        return (self.begun(mark) or made) if doubted else made

    def begin_version(self, previous: str) -> Deposit:
        """The draft of a new version; while it is not published, the same one again."""
        path = f"{record_path(previous)}/versions"
        return self.caller.settled(lambda: self._deposit_of(self.caller.change("POST", path)), lambda: None)

    def state(self, identifier: str) -> Deposit:
        """A deposit as it is now.

        Raises:
            GoneError: it is not there any more.
        """
        found = self._found(identifier)
        if found is None:
            self._require_token()
            raise GoneError(
                f"{self.label} has no deposit {identifier} any more",
                "it was deleted there, or belongs to another account than the token",
                "If it was deleted, begin anew with --anew; it will have another DOI",
            )
        return deposit_of(found, self.caller.site)

    def reserve(self, identifier: str) -> Deposit:
        """Give a draft its DOI, unless it has one."""

        def act() -> Deposit:
            # a second reservation is refused with 400: then there is one
            reply = self.caller.change("POST", f"{draft_path(identifier)}/pids/doi", also=(400,))
            reserved = self.state(identifier) if reply.status == 400 else self._deposit_of(reply)
            if not reserved.doi:
                raise UnavailableError(
                    f"{self.label} reserves no DOI for {identifier}",
                    "it gives none, or not before publication",
                    "Look at the draft there: " + reserved.page,
                )
            return reserved

        return self.caller.settled(act, lambda: None)

    def describe(self, identifier: str, description: Description, access: Access) -> Deposit:
        """Say what a draft is, and who may have it. Its DOI stays, as long as none is sent along."""
        document = {
            **draft_metadata(description, self._has, archive=self.name or self.caller.host),
            "access": access_for(access),
            "files": {"enabled": True},
        }
        reply = self.caller.settled(
            lambda: self.caller.change("PUT", draft_path(identifier), document), lambda: None
        )
        made = self._deposit_of(reply)
        return replace(made, problems=tuple(errors_in(reply.object, description)))

    def files(self, identifier: str) -> Mapping[str, Kept]:
        """The files of a draft, or of what is published."""
        found = self._uploads(identifier).kept()
        return Uploads(self.caller, record_path(identifier)).kept() or {} if found is None else found

    def take_over(self, identifier: str) -> None:
        """Take the files of the version before into a draft that has none."""
        # repeated after a doubt it is refused, since then there are files
        path = f"{draft_path(identifier)}/actions/files-import"
        self.caller.settled(lambda: self.caller.change("POST", path, also=(400,)), lambda: None)

    def remove(self, identifier: str, name: str) -> None:
        """Remove a file from a draft."""
        self._uploads(identifier).remove(name)

    def send(self, identifier: str, source: Source, digest: str, parts: Parts, sent: Sent) -> Kept:
        """Bring a file into a draft."""
        return self._uploads(identifier).send(source, digest, parts, sent)

    def publish(self, identifier: str) -> Deposit:
        """Publish a draft; one that is published already stays so."""

        def look() -> Deposit | None:
            now = self.state(identifier)
            return now if now.stage is Stage.PUBLISHED else None

        def act() -> Deposit:
            path = f"{draft_path(identifier)}/actions/publish"
            reply = self.caller.change("POST", path, also=(400, *_ABSENT))
            if reply.status in _ABSENT and (found := look()):
                return found
            if not 200 <= reply.status < 300:
                raise UnavailableError(
                    f"{self.label} does not publish {identifier}",
                    "; ".join(errors_in(reply.object))
                    or str(reply.object.get("message", "it gives no reason")),
                    f"Nothing is lost: correct that, and give the same command again; or look at it there, "
                    f"{self.caller.site}/uploads/{identifier}",
                )
            return self._deposit_of(reply)

        return self.caller.settled(act, look)

    def link(self, identifier: str, until: date | None) -> str:
        """An address by which whoever has it may see a draft with its files."""
        path = f"{record_path(identifier)}/access/links"
        day = until.isoformat() if until else None

        def existing() -> str | None:
            for one in self._hits(path):
                ends = str(one.get("expires_at") or "")[:10] or None
                if one.get("permission") == "preview" and ends == day and one.get("token"):
                    return str(one["token"])
            return None

        def make() -> str:
            wanted = {"permission": "preview", **({"expires_at": day} if day else {})}
            made = self.caller.change("POST", path, wanted).object.get("token")
            if not isinstance(made, str):
                raise DoubtfulError(f"{self.label} gives no link", "its answer holds none")
            return made

        token = existing() or self.caller.settled(make, existing)
        return f"{self.caller.site}/records/{identifier}?{urlencode({'preview': 1, 'token': token})}"

    def propose(self, identifier: str, communities: Sequence[str], *, review: bool) -> Deposit:
        """Ask communities to include a deposit, or with `review` one to decide on its publication."""
        asked = Communities(self.caller)
        if not review:
            for name in communities:
                asked.include(identifier, name)
        elif self.state(identifier).stage is Stage.DRAFT:
            asked.review(identifier, communities[0])
        return self.state(identifier)

    def shows(self, identifier: str) -> Sequence[str]:
        """What a draft that names nobody shows of its owner all the same."""
        number = owner_of(self._found(identifier) or {})
        told = (
            f"the interface of {self.label} tells whoever has the link the number of your account, {number}"
        )
        return [told] if number else []

    def _marked(self, mark: str, pages: int) -> list[Deposit]:
        """The user's deposits that have a mark, the newest first; the search itself need not find words."""
        for page in range(1, pages + 1):
            hits = self._hits(f"{_NEWEST}&size={_PAGE}&page={page}")
            marked = [one for one in hits if mark in str(metadata_of(one).get("description"))]
            if marked or len(hits) < _PAGE:
                return [deposit_of(one, self.caller.site) for one in marked if "id" in one]
        return []

    def _uploads(self, identifier: str) -> Uploads:
        return Uploads(self.caller, draft_path(identifier), self.part_bytes)

    def _delete(self, identifier: str) -> None:
        path = draft_path(identifier)
        self.caller.settled(lambda: self.caller.change("DELETE", path, also=_ABSENT), lambda: None)

    def _found(self, identifier: str) -> Mapping[str, Any] | None:
        """What the archive says of a draft or else of what is published; None if there is neither."""
        refused = (*_ABSENT, *_DENIED)
        reply = self.caller.get(draft_path(identifier), also=refused)
        if reply.status in refused:
            reply = self.caller.get(record_path(identifier), also=refused)
        return reply.object if reply.status == 200 and "id" in reply.object else None

    def _of_doi(self, document: Mapping[str, Any] | None, doi: str) -> Deposit | None:
        if document is None:
            return None
        found = deposit_of(document, self.caller.site)
        return found if doi.lower() in (found.doi.lower(), found.concept.lower()) else None

    def _hits(self, path: str) -> list[Mapping[str, Any]]:
        try:
            hits = self.caller.get(path).object.get("hits")
        except RefusedError as error:
            if error.status in _DENIED:
                raise self._wrong_token() from error
            raise
        listed = hits.get("hits") if isinstance(hits, dict) else None
        return [one for one in listed or () if isinstance(one, dict)]

    def _deposit_of(self, reply: Reply) -> Deposit:
        if not IDENTIFIER.fullmatch(str(reply.object.get("id", ""))):
            raise DoubtfulError(f"{self.label} does not answer as InvenioRDM does", "it names no deposit")
        return deposit_of(reply.object, self.caller.site)

    def _has(self, vocabulary: str, identifier: str) -> bool:
        """Whether a vocabulary of the archive has an entry: what it has not makes it refuse everything."""
        key = vocabulary, identifier
        if key not in self._known:
            path = f"/api{vocabulary_path(vocabulary, identifier)}"
            reply = self.caller.get(path, also=(400, *_DENIED, *_ABSENT))
            self._known[key] = reply.status == 200
        return self._known[key]

    @cached_property
    def _token_is_good(self) -> bool:
        return self.caller.get(_NOTHING, also=_DENIED).status == 200

    def _require_token(self) -> None:
        if not self._token_is_good:
            raise self._wrong_token()

    def _wrong_token(self) -> TokenError:
        return TokenError(
            f"{self.label} does not take the token",
            f"{self.credential} is wrong, has expired, or may not do this",
            f"Make one with the scopes deposit:write and deposit:actions at {self.caller.site}"
            "/account/settings/applications/tokens/new/",
        )
