"""How to judge a rerun by hand, for someone who has nothing but the recorded numbers."""

from __future__ import annotations

from collections.abc import Iterator

from reprocrate.manifest import Manifest
from reprocrate.render import words
from reprocrate.render.generators import generator_uses
from reprocrate.render.numbers import significant, unit_suffix
from reprocrate.render.obtaining import escaped

_JUDGING = """\
1. **Identical**: every seed gives the same value, digit by digit.
2. **Within tolerance**: every seed gives the same value up to rounding. Another processor, thread count or
   accelerator changes the last digits: a thousandth of the value is usual, on accelerators a hundredth; of a
   share of counted items one item more or less.
3. **Equivalent**: the 90 % Welch interval of the difference of means lies within the margin (below).
4. **Contradicted**: the rerun's mean lies outside the range above, Welch's t test gives p < 0.05 (corrected
   by Holm for several metrics) *and* the means differ by more than the margin. One alone happens too often.
5. **Inconclusive** otherwise: more seeds would tell.
"""


def judging(manifest: Manifest) -> Iterator[str]:
    """The lines of the section on it."""
    yield "## 6. How to judge"
    yield ""
    yield "For each metric, the first of these that holds:"
    yield ""
    yield from _JUDGING.splitlines()
    yield ""
    yield from _without_seed(manifest)
    for metric in manifest.metrics:
        name = escaped(words.metric_label(metric, metric.id))
        if metric.margin:
            share = (
                " of the recorded mean"
                if metric.margin.kind == "relative"
                else escaped(unit_suffix(metric.unit))
            )
            yield f"- Margin of {name}: {significant(metric.margin.value)}{share}"
    if not any(metric.margin for metric in manifest.metrics):
        yield "The authors declared no margin, so only the first two and the last can be told."
    yield ""
    yield from _claims(manifest)


def _without_seed(manifest: Manifest) -> Iterator[str]:
    drawn = [use.name for use in generator_uses(manifest) if not use.is_sound]
    if drawn:
        names = ", ".join(map(escaped, dict.fromkeys(drawn)))
        yield "Random numbers were drawn without a seed, or before there was one, so that the same seed may"
        yield f"give other values: {names}."
        yield ""


def _claims(manifest: Manifest) -> Iterator[str]:
    if not manifest.claims:
        return
    yield "A claim is judged apart from the numbers: a value may change while an ordering holds. Claimed is:"
    yield ""
    for claim in sorted(manifest.claims, key=lambda one: not one.primary):
        yield f"- {escaped(claim.text)}{' (primary)' if claim.primary else ''}"
    yield ""
