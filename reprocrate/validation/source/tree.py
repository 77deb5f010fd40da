"""The author's code of one submission: its files, which of them import which, and which are programs.

A *program* is a notebook, or a file that does something when it is run (it has `if __name__ == "__main__":`,
or calls or loops outside of functions) and that no other file imports. What it imports of the same tree, and
what that imports, belongs to it.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from reprocrate.validation.source.names import Call, Names, Scope
from reprocrate.validation.source.places import NO_PROGRAM, is_code, is_test, is_vendored
from reprocrate.validation.source.reading import (
    MAX_FILES,
    MAX_LINES,
    MAX_TOTAL_BYTES,
    Code,
    Readable,
    Unread,
    code_of,
    read_limited,
)

_IGNORE = re.compile(
    r"#\s*(?:noqa|reprocrate)\s*:\s*(?:ignore\s+)?(?P<codes>[A-Z]+[0-9]+(?:[,\s]+[A-Z]+[0-9]+)*)"
)


@dataclass(frozen=True, slots=True)
class Place:
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
        return self.code.is_notebook or (
            not self.is_imported and any(map(_does_something, self.code.tree.body))
        )

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
        while waiting:
            scope = waiting.pop()
            if scope in found:
                continue
            found.add(scope)
            new = scope.mentions - known
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
        return ((module, call) for module, call in self.calls if call.scope in self.reached)

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


@dataclass(frozen=True, slots=True)
class Sighting:
    """A place in the code, with what is to be said of it.

    Attributes:
        module: the file.
        line: line of its code.
        values: what the rule's sentence names.
    """

    module: Module
    line: int
    values: dict[str, object]


class Source:
    """The author's code of one submission.

    Args:
        files: the files.
        places: its source trees.

    Attributes:
        unread: files whose code could not be read.
        trees: the files of each tree, in the order of their paths.
        seeded: what each program seeds, once that was asked for.
    """

    def __init__(self, files: Readable, places: Sequence[Place]) -> None:
        self.unread: list[Unread] = []
        self.trees: list[list[Module]] = []
        self.seeded: dict[Program, frozenset[str]] = {}
        self._bytes_left, self._lines_left = MAX_TOTAL_BYTES, MAX_LINES
        self._seen: set[tuple[str, bytes]] = set()
        names = sorted(name for name in files.names() if is_code(name) and not is_test(name))
        for place in places:
            self.trees.append(list(self._modules(files, place, names)))
            _link(self.trees[-1])

    @property
    def modules(self) -> Iterator[Module]:
        """Every file that is judged."""
        return (module for tree in self.trees for module in tree if not module.is_repeated)

    @cached_property
    def programs(self) -> tuple[Program, ...]:
        """Every program, in the order of the paths."""
        return tuple(Program(module, tuple(_reached(module))) for module in self.modules if module.is_program)

    def programs_with(self, module: Module) -> list[Program]:
        """The programs that a file belongs to."""
        return self._by_module.get(module, [])

    @cached_property
    def _by_module(self) -> dict[Module, list[Program]]:
        found: dict[Module, list[Program]] = {}
        for program in self.programs:
            for module in program.modules:
                found.setdefault(module, []).append(program)
        return found

    @cached_property
    def own_names(self) -> frozenset[str]:
        """The first names of the author's own modules."""
        return frozenset(part for module in self.modules for part in _dotted(module.code.local).split("."))

    @cached_property
    def own_functions(self) -> frozenset[str]:
        """The names of all functions and methods that the author wrote."""
        functions = (ast.FunctionDef, ast.AsyncFunctionDef)
        scopes = (scope.node for module in self.modules for scope in module.names.scopes.values())
        return frozenset(node.name for node in scopes if isinstance(node, functions))

    @cached_property
    def mentioned(self) -> frozenset[str]:
        """Every name that is read anywhere: as a name, behind a dot, or as a whole text."""
        found: set[str] = set()
        for module in self.modules:
            found |= module.names.loaded | module.names.attributes
            found |= {text.value for text in module.names.strings if len(text.value) < 100}
        return frozenset(found)

    def _modules(self, files: Readable, place: Place, names: Sequence[str]) -> Iterator[Module]:
        folder = f"{place.folder}/" if place.folder else ""
        there = {name.removeprefix(folder) for name in names if name.startswith(folder)}
        wanted = [each for each in place.files if each in there] if place.files is not None else there
        chosen = sorted(each for each in wanted if not is_vendored(each))
        if len(chosen) > MAX_FILES:
            self.unread.append(
                Unread(f"{len(chosen) - MAX_FILES:,} files", f"more than {MAX_FILES:,} are not read")
            )
        for local in chosen[:MAX_FILES]:
            module = self._module(files, folder + local, local)
            if isinstance(module, Unread):
                self.unread.append(module)
            else:
                yield module

    def _module(self, files: Readable, path: str, local: str) -> Module | Unread:
        data = read_limited(files, path)
        if isinstance(data, Unread):
            return data
        self._bytes_left -= len(data)
        if self._bytes_left < 0:
            return Unread(path, f"more than {MAX_TOTAL_BYTES:,} bytes of code are not read")
        if self._lines_left < 0:
            return Unread(path, f"more than {MAX_LINES:,} lines of code are not read")
        code = code_of(path, local, data)
        if isinstance(code, Unread):
            return code
        self._lines_left -= len(code.lines)
        is_repeated = (local, data) in self._seen
        self._seen.add((local, data))
        return Module(code, Names(code), is_repeated=is_repeated)


def _reached(module: Module) -> Iterator[Module]:
    """A file and all that it imports, each once."""
    seen, waiting = {module}, [module]
    while waiting:
        current = waiting.pop(0)
        yield current
        for each in current.links:
            if each not in seen:
                seen.add(each)
                waiting.append(each)


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


def _does_something(statement: ast.stmt) -> bool:
    """Whether a statement outside of functions makes a file a program."""
    if isinstance(statement, ast.If):
        named = any(isinstance(each, ast.Name) and each.id == "__name__" for each in ast.walk(statement.test))
        return named or any(map(_does_something, statement.body))
    if isinstance(statement, ast.For | ast.While | ast.AsyncFor):
        return any(isinstance(each, ast.Call) for each in ast.walk(statement))
    if isinstance(statement, ast.With | ast.Try):
        return any(map(_does_something, statement.body))
    if not isinstance(statement, ast.Expr) or not isinstance(statement.value, ast.Call):
        return False
    return not re.match(
        r"(?:sys|os|warnings|logging|matplotlib|plt|pd|np|torch|sns)\.", ast.unparse(statement.value.func)
    )


# Imports ----------------------------------------------------------------------------------------------


def _link(modules: Sequence[Module]) -> None:
    """Find out which files of a tree import which."""
    by_name: dict[str, Module] = {}
    by_end: dict[str, list[Module]] = {}
    for module in modules:
        if module.code.is_notebook:
            continue
        name = _dotted(module.code.local)
        by_name[name] = module
        parts = name.split(".")
        for start in range(len(parts)):
            by_end.setdefault(".".join(parts[start:]), []).append(module)
    for module in modules:
        folder = module.code.local.split("/")[:-1]
        targets = (_found(level, name, folder, by_name, by_end) for level, name in module.names.imported)
        for target in dict.fromkeys(each for each in targets if each is not None and each is not module):
            module.links.append(target)
            target.is_imported = True


def _dotted(local: str) -> str:
    return local.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def _found(
    level: int, name: str, folder: Sequence[str], by_name: dict[str, Module], by_end: dict[str, list[Module]]
) -> Module | None:
    """The file that an import means: by its dots, else beside the importing one or in a folder above it."""
    if level:
        around = folder[: len(folder) - level + 1]
        return by_name.get(".".join([*around, *([name] if name else [])]))
    for depth in range(len(folder), -1, -1):
        found = by_name.get(".".join([*folder[:depth], name]))
        if found is not None:
            return found
    ends = by_end.get(name, [])
    return ends[0] if len(ends) == 1 and "." in name else None


def imports_of(modules: Iterable[Module]) -> frozenset[str]:
    """The first names of all that these files import from elsewhere."""
    return frozenset(
        name.partition(".")[0] for module in modules for level, name in module.names.imported if not level
    )
