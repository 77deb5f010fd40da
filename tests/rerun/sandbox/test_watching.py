"""What a run uses is counted for what it is: neither what others use, nor what is shared more than once."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from reprocrate.executors import Command
from reprocrate.executors.local import LocalExecutor
from reprocrate.rerun.sandbox.consumption import MemoryUse, Sight
from reprocrate.rerun.sandbox.growth import Growth
from reprocrate.rerun.sandbox.limits import NO_LIMITS, Limits
from reprocrate.rerun.sandbox.watching import LimitedExecutor

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processes are looked at on Linux only")

MB = 1_000_000


@contextmanager
def running(code: str) -> Iterator[Sight]:
    """Sees a process that runs this code, once it has printed a line; it ends when its input does."""
    with subprocess.Popen(
        [sys.executable, "-c", f"{code}\nprint('ready', flush=True)\ninput()"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        yield Sight(process.pid, isolated=False)
        process.kill()


def exceeds(sight: Sight, limit: int) -> bool:
    return MemoryUse().exceeds(limit, sight, sight.look())


def test_memory_of_its_own_counts() -> None:
    with running("kept = bytearray(b'x') * 200_000_000") as sight:
        assert exceeds(sight, 150 * MB)
        assert not exceeds(sight, 400 * MB)


def test_memory_that_processes_share_counts_once() -> None:
    code = """
import os, sys
kept = bytearray(b'x') * 200_000_000
for _ in range(4):
    if os.fork() == 0:
        sys.stdin.read()
        os._exit(0)
"""
    with running(code) as sight:
        seen = sight.look()
        assert seen.processes == 5
        assert seen.resident > 900 * MB
        assert not exceeds(sight, 500 * MB)
        assert exceeds(sight, 150 * MB)


def test_pages_of_files_on_disk_do_not_count(tmp_path: Path) -> None:
    (tmp_path / "data.bin").write_bytes(bytes(200 * MB))
    code = f"""
import mmap
file = open({str(tmp_path / "data.bin")!r}, 'rb')
mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
total = sum(mapped[::4096])
"""
    with running(code) as sight:
        assert not exceeds(sight, 100 * MB)


@pytest.mark.parametrize(
    "code",
    [
        "import os; fd = os.memfd_create('x'); [os.write(fd, bytes(20_000_000)) for _ in range(10)]",
        "import mmap; m = mmap.mmap(-1, 200_000_000); m.write(bytes(200_000_000))",
    ],
)
def test_memory_without_a_name_counts(code: str) -> None:
    with running(code) as sight:
        assert exceeds(sight, 150 * MB)
        assert not exceeds(sight, 400 * MB)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with 30 MB in it already."""
    place = tmp_path / "work"
    (place / "deep").mkdir(parents=True)
    (place / "deep" / "old.bin").write_bytes(b"x" * 30 * MB)
    time.sleep(0.02)  # the clock of a file system is coarse
    return place


def now(growth: Growth) -> Growth:
    """The same, which counts the next time that it is asked."""
    growth._count_at = 0.0
    return growth


def test_only_what_is_added_to_the_folders_counts(folder: Path, tmp_path: Path) -> None:
    growth = Growth([folder])
    (tmp_path / "elsewhere.bin").write_bytes(b"x" * 20 * MB)
    with running("") as sight:
        assert now(growth).exceeds(10 * MB, None, sight) == ""
        (folder / "deep" / "new.bin").write_bytes(b"x" * 8 * MB)
        assert now(growth).exceeds(10 * MB, None, sight) == ""
        os.link(folder / "deep" / "new.bin", folder / "deep" / "again.bin")
        assert now(growth).exceeds(10 * MB, None, sight) == ""
        (folder / "more.bin").write_bytes(b"x" * 4 * MB)
        assert now(growth).exceeds(10 * MB, None, sight) == "bytes"


def test_a_sparse_file_counts_for_what_it_holds(folder: Path) -> None:
    growth = Growth([folder])
    with (folder / "map.mdb").open("wb") as file:
        file.truncate(1 << 40)
    with running("") as sight:
        assert now(growth).exceeds(10 * MB, None, sight) == ""


def test_a_file_that_is_open_still_counts_although_it_was_removed(folder: Path) -> None:
    growth = Growth([folder])
    place = folder / "gone.bin"
    code = f"import os; file = open({str(place)!r}, 'wb'); file.write(bytes(20_000_000)); file.flush()"
    with running(f"{code}; os.unlink({str(place)!r})") as sight:
        assert now(growth).exceeds(30 * MB, None, sight) == ""
        assert now(growth).exceeds(10 * MB, None, sight) == "bytes"


def test_many_small_files_count(folder: Path) -> None:
    growth = Growth([folder])
    for number in range(200):
        (folder / str(number)).touch()
    with running("") as sight:
        assert now(growth).exceeds(10 * MB, 1000, sight) == ""
        assert now(growth).exceeds(10 * MB, 100, sight) == "files"


def command(folder: Path, *argv: str) -> Command:
    return Command(
        argv, folder, dict(os.environ), folder / "out.log", folder / "err.log", echo=False, stdin=False
    )


def test_a_command_under_its_limits_ends_by_itself(folder: Path) -> None:
    limits = Limits(time=60, memory=10_000 * MB, processes=1000, disk=1000 * MB, files=1000)
    executor = LimitedExecutor(LocalExecutor(), limits, (folder,), isolated=False)
    outcome = executor.run(command(folder, "sh", "-c", "exit 7"))
    assert (outcome.exit_code, outcome.signal, outcome.killed_because) == (7, None, "")


def test_without_a_limit_nothing_is_ended(folder: Path) -> None:
    executor = LimitedExecutor(LocalExecutor(), NO_LIMITS, (folder,), isolated=False)
    outcome = executor.run(command(folder, "sh", "-c", "sleep 0.3"))
    assert outcome.ok


def test_a_command_that_ignores_every_signal_is_ended(folder: Path) -> None:
    executor = LimitedExecutor(LocalExecutor(), Limits(time=1), (folder,), isolated=False)
    outcome = executor.run(command(folder, "sh", "-c", "trap '' TERM INT HUP; sleep 60 & sleep 60; sleep 60"))
    assert (outcome.exit_code, outcome.signal) == (None, 9)
    assert outcome.killed_because == "it ran for longer than 1 s"
