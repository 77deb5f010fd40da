"""Checklists in Typst, as text with marks of structure, and which venue's style the paper takes.

The community's template of NeurIPS (`bloated-neurips`) gives each question to a function, with the arguments
`name`, `question`, `answer` and `justification`, and the answers to `answerYes`, `answerNo` and `answerNA`.
These are read as what the function prints, wherever it is defined; so are authors' functions of their own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from reprocrate.errors import UnreadableError
from reprocrate.validation.checklists.carriers.latex.vocabulary import ANSWERS
from reprocrate.validation.checklists.carriers.text import Text
from reprocrate.validation.checklists.carriers.wording import HEADING, ITEM
from reprocrate.validation.typst import nodes as typst
from reprocrate.validation.typst.printing import Printer
from reprocrate.validation.typst.reading import read_nodes

_KNOWN = ANSWERS | {"TODO": "[TODO]"}
_SIGNS = {"heading": f"\n{HEADING} ", "item": f"\n{ITEM} ", "reference": "@{name}"}
_STYLE = re.compile(r"^[ \t]*#show:\s*(?:[\w-]+\.)?((?:neurips|aaai|icml|iclr)[-_]?20\d\d)\b", re.MULTILINE)
_LABELS = (("question", "Question"), ("answer", "Answer"), ("justification", "Justification"))


def typst_text(source: str, file: str) -> Text:
    """The text of a file in Typst, line by line.

    Raises:
        UnreadableError: it is nested without end, or makes too much of itself.
    """
    text = Text(file)
    try:
        found = read_nodes(source)
        definitions = {each.name: each for each in found if isinstance(each, typst.Definition)}
        printer = Printer(definitions, known=_KNOWN, signs=_SIGNS, unknown="#{name} ", instead=_asked)
        for piece in printer.pieces(found):
            text.add(piece.text, piece.line)
    except typst.TypstError as error:
        raise UnreadableError(f"{file} is not read", str(error)) from None
    return text


def styles_in(source: str) -> list[str]:
    """The styles of venues with a year that a paper takes, such as `neurips2026`."""
    return _STYLE.findall(source)


def _asked(call: typst.Call) -> list[typst.Node] | None:
    """A question that is given to a function, with its labels; an answer that is computed is none."""
    if call.given("question") is None or call.given("answer") is None:
        return None
    return list(_labelled(call))


def _labelled(call: typst.Call) -> Iterator[typst.Node]:
    yield typst.Text(f"\n{ITEM} ", call.line)
    title = call.given("name") or call.given("title")
    yield from title.value or () if title else ()
    for name, label in _LABELS:
        given = call.given(name)
        if given is not None:
            line = next((node.line for node in given.value or ()), call.line)
            yield typst.Text(f"\n\n{label}: ", line)
            yield from given.value or ()
    yield typst.Text("\n\nGuidelines: \n\n", call.line)
