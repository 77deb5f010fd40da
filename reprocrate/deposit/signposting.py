"""Links that a landing page gives in its header fields (RFC 8288) or in its head, by FAIR Signposting.

https://signposting.org/FAIR/: `rel="item"` leads to each file that a page is about, `rel="describedby"` to
metadata about it, which may be a packed crate.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import urljoin

from reprocrate.deposit.candidates import RemoteFile, may_be_bundle, name_in
from reprocrate.deposit.landing_page import links_of

_LINK = re.compile(
    r'<(?P<target>[^<>]*)>(?P<parameters>(?:\s*;\s*[\w*-]+(?:\s*=\s*(?:"[^"]*"|[^\s",;]+))?)*)'
)
_PARAMETER = re.compile(r';\s*(?P<name>[\w*-]+)\s*=\s*(?:"(?P<quoted>[^"]*)"|(?P<word>[^\s",;]+))')
_MOST = 2000


def items_of(headers: Mapping[str, str], url: str) -> list[RemoteFile]:
    """The files that a page names as its content.

    Args:
        headers: the header fields of its answer.
        url: its address, to which the links are relative.
    """
    return _files(_links(headers.get("Link", ""), url))


def items_in(page: bytes, url: str) -> list[RemoteFile]:
    """The files that the head of an HTML page names as its content.

    Args:
        page: its beginning.
        url: its address.
    """
    return _files(links_of(page, url))


def _files(links: Iterable[tuple[str, Mapping[str, str]]]) -> list[RemoteFile]:
    """The items; where none of them may be a bundle, also the metadata that may be one."""
    found: dict[str, list[RemoteFile]] = {"item": [], "describedby": []}
    for target, said in links:
        relations = said.get("rel", "").lower().split()
        length = said.get("length", "")
        for relation in found.keys() & set(relations):
            file = RemoteFile(
                target,
                name_in(target),
                size=int(length) if length.isascii() and length.isdigit() and len(length) < 20 else None,
                media_type=said.get("type", "").partition(";")[0].strip().lower(),
            )
            found[relation].append(file)
    items = found["item"]
    if any(map(may_be_bundle, items)):
        return items
    return items + [one for one in found["describedby"] if may_be_bundle(one)]


def _links(field: str, url: str) -> Iterator[tuple[str, Mapping[str, str]]]:
    for number, link in enumerate(_LINK.finditer(field)):
        if number == _MOST:
            return
        said = {
            one["name"].lower(): one["quoted"] if one["quoted"] is not None else one["word"]
            for one in _PARAMETER.finditer(link["parameters"])
        }
        yield urljoin(url, link["target"]), said
