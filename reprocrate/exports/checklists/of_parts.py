"""What is known of code, environment and settings."""

from __future__ import annotations

import shlex

from reprocrate.exports.checklists.known import (
    Known,
    counted,
    lacking,
    listed,
    most_common,
    runs_that_count,
    said,
)
from reprocrate.manifest import Configuration, Manifest, Search


def code(manifest: Manifest) -> Known:
    """The code that ran, and its version."""
    if not manifest.code:
        return said(missing=["the code"])
    files = sum(len(each.files) for each in manifest.code)
    versions = [each.commit[:12] for each in manifest.code if each.commit]
    return said(
        f"The code of all runs is recorded with {counted(files, 'file')} and their digests"
        f"{f', at commit {listed(versions)}' if versions else ''}.",
        missing=lacking(((each.id, bool(each.files)) for each in manifest.code), "the files"),
    )


def code_public(manifest: Manifest) -> Known:
    """Where everybody gets the code."""
    homes = [each.repository or each.swhid or "" for each in manifest.code]
    shown = listed(
        f"{home} at commit {each.commit[:12]}" if each.commit else home
        for home, each in zip(homes, manifest.code, strict=True)
        if home
    )
    return said(
        f"Code: {shown}." if shown else "",
        missing=[
            *lacking(
                ((each.id, bool(home)) for home, each in zip(homes, manifest.code, strict=True)),
                "the public address",
            ),
            *lacking(((each.id, not each.dirty) for each in manifest.code), "a commit with all changes"),
        ]
        or ([] if homes else ["the code and its public address"]),
    )


def code_licence(manifest: Manifest) -> Known:
    """The licence of the code."""
    licences = [each.license or manifest.experiment.license or "" for each in manifest.code]
    if not licences:
        return said(missing=["the code and its licence"])
    return said(
        f"Licence of the code: {most_common([each for each in licences if each])}." if any(licences) else "",
        missing=lacking(
            ((each.id, bool(one)) for each, one in zip(manifest.code, licences, strict=True)), "the licence"
        ),
    )


def code_preprocessing(manifest: Manifest) -> Known:
    """The code of each step that prepares the data."""
    steps = [(data, step) for data in manifest.data for step in data.preprocessing]
    runs = sorted({shlex.join(run.command) for run in manifest.runs if run.kind == "preprocess"})
    if not steps and not runs:
        return said(missing=["the steps that prepare the data, and their code"])
    files = listed(step.code or "" for _, step in steps)
    return said(
        f"Data are prepared by {files or listed(runs)}.",
        missing=lacking(((step.step, bool(step.code)) for _, step in steps), "the code"),
    )


def commands(manifest: Manifest) -> Known:
    """The command of each configuration."""
    if not manifest.configurations:
        return said(missing=["the commands"])
    shown = listed(f"`{shlex.join(each.command)}`" for each in manifest.configurations)
    return said(f"Exact commands of {counted(len(manifest.configurations), 'configuration')}: {shown}.")


def dependencies(manifest: Manifest) -> Known:
    """Packages with their versions."""
    if not manifest.environments:
        return said(missing=["the environment"])
    wanted = [
        f"{each.name} {each.version}"
        for environment in manifest.environments
        for each in sorted(environment.packages, key=lambda one: not one.requested)
    ]
    pythons = listed(f"Python {each.python.version}" for each in manifest.environments if each.python)
    packages = (
        f"{counted(len(set(wanted)), 'package')} with versions ({listed(wanted)})"
        if wanted
        else "no packages beside the standard library"
    )
    return said(
        f"{pythons or 'The environment'} and {packages}.",
        missing=lacking(
            ((each.id, bool(each.python or each.packages)) for each in manifest.environments), "the versions"
        ),
    )


def environment_lock(manifest: Manifest) -> Known:
    """What the environment can be built again from."""
    if not manifest.environments:
        return said(missing=["the environment"])
    locked = [
        each for each in manifest.environments if each.lock or (each.container and each.container.digest)
    ]
    hashed = all(each.lock.hashed for each in locked if each.lock)
    paths = listed(
        each.lock.path if each.lock else each.container.image if each.container else "" for each in locked
    )
    return said(
        f"The environment is locked{' with digests' if hashed else ''} in {paths}." if locked else "",
        missing=lacking(((each.id, each in locked) for each in manifest.environments), "a lock"),
    )


def software(manifest: Manifest) -> Known:
    """Operating system and interpreter."""
    systems = [
        f"{each.os.name} ({each.os.version})" if each.os.version else each.os.name
        for each in manifest.environments
        if each.os
    ]
    pythons = [f"Python {each.python.version}" for each in manifest.environments if each.python]
    drivers = [
        " ".join(
            filter(None, [card.model, card.runtime or "", f"driver {card.driver}" if card.driver else ""])
        )
        for machine in manifest.hardware
        for card in machine.accelerators
        if card.driver or card.runtime
    ]
    known = dependencies(manifest)
    return said(
        f"Systems: {listed([*systems, *pythons, *dict.fromkeys(drivers)])}." if systems or pythons else "",
        *known.sentences,
        missing=[
            *known.missing,
            *([] if systems else ["the operating system"]),
        ],
    )


def _tuned(manifest: Manifest) -> list[Configuration]:
    used = {run.configuration for run in runs_that_count(manifest)}
    return [each for each in manifest.configurations if each.id in used and each.role != "reference"]


def hyperparameters(manifest: Manifest) -> Known:
    """The final values."""
    tuned = _tuned(manifest)
    if not tuned:
        return said(missing=["the configurations"])
    shown = listed(
        f"{each.name or each.id}: "
        + ", ".join(f"{name} = {value}" for name, value in list(each.hyperparameters.items())[:8])
        for each in tuned
        if each.hyperparameters
    )
    return said(
        f"Final settings: {shown}." if shown else "",
        missing=lacking(
            ((each.name or each.id, bool(each.hyperparameters)) for each in tuned), "the hyper-parameters"
        ),
    )


def search(manifest: Manifest) -> Known:
    """What was searched, how often, and how it was chosen."""
    searched = [(each, each.search) for each in manifest.configurations if each.search]
    if not searched:
        return said(missing=["the search for hyper-parameters, or that there was none"])
    missing = [each.name or each.id for each, one in searched if not _is_told(one)]
    return said(
        f"Search: {listed(_searched(each, one) for each, one in searched)}.",
        missing=[f"range, trials or criterion of the search of {listed(missing)}"] if missing else [],
    )


def _is_told(search: Search) -> bool:
    return bool(search.space and search.selected_by and (search.trials or search.runs))


def _searched(configuration: Configuration, search: Search) -> str:
    """A search in a few words."""
    chosen = search.selected_by
    space = "; ".join(f"{name} in {values}" for name, values in list(search.space.items())[:4])
    return "".join(
        [
            f"{configuration.name or configuration.id}: {search.method or 'search'}",
            f", {search.trials or len(search.runs)} trials",
            f", chosen by {chosen.metric} on {chosen.split}" if chosen else "",
            f" ({space})" if space else "",
        ]
    )


def selection(manifest: Manifest) -> Known:
    """On which split was chosen."""
    chosen = [
        each.search.selected_by for each in manifest.configurations if each.search and each.search.selected_by
    ]
    if not chosen:
        return said(missing=["on which split the model was chosen"])
    roles = {one.name: one.role for data in manifest.data for one in data.splits}
    return said(
        f"Chosen on: {listed(one.split for one in chosen)}.",
        missing=lacking(
            ((one.split, roles.get(one.split) == "validation") for one in chosen),
            "that it is no test data: the split",
        ),
    )


def weights(manifest: Manifest) -> Known:
    """Trained weights that are released."""
    if not manifest.models:
        return said(missing=["the trained weights, or that none are released"])
    names = listed(f"{each.id} ({each.license})" if each.license else each.id for each in manifest.models)
    return said(
        f"Weights: {names}.",
        missing=lacking(((each.id, bool(each.file)) for each in manifest.models), "the file"),
    )


def training_code(manifest: Manifest) -> Known:
    """The files that train."""
    return _kind_of_code(manifest, "train", "trains")


def evaluation_code(manifest: Manifest) -> Known:
    """The files that evaluate: those that leave the metrics."""
    found = _kind_of_code(manifest, "evaluate", "evaluates")
    if found.sentences:
        return found
    measured = [run for run in runs_that_count(manifest) if run.metrics and run.code]
    shown = sorted(
        {shlex.join(manifest_command) for run in measured if (manifest_command := run.command[:2])}
    )
    return said(f"Metrics are computed by the recorded code: `{listed(shown)}`.") if shown else found


def _kind_of_code(manifest: Manifest, kind: str, does: str) -> Known:
    runs = [run for run in manifest.runs if run.kind == kind and run.status == "ok" and run.code]
    shown = sorted({shlex.join(run.command[:2]) for run in runs})
    if not shown:
        return said(missing=[f"which code {does} the models"])
    return said(f"`{listed(shown)}` {does} the models; its files are recorded.")


def results_table(manifest: Manifest) -> Known:
    """Tables whose cells have results."""
    if not manifest.tables:
        return said(missing=["the table of results"])
    return said(
        f"{listed(table.label for table in manifest.tables)}: each cell names the result that it prints."
    )
