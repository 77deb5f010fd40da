"""RC22: bioinformatics and medicine.

What these rules ask for is a small part of what TRIPOD+AI (Collins et al. 2024) and DOME (Walsh et al. 2021)
do; they are to be answered besides.
"""

from __future__ import annotations

from collections.abc import Iterator

from reprocrate.manifest import Data, Split
from reprocrate.validation.domains import says_any
from reprocrate.validation.rule import MAY, SHOULD, Found, rule
from reprocrate.validation.subject import Subject
from reprocrate.validation.tested import is_argued, is_divided, reported_metrics, tested_data

LIFE = ("bioinformatics", "medicine")
MEDICINE = ("medicine",)


@rule(
    "RC2241",
    SHOULD,
    spec="domain-guidance",
    since="1.0",
    says="nothing says whether items of one patient or group are in several splits of {data}",
    domains=LIFE,
)
def splits_keep_groups_together(subject: Subject) -> Iterator[Found]:
    """In bioinformatics and medicine, splits SHOULD say by which group they were made (L3.2).

    Judged: each data of a result over runs or folds (found as in RC0212), not of kind `model`, that has
        splits of the roles `train` and `test`, unless `leakage` has an entry of type L3.2: none of its splits
        has a `group_key`, or a word listed as `groups` in `domains.json` in its `how`; at the data.
    Why: several records of one patient, or sequences of one family, are alike; divided between training and
        test they make a model look better than it is on new patients.
    Fix: set `group_key` of the splits in reprocrate.toml to the field that was kept together, such as
        patient_id. If every item is a group of its own, say so as the argument for L3.2 under `leakage`.
    """
    manifest = subject.well_formed
    if is_argued(manifest, "L3.2"):
        return
    for pointer, data in tested_data(manifest):
        if is_divided(data) and not any(_keeps_groups(split) for split in data.splits):
            yield Found(pointer, data=data.id)


def _keeps_groups(split: Split) -> bool:
    return bool(split.group_key) or says_any([split.how], "groups")


@rule(
    "RC2242",
    SHOULD,
    spec="domain-guidance",
    since="1.0",
    says="nothing says whether {data} is about people",
    domains=MEDICINE,
)
def data_says_whether_it_is_about_people(subject: Subject) -> Iterator[Found]:
    """In medicine, data that results are on SHOULD say whether it is about people.

    Judged: each data of a result over runs or folds (found as in RC0212), not of kind `model` nor of origin
        `generated`, without `human_subjects`; at the data.
    Why: what else is to be said, on consent, protection and use, depends on it.
    Fix: set `human_subjects` of the data to true or false in reprocrate.toml.
    """
    for pointer, data in tested_data(subject.well_formed):
        if data.human_subjects is None and data.origin != "generated":
            yield Found(pointer, data=data.id)


@rule(
    "RC2243",
    SHOULD,
    spec="domain-guidance",
    since="1.0",
    says="nothing says who approved the use of {data}, which is about people",
    domains=MEDICINE,
)
def use_of_patient_data_was_approved(subject: Subject) -> Iterator[Found]:
    """In medicine, data about people that is new or not open SHOULD go with the approval of its use.

    Judged: a manifest whose `ethics` is absent or has no `irb`, and does not have `human_subjects` true
        (which RC1703 judges): each data with `human_subjects` true that is of origin `new` or whose
        `access.level` is not `open`; at the data.
    Why: journals and ethics committees ask for it, and whoever reruns the study needs the same.
    Fix: set `irb` under [ethics] in reprocrate.toml: board and protocol, consent, or why none was needed.
    """
    ethics = subject.well_formed.ethics
    if ethics and (ethics.irb or ethics.human_subjects):
        return
    for index, data in enumerate(subject.well_formed.data):
        if data.human_subjects and (data.origin == "new" or _is_closed(data)):
            yield Found(f"/data/{index}", data=data.id)


def _is_closed(data: Data) -> bool:
    return data.access is not None and data.access.level != "open"


@rule(
    "RC2244",
    MAY,
    spec="domain-guidance",
    since="1.0",
    says="every result is on data that was learned from as well: {data}",
    domains=MEDICINE,
)
def external_validation_is_named(subject: Subject) -> Iterator[Found]:
    """In medicine, a result on data from elsewhere than the training data MAY show that a model carries over.

    Judged: a manifest with results over runs or folds on some data (found as in RC0212), not of kind `model`,
        each of which has a split of role `train`, unless `ethics` has `limits`; once, at the `results`.
    Why: models of one hospital often fail in the next; TRIPOD+AI asks which validation was done.
    Fix: report a result on data of another site or time, or say under [ethics] in `limits` that there is
        none.
    """
    manifest = subject.well_formed
    tested = [data for _, data in tested_data(manifest)]
    if not tested or (manifest.ethics and manifest.ethics.limits):
        return
    if all(any(split.role == "train" for split in data.splits) for data in tested):
        yield Found("/results", data=[data.id for data in tested])


@rule(
    "RC2245",
    MAY,
    spec="domain-guidance",
    since="1.0",
    says="{metric} is reported alone, which rare diseases hardly change",
    domains=MEDICINE,
)
def accuracy_does_not_stand_alone(subject: Subject) -> Iterator[Found]:
    """In medicine, an accuracy MAY be reported beside a metric that a rare class counts in.

    Judged: each metric that a result is of, whose `id` or `name` holds one of the words listed as `accuracy`
        in `domains.json`, where no metric that a result is of holds one of those listed as `balanced`; at the
        metric.
    Why: where one patient in a hundred is ill, whoever calls all of them healthy is right in 99 of 100 cases.
    Fix: report sensitivity and specificity, the area under a curve, or calibration as well.
    """
    metrics = list(reported_metrics(subject.well_formed))
    if says_any([text for _, each in metrics for text in (each.id, each.name)], "balanced"):
        return
    for pointer, metric in metrics:
        if says_any([metric.id, metric.name], "accuracy"):
            yield Found(pointer, metric=metric.id)


@rule(
    "RC2246",
    MAY,
    spec="domain-guidance",
    since="1.0",
    says="nothing says which release of {data} was used",
    domains=("bioinformatics",),
)
def reference_data_names_its_release(subject: Subject) -> Iterator[Found]:
    """In bioinformatics, data that others made MAY name its release, such as that of a reference genome.

    Judged: each data of origin `existing`, not of kind `model`, without `version`, `remote.revision` and
        `source.doi`; at the data.
    Why: coordinates and annotations change from release to release, and digests tell a reader nothing.
    Fix: set `version` of the data in reprocrate.toml, such as "GRCh38.p14" or "UniProt 2026_04".
    """
    for index, data in enumerate(subject.well_formed.data):
        revision = data.remote.revision if data.remote else None
        doi = data.source.doi if data.source else None
        if data.origin == "existing" and data.kind != "model" and not (data.version or revision or doi):
            yield Found(f"/data/{index}", data=data.id)


@rule(
    "RC2247",
    MAY,
    spec="domain-guidance",
    since="1.0",
    says="no checklist of a reporting guideline is answered",
    domains=LIFE,
)
def reporting_guideline_is_answered(subject: Subject) -> Iterator[Found]:
    """In bioinformatics and medicine, the checklist of a reporting guideline MAY be answered.

    Judged: a manifest with results, where no entry of `checklists` has a `policy` that holds one of the words
        listed as `guidelines` in `domains.json`; once, at the manifest.
    Why: TRIPOD+AI asks for 27 items of a prediction model, DOME for data, optimisation, model and evaluation;
        most of them no program can see.
    Fix: answer the one that fits under `checklists` in reprocrate.toml, with a policy such as
        "tripod-ai-2024" or "dome".
    """
    manifest = subject.well_formed
    if manifest.results and not says_any([each.policy for each in manifest.checklists], "guidelines"):
        yield Found("")
