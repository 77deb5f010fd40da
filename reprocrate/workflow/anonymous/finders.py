"""Finding many names in much text: first a plain word of each, which is quick, then a pattern around it."""

from __future__ import annotations

import base64
import json
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple
from urllib.parse import quote

_SHORTEST_WORD = 4
_SHORTEST_ENCODED = 6
_EDGE = r"(?<![A-Za-z0-9])"
_END = r"(?![A-Za-z0-9])"
_AROUND = 120


class Mention(NamedTuple):
    """A place in a text that names somebody: from `start` to `end`, and what it is."""

    start: int
    end: int
    kind: str


@dataclass(frozen=True)
class Finder:
    """Finds one name.

    Attributes:
        literal: a word, in small letters, that every match holds.
        source: the regular expression, in which case means nothing unless it says so.
        kind: what is found.
        exact: whether the literal is the whole of it, and case counts.
    """

    literal: str
    source: str
    kind: str
    exact: bool = False

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        return re.compile(self.source, 0 if self.exact else re.IGNORECASE)

    def places(self, text: str, lower: str) -> Iterator[Mention]:
        """Where it stands in a text, given the text in small letters too."""
        searched = text if self.exact else lower
        if len(lower) != len(text):  # a few letters of Unicode are two as small ones
            if self.literal in searched:
                yield from (Mention(*match.span(), self.kind) for match in self._pattern.finditer(text))
            return
        reach = len(self.literal) + _AROUND
        place = searched.find(self.literal)
        while place >= 0:
            end = place + 1
            for match in self._pattern.finditer(text, max(0, place - _AROUND), place + reach):
                if match.end() > place:
                    yield Mention(*match.span(), self.kind)
                    end = max(end, match.end())
                    break
            place = searched.find(self.literal, end)

    def texts(self, data: bytes, lower: bytes) -> Iterator[str]:
        """What it finds in bytes that are no text as a whole, given them in small letters too."""
        literal = self.literal.encode()
        searched = data if self.exact else lower
        place = searched.find(literal)
        while place >= 0:
            window = data[max(0, place - _AROUND) : place + len(literal) + _AROUND]
            if match := self._pattern.search(window.decode(errors="replace")):
                yield match[0]
                return
            place = searched.find(literal, place + 1)


def finders(kinds: dict[str, Iterable[str]], people: Iterable[str]) -> tuple[Finder, ...]:
    """What finds names as they are written.

    Args:
        kinds: texts by what they are: `address`, `email`, `home`, `account`, `user` and `word`.
        people: names of people.
    """
    found = [Finder(*each) for kind, texts in kinds.items() for text in texts for each in _of(kind, text)]
    for name in people:
        for spelling in _spellings(name):
            words = spelling.replace(",", " ").split()
            if len(words) > 1:
                source = "|".join(_forms_of(words))
                found.append(Finder(words[-1].lower(), f"{_EDGE}(?:{source}){_END}", "a name"))
            elif len(spelling) >= _SHORTEST_WORD:
                found.append(Finder(spelling.lower(), _EDGE + re.escape(spelling) + _END, "a name"))
    return tuple(dict.fromkeys(found))


def encoded_finders(texts: Iterable[str]) -> tuple[Finder, ...]:
    """What finds the same where it is written in base64, or percent-encoded in an address."""
    forms: dict[str, bool] = {}
    for text in texts:
        if len(text) >= _SHORTEST_ENCODED:
            forms |= dict.fromkeys(_base64_cores(text), True)
            percent = quote(text, safe="")
            if percent != text:
                forms[percent.lower()] = False
    return tuple(
        Finder(form, re.escape(form), "an encoded name", exact) for form, exact in sorted(forms.items())
    )


def _of(kind: str, text: str) -> Iterator[tuple[str, str, str]]:
    """Literal, pattern and kind of what finds a text."""
    lower, escaped = text.lower(), re.escape(text)
    if kind == "word":
        yield lower.split()[0], _EDGE + _spaced(text) + _END, "what stands for the authors"
    elif kind == "account":
        yield lower, _EDGE + escaped + _END, "an account"
    elif kind == "user":
        edges = (
            (r"(?<![\w.])", r"(?!\w)") if len(text) >= _SHORTEST_WORD else (r"(?<=[-_/@])", r"(?=[:\s/.]|$)")
        )
        yield lower, edges[0] + escaped + edges[1], "the name of a user or machine"
    else:
        end = r"(?![\w-])" if kind == "home" else ""
        yield lower, escaped + end, _KINDS[kind]


_KINDS = {
    "address": "the address of a repository of yours",
    "email": "an e-mail address",
    "home": "a home folder",
}


def _forms_of(words: list[str]) -> Iterator[str]:
    """Patterns of a person's name: as it is, turned round, shortened, and as an account has it."""
    first, last = words[0], words[-1]
    gap = r"[\s._+-]{0,9}"
    yield gap.join(map(re.escape, words))
    yield rf"{re.escape(first)}{gap}{re.escape(last)}"
    yield rf"{re.escape(last)},?\s{{1,9}}{re.escape(first)}"
    if len(last) > 2:
        yield rf"{re.escape(first[0])}\.\s{{0,9}}(?:[A-Z]\.\s{{0,9}}){{0,4}}{re.escape(last)}"
        yield rf"{re.escape(last)},\s{{0,9}}{re.escape(first[0])}\."


def _spellings(name: str) -> list[str]:
    escaped = json.dumps(name)[1:-1]  # as JSON may write it
    return sorted({name, unicodedata.normalize("NFD", name), _in_ascii(name), _transcribed(name), escaped})


def _in_ascii(text: str) -> str:
    return "".join(
        letter for letter in unicodedata.normalize("NFKD", text) if not unicodedata.combining(letter)
    )


def _transcribed(text: str) -> str:
    table = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ß": "ss"})
    table |= str.maketrans({"ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "å": "aa", "Å": "Aa", "æ": "ae"})
    return _in_ascii(unicodedata.normalize("NFC", text).translate(table))


def _spaced(text: str) -> str:
    """A pattern of some words, however they are broken into lines.

    A single one that is capitalised is meant so: Meta is an institution, meta is none.
    """
    pattern = r"\s{1,9}".join(map(re.escape, text.split()))
    return f"(?-i:{pattern})" if text.isalpha() and not text.islower() else pattern


def _base64_cores(text: str) -> Iterator[str]:
    """What stands in base64 wherever a text does, for each of the three ways it can begin."""
    data = text.encode()
    for shift in range(3):
        encoded = base64.b64encode(b"\0" * shift + data).decode().rstrip("=")
        begin = -(-shift * 8 // 6)
        whole = (shift + len(data)) * 8 // 6
        yield encoded[begin:whole]
