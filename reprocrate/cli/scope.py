"""Arguments of `plan` and `rerun` that say what is to be done again."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from reprocrate.cli.panels import WORK


class Depth(StrEnum):
    """How much work is done again."""

    LOGS = "logs"
    EVALUATE = "evaluate"
    SMOKE = "smoke"
    FULL = "full"


DepthOption = Annotated[
    Depth | None,
    typer.Option(
        help="`logs`: recompute results from the recorded runs; `evaluate`: evaluate again from recorded "
        "checkpoints or predictions; `smoke`: the declared scaled-down variant; `full`: every seed again.",
        show_default="full",
        rich_help_panel=WORK,
    ),
]
Only = Annotated[
    list[str] | None,
    typer.Option(
        "--only",
        metavar="CONFIG",
        help="Only this configuration, by id or name; may be repeated.",
        rich_help_panel=WORK,
    ),
]
Claims = Annotated[
    list[str] | None,
    typer.Option(
        "--claim",
        metavar="ID",
        help="Only what this claim rests on; it decides then. May be repeated.",
        rich_help_panel=WORK,
    ),
]
Seeds = Annotated[
    str | None,
    typer.Option(
        "--seeds",
        metavar="SEEDS",
        help="Only these of the recorded seeds, such as `0-2`.",
        rich_help_panel=WORK,
    ),
]
NewSeeds = Annotated[
    int | None,
    typer.Option(
        "--new-seeds",
        metavar="N",
        help="N seeds that the original never used, in place of the recorded ones: whether the result holds "
        "for others. They follow from the experiment's id, so that nobody picks them.",
        rich_help_panel=WORK,
    ),
]
Within = Annotated[
    str | None,
    typer.Option(
        "--within",
        metavar="TIME",
        help="Choose depth and seeds: the most that the primary claims can be shown in this time (90s, 20m, "
        "1h30m), by the recorded durations and without the time to build the environment.",
        rich_help_panel=WORK,
    ),
]
