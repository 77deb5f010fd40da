"""Several workers: the same bytes, problems and failure as with one, and nothing left behind."""

from __future__ import annotations

import hashlib
import io
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
import zipfile
import zlib
from pathlib import Path

import pytest

from reprocrate.bundle import Entry, Form, cores, open_bundle, pack
from reprocrate.bundle.deflating import BLOCK_BYTES, deflated_blocks, deflated_whole
from reprocrate.bundle.zip_writer import ZipWriter
from reprocrate.errors import UnavailableError
from reprocrate.files import sha256_file

ROWS = b"".join(b"%d,%d\n" % (number, number * number % 977) for number in range(700_000))
LARGE = {f"data/{number}.csv": ROWS[number:] for number in range(6)} | {"data/noise": os.urandom(3 << 20)}
WORKERS = (1, 2, 5)


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bundle with several large files and small ones."""
    small = [Entry(f"small/{number}", b"%d" % number) for number in range(200)]
    large = [Entry(path, data) for path, data in LARGE.items()]
    return pack(
        [Entry("reprocrate.json", b"{}"), *small, *large], tmp_path_factory.mktemp("x") / "x.zip"
    ).path


@pytest.mark.parametrize("size", [BLOCK_BYTES + 1, 3 * BLOCK_BYTES, 3 * BLOCK_BYTES - 1])
def test_bytes_do_not_depend_on_the_workers(size: int) -> None:
    content = (ROWS * 2)[:size]
    archives = []
    for workers in WORKERS:
        output = io.BytesIO()
        archive = ZipWriter(output, 0, lambda _count: None, workers=workers)
        digest = archive.add_large("x.csv", io.BytesIO(content), size, executable=False)
        archive.finish()
        assert digest.sha256 == hashlib.sha256(content).hexdigest()
        archives.append(output.getvalue())
    assert len(set(archives)) == 1
    with zipfile.ZipFile(io.BytesIO(archives[0])) as opened:
        assert opened.read("x.csv") == content
    assert len(archives[0]) < 1.02 * len(zlib.compress(content, 4)) + 200


def test_blocks_are_one_stream_that_knows_what_was_before() -> None:
    noise = os.urandom(20_000)
    blocks = [(noise * 60)[:BLOCK_BYTES], noise]
    packed = b"".join(deflated_blocks(blocks, 2))
    inflate = zlib.decompressobj(-15)
    assert inflate.decompress(packed) == b"".join(blocks)
    assert inflate.eof
    assert len(packed) < 50_000  # the second block is in the first


def test_noise_is_stored_and_what_repeats_is_not() -> None:
    assert deflated_whole(os.urandom(5000)) is None
    assert deflated_whole(b"") is None
    for data in (os.urandom(1000) * 5, ROWS[:5000], bytes(5000), os.urandom(200) + bytes(800)):
        packed = deflated_whole(data)
        assert packed is not None
        assert len(packed) < len(data)


@pytest.mark.parametrize("form", ["zip", "folder"])
def test_the_same_is_found_and_unpacked(
    form: str, bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = bundle
    if form == "folder":
        path = tmp_path / "folder"
        with open_bundle(bundle) as opened:
            opened.extract(path)
        for name in ("data/1.csv", "data/4.csv", "small/7"):
            (path / name).write_bytes(b"changed")
    else:
        path = Path(shutil.copy(bundle, tmp_path))
        data = bytearray(path.read_bytes())
        for place in range(100_000, len(data) - 100_000, 900_000):
            data[place] ^= 0x55
        path.write_bytes(data)
    found = []
    for workers in WORKERS:
        monkeypatch.setattr(cores, "workers", lambda workers=workers: workers)
        with open_bundle(path) as opened:
            found.append([str(problem) for problem in opened.verify()])
    assert len(found[0]) > 2
    assert found == [found[0]] * len(WORKERS)


def test_progress_is_told_in_one_thread_and_adds_up(bundle: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for workers in WORKERS:
        monkeypatch.setattr(cores, "workers", lambda workers=workers: workers)
        seen: list[int] = []
        threads = set()

        def progress(count: int, seen: list[int] = seen, threads: set[int] = threads) -> None:
            seen.append(count)
            threads.add(threading.get_ident())

        with open_bundle(bundle) as opened:
            assert opened.verify(progress) == []
            assert sum(seen) == opened.total_size
        assert threads == {threading.get_ident()}


def test_failing_worker_is_one_error_that_names_the_first_file(
    bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = os.write

    def failing(descriptor: int, data: bytes) -> int:
        if len(data) > 100_000:
            raise OSError(5, "Input/output error")
        return write(descriptor, data)

    monkeypatch.setattr(os, "write", failing)
    for workers in WORKERS:
        monkeypatch.setattr(cores, "workers", lambda workers=workers: workers)
        with open_bundle(bundle) as opened, pytest.raises(UnavailableError, match=r"data/0\.csv"):
            opened.extract(tmp_path / "out")
        assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="needs signals")
def test_interrupted_unpacking_leaves_nothing(bundle: Path, tmp_path: Path) -> None:
    script = f"""
import sys, time
from pathlib import Path
from reprocrate.bundle import cores, open_bundle, zip_reader
cores.workers = lambda: 3
inflated = zip_reader._inflated
def slowly(*given):
    for piece in inflated(*given):
        print(flush=True)
        time.sleep(0.1)
        yield piece
zip_reader._inflated = slowly
with open_bundle(Path({str(bundle)!r})) as bundle:
    bundle.extract(Path({str(tmp_path / "deep" / "out")!r}))
"""
    with subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        for _ in range(5):
            process.stdout.readline()
        began = time.monotonic()
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=60)
    assert "KeyboardInterrupt" in said
    assert time.monotonic() - began < 30
    assert list(tmp_path.iterdir()) == []


def test_folders_are_written_the_same(tmp_path: Path, bundle: Path) -> None:
    entries = [Entry("reprocrate.json", b"{}"), *(Entry(path, data) for path, data in LARGE.items())]
    folder = pack(entries, tmp_path / "folder", form=Form.FOLDER)
    archive = pack(entries, tmp_path / "x.zip")
    assert folder.payload_digest == archive.payload_digest
    with open_bundle(archive.path) as opened:
        opened.extract(tmp_path / "out")
    assert sha256_file(tmp_path / "out/data/noise") == sha256_file(folder.path / "data/noise")
    assert bundle.exists()
