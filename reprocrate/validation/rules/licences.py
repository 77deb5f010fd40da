"""RC01: whether a licence says anything."""

from __future__ import annotations

import json
from collections.abc import Iterator
from difflib import get_close_matches
from functools import cache, lru_cache

from reprocrate.standard import shipped_bytes
from reprocrate.validation.rule import MUST, SHOULD, Found, rule
from reprocrate.validation.subject import Subject

_REMEMBERED = 1000
_LONGEST = 100
"""Characters of a word that may be a misprint: a hostile one may have millions, too many to compare."""


@rule("RC0120", MUST, spec="the-manifest", since="1.0", says='"{expression}" is no licence expression: {why}')
def licence_expression_can_be_read(subject: Subject) -> Iterator[Found]:
    """Parentheses of a licence expression MUST pair, and WITH MUST join one licence and one exception.

    Judged: each `license` that has the form that the schema gives it: a closing parenthesis before its
        opening one, or one that is never closed; a WITH next to a parenthesis, or two WITH with one word
        between them; once, at the `license` (SPDX Specification 3.0, annex B, SPDX license expressions).
    Why: programs that read licences refuse the whole of it, and it then says nothing.
    Fix: write the expression as SPDX gives it, such as "(MIT OR Apache-2.0) AND CC-BY-4.0".
    """
    for place, expression in _expressions(subject):
        if why := _fault_of_expression(expression):
            yield Found(place, expression=expression, why=why)


def _expressions(subject: Subject) -> Iterator[tuple[str, str]]:
    """Every licence expression with its place."""
    return subject.having("license")


@lru_cache(_REMEMBERED)
def _fault_of_expression(expression: str) -> str | None:
    words = expression.replace("(", " ( ").replace(")", " ) ").split()
    depth = 0
    for word in words:
        depth += {"(": 1, ")": -1}.get(word, 0)
        if depth < 0:
            return "a parenthesis closes that was not opened"
    if depth:
        return "a parenthesis is not closed"
    for place, word in enumerate(words):
        if word == "WITH" and (words[place - 1] == ")" or words[place + 1] == "("):
            return "WITH stands next to a parenthesis"
        if word == "WITH" and words[place + 2 : place + 3] == ["WITH"]:
            return "WITH stands twice"
    return None


@rule("RC0121", SHOULD, spec="the-manifest", since="1.0", says='"{name}" is on no list of SPDX{hint}')
def licence_is_on_the_list(subject: Subject) -> Iterator[Found]:
    """Every licence and exception SHOULD be one that SPDX lists, or be called `LicenseRef-` and a name.

    Judged: each `license` that RC0120 accepts: a word of it, other than AND, OR and WITH and without
        parentheses and a `+` at its end, that begins with neither `LicenseRef-` nor `DocumentRef-` and is, in
        capitals or small letters, none of the `licenses` of `schema/1.0/spdx-licenses.json`, or behind WITH
        none of its `exceptions`; once for each `license`, by the first such word, at the `license`.
    Why: what a program cannot look up permits nothing, and most unknown words are misprints.
    Fix: take the identifier from https://spdx.org/licenses/, or call a licence of your own `LicenseRef-NAME`.
    """
    for place, expression in _expressions(subject):
        unknown = None if _fault_of_expression(expression) else _first_unknown(expression)
        if unknown:
            yield Found(place, name=unknown[0], hint=_hint(*unknown))


@lru_cache(_REMEMBERED)
def _first_unknown(expression: str) -> tuple[str, str] | None:
    """The first word that is not listed, and the kind that it should have."""
    kind = "licenses"
    for word in expression.replace("(", " ").replace(")", " ").split():
        if word in ("AND", "OR", "WITH"):
            kind = "exceptions" if word == "WITH" else "licenses"
        elif not word.startswith(("LicenseRef-", "DocumentRef-")):
            name = word.removesuffix("+")
            if name.lower() not in _listed(kind):
                return name, kind
    return None


def _hint(name: str, kind: str) -> str:
    near = get_close_matches(name.lower(), _listed(kind), n=1, cutoff=0.75) if len(name) <= _LONGEST else []
    return f"; did you mean {_listed(kind)[near[0]]}?" if near else ""


@cache
def _listed(kind: str) -> dict[str, str]:
    """SPDX's identifiers by their small letters, in which alone they differ (SPDX 3.0, annex B)."""
    return {name.lower(): name for name in json.loads(shipped_bytes("spdx-licenses.json"))[kind]}
