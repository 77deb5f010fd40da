"""`reprocrate explain`"""

from __future__ import annotations

from typing import Annotated

import typer

from reprocrate.cli.options import Json

Code = Annotated[str, typer.Argument(help="Code of a rule, such as RC0701.")]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("explain")(explain)


def explain(code: Code, json: Json = False) -> None:
    """Explain a rule: what it asks, why, what to do, with a passing and a failing example."""
    from reprocrate.cli.voice import Voice
    from reprocrate.render.explanation import explanation_document, explanation_text
    from reprocrate.workflow.explaining import explain_rule

    explanation = explain_rule(code)
    if json:
        Voice().json(explanation_document(explanation))
    else:
        Voice().show(explanation_text(explanation))
