"""Which of an environment's locks it is built from."""

from __future__ import annotations

from reprocrate.capture.environment.conda import EXPLICIT_NAME
from reprocrate.manifest import Environment, Lock
from reprocrate.rerun.environment.conda.lists import EVERYWHERE, READ, platform_in, platform_of

_PREFERRED = ("pylock", "uv", "poetry", "pdm", "pipfile", "requirements")
"""Kinds of wheels; those whose entries have digests and markers first."""
OF_CONDA = ("conda", "conda_lock", "pixi", "conda_environment")
"""Kinds of conda."""


def built_from(environment: Environment, linked_for: str | None = None) -> Lock | None:
    """The lock that an environment is built from; None where there is none.

    An environment of conda is built from conda's list where its packages can be linked. Else `lock`, which
    was made from what was installed when it ran, goes before `locks`, which lay beside it. Among those, it is
    the one that differs least from what was installed.

    Args:
        environment: what was recorded.
        linked_for: what conda calls the machine that it is for, where packages of conda can be linked there.
    """
    listed = conda_list(environment)
    if listed is not None and linked_for is not None and not platforms(environment) - {linked_for}:
        return listed
    if environment.lock is not None:
        return environment.lock
    return _best(environment, (*_PREFERRED, *OF_CONDA))


def conda_list(environment: Environment) -> Lock | None:
    """The list that an environment of conda can be linked from; None where it is none or has none."""
    is_of_conda = any(one.source == "conda" for one in environment.packages) and any(
        one.name == "python" for one in environment.other_packages
    )
    return _best(environment, READ) if is_of_conda else None


def without_conda(environment: Environment) -> Environment:
    """The environment as far as pip installed it beside the packages of conda."""
    own = tuple(one for one in environment.packages if one.source != "conda")
    return environment.model_copy(update={"packages": own})


def platforms(environment: Environment) -> set[str]:
    """What the recorded packages of conda were built for, without those that fit every platform."""
    archives = [one.url for one in environment.packages if one.source == "conda"]
    archives += [one.url for one in environment.other_packages]
    found = {platform for url in archives if url and (platform := platform_in(url))}
    if not found - {EVERYWHERE} and environment.os:
        found |= {platform_of(environment.os.name, environment.os.machine) or ""} - {""}
    return found - {EVERYWHERE}


def _best(environment: Environment, order: tuple[str, ...]) -> Lock | None:
    return min(
        (one for one in environment.locks if one.format in order),
        key=lambda one: (
            one.format in OF_CONDA,
            len(one.differing),
            not one.hashed,
            order.index(one.format),
            not one.path.endswith(EXPLICIT_NAME),  # which was made of what was installed
        ),
        default=None,
    )
