"""Questions that only the user can answer; without a terminal the answer is no."""

from __future__ import annotations

import sys
from collections.abc import Mapping

from reprocrate.cli.voice import Voice


class Consent:
    """What the user agrees to, by option or by answering a question."""

    def __init__(self, voice: Voice, given: Mapping[str, bool], *, yes: bool = False) -> None:
        """Take what was agreed to beforehand.

        Args:
            voice: who asks.
            given: the options by their names without dashes, and whether each was given.
            yes: whether everything is agreed to.
        """
        self._voice = voice
        self._yes = yes
        self._given = given

    def agrees(self, option: str, question: str) -> bool:
        """Whether the user agrees to what `--OPTION` stands for."""
        if self._given.get(option) or self._yes:
            return True
        if not sys.stdin.isatty() or not self._voice.err.is_terminal:
            return False
        self._voice.note(question)
        answer = self._voice.err.input("Go on? [y/N] ", markup=False)
        return answer.strip().lower() in ("y", "yes")
