from __future__ import annotations

import hashlib
import os
import random
import shutil
import signal
import stat
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from reprocrate.bundle import Entry, Form, open_bundle, pack, zip_writer
from reprocrate.bundle.layout import payload_digest
from reprocrate.errors import IntegrityError, UnavailableError, UsageError
from reprocrate.files import sha256_bytes

NOTHING = Entry("reprocrate.json", b"{}")

PACK_FROM_A_PROCESS = """
import sys
from pathlib import Path
from reprocrate.bundle import Entry, Form, pack
source, target = map(Path, sys.argv[1:3])
files = sorted(path for path in source.rglob("*") if path.is_file())
form = Form([*sys.argv, "zip"][3])
pack([Entry(path.relative_to(source).as_posix(), path) for path in files], target, form=form)
"""


def _names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


# -- what is in it --


def test_common_tools_unpack_what_was_packed(
    bundle: Path, contents: dict[str, bytes], tmp_path: Path
) -> None:
    assert subprocess.run([sys.executable, "-m", "zipfile", "-t", bundle], check=False).returncode == 0
    with zipfile.ZipFile(bundle) as archive:
        files = {name: archive.read(name) for name in archive.namelist() if not name.endswith("/")}
    assert files.pop("manifest-sha256.txt")
    assert files == contents


@pytest.mark.skipif(not shutil.which("unzip"), reason="needs unzip")
@pytest.mark.skipif(not shutil.which("sha256sum"), reason="needs sha256sum")
def test_sha256sum_accepts_the_list_in_the_unzipped_folder(
    bundle: Path, contents: dict[str, bytes], tmp_path: Path
) -> None:
    environment = {**os.environ, "LC_ALL": "C.UTF-8"}
    subprocess.run(["unzip", "-q", bundle, "-d", tmp_path / "out"], check=True, env=environment)
    done = subprocess.run(
        ["sha256sum", "--strict", "-c", "manifest-sha256.txt"],
        cwd=tmp_path / "out",
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert len(done.stdout.splitlines()) == len(contents)
    modes = {path: (tmp_path / "out" / path).stat().st_mode for path in contents}
    assert [path for path, mode in modes.items() if mode & stat.S_IXUSR] == ["run.sh"]


def test_metadata_comes_first_and_the_list_last_with_each_folder_before_its_files(bundle: Path) -> None:
    with zipfile.ZipFile(bundle) as archive:
        names = archive.namelist()
    assert names == [
        "reprocrate.json",
        "ro-crate-metadata.json",
        "ro-crate-preview.html",
        "REPRODUCING.md",
        "data.txt",
        "data/",
        "data/large noise.bin",
        "data/large rings.csv",
        "data/noise.bin",
        "data/rings.csv",
        "run.sh",
        "src/",
        "src/deep/",
        "src/deep/er/",
        "src/deep/er/train.py",
        "Ünïcode/",
        "Ünïcode/日本語 😀.txt",
        "manifest-sha256.txt",
    ]


def test_only_what_shrinks_is_compressed(bundle: Path) -> None:
    with zipfile.ZipFile(bundle) as archive:
        methods = {info.filename: info.compress_type for info in archive.infolist()}
    assert methods["data/rings.csv"] == methods["data/large rings.csv"] == zipfile.ZIP_DEFLATED
    assert methods["data/noise.bin"] == methods["data/large noise.bin"] == zipfile.ZIP_STORED


def test_result_names_what_was_written(
    entries: list[Entry], contents: dict[str, bytes], tmp_path: Path
) -> None:
    seen: list[int] = []
    packed = pack(entries, tmp_path / "x.crate.zip", progress=seen.append)
    assert packed.path.stat().st_size == packed.size
    assert packed.files == len(contents) + 1
    assert packed.manifest_sha256 == sha256_bytes(contents["reprocrate.json"])
    assert packed.payload_digest == payload_digest(
        (path, sha256_bytes(data)) for path, data in contents.items()
    )
    assert packed.compressor.startswith("zlib ")
    assert sum(seen) >= sum(map(len, contents.values()))


# -- the same every time --


@pytest.mark.requirement("RQ14")
def test_packing_twice_in_any_order_gives_the_same_bytes(entries: list[Entry], tmp_path: Path) -> None:
    first = pack(entries, tmp_path / "1.zip").path.read_bytes()
    shuffled = list(entries)
    random.Random(1).shuffle(shuffled)
    assert pack(shuffled, tmp_path / "2.zip").path.read_bytes() == first


def test_bytes_do_not_depend_on_the_machine_or_the_clock(contents: dict[str, bytes], tmp_path: Path) -> None:
    digests = set()
    for number, (umask, zone, locale) in enumerate([(0o022, "UTC", "C"), (0o077, "Asia/Tokyo", "C.UTF-8")]):
        source = tmp_path / str(number)
        for path, data in contents.items():
            (source / path).parent.mkdir(parents=True, exist_ok=True)
            (source / path).write_bytes(data)
            os.utime(source / path, (number * 10**8, number * 10**9))
            (source / path).chmod(0o644 & ~umask)
        subprocess.run(
            [sys.executable, "-c", PACK_FROM_A_PROCESS, source, tmp_path / f"{number}.zip"],
            env={**os.environ, "TZ": zone, "LC_ALL": locale, "PYTHONHASHSEED": str(number)},
            umask=umask,
            check=True,
        )
        digests.add(hashlib.sha256((tmp_path / f"{number}.zip").read_bytes()).hexdigest())
    assert len(digests) == 1


def test_times_come_from_source_date_epoch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def time_of_member() -> tuple[int, ...]:
        with zipfile.ZipFile(pack([NOTHING], tmp_path / "x.zip").path) as archive:
            return archive.infolist()[0].date_time

    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    monkeypatch.setenv("TZ", "America/Lima")
    time.tzset()
    assert time_of_member() == (1980, 1, 1, 0, 0, 0)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    assert time_of_member() == (2023, 11, 14, 22, 13, 20)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "0")
    assert time_of_member() == (1980, 1, 1, 0, 0, 0)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "9" * 30)
    assert time_of_member() == (2107, 12, 31, 23, 59, 58)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "yesterday")
    with pytest.raises(UsageError, match="SOURCE_DATE_EPOCH is 'yesterday'"):
        time_of_member()
    monkeypatch.undo()
    time.tzset()


def test_payload_digest_ignores_the_crate_metadata_but_not_the_manifest(tmp_path: Path) -> None:
    def digest(**changed: bytes) -> str:
        texts = {"reprocrate": b"{}", "metadata": b"{}", "preview": b"<p>", "code": b"pass"} | changed
        names = {
            "reprocrate": "reprocrate.json",
            "metadata": "ro-crate-metadata.json",
            "preview": "ro-crate-preview.html",
            "code": "train.py",
        }
        return pack(
            [Entry(names[key], text) for key, text in texts.items()], tmp_path / "x.zip"
        ).payload_digest

    assert digest(metadata=b'{"identifier":"10.5281/zenodo.1"}', preview=b"<p>10.5281/zenodo.1") == digest()
    assert digest(reprocrate=b'{"claims":[]}') != digest()
    assert digest(code=b"fail") != digest()


# -- large --


@pytest.mark.skipif(not shutil.which("unzip"), reason="needs unzip")
def test_sizes_in_64_bits_are_read_by_others_and_by_us(
    entries: list[Entry], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(zip_writer, "ZIP64_FROM", 1 << 20)
    path = pack(entries, tmp_path / "x.zip").path
    with zipfile.ZipFile(path) as archive:
        assert sum(info.extract_version == 45 for info in archive.infolist()) == 2
        assert archive.testzip() is None
    assert subprocess.run(["unzip", "-tq", path], check=False, stdout=subprocess.DEVNULL).returncode == 0
    with open_bundle(path) as bundle:
        assert bundle.verify() == []


def test_more_files_than_16_bits_count(tmp_path: Path) -> None:
    entries = [NOTHING, *(Entry(f"{number % 100:02}/{number}", b"") for number in range(66_000))]
    path = pack(entries, tmp_path / "x.zip").path
    with zipfile.ZipFile(path) as archive:
        assert len(archive.namelist()) == 66_000 + 100 + 2
    with open_bundle(path) as bundle:
        assert len(bundle.names()) == 66_000 + 2
        assert bundle.verify() == []


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs /proc to measure")
@pytest.mark.parametrize(("form", "noise", "most"), [(Form.ZIP, 100, 60), (Form.TAR_ZST, 300, 150)])
def test_large_files_take_little_memory(form: Form, noise: int, most: int, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in/reprocrate.json").write_bytes(b"{}")
    with (tmp_path / "in/noise.bin").open("wb") as file:
        for _ in range(noise):
            file.write(os.urandom(1 << 20))
    script = PACK_FROM_A_PROCESS + (
        "from reprocrate.bundle import open_bundle\n"
        "with open_bundle(target) as bundle: bundle.extract(target.with_name('out'))\n"
        "print(Path('/proc/self/status').read_text().partition('VmHWM:')[2].split()[0])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, tmp_path / "in", tmp_path / "bundle", form],
        capture_output=True,
        text=True,
        check=True,
    )
    assert int(done.stdout) < most << 10  # in KiB, the interpreter included


# -- what is refused --


def test_file_that_is_not_what_was_recorded_stops_packing(tmp_path: Path) -> None:
    (tmp_path / "data.csv").write_bytes(b"changed")
    entry = Entry("data.csv", tmp_path / "data.csv", expected_sha256=sha256_bytes(b"recorded"))
    with pytest.raises(IntegrityError, match=r"data\.csv changed since it was recorded"):
        pack([NOTHING, entry], tmp_path / "out" if (tmp_path / "out").mkdir() else tmp_path / "out/x.zip")
    assert _names(tmp_path / "out") == []


def test_file_that_is_gone_stops_packing(tmp_path: Path) -> None:
    with pytest.raises(IntegrityError, match=r"data\.csv changed since it was recorded: it is gone"):
        pack([NOTHING, Entry("data.csv", tmp_path / "data.csv")], tmp_path / "x.zip")
    assert _names(tmp_path) == []


@pytest.mark.parametrize("size", [1000, 3 << 20])
@pytest.mark.parametrize("change", [b"more", b""])
def test_file_that_changes_while_it_is_packed_stops_packing(tmp_path: Path, size: int, change: bytes) -> None:
    data = tmp_path / "log.txt"
    data.write_bytes(bytes(size))

    def write(_count: int) -> None:
        with data.open("r+b") as file:
            if change:
                file.seek(0, os.SEEK_END)
            file.write(change or b"x")
        os.utime(data, ns=(0, data.stat().st_mtime_ns + 10**9))

    with pytest.raises(IntegrityError, match=r"log\.txt changed since it was recorded.*while it was packed"):
        pack([NOTHING, Entry("log.txt", data)], tmp_path / "x.zip", progress=write)
    assert _names(tmp_path) == ["log.txt"]


def test_unreadable_sources_are_named(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(UsageError, match=r"pipe cannot be packed: it is not a file"):
        pack([NOTHING, Entry("pipe", tmp_path / "pipe")], tmp_path / "x.zip")
    with pytest.raises(UnavailableError, match="is a file, not a folder"):
        pack([NOTHING, Entry("x", tmp_path / "pipe" / "x")], tmp_path / "x.zip")
    assert _names(tmp_path) == ["pipe"]


@pytest.mark.requirement("RQ15")
@pytest.mark.parametrize(
    ("paths", "message"),
    [
        (["../evil"], r"\.\./evil has an unsafe name"),
        (["/etc/passwd"], "absolute"),
        (["a\\b"], "backslash"),
        (["aux.py"], "device on Windows"),
        (["line\nbreak"], r"line\\nbreak has an unsafe name"),
        (["-"], "sha256sum"),
        (["caf\u00e9", "cafe\u0301"], "cafe\u0301 has the name of another file, but for"),
        (["a", "a"], "more than once"),
        (["Model.py", "model.py"], r"model\.py is the same file as Model\.py on some systems"),
        (["STRASSE", "straße"], "same file"),
        (["a", "A/b"], "a is both a file and a folder"),
        (["REPROCRATE.json"], "same file"),
        (["Manifest-SHA256.txt"], "same file"),
        (["manifest-sha256.txt"], "made while packing"),
        ([f"x{number}\\" for number in range(12)], "and 2 more"),
    ],
)
def test_names_that_a_reader_refuses_are_not_packed(paths: list[str], message: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=message):
        pack([NOTHING, *(Entry(path, b"") for path in paths)], tmp_path / "x.zip")
    assert _names(tmp_path) == []


def test_bundle_without_manifest_is_not_packed(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"it has no reprocrate\.json"):
        pack([Entry("x", b"")], tmp_path / "x.zip")
    with pytest.raises(UsageError, match="larger than 64 MiB"):
        pack([Entry("reprocrate.json", bytes((64 << 20) + 1))], tmp_path / "x.zip")
    assert _names(tmp_path) == []


@pytest.mark.requirement("RQ15")
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    paths=st.lists(
        st.text(st.characters(codec="utf-8"), min_size=1, max_size=12)
        | st.text("aA./\\:~ é\u0301-*?\n", min_size=1, max_size=6),
        max_size=5,
    )
)
@example(paths=["*", " leading", "#", "SHA256 (x) = y", "~", "%41", "a:b", "\u0130", "ẞ"])
def test_whatever_is_packed_is_also_unpacked(paths: list[str], tmp_path: Path) -> None:
    shutil.rmtree(tmp_path / "out", ignore_errors=True)
    files = {path: f"{number} {path!r}".encode() for number, path in enumerate(paths)}
    try:
        pack([NOTHING, *(Entry(path, data) for path, data in files.items())], tmp_path / "x.zip")
    except UsageError:
        return
    with open_bundle(tmp_path / "x.zip") as bundle:
        assert bundle.verify() == []
        bundle.extract(tmp_path / "out")
    assert {path: (tmp_path / "out" / path).read_bytes() for path in files} == files
    with zipfile.ZipFile(tmp_path / "x.zip") as archive:
        assert {path: archive.read(path) for path in files} == files
    if shutil.which("sha256sum"):
        command = ["sha256sum", "--strict", "--quiet", "-c", "manifest-sha256.txt"]
        assert subprocess.run(command, cwd=tmp_path / "out", check=False).returncode == 0


# -- no room, no permission, no time --


def test_no_room_leaves_what_was_there(entries: list[Entry], tmp_path: Path, small_limit: None) -> None:
    (tmp_path / "x.zip").write_bytes(b"before")
    with pytest.raises(UnavailableError, match=r"could not write .*x\.zip"):
        pack(entries, tmp_path / "x.zip")
    assert _names(tmp_path) == ["x.zip"]
    assert (tmp_path / "x.zip").read_bytes() == b"before"


def test_folder_is_not_replaced_by_a_bundle(tmp_path: Path) -> None:
    (tmp_path / "x.zip").mkdir()
    with pytest.raises(UnavailableError, match="it is a folder"):
        pack([NOTHING], tmp_path / "x.zip")


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has files without a name")
def test_killed_packing_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in/reprocrate.json").write_bytes(b"{}")
    with (tmp_path / "in/large.txt").open("wb") as file:
        file.truncate(400 << 20)
    (tmp_path / "out").mkdir()
    command = [sys.executable, "-c", PACK_FROM_A_PROCESS, tmp_path / "in", tmp_path / "out/x.zip"]
    process = subprocess.Popen(command)
    time.sleep(0.5)
    assert process.poll() is None
    process.send_signal(signal.SIGKILL)
    process.wait(timeout=30)
    assert _names(tmp_path / "out") == []
