"""The whole way of an environment of conda: recorded, packed, fetched, linked again, rerun, compared."""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from reprocrate.deposit.addresses import Reach
from reprocrate.rerun.environment.builders import builder_for
from reprocrate.rerun.environment.building import Recipe
from reprocrate.rerun.environment.conda.lists import linking_platform
from reprocrate.rerun.environment.permission import Permission
from tests.deposit.server import serving
from tests.rerun.conda_channel import HERE, MINOR, Channel, CondaPackage, Content, distribution
from tests.rerun.package_index import PackageIndex

PLATFORM = linking_platform()
_LEFT_OUT = re.compile(r"/(site-packages|test|idlelib|tkinter|ensurepip|__pycache__|config-[^/]+)/")
_TRAIN = """
import argparse, os, random
import alpha, ringtools
parser = argparse.ArgumentParser()
parser.add_argument("--seed", type=int)
seed = parser.parse_args().seed
random.seed(seed)
assert os.path.exists(os.path.join(os.environ["CONDA_PREFIX"], "share/poster.txt"))
print(f"accuracy: {random.random()}")
"""

pytestmark = pytest.mark.loop


def whole_python() -> CondaPackage:
    """The running interpreter as conda packs one: with its library, found from where it lies."""
    base, files = Path(sys.base_prefix), dict[str, Content]()
    library = base / "lib" / f"python{MINOR}"
    for path in library.rglob("*"):
        if path.is_file() and not _LEFT_OUT.search(f"/{path.relative_to(library).as_posix()}"):
            files[path.relative_to(base).as_posix()] = (path.read_bytes(), 0o644)
    for path in (base / "lib").glob(f"libpython{MINOR}*.so*"):
        files[path.relative_to(base).as_posix()] = (path.read_bytes(), 0o755)
    program = (base / "bin" / f"python{MINOR}").read_bytes()
    runpath = f"{base}/lib".encode()
    found_beside = b"$ORIGIN/../lib"
    if runpath + b"\0" in program and len(runpath) >= len(found_beside):
        program = program.replace(runpath + b"\0", found_beside.ljust(len(runpath) + 1, b"\0"))
    files[f"bin/python{MINOR}"] = (program, 0o755)
    return CondaPackage("python", HERE, PLATFORM or "", files, {"bin/python": f"python{MINOR}"})


def reprocrate(*arguments: str, cwd: Path, **more: str) -> str:
    command = [sys.executable, "-m", "reprocrate", *arguments]
    done = subprocess.run(
        command, cwd=cwd, env=os.environ | more, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_an_experiment_in_conda_is_rerun_in_the_same_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("rattler", reason="py-rattler, which links packages of conda, is not installed")
    if PLATFORM is None:
        pytest.skip("packages of conda are not linked on this platform")
    index, mark = PackageIndex(tmp_path / "index"), tmp_path / "mark"
    wheel = index.add("alpha")
    monkeypatch.setenv("UV_DEFAULT_INDEX", index.url)
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "cache"))
    with serving() as site:
        channel = Channel(site)
        channel.add(whole_python())
        script = (f'#!/bin/sh\necho linked >> "{mark}"\n', 0o755)
        poster: dict[str, Content] = {"bin/.poster-post-link.sh": script, "share/poster.txt": "poster"}
        channel.add(CondaPackage("poster", "2.1", PLATFORM, poster, old=True))
        files, noarch = distribution("ringtools", "1.5"), {"noarch": "python"}
        channel.add(CondaPackage("ringtools", "1.5", "noarch", files, index=noarch))
        bundle = _author(tmp_path / "author", channel, wheel)
        verdict = _reader(tmp_path / "reader", bundle, site.host)
    assert not mark.exists()
    assert verdict["basis"] == "full"
    assert [one["outcome"] for one in verdict["results"]] == ["identical"]
    around = verdict["circumstances"]
    assert not around["packages"]
    decisions = {(one["namespace"], one["feature"]): one["decision"] for one in around["decisions"]}
    assert decisions["packages", "conda"] == decisions["python", "version"] == "same"


def _author(place: Path, channel: Channel, wheel: Path) -> Path:
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    recipe = Recipe(
        channel.listed(),
        HERE,
        format="conda",
        permission=Permission(Reach.of([channel.site.host]), lambda _option, _question: True),
        wheels=Recipe(f"alpha==1.0 --hash=sha256:{digest}\n", HERE),
    )
    built = builder_for("conda").build(place / "env", recipe)
    project = place / "project"
    project.mkdir()
    (project / "train.py").write_text(_TRAIN)
    toml = '[metrics.accuracy]\nstdout = "accuracy: (?P<value>[0-9.]+)"\ndirection = "maximize"\n'
    (project / "reprocrate.toml").write_text('[experiment]\ntitle = "Rings"\n' + toml)
    command = [str(built.python), "train.py", "--seed", "{seed}"]
    reprocrate("run", "--seeds", "0-1", "--", *command, cwd=project, CONDA_PREFIX=str(built.folder))
    reprocrate("pack", "-o", str(place / "rings.crate.zip"), cwd=project)
    return place / "rings.crate.zip"


def _reader(place: Path, bundle: Path, host: str) -> dict[str, Any]:
    place.mkdir()
    told = json.loads(reprocrate("plan", str(bundle), "--json", cwd=place))
    assert [one["option"] for one in told["consents"] if one["kind"] == "fetch"] == ["--fetch"]
    options = ["--fetch", "--allow-address", host, "--json"]
    if any(one["kind"] == "sandbox" for one in told["consents"]):
        options.append("--no-sandbox")
    command = [sys.executable, "-m", "reprocrate", "rerun", str(bundle), *options]
    done = subprocess.run(command, cwd=place, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found
