"""Locks of other tools as pinned requirements with digests.

Addresses in a lock are not taken over: versions and digests say what a package is, and the user's own index
has it. What comes from a repository, an address or a folder is left out, and said. uv.lock is turned by uv
itself (`uv export --frozen`), since markers follow from its graph.
"""

from __future__ import annotations

import re
import tempfile
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from reprocrate.assembly.lock_contents import LockedPackage, locked_packages
from reprocrate.errors import UnavailableError, UnreadableError
from reprocrate.rerun.environment.building import Recipe
from reprocrate.rerun.environment.requirements import can_be_pinned, normalised
from reprocrate.rerun.environment.uv_tool import find_uv, run_uv

_NAMES = {
    "pylock": "pylock.toml",
    "uv": "uv.lock",
    "poetry": "poetry.lock",
    "pdm": "pdm.lock",
    "pipfile": "Pipfile.lock",
}
_MARKER = re.compile(r"[A-Za-z0-9_ .'\"<>=!()~,+*-]+")
_OPTIONAL = re.compile(r"\bextras?\b|\bdependency_groups\b")


@dataclass(frozen=True, slots=True)
class Converted:
    """Pinned requirements, and what of the lock is not among them, each with the reason."""

    text: str
    left_out: tuple[str, ...] = ()


def converted(recipe: Recipe) -> Converted:
    """The lock of a recipe as pinned requirements.

    Raises:
        UnreadableError: it is not of its kind.
        UnavailableError: uv, which reads uv.lock, is not installed.
    """
    if recipe.format == "requirements":
        return Converted(recipe.lock)
    if recipe.format == "uv":
        return _by_uv(recipe.lock)
    packages = locked_packages(recipe.format, recipe.lock.encode())
    if packages is None:
        raise _unreadable(recipe.format, "it does not follow its format")
    recorded = {normalised(one.name): one.version for one in recipe.packages}
    lines, left_out = list[str](), list[str]()
    for one in _one_each(packages, recorded):
        if reason := _why_not(one):
            left_out.append(f"{one.name} {one.version}: {reason}")
        elif _OPTIONAL.search(one.marker):
            if not recorded or one.name in recorded:  # else it is of an extra that was not installed
                lines.append(_line(replace(one, marker="")))
        else:
            lines.append(_line(one))
    return Converted("".join(lines), tuple(left_out))


def _one_each(packages: Iterable[LockedPackage], recorded: dict[str, str]) -> Iterator[LockedPackage]:
    """One version of each package, where no markers tell several apart: the recorded one."""
    together: dict[str, list[LockedPackage]] = {}
    for one in packages:
        if one.manager == "pypi":
            together.setdefault(one.name, []).append(one)
    for name in sorted(together):
        several = together[name]
        plain = [one for one in several if not one.marker]
        if len(several) > 1 and plain:
            of_record = [one for one in several if one.version.partition("+")[0] == recorded.get(name)]
            yield (of_record or plain)[0]
        else:
            yield from several


def _why_not(one: LockedPackage) -> str:
    if not one.fetched:
        return "it comes from a repository, an address or a folder, which is not asked"
    if not can_be_pinned(one.name, one.version):
        return "no index could know its name or version"
    if one.marker and not _MARKER.fullmatch(one.marker):
        return "its marker cannot be read"
    return ""


def _line(one: LockedPackage) -> str:
    marker = f" ; {one.marker}" if one.marker else ""
    hashes = sorted({file.sha256 for file in one.files})
    return f"{one.name}=={one.version}{marker}" + "".join(f" --hash=sha256:{each}" for each in hashes) + "\n"


def _by_uv(text: str) -> Converted:
    uv = find_uv()
    if uv is None:
        raise UnavailableError(
            "the environment cannot be built",
            "uv, which reads uv.lock, is not installed",
            "Run `pip install uv`",
        )
    name, python = _root(text)
    options = ["--frozen", "--offline", "--no-emit-local", "--all-extras", "--all-groups"]
    options += ["--no-annotate", "--no-header", "--no-python-downloads"]
    with tempfile.TemporaryDirectory(prefix="reprocrate-uvlock-") as folder:
        Path(folder, "uv.lock").write_text(text, encoding="utf-8")
        project = f'[project]\nname = "{name}"\nversion = "0"\nrequires-python = "{python}"\n'
        Path(folder, "pyproject.toml").write_text(project, encoding="utf-8")
        outcome = run_uv(uv, ["export", "--project", folder, *options])
    if outcome.exit_code != 0:
        raise _unreadable("uv", outcome.reason)
    joined = outcome.output.replace("\\\n", " ").splitlines()
    elsewhere = [line for line in joined if " @ " in line.partition(";")[0]]
    kept = [line for line in joined if line not in elsewhere]
    why = "it comes from a repository or an address, which is not asked"
    return Converted(
        "".join(f"{' '.join(line.split())}\n" for line in kept),
        tuple(f"{line.partition(' @ ')[0].strip()}: {why}" for line in elsewhere),
    )


def _root(text: str) -> tuple[str, str]:
    """Name of the project that a uv.lock is of, and the versions of Python that it is for."""
    try:
        document = tomllib.loads(text)
        python = str(document.get("requires-python", ">=3.8"))
        roots = [
            str(one["name"])
            for one in document.get("package", ())
            if {"virtual", "editable"} & one.get("source", {}).keys()
        ]
    except (tomllib.TOMLDecodeError, KeyError, TypeError, AttributeError) as error:
        raise _unreadable("uv", str(error)) from error
    name = roots[0] if roots else ""
    if not re.fullmatch(r"[A-Za-z0-9._-]+", name) or not re.fullmatch(r"[0-9A-Za-z.,<>=!~* ]+", python):
        raise _unreadable("uv", "it names no project that it is the lock of")
    return name, python


def _unreadable(form: str, why: str) -> UnreadableError:
    return UnreadableError(f"the lock is no {_NAMES.get(form, form)}", why, "Ask the authors for a sound one")
