"""What recording costs: the same command with and without `reprocrate run` in front, in turn, as a ratio.

    python benchmarks/recording.py [--repetitions 7] [-- COMMAND]

Without a command it is a short script of this file's own, which reads and writes some files and computes for
about a second. Medians of wall-clock seconds, and the ratio pair by pair, are printed.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

SCRIPT = """
import hashlib, json, pathlib, random, sys
seed = int(sys.argv[1])
random.seed(seed)
for index in range(50):
    pathlib.Path("data", f"{index}.txt").read_text()
value = 0.0
for _ in range(4_000_000):
    value += random.random()
pathlib.Path("out").mkdir(exist_ok=True)
pathlib.Path("out", f"{seed}.json").write_text(json.dumps({"accuracy": value / 4_000_000}))
"""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--repetitions", type=int, default=7)
    parser.add_argument("command", nargs="*", default=[sys.executable, "script.py", "0"])
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "script.py").write_text(SCRIPT)
        (folder / "data").mkdir()
        for index in range(50):
            (folder / "data" / f"{index}.txt").write_text(str(index))
        recorded = [sys.executable, "-m", "reprocrate", "run", "--quiet", "--", *options.command]
        pairs = [
            (seconds(options.command, folder), seconds(recorded, folder)) for _ in range(options.repetitions)
        ]
    plain, with_us = zip(*pairs, strict=True)
    ratios = [b / a for a, b in pairs]
    added = [b - a for a, b in pairs]
    lines = (
        f"plain     {statistics.median(plain):.3f} s",
        f"recorded  {statistics.median(with_us):.3f} s",
        f"ratio     {statistics.median(ratios):.2f} (from {min(ratios):.2f} to {max(ratios):.2f})",
        f"added     {statistics.median(added):.3f} s a call",
    )
    sys.stdout.write("\n".join(lines) + "\n")


def seconds(command: Sequence[str], folder: Path) -> float:
    """Wall-clock seconds of a command."""
    began = time.perf_counter()
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
