"""Questions that only the user can answer; without a terminal the answer is no."""

from __future__ import annotations

import sys
from collections.abc import Mapping

from reprocrate.cli.voice import Voice

_UNNEEDED = {
    "allow-network": "nothing that is recorded of these runs asks for the network",
    "fetch": "neither data nor packages of conda are to be fetched",
}


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
        self._asked: set[str] = set()

    def agrees(self, option: str, question: str) -> bool:
        """Whether the user agrees to what `--OPTION` stands for."""
        self._asked.add(option)
        if self._given.get(option) or self._yes:
            return True
        if not sys.stdin.isatty() or not self._voice.err.is_terminal:
            return False
        self._voice.note(question)
        answer = self._voice.err.input("Go on? [y/N] ", markup=False)
        return answer.strip().lower() in ("y", "yes")

    def tell_unneeded(self) -> None:
        """Say which of the options that were given nothing asked for."""
        for option, why in _UNNEEDED.items():
            if self._given.get(option) and option not in self._asked:
                self._voice.note(f"--{option} was not needed: {why}")
