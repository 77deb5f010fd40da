"""What a user may write instead of a path: the address of a file or a page, or a DOI."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from reprocrate.errors import UsageError

_DOI = re.compile(r"10\.[0-9]{4,9}(?:\.[0-9]+)*/\S+", re.ASCII)
"""A prefix, a slash and a suffix (ISO 26324; the DOI handbook, 2.2)."""

_WRITTEN = re.compile(
    rf"(?:doi:\s*|https?://(?:dx\.|www\.)?doi\.org/)?(?P<doi>{_DOI.pattern})", re.ASCII | re.IGNORECASE
)
_DOI_HOSTS = ("doi.org", "dx.doi.org", "www.doi.org")
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://")
_MARK = re.compile(r"doi:\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Reference:
    """An address or a DOI, as the user wrote it.

    Attributes:
        text: what was written, without white space around it.
        doi: the DOI, if it is one.
    """

    text: str
    doi: str | None = None

    def __str__(self) -> str:
        return f"doi:{self.doi}" if self.doi else self.text


def reference_in(text: str) -> Reference | None:
    """The address or DOI that a text is; None for what may be a path.

    Known are `https://...`, `10.5281/zenodo.123`, `doi:10.5281/zenodo.123` and the address of a DOI at its
    resolver.

    Raises:
        UsageError: it is an address of another kind, holds a password, or is marked as a DOI and is none.
    """
    text = text.strip()
    if mark := _MARK.match(text):
        return Reference(text, _require_doi(text[mark.end() :], text))
    scheme = _SCHEME.match(text)
    if scheme is None:
        return Reference(text, text) if _DOI.fullmatch(text) else None
    if scheme[1].lower() not in ("https", "http"):
        raise UsageError(
            f"an address of the kind {scheme[1]}:// cannot be read", fix="Give an address with https://"
        )
    try:
        parts = urlsplit(text)
        secret = "@" in parts.netloc
        host = parts.hostname or ""
    except ValueError as error:
        raise UsageError("this is no address", str(error), "Check it") from error
    if secret:
        raise UsageError(
            f"the address of {host or 'the server'} holds a user name or a password",
            "it would stand in your shell's history and in lists of processes",
            "Leave it out, download the file in another way and name the file",
        )
    if host.lower() in _DOI_HOSTS:
        return Reference(text, _require_doi(unquote(parts.path.lstrip("/")), text))
    return Reference(text)


def doi_of(text: str) -> str:
    """A DOI in any of the forms that it is written in, bare and in small letters, as case says nothing in it.

    Empty where the text is no DOI.
    """
    written = _WRITTEN.fullmatch(text.strip())
    return unquote(written["doi"]).lower() if written else ""


def _require_doi(doi: str, text: str) -> str:
    if not _DOI.fullmatch(doi):
        raise UsageError(f"{text[:200]} is no DOI", fix="A DOI looks like 10.5281/zenodo.123")
    return doi
