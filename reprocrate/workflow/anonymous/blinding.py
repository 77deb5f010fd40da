"""What packing does differently for double-blind review; nothing where neither side of it is asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from reprocrate.bundle import Entry, Form, layout
from reprocrate.files import sha256_bytes, sha256_file
from reprocrate.workflow.anonymous.anonymising import Anonymity, anonymised
from reprocrate.workflow.anonymous.keeping import Review, keep
from reprocrate.workflow.anonymous.revealing import Reviewed, open_reviewed, revealed
from reprocrate.workflow.contents import Contents, DataChoice
from reprocrate.workflow.project import Project

_NAMELESS = "anonymous"
_DIGITS = 12


@dataclass
class Blinding:
    """One bundle on its way into review, or out of it.

    Attributes:
        root: the project.
        wanted: what the author wants of an anonymous bundle, if it is to be one.
        reviewed: the reviewed bundle, if that is to be revealed.
        identities: what looks like an identity in an anonymous bundle, once its contents are known.
    """

    root: Path
    wanted: Anonymity | None = None
    reviewed: Reviewed | None = None
    identities: tuple[str, ...] = ()
    _review: Review | None = None

    @classmethod
    def open(cls, root: Path, wanted: Anonymity | None, reveal: Path | None) -> Blinding:
        """Begin, with the reviewed bundle if there is one.

        Raises:
            UsageError, IntegrityError, UnreadableError, UnavailableError: it cannot be revealed here.
        """
        return cls(root, wanted, open_reviewed(root, reveal) if reveal else None)

    @property
    def makes_locks(self) -> bool:
        """Whether locks that are missing are to be made: what is revealed has those that were reviewed."""
        return self.reviewed is None

    def data(self, chosen: DataChoice, named: tuple[str, ...] = ()) -> tuple[DataChoice, tuple[str, ...]]:
        """Which data travels, in general and by name: what is revealed holds what was reviewed."""
        if self.reviewed is None:
            return chosen, named
        word, *names = self.reviewed.review.data.split()
        return cast(DataChoice, word), tuple(names)

    def contents(
        self, project: Project, contents: Contents, data: DataChoice, named: tuple[str, ...] = ()
    ) -> Contents:
        """The contents of this bundle, given those of an ordinary one.

        Raises:
            IntegrityError: what is to be revealed is no longer what was reviewed.
            UsageError, UnreadableError, UnavailableError: it cannot be made anonymous.
        """
        if self.reviewed:
            return revealed(self.root, contents, self.reviewed)
        if self.wanted is None:
            return contents
        made = anonymised(project, contents, self.wanted, " ".join([data, *named]))
        self.identities, self._review = made.identities, made.review
        return made.contents

    def name(self, usual: str, form: Form, entries: Callable[[str], Iterable[Entry]]) -> str:
        """The usual name of the bundle's file: the project's name identifies, the payload's digest does not.

        Args:
            usual: the name of an ordinary bundle.
            form: what is written.
            entries: all files of the bundle, given a name.
        """
        if self.wanted is None:
            return usual
        pairs = (
            (entry.path, _sha256(entry)) for entry in entries(_NAMELESS) if layout.in_payload(entry.path)
        )
        return f"{_NAMELESS}-{layout.payload_digest(pairs)[:_DIGITS]}{form.suffix}"

    def finish(self, payload: str) -> bool:
        """Keep what is needed later; whether the bundle's manifest is the project's own.

        Raises:
            UnavailableError: it could not be kept.
        """
        if self._review:
            keep(self.root, payload, self._review)
        return self.wanted is None and self.reviewed is None


def _sha256(entry: Entry) -> str:
    if isinstance(entry.source, bytes):
        return sha256_bytes(entry.source)
    return entry.expected_sha256 or sha256_file(entry.source).sha256
