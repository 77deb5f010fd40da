from __future__ import annotations

import json
import math
import shutil
import struct
import subprocess
from enum import StrEnum
from random import Random
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from reprocrate.errors import UnreadableError
from reprocrate.manifest.canonical import MAX_DEPTH, canonical_bytes
from reprocrate.manifest.strict import MAX_BYTES, parse

# RFC 8785, appendix B: doubles as their bits, and how they are printed.
PUBLISHED_NUMBERS = {
    "0000000000000000": "0",
    "8000000000000000": "0",
    "0000000000000001": "5e-324",
    "8000000000000001": "-5e-324",
    "7fefffffffffffff": "1.7976931348623157e+308",
    "ffefffffffffffff": "-1.7976931348623157e+308",
    "4340000000000000": "9007199254740992",
    "c340000000000000": "-9007199254740992",
    "4430000000000000": "295147905179352830000",
    "44b52d02c7e14af5": "9.999999999999997e+22",
    "44b52d02c7e14af6": "1e+23",
    "44b52d02c7e14af7": "1.0000000000000001e+23",
    "444b1ae4d6e2ef4e": "999999999999999700000",
    "444b1ae4d6e2ef4f": "999999999999999900000",
    "444b1ae4d6e2ef50": "1e+21",
    "3eb0c6f7a0b5ed8c": "9.999999999999997e-7",
    "3eb0c6f7a0b5ed8d": "0.000001",
    "41b3de4355555553": "333333333.3333332",
    "41b3de4355555554": "333333333.33333325",
    "41b3de4355555555": "333333333.3333333",
    "41b3de4355555556": "333333333.3333334",
    "41b3de4355555557": "333333333.33333343",
    "becbf647612f3696": "-0.0000033333333333333333",
    "43143ff3c1cb0959": "1424953923781206.2",
}

SAFE = st.integers(-(2**53) + 1, 2**53 - 1)
TEXT = st.text(st.characters(exclude_categories=["Cs"]))
VALUES = st.recursive(
    st.none() | st.booleans() | SAFE | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=20,
)


def _double(bits: str) -> float:
    (value,) = struct.unpack(">d", bytes.fromhex(bits))
    return float(value)


# -- canonical bytes --


@pytest.mark.parametrize(("bits", "printed"), PUBLISHED_NUMBERS.items())
def test_numbers_are_printed_as_the_standard_lists_them(bits: str, printed: str) -> None:
    assert canonical_bytes(_double(bits)).decode() == printed


@pytest.mark.parametrize("bits", ["7fffffffffffffff", "7ff0000000000000", "fff0000000000000"])
def test_numbers_that_are_none_are_refused(bits: str) -> None:
    with pytest.raises(UnreadableError, match="not a JSON number"):
        canonical_bytes(_double(bits))


@pytest.mark.skipif(not shutil.which("node"), reason="needs Node.js to compare with")
@settings(max_examples=3)
@given(st.randoms(use_true_random=False))
def test_numbers_are_printed_as_ecmascript_prints_them(random: Random) -> None:
    edges = [10.0**power for power in range(-30, 30)] + [1 / 3 * 10.0**power for power in range(-30, 30)]
    doubles = [_double(f"{random.getrandbits(64):016x}") for _ in range(200)] + edges
    doubles = [double for double in doubles if math.isfinite(double)]
    script = (
        "const bits = JSON.parse(require('fs').readFileSync(0)), view = new DataView(new ArrayBuffer(8));"
        "console.log(JSON.stringify(bits.map(b => {view.setBigUint64(0, BigInt('0x' + b));"
        "return JSON.stringify(view.getFloat64(0))})))"
    )
    bits = json.dumps([struct.pack(">d", double).hex() for double in doubles])
    done = subprocess.run(["node", "-e", script], input=bits, capture_output=True, text=True, check=True)
    assert [canonical_bytes(double).decode() for double in doubles] == json.loads(done.stdout)


def test_keys_are_sorted_by_their_utf_16_units() -> None:
    # RFC 8785, section 3.2.3: an emoji sorts before U+FB33, although its code point is larger.
    value = {
        "\u20ac": "Euro Sign",
        "\r": "Carriage Return",
        "\ufb33": "Hebrew Letter Dalet With Dagesh",
        "1": "One",
        "\U0001f600": "Emoji: Grinning Face",
        "\x80": "Control",
        "\xf6": "Latin Small Letter O With Diaeresis",
    }
    assert list(json.loads(canonical_bytes(value))) == [
        "\r",
        "1",
        "\x80",
        "\xf6",
        "\u20ac",
        "\U0001f600",
        "\ufb33",
    ]


@pytest.mark.requirement("RQ04")
def test_example_of_the_standard() -> None:
    # RFC 8785, sections 3.2.2 and 3.2.4.
    value = {
        "numbers": [333333333.33333329, 1e30, 4.50, 2e-3, 0.000000000000000000000000001],
        "string": '\u20ac$\u000f\nA\'B"\\\\"/',
        "literals": [None, True, False],
    }
    assert canonical_bytes(value).decode() == (
        '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],'
        '"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'
    )


def test_control_characters_are_escaped_as_the_standard_says() -> None:
    assert canonical_bytes("\b\t\n\f\r\0\x1f\x7f").decode() == '"\\b\\t\\n\\f\\r\\u0000\\u001f\x7f"'


class _Colour(StrEnum):
    RED = "red"


def test_tuples_and_kinds_of_text_count_as_what_they_are() -> None:
    assert canonical_bytes({_Colour.RED: (1, _Colour.RED, True)}) == b'{"red":[1,"red",true]}'


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({"runs": [{}, {"a/b": math.nan}]}, "/runs/1/a~1b cannot be written as JSON. nan is not"),
        ([2**53], "/0 .* 9007199254740992 is beyond"),
        ([-(2**53)], "beyond 2"),
        ({"x": "\ud800"}, "/x .*surrogate"),
        ({"\udc00": 1}, "surrogate"),
        ({1: 2}, "key that is not text"),
        ([{1}], "/0 .*set is not a JSON type"),
        (b"bytes", "the top .*bytes is not a JSON type"),
    ],
)
def test_what_has_no_canonical_form_is_named(value: object, message: str) -> None:
    with pytest.raises(UnreadableError, match=message):
        canonical_bytes(value)


def _nested(depth: int) -> Any:
    value: Any = []
    for _ in range(depth - 1):
        value = [value]
    return value


def test_depth_is_limited_alike_both_ways() -> None:
    assert parse(canonical_bytes(_nested(MAX_DEPTH))) == _nested(MAX_DEPTH)
    with pytest.raises(UnreadableError, match="deeper than 100 levels"):
        canonical_bytes(_nested(MAX_DEPTH + 1))
    with pytest.raises(UnreadableError, match="line 1 column 101: it is nested deeper than 100 levels"):
        parse(b"[" * 101 + b"]" * 101)
    with pytest.raises(UnreadableError, match="deeper than 100 levels"):
        parse(b'{"a":' * 100_000)


@pytest.mark.requirement("RQ04")
@given(VALUES)
@example(1e17)
@example([1e20, -1e20, 2.0**53, 123456789012345680000.0])
def test_reading_back_gives_the_same_value_and_bytes(value: object) -> None:
    data = canonical_bytes(value)
    assert parse(data) == value
    assert canonical_bytes(parse(data)) == data


# -- strict parsing --


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "m.json line 1 column 1: it is empty"),
        (b" \n", "it is empty"),
        (b"\xef\xbb\xbf{}", "m.json line 1 column 1: it starts with a byte order mark"),
        ('{"a": 1}'.encode("utf-16"), "byte order mark"),
        (b'{"a":1,\n "b":2,\n  "a":3}', 'm.json line 3 column 3: the key "a" is given twice in one object'),
        (b'{"ab":1,"a\\u0062":2}', "line 1 column 9: the key .* is given twice"),
        (b'[{"a":1},{"a":{"a":1,"b":2}},{"c":[{"x":1,"y":[":",{}],"x":2}]}]', 'column 56: the key "x"'),
        (b'{"value": NaN}', "line 1 column 11: NaN is not JSON"),
        (b"[1,\n-Infinity]", "line 2 column 1: -Infinity is not JSON"),
        (b"[1e400]", "line 1 column 2: the number 1e400 is too large"),
        (b"[" + b"9" * 5000 + b"]", "line 1 column 2: the number 9999.* is too large"),
        (b'"\\ud83d"', "line 1 column 1: half a surrogate pair is no character"),
        ('{"é": "'.encode() + b'\xff"}', "line 1 column 8: byte 0xff is not UTF-8"),
        (b'{"a": 1,}', r"line 1 column (9: expecting property|8: illegal trailing)"),
        (b'{"a": [1, 2', "line 1 column 12: the text ends too early"),
        (b'{"a": "b', "line 1 column 7: the closing quote is missing"),
        (b"{} {}", "line 1 column 4: extra data"),
        (b"{'a': 1}", "line 1 column 2"),
        (b'{"a": 1 // one\n}', "line 1 column 9"),
        (b'"tab\there"', "invalid control character"),
    ],
)
def test_what_is_not_strict_json_is_told_with_its_place(data: bytes, message: str) -> None:
    with pytest.raises(UnreadableError, match=message):
        parse(data, "m.json")


def test_size_is_limited() -> None:
    with pytest.raises(UnreadableError, match="at most 64 MiB"):
        parse(b" " * (MAX_BYTES + 1))


def test_same_key_in_different_objects_is_fine() -> None:
    assert parse(b'{"a":{"a":1},"b":[{"a":1},{"a":2}]}') == {"a": {"a": 1}, "b": [{"a": 1}, {"a": 2}]}


def test_surrogate_pairs_are_characters() -> None:
    assert parse(b'["\\ud83d\\ude00", "\\\\ud83d"]') == ["😀", "\\ud83d"]


def test_large_integer_is_kept_exactly_unless_a_double_prints_like_it() -> None:
    assert parse(b"12345678901234567891") == 12345678901234567891
    value = parse(b"100000000000000000000")
    assert isinstance(value, float)
    assert canonical_bytes(value) == b"100000000000000000000"


@given(
    st.binary(max_size=40) | st.text('{}[]",:0123456789.eE+-\\u dD8truefalsn\n', max_size=30).map(str.encode)
)
def test_any_bytes_are_read_or_refused_and_never_more_freely_than_by_json(data: bytes) -> None:
    try:
        value = parse(data)
    except UnreadableError:
        return
    assert value == json.loads(data)
    assert parse(json.dumps(value).encode()) == value
