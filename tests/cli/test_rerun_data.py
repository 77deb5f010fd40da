"""Reruns of experiments whose data did not come along: given by the reader, fetched, or explained."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.deposit.server import Page, Site, serving

TRAIN = """
import argparse
parser = argparse.ArgumentParser()
parser.add_argument("--seed", type=int)
seed = parser.parse_args().seed
total = sum(float(line) for name in ("train", "test") for line in open(f"data/rings/{name}.csv"))
print("score", total + seed / 10)
"""
SETTINGS = """
[experiment]
title = "Rings"

[metrics.score]
stdout = "score (?P<value>[-0-9.e]+)"
direction = "maximize"
margin = 0.01

[data.rings]
name = "Rings of points"
files = ["data/rings"]
license = "CC-BY-4.0"
origin = "existing"
"""
FILES = {"data/rings/train.csv": "1\n2\n3\n", "data/rings/test.csv": "4\n5\n"}
RESTRICTED = """
access = { level = "restricted", how_to_obtain = "Apply to Example Hospital.", reason = "Patients." }
source = "doi:10.5281/zenodo.1234567"
"""


@pytest.fixture
def site() -> Iterator[Site]:
    """A server of this machine."""
    with serving() as running:
        yield running


@pytest.fixture
def study(packed_from: Callable[..., Path]) -> Callable[[str], Path]:
    """Packs an experiment that reads two files, with what is said of these: the bundle."""

    def pack(settings: str) -> Path:
        return packed_from(TRAIN, SETTINGS + settings, seeds="0-1", files=FILES)

    return pack


def laid(folder: Path, **content: str) -> Path:
    folder.mkdir()
    for name, text in content.items():
        (folder / f"{name}.csv").write_text(text)
    return folder


def verdict_of(said: Any) -> dict[str, Any]:
    document: dict[str, Any] = said.document("verdict")
    return document


def test_restricted_data_explains_itself_and_is_taken_from_where_the_reader_has_it(
    study: Callable[[str], Path], cli: Any, rerun: Any, tree: Any
) -> None:
    bundle = study(RESTRICTED)
    reader = bundle.parent
    plan = cli(reader, "plan", bundle.name, "--json", code=3).document("plan")
    assert plan["data"][0]["standing"] == "missing"
    text = cli(reader, "plan", bundle.name, code=3).out
    for words in ("Apply to Example Hospital.", "10.5281/zenodo.1234567", "CC-BY-4.0", "restricted"):
        assert words in text
    complaint = rerun(reader, bundle.name, "--fetch", code=3).err
    assert "the data is not fetched, since its access is restricted" in complaint
    for words in ("Rings of points", "2 files, 10 bytes", "Apply to Example Hospital.", "--data rings=PATH"):
        assert words in complaint
    have = laid(reader / "mine", a="1\n2\n3\n", b="4\n5\n")
    before = tree(have)
    assert cli(reader, "plan", bundle.name, "--json", "--data", f"rings={have}").document("plan")["data"]
    verdict = verdict_of(rerun(reader, bundle.name, "--json", "--data", f"Rings of points={have}"))
    assert verdict["results"][0]["outcome"] == "identical"
    assert str(have) not in json.dumps(verdict)
    assert tree(have) == before
    assert not [path for path in (reader / "study" / "data").rglob("*") if path.is_file()]
    (have / "a.csv").rename(have / "train.csv")
    (have / "train.csv").write_text("1\n2\n4\n")
    assert (
        "data/rings/train.csv has the SHA-256"
        in rerun(reader, "study", "--data", f"rings={have}", code=1).err
    )
    (have / "train.csv").unlink()
    assert (
        "missing, by name and by content: data/rings/train.csv"
        in rerun(reader, "study", "--data", f"rings={have}", code=3).err
    )


def test_data_that_was_put_where_it_belongs_is_checked_and_read(
    study: Callable[[str], Path], cli: Any, rerun: Any
) -> None:
    bundle = study(RESTRICTED)
    reader = bundle.parent
    cli.here(reader, "import", bundle.name)
    (reader / "study" / "data" / "rings").mkdir(parents=True, exist_ok=True)
    for path, text in FILES.items():
        (reader / "study" / path).write_text(text)
    cli.here(reader, "validate", "study")
    verdict = verdict_of(rerun(reader, "study", "--json"))
    assert verdict["results"][0]["outcome"] == "identical"
    (reader / "study" / "data" / "rings" / "test.csv").write_text("4\n6\n")
    complaint = rerun(reader, "study", code=1).err
    assert "data/rings/test.csv has the SHA-256" in complaint
    (reader / "study" / "data" / "rings" / "more.csv").write_text("4\n6\n")
    assert "more.csv is extra" in rerun(reader, "study", code=1).err


def archive(**members: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as zipped:
        for name, text in members.items():
            zipped.writestr(f"rings-1.0/{name}.csv", text)
    return file.getvalue()


def test_data_is_fetched_only_after_consent_and_only_from_allowed_addresses(
    study: Callable[[str], Path], cli: Any, rerun: Any, site: Site
) -> None:
    site.pages["/rings.zip"] = Page(archive(train="1\n2\n3\n", test="4\n5\n", evil="evil"))
    bundle = study(f'in_bundle = false\nsource = "{site.url}/rings.zip"\n')
    reader, allowed = bundle.parent, ("--allow-address", site.host)
    refused = rerun(reader, bundle.name, "--fetch", code=3).err
    assert f"{site.url}/rings.zip is not asked, since it leads to this machine itself" in refused
    assert f"if you trust that address, give --allow-address {site.host}" in refused
    plan = cli(reader, "plan", bundle.name, "--json", *allowed).document("plan")
    assert [one["option"] for one in plan["consents"] if one["kind"] == "fetch"] == ["--fetch"]
    assert f"{site.url}/rings.zip" in cli(reader, "plan", bundle.name, *allowed).out
    assert "Agree with --fetch" in rerun(reader, bundle.name, *allowed, code=3).err
    assert site.asked == []
    verdict = verdict_of(rerun(reader, bundle.name, "--json", "--fetch", *allowed))
    assert verdict["results"][0]["outcome"] == "identical"
    found = {path: (reader / "study" / path).read_text() for path in FILES}
    assert found == FILES
    assert not list((reader / "study").rglob("evil*"))
    assert rerun(reader, "study")
    assert len(site.asked) == 1


def test_prepare_brings_data_and_environment(
    study: Callable[[str], Path], cli: Any, rerun: Any, site: Site
) -> None:
    site.pages["/rings.zip"] = Page(archive(train="1\n2\n3\n", test="4\n5\n"))
    bundle = study(f'in_bundle = false\nsource = "{site.url}/rings.zip"\n')
    reader, allowed = bundle.parent, ("--allow-address", site.host)
    said = cli(reader, "import", bundle.name, "study", "--prepare", "--fetch", *allowed, "--json")
    plan = json.loads(said.out)
    assert plan["data"][0]["standing"] == "here"
    assert (reader / "study" / ".reprocrate" / "environments").is_dir()
    site.pages.clear()
    assert verdict_of(rerun(reader, "study", "--json"))["upheld"]


def test_prepare_says_what_it_could_not_bring(study: Callable[[str], Path], cli: Any, site: Site) -> None:
    site.pages["/rings.zip"] = Page(archive(train="1\n2\n3\n", test="4\n6\n"))
    bundle = study(f'in_bundle = false\nsource = "{site.url}/rings.zip"\n')
    reader, allowed = bundle.parent, ("--allow-address", site.host)
    for options, words, code in (
        ((), "--data rings=PATH", 3),
        (allowed, "Agree with --fetch", 3),
        ((*allowed, "--fetch"), "does not hold the recorded files", 1),
    ):
        name = f"study-{len(options)}"
        assert words in cli(reader, "import", bundle.name, name, "--prepare", *options, code=code).err
        cli.here(reader, "validate", name)
    have = laid(reader / "mine", train="1\n2\n3\n", test="4\n5\n")
    said = cli(reader, "import", bundle.name, "given", "--prepare", "--fetch", "--data", f"rings={have}")
    assert "--fetch was not needed: neither data" in said.err
    assert f"Next: reprocrate rerun given --data=rings={have}" in said.out
    assert "Add --prepare" in cli.here(reader, "import", bundle.name, "x", "--data", "rings=.", code=2).err
