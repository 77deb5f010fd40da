"""`reprocrate rerun`"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from reprocrate.cli.exits import NO, YES
from reprocrate.cli.options import Json, Quiet, Yes
from reprocrate.cli.scope import Claims, DepthOption, NewSeeds, Only, Seeds, Within

What = Annotated[
    Path, typer.Argument(help="A bundle, or the folder that one was imported to.", show_default="this folder")
]
Margin = Annotated[
    list[str] | None,
    typer.Option("--margin", metavar="METRIC=VALUE", help="Your own equivalence margin; shown as yours."),
]
NoSandbox = Annotated[
    bool, typer.Option("--no-sandbox", help="Run the bundle's code without isolation, where none can be had.")
]
Degraded = Annotated[bool, typer.Option("--accept-degraded", help="Go on where the plan says degraded.")]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("rerun")(rerun)


def rerun(
    what: What = Path(),
    depth: DepthOption = None,
    only: Only = None,
    claim: Claims = None,
    seeds: Seeds = None,
    new_seeds: NewSeeds = None,
    within: Within = None,
    margin: Margin = None,
    no_sandbox: NoSandbox = False,
    accept_degraded: Degraded = False,
    yes: Yes = False,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Run a bundle's experiment again and compare: a verdict for each result and each claim.

    A bundle is imported first, into a folder of its name. The environment is built from the bundle's lock,
    from wheels only, inside that folder. The code runs in a sandbox where this machine has one (bubblewrap);
    otherwise you are asked, or `--no-sandbox` is needed. What was recorded is never touched: copies are run,
    and the verdict is written under `.reprocrate/reruns/`.

    Which work is done again, say `--depth`, `--only`, `--claim`, `--seeds`, `--new-seeds` and `--within`;
    `reprocrate plan` takes the same options and tells beforehand what would be done, how long it takes and
    what it can show. Nothing below `--depth full` is called reproduced.

    Exit code 0: upheld; 1: not upheld or undecided; 3: it could not be done; 130: interrupted, and the
    same command goes on from there.
    """
    from reprocrate.cli.consent import Consent
    from reprocrate.cli.voice import Voice
    from reprocrate.render.verdict import verdict_text
    from reprocrate.workflow.rerunning import rerun_experiment
    from reprocrate.workflow.reruns.choice import RerunChoice

    voice = Voice(quiet=quiet)
    consent = Consent(voice, yes=yes, no_sandbox=no_sandbox, accept_degraded=accept_degraded)
    choice = RerunChoice(
        depth=depth and depth.value,
        seeds=seeds,
        margins=tuple(margin or ()),
        only=tuple(only or ()),
        claims=tuple(claim or ()),
        new_seeds=new_seeds,
        within=within,
    )
    with voice.progress():
        outcome = rerun_experiment(what, choice, consent, voice)
    document = outcome.verdict.to_json()
    if json:
        voice.json(document)
    else:
        voice.show(verdict_text(document))
        voice.show(f"Written to {outcome.path}")
    raise typer.Exit(YES if outcome.verdict.upheld else NO)
