"""Links that the head of an HTML page gives by FAIR Signposting, for servers that set no header fields.

https://signposting.org/FAIR/: `<link rel="item" type=... href=...>`. Only elements `link` and `base` are
read, each alone: html.parser takes quadratic time over hostile text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from urllib.parse import urljoin

MOST_BYTES = 1 << 19
"""How much of a page is read: its head is at its beginning."""

_END_OF_HEAD = re.compile(rb"</head|<body", re.IGNORECASE)
_ELEMENT = re.compile(r"<(?:link|base)\s[^<>]{1,4000}>", re.IGNORECASE)
_NOT_READ = (
    (b"<!--", b"-->"),
    (b"<script", b"</script"),
    (b"<style", b"</style"),
    (b"<template", b"</template"),
)
_MOST_LINKS = 2000


def links_of(page: bytes, url: str) -> Iterator[tuple[str, dict[str, str]]]:
    """The links of a page's head: address, and attributes by their names in small letters.

    Args:
        page: its beginning.
        url: its address, to which the links are relative unless it names another.
    """
    end = _END_OF_HEAD.search(page)
    head = page[: end.start()] if end else page
    for begins, ends in _NOT_READ:
        head = _without(head, begins, ends)
    base = url
    for number, element in enumerate(_ELEMENT.finditer(head.decode("utf-8", errors="replace"))):
        if number == _MOST_LINKS:
            return
        tag, said = _read(element[0])
        address = said.get("href", "").strip()
        if not address:
            continue
        try:
            target = urljoin(base, address)
        except ValueError:
            continue
        if tag == "base":
            base = target if base == url else base  # the first one counts
        else:
            yield target, said


def _without(text: bytes, begins: bytes, ends: bytes) -> bytes:
    """A text without what stands between marks; an open one reaches to the end."""
    kept, small, place = [], text.lower(), 0
    while (start := small.find(begins, place)) >= 0:
        kept.append(text[place:start])
        stop = small.find(ends, start + len(begins))
        if stop < 0:
            return b"".join(kept)
        place = stop + len(ends)
    return b"".join([*kept, text[place:]])


def _read(element: str) -> tuple[str, dict[str, str]]:
    reader = _Reader()
    reader.feed(element)
    return reader.tag, reader.said


class _Reader(HTMLParser):
    """Reads one element."""

    def __init__(self) -> None:
        super().__init__()
        self.tag = ""
        self.said: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tag = tag
        self.said = {name: value or "" for name, value in reversed(attrs)}
