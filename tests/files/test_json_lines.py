"""Places of values in the text of a JSON file: whatever the value, its place holds it."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from reprocrate.files.json_lines import Span, spans_of
from reprocrate.standard import pointer_to

LEAVES = st.none() | st.booleans() | st.integers() | st.text(max_size=6)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
)


def every_place(value: Any, path: tuple[str | int, ...] = ()) -> list[tuple[tuple[str | int, ...], Any]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [(path, value), *(one for key, each in inner for one in every_place(each, (*path, key)))]


def cut(text: str, span: Span) -> str:
    lines = text.split("\n")
    if span.line == span.end_line:
        return lines[span.line - 1][span.column - 1 : span.end_column - 1]
    middle = lines[span.line : span.end_line - 1]
    first, last = lines[span.line - 1][span.column - 1 :], lines[span.end_line - 1][: span.end_column - 1]
    return "\n".join([first, *middle, last])


@settings(max_examples=150, deadline=None)
@given(VALUES, st.sampled_from([None, 0, 2]), st.booleans())
def test_every_value_is_found_where_it_stands(value: Any, indent: int | None, ascii_only: bool) -> None:
    text = json.dumps(value, indent=indent, ensure_ascii=ascii_only)
    places = {pointer_to(path): (path, inner) for path, inner in every_place(value)}
    spans = spans_of(text, places)
    assert spans.keys() == places.keys()
    for pointer, (path, inner) in places.items():
        said = cut(text, spans[pointer])
        if path and isinstance(path[-1], str):
            assert json.loads("{" + said + "}") == {path[-1]: inner}
        else:
            assert json.loads(said) == inner


def test_what_is_not_there_is_told_at_what_is_around_it() -> None:
    text = '{\n  "runs": [\n    {"id": "a"}\n  ]\n}\n'
    spans = spans_of(text, ["/runs/0/status", "/nothing", "/runs/7"])
    assert spans["/runs/0/status"] == Span(3, 5, 3, 16)
    assert (spans["/nothing"].line, spans["/runs/7"].line) == (1, 2)


def test_broken_text_is_told_as_far_as_it_goes() -> None:
    assert spans_of('{"a": [1, 2', ["/a/1"])["/a/1"] == Span(1, 11, 1, 12)
    assert spans_of("", ["/a"]) == {}
    assert spans_of("]]}", [""]) == {}
