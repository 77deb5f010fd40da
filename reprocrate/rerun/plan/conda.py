"""What a plan requires of an environment of conda: packages linked from its list, or wheels instead."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit

from reprocrate.deposit.addresses import shown
from reprocrate.manifest import Environment, Lock
from reprocrate.rerun.environment.builders.conda import EXTRA, by_hand
from reprocrate.rerun.environment.conda.lists import READ, platform_of
from reprocrate.rerun.environment.locks import OF_CONDA, built_from, conda_list, platforms
from reprocrate.rerun.plan.decisions import Decision, Requirement
from reprocrate.rerun.plan.setting import Setting
from reprocrate.rerun.wording import counted, listed


def of_conda(environment: Environment | None, linked_for: str | None) -> Lock | None:
    """The list of conda that an environment is built from; None where it is built otherwise.

    Args:
        environment: what was recorded.
        linked_for: what conda calls the machine, where packages of conda can be linked on it.
    """
    lock = built_from(environment, linked_for) if environment else None
    return lock if lock is not None and lock.format in OF_CONDA else None


def conda(setting: Setting) -> Iterator[Requirement]:
    """The packages of conda; nothing for an environment that has none."""
    environment = setting.environment
    if environment is None:
        return
    lock, name = of_conda(environment, setting.host.conda), ("packages", "conda")
    why, override = _why_not(setting, environment)
    if lock is None:
        if any(one.source == "conda" for one in environment.packages):
            yield _in_their_place(setting, environment, why, override)
    elif lock.format in READ and why:
        override = f"{override}, or {by_hand(lock.format, lock.path)}" if override else None
        yield setting.requirement(name, _counted(environment), None, Decision.IMPOSSIBLE, why, override)
    elif lock.format in READ and any(one.source == "conda" for one in environment.packages):
        yield _linked(setting, environment)
        if lost := pip_without_lock(environment):
            reason = "pip had installed them, and no lock with digests came along to install them from"
            override = "run without them, if the recorded command does not import them"
            yield setting.requirement(("packages", "of pip"), lost, None, Decision.DEGRADED, reason, override)


def fetching(environments: Iterable[Environment | None], linked_for: str | None) -> str:
    """What of conda is fetched from where, as a sentence; empty where nothing is.

    Args:
        environments: those that runs need.
        linked_for: as of `of_conda`.
    """
    told = Counter[str]()
    for one in environments:
        if one is not None and linked_for is not None and of_conda(one, linked_for):
            told.update(addresses(one))
    if not told:
        return ""
    places = listed(f"{shown(channel)} ({count})" for channel, count in sorted(told.items()))
    return f"Fetch packages of conda that are not here yet, from {places}."


def addresses(environment: Environment) -> dict[str, int]:
    """How many packages of conda come from where, by channel as recorded."""
    urls = [one.url for one in environment.packages if one.source == "conda"]
    urls += [one.url for one in environment.other_packages]
    found: dict[str, int] = {}
    for url in urls:
        if url and urlsplit(url).scheme in ("https", "http"):
            channel = url.rpartition("/")[0]
            found[channel] = found.get(channel, 0) + 1
    return dict(sorted(found.items()))


def _linked(setting: Setting, environment: Environment) -> Requirement:
    every = [one for one in environment.packages if one.source == "conda"]
    recorded = _counted(environment)
    weak = [one.name for one in every if not one.sha256]
    weak += [one.name for one in environment.other_packages if not one.sha256]
    scripts = "scripts that packages would run when conda installs them are not run"
    name = ("packages", "conda")
    if weak:
        reason = f"the SHA-256 of {listed(weak)} was not recorded, and MD5 tells damage only; {scripts}"
        found = "the same archives, by weaker digests"
        return setting.requirement(name, recorded, found, Decision.SUBSTITUTABLE, reason)
    reason = f"the list names them and the platform is the same; {scripts}"
    return setting.requirement(name, recorded, "the same archives, verified by digest", Decision.SAME, reason)


def _why_not(setting: Setting, environment: Environment) -> tuple[str, str | None]:
    """Why packages of conda are not linked on that machine, and what would lift it; empty where they are."""
    here, built_for = setting.host, sorted(platforms(environment))
    called = platform_of(here.system.name, here.system.machine)
    if called is None:
        return "packages of conda are linked on Linux and macOS only", None
    if built_for and built_for != [called]:
        why = f"the packages of conda are for {listed(built_for)}, and this machine is {called}"
        return why, f"use a machine of {built_for[0]}"
    if here.conda is None:
        return "py-rattler, which links packages of conda, is not installed", f"run `{EXTRA}`"
    return "", None


def _in_their_place(
    setting: Setting, environment: Environment, why: str, override: str | None
) -> Requirement:
    """Wheels of the same versions, where packages of conda cannot be linked; and why they cannot."""
    if conda_list(environment) is None:
        why, override = "no list of the archives of conda came along", None
    reason = f"{why}: wheels of the same versions are taken, which are built otherwise"
    if others := [one.name for one in environment.other_packages if one.name != "python"]:
        reason += f"; what is no Python package is not installed: {listed(others)}"
    name, found = ("packages", "conda"), "wheels of the same versions"
    return setting.requirement(name, _counted(environment), found, Decision.SUBSTITUTABLE, reason, override)


def _counted(environment: Environment) -> str:
    names = [f"{one.name} {one.version}" for one in environment.packages if one.source == "conda"]
    names += [f"{one.name} {one.version}" for one in environment.other_packages]
    return f"{counted(len(names), 'package')}: {listed(names)}"


def pip_without_lock(environment: Environment) -> str:
    """The packages of pip for which no lock with digests came along; empty where there are none."""
    own = [one for one in environment.packages if one.source in (None, "pypi") and not one.in_project]
    if not own or (environment.lock is not None and environment.lock.hashed):
        return ""
    return f"{counted(len(own), 'package')}: {listed(f'{one.name} {one.version}' for one in own)}"
