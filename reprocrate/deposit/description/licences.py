"""The terms of an experiment as the single licences that archives list.

An archive's list of licences says nothing of how they are combined: the terms are told beside it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache

from reprocrate.deposit.description.model import Licence
from reprocrate.manifest import Manifest
from reprocrate.standard import shipped_bytes

_PARTED = re.compile(r" (?:AND|OR) ")
_OWN = re.compile(r"(?:DocumentRef-[A-Za-z0-9.-]+:)?LicenseRef-")
_UNNAMED = "Terms of the authors' own"


def licences_of(expression: str | None, *, anonymous: bool) -> tuple[Licence, ...]:
    """Each licence that an SPDX expression names, once; `A WITH B` is one licence of its own.

    Args:
        expression: as in the manifest.
        anonymous: do not tell what the authors call a licence of their own.
    """
    parts = [part.strip("() ") for part in _PARTED.split(expression or "")]
    made = [_licence(part, anonymous) for part in parts if part]
    return tuple(dict.fromkeys(made))


def told_expression(expression: str | None, *, anonymous: bool) -> str | None:
    """The terms as a whole, where they are more than one licence."""
    if expression is None or not _PARTED.search(expression) or (anonymous and _OWN.search(expression)):
        return None
    return expression


def licences_of_parts(manifest: Manifest) -> Iterator[tuple[str, str]]:
    """Names of data, code and models under other terms than the experiment, each with these terms."""
    whole = manifest.experiment.license
    parts = [
        *((data.name or data.id, data.license) for data in manifest.data),
        *((f"code {code.id}", code.license) for code in manifest.code),
        *((f"model {model.id}", model.license) for model in manifest.models),
    ]
    for name, license_ in parts:
        if license_ and license_ != whole:
            yield name, license_


def _licence(name: str, anonymous: bool) -> Licence:
    if _OWN.match(name):
        return Licence(_UNNAMED if anonymous else _OWN.sub("", name) or _UNNAMED)
    alone = name.partition(" WITH ")[0]
    spdx = _listed().get(alone.lower())
    link = f"https://spdx.org/licenses/{spdx}.html" if spdx else None
    return Licence(spdx, spdx, link) if spdx and alone == name else Licence(name, link=link)


@cache
def _listed() -> dict[str, str]:
    return {name.lower(): name for name in json.loads(shipped_bytes("spdx-licenses.json"))["licenses"]}
