from __future__ import annotations

import io
import json
import os
import shutil
import stat
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from reprocrate.bundle import Entry, ProblemKind, open_bundle, pack
from reprocrate.errors import IntegrityError, UnavailableError, UnreadableError, UsageError

MakeZip = Callable[..., Path]


def _tree(root: Path) -> dict[str, bytes]:
    return {
        path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()
    }


def _rewrite(bundle: Path, change: Callable[[dict[str, bytes]], None]) -> Path:
    """The same bundle after someone has unpacked it, changed files and packed them again."""
    with zipfile.ZipFile(bundle) as archive:
        files = {name: archive.read(name) for name in archive.namelist() if not name.endswith("/")}
    change(files)
    with zipfile.ZipFile(bundle, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return bundle


def _problems(path: Path) -> list[tuple[str, str]]:
    with open_bundle(path) as bundle:
        return [(problem.path, problem.kind.value) for problem in bundle.verify()]


# -- a sound bundle --


def test_sound_bundle_has_no_problems_and_unpacks_to_what_was_packed(
    bundle: Path, contents: dict[str, bytes], tmp_path: Path
) -> None:
    seen: list[int] = []
    with open_bundle(bundle) as opened:
        assert opened.verify() == []
        opened.require_intact()
        opened.extract(tmp_path / "out", seen.append)
        assert sum(seen) == opened.total_size
    unpacked = _tree(tmp_path / "out")
    assert unpacked.pop("manifest-sha256.txt")
    assert unpacked == contents
    executable = {path for path in unpacked if (tmp_path / "out" / path).stat().st_mode & stat.S_IXUSR}
    assert executable == {"run.sh"}


def test_files_can_be_looked_at_one_by_one(bundle: Path, contents: dict[str, bytes]) -> None:
    with open_bundle(bundle) as opened:
        assert opened.names() == tuple(sorted([*contents, "manifest-sha256.txt"], key=str.encode))
        assert opened.manifest_bytes() == contents["reprocrate.json"]
        assert opened.read("data/rings.csv", limit=10**6) == contents["data/rings.csv"]
        assert opened.read("data.txt", limit=0) == b""
        with pytest.raises(UnreadableError, match=r"data/rings\.csv in .* is too large.*1000 bytes"):
            opened.read("data/rings.csv", limit=1000)
        with pytest.raises(KeyError):
            opened.read("data/nothing.csv", limit=1000)


def test_zip_and_folder_of_it_are_the_same_bundle(bundle: Path, entries: list[Entry], tmp_path: Path) -> None:
    packed = pack(entries, tmp_path / "again.zip")
    with open_bundle(bundle) as opened:
        opened.extract(tmp_path / "out")
        assert opened.payload_digest() == packed.payload_digest
    with open_bundle(tmp_path / "out") as folder:
        assert folder.verify() == []
        assert folder.payload_digest() == packed.payload_digest
        assert json.loads(folder.manifest_bytes())["manifest_version"] == "1.0"
        folder.extract(tmp_path / "copy")
    assert _tree(tmp_path / "copy") == _tree(tmp_path / "out")
    assert os.access(tmp_path / "copy/run.sh", os.X_OK)


def test_name_of_the_file_does_not_matter(bundle: Path) -> None:
    assert _problems(bundle.rename(bundle.with_name("download (1).part"))) == []


@pytest.mark.skipif(not shutil.which("zip"), reason="needs zip")
@pytest.mark.parametrize("options", [["-r"], ["-rD"], ["-r0"], ["-rz"]], ids=" ".join)
def test_bundle_that_was_zipped_again_by_other_tools_is_accepted(
    options: list[str], bundle: Path, tmp_path: Path
) -> None:
    with open_bundle(bundle) as opened:
        opened.extract(tmp_path / "out")
    subprocess.run(
        ["zip", "-q", *options, tmp_path / "again.zip", "."],
        cwd=tmp_path / "out",
        input=b"A comment\n.\n",
        check=True,
        env={**os.environ, "LC_ALL": "C.UTF-8"},
    )
    with open_bundle(tmp_path / "again.zip") as opened:
        assert opened.verify() == []
        opened.extract(tmp_path / "again")
    assert os.access(tmp_path / "again/run.sh", os.X_OK)
    shutil.make_archive(str(tmp_path / "python"), "zip", tmp_path / "out")
    assert _problems(tmp_path / "python.zip") == []


def test_zip_that_was_written_to_a_pipe_is_accepted(bundle: Path, tmp_path: Path) -> None:
    class Pipe(io.BytesIO):
        def seekable(self) -> bool:
            return False

        def seek(self, *_: object) -> int:
            raise OSError

        def tell(self) -> int:
            raise OSError

    pipe = Pipe()
    with zipfile.ZipFile(bundle) as old, zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            if not info.filename.endswith("/"):
                with new.open(info.filename, "w", force_zip64="large" in info.filename) as member:
                    member.write(old.read(info))
    (tmp_path / "piped.zip").write_bytes(pipe.getvalue())
    assert _problems(tmp_path / "piped.zip") == []


# -- no bundle --


def test_nothing_there_is_a_wrong_path(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"nothing\.zip does not exist"):
        open_bundle(tmp_path / "nothing.zip")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", r"x\.zip is empty"),
        (b"hello world, not a bundle", "it is not a ZIP file"),
        (b"  <!DOCTYPE html><title>Sign in</title>", "it is a web page, not a ZIP file"),
        (b'{"manifest_version": "1.0"}', "it is a JSON file"),
        (b"\x28\xb5\x2f\xfd....", r"x\.zip is cut off"),
        (b"\x1f\x8b" + bytes(20), "it is a gzip file.*make a .tar.zst file of it"),
        (bytes(257) + b"ustar\x0000" + bytes(300), "it is a tar file without compression.*Unpack it"),
        (b"PK\x03\x04", "cut off"),
        (b"PK\x05\x06" + bytes(18), r"it has no reprocrate\.json"),
    ],
)
def test_what_is_no_bundle_is_told_in_a_sentence(data: bytes, message: str, tmp_path: Path) -> None:
    (tmp_path / "x.zip").write_bytes(data)
    with pytest.raises(UnreadableError, match=message):
        open_bundle(tmp_path / "x.zip")


def test_pipe_is_refused_without_waiting_for_it(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(UnreadableError, match="neither a file nor a folder"):
        open_bundle(tmp_path / "pipe")


def test_zip_or_folder_without_manifest_is_no_bundle(tmp_path: Path, make_zip: MakeZip) -> None:
    with pytest.raises(UnreadableError, match=r"it has no reprocrate\.json\."):
        open_bundle(make_zip([("train.py", b"")], complete=False))
    with pytest.raises(UnreadableError, match=r"no reprocrate\.json at its root, but one in rings/"):
        open_bundle(make_zip([("rings/reprocrate.json", b"{}")], complete=False))
    (tmp_path / "folder").mkdir()
    with pytest.raises(UnreadableError, match="folder is not a bundle"):
        open_bundle(tmp_path / "folder")


def test_truncated_bundle_is_told_wherever_it_ends(tmp_path: Path) -> None:
    whole = pack([Entry("reprocrate.json", b"{}" * 99), Entry("data/x", b"x")], tmp_path / "x.zip")
    data = whole.path.read_bytes()
    for length in range(4, len(data)):
        whole.path.write_bytes(data[:length])
        with pytest.raises(UnreadableError, match=r"is cut off|not a sound ZIP"):
            open_bundle(whole.path)


# -- not what was packed --


@pytest.mark.requirement("RQ20")
def test_edited_manifest_is_found_whoever_asks(bundle: Path, tmp_path: Path) -> None:
    _rewrite(bundle, lambda files: files.update({"reprocrate.json": b'{"manifest_version":"9.0"}'}))
    assert _problems(bundle) == [("reprocrate.json", "changed")]
    with open_bundle(bundle) as opened:
        with pytest.raises(
            IntegrityError, match=r"not what was packed \(1 problem\).*reprocrate\.json has changed"
        ):
            opened.manifest_bytes()
        assert opened.manifest_bytes(check=False) == b'{"manifest_version":"9.0"}'
        with pytest.raises(IntegrityError, match=r"reprocrate\.json has changed"):
            opened.extract(tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.requirement("RQ21")
def test_changed_missing_and_extra_files_are_all_named(bundle: Path, tmp_path: Path) -> None:
    def change(files: dict[str, bytes]) -> None:
        files["data/rings.csv"] += b"1,2\n"
        del files["src/deep/er/train.py"]
        files["data/more.csv"] = b""

    _rewrite(bundle, change)
    assert _problems(bundle) == [
        ("data/more.csv", "extra"),
        ("data/rings.csv", "changed"),
        ("src/deep/er/train.py", "missing"),
    ]
    before = sorted(tmp_path.iterdir())
    with open_bundle(bundle) as opened, pytest.raises(IntegrityError) as caught:
        opened.extract(tmp_path / "out")
    message = str(caught.value)
    assert "3 problems" in message
    assert all(name in message for name in ("data/more.csv", "data/rings.csv", "src/deep/er/train.py"))
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.requirement("RQ20")
def test_file_that_is_not_listed_is_not_given_out(bundle: Path) -> None:
    _rewrite(bundle, lambda files: files.update({"extra": b"data"}))
    with open_bundle(bundle) as opened:
        with pytest.raises(IntegrityError, match="extra is extra"):
            opened.read("extra", limit=100)
        assert opened.read("manifest-sha256.txt", limit=10**6)


def test_many_problems_are_counted_and_ten_named(bundle: Path) -> None:
    _rewrite(bundle, lambda files: files.update({f"extra/{number:02}": b"" for number in range(25)}))
    with open_bundle(bundle) as opened, pytest.raises(IntegrityError) as caught:
        opened.require_intact()
    assert "25 problems" in str(caught.value)
    assert str(caught.value).count("is extra") == 10
    assert "and 15 more" in str(caught.value)


@pytest.mark.parametrize(
    ("listing", "problem"),
    [
        (None, ("manifest-sha256.txt", "missing")),
        (b"", ("manifest-sha256.txt", "damaged")),
        (b"\xff", ("manifest-sha256.txt", "damaged")),
        (b"d41d8cd9  reprocrate.json\n", ("manifest-sha256.txt", "damaged")),
        (b"0" * 64 + b"  ../../etc/passwd\n", ("../../etc/passwd", "unsafe")),
        (b"0" * 64 + b"  manifest-sha256.txt\n", ("manifest-sha256.txt", "duplicate")),
        ((b"0" * 64 + b"  reprocrate.json\n") * 2, ("reprocrate.json", "duplicate")),
    ],
)
def test_bad_list_of_checksums_is_a_problem(
    listing: bytes | None, problem: tuple[str, str], bundle: Path, tmp_path: Path
) -> None:
    def change(files: dict[str, bytes]) -> None:
        del files["manifest-sha256.txt"]
        if listing is not None:
            files["manifest-sha256.txt"] = listing

    _rewrite(bundle, change)
    assert problem in _problems(bundle)
    with open_bundle(bundle) as opened:
        with pytest.raises(IntegrityError):
            opened.manifest_bytes()
        with pytest.raises(IntegrityError):
            opened.extract(tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_list_of_sha256sum_in_binary_mode_is_the_same_list(bundle: Path) -> None:
    def change(files: dict[str, bytes]) -> None:
        files["manifest-sha256.txt"] = files["manifest-sha256.txt"].replace(b"  ", b" *")

    assert _problems(_rewrite(bundle, change)) == []


# -- folders --


@pytest.fixture
def folder(bundle: Path, tmp_path: Path) -> Path:
    """A sound bundle as a folder."""
    with open_bundle(bundle) as opened:
        opened.extract(tmp_path / "folder")
    return tmp_path / "folder"


def test_changes_in_a_folder_are_found(folder: Path) -> None:
    (folder / "data/rings.csv").write_bytes(b"")
    (folder / "run.sh").unlink()
    (folder / "data/noise.bin").unlink()
    (folder / "data/noise.bin").symlink_to("/etc/passwd")
    os.mkfifo(folder / "pipe")
    (folder / "new").write_text("")
    assert _problems(folder) == [
        ("data/noise.bin", "link"),
        ("data/noise.bin", "missing"),
        ("data/rings.csv", "changed"),
        ("new", "extra"),
        ("pipe", "unsafe"),
        ("run.sh", "missing"),
    ]


def test_what_was_built_in_a_folder_can_be_left_out(folder: Path) -> None:
    (folder / ".venv").mkdir()
    (folder / ".venv/python").symlink_to(sys.executable)
    assert {kind for _, kind in _problems(folder)} == {"link"}
    with open_bundle(folder, skip=lambda path: path == ".venv/") as opened:
        assert opened.verify() == []


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse such names")
def test_name_that_is_not_text_is_told_so_that_it_can_be_shown(folder: Path) -> None:
    (folder / os.fsdecode(b"caf\xe9")).write_bytes(b"")
    with open_bundle(folder) as opened, pytest.raises(IntegrityError, match=r"caf\\udce9 has an unsafe name"):
        opened.require_intact()


def test_file_that_becomes_a_link_after_opening_is_not_followed(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    with open_bundle(folder) as opened:
        (folder / "run.sh").unlink()
        (folder / "run.sh").symlink_to(tmp_path / "secret")
        with pytest.raises(UnavailableError, match=r"run\.sh"):
            opened.extract(tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_folder_is_not_unpacked_into_itself(folder: Path) -> None:
    with open_bundle(folder) as opened, pytest.raises(UsageError, match="into itself"):
        opened.extract(folder / "inner")


def test_problem_kinds_are_words(bundle: Path) -> None:
    assert ProblemKind("changed") == "changed"
