"""Environments from a wheelhouse against `uv pip install` and `pip install` of the same wheels.

    python benchmarks/environments.py [--packages numpy,scipy,scikit-learn] [--wheels DIR] [--repetitions 5]
        [--folder DIR] [--pip]

The wheels are fetched once with `pip download`, or taken from `--wheels`. Each repetition builds the
environment by reprocrate from a lock with digests, without an index, and then runs the two commands that it
cannot do without: `uv venv` and `uv pip install --offline --require-hashes`. That is done with an empty cache
of uv and with one that holds the packages. Printed are medians and their ratio; the figure to keep is 2 s.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from reprocrate.rerun.environment.building import Recipe, build_environment
from reprocrate.rerun.environment.uv_tool import find_uv

LIMIT_SECONDS = 2.0
HERE = ".".join(map(str, sys.version_info[:3]))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--packages", default="numpy,scipy,scikit-learn")
    parser.add_argument("--wheels", type=Path)
    parser.add_argument("--repetitions", type=int, default=5)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--pip", action="store_true", help="pip, too, which takes long")
    asked = parser.parse_args()
    uv = find_uv()
    if uv is None:
        sys.exit("uv is not installed")
    with tempfile.TemporaryDirectory(dir=asked.folder) as name:
        folder = Path(name)
        wheels = asked.wheels or fetched(asked.packages.split(","), folder / "wheels")
        lock = lock_of(wheels)
        (folder / "lock.txt").write_text(lock)
        size = sum(one.stat().st_size for one in wheels.glob("*.whl"))
        count = len(list(wheels.glob("*.whl")))
        sys.stdout.write(f"{count} packages, {size:,} bytes\n")
        recipe = Recipe(lock, HERE, wheelhouse=wheels)
        for state in ("empty", "warm"):
            ours, peers = [], []
            for _ in range(asked.repetitions):
                ours.append(timed(state, folder, lambda: build_environment(folder / "env", recipe)))
                peers.append(timed(state, folder, lambda: by_uv(uv, folder, wheels)))
            told(f"cache of uv {state}", ours, "uv venv and uv pip install", peers)
        if asked.pip:
            told("pip", [timed("empty", folder, lambda: by_pip(folder, wheels))])


def fetched(packages: list[str], folder: Path) -> Path:
    """The folder with the wheels of packages and of what they need."""
    command = [
        sys.executable,
        "-m",
        "pip",
        "download",
        "--quiet",
        "--only-binary",
        ":all:",
        "--dest",
        str(folder),
    ]
    subprocess.run([*command, *packages], check=True)
    return folder


def lock_of(wheels: Path) -> str:
    """A lock of these wheels."""
    lines = []
    for wheel in sorted(wheels.glob("*.whl")):
        name, version = wheel.name.split("-")[:2]
        lines.append(f"{name}=={version} --hash=sha256:{hashlib.sha256(wheel.read_bytes()).hexdigest()}\n")
    return "".join(lines)


def timed(state: str, folder: Path, build: Callable[[], object]) -> float:
    """Seconds of one build where nothing is, with a cache that is empty or holds the packages."""
    shutil.rmtree(folder / "env", ignore_errors=True)
    os.environ["UV_CACHE_DIR"] = str(folder / "cache")
    if state == "empty":
        shutil.rmtree(folder / "cache", ignore_errors=True)
    os.sync()
    began = time.perf_counter()
    build()
    return time.perf_counter() - began


def by_uv(uv: Path, folder: Path, wheels: Path) -> None:
    """The same environment by uv alone."""
    command = [str(uv), "venv", "--quiet", "--no-project", "--python", sys.executable, str(folder / "env")]
    subprocess.run(command, check=True)
    python = str(folder / "env" / "bin" / "python")
    command = [str(uv), "pip", "install", "--quiet", "--offline", "--no-index", "--no-deps", "--no-build"]
    command += ["--require-hashes", "--find-links", str(wheels), "--python", python]
    subprocess.run([*command, "-r", str(folder / "lock.txt")], check=True)


def by_pip(folder: Path, wheels: Path) -> None:
    """The same environment by venv and pip."""
    subprocess.run([sys.executable, "-m", "venv", str(folder / "env")], check=True)
    command = [str(folder / "env" / "bin" / "python"), "-m", "pip", "install", "--quiet", "--no-index"]
    command += ["--no-deps", "--require-hashes", "--find-links", str(wheels)]
    subprocess.run([*command, "-r", str(folder / "lock.txt")], check=True)


def told(state: str, ours: list[float], peer: str = "", peers: list[float] | None = None) -> None:
    """Print a line of medians."""
    here = statistics.median(ours)
    verdict = "within" if here <= LIMIT_SECONDS else "beyond"
    line = f"{state:20} {here:6.2f} s ({verdict} {LIMIT_SECONDS:.0f} s)"
    if peers:
        there = statistics.median(peers)
        line += f"   {peer} {there:6.2f} s   ratio {here / there:.2f}"
    sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    main()
