"""Answers after the list of those that are allowed: … are publicly available (yes/partial/no/NA) yes

So AAAI's reproducibility checklist has them, in LaTeX since 2026 and as plain text before, and on its pages.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator

from reprocrate.validation.checklists.carriers.asked import Asked
from reprocrate.validation.checklists.carriers.text import Text
from reprocrate.validation.checklists.carriers.wording import HEADING, ITEM, one_line, read_answer

_OPTIONS = re.compile(
    r"(?<![{\w])[(\[]\s*(?:yes|no|partial|n/?a)(?:\s*/\s*(?:yes|no|partial|n/?a))+\s*[)\]]",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"\s*(?P<number>\d{1,2}\.\d{1,2})\.?(?=\s)")
_BOUNDARY = re.compile(
    rf"{ITEM}|{HEADING}|^[ \t]*(?:\d{{1,2}}\.\d{{1,2}}\.?\s|\d{{1,2}}\.\s+[A-Z]|[-*•]\s)|"
    r"If yes, please address|If you answered",
    re.MULTILINE,
)
_COLON = re.compile(r"^[ \t]*[:：]")
_LONGEST = 1_500


def optioned(text: Text) -> Iterator[Asked]:
    """Every question that lists its answers, with what stands behind the list."""
    content = text.content
    boundaries = [match.start() for match in _BOUNDARY.finditer(content)]
    found = list(_OPTIONS.finditer(content))
    before = 0
    for index, match in enumerate(found):
        last = index + 1 == len(found)
        end = _first_after(boundaries, match.end(), len(content) if last else found[index + 1].start())
        start = _last_before(boundaries, before, match.start())
        if start is None:  # neither items nor numbers: each question is a paragraph or a line
            start = max(before, content.rfind("\n", before, match.start()) + 1)
        if end is None:
            stop = content.find("\n", match.end())
            end = stop if stop >= 0 else len(content)
        before = match.end()
        yield _asked(text, start, match, min(end, match.end() + _LONGEST))


def _asked(text: Text, start: int, options: re.Match[str], end: int) -> Asked:
    content = text.content
    question = content[max(start, options.start() - _LONGEST) : options.start()].lstrip(
        f"{ITEM}{HEADING} \n-*•"
    )
    number = _NUMBER.match(question)
    said = _COLON.sub("", content[options.end() : end])
    answer, written, rest = read_answer(said)
    lead = len(said) - len(said.lstrip())
    return Asked(
        question=one_line(question[number.end() :] if number else question),
        title="",
        number=number["number"] if number else "",
        written=written,
        answer=answer,
        justification=rest,
        place=text.place(end - len(said) + lead if said.strip() else options.start()),
    )


def _first_after(boundaries: list[int], start: int, end: int) -> int | None:
    index = bisect_left(boundaries, start)
    return boundaries[index] if index < len(boundaries) and boundaries[index] < end else None


def _last_before(boundaries: list[int], start: int, end: int) -> int | None:
    index = bisect_left(boundaries, end) - 1
    return boundaries[index] if index >= 0 and boundaries[index] >= start else None
