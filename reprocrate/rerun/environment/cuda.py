"""What a version of CUDA asks of driver and device.

Sources: NVIDIA, "CUDA Toolkit Release Notes", table "CUDA Toolkit and Minimum Required Driver Version for
CUDA Minor Version Compatibility" (13.x, 12.x, 11.x) and, for older ones, "CUDA Toolkit and Corresponding
Driver Versions"; the same notes say which compute capabilities a release compiles for ("deprecated or dropped
features", "new features").
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from reprocrate.manifest import Environment

Version = tuple[int, ...]

_DRIVERS: tuple[tuple[Version, Version, Version], ...] = (
    ((13, 0), (580,), (580,)),
    ((12, 0), (525, 60, 13), (528, 33)),
    ((11, 1), (450, 80, 2), (452, 39)),
    ((11, 0), (450, 36, 6), (451, 22)),
    ((10, 2), (440, 33), (441, 22)),
    ((10, 1), (418, 39), (418, 96)),
    ((10, 0), (410, 48), (411, 31)),
    ((9, 2), (396, 26), (397, 44)),
    ((9, 1), (390, 46), (391, 29)),
    ((9, 0), (384, 81), (385, 54)),
    ((8, 0), (375, 26), (376, 51)),
)
"""From which version of CUDA on which driver is needed, on Linux and on Windows; newest first."""

_LOWEST: tuple[tuple[Version, Version], ...] = (
    ((13, 0), (7, 5)),
    ((12, 0), (5, 0)),
    ((11, 0), (3, 5)),
    ((9, 0), (3, 0)),
    ((8, 0), (2, 0)),
)
"""Lowest compute capability that compilers of a version make code for."""

_HIGHEST: tuple[tuple[Version, Version], ...] = (
    ((12, 8), (12, 1)),
    ((11, 8), (9, 0)),
    ((11, 1), (8, 6)),
    ((11, 0), (8, 0)),
    ((10, 0), (7, 5)),
    ((9, 0), (7, 2)),
    ((8, 0), (6, 2)),
)
"""Highest compute capability that they know; for a newer device there is none."""

_LABEL = re.compile(r"cu(?P<major>8|9|1[0-9])(?P<minor>[0-9])")
_RUNTIME = re.compile(r"nvidia-cuda-runtime(?:-cu[0-9]+)?")

LABELS = (
    *("cu132", "cu130", "cu129", "cu128", "cu126", "cu124", "cu121", "cu118", "cu117", "cu116", "cu115"),
    *("cu113", "cu111", "cu110", "cu102", "cu101", "cu100", "cu92", "cu90", "cu80"),
)
"""Labels of builds that PyTorch published, newest first (download.pytorch.org/whl)."""

_LOWEST_OF_BUILDS = ((12, 8), (7, 0))
"""From this version of CUDA on PyTorch's builds leave out older devices (PyTorch, RELEASE.md)."""


def version_of_label(label: str | None) -> Version | None:
    """The version of CUDA that a label stands for: (11, 8) for `cu118`; None where it stands for none."""
    match = _LABEL.fullmatch(label or "")
    return (int(match["major"]), int(match["minor"])) if match else None


def version_of(environment: Environment) -> Version | None:
    """The version of CUDA that the packages of an environment were built for; None for none or unknown.

    A label says so; without one, as on PyPI, the packages of CUDA's runtime do.
    """
    labels = [version_of_label(one.local_label) for one in environment.packages]
    runtimes = [numbers(one.version)[:2] for one in environment.packages if _RUNTIME.fullmatch(one.name)]
    return max((one for one in (*labels, *runtimes) if one), default=None)


def lowest_driver(cuda: Version, system: str) -> Version | None:
    """The lowest driver for a version of CUDA on `Linux` or `Windows`; None for versions before 8.0."""
    for since, linux, windows in _DRIVERS:
        if cuda >= since:
            return windows if system == "Windows" else linux
    return None


def knows_device(cuda: Version, capability: Version) -> bool:
    """Whether a version of CUDA makes code for devices of a compute capability."""
    lowest = next((least for since, least in _LOWEST if cuda >= since), (0,))
    highest = next((most for since, most in _HIGHEST if cuda >= since), (99,))
    # Code for 8.0 runs on 8.6 and 8.9, since it is of the same major version; none crosses a major version.
    return lowest <= capability and (capability <= highest or capability[0] == highest[0])


def fitting_labels(
    wanted: Version, driver: Version | None, capabilities: Iterable[Version], system: str
) -> tuple[str, ...]:
    """The labels that a driver and all of these devices take, those nearest to a version of CUDA first."""
    devices, found = list(capabilities), []
    for label in LABELS:
        cuda = version_of_label(label) or ()
        least = lowest_driver(cuda, system)
        if driver is not None and least is not None and driver < least:
            continue
        if all(_builds_know(cuda, one) for one in devices):
            found.append(label)
    return tuple(sorted(found, key=lambda label: _distance(version_of_label(label) or (), wanted)))


def _builds_know(cuda: Version, capability: Version) -> bool:
    since, lowest = _LOWEST_OF_BUILDS
    return knows_device(cuda, capability) and (cuda < since or capability >= lowest)


def _distance(one: Version, other: Version) -> int:
    """How far two versions of CUDA lie apart; a major version counts as ten minor ones."""
    return abs(10 * one[0] + one[1] - 10 * other[0] - other[1])


def numbers(version: str | None) -> Version:
    """The numbers of a version, such as (525, 60, 13); empty where there are none."""
    return tuple(int(part) for part in re.findall(r"\d+", version or ""))


def words(version: Version) -> str:
    """A version as it is written."""
    return ".".join(map(str, version))
