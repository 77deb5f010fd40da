from __future__ import annotations

import hashlib

import pytest

from reprocrate.bundle import layout
from reprocrate.bundle.admission import names_problems
from reprocrate.bundle.checksums import checksums_bytes, parse_checksums


@pytest.mark.parametrize(
    "path",
    [
        "reprocrate.json",
        "Reprocrate.JSON",
        "ro-crate-metadata.json",
        "ro-crate-preview.html",
        "ro-crate-preview_files/plot.svg",
        "ro-crate-preview_files",
        "manifest-sha256.txt",
        "REPRODUCING.md",
        "reproducing.md",
        ".reprocrate",
        ".reprocrate/runs/x",
        ".REPROCRATE/x",
    ],
)
def test_names_of_the_bundle_are_not_the_projects(path: str) -> None:
    assert layout.is_reserved(path)


@pytest.mark.parametrize(
    "path", ["train.py", "data/reprocrate.json", "reprocrate.json.bak", ".reprocrate2/x", "reprocrate.toml"]
)
def test_other_names_are_the_projects(path: str) -> None:
    assert not layout.is_reserved(path)


def test_identity_is_the_digest_of_the_lines_of_the_payload() -> None:
    digests = {
        name: hashlib.sha256(name.encode()).hexdigest()
        for name in ("reprocrate.json", "ro-crate-metadata.json", "ro-crate-preview.html", "a", "b/c")
    }
    lines = sorted(f"{digests[name]}  {name}\n".encode() for name in ("reprocrate.json", "a", "b/c"))
    assert layout.payload_digest(digests.items()) == hashlib.sha256(b"".join(lines)).hexdigest()
    assert not layout.in_payload("ro-crate-preview_files/plot.svg")
    assert layout.in_payload("data/ro-crate-metadata.json")


def test_list_of_checksums_is_read_as_it_was_written() -> None:
    pairs = {"b": "1" * 64, "a b/é": "2" * 64, " lead": "3" * 64}
    data = checksums_bytes(pairs.items())
    assert data.decode().splitlines() == [f"{'3' * 64}   lead", f"{'2' * 64}  a b/é", f"{'1' * 64}  b"]
    assert parse_checksums(data) == (pairs, [])


def test_names_are_judged_together_with_folders() -> None:
    assert list(names_problems(["a/b", "a/c"], ["a", "empty"])) == []
    assert [str(problem) for problem in names_problems(["a/b", "c"], ["C"])] == [
        "c is both a file and a folder"
    ]
