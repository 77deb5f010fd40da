"""How fast the files of a launch are hashed, against hashlib on one core.

    python benchmarks/hashing.py [--megabytes 512] [--files 8] [--repetitions 5]

The files lie in the cache of the system. Seconds by the clock and of processors are medians; each repetition
measures both ways, one after the other.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from reprocrate.capture.data.digests import Digests


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--megabytes", type=int, default=512)
    parser.add_argument("--files", type=int, default=8)
    parser.add_argument("--repetitions", type=int, default=5)
    options = parser.parse_args()
    size = options.megabytes * 1_000_000 // options.files
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        files = [folder / str(number) for number in range(options.files)]
        for file in files:
            file.write_bytes(os.urandom(size))
        plain, ours = [], []
        for _ in range(options.repetitions):
            plain.append(timed(lambda: one_after_the_other(files)))
            ours.append(timed(lambda: list(Digests(folder / "nothing-is-remembered").of_all(files))))
    total = size * options.files
    sys.stdout.write(f"{line('hashlib, one core', plain, total)}\n{line('reprocrate', ours, total)}\n")


def one_after_the_other(files: Sequence[Path]) -> None:
    """Hash files in one thread."""
    for file in files:
        with file.open("rb", buffering=0) as handle:
            hashlib.file_digest(handle, "sha256")


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """Seconds by the clock and of processors."""
    began, used = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - began, time.process_time() - used


def line(name: str, times: Sequence[tuple[float, float]], total: int) -> str:
    """Speed in bytes by the clock and of a processor."""
    wall, cpu = (statistics.median(time[place] for time in times) for place in range(2))
    return f"{name:18}  {total / wall / 1e9:.2f} GB/s, {total / cpu / 1e9:.2f} GB a processor second"


if __name__ == "__main__":
    main()
