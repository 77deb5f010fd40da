"""The manifest of a project, derived anew from `reprocrate.toml` and all run records.

Deriving twice gives the same bytes: ids and dates come from the records.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from reprocrate import __version__
from reprocrate.assembly.claims import make_claims, make_tables
from reprocrate.assembly.comparisons import make_comparisons
from reprocrate.assembly.configurations import ConfigurationGroup, group_records
from reprocrate.assembly.declared import Declared, declared_runs
from reprocrate.assembly.inputs import FileRoles, Key, make_data
from reprocrate.assembly.locks import find_lock
from reprocrate.assembly.measured import kinds_of_outputs, measured, metric_sources
from reprocrate.assembly.results import make_results
from reprocrate.assembly.runs import RunSections
from reprocrate.assembly.sections import Section, without_nothing
from reprocrate.assembly.selection import Selection, select_runs
from reprocrate.assembly.settings import MetricSettings, ProjectSettings
from reprocrate.assembly.summaries import with_averages
from reprocrate.capture.record import RunRecord, Tool, plain
from reprocrate.capture.results import MetricSource
from reprocrate.manifest import SCHEMA_URL, VERSION, Manifest, manifest_from

_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "https://w3id.org/reprocrate/experiment")
_DECLARED = ("requirements", "services", "models", "ethics", "leakage", "checklists")


def assemble(project: Path, settings: ProjectSettings, records: Sequence[RunRecord]) -> Manifest:
    """The manifest that a project's records and settings add up to.

    Args:
        project: root of the project.
        settings: the author's part.
        records: every launch, oldest first.

    Raises:
        UsageError: a claim names a configuration or metric that does not exist.
    """
    elsewhere = declared_runs(project, settings, records)
    launches = sorted([*records, *elsewhere.records], key=lambda one: (one.started, one.id))
    roles = FileRoles(settings, launches)
    groups = group_records(settings, launches)
    data, data_of = make_data(project, settings, launches, roles)
    values = {
        record.id: measured(project, settings, group, record) for group in groups for record in group.records
    }
    kinds = {
        record.id: kinds_of_outputs(settings, group, record) for group in groups for record in group.records
    }
    for run in elsewhere.runs:
        kinds[run.record.id] |= dict.fromkeys(run.checkpoints, "checkpoints")
    shared = RunSections(
        roles,
        lambda record: values[record.id],
        lambda record: kinds[record.id],
        lambda found: find_lock(project, found),
        elsewhere,
    )
    runs = shared.build(groups)
    by_id = {run["id"]: run for run in runs}
    selections = _selections(roles, groups, by_id)
    results = with_averages(settings, groups, make_results(settings, groups, selections))
    document = {
        "$schema": SCHEMA_URL,
        "manifest_version": VERSION,
        "id": _identity(project, records, elsewhere.records),
        "experiment": _experiment(project, settings, launches),
        "code": _code(settings, shared.code.sections, selections),
        "data": data,
        "environments": shared.environments.sections,
        "hardware": shared.hardware.sections,
        "determinism": _determinism(settings, groups, records),
        "configurations": [_configuration(group, selections[group.id], data_of, groups) for group in groups],
        "runs": runs,
        "metrics": _metrics(settings, runs),
        "results": results.sections,
        "comparisons": make_comparisons(project, settings, groups, results, by_id),
        "tables": make_tables(settings, groups, results),
        "claims": make_claims(settings, groups, results),
        "compute": _compute(runs, results.sections),
        "history": _history(settings, records, elsewhere),
    }
    declared = settings.model_dump(mode="json", by_alias=True, exclude_defaults=True, include=set(_DECLARED))
    return manifest_from(without_nothing(document | declared), "the assembled manifest")


def _selections(
    roles: FileRoles, groups: Sequence[ConfigurationGroup], runs: Mapping[str, Section]
) -> dict[str, Selection]:
    """Which launches of each configuration count."""
    launches = [record for group in groups for record in group.records]
    executed = {record.id: roles.executed_digest(record) for record in launches}
    read = {record.id: roles.data_digests(record) for record in launches}
    return {
        group.id: select_runs([runs[one.id] for one in group.records], executed, read) for group in groups
    }


def _identity(project: Path, records: Sequence[RunRecord], declared: Sequence[RunRecord]) -> str:
    """The id of the first record is nobody else's; what an author called a run may well be."""
    name = "/".join([_folder_name(project), *(run.id for run in declared[:1])])
    return uuid.uuid5(_NAMESPACE, records[0].id if records else name).urn


def _folder_name(project: Path) -> str:
    """The folder's name as text, whatever bytes it is made of."""
    return project.resolve().name.encode(errors="surrogateescape").decode(errors="replace") or "experiment"


def _experiment(project: Path, settings: ProjectSettings, launches: Sequence[RunRecord]) -> Section:
    declared = settings.experiment.model_dump(mode="json", exclude_defaults=True)
    created = next((launch.started for launch in launches if launch.started), None)
    return {"title": _folder_name(project)} | declared | {"created": created}


def _code(
    settings: ProjectSettings, sections: Sequence[Section], selections: Mapping[str, Selection]
) -> list[Section]:
    """The newest tree that a result rests on lies at the root, the others in folders of their own."""
    used = [run for chosen in selections.values() for run in chosen.counting if run.get("code")]
    newest = max(used, key=_age)["code"] if used else (sections[-1]["id"] if sections else None)
    declared = settings.code.model_dump(mode="json", exclude_defaults=True)
    return [
        section
        | declared
        | ({} if section["id"] == newest else {"folder": f".reprocrate/code/{section['id']}"})
        for section in sections
    ]


def _age(run: Mapping[str, Any]) -> tuple[str, str]:
    """The newer of two runs has the larger one."""
    return run["started"] or "", run["id"]


def _configuration(
    group: ConfigurationGroup,
    chosen: Selection,
    data_of: Mapping[Key, str],
    groups: Sequence[ConfigurationGroup],
) -> Section:
    counting = {run["id"] for run in chosen.counting}
    newest = max(chosen.counting, key=_age, default={})
    read = dict.fromkeys(
        data_of[file.root, file.path]
        for record in group.records
        if record.id in counting or not counting
        for file in record.inputs
        if (file.root, file.path) in data_of
    )
    trials = [one for other in groups if other.settings.trials_of == group.id for one in other.records]
    return group.to_section(newest.get("code"), list(read), trials)


def _determinism(
    settings: ProjectSettings, groups: Sequence[ConfigurationGroup], records: Sequence[RunRecord]
) -> Section:
    """What was observed in the newest launch, not in a mere trial beside declared runs, and what is said."""
    trying = {record.id for group in groups if group.settings.kind == "smoke" for record in group.records}
    seen = [record for record in records if record.id not in trying or not settings.runs]
    observed: Section = plain(seen[-1].determinism) if seen else {}
    declared = settings.determinism.model_dump(mode="json", exclude_defaults=True)
    causes = dict.fromkeys([*observed.get("known_causes", []), *declared.get("known_causes", [])])
    return observed | declared | {"known_causes": list(causes)}


def _metrics(settings: ProjectSettings, runs: Sequence[Section]) -> list[Section]:
    names = dict.fromkeys([*settings.metrics, *(seen["metric"] for run in runs for seen in run["metrics"])])
    sources = {source.name: source for source in metric_sources(settings)}
    return [
        {
            "id": name,
            **_declared_metric(settings.metrics.get(name)),
            "source": _metric_source(sources.get(name)),
        }
        for name in names
    ]


def _declared_metric(declared: MetricSettings | None) -> Section:
    if declared is None:
        return {}
    elsewhere = {"source", "stdout", "split", "data"}
    return declared.model_dump(mode="json", exclude_defaults=True, exclude=elsewhere)


def _metric_source(source: MetricSource | None) -> Section | None:
    if source is None:
        return None
    return {
        "path": source.from_path,
        "json_path": source.json_path,
        "csv_column": source.csv_column,
        "stdout": source.stdout_regex,
        "data": source.data,
        "split": source.split,
    }


def _compute(runs: Sequence[Section], results: Sequence[Section]) -> Section | None:
    if not runs:
        return None
    counted = {run for result in results for run in result["runs"]}
    others = [run for run in runs if run["id"] not in counted]
    by_configuration: dict[str, float] = {}
    for run in runs:
        name = run["configuration"]
        by_configuration[name] = round(by_configuration.get(name, 0.0) + (run["duration_s"] or 0.0), 6)
    return {
        "total_s": round(sum(run["duration_s"] or 0.0 for run in runs), 6),
        "cpu_s": _sum_if_known("cpu_s", runs),
        "by_configuration": by_configuration,
        "unreported_runs": len(others),
        "unreported_s": round(sum(run["duration_s"] or 0.0 for run in others), 6),
        "energy_kwh": _sum_if_known("energy_kwh", runs),
    }


def _sum_if_known(name: str, runs: Sequence[Section]) -> float | None:
    """What all runs used together; None where one that ended well does not say, since that is no total."""
    used = [run["resources"].get(name) for run in runs]
    if any(amount is None and run["status"] == "ok" for amount, run in zip(used, runs, strict=True)):
        return None
    return round(sum(amount or 0.0 for amount in used), 6)


def _history(settings: ProjectSettings, records: Sequence[RunRecord], elsewhere: Declared) -> list[Section]:
    """How the sections came about: captured from recorded launches, declared by the author, or both."""
    entries: list[Section] = []
    tool = Tool("reprocrate", __version__)
    if records:
        newest = max(records, key=lambda record: record.ended or record.started)
        tool = newest.tool
        captured = {"tool": tool.name, "version": tool.version, "how": "captured"}
        when = newest.ended or newest.started
        entries += [
            captured | {"section": section, "when": when}
            for section in ("code", "environments", "hardware", "runs")
        ]
    by_author = {"tool": tool.name, "version": tool.version, "how": "declared"}
    there = {
        "code": any(record.code.files for record in elsewhere.records),
        "environments": bool(elsewhere.environments),
        "hardware": bool(elsewhere.hardware),
        "runs": bool(elsewhere.runs),
    }
    sections = [name for name, is_there in there.items() if is_there]
    if records or elsewhere.runs:
        own = {"experiment", "data", "metrics", "claims", "tables"}
        sections += sorted(settings.model_fields_set & own)
    return [*entries, *(by_author | {"section": section} for section in sections)]
