"""A deposit comes to its goal whatever fails on the way: one record, the right bytes, nothing sent twice."""

from __future__ import annotations

import functools
import itertools
import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from reprocrate.deposit.archive import Access, Archive, Deposit, GoneError, Kept, Limits, Stage
from reprocrate.deposit.archives import Place, archive_at
from reprocrate.deposit.conformance import ArchiveConformance
from reprocrate.deposit.depositing import Content, Depositing, Listener
from reprocrate.deposit.journal import SUFFIX, Journal
from reprocrate.deposit.sources import Source
from reprocrate.deposit.store.deposits import StoreArchive
from reprocrate.errors import IntegrityError, UnavailableError, UsageError

ABOUT = ArchiveConformance.description
SOURCES = (Source("a.zip", b"a" * 3000), Source("b.json", b"{}"), Source("empty", b""))
WAYS = ("before", "after")


class CutError(BaseException):
    """The process is killed here."""


@dataclass
class Flaky:
    """An archive that fails at one of its calls: before it does something, or when that is done.

    Attributes:
        archive: which answers.
        call: the number of the call, from 0; None for none.
        way: `before` or `after`.
        error: what is raised.
        calls: what was called.
        sent: the names of the files that were sent as a whole.
    """

    archive: Archive
    call: int | None = None
    way: str = "before"
    error: BaseException = field(default_factory=CutError)
    calls: list[str] = field(default_factory=list)
    sent: list[str] = field(default_factory=list)

    def __getattr__(self, name: str) -> Any:
        found = getattr(self.archive, name)
        if not callable(found):
            return found

        @functools.wraps(found)
        def called(*arguments: Any, **named: Any) -> Any:
            now = len(self.calls) == self.call
            self.calls.append(name)
            if now and self.way == "before":
                raise self.error
            answer = found(*arguments, **named)
            if name == "send":
                self.sent.append(arguments[1].name)
            if now:
                raise self.error
            return answer

        return called


@pytest.fixture(autouse=True)
def no_waiting_for_the_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody pulls the plug here."""
    monkeypatch.setattr(os, "fsync", lambda _descriptor: None)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "archive"
    made.mkdir()
    return made


@pytest.fixture
def archive(folder: Path) -> Archive:
    return archive_at(Place(folder.as_uri()))


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    return tmp_path / f"bundle{SUFFIX}"


def deposit(
    archive: Archive,
    journal: Path,
    *,
    previous: str = "",
    anew: bool = False,
    sources: tuple[Source, ...] = SOURCES,
    publish: bool = True,
    sent: Callable[[int], object] = lambda _count: None,
) -> Deposit:
    """What `publish` does with an archive."""
    with Journal(journal) as opened:
        engine = Depositing(archive, opened, Listener(sent=sent))
        begun = engine.begin(ABOUT.title, previous, anew=anew)
        if begun.stage is Stage.PUBLISHED:
            return begun
        engine.fill(engine.describe(begun, ABOUT, Access()), Content(sources, "payload"))
        return engine.publish(begun) if publish else begun


def published(folder: Path) -> dict[str, dict[str, bytes]]:
    """What an archivist sees."""
    own = ("record.json", "SHA256SUMS")
    return {
        one.name: {each.name: each.read_bytes() for each in one.iterdir() if each.name not in own}
        for one in folder.iterdir()
        if one.name != ".drafts"
    }


WHOLE = {one.name: bytes(one.content) for one in SOURCES if isinstance(one.content, bytes)}


@pytest.mark.parametrize("kind", [CutError, UnavailableError])
@pytest.mark.parametrize("way", WAYS)
def test_cut_off_at_any_call_the_same_again_makes_one_record(
    archive: Archive, folder: Path, journal: Path, way: str, kind: type[BaseException]
) -> None:
    steps = Flaky(archive)
    deposit(steps, journal)
    assert len(steps.calls) >= 9
    for call in range(len(steps.calls)):
        journal.unlink()
        before = set(published(folder))
        sent: list[str] = []
        flaky = Flaky(archive, call, way, kind("cut"))
        with pytest.raises(kind):
            deposit(flaky, journal)
        again = Flaky(archive)
        done = deposit(again, journal)
        sent = [*flaky.sent, *again.sent]
        new = {name: files for name, files in published(folder).items() if name not in before}
        assert new == {done.id: WHOLE}, steps.calls[call]
        assert sorted(sent) == sorted(WHOLE), f"sent twice after {steps.calls[call]}"
        assert list((folder / ".drafts").iterdir()) == []


@pytest.mark.parametrize("way", WAYS)
def test_cut_off_at_any_call_a_new_version_is_one(
    archive: Archive, folder: Path, journal: Path, way: str
) -> None:
    first = deposit(archive, journal)
    changed = (SOURCES[0], Source("b.json", b'{"changed": true}'))
    steps = Flaky(archive)
    newest = deposit(steps, journal, previous=first.page, sources=changed)
    assert steps.sent == ["b.json"], "what did not change is copied, not sent"
    cuts = 0
    for call in range(len(steps.calls)):
        other = replace(changed[1], content=b"%d" % call)
        flaky = Flaky(archive, call, way)
        with suppress(CutError):
            deposit(flaky, journal, previous=newest.page, sources=(changed[0], other))
        cuts += len(flaky.calls) == call + 1
        done = deposit(archive, journal, previous=newest.page, sources=(changed[0], other))
        assert published(folder)[done.id] == {"a.zip": WHOLE["a.zip"], "b.json": b"%d" % call}
        newest = done
    assert len(published(folder)) == 2 + len(steps.calls)
    assert published(folder)[first.id] == WHOLE
    assert cuts >= 12


def test_cut_off_inside_a_file_it_is_sent_again_and_no_other(archive: Archive, journal: Path) -> None:
    for at in (0, 1, 1500, 2999):
        journal.unlink(missing_ok=True)
        left = [at]

        def sending(count: int, left: list[int] = left) -> None:
            left[0] -= count
            if left[0] < 0:
                raise CutError

        sources = (Source("b.json", b"{}"), Source("a.zip", b"a" * 3000))
        with pytest.raises(CutError):
            deposit(
                archive, journal, sources=sources, sent=lambda count: sending(count) if count > 2 else None
            )
        again = Flaky(archive)
        deposit(again, journal, sources=sources)
        assert again.sent == ["a.zip"]


def test_what_is_done_stays_as_it_is(archive: Archive, folder: Path, journal: Path) -> None:
    first = deposit(archive, journal)
    before = published(folder)
    again = Flaky(archive)
    assert deposit(again, journal).id == first.id
    assert set(again.calls) == {"state"}
    assert published(folder) == before


def test_files_that_others_brought_or_changed_are_put_right(
    archive: Archive, folder: Path, journal: Path
) -> None:
    draft = deposit(archive, journal, publish=False)
    inside = folder / ".drafts" / draft.id
    (inside / "stranger").write_bytes(b"?")
    (inside / "a.zip").write_bytes(b"b" * 3000)
    done = deposit(archive, journal)
    assert published(folder) == {done.id: WHOLE}


class Damaging:
    """An archive on the way to which a byte changes, so many times."""

    def __init__(self, archive: Archive, times: int) -> None:
        self.archive, self.times = archive, times

    def __getattr__(self, name: str) -> Any:
        return getattr(self.archive, name)

    def send(self, identifier: str, source: Source, *arguments: Any) -> Kept:
        if source.size and self.times:
            self.times -= 1
            source = replace(source, content=b"?" * source.size)
        return self.archive.send(identifier, source, *arguments)


def test_what_arrives_damaged_is_sent_again(archive: Archive, folder: Path, journal: Path) -> None:
    counted: list[int] = []
    done = deposit(Damaging(archive, 2), journal, sent=counted.append)  # type: ignore[arg-type]
    assert published(folder) == {done.id: WHOLE}
    assert sum(counted) == sum(len(data) for data in WHOLE.values())


def test_what_always_arrives_damaged_is_not_published(archive: Archive, folder: Path, journal: Path) -> None:
    with pytest.raises(IntegrityError, match=r"a\.zip arrives damaged"):
        deposit(Damaging(archive, 99), journal)  # type: ignore[arg-type]
    assert published(folder) == {}


class Silent:
    """An archive that does not tell digests."""

    def __init__(self, archive: Archive) -> None:
        self.archive = archive

    def __getattr__(self, name: str) -> Any:
        return getattr(self.archive, name)

    def files(self, identifier: str) -> dict[str, Kept]:
        return {name: replace(one, digest="") for name, one in self.archive.files(identifier).items()}


def test_an_archive_that_tells_sizes_only_is_believed_in_the_end_but_not_about_another_try(
    archive: Archive, folder: Path, journal: Path
) -> None:
    deposit(Silent(archive), journal, publish=False)  # type: ignore[arg-type]
    changed = (replace(SOURCES[0], content=b"c" * 3000), *SOURCES[1:])
    done = deposit(Silent(archive), journal, sources=changed)  # type: ignore[arg-type]
    assert published(folder) == {done.id: WHOLE | {"a.zip": b"c" * 3000}}


def test_a_draft_that_was_deleted_is_told_and_another_begun_if_wanted(
    archive: Archive, folder: Path, journal: Path
) -> None:
    draft = deposit(archive, journal, publish=False)
    (folder / ".drafts" / f"{draft.id}.json").unlink()
    with pytest.raises(GoneError, match="--anew"):
        deposit(archive, journal)
    assert deposit(archive, journal, anew=True).id != draft.id


def test_another_is_begun_once_however_often_it_fails(archive: Archive, folder: Path, journal: Path) -> None:
    first = deposit(archive, journal)
    for call in itertools.count():
        flaky = Flaky(archive, call, "after")
        with suppress(CutError):
            second = deposit(flaky, journal, anew=True, publish=False)  # type: ignore[arg-type]
            break
    drafts = [path.name for path in (folder / ".drafts").iterdir() if path.is_dir()]
    assert (drafts, list(published(folder))) == ([second.id], [first.id])
    assert deposit(archive, journal).id == second.id
    third = deposit(archive, journal, anew=True)
    assert sorted(published(folder)) == sorted([first.id, second.id, third.id])


@pytest.mark.parametrize("known", [True, False])
def test_a_draft_is_not_left_behind_by_a_new_version(
    archive: Archive, folder: Path, journal: Path, tmp_path: Path, known: bool
) -> None:
    other = deposit(archive, tmp_path / f"other{SUFFIX}")
    if known:
        deposit(archive, journal, publish=False)
    else:
        with pytest.raises(CutError):
            deposit(Flaky(archive, 1, "after"), journal)
    with pytest.raises(UsageError, match=r"draft at .* that is not published: file://"):
        deposit(archive, journal, previous=other.page)


def test_a_new_version_of_nothing_is_refused_before_anything_is_begun(
    archive: Archive, folder: Path, journal: Path, tmp_path: Path
) -> None:
    with pytest.raises(UsageError, match="has no"):
        deposit(archive, journal, previous="10.5281/zenodo.1")
    draft = deposit(archive, tmp_path / f"other{SUFFIX}", publish=False)
    with pytest.raises(UsageError, match="not published yet"):
        deposit(archive, journal, previous=draft.page)
    assert not journal.exists()


def test_what_does_not_fit_is_told_before_anything_is_sent(archive: Archive, journal: Path) -> None:
    class Small:
        label = "small.example"
        limits = Limits(most_files=2, most_bytes=100, takes_empty=False)

    with Journal(journal) as opened:
        engine = Depositing(Small(), opened)  # type: ignore[arg-type]
        with pytest.raises(UsageError, match="takes 2 files, not 3"):
            engine.require_fit(SOURCES)
        with pytest.raises(UsageError, match="takes 100 bytes, not 3,002"):
            engine.require_fit(SOURCES[:2])
        with pytest.raises(UsageError, match="takes no empty files: empty: empty"):
            engine.require_fit(SOURCES[1:])
        engine.require_fit(SOURCES[1:2])
        Depositing(archive, opened).require_fit(SOURCES)


def test_what_an_archive_has_not_is_told_before_anything_is_begun(
    archive: Archive, journal: Path, folder: Path
) -> None:
    with Journal(journal) as opened:
        engine = Depositing(archive, opened)
        engine.require_offered(Access())
        with pytest.raises(UsageError, match="no restricted files and embargoes and no communities"):
            engine.require_offered(Access(restricted=True), communities=True)
        with pytest.raises(UsageError, match="no links to drafts"):
            engine.require_offered(Access(), link=True)
    assert list(folder.iterdir()) == []


def test_two_deposits_of_one_title_do_not_meet(archive: Archive, folder: Path, tmp_path: Path) -> None:
    assert isinstance(archive, StoreArchive)
    made = [deposit(archive, tmp_path / f"{number}{SUFFIX}").id for number in range(3)]
    assert all(one != other for one, other in itertools.combinations(made, 2))
    assert sorted(published(folder)) == sorted(made)


def test_what_was_changed_in_a_draft_by_hand_stays(archive: Archive, journal: Path) -> None:
    watched = Flaky(archive)
    with Journal(journal) as opened:
        engine = Depositing(watched, opened)
        draft = engine.begin("Numbers")
        again = replace(ABOUT, publication_date="2026-11-28")
        other = replace(ABOUT, title="Other numbers")
        steps = [(ABOUT, False, 1), (ABOUT, False, 1), (again, False, 1), (other, False, 2), (other, True, 3)]
        for description, reason, count in steps:
            engine.describe(draft, description, Access(reason="A patent" if reason else ""))
            assert watched.calls.count("describe") == count
