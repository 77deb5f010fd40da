"""Settings of one of several runs of a launch, as Hydra and trackers wrote them down."""

from __future__ import annotations

import re
from collections.abc import Mapping

from reprocrate.capture.record import Scalar
from reprocrate.capture.results.points import SEED_COLUMNS, Labels, as_seed

_LONGEST_LEVEL = 200


def labels_of(settings: Mapping[str, Scalar]) -> tuple[int | str | None, Labels]:
    """The seed of a run, and everything else that may tell it from others.

    A setting is the seed where its name, or the last part of it (`trainer.seed`), is that of seeds, if there
    is one such setting only.
    """
    seeds = {
        name: seed
        for name, value in settings.items()
        if re.split(r"[./]", name)[-1].lower() in SEED_COLUMNS and (seed := as_seed(value)) is not None
    }
    if len(seeds) != 1:
        seeds = {}
    others = [
        (name, value)
        for name, value in settings.items()
        if name not in seeds and len(str(value)) <= _LONGEST_LEVEL
    ]
    return next(iter(seeds.values()), None), tuple(sorted(others))
