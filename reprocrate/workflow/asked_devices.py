"""Where the code asks for a GPU by name, told beside what a plan says of a machine that has none."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from reprocrate.manifest import Manifest
from reprocrate.rerun.plan import Plan
from reprocrate.rerun.plan.decisions import Decision, Requirement
from reprocrate.rerun.wording import listed
from reprocrate.workflow.opening import open_imported

_FIXED_DEVICE = "RC2032"
_MOST_PLACES = 3


def with_asked_devices(plan: Plan, manifest: Manifest, path: Path) -> Plan:
    """The plan, with the places in the code that cannot do without the GPU that is not here.

    Args:
        plan: made from the manifest alone.
        manifest: the experiment.
        path: its bundle, or the folder that one was imported to; the code is read there, and never run.
    """
    lacking = [one for one in plan.requirements if _lacks_gpu(one)]
    places = _places(manifest, path) if lacking else {}
    reasons: dict[Requirement, str] = {}
    for one in lacking:
        if named := [place for place, users in places.items() if not users.isdisjoint(one.configurations)]:
            reasons[one] = f"{one.reason}. {_told(named)}"
    return plan.with_reasons(reasons)


def _told(places: list[str]) -> str:
    verbs = "asks for a GPU and considers" if len(places) == 1 else "ask for a GPU and consider"
    return f"{listed(places, _MOST_PLACES)} {verbs} nothing else"


def _lacks_gpu(one: Requirement) -> bool:
    is_model = (one.namespace, one.feature) == ("accelerator", "model")
    return is_model and one.found is None and one.decision is Decision.DEGRADED


def _places(manifest: Manifest, path: Path) -> Mapping[str, frozenset[str]]:
    """File and line of each such place, and the configurations whose command it may be reached by."""
    from reprocrate.validation import Subject, validate
    from reprocrate.workflow.declared_files import BundleFiles

    with open_imported(path) as bundle:
        subject = Subject.of(manifest, files=BundleFiles(bundle, set()))
        found = validate(subject, only=[_FIXED_DEVICE]).findings
    commands = {one.id: " ".join(one.command) for one in manifest.configurations}
    places = {}
    for each in found:
        named = {one for one, command in commands.items() if str(each.location.file) in command}
        # A module that a program imports stands in no command: any of them may reach it.
        places[f"{each.location.file}:{each.location.line}"] = frozenset(named or commands)
    return places
