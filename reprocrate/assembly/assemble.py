"""The manifest of a project, derived anew from `reprocrate.toml` and all run records.

Deriving twice gives the same bytes: ids and dates come from the records.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from reprocrate import __version__
from reprocrate.assembly.claims import make_claims, make_tables
from reprocrate.assembly.comparisons import make_comparisons
from reprocrate.assembly.configurations import ConfigurationGroup, group_records
from reprocrate.assembly.cost import cost_of
from reprocrate.assembly.data import DataSections, make_data
from reprocrate.assembly.declared import Declared, declared_runs
from reprocrate.assembly.environments import environment_section
from reprocrate.assembly.held import with_held_runs
from reprocrate.assembly.inputs import FileRoles
from reprocrate.assembly.measured import kinds_of_outputs, measured
from reprocrate.assembly.metric_sections import metric_sections
from reprocrate.assembly.printed import with_printed_texts
from reprocrate.assembly.remote import services, with_downloads
from reprocrate.assembly.repetitions import measured_repetitions
from reprocrate.assembly.results import make_results
from reprocrate.assembly.runs import RunSections
from reprocrate.assembly.sections import Section, without_nothing
from reprocrate.assembly.selection import Selection, select_runs
from reprocrate.assembly.settings import ProjectSettings
from reprocrate.assembly.summaries import with_averages
from reprocrate.capture.record import Metric as RecordedMetric
from reprocrate.capture.record import RunRecord, Tool, plain
from reprocrate.manifest import SCHEMA_URL, VERSION, Manifest

_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "https://w3id.org/reprocrate/experiment")
_DECLARED = ("requirements", "models", "ethics", "leakage", "checklists")


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
    launches = sorted(
        map(with_downloads, [*records, *elsewhere.records]), key=lambda one: (one.started, one.id)
    )
    roles = FileRoles(settings, launches)
    groups = group_records(settings, launches)
    data = make_data(project, settings, launches, roles)
    values: dict[str, Sequence[RecordedMetric]] = {
        record.id: measured(project, settings, group, record) for group in groups for record in group.records
    }
    kinds = _kinds(settings, groups, elsewhere)
    held = with_held_runs(settings, groups, values, {section["id"] for section in data.sections})
    groups, values = held.groups, held.values
    shared = RunSections(
        roles,
        lambda record: values[record.id],
        lambda record: kinds.get(record.id, {}),
        lambda found: environment_section(project, found),
        elsewhere,
        held.parents,
    )
    runs = shared.build(groups)
    by_id = {run["id"]: run for run in runs}
    selections = _selections(roles, groups, by_id, held.launches)
    results = with_averages(settings, groups, make_results(settings, groups, selections))
    document = {
        "$schema": SCHEMA_URL,
        "manifest_version": VERSION,
        "id": _identity(project, records, elsewhere.records),
        "experiment": _experiment(project, settings, launches),
        "code": _code(settings, shared.code.sections, selections),
        "data": data.sections,
        "environments": shared.environments.sections,
        "hardware": shared.hardware.sections,
        "determinism": _determinism(settings, groups, records)
        | {"measured": list(measured_repetitions(by_id))},
        "configurations": _configurations(groups, selections, data, held.launches),
        "runs": runs,
        "metrics": metric_sections(settings, runs),
        "results": results.sections,
        "services": services(settings.services, launches),
        "comparisons": make_comparisons(project, settings, groups, results, by_id),
        "tables": make_tables(settings, groups, results),
        "claims": make_claims(settings, groups, results),
        "compute": cost_of(runs, results.sections, held),
        "history": _history(settings, records, elsewhere),
    }
    declared = settings.model_dump(mode="json", by_alias=True, exclude_defaults=True, include=set(_DECLARED))
    return with_printed_texts(project, without_nothing(document | declared))


def _kinds(
    settings: ProjectSettings, groups: Sequence[ConfigurationGroup], elsewhere: Declared
) -> dict[str, dict[str, str]]:
    """What the files that each launch wrote are, by path, as far as the author says so."""
    kinds = {
        record.id: kinds_of_outputs(settings, group, record) for group in groups for record in group.records
    }
    for run in elsewhere.runs:
        kinds[run.record.id] |= dict.fromkeys(run.checkpoints, "checkpoints")
    return kinds


def _selections(
    roles: FileRoles,
    groups: Sequence[ConfigurationGroup],
    runs: Mapping[str, Section],
    holding: Collection[str],
) -> dict[str, Selection]:
    """Which runs of each configuration count; those of a launch count in its place."""
    launches = [record for group in groups for record in group.records]
    executed = {record.id: roles.executed_digest(record) for record in launches}
    read = {record.id: roles.data_digests(record) for record in launches}
    return {
        group.id: select_runs(
            [runs[one.id] for one in group.records if one.id not in holding], executed, read
        )
        for group in groups
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
        section | declared
        if section["id"] == newest
        else section | _of_older(section, declared) | {"folder": f".reprocrate/code/{section['id']}"}
        for section in sections
    ]


def _of_older(section: Section, declared: Section) -> Section:
    """What is declared of code, without a main program that an older tree did not have yet."""
    paths = {file["path"] for file in section.get("files") or ()}
    return {name: value for name, value in declared.items() if name != "main" or value in paths}


def _age(run: Mapping[str, Any]) -> tuple[str, str]:
    """The newer of two runs has the larger one."""
    return run["started"] or "", run["id"]


def _configurations(
    groups: Sequence[ConfigurationGroup],
    selections: Mapping[str, Selection],
    data: DataSections,
    holding: Collection[str],
) -> list[Section]:
    return [
        _configuration(group, selections[group.id], data, _trials(group, groups, holding)) for group in groups
    ]


def _configuration(
    group: ConfigurationGroup,
    chosen: Selection,
    data: DataSections,
    trials: Sequence[RunRecord],
) -> Section:
    counting = {run["id"] for run in chosen.counting}
    newest = max(chosen.counting, key=_age, default={})
    counted = [record for record in group.records if record.id in counting or not counting]
    places = [(file.root, file.path) for record in counted for file in record.inputs]
    read = dict.fromkeys(data.of_file[place] for place in places if place in data.of_file)
    addresses = [one.uri for record in counted for one in record.remote]
    read |= dict.fromkeys(data.of_address[uri] for uri in addresses if uri in data.of_address)
    return group.to_section(newest.get("code"), list(read), trials)


def _trials(
    group: ConfigurationGroup, groups: Sequence[ConfigurationGroup], holding: Collection[str]
) -> list[RunRecord]:
    """The trials of a configuration's search; of a launch that held some, these."""
    of_search = [other for other in groups if other.settings.trials_of == group.id]
    return [one for other in of_search for one in other.records if one.id not in holding]


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
