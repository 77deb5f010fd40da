"""RC22: public test sets and pre-trained weights, which several domains have in common."""

from __future__ import annotations

from collections.abc import Iterator

from reprocrate.manifest import Data
from reprocrate.validation.places import numbered
from reprocrate.validation.rule import MAY, SHOULD, Found, rule
from reprocrate.validation.subject import Subject
from reprocrate.validation.tested import tested_splits

WITH_BENCHMARKS = ("nlp", "vision", "graphs", "tabular")
WITH_WEIGHTS = ("nlp", "vision", "bioinformatics", "medicine")


@rule(
    "RC2201",
    SHOULD,
    spec="domain-guidance",
    since="1.0",
    says="nothing says whether the test split {split} of {data} is the official one",
    domains=WITH_BENCHMARKS,
)
def test_split_of_existing_data_says_whose_it_is(subject: Subject) -> Iterator[Found]:
    """A test split of data that others made SHOULD say in `how` whether it is the official one or one's own.

    Judged: each split of role `test` without `how`, of data of origin `existing` that is not of kind `model`,
        whose name is the `split` of a result over runs or folds, and which is the data of such a result
        (found as in RC0212); at the split.
    Why: numbers on the official test set can be set beside those of other papers, others cannot; and for some
        sets the official test labels are hidden, so that papers report on the validation set instead.
    Fix: set `how` of the split in reprocrate.toml, such as "official", "official validation set" or "random".
    """
    for place, data, split in tested_splits(subject.well_formed):
        if data.origin == "existing" and not split.how:
            yield Found(place, split=split.name, data=data.id)


@rule(
    "RC2202",
    SHOULD,
    spec="domain-guidance",
    since="1.0",
    says="nothing says which version of the weights {data} was used",
    domains=WITH_WEIGHTS,
)
def weights_name_their_revision(subject: Subject) -> Iterator[Found]:
    """Pre-trained weights SHOULD name their version, or have the digests of their files.

    Judged: each data of kind `model` without `version`, without a file that has a `sha256`, and without
        `remote`, whose revision RC0208 asks for; at the data.
    Why: models are replaced under the same name, and a rerun then starts from other weights.
    Fix: set `version` of the model in reprocrate.toml, or list its `files`.
    """
    for pointer, data in _weights(subject):
        if not data.version and not data.remote and not any(file.sha256 for file in data.files):
            yield Found(pointer, data=data.id)


@rule(
    "RC2203",
    MAY,
    spec="domain-guidance",
    since="1.0",
    says="nothing leads to what the weights {data} were trained on",
    domains=WITH_WEIGHTS,
)
def weights_say_what_they_were_trained_on(subject: Subject) -> Iterator[Found]:
    """Pre-trained weights MAY say what they were trained on, or name a card or paper that does.

    Judged: each data of kind `model` with neither `derived_from`, nor `citation`, nor a `doi` or `url` in
        `source`; at the data.
    Why: what a model has seen before decides whether a test set is new to it.
    Fix: name the training data in `derived_from`, or the model's paper or card in `citation` or `source`.
    """
    for pointer, data in _weights(subject):
        has_source = data.source is not None and bool(data.source.doi or data.source.url)
        if not data.derived_from and not data.citation and not has_source:
            yield Found(pointer, data=data.id)


def _weights(subject: Subject) -> Iterator[tuple[str, Data]]:
    for pointer, data in numbered("/data", subject.well_formed.data):
        if data.kind == "model":
            yield pointer, data
