"""Commands that only start another command: what is behind them is what an experiment runs."""

from __future__ import annotations

import re
from collections.abc import Sequence, Set
from pathlib import PurePath

# Each with those of its options that take a value as the next word.
_PLAIN = {
    **dict.fromkeys(("nohup", "setsid", "xvfb-run", "catchsegv", "unbuffer", "taskset"), frozenset[str]()),
    "env": frozenset({"-u", "--unset", "-C", "--chdir"}),
    "nice": frozenset({"-n"}),
    "ionice": frozenset({"-c", "-n"}),
    "time": frozenset({"-f", "-o", "--format", "--output"}),
    "stdbuf": frozenset({"-i", "-o", "-e"}),
    "timeout": frozenset({"-k", "-s"}),
    "numactl": frozenset({"-N", "-m", "-C", "-i", "-p"}),
}
# Those of them whose first word is no command: a mask of processors, a time.
_WITH_A_WORD = frozenset({"taskset", "timeout"})
_TOOLS = frozenset({"uv", "poetry", "pdm", "pipenv", "hatch", "rye", "pixi", "conda", "mamba", "micromamba"})
_OF_TOOLS = frozenset(
    {
        *("-n", "-p", "-e", "-C", "-P", "--name", "--prefix", "--python", "--with", "--cwd", "--directory"),
        *("--project", "--extra", "--group", "--package", "--env-file", "--environment", "--manifest-path"),
        *("--with-requirements", "--with-editable", "--index-url", "--index", "--env"),
    }
)
_ASSIGNMENT = re.compile(r"[A-Za-z_][A-Za-z0-9_]*=.*", re.DOTALL)


def inner_command(argv: Sequence[str]) -> tuple[str, ...]:
    """The command behind `env A=1`, `nice -n 5`, `uv run`, `conda run -n NAME` and their like."""
    words = list(argv)
    while words:
        name = PurePath(words[0]).name
        if name in _PLAIN:
            rest = _after_options(words[1:], _PLAIN[name])
            rest = rest[1:] if name in _WITH_A_WORD else rest
        elif name in _TOOLS and "run" in words[1:6]:
            rest = _after_options(words[words.index("run", 1) + 1 :], _OF_TOOLS)
        else:
            break
        if not rest:
            break
        words = rest
    return tuple(words)


def _after_options(words: Sequence[str], with_value: Set[str]) -> list[str]:
    index = 0
    while index < len(words):
        word = words[index]
        if word == "--":
            return list(words[index + 1 :])
        if word in with_value:
            index += 2
        elif word.startswith("-") or _ASSIGNMENT.fullmatch(word):
            index += 1
        else:
            break
    return list(words[index:])
