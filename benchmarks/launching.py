"""What many launches cost: the time of each of a thousand, at the beginning and at the end of the session.

    python benchmarks/launching.py [--runs 1000] [--grid] [--jobs 1] [--no-git]

One `reprocrate run` runs a command of about ten milliseconds once for each seed, or with `--grid` once for
each point of a grid, in a small project under git. The time of a launch is that from its beginning to the
beginning of the next one, by the records. Were anything done again for every earlier launch, the last hundred
would take longer than the first. Then one more launch is timed from outside, against one in a new project.
Processor seconds of a launch, in this session and in one of a tenth of its launches, tell growth from what
other programs do to the clock.
"""

from __future__ import annotations

import argparse
import itertools
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

SCRIPT = """
import pathlib, sys
pathlib.Path("out").mkdir(exist_ok=True)
pathlib.Path("out", f"{sys.argv[1]}.txt").write_text(sys.argv[1])
"""
ENVIRON = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=1000)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--grid", action="store_true", help="points of a grid in place of seeds")
    parser.add_argument("--no-git", action="store_true", help="a project without version control")
    options = parser.parse_args()
    ours = [sys.executable, "-m", "reprocrate", "run", "--quiet"]
    command = [sys.executable, "-S", "script.py"]

    def session(folder: Path, launches: int) -> float:
        """Processor seconds of each launch of a session."""
        numbers = ",".join(map(str, range(launches)))
        what = ["--grid", f"number={numbers}"] if options.grid else ["--seeds", f"0-{launches - 1}"]
        hole = "{number}" if options.grid else "{seed}"
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        seconds([*ours, *what, "--jobs", str(options.jobs), "--", *command, hole], folder)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return (after.ru_utime + after.ru_stime - used.ru_utime - used.ru_stime) / launches

    tenth = max(1, options.runs // 10)
    with tempfile.TemporaryDirectory() as name:
        short = session(project(Path(name) / "few", under_git=not options.no_git), tenth)
        folder = project(Path(name) / "many", under_git=not options.no_git)
        long = session(folder, options.runs)
        each = intervals(folder)
        few = max(1, min(100, len(each) // 4))
        first, last = each[:few], each[-few:]
        later = [seconds([*ours, "--", *command, "0"], folder) for _ in range(5)]
        others = [project(Path(name) / f"new{n}", under_git=not options.no_git) for n in range(5)]
        new = [seconds([*ours, "--", *command, "0"], other) for other in others]
    lines = (
        f"launches       {len(each) + 1}, {options.jobs} at once",
        f"first {few:4}     {_both(first)}",
        f"last  {few:4}     {_both(last)}",
        f"ratio          {statistics.median(last) / statistics.median(first):.2f} of the medians",
        f"processors     {long:.4f} s each, in a session of {tenth} launches {short:.4f} s each",
        f"one more       {statistics.median(later):.3f} s, in a new project {statistics.median(new):.3f} s",
    )
    sys.stdout.write("\n".join(lines) + "\n")


def project(folder: Path, *, under_git: bool) -> Path:
    """A project with a script."""
    folder.mkdir()
    (folder / "script.py").write_text(SCRIPT)
    (folder / ".gitignore").write_text("out/\n")
    author = {
        f"GIT_{role}_{what}": "nobody" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")
    }
    for arguments in (["init", "-q"], ["add", "."], ["commit", "-qm", "All"]) if under_git else ():
        subprocess.run(["git", *arguments], cwd=folder, check=True, env={**ENVIRON, **author})
    return folder


def intervals(folder: Path) -> list[float]:
    """Seconds from the beginning of each launch to that of the next, which the names of records tell."""
    names = sorted(path.name for path in (folder / ".reprocrate" / "runs").iterdir())
    begun = [
        datetime.strptime(name.partition("-")[0], "%Y%m%dT%H%M%S.%fZ").replace(tzinfo=UTC) for name in names
    ]
    return [(later - earlier).total_seconds() for earlier, later in itertools.pairwise(begun)]


def _both(times: Sequence[float]) -> str:
    return f"{statistics.median(times):.4f} s each (median), {statistics.fmean(times):.4f} s (mean)"


def seconds(command: Sequence[str], folder: Path, environ: Mapping[str, str] = ENVIRON) -> float:
    """Wall-clock seconds of a command."""
    began = time.perf_counter()
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL, env=environ)
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
