"""RC18: whether files, seeds and everything else are in the crate what they are in the manifest."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

from reprocrate.bundle.admission import MAX_CHECKSUMS_BYTES
from reprocrate.bundle.checksums import parse_checksums
from reprocrate.bundle.layout import CHECKSUMS
from reprocrate.crate.identifiers import fragment_id
from reprocrate.crate.reading import references, types
from reprocrate.files import composed
from reprocrate.manifest import Data, Experiment, Run, Seed
from reprocrate.validation.described import Described, Entity
from reprocrate.validation.places import numbered
from reprocrate.validation.rule import MUST, Found, Need, rule
from reprocrate.validation.rules.crate import described_crate
from reprocrate.validation.subject import MANIFEST_NAME, Subject

_COMPARED: dict[str, tuple[str, ...]] = {
    "configuration": ("value", "configurationRole"),
    "metric": (
        *("name", "unitText", "minValue", "maxValue", "optimizationDirection", "equivalenceMargin"),
        *("marginKind", "testItemCount", "valueSelection", "lastValueCount"),
        *("absoluteTolerance", "relativeTolerance"),
    ),
    "result": (
        *("value", "propertyID", "ofConfiguration", "onData", "onSplit", "summaryStatistic", "sampleSize"),
        *("standardDeviation", "deltaDegreesOfFreedom", "variesOver", "minValue", "maxValue"),
        *("intervalKind", "intervalLow", "intervalHigh", "intervalLevel", "intervalMethod"),
        *("basedOnRun", "basedOnResult", "excludedRun"),
    ),
    "comparison": (
        *("value", "effectKind", "firstResult", "secondResult", "statisticalTest", "pValue"),
        *("pairedValues", "correctionMethod", "intervalLow", "intervalHigh"),
    ),
    "claim": (
        *("text", "claimKind", "restsOn", "claimedValue", "superiorityMargin"),
        *("isPrimaryClaim", "claimedRelation", "equivalenceMargin", "casesClaimed", "casesCompared"),
    ),
    "run": ("runKind", "exitStatus", "captureCompleteness", "softwareEnvironment", "computingHardware"),
}
"""By kind of entity, the properties that must say what the manifest says."""

_OF_A_VALUE = ("propertyID", "value", "onData", "onSplit", "onFold", "atStep")
_MILLISECOND = timedelta(milliseconds=1)


@rule("RC1806", MUST, spec="crate", since="1.0", says="the crate gives {path} {what}", needs=Need.FILES)
def crate_has_the_digests_of_the_manifest(subject: Subject) -> Iterator[Found]:
    """The entity of a file MUST have the SHA-256 that the manifest declares for it, and no other size.

    Judged: each file that the manifest declares with a digest to be in the bundle, and that is an entity
        of the type File: its `sha256`, and its `contentSize` where both give a size; one finding for a place
        in the bundle, at the first entry that declares it. And each entity of the type File that the
        manifest does not declare so: a `sha256` that is not the one that `manifest-sha256.txt` lists for it,
        `reprocrate.json` aside (RC1803); at the empty pointer.
    Why: two digests for one file leave open which of them the results came from.
    Fix: pack the experiment again; the metadata is made from the manifest.
    """
    described = described_crate(subject)
    if described is None:
        return
    seen: set[str] = set()
    for declared in subject.declared:
        entity = described.files.get(declared.place)
        if entity is None or not declared.travels or not declared.sha256 or declared.place in seen:
            continue
        seen.add(declared.place)
        given, size = entity.get("sha256"), entity.get("contentSize")
        if given != declared.sha256:
            what = "no SHA-256" if given is None else f"a SHA-256 that is not {declared.sha256[:12]}..."
            yield Found(declared.pointer, path=declared.place, what=what)
        elif None not in (size, declared.size) and str(size) != str(declared.size):
            yield Found(declared.pointer, path=declared.place, what=f"{size} bytes, not {declared.size}")
    listed = _listed(subject)
    for path in sorted(described.files.keys() - seen - {MANIFEST_NAME}):
        given = described.files[path].get("sha256")
        if given is not None and listed.get(path, given) != given:
            yield Found("", path=path, what=f"a SHA-256 that is not {listed[path][:12]}...")


def _listed(subject: Subject) -> dict[str, str]:
    files = subject.given_files
    if not files.exists(CHECKSUMS):
        return {}
    listed = parse_checksums(files.read(CHECKSUMS, MAX_CHECKSUMS_BYTES))[0]
    return {composed(path): sha256 for path, sha256 in listed.items()}


@rule("RC1807", MUST, spec="crate", since="1.0", says="run {run} {what} in the crate", needs=Need.FILES)
def crate_has_the_seeds(subject: Subject) -> Iterator[Found]:
    """Every seed of a run MUST be a RandomSeed among the objects of its action, with value and source.

    Judged: each seed of a run that is an entity: some RandomSeed among its `object` has `value`,
        `seedSource`, `seededLibrary` and `processRank` equal to `value`, `how`, `library` and `rank`; at
        the seed. And the action has no more RandomSeed than the run has seeds; at the run.
    Why: the seed is what a rerun needs to begin as the run did.
    Fix: pack the experiment again; the metadata is made from the manifest.
    """
    described = described_crate(subject)
    if described is None:
        return
    for pointer, run in numbered("/runs", subject.well_formed.runs):
        action = described.entity(fragment_id("run", run.id))
        if action is None:
            continue  # RC1804
        found = [described.entity(name) or {} for name in described.named(action, "object")]
        given = [entity for entity in found if "RandomSeed" in types(entity)]
        for place, seed in numbered(f"{pointer}/seeds", run.seeds):
            if not any(_is_seed(entity, seed) for entity in given):
                yield Found(place, run=run.id, what=f"does not have the seed {seed.value}")
        if len(given) > len(run.seeds):
            yield Found(pointer, run=run.id, what="has a seed that the manifest does not know")


def _is_seed(entity: Entity, seed: Seed) -> bool:
    wanted: tuple[Any, ...] = (seed.value, seed.how, seed.library, seed.rank)
    terms = ("value", "seedSource", "seededLibrary", "processRank")
    return all(entity.get(term) == value for term, value in zip(terms, wanted, strict=True))


@rule("RC1808", MUST, spec="crate", since="1.0", says="{kind} {name} differs in {terms}", needs=Need.FILES)
def crate_says_what_the_manifest_says(subject: Subject) -> Iterator[Found]:
    """The metadata MUST agree with the manifest about the experiment, its data, runs, results and claims.

    Judged: the root and the entities `#data/ID`, `#configuration/ID`, `#run/ID`, `#metric/ID`, `#result/ID`,
        `#comparison/ID` and `#claim/ID`: their types and properties, as `profile/mapping.csv` gives them and
        as far as they are named here; an order of values means nothing. Of the root: the title, the status,
        the description and version if the manifest has them, the name of its licence if there is one, the
        names of the authors, and every ORCID of the manifest. Of data: the name and, if there is one, the
        name of the licence. Of configurations: name, role, factors and hyperparameters. Of runs with an
        action: kind, exit code, completeness, environment, hardware; start and end, if they follow from the
        manifest, to a millisecond; metric values (each PropertyValue with `propertyID` among `result`), of
        more than 50 the first 50, each with metric, data, split, fold and step. Of metrics: name, unit,
        range, direction, margin, `count_of`, selection, `last_k`, tolerance. Of results: value, metric,
        configuration, data, split, statistic, n, standard deviation, `ddof`, `varies_over`, extremes,
        interval, runs, results, and runs left out. Of comparisons: value and kind of the effect, its
        interval's ends, both results, pairing, test, p value, correction. Of claims: text, kind, evidence,
        primary, relation, value, `by`, margin, quantifier. One finding for an entity, at the entry of the
        manifest, for the root at `/experiment`.
    Why: the crate is what search engines and archives show; it may not claim more, less or something else.
    Fix: pack the experiment again; the metadata is made from the manifest.
    """
    described = described_crate(subject)
    if described is None:
        return
    manifest = subject.well_formed
    terms = list(_of_experiment(described, manifest.experiment))
    if terms:
        yield Found("/experiment", kind="the", name="experiment", terms=terms)
    sections: tuple[tuple[str, str, Iterable[Any]], ...] = (
        ("data", "/data", manifest.data),
        ("configuration", "/configurations", manifest.configurations),
        ("run", "/runs", manifest.runs),
        ("metric", "/metrics", manifest.metrics),
        ("result", "/results", manifest.results),
        ("comparison", "/comparisons", manifest.comparisons),
        ("claim", "/claims", manifest.claims),
    )
    for kind, section, entries in sections:
        for pointer, entry in numbered(section, entries):
            terms = list(_of_entry(described, kind, entry))
            if terms:
                yield Found(pointer, kind=kind, name=entry.id, terms=terms)


def _of_entry(described: Described, kind: str, entry: Any) -> Iterator[str]:
    name = fragment_id(kind, entry.id)
    if isinstance(entry, Data):
        yield from _of_data(described, name, entry)
    elif isinstance(entry, Run):
        if "CreateAction" in types(described.entity(name) or {}):  # else RC1804
            yield from described.differences(name, _COMPARED[kind])
            yield from _of_run(described, name)
    else:
        yield from described.differences(name, _COMPARED[kind])
        if kind == "configuration" and described.entity(name) is not None:
            wanted, found = described.both(name, "additionalProperty", ("name", "value"))
            if wanted != found:
                yield "additionalProperty"


def _of_experiment(described: Described, experiment: Experiment) -> Iterator[str]:
    root = described.root
    given = {"description": experiment.description, "version": experiment.version}
    wanted = {
        "name": experiment.title,
        "creativeWorkStatus": experiment.status,
        **{term: value for term, value in given.items() if value is not None},
    }
    for term, value in wanted.items():
        if root.get(term) != value:
            yield term
    if experiment.license and experiment.license not in described.names(root, "license"):
        yield "license"
    people = set(references(root.get("author")))
    orcids = {f"https://orcid.org/{author.orcid}" for author in experiment.authors if author.orcid}
    names = {author.name for author in experiment.authors}
    if names and (names != described.names(root, "author") or not orcids <= people):
        yield "author"


def _of_data(described: Described, name: str, data: Data) -> Iterator[str]:
    yield from described.differences(name, ("name",))
    entity = described.entity(name)
    if entity is not None and data.license and data.license not in described.names(entity, "license"):
        yield "license"


def _of_run(described: Described, name: str) -> Iterator[str]:
    wanted, found = described.both(name, "result", _OF_A_VALUE)
    if wanted != found:
        yield "result"
    action, expected = described.entity(name) or {}, described.wanted(name)
    for term in ("startTime", "endTime"):
        if expected.get(term) and not _is_same_time(action.get(term), expected[term]):
            yield term


def _is_same_time(given: object, wanted: str) -> bool:
    try:
        return abs(datetime.fromisoformat(str(given)) - datetime.fromisoformat(wanted)) <= _MILLISECOND
    except (TypeError, ValueError, OverflowError):
        return False


@rule("RC1809", MUST, spec="crate", since="1.0", says="{path} {what}", needs=Need.FILES)
def files_of_the_metadata_are_in_the_crate(subject: Subject) -> Iterator[Found]:
    """Every file that the metadata describes MUST be in the crate, and be a part of the root.

    Judged: each entity of the type File whose `@id` is a relative path: there is such a file, and the root
        names it in `hasPart`, or an entity does whose own `@id` is named so; one finding for each, at the
        empty pointer. An absent file that the manifest declares (RC0701) or `manifest-sha256.txt` lists
        (RC0705) is left to those rules.
    Why: RO-Crate tells by its parts what a crate holds; what is not there was promised and is not delivered.
    Fix: pack the experiment again; the metadata is made from what is in the bundle.
    """
    described = described_crate(subject)
    if described is None:
        return
    parts = described.parts()
    missed = {each.place for each in subject.declared if each.travels}
    missed |= _listed(subject).keys()
    for path in sorted(described.files):
        if not subject.given_files.exists(path):
            if path not in missed:
                yield Found("", path=path, what="is described in the metadata, and absent")
        elif path not in parts:
            yield Found("", path=path, what="is described in the metadata, but no part of the root")
