"""Pages and form fields of a PDF file, read by a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from reprocrate.errors import UnavailableError, UnreadableError

_MOST_SECONDS = 30
_FEWEST_LETTERS = 20
INSTALL = "Install what reads it with `pip install 'reprocrate[pdf]'`"


@dataclass(frozen=True, slots=True)
class Pages:
    """What a PDF file says.

    Attributes:
        pages: the text of each page.
        fields: what was filled into its form, by the names of the fields.
    """

    pages: tuple[str, ...]
    fields: dict[str, str]


def can_read_pdf() -> bool:
    """Whether the library that reads PDF files is installed."""
    return find_spec("pypdfium2") is not None


def open_pdf(data: bytes, name: str) -> Pages:
    """Read a PDF file.

    Raises:
        UnavailableError: the library that reads it is not installed.
        UnreadableError: it is encrypted, damaged, too long, or has no text.
    """
    if not can_read_pdf():
        raise UnavailableError(f"{name} is not read", "nothing that reads PDF files is installed", INSTALL)
    program = str(Path(__file__).with_name("pages.py"))
    try:
        done = subprocess.run(
            [sys.executable, "-I", "-B", program],
            input=data,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=_MOST_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise UnreadableError(f"{name} is not read", f"it took more than {_MOST_SECONDS} s") from error
    found = _answer(done.stdout)
    if found is None or done.returncode != 0:
        raise UnreadableError(f"{name} is not read", "the program that reads PDF files gave up on it")
    if "problem" in found:
        raise UnreadableError(f"{name} is not read", found["problem"])
    pages = Pages(tuple(found["pages"]), found["fields"])
    letters = sum(letter.isalpha() for page in pages.pages for letter in page[:2_000])
    if letters < _FEWEST_LETTERS * max(1, len(pages.pages) // 2) and not pages.fields:
        raise UnreadableError(f"{name} is not read", "its pages hold no text, only pictures, as a scan does")
    return pages


def _answer(output: bytes) -> dict[str, Any] | None:
    try:
        found = json.loads(output)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None
