"""What judging costs: `validate` against reading the same manifests and asking their schema, as ratios.

    python benchmarks/validation.py [--runs 2000 20000] [--manifests 1000] [--repetitions 3]

The first part judges one manifest with many runs of five metrics each, and tells how the time grows with
their number: a growth of ten times for ten times the runs is linear. The second judges many manifests of
ordinary size with one command. Both are set against `json.loads` and `jsonschema` alone, which say much less.
Medians of wall-clock seconds are printed; the first part leaves out how long Python takes to start.
"""

from __future__ import annotations

import argparse
import copy
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

from reprocrate.standard import schema_document, shipped_bytes
from reprocrate.validation import Subject, validate

CONFIGURATIONS = 20
METRICS = 5


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=int, nargs=2, default=[2000, 20000])
    parser.add_argument("--manifests", type=int, default=1000)
    parser.add_argument("--repetitions", type=int, default=3)
    options = parser.parse_args()
    judge = Draft202012Validator(schema_document("manifest"))
    lines = []
    times = []
    for count in options.runs:
        data = json.dumps(with_runs(count)).encode()
        ours = median(lambda data=data: validate(Subject.of_bytes("runs", data)), options.repetitions)
        plain = median(lambda data=data: list(judge.iter_errors(json.loads(data))), options.repetitions)
        times.append(ours)
        lines.append(
            f"{count:6} runs    {ours:7.2f} s    {ours / plain:.2f} of json and jsonschema ({plain:.2f} s)"
        )
    grown = options.runs[1] / options.runs[0]
    lines.append(f"growth         {times[1] / times[0]:.1f} times for {grown:.1f} times the runs")
    lines.append(of_many(options.manifests, judge))
    sys.stdout.write("\n".join(lines) + "\n")


def with_runs(count: int) -> dict[str, Any]:
    """A valid manifest with this many runs, and a result for each configuration and metric."""
    document: dict[str, Any] = json.loads(shipped_bytes("conformance/base/seeds.json"))
    first, configuration = document["runs"][0], document["configurations"][0]
    command = [*configuration["command"][:1], "fit.py", "--seed", "{seed}"]
    names = [f"c{number}" for number in range(CONFIGURATIONS)]
    document["configurations"] = [{**configuration, "id": name, "command": command} for name in names]
    document["metrics"] = [{"id": f"m{number}", "direction": "maximize"} for number in range(METRICS)]
    for section in ("comparisons", "claims", "tables"):
        document.pop(section, None)
    document["runs"] = [
        {
            **copy.deepcopy(first),
            "id": f"r{index}",
            "configuration": names[index % CONFIGURATIONS],
            "command": [*command[:3], str(index // CONFIGURATIONS)],
            "seeds": [{"value": index // CONFIGURATIONS, "how": "declared"}],
            "metrics": [
                {**first["metrics"][0], "metric": f"m{number}", "value": (index * 7 + number) % 1009 / 1009}
                for number in range(METRICS)
            ],
        }
        for index in range(count)
    ]
    document["results"] = [
        result(document["runs"], name, number) for name in names for number in range(METRICS)
    ]
    return document


def result(runs: list[dict[str, Any]], configuration: str, number: int) -> dict[str, Any]:
    """The mean of one metric over the runs of one configuration."""
    meant = [run for run in runs if run["configuration"] == configuration]
    observations = [run["metrics"][number] for run in meant]
    values = [each["value"] for each in observations]
    place = {name: observations[0][name] for name in ("metric", "data", "split") if name in observations[0]}
    return {
        "id": f"{configuration}-m{number}",
        "configuration": configuration,
        **place,
        "over": "runs",
        "statistic": "mean",
        "value": statistics.fmean(values),
        "sd": statistics.stdev(values),
        "ddof": 1,
        "n": len(values),
        "runs": [run["id"] for run in meant],
        "varies_over": "seeds",
    }


def of_many(count: int, judge: Draft202012Validator) -> str:
    """How long one command takes for many manifests of ordinary size."""
    full = json.loads(shipped_bytes("conformance/golden/full.json"))
    with tempfile.TemporaryDirectory() as name:
        paths = [Path(name, str(number), "reprocrate.json") for number in range(count)]
        for path in paths:
            path.parent.mkdir()
            path.write_text(json.dumps(full))
        command = [sys.executable, "-m", "reprocrate", "validate", "--json", "--quiet", *map(str, paths)]
        ours = median(lambda: subprocess.run(command, stdout=subprocess.DEVNULL, check=False), 1)
        plain = median(lambda: [list(judge.iter_errors(json.loads(path.read_bytes()))) for path in paths], 1)
    return (
        f"{count:6} manifests {ours:6.2f} s    {ours / plain:.2f} of json and jsonschema ({plain:.2f} s), "
        f"{count / ours:.0f} a second"
    )


def median(work: Callable[[], object], repetitions: int) -> float:
    """Wall-clock seconds of some work."""
    times = []
    for _ in range(repetitions):
        began = time.perf_counter()
        work()
        times.append(time.perf_counter() - began)
    return statistics.median(times)


if __name__ == "__main__":
    main()
