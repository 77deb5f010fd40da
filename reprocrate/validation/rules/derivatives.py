"""RC01: whether what was made from data may have the licence that it is given."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from typing import Any

from reprocrate.manifest import Data
from reprocrate.standard import shipped_bytes
from reprocrate.validation.places import numbered
from reprocrate.validation.rule import SHOULD, Found, rule
from reprocrate.validation.subject import Subject


@rule(
    "RC0125",
    SHOULD,
    spec="data",
    since="1.0",
    says="{data} has the licence {license}, and was made from {origin}, whose licence {parent} {allows}",
)
def licence_is_allowed_by_that_of_the_origin(subject: Subject) -> Iterator[Found]:
    """Data that is passed on SHOULD have a licence that those of the data it was made from allow.

    Judged: each data with `license`, `access` absent or of the level `open`, and a file that travels, by each
        data in its `derived_from` that has a `license`: both are one identifier each, that of the latter
        begins with a name in `licences` of `schema/1.0/adaptations.json` (the longest one counts), and that
        entry refuses the former: it begins with a name in `not`, or with none in `only`; once for each data,
        by the first such entry, at the `license`.
    Why: whoever relies on the licence does what the makers of the original forbid, and nobody may give away
        rights that are not theirs.
    Fix: take a licence that the original allows, such as its own, or keep the data back and say how it is
        made (`access`, `in_bundle = false`).
    """
    manifest = subject.well_formed
    for pointer, data in numbered("/data", manifest.data):
        if not data.license or not _is_passed_on(data):
            continue
        for name in data.derived_from:
            parent = manifest.find_data(name)
            said = _refusal(parent.license, data.license) if parent and parent.license else None
            if parent and said:
                yield Found(
                    f"{pointer}/license",
                    data=data.id,
                    license=data.license,
                    origin=parent.id,
                    parent=parent.license,
                    allows=said,
                )
                break


def _is_passed_on(data: Data) -> bool:
    is_open = data.access is None or data.access.level == "open"
    return is_open and any(file.travels for file in data.files)


def _refusal(original: str, adapted: str) -> str | None:
    """Why what was made under one licence may not have another; None where nothing is known."""
    if " " in original or " " in adapted:
        return None
    names = [name for name in _adaptations() if original.startswith(name)]
    entry = _adaptations()[max(names, key=len)] if names else {}
    if adapted.startswith(tuple(entry.get("not", ()))):
        return "does not allow that"
    allowed = entry.get("only")
    if allowed is None or adapted.startswith(tuple(allowed)):
        return None
    kept = ", ".join(f"{name}{'*' if name.endswith('-') else ''}" for name in allowed)
    return f"allows only {kept}" if kept else "does not allow to pass on what is made from it"


@cache
def _adaptations() -> dict[str, dict[str, Any]]:
    known: dict[str, dict[str, Any]] = json.loads(shipped_bytes("adaptations.json"))["licences"]
    return known
