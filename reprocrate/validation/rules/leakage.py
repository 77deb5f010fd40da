"""RC14: leakage, by the taxonomy of Kapoor and Narayanan (2023): whether the test set stayed unseen.

Kapoor, S. and Narayanan, A. (2023). Leakage and the reproducibility crisis in machine-learning-based science.
Patterns 4(9), 100804.

Where `leakage` says why a type does not apply, the rules of that type whose finding is a matter of judgement
are content: a paper on optimisation may claim a training loss. What no argument changes is always judged:
feature selection on the test set, and items that are in both sets.
"""

from __future__ import annotations

from collections.abc import Iterator

from reprocrate.manifest import Claim, Manifest, Preprocessing, Result, Split
from reprocrate.validation.digests import EMPTY, item_digests
from reprocrate.validation.item_pairs import share_items
from reprocrate.validation.places import numbered
from reprocrate.validation.rule import MUST, SHOULD, CannotAssessError, Found, Need, rule
from reprocrate.validation.split_roles import data_of, pairs_of, role_of
from reprocrate.validation.subject import Subject


def _is_argued(manifest: Manifest, kind: str) -> bool:
    """Whether the authors say why a type of leakage does not apply."""
    return any(entry.type == kind for entry in manifest.leakage)


def _claimed(manifest: Manifest) -> Iterator[tuple[str, Claim, list[Result]]]:
    """The evidence of every claim with the results of runs or folds behind it."""
    for pointer, claim in numbered("/claims", manifest.claims):
        for place, name in numbered(f"{pointer}/evidence", claim.evidence):
            yield place, claim, _behind(manifest, name)


def _behind(manifest: Manifest, name: str) -> list[Result]:
    comparison = manifest.find_comparison(name)
    waiting = [comparison.a, comparison.b] if comparison else [name]
    found: dict[str, Result] = {}
    for each in waiting:
        result = manifest.find_result(each)
        if result and each not in found:
            found[each] = result
            waiting.extend(result.results if result.over == "results" else ())
    return [result for result in found.values() if result.over != "results"]


def _on_a(role: str, manifest: Manifest) -> Iterator[Found]:
    if _is_argued(manifest, "L1.1"):
        return
    for place, claim, results in _claimed(manifest):
        wrong = [result for result in results if role_of(manifest, result) == role]
        if wrong:
            yield Found(place, claim=claim.id, result=wrong[0].id, split=wrong[0].split)


@rule(
    "RC1401",
    MUST,
    spec="leakage",
    since="1.0",
    says="claim {claim} rests on result {result}, which is on the training split {split}",
)
def claim_does_not_rest_on_training_data(subject: Subject) -> Iterator[Found]:
    """A claim MUST NOT rest on results on a split that was learned from (L1.1).

    Judged: each entry of a claim's `evidence`, unless `leakage` has an entry of type L1.1: the results behind
        it, which are the result, both sides of a comparison, and in place of a result over results those that
        it aggregates. The role of a result's split is the one that its data (found as in RC0212) declares for
        a split of this name: if none does, a split named `train`, `validation` or `test` has the role of that
        name; if they declare several roles, or the data that is named is not there, it has none. One finding
        for each entry, at the entry.
    Why: a model can learn its training data by heart, so the result says nothing about new data.
    Fix: claim a result on a test split. If the training data itself is what the claim is about, say so as
        the argument for L1.1 under `leakage`.
    """
    yield from _on_a("train", subject.well_formed)


@rule(
    "RC1402",
    SHOULD,
    spec="leakage",
    since="1.0",
    says="claim {claim} rests on result {result}, which is on the validation split {split}",
)
def claim_does_not_rest_on_validation_data(subject: Subject) -> Iterator[Found]:
    """A claim SHOULD NOT rest on results on a split that was selected on (L1.1).

    Judged: as RC1401, with the role `validation`; at the entry of `evidence`.
    Why: the best of several models on a split is better on it than on new data.
    Fix: claim a result on a test split that chose nothing. If nothing was chosen, say so as the argument for
        L1.1 under `leakage`.
    """
    yield from _on_a("validation", subject.well_formed)


@rule(
    "RC1403",
    SHOULD,
    spec="leakage",
    since="1.0",
    says="claim {claim} rests on result {result}, which names none of the splits of {data}{none}",
)
def claimed_result_names_its_test_split(subject: Subject) -> Iterator[Found]:
    """Where data declares splits, a result that a claim rests on SHOULD name its test split (L1.1).

    Judged: each entry of a claim's `evidence`, unless `leakage` has an entry of type L1.1: each result behind
        it (see RC1401) that is not over folds and has no `split`, where any of its data (found as in RC0212)
        has splits; one finding for each entry, at the entry.
    Why: a number on all of the data, or on an unknown part of it, includes what was learned from.
    Fix: declare a split with the role test, and name it as the metric's `split` in reprocrate.toml.
    """
    manifest = subject.well_formed
    if _is_argued(manifest, "L1.1"):
        return
    for place, claim, results in _claimed(manifest):
        for result in results:
            data = [each for each in data_of(manifest, result.data, result.configuration) if each.splits]
            if data and result.split is None and result.over != "folds":
                has_test = any(split.role == "test" for each in data for split in each.splits)
                none = "" if has_test else ", none of which is a test split"
                names = [each.id for each in data]
                yield Found(place, claim=claim.id, result=result.id, data=names, none=none)
                break


def _fitted_on_test(manifest: Manifest) -> Iterator[tuple[str, Preprocessing, str, str]]:
    """Preprocessing that was fitted on a test split: the place, the step, the data and the split."""
    for pointer, data in numbered("/data", manifest.data):
        tests = {split.name for split in data.splits if split.role == "test"}
        for place, step in numbered(f"{pointer}/preprocessing", data.preprocessing):
            for inner, split in numbered(f"{place}/fit_on", step.fit_on):
                if split in tests:
                    yield inner, step, data.id, split


@rule(
    "RC1404",
    MUST,
    spec="leakage",
    since="1.0",
    says='the features of data {data} were selected on its test split {split} ("{step}")',
)
def features_are_not_selected_on_the_test_split(subject: Subject) -> Iterator[Found]:
    """Features MUST NOT be selected on a test split (L1.3).

    Judged: each entry of `fit_on`, of a step of kind `feature_selection`, that names a split of role `test`
        of the same data, whatever is argued; at the entry.
    Why: features that happen to fit the test items make every method that uses them look better there.
    Fix: select the features on the training split alone, and run again.
    """
    for place, step, data, split in _fitted_on_test(subject.well_formed):
        if step.kind == "feature_selection":
            yield Found(place, step=step.step, data=data, split=split)


@rule(
    "RC1405",
    SHOULD,
    spec="leakage",
    since="1.0",
    says='"{step}" was fitted on the test split {split} of data {data}',
)
def preprocessing_is_not_fitted_on_the_test_split(subject: Subject) -> Iterator[Found]:
    """Preprocessing SHOULD NOT be fitted on a test split (L1.2).

    Judged: each entry of `fit_on`, of a step of any other kind or none, that names a split of role `test` of
        the same data, unless `leakage` has an entry of type L1.2; at the entry.
    Why: the test set is to stand for data that nobody has seen. For rescaling the effect was found to be
        small (arXiv 2604.04199), so this is a warning; for other steps nobody knows.
    Fix: fit the step on the training split alone and run again, or say why it does no harm as the argument
        for L1.2 under `leakage`.
    """
    manifest = subject.well_formed
    if _is_argued(manifest, "L1.2"):
        return
    for place, step, data, split in _fitted_on_test(manifest):
        if step.kind != "feature_selection":
            yield Found(place, step=step.step, data=data, split=split)


@rule(
    "RC1406",
    SHOULD,
    spec="leakage",
    since="1.0",
    says='nothing says which splits of data {data} "{step}" was fitted on',
)
def learned_preprocessing_says_what_it_was_fitted_on(subject: Subject) -> Iterator[Found]:
    """Of data with splits, normalisation and feature selection SHOULD say what they are fitted on (L1.2).

    Judged: each step of kind `normalisation` or `feature_selection` without `fit_on`, of data with splits,
        unless `leakage` has an entry of type L1.2 or L1.3, respectively; at the step.
    Why: only then can anybody see that the test set stayed out of it.
    Fix: set `fit_on` for the step in reprocrate.toml. A step that learns nothing from the data, such as a
        division by 255, is of the kind other.
    """
    manifest = subject.well_formed
    for pointer, data in numbered("/data", manifest.data):
        for place, step in numbered(f"{pointer}/preprocessing", data.preprocessing):
            kind = {"normalisation": "L1.2", "feature_selection": "L1.3"}.get(step.kind or "")
            if data.splits and kind and not step.fit_on and not _is_argued(manifest, kind):
                yield Found(place, step=step.step, data=data.id)


@rule(
    "RC1407",
    MUST,
    spec="leakage",
    since="1.0",
    says="splits {first} and {second} of data {data} hold the same items",
)
def splits_are_not_the_same(subject: Subject) -> Iterator[Found]:
    """Splits with different roles MUST NOT have `digests` files of the same SHA-256 (L1.4).

    Judged: each two splits of the same data with different roles whose `digests` have the same `sha256`,
        which is not that of an empty file, whatever is argued; at the `digests` of the later role, in the
        order train, validation, test.
    Why: the same digests are the same items, so what was learned or chosen on one was tested on itself.
    Fix: divide the data anew, or correct which file belongs to which split.
    """
    for pointer, data in numbered("/data", subject.well_formed.data):
        for _, first, j, second in pairs_of(data):
            if _have_the_same_file(first, second):
                place = f"{pointer}/splits/{j}/digests"
                yield Found(place, first=first.name, second=second.name, data=data.id)


def _have_the_same_file(first: Split, second: Split) -> bool:
    digests = {split.digests.sha256 if split.digests else None for split in (first, second)}
    return len(digests) == 1 and not digests & {None, EMPTY}


@rule(
    "RC1408",
    SHOULD,
    spec="leakage",
    since="1.0",
    says="{n} of the {of} items of split {second} of data {data} ({share}) are also in split {first}, "
    "such as {examples}",
    needs=Need.FILES,
)
def splits_share_no_items(subject: Subject) -> Iterator[Found]:
    """A test split SHOULD NOT share items with a split that was learned from or selected on (L1.4).

    Judged: each split of role `test` and each split of another role of the same data, both with `digests`
        files that travel and are there, and of which RC1407 does not say that they are the same: lines that
        are in both; one finding for each two splits, at the `digests` of the test split. Files of another
        form are not judged, as in RC0214, nor are two splits whose `files` show items in both: RC1419 tells
        of these.
    Why: items that a model was trained on are easier for it than new ones, so the result is too good.
    Fix: remove the items from one of the two splits and run again.
    """
    unclear: dict[str, None] = {}
    for pointer, data in numbered("/data", subject.well_formed.data):
        for i, first, j, second in pairs_of(data):
            if second.role != "test" or _have_the_same_file(first, second):
                continue
            try:
                shared, of = _shared(subject, first, second)
            except CannotAssessError as error:
                unclear[str(error)] = None
                continue
            if shared and not share_items(subject, pointer, i, j):
                yield Found(
                    f"{pointer}/splits/{j}/digests",
                    n=len(shared),
                    of=of,
                    share=f"{100 * len(shared) / of:.3g} %",
                    first=first.name,
                    second=second.name,
                    data=data.id,
                    examples=[each[:12].decode() + "..." for each in shared[:3]],
                )
    if unclear:
        raise CannotAssessError(" ".join(unclear))


def _shared(subject: Subject, first: Split, second: Split) -> tuple[list[bytes], int]:
    """The items of the second split that the first has too, and how many items the second split has."""
    if first.digests is None or second.digests is None:
        return [], 0
    tested = item_digests(subject.given_files, second.digests)
    others = item_digests(subject.given_files, first.digests)
    if tested is None or others is None:
        return [], 0
    known = set(others)
    return [each for each in tested if each in known], len(tested)


@rule(
    "RC1412",
    SHOULD,
    spec="leakage",
    since="1.0",
    says='the argument for {type} names "{name}", which is no declared file, result or comparison',
)
def argument_names_its_evidence(subject: Subject) -> Iterator[Found]:
    """The evidence of an argument about leakage SHOULD be files, results or comparisons of the manifest.

    Judged: each entry of `evidence` in `leakage` that is neither the place in the bundle of a file of RC0701,
        whether that travels or not, nor the id of a result or comparison; at the entry.
    Why: an argument whose evidence nobody can find is an assertion.
    Fix: correct the name; put what is no file and no result into the argument's text.
    """
    manifest = subject.well_formed
    for pointer, entry in numbered("/leakage", manifest.leakage):
        for place, name in numbered(f"{pointer}/evidence", entry.evidence):
            is_known = manifest.find_result(name) or manifest.find_comparison(name)
            if not is_known and all(name != declared.place for declared in subject.declared):
                yield Found(place, type=entry.type, name=name)
