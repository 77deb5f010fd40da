"""How environments are rebuilt, by the kind of their lock: one builder for each.

Other packages attach builders of other kinds as entry points of the group `reprocrate.environments`, each
under the `format` that it builds: a class without arguments that follows `Builder`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Protocol, runtime_checkable

from reprocrate.errors import UnavailableError
from reprocrate.plugins import find_part, part_names
from reprocrate.rerun.environment.building import BuiltEnvironment, Recipe
from reprocrate.rerun.environment.uv_tool import Notify

GROUP = "reprocrate.environments"
"""The entry points that other packages attach builders by."""

_WHEELS = "reprocrate.rerun.environment.builders.wheels:WheelBuilder"
_CONDA = "reprocrate.rerun.environment.builders.conda:CondaBuilder"
BUILT_IN = {
    **dict.fromkeys(("requirements", "pylock", "uv", "poetry", "pdm", "pipfile"), _WHEELS),
    **dict.fromkeys(("conda", "conda_environment", "conda_lock", "pixi"), _CONDA),
}
"""Formats of locks, as the manifest names them, and what builds them."""


@runtime_checkable
class Builder(Protocol):
    """Builds environments from locks of a kind.

    Nothing of a package may be run while building: no build script, no hook, no interpreter of the new
    environment.
    """

    def lacks(self, recipe: Recipe) -> tuple[str, str] | None:
        """What this machine lacks to build it, and how to get that; None where it can be tried."""

    def build(self, folder: Path, recipe: Recipe, notify: Notify | None = None) -> BuiltEnvironment:
        """Build it in a folder, or take the finished one that is there.

        Raises:
            UnavailableError: it cannot be built here; nothing is left behind.
            UnreadableError: the lock is not of its kind.
        """


def builder_for(form: str) -> Builder:
    """The builder of a format.

    Raises:
        UnavailableError: there is none, or a plug-in that offers one is broken.
    """
    part = find_part(GROUP, form, BUILT_IN)
    if part is None:
        raise UnavailableError(
            f"no environment can be built from a lock of the kind {form}",
            f"known are {', '.join(part_names(GROUP, BUILT_IN))}",
            f"A package with an entry point {form} in the group {GROUP} can add it.",
        )
    try:
        made = part()
    except Exception as error:
        raise UnavailableError(
            f"the plug-in {form} of {GROUP} cannot be used", f"{type(error).__name__}: {error}"
        ) from error
    if not isinstance(made, Builder):
        raise UnavailableError(
            f"the plug-in {form} of {GROUP} cannot be used", "it has no methods `lacks` and `build`"
        )
    return made
