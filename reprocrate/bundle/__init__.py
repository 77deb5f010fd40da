"""Bundles: a crate folder and one file of it; deterministic out, checked in."""

from __future__ import annotations

from reprocrate.bundle.admission import USUAL, Limits, Problem, ProblemKind
from reprocrate.bundle.entries import Entry
from reprocrate.bundle.formats import Form, Member
from reprocrate.bundle.packing import Packed, pack
from reprocrate.bundle.reading import Bundle, open_bundle
from reprocrate.bundle.recognition import looks_like_bundle
from reprocrate.bundle.target import require_room, require_target
from reprocrate.bundle.tree import Tree
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
    "require_room",
    "require_target",
    "writing_bytes",
]
