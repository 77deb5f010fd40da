"""Bundles: a crate folder and one file of it; deterministic out, checked in.

What packs is imported when it is first used: who only reads a manifest does not wait for it.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from reprocrate.bundle.admission import USUAL, Limits, Problem, ProblemKind, printable
from reprocrate.bundle.entries import Entry
from reprocrate.bundle.formats import Form, Member
from reprocrate.bundle.reading import Bundle, open_bundle
from reprocrate.bundle.recognition import looks_like_bundle
from reprocrate.bundle.tree import Tree

if TYPE_CHECKING:
    from reprocrate.bundle.packing import Packed, pack
    from reprocrate.bundle.target import require_room, require_target
    from reprocrate.bundle.writing import writing_bytes

__all__ = [
    "USUAL",
    "Bundle",
    "Entry",
    "Form",
    "Limits",
    "Member",
    "Packed",
    "Problem",
    "ProblemKind",
    "Tree",
    "looks_like_bundle",
    "open_bundle",
    "pack",
    "printable",
    "require_room",
    "require_target",
    "writing_bytes",
]

_WRITES = {
    "Packed": "packing",
    "pack": "packing",
    "require_room": "target",
    "require_target": "target",
    "writing_bytes": "writing",
}


def __getattr__(name: str) -> Any:
    if name in _WRITES:
        return getattr(import_module(f"reprocrate.bundle.{_WRITES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
