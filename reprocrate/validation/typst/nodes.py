"""What a source in Typst consists of."""

from __future__ import annotations

from dataclasses import dataclass


class TypstError(Exception):
    """A source cannot be read; its text is the reason."""


@dataclass(frozen=True, slots=True)
class Text:
    """Characters, set in bold type or not."""

    text: str
    line: int
    is_bold: bool = False


@dataclass(frozen=True, slots=True)
class Sign:
    """What structures a text: `heading`, `item`, `label` or `reference`; the last two have a name."""

    kind: str
    line: int
    name: str = ""


@dataclass(frozen=True, slots=True)
class Formula:
    """What stands between two signs of a dollar."""

    source: str
    line: int
    is_bold: bool = False


@dataclass(frozen=True, slots=True)
class Name:
    """A variable that stands for something."""

    name: str
    line: int
    is_bold: bool = False


@dataclass(frozen=True, slots=True)
class Argument:
    """What is given to a function.

    Attributes:
        name: its name; empty where it has none.
        value: what it is; None where that would have to be computed.
        source: how it is written.
        is_content: whether it stands in square brackets behind the call or within.
    """

    name: str
    value: tuple[Node, ...] | None
    source: str
    is_content: bool = False


@dataclass(frozen=True, slots=True)
class Call:
    """A function with what is given to it, in bold type or not."""

    name: str
    arguments: tuple[Argument, ...]
    line: int
    is_bold: bool = False

    def given(self, name: str) -> Argument | None:
        """The argument of a name."""
        return next((each for each in self.arguments if each.name == name), None)

    @property
    def unnamed(self) -> tuple[Argument, ...]:
        """The arguments without names."""
        return tuple(each for each in self.arguments if not each.name)


@dataclass(frozen=True, slots=True)
class Definition:
    """What `#let` says: a name, its parameters if it is a function, and what it stands for."""

    name: str
    parameters: tuple[Argument, ...] | None
    value: tuple[Node, ...] | None
    line: int


@dataclass(frozen=True, slots=True)
class Brought:
    """Another file: what it shows stands here, or only what it defines.

    Attributes:
        path: how the source calls it.
        line: where.
        is_shown: whether it is included, and not imported.
        names: of an import the names that are taken, by those that they get; None for all.
    """

    path: str
    line: int
    is_shown: bool
    names: tuple[tuple[str, str], ...] | None = None


Node = Text | Sign | Formula | Name | Call | Definition | Brought
