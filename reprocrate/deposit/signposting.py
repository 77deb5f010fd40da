"""Links that a landing page gives in its header fields (RFC 8288), by FAIR Signposting.

https://signposting.org/FAIR/: `rel="item"` leads to each file that a page is about.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from urllib.parse import urljoin

from reprocrate.deposit.candidates import RemoteFile, name_in

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
    return list(_items(headers.get("Link", ""), url))


def _items(field: str, url: str) -> Iterator[RemoteFile]:
    for number, link in enumerate(_LINK.finditer(field)):
        if number == _MOST:
            return
        said = {
            one["name"].lower(): one["quoted"] if one["quoted"] is not None else one["word"]
            for one in _PARAMETER.finditer(link["parameters"])
        }
        if "item" in said.get("rel", "").lower().split():
            target = urljoin(url, link["target"])
            length = said.get("length", "")
            yield RemoteFile(
                target,
                name_in(target),
                size=int(length) if length.isascii() and length.isdigit() else None,
                media_type=said.get("type", "").partition(";")[0].strip().lower(),
            )
