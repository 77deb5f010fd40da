"""`reprocrate plan`"""

from __future__ import annotations

from typing import Annotated

import typer

from reprocrate.cli.addresses import AllowAddress, WhatOrAddress
from reprocrate.cli.exits import NOT_DONE, YES
from reprocrate.cli.naming import named
from reprocrate.cli.options import Data, Json
from reprocrate.cli.scope import Claims, DepthOption, NewSeeds, Only, Seeds, Within

Machine = Annotated[
    str | None,
    typer.Option(
        "--for",
        metavar="MACHINE",
        help="Plan for another machine: a platform such as `macos-arm64`, with what its accelerator runs "
        "as in `linux-x86_64-cuda124`.",
    ),
]
AskIndex = Annotated[
    bool,
    typer.Option(
        "--ask-index",
        help="Ask your package index which wheels it has for the machine; nothing is installed.",
    ),
]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("plan")(plan)


def plan(
    what: WhatOrAddress = ".",
    depth: DepthOption = None,
    only: Only = None,
    claim: Claims = None,
    seeds: Seeds = None,
    new_seeds: NewSeeds = None,
    within: Within = None,
    machine: Machine = None,
    ask_index: AskIndex = False,
    data: Data = None,
    allow_address: AllowAddress = None,
    json: Json = False,
) -> None:
    """Tell, from the manifest alone, what a rerun would need here, how long it takes and what it can show.

    With the options of `reprocrate rerun` it is the plan of the very rerun that these would make. Of a bundle
    at an address or DOI only the manifest is brought, where its server gives out parts of files. Which build
    of PyTorch is taken is decided by the devices and the driver; `--ask-index` also finds out which packages
    have no wheel for the machine, and how large the environment will be.

    Exit code 0: it can be rerun here; 3: it can't, and the plan says what stands in the way.
    """
    from reprocrate.cli.voice import Voice
    from reprocrate.render.plan import plan_text
    from reprocrate.workflow.elsewhere import Elsewhere
    from reprocrate.workflow.planning import plan_rerun
    from reprocrate.workflow.reruns.choice import RerunChoice

    voice = Voice()
    choice = RerunChoice(
        depth=depth and depth.value,
        seeds=seeds,
        only=tuple(only or ()),
        claims=tuple(claim or ()),
        new_seeds=new_seeds,
        within=within,
    )
    with voice.progress():
        made = plan_rerun(
            named(what, allow_address, voice),
            choice.scope,
            voice,
            data=tuple(data or ()),
            allow_address=tuple(allow_address or ()),
            elsewhere=Elsewhere(machine, ask_index),
        )
    document = made.to_json()
    if json:
        voice.json(document)
    else:
        voice.show(plan_text(document))
    raise typer.Exit(YES if made.possible else NOT_DONE)
