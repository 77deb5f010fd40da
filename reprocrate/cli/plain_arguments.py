"""Arguments that are plainly what they seem, read without the package that reads those of most commands.

Importing that package takes longer than much of what is to be done then. What is not understood here, help
and mistakes among it, is left to it, so nothing depends on this but the time it takes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Options:
    """The options of a command, each with the name of its argument.

    Attributes:
        switches: options without a value.
        values: options whose last value counts.
        lists: options all of whose values count.
        numbers: options with a number.
        choices: options with one of some values.
    """

    switches: Mapping[str, str]
    values: Mapping[str, str]
    lists: Mapping[str, str]
    numbers: Mapping[str, str] = field(default_factory=dict)
    choices: Mapping[str, tuple[str, tuple[str, ...]]] = field(default_factory=dict)

    def take(self, found: dict[str, Any], word: str, rest: Iterator[str]) -> bool:
        """Note an option with its value; False where it is not plain what they are.

        Args:
            found: the arguments by name, to which this one is added.
            word: what stands on the command line.
            rest: what stands behind it, from which the value is taken.
        """
        if word in self.switches:
            found[self.switches[word]] = True
            return True
        option, equals, value = word.partition("=")
        if not equals:
            value = next(rest, "-")
        return not value.startswith("-") and self._take(found, option, value)

    def _take(self, found: dict[str, Any], option: str, value: str) -> bool:
        if option in self.choices and value in self.choices[option][1]:
            found[self.choices[option][0]] = value
        elif option in self.values:
            found[self.values[option]] = value
        elif option in self.lists:
            found[self.lists[option]] = (*found.get(self.lists[option], ()), value)
        elif option in self.numbers and value.isascii() and value.isdigit():
            found[self.numbers[option]] = int(value)
        else:
            return False
        return True
