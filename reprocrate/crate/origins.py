"""Names under which a manifest keeps where it was read from, if that was a crate of another project."""

from __future__ import annotations

KEPT = "x-ro-crate"
"""The property of the manifest that holds the metadata of the crate."""

ORIGIN = "x-ro-crate-id"
"""The property of a section that names the entity that it was read from."""
