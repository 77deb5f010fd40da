"""The shell commands by which an experiment is run again without this tool."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

from reprocrate.capture.environment.conda import EXPLICIT_NAME
from reprocrate.manifest import Configuration, Environment, Manifest, Run


class Place(NamedTuple):
    """Where runs start.

    Attributes:
        code: id of their code; an empty string where it is not known.
        folder: where that code lies in the bundle; an empty string for the root.
        inside: the folder to start in, relative to the project; an empty string for its root.
    """

    code: str
    folder: str
    inside: str

    def enter(self) -> list[str]:
        """Lines of shell that go there from the bundle's root.

        Other versions of the code lie aside, without the data: they are laid over a copy of everything.
        """
        if not self.folder:
            return [f"cd {shlex.quote(self.inside)}"] if self.inside else []
        copy = f"../{self.code}"
        return [
            f"cp -R . {shlex.quote(copy)}",
            f"cp -R {shlex.quote(self.folder)}/. {shlex.quote(copy)}",
            f"cd {shlex.quote(f'{copy}/{self.inside}' if self.inside else copy)}",
        ]


class Steps(NamedTuple):
    """How to run one configuration again.

    Attributes:
        configuration: what is run.
        runs: the runs that its results rest on, else those that completed, by seed.
        environment: what they ran in, where that is known.
        places: where each of them starts.
    """

    configuration: Configuration
    runs: tuple[Run, ...]
    environment: Environment | None
    places: tuple[Place, ...]

    @property
    def lines(self) -> list[str]:
        """Lines of shell that repeat the runs, one after the other, from the bundle's root."""
        lines: list[str] = []
        leave: list[str] = []
        for place, members in groupby(zip(self.places, self.runs, strict=True), key=itemgetter(0)):
            lines += [*leave, *place.enter()]
            leave = ["cd -"] if place.enter() else []
            lines += [shell_line(run.command, _variables(self.configuration, run)) for _, run in members]
        return lines


def make_steps(manifest: Manifest) -> list[Steps]:
    """Every configuration with the runs to repeat, in the manifest's order."""
    counted: dict[str | None, dict[str, None]] = {}
    for result in manifest.results:
        counted.setdefault(result.configuration, {}).update(dict.fromkeys(result.runs))
    launched: dict[str, list[Run]] = {}
    for run in manifest.runs:
        launched.setdefault(run.configuration, []).append(run)
    steps = []
    for configuration in manifest.configurations:
        wanted = [run for run in map(manifest.find_run, counted.get(configuration.id, ())) if run]
        runs = _runs_to_repeat(wanted, launched.get(configuration.id, []))
        environment = manifest.find_environment(runs[0].environment) if runs else None
        places = tuple(_place(manifest, configuration, run) for run in runs)
        steps.append(Steps(configuration, runs, environment, places))
    return steps


def shell_line(command: Sequence[str], variables: dict[str, str] | None = None) -> str:
    """Arguments as a line of POSIX shell, with variables set before it."""
    settings = [f"{name}={shlex.quote(value)}" for name, value in (variables or {}).items()]
    return " ".join([*settings, shlex.join(command)])


def short_python(environment: Environment | None) -> str:
    """`3.11` of an environment's interpreter; `3` where it is not known."""
    version = environment.python.version if environment and environment.python else ""
    match = re.match(r"[0-9]+\.[0-9]+", version)
    return match[0] if match else "3"


def unpack_commands(bundle: str) -> list[str]:
    """Commands that unpack a bundle into a folder of its own and enter that; a folder is only entered."""
    name = shlex.quote(bundle)
    if not bundle.endswith((".zip", ".tar.zst", ".tar")):
        return [f"cd {name}"]
    if bundle.endswith((".tar.zst", ".tar")):
        return ["mkdir experiment", f"tar -xf {name} -C experiment", "cd experiment"]
    return [f"unzip {name} -d experiment", "cd experiment"]


def uv_commands(environment: Environment | None) -> list[str]:
    """Commands that build and enter an environment with uv."""
    commands = [f"uv venv --python {short_python(environment)} .venv", ". .venv/bin/activate"]
    return [*commands, f"uv pip install {_from_lock(environment)}"] if _has_lock(environment) else commands


def pip_commands(environment: Environment | None) -> list[str]:
    """Commands that build and enter an environment with Python's own tools."""
    commands = [f"python{short_python(environment)} -m venv .venv", ". .venv/bin/activate"]
    return (
        [*commands, f"python -m pip install {_from_lock(environment)}"]
        if _has_lock(environment)
        else commands
    )


def conda_commands(environment: Environment) -> list[str]:
    """Commands that make and enter an environment of conda from its explicit list; none where it has none."""
    of_conda = any(one.source == "conda" for one in environment.packages)
    lists = [one.path for one in environment.locks if one.format == "conda"]
    if not of_conda or not lists:
        return []
    path = min(lists, key=lambda one: not one.endswith(EXPLICIT_NAME))  # it was made of what was installed
    commands = [f"micromamba create --name experiment --file {shlex.quote(path)}"]
    commands.append("micromamba activate experiment")
    beside = [
        f"{one.name}=={one.version}{f'+{one.local_label}' if one.local_label else ''}"
        for one in environment.packages
        if one.source in (None, "pypi") and not one.editable and not one.in_project
    ]
    if beside:
        commands.append(shlex.join(["python", "-m", "pip", "install", "--no-deps", *beside]))
    return commands


def offline_commands(environment: Environment) -> list[str]:
    """Commands that install the packages from the wheels that came along, with uv and with pip."""
    places = {file.path.rpartition("/")[0] for house in environment.wheels for file in house.files}
    if not places or not _has_lock(environment):
        return []
    options = f"--no-index --find-links {shlex.quote(min(places))} {_from_lock(environment)}"
    return [f"uv pip install --offline {options}", f"python -m pip install {options}"]


def _has_lock(environment: Environment | None) -> bool:
    return bool(environment and environment.lock and environment.lock.format == "requirements")


def _from_lock(environment: Environment | None) -> str:
    lock = environment.lock if environment else None
    if lock is None:
        return ""
    hashed = "--require-hashes " if lock.hashed else ""
    return f"{hashed}--no-deps -r {shlex.quote(lock.path)}"


def _runs_to_repeat(counted: Sequence[Run], launched: Sequence[Run]) -> tuple[Run, ...]:
    """Those that results rest on, else those that completed, else the first one."""
    runs = counted or [run for run in launched if run.status == "ok"] or launched[:1]
    return tuple(sorted(runs, key=_seed_order))


def _seed_order(run: Run) -> tuple[bool, int]:
    return (run.seed is not None, int(run.seed) if run.seed is not None else 0)


def _variables(configuration: Configuration, run: Run) -> dict[str, str]:
    if configuration.seed_variable is None or run.seed is None:
        return {}
    return {configuration.seed_variable: str(run.seed)}


def _place(manifest: Manifest, configuration: Configuration, run: Run) -> Place:
    code = manifest.find_code(run.code or configuration.code)
    inside = run.working_directory or configuration.working_directory or ""
    return Place(code.id if code else "", (code.folder if code else None) or "", inside)
