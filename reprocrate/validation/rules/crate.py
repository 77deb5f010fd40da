"""RC18: whether the metadata of the crate describes the experiment of its manifest, and no other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from reprocrate.crate import TARGETS
from reprocrate.crate.identifiers import fragment_id
from reprocrate.crate.reading import OUR_SCHEMA, references, types
from reprocrate.errors import UnavailableError, UnreadableError
from reprocrate.manifest import Run, Seed
from reprocrate.standard import schema_url
from reprocrate.validation.described import Described, Entity, key
from reprocrate.validation.places import declared_files, numbered
from reprocrate.validation.rule import MUST, CannotAssessError, Found, Need, rule
from reprocrate.validation.subject import MANIFEST_NAME, Subject

_COMPARED: dict[str, tuple[str, ...]] = {
    "configuration": ("value", "configurationRole"),
    "metric": ("name", "unitText", "minValue", "maxValue", "optimizationDirection", "equivalenceMargin"),
    "result": (
        *("value", "propertyID", "ofConfiguration", "onData", "onSplit", "summaryStatistic", "sampleSize"),
        *("standardDeviation", "intervalKind", "intervalLow", "intervalHigh", "intervalLevel"),
        *("basedOnRun", "basedOnResult", "excludedRun"),
    ),
    "comparison": ("value", "effectKind", "firstResult", "secondResult", "statisticalTest", "pValue"),
    "claim": ("text", "claimKind", "restsOn", "claimedValue", "superiorityMargin"),
}
"""By kind of entity, the properties that must say what the manifest says."""


def _described(subject: Subject) -> Described | None:
    try:
        return subject.described
    except (UnreadableError, UnavailableError) as error:
        raise CannotAssessError(str(error)) from error


@rule("RC1801", MUST, spec="crate", since="1.0", says="{what}", needs=Need.FILES)
def metadata_of_the_crate_can_be_read(subject: Subject) -> Iterator[Found]:
    """The file `ro-crate-metadata.json` of a crate MUST be the metadata document of an RO-Crate.

    Judged: a folder or bundle with `ro-crate-metadata.json`, as all rules of this family: it is JSON as
        RC0003 to RC0009 demand it, with an `@context`, a list `@graph` of objects, each with an `@id` of its
        own, a descriptor `ro-crate-metadata.json` of the type CreativeWork, and a root of the type Dataset
        that its `about` names. Where this rule objects, the others are not assessed. At the empty pointer.
    Why: whoever does not know this standard reads the crate by this file.
    Fix: pack the experiment again; the file is made from the manifest.
    """
    try:
        subject.described  # noqa: B018 - reading it is the check
    except UnreadableError as error:
        yield Found("", what=str(error))
    except UnavailableError as error:
        raise CannotAssessError(str(error)) from error


@rule(
    "RC1802", MUST, spec="crate", since="1.0", says="the crate does not declare {profile}", needs=Need.FILES
)
def crate_declares_its_profiles(subject: Subject) -> Iterator[Found]:
    """A crate MUST declare that it conforms to Process Run Crate and to the profile of experiment crates.

    Judged: `conformsTo` of the root names `https://w3id.org/ro/wfrun/process/0.5` and
        `https://w3id.org/reprocrate/profile/1.0`, or `https://w3id.org/ro/wfrun/process/0.6` and
        `https://w3id.org/reprocrate/profile/on-ro-crate-1-3/1.0`; one finding for each that lacks to the
        nearer pair; at the empty pointer.
    Why: validators choose what they check by the profiles that the root data entity declares.
    Fix: pack the experiment again; or add the permalinks of both profiles to `conformsTo` of the root.
    """
    described = _described(subject)
    if described is None:
        return
    declared = set(references(described.root.get("conformsTo")))
    wanted = [(target.profile, target.own_profile) for target in TARGETS.values()]
    best = min(wanted, key=lambda pair: len(set(pair) - declared))
    for profile in best:
        if profile not in declared:
            yield Found("", profile=profile)


@rule("RC1803", MUST, spec="crate", since="1.0", says="the crate {what}", needs=Need.FILES)
def crate_holds_this_manifest(subject: Subject) -> Iterator[Found]:
    """A crate MUST describe `reprocrate.json`, by its digest, as its one manifest, and have its id.

    Judged: the File `reprocrate.json` names the manifest's schema by `conformsTo`, no second entity does
        so, and its `sha256` is that of the file `reprocrate.json` where there is one; the first that does
        not hold, at the empty pointer. And the root's `identifier`, or its `value`, is the `id` of the
        manifest; at `id`.
    Why: metadata that belongs to another manifest describes another experiment.
    Fix: pack the experiment again; the metadata is made from the manifest.
    """
    described = _described(subject)
    if described is None:
        return
    schema = schema_url("manifest", subject.well_formed.manifest_version)
    manifests = [
        name
        for name, entity in described.entities.items()
        if any(map(OUR_SCHEMA.match, references(entity.get("conformsTo"))))
    ]
    entity = described.files.get(MANIFEST_NAME)
    if entity is None or schema not in references(entity.get("conformsTo")):
        yield Found("", what=f"has no file {MANIFEST_NAME} that conforms to {schema}")
    elif len(manifests) > 1:
        yield Found("", what=f"has {len(manifests)} manifests")
    elif subject.given_files.exists(MANIFEST_NAME):
        digest = subject.given_files.digest(MANIFEST_NAME).sha256
        if entity.get("sha256") != digest:
            yield Found("", what=f"describes a manifest whose SHA-256 is not {digest[:12]}...")
    if subject.well_formed.id not in _identifiers(described):
        yield Found("/id", what=f"is not identified by {subject.well_formed.id}")


def _identifiers(described: Described) -> Iterator[object]:
    """The identifiers of the root, whether they are written as text or as entities with a value."""
    for name in references(described.root.get("identifier")):
        entity = described.entity(name)
        yield name if entity is None else entity.get("value")


@rule("RC1804", MUST, spec="crate", since="1.0", says="run {run} {what} in the crate", needs=Need.FILES)
def run_is_an_action(subject: Subject) -> Iterator[Found]:
    """Every run MUST be a CreateAction that the root mentions, with what ran, its configuration and its end.

    Judged: for each run the entity `#run/ID`, its id percent-encoded: of the type CreateAction, among
        `mentions` of the root, with an `instrument` that is described, with `#configuration/ID` among
        `object`, and with the `actionStatus` CompletedActionStatus for `ok`, ActiveActionStatus for
        `running`, else FailedActionStatus; one finding for a run, at the run.
    Why: a reader of the crate would not see the run, or not what it was.
    Fix: pack the experiment again; the metadata is made from the manifest.
    """
    described = _described(subject)
    if described is None:
        return
    mentioned = set(described.named(described.root, "mentions"))
    for pointer, run in numbered("/runs", subject.well_formed.runs):
        name = fragment_id("run", run.id)
        action = described.entity(name)
        if action is None or "CreateAction" not in types(action):
            yield Found(pointer, run=run.id, what="is no CreateAction")
            continue
        what = list(_lacking(described, run, action))
        if key(name) not in mentioned:
            what.append("is not mentioned by the root")
        if what:
            yield Found(pointer, run=run.id, what=" and ".join(what))


def _lacking(described: Described, run: Run, action: Entity) -> Iterator[str]:
    instruments = [described.entity(name) for name in described.named(action, "instrument")]
    if not any(instruments):
        yield "has no instrument"
    expected = described.expected[key(fragment_id("run", run.id))]
    configuration = key(fragment_id("configuration", run.configuration))
    if configuration not in described.named(action, "object"):
        yield "does not have its configuration among its objects"
    if action.get("actionStatus") != expected["actionStatus"]:
        yield "has another status"


@rule(
    "RC1805", MUST, spec="crate", since="1.0", says="the manifest has no run for {action}", needs=Need.FILES
)
def crate_has_no_other_run(subject: Subject) -> Iterator[Found]:
    """A crate MUST NOT describe a CreateAction that is no run of its manifest.

    Judged: each entity of the type CreateAction whose `@id` is not `#run/` and the id of a run; at the
        empty pointer.
    Why: a run that only the metadata knows has no record, and nobody can check it.
    Fix: pack the experiment again; or record what was done as a run.
    """
    described = _described(subject)
    if described is None:
        return
    runs = {key(fragment_id("run", run.id)) for run in subject.well_formed.runs}
    for name, entity in described.entities.items():
        if "CreateAction" in types(entity) and name not in runs:
            yield Found("", action=name)


@rule("RC1806", MUST, spec="crate", since="1.0", says="the crate gives {path} {what}", needs=Need.FILES)
def crate_has_the_digests_of_the_manifest(subject: Subject) -> Iterator[Found]:
    """The entity of a file MUST have the SHA-256 that the manifest declares for it.

    Judged: each file that the manifest declares with a digest to be in the bundle, and that is an entity
        of the type File; one finding for a place in the bundle, at the first entry that declares it.
    Why: two digests for one file leave open which of them the results came from.
    Fix: pack the experiment again; the metadata is made from the manifest.
    """
    described = _described(subject)
    if described is None:
        return
    seen: set[str] = set()
    for declared in declared_files(subject.well_formed):
        entity = described.files.get(declared.place)
        if entity is None or not declared.travels or not declared.sha256 or declared.place in seen:
            continue
        seen.add(declared.place)
        given = entity.get("sha256")
        if given != declared.sha256:
            what = "no SHA-256" if given is None else f"a SHA-256 that is not {declared.sha256[:12]}..."
            yield Found(declared.pointer, path=declared.place, what=what)


@rule("RC1807", MUST, spec="crate", since="1.0", says="run {run} {what} in the crate", needs=Need.FILES)
def crate_has_the_seeds(subject: Subject) -> Iterator[Found]:
    """Every seed of a run MUST be a RandomSeed among the objects of its action, with value and source.

    Judged: each seed of a run that is an entity: some RandomSeed among its `object` has `value`,
        `seedSource`, `seededLibrary` and `processRank` equal to `value`, `how`, `library` and `rank`; at
        the seed. And the action has no more RandomSeed than the run has seeds; at the run.
    Why: the seed is what a rerun needs to begin as the run did.
    Fix: pack the experiment again; the metadata is made from the manifest.
    """
    described = _described(subject)
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
    """The entities of configurations, metrics, results, comparisons and claims MUST agree with the manifest.

    Judged: the entities `#configuration/ID`, `#metric/ID`, `#result/ID`, `#comparison/ID` and `#claim/ID`
        have the types and, where this rule compares them, the properties that `profile/mapping.csv`
        gives; an order of values means nothing. Compared are: `value` and role; name, unit, range,
        direction and margin; value, metric, configuration, data, split, statistic, n, standard deviation,
        interval, runs and results; value, effect, both results, test and p value; text, kind, evidence,
        value and margin. One finding for an entity, at the entry of the manifest.
    Why: the crate is what search engines and archives show; it may not claim more, less or something else.
    Fix: pack the experiment again; the metadata is made from the manifest.
    """
    described = _described(subject)
    if described is None:
        return
    manifest = subject.well_formed
    sections: tuple[tuple[str, Iterable[Any]], ...] = (
        ("configuration", manifest.configurations),
        ("metric", manifest.metrics),
        ("result", manifest.results),
        ("comparison", manifest.comparisons),
        ("claim", manifest.claims),
    )
    for kind, entries in sections:
        for pointer, entry in numbered(f"/{kind}s", entries):
            terms = list(described.differences(fragment_id(kind, entry.id), _COMPARED[kind]))
            if terms:
                yield Found(pointer, kind=kind, name=entry.id, terms=terms)
