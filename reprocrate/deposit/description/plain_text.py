"""Somebody else's text as archives can hold it: characters of XML, in lines and paragraphs."""

from __future__ import annotations

import re


def line(text: str | None) -> str:
    """One line: white space becomes single spaces, and what XML has no character for is left out.

    Archives hand their records on as XML (OAI-PMH, DataCite), and XML 1.0 (2.2) has no place for control
    characters, lone surrogates and two non-characters. A zero-width space is left out as well: InvenioRDM
    deletes it.
    """
    return " ".join("".join(filter(_is_kept, text or "")).split())


def paragraphs(text: str | None) -> tuple[str, ...]:
    """The paragraphs of a text, which blank lines part."""
    parts = re.split(r"\r?\n[ \t]*\r?\n", text or "")
    return tuple(one for one in map(line, parts) if one)


def _is_kept(character: str) -> bool:
    code = ord(character)
    return character in "\t\n\r" or (
        code >= 0x20 and not 0xD800 <= code <= 0xDFFF and code not in (0x200B, 0xFFFE, 0xFFFF)
    )
