"""Badges whose criteria are met, as far as a manifest and its files can show it; none is awarded here.

ACM: Artifact Review and Badging, version 1.1 (2020). NISO: RP-31-2021, Reproducibility Badging and
Definitions.
"""

from __future__ import annotations

from collections.abc import Iterator

from reprocrate.finding import Criterion, Scale, Step
from reprocrate.manifest import File
from reprocrate.validation.scales.availability import ENVIRONMENT, OBTAINABLE_DATA
from reprocrate.validation.scales.basis import Basis, given, untold

_DEPOSIT = "deposit the bundle where it gets a DOI, such as at Zenodo"
_READMES = ("readme", "reproducing")
_TESTS = ("test", "tests")


def acm_badges(basis: Basis) -> Scale:
    """The badges of ACM 1.1 but for Results Replicated, for which others have to do the work anew."""
    steps = (
        Step("acm-available", "Artifacts Available", tuple(_archived(basis))),
        Step("acm-functional", "Artifacts Evaluated: Functional", tuple(_functional(basis))),
        Step("acm-reusable", "Artifacts Evaluated: Reusable", (*_functional(basis), *_reusable(basis))),
        Step("acm-reproduced", "Results Reproduced", tuple(_reproduced(basis))),
    )
    return Scale("acm-1.1", "ACM badges (1.1)", ascending=False, steps=steps)


def niso_badges(basis: Basis) -> Scale:
    """The badges of NISO RP-31 that do not depend on a reviewer's opinion."""
    open_objects = (*_archived(basis), _open_licence(basis))
    steps = (
        Step("niso-oro", "Open Research Objects", open_objects, "ORO"),
        Step("niso-oro-a", "Open Research Objects: All", (*open_objects, *_complete(basis)), "ORO-A"),
        Step("niso-ror-r", "Results Reproduced", tuple(_reproduced(basis)), "ROR-R"),
    )
    return Scale("niso-rp-31", "NISO badges (RP-31)", ascending=False, steps=steps)


def _archived(_basis: Basis) -> Iterator[Criterion]:
    yield untold(
        "archived",
        "it is in a public archive under an identifier that stays",
        "a manifest does not say where it was deposited",
        _DEPOSIT,
    )


def _functional(basis: Basis) -> Iterator[Criterion]:
    yield given(
        "documented",
        "it is documented",
        [*_named(basis, _READMES), *([] if not basis.manifest.claims else ["/claims"])],
        met="it has a README or lists what it claims",
        lacking="it has neither a README nor claims",
        cost="a README with what it shows, or `[[claims]]` in reprocrate.toml",
    )
    yield basis.by_rules(
        "consistent",
        "its parts belong to the reported results",
        "RC0111 RC0901 RC0902 RC0908 RC1003 RC0304 RC0308",
        met="results lead to runs, and runs to their code",
        cost="`reprocrate validate` names the places",
    )
    yield from _complete(basis)
    commands = [
        f"/configurations/{i}" for i, each in enumerate(basis.manifest.configurations) if each.command
    ]
    yield given(
        "exercisable",
        "it can be run",
        commands,
        met="each configuration has its command",
        lacking="no configuration has a command",
        cost="`reprocrate run` records it",
    )
    yield basis.by_rules(
        "environment",
        "its environment can be built",
        ENVIRONMENT,
        met="there is a lock with digests",
        cost="`reprocrate pack` makes a lock with digests",
    )


def _complete(basis: Basis) -> Iterator[Criterion]:
    codes = f"RC0301 RC0303 {OBTAINABLE_DATA}"
    yield basis.by_rules(
        "complete",
        "nothing that it needs is missing",
        f"{codes} RC0701" if basis.has_files else codes,
        met="code and data are there, or it is said how to get them",
        cost="`reprocrate validate` names what is missing",
    )


def _reusable(basis: Basis) -> Iterator[Criterion]:
    yield _open_licence(basis)
    yield given(
        "tests",
        "it has tests",
        _named(basis, _TESTS, folders=True),
        met="there are tests",
        lacking="no tests were found among its files",
        cost="a few tests beside the code",
    )


def _open_licence(basis: Basis) -> Criterion:
    return basis.by_rules(
        "licence",
        "everything in it has a licence",
        "RC0121 RC0201 RC0219 RC1102",
        met="experiment, data and weights have licences",
        cost="`license` in [experiment] and [data.NAME] of reprocrate.toml",
    )


def _reproduced(basis: Basis) -> Iterator[Criterion]:
    text = "somebody other than the authors obtained the main results again"
    reproduction = basis.manifest.reproduces
    if reproduction is None or not reproduction.upheld:
        reason = "this is the experiment itself; the badge rests on the record of a rerun by others"
        if reproduction is not None:
            reason = "this is the record of a rerun that did not uphold what was asked"
        cost = "somebody else's `reprocrate rerun BUNDLE --pack`"
        yield Criterion("reproduction", text, met=False, reason=reason, cost=cost)
    else:
        upheld = "this record of a rerun upheld what was asked; people have to tell whether others made it"
        yield untold("reproduction", text, upheld)


def _named(basis: Basis, names: tuple[str, ...], *, folders: bool = False) -> list[str]:
    """Pointers to files of the code whose name begins with a word, or that lie in a folder so named."""
    return [
        f"/code/{index}/files/{place}"
        for index, tree in enumerate(basis.manifest.code)
        for place, file in enumerate(tree.files)
        if _is_named(file, names, folders)
    ]


def _is_named(file: File, names: tuple[str, ...], folders: bool) -> bool:
    *above, name = file.path.lower().split("/")
    return name.startswith(names) or (folders and any(each in names for each in above))
