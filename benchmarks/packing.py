"""What packing as tar.zst costs, against `tar | zstd -3 -T0`, which hashes nothing; and reading a manifest.

    python benchmarks/packing.py [--megabytes 1000] [--files 100000] [--gigabytes 4] [--repetitions 3]

Each repetition runs both sides, one after the other, over the same files in the cache of the system, and its
ratio stands for itself: medians of the ratios are printed, of seconds by the clock and of processors. Where
others use the machine, the second is the steadier. The child that packs tells the peak of its memory. The
last rows are how much longer than an empty program Python takes to read the manifest of a large bundle.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from trees import big_files, small_files

PACK = """
import os, sys, time
from pathlib import Path
from reprocrate.bundle import Entry, Form, pack
root = Path(sys.argv[1])
entries = [Entry("reprocrate.json", b"{}")]
for folder, _, names in os.walk(root):
    place = Path(folder).relative_to(root).as_posix().removeprefix(".")
    prefix = f"{place}/" if place else ""
    entries += [Entry(prefix + name, Path(folder, name)) for name in names]
began, used = time.perf_counter(), time.process_time()
pack(entries, Path(sys.argv[2]), form=Form.TAR_ZST)
peak = Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0]
print(time.perf_counter() - began, time.process_time() - used, peak)
"""

READ = """
import sys
from pathlib import Path
from reprocrate.bundle import open_bundle
with open_bundle(Path(sys.argv[1])) as bundle:
    bundle.manifest_bytes()
"""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--megabytes", type=int, default=1000)
    parser.add_argument("--files", type=int, default=100_000)
    parser.add_argument("--gigabytes", type=int, default=4)
    parser.add_argument("--repetitions", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        big_files(folder / "big", options.megabytes * 1_000_000)
        small_files(folder / "small", options.files)
        print_row(f"4 files, {options.megabytes} MB", folder / "big", options.repetitions)
        print_row(f"{options.files} files", folder / "small", options.repetitions)
    with tempfile.TemporaryDirectory() as name:
        print_reading(Path(name), options.gigabytes, options.repetitions)


def print_row(name: str, tree: Path, repetitions: int) -> None:
    """Pack a tree both ways, and tell the ratios."""
    walls, processors, peaks = [], [], []
    target = tree.with_suffix(".tar.zst")
    for repetition in range(repetitions + 1):
        ours = subprocess.check_output([sys.executable, "-c", PACK, tree, target], text=True).split()
        wall, used = timed(lambda: plainly(tree, target))
        if repetition:  # the first one fills the cache
            walls.append(float(ours[0]) / wall)
            processors.append(float(ours[1]) / used)
            peaks.append(int(ours[2]) / 1024)
    each = ", ".join(f"{wall:.2f}" for wall in walls)
    sys.stdout.write(
        f"{name:20} {statistics.median(walls):5.2f} by the clock ({each})"
        f"   {statistics.median(processors):5.2f} of processors   {max(peaks):5.0f} MiB\n"
    )


def plainly(tree: Path, target: Path) -> None:
    """Pack without hashing."""
    command = 'tar -cf - -C "$1" . | zstd -3 -T0 -q -f -o "$2"'
    subprocess.run(["bash", "-ceuo", "pipefail", command, "-", tree, target], check=True)


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """Seconds by the clock and of the processors of children."""
    began, used = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    work()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.perf_counter() - began, sum(after[:2]) - sum(used[:2])


def print_reading(folder: Path, gigabytes: int, repetitions: int) -> None:
    """Read the manifest of a large bundle of each kind."""
    from reprocrate.bundle import Entry, Form, pack  # not before memory is measured

    large = []
    for number in range(4):
        large.append(folder / f"large{number}.bin")
        with large[-1].open("wb") as file:
            size = gigabytes * 250_000_000
            for place in range(0, size, 1 << 20):  # holes shrink to nothing, which only bombs do
                file.seek(place)
                file.write(os.urandom(1 << 14))
            file.truncate(size)
    entries = [Entry("reprocrate.json", b"{}" * 5000), *(Entry(path.name, path) for path in large)]
    for form in (Form.ZIP, Form.TAR_ZST):
        path = pack(entries, folder / f"x{form.suffix}", form=form).path
        extra = []
        for _ in range(repetitions * 5):
            empty = started(["-c", "pass"])
            extra.append(started(["-c", READ, str(path)]) - empty)
        sys.stdout.write(
            f"manifest of {gigabytes} GB, {form.value:8} {statistics.median(extra) * 1000:5.0f} ms more than "
            f"Python's start, at best {min(extra) * 1000:.0f} ms\n"
        )


def started(arguments: Sequence[str]) -> float:
    """Seconds that a Python program takes."""
    began = time.perf_counter()
    subprocess.run([sys.executable, *arguments], check=True)
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
