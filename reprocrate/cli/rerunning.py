"""`reprocrate rerun`"""

from __future__ import annotations

import shlex
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from reprocrate.cli.exits import NO, YES
from reprocrate.cli.options import Json, Quiet, Yes


class Depth(StrEnum):
    """How much work is done again."""

    LOGS = "logs"
    SMOKE = "smoke"
    FULL = "full"


What = Annotated[
    Path, typer.Argument(help="A bundle, or the folder that one was imported to.", show_default="this folder")
]
DepthOption = Annotated[
    Depth,
    typer.Option(
        help="`logs`: recompute results from the recorded runs; `smoke`: the declared scaled-down variant; "
        "`full`: run every seed again."
    ),
]
Seeds = Annotated[
    str | None, typer.Option("--seeds", help="Only these of the recorded seeds, such as `0-2`.")
]
Margin = Annotated[
    list[str] | None,
    typer.Option("--margin", metavar="METRIC=VALUE", help="Your own equivalence margin; shown as yours."),
]
NoSandbox = Annotated[
    bool, typer.Option("--no-sandbox", help="Run the bundle's code without isolation, where none can be had.")
]
Degraded = Annotated[bool, typer.Option("--accept-degraded", help="Go on where the plan says degraded.")]
Pack = Annotated[
    Path | None,
    typer.Option("--pack", metavar="FILE", help="Pack the reproduction into this bundle, too."),
]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("rerun")(rerun)


def rerun(
    what: What = Path(),
    depth: DepthOption = Depth.FULL,
    seeds: Seeds = None,
    margin: Margin = None,
    no_sandbox: NoSandbox = False,
    accept_degraded: Degraded = False,
    pack: Pack = None,
    yes: Yes = False,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Run a bundle's experiment again and compare: a verdict for each result and each claim.

    A bundle is imported first, into a folder of its name. The environment is built from the bundle's lock,
    from wheels only, inside that folder. The code runs in a sandbox where this machine has one (bubblewrap);
    otherwise you are asked, or `--no-sandbox` is needed. What was recorded is never touched: copies are run,
    and the verdict is written under `.reprocrate/reruns/`.

    What a rerun leaves there is an experiment of its own, linked to the original: `reprocrate pack` makes a
    bundle of that folder, and so does `--pack` at once. Nobody is named its author unless you name yourself,
    in `[experiment]` of a `reprocrate.toml` in that folder.

    Exit code 0: upheld; 1: not upheld or undecided; 3: it could not be done; 130: interrupted, and the
    same command goes on from there.
    """
    from reprocrate.cli.consent import Consent
    from reprocrate.cli.voice import Voice
    from reprocrate.render.verdict import verdict_text
    from reprocrate.workflow.rerunning import rerun_experiment
    from reprocrate.workflow.reruns.choice import RerunChoice
    from reprocrate.workflow.reruns.publishing import pack_reproduction, require_place

    voice = Voice(quiet=quiet)
    if pack:
        require_place(pack)
    consent = Consent(voice, yes=yes, no_sandbox=no_sandbox, accept_degraded=accept_degraded)
    choice = RerunChoice(depth=depth.value, seeds=seeds, margins=tuple(margin or ()))
    with voice.progress():
        outcome = rerun_experiment(what, choice, consent, voice)
        packed = pack_reproduction(outcome.path.parent, pack, voice) if pack else None
    document = outcome.verdict.to_json()
    if json:
        voice.json(document)
    else:
        voice.show(verdict_text(document))
        voice.show(f"Written to {outcome.path}")
        if outcome.ran and not packed:
            voice.show(f"To publish it: reprocrate pack {shlex.quote(str(outcome.path.parent))}")
    if packed:
        voice.note(f"packed to {packed}")
    raise typer.Exit(YES if outcome.verdict.upheld else NO)
