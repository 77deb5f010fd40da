"""The differences of comparisons, computed again by their t tests; for each test once."""

from __future__ import annotations

from reprocrate import statistics
from reprocrate.manifest import Comparison, Manifest
from reprocrate.validation.evidence import SPREADS_OF_VALUES, Sample
from reprocrate.validation.subject import Subject

_METHODS = {"welch_t": "welch", "paired_t": "paired"}


def recomputed_difference(subject: Subject, comparison: Comparison) -> statistics.Difference | None:
    """The difference by a comparison's t test, where its values are known and vary."""
    return _difference(subject, comparison, _METHODS.get(comparison.test or ""))


def recomputed_interval(subject: Subject, comparison: Comparison) -> statistics.Interval | None:
    """The interval of a difference by the method that it names, where the values are known and vary."""
    effect = comparison.effect
    interval = effect.interval if effect and effect.kind == "difference" else None
    if interval is None or interval.kind != "ci":
        return None
    method = _METHODS.get(comparison.test or "") if interval.method == "t" else interval.method
    difference = _difference(subject, comparison, method)
    return difference.interval(interval.level or statistics.LEVEL) if difference else None


def _differences(_subject: Subject) -> dict[tuple[int, str], statistics.Difference | None]:
    """Those that were computed for one of the rules, by comparison and method."""
    return {}


def _difference(subject: Subject, comparison: Comparison, method: str | None) -> statistics.Difference | None:
    known, case = subject.once(_differences), (id(comparison), method or "")
    if case not in known:
        known[case] = _computed(subject, comparison, method)
    return known[case]


def _computed(subject: Subject, comparison: Comparison, method: str | None) -> statistics.Difference | None:
    samples = subject.evidence.samples(comparison)
    if method not in ("welch", "paired") or samples is None:
        return None
    a, b = samples
    if min(len(a.values), len(b.values)) < 2 or not statistics.are_computable((*a.values, *b.values)):
        return None
    if not is_of_values(subject.well_formed, comparison, a, b):
        return None
    if method == "welch":
        found = statistics.welch(a.values, b.values)
        return None if found.method == "constant" else found
    partners = a.partners_in(b)
    paired = statistics.paired(a.values, partners) if partners else None
    return None if paired is None or paired.method == "constant" else paired


def is_of_values(manifest: Manifest, comparison: Comparison, a: Sample, b: Sample) -> bool:
    """Whether the values of two results are compared, and not test items, episodes or resamples."""
    interval = comparison.effect.interval if comparison.effect else None
    results = [manifest.find_result(name) for name in (comparison.a, comparison.b)]
    over = [each.varies_over for each in results if each]
    return (
        (len(a.values), len(b.values)) != (1, 1)
        and (interval is None or interval.varies_over in SPREADS_OF_VALUES)
        and any(each in SPREADS_OF_VALUES for each in over)
    )
