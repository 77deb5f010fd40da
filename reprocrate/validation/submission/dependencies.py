"""Which files name dependencies, and how exactly they do."""

from __future__ import annotations

import re
from collections.abc import Iterator

from reprocrate.finding import Location, Observed
from reprocrate.validation.submission.declarations import INSTALL, Declared, packages_in
from reprocrate.validation.submission.items import counted, found, listed, not_assessed, not_found
from reprocrate.validation.submission.readme import lines_of
from reprocrate.validation.submission.tree import SubmissionTree

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_VERSION_TOLD = re.compile(r"(?<![\w.-])(?P<name>[A-Za-z][\w-]*)==\d[\w.]*")
_NEEDS = re.compile(
    r"\b(?:requirements?|dependenc(?:y|ies)|prerequisites?)\b|环境|依赖",
    re.IGNORECASE,
)


def observe_dependencies(tree: SubmissionTree, known: list[Declared]) -> Iterator[Observed]:
    """Whether dependencies are named, and their versions fixed."""
    places = [Location(each.path) for each in known]
    if known:
        yield found("dependencies", ", ".join(_said(known)), places)
        yield _pinning(known, places)
        return
    told = list(_told_in_readmes(tree))
    if not told and (place := _section_of_needs(tree)):
        yield found("dependencies", f"no file for a program to read; words in {place[1]}", [place[0]])
        yield _pinning_told(tree, [place[0]])
        return
    if told:
        names = listed(dict.fromkeys(name for _, names in told for name in names), 6)
        where = [place for place, _ in told]
        yield found(
            "dependencies", f"no file for a program to read, but {where[0].file} names {names}", where
        )
        yield _pinning_told(tree, where)
        return
    if tree.is_only_documents:
        yield not_assessed("dependencies", "there is nothing but documents")
    else:
        yield not_found("dependencies", "no file that names them, and no README that says what to install")
    yield not_assessed("pinning", "no dependencies are named")


def _said(known: list[Declared]) -> Iterator[str]:
    for each in known[:4]:
        yield f"{each.path} ({counted(each.count, 'package')})" if each.count else each.path
    if len(known) > 4:
        yield f"and {counted(len(known) - 4, 'more file', 'more files')}"


def _pinning(known: list[Declared], places: list[Location]) -> Observed:
    locks = [each for each in known if each.locks]
    rest = [each for each in known if not each.locks and each.count]
    hashes = " with digests" if any(each.hashed for each in known) else ""
    if locks:
        names = listed(each.path for each in locks)
        verb = "fixes" if len(locks) == 1 else "fix"
        what = f"{names} {verb} {counted(sum(each.count for each in locks), 'package')}{hashes}"
        return found("pinning", what, [Location(each.path) for each in locks])
    if not rest:
        return not_assessed("pinning", "no packages were found in these files", places)
    exact, bounded, free = (
        sum(getattr(each, kind) for each in rest) for kind in ("exact", "bounded", "free")
    )
    every = counted(exact + bounded + free, "package")
    what = f"of {every}, {exact} with one version{hashes}, {bounded} with a range, {free} with none"
    if not bounded and not free:
        return found("pinning", f"{counted(exact, 'package')}, each with one version{hashes}", places)
    return not_found("pinning", what, places)


def _pinning_told(tree: SubmissionTree, places: list[Location]) -> Observed:
    versions = {name for path in tree.guides for name in _VERSION_TOLD.findall(tree.text(path))}
    what = (
        f"only words say them, with a version for {listed(sorted(versions))}"
        if versions
        else "only words say them, and none as name==version"
    )
    return not_found("pinning", what, places)


def _section_of_needs(tree: SubmissionTree) -> tuple[Location, str] | None:
    """Where a README has a part that says what is needed, and how that is called."""
    for path in tree.guides:
        lines = lines_of(tree.text(path))
        for line in lines:
            is_said = line.text.strip() and line.heading and line.heading not in line.text.lower()
            if is_said and _NEEDS.search(line.heading):
                return Location(path, line=line.number), f'{path} under "{line.heading.strip(":# ")}"'
    return None


def _names_in(arguments: str) -> list[str]:
    """The names of the packages among the arguments of `pip install` or `conda install`."""
    return [name[0].rstrip(".") for each in packages_in(arguments) if (name := _NAME.match(each))]


def _told_in_readmes(tree: SubmissionTree) -> Iterator[tuple[Location, list[str]]]:
    for path in tree.guides:
        text = tree.text(path)
        for match in _VERSION_TOLD.finditer(text):
            yield Location(path, line=text.count("\n", 0, match.start()) + 1), [match["name"]]
        for match in INSTALL.finditer(text):
            names = _names_in(match["what"])
            if names:
                yield Location(path, line=text.count("\n", 0, match.start()) + 1), names
