"""Answers that stand after their label: Question: … Answer: … Justification: … Guidelines: …

So the checklist of NeurIPS since 2023 has them, in LaTeX and on the pages made of it, and so people write
answers down in Markdown. Some translate the labels, or all of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from reprocrate.validation.checklists.carriers.asked import Asked
from reprocrate.validation.checklists.carriers.text import Text
from reprocrate.validation.checklists.carriers.wording import HEADING, ITEM, one_line, read_answer

_TRANSLATED = {
    "Frage": "Question",
    "Antwort": "Answer",
    "Begründung": "Justification",
    "Réponse": "Answer",
    "Pregunta": "Question",
    "Respuesta": "Answer",
    "Justificación": "Justification",
    "问题": "Question",
    "問題": "Question",
    "答案": "Answer",
    "回答": "Answer",
    "理由": "Justification",
    "質問": "Question",
    "질문": "Question",
    "답변": "Answer",
    "근거": "Justification",
}
_LABEL = re.compile(
    rf"(?:^|(?<=[\s{ITEM}{HEADING}>*_\-•|.?]))[*_]*"
    r"(Question|Answer|Justification|Explanation|Elaboration|Paper reference|Evidence|Guidelines?|"
    rf"{'|'.join(_TRANSLATED)})"
    r"[*_]*\s?[:：][*_]*"
)
_JUSTIFYING = ("Justification", "Explanation", "Elaboration", "Paper reference", "Evidence")
_NUMBERED = re.compile(
    rf"^[\s{ITEM}{HEADING}#*_\-•>]*(?P<number>[A-Z]?[a-z]?\d{{1,2}}(?:\.\d{{1,2}}|[a-z])?|[A-Z])\s*[.):]\s*"
)
_TITLE_LINES = 4
_LONGEST_TITLE, _LONGEST_QUESTION, _LONGEST_ANSWER = 700, 2_000, 2_000


@dataclass(frozen=True, slots=True)
class _Label:
    name: str
    start: int
    end: int


def labelled(text: Text) -> Iterator[Asked]:
    """Every answer that has its label."""
    content = text.content
    labels = [
        _Label(_TRANSLATED.get(match[1], match[1]), match.start(), match.end())
        for match in _LABEL.finditer(content)
    ]
    for index, label in enumerate(labels):
        if label.name == "Answer":
            yield _asked(text, labels, index)


def _asked(text: Text, labels: list[_Label], index: int) -> Asked:
    content, label = text.content, labels[index]
    asked = index > 0 and labels[index - 1].name == "Question"
    first = index - 1 if asked else index
    question = content[labels[first].end : label.start][:_LONGEST_QUESTION] if asked else ""
    number, title, _start = _title(content, labels[first - 1].end if first else 0, labels[first].start)
    answer, written, beside = read_answer(_answer_text(content, labels, index))
    justification = _justification(content, labels, index) or beside
    return Asked(one_line(question), title, number, written, answer, justification, text.place(label.start))


def _answer_text(content: str, labels: list[_Label], index: int) -> str:
    """What stands between the label and the next one; nothing of the next item."""
    start = labels[index].end
    end = labels[index + 1].start if index + 1 < len(labels) else len(content)
    end = min(end, start + _LONGEST_ANSWER)
    text = content[start:end]
    follows = labels[index + 1].name if index + 1 < len(labels) else ""
    if follows in ("Question", "Answer"):
        before = content[start : _title(content, start, end)[2]]
        text = before if before.strip() else text.partition("\n")[0]  # the line of a label is no title
    return re.split(rf"{ITEM}|{HEADING}|\n\s*\n", text.lstrip(), maxsplit=1)[0]


def _justification(content: str, labels: list[_Label], index: int) -> str:
    if index + 1 >= len(labels) or labels[index + 1].name not in _JUSTIFYING:
        return ""
    label = labels[index + 1]
    last = index + 2 >= len(labels)
    end = min(len(content), label.end + 4_000) if last else labels[index + 2].start
    text = content[label.end : end]
    if last or labels[index + 2].name in ("Question", "Answer"):
        text = text[: _title(content, label.end, end)[2] - label.end] if not last else text
    head, _, tail = text.partition(ITEM)
    shown = one_line(re.split(HEADING, head if head.strip() else tail, maxsplit=1)[0])
    return "" if shown.strip("[]. ").upper() == "TODO" else shown


def _title(content: str, start: int, end: int) -> tuple[str, str, int]:
    """Number and title that stand right before a label, and where they begin.

    The title is what stands in the last item or heading, or from the last numbered line on, or the last line.
    """
    start = max(start, end - _LONGEST_TITLE)
    part = content[start:end].rstrip(f" \t\n*_-•{ITEM}")
    mark = max(part.rfind(ITEM), part.rfind(HEADING))
    begin = mark if mark >= 0 else _last_lines(part)
    piece = part[begin:]
    match = _NUMBERED.match(piece)
    number = match["number"] if match else ""
    title = one_line(piece[match.end() :] if match else piece).strip("#*_-•> ")
    return number, title, start + begin


def _last_lines(part: str) -> int:
    """Where the last numbered line among the last few begins, else the last line that has text."""
    begin = len(part)
    last: int | None = None
    for _ in range(_TITLE_LINES):
        before = part.rfind("\n", 0, max(0, begin - 1)) if begin else -1
        begin = before + 1
        if part[begin:].strip() and last is None:
            last = begin
        if _NUMBERED.match(part[begin:]):
            return begin
        if before < 0:
            break
    return last if last is not None else 0
