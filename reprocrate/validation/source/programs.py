"""Files of code and the programs that they are.

A *program* is a notebook, or a file that does something when it is run (it has `if __name__ == "__main__":`,
or calls or loops outside of functions) and that no other file imports, unless it has that line and reads its
command line. What it imports of the same tree, and what that imports, belongs to it.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from reprocrate.validation.source.names import Names
from reprocrate.validation.source.places import NO_PROGRAM
from reprocrate.validation.source.reading import Code
from reprocrate.validation.source.scopes import Call, Scope

_COMMAND_LINES = frozenset({"cli", "parse_args", "parse_args_into_dataclasses", "parse_known_args", "Fire"})
_IGNORE = re.compile(
    r"#\s*(?:noqa|reprocrate)\s*:\s*(?:ignore\s+)?(?P<codes>[A-Z]+[0-9]+(?:[,\s]+[A-Z]+[0-9]+)*)"
)


class Place(NamedTuple):
    """Which files are one source tree.

    Attributes:
        folder: where the tree lies; empty for the root.
        files: paths in the tree; None for every file that is not vendored.
    """

    folder: str = ""
    files: tuple[str, ...] | None = None


@dataclass(eq=False)
class Module:
    """One file of code.

    Attributes:
        code: its text.
        names: what its names mean.
        links: the files of the same tree that it imports.
        is_imported: whether another file imports it.
        is_repeated: whether another source tree has the same file, which is judged there.
    """

    code: Code
    names: Names
    links: list[Module] = field(default_factory=list)
    is_imported: bool = False
    is_repeated: bool = False

    @property
    def path(self) -> str:
        """Where the file lies."""
        return self.code.path

    @property
    def calls(self) -> list[Call]:
        """Every call in it, in the order of the text."""
        return self.names.calls

    @cached_property
    def is_program(self) -> bool:
        """Whether it is run by itself."""
        if self.code.local.rpartition("/")[2] in NO_PROGRAM:
            return False
        if self.code.is_notebook:
            return True
        if self.is_imported:
            return any(map(_is_guard, self.code.tree.body)) and self._reads_its_command_line
        return any(map(_does_something, self.code.tree.body))

    @property
    def _reads_its_command_line(self) -> bool:
        return any(call.last in _COMMAND_LINES for call in self.calls)

    @cached_property
    def named(self) -> dict[str, list[ast.Name | ast.Attribute]]:
        """The places at which each name stands, plain or behind a dot, in the order of the text."""
        found: dict[str, list[ast.Name | ast.Attribute]] = {}
        for node in self.names.parents:
            if isinstance(node, ast.Name | ast.Attribute):
                found.setdefault(node.id if isinstance(node, ast.Name) else node.attr, []).append(node)
        return found

    @cached_property
    def when_started(self) -> frozenset[ast.AST]:
        """The calls that are made only where the file itself is started, and not where it is imported."""
        guards = [each for each in self.code.tree.body if _is_guard(each)]
        return frozenset(each for guard in guards for each in ast.walk(guard) if isinstance(each, ast.Call))

    @cached_property
    def read_when_imported(self) -> frozenset[str]:
        """The names that its code outside of functions and classes reads where another file imports it."""
        others = [each for each in self.code.tree.body if not _is_guard(each)]
        if len(others) == len(self.code.tree.body):
            return frozenset(self.names.root.mentions)
        found: set[str] = set()
        for node in (node for each in others for node in _outside_of_functions(each)):
            if isinstance(node, ast.Name):
                found.add(node.id)
            elif isinstance(node, ast.Attribute):
                found.add(node.attr)
        return frozenset(found & self.names.root.mentions)

    def ignores(self, code: str, line: int) -> bool:
        """Whether a comment on a line says that a rule is not to be applied to it."""
        text = self.code.lines[line - 1] if 0 < line <= len(self.code.lines) else ""
        return any(code in re.findall(r"[A-Z]+[0-9]+", each["codes"]) for each in _IGNORE.finditer(text))


@dataclass(eq=False)
class Program:
    """A file that is run, with all that it imports of its tree.

    Attributes:
        module: the file.
        modules: the file itself, then what it imports, in the order in which that is met.
    """

    module: Module
    modules: tuple[Module, ...]

    @property
    def calls(self) -> Iterator[tuple[Module, Call]]:
        """Every call in it, with its file."""
        return ((module, call) for module in self.modules for call in module.calls)

    @cached_property
    def reached(self) -> frozenset[Scope]:
        """The modules, classes and functions whose code may run, told by the names that such code reads.

        Code outside of functions runs when its file is imported. A function runs where its name is read; so
        do all methods of a class that is read, if its name is, if it has bases that may call it, or if it is
        special.
        """
        named: dict[str, list[Scope]] = {}
        for module in self.modules:
            for scope in module.names.scopes.values():
                named.setdefault(scope.name, []).append(scope)
        found: set[Scope] = set()
        known: set[str] = set()
        waiting = [module.names.root for module in self.modules]
        imported = {each.names.root: each for each in self.modules if each is not self.module}
        while waiting:
            scope = waiting.pop()
            if scope in found:
                continue
            found.add(scope)
            read = imported[scope].read_when_imported if scope in imported else scope.mentions
            new = read - known
            known |= new
            waiting.extend(each for name in new for each in named.get(name, ()) if _is_open(each, found))
            waiting.extend(
                each
                for each in scope.inner
                if _runs_with(scope, each) or (scope.is_class and each.name in known)
            )
        return frozenset(found)

    @property
    def reached_calls(self) -> Iterator[tuple[Module, Call]]:
        """Every call in it that may run, with its file."""
        return (
            (module, call)
            for module, call in self.calls
            if call.scope in self.reached and self.may_run(module, call)
        )

    def may_run(self, module: Module, call: Call) -> bool:
        """Whether a call is not one that only another program makes, where its file is started."""
        return module is self.module or call.node not in module.when_started

    @cached_property
    def names(self) -> frozenset[str]:
        """The dotted names of everything that it may call, as far as they are known."""
        return frozenset(call.name for _, call in self.reached_calls if call.name)

    @cached_property
    def methods(self) -> frozenset[str]:
        """What it may call as `something.name()`."""
        return frozenset(call.last for _, call in self.reached_calls if call.is_method)

    def mentions(self, *words: str) -> bool:
        """Whether a text in it or a name behind a dot holds one of these words."""
        return any(
            any(word in name for name in module.names.attributes)
            or any(word in text.value for text in module.names.strings)
            for module in self.modules
            for word in words
        )


class Sighting(NamedTuple):
    """A place in the code, with what is to be said of it.

    Attributes:
        module: the file.
        line: line of its code.
        values: what the rule's sentence names.
    """

    module: Module
    line: int
    values: dict[str, object]


def _is_open(scope: Scope, found: set[Scope]) -> bool:
    """Whether a scope can be meant by its name alone: a method only where its class is there."""
    return scope.parent is None or not scope.parent.is_class or scope.parent in found


def _runs_with(scope: Scope, inner: Scope) -> bool:
    """Whether code in a scope may run because the code around it does, though nothing reads its name."""
    if not inner.name or inner.is_class:
        return not inner.name  # a lambda
    is_special = inner.name.startswith("__")
    has_bases = isinstance(scope.node, ast.ClassDef) and bool(scope.node.bases)
    return (scope.is_class and (is_special or has_bases)) or bool(getattr(inner.node, "decorator_list", ()))


def _is_guard(statement: ast.stmt) -> bool:
    """Whether a statement is `if __name__ == "__main__":`."""
    return isinstance(statement, ast.If) and any(
        isinstance(each, ast.Name) and each.id == "__name__" for each in ast.walk(statement.test)
    )


def _outside_of_functions(statement: ast.stmt) -> Iterator[ast.AST]:
    """The nodes of a statement, but for the bodies of functions and classes in it."""
    waiting: list[ast.AST] = [statement]
    while waiting:
        node = waiting.pop()
        yield node
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            waiting += [*node.decorator_list, *node.args.defaults, *filter(None, node.args.kw_defaults)]
        elif isinstance(node, ast.ClassDef):
            waiting += [*node.decorator_list, *node.bases]
        else:
            waiting += ast.iter_child_nodes(node)


def _does_something(statement: ast.stmt) -> bool:
    """Whether a statement outside of functions makes a file a program."""
    if isinstance(statement, ast.If):
        return _is_guard(statement) or any(map(_does_something, statement.body))
    if isinstance(statement, ast.For | ast.While | ast.AsyncFor):
        return any(isinstance(each, ast.Call) for each in ast.walk(statement))
    if isinstance(statement, ast.With | ast.Try):
        return any(map(_does_something, statement.body))
    if not isinstance(statement, ast.Expr) or not isinstance(statement.value, ast.Call):
        return False
    return not re.match(
        r"(?:sys|os|warnings|logging|matplotlib|plt|pd|np|torch|sns)\.", ast.unparse(statement.value.func)
    )
