"""Golden manifests, each made by the commands of an example: `python tests/golden.py KIND --write`.

A folder of `examples/` that has a file `commands.sh` is a kind of experiment. Its commands are run with the
real command line in a copy of the folder, which is a git repository and has an environment of Python alone,
and the manifest is taken out of the bundle that they pack. With what differs from machine to machine settled
(see `STAND_INS`) it lies in `schema/1.0/conformance/golden/KIND.json`. `--check` makes it anew and compares;
without KIND, all of them.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from reprocrate.manifest import manifest_from
from reprocrate.validation.explain import json_lines

REPOSITORY = Path(__file__).resolve().parent.parent
EXAMPLES = REPOSITORY / "examples"
GOLDEN = REPOSITORY / "schema" / "1.0" / "conformance" / "golden"
COMMANDS = "commands.sh"

SAME = 1e-12
"""How far two numbers may be apart, relative to the larger: mathematical libraries differ in last digits."""

# What legitimately varies ------------------------------------------------------------------------------


@dataclass(frozen=True)
class StandIn:
    """A place that differs from one machine or day to the next, and what the golden manifest has there.

    Attributes:
        place: a JSON Pointer; `*` stands for every entry or name.
        value: what stands there instead; a function of the number of the entry, where it is one.
        why: why it varies.
    """

    place: str
    value: Any
    why: str


EPOCH = datetime(2026, 1, 1, tzinfo=UTC)


def _launch_time(number: int) -> str:
    return (EPOCH + timedelta(seconds=number)).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def _launch_id(number: int) -> str:
    return (EPOCH + timedelta(seconds=number)).strftime(f"%Y%m%dT%H%M%S.000000Z-{number:016x}")


MACHINE = {"cpu": {"model": "Example CPU", "architecture": "x86_64", "cores": 2}, "memory_bytes": 8589934592}
SYSTEM = {"name": "Linux", "version": "Example Linux 1", "machine": "x86_64"}
LOCK = ".reprocrate/environment/000000000000/requirements.txt"

STAND_INS = (
    # Runs are called by their time: their ids are replaced wherever they stand, by order of launch.
    StandIn("/id", "urn:uuid:00000000-0000-5000-8000-000000000000", "made from the first run's id"),
    StandIn("/experiment/created", _launch_time(0), "time"),
    StandIn("/code/*/commit", "0" * 40, "depends on every file of the example, its README included"),
    StandIn("/runs/*/started", _launch_time, "time"),
    StandIn("/runs/*/duration_s", 1.0, "duration; /compute is added up anew from these"),
    StandIn("/runs/*/resources/cpu_s", 1.0, "duration; /compute is added up anew from these"),
    StandIn("/runs/*/resources/peak_memory_bytes", 33554432, "resource use"),
    StandIn("/hardware/*/cpu", MACHINE["cpu"], "the machine"),
    StandIn("/hardware/*/memory_bytes", MACHINE["memory_bytes"], "the machine"),
    StandIn("/hardware/*/accelerators", None, "the machine"),
    StandIn("/determinism/settings/usable_cpus", 2, "the machine"),
    StandIn("/environments/*/os", SYSTEM, "the operating system"),
    StandIn("/environments/*/python/version", "3.11.9", "the interpreter"),
    StandIn("/environments/*/python/build", "main, Apr  2 2024, 08:25:04", "the interpreter"),
    StandIn("/environments/*/python/implementation", "CPython", "the interpreter"),
    StandIn("/environments/*/native_libraries", None, "the machine"),
    StandIn("/environments/*/lock/path", LOCK, "its folder is called by a digest of the environment"),
    StandIn("/environments/*/lock/resolved", "2026-01-01", "time"),
    StandIn("/history/*/version", "1.0.0", "the version of this package"),
    StandIn("/history/*/when", _launch_time(3600), "time"),
)


def settled(manifest: dict[str, Any]) -> dict[str, Any]:
    """A manifest with stand-ins for what varies; what an author declared of other places varies nowhere."""
    declared = _declared(manifest)
    runs = [run["id"] for run in manifest.get("runs", []) if run["id"] not in declared["runs"]]
    text = json.dumps(manifest)
    for number, name in enumerate(sorted(runs)):
        text = text.replace(name, _launch_id(number))
    document: dict[str, Any] = json.loads(text)
    for stand_in in STAND_INS:
        put(document, stand_in.place, stand_in.value)
    _restore(document, declared, ("started", "duration_s", "resources"))
    if manifest["experiment"].get("created") in {run.get("started") for run in declared["runs"].values()}:
        document["experiment"]["created"] = manifest["experiment"]["created"]
    if "compute" in document:
        document["compute"] |= _added_up(document)
    return manifest_from(document).to_dict()  # in the order of the standard, as a person would read it


def _declared(manifest: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Runs that were declared and not recorded, with the machines and environments that only they name."""
    runs = {run["id"]: run for run in manifest.get("runs", [])}
    recorded = [run for run in runs.values() if not _is_declared(run)]
    machines = {name for run in recorded for name in run.get("hardware", [])}
    environments = {run.get("environment") for run in recorded}
    return {
        "runs": {name: run for name, run in runs.items() if _is_declared(run)},
        "hardware": {one["id"]: one for one in manifest.get("hardware", []) if one["id"] not in machines},
        "environments": {
            one["id"]: one for one in manifest.get("environments", []) if one["id"] not in environments
        },
    }


def _is_declared(run: dict[str, Any]) -> bool:
    return bool(run.get("capture", {}).get("reason", "").startswith("declared in reprocrate.toml"))


def _restore(document: dict[str, Any], declared: dict[str, dict[str, Any]], of_runs: Sequence[str]) -> None:
    """Put back what was declared; of runs, which name other entries, only these properties."""
    for section, entries in declared.items():
        for entry in document.get(section, []):
            original = entries.get(entry["id"], {})
            names = of_runs if section == "runs" else list(original)
            entry |= {name: original[name] for name in names if name in original}


def put(document: dict[str, Any], place: str, value: Any) -> None:
    """Replace what stands at a place; None takes it away. What is absent stays absent."""
    _put(document, place.split("/")[1:], value, 0)


def _put(node: Any, place: list[str], value: Any, number: int) -> None:
    first, *rest = place
    for count, key in enumerate(_keys(node, first)):
        if rest:
            _put(node[key], rest, value, count)
        elif value is None:
            del node[key]
        else:
            node[key] = value(number) if callable(value) else value


def _keys(node: Any, name: str) -> list[Any]:
    if isinstance(node, list):
        return list(range(len(node))) if name == "*" else []
    if not isinstance(node, dict):
        return []
    return list(node) if name == "*" else [name] if name in node else []


def _added_up(document: dict[str, Any]) -> dict[str, Any]:
    """The sums of `compute` over the settled durations."""
    runs = document["runs"]
    counted = {name for result in document.get("results", []) for name in result.get("runs", [])}
    by_configuration: dict[str, float] = {}
    for run in runs:
        name = run["configuration"]
        by_configuration[name] = by_configuration.get(name, 0.0) + run.get("duration_s", 0.0)
    sums = {
        "total_s": sum(run.get("duration_s", 0.0) for run in runs),
        "cpu_s": sum(run.get("resources", {}).get("cpu_s", 0.0) for run in runs),
        "by_configuration": by_configuration,
        "unreported_s": sum(run.get("duration_s", 0.0) for run in runs if run["id"] not in counted),
    }
    return {name: value for name, value in sums.items() if name in document["compute"]}


# Making one --------------------------------------------------------------------------------------------


def kinds() -> list[str]:
    """The kinds of experiment that there are."""
    return sorted(path.parent.name for path in EXAMPLES.glob(f"*/{COMMANDS}"))


def stored(kind: str) -> dict[str, Any]:
    """The golden manifest as it lies in the conformance suite."""
    document: dict[str, Any] = json.loads((GOLDEN / f"{kind}.json").read_text("utf-8"))
    return document


def produced(kind: str, folder: Path) -> dict[str, Any]:
    """Run the commands of a kind below an empty folder; the manifest in the bundle that they packed.

    What they leave stays in `folder/KIND`, the bundle included.
    """
    project = folder / kind
    left_out = shutil.ignore_patterns("out", ".reprocrate", "__pycache__", "*.crate.zip", "reprocrate.json")
    shutil.copytree(EXAMPLES / kind, project, ignore=left_out)
    environ = _environment(folder)
    for command in (
        ("git", "init", "-q", "-b", "main"),
        ("git", "add", "."),
        ("git", "commit", "-q", "-m", "The experiment"),
        ("sh", "-eu", COMMANDS),
    ):
        done = subprocess.run(
            command,
            cwd=project,
            env=environ,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"{kind}: {' '.join(command)} failed:\n{(done.stdout + done.stderr)[-4000:]}")
    with zipfile.ZipFile(project / f"{kind}.crate.zip") as bundle:
        document: dict[str, Any] = json.loads(bundle.read("reprocrate.json"))
    return document


def _environment(folder: Path) -> dict[str, str]:
    """Variables for the commands: Python without packages, this reprocrate, and nobody's own settings."""
    python, programs, home = folder / "environment", folder / "programs", folder / "home"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(python)], check=True)
    programs.mkdir()
    home.mkdir()
    starter = programs / "reprocrate"
    starter.write_text(f'#!/bin/sh\nexec "{sys.executable}" -P -m reprocrate "$@"\n', "utf-8")
    starter.chmod(0o755)
    author = {"NAME": "Ada Example", "EMAIL": "ada@example.org", "DATE": "2026-01-01T00:00:00+00:00"}
    return {
        "PATH": os.pathsep.join([str(python / "bin"), str(programs), os.environ.get("PATH", os.defpath)]),
        "VIRTUAL_ENV": str(python),
        "HOME": str(home),
        "LANG": "C.UTF-8",
        "TZ": "UTC",
        "UV_OFFLINE": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_SYSTEM": os.devnull,
        **{f"GIT_{role}_{name}": value for role in ("AUTHOR", "COMMITTER") for name, value in author.items()},
    }


# Comparing ---------------------------------------------------------------------------------------------


def differences(then: Any, now: Any, place: str = "") -> Iterator[str]:
    """Each place where two documents differ, as a line."""
    if isinstance(then, dict) and isinstance(now, dict):
        for name in sorted(then.keys() | now.keys()):
            inner = f"{place}/{re.sub('~', '~0', name).replace('/', '~1')}"
            if name not in now or name not in then:
                yield f"{inner} is {'there no more' if name in then else 'new'}"
            else:
                yield from differences(then[name], now[name], inner)
    elif isinstance(then, list) and isinstance(now, list) and len(then) == len(now):
        for index, (before, after) in enumerate(zip(then, now, strict=True)):
            yield from differences(before, after, f"{place}/{index}")
    elif not _same(then, now):
        yield f"{place} was {_shown(then)} and is {_shown(now)}"


def _same(then: Any, now: Any) -> bool:
    if isinstance(then, float) and isinstance(now, float):
        return math.isclose(then, now, rel_tol=SAME, abs_tol=SAME)
    return bool(then == now) and type(then) is type(now)


def _shown(value: Any) -> str:
    if isinstance(value, list):
        return f"a list of {len(value)}"
    text = json.dumps(value)
    return text if len(text) < 80 else text[:77] + "..."


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("kind", nargs="?", choices=kinds(), help="which; all where none is given")
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--write", action="store_true", help="store the manifests")
    what.add_argument("--check", action="store_true", help="change nothing; exit 1 if one is no longer made")
    asked = parser.parse_args(arguments)
    do: Callable[[str, dict[str, Any]], bool] = _write if asked.write else _check
    good = True
    for kind in [asked.kind] if asked.kind else kinds():
        with tempfile.TemporaryDirectory() as folder:
            good = do(kind, settled(produced(kind, Path(folder)))) and good
    return 0 if good else 1


def _write(kind: str, manifest: dict[str, Any]) -> bool:
    (GOLDEN / f"{kind}.json").write_text("\n".join(json_lines(manifest)) + "\n", "utf-8")
    return True


def _check(kind: str, manifest: dict[str, Any]) -> bool:
    found = list(differences(stored(kind), manifest))
    for line in found:
        sys.stdout.write(f"{kind}: {line}\n")
    return not found


if __name__ == "__main__":
    sys.exit(main())
