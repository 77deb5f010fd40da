"""Data that runs read over the network, and models behind an API, as sections of the manifest."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import PurePosixPath

from reprocrate.assembly.cached import Cached, hub_repository
from reprocrate.assembly.sections import Section
from reprocrate.capture.record import DataFile, RemoteData, RunRecord, ServiceUse
from reprocrate.manifest import Service

_HUB_ADDRESS = re.compile(
    r"https?://huggingface\.co/(?:(?P<kind>datasets|spaces)/)?(?P<name>[^/]+(?:/[^/]+)?)/resolve/"
    r"(?P<revision>[^/]+)/(?P<file>.+)|"
    r"hf://(?:(?P<kind2>datasets|spaces)/)?(?P<name2>[^/@]+/[^/@]+)(?:@(?P<revision2>[^/]+))?/(?P<file2>.+)"
)


def with_downloads(record: RunRecord) -> RunRecord:
    """The record with what the launch downloaded as what it read, with its address, and not as its result.

    A file is a download where an address that was read ends in its name and announced its size.
    """
    sizes = {(PurePosixPath(one.uri).name, one.size): one.uri for one in record.remote if one.size}
    if not sizes:
        return record

    def address(file: DataFile) -> str | None:
        uri = sizes.get((PurePosixPath(file.path).name, file.size), "")
        return uri if uri.startswith("https://") else None

    downloads = [file for file in record.outputs if address(file)]
    read = [replace(file, url=address(file) or file.url) for file in record.inputs]
    known = {(file.root, file.path) for file in read}
    more = [replace(file, url=address(file)) for file in downloads if (file.root, file.path) not in known]
    addresses = {file.url for file in (*read, *more)}
    return replace(
        record,
        inputs=tuple(sorted([*read, *more], key=lambda file: (file.root or "", file.path))),
        outputs=tuple(file for file in record.outputs if file not in downloads),
        remote=tuple(one for one in record.remote if one.uri not in addresses),
    )


def on_the_hub(remote: RemoteData) -> Cached | None:
    """What an address of the Hugging Face Hub belongs to, at the revision that answered; None for others."""
    match = _HUB_ADDRESS.fullmatch(remote.uri)
    if match is None:
        return None
    named = remote.revision if remote.revision and not remote.revision.startswith("etag:") else None
    kind = match["kind"] or match["kind2"] or "models"
    revision = named or match["revision"] or match["revision2"]
    return hub_repository(kind, match["name"] or match["name2"], revision, match["file"] or match["file2"])


def remote_places(records: Iterable[RunRecord]) -> dict[str, list[RemoteData]]:
    """What was read over the network, by the place that holds it: a folder, or the file where it is alone."""
    found: dict[str, list[RemoteData]] = {}
    for record in records:
        for one in record.remote:
            if on_the_hub(one) is None:
                found.setdefault(one.uri.rpartition("/")[0], []).append(one)
    return {
        (members[0].uri if len({one.uri for one in members}) == 1 else f"{folder}/"): members
        for folder, members in found.items()
    }


def remote_section(uri: str, members: Sequence[RemoteData]) -> Section:
    """The manifest's `remote`; a revision only where all that was read at one address had the same."""
    revisions = {one.revision for one in members}
    revision = revisions.pop() if len(revisions) == 1 and not uri.endswith("/") else None
    section: Section = {"uri": uri, "verified": False}
    return section | ({"revision": revision} if revision else {})


def services(declared: Sequence[Service], records: Iterable[RunRecord]) -> list[Section]:
    """The declared services, completed by what was observed of them, and those that were only observed.

    A declared one is the observed one of the same model. A service to which each run sent another
    seed is one service: the seeds are those of the runs.
    """
    sections = [service.model_dump(mode="json", by_alias=True, exclude_defaults=True) for service in declared]
    by_model: dict[str | None, Section] = {section.get("model"): section for section in sections}
    taken = {section["id"] for section in sections}
    for use in _uses(one for record in records for one in record.services):
        provider, model, version, parameters = use
        known = by_model.get(model)
        if known is not None:
            known |= {"version": version} if version and not known.get("version") else {}
            known.setdefault("parameters", dict(parameters))
            continue
        name = re.sub(r"[^A-Za-z0-9._-]+", "-", model).strip("-._")[:100] or "service"
        names = (name if number == 1 else f"{name}-{number}" for number in itertools.count(1))
        section: Section = {"id": next(free for free in names if free not in taken)}
        taken.add(section["id"])
        section |= {"provider": provider, "model": model, "version": version, "parameters": dict(parameters)}
        sections.append(section)
    return sections


_Use = tuple[str, str, str | None, tuple[tuple[str, object], ...]]


def _uses(all_uses: Iterable[ServiceUse]) -> list[_Use]:
    """Each different use once; of those that differ by the seed alone, one without it."""
    seeds: dict[_Use, list[object]] = {}
    for use in all_uses:
        settings = tuple(sorted(one for one in use.parameters.items() if one[0] != "seed"))
        known = seeds.setdefault((use.provider, use.model, use.version, settings), [])
        seed = use.parameters.get("seed")
        if seed not in known:
            known.append(seed)
    return [
        (*use[:3], (*use[3], ("seed", known[0]))) if len(known) == 1 and known[0] is not None else use
        for use, known in seeds.items()
    ]
