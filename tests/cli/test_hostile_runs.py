"""A stranger's code that does harm when it is run again ends in a clear state, and the host is unharmed.

Every misdeed is bounded, so that it stays harmless where the limit it is to meet does not hold.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

SCRIPT = '''
"""Harmless where it is recorded; in a rerun each seed does harm of its own kind."""

import os
import subprocess
import sys
import threading
import time

seed = int(sys.argv[1])


def forks():
    for _ in range(3000):
        if os.fork() == 0:
            time.sleep(30)
            os._exit(0)


def threads():
    try:
        for _ in range(3000):
            threading.Thread(target=time.sleep, args=(30,), daemon=True).start()
    except RuntimeError:  # the system refuses more, where the user is not root
        time.sleep(5)


def never_ends():
    time.sleep(120)


def eats_memory():
    kept = []
    for _ in range(100):
        kept.append(bytearray(b"x") * 20_000_000)


def fills(place, hidden=False):
    with open(place, "wb") as file:
        if hidden:
            os.unlink(place)
        for _ in range(100):
            file.write(bytes(20_000_000))
            file.flush()
            time.sleep(0.01)


def prints():
    for _ in range(2000):
        print("x" * 1_000_000)


def leaves_a_daemon():
    subprocess.Popen(
        ["sh", "-c", "sleep 2; echo late > late.txt"],
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


MISDEEDS = {
    1: forks,
    2: threads,
    3: never_ends,
    4: eats_memory,
    5: lambda: fills("big.bin"),
    6: lambda: fills("big.bin", hidden=True),
    7: lambda: fills("/dev/shm/big.bin"),
    8: lambda: fills("/tmp/big.bin"),
    9: prints,
    10: leaves_a_daemon,
}
if seed in MISDEEDS and "/reruns/" in os.getcwd():
    MISDEEDS[seed]()
print("\\nscore", 0.7 + seed / 100)
'''
SETTINGS = """
[experiment]
title = "A study"

[metrics.score]
stdout = "score (?P<value>[-0-9.e]+)"
direction = "maximize"
margin = 0.001
"""


@pytest.fixture(scope="module")
def hostile(cli: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that a bundle of hostile code was imported to."""
    folder = tmp_path_factory.mktemp("hostile")
    project = folder / "study"
    project.mkdir()
    (project / "train.py").write_text(SCRIPT)
    (project / "reprocrate.toml").write_text(SETTINGS)
    cli(project, "run", "--seeds", "0-10", "--name", "main", "--", "python", "train.py", "{seed}")
    cli(project, "pack", "-o", folder / "study.crate.zip")
    reader = folder / "reader"
    reader.mkdir()
    cli(reader, "import", folder / "study.crate.zip")
    return reader / "study"


@pytest.fixture
def only_sandboxed(sandboxed: bool) -> None:
    """Skip where nothing is isolated."""
    if not sandboxed:
        pytest.skip("there is no sandbox here")


@pytest.fixture
def leaves_nothing(hostile: Path) -> Iterator[None]:
    """No process of the rerun is left when it has ended."""
    yield
    listed = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
    assert [line for line in listed.splitlines() if str(hostile) in line] == []


def newest(folder: Path) -> Path:
    return max((folder / ".reprocrate" / "reruns").iterdir())


def record_of(place: Path) -> dict[str, Any]:
    (path,) = place.glob("work/.reprocrate/runs/*/run.json")
    found: dict[str, Any] = json.loads(path.read_bytes())
    return found


@pytest.mark.parametrize(
    ("seed", "limits", "because"),
    [
        (1, ["processes=60"], "it had more than 60 processes at once"),
        (2, ["processes=60"], f"it had more than {max(120, 32 * os.cpu_count())} threads at once"),
        (3, ["time=1s"], "it ran for longer than 1 s"),
        (4, ["memory=300MB"], "it used more than 300 MB of memory"),
        (5, ["disk=100MB"], "it wrote more than 100 MB"),
        (6, ["disk=100MB"], "it wrote more than 100 MB"),
        (9, ["disk=100MB"], "it wrote more than 100 MB"),
    ],
)
@pytest.mark.usefixtures("only_sandboxed", "leaves_nothing")
@pytest.mark.requirement("RQ34")
def test_a_run_that_takes_too_much_is_ended(
    hostile: Path, rerun: Any, seed: int, limits: Sequence[str], because: str
) -> None:
    options = [word for limit in limits for word in ("--limit", limit)]
    said = rerun(hostile.parent, hostile.name, "--seeds", seed, *options, "--json", code=1)
    (result,) = said.document("verdict")["results"]
    assert result["outcome"] == "failed"
    assert f"was killed ({because})" in result["explanation"]
    assert f"seed {seed}: killed, because {because}" in said.err
    record = record_of(newest(hostile))
    assert (record["status"], record["signal"], record["exit_code"]) == ("killed", 9, None)
    assert record["killed_because"] == because
    manifest = json.loads((newest(hostile) / "reprocrate.json").read_bytes())
    assert [run["killed_because"] for run in manifest["runs"]] == [because]


@pytest.mark.parametrize("seed", [7, 8])
@pytest.mark.usefixtures("only_sandboxed", "leaves_nothing")
def test_files_in_memory_are_limited_too(hostile: Path, rerun: Any, seed: int) -> None:
    rerun(hostile.parent, hostile.name, "--seeds", seed, "--limit", "memory=200MB", code=1)
    record = record_of(newest(hostile))
    assert (record["status"], record["killed_because"]) in [
        ("killed", "it used more than 200 MB of memory"),  # as it was seen from outside
        ("failed", None),  # the folder was full before
    ]


@pytest.mark.usefixtures("only_sandboxed", "leaves_nothing")
def test_what_a_run_leaves_behind_ends_with_it(hostile: Path, rerun: Any) -> None:
    rerun(hostile.parent, hostile.name, "--seeds", 10, code=0)
    time.sleep(2.5)
    assert record_of(newest(hostile))["status"] == "ok"
    assert not (newest(hostile) / "work" / "late.txt").exists()


def test_limits_hold_for_what_descends_from_a_run_without_a_sandbox(
    hostile: Path, cli: Any, bare_environment: Path, tmp_path: Path
) -> None:
    programs = tmp_path / "programs"
    programs.mkdir()
    for name in ("git", "true", "sh"):
        if found := shutil.which(name):
            (programs / name).symlink_to(found)
    path = f"{bare_environment / 'bin'}{os.pathsep}{programs}"
    for seed, limit, because in (
        (1, "processes=60", "it had more than 60 processes at once"),
        (3, "time=1s", "it ran for longer than 1 s"),
    ):
        options = ["--no-sandbox", "--seeds", seed, "--limit", limit]
        cli(hostile.parent, "rerun", hostile.name, *options, code=1, PATH=path)
        assert record_of(newest(hostile))["killed_because"] == because


@pytest.mark.parametrize(
    ("limit", "why"),
    [
        ("time=soon", "'soon' is no time"),
        ("memory=8 apples", "is no size"),
        ("processes=many", "is no whole number"),
        ("processes=0", "nothing could run under it"),
        ("colour=blue", "there is no limit 'colour'"),
        ("time", "is no time"),
    ],
)
def test_a_limit_that_means_nothing_is_refused(hostile: Path, cli: Any, limit: str, why: str) -> None:
    complaint = cli.complaint(hostile.parent, "rerun", hostile.name, "--limit", limit, code=2)
    assert why in complaint
    assert "memory=8GB" in complaint


PRY = '''
"""Prints what it reached that it must not reach."""

import fcntl
import glob
import os
import socket
import sys
import termios

canary = {canary!r}


def attempt(what, act):
    try:
        found = act()
    except OSError:
        return
    if found is not False:
        print("reached", what)


def read(path):
    with open(path, "rb") as file:
        return file.read()


if "/reruns/" in os.getcwd():
    attempt("outside", lambda: open("/etc/escaped", "w"))
    for place in ({reader!r}, "..", "../..", "../../../.."):  # what is there is a shadow that vanishes
        attempt("", lambda: open(place + "/escaped", "w") and False)
    attempt("home", lambda: read({home!r} + "/canary"))
    attempt("the network", lambda: socket.create_connection(("127.0.0.1", {port}), 2))
    attempt("an outer socket", lambda: socket.socket(socket.AF_UNIX).connect({agent!r}))
    attempt("an abstract socket", lambda: socket.socket(socket.AF_UNIX).connect("\\0" + {abstract!r}))
    attempt("a variable", lambda: any(canary in value for value in os.environ.values()))
    for path in glob.glob("/proc/[0-9]*/environ"):
        attempt("a variable in " + path, lambda: canary.encode() in read(path))
    mine = [os.readlink("/proc/self/fd/" + name) for name in ("0", "1", "2")]
    for name in set(os.listdir("/proc/self/fd")) - set("012"):
        try:
            place = os.readlink("/proc/self/fd/" + name)
        except OSError:
            continue  # the one that listed them
        if "/.reprocrate/runs/" not in place and not place.startswith("/proc/"):
            print("reached descriptor", name, place, mine)
    attempt("passwords", lambda: len(read("/etc/shadow")) > 0)
    attempt("keys", lambda: len(os.listdir("/etc/ssh")) > 0)
    attempt("logs", lambda: len(os.listdir("/var/log")) > 0)
    attempt("the terminal", lambda: os.open("/dev/tty", os.O_RDWR))
    for number in range(3):
        attempt("input of the terminal", lambda: fcntl.ioctl(number, termios.TIOCSTI, b"x"))
    attempt("the device of the kernel's memory", lambda: open("/dev/mem"))
    attempt("a new device", lambda: os.mknod("device", 0o60666, os.makedev(254, 0)))
    attempt("preloaded code", lambda: "LD_PRELOAD" in os.environ)
print("score", 0.75)
'''


@pytest.mark.usefixtures("only_sandboxed")
@pytest.mark.requirement("RQ34")
def test_a_run_reaches_nothing_of_the_reader(
    packed_from: Callable[..., Path], cli: Any, tmp_path: Path
) -> None:
    home, reader = tmp_path / "home", tmp_path / "reader"
    home.mkdir()
    (home / "canary").write_text("secret")
    abstract = f"reprocrate-test-{os.getpid()}"
    agent, hidden = socket.socket(socket.AF_UNIX), socket.socket(socket.AF_UNIX)
    with socket.create_server(("127.0.0.1", 0)) as server, agent, hidden:
        short = Path("/tmp") / f"agent-{os.getpid()}"
        agent.bind(str(short))
        hidden.bind("\0" + abstract)
        agent.listen()
        hidden.listen()
        try:
            script = PRY.format(
                canary="canary-5f1d",
                home=str(home),
                reader=str(reader),
                port=server.getsockname()[1],
                agent=str(short),
                abstract=abstract,
            )
            bundle = packed_from(script, SETTINGS, seeds="0")
            variables = {
                "HOME": str(home),
                "MY_SECRET": "canary-5f1d",
                "SSH_AUTH_SOCK": str(short),
                "WANDB_API_KEY": "canary-5f1d",
            }
            cli(bundle.parent, "rerun", bundle.name, **variables)
        finally:
            short.unlink()
    place = newest(bundle.parent / "study")
    (log,) = place.glob("work/.reprocrate/runs/*/stdout.log")
    assert log.read_text() == "score 0.75\n"
    assert not list(reader.rglob("escaped"))
    assert not Path("/etc/escaped").exists()
