"""Environments of conda: not built here.

A package of conda may bring scripts that run when it is linked, and its list names the addresses of channels
that a stranger chose. So a reader makes such an environment by hand, and is told how.
"""

from __future__ import annotations

from pathlib import Path

from reprocrate.errors import UnavailableError
from reprocrate.rerun.environment.building import BuiltEnvironment, Recipe
from reprocrate.rerun.environment.uv_tool import Notify

_HOW = {
    "conda": "micromamba create --name experiment --file {lock}",
    "conda_environment": "micromamba create --name experiment --file {lock}",
    "conda_lock": "conda-lock install --name experiment {lock}",
    "pixi": "pixi install --frozen",
}


class CondaBuilder:
    """Says how an environment of conda is made by hand."""

    def lacks(self, recipe: Recipe) -> tuple[str, str] | None:
        """That it is made by hand, and the command."""
        command = _HOW.get(recipe.format, _HOW["conda"]).format(lock=recipe.name or "the lock")
        why = "packages of conda may run scripts when they are installed, so they are not installed here"
        return why, f"make it by hand with `{command}` and follow REPRODUCING.md"

    def build(self, folder: Path, recipe: Recipe, notify: Notify | None = None) -> BuiltEnvironment:  # noqa: ARG002
        """Refuse."""
        why, how = self.lacks(recipe) or ("", "")
        raise UnavailableError("the environment cannot be built", why, how)
