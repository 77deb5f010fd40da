"""A part of a bundle: the files that are wanted, with the links that lead to them, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from reprocrate.bundle import Entry, Form, Tree, open_bundle, pack
from reprocrate.bundle.layout import CHECKSUMS, MANIFEST, TREE
from reprocrate.bundle.part import Part
from reprocrate.errors import IntegrityError

FILES = {MANIFEST: b"{}", "a/x.csv": b"1\n", "b/y.csv": b"2\n", "run.py": b"pass\n"}
LINKS = {"to-a": "a", "over": "to-a", "to-b": "b/y.csv", "b/up": "../a/x.csv"}
WANTED = frozenset({MANIFEST, CHECKSUMS, TREE, "a/x.csv"})


@pytest.fixture(params=list(Form))
def path(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A bundle with links, in each form."""
    entries = [Entry(name, data) for name, data in FILES.items()]
    return pack(entries, tmp_path / "x.crate", form=request.param, tree=Tree(LINKS, ("empty",))).path


def paths(folder: Path) -> set[str]:
    return {
        one.relative_to(folder).as_posix()
        for one in folder.rglob("*")
        if one.is_symlink() or one.is_file() or (one.is_dir() and not any(one.iterdir()))
    }


def test_only_what_is_wanted_is_unpacked_and_the_folder_is_known_as_a_part(
    path: Path, tmp_path: Path
) -> None:
    target = tmp_path / "out"
    with open_bundle(path) as bundle:
        bundle.extract(target, only=WANTED)
        absent = Part(bundle.members, bundle.links, WANTED).absent()
    assert paths(target) == {*WANTED, "to-a", "over", "b/up", "empty"}
    assert absent == {"b/y.csv": 2, "run.py": 5, "to-b": None}
    with open_bundle(target, absent=absent) as part:
        assert part.verify() == []
    with open_bundle(target) as part:
        assert {one.path for one in part.verify()} == {"b/y.csv", "run.py", "to-b"}
    (target / "a/x.csv").write_bytes(b"3\n")
    with open_bundle(target, absent=absent) as part:
        assert [one.path for one in part.verify()] == ["a/x.csv"]


def test_a_wanted_file_that_is_not_there_or_not_listed_leaves_nothing(path: Path, tmp_path: Path) -> None:
    with open_bundle(path) as bundle, pytest.raises(IntegrityError, match=r"nowhere\.csv is missing"):
        bundle.extract(tmp_path / "out", only={*WANTED, "nowhere.csv"})
    assert not (tmp_path / "out").exists()


def test_a_wanted_file_that_has_changed_leaves_nothing_and_another_one_is_not_read(tmp_path: Path) -> None:
    folder = pack([Entry(name, data) for name, data in FILES.items()], tmp_path / "x", form=Form.FOLDER).path
    (folder / "a/x.csv").write_bytes(b"3\n")
    with open_bundle(folder) as bundle:
        with pytest.raises(IntegrityError, match=r"a/x\.csv has changed"):
            bundle.extract(tmp_path / "out", only=WANTED - {TREE})
        assert not (tmp_path / "out").exists()
        bundle.extract(tmp_path / "out", only={MANIFEST, CHECKSUMS, "b/y.csv"})


def test_a_wanted_file_that_the_list_does_not_name_is_refused(tmp_path: Path) -> None:
    folder = pack([Entry(name, data) for name, data in FILES.items()], tmp_path / "x", form=Form.FOLDER).path
    (folder / "more.csv").write_bytes(b"3\n")
    with open_bundle(folder) as bundle, pytest.raises(IntegrityError, match=r"more\.csv is extra"):
        bundle.extract(tmp_path / "out", only={MANIFEST, CHECKSUMS, "more.csv"})


def test_what_is_read_instead_of_a_path_need_not_lie_on_a_disk(path: Path, tmp_path: Path) -> None:
    import io

    if path.is_dir():
        return
    with open_bundle(Path("elsewhere.crate"), file=io.BytesIO(path.read_bytes())) as bundle:
        assert bundle.manifest_bytes() == b"{}"
        assert bundle.verify() == []
        bundle.extract(tmp_path / "out")
    assert (tmp_path / "out/b/y.csv").read_bytes() == b"2\n"
