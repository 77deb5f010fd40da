"""Bundles: a crate folder and one file of it; deterministic out, checked in."""

from __future__ import annotations

from reprocrate.bundle.admission import Problem, ProblemKind
from reprocrate.bundle.formats import Member
from reprocrate.bundle.packing import Entry, Packed, pack
from reprocrate.bundle.reading import Bundle, open_bundle

__all__ = ["Bundle", "Entry", "Member", "Packed", "Problem", "ProblemKind", "open_bundle", "pack"]
