"""`publish`, against what a genuine archive answered."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from reprocrate.workflow.packing import PackingChoice
from reprocrate.workflow.progress import Silence
from reprocrate.workflow.publishing import PublishingChoice
from reprocrate.workflow.publishing.identifying import with_doi
from reprocrate.workflow.publishing.material import material
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


@pytest.mark.parametrize("stale", [False, True])
def test_at_another_place_it_is_always_written_anew(recorded: Author, tmp_path: Path, stale: bool) -> None:
    archive = tmp_path / "archive"
    archive.mkdir()
    cli, folder, there = recorded.cli, recorded.folder, f"file://{archive}"
    cli(folder, "pack", "--offline")
    other = folder / "other.crate.zip"
    with_doi(folder / "threshold.crate.zip", "10.1234/x", folder / "threshold.crate.zip", Silence())
    if stale:
        other.write_bytes(b"something else")
    work = material(folder / "threshold.crate.zip", PublishingChoice(there), Silence())
    choice = PublishingChoice(there, packing=PackingChoice(output=other))
    made = work.identified("10.1234/x", choice, Silence())  # type: ignore[union-attr]
    assert made.bundle == other  # type: ignore[union-attr]
    assert other.read_bytes() == (folder / "threshold.crate.zip").read_bytes()


def test_what_is_packed_is_not_packed_otherwise(recorded: Author) -> None:
    recorded.cli(recorded.folder, "pack", "--offline")
    for option in ("--data=none", "--format=tar.zst", "--anonymous"):
        said = recorded.cli.complaint(
            recorded.folder, "publish", "threshold.crate.zip", "--to", "file:///", option, code=2
        )
        assert said.startswith("threshold.crate.zip is packed already")


def test_a_signed_bundle_goes_with_its_signature(recorded: Author, tmp_path: Path) -> None:
    archive = tmp_path / "archive"
    archive.mkdir()
    recorded.cli(recorded.folder, "pack", "--offline")
    (recorded.folder / "threshold.crate.zip.sig").write_bytes(b"a signature")
    arguments = ("publish", "threshold.crate.zip", "--to", f"file://{archive}", "--publish", "--as-is")
    recorded.cli(recorded.folder, *arguments)
    assert [path.read_bytes() for path in archive.glob("*/*.sig")] == [b"a signature"]
    assert "--output" in recorded.cli(recorded.folder, *arguments, "-o", "x.zip", code=2).err


def test_a_bundle_that_was_taken_elsewhere_is_still_that_deposit(recorded: Author, tmp_path: Path) -> None:
    with replaying("draft_and_publication", MASKS, everything=False) as replay:
        doi = Depositor(recorded, replay.url).told()["doi"]
        elsewhere = tmp_path / "elsewhere"
        elsewhere.mkdir()
        (recorded.folder / "threshold.crate.zip").rename(elsewhere / "moved.crate.zip")
        command = ("publish", "moved.crate.zip", "--to", replay.url, "--json")
        said = recorded.cli(elsewhere, *command, REPROCRATE_TOKEN="a-token")
        assert json.loads(said.out)["doi"] == doi
        assert replay.calls.count("POST /api/records") == 1
