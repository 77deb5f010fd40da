"""Looking at a module of the author's program once it is loaded, and standing before functions of it.

Nothing is imported for that. Standard library only, Python 3.8 and newer.
"""

from __future__ import annotations

import sys

try:
    from _thread import get_ident
except ImportError:  # no threads there

    def get_ident() -> int:
        return 0


TYPE_CHECKING = False  # as in `typing`, which the program may not have imported
if TYPE_CHECKING:
    from types import ModuleType
    from typing import Any, Callable


def when_loaded(watchers: dict[str, Callable[[ModuleType], None]]) -> None:
    """Have modules looked at: those that are there now, the others when the program has imported them.

    A watcher with a method `before` has it called when the import begins.
    """
    for name, look in watchers.items():
        module = sys.modules.get(name)
        if module is not None:
            _watched(look, module)
    finder: Any = _Finder(watchers)
    sys.meta_path.insert(0, finder)


def like(function: Any, original: Any) -> Any:
    """A function that says of itself what the original does."""
    for name in ("__module__", "__name__", "__qualname__", "__doc__"):
        try:
            setattr(function, name, getattr(original, name))
        except Exception:
            pass
    function.__dict__.update(getattr(original, "__dict__", {}))
    function.__wrapped__ = original
    return function


class _Finder:
    """Stands first among the finders and lets the others find; what is found is watched once loaded."""

    def __init__(self, watchers: dict[str, Callable[[ModuleType], None]]) -> None:
        self._watchers = watchers
        self._asking: set[tuple[int, str]] = set()  # threads that ask the others, and for what

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        watch = self._watchers.get(name)
        question = (get_ident(), name)
        if watch is None or question in self._asking:
            return None
        self._asking.add(question)
        try:
            for finder in list(sys.meta_path):
                find = getattr(finder, "find_spec", None)
                spec = None if finder is self or find is None else find(name, path, target)
                if spec is not None:
                    if hasattr(spec.loader, "exec_module"):
                        spec.loader = _Loader(spec.loader, watch)
                    return spec
        finally:
            self._asking.discard(question)
        return None


class _Loader:
    """Loads a module as its own loader does, and then has it watched."""

    def __init__(self, loader: Any, watch: Callable[[ModuleType], None]) -> None:
        self._loader = loader
        self._watch = watch

    def __getattr__(self, name: str) -> Any:
        return getattr(self._loader, name)

    def create_module(self, spec: Any) -> Any:
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        module.__loader__ = self._loader
        if module.__spec__ is not None:
            module.__spec__.loader = self._loader
        before = getattr(self._watch, "before", None)
        if before is not None:
            _watched(before, module)
        self._loader.exec_module(module)
        _watched(self._watch, module)


def _watched(look: Callable[[ModuleType], None], module: ModuleType) -> None:
    try:
        look(module)
    except Exception:  # another version of it: its seeds are not seen
        pass
