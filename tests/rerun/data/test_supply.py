"""Data that the reader has is found whatever it is called there, and nothing else is taken for it."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reprocrate.manifest import File
from reprocrate.rerun.data.supply import Search, common_folders, look_for
from reprocrate.rerun.work.materials import Material


def material(path: str, content: bytes, *, sized: bool = True, hashed: bool = True) -> Material:
    known: dict[str, Any] = {"size": len(content)} if sized else {}
    known |= {"sha256": hashlib.sha256(content).hexdigest()} if hashed else {}
    return Material(File(path=path, in_bundle=False, **known), path, None, "rings")


def laid(root: Path, files: Mapping[str, bytes]) -> Path:
    for path, content in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(content)
    return root


def found(search: Search, root: Path) -> dict[str, str]:
    return {
        source: supply.location.relative_to(root).as_posix()
        for (_, source), supply in search.supplies.items()
    }


def looked_for(files: Mapping[str, bytes], *places: Path, **options: bool) -> Search:
    return look_for(
        [material(path, content, **options) for path, content in files.items()],
        places,
        common=common_folders(files),
    )


RINGS = {"data/rings/train.csv": b"1\n2\n", "data/rings/test/a.csv": b"3\n"}


@pytest.mark.parametrize("left_out", ["", "data/", "data/rings/"])
def test_leading_folders_that_all_share_may_be_left_out(tmp_path: Path, left_out: str) -> None:
    laid(tmp_path, {path.removeprefix(left_out): content for path, content in RINGS.items()})
    search = looked_for(RINGS, tmp_path)
    assert found(search, tmp_path) == {path: path.removeprefix(left_out) for path in RINGS}
    assert not search.missing
    assert not search.mismatches


def test_files_of_other_names_are_told_by_their_content(tmp_path: Path) -> None:
    laid(tmp_path, {"x/one": b"1\n2\n", "two.txt": b"3\n", "other": b"4\n5\n"})
    expected = {"data/rings/train.csv": "x/one", "data/rings/test/a.csv": "two.txt"}
    assert found(looked_for(RINGS, tmp_path), tmp_path) == expected


def test_the_right_content_wins_over_the_right_name(tmp_path: Path) -> None:
    laid(tmp_path, {"data/rings/train.csv": b"9\n9\n", "old": b"1\n2\n", "data/rings/test/a.csv": b"3\n"})
    assert found(looked_for(RINGS, tmp_path), tmp_path)["data/rings/train.csv"] == "old"


def test_what_is_missing_and_what_differs_is_told_apart(tmp_path: Path) -> None:
    laid(tmp_path, {"train.csv": b"9\n9\n"})
    search = looked_for(RINGS, tmp_path)
    assert [one.material.file.path for one in search.mismatches] == ["data/rings/train.csv"]
    assert "has the SHA-256" in search.mismatches[0].why
    assert [one.file.path for one in search.missing] == ["data/rings/test/a.csv"]


def test_several_places_are_looked_through(tmp_path: Path) -> None:
    laid(tmp_path / "a", {"train.csv": b"1\n2\n"})
    laid(tmp_path / "b", {"a.csv": b"3\n"})
    assert len(looked_for(RINGS, tmp_path / "a", tmp_path / "b").supplies) == 2


def test_a_single_file_is_the_place_of_what_it_holds(tmp_path: Path) -> None:
    place = laid(tmp_path, {"any name": b"1\n2\n"}) / "any name"
    assert found(looked_for({"data/x.csv": b"1\n2\n"}, place), tmp_path) == {"data/x.csv": "any name"}
    assert looked_for({"data/x.csv": b"1\n3\n"}, place).missing
    assert looked_for({"data/any name": b"1\n3\n"}, place).mismatches


def test_names_may_be_decomposed(tmp_path: Path) -> None:
    laid(tmp_path, {"cafe\u0301.csv": b"1"})
    assert found(looked_for({"data/caf\u00e9.csv": b"2"}, tmp_path), tmp_path) == {}
    assert found(looked_for({"data/caf\u00e9.csv": b"1"}, tmp_path), tmp_path) == {
        "data/caf\u00e9.csv": "cafe\u0301.csv"
    }


# -- what must not be taken, or wait for anything --


def test_a_link_that_leads_elsewhere_counts_only_by_its_content(tmp_path: Path) -> None:
    laid(tmp_path, {"blobs/1": b"1\n2\n", "secret": b"key", "set/data/rings/test/a.csv": b"3\n"})
    place = tmp_path / "set"
    (place / "data/rings/train.csv").symlink_to(tmp_path / "blobs/1")
    assert len(looked_for(RINGS, place).supplies) == 2
    (place / "data/rings/train.csv").unlink()
    (place / "data/rings/train.csv").symlink_to(tmp_path / "secret")
    assert "bytes" in looked_for(RINGS, place).mismatches[0].why


@pytest.mark.parametrize("sized", [True, False])
def test_without_a_digest_no_link_leads_out(tmp_path: Path, sized: bool) -> None:
    laid(tmp_path, {"secret": b"key", "set/inside": b"abc"})
    place = tmp_path / "set"
    wanted = [material("data.csv", b"key", hashed=False, sized=sized)]
    (place / "data.csv").symlink_to(tmp_path / "secret")
    assert "link that leads elsewhere" in look_for(wanted, [place]).mismatches[0].why
    (place / "data.csv").unlink()
    (place / "data.csv").symlink_to("inside")
    assert look_for(wanted, [place]).supplies


def test_links_in_circles_and_to_nothing_are_no_files(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to(tmp_path)
    (tmp_path / "x.csv").symlink_to("x.csv")
    (tmp_path / "y.csv").symlink_to("nowhere")
    search = looked_for({"x.csv": b"1", "y.csv": b"2"}, tmp_path)
    assert not search.supplies
    assert all("cannot be read" in one.why for one in search.mismatches)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs pipes with names")
def test_nothing_waits_for_a_pipe(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "x.csv")
    os.mkfifo(tmp_path / "another")
    (mismatch,) = looked_for({"x.csv": b"1"}, tmp_path).mismatches
    assert "pipe" in mismatch.why


def test_a_device_is_no_data(tmp_path: Path) -> None:
    (tmp_path / "x.csv").symlink_to("/dev/zero")
    (mismatch,) = looked_for({"x.csv": b"1"}, tmp_path, sized=False).mismatches
    assert "device" in mismatch.why


def test_a_huge_file_is_not_read_to_be_refused(tmp_path: Path) -> None:
    with (tmp_path / "x.csv").open("wb") as file:
        file.truncate(10 * 10**9)
    read: list[int] = []
    (mismatch,) = look_for([material("x.csv", b"0123456789")], [tmp_path], read=read.append).mismatches
    assert mismatch.why == "has 10000000000 bytes, recorded are 10"
    assert read == []


def test_a_file_is_read_once_whoever_looks_for_it(tmp_path: Path) -> None:
    laid(tmp_path, {"x": b"aa"})
    read: list[int] = []
    wanted = [material(path, content) for path, content in {"a": b"bb", "b": b"cc", "c": b"aa"}.items()]
    assert len(look_for(wanted, [tmp_path], read=read.append).supplies) == 1
    assert read == [2]


# -- any paths --

NAME = st.text("abcé=. \u0301-", min_size=1, max_size=6).filter(
    lambda name: name.strip(". ") and name == name.strip() and not name.endswith(".")
)
PATHS = st.lists(
    st.lists(NAME, min_size=1, max_size=4).map("/".join), min_size=1, max_size=6, unique=True
).filter(lambda paths: not any(one != two and two.startswith(f"{one}/") for one in paths for two in paths))


def composed(paths: Sequence[str]) -> list[str]:
    from reprocrate.files import safe_relative

    return list(dict.fromkeys(safe_relative(path) for path in paths))


@settings(max_examples=60, deadline=None)
@given(PATHS, st.data())
def test_every_file_is_found_below_any_shared_folder(paths: list[str], data: st.DataObject) -> None:
    names = composed(paths)
    if any(one != two and two.startswith(f"{one}/") for one in names for two in names):
        return
    files = {path: f"content of {number}".encode() for number, path in enumerate(names)}
    common = common_folders(files)
    assert all(PurePosixPath(path).parts[:common] == PurePosixPath(names[0]).parts[:common] for path in names)
    left_out = data.draw(st.integers(0, common))
    with TemporaryDirectory() as folder:
        root = laid(
            Path(folder), {"/".join(path.split("/")[left_out:]): content for path, content in files.items()}
        )
        search = looked_for(files, root)
        assert {
            source: supply.location.read_bytes() for (_, source), supply in search.supplies.items()
        } == files
        search = looked_for({path: content + b"!" for path, content in files.items()}, root)
        assert not search.supplies
