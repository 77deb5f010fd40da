"""RC02: the splits of data, and what names them."""

from __future__ import annotations

from collections.abc import Iterator

from reprocrate.manifest import Manifest
from reprocrate.validation.digests import digests_do_not_fit, item_digests
from reprocrate.validation.places import numbered
from reprocrate.validation.rule import MUST, SHOULD, CannotAssessError, Found, Need, rule
from reprocrate.validation.split_roles import data_without
from reprocrate.validation.subject import Subject
from reprocrate.validation.times import moment


@rule(
    "RC0210",
    MUST,
    spec="data",
    since="1.0",
    says="split {split} of data {data} ends at {last}, before {first}",
)
def time_range_is_in_order(subject: Subject) -> Iterator[Found]:
    """The first time of a split's `time_range` MUST NOT be after the last.

    Judged: each `time_range` whose two times are both a year (2024), both a month (2024-05), both a day
        (2024-05-31) or both a time with its offset (RFC 3339); others are not compared; at the `time_range`.
    Why: a range the wrong way round hides whether the test set lies in the future of the training set.
    Fix: write the earlier time first.
    """
    for pointer, data in numbered("/data", subject.well_formed.data):
        for place, split in numbered(f"{pointer}/splits", data.splits):
            if not split.time_range:
                continue
            first, last = map(moment, split.time_range)
            if first and last and first[0] == last[0] and first > last:
                yield Found(
                    f"{place}/time_range",
                    split=split.name,
                    data=data.id,
                    first=split.time_range[0],
                    last=split.time_range[1],
                )


@rule(
    "RC0211",
    MUST,
    spec="data",
    since="1.0",
    says='"{step}" is said to be fitted on {split}, which is no split of data {data}',
)
def preprocessing_is_fitted_on_splits_of_its_data(subject: Subject) -> Iterator[Found]:
    """Every split that `fit_on` names MUST be among the splits of the same data.

    Judged: each entry of `fit_on` that is the name of no split of the same data; at the entry.
    Why: whether preprocessing has seen the test set is judged by it.
    Fix: correct the name, or declare the split under `splits` in `[data.NAME]` of reprocrate.toml.
    """
    for pointer, data in numbered("/data", subject.well_formed.data):
        names = {split.name for split in data.splits}
        for place, step in numbered(f"{pointer}/preprocessing", data.preprocessing):
            for inner, split in numbered(f"{place}/fit_on", step.fit_on):
                if split not in names:
                    yield Found(inner, step=step.step, split=split, data=data.id)


@rule("RC0212", SHOULD, spec="data", since="1.0", says="{split} is not among the splits that {data} declares")
def named_split_is_declared(subject: Subject) -> Iterator[Found]:
    """Where data declares its splits, a result, a metric's source or a choice SHOULD name one of them.

    Judged: each `split` of a result over runs or folds, of a metric's `source` and of a search's
        `selected_by`. Its data is the one that is named beside it; where none is named, those that the
        configuration lists; where there is no configuration or it lists none, all of the manifest. There is
        at least one, each of them declares splits, and none of these has the name; at the `split`.
    Why: what a split was for decides what a number on it shows, and only the data says that.
    Fix: correct the name of the split, or declare it under `splits` in `[data.NAME]` of reprocrate.toml.
    """
    manifest = subject.well_formed
    for pointer, split, name, configuration in _named(manifest):
        data = data_without(manifest, split, name, configuration)
        if data:
            yield Found(pointer, split=split, data=[found.id for found in data])


def _named(manifest: Manifest) -> Iterator[tuple[str, str, str | None, str | None]]:
    """Every split that is named for more than one run: its place, itself, the data, and the configuration."""
    for pointer, configuration in numbered("/configurations", manifest.configurations):
        chosen = configuration.search.selected_by if configuration.search else None
        if chosen:
            yield f"{pointer}/search/selected_by/split", chosen.split, None, configuration.id
    for pointer, metric in numbered("/metrics", manifest.metrics):
        if metric.source and metric.source.split:
            yield f"{pointer}/source/split", metric.source.split, metric.source.data, None
    for pointer, result in numbered("/results", manifest.results):
        if result.split and result.over != "results":
            yield f"{pointer}/split", result.split, result.data, result.configuration


@rule(
    "RC0213",
    SHOULD,
    spec="data",
    since="1.0",
    says='"{step}" of data {data} is done by {path}, which no code has',
)
def preprocessing_code_is_kept(subject: Subject) -> Iterator[Found]:
    """The file that does a preprocessing step SHOULD be part of the code.

    Judged: where every entry of `code` lists its files: each `code` of a preprocessing step that is the path
        of none of them; at the `code`.
    Why: what was done to the data cannot be done again without it.
    Fix: correct the path, or run the step with `reprocrate run`, which keeps its code.
    """
    manifest = subject.well_formed
    if not manifest.code or not all(code.files for code in manifest.code):
        return  # trees whose files are not listed may hold it
    paths = {file.path for code in manifest.code for file in code.files}
    for pointer, data in numbered("/data", manifest.data):
        for place, step in numbered(f"{pointer}/preprocessing", data.preprocessing):
            if step.code and step.code not in paths:
                yield Found(f"{place}/code", step=step.step, data=data.id, path=step.code)


@rule(
    "RC0214",
    MUST,
    spec="data",
    since="1.0",
    says="split {split} of data {data} is said to have {count} items, but {path} holds {n} digests",
    needs=Need.FILES,
)
def count_is_the_number_of_digests(subject: Subject) -> Iterator[Found]:
    """A split's `count` MUST be the number of digests in its `digests` file, where that is there.

    Judged: each split with `count` whose `digests` file travels and is there, and of which RC0222 says
        nothing: the number of lines, each a SHA-256 in lower case, the last ended by a line feed or not; at
        the `count`. A file with any other
        line, or of more than 128 MiB, is not judged, by RC1408 neither.
    Why: results on the split are per item; digests of other items prove nothing about its duplicates.
    Fix: correct the count, or make the file of digests anew.
    """
    unclear = []
    for pointer, data in numbered("/data", subject.well_formed.data):
        for place, split in numbered(f"{pointer}/splits", data.splits):
            if split.count is None or split.digests is None or digests_do_not_fit(split):
                continue
            try:
                digests = item_digests(subject.given_files, split.digests)
            except CannotAssessError as error:
                unclear.append(str(error))
                continue
            if digests is not None and len(digests) != split.count:
                yield Found(
                    f"{place}/count",
                    split=split.name,
                    data=data.id,
                    count=split.count,
                    path=split.digests.path,
                    n=len(digests),
                )
    if unclear:
        raise CannotAssessError(" ".join(unclear))


@rule(
    "RC0220",
    SHOULD,
    spec="data",
    since="1.0",
    says='split {split} of data {data} is said to go from "{first}" to "{last}", which cannot be compared',
)
def time_range_can_be_compared(subject: Subject) -> Iterator[Found]:
    """The times of a split's `time_range` SHOULD be years, months, days or moments, both of the same form.

    Judged: each `time_range` whose two times are not both a year (2024), both a month (2024-05), both a day
        that the calendar has (2024-05-31) or both a time with its offset (RFC 3339); at the `time_range`.
    Why: whether the test set lies in the future of the training set can only be seen from such times.
    Fix: write both times in one of these forms, as exactly as they are known.
    """
    for pointer, data in numbered("/data", subject.well_formed.data):
        for place, split in numbered(f"{pointer}/splits", data.splits):
            if split.time_range:
                first, last = map(moment, split.time_range)
                if first is None or last is None or first[0] != last[0]:
                    yield Found(
                        f"{place}/time_range",
                        split=split.name,
                        data=data.id,
                        first=split.time_range[0],
                        last=split.time_range[1],
                    )
