"""The standard as data: shipped schemas by version and name, and what they say of a document.

Schemas are found in the package and nowhere else. An identifier such as
`https://w3id.org/reprocrate/schema/1.0/manifest.schema.json` names the shipped copy: the network is never
asked.
"""

from __future__ import annotations

from reprocrate.standard.patterns import ecma_pattern, python_pattern
from reprocrate.standard.pointers import path_of, pointer_to, value_at
from reprocrate.standard.problems import MOST_PROBLEMS, SchemaProblem, problems
from reprocrate.standard.shipped import (
    HOME,
    NEWEST,
    schema_bytes,
    schema_document,
    schema_url,
    shipped_bytes,
    shipped_folder,
    specification,
)

__all__ = [
    "HOME",
    "MOST_PROBLEMS",
    "NEWEST",
    "SchemaProblem",
    "ecma_pattern",
    "path_of",
    "pointer_to",
    "problems",
    "python_pattern",
    "schema_bytes",
    "schema_document",
    "schema_url",
    "shipped_bytes",
    "shipped_folder",
    "specification",
    "value_at",
]
