"""Which seed reached which generator of random numbers, on the page."""

from __future__ import annotations

from reprocrate.manifest import Manifest
from reprocrate.render.generators import GeneratorUse, generator_uses, unseen_generators
from reprocrate.render.preview.markup import Markup, code, element, joined
from reprocrate.render.preview.tables import table

_MOST_ROWS = 60


def generators(manifest: Manifest) -> Markup | None:
    """What was seen of the generators in all runs; None where nothing was."""
    uses = generator_uses(manifest)
    unseen = unseen_generators(manifest)
    if not uses and not unseen:
        return None
    more = len(uses) - _MOST_ROWS
    return joined(
        table(
            "Generators of random numbers, as they were seeded",
            ["Function", "Line", "Seed"],
            [_row(use) for use in uses[:_MOST_ROWS]],
        )
        if uses
        else None,
        element("p", f"{more} more are in ", code("reprocrate.json"), ".") if more > 0 else None,
        element("p", f"Out of the recorder's sight: {', '.join(unseen)}.", class_="soft") if unseen else None,
    )


def _row(use: GeneratorUse) -> list[Markup]:
    seed = use.seed if use.is_sound else element("span", use.seed, class_="tag warn")
    return [
        element("td", use.name),
        element("td", code(use.site) if use.site else "–"),
        element("td", seed),
    ]
