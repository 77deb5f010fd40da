"""RC22: time series and finance."""

from __future__ import annotations

from collections.abc import Iterator

from reprocrate.manifest import Split
from reprocrate.validation.domains import holds, phrases, says_any, words_of
from reprocrate.validation.places import numbered
from reprocrate.validation.rule import MAY, SHOULD, Found, rule
from reprocrate.validation.settings import of_configuration, of_metric, of_preprocessing
from reprocrate.validation.subject import Subject
from reprocrate.validation.tested import is_argued, is_divided, reported_metrics, tested_data

IN_TIME = ("time-series", "finance")


@rule(
    "RC2251",
    SHOULD,
    spec="domain-guidance",
    since="1.0",
    says="nothing says of which times the splits of {data} are",
    domains=IN_TIME,
)
def splits_say_their_times(subject: Subject) -> Iterator[Found]:
    """In time series and finance, what was learned from and tested on SHOULD say its times (L3.1).

    Judged: each data of a result over runs or folds (found as in RC0212), not of kind `model`, that has
        splits of the roles `train` and `test`, unless `leakage` has an entry of type L3.1 or RC2252 objects
        to one of its splits: one of these splits has no `time_range`; at the data.
    Why: only with the times can anybody see that nothing was learned from the future (RC1409, RC1410).
    Fix: set `time_range` of each split in reprocrate.toml to its first and last time. If the splits are of
        different series over the same time, say so as the argument for L3.1 under `leakage`.
    """
    manifest = subject.well_formed
    if is_argued(manifest, "L3.1"):
        return
    for pointer, data in tested_data(manifest):
        is_said = all(split.time_range for split in data.splits if split.role in ("train", "test"))
        if is_divided(data) and not is_said and not any(map(_is_shuffled, data.splits)):
            yield Found(pointer, data=data.id)


@rule(
    "RC2252",
    SHOULD,
    spec="domain-guidance",
    since="1.0",
    says='split {split} of {data} was made by chance ("{how}")',
    domains=IN_TIME,
)
def splits_are_not_shuffled(subject: Subject) -> Iterator[Found]:
    """In time series and finance, splits SHOULD NOT be made by chance (L3.1).

    Judged: each split of the data that RC2251 judges whose `how` holds one of the words listed as `shuffled`
        in `domains.json` and none of those listed as `not_shuffled`, unless `leakage` has an entry of type
        L3.1; at the `how`.
    Why: with neighbours in time on either side, to predict an item is to read it off, as nobody can in use.
    Fix: divide by time: learn from what is older, test on what is newer. If whole series were drawn, say so
        as the argument for L3.1 under `leakage`.
    """
    manifest = subject.well_formed
    if is_argued(manifest, "L3.1"):
        return
    for pointer, data in tested_data(manifest):
        for place, split in numbered(f"{pointer}/splits", data.splits if is_divided(data) else ()):
            if _is_shuffled(split):
                yield Found(f"{place}/how", split=split.name, data=data.id, how=split.how)


def _is_shuffled(split: Split) -> bool:
    words = words_of(split.how or "")
    return holds(words, phrases("shuffled")) and not holds(words, phrases("not_shuffled"))


@rule(
    "RC2253",
    MAY,
    spec="domain-guidance",
    since="1.0",
    says="nothing says how far ahead {metric} is measured",
    domains=("time-series",),
)
def horizon_is_stated(subject: Subject) -> Iterator[Found]:
    """A metric of forecasts MAY say how far ahead they look.

    Judged: a manifest of which a keyword or the title holds one of the words listed as `forecasts` in
        `domains.json`: each metric that a result is of, where none of the words listed as `horizon` stands in
        its `definition`, in the name or text of a hyper-parameter or factor, or in an argument of the
        `command` of any configuration; at the metric.
    Why: an error for tomorrow says little about one for next year.
    Fix: say it in `definition` of the metric, or as a hyper-parameter `horizon`.
    """
    manifest = subject.well_formed
    if not says_any([manifest.experiment.title, *manifest.experiment.keywords], "forecasts"):
        return
    for pointer, metric in reported_metrics(manifest):
        if not says_any(of_metric(manifest, metric), "horizon"):
            yield Found(pointer, metric=metric.id)


@rule(
    "RC2254",
    SHOULD,
    spec="domain-guidance",
    since="1.0",
    says="nothing says what trading costs in {metric}",
    domains=("finance",),
)
def costs_of_trading_are_stated(subject: Subject) -> Iterator[Found]:
    """A metric of what trading earns SHOULD say which costs are taken off.

    Judged: each metric that a result is of, whose `id` or `name` holds one of the words listed as `trading`
        in `domains.json`: none of those listed as `costs` stands in its `definition`, in the name or text of
        a hyper-parameter or factor, in an argument of the `command` of any configuration, or in a step of
        `preprocessing`, its parameters included; at the metric.
    Why: strategies that trade often earn much on paper and nothing after fees and spreads.
    Fix: say it in `definition` of the metric, such as "after costs of 5 basis points a trade" or "before
        costs", or as a hyper-parameter `transaction_cost`.
    """
    manifest = subject.well_formed
    steps = [text for data in manifest.data for text in of_preprocessing(data)]
    settings = [text for each in manifest.configurations for text in of_configuration(each)]
    is_said = says_any([*steps, *settings], "costs")
    for pointer, metric in reported_metrics(manifest):
        is_of_trading = says_any([metric.id, metric.name], "trading")
        if is_of_trading and not is_said and not says_any([metric.definition], "costs"):
            yield Found(pointer, metric=metric.id)
