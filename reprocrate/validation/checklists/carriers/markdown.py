"""Markdown without what it only shows: blocks of code and comments."""

from __future__ import annotations

import re

from reprocrate.validation.checklists.carriers.text import Text

_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})")
_LINK = re.compile(r"\[([^\[\]]{2,300})\]\([^()\s]{0,500}\)")


def markdown_text(source: str, file: str) -> Text:
    """The text of a Markdown file, line by line."""
    text = Text(file)
    fence, in_comment = "", False
    for number, line in enumerate(source.split("\n"), 1):
        match = _FENCE.match(line)
        if fence:
            fence = "" if match and match[1].startswith(fence) and line.strip() == match[1] else fence
            text.add("\n", number)
            continue
        if match and not in_comment:
            fence = match[1]
            text.add("\n", number)
            continue
        shown, in_comment = _without_comments(line, in_comment)
        text.add(_LINK.sub(r"\1", shown) + "\n", number)
    return text


def _without_comments(line: str, in_comment: bool) -> tuple[str, bool]:
    """What is shown of a line, and whether a comment goes on after it."""
    shown, position = "", 0
    while position < len(line):
        mark = line.find("-->" if in_comment else "<!--", position)
        if mark < 0:
            return shown + ("" if in_comment else line[position:]), in_comment
        shown += "" if in_comment else line[position:mark]
        position = mark + (3 if in_comment else 4)
        in_comment = not in_comment
    return shown, in_comment
