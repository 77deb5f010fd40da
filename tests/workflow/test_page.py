"""The page of a bundle that `pack` made: its digest, its curves, how to cite it, and what it links to."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path
from typing import Any

import pytest

from reprocrate.bundle import Entry
from reprocrate.manifest import Manifest
from reprocrate.workflow import identity, page_contents
from reprocrate.workflow.citing import citation_declared
from reprocrate.workflow.contents import Contents
from reprocrate.workflow.page_contents import curves_of
from tests.render import sample
from tests.render.test_preview import named, parsed, words_of
from tests.workflow.conftest import Study

LEARNING = """
import sys
seed = int(sys.argv[1])
with open(f"curve-{seed}.csv", "w") as file:
    file.write("metric,step,value\\n")
    for step in range(30):
        file.write(f"loss,{step},{1 / (step + 1 + seed)}\\n")
print("score", seed)
"""
SETTINGS = """
[experiment]
title = "Rings"

[files]
histories = "curve-{seed}.csv"

[metrics.score]
stdout = "score (?P<value>[0-9.]+)"
"""
CITATION = """
cff-version: 1.2.0
title: rings
authors: [{given-names: Ada, family-names: Example}, {name: Example Group}]
date-released: 2026-05-01
identifiers: [{type: doi, value: 10.5281/zenodo.42}]
"""


@pytest.fixture
def packed(study: Study, tmp_path: Path) -> tuple[Any, Any, list[str]]:
    """What `pack` said, the page of the bundle, and the names in it."""
    study.write("score.py", LEARNING)
    study.write("reprocrate.toml", SETTINGS)
    study.write("CITATION.cff", CITATION)
    study.run("0-2")
    bundle = study.pack(tmp_path / "rings.crate.zip")
    with zipfile.ZipFile(bundle.path) as archive:
        return bundle, parsed(archive.read("ro-crate-preview.html")), archive.namelist()


def test_page_names_the_payload_digest_that_the_bundle_has(packed: tuple[Any, Any, list[str]]) -> None:
    bundle, page, _ = packed
    shown = re.findall(r"\b[0-9a-f]{64}\b", words_of(section(page, "fixity")))
    assert shown == [bundle.payload_digest]


def test_page_draws_the_histories_that_travel(packed: tuple[Any, Any, list[str]]) -> None:
    drawn = [one for one in named(section(packed[1], "curves"), "path") if one.attrib["class"] == "seed"]
    assert len(drawn) == 3


def test_page_takes_the_doi_from_the_citation_file(packed: tuple[Any, Any, list[str]]) -> None:
    text = words_of(section(packed[1], "cite"))
    assert "Ada Example, & Example Group (2026). Rings [Record of a computational experiment]." in text
    assert "https://doi.org/10.5281/zenodo.42" in text


def test_every_file_of_the_bundle_can_be_reached_from_its_page(packed: tuple[Any, Any, list[str]]) -> None:
    _, page, names = packed
    linked = {one.attrib["href"].removeprefix("./") for one in named(page, "a")}
    assert {name for name in names if not name.endswith("/")} - linked == {"ro-crate-preview.html"}
    assert {one for one in linked if not one.startswith(("#", "http"))} <= set(names)


def contents(tmp_path: Path, **files: str | bytes) -> Contents:
    entries = {}
    for name, text in files.items():
        path = tmp_path / name.replace("/", "-")
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        entries[name] = Entry(name, path)
    return Contents(manifest_with_histories(), entries)


def manifest_with_histories() -> Manifest:
    from reprocrate.manifest import manifest_from

    document = sample.digits_document()
    for run in document["runs"]:
        run["histories"] = sample.file(f"{run['id']}.csv")
    return manifest_from(document)


def test_histories_that_are_none_or_too_large_are_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = "metric,step,value\nloss,0,1\nloss,1,0.5\n"
    monkeypatch.setattr(page_contents, "_LARGEST_FILE", 100)
    files = {"mlp-0.csv": good, "mlp-1.csv": b"\xff\xfe", "mlp-2.csv": good + "loss,2,0\n" * 20}
    assert [one.run for one in curves_of(contents(tmp_path, **files))] == ["mlp-0"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "- a\n",
        "title: [",
        "title: !!python/object/apply:os.system ['x']",
        b"\xff\xfe",
        "a: &a [*a]\n" * 2,
    ],
)
def test_citation_files_that_cannot_be_read_are_passed_over(tmp_path: Path, text: str | bytes) -> None:
    assert citation_declared(contents(tmp_path, **{"CITATION.cff": text})) is None


def test_citation_file_with_values_of_other_kinds_gives_what_can_be_used(tmp_path: Path) -> None:
    text = (
        "title: 3\nauthors: Ada\ndoi: [x]\nversion: 1.5\ndate-released: soon\nurl: ftp://x\nidentifiers: 4\n"
    )
    declared = citation_declared(contents(tmp_path, **{"CITATION.cff": text}))
    assert declared is not None
    assert (declared.title, declared.version) == ("3", "1.5")
    assert (declared.authors, declared.doi, declared.released, declared.url) == ((), None, None, None)


def test_digest_is_not_told_where_a_large_file_would_be_read_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "large.bin"
    path.write_bytes(b"x" * 100)
    entries = [Entry("reprocrate.json", b"{}"), Entry("large.bin", path)]
    assert identity.known_payload_digest(entries) is not None
    monkeypatch.setattr(identity, "_HASHED_BYTES", 10)
    assert identity.known_payload_digest(entries) is None


def section(page: Any, identifier: str) -> Any:
    return next(one for one in named(page, "section") if one.attrib["id"] == identifier)
