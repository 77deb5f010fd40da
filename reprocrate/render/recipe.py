"""The shell commands by which an experiment is run again without this tool."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass

from reprocrate.manifest import Configuration, Environment, Manifest, Run


@dataclass(frozen=True, slots=True)
class Steps:
    """How to run one configuration again.

    Attributes:
        configuration: what is run.
        runs: the runs that its results rest on, else those that completed, by seed.
        environment: what they ran in, where that is known.
        folder: the folder to start in, relative to the bundle's root; an empty string for the root.
    """

    configuration: Configuration
    runs: tuple[Run, ...]
    environment: Environment | None
    folder: str

    @property
    def commands(self) -> list[str]:
        """One line of shell for each run."""
        return [shell_line(run.command, _variables(self.configuration, run)) for run in self.runs]


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
        steps.append(Steps(configuration, runs, environment, _folder(manifest, configuration, runs)))
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
    """Commands that unpack a bundle into a folder of its own and enter that."""
    name = shlex.quote(bundle)
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


def _folder(manifest: Manifest, configuration: Configuration, runs: Sequence[Run]) -> str:
    code = manifest.find_code((runs[0].code if runs else None) or configuration.code)
    inside = (runs[0].working_directory if runs else None) or configuration.working_directory
    return "/".join(part for part in (code.folder if code else None, inside) if part)
