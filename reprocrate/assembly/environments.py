"""A recorded environment as a section of the manifest."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from reprocrate.assembly.kept_locks import kept_locks, lock_sections, with_digests
from reprocrate.assembly.locks import find_lock
from reprocrate.assembly.sections import Section, without_nothing
from reprocrate.capture.record import Environment, plain


def environment_section(project: Path, found: Environment) -> Section:
    """An environment with the lock that was made for it, and those that lay beside what ran.

    Raises:
        UnreadableError: what is known about the lock that was made cannot be read.
    """
    locks = kept_locks(project, found)
    packages = with_digests(found.packages, locks) if locks else found.packages
    section: Section = without_nothing(plain(replace(found, packages=packages)))
    for package in section.get("packages", ()):
        package.pop("wheel_tags", None)  # by them the digest was found
    return section | {"lock": find_lock(project, found), "locks": lock_sections(locks, found)}
