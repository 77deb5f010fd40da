"""`rerun`: plan, environment, every seed again, comparison; the recorded results are never touched."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

from reprocrate import __version__
from reprocrate.assembly.reproduction import assemble_reproduction, sources_of
from reprocrate.bundle import open_bundle
from reprocrate.capture.record import RunRecord
from reprocrate.capture.results.extraction import read_text
from reprocrate.capture.seeds.notation import parse_seeds
from reprocrate.errors import UnavailableError, UsageError
from reprocrate.files import write_atomically
from reprocrate.manifest import Manifest, Reproduction, parse_manifest, save_manifest
from reprocrate.rerun.compare import (
    Basis,
    Circumstances,
    Isolation,
    Margin,
    PackageDifference,
    Tool,
    Verdict,
    compare,
)
from reprocrate.rerun.environment import BuiltEnvironment
from reprocrate.rerun.execute import WORK, Ended, Interrupted, Started, execute
from reprocrate.rerun.host import Host, probe_host
from reprocrate.rerun.plan import Decision, Plan, Requirement, make_plan
from reprocrate.rerun.repetition import Assignment
from reprocrate.rerun.sandbox import NoSandbox, Sandbox
from reprocrate.rerun.selection import Depth, Task, repeated_runs, select_tasks
from reprocrate.workflow.foreign_crates import foreign_cannot_be_rerun
from reprocrate.workflow.importing import default_name, import_bundle
from reprocrate.workflow.opening import IMPORTED, Kind, added_by_us, kind_of
from reprocrate.workflow.preparing import prepare_environments
from reprocrate.workflow.progress import Progress, counter, measured_texts
from reprocrate.workflow.validating import require_declared_files

RERUNS = ".reprocrate/reruns"
VERDICT = "verdict.json"
_REQUEST = "request.json"
_LONGEST_LINE = 300
_EXCEPTION = re.compile(r"[A-Za-z_][\w.]*(?:Error|Exception|Exit|Interrupt)\b")


class Consent(Protocol):
    """Who is asked before something is done that needs the user's agreement."""

    def agrees(self, option: str, question: str) -> bool:
        """Whether the user agrees to what `--OPTION` stands for."""


class OwnCode:
    """Agrees to run without a sandbox: for code of one's own only."""

    def agrees(self, option: str, question: str) -> bool:  # noqa: ARG002
        """Whether it is only about the sandbox."""
        return option == "no-sandbox"


@dataclass(frozen=True, slots=True)
class RerunChoice:
    """What the reader wants.

    Attributes:
        depth: `logs`, `smoke` or `full`.
        seeds: only these of the recorded seeds, as a list such as `0-2`.
        margins: the reader's own margins, as `METRIC=VALUE`.
    """

    depth: str = "full"
    seeds: str | None = None
    margins: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rerun:
    """What came of it: the verdict, and where it was written."""

    verdict: Verdict
    path: Path


def rerun_experiment(what: Path, choice: RerunChoice, consent: Consent, progress: Progress) -> Rerun:
    """Rerun a bundle or the folder that one was imported to, and compare.

    Raises:
        UsageError: it is neither, or a seed or margin was asked for that makes no sense.
        IntegrityError: a file is not as recorded.
        UnavailableError: it cannot be rerun here, or not without consent that was not given.
        KeyboardInterrupt: interrupted; what is done is kept, and the same call goes on from there.
    """
    margins = _margins(choice.margins)
    folder = _imported_folder(what, progress)
    manifest, payload = _verified(folder, progress)
    _require_metrics(manifest, margins)
    depth = Depth(choice.depth)
    seeds = None if choice.seeds is None else parse_seeds(choice.seeds)
    host = probe_host(manifest, folder)
    plan = make_plan(manifest, host, depth=depth, seeds=seeds, folder=folder)
    tasks = select_tasks(manifest, depth=depth, seeds=seeds)
    sandbox = _agreed(plan, host, tasks, consent, progress)
    needed = {task.recorded.environment for task in tasks if task.recorded.environment}
    environments = prepare_environments(manifest, folder, progress, needed)
    place = _place(folder, choice, payload)
    records = _executed(
        Assignment(manifest, folder, tasks, environments, host, sandbox, sources_of(manifest)),
        place,
        progress,
    )
    reproduction = manifest
    if tasks:
        about = Reproduction.model_validate(
            {"id": manifest.id, "payload_sha256": payload, "depth": depth.value}
        )
        reproduction = assemble_reproduction(manifest, place / WORK, records, about)
        save_manifest(reproduction, place / "reprocrate.json")
    around = _circumstances(plan, host, sandbox, environments, payload)
    asked: dict[str, list[int | str | None]] = {}
    for run in repeated_runs(manifest, tasks):
        asked.setdefault(run.configuration, []).append(run.seed)
    verdict = compare(
        manifest, reproduction, asked_seeds=asked if tasks else None, margins=margins, circumstances=around
    )
    path = place / VERDICT
    write_atomically(path, json.dumps(verdict.to_json(), indent=1, ensure_ascii=False).encode() + b"\n")
    return Rerun(verdict, path)


def _imported_folder(what: Path, progress: Progress) -> Path:
    """The folder to work in: a bundle, or one unpacked by hand, is imported first, unless that was done."""
    kind, path = kind_of(what)
    if kind is Kind.CRATE and (path / IMPORTED).is_file():
        return path
    if kind is Kind.FOREIGN:
        raise foreign_cannot_be_rerun(what)
    if kind not in (Kind.BUNDLE, Kind.CRATE):
        raise UsageError(
            f"{what} is a {kind.value}", "a rerun begins with a bundle", "Make one with `reprocrate pack`"
        )
    target = Path(default_name(path))
    if (target / IMPORTED).is_file():
        with open_bundle(path, skip=added_by_us) as bundle:
            digest = bundle.payload_digest()
        if _imported_payload(target) == digest:
            progress.note(f"going on in {target}, where this bundle was imported to")
            return target
    return import_bundle(path, target, progress).folder


def _imported_payload(folder: Path) -> object:
    """The payload digest of what was imported to a folder; None where that is not known any more."""
    try:
        found = json.loads((folder / IMPORTED).read_bytes())
    except (OSError, ValueError, RecursionError):
        return None
    return found.get("payload_sha256") if isinstance(found, dict) else None


def _verified(folder: Path, progress: Progress) -> tuple[Manifest, str]:
    """The manifest and payload digest of an imported folder, in which nothing has changed since."""
    with open_bundle(folder, skip=added_by_us) as bundle:
        bundle.require_intact(counter(progress, "checking digests", bundle.total_size))
        manifest = parse_manifest(bundle.manifest_bytes(), f"the manifest in {folder}")
        require_declared_files(bundle, manifest)
        return manifest, bundle.payload_digest()


def _agreed(
    plan: Plan, host: Host, tasks: tuple[Task, ...], consent: Consent, progress: Progress
) -> Sandbox | None:
    """The sandbox to run in, after everything that needs agreement was agreed to."""
    blockers = [one for one in plan.requirements if one.decision is Decision.IMPOSSIBLE]
    if blockers:
        raise UnavailableError(
            "this experiment cannot be rerun here",
            "; ".join(map(_told, blockers)),
            "`reprocrate plan` shows every requirement and what would lift it",
        )
    degraded = [_told(one) for one in plan.requirements if one.decision is Decision.DEGRADED]
    if degraded and not consent.agrees("accept-degraded", f"Only degraded: {'; '.join(degraded)}."):
        raise UnavailableError(
            "this experiment can be rerun here only under other conditions",
            "; ".join(degraded),
            "Agree with --accept-degraded",
        )
    if not tasks or isinstance(host.sandbox, Sandbox):
        if tasks:
            progress.note("the runs are isolated: no network, and only their own folder to write to")
        return host.sandbox if isinstance(host.sandbox, Sandbox) else None
    why = f"There is no sandbox here: {host.sandbox.reason}. {host.sandbox.how_to_get}"
    if not consent.agrees("no-sandbox", f"{why} The bundle's code would run with all your rights."):
        raise UnavailableError(
            "the bundle's code was not run", why, "To run it with all your rights, give --no-sandbox"
        )
    progress.note(f"the runs are not isolated: {host.sandbox.reason}")
    return None


def _told(requirement: Requirement) -> str:
    return f"{requirement.namespace} {requirement.feature}: {requirement.reason}"


def _place(folder: Path, choice: RerunChoice, payload: str) -> Path:
    """The rerun's folder: that of the same rerun if it was broken off, else a new one."""
    request = json.loads(json.dumps(asdict(choice) | {"payload_sha256": payload, "tool": __version__}))
    for earlier in sorted((folder / RERUNS).glob(f"*/{_REQUEST}"), reverse=True):
        if not (earlier.parent / VERDICT).exists() and json.loads(earlier.read_bytes()) == request:
            return earlier.parent
    name = f"{datetime.now(UTC):%Y%m%dT%H%M%S.%fZ}-{secrets.token_hex(4)}"
    place = folder / RERUNS / name
    place.mkdir(parents=True)
    write_atomically(place / _REQUEST, json.dumps(request, indent=1).encode() + b"\n")
    return place


def _executed(assignment: Assignment, place: Path, progress: Progress) -> list[RunRecord]:
    records: list[RunRecord] = []
    total = len(assignment.tasks)
    if not total:
        return records
    for event in execute(assignment, place):
        if isinstance(event, Started):
            progress.track("runs", event.number - 1, total)
        elif isinstance(event, Ended):
            records.append(event.record)
            again = " (done before)" if event.reused else ""
            values = "  ".join(measured_texts(event.record.metrics))
            progress.note(f"      {event.task.label}  {event.record.status}  {values}{again}".rstrip())
            problems = event.problems if event.record.status == "ok" else last_words(event.record, place)
            for problem in problems:
                progress.note(f"      {event.task.label}: {problem}")
        elif isinstance(event, Interrupted):
            raise KeyboardInterrupt
    progress.track("runs", total, total)
    return records


def last_words(record: RunRecord, place: Path) -> list[str]:
    """The exception or else the last line that a failed run wrote, and where the rest stands."""
    for log in sorted((place / WORK / log.path for log in record.logs), key=lambda path: path.name):
        try:
            lines = [line for line in read_text(log).splitlines() if line.strip()]
        except OSError:
            continue
        if lines:
            last = next((line for line in reversed(lines) if _EXCEPTION.match(line)), lines[-1])
            return [f"{last.strip()[:_LONGEST_LINE]} (see {log})"]
    return []


def _circumstances(
    plan: Plan,
    host: Host,
    sandbox: Sandbox | None,
    environments: Mapping[str, BuiltEnvironment],
    payload: str,
) -> Circumstances:
    about = Circumstances(
        basis=Basis(plan.depth.value),
        when=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        tool=Tool("reprocrate", __version__),
        payload_sha256=payload,
    )
    if plan.depth is Depth.LOGS:
        return about  # nothing ran, so there is no machine, environment or isolation to speak of
    different = {
        (one.package, one.recorded, one.found) for built in environments.values() for one in built.differences
    }
    why_not = host.sandbox.reason if isinstance(host.sandbox, NoSandbox) else "the reader chose so"
    return replace(
        about,
        decisions=plan.requirements,
        packages=tuple(PackageDifference(*one) for one in sorted(different, key=str)),
        hardware=host.hardware,
        sandbox=Isolation(sandbox is not None, sandbox.version if sandbox else why_not),
        network=Isolation(sandbox is None, "not isolated" if sandbox is None else "cut off by the sandbox"),
    )


def _require_metrics(manifest: Manifest, margins: Mapping[str, Margin]) -> None:
    """A misspelt metric must not leave the reader's margin without effect."""
    known = [metric.id for metric in manifest.metrics]
    for name in margins:
        if name not in known:
            raise UsageError(
                f"--margin names the metric `{name}`",
                "the experiment has none of that name",
                f"Known: {', '.join(known) or 'none'}",
            )


def _margins(texts: tuple[str, ...]) -> dict[str, Margin]:
    margins: dict[str, Any] = {}
    for text in texts:
        metric, _, value = text.partition("=")
        try:
            margins[metric] = Margin("absolute", float(value), "reader")
        except ValueError:
            raise UsageError(
                f'--margin "{text}" is not METRIC=VALUE', fix="For example: accuracy=0.01"
            ) from None
    return margins
