"""`reprocrate plan`"""

from __future__ import annotations

import typer

from reprocrate.cli.addresses import AllowAddress, WhatOrAddress, named
from reprocrate.cli.exits import NOT_DONE, YES
from reprocrate.cli.options import Data, Json
from reprocrate.cli.scope import Claims, DepthOption, NewSeeds, Only, Seeds, Within


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
    data: Data = None,
    allow_address: AllowAddress = None,
    json: Json = False,
) -> None:
    """Tell, from the manifest alone, what a rerun would need here, how long it takes and what it can show.

    With the options of `reprocrate rerun` it is the plan of the very rerun that these would make. Of a bundle
    at an address or DOI only the manifest is brought, where its server gives out parts of files.

    Exit code 0: it can be rerun here; 3: it can't, and the plan says what stands in the way.
    """
    from reprocrate.cli.voice import Voice
    from reprocrate.render.plan import plan_text
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
        )
    document = made.to_json()
    if json:
        voice.json(document)
    else:
        voice.show(plan_text(document))
    raise typer.Exit(YES if made.possible else NOT_DONE)
