"""Deposits in a store of files."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, ClassVar

from reprocrate.deposit.archive import Access, Deposit, GoneError, Kept, Limits, Parts, Sent, Stage
from reprocrate.deposit.description import Description
from reprocrate.deposit.sources import Source
from reprocrate.deposit.store.records import (
    CHECKSUMS,
    RECORD,
    Version,
    as_json,
    described,
    files_in,
    read_document,
    record_of,
    version_in,
    version_text,
)
from reprocrate.deposit.store.storage import Seen, Storage
from reprocrate.errors import UnavailableError, UsageError
from reprocrate.files import require_safe

DRAFTS = ".drafts"

_OWN = {RECORD.casefold(), CHECKSUMS.casefold()}
_TAG_DIGITS = 12
_IDENTIFIER = re.compile(r"[a-z0-9][a-z0-9-]{0,60}-[0-9a-f]{12}(?:-v[1-9][0-9]{0,4})?")
"""What is made of the title, what is made of the mark, and which version it is."""

_NOT_IN_NAMES = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class StoreArchive:
    """A store of files as an archive.

    Args:
        storage: where the files go.
        clock: the time.
    """

    storage: Storage
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)

    algorithm: ClassVar[str] = "sha256"
    limits: ClassVar[Limits] = Limits(restricts=False, has_links=False, has_communities=False)

    @property
    def label(self) -> str:
        """Its address."""
        return self.storage.address

    def require_permission(self) -> None:
        """Nobody is asked: what may not be written tells so when it is."""

    def refusals(self, description: Description) -> Sequence[str]:  # noqa: ARG002 - it takes every one
        """Nothing is refused: a record is a file of its own."""
        return ()

    def holds(self, name: str) -> Deposit | None:
        """The deposit of an address or of an id."""
        roots = [f"{root}/" for root in self.storage.names if name.startswith(f"{root}/")]
        inside = name.removeprefix(roots[0]) if roots else name
        parts = inside.removeprefix(f"{DRAFTS}/").strip("/").split("/")
        if parts[1:] not in ([], [RECORD]) or not _IDENTIFIER.fullmatch(parts[0]):
            return None
        return self._found(parts[0])

    def begun(self, mark: str) -> Deposit | None:
        """The draft that was begun under a mark: its name ends in what is made of the mark."""
        end = f"-{_tag(mark)}.json"
        for name in self.storage.listed(DRAFTS):
            if name.endswith(end):
                return self._found(name.removesuffix(".json"))
        return None

    def begin(self, mark: str, title: str) -> Deposit:
        """Begin a draft under a mark; the one that there is, where that was done before."""
        found = self.begun(mark)
        if found is not None:
            return found
        return self._begin(Version(f"{_slug(title)}-{_tag(mark)}"), title)

    def begin_version(self, previous: str) -> Deposit:
        """The draft of what follows the newest version."""
        record = self._record(previous)
        if record is None:
            raise self._gone(previous)
        newest = version_in(record)
        while later := self._record(_later(newest)):
            newest = version_in(later)
        following = Version(_later(newest), newest.number + 1, newest.first, newest.id)
        return self._found(following.id) or self._begin(following, _title(record))

    def state(self, identifier: str) -> Deposit:
        """A deposit as it is now."""
        found = self._found(identifier)
        if found is None:
            raise self._gone(identifier)
        return found

    def reserve(self, identifier: str) -> Deposit:
        """There are no DOIs to be reserved."""
        return self.state(identifier)

    def describe(self, identifier: str, description: Description, access: Access) -> Deposit:
        """Say what a draft is."""
        if not access.open:
            raise UsageError(
                f"{self.label} cannot keep files from anybody",
                "a store of files has no embargo and no restricted files: who may read it, may read all",
                "Leave that out, or choose an archive that has it, such as Zenodo",
            )
        draft = self._draft(identifier)
        self._keep(draft | {"title": description.title, "description": described(description)})
        return self.state(identifier)

    def files(self, identifier: str) -> Mapping[str, Kept]:
        """The files of a draft, or of what is published, that are there as they were written."""
        record = self._record(identifier)
        if record is not None:
            seen = self.storage.listed(identifier)
            known = files_in(record)
            return {n: kept for n, kept in known.items() if n in seen and seen[n].size == kept.size}
        draft = self._draft(identifier)
        noted = _noted(draft)
        seen = {n: one for n, one in self.storage.listed(_folder(identifier)).items() if not _is_own(n)}
        for name, one in seen.items():
            if noted.get(name, {}).get("stamp") != one.stamp or noted[name].get("size") != one.size:
                noted[name] = _note(one, self.storage.digest(f"{_folder(identifier)}/{name}"))
        noted = {name: noted[name] for name in seen}
        if noted != _noted(draft):
            self._keep(draft | {"files": noted})
        return {name: Kept(one["size"], one["sha256"]) for name, one in noted.items()}

    def take_over(self, identifier: str) -> None:
        """Copy the files of the version before."""
        before = version_in(self._draft(identifier)).previous
        record = self._record(before) if before else None
        if record is None:
            return
        for name, kept in files_in(record).items():
            place = f"{_folder(identifier)}/{name}"
            self._note(identifier, name, self.storage.copy(f"{before}/{name}", place, kept.digest))

    def remove(self, identifier: str, name: str) -> None:
        """Remove a file from a draft."""
        self._draft(identifier)
        if not _is_own(name) and name in self.storage.listed(_folder(identifier)):
            self.storage.remove(f"{_folder(identifier)}/{name}")

    def send(self, identifier: str, source: Source, digest: str, parts: Parts, sent: Sent) -> Kept:  # noqa: ARG002
        """Write a file into a draft."""
        self._draft(identifier)
        with source.open() as content:
            content.sent = sent
            arrived = self.storage.bring(f"{_folder(identifier)}/{_checked(source.name)}", content)
        return self._note(identifier, source.name, arrived)

    def publish(self, identifier: str) -> Deposit:
        """Make a draft what is published; nothing of it can be seen there before all of it can."""
        if self._record(identifier) is None:
            draft, files = self._draft(identifier), self.files(identifier)
            if not draft.get("description") or not files:
                raise UsageError(
                    f"{identifier} is not published",
                    "it has no files" if draft.get("description") else "nobody said what it is",
                )
            last = record_of(version_in(draft), draft["description"], files, self.clock())
            self.storage.publish(_folder(identifier), identifier, list(files), last)
        self.storage.clear(_folder(identifier))  # what a killed one may have left
        self.storage.remove(_state_of(identifier))
        return self.state(identifier)

    def link(self, identifier: str, until: date | None) -> str:  # noqa: ARG002
        """There is nothing but the files themselves."""
        raise UsageError(
            f"{self.label} gives no link for reviewers",
            "a store of files shows a draft to all who may read it, and to nobody else",
            "Let them read the folder, or choose an archive that gives links, such as Zenodo",
        )

    def shows(self, identifier: str) -> Sequence[str]:  # noqa: ARG002
        """What a store shows of whoever writes to it."""
        return self.storage.shows

    def propose(self, identifier: str, communities: Sequence[str], *, review: bool) -> Deposit:  # noqa: ARG002
        """There are no communities."""
        raise UsageError(f"{self.label} has no communities", "it is a store of files", "Name none")

    def _begin(self, version: Version, title: str) -> Deposit:
        later = {"first": version.first, "previous": version.previous} if version.number > 1 else {}
        about = {"form": "reprocrate draft", "form_version": 1, "id": version.id}
        self._keep({**about, "version_number": version.number, **later, "title": title})
        return self.state(version.id)

    def _found(self, identifier: str) -> Deposit | None:
        record = self._record(identifier)
        if record is not None:
            page = f"{self.label}/{identifier}"
            return Deposit(identifier, Stage.PUBLISHED, page=page, version=version_text(record))
        draft = self._document(_state_of(identifier)) if _IDENTIFIER.fullmatch(identifier) else None
        if draft is None:
            return None
        page = f"{self.label}/{_folder(identifier)}"
        return Deposit(identifier, Stage.DRAFT, page=page, version=version_text(draft))

    def _record(self, identifier: str) -> dict[str, Any] | None:
        return self._document(f"{identifier}/{RECORD}") if _IDENTIFIER.fullmatch(identifier) else None

    def _draft(self, identifier: str) -> dict[str, Any]:
        """What is known of a draft."""
        found = self._found(identifier)
        if found is None:
            raise self._gone(identifier)
        if found.stage is Stage.PUBLISHED:
            raise UnavailableError(
                f"{found.page} is published",
                "what is published is not changed any more",
                "Make a new version",
            )
        return self._document(_state_of(identifier)) or {}

    def _document(self, path: str) -> dict[str, Any] | None:
        data = self.storage.read(path)
        return None if data is None else read_document(data, f"{self.label}/{path}")

    def _keep(self, draft: Mapping[str, Any]) -> None:
        self.storage.write(_state_of(str(draft["id"])), as_json(draft))

    def _note(self, identifier: str, name: str, sha256: str) -> Kept:
        """Write down what arrived, so that it need not be read again as long as it stays as it is."""
        seen = self.storage.listed(_folder(identifier)).get(name)
        if seen is None:
            raise UnavailableError(f"{self.label} does not have {name}, which was written there just now")
        draft = self._draft(identifier)
        self._keep(draft | {"files": _noted(draft) | {name: _note(seen, sha256)}})
        return Kept(seen.size, sha256)

    def _gone(self, identifier: str) -> GoneError:
        return GoneError(
            f"{self.label} has no deposit {identifier}",
            "there is neither a published one nor a draft of that name",
            "If it was deleted, begin anew with --anew",
        )


def _folder(identifier: str) -> str:
    return f"{DRAFTS}/{identifier}"


def _state_of(identifier: str) -> str:
    return f"{DRAFTS}/{identifier}.json"


def _noted(draft: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    noted = draft.get("files")
    return dict(noted) if isinstance(noted, dict) else {}


def _note(seen: Seen, sha256: str) -> dict[str, Any]:
    return {"size": seen.size, "sha256": sha256, "stamp": seen.stamp}


def _later(version: Version) -> str:
    return f"{version.first}-v{version.number + 1}"


def _title(record: Mapping[str, Any]) -> str:
    description = record.get("description")
    return str(description.get("title", "")) if isinstance(description, dict) else ""


def _tag(mark: str) -> str:
    return hashlib.sha256(mark.encode()).hexdigest()[:_TAG_DIGITS]


def _slug(title: str) -> str:
    """A title as a part of a name, as far as it is written in Latin letters."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    return _NOT_IN_NAMES.sub("-", plain)[:40].strip("-") or "deposit"


def _is_own(name: str) -> bool:
    return name.casefold() in _OWN


def _checked(name: str) -> str:
    """A name for a file of a deposit.

    Raises:
        UsageError: it is none.
    """
    try:
        require_safe(name)
        if "/" in name:
            raise ValueError("it is in a folder, and a deposit has none")
        if _is_own(name):
            raise ValueError("the record of the deposit itself is called so")
    except ValueError as error:
        raise UsageError(
            f"{name!r} cannot be deposited in a store of files", str(error), "Rename it"
        ) from error
    return name
