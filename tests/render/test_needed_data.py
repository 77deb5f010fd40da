"""A plan says of each data set what it is and how to get it."""

from __future__ import annotations

import io
from typing import Any

import pytest
from rich.console import Console

from reprocrate.render.needed_data import needed_data
from reprocrate.render.terminal import stacked

NEED = {
    "data": "rings",
    "name": "Rings of points",
    "standing": "missing",
    "files": 8,
    "bytes": 24_000,
    "lacking": [f"data/{number}.csv" for number in range(8)],
    "unverified": [],
    "license": "CC-BY-4.0",
    "access": "restricted",
    "how_to_obtain": "Apply to Example Hospital",
    "url": None,
    "doi": "10.5281/zenodo.1234567",
    "addresses": [],
    "place": "data/",
    "option": "--data rings=PATH",
    "not_fetched": "the data is not fetched: it is too far",
    "could_allow": ["data.example.org"],
}


def said(**changes: Any) -> str:
    console = Console(file=io.StringIO(), width=120, color_system=None)
    console.print(stacked(*needed_data([NEED | changes])))
    return str(console.file.getvalue())  # type: ignore[attr-defined]


def test_missing_data_is_explained() -> None:
    text = said()
    for words in (
        "rings (Rings of points): 8 files, 24 kB; missing",
        "Licence: CC-BY-4.0. Access: restricted.",
        "How to obtain it: Apply to Example Hospital.",
        "Source: https://doi.org/10.5281/zenodo.1234567",
        "data/0.csv, data/1.csv, data/2.csv, data/3.csv, data/4.csv, data/5.csv and 2 more",
        "The data is not fetched: it is too far.",
        "give --data rings=PATH, or put it at data/",
        "If you trust that address: give --allow-address data.example.org",
    ):
        assert words in text


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ("file", "(24 kB)"),
        ("archive", "(an archive with 8 files"),
        ("record", "(a record that should have"),
    ],
)
def test_what_is_offered_has_its_addresses(form: str, words: str) -> None:
    address = {"url": "https://example.org/x", "files": 8, "bytes": 24_000, "form": form}
    text = said(standing="offered", addresses=[address] * 9, license=None, access=None)
    assert f"Fetched from https://example.org/x {words}" in text
    assert "and from 3 more addresses" in text
    assert "Licence: none stated." in text
    assert "If you have it already: give --data rings=PATH" in text


def test_data_that_came_along_is_not_mentioned() -> None:
    assert not said(standing="here")
    assert "every digest is as recorded" in said(standing="given")
    assert "Apply" not in said(standing="given")
