"""Symbolic links and empty folders: kept where they stay inside, refused where they lead out."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from reprocrate.bundle import Entry, Form, ProblemKind, Tree, open_bundle, pack
from reprocrate.bundle.layout import TREE
from reprocrate.errors import IntegrityError, UsageError

MANIFEST = Entry("reprocrate.json", b"{}")
FILES = [MANIFEST, Entry("data/v2/x.csv", b"1,2\n"), Entry("run.sh", b"#!/bin/sh\n", executable=True)]
LINKS = {
    "data/current": "v2",
    "data/v3/again": "../current/../v2/x.csv",
    "latest": "data/current",
    "here": "./run.sh",
}
EMPTY = ("out/checkpoints", "tmp")


def _packed(tmp_path: Path, links: Mapping[str, str] = LINKS, form: Form = Form.ZIP) -> Path:
    return pack(FILES, tmp_path / "x.crate", form=form, tree=Tree(links, EMPTY)).path


def _tree(folder: Path) -> dict[str, str]:
    """Every link, empty folder and executable file of a folder."""
    found = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink():
            found[name] = f"-> {os.readlink(path)}"  # noqa: PTH115 - as it is
        elif path.is_dir() and not any(path.iterdir()):
            found[name] = "empty"
        elif path.is_file() and path.stat().st_mode & stat.S_IXUSR:
            found[name] = "executable"
    return found


EXPECTED = {
    **{path: f"-> {target}" for path, target in LINKS.items()},
    **dict.fromkeys(EMPTY, "empty"),
    "run.sh": "executable",
}


@pytest.mark.parametrize("form", list(Form))
def test_links_empty_folders_and_modes_survive(form: Form, tmp_path: Path) -> None:
    path = _packed(tmp_path, form=form)
    with open_bundle(path) as bundle:
        assert bundle.verify() == []
        bundle.extract(tmp_path / "out")
    assert _tree(tmp_path / "out") == EXPECTED
    assert (tmp_path / "out/latest/x.csv").read_bytes() == b"1,2\n"
    with open_bundle(tmp_path / "out") as again:
        assert again.verify() == []


def test_all_forms_are_the_same_bundle(tmp_path: Path) -> None:
    digests = {
        pack(FILES, tmp_path / form, form=form, tree=Tree(LINKS, EMPTY)).payload_digest for form in Form
    }
    assert len(digests) == 1


@pytest.mark.skipif(not shutil.which("unzip"), reason="needs unzip")
def test_unzip_makes_the_same_tree(tmp_path: Path) -> None:
    path = _packed(tmp_path)
    subprocess.run(["unzip", "-q", path, "-d", tmp_path / "out"], check=True)
    assert _tree(tmp_path / "out") == EXPECTED


def test_without_links_or_empty_folders_nothing_is_added(tmp_path: Path) -> None:
    with open_bundle(pack(FILES, tmp_path / "x.zip").path) as bundle:
        assert TREE not in bundle.names()


ASTRAY = [
    ("a", "/etc/passwd", "unsafe path"),
    ("a", "../x", "leads out of the bundle"),
    ("data/a", "v2/../../../x", "leads out of the bundle"),
    ("a", "data/current/../../..", "leads out of the bundle"),
    ("a", "a", "goes round in a loop"),
    ("a", "nowhere", "something that is not in the bundle"),
    ("a", "run.sh/..", "link to the whole bundle"),
    ("a", ".", "link to the whole bundle"),
    ("a", "", "to nothing"),
    ("a", "C:\\x", "unsafe path"),
    ("a", "x" * 1100, "to nothing, or"),
    ("a", "data\x1b[2J", "unsafe path"),
    (".reprocrate/runs", "../data", "in the place of the bundle's own files"),
]


@pytest.mark.parametrize(("path", "target", "message"), ASTRAY)
def test_links_that_lead_astray_are_not_packed(path: str, target: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=message):
        _packed(tmp_path, {"data/current": "v2", path: target})
    assert list(tmp_path.iterdir()) == []


def test_nothing_lies_behind_a_link(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="both a file and a folder"):
        _packed(tmp_path, {"data": "run.sh"})


@pytest.mark.parametrize(("path", "target", "message"), [case for case in ASTRAY if case[1]])
def test_links_that_lead_astray_are_not_unpacked(
    path: str, target: str, message: str, tmp_path: Path, make_zip: Callable[..., Path]
) -> None:
    info = zipfile.ZipInfo(path)
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    tree = (TREE, Tree({path: target, "data/current": "v2"}).to_bytes())
    current = zipfile.ZipInfo("data/current")
    current.external_attr = (stat.S_IFLNK | 0o777) << 16
    files = [(entry.path, entry.source) for entry in FILES[1:]]
    bundle = make_zip([tree, (info, target.encode()), (current, b"v2"), *files])
    _refused(bundle)


@pytest.mark.requirement("RQ16")
def test_link_that_the_list_does_not_name_is_refused(tmp_path: Path, make_zip: Callable[..., Path]) -> None:
    info = zipfile.ZipInfo("a")
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    assert "is a symbolic link that" in _refused(make_zip([("x", b""), (info, b"x")]))
    assert "is missing" in _refused(make_zip([("x", b""), (TREE, Tree({"a": "x"}).to_bytes())]))
    assert "another symbolic link" in _refused(
        make_zip([("x", b""), ("y", b""), (info, b"x"), (TREE, Tree({"a": "y"}).to_bytes())])
    )


@pytest.mark.parametrize("data", [b"{", b"[]", b'{"links":[],"folders":[]}', b"[" * 100_000, b"\xff"])
def test_list_of_links_that_is_none_is_told(data: bytes, make_zip: Callable[..., Path]) -> None:
    assert TREE in _refused(make_zip([(TREE, data)]))


def test_changed_links_of_a_folder_are_found(tmp_path: Path) -> None:
    folder = _packed(tmp_path, form=Form.FOLDER)
    (folder / "latest").unlink()
    (folder / "here").unlink()
    (folder / "here").symlink_to("data/v2/x.csv")
    (folder / "other").symlink_to("/etc/passwd")
    with open_bundle(folder) as bundle:
        problems = {(problem.path, problem.kind) for problem in bundle.verify()}
    assert problems == {(name, ProblemKind.LINK) for name in ("latest", "here", "other")}


def _refused(path: Path) -> str:
    around = sorted(path.parent.rglob("*"))
    with open_bundle(path) as bundle, pytest.raises(IntegrityError) as caught:
        bundle.extract(path.parent / "out")
    assert sorted(path.parent.rglob("*")) == around
    return str(caught.value)
