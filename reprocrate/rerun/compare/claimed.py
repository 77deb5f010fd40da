"""What a manifest claims of its results, as the comparison judges it."""

from __future__ import annotations

import math
from collections.abc import Iterator

from reprocrate.manifest import Claim as ManifestClaim
from reprocrate.manifest import Manifest
from reprocrate.rerun.compare.claims import Claim
from reprocrate.rerun.compare.ordering import Duel

_DUELS = ("ordering", "gain", "quantified")


def results_of(manifest: Manifest, claim: ManifestClaim) -> Iterator[str]:
    """Ids of the results that a claim rests on, directly or through comparisons."""
    for name in claim.evidence:
        comparison = manifest.find_comparison(name)
        yield from (comparison.a, comparison.b) if comparison else (name,)


def claim_of(manifest: Manifest, claim: ManifestClaim) -> Claim:
    """A claim with the results and duels that its evidence names."""
    results = [name for name in claim.evidence if manifest.find_comparison(name) is None]
    compared = [one for name in claim.evidence if (one := manifest.find_comparison(name))]
    duels = [Duel(one.id, one.a, one.b) for one in compared]
    if claim.kind in _DUELS and len(results) > 1:
        duels += [Duel(f"{results[0]}-vs-{other}", results[0], other) for other in results[1:]]
    return Claim(
        id=claim.id,
        text=claim.text,
        kind=claim.kind,
        evidence=claim.evidence,
        results=() if claim.kind in _DUELS else tuple(results),
        duels=tuple(duels) if claim.kind in _DUELS else (),
        primary=bool(claim.primary),
        relation=claim.relation,
        value=claim.value,
        by=claim.by or 0.0,
        margin=claim.margin,
        at_least=claim.quantifier.at_least if claim.quantifier else None,
    )


def claimed_advantages(manifest: Manifest) -> dict[str, float]:
    """The smallest claimed advantage that rests on each result; the recorded one where none is named."""
    found: dict[str, float] = {}
    for claim in (claim_of(manifest, one) for one in manifest.claims):
        named = claim.by or (claim.value if claim.kind == "gain" else None)
        for one in claim.duels:
            better, worse = manifest.find_result(one.better), manifest.find_result(one.worse)
            if better is None or worse is None:
                continue
            size = abs(named or better.value - worse.value)
            for name in (one.better, one.worse):
                found[name] = min(size, found.get(name, size))
    return {name: size for name, size in found.items() if 0.0 < size < math.inf}
