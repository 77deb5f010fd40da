"""Metric values, read from what a launch wrote: files, standard output, and what it reported by itself."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from reprocrate.capture.record import Evidence, Metric
from reprocrate.capture.results.metric_sources import MetricSource, compiled, json_steps, parse_source
from reprocrate.capture.results.points import (
    Columns,
    Entry,
    NotFoundError,
    Point,
    belongs_to,
    json_entries,
    kept,
    labelled,
)
from reprocrate.capture.results.series.documents import Literal
from reprocrate.capture.results.series.found import LARGEST_READ_BYTES, group_of, values_in
from reprocrate.capture.results.series.logged import logged_values
from reprocrate.capture.results.tables import csv_entries
from reprocrate.capture.results.written import Chosen, Written, chosen_files

__all__ = ["Extraction", "MetricSource", "Written", "as_metric", "extract", "parse_source", "read_text"]

_LONGEST_EVIDENCE = 300


@dataclass(frozen=True)
class Extraction:
    """The values found, and what was not found, as sentences."""

    metrics: tuple[Metric, ...] = ()
    problems: tuple[str, ...] = ()


def extract(
    sources: Sequence[MetricSource], written: Written, hide: Callable[[str], str] = str
) -> Extraction:
    """Read the metrics of one launch: those that were declared, then those that the program reported.

    Args:
        sources: where the declared metrics stand.
        written: what the launch left.
        hide: makes a text that is kept as evidence free of secrets and names.

    Raises:
        UsageError: a regular expression or a JSON path of a source is wrong.
    """
    metrics, problems = [], []
    for source in sources:
        if source.is_logged:
            continue
        try:
            points = _read(source, written)
        except NotFoundError as error:
            problems.append(f"metric {source.name}: {error}")
        else:
            metrics += [_metric(source, point, hide) for point in points]
    reported = _reported({source.name: source for source in sources}, written)
    for source, entries in reported:
        try:
            points = kept(entries, "reprocrate.log", source.selection, source.last_k)
        except NotFoundError as error:
            problems.append(f"metric {source.name}: {error}")
        else:
            metrics += [_metric(source, point, hide) for point in points]
    return Extraction(tuple(metrics), tuple(problems))


def as_metric(
    name: str, number: float, split: str | None = None, data: str | None = None, step: int | None = None
) -> Metric:
    """A measured number with its status: non-finite values never stand in a record."""
    if math.isfinite(number):
        return Metric(name, number, "ok", split, data, step)
    if math.isnan(number):
        return Metric(name, None, "nan", split, data, step)
    return Metric(name, None, "inf" if number > 0 else "-inf", split, data, step)


def _metric(source: MetricSource, point: Point, hide: Callable[[str], str]) -> Metric:
    entry, evidence = point.entry, point.entry.evidence
    split, data = source.split or entry.split, source.data or entry.data
    if evidence is not None and evidence.text is not None:
        evidence = replace(evidence, text=hide(evidence.text)[:_LONGEST_EVIDENCE])
    return replace(
        as_metric(source.name, point.number, split, data, entry.step),
        fold=entry.fold,
        seed=entry.seed,
        factors=dict(entry.factors),
        evidence=evidence,
    )


def read_text(path: Path) -> str:
    """A text file in UTF-8; what is not is replaced."""
    with path.open("rb") as handle:
        return handle.read(LARGEST_READ_BYTES).decode("utf-8", "replace")


def _reported(
    declared: dict[str, MetricSource], written: Written
) -> Iterator[tuple[MetricSource, list[Entry]]]:
    """What the program reported by `reprocrate.log`, but for metrics that are declared to stand elsewhere."""
    found: dict[str, list[Entry]] = {}
    for name, entry in logged_values(written):
        found.setdefault(name, []).append(entry)
    for name, entries in found.items():
        source = declared.get(name, MetricSource(name))
        if source.is_logged:
            own = [each for each in entries if str(each.seed) == str(written.seed)]
            yield source, [replace(each, seed=None) if each in own else each for each in entries]


def _read(source: MetricSource, written: Written) -> list[Point]:
    """The values that the record keeps, in the order of the files."""
    is_sure = source.columns.seed is not None
    if source.stdout_regex is not None:
        entries = _of_this_seed(_from_text(source, written), written, is_sure=True)
        return kept(entries, "the standard output", source.selection or "last", None)
    files = chosen_files(source.from_path or "", source.columns.factors, written)
    groups: dict[tuple[str, str], list[Entry]] = {}
    for chosen in files:
        for entry in _entries(source, chosen, written):
            groups.setdefault((group_of(chosen.path), entry.group), []).append(entry)
    listed = f"{len(files)} files: {', '.join(one.path for one in files[:3])}" if files[1:] else files[0].path
    if not groups:
        raise NotFoundError(f"nothing called {source.series} is in {listed}")
    entries = _of_this_seed([entry for group in groups.values() for entry in group], written, is_sure)
    if len(groups) > 1 and not _are_apart(groups.values()):
        raise NotFoundError(
            f"{source.from_path} stands for what one run wrote, but that is {listed}, and nothing tells runs "
            "apart. Put {seed} where the seed stands in the path, or name the file"
        )
    return kept(entries, listed, source.selection, source.last_k)


def _are_apart(groups: Iterable[Sequence[Entry]]) -> bool:
    """Whether files, or runs in one file, are of different runs of the launch."""
    labels = [{belongs_to(entry) for entry in group} for group in groups]
    return len(set().union(*labels)) == sum(map(len, labels))


def _entries(source: MetricSource, chosen: Chosen, written: Written) -> list[Entry]:
    """The values of a file, with what the file's name says of their run."""
    path, location = chosen.path, written.location(chosen.path)
    named = {name for name, _ in chosen.factors}
    others = tuple(name for name in source.columns.factors if name not in named)
    columns = replace(source.columns, factors=others)
    try:
        if source.series is not None:
            entries = [entry for name, entry in values_in(path, written) if name == source.series]
        elif source.json_path is not None:
            entries = _from_json(source, columns, location, path)
        else:
            labels = {"split": source.split, "data": source.data}
            wanted = {name: label for name, label in labels.items() if label}
            ordered = source.selection is not None
            entries = csv_entries(location, path, source.csv_column or "", wanted, columns, ordered=ordered)
    except OSError as error:
        raise NotFoundError(f"{path} could not be read ({error.strerror})") from None
    return [
        replace(
            entry,
            seed=chosen.seed if entry.seed is None else entry.seed,
            factors=tuple(sorted({**dict(chosen.factors), **dict(entry.factors)}.items())),
        )
        for entry in entries
    ]


def _of_this_seed(entries: Sequence[Entry], written: Written, is_sure: bool) -> list[Entry]:
    """The values of the launch's own seed, where it was given one: a table may have those of others too.

    Where none is of this seed, and it is not sure that the column is one of seeds, the column is none.
    """
    if written.seed is None:
        return list(entries)
    own = [entry for entry in entries if entry.seed is None or str(entry.seed) == str(written.seed)]
    if not own and is_sure:
        raise NotFoundError(f"it has no value of the seed {written.seed}")
    return [replace(entry, seed=None) for entry in own or entries]


def _from_json(source: MetricSource, columns: Columns, location: Path, path: str) -> list[Entry]:
    place = source.json_path or ""
    steps = json_steps(source.name, place)
    try:
        document: Any = json.loads(read_text(location), parse_float=Literal)
    except (ValueError, RecursionError) as error:
        raise NotFoundError(f"{path} is not JSON ({error})") from None
    are_steps = source.last_k is not None
    return json_entries(document, steps, path, place, are_steps=are_steps, columns=columns)


def _from_text(source: MetricSource, written: Written) -> list[Entry]:
    """What the pattern finds: the last match, or of each run the last, where a group says which run it is."""
    pattern = compiled(source)
    columns = Columns(
        seed="seed" if "seed" in pattern.groupindex else None,
        factors=tuple(name for name in source.columns.factors if name in pattern.groupindex),
    )
    for log in (written.stdout, *reversed(written.earlier)):
        try:
            text = read_text(log)
        except OSError as error:
            raise NotFoundError(f"the standard output could not be read ({error.strerror})") from None
        last: dict[object, tuple[re.Match[str], dict[str, Any]]] = {}
        for match in pattern.finditer(text):
            labels = labelled(match.groupdict(), columns)
            last[labels["seed"], labels["factors"]] = (match, labels)
        if last:
            path = written.relative(log)
            return [_printed(path, text, match, labels) for match, labels in last.values()]
    raise NotFoundError(f"nothing in the standard output matches {source.stdout_regex}")


def _printed(path: str, text: str, match: re.Match[str], labels: dict[str, Any]) -> Entry:
    """A value with the line that it was printed on."""
    start = text.rfind("\n", 0, match.start("value")) + 1
    end = text.find("\n", match.end("value"))
    shown = text[start : end if end >= 0 else len(text)].rstrip("\r")
    evidence = Evidence(path, shown.rpartition("\r")[2] or shown, text.count("\n", 0, start) + 1)
    return Entry(match["value"], "the standard output", evidence=evidence, **labels)
