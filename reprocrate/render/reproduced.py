"""What a reproduction reproduces and what that showed, in words."""

from __future__ import annotations

from reprocrate.manifest import Reproduction
from reprocrate.render import words

DEPTHS = {
    "logs": "by computing the results again from its recorded runs",
    "evaluate": "by evaluating its models again",
    "smoke": "by a short trial of its commands",
    "full": "by running its commands again",
}


def original_name(about: Reproduction) -> str:
    """What people call the original."""
    return words.plain(about.title) if about.title else (f"doi:{about.doi}" if about.doi else about.id or "")


def verdict_words(about: Reproduction) -> str:
    """The verdict in a sentence; empty where none is known."""
    if about.sentence:
        return words.plain(about.sentence)
    return {True: "Upheld.", False: "Not upheld.", None: ""}[about.upheld]


def reproduced_text(about: Reproduction) -> str:
    """What was reproduced, how deeply, and the verdict."""
    how = DEPTHS.get(about.depth, words.plain(about.depth))
    what, said = original_name(about) or "an experiment", verdict_words(about) or "no verdict"
    return f"Reproduction of {what}, {how}: {said}"
