"""The forms that addresses of records at an InvenioRDM have, and what they say."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import parse_qs, quote, unquote, urlsplit

_PAGE = re.compile(
    r"(?P<base>(?:/[\w.-]+)*?)/(?:api/)?records?/(?P<id>[A-Za-z0-9][A-Za-z0-9-]{0,39})(?P<draft>/draft)?"
    r"(?:/(?:files|preview)/(?P<file>[^/]+)(?:/content)?)?/?"
)


@dataclass(frozen=True, slots=True)
class RecordPage:
    """A record by the address of its page or of a file of it.

    Attributes:
        site: scheme, host and path in front of what belongs to InvenioRDM.
        id: the record's identifier there.
        file: the file that the address names.
        draft: whether what is not published yet is meant, as a link for reviewers leads to.
        token: the key of such a link, which is for this record alone, and never shown.
    """

    site: str
    id: str
    file: str | None = None
    draft: bool = False
    token: str = field(default="", repr=False)

    @property
    def api(self) -> str:
        """The address of the record in the interface."""
        return f"{self.site}/api/records/{self.id}{'/draft' if self.draft else ''}"

    def asked(self, path: str = "") -> str:
        """An address below that of the record, with the key of the link."""
        return f"{self.api}{path}" + (f"?token={quote(self.token, safe='')}" if self.token else "")

    def address_of(self, file: str) -> str:
        """How a user can name a file of the record; of a link's key it is only said that there is one."""
        said = ["preview=1"] if self.draft else []
        said += ["token=..."] if self.token else []
        page = f"{self.site}/records/{self.id}/files/{quote(file, safe='')}"
        return f"{page}?{'&'.join(said)}" if said else page

    def __str__(self) -> str:
        return f"the {'draft' if self.draft else 'record'} {self.id} at {urlsplit(self.site).netloc}"


def record_page(url: str) -> RecordPage | None:
    """The record that an address may belong to, as far as its form tells."""
    parts = urlsplit(url)
    match = _PAGE.fullmatch(parts.path)
    if match is None:
        return None
    said = parse_qs(parts.query)
    return RecordPage(
        f"{parts.scheme}://{parts.netloc}{match['base']}",
        match["id"],
        unquote(match["file"]) if match["file"] else None,
        draft=bool(match["draft"]) or said.get("preview") == ["1"],
        token=said.get("token", [""])[0],
    )


def gives_away(url: str, leads_to: str) -> bool:
    """Whether a redirection from a record would tell another host the key of its access link."""
    here, there = urlsplit(url), urlsplit(leads_to)
    if "/records/" not in here.path or here.netloc == there.netloc:
        return False
    return any(token in unquote(leads_to) for token in parse_qs(here.query).get("token", []))
