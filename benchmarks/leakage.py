"""What it costs to look for leakage in the items of two splits, as a ratio to other programs.

    python benchmarks/leakage.py [--rows 1000000] [--repetitions 3]

Each split has so many rows: of ten columns in a CSV file of plain numbers, and of 32 numbers of four bytes in
an array of NumPy. Three questions are asked: which items of the table are in both splits; the same with a
column of ids and one of groups; and which items of the array are. The peers are Python's `csv`, which reads
both tables and does nothing with the rows, and `sort | uniq -d` of GNU coreutils, which finds equal lines.
Medians of the processor's seconds are printed, each in a process of its own, with the memory it took at most.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import subprocess
import sys
import tempfile
from array import array
from hashlib import sha256
from pathlib import Path

COLUMNS = 10
WIDTH = 32

JUDGE = """
import json, sys
from pathlib import Path
from reprocrate.validation import Subject, validate
from reprocrate.validation.folder import FolderFiles
root = Path(sys.argv[1])
subject = Subject("splits", json.loads((root / sys.argv[2]).read_bytes()), FolderFiles(root))
report = validate(subject, only=["RC1419", "RC1420", "RC1421"])
assert not report.not_assessed, report.not_assessed
print(len(report.findings))
"""
READ = """
import csv, sys
for path in sys.argv[1:]:
    with open(path, newline="") as file:
        for row in csv.reader(file):
            pass
"""
MEASURE = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print("USED", used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)
"""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--repetitions", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        make(root, options.rows)
        tables = [str(root / f"{split}.csv") for split in ("train", "test")]
        sort = f"tail -q -n +2 {' '.join(tables)} | LC_ALL=C sort -S 512M | uniq -d > {root}/twice"
        commands = {
            "csv of Python, alone": [sys.executable, "-c", READ, *tables],
            "sort and uniq": ["sh", "-c", sort],
            "items of the table": [sys.executable, "-c", JUDGE, name, "items.json"],
            "items, ids and groups": [sys.executable, "-c", JUDGE, name, "columns.json"],
            "items of the array": [sys.executable, "-c", JUDGE, name, "arrays.json"],
        }
        lines = [f"{options.rows:,} rows in each of two splits"]
        peer = 0.0
        for label, command in commands.items():
            measured = [measure(command) for _ in range(options.repetitions)]
            seconds = statistics.median(each[0] for each in measured)
            peer = peer or seconds
            memory = max(each[1] for each in measured)
            lines.append(
                f"{label:24}{seconds:7.2f} s{memory:7.0f} MiB   {seconds / peer:.2f} of csv of Python"
            )
    sys.stdout.write("\n".join(lines) + "\n")


def make(root: Path, rows: int) -> None:
    """The files of two splits, and three manifests about them."""
    chance = random.Random(7)
    for number, split in enumerate(("train", "test")):
        with (root / f"{split}.csv").open("w") as file:
            file.write("id,group," + ",".join(f"x{column}" for column in range(COLUMNS - 2)) + "\n")
            for row in range(rows):
                values = [str(chance.getrandbits(30)) for _ in range(COLUMNS - 2)]
                place = number * rows + row
                file.write(f"{place},g{place // 50},{','.join(values)}\n")
        header = f"{{'descr': '<f4', 'fortran_order': False, 'shape': ({rows}, {WIDTH}), }}".ljust(117) + "\n"
        with (root / f"{split}.npy").open("wb") as file:
            file.write(b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header.encode())
            for _ in range(rows):
                file.write(array("f", [chance.random() for _ in range(WIDTH)]).tobytes())
    write(root, "items.json", "csv", {})
    write(root, "columns.json", "csv", {"id_column": "id"}, group_key="group")
    write(root, "arrays.json", "npy", {})


def write(root: Path, name: str, form: str, records: dict[str, str], **more: str) -> None:
    """A manifest of two splits."""
    files = []
    for split in ("train", "test"):
        content = (root / f"{split}.{form}").read_bytes()
        files.append({"path": f"{split}.{form}", "size": len(content), "sha256": sha256(content).hexdigest()})
    splits = [{"name": each, "role": each, "files": [f"{each}.{form}"], **more} for each in ("train", "test")]
    manifest = {
        "manifest_version": "1.0",
        "id": "urn:uuid:6b1f3f5e-6f0c-5a52-9a53-3a2a6f1f1f10",
        "experiment": {"title": "Two splits", "description": "Two splits.", "authors": [{"name": "Ada"}]},
        "data": [{"id": "made", "files": files, "records": records, "splits": splits}],
    }
    (root / name).write_text(json.dumps(manifest))


def measure(command: list[str]) -> tuple[float, float]:
    """Seconds of the processor, and mebibytes at most, that a command took."""
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, *command], check=True, capture_output=True, text=True
    )
    words = done.stdout.split("USED")[1].split()
    return float(words[0]), float(words[1])


if __name__ == "__main__":
    main()
