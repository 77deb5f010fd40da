"""Answers in brackets right behind their question: Did you report error bars? [Yes] See Table 2.

So the macros of NeurIPS print them in the checklists of 2021 and 2022, and so people write down later ones
who leave the labels out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from reprocrate.validation.checklists.carriers.asked import Asked
from reprocrate.validation.checklists.carriers.text import Text
from reprocrate.validation.checklists.carriers.wording import HEADING, ITEM, one_line, read_answer

_ANSWER = re.compile(r"\[\s*(?:yes|no|partial|n\s*/?\s*a|not\s+applicable|to\s*do)\s*\]", re.IGNORECASE)
_BOUNDARY = re.compile(
    rf"{ITEM}|{HEADING}|^[ \t]*(?:\([a-z]\)\s|\(?\d{{1,2}}[.)]\s|[-*•]\s)|\Z", re.MULTILINE
)
_QUESTION_END = re.compile(r"[?.)][\s*_]*$")
_LEAD = re.compile(r"^[\s*•-]*(?:\(?(?:[a-z]|\d{1,2})[.)]\s+)?")
_TITLE = re.compile(r"(?P<title>[A-Z][^.?:]{2,120})[.:][\s*_]+(?=[A-Z])")
_LONGEST = 1_500
_LARGEST_FOREIGN_SHARE = 1 / 3


def bracketed(text: Text) -> Iterator[Asked]:
    """Every question that an answer in brackets follows; what an example in a sentence says is none."""
    content = text.content
    starts = [0, *(match.start() for match in _BOUNDARY.finditer(content))]
    for start, end in pairwise(starts):
        part = content[start : min(end, start + 2 * _LONGEST)].lstrip(f"{ITEM}{HEADING}")
        found = _ANSWER.search(part)
        if found is None or not _QUESTION_END.search(part[: found.start()]):
            continue
        answer, written, justification = read_answer(part[found.start() :])
        if justification and answer is None:
            continue
        offset = end - len(content[start:end].lstrip(f"{ITEM}{HEADING}")) + found.start()
        question = _LEAD.sub("", one_line(part[: found.start()]))
        title = _TITLE.match(question)
        yield Asked(
            question=question[title.end() if title else 0 :][-_LONGEST:],
            title=title["title"] if title else "",
            number="",
            written=written,
            answer=answer,
            justification=justification,
            place=text.place(offset),
        )


def is_headed(text: Text, venue: str) -> bool:
    """Whether a heading says that the checklist is this venue's."""
    heading = rf"(?:{HEADING}|^#+)[^\n]*{re.escape(venue)}[^\n]*checklist"
    return re.search(heading, text.content, re.IGNORECASE | re.MULTILINE) is not None


def mostly_foreign(asked: Sequence[Asked], recognised: int) -> bool:
    """Whether so many of the answered questions are another venue's that the checklist is too.

    Conferences take each other's questions over and add their own: the list of ICWSM has all of NeurIPS 2022.
    """
    answered = sum(each.answer is not None for each in asked)
    return answered - recognised > _LARGEST_FOREIGN_SHARE * answered
