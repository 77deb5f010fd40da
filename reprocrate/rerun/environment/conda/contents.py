"""What archives of conda want to put where, judged before anything of them is unpacked.

An archive comes from an address that a stranger named. It may write below the environment's folder only,
and not over what tells that environment from another or records what is in it. Links of one archive can
lead the files of the next elsewhere, so all of them are followed together, as the system would.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

_HOPS = 40
_UNSAFE = re.compile(r"[\x00-\x1f\x7f\\]")
_SCRIPT = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.+-]*")
_MINOR = re.compile(r"3\.[0-9]{1,2}")
_OURS = ("conda-meta", "pyvenv.cfg", "reprocrate-environment.json", "reprocrate.lock")
_INTERPRETER = re.compile(r"bin/python(?:3(?:\.[0-9]+)?)?")
_LINK_SCRIPT = re.compile(r"(?:bin/\.|Scripts/\.).+-(?:pre|post)-(?:link|unlink)\.(?:sh|bat)")


@dataclass(frozen=True, slots=True)
class Member:
    """One entry of an archive: its path, its size in bytes, and where it leads if it is a link."""

    path: str
    size: int = 0
    target: str | None = None
    hard: bool = False


@dataclass(frozen=True, slots=True)
class Package:
    """An archive as it says that it is.

    Attributes:
        file: name of the archive.
        index: its `info/index.json`.
        members: what it holds.
        paths: the paths that it wants linked; None where it does not list them.
        scripts: names of the programs that are to be made for it.
        lists: paths in the other lists of its `info/`.
    """

    file: str
    index: Mapping[str, Any]
    members: tuple[Member, ...]
    paths: tuple[str, ...] | None = None
    scripts: tuple[str, ...] = ()
    lists: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Name of the package."""
        return str(self.index.get("name", "")).lower()

    @property
    def is_python_for_all(self) -> bool:
        """Whether its Python files have their place below that of the environment's own Python."""
        noarch = self.index.get("noarch")
        return noarch == "python" or (isinstance(noarch, dict) and noarch.get("type") == "python")

    @property
    def link_scripts(self) -> tuple[str, ...]:
        """Programs of it that conda would run while linking."""
        return tuple(one.path for one in self.members if _LINK_SCRIPT.fullmatch(one.path))


class RefusedError(Exception):
    """An archive wants what it must not have: the archive, and what it wants."""


@dataclass
class _Tree:
    """The environment as it would be, as far as its links."""

    links: dict[str, str] = field(default_factory=dict)
    known: dict[str, str] = field(default_factory=dict)

    def place(self, path: str) -> str:
        """Where a path leads once the links above it are followed; it is not followed itself.

        Raises:
            ValueError: out of the environment, or in a circle.
        """
        parent, _, name = path.rpartition("/")
        return f"{self._followed(parent)}/{name}".lstrip("/")

    def _followed(self, folder: str) -> str:
        if folder not in self.known:
            self.known[folder] = self.follow([], folder.split("/"))
        return self.known[folder]

    def follow(self, at: list[str], parts: Sequence[str]) -> str:
        """Where a path leads from a folder, all links followed."""
        waiting, hops = list(reversed(parts)), 0
        while waiting:
            part = waiting.pop()
            if part in ("", "."):
                continue
            if part == "..":
                if not at:
                    raise ValueError("it leads out of the environment")
                at.pop()
                continue
            target = self.links.get("/".join([*at, part]).casefold())
            if target is None:
                at.append(part)
                continue
            hops += 1
            if hops > _HOPS:
                raise ValueError("its links lead in a circle")
            if target.startswith("/"):
                raise ValueError("it leads out of the environment")
            waiting.extend(reversed(target.split("/")))
        return "/".join(at)


def judge(packages: Sequence[Package]) -> None:
    """Make sure that archives write nowhere but into the environment, and replace nothing of ours.

    Raises:
        RefusedError: one does.
    """
    site = _site_packages(packages)
    tree = _Tree()
    placed = [(package, list(_placed(package, site))) for package in packages]
    for package, members in placed:
        for path, member in members:
            if member.target is not None and not member.hard:
                _require_target(package, member)
                tree.links[path.casefold()] = member.target
    for package, members in placed:
        for path, member in members:
            _judge_member(package, tree, path, member)
        _judge_info(package, tree, {path for path, _ in members}, site)


def _judge_member(package: Package, tree: _Tree, path: str, member: Member) -> None:
    where = _place(package, tree, path)
    _require_not_ours(package, where)
    if member.target is None:
        return
    if member.hard:
        if member.target not in {one.path for one in package.members}:
            raise RefusedError(package.file, f"{path} is a second name of a file that it does not hold")
        return
    try:
        tree.follow(where.split("/")[:-1], member.target.split("/"))
    except ValueError as error:
        raise RefusedError(package.file, f"{path} is a link, and {error}") from None


def _judge_info(package: Package, tree: _Tree, held: set[str], site: str) -> None:
    for path in package.paths or ():
        _require_safe(package, path)
        if _mapped(package, path, site) not in held:
            raise RefusedError(package.file, f"it wants {path[:120]} linked, which it does not hold")
    for path in package.lists:
        _require_safe(package, path)
    for name in package.scripts:
        if not _SCRIPT.fullmatch(name):
            raise RefusedError(package.file, f"{name[:80]!r} is no name of a program")
        _require_not_ours(package, _place(package, tree, f"bin/{name}"))


def _place(package: Package, tree: _Tree, path: str) -> str:
    try:
        return tree.place(path)
    except ValueError as error:
        raise RefusedError(package.file, f"{path[:120]} is below a link, and {error}") from None


def _placed(package: Package, site: str) -> Iterable[tuple[str, Member]]:
    for member in package.members:
        _require_safe(package, member.path)
        yield _mapped(package, member.path, site), member


def _mapped(package: Package, path: str, site: str) -> str:
    """Where a file of an archive belongs (conda's `noarch: python`)."""
    if package.is_python_for_all:
        for begin, place in (("site-packages/", f"{site}/"), ("python-scripts/", "bin/")):
            if path.startswith(begin):
                return place + path.removeprefix(begin)
    return path


def _site_packages(packages: Sequence[Package]) -> str:
    """Where Python packages belong, as the package `python` says."""
    for package in packages:
        if package.name != "python" and package.index.get("python_site_packages_path") is not None:
            raise RefusedError(package.file, "it says where packages of Python belong, and is not Python")
    python = next((one for one in packages if one.name == "python"), None)
    if python is None:
        return "site-packages"
    minor = ".".join(str(python.index.get("version", "")).split(".")[:2])
    if not _MINOR.fullmatch(minor):
        raise RefusedError(python.file, "its version is none of Python 3")
    own = python.index.get("python_site_packages_path")
    if own is None:
        return f"lib/python{minor}/site-packages"
    _require_safe(python, str(own))
    return str(own)


def _require_target(package: Package, member: Member) -> None:
    if _UNSAFE.search(member.target or "") or not member.target:
        raise RefusedError(package.file, f"{member.path[:120]} is a link to a path that cannot be")


def _require_safe(package: Package, path: str) -> None:
    parts = path.removesuffix("/").split("/")
    if _UNSAFE.search(path) or any(part in ("", ".", "..") for part in parts):
        raise RefusedError(package.file, f"it wants to write to {path[:120]!r}, out of the environment")


def _require_not_ours(package: Package, path: str) -> None:
    plain = path.removesuffix("/").casefold()
    if plain.split("/")[0] in _OURS:
        raise RefusedError(package.file, f"it wants to replace {path[:120]}, which records the environment")
    if _INTERPRETER.fullmatch(plain) and package.name != "python":
        raise RefusedError(package.file, f"it wants to replace the interpreter, {path[:120]}")
