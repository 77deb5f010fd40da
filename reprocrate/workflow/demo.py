"""`demo`: the whole loop on the shipped example, first as its author, then as its reader."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.resources import as_file, files
from pathlib import Path

from reprocrate.bundle import Packed, layout
from reprocrate.errors import UnavailableError
from reprocrate.finding import Report, Severity
from reprocrate.manifest import Manifest
from reprocrate.rerun.compare import Verdict
from reprocrate.rerun.environment.uv_tool import find_uv, run_uv
from reprocrate.workflow.importing import import_bundle
from reprocrate.workflow.packing import PackingChoice, pack_project
from reprocrate.workflow.preparing import prepare_environments
from reprocrate.workflow.progress import Progress
from reprocrate.workflow.rerunning import rerun_experiment
from reprocrate.workflow.reruns.choice import RerunChoice
from reprocrate.workflow.reruns.consent import OwnCode
from reprocrate.workflow.running import Request, run_configuration

EXAMPLE = "digits"
_LEFT_OUT = shutil.ignore_patterns("__pycache__", ".reprocrate", "out", "reprocrate.json")


@dataclass(frozen=True, slots=True)
class Demonstration:
    """What the demo made.

    Attributes:
        folder: everything it wrote.
        manifest: the recorded experiment.
        report: what validation said of it.
        packed: the bundle.
        preview: the bundle's page for people.
        verdict: what the rerun showed.
    """

    folder: Path
    manifest: Manifest
    report: Report
    packed: Packed
    preview: Path
    verdict: Verdict


def demonstrate(folder: Path | None, progress: Progress) -> Demonstration:
    """Run the whole loop on the shipped example.

    Args:
        folder: where to work; a new temporary folder where none is given.
        progress: who listens.

    Raises:
        UnavailableError: the example's environment cannot be built, for want of a package index, say.
    """
    home = (folder or Path(tempfile.mkdtemp(prefix="reprocrate-demo-"))).resolve()
    author, reader = home / "author" / EXAMPLE, home / "reader" / EXAMPLE
    with as_file(files("reprocrate") / "examples" / EXAMPLE) as example:
        shutil.copytree(example, author, ignore=_LEFT_OUT)
    progress.note(f"[1/6] Author: an environment with scikit-learn, in {home}")
    _make_environment(home / "author" / "environment", author / "requirements.txt", progress)
    progress.note("[2/6] Author: reprocrate run, two configurations with five seeds each")
    with _activated(home / "author" / "environment"):
        for name in ("mlp", "logistic"):
            session = run_configuration(author, Request((), name=name, echo=False), progress)
            if session.exit_code:
                raise UnavailableError(
                    f"the example failed with exit code {session.exit_code}", f"See {author}"
                )
    progress.note("[3/6] Author: reprocrate pack, which also validates")
    outcome = pack_project(author, PackingChoice(output=home / f"{EXAMPLE}.crate.zip"), progress)
    if outcome.packed is None:
        raise UnavailableError("the example's bundle could not be packed", "validation found errors")
    errors, warnings = (outcome.report.count(each) for each in (Severity.ERROR, Severity.WARNING))
    progress.note(f"      validated: {errors} errors, {warnings} warnings")
    progress.note(
        f"      {outcome.packed.path.name}: {outcome.packed.files} files, {outcome.packed.size:,} bytes"
    )
    progress.note("[4/6] Reader: reprocrate import, which checks every digest")
    imported = import_bundle(outcome.packed.path, reader, progress)
    progress.note("[5/6] Reader: the environment, built anew from the bundle's lock")
    prepare_environments(imported.manifest, reader, progress)
    progress.note("[6/6] Reader: reprocrate rerun, all ten seeds")
    rerun = rerun_experiment(reader, RerunChoice(), OwnCode(), progress)
    return Demonstration(
        folder=home,
        manifest=imported.manifest,
        report=outcome.report,
        packed=outcome.packed,
        preview=reader / layout.PREVIEW,
        verdict=rerun.verdict,
    )


def _make_environment(folder: Path, requirements: Path, progress: Progress) -> None:
    uv = find_uv()
    if uv is None:
        raise UnavailableError("uv was not found", "the demo makes its environments with it", "Install uv")
    steps = (
        ["venv", "--no-python-downloads", "--python", sys.executable, str(folder)],
        ["pip", "install", "--only-binary", ":all:", "--python", str(folder), "-r", str(requirements)],
    )
    for arguments in steps:
        done = run_uv(uv, arguments)
        if done.exit_code:
            raise UnavailableError(
                "the example's environment could not be built",
                done.reason,
                "The demo needs a package index; check the network and try again",
            )
    progress.note("      built from requirements.txt")


@contextmanager
def _activated(environment: Path) -> Iterator[None]:
    """The environment's programs come first, as after `source bin/activate`."""
    saved = {name: os.environ.get(name) for name in ("PATH", "VIRTUAL_ENV")}
    programs = environment / ("Scripts" if os.name == "nt" else "bin")
    os.environ["PATH"] = f"{programs}{os.pathsep}{saved['PATH'] or os.defpath}"
    os.environ["VIRTUAL_ENV"] = str(environment)
    try:
        yield
    finally:
        for name, value in saved.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
