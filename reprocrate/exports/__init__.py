"""What a recorded experiment or a reproduction is written as for others: recipes, reports, statements.

Each kind is one module with one function from a `Request` to an `Export`; the table names it, and it is
imported when it is asked for. Nothing here reads or writes files.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module

from reprocrate.exports.request import Export, Person, Request

__all__ = ["KINDS", "Export", "Kind", "Person", "Request", "export"]


@dataclass(frozen=True, slots=True)
class Kind:
    """Something that can be written.

    Attributes:
        maker: `module:function` that makes it.
        says: what it is, in a sentence for the list.
        of_reruns: whether it is about a rerun and its verdict; else about any experiment.
        file: the name of its one file; None where it has several.
        is_draft: whether it is the draft of a venue's checklist, which the kind names.
    """

    maker: str
    says: str
    of_reruns: bool = False
    file: str | None = None
    is_draft: bool = False


KINDS = {
    "codecheck": Kind(
        "reprocrate.exports.codecheck:codecheck",
        "codecheck.yml of a rerun, by CODECHECK's specification 2.0",
        of_reruns=True,
        file="codecheck.yml",
    ),
    "devcontainer": Kind(
        "reprocrate.exports.container:devcontainer",
        "the environment for an editor that opens folders in containers",
    ),
    "dockerfile": Kind(
        "reprocrate.exports.container:dockerfile",
        "a container recipe: the recorded environment, code and data, and the command of one run",
    ),
    "in-toto": Kind(
        "reprocrate.exports.in_toto:in_toto",
        "an in-toto statement (test-result v0.1) over the digest of the bundle that was rerun",
        of_reruns=True,
        file="test-result.intoto.json",
    ),
    "mlrc-report": Kind(
        "reprocrate.exports.mlrc:mlrc_report",
        "a reproducibility report in Markdown: what is known is filled in, the rest are marked gaps",
        of_reruns=True,
        file="reproducibility-report.md",
    ),
}


_CHECKLISTS = (
    "aaai-26",
    "aaai-27",
    "arr",
    "artifact-appendix",
    "codecheck-2.0",
    "iclr",
    "icml-2023",
    "ml-code-completeness",
    "nature-code",
    "neurips-2022",
    "neurips-2024",
    "neurips-2025",
    "neurips-2026",
    "pineau-2.0",
    "reforms",
    "sc-ad",
)
_IN_LATEX = ("aaai-", "neurips-", "artifact-appendix")
"""Forms that are handed in as LaTeX; the others are drafted in Markdown."""


def _drafts() -> dict[str, Kind]:
    """A kind for each checklist: packs are read when one is asked for, not to list them."""
    made = {}
    for name in _CHECKLISTS:
        stem = name if name == "artifact-appendix" else f"checklist-{name}"
        ending, form = (".tex", "LaTeX") if name.startswith(_IN_LATEX) else (".md", "Markdown")
        says = f"a draft in {form}, filled in as far as the record supports answers"
        made[name] = Kind(
            "reprocrate.exports.checklists.writing:draft", says, file=f"{stem}{ending}", is_draft=True
        )
    return made


KINDS |= _drafts()


def export(kind: str, request: Request) -> Export:
    """Make one of these.

    Raises:
        UsageError: what is there does not have what this kind is made from.
    """
    if KINDS[kind].is_draft:
        from reprocrate.exports.checklists.writing import draft

        return draft(kind, request)
    module, _, name = KINDS[kind].maker.partition(":")
    made: Export = getattr(import_module(module), name)(request)
    return made
