"""Other people's text is shown, never obeyed."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reprocrate.render import words


@pytest.mark.parametrize(
    ("given_", "shown"),
    [
        ("two\n words\t ", "two words"),
        ("\x1b[31mred", "\\x1b[31mred"),
        ("a\u202egnp.exe", "a\\u202egnp.exe"),
        ("zero\u200bwidth", "zero\\u200bwidth"),
        ("tag\U000e0041", "tag\\U000e0041"),
        ("\ufdd0", "\\ufdd0"),
        ("Ärger, ქართული, 中文, 👩‍🔬", "Ärger, ქართული, 中文, 👩‍🔬"),
    ],
)
def test_plain_text(given_: str, shown: str) -> None:
    assert words.plain(given_) == shown


@given(st.text())
def test_plain_text_holds_nothing_that_acts(text: str) -> None:
    for character in words.plain(text):
        assert unicodedata.category(character) not in ("Cc", "Cs", "Zl", "Zp")
        assert character not in "\u202a\u202b\u202d\u202e\u2066\u2067\u2068"


@given(st.text())
def test_verbatim_text_keeps_its_lines(text: str) -> None:
    assert words.verbatim(text).count("\n") == text.count("\n")
    assert "\x1b" not in words.verbatim(text)


def test_lists_and_counts() -> None:
    assert words.listing(["a", "b", "c"]) == "a, b and c"
    assert words.shortened("abcde", 2) == "a, b and 3 more"
    assert words.count_of(0, "run") == "no runs"
    assert words.count_of(1, "run") == "1 run"
    assert words.count_of(1200, "run") == "1,200 runs"


def test_ranges_of_seeds() -> None:
    assert words.number_ranges([0, 1, 2, 3, 4]) == "0-4"
    assert words.number_ranges([7, 0, 1, 1]) == "0, 1, 7"
    assert words.number_ranges([2**127]) == str(2**127)
    assert words.number_ranges(range(0, 40, 2)).endswith("and 10 more")


def test_dates() -> None:
    assert words.date("2026-11-22T22:30:05Z") == "22 November 2026"
    assert words.date("2026-13-45T22:30:05Z") == "2026-13-45T22:30:05Z"
    assert words.date(None) == ""


def test_sentences() -> None:
    assert words.sentence("it failed") == "It failed."
    assert words.sentence("main.tex:7: nothing") == "main.tex:7: nothing."
    assert words.ended("data.csv is absent") == "data.csv is absent."
    assert words.sentence("") == ""
