"""RC14: leakage that the description of splits and steps shows in so many words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from reprocrate.manifest import Data, Split
from reprocrate.validation.digests import EMPTY
from reprocrate.validation.places import numbered
from reprocrate.validation.rule import SHOULD, Found, rule
from reprocrate.validation.split_roles import pairs_of
from reprocrate.validation.subject import Subject


@rule(
    "RC1424",
    SHOULD,
    spec="leakage",
    since="1.0",
    says="splits {first} and {second} of {data} are both said to hold {what}",
)
def splits_are_of_different_rows(subject: Subject) -> Iterator[Found]:
    """Splits with different roles SHOULD NOT be declared to be the same rows of the same files (L1.4).

    Judged: each two splits of some data with different roles that both name `files`, of which one file, or
        two of the same SHA-256, other than that of no bytes, is in both: neither has `where` nor `arrays`; or
        both have a `where` with the same `column`, neither has `arrays`, and a value is in both; or both name
        an array of the same name, and neither has `where`. And where the two name different paths with the
        same SHA-256, whatever `where` and `arrays` say. At the one tested on, or else the later one.
    Why: a split without `where` and `arrays` is all of its files, so what is tested on was learned from.
    Fix: say by `where` or `arrays` which rows belong to each split, or name the file of each.
    """
    for pointer, data in numbered("/data", subject.well_formed.data):
        for _, first, place, second in pairs_of(data):
            what = _shared(data, first, second)
            if what:
                yield Found(
                    f"{pointer}/splits/{place}", first=first.name, second=second.name, data=data.id, what=what
                )


def _shared(data: Data, first: Split, second: Split) -> str:
    """What two splits have in common by their declarations; empty where nothing."""
    file = _same_file(data, first, second)
    if not file:
        return ""
    if file not in second.files:
        return f"the bytes of {file}, under another name"
    if first.arrays and second.arrays and not first.where and not second.where:
        arrays = [name for name in first.arrays if name in second.arrays]
        return f"the array {arrays[0]} of {file}" if arrays else ""
    if first.arrays or second.arrays:
        return ""
    if first.where and second.where:
        values = [each for each in first.where.values if each in second.where.values]
        is_same = bool(values) and first.where.column == second.where.column
        return f"the rows of {file} with {first.where.column} {values[0]}" if is_same else ""
    return "" if first.where or second.where else f"all of {file}"


def _same_file(data: Data, first: Split, second: Split) -> str:
    digests = {file.path: file.sha256 for file in data.files if file.sha256 not in (None, EMPTY)}
    for path in first.files:
        for other in second.files:
            if path == other or digests.get(path, path) == digests.get(other, other):
                return path
    return ""


_BEFORE = re.compile(
    r"\b(?:before|prior to|ahead of)\s+(?:the\s+)?(?:train[- /]?test\s+|data\s+)?split(?:ting)?\b"
    r"|\b(?:whole|entire|full|complete)\s+(?:data\s?set|dataset|data|corpus)\b"
    r"|\b(?:all|both)\s+(?:of\s+)?(?:the\s+)?splits\b"
    r"|\btrain(?:ing)?\s+(?:and|\+|&)\s+test\b",
    re.IGNORECASE,
)
_NOT = re.compile(r"\b(?:not|never|no|except|without|after|instead|other than)\b|n't\b", re.IGNORECASE)
_ESTIMATED = {"normalisation": "L1.2", "feature_selection": "L1.3", "augmentation": "L1.4"}
"""Kinds of steps that must not see the test split, and the type of leakage that they make."""


@rule(
    "RC1425",
    SHOULD,
    spec="leakage",
    since="1.0",
    says='the {kind} of {data} is said to be of more than what was learned from: "{step}"',
)
def step_is_of_the_training_split(subject: Subject) -> Iterator[Found]:
    """What rescales, chooses or makes items SHOULD NOT be said to be done before the data is split (L1.2).

    Judged: each step of `preprocessing` of kind `normalisation`, `feature_selection` or `augmentation`, of
        data with splits, unless `leakage` has an entry of type L1.2, L1.3 or L1.4, in this order, whose
        `fit_on` is absent or empty: its `step`, or a text in its `parameters`, says in English before (prior
        to, ahead of) the split or splitting; whole, entire, full or complete data or corpus; all or both
        splits; or train (or training) and test; and no word that denies it (not, never, no, except, without,
        after, instead, other than); at the step.
    Why: means, chosen columns and items made from others then know the test items.
    Fix: split first, and estimate from the training split alone; or say in `fit_on` what the step saw.
    """
    manifest = subject.well_formed
    argued = {entry.type for entry in manifest.leakage}
    for pointer, data in numbered("/data", manifest.data):
        for place, step in numbered(f"{pointer}/preprocessing", data.preprocessing if data.splits else ()):
            if step.kind not in _ESTIMATED or step.fit_on or _ESTIMATED[step.kind] in argued:
                continue
            texts = [step.step, *(text for text in step.parameters.values() if isinstance(text, str))]
            if any(_BEFORE.search(text) and not _NOT.search(text) for text in texts):
                yield Found(place, kind=step.kind, data=data.id, step=step.step)


_CHOOSING = re.compile(
    r"monitor|early_?stop|model_?select|select(?:ed|ion)?_(?:by|on|metric|split)|checkpoint_(?:metric|on|by)"
    r"|best_(?:by|on|metric)|patience_(?:on|metric)|tun(?:ed|ing)_on|metric_for_best_model",
    re.IGNORECASE,
)
_TEST = re.compile(r"(?:^|[^a-z])test(?:$|[^a-z])", re.IGNORECASE)
_DEEPEST = 4


@rule(
    "RC1426",
    SHOULD,
    spec="leakage",
    since="1.0",
    says="configuration {configuration} sets {name} to {value}, so it was chosen on the test split",
)
def nothing_is_chosen_on_the_test_split(subject: Subject) -> Iterator[Found]:
    """A hyper-parameter SHOULD NOT say that something was stopped or chosen by the test split (L1.1).

    Judged: each of the `hyperparameters`, and what lies up to four deep in objects there, unless `leakage`
        has an entry of type L1.1: its name, or that of an object around it, holds `monitor`, `early_stop`,
        `model_select`, `metric_for_best_model`, `tuned_on` or the like, and it is a text that has the word
        test; at the hyper-parameter.
    Why: the test split is then part of what was optimised, and the result on it is too good.
    Fix: stop and choose by a validation split, run again, and test once.
    """
    manifest = subject.well_formed
    if any(entry.type == "L1.1" for entry in manifest.leakage):
        return
    for pointer, configuration in numbered("/configurations", manifest.configurations):
        for name, value in configuration.hyperparameters.items():
            chosen = next(_chosen(name, value, False, 0), None)
            if chosen is not None:
                key = name.replace("~", "~0").replace("/", "~1")
                yield Found(
                    f"{pointer}/hyperparameters/{key}",
                    configuration=configuration.id,
                    name=name,
                    value=chosen,
                )


def _chosen(name: str, value: Any, is_inside: bool, depth: int) -> Iterator[str]:
    is_choosing = is_inside or _CHOOSING.search(name) is not None
    if isinstance(value, str) and is_choosing and _TEST.search(value):
        yield value
    elif isinstance(value, Mapping) and depth < _DEEPEST:
        for key, inner in value.items():
            yield from _chosen(str(key), inner, is_choosing, depth + 1)
