"""RC10: the runs that were trials of a search."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from reprocrate.manifest import Configuration, Manifest
from reprocrate.standard import pointer_to
from reprocrate.validation.places import numbered
from reprocrate.validation.rule import MUST, SHOULD, Found, rule
from reprocrate.validation.split_roles import data_without, reported_role
from reprocrate.validation.subject import Subject


@rule(
    "RC1015",
    SHOULD,
    spec="configurations",
    since="1.0",
    says="run {run} is of {trials}, whose other runs are trials of {searched}, but no search lists it",
)
def search_lists_every_trial(subject: Subject) -> Iterator[Found]:
    """Of a configuration whose runs are trials, every run SHOULD be in the `runs` of a search.

    Judged: each run that is in no search's `runs`, of a kind other than `smoke`, and of a configuration of
        which another configuration's search lists a run, while its own search, if it has one, lists none,
        and of which no run is in the `runs` of a result; at the run.
    Why: a trial that is kept quiet makes the search look smaller than it was, and its failures fewer.
    Fix: list it among the search's `runs`, and count it in `trials`.
    """
    manifest = subject.well_formed
    listed: set[str] = set()
    searched: dict[str, str] = {}
    own: set[str] = set()
    for configuration in manifest.configurations:
        for name in configuration.search.runs if configuration.search else ():
            listed.add(name)
            run = manifest.find_run(name)
            if run and run.configuration == configuration.id:
                own.add(configuration.id)
            elif run:
                searched.setdefault(run.configuration, configuration.label)
    reported = {run.configuration for _, run in subject.evidence.counting} if manifest.results else set()
    for pointer, run in numbered("/runs", manifest.runs):
        name = run.configuration
        is_trial = name in searched and name not in own and name not in reported
        if is_trial and run.id not in listed and run.kind != "smoke":
            trials = manifest.find_configuration(name)
            yield Found(pointer, run=run.id, trials=trials.label if trials else name, searched=searched[name])


@rule(
    "RC1016",
    SHOULD,
    spec="configurations",
    since="1.0",
    says="configuration {configuration} was chosen by {metric} on {split}, which none of its trials recorded",
)
def trials_have_what_they_were_chosen_by(subject: Subject) -> Iterator[Found]:
    """The trials of a search SHOULD have recorded the metric that the choice was made on.

    Judged: each `search` with `selected_by` that neither RC0212 nor RC0812 objects to, and with `runs` that
        are all there and of which at least one has the status `ok`: none of those has a value, finite or not,
        of the metric with the split, or without any `split`; at the `selected_by`.
    Why: without it nobody can see that the best trial was chosen; often the choice was made on another split.
    Fix: correct what was chosen on, or declare the metric that the trials write in reprocrate.toml.
    """
    manifest = subject.well_formed
    for pointer, configuration in numbered("/configurations", manifest.configurations):
        search = configuration.search
        chosen = search.selected_by if search else None
        if not search or not chosen or _is_told_otherwise(manifest, configuration, chosen.split):
            continue
        runs = [manifest.find_run(name) for name in search.runs]
        ended = [run for run in runs if run and run.status == "ok"]
        if not ended or None in runs or not manifest.find_metric(chosen.metric):
            continue
        seen = {each.split for run in ended for each in run.metrics if each.metric == chosen.metric}
        if not seen & {chosen.split, None}:
            yield Found(
                f"{pointer}/search/selected_by",
                configuration=configuration.label,
                metric=chosen.metric,
                split=chosen.split,
            )


def _is_told_otherwise(manifest: Manifest, configuration: Configuration, split: str) -> bool:
    """Whether another rule says that nothing can be chosen on a split, or that there is none of its name."""
    wrong = reported_role(manifest, configuration, split)
    return wrong is not None or bool(data_without(manifest, split, None, configuration.id))


@rule(
    "RC1017",
    SHOULD,
    spec="configurations",
    since="1.0",
    says="configuration {configuration} has {name} {value}, which was not searched among {space}",
)
def choice_is_among_what_was_considered(subject: Subject) -> Iterator[Found]:
    """A hyper-parameter that was searched for SHOULD have one of the values that were considered.

    Judged: each name in `search.space` with a list of numbers and texts, one at least, that is also in the
        `hyperparameters` with a number or text: this is none of the list, numbers being compared by their
        double; and where the list is of two numbers, which may be bounds, it does not lie between them; at
        the hyper-parameter.
    Why: then it was chosen otherwise than is said, and the budget of the search is not that of the method.
    Fix: correct the value or the space, or say how it was chosen.
    """
    for pointer, configuration in numbered("/configurations", subject.well_formed.configurations):
        space = configuration.search.space if configuration.search else {}
        for name, value in configuration.hyperparameters.items():
            considered = space.get(name)
            if _is_plain(value) and isinstance(considered, list) and not _is_among(value, considered):
                place = pointer_to([*pointer[1:].split("/"), "hyperparameters", name])
                yield Found(
                    place, configuration=configuration.label, name=name, value=value, space=considered
                )


def _is_plain(value: object) -> bool:
    return isinstance(value, str | int | float) and not isinstance(value, bool)


def _is_among(value: Any, considered: list[Any]) -> bool:
    """Whether a value may be one of a list; of a list that holds anything else it always may."""
    if not considered or not all(map(_is_plain, considered)) or value in considered:
        return True
    numbers = [each for each in (value, *considered) if not isinstance(each, str)]
    return len(numbers) == len(considered) + 1 == 3 and min(considered) <= value <= max(considered)


@rule(
    "RC1020",
    SHOULD,
    spec="configurations",
    since="1.0",
    says="the grid of {configuration} has {points} points, but {trials} trials",
)
def grid_is_searched_to_the_end(subject: Subject) -> Iterator[Found]:
    """A search of the method `grid` SHOULD have as many trials as its space has points.

    Judged: each search with the `method` grid or grid search, whatever the case, `trials`, and a `space` of
        which every entry is a list with at least one value: the product of their lengths, equal values of a
        list counted once, is more than `trials` and than the number of `runs` that it lists; at the `trials`.
    Why: a grid of which a part was left out was searched in some other way, which a reader cannot tell.
    Fix: say how many trials were started, or name the method, such as random.
    """
    for pointer, configuration in numbered("/configurations", subject.well_formed.configurations):
        search = configuration.search
        if search is None or search.trials is None or not search.space:
            continue
        lists = [each for each in search.space.values() if isinstance(each, list | tuple) and each]
        is_grid = (search.method or "").strip().lower().replace("_", " ") in (
            "grid",
            "grid search",
            "gridsearch",
        )
        points = math.prod(len({repr(value) for value in each}) for each in lists)
        if is_grid and len(lists) == len(search.space) and points > max(search.trials, len(search.runs)):
            yield Found(
                f"{pointer}/search/trials",
                configuration=configuration.id,
                points=points,
                trials=search.trials,
            )


@rule(
    "RC1021",
    MUST,
    spec="configurations",
    since="1.0",
    says="configuration {configuration} has two variants {name}",
)
def variant_has_a_name_of_its_own(subject: Subject) -> Iterator[Found]:
    """Two variants of a configuration MUST NOT have the same name.

    Judged: each of the `variants` of a configuration whose `name` an earlier one has; at the `name`.
    Why: a variant is asked for by its name, and one of the two is then never run.
    Fix: give each a name of its own.
    """
    for pointer, configuration in numbered("/configurations", subject.well_formed.configurations):
        seen: set[str] = set()
        for place, variant in numbered(f"{pointer}/variants", configuration.variants):
            if variant.name in seen:
                yield Found(f"{place}/name", configuration=configuration.id, name=variant.name)
            seen.add(variant.name)
