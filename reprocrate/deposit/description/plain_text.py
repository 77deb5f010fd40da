"""Somebody else's text as archives can hold it: characters of XML, in lines and paragraphs."""

from __future__ import annotations

import re
import unicodedata


def line(text: str | None) -> str:
    """One line: white space becomes single spaces, and what XML has no character for is left out.

    Archives hand their records on as XML (OAI-PMH, DataCite), and XML 1.0 (2.2) has no place for lone
    surrogates, two non-characters and most control characters; the others act, and InvenioRDM takes them for
    letters of Windows. It deletes the zero-width space.
    """
    return " ".join("".join(filter(_is_kept, text or "")).split())


def paragraphs(text: str | None) -> tuple[str, ...]:
    """The paragraphs of a text, which blank lines part."""
    parts = re.split(r"\r?\n[ \t]*\r?\n", text or "")
    return tuple(one for one in map(line, parts) if one)


def _is_kept(character: str) -> bool:
    is_nothing = unicodedata.category(character) in ("Cc", "Cs") or character in "\u200b\ufffe\uffff"
    return character.isspace() or not is_nothing
