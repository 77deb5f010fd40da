"""Symbolic links of a bundle: which of them stay inside it, and lead to something."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from itertools import chain

from reprocrate.bundle.admission import Problem, ProblemKind, folders_of
from reprocrate.bundle.layout import is_reserved
from reprocrate.files import safe_relative

MAX_LINK_BYTES = 1024
"""The longest target of a link, in bytes of UTF-8."""

_MOST_STEPS = 40  # as many links in a row as Linux follows (path_resolution(7))


def links_problems(
    links: Mapping[str, str], files: Collection[str], folders: Collection[str]
) -> Iterator[Problem]:
    """Why these links cannot be in one bundle with these files.

    A link may lead to a file or a folder of the same bundle, also by other links, as the file system resolves
    it: part by part, where `..` is the folder above what a link led to.

    Args:
        links: target by path, as the bundle states them.
        files: the paths of all files.
        folders: folders that are listed apart from the files in them.
    """
    if not links:
        return
    there = {*files, *folders, *folders_of(chain(files, folders, links))}
    for path, target in links.items():
        if why := _why_not(path, target, links, there):
            yield Problem(path, ProblemKind.LINK, why)


def _why_not(path: str, target: str, links: Mapping[str, str], there: Collection[str]) -> str:
    if is_reserved(path):
        return "is a symbolic link in the place of the bundle's own files"
    try:
        if not target or len(target.encode()) > MAX_LINK_BYTES:
            return f"is a symbolic link to nothing, or to a path of more than {MAX_LINK_BYTES} bytes"
        for part in target.split("/"):
            if part not in (".", ".."):
                safe_relative(part)
    except ValueError as error:  # also where it is no Unicode
        return f"is a symbolic link to an unsafe path: {error}"
    return _led_astray(path, links, there)


def resolved(path: str, links: Mapping[str, str]) -> str:
    """What a path leads to, with all links followed; the empty path where that cannot be told."""
    try:
        return _followed(path, links)
    except _AstrayError:
        return ""


class _AstrayError(Exception):
    """Following a link does not end inside of the bundle; the text says how."""


def _led_astray(path: str, links: Mapping[str, str], there: Collection[str]) -> str:
    """Why following a link does not end at something of the bundle, if so."""
    try:
        place = _followed(path, links)
    except _AstrayError as error:
        return f"is a symbolic link {error}"
    if not place:
        return "is a symbolic link to the whole bundle"
    return "" if place in there else "is a symbolic link to something that is not in the bundle"


def _followed(path: str, links: Mapping[str, str]) -> str:
    place: list[str] = []
    ahead = path.split("/")[::-1]
    steps = 0
    while ahead:
        part = ahead.pop()
        reached = "/".join([*place, part])
        if part == "..":
            if not place:
                raise _AstrayError("that leads out of the bundle")
            place.pop()
        elif reached in links:
            steps += 1
            if steps > _MOST_STEPS:
                raise _AstrayError("that goes round in a loop")
            ahead += links[reached].split("/")[::-1]
        elif part != ".":
            place.append(part)
    return "/".join(place)
