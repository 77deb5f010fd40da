"""`reprocrate init`"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Folder = Annotated[Path, typer.Argument(help="The project's folder.", show_default="this folder")]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("init")(init)


def init(folder: Folder = Path()) -> None:
    """Look at a project and draft its `reprocrate.toml`.

    Nothing is run and nothing is overwritten. The draft holds what was found (title, authors, licence, data
    folders, the program that takes a seed), says where, and asks at most seven things that only you know.

    ```text
    reprocrate init
    $EDITOR reprocrate.toml
    reprocrate run --name main --seeds 0-4
    ```
    """
    from reprocrate.cli.voice import Voice
    from reprocrate.workflow.drafting import write_draft

    draft = write_draft(folder)
    voice = Voice()
    voice.show("Wrote reprocrate.toml.")
    for line in draft.found:
        voice.show(f"  found {line}")
    voice.show("Only you know, the most important first:")
    for number, question in enumerate(draft.asked, 1):
        voice.show(f"  {number}. {question}")
    voice.show(f"Next: {draft.run}")
