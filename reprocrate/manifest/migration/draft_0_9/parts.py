"""What several sections of the draft 0.9 have in common."""

from __future__ import annotations

from typing import Any

from reprocrate.manifest.migration.licences import licence_of
from reprocrate.manifest.migration.record import NoteKind
from reprocrate.manifest.migration.transfer import Transfer
from reprocrate.manifest.migration.values import (
    Names,
    UnfitError,
    arguments_of,
    bytes_of,
    is_whole,
    path_of_file,
    sha256_of,
)

UTC = "the same time in UTC"
SECONDS = "minutes as seconds"
BYTES = "megabytes as bytes"
HEXADECIMAL = "hexadecimal digits only"


def size(part: Transfer, name: str, to: str) -> None:
    """Write megabytes as bytes."""
    if name in part.old:
        if not is_whole(part.old[name]):
            part.assume(name, to, "rounded to whole bytes, since sizes are whole numbers in 1.0")
        part.convert(name, to, bytes_of, BYTES)


def licence(part: Transfer) -> None:
    """Write a licence in words as its SPDX identifier, where it is plain which one is meant."""
    if "licence" not in part.old:
        return
    try:
        identifier, inferred = licence_of(part.old["licence"])
    except UnfitError as reason:
        part.aside("licence", str(reason))
        return
    if inferred:
        part.assume("licence", "license", "the SPDX identifier that goes with this name of a licence")
    part.put("licence", "license", identifier, "an SPDX identifier")


def command(part: Transfer) -> None:
    """Write a line for the shell as arguments."""
    arguments, by_shell = arguments_of(part.old["command"])
    how = "a line that needs the shell, as an argument of sh" if by_shell else "a list of arguments"
    part.put("command", "command", arguments, how)


def files(part: Transfer, name: str, to: str) -> None:
    """Move a list of files; one whose path 1.0 does not take is left out."""
    made: list[dict[str, Any]] = []
    for each in part.entries(name, to):
        each.now = (*part.now, to, len(made))
        try:
            each.put("path", "path", path_of_file(each.old["path"]), "without parts that mean nothing")
        except UnfitError as reason:
            part.log.note(NoteKind.LOST, each.was, str(reason))
            continue
        size(each, "size_mb", "size")
        each.convert("digest", "sha256", sha256_of, HEXADECIMAL)
        each.same("url")
        each.rename("included", "in_bundle")
        made.append(each.done())
    if name in part.old:
        part.new[to] = made


def identified(part: Transfer, names: Names) -> None:
    """Give an entry whose name was free text an id, and keep the text where it had to change."""
    name = part.old["id"]
    if names[name] == name:
        part.same("id")
        return
    part.put("id", "id", names[name], "an id made of the name")
    to = part.keep("id", name)
    reason = "ids are made of letters, digits, dots, hyphens and underscores in 1.0"
    part.log.note(NoteKind.ASIDE, (*part.was, "id"), reason, (*part.now, to))
