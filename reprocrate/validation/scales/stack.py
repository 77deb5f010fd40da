"""How much the results bear: transparency, robustness, integrity, advocacy, each on top of the one before."""

from __future__ import annotations

from collections.abc import Iterator

from reprocrate.finding import Criterion, Scale, Step
from reprocrate.validation.scales.availability import setting
from reprocrate.validation.scales.basis import Basis, given, untold


def stack(basis: Basis) -> Scale:
    """How far the evidence reaches; what only people can judge of it is not asked for."""
    steps = (
        Step("transparency", "Transparency", tuple(_transparency(basis))),
        Step("robustness", "Robustness", tuple(_robustness(basis))),
        Step("integrity", "Integrity", tuple(_integrity(basis))),
        Step("advocacy", "Advocacy", tuple(_advocacy(basis))),
    )
    return Scale("stack", "Reproducibility stack", ascending=True, steps=steps)


def _transparency(basis: Basis) -> Iterator[Criterion]:
    yield basis.by_rules(
        "transparency.authors",
        "it is said who answers for it",
        "RC1101",
        met="there are authors, or the bundle is for anonymous review",
        cost="`authors` in [experiment] of reprocrate.toml",
    )
    yield basis.by_rules(
        "transparency.code",
        "it is certain which code ran",
        "RC0301 RC0302 RC0304 RC0310",
        met="runs name their code, and its uncommitted changes are kept",
        cost="`reprocrate run` in a git repository",
    )
    yield basis.by_rules(
        "transparency.data",
        "it is certain which data was read",
        "RC0205 RC0206 RC0208 RC0215 RC0221",
        met="what runs read is declared",
        cost="declare in reprocrate.toml what was read",
    )
    yield from setting(basis)


def _robustness(basis: Basis) -> Iterator[Criterion]:
    yield basis.by_rules(
        "robustness.seeds",
        "results rest on at least three seeds",
        "RC0603 RC0807",
        met="no result over seeds rests on fewer",
        cost="more seeds: `reprocrate run --seeds 0-4`",
    )
    spread = [
        f"/results/{index}"
        for index, result in enumerate(basis.manifest.results)
        if result.sd is not None or result.interval is not None
    ]
    yield given(
        "robustness.spread",
        "results have a spread",
        spread,
        met=f"{len(spread)} of {len(basis.manifest.results)} results have a deviation or an interval",
        lacking="no result has a deviation or an interval",
        cost="more than one seed; `pack` then computes it",
    )
    yield basis.by_rules(
        "robustness.comparisons",
        "what is compared had equal chances",
        "RC0905 RC1301 RC1303 RC1305 RC1307 RC1310",
        met="compared results share seeds, data and budget",
        cost="the same seeds, splits and number of trials on both sides",
    )
    yield basis.by_rules(
        "robustness.margins",
        "it is said which difference does not matter",
        "RC0903 RC0907",
        met="claimed metrics have a margin",
        cost="`margin` in [metrics.NAME] of reprocrate.toml",
    )


def _integrity(basis: Basis) -> Iterator[Criterion]:
    if basis.has_files:
        yield basis.by_rules(
            "integrity.files",
            "every file is the declared one",
            "RC0701 RC0702 RC0703 RC0705 RC0706",
            met="all digests are right",
            cost="pack it again with `reprocrate pack`",
        )
    else:
        yield untold("integrity.files", "every file is the declared one", "the files were not given")
    yield basis.by_rules(
        "integrity.numbers",
        "the numbers follow from the runs",
        "RC0801 RC0802 RC0803 RC0804 RC0809 RC0810 RC0815 RC0821 RC1202 RC1204 RC1302 RC1306",
        met="means, deviations, intervals, tests and printed figures recompute",
        cost="correct the figures, or let `reprocrate pack` compute them",
    )
    yield basis.by_rules(
        "integrity.runs",
        "no run is left out",
        "RC0805 RC0806 RC0808 RC0813 RC0832 RC0833 RC1015",
        met="every run is in a result, or excluded with a reason",
        cost="list the runs that are left out, each with its reason",
    )
    yield basis.by_rules(
        "integrity.leakage",
        "nothing of the test data was used before",
        "RC0812 RC1401 RC1404 RC1405 RC1407 RC1408 RC1409 RC1411",
        met="no leakage was found in what is declared",
        cost="split first, fit and choose on the training and validation data alone, and run again",
    )
    yield _claims(basis)


def _claims(basis: Basis) -> Criterion:
    text, cost = "claims say what the results say", "`[[claims]]` in reprocrate.toml, each with its result"
    if not basis.manifest.claims:
        return Criterion("integrity.claims", text, met=False, reason="nothing is claimed", cost=cost)
    codes = "RC0901 RC0902 RC0908 RC0912"
    return basis.by_rules("integrity.claims", text, codes, met="each claim has its evidence", cost=cost)


def _advocacy(basis: Basis) -> Iterator[Criterion]:
    yield given(
        "advocacy.reproduction",
        "it reproduces the work of others",
        ["/reproduces"] if basis.manifest.reproduces is not None else [],
        met="it is the reproduction of another experiment, with its verdict",
        lacking="it is no reproduction of another experiment",
        cost="`reprocrate rerun BUNDLE --pack` of somebody else's bundle",
    )
