"""At a genuine InvenioRDM a deposit that fails at any request comes to one record with the right bytes.

One request after the other is interfered with: its answer is lost and the network is gone from then on, as
when the process is killed there; or only this one goes wrong, which the same run has to get over.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import requests

from reprocrate.deposit.archive import Access, Deposit, Limits, Stage
from reprocrate.deposit.calling import Caller
from reprocrate.deposit.conformance import ArchiveConformance
from reprocrate.deposit.depositing import Content, Depositing
from reprocrate.deposit.inveniordm.deposits import InvenioArchive
from reprocrate.deposit.journal import SUFFIX, Journal
from reprocrate.deposit.sources import Source
from reprocrate.errors import UnavailableError
from tests.deposit.interfering import DROP, LOSE_ANSWER, Deed, Proxy, belie, interfering
from tests.deposit.server import without_proxy
from tests.genuine.inveniordm.instance import Server

pytestmark = pytest.mark.archive

PART_BYTES = 400_000
SOURCES = (
    Source("reprocrate.json", b'{"small": true}'),
    Source("bundle.crate.zip", bytes(range(256)) * 4_000),
)
ALL_AT_ONCE = 60
"""More requests than a deposit makes from one failure to its end."""

DEEDS = {
    "answer lost, then no network": None,
    "answer lost": LOSE_ANSWER,
    "never arrives": DROP,
    "answered with 500": belie(500),
    "answered with 504": belie(504),
    "answer cut": Deed(cut_answer=9),
    "request cut": Deed(cut_request=7),
    "request cut and reset": Deed(cut_request=7, reset=True),
}


@dataclass
class Case:
    """A way to the server, and who goes it."""

    proxy: Proxy
    token: str
    parts: int
    title: str = ""

    def deposit(self, journal: Path) -> Deposit:
        caller = Caller(self.proxy.url, lambda: self.token, wait=lambda _seconds: None)
        archive = InvenioArchive(caller, Limits(), self.parts)
        about = replace(ArchiveConformance.description, title=self.title)
        with Journal(journal) as opened:
            engine = Depositing(archive, opened)
            draft = engine.begin(self.title)
            if draft.stage is not Stage.PUBLISHED:
                engine.fill(engine.describe(draft, about, Access()), Content(SOURCES, "payload"))
                draft = engine.publish(draft)
            return draft

    def records(self) -> list[dict[str, Any]]:
        """All drafts and records of the user that have the title, or were begun under any mark meanwhile."""
        found = requests.get(
            f"{self.proxy.target}/api/user/records?sort=newest&size=30",
            headers={"Authorization": f"Bearer {self.token}", "Accept": "application/vnd.inveniordm.v1+json"},
            timeout=60,
        ).json()
        return [one for one in found["hits"]["hits"] if one["metadata"].get("title") == self.title]

    def bytes_of(self, identifier: str) -> dict[str, bytes]:
        address = f"{self.proxy.target}/api/records/{identifier}/files"
        listed = requests.get(address, headers={"Accept": "application/json"}, timeout=60).json()["entries"]
        names = [one["key"] for one in listed]
        return {name: requests.get(f"{address}/{name}/content", timeout=60).content for name in names}


@pytest.fixture(params=["zenodo", "plain"])
def case(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Case]:
    without_proxy(monkeypatch)
    name = "inveniordm" if request.param == "zenodo" else "plain_inveniordm"
    server: Server = request.getfixturevalue(name)
    with interfering(server.url) as proxy:
        yield Case(proxy, server.tokens["depositor"], 0 if request.param == "zenodo" else PART_BYTES)


@pytest.mark.parametrize("deed", DEEDS.values(), ids=DEEDS.keys())
def test_failing_at_any_request_it_comes_to_one_record(case: Case, deed: Deed | None, tmp_path: Path) -> None:
    case.title = f"Never interrupted {hashlib.sha256(repr(deed).encode()).hexdigest()[:8]}"
    case.deposit(tmp_path / f"0{SUFFIX}")
    whole = {one.name: one.content for one in SOURCES}
    # What is only read changes nothing: to be cut off there is to be cut off after the change before it.
    changes = [number for number, one in enumerate(case.proxy.log, 1) if one.method != "GET"]
    assert len(changes) >= 10
    for number in changes:
        case.title = f"Interrupted at {number} {tmp_path}"
        journal = tmp_path / f"{number}{SUFFIX}"
        before = len(case.proxy.log)
        what = case.proxy.calls()[number - 1]
        case.proxy.on(deed or LOSE_ANSWER, nth=number)
        if deed is None:
            for later in range(number + 1, number + ALL_AT_ONCE):
                case.proxy.on(DROP, nth=later)
            with pytest.raises(UnavailableError):
                case.deposit(journal)
            case.proxy._rules.clear()
        published = case.deposit(journal)
        case.proxy._rules.clear()
        assert [one["id"] for one in case.records()] == [published.id], what
        assert case.bytes_of(published.id) == whole, what
        _require_no_part_twice(case.proxy.log[before:], what)


def _require_no_part_twice(log: list[Any], what: str) -> None:
    """What arrived, and was known to, is not sent again."""
    arrived = Counter(
        one.path
        for one in log
        if one.method == "PUT"
        and re.search(r"/content(/\d+)?$", one.path)
        and one.answered == 200
        and b'"errors"' not in (one.answer or b"")
        and one.size == int(one.headers["content-length"])
    )
    assert max(arrived.values()) == 1, (what, arrived)
