"""The source of packages that are installed in place: which tree it was, and how it differs from its commit.

What of them lies in the project is part of the code, and recorded there. Nothing of other folders is kept:
they are not the author's to publish, so only the digest tells whether it was the same source.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from reprocrate.capture.code.tree import take_snapshot
from reprocrate.capture.environment.distributions import Distribution
from reprocrate.errors import UnavailableError

_BUILD_FILES = ("pyproject.toml", "setup.py", "setup.cfg")


def with_source(
    distributions: Sequence[Distribution], project: Path, *, version_control: bool
) -> list[Distribution]:
    """The distributions with what is to be known of the source of those installed in place.

    Args:
        distributions: all that is installed.
        project: the project's folder.
        version_control: whether to ask git, which reads settings that a folder holds.
    """
    return [
        _with_source(one, project, version_control=version_control) if one.source is not None else one
        for one in distributions
    ]


def _with_source(one: Distribution, project: Path, *, version_control: bool) -> Distribution:
    folder = one.source.resolve() if one.source is not None else None
    if folder is None or not folder.is_dir():
        return one
    if folder.is_relative_to(project):
        return replace(one, package=replace(one.package, in_project=True))
    if project.is_relative_to(folder) and not any((folder / name).is_file() for name in _BUILD_FILES):
        return one  # a folder that holds the project by chance
    try:
        state = take_snapshot(folder, version_control=version_control, keep=False).state
    except (UnavailableError, OSError):
        return one
    package = replace(
        one.package,
        url=state.repository,
        commit=state.commit,
        dirty=state.dirty if state.vcs else None,
        tree_sha256=state.tree_sha256 if state.files else None,
    )
    return replace(one, package=package)
