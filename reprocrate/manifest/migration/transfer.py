"""Carrying the properties of one object over into another, so that none is forgotten and none invented."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from reprocrate.manifest.migration.record import Log, NoteKind, Path
from reprocrate.manifest.migration.values import PrivateError, UnfitError

ASIDE = "x-0.9-"
"""What the name of a property starts with that 1.0 has no place for."""


class Transfer:
    """One object of the old manifest on its way into an object of the new one.

    Absent properties stay absent. Properties whose names start with `x-` come along as they are.

    Args:
        old: the object.
        was: where it is in the old manifest.
        now: where the new object will be.
        log: what was done.
    """

    def __init__(self, old: dict[str, Any], was: Path, now: Path, log: Log) -> None:
        self.old = old
        self.was = was
        self.now = now
        self.log = log
        self.new: dict[str, Any] = {name: value for name, value in old.items() if name.startswith("x-")}
        self._left = {name for name in old if not name.startswith("x-")}

    def same(self, *names: str) -> None:
        """Take properties over as they are."""
        for name in names:
            if name in self._left:
                self._left.remove(name)
                self.new[name] = self.old[name]

    def put(self, name: str, to: str, value: Any, how: str) -> None:
        """Write a property's value in its new form."""
        self._left.discard(name)
        self.new[to] = value
        self.log.changed((*self.was, name), (*self.now, to), how)

    def rename(self, name: str, to: str) -> None:
        """Take a property over under another name."""
        if name in self._left:
            self.put(name, to, self.old[name], "renamed")

    def words(self, name: str, to: str, words: dict[str, str]) -> None:
        """Take a word over as the one that now says the same, or aside where there is none."""
        if name not in self._left:
            return
        if self.old[name] in words:
            self.put(name, to, words[self.old[name]], "another word for the same")
        else:
            self.aside(name, "1.0 has no word that says the same")

    def convert(self, name: str, to: str, function: Callable[[Any], Any], how: str) -> None:
        """Write a property in another form, or take it aside where that cannot be done."""
        if name not in self._left:
            return
        try:
            self.put(name, to, function(self.old[name]), how)
        except UnfitError as reason:
            self.unfit(name, reason)

    def unfit(self, name: str, reason: UnfitError) -> None:
        """Leave a private property out, and take another aside."""
        if isinstance(reason, PrivateError):
            self.lose(name, str(reason))
        else:
            self.aside(name, str(reason))

    def aside(self, name: str, reason: str) -> None:
        """Keep a property for which there is no place, under a name of our own."""
        if name in self._left:
            self._left.remove(name)
            to = self.keep(name, self.old[name])
            self.log.note(NoteKind.ASIDE, (*self.was, name), reason, (*self.now, to))

    def free(self, name: str) -> str:
        """A name of our own for a property, which the new object does not have."""
        free = ASIDE + name
        while free in self.new:
            free += "-"
        return free

    def keep(self, name: str, value: Any) -> str:
        """Put a value under a name of our own that is still free, and say which."""
        to = self.free(name)
        self.new[to] = value
        return to

    def lose(self, name: str, reason: str) -> None:
        """Leave a property out."""
        if name in self._left:
            self._left.remove(name)
            self.log.note(NoteKind.LOST, (*self.was, name), reason)

    def assume(self, name: str, to: str, reason: str) -> None:
        """Say that a new value was not told by the old manifest alone."""
        self.log.note(NoteKind.ASSUMED, (*self.was, name), reason, (*self.now, to))

    def part(self, name: str, *to: str | int) -> Transfer:
        """A property that is an object itself, on its way to a place below the new object."""
        self._left.discard(name)
        return Transfer(self.old[name], (*self.was, name), (*self.now, *to), self.log)

    def some(self, names: Sequence[str], to: str) -> Transfer:
        """Some properties, on their way into an object of their own below the new object."""
        old = {name: self.old[name] for name in names if name in self.old}
        self.forget(*names)
        return Transfer(old, self.was, (*self.now, to), self.log)

    def forget(self, *names: str) -> None:
        """Take properties as dealt with."""
        self._left.difference_update(names)

    def entries(self, name: str, to: str) -> Sequence[Transfer]:
        """The objects of a list, on their way into another."""
        self._left.discard(name)
        if name != to and name in self.old:
            self.log.changed((*self.was, name), (*self.now, to), "renamed")
        return [
            Transfer(each, (*self.was, name, index), (*self.now, to, index), self.log)
            for index, each in enumerate(self.old.get(name, ()))
        ]

    def done(self) -> dict[str, Any]:
        """The new object.

        Raises:
            LookupError: a property was forgotten, which is a fault of the migration.
        """
        if self._left:
            raise LookupError(f"the migration forgot {sorted(self._left)} of {self.was}")
        return self.new
