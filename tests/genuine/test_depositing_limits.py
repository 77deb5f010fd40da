"""What a genuine archive limits: how large files may be, how often it may be asked, how much it takes."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from reprocrate.deposit.archive import Access
from reprocrate.deposit.calling import Caller
from reprocrate.deposit.depositing import Content, Depositing, Listener
from reprocrate.deposit.description import Agent, Description, Kind
from reprocrate.deposit.inveniordm.deposits import InvenioArchive
from reprocrate.deposit.journal import Journal
from reprocrate.deposit.sources import Source
from reprocrate.errors import UnavailableError
from tests.deposit.interfering import Proxy, interfering
from tests.genuine.depositing import desk
from tests.genuine.inveniordm.calling import Caller as Hand
from tests.genuine.inveniordm.instance import Instance, Server

pytestmark = pytest.mark.archive

PART = 200_000
DESCRIPTION = Description(
    title="Numbers",
    kind=Kind.DATASET,
    publication_date="2026-11-27",
    paragraphs=("Some numbers.",),
    creators=(Agent("Example, Ada", "Example", "Ada"),),
)


class StoppedError(Exception):
    """As if the machine had lost its power."""


def deposit(
    folder: Path,
    url: str,
    token: str,
    sources: list[Source],
    sent: Callable[[int], object] = lambda _count: None,
    part: int = 0,
    previous: str = "",
) -> str:
    """A deposit of files, as far as it comes; the answer is its DOI."""
    archive = InvenioArchive(Caller(url, lambda: token, wait=lambda _seconds: None), part_bytes=part)
    with Journal(folder / "numbers.deposit.jsonl") as journal:
        engine = Depositing(archive, journal, Listener(sent=sent))
        draft = engine.begin("Numbers", previous)
        engine.describe(draft, DESCRIPTION, Access())
        engine.fill(draft, Content(sources, "a" * 64))
        return engine.publish(draft).doi


@pytest.fixture
def proxy(plain_inveniordm: Server) -> Iterator[Proxy]:
    """A way to an archive that takes files in parts."""
    with interfering(plain_inveniordm.url) as running:
        yield running


@pytest.fixture
def numbers(tmp_path: Path) -> Source:
    """A file of seven parts, none of which is like another."""
    path = tmp_path / "numbers.bin"
    path.write_bytes(bytes(number * 7 % 251 for number in range(7 * PART - 1234)))
    return Source(path.name, path)


def parts_in(proxy: Proxy) -> list[str]:
    return [
        each.path.rpartition("/")[2]
        for each in proxy.log
        if each.method == "PUT" and "/content/" in each.path
    ]


@pytest.mark.parametrize("after", range(0, 7 * PART, PART // 2 + 1))
def test_stopped_anywhere_only_missing_parts_are_sent(
    proxy: Proxy, plain_inveniordm: Server, numbers: Source, tmp_path: Path, after: int
) -> None:
    token, gone = plain_inveniordm.tokens["depositor"], 0

    def stop(count: int) -> None:
        nonlocal gone
        gone += count
        if gone > after:
            raise StoppedError

    with pytest.raises(StoppedError):
        deposit(tmp_path, proxy.url, token, [numbers], stop, PART)
    proxy.wait()
    arrived = len([each for each in proxy.log if "/content/" in each.path and each.status == 200])
    deposit(tmp_path, proxy.url, token, [numbers], lambda _count: None, PART)
    whole = [each for each in proxy.log if "/content/" in each.path and each.status == 200]
    assert [each.path.rpartition("/")[2] for each in whole] == ["1", "2", "3", "4", "5", "6", "7"]
    assert arrived == after // PART
    identifier = next(each.path.split("/")[3] for each in proxy.log if "/draft" in each.path)
    call = Hand(plain_inveniordm)
    held = call("GET", f"/records/{identifier}/files/numbers.bin/content", 200, headers={"Accept": "*/*"})
    assert held == numbers.content.read_bytes()  # type: ignore[union-attr]


def test_where_no_parts_are_taken_a_file_goes_whole(
    inveniordm: Server, numbers: Source, tmp_path: Path
) -> None:
    with interfering(inveniordm.url) as proxy:
        token = inveniordm.tokens["depositor"]
        deposit(tmp_path, proxy.url, token, [numbers], lambda _count: None, PART)
        assert parts_in(proxy) == ["1"]
        assert [each.size for each in proxy.log if each.path.endswith("numbers.bin/content")] == [
            numbers.size
        ]


def test_another_file_of_the_same_name_is_not_made_of_parts_of_both(
    proxy: Proxy, plain_inveniordm: Server, numbers: Source, tmp_path: Path
) -> None:
    token, gone = plain_inveniordm.tokens["depositor"], 0

    def stop(count: int) -> None:
        nonlocal gone
        gone += count
        if gone > 3 * PART:
            raise StoppedError

    with pytest.raises(StoppedError):
        deposit(tmp_path, proxy.url, token, [numbers], stop, PART)
    path = tmp_path / "numbers.bin"
    path.write_bytes(path.read_bytes()[::-1])
    deposit(tmp_path, proxy.url, token, [Source(path.name, path)], lambda _count: None, PART)
    assert parts_in(proxy)[-7:] == ["1", "2", "3", "4", "5", "6", "7"]


def test_a_new_version_takes_over_what_is_the_same(inveniordm: Server, tmp_path: Path) -> None:
    token = inveniordm.tokens["depositor"]
    same, old, gone = Source("same.txt", b"the same"), Source("data.txt", b"old"), Source("gone.txt", b"gone")
    with interfering(inveniordm.url) as proxy:
        first = deposit(tmp_path, proxy.url, token, [same, old, gone])
        proxy.log.clear()
        second = deposit(tmp_path, proxy.url, token, [same, Source("data.txt", b"new")], previous=first)
        sent = [each.path.split("/")[-2] for each in proxy.log if each.path.endswith("/content")]
        assert sent == ["data.txt"]
    assert second != first
    call = Hand(inveniordm)
    listed = call("GET", f"/records/{second.rpartition('.')[2]}/files", 200, headers={"Accept": "*/*"})
    assert {one["key"]: one["size"] for one in listed["entries"]} == {"same.txt": 8, "data.txt": 3}
    assert second in call("GET", f"/records/{second.rpartition('.')[2]}", 200)["pids"]["doi"]["identifier"]


def test_at_a_slow_pace_nothing_is_refused(
    inveniordm_instance: Instance, bundle: Path, tmp_path: Path
) -> None:
    with inveniordm_instance.serving("zenodo", "5 per 8 second") as server:
        shutil.copy(bundle, tmp_path)
        with desk(bundle, tmp_path, server) as author:
            code, said = author.publish("--publish")
            assert code == 0, said
            assert [each.answered for each in author.proxy.log if each.answered == 429] == []
            assert "waiting" in said


def test_a_full_quota_is_told(inveniordm_instance: Instance, numbers: Source, tmp_path: Path) -> None:
    with inveniordm_instance.serving("zenodo", quota=100_000) as server:
        with pytest.raises(UnavailableError) as caught:
            deposit(tmp_path, server.url, server.tokens["depositor"], [numbers], lambda _count: None, 0)
        assert "quota" in str(caught.value).lower() or "limit" in str(caught.value).lower()
