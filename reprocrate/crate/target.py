"""What the crate conforms to: every address and version that another pair of specifications would change."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Target:
    """A version of RO-Crate with the version of Process Run Crate that builds on it.

    Attributes:
        crate_version: of RO-Crate, as ro-crate-py names it.
        profile: permalink of the Process Run Crate version.
        profile_version: that version.
        profile_context: JSON-LD context of the terms that the profile adds, sha256 among them.
    """

    crate_version: str
    profile: str
    profile_version: str
    profile_context: str


CHECKED = Target(
    crate_version="1.1",
    profile="https://w3id.org/ro/wfrun/process/0.5",
    profile_version="0.5",
    profile_context="https://w3id.org/ro/terms/workflow-run/context",
)
"""RO-Crate 1.1 with Process Run Crate 0.5: the newest pair that validators check in full."""
