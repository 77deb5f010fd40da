"""RC20: leakage that can be seen in the author's code, by the taxonomy that RC14 follows."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from reprocrate.validation.rule import SHOULD, Found, Need, rule
from reprocrate.validation.sighted import told
from reprocrate.validation.subject import Subject


@rule(
    "RC2020",
    SHOULD,
    spec="source-code",
    since="1.0",
    says="{name} is fitted on all of {data}, of which {split} at line {at_line} makes the test data{at}",
    needs=Need.TREE,
)
def preprocessing_is_fitted_after_the_split(subject: Subject) -> Iterator[Found]:
    """Preprocessing SHOULD be fitted after the data is split, on the training part alone (L1.2).

    Judged: in each file and function, from top to bottom, each `fit` or `fit_transform` of a transformer
        under `learned`, `scaling`, in `schema/1.0/source-names.json`, or of a pipeline that is made with one,
        on a variable without "train" in its name. What it gives, or a plain copy or part of that, is given to
        `train_test_split`, to `split` of a splitter or to cross-validation of scikit-learn; or the variable
        is split and its parts are transformed by it. At the call that fits.
    Why: means, ranges and components of the test data are then part of what the model learns from.
    Fix: split first; then fit on the training part and only transform the test part, or put the step into a
        `Pipeline` that is fitted as a whole.
    """
    from reprocrate.validation.source.flow import fitted_before_split

    yield from told(subject, "RC2020", partial(fitted_before_split, kind="scaling"))


@rule(
    "RC2021",
    SHOULD,
    spec="source-code",
    since="1.0",
    says="{name} selects by all of {data}, of which {split} at line {at_line} makes the test data{at}",
    needs=Need.TREE,
)
def features_are_selected_after_the_split(subject: Subject) -> Iterator[Found]:
    """Features SHOULD be selected after the data is split, by the training part alone (L1.3).

    Judged: as RC2020, with the transformers under `selection`.
    Why: features that happen to fit the test items make any model look better on them, even on random labels.
    Fix: select features on the training part, within each fold of a cross-validation: put the step into a
        `Pipeline`.
    """
    from reprocrate.validation.source.flow import fitted_before_split

    yield from told(subject, "RC2021", partial(fitted_before_split, kind="selection"))


@rule(
    "RC2022",
    SHOULD,
    spec="source-code",
    since="1.0",
    says="{name} makes items of all of {data}, of which {split} at line {at_line} makes the test data{at}",
    needs=Need.TREE,
)
def items_are_resampled_after_the_split(subject: Subject) -> Iterator[Found]:
    """Items SHOULD be made or repeated after the data is split, in the training part alone (L1.4).

    Judged: as RC2020, with `fit_resample` of those under `resampling`.
    Why: an item made of two neighbours, or repeated, lies in the training part beside its origin in the test
        part.
    Fix: split first and resample the training part only; in a cross-validation use the pipeline of imblearn.
    """
    from reprocrate.validation.source.flow import fitted_before_split

    yield from told(subject, "RC2022", partial(fitted_before_split, kind="resampling"))


@rule(
    "RC2023",
    SHOULD,
    spec="source-code",
    since="1.0",
    says="training is stopped or its best state kept ({how}) by {name}, which is named as a test split{at}",
    needs=Need.TREE,
)
def test_split_does_not_stop_training(subject: Subject) -> Iterator[Found]:
    """Training SHOULD NOT be stopped, nor its best state chosen, by a test split (L1.1).

    Judged: each call of `fit` or `train` whose `eval_set`, `validation_data`, `valid_sets` or `evals` has a
        variable that is named as a test split (see the chapter) and none named as validation data, with
        `early_stopping_rounds` there or where the model is made, a callback for early stopping of Keras,
        LightGBM, XGBoost or Lightning, or `ModelCheckpoint` of Keras with `save_best_only=True`; of CatBoost
        unless `use_best_model` is False. At the call.
    Why: the score on the test split is then the best of many, and no longer an estimate for new data.
    Fix: split off a validation part of the training data, and stop by that.
    """
    from reprocrate.validation.source.testing import stopped_early_on_test

    yield from told(subject, "RC2023", stopped_early_on_test)


@rule(
    "RC2024",
    SHOULD,
    spec="source-code",
    since="1.0",
    says="{name} searches for settings on {data}, which is named as a test split{at}",
    needs=Need.TREE,
)
def test_split_is_not_searched_on(subject: Subject) -> Iterator[Found]:
    """Settings SHOULD NOT be searched for on a test split (L1.1).

    Judged: each call of `fit` of a search of `sklearn.model_selection` whose first argument is a variable
        that is named as a test split, or a part of one; at the call.
    Why: settings that were chosen on the test split fit its items, and the score on it says nothing about
        others.
    Fix: search on the training split, by cross-validation, and measure once on the test split.
    """
    from reprocrate.validation.source.testing import searched_on_test

    yield from told(subject, "RC2024", searched_on_test)


@rule(
    "RC2025",
    SHOULD,
    spec="source-code",
    since="1.0",
    says="the best is chosen by {score}, a score on a test split{at}",
    needs=Need.TREE,
)
def best_is_not_chosen_by_the_test_split(subject: Subject) -> Iterator[Found]:
    """A model, an epoch or a setting SHOULD NOT be chosen by its score on a test split (L1.1).

    Judged: each condition that compares a variable by order with one that has "best" in its name, in a
        function or in a loop, where the variable is named as one of a test, or every value that it is
        assigned is of a call with an argument named as a test split and none named as validation data; and
        whose branch assigns it to a variable with "best" in its name and saves something, or assigns another
        such variable. At the condition.
    Why: the best of many scores on the test split is better than the score on new data, by how many there
        were.
    Fix: choose by a validation split; measure the one that was chosen on the test split, once.
    """
    from reprocrate.validation.source.testing import best_by_test

    yield from told(subject, "RC2025", best_by_test)


@rule(
    "RC2026",
    SHOULD,
    spec="source-code",
    since="1.0",
    says="{name} acts otherwise in training, and {program} never switches to evaluation{at}",
    needs=Need.TREE,
)
def model_is_switched_to_evaluation(subject: Subject) -> Iterator[Found]:
    """A program that tests a model with dropout or batch norm SHOULD switch it to evaluation (PyTorch).

    Judged: each program that calls `backward` and `step`, makes a layer of `torch.nn` whose name begins with
        Dropout, AlphaDropout or BatchNorm, and reads a variable named as a test split, where nothing calls
        `eval`, calls `train` with an argument or sets `training`, and that does not use Lightning,
        Transformers or Accelerate; once, at the first such layer.
    Why: dropout then disturbs the test, and batch normalisation makes each prediction depend on the other
        items of its batch, which are test items.
    Fix: call `model.eval()` before the test, within `torch.no_grad()`, and `model.train()` after it.
    """
    from reprocrate.validation.source.testing import never_evaluating

    yield from told(subject, "RC2026", never_evaluating)


@rule(
    "RC2027", SHOULD, spec="source-code", since="1.0", says="{name} is fitted on {data}{at}", needs=Need.TREE
)
def test_split_is_only_transformed(subject: Subject) -> Iterator[Found]:
    """A test split SHOULD only be transformed by what was fitted on the training split (L1.2).

    Judged: each `fit`, `fit_transform` or `fit_resample` of a transformer under `learned` in
        `schema/1.0/source-names.json` whose first argument is a variable that is named as a test split, or a
        part of one; at the call.
    Why: the test data is then scaled by itself, otherwise than what the model was trained on, and as no
        single new item could be.
    Fix: call `transform` on the test split, of the transformer that was fitted on the training split.
    """
    from reprocrate.validation.source.testing import fitted_on_test

    yield from told(subject, "RC2027", fitted_on_test)
