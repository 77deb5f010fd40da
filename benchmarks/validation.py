"""What judging costs: `validate` against reading the same manifests and asking their schema, as ratios.

    python benchmarks/validation.py [PART...] [--manifests 20000] [--repetitions 5]

PART is one or more of
    one        one manifest of ordinary size, in this process: its shape, and all rules, against `json.loads`
    command    the command on one manifest, against check-jsonschema with the same schema, if that is on PATH
    crate      the command on a bundle and on an unpacked crate of 50 files with all integrity checks
    runs       one manifest with 2,000 and with 20,000 runs: how the time grows with their number
    metrics    one manifest with 1,000 runs of 200 metrics each
    many       many manifests with one command, in one process and in two, against jsonschema alone
and all of them where none is named. Medians are printed: wall-clock seconds, and where it says so seconds of
processor time. In this process nothing counts that Python takes to start.
"""

from __future__ import annotations

import argparse
import copy
import json
import os
import resource
import shutil
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
GOLDEN = "conformance/golden/full.json"
OURS = [sys.executable, "-m", "reprocrate"]


def main() -> None:
    """Measure and print."""
    parts = {
        "one": of_one,
        "command": of_command,
        "crate": of_crate,
        "runs": of_runs,
        "metrics": of_metrics,
        "many": of_many,
    }
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(parts))
    parser.add_argument("--manifests", type=int, default=20_000)
    parser.add_argument("--repetitions", type=int, default=5)
    options = parser.parse_args()
    if unknown := set(options.parts) - set(parts):
        parser.error(f"no such part: {', '.join(sorted(unknown))}")
    for name in options.parts or parts:
        for line in parts[name](options):
            sys.stdout.write(f"{name:8} {line}\n")
            sys.stdout.flush()


def of_one(options: argparse.Namespace) -> list[str]:
    """What the shape of one manifest and all rules cost in a process that has judged one before."""
    data = shipped_bytes(GOLDEN)
    repetitions = 40 * options.repetitions
    loads = median(lambda: json.loads(data), repetitions)

    def shape() -> None:
        subject = Subject.of_bytes("one", data)
        if subject.text_problems or subject.all_schema_problems:
            raise AssertionError("the golden manifest is valid")

    shaped = median(shape, repetitions)
    judged = median(lambda: validate(Subject.of_bytes("one", data)), repetitions)
    size = len(data) / 1000
    return [
        f"json.loads of {size:.0f} kB {loads * 1000:7.3f} ms",
        f"and shape            {shaped * 1000:7.3f} ms    {shaped / loads:.1f} of json.loads",
        f"and all rules        {judged * 1000:7.3f} ms    {(judged - shaped) * 1000:.2f} ms by the rules",
    ]


def of_command(options: argparse.Namespace) -> list[str]:
    """The command on one manifest, with all rules, against a validator of JSON Schema alone."""
    with tempfile.TemporaryDirectory() as name:
        manifest, schema = Path(name, "reprocrate.json"), Path(name, "manifest.schema.json")
        manifest.write_bytes(shipped_bytes(GOLDEN))
        schema.write_text(json.dumps(schema_document("manifest")))
        ours = median(lambda: run([*OURS, "validate", "--quiet", str(manifest)]), options.repetitions)
        peer = shutil.which("check-jsonschema")
        if peer is None:
            return [f"{ours:.2f} s; check-jsonschema is not on PATH"]
        asked = [peer, "--schemafile", str(schema), str(manifest)]
        theirs = median(lambda: run(asked), options.repetitions)
    return [f"{ours:.2f} s    {ours / theirs:.2f} of check-jsonschema ({theirs:.2f} s)"]


def of_crate(options: argparse.Namespace) -> list[str]:
    """The command on an example of 50 files: the bundle, and the same unpacked; processor time."""
    with tempfile.TemporaryDirectory() as name:
        project, bundle = Path(name, "supervised"), Path(name, "supervised.crate.zip")
        shutil.copytree(Path(__file__).parents[1] / "examples" / "supervised", project)
        for arguments in (["run", "--all"], ["pack", "--output", str(bundle)]):
            subprocess.run([*OURS, *arguments, "--quiet"], cwd=project, capture_output=True, check=True)
        unpacked = Path(name, "unpacked")
        command = [*OURS, "import", str(bundle), str(unpacked), "--quiet"]
        subprocess.run(command, capture_output=True, check=True)
        count = sum(each.is_file() for each in unpacked.rglob("*"))
        lines = []
        for what in (bundle, unpacked):
            command = [*OURS, "validate", "--quiet", str(what)]
            spent = median_of(lambda command=command: processor_seconds(command), options.repetitions)
            kind = "bundle" if what is bundle else "folder"
            lines.append(f"{kind} of {count} files {spent:.2f} s of processor time")
        nothing = median_of(lambda: processor_seconds([*OURS, "validate", "--help"]), options.repetitions)
    return [*lines, f"the command's help, for comparison {nothing:.2f} s"]


def of_runs(options: argparse.Namespace) -> list[str]:
    """How the time for one manifest grows with its runs."""
    judge = Draft202012Validator(schema_document("manifest"))
    lines, times = [], []
    for count in (2_000, 20_000):
        data = json.dumps(with_runs(count)).encode()
        repetitions = max(1, options.repetitions // 2)
        ours = median(lambda data=data: validate(Subject.of_bytes("runs", data)), repetitions)
        plain = median(lambda data=data: list(judge.iter_errors(json.loads(data))), repetitions)
        times.append(ours)
        lines.append(
            f"{count} runs {ours:.2f} s    {ours / plain:.2f} of json and jsonschema ({plain:.2f} s)"
        )
    return [*lines, f"growth {times[1] / times[0]:.1f} times for 10 times the runs"]


def of_metrics(options: argparse.Namespace) -> list[str]:
    """One manifest with many metrics of each run."""
    data = json.dumps(with_runs(1_000, 200)).encode()
    ours = median(lambda: validate(Subject.of_bytes("metrics", data)), max(1, options.repetitions // 2))
    return [f"1,000 runs of 200 metrics ({len(data) / 1e6:.0f} MB) {ours:.2f} s"]


def with_runs(count: int, metrics: int = METRICS) -> dict[str, Any]:
    """A valid manifest with this many runs, and a result for each configuration and metric."""
    document: dict[str, Any] = json.loads(shipped_bytes("conformance/base/seeds.json"))
    first, configuration = document["runs"][0], document["configurations"][0]
    command = [*configuration["command"][:1], "fit.py", "--seed", "{seed}"]
    names = [f"c{number}" for number in range(CONFIGURATIONS)]
    document["configurations"] = [{**configuration, "id": name, "command": command} for name in names]
    document["metrics"] = [{"id": f"m{number}", "direction": "maximize"} for number in range(metrics)]
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
                for number in range(metrics)
            ],
        }
        for index in range(count)
    ]
    document["results"] = [
        result(document["runs"], name, number) for name in names for number in range(metrics)
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


def of_many(options: argparse.Namespace) -> list[str]:
    """How long one command takes for many manifests of ordinary size."""
    judge = Draft202012Validator(schema_document("manifest"))
    data = shipped_bytes(GOLDEN)
    with tempfile.TemporaryDirectory() as name:
        for number in range(options.manifests):
            path = Path(name, "all", str(number), "reprocrate.json")
            path.parent.mkdir(parents=True)
            path.write_bytes(data)
        few = sorted(Path(name, "all").glob("*/reprocrate.json"))[: max(1, options.manifests // 100)]
        plain = median(lambda: [list(judge.iter_errors(json.loads(each.read_bytes()))) for each in few], 1)
        plain *= options.manifests / len(few)
        times = {}
        for jobs in (1, 2):
            asked = ["validate", "--each", "all", "--jobs", str(jobs), "--quiet", "--format", "csv"]
            command = [*OURS, *asked, "--output", str(Path(name, f"{jobs}.csv"))]
            times[jobs] = median(lambda command=command: run(command, Path(name)), 1)
    count = options.manifests
    lines = [
        f"{count} manifests, {jobs} process{'es' * (jobs > 1)} {spent:.1f} s    "
        f"{spent / plain:.2f} of json and jsonschema ({plain:.0f} s), {count / spent:.0f} a second"
        for jobs, spent in times.items()
    ]
    return [*lines, f"{times[1] / times[2]:.2f} times faster with two processes on {os.cpu_count()} cores"]


def run(command: list[str], folder: Path | None = None) -> None:
    """Run a command, whatever it finds."""
    done = subprocess.run(command, cwd=folder, capture_output=True, check=False)
    if done.returncode not in (0, 1):
        raise RuntimeError(done.stderr.decode())


def processor_seconds(command: list[str]) -> float:
    """Seconds of processor time of a command, system's and user's, with its children."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    run(command)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def median(work: Callable[[], object], repetitions: int) -> float:
    """Wall-clock seconds of some work."""

    def seconds() -> float:
        began = time.perf_counter()
        work()
        return time.perf_counter() - began

    return median_of(seconds, repetitions)


def median_of(measure: Callable[[], float], repetitions: int) -> float:
    """The median of several measurements, after one that does not count where there are several."""
    if repetitions > 1:
        measure()
    return statistics.median(measure() for _ in range(repetitions))


if __name__ == "__main__":
    main()
