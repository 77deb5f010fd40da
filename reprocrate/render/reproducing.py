"""REPRODUCING.md: how to run an experiment again with nothing but a shell, for someone years from now."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from shlex import quote

from reprocrate import statistics
from reprocrate.manifest import Environment, Manifest
from reprocrate.render import words
from reprocrate.render.judging import judging
from reprocrate.render.numbers import duration, exact, memory_size
from reprocrate.render.obtaining import escaped, what_was_read
from reprocrate.render.outcomes import Outcome, OutcomeGroup, make_groups, make_outcomes
from reprocrate.render.passages import fenced, of_conda, paragraph
from reprocrate.render.recipe import (
    Steps,
    make_steps,
    offline_commands,
    pip_commands,
    unpack_commands,
    uv_commands,
)

_MOST_COMMANDS = 100
_MOST_CONFIGURATIONS = 100
_MOST_VALUES = 500
_MOST_METRICS = 20
_MOST_ROWS = 100
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def reproducing_text(manifest: Manifest) -> str:
    """The Markdown file that travels with every bundle.

    It tells how to check the files, build the environment, run every seed, which numbers to expect and how to
    judge what comes out, with and without this tool.
    """
    parts = (_title, _tool, _check, _needs, _environments, _commands, _expected, judging, _glossary)
    return "\n".join(line for part in parts for line in part(manifest)).rstrip("\n") + "\n"


def _title(manifest: Manifest) -> Iterator[str]:
    about = manifest.experiment
    yield f"# Reproducing: {escaped(about.title)}"
    yield ""
    authors = words.listing(escaped(author.name) for author in about.authors)
    yield f"By {authors}." if authors else "No authors were named."
    yield f"Licence: {escaped(about.license)}." if about.license else "No licence was given."
    yield ""
    yield from paragraph(
        "This file tells how to run the experiment again with nothing but a shell and Python."
    )


def _tool(_manifest: Manifest) -> Iterator[str]:
    yield "## The short way"
    yield ""
    yield from paragraph(
        "If the program `reprocrate` can still be had, it does all of what follows, where BUNDLE is the file "
        "or folder that holds this text:"
    )
    yield from fenced(["pip install reprocrate", "reprocrate rerun BUNDLE"])
    yield "The rest of this file does without it."
    yield ""


def _check(_manifest: Manifest) -> Iterator[str]:
    yield "## 1. Unpack and check"
    yield ""
    yield from paragraph(
        "Unpack the bundle, unless that is done, and compare every file with its digest: each line must end "
        "in `OK`. If it ends in `.zip`:"
    )
    yield from fenced([*unpack_commands("BUNDLE.zip"), "sha256sum -c manifest-sha256.txt"])
    yield from paragraph("If it ends in `.tar.zst`, which takes a tar that knows zstd, or the program zstd:")
    yield from fenced([*unpack_commands("BUNDLE.tar.zst"), "sha256sum -c manifest-sha256.txt"])
    yield from paragraph(
        "On macOS the last command is `shasum -a 256 -c manifest-sha256.txt`. The record itself is "
        "`reprocrate.json`; `ro-crate-preview.html` shows it in a browser."
    )


def _needs(manifest: Manifest) -> Iterator[str]:
    yield "## 2. What is needed"
    yield ""
    for machine in manifest.hardware:
        cpu = machine.cpu
        parts = [f"{words.plain(cpu.model or cpu.architecture)} ({cpu.architecture})" if cpu else ""]
        parts.append(f"{cpu.cores} cores" if cpu and cpu.cores else "")
        parts.append(f"{memory_size(machine.memory_bytes)} of memory" if machine.memory_bytes else "")
        models = Counter(words.plain(each.model) for each in machine.accelerators)
        parts += [f"{number} × {model}" for model, number in models.items()] or ["no accelerator"]
        yield f"- Machine: {escaped(', '.join(part for part in parts if part))}"
    for system in dict.fromkeys(one.os for one in manifest.environments if one.os):
        parts = [system.version or system.name, system.libc or ""]
        yield f"- System: {escaped(', '.join(part for part in parts if part))}"
    seconds = sum(run.duration_s or 0.0 for one in make_steps(manifest) for run in one.runs)
    if seconds:
        yield f"- Time: {duration(seconds)} for all runs, one after the other"
    yield from what_was_read(manifest)
    requirements = manifest.requirements
    if requirements:
        for what, names in (
            ("Network", requirements.network),
            ("Secrets of your own", requirements.secrets),
            ("Proprietary", requirements.proprietary),
        ):
            if names:
                yield f"- {what}: {escaped(', '.join(names))}"
    if not manifest.hardware and not seconds:
        yield "Nothing was recorded about the machine."
    yield ""


def _environments(manifest: Manifest) -> Iterator[str]:
    yield "## 3. Build the environment"
    yield ""
    used = list(dict.fromkeys(one.environment.id for one in make_steps(manifest) if one.environment))
    found = [one for one in map(manifest.find_environment, used) if one]
    if not found:
        yield "No environment was recorded: install what the code asks for."
        yield ""
    for environment in found:
        if len(found) > 1:
            yield f"### {escaped(environment.id)}"
            yield ""
        yield from _one_environment(environment)


def _one_environment(environment: Environment) -> Iterator[str]:
    python = f"Python {words.plain(environment.python.version)}" if environment.python else "Python"
    yield f"The runs used {python} with {words.packages_of(environment)} installed."
    yield ""
    yield from of_conda(environment)
    yield "With [uv](https://docs.astral.sh/uv/), which also fetches that Python:"
    yield ""
    yield from fenced(uv_commands(environment))
    yield "Or with Python's own tools:"
    yield ""
    yield from fenced(pip_commands(environment))
    yield from _wheels(environment)
    if environment.lock and environment.lock.format != "requirements":
        lock = environment.lock
        yield f"Then install from {escaped(lock.path)} with the tool it belongs to ({lock.format})."
        yield ""
    if environment.lock and environment.lock.left_out:
        yield f"The lock could not name: {escaped(', '.join(environment.lock.left_out))}."
        yield ""
    settings = {name: value for name, value in environment.variables.items() if _VARIABLE.fullmatch(name)}
    if settings:
        yield "These variables were set:"
        yield ""
        yield from fenced([f"export {name}={quote(value)}" for name, value in settings.items()])
    if environment.packages:
        yield "Should the package index be gone, these are the versions to look for:"
        yield ""
        names = [
            f"{one.name} {one.version}{f'+{one.local_label}' if one.local_label else ''}"
            for one in environment.packages
        ]
        yield escaped(", ".join(names)) + "."
        yield ""


def _wheels(environment: Environment) -> Iterator[str]:
    """How to install without a package index, where wheels came along."""
    commands = offline_commands(environment)
    if not commands:
        return
    platforms = words.listing(
        f"`{words.plain(house.platform)}`" for house in environment.wheels if house.files
    )
    yield from paragraph(
        f"The packages themselves came along for {platforms}: there no package index is needed, and the last "
        "line above becomes one of these, the first with uv, the second with pip:"
    )
    yield from fenced(commands)
    for house in environment.wheels:
        if house.left_out:
            missing = escaped("; ".join(house.left_out))
            yield f"Not among them for `{words.plain(house.platform)}`: {missing}."
            yield ""


def _commands(manifest: Manifest) -> Iterator[str]:
    yield "## 4. Run"
    yield ""
    steps = [one for one in make_steps(manifest) if one.runs]
    if not steps:
        yield "No run was recorded, so there is no command to repeat."
        yield ""
        return
    yield from paragraph(
        "Inside the environment, from the folder that holds this file. Keep the recorded outputs: work on a "
        "copy, since these commands write over them."
    )
    for one in steps[:_MOST_CONFIGURATIONS]:
        yield from _one_configuration(one)
    if len(steps) > _MOST_CONFIGURATIONS:
        yield f"{len(steps) - _MOST_CONFIGURATIONS} more configurations are in `reprocrate.json`."
        yield ""


def _one_configuration(steps: Steps) -> Iterator[str]:
    role = f" ({steps.configuration.role})" if steps.configuration.role else ""
    yield f"### {escaped(steps.configuration.label)}{role}"
    yield ""
    launches = list(dict.fromkeys(filter(None, map(words.launch_of, steps.runs))))
    if launches:
        each = " or ".join(launches)
        yield from paragraph(
            f"Each of these commands was started as {escaped(each)}; alone it does not repeat that."
        )
    lines = steps.lines
    yield from fenced(lines[:_MOST_COMMANDS])
    if len(lines) > _MOST_COMMANDS:
        yield f"{len(lines) - _MOST_COMMANDS} more commands are in `reprocrate.json`, under `runs`."
        yield ""


def _expected(manifest: Manifest) -> Iterator[str]:
    yield "## 5. What should come out"
    yield ""
    groups = make_groups(manifest, make_outcomes(manifest).values())
    if not groups:
        yield "No metric was recorded."
        yield ""
    budget = _MOST_VALUES
    for group in groups[:_MOST_METRICS]:
        yield from _summary(group)
        values = [row for outcome in group.outcomes[:_MOST_ROWS] for row in _values(outcome)]
        if values and budget > 0:
            yield "| Configuration | Seed | Value |"
            yield "| --- | --- | --- |"
            yield from values[:budget]
            yield ""
        if len(values) > budget:
            yield "Further values are in `reprocrate.json`, under `runs`."
            yield ""
        budget -= len(values)
    if len(groups) > _MOST_METRICS:
        yield f"{len(groups) - _MOST_METRICS} more metrics are in `reprocrate.json`, under `results`."
        yield ""


def _summary(group: OutcomeGroup) -> Iterator[str]:
    yield f"### {escaped(group.title)}"
    yield ""
    yield escaped(group.reading)
    yield ""
    yield "| Configuration | Mean and sd | n | A rerun's mean lies here 95 times in 100 |"
    yield "| --- | --- | --- | --- |"
    for outcome in group.outcomes[:_MOST_ROWS]:
        name, predicted = escaped(_name(outcome, group)), _prediction(outcome)
        yield f"| {name} | {outcome.text} | {outcome.result.n} | {predicted} |"
    yield ""


def _values(outcome: Outcome) -> Iterator[str]:
    for each in outcome.values:
        value = exact(each.value) if each.value is not None else each.status
        yield f"| {escaped(outcome.label)} | {escaped(each.name)} | {value} |"


def _name(outcome: Outcome, group: OutcomeGroup) -> str:
    return f"{outcome.label} on {outcome.data}" if group.spans_data and outcome.data else outcome.label


def _prediction(outcome: Outcome) -> str:
    values = outcome.finite
    if len(values) < 2 or outcome.result.statistic != "mean":
        return "not known from one seed" if len(values) < 2 else "not computed"
    interval = statistics.prediction_interval(values, len(values))
    precision = outcome.precision
    return f"{precision.write(interval.low)} to {precision.write(interval.high)} ({len(values)} seeds)"


def _glossary(manifest: Manifest) -> Iterator[str]:
    yield from ("## What the files are", "", "| File | What it is |", "| --- | --- |")
    for path, what in (
        ("reprocrate.json", "the record: code, data, environment, machines, runs, results, claims"),
        ("ro-crate-metadata.json", "the same in terms that archives know (RO-Crate)"),
        ("ro-crate-preview.html", "the same as a page for people"),
        ("manifest-sha256.txt", "the SHA-256 digest of every file"),
        (".reprocrate/standard/", "what every field of the record means"),
        (".reprocrate/environment/", "the packages to install"),
        (".reprocrate/runs/", "what each run printed"),
    ):
        yield f"| `{path}` | {what} |"
    if manifest.reproduces:
        yield "| `.reprocrate/reproduction/` | what this rerun showed of the original |"
    yield ""
