"""`reprocrate policy`: `list`, `show` and `new`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from reprocrate.cli.options import Json

_ABOUT = """What venues demand: policies by name and file.

A policy says how much each rule weighs and sets parameters such as the number of seeds. `validate --policy`
applies one; nothing that it changes stays unsaid, and it can never silence damage.
"""


def register(app: typer.Typer) -> None:
    """Add the command."""
    group = typer.Typer(no_args_is_help=True, help=_ABOUT)
    group.command("list")(list_policies)
    group.command("show")(show_policy)
    group.command("new")(new_policy)
    app.add_typer(group, name="policy")


def list_policies(json: Json = False) -> None:
    """List the policies that come with reprocrate and with installed packages."""
    from reprocrate.cli.voice import Voice
    from reprocrate.render.policies import policies_document, policies_text
    from reprocrate.workflow.policies import known_policies

    if json:
        Voice().json(policies_document(known_policies()))
    else:
        Voice().show(policies_text(known_policies()))


def show_policy(
    policy: Annotated[str, typer.Argument(metavar="NAME|FILE", help="A policy's name, or its file.")],
    json: Json = False,
) -> None:
    """Show what a policy asks for, with all that it builds on."""
    from reprocrate.cli.voice import Voice
    from reprocrate.render.policies import policies_document, policy_text
    from reprocrate.validation.policy_file import read_policy

    read = read_policy(policy)
    if json:
        Voice().json(policies_document([(policy, read)]))
    else:
        Voice().show(policy_text(read))


def new_policy(
    file: Annotated[Path, typer.Argument(help="Where to; its name becomes the policy's identifier.")],
    extends: Annotated[
        list[str] | None,
        typer.Option(
            "--extends", metavar="NAME|FILE", help="A policy that it builds on; may be repeated, later wins."
        ),
    ] = None,
    venue: Annotated[str | None, typer.Option(help="Whose policy it is.")] = None,
) -> None:
    """Write the draft of a policy: every rule and parameter in a comment, ready to be set."""
    from reprocrate.cli.voice import Voice
    from reprocrate.workflow.policies import draft_policy

    written = draft_policy(file, extends or (), venue)
    Voice().show(f"Written to {file}: the policy {written.id}")
