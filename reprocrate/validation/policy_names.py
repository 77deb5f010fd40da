"""Policies by name: those that come with the standard, and those of installed packages."""

from __future__ import annotations

import difflib
import re
from importlib.resources.abc import Traversable
from pathlib import Path

from reprocrate.errors import UnavailableError, UsageError
from reprocrate.plugins import find_part, part_names
from reprocrate.standard import shipped_folder

GROUP = "reprocrate.policies"
"""Entry points of packages that bring policies: each leads to a file or to the text of one, in TOML."""

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")

_ENDING = ".toml"


def shipped_names() -> tuple[str, ...]:
    """The names of the policies that come with the standard, sorted."""
    files = (shipped_folder() / "policies").iterdir()
    return tuple(sorted(each.name.removesuffix(_ENDING) for each in files if each.name.endswith(_ENDING)))


def policy_names() -> tuple[str, ...]:
    """The names of all policies that are at hand, sorted; nothing is loaded."""
    return part_names(GROUP, dict.fromkeys(shipped_names(), ""))


def is_file(text: str) -> bool:
    """Whether somebody means a file and not a name."""
    return text.endswith((_ENDING, ".json")) or not NAME.fullmatch(text) or Path(text).exists()


def text_of(name: str) -> str:
    """The policy of a name, as it is stored.

    Raises:
        UsageError: there is none of that name.
        UnavailableError: another package brings it, and it cannot be had from there.
    """
    if name in shipped_names():
        return (shipped_folder() / "policies" / f"{name}{_ENDING}").read_text("utf-8")
    brought = find_part(GROUP, name, {})
    if brought is None:
        known = policy_names()
        near = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
        meant = f"Did you mean {near[0]}? " if near else ""
        raise UsageError(
            f"there is no policy {name}",
            f"known are {', '.join(known)}",
            f"{meant}`reprocrate policy list` tells what each is for; a file's name ends in .toml or .json",
        )
    return _text(name, brought)


def _text(name: str, brought: object) -> str:
    """What a package gave: the text itself or where it stands; data, and never a function to call."""
    try:
        if isinstance(brought, str) and "\n" not in brought:
            brought = Path(brought)
        if isinstance(brought, Traversable):  # a Path is one, too
            return brought.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UnavailableError(f"the policy {name} of {GROUP} cannot be read", str(error)) from error
    if isinstance(brought, bytes):
        return brought.decode("utf-8", "replace")
    if isinstance(brought, str):
        return brought
    raise UnavailableError(
        f"the policy {name} of {GROUP} is no data",
        f"it is of the type {type(brought).__name__}, where the text of a policy or its file is expected",
        "Repair or remove the package that brings it",
    )
