"""`reprocrate rerun`"""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from reprocrate.cli.addresses import AllowAddress
from reprocrate.cli.exits import NO, YES
from reprocrate.cli.naming import named
from reprocrate.cli.options import Data, Fetch, Json, Margin, Quiet, Yes
from reprocrate.cli.panels import ISOLATION, OUTPUT
from reprocrate.cli.scope import Claims, DepthOption, NewSeeds, Only, Seeds, Within
from reprocrate.cli.verdict_file import Html, require_page, write_page

if TYPE_CHECKING:
    from reprocrate.cli.consent import Consent
    from reprocrate.cli.voice import Voice
    from reprocrate.workflow.remote import Remote
    from reprocrate.workflow.reruns.choice import RerunChoice
    from reprocrate.workflow.reruns.concluding import Rerun

What = Annotated[
    str,
    typer.Argument(
        metavar="WHAT",
        help="A bundle, its https:// address or DOI, or the folder that one was imported to.",
        show_default="this folder",
    ),
]
NoSandbox = Annotated[
    bool,
    typer.Option(
        "--no-sandbox",
        help="Run the bundle's code without isolation, where none can be had.",
        rich_help_panel=ISOLATION,
    ),
]
AllowNetwork = Annotated[
    bool,
    typer.Option(
        "--allow-network",
        help="Give the runs the network, where the manifest says they need it.",
        rich_help_panel=ISOLATION,
    ),
]
Limit = Annotated[
    list[str] | None,
    typer.Option(
        "--limit",
        metavar="NAME=VALUE",
        help="End a run that uses more: time=2h, memory=8GB, processes=1000, disk=20GB; none for no limit. "
        "Otherwise many times what was recorded.",
        rich_help_panel=ISOLATION,
    ),
]
Jobs = Annotated[
    int,
    typer.Option(
        "--jobs",
        "-j",
        help="How many runs at once, each with the recorded number of threads.",
        rich_help_panel=ISOLATION,
    ),
]
Degraded = Annotated[
    bool,
    typer.Option("--accept-degraded", help="Go on where the plan says degraded.", rich_help_panel=ISOLATION),
]
Pack = Annotated[
    Path | None,
    typer.Option(
        "--pack",
        metavar="FILE",
        help="Pack the reproduction into this bundle, too.",
        rich_help_panel=OUTPUT,
    ),
]

_HELP = """\
Run a bundle's experiment again and compare: a verdict for each result and each claim.

A bundle is imported first, into a folder of its name. The environment is built from the bundle's lock,
from wheels or archives of conda, inside it. The code runs in a sandbox where this machine has one
(bubblewrap); otherwise you are asked, or `--no-sandbox` is needed. What was recorded is never touched:
copies are run, and the verdict is written under `.reprocrate/reruns/`, as data and as a page
(`verdict.html`). A run that takes far more than was recorded is ended, and the verdict names the limit.

Which work is done again, say `--depth`, `--only`, `--claim`, `--seeds`, `--new-seeds` and `--within`;
`reprocrate plan` takes the same options and tells beforehand what would be done, how long it takes and
what it can show. Nothing below `--depth full` is called reproduced.

Data that did not come along is taken from `--data NAME=PATH`, or fetched from the addresses of the bundle
after you agree (`--fetch`); either way each file has to have the recorded SHA-256.

What a rerun leaves there is an experiment of its own, linked to the original: `reprocrate pack` makes a
bundle of that folder, and so does `--pack` at once. Nobody is named its author unless you name yourself,
in `[experiment]` of a `reprocrate.toml` in that folder.

Exit code 0: upheld; 1: not upheld or undecided; 3: it could not be done; 130: interrupted, and the
same command goes on from there.
"""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("rerun", help=_HELP)(rerun)


def rerun(
    what: What = ".",
    depth: DepthOption = None,
    only: Only = None,
    claim: Claims = None,
    seeds: Seeds = None,
    new_seeds: NewSeeds = None,
    within: Within = None,
    margin: Margin = None,
    no_sandbox: NoSandbox = False,
    accept_degraded: Degraded = False,
    data: Data = None,
    fetch: Fetch = False,
    allow_address: AllowAddress = None,
    allow_network: AllowNetwork = False,
    limit: Limit = None,
    jobs: Jobs = 1,
    pack: Pack = None,
    yes: Yes = False,
    html: Html = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Run a bundle's experiment again and compare."""
    from reprocrate.cli.consent import Consent
    from reprocrate.cli.voice import Voice
    from reprocrate.workflow.reruns.choice import RerunChoice

    voice = Voice(quiet=quiet)
    given = {
        "no-sandbox": no_sandbox,
        "accept-degraded": accept_degraded,
        "allow-network": allow_network,
        "fetch": fetch,
    }
    choice = RerunChoice(
        depth=depth and depth.value,
        seeds=seeds,
        margins=tuple(margin or ()),
        only=tuple(only or ()),
        claims=tuple(claim or ()),
        new_seeds=new_seeds,
        within=within,
        data=tuple(data or ()),
        allow_address=tuple(allow_address or ()),
        limits=tuple(limit or ()),
        jobs=jobs,
    )
    require_page(html)
    outcome, packed = _done(
        named(what, allow_address, voice), choice, Consent(voice, given, yes=yes), voice, pack
    )
    write_page(html, outcome.verdict.to_json())
    _tell(outcome, packed, voice, json)
    raise typer.Exit(YES if outcome.verdict.upheld else NO)


def _done(
    what: Path | Remote, choice: RerunChoice, consent: Consent, voice: Voice, pack: Path | None
) -> tuple[Rerun, Path | None]:
    """What came of the rerun, and the bundle that it was packed to."""
    from reprocrate.workflow.rerunning import rerun_experiment
    from reprocrate.workflow.reruns.publishing import pack_reproduction, require_place

    if pack:
        require_place(pack)
    with voice.progress():
        outcome = rerun_experiment(what, choice, consent, voice)
        return outcome, pack_reproduction(outcome.path.parent, pack, voice) if pack else None


def _tell(outcome: Rerun, packed: Path | None, voice: Voice, json: bool) -> None:
    from reprocrate.manifest.garbage import without_collection
    from reprocrate.render.verdict import verdict_text

    with without_collection():
        document = outcome.verdict.to_json()
    if json:
        voice.json(document)
    else:
        voice.show(verdict_text(document))
        voice.show(f"Written to {outcome.path}")
        voice.show(f"The same as a page: {outcome.path.with_suffix('.html')}")
        if outcome.ran and not packed:
            voice.show(f"To publish it: reprocrate pack {shlex.quote(str(outcome.path.parent))}")
    if packed:
        voice.note(f"packed to {packed}")
