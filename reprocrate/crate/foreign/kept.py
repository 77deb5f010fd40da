"""The metadata of a crate, kept whole in the manifest that was made of it.

Most of RO-Crate has no place in a manifest, and what has is reworded there. So all of it stays, as it was:
nothing is lost on the way, and whoever doubts how something was read can look.
"""

from __future__ import annotations

from typing import Any

from reprocrate.manifest.canonical import MAX_SAFE_INTEGER

_INTEGER = "http://www.w3.org/2001/XMLSchema#integer"


def keep(name: str, document: Any) -> dict[str, Any]:
    """What stands under `KEPT`: the name of the metadata file, and its content.

    An integer that not every reader of JSON keeps exactly stands as JSON-LD writes such a value in text.
    """
    return {"file": name, "document": _exact(document)}


def _exact(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _exact(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_exact(item) for item in value]
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) > MAX_SAFE_INTEGER:
        return {"@type": _INTEGER, "@value": str(value)}
    return value
