"""Archives by name or address: those of the table below, and those of other packages."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from reprocrate.deposit.archive import GROUP, Archive
from reprocrate.errors import UsageError
from reprocrate.plugins import find_part, part_names


@dataclass(frozen=True, slots=True)
class Place:
    """Where an archive is, as the user named it.

    Attributes:
        text: a name, or an address.
        tell: called with a line when the archive asks to wait.
    """

    text: str
    tell: Callable[[str], object] = lambda _line: None


BUILT_IN = {
    "zenodo": "reprocrate.deposit.inveniordm.sites:zenodo",
    "zenodo-sandbox": "reprocrate.deposit.inveniordm.sites:sandbox",
}
"""Archives that have a name. Each takes a `Place` and answers an `Archive`; so do those of other packages."""

_INVENIO = "reprocrate.deposit.inveniordm.sites:site"
_STORE = "reprocrate.deposit.store:store"
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://")


def archive_at(place: Place) -> Archive:
    """The archive that a user named: by name, or by the address of an InvenioRDM or of a store of files.

    Raises:
        UsageError: there is none of this name, or it is no address.
        UnavailableError: what is needed for it is not installed, or there is no token for it.
    """
    make = find_part(GROUP, place.text, BUILT_IN) or _by_address(place.text)
    if make is None:
        known = ", ".join(part_names(GROUP, BUILT_IN))
        raise UsageError(
            f"--to {place.text}: there is no archive of this name",
            f"known: {known}",
            "Name one of these, or give an address: https://archive.example.org for an InvenioRDM, "
            "file:///folder or s3://bucket/folder for a store of files",
        )
    made: Archive = make(place)
    return made


def _by_address(text: str) -> Callable[[Place], Archive] | None:
    scheme = _SCHEME.match(text)
    if scheme is None:
        return None
    try:
        named = urlsplit(text).username is not None
    except ValueError as error:
        raise UsageError(f"--to {text}: this is no address", str(error)) from error
    if named:
        raise UsageError(
            "the address of the archive holds a user name or a password",
            "it would stand in your shell's history and in lists of processes",
            "Leave it out",
        )
    kind = _INVENIO if scheme[1].lower() in ("https", "http") else _STORE
    make: Callable[[Place], Archive] = find_part(GROUP, "address", {"address": kind})
    return make
