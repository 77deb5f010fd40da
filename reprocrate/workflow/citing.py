"""What the author's CITATION.cff says of how to cite the experiment (Citation File Format 1.2.0)."""

from __future__ import annotations

import re
from typing import Any

from reprocrate.render.citation import Declared
from reprocrate.workflow.contents import ContentFiles, Contents

_CITATION = "CITATION.cff"
_LARGEST = 1_000_000
_MOST_AUTHORS = 1000
_DOI = re.compile(r"10\.[0-9]{4,9}/\S+")


def citation_declared(contents: Contents) -> Declared | None:
    """What the CITATION.cff that travels says; None where there is none, or it cannot be read."""
    import yaml

    files = ContentFiles(contents)
    if not files.exists(_CITATION):
        return None
    content = files.read(_CITATION, _LARGEST + 1)
    if len(content) > _LARGEST:
        return None
    try:
        found: Any = yaml.safe_load(content.decode("utf-8-sig"))
    except (yaml.YAMLError, RecursionError, ValueError):
        return None
    if not isinstance(found, dict):
        return None
    return Declared(
        title=_scalar(found.get("title")),
        kind=_scalar(found.get("type")) or "software",
        authors=tuple(_names(found.get("authors"))),
        doi=_doi(found),
        released=_released(found.get("date-released")),
        version=_scalar(found.get("version")),
        url=_url(found),
    )


def _names(authors: Any) -> list[str]:
    """Persons, and organisations, which have a `name`."""
    found = []
    for one in authors[:_MOST_AUTHORS] if isinstance(authors, list) else []:
        if isinstance(one, dict):
            keys = ("given-names", "name-particle", "family-names", "name-suffix")
            parts = [_scalar(one.get(key)) for key in keys]
            name = _scalar(one.get("name")) or " ".join(part for part in parts if part)
            found += [name] if name else []
    return found


def _doi(found: dict[Any, Any]) -> str | None:
    listed = found.get("identifiers")
    others = [
        one.get("value")
        for one in (listed if isinstance(listed, list) else [])
        if isinstance(one, dict) and one.get("type") == "doi"
    ]
    matches = (_DOI.search(one) for one in (found.get("doi"), *others) if isinstance(one, str))
    return next((match[0] for match in matches if match), None)


def _url(found: dict[Any, Any]) -> str | None:
    addresses = (found.get(key) for key in ("url", "repository-artifact", "repository-code", "repository"))
    return next((one for one in addresses if isinstance(one, str) and one.startswith("http")), None)


def _released(value: Any) -> str | None:
    text = str(value)  # YAML makes a date of it
    return text if re.match(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text) else None


def _scalar(value: Any) -> str | None:
    text = " ".join(str(value).split()) if isinstance(value, str | int | float) else ""
    return text or None
