"""Bundles: a crate folder and one file of it; deterministic out, checked in.

What packs is imported when it is first used: who only reads a manifest does not wait for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reprocrate.bundle.admission import USUAL, Limits, Problem, ProblemKind, printable
from reprocrate.bundle.entries import Entry
from reprocrate.bundle.formats import Form, Member
from reprocrate.bundle.reading import Bundle, open_bundle
from reprocrate.bundle.tree import Tree

if TYPE_CHECKING:
    from reprocrate.bundle.packing import Packed, pack

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
    "open_bundle",
    "pack",
    "printable",
]


def __getattr__(name: str) -> Any:
    if name in ("Packed", "pack"):
        from reprocrate.bundle import packing

        return getattr(packing, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
