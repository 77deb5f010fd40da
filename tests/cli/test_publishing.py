"""`publish`, against what a genuine archive answered."""

from __future__ import annotations

import pytest

from tests.cli.conftest import Author
from tests.cli.deposits import MASKS, SCENARIOS, Depositor
from tests.deposit.recordings import replaying


@pytest.mark.parametrize("name", SCENARIOS)
def test_an_author_deposits(recorded: Author, name: str) -> None:
    with replaying(name, MASKS) as replay:
        SCENARIOS[name](Depositor(recorded, replay.url))


def test_without_permission_nothing_is_written_down(recorded: Author) -> None:
    refused = {"status": 403, "fields": {"content-type": "application/json"}}
    refused |= {"answer": {"json": {"status": 403, "message": "Permission denied."}}}
    asked = {"method": "GET", "path": "/api/user/records?q=id:0&size=1", "authorized": True, "body": None}
    said = {"said": {"accept": "application/vnd.inveniordm.v1+json"}}
    before = sorted(recorded.folder.rglob("*.toml")), sorted(recorded.folder.glob("*"))
    with replaying([{**asked, **said, **refused}], MASKS) as replay:
        told = Depositor(recorded, replay.url)(code=3)
    assert "does not take the token" in told.err
    assert "REPROCRATE_TOKEN" in told.err
    assert "a-token" not in told.err
    assert (sorted(recorded.folder.rglob("*.toml")), sorted(recorded.folder.glob("*"))) == before
