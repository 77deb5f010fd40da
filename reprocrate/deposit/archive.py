"""What an archive is: where a bundle is kept for good, under an address that does not change.

A deposit is brought to its goal step by step, by `reprocrate.deposit.depositing`. Each step looks at what the
archive holds before it changes anything, so that it can be taken again after any failure. An archive only
answers what it holds, and does one thing at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Protocol

from reprocrate.deposit.description import Description
from reprocrate.deposit.sources import Source
from reprocrate.errors import UnavailableError

GROUP = "reprocrate.archives"
"""Entry points of other packages: each takes an `archives.Place` and answers an `Archive`."""

Sent = Callable[[int], object]
"""Called with the number of bytes that have gone since the last call."""


class GoneError(UnavailableError):
    """What was begun is no longer there, or nobody but its owner is told of it."""


class Stage(StrEnum):
    """How far a deposit is."""

    DRAFT = "draft"
    """It can be changed, and nobody else sees it."""

    IN_REVIEW = "in review"
    """A community decides whether it is published."""

    PUBLISHED = "published"
    """Everybody sees it, and its files do not change any more."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What an archive takes.

    Attributes:
        most_files: how many files a deposit may have.
        most_bytes: how many bytes they may have together.
        takes_empty: whether a file may be empty.
        restricts: whether it can keep files from others, for a time or for good.
        has_links: whether it gives addresses by which others may see a draft.
        has_communities: whether there are communities that can be asked to include a deposit.
    """

    most_files: int | None = None
    most_bytes: int | None = None
    takes_empty: bool = True
    restricts: bool = True
    has_links: bool = True
    has_communities: bool = True


@dataclass(frozen=True, slots=True)
class Access:
    """Who may have the files.

    Attributes:
        restricted: whether they are given to nobody without permission.
        until: the day from which everybody may have them, where they are under embargo.
        reason: why there is an embargo.
    """

    restricted: bool = False
    until: date | None = None
    reason: str = ""

    @property
    def open(self) -> bool:
        """Whether everybody may have the files from the start."""
        return not self.restricted and self.until is None


@dataclass(frozen=True, slots=True)
class Kept:
    """A file as an archive holds it.

    Attributes:
        size: its bytes.
        digest: in hexadecimal digits, by the algorithm of the archive; empty if that is not told.
        complete: whether it has arrived whole.
    """

    size: int
    digest: str = ""
    complete: bool = True


@dataclass(frozen=True, slots=True)
class Deposit:
    """A deposit as its archive holds it now.

    Attributes:
        id: what the archive calls it.
        stage: how far it is.
        doi: its DOI, reserved or registered; empty if it has none yet, or the archive gives none.
        concept: the DOI that stands for all its versions; empty if there is none.
        page: its address, where it can be looked at; while it is a draft, by its owner.
        version: what is written as its version.
        problems: what the archive took amiss of its description, in the author's terms.
    """

    id: str
    stage: Stage
    doi: str = ""
    concept: str = ""
    page: str = ""
    version: str = ""
    problems: tuple[str, ...] = ()


class Parts(Protocol):
    """What is known of the parts of files that are sent in parts; the journal keeps it."""

    def arrived(self, key: str) -> frozenset[int]:
        """The numbers of the parts that have arrived, from 1, of what is known under a key."""

    def note(self, key: str, number: int) -> None:
        """A part has arrived."""


class Archive(Protocol):
    """Keeps deposits. Each method raises UnavailableError where the archive cannot be asked or refuses."""

    @property
    def label(self) -> str:
        """What to call it, such as `zenodo.org`: it stands in the journal, so it does not change."""

    @property
    def limits(self) -> Limits:
        """What it takes."""

    @property
    def algorithm(self) -> str:
        """By which algorithm it tells digests of files: a name of `hashlib`, such as `sha256`."""

    def require_permission(self) -> None:
        """Make sure that the user may deposit there, as far as that can be told; nothing is changed."""

    def refusals(self, description: Description) -> Sequence[str]:
        """What it would not take of a description, each as a sentence; nothing is sent."""

    def holds(self, name: str) -> Deposit | None:
        """The deposit that a DOI belongs to, or where there are none, an address: what `Deposit` tells of it.

        Of a DOI that stands for all versions it is the newest.
        """

    def begun(self, mark: str) -> Deposit | None:
        """The draft that was begun under a mark: its answer may never have come."""

    def begin(self, mark: str, title: str) -> Deposit:
        """Begin a draft under a mark. It is found again by the mark until it is described."""

    def begin_version(self, previous: str) -> Deposit:
        """The draft of a new version of a published deposit; the same one when called again."""

    def state(self, identifier: str) -> Deposit:
        """A deposit as it is now.

        Raises:
            GoneError: it is not there any more.
        """

    def reserve(self, identifier: str) -> Deposit:
        """Give a draft its DOI, unless it has one; an archive without DOIs leaves it without."""

    def describe(self, identifier: str, description: Description, access: Access) -> Deposit:
        """Say what a draft is, and who may have it."""

    def files(self, identifier: str) -> Mapping[str, Kept]:
        """The files of a draft, by name."""

    def take_over(self, identifier: str) -> None:
        """Take the files of the version before into a draft of a new version that has none yet."""

    def remove(self, identifier: str, name: str) -> None:
        """Remove a file from a draft; one that is not there is no error."""

    def send(self, identifier: str, source: Source, digest: str, parts: Parts, sent: Sent) -> Kept:
        """Bring a file into a draft, and tell what arrived. What arrived before is not sent again.

        Args:
            identifier: the draft.
            source: the file. No whole one of its name is there.
            digest: its digest.
            parts: which parts of it have arrived before.
            sent: told how many bytes have gone; fewer than none where they have to go again.
        """

    def publish(self, identifier: str) -> Deposit:
        """Publish a draft; one that is published already stays so."""

    def link(self, identifier: str, until: date | None) -> str:
        """An address by which whoever has it may see a draft with its files; the same when called again."""

    def shows(self, identifier: str) -> Sequence[str]:
        """What a draft that names nobody shows of its owner all the same, as sentences."""

    def propose(self, identifier: str, communities: Sequence[str], *, review: bool) -> Deposit:
        """Ask communities to include a deposit.

        Args:
            identifier: the deposit: published, or with `review` a draft.
            communities: their names in addresses.
            review: whether the one community named is to decide on publication, too.
        """
