from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from reprocrate.files import safe_relative


@pytest.mark.parametrize(
    "path",
    [
        "a",
        "data/rings.csv",
        ".hidden/x",
        "a b/c.d",
        "Ünïcode/日本語.txt",
        "run:3.json",
        "console.py",
        "a..b",
        "-",
    ],
)
def test_ordinary_paths_stay_as_they_are(path: str) -> None:
    assert safe_relative(path) == path


def test_decomposed_letters_are_composed() -> None:
    assert safe_relative("re\u0301sume\u0301.txt") == "résumé.txt"


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("", "empty"),
        ("/etc/passwd", "absolute"),
        ("C:/x", "absolute"),
        ("c:x", "absolute"),
        ("a\\b", "backslash"),
        ("..", 'part ".."'),
        ("a/../b", 'part ".."'),
        ("./a", 'part "."'),
        ("a//b", "empty part"),
        ("a/", "empty part"),
        ("a\0b", "control character"),
        ("a\nb", "control character"),
        ("a\x7f", "control character"),
        ("a\u2028b", "control character"),
        ("a\u202egpj.exe", "control character"),
        ("aux", "device"),
        ("data/NUL.txt", "device"),
        ("com1.tar.gz", "device"),
        ("con .txt", "device"),
        ("lpt¹", "device"),
        ("a.", "dot or a space"),
        ("dir /x", "dot or a space"),
        ("x" * 256, "longer than 255 bytes"),
        ("é" * 128, "longer than 255 bytes"),
        ("a/" * 512 + "a", "longer than 1024 bytes"),
        ("\ud800", "Unicode"),
    ],
)
def test_unsafe_paths_are_refused_with_the_reason(path: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        safe_relative(path)


@given(st.text(st.characters(), max_size=40))
@example("a/./b")
@example("\u0344")  # composes to nothing shorter: NFC of it is longer
def test_what_is_accepted_is_safe_and_stays_so(text: str) -> None:
    try:
        path = safe_relative(text)
    except ValueError:
        return
    assert unicodedata.is_normalized("NFC", path)
    assert safe_relative(path) == path
    assert not path.startswith("/")
    assert not {"", ".", ".."} & set(path.split("/"))
    assert not set(path) & set("\\\0\r\n")
