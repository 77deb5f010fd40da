"""Questions with a mark before them: boxes in Markdown, and the symbols of the ACL's published checklists.

    - [x] Training code                      Markdown: a cross is a yes; an empty box says nothing
    ✓ A1. Did you describe the limitations?  ACL: ✓ yes, ✗ no, N/A; a box with nothing in it was left open
      Section 8

In the ACL's PDF files of 2023 the symbols are the letters 3 and 7 of the font of dingbats.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator

from reprocrate.validation.checklists.carriers.asked import Asked
from reprocrate.validation.checklists.carriers.text import Text
from reprocrate.validation.checklists.carriers.wording import one_line

_BOX = re.compile(
    r"^[ \t>]*(?:[-*+]|\d{1,2}[.)])?[ \t]*(?:\[(?P<box>[ xX✓✔])\]|(?P<sign>[✓✔☑✅✗✘❌☒☐□]))"
    r"[ \t]*(?P<text>\S.*)$",
    re.MULTILINE,
)
_HEADING = re.compile(r"^\s{0,3}#{1,6}\s+(.*)$", re.MULTILINE)
_MARKS = {"x": "yes", "X": "yes", "✓": "yes", "✔": "yes", "☑": "yes", "✅": "yes"} | dict.fromkeys(
    "✗✘❌☒", "no"
)

_SYMBOL = r"(?P<{name}>(?:[✓✔✗✘□☐☑☒37\s\x00-\x08\ue000-\uf8ff\ufffd]|N/A)*)"
_ACL = re.compile(
    rf"^{_SYMBOL.format(name='before')}(?P<item>[A-E][1-9]|(?P<gate>[A-E]))(?:\.|\s)"
    rf"{_SYMBOL.format(name='after')}(?P<text>(?:Did|Do|If|Was|Have|For every|Questions)\b)",
    re.MULTILINE,
)
_SENTENCE_END = re.compile(r"\?(?:[)\s]|$)")
_NOTES = re.compile(r"^(?:The Responsible NLP Checklist used at|ACL \d{4} used a).*$", re.MULTILINE)


def boxes(text: Text) -> Iterator[Asked]:
    """Every box with its text; an empty one has no answer, since nobody can tell whether it is a no."""
    content = text.content
    waiting = deque((match.start(), match[1]) for match in _HEADING.finditer(content))
    under = ""
    for match in _BOX.finditer(content):
        mark = match["box"] or match["sign"]
        while waiting and waiting[0][0] < match.start():
            under = waiting.popleft()[1]
        question, _, beside = match["text"].partition(" — ")
        yield Asked(
            question=one_line(question).strip("*_` ").strip(),
            title=one_line(under),
            number="",
            written=f"[{match['box']}]" if match["box"] else mark,
            answer=_MARKS.get(mark),
            justification=one_line(beside),
            place=text.place(match.start()),
        )


def acl_symbols(text: Text) -> Iterator[Asked]:
    """Every question of a checklist as the ACL publishes them beside papers.

    What the authors wrote follows the question mark. A question without a symbol was left open.
    """
    content = text.content
    found = list(_ACL.finditer(content))
    for index, match in enumerate(found):
        end = found[index + 1].start() if index + 1 < len(found) else min(len(content), match.end() + 3_000)
        said = _NOTES.sub("", content[match.start("text") : end])
        ends = list(_SENTENCE_END.finditer(said))
        cut = ends[0].end() if ends else len(said)
        symbol = _symbol(match["before"] + match["after"])
        beside = one_line(said[cut:])
        yield Asked(
            question=one_line(said[:cut]),
            title="",
            number=match["item"],
            written=symbol[1],
            answer=symbol[0],
            justification="" if _is_blank(beside) else beside,
            place=text.place(match.start("text")),
        )


def _symbol(marks: str) -> tuple[str | None, str]:
    """The answer that a symbol stands for, and the symbol."""
    if "N/A" in marks:
        return "na", "N/A"
    for signs, answer in (("✓✔☑3", "yes"), ("✗✘☒7", "no")):
        for sign in signs:
            if sign in marks:
                return answer, sign
    return None, ""


def _is_blank(text: str) -> bool:
    plain = text.strip(" ().").lower().replace(".", "")
    return plain in ("", "left blank", "no response", "not applicable left blank", "n/a left blank")
