"""The machine that a rerun is planned for: this one, or one that the user describes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from reprocrate.bundle import open_bundle
from reprocrate.errors import ReprocrateError
from reprocrate.manifest import Environment
from reprocrate.rerun.environment.locks import built_from
from reprocrate.rerun.environment.wheel_choice import Choice
from reprocrate.rerun.host.described import described_host
from reprocrate.rerun.host.probing import Host, probe_host
from reprocrate.rerun.plan.index_answers import wheels_for
from reprocrate.workflow.opening import Kind, Opened, added_by_us
from reprocrate.workflow.progress import Progress

_LARGEST_LOCK = 50_000_000


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Which machine a rerun is planned for, and whether its package index is asked.

    Attributes:
        machine: as `macos-arm64` or `linux-x86_64-cuda124`; None for this one.
        ask_index: whether the package index is asked which wheels it has for that machine.
    """

    machine: str | None = None
    ask_index: bool = False


HERE = Elsewhere()


def host_of(
    opened: Opened, folder: Path | None, elsewhere: Elsewhere = HERE, progress: Progress | None = None
) -> Host:
    """The machine, with what the index has for it where that was asked for.

    Args:
        opened: the experiment.
        folder: where it was imported to, if it was.
        elsewhere: which machine.
        progress: who listens while the index is asked.

    Raises:
        UsageError: no such machine is known.
        UnavailableError: the index was to be asked and cannot be.
    """
    manifest = opened.manifest
    host = described_host(elsewhere.machine, manifest) if elsewhere.machine else probe_host(manifest, folder)
    return replace(host, wheels=_answers(opened, host, progress)) if elsewhere.ask_index else host


def _answers(opened: Opened, host: Host, progress: Progress | None) -> Mapping[str, Choice]:
    used = {run.environment for run in opened.manifest.runs}
    notify = progress.note if progress else None
    return {
        one.id: wheels_for(one, _lock_text(opened, one), host, notify)
        for one in opened.manifest.environments
        if one.id in used and one.packages and one.python
    }


def _lock_text(opened: Opened, environment: Environment) -> str | None:
    """The text of a lock of pinned requirements, where it is at hand."""
    lock = built_from(environment)
    if lock is None or lock.format != "requirements":
        return None
    if opened.kind is Kind.MANIFEST:
        return None
    try:
        if opened.kind is Kind.PROJECT:
            return (opened.path / lock.path).read_text(encoding="utf-8")
        with open_bundle(opened.path, skip=added_by_us) as bundle:
            return bundle.read(lock.path, _LARGEST_LOCK).decode()
    except (OSError, UnicodeDecodeError, ReprocrateError):
        return None
