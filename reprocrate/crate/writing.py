"""A manifest and the files of its bundle as the metadata document of an RO-Crate."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from reprocrate.crate.actions import Actions
from reprocrate.crate.data import DataSets
from reprocrate.crate.entities import Entity, PlainEntities, WrittenEntities
from reprocrate.crate.environments import Environments
from reprocrate.crate.experiment import describe_experiment, license_reference
from reprocrate.crate.graph import Graph, document_of
from reprocrate.crate.identifiers import ROOT, Reference, fragment_id
from reprocrate.crate.media_types import media_type
from reprocrate.crate.payload import STANDARD, CrateFile, Payload
from reprocrate.crate.programs import Programs
from reprocrate.crate.reproduction import describe_reproduction
from reprocrate.crate.results import describe_outcome
from reprocrate.crate.target import CHECKED, Target
from reprocrate.crate.times import last_moment
from reprocrate.errors import UsageError
from reprocrate.files import sha256_bytes
from reprocrate.manifest import Manifest
from reprocrate.standard import schema_url

MANIFEST = "reprocrate.json"
"""The manifest of the experiment, at the root of the crate."""

README = "README.md"
"""What a workflow registry shows of a crate with a main program."""

_ROLES = {
    MANIFEST: "The manifest: what the experiment was, in full. This crate is derived from it.",
    "manifest-sha256.txt": "The SHA-256 of every other file, as `sha256sum -c` takes it.",
    "REPRODUCING.md": "How to unpack this crate and run the experiment again.",
    f"{STANDARD}context.jsonld": "What the terms of this crate mean that are those of experiment manifests.",
    f"{STANDARD}manifest.schema.json": "The schema that the manifest follows.",
    f"{STANDARD}spec.md": "The specification of the manifest and of this crate.",
}
_LIST = "The file manifest-sha256.txt lists every file."
_OTHER = "A file of the project that the manifest does not mention."


def write_crate(
    manifest: Manifest,
    files: Iterable[CrateFile],
    *,
    preview: bool = False,
    published: str | None = None,
    doi: str | None = None,
    target: Target = CHECKED,
) -> bytes:
    """The bytes of `ro-crate-metadata.json`: RO-Crate with Process Run Crate and our profile.

    Each run is a CreateAction. A file that the manifest names has an entity of its own; the entities of
    folders stand for the others, so the archive needs an entry for each folder. The same arguments, in any
    order of the files, give the same bytes.

    Args:
        manifest: the experiment.
        files: every file of the crate. Where `reprocrate.json` is not among them, it is taken to hold the
            canonical bytes of `manifest`.
        preview: whether the crate has an `ro-crate-preview.html`.
        published: date for `datePublished` (ISO 8601); else when the last run ended, or the newest other
            time that the manifest holds.
        doi: the DOI under which the crate is kept, once that is known.
        target: the versions of RO-Crate and Process Run Crate.

    Raises:
        UsageError: RO-Crate requires a date, and the manifest holds none.
    """
    date = published or last_moment(manifest)
    if date is None:
        raise UsageError(
            "the crate cannot be written",
            "RO-Crate requires a date, and nothing says when a run of this experiment started",
            "Run the experiment with `reprocrate run`, or say in `[[runs]]` when each `started`",
        )
    entities = WrittenEntities(target)
    graph = _graph(manifest, _payload(manifest, files), Graph(target, entities), date, preview, doi)
    return document_of(entities.context(), graph.entities())


def described_entities(
    manifest: Manifest, files: Iterable[CrateFile], published: str, *, target: Target = CHECKED
) -> list[Entity]:
    """The entities that `write_crate` writes with these arguments: to be compared with, not to be written."""
    graph = Graph(target, PlainEntities(target))
    return _graph(manifest, _payload(manifest, files), graph, published).entities()


def _payload(manifest: Manifest, files: Iterable[CrateFile]) -> Payload:
    listed = {file.path: file for file in files}
    if MANIFEST not in listed:
        data = manifest.to_bytes()
        listed[MANIFEST] = CrateFile(MANIFEST, len(data), sha256_bytes(data))
    return Payload(manifest, listed.values())


def _graph(
    manifest: Manifest,
    payload: Payload,
    graph: Graph,
    date: str,
    preview: bool = False,
    doi: str | None = None,
) -> Graph:
    target = graph.target
    agents = describe_experiment(graph, manifest, date, doi)
    if preview and target.describes_preview:
        graph.add_preview()
    environments = Environments(graph, manifest, payload)
    programs = Programs(graph, manifest, payload, environments)
    _describe_files(graph, manifest.manifest_version, payload, programs)
    data = DataSets(manifest, payload)
    sets = data.describe(graph)
    actions = Actions(graph, manifest, payload, programs, environments, data).describe(agents)
    metrics, outcome = describe_outcome(graph, manifest, payload)
    original, verdict = describe_reproduction(graph, manifest)
    _describe_absent(graph, payload)
    profiles = list(_profiles(graph, target, manifest.manifest_version))
    main = programs.describe_main()
    graph.describe_root(
        {
            "conformsTo": [*profiles, *graph.further],
            "mentions": [*actions, *outcome, *sets, *([verdict] if verdict else [])],
            "isBasedOn": original,
            "mainEntity": main,
            "variableMeasured": metrics,
        }
    )
    return graph


def _profiles(graph: Graph, target: Target, version: str) -> Iterator[Reference]:
    for address, name, number in (
        (target.profile, "Process Run Crate", target.profile_version),
        (target.own_profile, "Experiment Crate", version),
    ):
        yield graph.add(address, target.profile_types, {"name": name, "version": number})


def _describe_files(graph: Graph, version: str, payload: Payload, programs: Programs) -> None:
    schema = graph.add(
        schema_url("manifest", version),
        "CreativeWork",
        {"name": "Schema of experiment manifests", "version": version},
    )
    for file in payload.described:
        properties: dict[str, object] = {
            "name": file.path,
            "description": _ROLES.get(file.path) or payload.role(file.path) or _OTHER,
            "contentSize": None if file.size is None else str(file.size),
            "encodingFormat": file.media_type or media_type(file.path),
            "sha256": file.sha256,
            "license": license_reference(graph, payload.license(file.path)),
            "conformsTo": schema if file.path == MANIFEST else None,
            "about": ROOT if file.path == README and programs.has_main else None,
            **programs.of_script(file.path),
        }
        graph.add_file(file.stored, properties)
    for folder, count in payload.folders.items():
        rest = graph.add(
            fragment_id("files", folder), "Collection", {"name": _rest(count), "description": _LIST}
        )
        properties = {
            "name": f"{folder}/",
            "description": f"{_rest(count)}. {_LIST}",
            "hasPart": [*payload.inside(folder), rest],
        }
        graph.add_folder(folder, properties)


def _rest(count: int) -> str:
    return f"{'1 file that has' if count == 1 else f'{count} files that have'} no entity here"


def _describe_absent(graph: Graph, payload: Payload) -> None:
    """Say of files that are not here what is known of them, since a run read or wrote them all the same."""
    for identifier, file in payload.absent.items():
        graph.add(
            identifier,
            "CreativeWork",
            {
                "name": file.path,
                "description": "A file that is not in this crate.",
                "contentSize": None if file.size is None else str(file.size),
                "encodingFormat": media_type(file.path),
                "sha256": file.sha256,
                "url": file.url,
                "license": license_reference(graph, file.license),
            },
        )
