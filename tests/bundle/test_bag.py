"""Bundles in BagIt bags, judged by the tool of the Library of Congress."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from reprocrate.bundle import Entry, Form, Tree, open_bundle, pack
from reprocrate.errors import IntegrityError, UsageError

TREE = Tree({"latest": "data/v2", "data/again.csv": "v2/100% a#b.csv"}, ("out",))
NAMES = ["data/v2/100% a#b.csv", "empty.txt", "Ünïcode/日本語 😀.txt", "a" * 250 + ".txt", "run.sh"]


def _bag(tmp_path: Path, form: Form = Form.FOLDER) -> Path:
    entries = [Entry("reprocrate.json", b"{}"), Entry("empty.txt", b"")]
    entries += [Entry(name, name.encode(), name == "run.sh") for name in NAMES if name != "empty.txt"]
    return pack(entries, tmp_path / "bag", form=form, tree=TREE, bag=True).path


def _bagit(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "bagit", "--validate", folder]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_bagit_accepts_the_folder(tmp_path: Path) -> None:
    done = _bagit(_bag(tmp_path))
    assert done.returncode == 0, done.stderr


@pytest.mark.skipif(not shutil.which("unzip"), reason="needs unzip")
def test_bagit_accepts_the_unzipped_file(tmp_path: Path) -> None:
    subprocess.run(["unzip", "-q", _bag(tmp_path, Form.ZIP), "-d", tmp_path / "out"], check=True)
    assert _bagit(tmp_path / "out").returncode == 0
    (tmp_path / "out/data/run.sh").write_bytes(b"")
    assert _bagit(tmp_path / "out").returncode != 0


@pytest.mark.parametrize("form", list(Form))
def test_a_bag_is_the_same_bundle(form: Form, tmp_path: Path) -> None:
    with open_bundle(_bag(tmp_path, form)) as bundle:
        assert bundle.verify() == []
        assert {"reprocrate.json", *NAMES} < set(bundle.names())
        digest = bundle.payload_digest()
        bundle.extract(tmp_path / "out")
    with open_bundle(tmp_path / "out") as plain:
        assert plain.verify() == []
        assert plain.payload_digest() == digest
    assert (tmp_path / "out/latest/100% a#b.csv").read_bytes() == NAMES[0].encode()
    assert not (tmp_path / "out/bagit.txt").exists()


def _relist(bag: Path) -> None:
    """Make the list of the bag's own files fit again."""
    names = ("bagit.txt", "bag-info.txt", "manifest-sha256.txt")
    lines = [f"{hashlib.sha256((bag / name).read_bytes()).hexdigest()}  {name}\n" for name in names]
    (bag / "tagmanifest-sha256.txt").write_text("".join(lines))


def _change_both_lists(bag: Path) -> None:
    """Change a file, and the bag's list of it, but not the bundle's."""
    old = hashlib.sha256((bag / "data/run.sh").read_bytes()).hexdigest()
    (bag / "data/run.sh").write_bytes(b"evil")
    listed = (bag / "manifest-sha256.txt").read_text()
    new = hashlib.sha256(b"evil").hexdigest()
    (bag / "manifest-sha256.txt").write_text(listed.replace(old, new))
    _relist(bag)


DEFECTS: dict[str, tuple[Callable[[Path], object], str]] = {
    "payload": (lambda bag: (bag / "data/run.sh").write_bytes(b""), "run.sh has changed"),
    "both lists": (_change_both_lists, "run.sh stands otherwise"),
    "info": (lambda bag: (bag / "bag-info.txt").write_bytes(b"x: y\n"), "bag-info.txt has changed"),
    "extra tag": (lambda bag: (bag / "fetch.txt").write_bytes(b"http://x 1 data/x\n"), "fetch.txt is extra"),
    "link beside": (lambda bag: (bag / "x").symlink_to("/etc/passwd"), "x is extra"),
    "no list": (lambda bag: (bag / "manifest-sha256.txt").unlink(), "of the bag is missing"),
    "bad list": (
        lambda bag: ((bag / "manifest-sha256.txt").write_bytes(b"x\n"), _relist(bag)),
        "something else than",
    ),
    "extra payload": (lambda bag: (bag / "data/x").write_bytes(b""), "x is extra"),
}


@pytest.mark.requirement("RQ17")
@pytest.mark.parametrize("defect", DEFECTS)
def test_changed_bags_are_refused(defect: str, tmp_path: Path) -> None:
    bag = _bag(tmp_path)
    change, message = DEFECTS[defect]
    change(bag)
    assert _bagit(bag).returncode != 0 or defect in ("both lists", "extra tag", "link beside")
    with open_bundle(bag) as bundle, pytest.raises(IntegrityError, match=message):
        bundle.extract(tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_names_that_bags_cannot_hold_are_not_packed(tmp_path: Path) -> None:
    long = "/".join(["x" * 200] * 5) + "/" + "y" * 18
    for path, message in (("a%0Ab", "line break"), (long, "longer than 1024 bytes")):
        with pytest.raises(UsageError, match=message):
            pack([Entry("reprocrate.json", b"{}"), Entry(path, b"")], tmp_path / "bag", bag=True)
    assert list(tmp_path.iterdir()) == []
