"""RC01: names, references and texts that the schema cannot judge."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from functools import cache, lru_cache

from reprocrate.files import safe_relative
from reprocrate.manifest import Manifest, MetricSource, Preprocessing, Repetition, Section
from reprocrate.manifest.canonical import MAX_SAFE_INTEGER, number_text
from reprocrate.standard import pointer_to
from reprocrate.validation.places import numbered, values_of
from reprocrate.validation.rule import MUST, SHOULD, Found, rule
from reprocrate.validation.subject import Subject

_IDENTIFIED = (
    "code",
    "data",
    "services",
    "environments",
    "hardware",
    "configurations",
    "runs",
    "metrics",
    "results",
    "comparisons",
    "claims",
    "models",
)
_TIMES = ("created", "resolved", "retrieved", "started", "when")
_PATHS = frozenset({"card", "file", "folder", "path", "working_directory"})
_REMEMBERED = 4096
"""How many texts it is remembered of whether there is something to say: the same stand in many places."""

_CREDENTIALS = re.compile(r"\bhttps?://[^/?#\s@]+@|(?<=[a-z0-9+.-])://[^/?#\s@:]*:[^/?#\s@]+@", re.IGNORECASE)


@rule("RC0110", MUST, spec="the-manifest", since="1.0", says='"{name}" is already the id of {other}')
def identifier_is_unique(subject: Subject) -> Iterator[Found]:
    """Every id MUST be unique in its list, and results and comparisons MUST NOT share one.

    Judged: in each top-level list the `id`, in each data set's `splits` the `name`, in `extensions` the
        `prefix`; at every one but the first of a group of equals. A comparison's `id` that is a result's too:
        at the comparison's `id`. For other rules, a reference to such an id means the first entry that has
        it in the list, and in the evidence of claims the comparison.
    Why: a reference to an id that stands for two things means neither. Claims refer to results and
        comparisons alike.
    Fix: rename one of the two, and what refers to it.
    """
    manifest = subject.well_formed
    for section in _IDENTIFIED:
        names = [(f"/{section}/{i}/id", entry.id) for i, entry in enumerate(getattr(manifest, section))]
        yield from _repeated(names)
    results = {result.id: f"/results/{index}" for index, result in enumerate(manifest.results)}
    for pointer, comparison in numbered("/comparisons", manifest.comparisons):
        if comparison.id in results:
            yield Found(f"{pointer}/id", name=comparison.id, other=results[comparison.id])
    for pointer, data in numbered("/data", manifest.data):
        yield from _repeated(
            (f"{place}/name", split.name) for place, split in numbered(f"{pointer}/splits", data.splits)
        )
    yield from _repeated(
        (f"{place}/prefix", each.prefix) for place, each in numbered("/extensions", manifest.extensions)
    )


def _repeated(names: Iterable[tuple[str, str]]) -> Iterator[Found]:
    seen: dict[str, str] = {}
    for pointer, name in names:
        if name in seen:
            yield Found(pointer, name=name, other=seen[name].rpartition("/")[0])
        seen.setdefault(name, pointer)


@rule(
    "RC0111", MUST, spec="the-manifest", since="1.0", says='"{name}" is not the id of anything in {section}'
)
def reference_resolves(subject: Subject) -> Iterator[Found]:
    """Every reference MUST name an entry that is there.

    Judged: every property that holds the id of an entry of a list at the top of the manifest, each `id` in a
        list of them, and the names in `compute.by_configuration`; at the reference. Not `parent` of a run,
        which may name a launch that is no run; the evidence of claims is judged by RC0902, that of arguments
        about leakage by RC1412, names of splits by RC0211 and RC0212.
    Why: evidence that cannot be followed is no evidence.
    Fix: correct the name, or add the entry that it should name.
    """
    manifest = subject.well_formed
    known = {section: {entry.id for entry in getattr(manifest, section)} for section in _IDENTIFIED}
    for pointer, name, section in _references(manifest, known):
        if name is not None and name not in known[section]:
            yield Found(pointer, name=name, section=section)


Reference = tuple[str, str | None, str]
Known = Mapping[str, set[str]]


def _references(manifest: Manifest, known: Known) -> Iterator[Reference]:
    """References as their place, the name, and the section where that must be; not those of claims.

    Of long lists those alone whose names are not known.
    """
    for pointer, data in numbered("/data", manifest.data):
        yield from _all(f"{pointer}/derived_from", data.derived_from, "data", known)
    for pointer, configuration in numbered("/configurations", manifest.configurations):
        yield f"{pointer}/code", configuration.code, "code"
        yield from _all(f"{pointer}/data", configuration.data, "data", known)
        if configuration.search and configuration.search.selected_by:
            yield f"{pointer}/search/selected_by/metric", configuration.search.selected_by.metric, "metrics"
        if configuration.search:
            yield from _all(f"{pointer}/search/runs", configuration.search.runs, "runs", known)
    for pointer, metric in numbered("/metrics", manifest.metrics):
        yield f"{pointer}/source/data", metric.source.data if metric.source else None, "data"
    for pointer, entry in numbered("/determinism/measured", _measured(manifest)):
        yield f"{pointer}/run", entry.run, "runs"
        yield f"{pointer}/repeated_by", entry.repeated_by, "runs"
    yield from _references_of_runs(manifest, known)
    yield from _references_of_results(manifest, known)
    for name in manifest.compute.by_configuration if manifest.compute else ():
        yield f"/compute/by_configuration/{name}", name, "configurations"


def _measured(manifest: Manifest) -> tuple[Repetition, ...]:
    return manifest.determinism.measured if manifest.determinism else ()


def _references_of_runs(manifest: Manifest, known: Known) -> Iterator[Reference]:
    for pointer, run in numbered("/runs", manifest.runs):
        yield f"{pointer}/configuration", run.configuration, "configurations"
        yield f"{pointer}/code", run.code, "code"
        yield f"{pointer}/environment", run.environment, "environments"
        yield f"{pointer}/repeats", run.repeats, "runs"
        yield from _all(f"{pointer}/hardware", run.hardware, "hardware", known)
        for index, seen in enumerate(run.metrics):
            if seen.metric not in known["metrics"]:
                yield f"{pointer}/metrics/{index}/metric", seen.metric, "metrics"
            if seen.data is not None and seen.data not in known["data"]:
                yield f"{pointer}/metrics/{index}/data", seen.data, "data"


def _references_of_results(manifest: Manifest, known: Known) -> Iterator[Reference]:
    for pointer, result in numbered("/results", manifest.results):
        yield f"{pointer}/configuration", result.configuration, "configurations"
        yield f"{pointer}/metric", result.metric, "metrics"
        yield f"{pointer}/data", result.data, "data"
        yield from _all(f"{pointer}/runs", result.runs, "runs", known)
        yield from _all(f"{pointer}/results", result.results, "results", known)
        for place, excluded in numbered(f"{pointer}/excluded", result.excluded):
            yield f"{place}/run", excluded.run, "runs"
    for pointer, comparison in numbered("/comparisons", manifest.comparisons):
        yield f"{pointer}/a", comparison.a, "results"
        yield f"{pointer}/b", comparison.b, "results"
    for pointer, table in numbered("/tables", manifest.tables):
        yield f"{pointer}/metric", table.metric, "metrics"
        for place, cell in numbered(f"{pointer}/cells", table.cells):
            yield f"{place}/result", cell.result, "results"


def _all(pointer: str, names: Iterable[str], section: str, known: Known) -> Iterator[Reference]:
    if not known[section].issuperset(names):
        for place, name in numbered(pointer, names):
            yield place, name, section


@rule(
    "RC0112", MUST, spec="extensions", since="1.0", says='the prefix "{prefix}" is not declared in extensions'
)
def prefix_is_declared(subject: Subject) -> Iterator[Found]:
    """Every prefix of a property name MUST be declared in `extensions`.

    Judged: every property name with a colon that does not start with `x-`, in any object of the standard; at
        the property.
    Why: nobody can look up what a property of an undeclared extension means.
    Fix: add the extension's address and prefix to `extensions`, or start the name with `x-`.
    """
    if not any(":" in name for name in subject.values.names):
        return
    declared = {extension.prefix for extension in subject.well_formed.extensions}
    for pointer, section in subject.sections:
        for name in section.__pydantic_extra__ or ():
            prefix, colon, _ = name.partition(":")
            if colon and not name.startswith("x-") and prefix not in declared:
                yield Found(pointer + pointer_to([name]), prefix=prefix)


@rule("RC0113", MUST, spec="the-manifest", since="1.0", says="the whole number {number} is beyond 2^53 - 1")
def whole_number_is_exact(subject: Subject) -> Iterator[Found]:
    """A whole number MUST NOT be a JSON number if a double does not keep its digits.

    Judged: every number that is written with neither point nor exponent and is beyond 2^53 - 1 in magnitude,
        anywhere in the document, private and extension properties included; unless its digits are those that
        RFC 8785 writes for the nearest double, as of 9007199254740992, but not of 9007199254740993 or of 10
        to the power of 21; at the number.
    Why: many readers of JSON lose their last digits, and then the manifest says something else.
    Fix: write the number as text.
    """
    for path, value in values_of(subject.document) if subject.values.large else ():
        if isinstance(value, int) and abs(value) > MAX_SAFE_INTEGER and _loses_digits(value):
            yield Found(pointer_to(path), number=value)


def _loses_digits(value: int) -> bool:
    try:
        return number_text(float(value)) != str(value)
    except OverflowError:
        return True


@rule("RC0114", MUST, spec="the-manifest", since="1.0", says='"{time}" is not a time that there is')
def time_exists(subject: Subject) -> Iterator[Found]:
    """Every time and date MUST be one that the calendar and the clock have.

    Judged: every property that has the form *timestamp*, and `lock.resolved`; not `time_range`, of which
        RC0220 speaks. Second 60 counts as 59; at the property.
    Why: a month 13 or an hour 25 shows that the time was not read from a clock.
    Fix: correct the time.
    """
    for pointer, time in subject.having(*_TIMES):
        if not _exists(time):
            yield Found(pointer, time=time)


@lru_cache(_REMEMBERED)
def _exists(time: str) -> bool:
    moment, _, _ = time.removesuffix("Z").partition(".")
    if moment.endswith(":60"):  # a leap second
        moment = f"{moment[:-2]}59"
    try:
        datetime.fromisoformat(moment)
    except ValueError:
        return False
    return True


@rule(
    "RC0115",
    MUST,
    spec="the-manifest",
    since="1.0",
    says='"{path}" is not a path that means the same everywhere: {reason}',
)
def path_means_the_same_everywhere(subject: Subject) -> Iterator[Found]:
    """Every path MUST be in Unicode NFC and lead to the same file on Linux, macOS and Windows.

    Judged: every property that has the form *path*: at most 1024 bytes in UTF-8; no letter and colon at its
        start (a drive); no control character (Cc), line or paragraph separator, U+061C, U+200E, U+200F,
        U+202A to U+202E, U+2066 to U+2069; and no part that ends in a dot or a space, has more than 255
        bytes, or is a device of Windows: what stands before its first dot or colon, without white space at
        the end, is
        `con`, `prn`, `aux`, `nul`, `conin$`, `conout$`, or `com` or `lpt` with one of 0 to 9, ¹, ²,
        ³, in any case; once, at the property. What the schema refuses is left to RC0105.
    Why: a bundle that cannot be unpacked somewhere cannot be reproduced there.
    Fix: rename the file, run again, and pack again.
    """
    for pointer, path in _paths(subject):
        reason = _misleads(path)
        if reason:
            yield Found(pointer, path=path, reason=reason)


@lru_cache(_REMEMBERED)
def _misleads(path: str) -> str:
    """Why a path does not mean the same everywhere; empty if it does."""
    try:
        return "" if safe_relative(path) == path else "it is not in Unicode NFC"
    except ValueError as error:
        return str(error)


def _paths(subject: Subject) -> Iterator[tuple[str, str]]:
    """Every property of the form *path*, as its pointer and value."""
    for kind, entries in subject.by_kind.items():
        for name in _path_names(kind):
            for pointer, section in entries:
                path = getattr(section, name)
                if isinstance(path, str):
                    yield f"{pointer}/{name}", path


@cache
def _path_names(kind: type[Section]) -> tuple[str, ...]:
    if kind is MetricSource:
        return ()  # its `path` may be a glob, and is none of the form
    names = _PATHS & kind.model_fields.keys()
    return tuple(sorted(names | {"code"} if kind is Preprocessing else names))  # elsewhere `code` is an id


@rule("RC0116", MUST, spec="privacy", since="1.0", says="an address holds a user name or password")
def address_holds_no_credentials(subject: Subject) -> Iterator[Found]:
    """A manifest MUST NOT hold an address with a password, or a web address with a user name.

    Judged: every value in the document that is text and holds, in any case, `http://` or `https://` with at
        least one character up to an `@`, or any scheme (one of its characters will do: a letter or digit from
        ASCII, `+`, `.` or `-`) and `://` with a colon and at least one character behind it up to an `@` (the
        user before the colon may be empty); up to the `@` stands no `/`, `?`, `#` or white space. Once for
        each text, at the text.
    Why: a manifest is published, and a token in it is then everybody's.
    Fix: remove the part before the @, make the token invalid where it was issued, and run again without it.
    """
    possible = any("@" in text and _CREDENTIALS.search(text) for text in subject.values.texts)
    for path, value in values_of(subject.document) if possible else ():
        if isinstance(value, str) and "@" in value and _CREDENTIALS.search(value):
            yield Found(pointer_to(path))


@rule(
    "RC0119",
    SHOULD,
    spec="the-manifest",
    since="1.0",
    says='"{path}" holds {characters}, which Windows takes in no name',
)
def path_can_be_written_on_windows(subject: Subject) -> Iterator[Found]:
    """A path SHOULD NOT hold a character that Windows takes in no name.

    Judged: every property that has the form *path*, that RC0115 accepts, and that holds any of `<`, `>`, `:`,
        `"`, `?`, `*` and the vertical bar; once, at the property.
    Why: on Linux such names are common, a time of day for example, and programs are not to be stopped by
        them; but on Windows the file cannot be unpacked, or lands in another one behind the colon.
    Fix: let the program write `-` or `_` in its place, and run again.
    """
    for pointer, path in _paths(subject):
        if _NOT_ON_WINDOWS.isdisjoint(path) or _misleads(path):
            continue
        characters = [each for each in '<>:"|?*' if each in path]
        yield Found(pointer, path=path, characters=" ".join(characters))


_NOT_ON_WINDOWS = frozenset('<>:"|?*')
