"""What a wheel says about itself, read from its metadata; nothing of it is run or unpacked.

A wheel is a ZIP file with one folder `NAME-VERSION.dist-info`, whose `METADATA` has the headers of the core
metadata (packaging.python.org, Core metadata specifications): `License-Expression` (PEP 639), or in older
wheels `License` in free words and classifiers.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from dataclasses import dataclass
from email.message import Message
from email.parser import BytesParser
from pathlib import Path

from reprocrate.errors import UnreadableError

MOST_METADATA = 4_000_000
"""Bytes of metadata that are read; a description may be long."""

_LONGEST = 1000

_METADATA = re.compile(r"[^/]+\.dist-info/METADATA")
_PART = r"\(*[A-Za-z0-9][A-Za-z0-9.-]*\+?\)*"
_EXPRESSION = re.compile(rf"{_PART}(?: (?:AND|OR|WITH) {_PART})*")
_MISUSED_WITH = re.compile(r"\) WITH| WITH \(| WITH \S+ WITH ")

# Licences of SPDX that let anyone pass the files on unchanged, some of them on conditions, such as that their
# text or the source goes along. All are approved by OSI or FSF, or are of Creative Commons without NC and ND.
_FREE = re.compile(
    r"0BSD|AFL-3\.0|(?:A|L)?GPL-\d[\w.-]*|Apache-\d[\w.-]*|Artistic-2\.0|Beerware|blessing|BlueOak-1\.0\.0|"
    r"BSD-\d[\w.-]*|BSL-1\.0|bzip2-1\.0\.[56]|CC0-1\.0|CC-BY(?:-SA)?-\d\.\d|CDDL-1\.[01]|CECILL-[\w.-]+|"
    r"CNRI-Python|curl|ECL-2\.0|EPL-\d\.0|EUPL-1\.\d|FSFAP|FSFUL\w*|FTL|GFDL-\d[\w.-]*|HPND[\w-]*|ICU|IJG|"
    r"ISC|JSON|Libpng|libpng-2\.0|libtiff|MIT(?:-0|-CMU|-Modern-Variant)?|MPL-\d[\w.-]*|MS-PL|MulanPSL-2\.0|"
    r"NCSA|NTP|OFL-1\.[01]|OLDAP-2\.\d|OpenSSL|PostgreSQL|PSF-2\.0|Python-2\.0(?:\.1)?|Qhull|Ruby|SGI-B-2\.0|"
    r"Sleepycat|TCL|Unicode-(?:3\.0|DFS-201[56]|TOU)|Unlicense|UPL-1\.0|Vim|W3C|WTFPL|X11|Zlib|"
    r"zlib-acknowledgement|ZPL-\d\.\d",
    re.IGNORECASE,
)
_FREE_WORDS = re.compile(
    r"(?:the )?(?:new |modified |simplified |revised |[0-9][- ]clause |[0-9]-clause[- ])*bsd\b.*|"
    r"(?:the )?mit\b.*|(?:the )?apache\b.*|asl 2.*|(?:gnu )?(?:l|a)?gpl.*|gnu (?:lesser |affero )?general.*|"
    r"(?:the )?mozilla public.*|mpl\b.*|isc\b.*|psf.*|python software foundation.*|zlib.*|"
    r"(?:the )?unlicense.*|public domain.*|cc0.*|zope public.*|boost.*|hpnd.*",
    re.DOTALL,
)
_FREE_PHRASES = (
    "permission is hereby granted, free of charge",
    "redistribution and use in source and binary forms, with or without modification, are permitted",
    "permission to use, copy, modify, and/or distribute this software for any purpose",
)
_CLOSED_WORDS = re.compile(
    r"proprietary|eula|end.user licen[cs]e|non-?commercial|research only|no redistribution"
)
_FREE_CLASSIFIERS = (
    "License :: OSI Approved",
    "License :: Public Domain",
    "License :: CC0",
    "License :: DFSG approved",
)


@dataclass(frozen=True, slots=True)
class WheelLicence:
    """The licence of a wheel.

    Attributes:
        said: what the wheel says, in one line; empty where it says nothing.
        free: whether that is known to let anyone redistribute the file.
        expression: the expression of SPDX, where the wheel has one.
    """

    said: str
    free: bool
    expression: str | None = None


def read_licence(wheel: Path) -> WheelLicence:
    """The licence that a wheel states.

    Raises:
        UnreadableError: the file is no wheel.
    """
    return _licence(_metadata(wheel))


def licence_of(metadata: bytes) -> WheelLicence:
    """The licence that stands in the metadata of a wheel."""
    return _licence(BytesParser().parsebytes(metadata, headersonly=True))


def _licence(metadata: Message) -> WheelLicence:
    expression = _field(metadata, "License-Expression")
    if expression:
        return WheelLicence(_printable(expression), _is_free(expression), _well_formed(expression))
    text = _field(metadata, "License")
    classifiers = [
        str(one) for one in metadata.get_all("Classifier", []) if str(one).startswith("License ::")
    ]
    short = text.splitlines()[0][:80] if text else ""
    said = _printable(", ".join(dict.fromkeys([*filter(None, [short]), *(one[11:] for one in classifiers)])))
    first = " ".join(text.lower().split())[:400]
    if any("Proprietary" in one for one in classifiers) or (_CLOSED_WORDS.search(short.lower())):
        return WheelLicence(said, False)
    free = any(one.startswith(_FREE_CLASSIFIERS) for one in classifiers)
    known = bool(text) and (
        _is_free(text) or bool(_FREE_WORDS.fullmatch(first)) or any(one in first for one in _FREE_PHRASES)
    )
    return WheelLicence(said, free or known, _well_formed(text) if _is_free(text) else None)


def _field(metadata: Message, name: str) -> str:
    value = metadata.get(name)
    return str(value).strip() if value is not None and str(value).strip().upper() != "UNKNOWN" else ""


def _printable(said: str) -> str:
    """What a wheel says, for a terminal and a manifest."""
    return "".join(sign if sign.isprintable() else " " for sign in said[:_LONGEST])


def _well_formed(text: str) -> str | None:
    """The text, if it is an expression as SPDX writes them; a wheel may say anything."""
    depth, depths = 0, []
    for sign in text:
        depth += {"(": 1, ")": -1}.get(sign, 0)
        depths.append(depth)
    balanced = depth == 0 and min(depths, default=0) == 0
    is_one = _EXPRESSION.fullmatch(text) and not _MISUSED_WITH.search(text)
    return text if balanced and is_one and len(text) <= _LONGEST else None


def _is_free(expression: str) -> bool:
    """Whether an expression of SPDX allows redistribution: of alternatives one has to, of parts each.

    An exception (`WITH`) only takes conditions away. Where AND and OR meet, each licence has to.
    """
    words = expression.replace("(", " ").replace(")", " ").split()
    names = [
        word.rstrip("+")
        for place, word in enumerate(words)
        if word not in ("AND", "OR", "WITH") and (place == 0 or words[place - 1] != "WITH")
    ]
    free = [bool(_FREE.fullmatch(name)) for name in names]
    only_or = "OR" in words and "AND" not in words
    return bool(free) and (any(free) if only_or else all(free))


def _metadata(wheel: Path) -> Message:
    try:
        with zipfile.ZipFile(wheel) as archive:
            found = [one for one in archive.infolist() if _METADATA.fullmatch(one.filename)]
            if len(found) != 1:
                raise _no_wheel(wheel, f"it has {len(found) or 'no'} files *.dist-info/METADATA, not one")
            with archive.open(found[0]) as file:
                data = file.read(MOST_METADATA + 1)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        raise _no_wheel(wheel, str(error)) from error
    if len(data) > MOST_METADATA:
        raise _no_wheel(wheel, f"its metadata is larger than {MOST_METADATA:,} bytes")
    return BytesParser().parsebytes(data, headersonly=True)


def _no_wheel(wheel: Path, why: str) -> UnreadableError:
    return UnreadableError(f"{wheel.name} is not a wheel that can be read", why, "Use another package index")
