"""Whatever fails on the way to a genuine archive: in the end one record, one DOI and the right bytes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.deposit.interfering import DROP, LOSE_ANSWER, Deed, Exchange, belie
from tests.genuine.depositing import Desk, desk
from tests.genuine.inveniordm.instance import Server

pytestmark = pytest.mark.archive

MOST_REQUESTS = 24
"""How many a deposit makes at most; a test makes sure of it."""


@pytest.fixture
def author(bundle: Path, inveniordm: Server, tmp_path: Path) -> Iterator[Desk]:
    """Somebody with the bundle, on the way to an archive that is set up as Zenodo is."""
    with desk(bundle, tmp_path, inveniordm) as made:
        yield made


@pytest.fixture
def plain_author(bundle: Path, plain_inveniordm: Server, tmp_path: Path) -> Iterator[Desk]:
    """The same where files may go in parts."""
    with desk(bundle, tmp_path, plain_inveniordm) as made:
        yield made


def test_a_deposit_from_draft_to_publication(author: Desk) -> None:
    code, said = author.publish()
    assert code == 0, said
    record = author.require_one(published=False)
    assert record["pids"]["doi"]["identifier"] in said
    assert len(author.proxy.log) <= MOST_REQUESTS
    sent = sum(each.size for each in author.proxy.log if each.method == "PUT")

    code, said = author.publish("--publish")
    assert code == 0, said
    assert author.require_one()["id"] == record["id"]
    assert sum(each.size for each in author.proxy.log if "/content" in each.path) <= sent

    before = len(author.proxy.log)
    code, said = author.publish("--publish", "--json")
    assert code == 0, said
    assert json.loads(said)["doi"] == record["pids"]["doi"]["identifier"]
    assert {each.method for each in author.proxy.log[before:]} == {"GET"}


@pytest.mark.parametrize("number", range(1, MOST_REQUESTS + 1))
@pytest.mark.parametrize("when", ["before", "after"])
def test_killed_at_any_request_it_goes_on(author: Desk, number: int, when: str) -> None:
    author.proxy.on(Deed(**{when: author.kill}), nth=number)
    code, said = author.publish("--publish")
    if code == 0:  # it did not make so many requests
        author.require_one()
        return
    author.proxy.wait()
    code, said = author.publish("--publish")
    assert code == 0, said
    record = author.require_one()
    for name in author.files(record["id"]):
        assert author.arrivals(name) == 1


@pytest.mark.parametrize("tenth", range(10))
def test_killed_inside_an_upload_it_goes_on(author: Desk, tenth: int) -> None:
    size = (author.folder / "tiny.crate.zip").stat().st_size
    author.proxy.on(Deed(at_byte=(size * tenth // 10, author.kill)), path=r"\.zip/content")
    code, _ = author.publish("--publish")
    assert code == -9
    author.proxy.wait()
    code, said = author.publish("--publish")
    assert code == 0, said
    record = author.require_one()
    assert all(author.arrivals(name) == 1 for name in author.files(record["id"]))


@pytest.mark.parametrize("number", range(1, MOST_REQUESTS + 1))
@pytest.mark.parametrize(
    "deed",
    [DROP, LOSE_ANSWER, belie(500), belie(502), belie(504), Deed(cut_answer=1)],
    ids=["dropped", "lost", "500", "502", "504", "cut"],
)
def test_what_fails_once_is_mended_without_being_asked(author: Desk, number: int, deed: Deed) -> None:
    author.proxy.on(deed, nth=number)
    code, said = author.publish("--publish")
    assert code == 0, said
    record = author.require_one()
    assert all(author.arrivals(name) == 1 for name in author.files(record["id"]))


@pytest.mark.parametrize("reset", [False, True])
@pytest.mark.parametrize("tenth", range(10))
def test_an_upload_that_is_cut_is_sent_again(author: Desk, tenth: int, reset: bool) -> None:
    size = (author.folder / "tiny.crate.zip").stat().st_size
    author.proxy.on(Deed(cut_request=size * tenth // 10, reset=reset), path=r"\.zip/content")
    code, said = author.publish("--publish")
    assert code == 0, said
    author.require_one()


def uploads(log: list[Exchange]) -> list[str]:
    return [each.path.rpartition("/draft/files/")[2] for each in log if each.method == "PUT"]
