"""Programs that are not Python: what of them is source, and what to do so that more of them is seen."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePath

from reprocrate.capture.launch.wrappers import inner_command
from reprocrate.capture.observation.programs import INTERPRETERS, is_python_script
from reprocrate.capture.privacy.scrubber import is_interpreter

_BUILDERS = {
    "make": ("GNUmakefile", "makefile", "Makefile"),
    "gmake": ("GNUmakefile", "makefile", "Makefile"),
    "just": ("justfile", "Justfile", ".justfile"),
    "task": ("Taskfile.yml", "Taskfile.yaml"),
}
_CONTAINERS = frozenset(
    {
        "docker",
        "podman",
        "nerdctl",
        "apptainer",
        "singularity",
        "enroot",
        "ch-run",
        "udocker",
        "docker-compose",
    }
)
_ELSEWHERE = frozenset(
    {"ssh", "mosh", "rsh", "kubectl", "gcloud", "sky", "modal", "pdsh", "clush", "parallel-ssh", "runpodctl"}
)


def executed_files(command: Sequence[str], cwd: Path, project: Path) -> list[str]:
    """Files of the project that a command runs: a program or script, or what tells `make` what to do.

    Args:
        command: what was started.
        cwd: where.
        project: the project's folder.
    """
    found = []
    for name in _executed(inner_command(command)):
        path = Path(os.path.normpath(cwd / name))
        if path.is_relative_to(project) and path.is_file():
            found.append(path.relative_to(project).as_posix())
    return found


def _executed(words: Sequence[str]) -> Iterator[str]:
    if not words:
        return
    name = PurePath(words[0]).name
    if "/" in words[0]:
        yield words[0]
    if name in INTERPRETERS:
        yield from [word for word in words[1:] if not word.startswith("-")][:1]
    if name in _BUILDERS:
        named = [words[index + 1] for index, word in enumerate(words[:-1]) if word in ("-f", "--file")]
        yield from named or _BUILDERS[name]


def is_foreign(command: Sequence[str], cwd: Path) -> bool:
    """Whether what a command starts, behind `env`, `uv run` and their like, is known to be no Python.

    Args:
        command: what was started.
        cwd: where.
    """
    words = inner_command(command)
    if not words:
        return False
    if PurePath(words[0]).name in INTERPRETERS | _BUILDERS.keys() | _CONTAINERS | _ELSEWHERE:
        return True
    program = cwd / words[0]
    is_ours = "/" in words[0] and program.is_file() and not is_interpreter(words[0])
    return is_ours and not is_python_script(program)


def why_unseen(command: Sequence[str]) -> str:
    """Why the files that a program used are not known, and what to do about it.

    Args:
        command: what was started.
    """
    words = inner_command(command)
    name = PurePath(words[0]).name if words else "the program"
    if name in _CONTAINERS:
        return (
            f"what ran in the container that {name} started was not seen: have reprocrate in its image, and "
            f"put `reprocrate run --` behind the image's name"
        )
    if name in _ELSEWHERE:
        return f"what {name} ran on another machine was not seen: use `reprocrate run --` there"
    return (
        f"{name} is not Python: which files it used itself was not seen (on Linux --trace=strace sees them)"
    )
