"""A property that is worked out at its first use and kept."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, Self, TypeVar, overload

T = TypeVar("T")


class once(Generic[T]):  # noqa: N801 - it is read as a decorator
    """`functools.cached_property` without its lock.

    Python 3.11 takes that lock at every first use (3.12 has none). A comparison has a few hundred thousand
    first uses, and the lock costs more than most of what is worked out.
    """

    def __init__(self, work: Callable[[Any], T]) -> None:
        self._work = work
        self.__doc__ = work.__doc__

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    @overload
    def __get__(self, instance: None, owner: type) -> Self: ...

    @overload
    def __get__(self, instance: object, owner: type) -> T: ...

    def __get__(self, instance: object | None, owner: type) -> Self | T:
        if instance is None:
            return self
        # found there from now on, since a property that cannot be set comes after the instance's own values
        value = instance.__dict__[self._name] = self._work(instance)
        return value
