"""The commands that READMEs give, and whether the programs that they start are there."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass

from reprocrate.finding import Location, Observed
from reprocrate.validation.submission.items import counted, found, listed, not_assessed, not_found
from reprocrate.validation.submission.readme import Line, lines_of
from reprocrate.validation.submission.tree import SubmissionTree

_PROMPT = re.compile(r"^\s*(?:\([\w.-]+\)\s*)?(?:[$%>!]|>>>|\w+@[\w.-]+:[^$#]*[$#])\s+|^\s*!")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*=\S*")
_SPAN = re.compile(r"`([^`\n]+)`")
_PROGRAM = re.compile(r"[\w./-]+\.(?:py|sh|bash|ipynb|[rR]|jl|lua|pl|m|js|smk|nf)")
_PYTHON = re.compile(r"(?:.*/)?(?:python|pypy)(?:[23](?:\.\d+)?)?(?:\.exe)?|py|ipython3?")
_NAMES_OF_RUNNERS = """
bash sh zsh source . Rscript julia octave matlab lua th node torchrun accelerate deepspeed mpirun mpiexec
horovodrun srun sbatch qsub streamlit jupyter papermill snakemake nextflow make just tox invoke nohup time
env sudo uv poetry pipenv pixi conda mamba docker apptainer singularity perl
"""
_RUNNERS = frozenset(_NAMES_OF_RUNNERS.split())
_MAY_RUN = re.compile(
    r"(?:^|[\s/])(?:python|pypy|i?py)|\.(?:py|sh|bash)\b|^\s*(?:\w+=\S*\s+)*(?:"
    + "|".join(map(re.escape, _RUNNERS))
    + r")\s|^\./|\bmake\b"
)
_INSTALLS = re.compile(
    r"(?:pip3?|conda|mamba|apt(?:-get)?|brew|npm|uv|poetry|pipenv|pixi|git|wget|curl|cd|mkdir|export|virtualenv|"
    r"tar|unzip|cp|mv|ln|ls|rm|docker (?:build|pull))\b"
)
_BLANK = re.compile(
    r"[<>{}$*\[\]]|\.\.\.|path[/_]to|\byour_?|\bmy_?|/path|x{3}|whatever|example_script|^/|"
    r"(?:mini(?:conda|forge)|anaconda|mambaforge)[\w.-]*\.sh|get-pip\.py",
    re.IGNORECASE,
)
"""Programs that stand for others, lie outside of the submission, or are fetched to install something."""


@dataclass(frozen=True, slots=True)
class Command:
    """A command of a README.

    Attributes:
        path: the README.
        line: where it stands.
        text: the command.
        program: the file that it starts, as written; None where it names none.
        module: whether `program` is the path of a module that `python -m` starts.
        folder: where the README has the reader go before.
    """

    path: str
    line: int
    text: str
    program: str | None
    module: bool = False
    folder: str = ""


def commands_of(tree: SubmissionTree) -> list[Command]:
    """The commands in all READMEs that run something, in order; what only installs or fetches is left out."""
    return [command for path in tree.guides for command in _in_readme(path, lines_of(tree.text(path)))]


def observe_commands(tree: SubmissionTree, commands: list[Command]) -> Observed:
    """Whether READMEs say how to run it, with programs that are there."""
    if not tree.guides:
        said = "there is no README to give any"
        return not_assessed("commands", said) if tree.is_only_documents else not_found("commands", said)
    if not commands:
        return not_found("commands", f"no command that runs something in {listed(tree.guides)}")
    starting = [each for each in commands if each.program and not _BLANK.search(each.program)]
    lacking = [each for each in starting if not is_there(tree, each)] if tree.is_whole else []
    detail = (
        f"{counted(len(commands), 'command')} in {listed(dict.fromkeys(each.path for each in commands), 2)}"
    )
    names = dict.fromkeys(str(each.program) for each in starting)
    absent = dict.fromkeys(str(each.program) for each in lacking)
    if absent:
        verb = "is" if len(absent) == 1 else "are"
        detail += f"; of the {counted(len(names), 'program')} they start, {listed(absent)} {verb} not here"
    elif names:
        every = "the program they start is" if len(names) == 1 else "all the programs they start are"
        detail += f"; {every} here"
    places = [Location(each.path, line=each.line) for each in (*lacking, *commands)]
    return found("commands", detail, places)


def started_by(tree: SubmissionTree, commands: list[Command]) -> set[str]:
    """The files that commands start, as far as they are there."""
    return {path for command in commands for path in files_of(tree, command)}


def is_there(tree: SubmissionTree, command: Command) -> bool:
    """Whether the program that a command starts is in the submission, or a module of a library."""
    if command.module and not _is_own_module(tree, command):
        return True
    return bool(files_of(tree, command))


def files_of(tree: SubmissionTree, command: Command) -> list[str]:
    """The files that may be meant by the program that a command starts.

    It may lie anywhere: where a README has its reader go is not always said in commands.
    """
    name = (command.program or "").removeprefix("./").lstrip("/")
    while name.startswith("../"):
        name = name.removeprefix("../")
    if not name:
        return []
    endings = (
        [f"/{name}.py", f"/{name}/__main__.py", f"/{name}/__init__.py"] if command.module else [f"/{name}"]
    )
    lasts = {ending.rpartition("/")[2].lower() for ending in endings}
    near = [path for last in lasts for path in tree.by_name.get(last, ())]
    return [path for path in near if f"/{path}".lower().endswith(tuple(map(str.lower, endings)))]


def _is_own_module(tree: SubmissionTree, command: Command) -> bool:
    """Whether a module that a command starts belongs to a package of the submission."""
    top = (command.program or "").partition("/")[0]
    return any(f"/{top}/" in f"/{path}" or f"/{path}".endswith(f"/{top}.py") for path in tree.own)


def _in_readme(path: str, lines: list[Line]) -> Iterator[Command]:
    folder, block = "", None
    for line in _joined(lines):
        if line.block != block:
            folder, block = "", line.block
        for text in [line.text] if line.block is not None else _in_text(line.text):
            for part in re.split(r"\s*(?:&&|;|\|\||\|)\s+", _PROMPT.sub("", text).strip()):
                if part.startswith("cd "):
                    folder = part[3:].strip()
                elif command := _command(path, line.number, part, folder):
                    yield command


def _in_text(text: str) -> Iterator[str]:
    """Commands outside of blocks: behind a prompt, or set as code within a sentence."""
    if re.match(r"\s*\$\s+\S", text):
        yield text
    yield from (
        span for span in _SPAN.findall(text) if " " in span.strip() or _PROGRAM.fullmatch(span.strip())
    )


def _joined(lines: list[Line]) -> Iterator[Line]:
    """Lines of which those that end in a backslash hold what follows them."""
    begun: Line | None = None
    for line in lines:
        text = line.text.rstrip()
        if begun is not None and begun.block == line.block:
            text = f"{begun.text} {text.strip()}"
            line = Line(begun.number, text, line.heading, line.block)  # noqa: PLW2901
        begun = None
        if text.endswith("\\") and line.block is not None:
            begun = Line(line.number, text.rstrip("\\").rstrip(), line.heading, line.block)
        else:
            yield line
    if begun is not None:
        yield begun


def _command(path: str, line: int, text: str, folder: str) -> Command | None:
    """The command, if this is one that runs something."""
    text = re.sub(r"\s+#.*$", "", text).strip()
    if not text or text.startswith("#") or len(text) > 2000:
        return None
    if not _MAY_RUN.search(text):
        return None
    words = _words(text)
    while words and _VARIABLE.fullmatch(words[0]):
        words = words[1:]
    if not words:
        return None
    first = words[0]
    is_python = _PYTHON.fullmatch(first) is not None
    starts = first.startswith("./") or (_PROGRAM.fullmatch(first) is not None and "/" in first)
    if not (is_python or starts or first in _RUNNERS) or _only_installs(words):
        return None
    program, module = _started(words, is_python)
    if (
        program is None
        and (is_python or len(words) == 1)
        and first not in ("make", "just", "snakemake", "tox")
    ):
        return None
    return Command(path, line, text, program, module, folder)


def _started(words: list[str], is_python: bool) -> tuple[str | None, bool]:
    """The file that a command starts, and whether it is a module."""
    file = next((word for word in words if _PROGRAM.fullmatch(word)), None)
    if "-m" in words[:-1] and any(_PYTHON.fullmatch(word) for word in words[: words.index("-m")]):
        module = words[words.index("-m") + 1]
        if module in ("torch.distributed.launch", "torch.distributed.run", "accelerate.commands.launch"):
            return file, False
        if re.fullmatch(r"[A-Za-z_][\w.]*", module):
            return module.replace(".", "/"), True
        return None, False
    if not is_python and words[0].startswith("./"):
        return (words[0] if _PROGRAM.fullmatch(words[0]) else None), False  # others are built first
    return file, False


def _only_installs(words: list[str]) -> bool:
    """Whether a command prepares something and runs no experiment."""
    text = " ".join(words)
    if _INSTALLS.match(text) and not re.search(r"\b(?:run|exec)\b", " ".join(words[:3])):
        return True
    return bool(
        re.match(
            r"\S*python\S* (?:-m (?:pip|venv|virtualenv|ensurepip|http\.server|unittest|pytest)|setup\.py|"
            r"--version|-V)\b",
            text,
        )
        or re.match(r"(?:sudo|source|\.) (?:apt|\S*activate|\S*rc\b|pip)", text)
        or re.match(
            r"docker (?:build|pull|login)|jupyter (?:notebook|lab)$|conda (?:activate|create|env|install)",
            text,
        )
    )


def _words(text: str) -> list[str]:
    try:
        return shlex.split(text)
    except ValueError:
        return text.split()
