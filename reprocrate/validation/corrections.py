"""What is certainly a misspelling, and how it is written right: licences, ORCIDs, DOIs.

Only what can mean one thing is corrected. `GPL v3` is not: the licence's text decides whether later versions
may be taken too.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from reprocrate.standard import shipped_bytes
from reprocrate.standard.identity_formats import has_orcid_check_digit

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Correction:
    """One value to be written otherwise.

    Attributes:
        path: of keys and indexes that lead to it in its document.
        old: what stands there; None where nothing does.
        new: what is to stand there.
    """

    path: Path
    old: str | None
    new: str | int


_NAMES = {
    "apache-2": "Apache-2.0",
    "apache-2.0": "Apache-2.0",
    "apache2": "Apache-2.0",
    "apache2.0": "Apache-2.0",
    "bsd-2": "BSD-2-Clause",
    "2-clause-bsd": "BSD-2-Clause",
    "bsd-3": "BSD-3-Clause",
    "3-clause-bsd": "BSD-3-Clause",
    "cc0": "CC0-1.0",
    "cc-0": "CC0-1.0",
    "cc0-1.0-universal": "CC0-1.0",
    "cc-by-4": "CC-BY-4.0",
    "ccby4.0": "CC-BY-4.0",
    "cc-by4.0": "CC-BY-4.0",
    "cc-by-sa-4": "CC-BY-SA-4.0",
    "cc-by-nc-4": "CC-BY-NC-4.0",
    "expat": "MIT",
    "mozilla-public-2.0": "MPL-2.0",
    "the-unlicense": "Unlicense",
}
"""Spellings that mean one licence, as `_squeezed` leaves them."""

_NOISE = re.compile(r"\b(?:the|licen[cs]ed?|software|version)\b|\bv(?=[0-9])|[,()\"']", re.IGNORECASE)
_ORCID = re.compile(r"(?:https?://)?(?:www\.)?(?:orcid\.org/|orcid:?)?\s*([0-9Xx -]{16,25})/?", re.IGNORECASE)
_DOI = re.compile(r"(?:https?://)?(?:dx\.)?(?:doi\.org/|doi:)\s*(10\.[0-9]{4,9}/\S+)", re.IGNORECASE)
_LONGEST = 200


def corrections(document: Any) -> Iterator[Correction]:
    """Every correction of a document of plain values, by the names of its keys."""
    for path, name, text in _texts(document, ()):
        new = right_form(name, text)
        if new is not None and new != text:
            yield Correction(path, text, new)


def right_form(name: str, text: str) -> str | None:
    """How a value of a key is written right; None where that is not certain, or where it is right as it is.

    Args:
        name: of the key: `license`, `orcid` or `doi`.
        text: the value.
    """
    make = _FORMS.get(name)
    return make(text.strip()) if make is not None and len(text) <= _LONGEST else None


def _licence(text: str) -> str | None:
    listed = _listed()
    if text.lower() in listed:
        return listed[text.lower()]
    short = _squeezed(text)
    return listed.get(short) or _NAMES.get(short)


def _squeezed(text: str) -> str:
    """A licence's name in small letters, without words that many add, and with hyphens between the others."""
    return "-".join(re.split(r"[\s_-]+", _NOISE.sub(" ", text.lower()).strip())).strip("-")


@cache
def _listed() -> dict[str, str]:
    return {name.lower(): name for name in json.loads(shipped_bytes("spdx-licenses.json"))["licenses"]}


def _orcid(text: str) -> str | None:
    match = _ORCID.fullmatch(text)
    digits = re.sub(r"[ -]", "", match[1]).upper() if match else ""
    if not re.fullmatch(r"[0-9]{15}[0-9X]", digits):
        return None
    made = "-".join(digits[place : place + 4] for place in range(0, 16, 4))
    return made if has_orcid_check_digit(made) else None


def _doi(text: str) -> str | None:
    match = _DOI.fullmatch(text)
    return match[1] if match else None


_FORMS = {"license": _licence, "orcid": _orcid, "doi": _doi}


def _texts(value: Any, path: Path) -> Iterator[tuple[Path, str, str]]:
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
        if isinstance(inner, dict | list):
            yield from _texts(inner, (*path, key))
        elif isinstance(inner, str) and isinstance(key, str):
            yield (*path, key), key, inner
