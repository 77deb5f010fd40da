"""Domains: which fields an experiment belongs to, so that their own rules are applied to it.

`domains.json` of the standard names the domains, the keywords that an experiment of each has, and the words
that their rules look for. What an experiment merely has installed shows nothing: half of all papers on images
have a library for language among their packages.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Iterator
from functools import cache, lru_cache
from typing import Any

from reprocrate.errors import UsageError
from reprocrate.finding import JudgedDomain
from reprocrate.manifest import Manifest
from reprocrate.standard import shipped_bytes

NONE = "none"
"""Said in place of a domain where none is meant."""

Words = tuple[str, ...]


def words_of(text: str) -> Words:
    """A name or text as words that can be compared: `Eval-Episodes` is `eval`, `episode`."""
    return _cut(text) if len(text) <= _LONGEST_KEPT else _words(text)


_LONGEST_KEPT = 200
"""Characters of a text whose words are worth remembering."""


@lru_cache(4096)
def _cut(text: str) -> Words:
    return _words(text)


def _words(text: str) -> Words:
    found = re.findall(r"[^\W_]+", text.casefold())
    return tuple(word[:-1] if len(word) > 3 and word.endswith("s") else word for word in found)


def holds(words: Words, phrases: Iterable[Words]) -> bool:
    """Whether the words of one of some phrases stand next to each other among words."""
    return any(
        phrase == words[start : start + len(phrase)]
        for phrase in phrases
        for start in range(len(words) - len(phrase) + 1)
    )


def says_any(texts: Iterable[str | None], kind: str) -> bool:
    """Whether one of some texts holds one of the words of a kind that the standard lists."""
    return any(holds(words_of(text), phrases(kind)) for text in texts if text)


@cache
def phrases(kind: str) -> tuple[Words, ...]:
    """The phrases that the standard lists as words of a kind, such as `resolution`."""
    return tuple(words_of(each) for each in listed(kind))


def listed(kind: str) -> Any:
    """What the standard lists under `words` as a kind, as it stands there."""
    return _document()["words"][kind]


@cache
def _document() -> dict[str, Any]:
    document: dict[str, Any] = json.loads(shipped_bytes("domains.json"))
    return document


def domain_names() -> tuple[str, ...]:
    """The names of all domains."""
    return tuple(_document()["domains"])


def domain_title(name: str) -> str:
    """What a domain is called by people."""
    return str(_document()["domains"][name]["title"])


def unknown_domain(name: str) -> str | None:
    """What is meant by a name that is no domain's, as advice; None where it is one."""
    names = domain_names()
    if name in names:
        return None
    from difflib import get_close_matches

    near = _by_keyword(name) or get_close_matches(name.casefold()[:50], names, n=1, cutoff=0.5)
    return f"Did you mean {near[0]}?" if near else f"Known: {', '.join(names)}"


def asked_domains(names: Collection[str]) -> tuple[str, ...]:
    """The domains that somebody names; none for `none`.

    Raises:
        UsageError: there is no such domain, or `none` stands beside one.
    """
    if NONE in names and len(set(names)) > 1:
        others = ", ".join(each for each in names if each != NONE)
        raise UsageError(
            f"a domain is asked for and none is, too: {NONE}, {others}",
            fix="Leave one of them out",
        )
    for name in names:
        advice = None if name == NONE else unknown_domain(name)
        if advice:
            raise UsageError(f"there is no domain {name}", fix=advice)
    return tuple(name for name in domain_names() if name in names)


def domains_asked_for(names: Collection[str], by: str) -> tuple[JudgedDomain, ...]:
    """Domains that somebody asked for, in the order of the standard."""
    return tuple(JudgedDomain(name, domain_title(name), by) for name in domain_names() if name in names)


def domains_of(manifest: Manifest) -> tuple[JudgedDomain, ...]:
    """The domains that a manifest shows by itself, each with what shows it."""
    return tuple(
        JudgedDomain(name, domain_title(name), because)
        for name in domain_names()
        if (because := next(_shown(manifest, name), None))
    )


@lru_cache(4096)
def _is_keyword(keyword: str, name: str) -> bool:
    return holds(words_of(keyword), _keywords(name))


def _shown(manifest: Manifest, name: str) -> Iterator[str]:
    """What shows that an experiment is of a domain, the most telling first."""
    for keyword in manifest.experiment.keywords:
        if _is_keyword(keyword, name):
            yield f'its keyword is "{keyword}"'
    libraries = _document()["domains"][name]["seeded"]
    if libraries:
        for run in manifest.runs:
            for seed in run.seeds:
                if seed.library in libraries:
                    yield f"run {run.id} gave a seed to {seed.library}"
                    return


@cache
def _keywords(name: str) -> tuple[Words, ...]:
    return tuple(words_of(each) for each in _document()["domains"][name]["keywords"])


def _by_keyword(text: str) -> list[str]:
    """The domains of which a text is a keyword, such as `rl`."""
    return [name for name in domain_names() if holds(words_of(text), _keywords(name))]
