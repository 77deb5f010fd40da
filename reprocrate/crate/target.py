"""What the crate conforms to: every address and version that another pair of specifications would change."""

from __future__ import annotations

from typing import NamedTuple

PROFILE = "https://w3id.org/reprocrate/profile/1.0"
"""Permalink of our own profile, which extends Process Run Crate; `profile/` of the standard is its crate."""

PROFILE_ON_NEWEST = "https://w3id.org/reprocrate/profile/on-ro-crate-1-3/1.0"
"""Permalink of the same profile on the newer pair of specifications; its shapes are the same."""


class Target(NamedTuple):
    """A version of RO-Crate with the version of Process Run Crate that builds on it.

    Attributes:
        crate_version: of RO-Crate, as ro-crate-py names it.
        profile: permalink of the Process Run Crate version.
        profile_version: that version.
        own_profile: permalink of our own profile on these two.
        profile_context: JSON-LD context of the terms that the profile adds, sha256 among them. It comes after
            RO-Crate's own context, so that `sha256` means the same in every target: RO-Crate 1.1 has no such
            term, and 1.3 has that of schema.org.
        profile_types: of the entity of a profile. RO-Crate 1.3 demands `Profile`, which 1.1 does not know.
        native_characters: whether identifiers hold the letters of all scripts as they are.
        describes_preview: whether the page for people has an entity.
        states_contacts: whether it is said of authors and organisations that no contact was stated.
        document_conforms: whether it is said of the metadata document, and not of the root, that a further
            specification is followed: Workflow RO-Crate 1.0 demands the first, 1.3 prefers the other.
        people_publish: whether the authors stand as publisher where no organisation is stated. RO-Crate
            allows it, and 1.1 recommends an organisation.
        program_type: of an entity that stands for code. RO-Crate 1.3 keeps SoftwareSourceCode for files.
    """

    crate_version: str
    profile: str
    profile_version: str
    own_profile: str
    profile_context: str
    profile_types: tuple[str, ...]
    program_type: str
    native_characters: bool
    describes_preview: bool
    states_contacts: bool
    document_conforms: bool
    people_publish: bool


CHECKED = Target(
    crate_version="1.1",
    profile="https://w3id.org/ro/wfrun/process/0.5",
    profile_version="0.5",
    own_profile=PROFILE,
    profile_context="https://w3id.org/ro/terms/workflow-run/context",
    profile_types=("CreativeWork",),
    program_type="SoftwareSourceCode",
    native_characters=False,
    describes_preview=True,
    states_contacts=False,
    document_conforms=True,
    people_publish=False,
)
"""RO-Crate 1.1 with Process Run Crate 0.5: the newest pair that validators check in full."""

NEWEST = Target(
    crate_version="1.3",
    profile="https://w3id.org/ro/wfrun/process/0.6",
    profile_version="0.6",
    own_profile=PROFILE_ON_NEWEST,
    profile_context="https://w3id.org/ro/terms/workflow-run/context",
    profile_types=("CreativeWork", "Profile"),
    program_type="SoftwareApplication",
    native_characters=True,
    describes_preview=False,
    states_contacts=True,
    document_conforms=False,
    people_publish=True,
)
"""RO-Crate 1.3 with Process Run Crate 0.6, which requires it."""

TARGETS = {target.crate_version: target for target in (CHECKED, NEWEST)}
"""What a crate can be written for, by the version of RO-Crate."""
