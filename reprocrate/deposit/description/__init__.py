"""What an archive is told of an experiment, whichever archive it is."""

from __future__ import annotations

from reprocrate.deposit.description.describing import describe
from reprocrate.deposit.description.findings import MOST_ROWS, told_seeds
from reprocrate.deposit.description.model import (
    Agent,
    ClaimRow,
    Contributor,
    Description,
    Grant,
    Kind,
    Licence,
    Organization,
    Related,
    Relation,
    ResultRow,
    Role,
)
from reprocrate.deposit.description.related import doi_address

__all__ = [
    "MOST_ROWS",
    "Agent",
    "ClaimRow",
    "Contributor",
    "Description",
    "Grant",
    "Kind",
    "Licence",
    "Organization",
    "Related",
    "Relation",
    "ResultRow",
    "Role",
    "describe",
    "doi_address",
    "told_seeds",
]
