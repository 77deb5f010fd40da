"""What counts as an answer. A word that only begins a sentence, such as "No experiments", is none."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_WORDS = {
    "yes": "yes",
    "no": "no",
    "partial": "partial",
    "partially": "partial",
    "na": "na",
    "n/a": "na",
    "n.a.": "na",
    "not applicable": "na",
    "✓": "yes",
    "✔": "yes",
    "☑": "yes",
    "✅": "yes",
    "✗": "no",
    "✘": "no",
    "❌": "no",
    "☒": "no",
}
_WORD = r"partially|partial|not\s+applicable|n\s*/\s*a|n\.a\.|na|yes|no|[✓✔☑✅✗✘❌☒]"
_ANSWER = re.compile(
    rf"[\s*_`\"'“”‘’]*(?P<open>[\[({{]?)\s*(?P<word>{_WORD})(?![A-Za-z0-9])\s*(?P<sign>[.,]?)\s*(?P<close>[\])}}]?)[*_`\"'“”‘’]*",
    re.IGNORECASE,
)
_SECOND = re.compile(
    rf"\s*(?:[/|]|or\b|,)?\s*[\[({{]\s*(?:{_WORD})\s*[\])}}]|\s*[/|]\s*(?:{_WORD})\b", re.IGNORECASE
)
_LIMITS_OF_A_WORD = re.compile(r"\s*(?:$|[.,:;!()\[\]—–\-\n])")
_PARAGRAPH = re.compile(r"\n\s*\n")
_OPEN = re.compile(
    r"[\s*_`\[({]*(?:to\s*-?\s*do|tbd|\?+|\.{3}|…)[\s*_`\])}.:]*$|\s*type your response here|"
    r"\s*(?:\[\s*\]|[☐□])\s*$",
    re.IGNORECASE,
)
_FILLERS = re.compile(r"[\s.,:;—–-]+")


def read_answer(text: str) -> tuple[str | None, str, str]:
    """The answer that a text begins with, what stands there as it was written, and what follows.

    A bare word counts where a sign or the end of a line or paragraph follows it. The answer is None where
    there is none, where it is left open, and where more than one is named.
    """
    match = _ANSWER.match(text)
    if not match:
        return None, one_line(text), ""
    rest = text[match.end() :]
    behind = text[match.end("word") : match.end()]
    ends = match["close"] or match["sign"] or _LIMITS_OF_A_WORD.match(rest) or _PARAGRAPH.search(behind)
    if _SECOND.match(rest) or not ends:
        return None, one_line(text), ""
    word = " ".join(match["word"].lower().split())
    answer = _WORDS[word.replace(" ", "") if "/" in word else word]
    filler = _FILLERS.match(rest)
    return answer, one_line(match[0]).strip("*_` "), one_line(rest[filler.end() :] if filler else rest)


def is_open(text: str) -> bool:
    """Whether a place for an answer was left as the template has it."""
    return not text.strip() or bool(_OPEN.match(text))


def one_line(text: str) -> str:
    """A text without line breaks and marks of structure."""
    return " ".join(text.replace(ITEM, " ").replace(HEADING, " ").split())


@lru_cache(maxsize=4_096)
def squeezed(text: str) -> str:
    """Letters and digits alone, for comparing texts whose spaces, hyphens and ligatures a carrier changed."""
    return _SIGNS.sub("", unicodedata.normalize("NFKC", text).lower())


ITEM, HEADING = "\x1e", "\x1d"
"""Marks in a text before an item of a list, and before a heading."""

_SIGNS = re.compile(r"[^a-z0-9]+")
