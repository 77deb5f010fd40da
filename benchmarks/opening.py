"""What recording costs for each file: plain, recorded from inside, and under strace, in turn.

    python benchmarks/opening.py [--files 20000] [--repetitions 3] [--write]

A script opens, reads and closes that many different small files, or with --write it writes them, and takes
the time of this loop. Printed are the medians of microseconds a file, wall-clock and of the script's
processor, what recording adds, and the seconds that the recording command needs before and after the loop.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

SCRIPT = """
import sys, time
count, mode = int(sys.argv[1]), sys.argv[2]
began, used = time.perf_counter(), time.process_time()
if mode == "read":
    for index in range(count):
        with open(f"files/{index % 100}/{index}", "rb") as file:
            file.read()
else:
    for index in range(count):
        with open(f"files/{index % 100}/{index}", "wb") as file:
            file.write(b"1")
with open(sys.argv[3], "w") as file:
    file.write(f"{time.perf_counter() - began} {time.process_time() - used}")
"""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--files", type=int, default=20_000)
    parser.add_argument("--repetitions", type=int, default=3)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    mode = "write" if options.write else "read"
    run = [sys.executable, "-m", "reprocrate", "run", "--quiet"]
    ways: dict[str, Sequence[str]] = {"plain": [], "hook": [*run, "--"]}
    if shutil.which("strace"):
        ways["strace"] = [*run, "--trace=strace", "--"]
    measured: dict[str, list[tuple[float, float, float]]] = {way: [] for way in ways}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "open.py").write_text(SCRIPT)
        for index in range(100):
            (folder / "files" / str(index)).mkdir(parents=True)
        for index in range(options.files):
            (folder / "files" / str(index % 100) / str(index)).write_text("1")
        for _ in range(options.repetitions):
            for way, prefix in ways.items():
                command = [*prefix, sys.executable, "open.py", str(options.files), mode, "seconds.txt"]
                began = time.perf_counter()
                subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)
                whole = time.perf_counter() - began
                loop, used = map(float, (folder / "seconds.txt").read_text().split())
                measured[way].append((loop / options.files, used / options.files, whole - loop))
    plain = [statistics.median(figures) for figures in zip(*measured["plain"], strict=True)]
    for way in ways:
        wall, used, rest = (statistics.median(figures) for figures in zip(*measured[way], strict=True))
        sys.stdout.write(
            f"{way:7}{1e6 * wall:7.1f} µs a file ({1e6 * (wall - plain[0]):+6.1f}), "
            f"{1e6 * used:6.1f} µs of processor ({1e6 * (used - plain[1]):+6.1f}); "
            f"{rest:6.2f} s before and after\n"
        )


if __name__ == "__main__":
    main()
