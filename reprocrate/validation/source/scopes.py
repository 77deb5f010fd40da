"""Scopes of a file with what their names are bound to, and the calls and texts that stand in them."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field


@dataclass(slots=True, eq=False)
class Scope:
    """A module, class or function, with what its names are bound to.

    Attributes:
        node: the module, class or function.
        parent: the scope around it.
        imports: dotted names that a name was imported as.
        values: what was assigned to a name, or to `self.NAME` in a method of this class.
        others: names that are bound in any other way, such as parameters.
        mentions: names that its own code reads, plain or behind a dot.
        inner: the scopes in it.
    """

    node: ast.AST
    parent: Scope | None = None
    imports: dict[str, list[str]] = field(default_factory=dict)
    values: dict[str, list[ast.expr]] = field(default_factory=dict)
    others: set[str] = field(default_factory=set)
    mentions: set[str] = field(default_factory=set)
    inner: list[Scope] = field(default_factory=list)

    def __post_init__(self) -> None:
        if self.parent is not None:
            self.parent.inner.append(self)

    @property
    def name(self) -> str:
        """What the class or function is called; empty for a module and for a lambda."""
        return getattr(self.node, "name", "")

    @property
    def is_class(self) -> bool:
        """Whether it is a class, whose names functions in it do not see."""
        return isinstance(self.node, ast.ClassDef)

    def binds(self, name: str) -> bool:
        """Whether a name means something of this scope's own."""
        return name in self.imports or name in self.values or name in self.others


@dataclass(frozen=True, slots=True, eq=False)
class Text:
    """A text in the code.

    Attributes:
        value: what it says.
        node: where it stands.
    """

    value: str
    node: ast.Constant

    @property
    def line(self) -> int:
        """The line that it begins at."""
        return self.node.lineno


@dataclass(slots=True, eq=False)
class Call:
    """A call, with what is called.

    Attributes:
        node: the call.
        scope: where it stands.
        name: what is called, as a dotted name; empty where that is not known.
        last: the last part of what is called, known or not: of `x.y.z()` it is `z`.
        is_method: whether it is written as `something.name()`.
    """

    node: ast.Call
    scope: Scope
    name: str
    last: str
    is_method: bool

    @property
    def line(self) -> int:
        """The line that it begins at."""
        return self.node.lineno

    def keyword(self, *names: str) -> ast.expr | None:
        """The value of the first of these keywords that is given."""
        return next((each.value for each in self.node.keywords if each.arg in names), None)

    @property
    def is_open(self) -> bool:
        """Whether it has arguments that cannot be seen: `*these` or `**those`."""
        starred = any(isinstance(each, ast.Starred) for each in self.node.args)
        return starred or any(each.arg is None for each in self.node.keywords)


def owner_of(name: str, scope: Scope | None) -> Scope | None:
    """The scope that a name is bound in, as Python looks it up; None for one that nothing binds."""
    innermost = scope
    while scope is not None:
        if scope.binds(name) and (not scope.is_class or scope is innermost):
            return scope
        scope = scope.parent
    return None


def class_around(scope: Scope | None) -> Scope | None:
    """The class that a scope is in, or is."""
    while scope is not None and not scope.is_class:
        scope = scope.parent
    return scope
