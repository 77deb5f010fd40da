"""Numbers in what a launch wrote that may be its metrics, each with the lines that would declare it."""

from __future__ import annotations

import csv
import json
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from reprocrate.capture.record import RunRecord
from reprocrate.capture.results.extraction import Written, read_text
from reprocrate.capture.results.points import SEED_COLUMNS
from reprocrate.capture.results.series.last_values import last_values, seeds_in_paths
from reprocrate.capture.seeds.notation import PLACEHOLDER, substituted

MOST_CANDIDATES = 20
_LARGEST_FILE_BYTES = 16 * 1024 * 1024
_MOST_FILES = 50
_LAST_CHARACTERS = 1 << 20
_NUMBER = r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?|[-+]?(?:nan|inf)"
_WORD = r"[A-Za-z][A-Za-z0-9_@/.-]*(?:'[A-Za-z0-9_@/.-]+)*"
_PRINTED = re.compile(
    rf"(?P<name>{_WORD}(?: {_WORD}){{0,3}})(?P<quote>['\"]?) ?(?P<mark>[:=]) ?(?P<type>(?:np\.[a-z0-9_]+\()?)"
    rf"(?P<value>{_NUMBER})(?=%|[\s,;)\]}}]|$)"
)
_ONE_NAME = re.compile(r"\{[^{}]*\}")
_NOT_IN_IDENTIFIER = re.compile(r"[^A-Za-z0-9_-]+")
_MAXIMIZED = re.compile(
    r"acc|accuracy|f1|f-?score|auc|auroc|ap|map|precision|recall|bleu|rouge|r2|score|reward|return|iou|dice|psnr|ssim|success|top[-_]?[0-9]",
    re.IGNORECASE,
)
_MINIMIZED = re.compile(
    r"loss|error|err|mse|rmse|mae|nll|perplexity|ppl|cer|wer|fid|regret|time|latency", re.IGNORECASE
)
_SPLITS = re.compile(
    r"(?:^|.*[^a-z])(?P<split>train|training|validation|valid|val|dev|test|heldout)(?:[^a-z].*|$)",
    re.IGNORECASE,
)
_SPLIT_NAMES = {
    "training": "train",
    "valid": "validation",
    "val": "validation",
    "dev": "validation",
    "heldout": "test",
}
_NOT_METRICS = re.compile(
    r"seed|epoch|epochs|step|steps|iteration|iter|max_iter|batch|batch_size|n|size|count|num|version|index|id|"
    r"width|(?:max_)?depth|layers|lr|learning_rate|hidden|dim|workers|"
    r".*_(?:size|count|images|samples|seed|steps|epochs)|(?:n|num)_.*",
    re.IGNORECASE,
)
_SETTINGS = re.compile(
    r"(?:.*_)?(?:args|arguments|cfg|conf|config|configuration|h?params|hyper_?param(?:eter)?s|parameters|"
    r"options|opts|settings)",
    re.IGNORECASE,
)
_NAMESPACE = re.compile(r"\bNamespace\((?P<inside>[^\n]*)\)")
_GIVEN = re.compile(rf"(?P<name>[A-Za-z_][A-Za-z0-9_-]*)=(?P<value>{_NUMBER})(?![\w.])")


@dataclass(frozen=True)
class Candidate:
    """A number that may be a metric.

    Attributes:
        name: what to call it.
        value: what it was in this launch.
        where: where it stands, for people.
        toml: the lines of `reprocrate.toml` that declare it.
    """

    name: str
    value: float
    where: str
    toml: str


@dataclass
class _Collector:
    found: list[Candidate] = field(default_factory=list)
    names: dict[str, float] = field(default_factory=dict)
    lines: set[str] = field(default_factory=set)
    settings: set[tuple[str, float]] = field(default_factory=set)
    last_words: dict[str, str] = field(default_factory=dict)

    def set(self, name: str, value: float) -> None:
        """A number that the program was given, and that is no finding wherever it stands again."""
        self.settings.add((_as_setting(name), value))

    @property
    def findings(self) -> list[Candidate]:
        """What was found, but for settings that were written down again."""
        return [
            one
            for one in self.found
            if (_as_setting(self.last_words[one.name]), one.value) not in self.settings
        ]

    def add(self, name: str, value: float, where: str, line: str) -> None:
        """One number, under the shortest name that is free; the same number or place again is left out."""
        if _NOT_METRICS.fullmatch(_words(name)[-1]) or line in self.lines:
            return
        self.lines.add(line)
        short = "_".join(word for word in _words(name) if not _is_split(word))
        for identifier in filter(None, (_identifier(short), _identifier(name))):
            if identifier not in self.names:
                self.names[identifier] = value
                self.last_words[identifier] = _words(name)[-1]
                self.found.append(Candidate(identifier, value, where, _lines(identifier, name, line)))
                return
            if round(self.names[identifier], 3) == round(value, 3):
                return


def candidates(record: RunRecord, written: Written) -> tuple[Candidate, ...]:
    """At most twenty numbers that a launch wrote and that may be metrics, the likeliest first.

    They are looked for in JSON and CSV files, in those of trackers, and in lines such as `accuracy: 0.93` of
    its standard output. What is called like a setting (`epoch`, `batch_size`), what stands among settings
    (`args`, `config`) and what the command or a printed `Namespace` gives the same value is left out.
    """
    collector = _Collector()
    tables = [path for path in sorted(written.outputs) if path.endswith((".json", ".csv", ".tsv"))]
    by_seed = seeds_in_paths(tables) if record.given_seed is None else {}
    first = {template: path for path, template in reversed(by_seed.items())}
    tables = [path for path in tables if first.get(by_seed.get(path, ""), path) == path]
    for path in tables[:_MOST_FILES]:
        location = written.location(path)
        try:
            if location.stat().st_size > _LARGEST_FILE_BYTES:
                continue
            template = by_seed.get(path) or template_of(path, record)
            if path.endswith(".json"):
                _look_into_json(collector, location, path, template)
            else:
                _look_into_csv(collector, location, path, template)
        except (OSError, ValueError, RecursionError, csv.Error):  # not what its name says
            continue
    for one in last_values(written):
        collector.add(one.name, one.value, one.where, f"from = {_quoted(one.place)}")
    for log in (written.stdout, *written.earlier):
        _look_into_text(collector, log)
    for name, text in _options_of(record.command):
        collector.set(name, float(text))
    ranked = sorted(collector.findings, key=_rank)
    return tuple(ranked[:MOST_CANDIDATES])


def template_of(path: str, record: RunRecord) -> str:
    """The path of an output with `{seed}` in place of the seed, where the command shows that it holds it.

    So it is with the parameters of a grid.
    """
    seed, launched = record.given_seed, record.configuration
    values = {**launched.grid, **({} if seed is None else {"seed": seed})}
    for argument in launched.grid_template or launched.template:
        part = argument.rpartition("=")[2].removeprefix("./")
        filled = substituted(part, values)
        if filled != part and not _ONE_NAME.fullmatch(part) and filled in path:
            return path.replace(filled, part, 1)
    if seed is None:
        return path
    number = re.compile(rf"(?<![0-9.]){re.escape(str(seed))}(?![0-9])(?!\.[0-9])")
    return number.sub(PLACEHOLDER, path) if len(number.findall(path)) == 1 else path


def _options_of(command: Sequence[str]) -> Iterator[tuple[str, str]]:
    """The options of a command whose values are numbers: `--alpha 0.5`, `--alpha=0.5`, `alpha=0.5`."""
    for word, after in zip(command, (*command[1:], ""), strict=True):
        name, equals, value = word.partition("=")
        text = value if equals else after
        if (equals or word.startswith("-")) and re.fullmatch(_NUMBER, text, re.IGNORECASE):
            yield name, text


def _as_setting(name: str) -> str:
    """The name as programs call what an option sets."""
    return name.strip("-").replace("-", "_").lower()


def _look_into_json(collector: _Collector, location: Path, path: str, template: str) -> None:
    numbers = islice(_numbers(json.loads(read_text(location)), ()), 200)
    among_settings = _SETTINGS.fullmatch(Path(path).stem) is not None
    for steps, value in sorted(numbers, key=lambda number: "train" in number[0]):
        if among_settings or any(isinstance(step, str) and _SETTINGS.fullmatch(step) for step in steps[:-1]):
            collector.set(str(steps[-1]) if steps else "", value)
            continue
        place = "$" + "".join(_written_step(step) for step in steps)
        name = ".".join(str(step) for step in steps if not isinstance(step, int)) or Path(path).stem
        collector.add(name, value, f"{path} at {place}", f"from = {_quoted(f'{template}:{place}')}")


def _look_into_csv(collector: _Collector, location: Path, path: str, template: str) -> None:
    with location.open(encoding="utf-8-sig", errors="replace", newline="") as handle:
        rows = csv.DictReader(handle, delimiter="\t" if path.endswith(".tsv") else ",")
        last: dict[str, str] = {}
        told = _Told()
        for row in rows:
            told.take(row)
            last.update(
                {name: value for name, value in row.items() if isinstance(value, str) and value.strip()}
            )
    if any(name and re.fullmatch(_NUMBER, name.strip(), re.IGNORECASE) for name in last):
        return  # a table without a head: its first row is no names
    for name, text in last.items():
        if name and re.fullmatch(_NUMBER, text.strip(), re.IGNORECASE):
            line = f"from = {_quoted(f'{template}:{name.strip()}')}{told.lines}"
            collector.add(name.strip(), float(text), f"{path}, column {name.strip()}", line)


@dataclass
class _Told:
    """Whether a table has rows of several seeds, and which of its columns of words differ within one seed."""

    first: dict[str, dict[str, str]] = field(default_factory=dict)
    differing: dict[str, None] = field(default_factory=dict)

    def take(self, row: dict[str, str]) -> None:
        """One row of the table."""
        seed = next((row[name] for name in SEED_COLUMNS if row.get(name)), None)
        if seed is None:
            return
        first = self.first.setdefault(seed, row)
        for name, text in row.items():
            if text and text != first.get(name) and not re.fullmatch(_NUMBER, text.strip(), re.IGNORECASE):
                self.differing[name] = None

    @property
    def lines(self) -> str:
        """What has to be declared beside the column."""
        names = ", ".join(map(_quoted, self.differing))
        return f"\nfactor_columns = [{names}]" if len(self.first) > 1 and names else ""


def _look_into_text(collector: _Collector, stdout: Path) -> None:
    try:
        with stdout.open("rb") as handle:  # which may be of any size
            handle.seek(max(0, handle.seek(0, os.SEEK_END) - _LAST_CHARACTERS))
            text = handle.read(_LAST_CHARACTERS).decode("utf-8", "replace")
    except OSError:
        return
    for printed in _NAMESPACE.finditer(text):
        for given in _GIVEN.finditer(printed["inside"]):
            collector.set(given["name"], float(given["value"]))
    last = {match["name"]: match for match in _PRINTED.finditer(_NAMESPACE.sub("", text))}
    for name, match in last.items():
        start = re.escape(name).replace(r"\ ", " ").replace(r"\-", "-") + match["quote"]
        pattern = rf"{start} ?{match['mark']} ?{re.escape(match['type'])}(?P<value>[-+0-9.eE]+)"
        line = f"stdout = {_quoted(pattern)}"
        collector.add(name, float(match["value"]), "the standard output", line)


def _numbers(value: Any, steps: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], float]]:
    """The numbers of a JSON value with the way to them; of a list only the last, as of a history.

    A list in a list is no history: models are saved like that.
    """
    if isinstance(value, bool):
        return
    if isinstance(value, (int, float)):
        yield steps, float(value)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _numbers(item, (*steps, key))
    elif isinstance(value, list) and value and -1 not in steps:
        yield from _numbers(value[-1], (*steps, -1))


def _written_step(step: str | int) -> str:
    if isinstance(step, int):
        return f"[{step}]"
    if re.fullmatch(r"[^.\[\]\s'\"]+", step):
        return f".{step}"
    return f"['{step}']" if "'" not in step else f'["{step}"]'


def _words(name: str) -> list[str]:
    return re.split(r"[./ ]+", name.strip("./ ")) or [name]


def _is_split(word: str) -> bool:
    match = _SPLITS.fullmatch(word)
    return match is not None and match["split"] == word


def _identifier(name: str) -> str:
    return _NOT_IN_IDENTIFIER.sub("_", name).strip("_-")


def _lines(identifier: str, name: str, line: str) -> str:
    lines = [f"[metrics.{identifier}]", line]
    last = next((word for word in reversed(_words(name)) if not _is_split(word)), name)
    if _MINIMIZED.search(last):
        lines.append('direction = "minimize"')
    elif _MAXIMIZED.search(last):
        lines.append('direction = "maximize"')
    else:
        lines.append('# direction = "maximize" or "minimize"')
    match = _SPLITS.fullmatch(name)
    if match:
        split = match["split"].lower()
        lines.append(f'split = "{_SPLIT_NAMES.get(split, split)}"')
    return "\n".join(lines)


def _quoted(text: str) -> str:
    """A TOML string; a literal one where it can be, so that regular expressions stay readable."""
    if "'" not in text and text.isprintable() and ("\\" in text or '"' in text):
        return f"'{text}'"
    return json.dumps(text, ensure_ascii=False)


def _rank(candidate: Candidate) -> tuple[bool, bool, bool]:
    known = bool(_MAXIMIZED.search(candidate.name) or _MINIMIZED.search(candidate.name))
    return (not known, "train" in candidate.name.lower(), candidate.where == "the standard output")
