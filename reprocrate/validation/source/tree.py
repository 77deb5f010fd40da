"""The author's code of one submission: its source trees, and which of their files import which."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from functools import cached_property

from reprocrate.validation.source.names import Names
from reprocrate.validation.source.places import is_code, is_test, is_vendored
from reprocrate.validation.source.programs import Module, Place, Program
from reprocrate.validation.source.reading import (
    MAX_FILES,
    MAX_FILES_OF_PROGRAMS,
    MAX_LINES,
    MAX_TOTAL_BYTES,
    Readable,
    Unread,
    code_of,
    read_limited,
)


class Source:
    """The author's code of one submission.

    Args:
        files: the files.
        places: its source trees.

    Attributes:
        unread: files whose code could not be read.
        trees: the files of each tree, in the order of their paths.
        seeded: what each program seeds, once that was asked for.
        seeding: what each file seeds where it is imported, and where it is started.
    """

    def __init__(self, files: Readable, places: Sequence[Place]) -> None:
        self.unread: list[Unread] = []
        self.trees: list[list[Module]] = []
        self.seeded: dict[Program, frozenset[str]] = {}
        self.seeding: dict[Module, tuple[frozenset[str], frozenset[str]]] = {}
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
        """Every program, in the order of the paths, until they are too large together."""
        found: list[Program] = []
        room = MAX_FILES_OF_PROGRAMS
        starts = [module for module in self.modules if module.is_program]
        for module in starts:
            found.append(Program(module, tuple(_reached(module))))
            room -= len(found[-1].modules)
            if room < 0:
                break
        if len(found) < len(starts):
            left = len(starts) - len(found)
            self.unread.append(
                Unread(f"{left:,} programs", "together with the others they have too many files")
            )
        return tuple(found)

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
