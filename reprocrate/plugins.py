"""The only reader of entry points: what other packages attach to reprocrate.

Built-in parts stand in a static table, name -> `module:attribute`, of the same shape as entry points. Those
of other packages are looked for only under names that the table does not have, so that start-up pays nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any

from reprocrate.errors import UnavailableError

if TYPE_CHECKING:  # it takes a while to import, and most commands ask for no plug-in
    from importlib.metadata import EntryPoint


def find_part(group: str, name: str, built_in: Mapping[str, str]) -> Any:
    """The part of a name; None where there is neither a built-in one nor one of another package.

    Args:
        group: the group of entry points, such as `reprocrate.environments`.
        name: what is looked for.
        built_in: the static table.

    Raises:
        UnavailableError: another package offers it, and it cannot be loaded.
    """
    if name in built_in:
        module, _, attribute = built_in[name].partition(":")
        return getattr(import_module(module), attribute)
    from importlib.metadata import entry_points

    for found in entry_points(group=group, name=name):
        return _loaded(group, found)
    return None


def part_names(group: str, built_in: Mapping[str, str]) -> tuple[str, ...]:
    """Every name that there is a part of, sorted; nothing is loaded."""
    from importlib.metadata import entry_points

    return tuple(sorted({*built_in, *(one.name for one in entry_points(group=group))}))


def _loaded(group: str, found: EntryPoint) -> Any:
    try:
        return found.load()
    except Exception as error:  # it is another package's code, which may raise anything
        owner = found.dist.name if found.dist else "another package"
        raise UnavailableError(
            f"the plug-in {found.name} of {group} cannot be loaded",
            f"{found.value} of {owner}: {type(error).__name__}: {error}",
            f"Repair or remove {owner}",
        ) from error
