"""RC18: whether the metadata of the crate describes the experiment of its manifest, and no other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from reprocrate.bundle.layout import is_packed
from reprocrate.crate import METADATA, TARGETS
from reprocrate.crate.identifiers import fragment_id
from reprocrate.crate.reading import OUR_SCHEMA, references, types
from reprocrate.errors import UnavailableError, UnreadableError
from reprocrate.manifest import Run
from reprocrate.standard import schema_url
from reprocrate.validation.described import Described, Entity, key
from reprocrate.validation.places import numbered
from reprocrate.validation.rule import MUST, CannotAssessError, Found, Need, rule
from reprocrate.validation.subject import MANIFEST_NAME, Subject

_RO_CRATE = "https://w3id.org/ro/crate/"
_ROOT_HAS = ("name", "description", "datePublished", "license")
"""What RO-Crate demands of the root data entity, besides type and parts (1.1 and 1.3, "Root Data Entity")."""


def described_crate(subject: Subject) -> Described | None:
    """What the metadata of the crate says; None where there is no crate.

    Raises:
        CannotAssessError: it cannot be read, which RC1801 says.
    """
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
        that its `about` names. Where one of these does not hold, the others are not assessed. Besides, the
        first of these that does not hold: every entity has a `@type`, and the root has `name`,
        `description`, `datePublished` and `license`. And once a bundle without the file, which is told from
        a project that was not packed yet by files below `.reprocrate/standard/`. At the empty pointer.
    Why: whoever does not know this standard reads the crate by this file.
    Fix: pack the experiment again; the file is made from the manifest.
    """
    try:
        described = subject.described
    except UnreadableError as error:
        yield Found("", what=str(error))
        return
    except UnavailableError as error:
        raise CannotAssessError(str(error)) from error
    if described is None:
        if is_packed(subject.given_files.names()):
            yield Found("", what=f"{METADATA} is missing")
        return
    for what in islice(_required(described), 1):
        yield Found("", what=f"{METADATA} is not the metadata of an RO-Crate: {what}")


def _required(described: Described) -> Iterator[str]:
    for name, entity in described.graph.entities.items():
        if not types(entity):
            yield f"{name} has no @type"
    for term in _ROOT_HAS:
        if not described.root.get(term):
            yield f"its root has no {term}"


@rule(
    "RC1802", MUST, spec="crate", since="1.0", says="the crate does not declare {profile}", needs=Need.FILES
)
def crate_declares_its_profiles(subject: Subject) -> Iterator[Found]:
    """A crate MUST declare that it conforms to Process Run Crate and to the profile of experiment crates.

    Judged: `conformsTo` of the root names `https://w3id.org/ro/wfrun/process/0.5` and
        `https://w3id.org/reprocrate/profile/1.0`, and that of the descriptor
        `https://w3id.org/ro/crate/1.1`; or else `https://w3id.org/ro/wfrun/process/0.6`,
        `https://w3id.org/reprocrate/profile/on-ro-crate-1-3/1.0` and `https://w3id.org/ro/crate/1.3`; one
        finding for each that lacks to the nearer three, to the former where both are as near; at the empty
        pointer.
    Why: validators choose what they check by the profiles that the root data entity declares.
    Fix: pack the experiment again; or add the permalinks of both profiles to `conformsTo` of the root.
    """
    described = described_crate(subject)
    if described is None:
        return
    by_root = set(references(described.root.get("conformsTo")))
    by_descriptor = set(references(described.graph.descriptor.get("conformsTo")))
    lacking = [
        [
            *(profile for profile in (target.profile, target.own_profile) if profile not in by_root),
            *({f"{_RO_CRATE}{target.crate_version}"} - by_descriptor),
        ]
        for target in TARGETS.values()
    ]
    for profile in min(lacking, key=len):
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
    described = described_crate(subject)
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
        `mentions` of the root, with an `instrument` that is described, with `#configuration/ID` and no
        other ExperimentConfiguration among `object`, and with the `actionStatus` CompletedActionStatus for
        `ok`, ActiveActionStatus for `running`, else FailedActionStatus; one finding for a run, at the run.
    Why: a reader of the crate would not see the run, or not what it was.
    Fix: pack the experiment again; the metadata is made from the manifest.
    """
    described = described_crate(subject)
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
    objects = described.named(action, "object")
    if configuration not in objects:
        yield "does not have its configuration among its objects"
    elif any(name != configuration and described.is_a("ExperimentConfiguration", name) for name in objects):
        yield "has another configuration"
    if action.get("actionStatus") != expected["actionStatus"]:
        yield "has another status"


@rule("RC1805", MUST, spec="crate", since="1.0", says="the manifest has no {kind} {name}", needs=Need.FILES)
def crate_has_nothing_else(subject: Subject) -> Iterator[Found]:
    """A crate MUST NOT describe a run, result, comparison or claim that its manifest does not have.

    Judged: each entity of the type CreateAction, AggregatedResult, ResultComparison or ExperimentClaim whose
        `@id` is not `#run/`, `#result/`, `#comparison/` or `#claim/`, in this order, and the id of such an
        entry; at the empty pointer.
    Why: a run that only the metadata knows has no record, and nobody can check it or what rests on it.
    Fix: pack the experiment again; or record what was done as a run.
    """
    described = described_crate(subject)
    if described is None:
        return
    manifest = subject.well_formed
    sections: tuple[tuple[str, str, Iterable[Any]], ...] = (
        ("run", "CreateAction", manifest.runs),
        ("result", "AggregatedResult", manifest.results),
        ("comparison", "ResultComparison", manifest.comparisons),
        ("claim", "ExperimentClaim", manifest.claims),
    )
    for kind, type_, entries in sections:
        known = {key(fragment_id(kind, entry.id)) for entry in entries}
        for name, entity in described.entities.items():
            if type_ in types(entity) and name not in known:
                yield Found("", kind=kind, name=name)
