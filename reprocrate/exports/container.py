"""A container recipe for a recorded environment: a Dockerfile, and a devcontainer around the same.

Everything in it that comes from a record is written so that it cannot become an instruction of its own:
names as JSON, remarks on one line, images and variables only where they have the form of one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from shlex import quote

from reprocrate import __version__
from reprocrate.capture.environment.software import allowed_variables
from reprocrate.capture.privacy.scrubber import HOME
from reprocrate.errors import UnavailableError, UsageError
from reprocrate.exports.request import Export, Request
from reprocrate.manifest import Configuration, Environment, Manifest, Run

DOCKERFILE = "Dockerfile"
IGNORED = "Dockerfile.dockerignore"
DEVCONTAINER = ".devcontainer/devcontainer.json"
_WORK = "/experiment"
_USER_HOME = "/home/runner"
_LOCK = "/opt/reprocrate/requirements.txt"
_WHEELS = "/opt/reprocrate/wheels/"
_PYTHON = "/opt/environment/bin/python"
_IMAGE = re.compile(r"[a-z0-9][A-Za-z0-9._/:-]*(@sha256:[0-9a-f]{64})?")
_PLATFORMS = {"x86_64": "linux/amd64", "aarch64": "linux/arm64", "arm64": "linux/arm64"}
_WHEEL_MACHINES = {"linux/amd64": "x86_64", "linux/arm64": "aarch64"}
_MOST_IGNORED = 1000
_NEVER_COPIED = (".git", ".reprocrate/reruns", ".reprocrate/environments", ".reprocrate/imported.json")


def dockerfile(request: Request) -> Export:
    """The recipe, and what is not to be copied into the image. The unpacked bundle is what it is built from.

    Raises:
        UsageError: no run or environment was recorded, or the environment has no lock.
        UnavailableError: the environment is of a kind that is not installed by pip.
    """
    manifest = request.manifest
    run = _run_to_repeat(request)
    environment = _environment(manifest, run, request.what)
    lines = [
        *_remarks(manifest, run, environment),
        "",
        *_base(manifest, run, environment),
        *_install(environment, request.index, _platform(manifest, run)),
        "",
        f"RUN useradd --create-home runner && mkdir {_WORK} && chown runner:runner {_WORK}",
        "USER runner",
        f"COPY --chown=runner:runner . {_WORK}/",
        *_older_code(manifest, run),
        f"WORKDIR {_path(_folder(manifest, run))}",
        *_environment_variables(environment),
        f"CMD {json.dumps(_command(manifest, run), ensure_ascii=False)}",
    ]
    ignored = "".join(f"{line}\n" for line in _ignored(manifest))
    return Export(
        {DOCKERFILE: ("\n".join(lines) + "\n").encode(), IGNORED: ignored.encode()},
        missing=tuple(_not_there(manifest)),
    )


def devcontainer(request: Request) -> Export:
    """The same environment for an editor, which brings the folder itself.

    Raises:
        UsageError, UnavailableError: as `dockerfile`.
    """
    manifest = request.manifest
    run = _run_to_repeat(request)
    environment = _environment(manifest, run, request.what)
    recipe = [
        f"# The environment of: {_line(manifest.experiment.title)} ({_line(manifest.id)})",
        f"# Written by reprocrate {__version__}. devcontainer.json beside it says how it is built.",
        "",
        *_base(manifest, run, environment),
        *_install(environment, request.index, _platform(manifest, run)),
        "RUN useradd --create-home runner",
        "USER runner",
    ]
    peak = max((one.resources.peak_memory_bytes or 0 for one in manifest.runs if one.resources), default=0)
    needs = {"memory": f"{max(1, -(-peak // 10**9))}gb"} if peak else {}
    gpu = {"gpu": "optional"} if _has_accelerator(manifest, run) else {}
    document = {
        "name": _line(manifest.experiment.title),
        "build": {"dockerfile": DOCKERFILE, "context": ".."},
        "containerEnv": _variables(environment),
        "containerUser": "runner",
        "hostRequirements": needs | gpu,
        "customizations": {
            "vscode": {
                "extensions": ["ms-python.python"],
                "settings": {"python.defaultInterpreterPath": _PYTHON},
            }
        },
    }
    kept = {name: value for name, value in document.items() if value not in ({}, "")}
    return Export(
        {
            DEVCONTAINER: json.dumps(kept, indent=2, ensure_ascii=False).encode() + b"\n",
            f".devcontainer/{DOCKERFILE}": ("\n".join(recipe) + "\n").encode(),
        },
        missing=tuple(_not_there(manifest)),
    )


def _run_to_repeat(request: Request) -> Run:
    """The run of the proposed configuration, or of the first, that ended well; the first seed of it."""
    manifest = request.manifest
    order = sorted(manifest.configurations, key=lambda one: one.role != "proposed")
    for configuration in order:
        runs = [one for one in manifest.runs if one.configuration == configuration.id and one.status == "ok"]
        if runs:
            return runs[0]
    raise UsageError(
        f"{request.what} has no run that ended well",
        "a container is made for a run",
        "Run it first with `reprocrate run`",
    )


def _environment(manifest: Manifest, run: Run, what: str) -> Environment:
    found = manifest.find_environment(run.environment)
    if found is None or found.python is None:
        raise UsageError(f"{what} does not say in which environment {run.id} ran", "nothing can be installed")
    if (found.python.implementation or "CPython") != "CPython":
        raise UnavailableError(
            f"{what} ran in {found.python.implementation}", "there is a recipe for CPython only"
        )
    if found.packages and found.lock is None:
        raise UsageError(
            f"{what} has no lock of the environment {found.id}",
            "a container is built from one",
            "`reprocrate pack` makes it; give the bundle",
        )
    if found.packages and found.lock and found.lock.format != "requirements":
        raise UnavailableError(
            f"the lock of {found.id} is of {found.lock.format}", "there is a recipe for pip requirements only"
        )
    return found


def _remarks(manifest: Manifest, run: Run, environment: Environment) -> Iterator[str]:
    title, platform = _line(manifest.experiment.title), _platform(manifest, run)
    for_platform = f" --platform {platform}" if platform else ""
    gpus = " --gpus all" if _has_accelerator(manifest, run) else ""
    network = "" if manifest.requirements and manifest.requirements.network else " --network none"
    yield f"# The environment of: {title} ({_line(manifest.id)})"
    yield f"# Written by reprocrate {__version__}. In the folder of the unpacked bundle:"
    yield f"#     docker build{for_platform} -f Dockerfile -t experiment ."
    yield f"#     docker run --rm{gpus}{network} experiment"
    if gpus:
        yield "# It takes the machine's NVIDIA driver and container toolkit; CUDA comes with the packages."
    for other in _others(manifest, run):
        yield f"#     {_line(other)}"
    system = environment.os
    if system:
        yield f"# Recorded on {_line(' '.join(filter(None, (system.version or system.name, system.libc))))}."


def _others(manifest: Manifest, run: Run) -> Iterator[str]:
    """The commands of further runs, for who wants them instead."""
    others = [one for one in manifest.runs if one.status == "ok" and one.id != run.id]
    same = [one for one in others if one.environment == run.environment]
    for one in same[:5]:
        yield f"docker run --rm experiment {' '.join(map(quote, _command(manifest, one)))}"
    if len(same) > 5:
        yield f"and {len(same) - 5} more runs, whose commands are in reprocrate.json"
    apart = len({one.environment for one in others} - {run.environment, None})
    if apart:
        yield f"{apart} more of its environments have runs, and need a container of their own."


def _base(manifest: Manifest, run: Run, environment: Environment) -> Iterator[str]:
    image = environment.container
    named = f"{image.image}@{image.digest}" if image and image.digest else (image.image if image else "")
    if named and _IMAGE.fullmatch(named):
        yield f"FROM {named}"
    else:
        version = environment.python.version if environment.python else "3"
        yield f"FROM python:{version.partition('+')[0]}-slim"
    if _has_accelerator(manifest, run):
        yield "ENV NVIDIA_VISIBLE_DEVICES=all NVIDIA_DRIVER_CAPABILITIES=compute,utility"


def _install(environment: Environment, index: str | None, platform: str | None) -> Iterator[str]:
    """The steps that install what the lock names: wheels only, by their digests where it has them."""
    yield "RUN python -m venv /opt/environment"
    lock = environment.lock
    if lock is not None and environment.packages:
        yield f"COPY {json.dumps([lock.path, _LOCK])}"
        options = ["--no-cache-dir", "--only-binary", ":all:", "--no-deps"]
        options += ["--require-hashes"] if lock.hashed else []
        wheels, complete = _wheels(environment, platform)
        if wheels and lock.hashed:
            yield f"COPY {json.dumps([f'{wheels}/', _WHEELS])}"
            options += ["--find-links", _WHEELS, *(["--no-index"] if complete else [])]
        if index and "--no-index" not in options:
            options += ["--extra-index-url", index]
        yield f"RUN {_PYTHON} -m pip install {' '.join(map(quote, options))} -r {_LOCK}"
    yield 'ENV VIRTUAL_ENV=/opt/environment PATH="/opt/environment/bin:$PATH" PYTHONNOUSERSITE=1'


def _wheels(environment: Environment, platform: str | None) -> tuple[str, bool]:
    """The folder of the wheels that came along, and whether all are there for this platform."""
    places = {file.path.rpartition("/")[0] for house in environment.wheels for file in house.files}
    if not places:
        return "", False
    machine = _WHEEL_MACHINES.get(platform or "", "x86_64")
    fitting = [
        one for one in environment.wheels if one.platform.startswith("linux") and machine in one.platform
    ]
    return min(places), any(house.files and not house.left_out for house in fitting)


def _older_code(manifest: Manifest, run: Run) -> Iterator[str]:
    code = manifest.find_code(run.code or _configuration(manifest, run).code)
    if code and code.folder:
        yield f"COPY --chown=runner:runner {json.dumps([f'{code.folder}/', f'{_WORK}/'])}"


def _folder(manifest: Manifest, run: Run) -> str:
    inside = run.working_directory or _configuration(manifest, run).working_directory
    return f"{_WORK}/{inside}" if inside else _WORK


def _command(manifest: Manifest, run: Run) -> list[str]:
    """The recorded command, with its seed in its variable where it is given so."""
    variable = _configuration(manifest, run).seed_variable
    given = ["env", f"{variable}={run.seed}"] if variable and run.seed is not None else []
    return [*given, *(word.replace(HOME, _USER_HOME) for word in run.command)]


def _configuration(manifest: Manifest, run: Run) -> Configuration:
    return next(one for one in manifest.configurations if one.id == run.configuration)


def _platform(manifest: Manifest, run: Run) -> str | None:
    """The platform of the machine that it ran on, where a Linux container can have it."""
    machine = manifest.find_hardware(run.hardware[0]) if run.hardware else None
    return _PLATFORMS.get(machine.cpu.architecture) if machine and machine.cpu else None


def _has_accelerator(manifest: Manifest, run: Run) -> bool:
    found = [manifest.find_hardware(one) for one in run.hardware]
    return any("nvidia" in (one.vendor or "").lower() for each in found if each for one in each.accelerators)


def _environment_variables(environment: Environment) -> Iterator[str]:
    for name, value in _variables(environment).items():
        yield f"ENV {name}={_quoted(value)}"


def _variables(environment: Environment) -> dict[str, str]:
    found = allowed_variables(environment.variables)
    return {name: value for name, value in found.items() if value.isprintable()}


def _ignored(manifest: Manifest) -> Iterator[str]:
    """What stays out of the image: reruns, and what runs wrote, since the container's run writes its own."""
    yield from _NEVER_COPIED
    read = {file.path for run in manifest.runs for file in run.inputs}
    read |= {file.path for code in manifest.code for file in code.files}
    read |= {file.path for data in manifest.data for file in data.files}
    written = dict.fromkeys(file.path for run in manifest.runs for file in (*run.written, *run.logs))
    kept = [path for path in written if path not in read and path.isprintable()]
    for path in kept[:_MOST_IGNORED]:
        yield "/" + re.sub(r"[*?\[\\]", "?", path)  # a pattern, of which `?` is any one character


def _not_there(manifest: Manifest) -> Iterator[str]:
    for data in manifest.data:
        files = [file for file in data.files if not file.travels or file.root or data.root]
        if files:
            yield f"data {data.id} is not in the bundle: `reprocrate plan` says how to obtain it"


def _quoted(value: str) -> str:
    """A value in double quotes, in which nothing is replaced."""
    return '"' + re.sub(r'([\\"$])', r"\\\1", value) + '"'


def _path(path: str) -> str:
    """A path, in quotes only where it needs them."""
    return path if re.fullmatch(r"[A-Za-z0-9/._-]+", path) else _quoted(path)


def _line(text: str | Sequence[str]) -> str:
    """A text on one line, for a remark."""
    return " ".join("".join(one if one.isprintable() else " " for one in text).split())[:300]
