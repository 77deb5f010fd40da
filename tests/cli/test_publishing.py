"""`publish`, against what a genuine archive answered."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Author
from tests.cli.deposits import MASKS, SCENARIOS, Depositor
from tests.deposit.archive import html
from tests.deposit.recordings import replaying
from tests.deposit.server import make_certificate, serving


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


def test_what_cannot_be_trusted_or_reached_is_told_and_nothing_is_written(
    recorded: Author, certificate: tuple[Path, Path]
) -> None:
    before = sorted(recorded.folder.glob("*"))
    with serving(certificate) as site:
        assert "cannot be trusted" in Depositor(recorded, site.url)(code=3).err
        assert site.asked == []
    with serving() as site:
        page = "<title>Log in</title>"
        site.pages["/api/user/records"] = html(page)
        assert "does not answer as an archive does" in Depositor(recorded, site.url)(code=3).err
    assert "cannot be reached" in Depositor(recorded, site.url)(code=3).err
    assert sorted(recorded.folder.glob("*")) == before


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate that nobody knows."""
    return make_certificate(tmp_path_factory.mktemp("certificate"))
