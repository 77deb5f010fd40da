"""What recording costs: one training script as it is, under `reprocrate run`, and under what others offer.

    python benchmarks/recording.py [--repetitions 7] [--python PYTHON] [--epochs 250]

The script is a logistic regression in numpy of about two seconds; PYTHON runs it. In each repetition every
way of running it has its turn, so that ratios are of neighbours in time. For `reprocrate run` the whole is
split, by the record, into start-up, the script's own time, and what happens afterwards. Processor seconds
stand beside the seconds of the clock, since other programs on the machine change them less.

Others take part where they are there: strace on the PATH, Sacred and ReproZip where PYTHON is installed. For
Sacred the script needs changes; they are made here.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

MODEL = """
import json, pathlib, sys
import numpy

def train(seed, epochs):
    rng = numpy.random.default_rng(seed)
    data = numpy.load("data/features.npy")
    labels = numpy.load("data/labels.npy")
    for part in range(50):
        pathlib.Path("data", f"part-{part}.txt").read_text()
    weights = numpy.zeros(data.shape[1])
    for epoch in range(epochs):
        for rows in numpy.array_split(rng.permutation(len(data)), 200):
            p = 1 / (1 + numpy.exp(-data[rows] @ weights))
            weights -= 0.1 * data[rows].T @ (p - labels[rows]) / len(rows)
    accuracy = float(((data @ weights > 0) == labels).mean())
    pathlib.Path("out").mkdir(exist_ok=True)
    numpy.save(f"out/weights-{seed}.npy", weights)
    pathlib.Path(f"out/{seed}.json").write_text(json.dumps({"accuracy": accuracy}))
    return accuracy
"""
SCRIPT = """
import sys
from model import train
print("accuracy", train(int(sys.argv[1]), int(sys.argv[2])))
"""
SACRED = """
import sys
from sacred import Experiment
from sacred.observers import FileStorageObserver
from model import train

experiment = Experiment("script")
experiment.observers.append(FileStorageObserver("sacred"))

@experiment.config
def config():
    seed = 0
    epochs = 1

@experiment.main
def main(_run, seed, epochs):
    for name in ("features", "labels"):
        experiment.open_resource(f"data/{name}.npy", "rb").close()
    accuracy = train(seed, epochs)
    _run.log_scalar("accuracy", accuracy)
    experiment.add_artifact(f"out/weights-{seed}.npy")
    print("accuracy", accuracy)

experiment.run(config_updates={"seed": int(sys.argv[1]), "epochs": int(sys.argv[2])})
"""
ENVIRON = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


@dataclass
class Way:
    """One way of running the script, and the seconds that it took, by the clock and of processors.

    What it left the last time, and would ask about now, is removed first.
    """

    name: str
    argv: Sequence[str]
    in_the_way: str = ""
    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)

    def run(self, folder: Path) -> None:
        """Run it once."""
        if self.in_the_way:
            shutil.rmtree(folder / self.in_the_way, ignore_errors=True)
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        began = time.perf_counter()
        subprocess.run(
            self.argv,
            cwd=folder,
            check=True,
            env=ENVIRON,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self.wall.append(time.perf_counter() - began)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        self.cpu.append(after.ru_utime + after.ru_stime - used.ru_utime - used.ru_stime)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--repetitions", type=int, default=7)
    parser.add_argument("--epochs", type=int, default=250)
    parser.add_argument("--python", default=sys.executable)
    options = parser.parse_args()
    python = Path(options.python).absolute()
    plain = Way("plain", [str(python), "script.py", "0", str(options.epochs)])
    ours = Way("reprocrate", [sys.executable, "-m", "reprocrate", "run", "--quiet", "--", *plain.argv])
    ways = [plain, ours, *others(plain, python)]
    parts: list[tuple[float, float, float, float]] = []
    with tempfile.TemporaryDirectory() as name:
        folder = make_project(Path(name), python)
        for way in ways:  # once for bytecode and caches
            way.run(folder)
            way.wall.clear()
            way.cpu.clear()
        for _ in range(options.repetitions):
            for way in ways:
                begun = time.time()
                way.run(folder)
                if way is ours:
                    parts.append(split(folder, begun, way.wall[-1]))
    sys.stdout.write("\n".join([*table(ways), "", *own(plain, parts)]) + "\n")


def others(plain: Way, python: Path) -> list[Way]:
    """What else is on this machine."""
    found = []
    if shutil.which("strace"):
        calls = ["strace", "-f", "-qq", "--seccomp-bpf", "-e", "trace=%file,%process", "-o", "strace.log"]
        found.append(Way("strace", [*calls, *plain.argv]))
    if subprocess.run([python, "-c", "import sacred"], check=False, capture_output=True).returncode == 0:
        found.append(Way("Sacred", [str(python), "with_sacred.py", *plain.argv[2:]]))
    reprozip = python.with_name("reprozip")
    if reprozip.exists():
        traced = [str(reprozip), "trace", "--dont-identify-packages", "-d", "reprozip", *plain.argv]
        found.append(Way("ReproZip", traced, "reprozip"))
    return found


def make_project(folder: Path, python: Path) -> Path:
    """Script and data, under git."""
    for name, text in (("model.py", MODEL), ("script.py", SCRIPT), ("with_sacred.py", SACRED)):
        (folder / name).write_text(text)
    (folder / ".gitignore").write_text("out/\ndata/\nsacred/\nreprozip/\nstrace.log\n__pycache__/\n")
    (folder / "data").mkdir()
    for part in range(50):
        (folder / "data" / f"part-{part}.txt").write_text(str(part))
    code = (
        "import numpy; rng = numpy.random.default_rng(0); x = rng.normal(size=(20000, 100));"
        "numpy.save('data/features.npy', x); numpy.save('data/labels.npy', (x[:, 0] + x[:, 1] > 0) * 1.0)"
    )
    subprocess.run([python, "-c", code], cwd=folder, check=True)
    names = ("AUTHOR_NAME", "AUTHOR_EMAIL", "COMMITTER_NAME", "COMMITTER_EMAIL")
    author = {f"GIT_{name}": "nobody" for name in names}
    for arguments in (["init", "-q"], ["add", "."], ["commit", "-qm", "All"]):
        subprocess.run(["git", *arguments], cwd=folder, check=True, env={**ENVIRON, **author})
    return folder


def split(folder: Path, begun: float, whole: float) -> tuple[float, float, float, float]:
    """Seconds before the script, of the script, after it, and its processor seconds, by the newest record."""
    newest = max((folder / ".reprocrate" / "runs").iterdir(), key=lambda path: path.name)
    record = json.loads((newest / "run.json").read_text())
    before = datetime.fromisoformat(record["started"]).timestamp() - begun
    own_time = record["duration_s"]
    return before, own_time, whole - before - own_time, record["resources"]["cpu_s"]


def table(ways: Sequence[Way]) -> list[str]:
    """A line for each way, with the median of its ratios to the plain one of the same repetition."""
    plain = ways[0]
    lines = [f"{'':12}  seconds  ratio (range)          CPU s  ratio"]
    for way in ways:
        ratios = [a / b for a, b in zip(way.wall, plain.wall, strict=True)]
        used = [a / b for a, b in zip(way.cpu, plain.cpu, strict=True)]
        shown = f"{statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})"
        lines.append(
            f"{way.name:12}  {statistics.median(way.wall):7.3f}  {shown:21}  "
            f"{statistics.median(way.cpu):5.2f}  {statistics.median(used):5.2f}"
        )
    return lines


def own(plain: Way, parts: Sequence[tuple[float, float, float, float]]) -> list[str]:
    """What `reprocrate run` adds, in parts."""
    before, own_time, after, cpu = ([part[place] for part in parts] for place in range(4))
    ratios = [a / b for a, b in zip(own_time, plain.wall, strict=True)]
    used = [a / b for a, b in zip(cpu, plain.cpu, strict=True)]
    return [
        f"before the script   {statistics.median(before):.3f} s (least {min(before):.3f})",
        f"the script's own    x{statistics.median(ratios):.3f} of plain, CPU x{statistics.median(used):.3f}",
        f"after the script    {statistics.median(after):.3f} s (least {min(after):.3f})",
    ]


if __name__ == "__main__":
    main()
