"""Bringing a deposit to its goal, whatever was done before, and whatever fails on the way.

Nothing is taken for done because it was once asked for: each step looks at what the archive holds now, and
does what is missing. So the same call, given again after any failure, goes on from there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from reprocrate.deposit.archive import Access, Archive, Deposit, GoneError, Kept, Sent, Stage
from reprocrate.deposit.description import Description
from reprocrate.deposit.journal import Begun, Journal, new_mark
from reprocrate.deposit.sources import Source
from reprocrate.errors import IntegrityError, UnavailableError, UsageError
from reprocrate.files import sha256_bytes

_TRIES = 3
_SHOWN = 8


@dataclass(frozen=True, slots=True)
class Content:
    """What a draft is to hold.

    Attributes:
        sources: its files.
        payload: the payload digest of the bundle among them.
    """

    sources: Sequence[Source]
    payload: str


@dataclass(frozen=True, slots=True)
class Listener:
    """Who is told how far it is.

    Attributes:
        note: told what is begun, found or decided, in a line.
        reading: told how many bytes were read, before anything is sent.
        sent: told how many bytes have gone, or need not go.
    """

    note: Callable[[str], object] = lambda _line: None
    reading: Callable[[int], object] = lambda _count: None
    sent: Sent = lambda _count: None


@dataclass(frozen=True)
class Depositing:
    """One deposit at one archive.

    Args:
        archive: where.
        journal: what was begun before; what becomes known is written there first.
        listener: who is told how far it is.
    """

    archive: Archive
    journal: Journal
    listener: Listener = Listener()

    def begin(self, title: str, previous: str = "", *, anew: bool = False) -> Deposit:
        """The deposit that was begun before, or a new draft; with its DOI, where the archive gives one.

        Args:
            title: of a new draft, until it is described.
            previous: the DOI or address of which it is to be a new version, if it is to be one.
            anew: whether to leave what was begun before and begin another; one that was begun so and is not
                whole yet is gone on with.

        Raises:
            GoneError: what was begun before is no longer there.
            UsageError: there is nothing of which it could be a new version.
            UnavailableError: the archive cannot be asked, or refuses.
        """
        known = self.journal.current(self.archive.label)
        if known is None:  # nothing is written down for somebody who may not deposit
            self.archive.require_permission()
        if known is None or (self._is_left(known) if anew else self._is_done(known, previous)):
            before = self._published(previous) if previous else None
            known = self.journal.begin(self.archive.label, new_mark(), previous, anew=anew)
            deposit = (
                self.archive.begin_version(before.id) if before else self.archive.begin(known.mark, title)
            )
        else:
            deposit = self._gone_on(known, title)
        self._write_down(deposit)
        if deposit.stage is Stage.DRAFT and not deposit.doi:
            deposit = self.archive.reserve(deposit.id)
            self._write_down(deposit)
        return deposit

    def adopt(self, deposit: Deposit) -> None:
        """Go on with a deposit that the journal does not know of."""
        self.journal.begin(self.archive.label, new_mark())
        self._write_down(deposit)

    def require_fit(self, sources: Sequence[Source]) -> None:
        """Make sure that the archive takes so many files of so many bytes.

        Raises:
            UsageError: it does not.
        """
        limits, total = self.archive.limits, sum(one.size for one in sources)
        names = [one.name for one in sources]
        if limits.most_files is not None and len(names) > limits.most_files:
            raise UsageError(
                f"{self.archive.label} takes {limits.most_files} files, not {len(names)}",
                fix="Give larger volumes: --volume-size",
            )
        if limits.most_bytes is not None and total > limits.most_bytes:
            raise UsageError(
                f"{self.archive.label} takes {limits.most_bytes:,} bytes, not {total:,}",
                "that is its limit for one record",
                "Leave data out with `pack --max-size`, or ask the archive for more room",
            )
        if empty := [one.name for one in sources if not one.size and not limits.takes_empty]:
            raise UsageError(f"{self.archive.label} takes no empty files", f"empty: {', '.join(empty)}")

    def require_offered(self, access: Access, *, link: bool = False, communities: bool = False) -> None:
        """Make sure that the archive has what is wanted of it, before anything is begun there.

        Args:
            access: who may have the files.
            link: whether an address is wanted by which others see the draft.
            communities: whether communities are to be asked.

        Raises:
            UsageError: it has not.
        """
        limits = self.archive.limits
        lacking = [
            (not access.open and not limits.restricts, "restricted files and embargoes"),
            (link and not limits.has_links, "links to drafts"),
            (communities and not limits.has_communities, "communities"),
        ]
        if names := [name for lacks, name in lacking if lacks]:
            raise UsageError(
                f"{self.archive.label} has no {' and no '.join(names)}",
                "not every archive has what Zenodo has",
                "Leave that out, or choose another archive",
            )

    def describe(self, deposit: Deposit, description: Description, access: Access) -> Deposit:
        """Say what a draft is; where that was said before, what somebody has changed there since stays.

        Raises:
            UsageError: the archive took something amiss; the draft stays, and nobody sees it.
        """
        label, about = self.archive.label, _digest_of(description, access)
        known = self.journal.current(label)
        if known is not None and known.described == about:
            return deposit
        described = self.archive.describe(deposit.id, description, access)
        if described.problems:
            raise UsageError(
                f"{self.archive.label} does not take the description",
                "; ".join(described.problems[:_SHOWN]),
                "Correct it, and give the same command again; the draft and its DOI stay",
            )
        self.journal.note(label, described=about)
        return described

    def fill(self, deposit: Deposit, content: Content) -> None:
        """Bring files into a draft, until it holds these and no others.

        Raises:
            IntegrityError: what arrives is not what was sent.
            UnavailableError: the archive cannot be asked, or refuses.
        """
        algorithm, reading = self.archive.algorithm, self.listener.reading
        wanted = {one.name: Kept(one.size, one.digest(algorithm, reading)) for one in content.sources}
        self.journal.note(self.archive.label, payload=content.payload)
        kept = self.archive.files(deposit.id)
        if not kept and self._has_some(deposit, wanted):
            self.archive.take_over(deposit.id)
            kept = self.archive.files(deposit.id)
        for name, file in kept.items():
            if name not in wanted or (file.complete and file != wanted[name]):
                self.archive.remove(deposit.id, name)
        for source in content.sources:
            if kept.get(source.name) == wanted[source.name]:
                self.listener.sent(source.size)
            else:
                self._send(deposit, source, wanted[source.name])
        self._require_whole(deposit, wanted)
        self.journal.note(self.archive.label, whole=True)

    def publish(self, deposit: Deposit) -> Deposit:
        """Publish a draft."""
        published = self.archive.publish(deposit.id)
        self._write_down(published)
        return published

    def _gone_on(self, known: Begun, title: str) -> Deposit:
        """What was begun, as the archive has it; begun once more where it never came to that."""
        if known.id:
            return self.archive.state(known.id)
        if known.previous:
            return self.archive.begin_version(self._published(known.previous).id)
        return self.archive.begun(known.mark) or self.archive.begin(known.mark, title)

    def _is_left(self, known: Begun) -> bool:
        """Whether what was begun is not to be gone on with, where another deposit is wanted."""
        if not known.anew or known.whole:
            return True
        try:
            return bool(known.id) and self.archive.state(known.id).stage is not Stage.DRAFT
        except GoneError:
            return True

    def _is_done(self, known: Begun, previous: str) -> bool:
        """Whether a new version is wanted of what was published, and not what was begun before."""
        if not previous or known.previous.lower() == previous.lower():
            return False
        if known.id:
            begun: Deposit | None = self.archive.state(known.id)
        else:  # of a new version it does not matter: it is begun once
            begun = None if known.previous else self.archive.begun(known.mark)
        if begun is None or begun.stage is Stage.PUBLISHED:
            return True
        raise UsageError(
            f"there is a draft at {self.archive.label} that is not published: {begun.page}",
            f"it is no new version of {previous}",
            "Publish it first, or leave it with --anew",
        )

    def _published(self, name: str) -> Deposit:
        found = self.archive.holds(name)
        if found is None:
            raise UsageError(
                f"{self.archive.label} has no {name}",
                "what is to have a new version has to be there",
                "Check the DOI or address, and that it is of this archive",
            )
        if found.stage is not Stage.PUBLISHED:
            raise UsageError(
                f"{name} is not published yet", "only what is published has versions", "Publish it first"
            )
        return found

    def _has_some(self, deposit: Deposit, wanted: Mapping[str, Kept]) -> bool:
        """Whether the version before has a file that need not be sent again."""
        known = self.journal.current(self.archive.label)
        if known is None or not known.previous:
            return False
        before = self.archive.holds(known.previous)
        if before is None or before.id == deposit.id:
            return False
        files = self.archive.files(before.id)
        return any(files.get(name) == file for name, file in wanted.items())

    def _send(self, deposit: Deposit, source: Source, wanted: Kept) -> None:
        parts = self.journal.parts(self.archive.label)
        self.listener.note(f"sending {source.name}")
        for _ in range(_TRIES):
            arrived = self.archive.send(deposit.id, source, wanted.digest, parts, self.listener.sent)
            if arrived == wanted or (not arrived.digest and arrived.size == wanted.size):
                return
            self.archive.remove(deposit.id, source.name)
            self.listener.sent(-source.size)
        raise IntegrityError(
            f"{source.name} arrives damaged at {self.archive.label}",
            f"it was sent {_TRIES} times, and each time the archive had other bytes",
            "Let nothing change the file while it is sent; try again later, or on another network",
        )

    def _require_whole(self, deposit: Deposit, wanted: Mapping[str, Kept]) -> None:
        """Look once more: what counts is what the archive holds in the end."""
        kept = self.archive.files(deposit.id)
        wrong = sorted(
            name
            for name in kept.keys() | wanted.keys()
            if kept.get(name) != wanted.get(name) and not _cannot_tell(kept.get(name), wanted.get(name))
        )
        if wrong:
            raise UnavailableError(
                f"{self.archive.label} does not hold what was sent",
                f"different or missing: {', '.join(wrong[:_SHOWN])}",
                "Somebody may be changing the draft; give the same command again",
            )

    def _write_down(self, deposit: Deposit) -> None:
        self.journal.note(
            self.archive.label,
            id=deposit.id,
            doi=deposit.doi,
            page=deposit.page,
            published=deposit.stage is Stage.PUBLISHED,
        )


def _digest_of(description: Description, access: Access) -> str:
    """What tells a description, on whatever day it is given, from others."""
    return sha256_bytes(repr((replace(description, publication_date=""), access)).encode())


def _cannot_tell(kept: Kept | None, wanted: Kept | None) -> bool:
    """Whether an archive holds a file of the right size, and does not tell its digest."""
    return kept is not None and wanted is not None and kept == replace(wanted, digest="")
