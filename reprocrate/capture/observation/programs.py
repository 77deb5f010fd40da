"""What programs are called and known by: Pythons, other interpreters, and those that touch no data."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePath

from reprocrate.capture.privacy.scrubber import is_interpreter

INTERPRETERS = frozenset(
    {
        *("bash", "sh", "dash", "zsh", "ksh", "fish", "Rscript", "littler", "julia", "perl", "ruby", "node"),
        *("lua", "luajit", "octave", "octave-cli", "gawk", "awk", "php", "bun", "deno", "runghc", "scala"),
    }
)
"""Programs whose first argument that is no option is the program."""

_VERSION = re.compile(r"[0-9.]+t?(?=w?(?:\.exe)?$)")

# Programs that only tell something about the machine or a repository, or only start another program.
HARMLESS = frozenset(
    {
        *(
            "uname",
            "ldconfig",
            "lscpu",
            "sysctl",
            "stty",
            "tput",
            "hostname",
            "lsb_release",
            "which",
            "nproc",
        ),
        *(
            "nvidia-smi",
            "rocm-smi",
            "git",
            "env",
            "nice",
            "nohup",
            "stdbuf",
            "time",
            "true",
            "false",
            "sleep",
        ),
        *("timeout", "setsid", "ionice", "taskset", "numactl", "xvfb-run", "unbuffer", "sbatch", "salloc"),
        *("qsub", "bsub", "flux", "jsrun", "aprun", "orterun", "prterun", "mpiexec.hydra", "micromamba"),
        *("uv", "uvx", "pixi", "rye", "srun", "mpirun", "mpiexec", "gcc", "cc", "ld", "objdump", "tty"),
    }
)


def is_harmless(program: str) -> bool:
    """Whether a program reads and writes nothing that belongs to an experiment."""
    return Path(program).name in HARMLESS


def is_shell(program: str) -> bool:
    """Whether processes, by what they are called, run a shell or another interpreter that is not Python."""
    name = program.partition(" ")[0]
    return name in INTERPRETERS or name.endswith((".sh", ".bash"))


def is_python_script(path: Path) -> bool:
    """Whether the first line of a file, or its second in place of a long path, names a Python."""
    try:
        with path.open("rb") as handle:
            line = handle.readline(1000)
            if line.startswith(b"#!/bin/sh"):  # pip's way round long paths
                line = handle.readline(1000)
    except OSError:
        return False
    return b"python" in line


def called(words: Sequence[str]) -> str:
    """A command without its arguments: `/usr/bin/python3 -u train.py --lr 1` as `python train.py`.

    Args:
        words: the program and its arguments.
    """
    if not words:
        return "a program"
    name = PurePath(words[0]).name
    if is_interpreter(name):
        program = [*_python_program(words[1:])]
        if len(program) == 1 and PurePath(program[0]).parent.name in ("bin", "Scripts"):
            return PurePath(program[0]).name  # an installed command, such as torchrun
        return " ".join([_VERSION.sub("", name), *map(_short, program)])
    if name in INTERPRETERS:
        first = next((word for word in words[1:] if not word.startswith("-") or word == "-c"), "")
        return f"{name} {_short(first)}" if first else name
    return name


def is_called(name: str, words: Sequence[str]) -> bool:
    """Whether a command is the one of that name, which may leave out the Python, as `uv run train.py` does.

    Args:
        name: what `called` says.
        words: the program and its arguments; only the program where these are not known.
    """
    program = called(words)
    return name in (program, program.removeprefix("python ")) or name.startswith(f"{program} ")


def _python_program(words: Sequence[str]) -> Iterator[str]:
    """What a Python is told to run, https://docs.python.org/3/using/cmdline.html."""
    rest = iter(words)
    for word in rest:
        if word == "-" or not word.startswith("-"):
            yield word
            return
        if word.startswith("--"):
            if word == "--check-hash-based-pycs":
                next(rest, "")
            continue
        for at, letter in enumerate(word[1:], 2):
            if letter in "cm":
                yield f"-{letter}"
                if letter == "m":
                    yield word[at:] or next(rest, "")
                return
            if letter in "WX":
                if not word[at:]:
                    next(rest, "")
                break


def _short(path: str) -> str:
    """A path in the project as it was given, of any other the name only."""
    relative = os.path.normpath(path)
    return PurePath(path).name if os.path.isabs(path) or relative.startswith("..") else relative  # noqa: PTH117
