"""Comparisons between results: those that claims rest on, and the proposed against the others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from reprocrate import statistics
from reprocrate.assembly.configurations import ConfigurationGroup
from reprocrate.assembly.judged import tested_by_items
from reprocrate.assembly.metric_settings import MetricSettings
from reprocrate.assembly.results import ResultSet, interval_section, values_of
from reprocrate.assembly.sections import Section
from reprocrate.assembly.settings import Better, ProjectSettings


def make_comparisons(
    project: Path,
    settings: ProjectSettings,
    groups: Sequence[ConfigurationGroup],
    results: ResultSet,
    runs: Mapping[str, Any],
) -> list[Section]:
    """Comparisons that claims rest on, and of each proposed configuration with each other of the same case.

    Args:
        project: root of the project, for the predictions that runs left.
        settings: the author's part.
        groups: the configurations.
        results: what is compared.
        runs: the manifest's run entries by id.
    """
    claimed = _claimed(settings, groups, results)
    pairs = dict.fromkeys(claimed)
    for a, b in _natural_pairs(groups):
        for result in results.of_configurations:
            rival = results.find(b, result["metric"], result.get("split"), result["over"])
            if result["configuration"] == a and rival and (rival["id"], result["id"]) not in pairs:
                pairs[result["id"], rival["id"]] = None
    by_id = {result["id"]: result for result in results.sections}
    values = {name: _values(result, settings, runs) for name, result in by_id.items()}
    paired = bool(settings.determinism.seeds_pair_randomness)
    made = [_comparison(by_id[a], by_id[b], values[a], values[b], paired=paired) for a, b in pairs]
    for section in made:
        if "test" not in section:
            sides = by_id[section["a"]], by_id[section["b"]]
            left, right = ([runs[name] for name in side["runs"]] for side in sides)
            section.update(tested_by_items(project, *sides, left, right))
    _correct(made[: len(claimed)])
    _correct(made[len(claimed) :])
    return made


def _claimed(
    settings: ProjectSettings, groups: Sequence[ConfigurationGroup], results: ResultSet
) -> list[tuple[str, str]]:
    """Ids of the results that claims set against each other."""
    pairs: dict[tuple[str, str], None] = {}
    for claim in settings.claims:
        if claim.better:
            for first, second in claimed_results(claim.better, groups, results):
                pairs[first["id"], second["id"]] = None
    return list(pairs)


def _correct(family: Sequence[Section]) -> None:
    """Correct the p values of one family by Holm (1979), where there are several.

    What claims rest on is a family of its own: to compare more on the side must not hide anything, nor help.
    """
    tested = [section for section in family if "p_value" in section]
    if len(tested) > 1:
        for section, p in zip(tested, statistics.holm(each["p_value"] for each in tested), strict=True):
            section |= {"p_value": p, "correction": "holm"}


def claimed_results(
    better: Better, groups: Sequence[ConfigurationGroup], results: ResultSet
) -> list[tuple[Section, Section]]:
    """Pairs of results, as far as there are any yet, of which the first is claimed to be better."""
    if better.over:
        return _claimed_averages(better, results)
    found = []
    for a, b in claimed_pairs(better, groups):
        first = results.find(a, better.metric, better.split)
        second = results.find(b, better.metric, better.split, first["over"]) if first else None
        if first and second:
            found.append((first, second))
    return found


def claimed_pairs(better: Better, groups: Sequence[ConfigurationGroup]) -> list[tuple[str, str]]:
    """Pairs of configurations of which the first is claimed to be better."""
    if better.configuration:
        return [(better.configuration, better.than)]
    factor = str(better.factor)
    return [
        (a.id, b.id)
        for a in groups
        for b in groups
        if str(a.factors.get(factor)) == better.level
        and str(b.factors.get(factor)) == better.than
        and a.other_factors(factor) == b.other_factors(factor)
    ]


def _claimed_averages(better: Better, results: ResultSet) -> list[tuple[Section, Section]]:
    factor = str(better.factor)
    known = [
        (average.section, {name: str(value) for name, value in average.levels.items()})
        for average in results.averages
        if average.over == better.over
        and average.section["metric"] == better.metric
        and better.split in (None, average.section["split"])
        and average.section["statistic"] != "mean_rank"
    ]
    return [
        (a, b)
        for a, levels in known
        for b, others in known
        if levels.get(factor) == better.level
        and others == levels | {factor: better.than}
        and a["statistic"] == b["statistic"]
    ]


def _natural_pairs(groups: Sequence[ConfigurationGroup]) -> Iterator[tuple[str, str]]:
    """Each proposed configuration against every other one that has the same data."""
    for a in groups:
        for b in groups:
            is_rival = a.settings.role == "proposed" and b.settings.role not in ("proposed", None)
            if is_rival and a.factors.get("data") == b.factors.get("data"):
                yield a.id, b.id
    if len(groups) == 2 and not any(group.settings.role for group in groups):
        yield groups[0].id, groups[1].id


def _comparison(
    a: Section, b: Section, left: Mapping[Any, float], right: Mapping[Any, float], *, paired: bool
) -> Section:
    """One comparison; `left` and `right` are the values of the two results by seed.

    Results over folds are not tested: a t test takes the folds for independent, which finds differences that
    are not there (Dietterich 1998).
    """
    section: Section = {"id": comparison_id(a["id"], b["id"]), "a": a["id"], "b": b["id"]}
    section["effect"] = {"kind": "difference", "value": a["value"] - b["value"]}
    if min(len(left), len(right)) < 2 or "folds" in (a["over"], b["over"]):
        return section
    use_pairs = paired and left.keys() == right.keys()
    if use_pairs:
        difference = statistics.paired(list(left.values()), [right[seed] for seed in left])
    else:
        difference = statistics.welch(list(left.values()), list(right.values()))
    section |= {"paired": use_pairs, "test": "paired_t" if use_pairs else "welch_t", "correction": "none"}
    if difference.method != "constant":
        section["p_value"] = difference.p
        section["effect"]["interval"] = interval_section(difference.interval())
    return section


def comparison_id(a: str, b: str) -> str:
    """Id of the comparison of two results."""
    return f"{a}-vs-{b}"


def _values(result: Section, settings: ProjectSettings, runs: Mapping[str, Any]) -> dict[Any, float]:
    """The values that a result rests on, by seed, and by fold where it is over folds."""
    key = (result["metric"], result.get("data"), result.get("split"))
    metric = settings.metrics.get(result["metric"], MetricSettings())
    values = {}
    for name in result["runs"]:
        run = runs[name]
        seed = run["seeds"][0]["value"] if run.get("seeds") else name
        for seen in values_of(run, key, result["over"], metric):
            if seen["value"] is not None:
                values[seed if seen.get("fold") is None else (seed, seen["fold"])] = seen["value"]
    return values
