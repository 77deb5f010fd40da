r"""Forms that are filled with text: a field's name, a colon, and what was written.

    \item {\bf Data set: } MNIST, 60,000 images     LaTeX, as the artifact appendix of many venues has it
    - **Hardware:** one GPU with 24 GB              Markdown

An answer says whether a field was filled.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from reprocrate.validation.checklists.carriers.asked import Asked
from reprocrate.validation.checklists.carriers.text import Text
from reprocrate.validation.checklists.carriers.wording import HEADING, ITEM, is_open, one_line

_FIELD = re.compile(
    rf"^[ \t]*(?:{ITEM}[ \t]*|[-*+][ \t]+|(?=\*\*))"
    rf"(?P<name>[*_]*[A-Za-z][^:\n{ITEM}{HEADING}]{{1,80}}[*_]*):(?P<said>[^{ITEM}{HEADING}]*)",
    re.MULTILINE,
)
_NEXT = re.compile(r"\n[ \t]*(?:[-*+][ \t]+\*\*|\*\*[A-Z]|#)|\n\s*\n")
_LONGEST = 4_000


def fielded(text: Text) -> Iterator[Asked]:
    """Every field with what was written into it."""
    content = text.content
    position = 0
    while match := _FIELD.search(content, position):
        said = match["said"][:_LONGEST]
        cut = _NEXT.search(said)
        said = said[: cut.start()] if cut else said
        position = match.start("said") + max(len(said), 1)
        written = one_line(said).strip("*_ ")
        yield Asked(
            question="",
            title=one_line(match["name"]).strip("*_ "),
            number="",
            written=written if len(written) <= 80 else f"{written[:77]}...",
            answer=None if is_open(written) else "yes",
            justification="" if is_open(written) else written,
            place=text.place(match.start("name")),
        )
