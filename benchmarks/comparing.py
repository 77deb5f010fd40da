"""How long the verdict on a large experiment takes.

    python benchmarks/comparing.py [--runs 1000] [--metrics 200] [--repetitions 3] [--limit 2]

Two manifests of so many runs, ten seeds to a configuration, with a value of each metric in each run: the
second is the first run again, with values that differ a little in one result of five. Measured are, in
processor seconds and as the medians of several tries, reading both manifests, the verdict, writing it, and
the whole command `reprocrate compare --json`. Exit status 1 if the verdict takes longer than --limit.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from reprocrate.manifest import Manifest, load_manifest
from reprocrate.render.verdict import verdict_text
from reprocrate.rerun.compare import Basis, Circumstances, Verdict, compare
from reprocrate.workflow.comparing import without_collection

SEEDS = 10


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; 1 if the limit is broken."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=1000)
    parser.add_argument("--metrics", type=int, default=200)
    parser.add_argument("--repetitions", type=int, default=3)
    parser.add_argument("--limit", type=float, default=2.0, help="seconds for the verdict")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        paths = (folder / "original.json", folder / "other.json")
        for path, moved in zip(paths, (0.0, 0.004), strict=True):
            path.write_text(json.dumps(experiment(options.runs, options.metrics, moved)))
        size = sum(path.stat().st_size for path in paths) / 1e6
        _say(f"{options.runs} runs of {options.metrics} metrics, {size:.0f} MB in two manifests")
        original, other = map(load_manifest, paths)
        judging = _median(options.repetitions, lambda: _judged(original, other))
        document = _judged(original, other)
        writing = _median(options.repetitions, lambda: _written(document))
        text = _median(1, lambda: verdict_text(document.to_json()))
        reading = _median(options.repetitions, lambda: _read(paths))
        command = [sys.executable, "-m", "reprocrate", "compare", "--json", *map(str, paths)]
        whole = _median(options.repetitions, lambda: _run(command))
    _say(f"reading both manifests    {reading:6.2f} s")
    _say(f"the verdict               {judging:6.2f} s   at most {options.limit:g} s")
    _say(f"writing it as JSON        {writing:6.2f} s")
    _say(f"writing it for people     {text:6.2f} s")
    _say(f"the command as a whole    {whole:6.2f} s")
    return int(judging > options.limit)


def experiment(runs: int, metrics: int, moved: float) -> dict[str, Any]:
    """A manifest as JSON values; `moved` is added to the values of every fifth metric."""
    source = random.Random(7)
    names = [f"metric-{number}" for number in range(metrics)]
    margin = {"kind": "absolute", "value": 0.01}
    made = [_run_of(number, names, source, moved) for number in range(runs)]
    configurations = [f"c{number}" for number in range(-(-runs // SEEDS))]
    return {
        "manifest_version": "1.0",
        "id": "urn:uuid:6b1f3f5e-6f0c-5a52-9a53-3a2a6f1f1f10",
        "experiment": {"title": "Large"},
        "environments": [
            {
                "id": "env",
                "python": {"version": "3.11.7"},
                "packages": [{"name": "numpy", "version": "2.1.0"}],
            }
        ],
        "hardware": [{"id": "cpu", "cpu": {"architecture": "x86_64", "model": "Example", "threads": 2}}],
        "configurations": [{"id": name, "command": ["python", f"{name}.py"]} for name in configurations],
        "runs": made,
        "metrics": [
            {"id": name, "direction": "maximize", "unit": "fraction", "margin": margin} for name in names
        ],
        "results": [
            {
                "id": f"{configuration}.{name}",
                "configuration": configuration,
                "metric": name,
                "split": "test",
                "over": "runs",
                "statistic": "mean",
                "n": len(members),
                "value": 0.5,
                "runs": members,
            }
            for configuration in configurations
            for members in [[one["id"] for one in made if one["configuration"] == configuration]]
            for name in names
        ],
        "claims": [
            {"id": "value", "text": "It is good.", "kind": "value", "evidence": ["c0.metric-0"]},
        ],
    }


def _run_of(number: int, names: Sequence[str], source: random.Random, moved: float) -> dict[str, Any]:
    configuration, seed = divmod(number, SEEDS)
    return {
        "id": f"c{configuration}-{seed}",
        "configuration": f"c{configuration}",
        "command": ["python", f"c{configuration}.py"],
        "status": "ok",
        "seeds": [{"value": seed, "how": "argument"}],
        "environment": "env",
        "hardware": ["cpu"],
        "metrics": [
            {
                "metric": name,
                "split": "test",
                "value": source.gauss(0.5, 0.005) + (0.0 if place % 5 else moved),
                "status": "ok",
            }
            for place, name in enumerate(names)
        ],
    }


def _read(paths: Sequence[Path]) -> list[Manifest]:
    with without_collection():
        return [load_manifest(path) for path in paths]


def _judged(original: Manifest, other: Manifest) -> Verdict:
    with without_collection():
        return compare(original, other, circumstances=Circumstances(basis=Basis.COMPARE))


def _written(verdict: Verdict) -> str:
    return json.dumps(verdict.to_json(), ensure_ascii=False)


def _run(command: Sequence[str]) -> None:
    subprocess.run(command, stdout=subprocess.DEVNULL, check=False)


def _median(repetitions: int, work: Callable[[], object]) -> float:
    taken = []
    for _ in range(repetitions):
        began = _processor_seconds()
        work()
        taken.append(_processor_seconds() - began)
    return statistics.median(taken)


def _processor_seconds() -> float:
    """Of this process and those that it waited for: what else the machine does counts less so."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
