"""Zenodo, its sandbox, and any other site that runs InvenioRDM."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import urlsplit

from reprocrate.deposit.archive import Limits
from reprocrate.deposit.archives import Place
from reprocrate.deposit.calling import Caller
from reprocrate.deposit.inveniordm.deposits import InvenioArchive
from reprocrate.deposit.inveniordm.uploads import PART_BYTES
from reprocrate.deposit.tokens import token_for
from reprocrate.errors import UsageError

ZENODO = "REPROCRATE_ZENODO"
"""Variable that names another address for `zenodo`, such as that of a copy of it for trying out."""

SANDBOX = "REPROCRATE_ZENODO_SANDBOX"
"""The same for `zenodo-sandbox`."""

TOKEN = "REPROCRATE_TOKEN"  # noqa: S105
"""Variable that holds the token for an archive that is named by its address."""

ZENODO_LIMITS = Limits(most_files=100, most_bytes=50_000_000_000, takes_empty=False)
"""What Zenodo takes in one record (https://help.zenodo.org/docs/deposit/manage-quota/)."""


def zenodo(place: Place) -> InvenioArchive:
    """Zenodo."""
    return _zenodo(place, ZENODO, "https://zenodo.org", "ZENODO_TOKEN")


def sandbox(place: Place) -> InvenioArchive:
    """Zenodo's sandbox, to try it out: what is there is deleted some day, and its DOIs lead nowhere."""
    return _zenodo(place, SANDBOX, "https://sandbox.zenodo.org", "ZENODO_SANDBOX_TOKEN")


def site(place: Place) -> InvenioArchive:
    """Any site that runs InvenioRDM, by its address; that of a page or of the interface will do."""
    address = _site_of(place.text)
    if urlsplit(address).netloc in ("zenodo.org", "www.zenodo.org"):
        return zenodo(place)
    if urlsplit(address).netloc == "sandbox.zenodo.org":
        return sandbox(place)
    return _archive(place, address, TOKEN, Limits(), PART_BYTES)


def _zenodo(place: Place, variable: str, usual: str, token: str) -> InvenioArchive:
    address = _site_of(os.environ.get(variable, "") or usual)
    made = _archive(place, address, token, ZENODO_LIMITS, 0)  # files go whole there
    made.name = "Zenodo"
    return made


def _archive(place: Place, address: str, variable: str, limits: Limits, part_bytes: int) -> InvenioArchive:
    token = _Token(address, variable)
    caller = Caller(address, lambda: token.value, tell=place.tell, wait=time.sleep)
    return InvenioArchive(caller, limits, part_bytes, credential=f"the token ({variable} or keyring)")


@dataclass
class _Token:
    """Asked for when it is first needed, and once."""

    address: str
    variable: str

    @cached_property
    def value(self) -> str:
        page = f"{self.address}/account/settings/applications/tokens/new/"
        return token_for(urlsplit(self.address).netloc, self.variable, page)


def _site_of(text: str) -> str:
    """Scheme, host and the path in front of what belongs to InvenioRDM."""
    parts = urlsplit(text)
    if not parts.hostname or parts.scheme not in ("https", "http"):
        raise UsageError(
            f"{text} is no address of an archive", fix="Give one such as https://archive.example.org"
        )
    path = parts.path
    for end in ("/api", "/records", "/uploads", "/communities"):
        path = path.partition(f"{end}/")[0].removesuffix(end)
    return f"{parts.scheme}://{parts.netloc.lower()}{path.rstrip('/')}"
