"""`reprocrate rerun`"""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from reprocrate.cli.exits import NO, YES
from reprocrate.cli.options import Json, Quiet, Yes
from reprocrate.cli.verdict_file import Html, require_page, write_page


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
    yes: Yes = False,
    html: Html = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Run a bundle's experiment again and compare: a verdict for each result and each claim.

    A bundle is imported first, into a folder of its name. The environment is built from the bundle's lock,
    from wheels only, inside that folder. The code runs in a sandbox where this machine has one (bubblewrap);
    otherwise you are asked, or `--no-sandbox` is needed. What was recorded is never touched: copies are run,
    and the verdict is written under `.reprocrate/reruns/`, as data and as a page (`verdict.html`).

    Exit code 0: upheld; 1: not upheld or undecided; 3: it could not be done; 130: interrupted, and the
    same command goes on from there.
    """
    from reprocrate.cli.consent import Consent
    from reprocrate.cli.voice import Voice
    from reprocrate.render.verdict import verdict_text
    from reprocrate.workflow.rerunning import rerun_experiment
    from reprocrate.workflow.reruns.choice import RerunChoice

    voice = Voice(quiet=quiet)
    require_page(html)
    consent = Consent(voice, yes=yes, no_sandbox=no_sandbox, accept_degraded=accept_degraded)
    choice = RerunChoice(depth=depth.value, seeds=seeds, margins=tuple(margin or ()))
    with voice.progress():
        outcome = rerun_experiment(what, choice, consent, voice)
    document = outcome.verdict.to_json()
    write_page(html, document)
    if json:
        voice.json(document)
    else:
        voice.show(verdict_text(document))
        voice.show(f"Written to {outcome.path}")
        voice.show(f"The same as a page: {outcome.path.with_suffix('.html')}")
    raise typer.Exit(YES if outcome.verdict.upheld else NO)
