"""What is in a linked environment, read from its records, against what was recorded."""

from __future__ import annotations

from pathlib import Path

from reprocrate.capture.environment.conda import conda_packages
from reprocrate.rerun.environment.building import Difference, Recipe, differences, installed_packages


def unlike(prefix: Path, recipe: Recipe, version: str) -> tuple[Difference, ...]:
    """The interpreter, Python distributions and other packages of conda that are not as recorded."""
    found = list(differences(recipe.packages, installed_packages(prefix)))
    if recipe.others:
        here = {
            one.about.name: one.about.version
            for one in conda_packages([str(prefix)])
            if not one.metadata and not one.is_pypi
        }
        told = {one.package for one in found}
        found += [
            Difference(name, recipe.others.get(name), here.get(name))
            for name in sorted(recipe.others.keys() | here.keys())
            if recipe.others.get(name) != here.get(name) and name not in told and name != "python"
        ]
    if version != recipe.python_version:
        found.append(Difference("python", recipe.python_version, version))
    return tuple(sorted(found, key=lambda one: one.package))


def python_version(prefix: Path) -> str | None:
    """The version of the package `python` of a prefix; None where it has none."""
    return next(
        (one.about.version for one in conda_packages([str(prefix)]) if one.about.name == "python"), None
    )
