"""What a launch left, and which of its files a metric's path means."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from reprocrate.capture.record import Scalar
from reprocrate.capture.results.hydra import Jobs, jobs_of
from reprocrate.capture.results.points import Labels, NotFoundError, as_seed
from reprocrate.capture.seeds.notation import substituted
from reprocrate.files import place_of

_WILD = re.compile(r"\{(?P<name>[A-Za-z_][A-Za-z0-9_]*)\}|(?P<folders>\*\*/)|(?P<rest>\*\*)|(?P<any>[*?])")


@dataclass(frozen=True)
class Written:
    """What a launch left, for its metrics to be read from.

    Attributes:
        project: the project's folder.
        outputs: files that this launch wrote, relative to the project: what an earlier one left never counts.
        stdout: the copy of its standard output; of several logs, the last.
        earlier: logs before that one, oldest first, for what the last does not say.
        values: what stands for names in braces: `seed` and other parameters.
        contents: where to read the bytes of an output that is no longer at its path.
        logged: the folder with what the program reported by `reprocrate.log`.
        began: when the launch began, in seconds since 1970.
    """

    project: Path
    outputs: Collection[str]
    stdout: Path
    values: Mapping[str, Scalar] = field(default_factory=dict)
    contents: Mapping[str, Path] = field(default_factory=dict)
    earlier: tuple[Path, ...] = ()
    logged: Path | None = None
    began: float | None = None

    def location(self, path: str) -> Path:
        """Where the bytes of an output are."""
        return self.contents.get(path) or place_of(self.project, path)

    @cached_property
    def jobs(self) -> Jobs:
        """The jobs of a Hydra multirun, by their folders."""
        return jobs_of(self.outputs, self.location)

    @property
    def seed(self) -> Scalar:
        """The seed that the launch was given."""
        return self.values.get("seed")

    def relative(self, path: Path) -> str:
        """A path as the record names it: relative to the project."""
        return path.relative_to(self.project).as_posix() if path.is_relative_to(self.project) else path.name


@dataclass(frozen=True)
class Chosen:
    """A file that a path means, and what its name says of the run that wrote it."""

    path: str
    seed: int | str | None = None
    factors: Labels = ()


def chosen_files(wanted: str, factors: Sequence[str], written: Written) -> list[Chosen]:
    """The files that a launch wrote and that a metric's path means, sorted by their paths.

    Names in braces stand for their values. Where `{seed}` has none, each file that fits is that of the seed
    in its name, and so it is with a name of `factors`; any other name stands for anything but a slash, like
    `*` and `?`, and `**` for any folders.

    Raises:
        NotFoundError: it wrote none.
    """
    wanted = substituted(wanted, written.values).removeprefix("./")
    if wanted in written.outputs:
        return [_of_job(Chosen(wanted), written)]
    if not _WILD.search(wanted):
        if (written.project / wanted).is_file():
            raise NotFoundError(f"{wanted} is there, but this launch did not write it")
        raise NotFoundError(f"this launch did not write {wanted}")
    pattern, groups = _pattern(wanted, factors)
    found = []
    for path in sorted(written.outputs):
        match = pattern.fullmatch(path)
        if match is not None:
            seed = as_seed(match["seed"]) if "seed" in groups else None
            labels = sorted((name, match[group]) for group, name in groups.items() if group != "seed")
            found.append(_of_job(Chosen(path, seed, tuple(labels)), written))
    if not found:
        raise NotFoundError(f"this launch wrote no file that {wanted} stands for")
    return found


def _of_job(chosen: Chosen, written: Written) -> Chosen:
    """A file with what its Hydra job was told, where its name says nothing."""
    seed, factors = written.jobs.of(chosen.path)
    return Chosen(chosen.path, seed if chosen.seed is None else chosen.seed, chosen.factors or factors)


def _pattern(wanted: str, factors: Sequence[str]) -> tuple[re.Pattern[str], dict[str, str]]:
    """The paths that a path stands for, and what the groups of the expression are called."""
    groups: dict[str, str] = {}
    parts, position = [], 0
    for match in _WILD.finditer(wanted):
        parts += [re.escape(wanted[position : match.start()]), _meaning(match, factors, groups)]
        position = match.end()
    return re.compile("".join([*parts, re.escape(wanted[position:])]), re.DOTALL), groups


def _meaning(match: re.Match[str], factors: Sequence[str], groups: dict[str, str]) -> str:
    name = match["name"]
    if name is None:
        if match["any"]:
            return "[^/]*" if match["any"] == "*" else "[^/]"
        return "(?:.*/)?" if match["folders"] else ".*"
    if name != "seed" and name not in factors:
        return "[^/]*"
    group = name if name == "seed" else f"factor{factors.index(name)}"
    if group in groups:
        return f"(?P={group})"
    groups[group] = name
    return f"(?P<{group}>{'[0-9]+' if name == 'seed' else '[^/]+?'})"
