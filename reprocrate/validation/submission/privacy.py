"""Secrets, and what names somebody: where it is, and what kind of thing, never the secret itself."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from reprocrate.finding import Location, Observed
from reprocrate.standard.identity_formats import identities_by_form
from reprocrate.standard.secret_formats import forms_possible_in, secrets_by_form
from reprocrate.validation.submission.items import counted, found, not_assessed, not_found
from reprocrate.validation.submission.tree import SubmissionTree

_MOST_IN_A_FILE = 20
_GROUP = 200_000
_REMOTE = re.compile(r"^\s*url\s*=\s*(?P<url>\S+)", re.MULTILINE)
_USER = re.compile(r"^\s*(?P<key>name|email)\s*=\s*(?P<value>.+)$", re.MULTILINE)
_COPYRIGHT = re.compile(
    r"^\W*copyright\s*(?:\(c\)|©)?\s*(?:\d{4}(?:\s*[-,]\s*(?:\d{4}|present))*,?)?\s*(?:by\s+)?"
    r"(?P<who>[^\W\d_][^\n\[<{]{2,80}?)\s*\.?\s*(?:all rights.*)?$",
    re.IGNORECASE | re.MULTILINE,
)
_NOBODY = re.compile(
    r"free software foundation|anonymous|the authors?\b|authors?$|holders?|yyyy|owner|notice|license|licence|"
    r"statement|contributors$|your name|and|or|the|this|creative commons|python software|law|interest",
    re.IGNORECASE,
)
_AUTHOR = re.compile(
    r"(?:^|[\s(,])(?:\"|')?(?:__author__|author|authors|maintainer|author_email)(?:\"|')?\s*[=:]\s*(?P<who>[^\n]+)",
    re.MULTILINE,
)
_CITED = re.compile(
    r"^\s*-?\s*(?:family-names|given-names|orcid|email|affiliation)\s*:\s*(?P<who>\S.*)$", re.MULTILINE
)
_NO_AUTHOR = re.compile(
    r"anonym|\[\s*\]|your name|[\[<{](?:your|student|first|last|author|name|todo)|^[\"']{2}", re.IGNORECASE
)
"""What stands in an author's place and names nobody."""

_OF_AUTHORS = frozenset(("setup.py", "setup.cfg", "pyproject.toml", "package.json", "description"))


class Sighting(NamedTuple):
    """Where a text holds a secret or names somebody, and what kind of thing it is."""

    path: str
    line: int
    kind: str


def secrets_in(tree: SubmissionTree) -> Iterator[Sighting]:
    """What in texts has the form of a secret, once for each line and kind."""
    for group in _grouped(tree):
        forms = forms_possible_in("\n".join(text for _, text in group))
        for path, text in group if forms else ():
            found = (
                (text.count("\n", 0, each.start) + 1, each.kind) for each in secrets_by_form(text, forms)
            )
            for line, kind in list(dict.fromkeys(found))[:_MOST_IN_A_FILE]:
                yield Sighting(path, line, kind)


def _grouped(tree: SubmissionTree) -> Iterator[list[tuple[str, str]]]:
    """Texts in groups, since most hold no word of any form, which is quicker told of several at once."""
    group: list[tuple[str, str]] = []
    size = 0
    for path in tree.texts:
        text = tree.text(path)
        group.append((path, text))
        size += len(text)
        if size > _GROUP:
            yield group
            group, size = [], 0
    yield group


def identities_in(tree: SubmissionTree) -> Iterator[Sighting]:
    """What in texts names somebody: by its form, or because of what the file is."""
    for path in tree.texts:
        text = tree.text(path)
        name = path.rpartition("/")[2].lower()
        found: list[tuple[int, str]] = []
        if path.endswith(".git/config"):
            found += [(match.start("url"), "the address of a repository") for match in _REMOTE.finditer(text)]
            found += [(match.start("value"), "a user of git") for match in _USER.finditer(text)]
        elif path.endswith(".git/logs/HEAD"):
            found += [(0, "the log of a repository")] if text.strip() else []
        else:
            found += [(each.start, each.kind) for each in identities_by_form(text)]
            found += _of_file(tree, path, name, text)
        places = dict.fromkeys((text.count("\n", 0, start) + 1, kind) for start, kind in found)
        for line, kind in sorted(places)[:_MOST_IN_A_FILE]:
            yield Sighting(path, line, kind)


def _of_file(tree: SubmissionTree, path: str, name: str, text: str) -> Iterator[tuple[int, str]]:
    """Names in files that say who wrote it."""
    if not tree.is_top(path):
        return
    if name.startswith(("license", "licence", "copying", "notice")):
        yield from _of_licence(text[:4000])
    elif name == "citation.cff":
        for match in _CITED.finditer(text):
            if not _NO_AUTHOR.search(match["who"]):
                yield match.start("who"), "an author to be cited"
    elif name in _OF_AUTHORS:
        for match in _AUTHOR.finditer(text):
            if not re.match(r"[\"'\s,)]*$", match["who"]) and not _NO_AUTHOR.search(match["who"]):
                yield match.start("who"), "an author of the package"


def _of_licence(text: str) -> Iterator[tuple[int, str]]:
    """Who holds the copyright: a person or an organisation, not the authors of a thing by its name."""
    for match in _COPYRIGHT.finditer(text):
        who = match["who"].strip(" ;,.")
        is_nobody = _NOBODY.match(who) or re.search(r"\b(?:authors|contributors|developers|team)$", who)
        if not is_nobody and "free software foundation" not in who.lower():
            yield match.start("who"), "the holder of a copyright"


def observe_secrets(tree: SubmissionTree, sightings: Sequence[Sighting]) -> Observed:
    """Whether there are secrets; it is good news that none is found."""
    return _observed("secrets", tree, sightings, "nothing that has the form of a key or a password")


def observe_identities(tree: SubmissionTree, sightings: Sequence[Sighting]) -> Observed:
    """Whether somebody is named, which counts where review is double-blind."""
    return _observed(
        "identities", tree, sightings, "nothing that by its form names a person, a machine or an account"
    )


def _observed(item: str, tree: SubmissionTree, sightings: Sequence[Sighting], none: str) -> Observed:
    if sightings:
        kinds = Counter(each.kind for each in sightings)
        said = ", ".join(f"{kind} ({counted(count, 'place')})" for kind, count in kinds.most_common(6))
        return found(item, said, [Location(each.path, line=each.line) for each in sightings])
    if not tree.texts:
        return not_assessed(item, "there is no text that could be read")
    if not tree.is_whole:
        return not_assessed(item, "only a part was looked at, and nothing was found in it")
    return not_found(item, f"{none} in {counted(len(tree.texts), 'text')}")
