"""What InvenioRDM's documents of drafts and records tell, and where they are."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from reprocrate.deposit.archive import Access, Deposit, GoneError, Stage
from reprocrate.deposit.inveniordm.answers import errors_in

IDENTIFIER = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,39}")
"""The form of the names of records: `ab1cd-2ef34`, and at Zenodo a number."""


def record_path(identifier: str) -> str:
    """Where a record is.

    Raises:
        GoneError: no record has such a name, which may come from a journal of a stranger's.
    """
    if not IDENTIFIER.fullmatch(identifier):
        raise GoneError(f"there is no deposit {ascii(identifier)[:60]}", "no archive names one like this")
    return f"/api/records/{identifier}"


def draft_path(identifier: str) -> str:
    """Where a draft is; it raises what `record_path` does."""
    return f"{record_path(identifier)}/draft"


def metadata_of(document: Mapping[str, Any]) -> Mapping[str, Any]:
    """What it is said to be."""
    found = document.get("metadata")
    return found if isinstance(found, dict) else {}


def deposit_of(document: Mapping[str, Any], site: str) -> Deposit:
    """A deposit, as the archive at `site` tells of it."""
    identifier = str(document["id"])
    parent = document.get("parent")
    published = bool(document.get("is_published"))
    stage = Stage.PUBLISHED if published else Stage.DRAFT
    if document.get("status") == "in_review" and not published:
        stage = Stage.IN_REVIEW
    return Deposit(
        id=identifier,
        stage=stage,
        doi=_doi(document),
        concept=_doi(parent) if isinstance(parent, dict) else "",
        page=f"{site}/{'records' if published else 'uploads'}/{identifier}",
        version=str(metadata_of(document).get("version") or ""),
        problems=tuple(errors_in(document)),
    )


def _doi(document: Mapping[str, Any]) -> str:
    pids = document.get("pids")
    found = pids.get("doi") if isinstance(pids, dict) else None
    return str(found.get("identifier") or "") if isinstance(found, dict) else ""


def access_for(access: Access) -> dict[str, Any]:
    """Who may have the files, in the words of the interface. Records themselves stay public, as at Zenodo."""
    if access.open:
        return {"record": "public", "files": "public"}
    wanted: dict[str, Any] = {"record": "public", "files": "restricted"}
    if access.until is not None:
        embargo = {"active": True, "until": access.until.isoformat(), "reason": access.reason or None}
        wanted["embargo"] = embargo
    return wanted


def owner_of(document: Mapping[str, Any]) -> str:
    """The number of the account that it belongs to; empty if it does not say."""
    parent = document.get("parent")
    access = parent.get("access") if isinstance(parent, dict) else None
    owner = access.get("owned_by") if isinstance(access, dict) else None
    return str(owner.get("user", "")) if isinstance(owner, dict) else ""
