"""The crate: a manifest as RO-Crate metadata, and what a crate says of itself.

This package is the only door to ro-crate-py. The mapping (`experiment`, `data`, `programs`, `environments`,
`actions`, `results`) is apart from what it conforms to (`target`), from how it is written (`graph`), and from
what keeps it until then (`entities`).
"""

from __future__ import annotations

from reprocrate.crate.entities import METADATA
from reprocrate.crate.identifiers import file_id, path_of
from reprocrate.crate.payload import CrateFile
from reprocrate.crate.reading import CrateGraph, CrateView, read_crate, read_graph
from reprocrate.crate.target import CHECKED, NEWEST, TARGETS, Target
from reprocrate.crate.writing import described_entities, write_crate

__all__ = [
    "CHECKED",
    "METADATA",
    "NEWEST",
    "TARGETS",
    "CrateFile",
    "CrateGraph",
    "CrateView",
    "Target",
    "described_entities",
    "file_id",
    "path_of",
    "read_crate",
    "read_graph",
    "write_crate",
]
