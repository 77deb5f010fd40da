"""Zip bundles against `zip`, zipfile and ro-crate-py: packing, unpacking, reading the manifest, memory.

    python benchmarks/zip_bundles.py [--files 100000] [--megabytes 1000] [--repetitions 3] [--folder DIR]
        [--ro-crate SECONDS]

Small files have 200 to 4000 bytes, half of them words and half noise; of the four large ones two are rows of
numbers and two noise. Each repetition does everything once, one way after the other, so that they are paired;
printed are medians and, behind them, the ratio. Nothing is deleted before the end: after a hundred thousand
files are deleted, ext4 makes new ones slowly for minutes. A folder in memory (`--folder /dev/shm`) measures
the programs alone. `--ro-crate` lets ro-crate-py write the same files once, for at most that many seconds.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PACK = """
from pathlib import Path
from reprocrate.bundle import Entry, pack
from reprocrate.files import walk
entries = [Entry("reprocrate.json", b"{}")]
entries += [Entry("data/" + file.path, file.location, file.executable) for file in walk(WHAT)]
pack(entries, Path(TO))
"""
VERIFY = """
from pathlib import Path
from reprocrate.bundle import open_bundle
with open_bundle(Path(WHAT)) as bundle:
    assert bundle.verify() == []
"""
EXTRACT = """
from pathlib import Path
from reprocrate.bundle import open_bundle
with open_bundle(Path(WHAT)) as bundle:
    bundle.extract(Path(TO))
"""
MANIFEST = """
from pathlib import Path
from reprocrate.bundle import open_bundle
with open_bundle(Path(WHAT)) as bundle:
    assert bundle.manifest_bytes(check=False) == b"{}"
"""
EXTRACTALL = """
import zipfile
zipfile.ZipFile(WHAT).extractall(TO)
"""
LEVEL_1 = """
import os, zipfile
with zipfile.ZipFile(TO, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
    for folder, _, names in os.walk(WHAT):
        for name in names:
            archive.write(os.path.join(folder, name))
"""
HASH = """
import hashlib, os
for folder, _, names in os.walk(WHAT):
    for name in names:
        with open(os.path.join(folder, name), "rb", buffering=0) as file:
            hashlib.file_digest(file, "sha256").hexdigest()
"""
RO_CRATE = """
from rocrate.rocrate import ROCrate
crate = ROCrate()
crate.add_tree(WHAT, "data")
crate.write_zip(TO)
"""
PEAK = """
print(next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")))
"""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--files", type=int, default=100_000)
    parser.add_argument("--megabytes", type=int, default=1000)
    parser.add_argument("--repetitions", type=int, default=3)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--ro-crate", type=int, default=0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.folder) as name:
        folder = Path(name)
        small, large = folder / "small", folder / "large"
        make_small(small, options.files)
        make_large(large, options.megabytes)
        packing(folder, small, options.repetitions)
        for count in range(options.files // 5, options.files, options.files // 5):
            part = folder / f"part-{count}"
            make_small(part, count)
            took = [python(PACK, part, folder / f"{count}.zip")[0] for _ in range(options.repetitions)]
            say(f"pack {count:,} files", took)
        bundles = {what.name: folder / f"{what.name}.crate.zip" for what in (small, large)}
        for what in (small, large):
            python(PACK, what, bundles[what.name])
            unpacking(folder, what.name, bundles[what.name], options.repetitions)
            manifest(what.name, bundles[what.name])
        workers(folder, bundles["large"], options.repetitions)
        if options.ro_crate:
            ro_crate(folder, small, options.ro_crate)


def packing(folder: Path, small: Path, repetitions: int) -> None:
    """Small files: ours, `zip -1 -r` and hashing, zipfile at level 1 and hashing."""
    ours, with_zip, with_python, peaks = [], [], [], []
    for number in range(repetitions):
        took, peak = python(PACK, small, folder / f"ours-{number}.zip")
        ours.append(took)
        peaks.append(peak)
        hashing = python(HASH, small)[0]
        with_python.append(python(LEVEL_1, small, folder / f"python-{number}.zip")[0] + hashing)
        if shutil.which("zip"):
            command = ["zip", "-1", "-q", "-r", folder / f"zip-{number}.zip", "."]
            with_zip.append(timed(lambda command=command: subprocess.run(command, cwd=small, check=True)))
            with_zip[-1] += hashing
    say(f"pack, {max(peaks)} MB at most", ours)
    say("zip -1 -r, and hashing", with_zip, ours)
    say("zipfile at level 1, and hashing", with_python, ours)


def unpacking(folder: Path, name: str, bundle: Path, repetitions: int) -> None:
    """Verifying and unpacking, against what only compares CRC-32."""
    verified, ours, theirs, peaks = [], [], [], []
    for number in range(repetitions):
        took, peak = python(VERIFY, bundle)
        verified.append(took)
        took, other = python(EXTRACT, bundle, folder / f"{name}-ours-{number}")
        ours.append(took)
        peaks += [peak, other]
        theirs.append(python(EXTRACTALL, bundle, folder / f"{name}-theirs-{number}")[0])
    say(f"verify {name}", verified)
    say(f"verify and unpack {name}, {max(peaks)} MB at most", ours)
    say(f"extractall {name}", theirs, ours)


def workers(folder: Path, bundle: Path, repetitions: int) -> None:
    """Large files on one core and on two."""
    if not hasattr(os, "sched_setaffinity") or len(os.sched_getaffinity(0)) < 2:
        return
    both = sorted(os.sched_getaffinity(0))[:2]
    times: dict[int, list[float]] = {1: [], 2: []}
    for number in range(repetitions):
        for count, taken in times.items():
            bound = f"import os; os.sched_setaffinity(0, {both[:count]})\n"
            taken.append(python(bound + EXTRACT, bundle, folder / f"workers-{count}-{number}")[0])
    say("verify and unpack large with two workers", times[2])
    say("the same with one", times[1], times[2])


def manifest(name: str, bundle: Path) -> None:
    """The manifest alone, beside the start of Python."""
    ours, start = [], []
    for _ in range(20):
        ours.append(python(MANIFEST, bundle)[0])
        start.append(python("", bundle)[0])
    say(f"manifest of {name}, beyond the start of Python", [min(ours) - min(start)])


def ro_crate(folder: Path, small: Path, seconds: int) -> None:
    """What ro-crate-py needs for the same files."""
    began = time.perf_counter()
    try:
        python(RO_CRATE, small, folder / "ro-crate.zip", seconds=seconds)
    except subprocess.TimeoutExpired:
        sys.stdout.write(f"ro-crate-py write_zip: not done after {seconds} s\n")
    else:
        say("ro-crate-py write_zip", [time.perf_counter() - began])


def make_small(folder: Path, count: int) -> None:
    """Files of 200 to 4000 bytes in folders of a thousand."""
    chance = random.Random(1)
    words = [
        "".join(chance.choices("abcdefghijklmnopqrstuvwxyz", k=chance.randint(2, 9))) for _ in range(3000)
    ]
    for number in range(count):
        place = folder / f"{number // 1000:03}" / f"{number:06}"
        if number % 1000 == 0:
            place.parent.mkdir(parents=True)
        size = chance.randint(200, 4000)
        is_text = number % 2
        place.write_bytes(
            " ".join(chance.choices(words, k=size // 6)).encode() if is_text else chance.randbytes(size)
        )


def make_large(folder: Path, megabytes: int) -> None:
    """Four files."""
    folder.mkdir()
    chance = random.Random(2)
    rows = "".join(f"{chance.random():.6f},{chance.gauss(0, 1):.4f}\n" for _ in range(60_000)).encode()
    for number in range(4):
        with (folder / f"{number}").open("wb") as file:
            for _ in range(megabytes // 4):
                file.write((rows if number % 2 else os.urandom(1 << 20))[:1_000_000])


def python(
    script: str, what: Path, to: Path | None = None, seconds: float | None = None
) -> tuple[float, int]:
    """Seconds by the clock, and the peak of memory in MB, of a new Python."""
    given = f"WHAT, TO = {str(what)!r}, {str(to)!r}\n{script}{PEAK}"
    began = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", given], check=True, capture_output=True, text=True, timeout=seconds
    )
    return time.perf_counter() - began, int(done.stdout) // 1000


def timed(work) -> float:
    """Seconds by the clock."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def say(what: str, times: list[float], ours: list[float] | None = None) -> None:
    """A line: the median, and how many times that ours takes."""
    if times:
        ratio = (
            f"   ours takes {statistics.median(ours) / statistics.median(times):.2f} of it" if ours else ""
        )
        sys.stdout.write(f"{what:60} {statistics.median(times):8.3f} s{ratio}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
