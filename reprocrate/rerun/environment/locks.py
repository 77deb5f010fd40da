"""Which of an environment's locks it is built from."""

from __future__ import annotations

from reprocrate.manifest import Environment, Lock

_PREFERRED = ("pylock", "uv", "poetry", "pdm", "pipfile", "requirements")
"""Kinds of wheels; those whose entries have digests and markers first."""
_BY_HAND = ("conda", "conda_lock", "pixi", "conda_environment")


def built_from(environment: Environment) -> Lock | None:
    """The lock that an environment is built from; None where there is none.

    `lock` was made from what was installed when it ran, so it goes before `locks`, which lay beside it. Among
    those, the one that differs least from what was installed.
    """
    if environment.lock is not None:
        return environment.lock
    order = (*_PREFERRED, *_BY_HAND)
    known = [one for one in environment.locks if one.format in order]
    return min(
        known,
        key=lambda one: (
            one.format in _BY_HAND,
            len(one.differing),
            not one.hashed,
            order.index(one.format),
        ),
        default=None,
    )
