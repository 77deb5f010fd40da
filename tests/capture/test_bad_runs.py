"""Commands that end badly, and machines that are no help: recorded as what they are, none is lost."""

from __future__ import annotations

import ctypes
import hashlib
import json
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from reprocrate.executors import local
from tests.prepared import PREPARED, completed

_DROP, _OVERRIDE, _READ_ANYTHING = 24, 1, 2  # PR_CAPBSET_DROP, CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH


@dataclass
class Ended:
    """What a user sees of `reprocrate run`, and the records that it left."""

    code: int
    out: bytes
    err: str
    folder: Path

    @property
    def records(self) -> list[dict[str, Any]]:
        paths = sorted(self.folder.glob(".reprocrate/runs/*/run.json"))
        return [json.loads(path.read_bytes()) for path in paths]

    @property
    def record(self) -> dict[str, Any]:
        (only,) = self.records
        return only

    def log(self, name: str) -> Path:
        return next(self.folder / log["path"] for log in self.record["logs"] if log["path"].endswith(name))


def run(
    folder: Path,
    code: str,
    *arguments: str | bytes,
    options: tuple[str, ...] = (),
    env: Mapping[str, str] | None = None,
    before: Callable[[], object] | None = None,
    **more: Any,
) -> Ended:
    """Run a script with this text, as a user would."""
    (folder / "script.py").write_text(code, encoding="utf-8")
    command = ["run", *options, "--", sys.executable, "script.py", *arguments]
    environ = os.environ if env is None else env
    texts = [each for each in command if isinstance(each, str)]
    if texts == command and before is None and not more and PREPARED.takes(environ):
        ended, out, err = PREPARED.in_bytes(folder, texts, environ)
        return Ended(ended, out, err.decode(errors="replace"), folder)
    more = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE} | more
    done = subprocess.run(
        [sys.executable, "-m", "reprocrate", *command],
        cwd=folder,
        env=env,
        preexec_fn=before,
        stderr=subprocess.PIPE,
        timeout=300,
        check=False,
        **more,
    )
    return Ended(done.returncode, done.stdout or b"", done.stderr.decode(errors="replace"), folder)


def as_no_super_user() -> None:
    """Let permissions count, even for root: what root may do beyond them is dropped for what it starts."""
    if os.geteuid() == 0:
        prctl = ctypes.CDLL(None).prctl
        prctl(_DROP, _OVERRIDE, 0, 0, 0)
        prctl(_DROP, _READ_ANYTHING, 0, 0, 0)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A folder on a disk of two megabytes."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=2m", "none", str(folder)]
    if sys.platform != "linux" or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("no small disk can be mounted here")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def test_a_signal(tmp_path: Path) -> None:
    ended = run(tmp_path, "import os\nos.kill(os.getpid(), 9)\n")
    assert ended.code == 137
    assert (ended.record["status"], ended.record["signal"], ended.record["exit_code"]) == ("killed", 9, None)


def test_a_limit_of_memory(tmp_path: Path) -> None:
    limit = "resource.setrlimit(resource.RLIMIT_AS, (400 << 20, 400 << 20))"
    ended = run(tmp_path, f"import resource\n{limit}\nprint('begun', flush=True)\nx = bytearray(1 << 32)\n")
    assert ended.code == 1
    assert ended.record["status"] == "failed"
    assert ended.out == b"begun\n"
    assert b"MemoryError" in ended.log("stderr.log").read_bytes()


def test_a_limit_of_processor_time(tmp_path: Path) -> None:
    limit = "resource.setrlimit(resource.RLIMIT_CPU, (1, 1))"
    ended = run(tmp_path, f"import resource\n{limit}\nwhile True: pass\n")
    assert ended.code == 128 + ended.record["signal"]
    assert ended.record["signal"] in (signal.SIGKILL, signal.SIGXCPU)
    assert ended.record["status"] == "killed"


def test_a_process_that_is_left_behind(tmp_path: Path) -> None:
    ended = run(
        tmp_path,
        """
import os, time
if os.fork() == 0:
    os.setsid()
    time.sleep(30)
    os._exit(0)
print("gone")
""",
    )
    assert (ended.code, ended.out) == (0, b"gone\n")
    assert ended.record["duration_s"] < 20
    if sys.platform == "linux":
        assert "went on after the program had ended" in ended.record["capture"]["reason"]
    assert ended.log("stdout.log").read_bytes() == b"gone\n"


@pytest.mark.thorough
def test_two_hundred_megabytes_of_output_take_no_memory(tmp_path: Path) -> None:
    text = "line = 'x' * 99 + '\\n'\nfor _ in range(200): print(line * 10_000, end='')\n"
    (tmp_path / "script.py").write_text(text)
    # A small process stands between, since a child counts what its parent held when it was forked.
    between = (
        "import resource, subprocess, sys\n"
        "done = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL)\n"
        "print(done.returncode, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)\n"
    )
    command = [sys.executable, "-c", between, sys.executable, "-m", "reprocrate", "run", "--"]
    answer = subprocess.run(
        [*command, sys.executable, "script.py"], cwd=tmp_path, capture_output=True, check=True, timeout=300
    )
    code, kilobytes = map(int, answer.stdout.split())
    ended = Ended(code, b"", answer.stderr.decode(), tmp_path)
    assert ended.code == 0
    assert ended.log("stdout.log").stat().st_size == 200_000_000
    assert kilobytes <= 150_000


def test_output_that_is_no_text(tmp_path: Path) -> None:
    ended = run(
        tmp_path, "import sys\nsys.stdout.buffer.write(bytes(range(256)) * 100)\nraise SystemExit(3)\n"
    )
    assert ended.code == 3
    assert ended.out == bytes(range(256)) * 100
    assert ended.log("stdout.log").read_bytes() == ended.out


def test_one_path_for_two_seeds(tmp_path: Path) -> None:
    code = "import sys\nopen('out.txt', 'w').write(sys.argv[1])\n"
    ended = run(tmp_path, code, "{seed}", options=("--seeds", "0-1"))
    assert ended.code == 0
    assert "seeds 0, 1 all wrote out.txt" in ended.err
    assert [each["outputs"][0]["path"] for each in ended.records] == ["out.txt", "out.txt"]


def test_a_clock_that_is_set_back(project: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    moments = iter([datetime.now(UTC), datetime.now(UTC) - timedelta(hours=2)])

    class Clock(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> Any:  # noqa: ARG003
            return next(moments)

    monkeypatch.setattr(local, "datetime", Clock)
    record = project.python("print(1)")
    assert record.status == "ok"
    assert record.duration_s >= 0
    assert record.ended < record.started


def test_a_file_that_cannot_be_read_afterwards(tmp_path: Path) -> None:
    (tmp_path / "kept.csv").write_text("1\n")
    (tmp_path / "locked.csv").write_text("2\n")
    code = "import os\nfor n in ('kept', 'locked'): open(n + '.csv').read()\nos.chmod('locked.csv', 0)\n"
    ended = run(tmp_path, code, before=as_no_super_user)
    assert ended.code == 0
    assert [file["path"] for file in ended.record["inputs"]] == ["kept.csv"]
    assert ended.record["capture"]["completeness"] == "partial"
    assert "locked.csv" in ended.record["capture"]["reason"]


def test_a_file_that_changes_while_it_is_hashed(tmp_path: Path) -> None:
    code = """
import os, time
with open("log.bin", "wb") as file:
    file.write(bytes(50_000_000))
if os.fork() == 0:
    os.setsid()
    with open("log.bin", "r+b", buffering=0) as file:
        end = time.time() + 8
        while time.time() < end:
            file.seek(0)
            file.write(os.urandom(16))
    os._exit(0)
time.sleep(0.2)
"""
    ended = run(tmp_path, code)
    assert ended.code == 0
    assert "log.bin" in ended.record["capture"]["reason"]
    assert "changed" in ended.record["capture"]["reason"]


@pytest.mark.thorough
def test_very_many_files(tmp_path: Path) -> None:
    code = "import os\nos.mkdir('o')\nfor i in range(5000): open(f'o/{i}.txt', 'w').write(str(i))\n"
    ended = run(tmp_path, code)
    outputs = {file["path"]: file["sha256"] for file in ended.record["outputs"]}
    assert outputs == {f"o/{i}.txt": hashlib.sha256(str(i).encode()).hexdigest() for i in range(5000)}


def test_a_metric_that_is_no_number(tmp_path: Path) -> None:
    (tmp_path / "reprocrate.toml").write_text("[metrics.loss]\nstdout = 'loss (?P<value>\\S+)'\n")
    ended = run(tmp_path, "print('loss nan')\n")
    assert ended.code == 0
    (metric,) = ended.record["metrics"]
    assert (metric["value"], metric["status"]) == (None, "nan")


def test_a_disk_that_is_full_when_the_command_ends(small_disk: Path) -> None:
    code = """
try:
    with open("big.bin", "wb", buffering=0) as file:
        while True:
            file.write(bytes(4096))
except OSError as error:
    raise SystemExit(5)
"""
    ended = run(small_disk, code)
    assert ended.code == 5
    assert (ended.record["status"], ended.record["exit_code"]) == ("failed", 5)
    assert ended.record["outputs"][0]["path"] == "big.bin"


def test_a_disk_that_is_full_before_it_starts(small_disk: Path) -> None:
    (small_disk / "script.py").touch()
    (small_disk / "fill.bin").write_bytes(bytes(2_050_000))
    ended = run(small_disk, "")
    assert ended.code == 3
    assert "the disk is full" in ended.err
    assert ended.records == []


def test_a_log_that_grows_too_large(tmp_path: Path) -> None:
    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))

    ended = run(tmp_path, "for i in range(100_000): print('line', i)\nraise SystemExit(4)\n", before=limit)
    assert ended.code == 4
    assert ended.out.endswith(b"line 99999\n")
    assert "stdout.log is incomplete" in ended.record["capture"]["reason"]


def test_a_log_of_ours_that_cannot_be_written(tmp_path: Path) -> None:
    limit = "import resource\nresource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))\n"
    ended = run(tmp_path, f"{limit}for i in range(50): open(f'o{{i}}.txt', 'w').write('x')\n")
    assert ended.code == 0
    assert ended.record["capture"]["completeness"] == "partial"
    assert "the recorder could not follow everything" in ended.record["capture"]["reason"]


def test_a_mask_that_leaves_no_permissions(tmp_path: Path) -> None:
    code = """
import os, subprocess, sys
os.umask(0o777)
subprocess.run([sys.executable, "-c", "open('kept.csv').read()"], check=True)
"""
    (tmp_path / "kept.csv").write_text("1\n")
    ended = run(tmp_path, code, before=as_no_super_user)
    assert ended.code == 0, ended.err
    assert [file["path"] for file in ended.record["inputs"]] == ["kept.csv"]
    assert ended.record["capture"]["completeness"] == "complete"


def test_another_root_folder(tmp_path: Path) -> None:
    code = "import os\nos.mkdir('root')\nos.chroot('root')\nopen('/o.txt', 'w').write('x')\n"
    ended = run(tmp_path, code)
    if "PermissionError" in ended.err:
        pytest.skip("no root folder can be set here")
    assert ended.code == 0
    assert "changed their root folder" in ended.record["capture"]["reason"]


@pytest.mark.parametrize("option", ["-I", "-E", "-S"])
def test_an_isolated_python_that_starts_another(tmp_path: Path, option: str) -> None:
    inner = "import subprocess, sys; subprocess.run([sys.executable, '-c', '1'], check=True)"
    command = ["run", "--", sys.executable, option, "-c", inner]
    assert completed(tmp_path, *command).returncode == 0
    (record,) = Ended(0, b"", "", tmp_path).records
    assert "Python was isolated" in record["capture"]["reason"]
    assert "is not Python" not in record["capture"]["reason"]


def test_a_project_that_cannot_be_written_to(tmp_path: Path) -> None:
    (tmp_path / "script.py").touch()
    tmp_path.chmod(0o500)
    try:
        ended = run(tmp_path, "print(1)\n", before=as_no_super_user)
    finally:
        tmp_path.chmod(0o700)
    assert ended.code == 3
    assert "permission denied" in ended.err
    assert "Traceback" not in ended.err


@pytest.mark.parametrize(
    "does",
    [
        'shutil.rmtree(os.environ["REPROCRATE_LOG_DIR"])',
        'shutil.rmtree(".reprocrate")',
        'shutil.rmtree(".reprocrate"); os.mkdir(".reprocrate")',
        'os.remove(os.path.join(os.environ["REPROCRATE_LOG_DIR"], "run.json"))',
    ],
)
def test_a_command_that_removes_its_record(tmp_path: Path, does: str) -> None:
    begin = "import os, shutil\nprint('said', flush=True)\n"
    code = f"{begin}{does}\nopen('o.txt', 'w').write('x')\nraise SystemExit(7)\n"
    ended = run(tmp_path, code)
    assert ended.code == 7
    assert (ended.record["status"], ended.record["exit_code"]) == ("failed", 7)
    assert "the command removed its record" in ended.record["capture"]["reason"]
    assert ended.log("stdout.log").read_bytes() == b"said\n"
    assert ended.out == b"said\n"


def test_a_command_that_leaves_no_place_for_its_record(tmp_path: Path) -> None:
    code = (
        "import shutil\nshutil.rmtree('.reprocrate')\nopen('.reprocrate', 'w').close()\nraise SystemExit(7)\n"
    )
    ended = run(tmp_path, code)
    assert ended.code == 7  # the command's own failure is what a caller has to know
    assert "could not write" in ended.err
    assert "Traceback" not in ended.err


def test_a_command_that_takes_permissions_away(tmp_path: Path) -> None:
    code = """
import os
for path in (os.environ["REPROCRATE_LOG_DIR"], ".reprocrate/runs", ".reprocrate"):
    os.chmod(path, 0)
raise SystemExit(6)
"""
    ended = run(tmp_path, code, before=as_no_super_user)
    assert ended.code == 6
    assert ended.record["exit_code"] == 6


@pytest.mark.parametrize(
    "name", ["with space", "new\nline", b"no-\xff-utf8", "-dash", "a;b$(x)`y`\"q'", "\u00e4\u4e2d"]
)
def test_folders_with_strange_names(tmp_path: Path, name: str | bytes) -> None:
    folder = Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + os.fsencode(name)))
    try:
        folder.mkdir()
    except OSError:
        pytest.skip("this file system has no such names")
    (folder / "data.csv").write_text("1\n")
    ended = run(folder, "import os\nopen('o.txt', 'w').write(open(os.path.abspath('data.csv')).read())\n")
    assert ended.code == 0
    assert [file["path"] for file in ended.record["inputs"]] == ["data.csv"]
    assert [file["path"] for file in ended.record["outputs"]] == ["o.txt"]
    shown = completed(folder, "show", "--json")
    assert shown.returncode == 0
    assert json.loads(shown.stdout)


@pytest.mark.parametrize("locale", [{}, {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}])
def test_arguments_that_are_no_text(tmp_path: Path, locale: dict[str, str]) -> None:
    ended = run(
        tmp_path,
        "import sys\nraise SystemExit(len(sys.argv))\n",
        b"\xff\xfe",
        "ä",
        env={**os.environ, **locale},
    )
    assert ended.code == 3
    assert ended.record["command"][2:] == ["\\xff\\xfe", "ä"]


@pytest.mark.thorough
def test_very_many_arguments(tmp_path: Path) -> None:
    arguments = [str(number) for number in range(20_000)]
    ended = run(tmp_path, "import sys\nprint(len(sys.argv))\n", *arguments)
    assert ended.out == b"20001\n"
    assert ended.record["command"][2:] == arguments


def test_an_environment_with_nothing_in_it(tmp_path: Path) -> None:
    ended = run(
        tmp_path,
        "import os\nprint('HOME' in os.environ, 'PATH' in os.environ)\nraise SystemExit(2)\n",
        env={},
    )
    assert (ended.code, ended.out) == (2, b"False False\n")
    assert ended.record["capture"]["completeness"] == "complete"


@pytest.mark.parametrize("closed", [0, 1, 2])
def test_a_stream_that_is_closed(tmp_path: Path, closed: int) -> None:
    ended = run(
        tmp_path,
        "print('said')\nopen('o.txt', 'w').write('x')\nraise SystemExit(4)\n",
        before=lambda: os.close(closed),
    )
    assert ended.code == 4
    assert ended.record["exit_code"] == 4
    assert ended.log("stdout.log").read_bytes() == b"said\n"
    assert [file["path"] for file in ended.record["outputs"]] == ["o.txt"]


@pytest.mark.parametrize("name", ["launches-1.jsonl", "digests.json"])
@pytest.mark.parametrize("what", ["deep", "pipe", "endless", "folder"])
def test_whatever_a_cache_has_become_the_next_launch_runs(tmp_path: Path, name: str, what: str) -> None:
    cache = tmp_path / ".reprocrate" / "cache" / name
    cache.parent.mkdir(parents=True)
    if what == "deep":
        cache.write_text("[" * 200_000)
    elif what == "pipe":
        os.mkfifo(cache)
    elif what == "endless":
        cache.symlink_to("/dev/zero")
    else:
        cache.mkdir()
    ended = run(tmp_path, "pass")
    assert (ended.code, [record["status"] for record in ended.records]) == (0, ["ok"]), ended.err


@pytest.mark.parametrize("asked", ["show", "validate", "pack"])
def test_records_that_cannot_be_read_are_not_said_to_be_absent(tmp_path: Path, asked: str) -> None:
    ended = run(tmp_path, "pass")
    next(ended.folder.glob(".reprocrate/runs/*/run.json")).write_text("[" * 200_000)
    shown = completed(tmp_path, asked)
    assert shown.returncode != 0
    assert "nested too deeply" in shown.stderr
    assert "Traceback" not in shown.stderr
    assert "nothing has been run" not in shown.stderr
