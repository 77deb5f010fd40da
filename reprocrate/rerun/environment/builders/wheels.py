"""Environments of wheels: from pip's requirements, and locks of uv, poetry, pdm, pipenv and PEP 751."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from reprocrate.rerun.environment.builders.conversion import converted
from reprocrate.rerun.environment.building import BuiltEnvironment, Recipe, build_environment
from reprocrate.rerun.environment.requirements import read_lock
from reprocrate.rerun.environment.uv_tool import Notify


class WheelBuilder:
    """Builds an environment of wheels by uv, or by pip where uv is not there."""

    def lacks(self, recipe: Recipe) -> tuple[str, str] | None:  # noqa: ARG002 - venv and pip are always there
        """Nothing that could be told beforehand."""
        return None

    def build(self, folder: Path, recipe: Recipe, notify: Notify | None = None) -> BuiltEnvironment:
        """Build it from pinned requirements, into which other locks are turned."""
        say = notify or (lambda _line: None)
        requirements = converted(recipe)
        for line in requirements.left_out:
            say(f"left out of the environment: {line}")
        pinned = read_lock(requirements.text)
        if pinned and not all(one.hashed for one in pinned):
            say("the lock has no digests for all packages: what the index offers is not verified")
        wheels = replace(recipe, lock=requirements.text, format="requirements")
        return build_environment(folder, wheels, notify)
