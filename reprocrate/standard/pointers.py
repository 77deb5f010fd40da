"""JSON Pointers (RFC 6901): the places of values in documents."""

from __future__ import annotations

from collections.abc import Iterable


def pointer_to(path: Iterable[str | int]) -> str:
    """The pointer to what a path of keys and indexes leads to; the empty text is the whole document."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in path)


def path_of(pointer: str) -> list[str]:
    """The parts of a pointer, indexes as digits.

    Raises:
        ValueError: it is no pointer.
    """
    if pointer and not pointer.startswith("/"):
        raise ValueError(f"{pointer!r} is no JSON Pointer: it must be empty or start with a slash")
    return [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]]


def value_at(document: object, pointer: str) -> object:
    """The value that a pointer names.

    Raises:
        LookupError: there is none.
    """
    value = document
    for part in path_of(pointer):
        if isinstance(value, dict):
            value = value[part]
        elif isinstance(value, list) and part.isdecimal():
            value = value[int(part)]
        else:
            raise LookupError(f"there is nothing at {pointer}")
    return value
