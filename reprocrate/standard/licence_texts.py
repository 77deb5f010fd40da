"""Licences told by words that only their texts have, and names of licences as SPDX spells them."""

from __future__ import annotations

import json
import re
from functools import cache

from reprocrate.standard.shipped import shipped_bytes

# Words that only this licence's text has, tried in this order, with single spaces and in small letters.
_PHRASES = (
    ("apache license version 2.0", "Apache-2.0"),
    ("apache license", "Apache-2.0"),
    ("gnu affero general public license", "AGPL-3.0-only"),
    ("gnu lesser general public license version 2.1", "LGPL-2.1-only"),
    ("gnu lesser general public license", "LGPL-3.0-only"),
    ("gnu general public license version 2", "GPL-2.0-only"),
    ("gnu general public license", "GPL-3.0-only"),
    ("mozilla public license version 2.0", "MPL-2.0"),
    ("mozilla public license, version 2.0", "MPL-2.0"),
    ("european union public licence", "EUPL-1.2"),
    ("boost software license - version 1.0", "BSL-1.0"),
    ("cc0 1.0 universal", "CC0-1.0"),
    ("attribution-noncommercial-sharealike 4.0 international", "CC-BY-NC-SA-4.0"),
    ("attribution-noncommercial-noderivatives 4.0 international", "CC-BY-NC-ND-4.0"),
    ("attribution-noncommercial 4.0 international", "CC-BY-NC-4.0"),
    ("attribution-sharealike 4.0 international", "CC-BY-SA-4.0"),
    ("attribution-noderivatives 4.0 international", "CC-BY-ND-4.0"),
    ("attribution 4.0 international", "CC-BY-4.0"),
    ("this is free and unencumbered software released into the public domain", "Unlicense"),
    ("permission to use, copy, modify, and/or distribute this software for any purpose", "ISC"),
    ("mit license", "MIT"),
    ("permission is hereby granted, free of charge", "MIT"),
    ("redistributions in binary form must reproduce", "BSD"),
    ("redistribution and use in source and binary forms", "BSD"),
)
_BADGE = re.compile(
    r"img\.shields\.io/badge/licen[cs]e-(?P<name>[A-Za-z0-9._%-]+?)-[a-z0-9]+(?:\.svg)?[)?\"\s]",
    re.IGNORECASE,
)
_HEADER = re.compile(
    r"SPDX-License-Identifier:\s*(?P<name>[A-Za-z0-9.+()-]+(?:\s(?:AND|OR|WITH)\s[A-Za-z0-9.+()-]+)*)"
)
_WORDS = ("name of the copyright holder", "names of its contributors", "neither the name of")
_BEGINNING = 4000


def licence_of_text(text: str) -> str | None:
    """The SPDX identifier of the licence that a text is, told by its beginning."""
    flat = " ".join(text.split()).lower()
    name = next((spdx for phrase, spdx in _PHRASES if phrase in flat[:_BEGINNING]), None)
    if name == "BSD":
        return "BSD-3-Clause" if any(words in flat for words in _WORDS) else "BSD-2-Clause"
    return name


def licence_of_badge(text: str) -> str | None:
    """The SPDX identifier on a badge of a README."""
    badge = _BADGE.search(text)
    return licence_named(badge["name"].replace("--", "-").replace("%20", "-")) if badge else None


def licence_of_header(text: str) -> str | None:
    """The SPDX identifier that a file of source gives, as SPDX asks for (specification 3.0, annex E)."""
    header = _HEADER.search(text)
    return licence_named(header["name"]) if header else None


def licence_named(name: str) -> str | None:
    """The SPDX identifier that a text is, spelt as SPDX does, or that it plainly means."""
    usual = {"apache 2.0": "Apache-2.0", "apache license 2.0": "Apache-2.0", "mit license": "MIT", "bsd": ""}
    lower = name.strip().lower()
    found = _spdx().get(lower) or _spdx().get(usual.get(lower, "").lower())
    words = re.split(r"\s+(?:AND|OR|WITH)\s+", name.strip())
    if found is None and len(words) > 1 and all(word.lower() in _spdx() for word in words):
        return name.strip()
    return found


@cache
def _spdx() -> dict[str, str]:
    listed = json.loads(shipped_bytes("spdx-licenses.json"))
    return {name.lower(): name for kind in ("licenses", "exceptions") for name in listed[kind]}
