"""Answers in the fields of an OpenReview note, as its API gives it.

Version 1 has plain values, version 2 {"value": …}. ACL Rolling Review names its fields by the number of the
question: first `B1` for the answer and `B1_elaboration_for_yes_or_no` for what is written beside it, now
`B1_cite_creators_of_artifacts` and `B1_elaboration` (openreview-py, the stages of ACL Rolling Review). Other
venues name a field by the question's title or text.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from reprocrate.finding import Location
from reprocrate.validation.checklists.carriers.asked import Asked, Extract
from reprocrate.validation.checklists.carriers.wording import one_line, read_answer

_NUMBERED = re.compile(r"(?P<number>[A-E][1-9]?)(?:_(?P<name>[a-z]\w*))?")
_BESIDE = re.compile(
    r"(?P<of>.+?)[ _](?:elaboration|justification|comment|explanation)(?:_for_yes_or_no)?", re.IGNORECASE
)
_FEWEST_NUMBERED = 5
"""Fewer fields with the number of a question do not make a form of ACL Rolling Review."""
_CONFIRMED = re.compile(r"This paper has a [Ll]imitations section|I (?:confirm|agree)|We (?:confirm|agree)")


def read_note(data: str, path: str) -> Extract:
    """The answers of the one note that a JSON document holds."""
    extract = Extract(path)
    try:
        document = json.loads(data)
    except (ValueError, RecursionError):
        return extract
    notes = [content for content in map(_content, _notes(document)) if content]
    if len(notes) > 1:
        extract.not_read.append(
            f"{path} holds {len(notes)} notes; give the one of the submission that is judged"
        )
    elif notes:
        extract.asked.extend(_fields(notes[0], path))
        if len({each.number for each in extract.asked if len(each.number) == 2}) >= _FEWEST_NUMBERED:
            extract.venues = ("arr",)
    return extract


def _notes(document: Any) -> list[Any]:
    if isinstance(document, dict):
        notes = document.get("notes", [document])
        return notes if isinstance(notes, list) else []
    return document if isinstance(document, list) else []


def _content(note: Any) -> dict[str, Any]:
    """The fields of a note, by name, as plain values."""
    content = note.get("content") if isinstance(note, dict) else None
    if not isinstance(content, dict):
        return {}
    return {
        name: field["value"] if isinstance(field, dict) and "value" in field else field
        for name, field in content.items()
    }


def _fields(content: Mapping[str, Any], path: str) -> Iterator[Asked]:
    beside = {
        match["of"]: _text(value) for name, value in content.items() if (match := _BESIDE.fullmatch(name))
    }
    for name, value in content.items():
        said = _text(value)
        if _BESIDE.fullmatch(name) or not said or len(said) > 4_000:
            continue
        numbered = _NUMBERED.fullmatch(name)
        answer, written, rest = read_answer(said)
        if answer is None and _CONFIRMED.match(said):
            answer = "yes"
        number = numbered["number"] if numbered else ""
        title = one_line(((numbered["name"] or "") if numbered else name).replace("_", " "))
        yield Asked(
            question=title,
            title=title,
            number=number,
            written=written,
            answer=answer,
            justification=beside.get(number or name) or beside.get(name) or rest,
            place=Location(path, f"/content/{name.replace('~', '~0').replace('/', '~1')}"),
        )


def _text(value: Any) -> str:
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if isinstance(value, bool):
        return "Yes" if value else "No"
    return one_line(value) if isinstance(value, str) else ""
