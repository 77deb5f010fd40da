"""Writing YAML of mappings, lists and texts, which every reader of YAML 1.1 and 1.2 reads alike."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

Value: TypeAlias = "str | Mapping[str, Value] | Sequence[Value]"

_SPECIAL = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff\ufffe\uffff]")


def yaml_text(document: Mapping[str, Value]) -> str:
    """An explicit document. All texts are quoted, so that none becomes a date, a number or a word."""
    return "\n".join(("---", *_lines(document, 0))) + "\n"


def _lines(value: Mapping[str, Value] | Sequence[Value], depth: int) -> Iterator[str]:
    indent = "  " * depth
    if isinstance(value, Mapping):
        for name, item in value.items():
            if isinstance(item, str):
                yield f"{indent}{name}: {_quoted(item)}"
            else:
                yield f"{indent}{name}:"
                yield from _lines(item, depth + 1)
        return
    for item in value:
        if isinstance(item, str):
            yield f"{indent}- {_quoted(item)}"
            continue
        first, *rest = _lines(item, depth + 1)
        yield f"{indent}- {first.lstrip()}"
        yield from rest


def _quoted(text: str) -> str:
    """A text in double quotes: what JSON writes is YAML, but for a few characters that break lines there."""
    written = json.dumps(text, ensure_ascii=False)
    return _SPECIAL.sub(lambda match: f"\\u{ord(match[0]):04x}", written)
