"""What a reader has to have before a rerun: data that came along, data to obtain, and services."""

from __future__ import annotations

import re
from collections.abc import Iterator

from reprocrate.manifest import Manifest
from reprocrate.render import words
from reprocrate.render.availability import Place, place_of

_ACTING = re.compile(r"[\\`*\[\]<>|~$]|&(?=[#\w])|(?<!\w)_|_(?!\w)|^[#+=-]|(?<=^\d)[.)]")


def escaped(text: str) -> str:
    """Somebody's text as Markdown that shows exactly that, and stays readable as plain text."""
    return _ACTING.sub(r"\\\g<0>", words.plain(text))


def what_was_read(manifest: Manifest) -> Iterator[str]:
    """A line of Markdown for each data set and service, and one for each file to obtain."""
    yield from _data(manifest)
    yield from _services(manifest)


def _data(manifest: Manifest) -> Iterator[str]:
    for data in manifest.data:
        name = escaped(words.data_label(data, data.id))
        place = place_of(data)
        if place is Place.REMOTE and data.remote:
            version = f", {escaped(words.data_version(data))}" if words.data_version(data) else ""
            yield f"- Data: {name}, **read over the network** from {escaped(data.remote.uri)}{version}"
            continue
        if place is not Place.ELSEWHERE:
            made = "included" if place is Place.INCLUDED else "comes with a package or is made by the code"
            yield f"- Data: {name}, {made}"
            continue
        source = data.source
        where = (f"https://doi.org/{source.doi}" if source.doi else source.url) if source else None
        how = data.access.how_to_obtain if data.access else None
        hints = [f"from {escaped(where)}" if where else "", escaped(how) if how else ""]
        hint = "; ".join(one for one in hints if one)
        yield f"- Data: {name}, **not included**: obtain it first {hint}".rstrip()
        for file in data.files[:20]:
            digest = f" with SHA-256 {file.sha256}" if file.sha256 else ""
            address = f" from {escaped(file.url)}" if file.url else ""
            yield f"  - {escaped(file.path)}{digest}{address}"


def _services(manifest: Manifest) -> Iterator[str]:
    for service in manifest.services:
        yield f"- Service: {escaped(words.service_label(service))}"
