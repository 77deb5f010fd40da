"""What every archive must do, as tests: for those who write one in a package of their own, and for ours.

    class TestMyArchive(ArchiveConformance):
        @pytest.fixture
        def archive(self) -> Archive:
            return MyArchive(...)

pytest runs the tests that the class inherits. They make deposits and publish some: let them have an archive
for trying out. `pytest.register_assert_rewrite("reprocrate.deposit.conformance")` in `conftest.py` makes
failures tell more. pytest itself is not needed to import this.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from reprocrate.deposit.archive import Access, Archive, Deposit, GoneError, Kept, Stage
from reprocrate.deposit.depositing import Content, Depositing, Listener
from reprocrate.deposit.description import Agent, Description, Kind, Licence
from reprocrate.deposit.journal import SUFFIX, Journal, new_mark
from reprocrate.deposit.sources import Source
from reprocrate.errors import ReprocrateError, UsageError

_CC_BY = "https://creativecommons.org/licenses/by/4.0/legalcode"


class ArchiveConformance:
    """Tests of an archive, which a fixture called `archive` answers.

    Attributes:
        description: a description that the archive takes.
        large: a file that is large for the archive: if it takes files in parts, it should have three.
        small: another one.
    """

    description = Description(
        "A deposit for trying out",
        Kind.DATASET,
        "2026-11-27",
        ("What it is about.",),
        creators=(Agent("Ada Example", "Example", "Ada"),),
        licences=(Licence("CC-BY-4.0", "CC-BY-4.0", _CC_BY),),
        version="1.0",
    )
    large = Source("a bundle.crate.zip", bytes(range(256)) * 10_000)
    small = Source("größe.txt", "größe".encode())

    # ------------------------------------------------------------------------------------------ drafts

    def test_what_is_begun_twice_under_one_mark_is_one_draft(self, archive: Archive) -> None:
        mark = new_mark()
        first = archive.begin(mark, "Begun twice")
        found = archive.begun(mark)
        assert found is not None
        assert found.id == first.id
        again = archive.begin(mark, "Begun twice")
        left = archive.begun(mark)
        assert left is not None
        drafts = {first.id, again.id}
        assert left.id in drafts
        if other := drafts - {left.id}:
            _refuses(GoneError, lambda: archive.state(other.pop()))

    def test_nothing_is_found_under_a_mark_that_nothing_was_begun_under(self, archive: Archive) -> None:
        assert archive.begun(new_mark()) is None

    def test_a_draft_stays_what_it_is_until_something_is_done(self, archive: Archive) -> None:
        draft = archive.begin(new_mark(), "A draft")
        assert draft.stage is Stage.DRAFT
        now = archive.state(draft.id)
        assert (now.id, now.stage, now.page) == (draft.id, Stage.DRAFT, draft.page)
        assert archive.files(draft.id) == {}

    def test_what_was_never_there_is_gone(self, archive: Archive) -> None:
        _refuses(GoneError, lambda: archive.state("never-was-there"))

    def test_a_reserved_doi_stays(self, archive: Archive) -> None:
        draft = archive.begin(new_mark(), "Reserved")
        first, again = archive.reserve(draft.id), archive.reserve(draft.id)
        described = archive.describe(draft.id, self.description, Access())
        assert first.doi == again.doi == described.doi == archive.state(draft.id).doi

    def test_a_description_is_taken_and_may_be_given_again(self, archive: Archive) -> None:
        draft = archive.begin(new_mark(), "Described")
        assert list(archive.refusals(self.description)) == []
        for _ in range(2):
            described = archive.describe(draft.id, self.description, Access())
            assert described.problems == ()
            assert described.version == self.description.version
        assert archive.state(draft.id).stage is Stage.DRAFT

    # ------------------------------------------------------------------------------------------- files

    def test_files_arrive_as_they_are(self, archive: Archive) -> None:
        draft = archive.begin(new_mark(), "With files")
        for source in (self.large, self.small):
            gone: list[int] = []
            assert _sent(archive, draft, source, gone.append) == _whole(archive, source)
            assert sum(gone) == source.size
        assert archive.files(draft.id) == {one.name: _whole(archive, one) for one in (self.large, self.small)}

    def test_a_file_whose_sending_was_cut_off_arrives_the_next_time(self, archive: Archive) -> None:
        draft = archive.begin(new_mark(), "Cut off")
        sending = _Ending(self.large.size // 2)
        _refuses(_EndingError, lambda: _sent(archive, draft, self.large, sending))
        kept = archive.files(draft.id).get(self.large.name)
        assert kept is None or kept != _whole(archive, self.large), "half of a file is taken for all of it"
        if kept is not None and kept.complete:
            archive.remove(draft.id, self.large.name)
        assert _sent(archive, draft, self.large) == _whole(archive, self.large)
        assert archive.files(draft.id) == {self.large.name: _whole(archive, self.large)}

    def test_a_file_that_changes_while_it_is_sent_is_noticed(self, archive: Archive) -> None:
        draft = archive.begin(new_mark(), "Changed")
        other = Source(self.small.name, b"x" * self.small.size)
        digest = self.small.digest(archive.algorithm)
        arrived = archive.send(draft.id, other, digest, _Parts(), lambda _count: None)
        assert arrived.digest in ("", other.digest(archive.algorithm))
        assert arrived != Kept(self.small.size, digest)

    def test_a_file_is_removed_and_another_may_take_its_name(self, archive: Archive) -> None:
        draft = archive.begin(new_mark(), "Replaced")
        _sent(archive, draft, self.small)
        for _ in range(2):
            archive.remove(draft.id, self.small.name)
        assert archive.files(draft.id) == {}
        other = Source(self.small.name, b"another one")
        assert _sent(archive, draft, other) == _whole(archive, other)

    # -------------------------------------------------------------------------------------- publishing

    def test_what_is_published_stays_so_and_is_found(self, archive: Archive) -> None:
        draft = self._filled(archive)
        first, published = archive.publish(draft.id), archive.publish(draft.id)
        assert first.stage is published.stage is Stage.PUBLISHED
        assert archive.files(draft.id) == {self.small.name: _whole(archive, self.small)}
        assert archive.state(draft.id).stage is Stage.PUBLISHED
        name = published.doi or published.page
        assert name
        found = archive.holds(name)
        assert found is not None
        assert (found.id, found.stage) == (draft.id, Stage.PUBLISHED)

    def test_nothing_is_found_by_the_name_of_something_else(self, archive: Archive) -> None:
        assert archive.holds("10.5555/something-else") is None
        assert archive.holds("https://elsewhere.example/something-else") is None

    def test_what_is_published_does_not_change(self, archive: Archive) -> None:
        draft = self._filled(archive)
        archive.publish(draft.id)
        _refuses(ReprocrateError, lambda: _sent(archive, draft, self.large))
        assert archive.files(draft.id) == {self.small.name: _whole(archive, self.small)}

    def test_what_nobody_described_is_not_published(self, archive: Archive) -> None:
        draft = archive.begin(new_mark(), "Not described")
        _refuses(ReprocrateError, lambda: archive.publish(draft.id))
        assert archive.state(draft.id).stage is Stage.DRAFT

    def test_a_new_version_begins_once_with_the_files_of_the_one_before(self, archive: Archive) -> None:
        first = archive.publish(self._filled(archive).id)
        second = archive.begin_version(first.id)
        assert second.id != first.id
        assert second.stage is Stage.DRAFT
        assert archive.begin_version(first.id).id == second.id
        assert archive.files(second.id) == {}
        archive.take_over(second.id)
        assert archive.files(second.id) == archive.files(first.id)
        archive.remove(second.id, self.small.name)
        _sent(archive, second, self.large)
        archive.reserve(second.id)
        archive.describe(second.id, self.description, Access())
        published = archive.publish(second.id)
        assert archive.files(second.id) == {self.large.name: _whole(archive, self.large)}
        assert archive.files(first.id) == {self.small.name: _whole(archive, self.small)}
        for one in (first, published):
            found = archive.holds(one.doi or one.page)
            assert found is not None
            assert found.id == one.id
        third = archive.begin_version(first.id)
        assert third.id not in (first.id, second.id)

    # -------------------------------------------------------------------------- what not every one has

    def test_access_is_restricted_or_that_is_refused(self, archive: Archive) -> None:
        draft = archive.begin(new_mark(), "Restricted")
        if archive.limits.restricts:
            described = archive.describe(draft.id, self.description, Access(restricted=True))
            assert described.problems == ()
        else:
            restricted = Access(restricted=True)
            _refuses(UsageError, lambda: archive.describe(draft.id, self.description, restricted))

    def test_a_link_stays_the_same_or_is_refused(self, archive: Archive) -> None:
        draft = self._filled(archive)
        if archive.limits.has_links:
            link = archive.link(draft.id, None)
            assert link.startswith(("https://", "http://"))
            assert archive.link(draft.id, None) == link
        else:
            _refuses(UsageError, lambda: archive.link(draft.id, None))

    def test_communities_are_refused_where_there_are_none(self, archive: Archive) -> None:
        draft = self._filled(archive)
        if not archive.limits.has_communities:
            _refuses(UsageError, lambda: archive.propose(draft.id, ["somebody"], review=True))

    # ------------------------------------------------------------------------------------- as a whole

    def test_a_whole_deposit_goes_on_after_being_cut_off(self, archive: Archive, tmp_path: Path) -> None:
        path = tmp_path / f"bundle{SUFFIX}"
        content = Content([self.small, self.large], "payload")

        def deposit(sent: Callable[[int], object], asked: Archive) -> Deposit:
            with Journal(path) as journal:
                engine = Depositing(asked, journal, Listener(sent=sent))
                begun = engine.begin(self.description.title)
                if begun.stage is Stage.DRAFT:
                    engine.fill(engine.describe(begun, self.description, Access()), content)
                return begun

        _refuses(_EndingError, lambda: deposit(_Ending(self.large.size // 2), archive))
        counted: list[int] = []
        first = deposit(counted.append, archive)
        assert sum(counted) == self.small.size + self.large.size
        again = deposit(lambda _count: None, _Sending.nothing(archive))
        assert (again.id, again.doi) == (first.id, first.doi)
        with Journal(path) as journal:
            published = Depositing(archive, journal).publish(first)
        assert published.stage is Stage.PUBLISHED
        assert deposit(lambda _count: None, _Sending.nothing(archive)).id == first.id

    def _filled(self, archive: Archive) -> Deposit:
        draft = archive.begin(new_mark(), self.description.title)
        archive.reserve(draft.id)
        described = archive.describe(draft.id, self.description, Access())
        _sent(archive, draft, self.small)
        return described


class _Parts:
    """Parts that are known only while a file is sent."""

    def __init__(self) -> None:
        self._known: dict[str, set[int]] = {}

    def arrived(self, key: str) -> frozenset[int]:
        return frozenset(self._known.get(key, ()))

    def note(self, key: str, number: int) -> None:
        self._known.setdefault(key, set()).add(number)


class _EndingError(BaseException):
    """The process would have ended here."""


class _Ending:
    """Ends the process after so many bytes."""

    def __init__(self, after: int) -> None:
        self._left = after

    def __call__(self, count: int) -> None:
        self._left -= count
        if self._left < 0:
            raise _EndingError


class _Sending:
    """An archive to which nothing must be sent."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive

    @classmethod
    def nothing(cls, archive: Archive) -> Any:
        return cls(archive)

    def __getattr__(self, name: str) -> Any:
        assert name != "send", "what has arrived is sent again"
        return getattr(self._archive, name)


def _sent(
    archive: Archive, draft: Deposit, source: Source, sent: Callable[[int], object] = lambda _count: None
) -> Kept:
    return archive.send(draft.id, source, source.digest(archive.algorithm), _Parts(), sent)


def _whole(archive: Archive, source: Source) -> Kept:
    content = source.content if isinstance(source.content, bytes) else source.content.read_bytes()
    return Kept(source.size, hashlib.new(archive.algorithm, content, usedforsecurity=False).hexdigest())


def _refuses(kind: type[BaseException], act: Callable[[], object]) -> None:
    try:
        act()
    except kind:
        return
    raise AssertionError(f"{kind.__name__} is not raised")
