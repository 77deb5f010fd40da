"""Reruns that need the network, are broken off, or run several seeds at once, by the command line."""

from __future__ import annotations

import json
import os
import signal
import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from reprocrate.rerun.execute.running import WORK

SETTINGS = """
[experiment]
title = "A study"

[metrics.score]
stdout = "score (?P<value>[-0-9.e]+)"
direction = "maximize"
margin = 0.001
"""
CONNECTS = """
import os
import pwd
import socket

if "/reruns/" in os.getcwd():
    own = pwd.getpwuid(os.getuid()).pw_dir
    print("home", os.path.exists(os.path.join(own, ".bashrc")) or bool(os.listdir("/home")))
    socket.create_connection(("127.0.0.1", {port}), 5)
print("score", 1.0)
"""
NEEDS_NETWORK = (
    SETTINGS
    + """
[requirements]
network = ["api.example.org"]
"""
)


@pytest.fixture
def only_sandboxed(sandboxed: bool) -> None:
    """Skip where nothing is isolated."""
    if not sandboxed:
        pytest.skip("there is no sandbox here")


def newest(folder: Path) -> Path:
    return max((folder / ".reprocrate" / "reruns").iterdir())


@pytest.mark.usefixtures("only_sandboxed")
def test_the_network_is_there_only_where_the_manifest_needs_it_and_the_reader_agrees(
    packed_from: Callable[..., Path], cli: Any
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        bundle = packed_from(CONNECTS.format(port=server.getsockname()[1]), NEEDS_NETWORK, seeds="0")
        complaint = cli(bundle.parent, "rerun", bundle.name, code=3).err
        assert "the runs need the network" in complaint
        assert "api.example.org" in complaint
        assert "--allow-network" in complaint
        study = bundle.parent / "study"
        assert not (study / ".reprocrate" / "reruns").exists()
        said = cli(bundle.parent, "rerun", bundle.name, "--allow-network", "--json")
        assert "not needed" not in said.err
        around = said.document("verdict")["circumstances"]
        assert around["network"]["used"] is True
        assert "the reader agreed" in around["network"]["reason"]
        assert around["sandbox"]["used"] is True
        (log,) = newest(study).glob("work/.reprocrate/runs/*/stdout.log")
        assert log.read_text() == "home False\nscore 1.0\n"


@pytest.mark.usefixtures("only_sandboxed")
def test_agreeing_to_the_network_gives_none_to_runs_that_do_not_need_it(
    packed_from: Callable[..., Path], cli: Any
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        settings = NEEDS_NETWORK.partition("[requirements]")[0]
        bundle = packed_from(CONNECTS.format(port=server.getsockname()[1]), settings, seeds="0")
        said = cli(bundle.parent, "rerun", bundle.name, "--allow-network", "--fetch", "--json", code=1)
        assert said.err.count("--allow-network was not needed: nothing that is recorded") == 1
        assert said.err.count("--fetch was not needed: neither data nor packages") == 1
        assert said.document("verdict")["circumstances"]["network"]["used"] is False
        (log,) = newest(bundle.parent / "study").glob("work/.reprocrate/runs/*/stdout.log")
        assert "score" not in log.read_text()


def test_a_rerun_that_was_killed_goes_on_and_counts_nothing_twice(
    packed_from: Callable[..., Path], cli: Any, rerun: Any, sandboxed: bool
) -> None:
    script = """
import os, sys, time
seed = int(sys.argv[2])
if "/reruns/" in os.getcwd():
    assert not os.path.exists(f"checkpoint-{seed}")
    open(f"checkpoint-{seed}", "w").close()
    time.sleep(1)
print("score", 0.7 + seed / 100)
"""
    bundle = packed_from(script, SETTINGS)
    consent = [] if sandboxed else ["--no-sandbox"]
    process = cli.start(bundle.parent, "rerun", bundle.name, *consent, start_new_session=True)
    reruns = bundle.parent / "study" / ".reprocrate" / "reruns"
    deadline = time.monotonic() + 60
    while not list(reruns.glob(f"*/{WORK}/checkpoint-1")) and time.monotonic() < deadline:
        time.sleep(0.05)
    process.kill()
    process.communicate(timeout=30)
    (place,) = reruns.iterdir()
    assert len(json.loads((place / "done.json").read_bytes())) == 1

    said = rerun(bundle.parent, bundle.name, "--json")
    assert "seed 0  ok  score 0.7 (done before)" in said.err
    (result,) = said.document("verdict")["results"]
    assert result["outcome"] == "identical"
    assert list(reruns.iterdir()) == [place]
    manifest = json.loads((place / "reprocrate.json").read_bytes())
    assert [run["seeds"][0]["value"] for run in manifest["runs"]] == [0, 1, 2]
    assert len(list(place.glob("work/.reprocrate/runs/*"))) == 3


def test_at_once_the_verdict_is_the_same(imported: Path, rerun: Any) -> None:
    alone = rerun(imported.parent, imported.name, "--json").document("verdict")
    at_once = rerun(imported.parent, imported.name, "--jobs", "3", "--json")
    assert "3 runs" in at_once.err or (os.cpu_count() or 1) >= 3
    together = at_once.document("verdict")
    for verdict in (alone, together):
        verdict["circumstances"] = None
        verdict["reproduction"] = None
    assert together == alone
    place = newest(imported)
    assert sorted(path.name for path in (place / "work" / "results").iterdir()) == sorted(
        path.name for path in next(p for p in place.parent.iterdir() if p != place).glob("work/results/*")
    )
    quiet = rerun(imported.parent, imported.name, "--jobs", "2", "--quiet")
    assert quiet.err == ""


def test_jobs_that_cannot_be_are_refused(imported: Path, cli: Any) -> None:
    complaint = cli.complaint(imported.parent, "rerun", imported.name, "--jobs", "0", code=2)
    assert "Give --jobs a number from 1" in complaint


def test_at_once_one_interruption_ends_all_and_keeps_what_is_done(
    packed_from: Callable[..., Path], cli: Any, rerun: Any, sandboxed: bool
) -> None:
    script = """
import os, sys, time
seed = int(sys.argv[2])
if "/reruns/" in os.getcwd():
    time.sleep(0.3 if seed < 2 else 3)
print("score", 0.7 + seed / 100)
"""
    bundle = packed_from(script, SETTINGS, seeds="0-3")
    consent = [] if sandboxed else ["--no-sandbox"]
    process = cli.start(bundle.parent, "rerun", bundle.name, "-j", "2", *consent, start_new_session=True)
    reruns = bundle.parent / "study" / ".reprocrate" / "reruns"
    deadline = time.monotonic() + 60
    while sum(len(json.loads(one.read_bytes())) for one in reruns.glob("*/done.json")) < 2:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    os.killpg(process.pid, signal.SIGINT)
    _, err = process.communicate(timeout=30)
    assert process.returncode == 130, err
    assert "Traceback" not in err
    said = rerun(bundle.parent, bundle.name)
    assert said.err.count("(done before)") == 2
    assert len(list(reruns.iterdir())) == 1
