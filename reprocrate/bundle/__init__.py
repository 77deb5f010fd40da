"""Bundles: a crate folder and one file of it; deterministic out, checked in."""

from __future__ import annotations

from reprocrate.bundle.admission import USUAL, Limits, Problem, ProblemKind, printable
from reprocrate.bundle.entries import Entry
from reprocrate.bundle.formats import Form, Member
from reprocrate.bundle.packing import Packed, pack
from reprocrate.bundle.reading import Bundle, open_bundle
from reprocrate.bundle.tree import Tree

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
