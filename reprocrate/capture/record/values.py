"""What a record is made of: plain values, and dataclasses as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import Field, fields, is_dataclass
from functools import cache
from typing import Any

Scalar = bool | int | float | str | None


def plain(value: Any) -> Any:
    """A dataclass, or what is in it, as JSON's own types.

    A dataclass of which there are many, with little to say each, is `sparse`: what is as usual is left out.
    """
    if is_dataclass(value) and not isinstance(value, type):
        given = ((item, getattr(value, item.name)) for item in _fields(type(value)))
        if getattr(value, "sparse", False):
            return {item.name: plain(found) for item, found in given if found != item.default}
        return {item.name: plain(found) for item, found in given}
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return value


@cache
def _fields(kind: Any) -> tuple[Field[Any], ...]:
    return fields(kind)
