"""What the volumes of a bundle are called, and the list of checksums beside them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from reprocrate.bundle.admission import printable
from reprocrate.errors import UnreadableError

LIST_SUFFIX = ".sha256"
"""What the name of the list of checksums has behind that of the bundle."""

MOST_VOLUMES = 9999
"""More make no sense: archives take at most some hundred files in a record."""

MAX_LIST_BYTES = 4 << 20
"""The largest list: so many volumes with the longest names."""

DIGITS = 3
"""How many digits the number of a volume has at least; as many in each, so that names sort as numbers do."""

_BESIDE = "Put what is missing beside the others, from where these came from"
_VOLUME = re.compile(r"(?P<bundle>.+)\.(?P<number>[0-9]{3,4})", re.DOTALL)
_LINE = re.compile(r"(?P<sha256>[0-9a-fA-F]{64}) [ *](?P<name>[^\n]+)")


class VolumeName(NamedTuple):
    """The name of a volume, taken apart.

    Attributes:
        bundle: the name of the bundle.
        number: which volume it is; the first is 1.
        digits: how many digits its number has.
    """

    bundle: str
    number: int
    digits: int

    def __str__(self) -> str:
        return f"{self.bundle}.{self.number:0{self.digits}}"


def volume_name(name: str) -> VolumeName | None:
    """What a file's name says, if it is that of a volume."""
    match = _VOLUME.fullmatch(name)
    if match is None or not int(match["number"]):
        return None
    return VolumeName(match["bundle"], int(match["number"]), len(match["number"]))


def volume_names(bundle: str, count: int) -> list[str]:
    """The names of so many volumes of a bundle."""
    digits = max(DIGITS, len(str(count)))
    return [str(VolumeName(bundle, number, digits)) for number in range(1, count + 1)]


class VolumeList(NamedTuple):
    """What the list of checksums beside volumes says.

    Attributes:
        bundle: the name of the bundle.
        sha256: the SHA-256 of the bundle.
        volumes: the SHA-256 of each volume by its name, in their order.
    """

    bundle: str
    sha256: str
    volumes: dict[str, str]

    def to_bytes(self) -> bytes:
        """The list as `sha256sum` writes it and `sha256sum -c` takes it."""
        lines = [(self.bundle, self.sha256), *self.volumes.items()]
        return "".join(f"{sha256}  {name}\n" for name, sha256 in lines).encode()


def parse_volume_list(data: bytes, name: str) -> VolumeList | None:
    """What a list beside volumes says; None for a list of checksums that names no volumes.

    Args:
        data: its bytes.
        name: the name of the bundle.

    Raises:
        UnreadableError: it is no such list, names other files, or leaves a volume out.
    """
    where = f"{name}{LIST_SUFFIX}"
    if len(data) > MAX_LIST_BYTES or data.count(b"\n") > MOST_VOLUMES + 1:
        raise _no_list(where, f"it has more than {MOST_VOLUMES + 1:,} lines")
    found: dict[str, str] = {}
    for number, line in enumerate(_text(data, where).splitlines(), 1):
        match = _LINE.fullmatch(line)
        if match is None:
            raise _no_list(where, f'line {number} is not "<sha256>  <name>"')
        if match["name"] in found:
            raise _no_list(where, f"line {number} names {printable(match['name'])} again")
        found[match["name"]] = match["sha256"].lower()
    whole = found.pop(name, None)
    numbered = sorted(of for of in map(volume_name, found) if of and of.bundle == name)
    if not numbered:
        return None
    names = [str(of) for of in numbered]
    if others := found.keys() - set(names):
        raise _no_list(where, f"it names {printable(min(others))}, which is no volume of {name}")
    wanted = [str(VolumeName(name, number, numbered[0].digits)) for number in range(1, len(names) + 1)]
    if names != wanted:
        lacking = next((each for each in wanted if each not in names), wanted[-1])
        raise _no_list(where, f"it does not name {lacking}")
    if whole is None:
        raise _no_list(where, f"it does not name {name}, which the volumes make together")
    return VolumeList(name, whole, {each: found[each] for each in names})


def numbered_files(bundle: Path) -> list[Path]:
    """The files beside a bundle whose names are those of its volumes, in their order.

    Raises:
        OSError: the folder cannot be read.
    """
    if not bundle.parent.is_dir():
        return []
    found = ((volume_name(each.name), each) for each in bundle.parent.iterdir())
    return [each for of, each in sorted((of, each) for of, each in found if of and of.bundle == bundle.name)]


def require_numbered(
    bundle: str, names: Iterable[str], listed: VolumeList | None, where: str, fix: str = _BESIDE
) -> list[str]:
    """The names of all volumes of a bundle in their order, each of which must be there.

    Args:
        bundle: the name of the bundle.
        names: the volumes that are there.
        listed: what the list beside them says; None where there is none. Then nobody can tell whether one
            behind the last is missing.
        where: where they are looked for, in words.
        fix: what to do where some are missing.

    Raises:
        UnreadableError: some are missing; it names them.
    """
    there = {of.number: each for each in names if (of := volume_name(each)) and of.bundle == bundle}
    wanted = list(listed.volumes) if listed else []
    if not wanted and there:
        digits = max(len(each) - len(bundle) - 1 for each in there.values())
        wanted = [str(VolumeName(bundle, number, digits)) for number in range(1, max(there) + 1)]
    lacking = [each for each in wanted if each not in there.values()]
    if lacking:
        raise UnreadableError(
            f"{bundle} is not complete: {in_few(lacking)} {'is' if len(lacking) == 1 else 'are'} missing",
            f"it is in {len(wanted)} volumes, of which {len(wanted) - len(lacking)} are {where}",
            fix,
        )
    return wanted


def sizes_problem(names: Sequence[str], sizes: Sequence[int]) -> str:
    """Which volume cannot have the size that it has, in words; empty if none.

    All but the last have the same size, and the last no more than that.
    """
    usual = max(sizes[:-1], key=sizes[:-1].count, default=sizes[-1])
    for name, size in zip(names[:-1], sizes[:-1], strict=True):
        if size != usual:
            return f"{name} has {size:,} bytes, where all volumes but the last have {usual:,}"
    if not 0 < sizes[-1] <= usual:
        return f"{names[-1]} has {sizes[-1]:,} bytes, where the last volume has between 1 and {usual:,}"
    return ""


def in_few(names: Sequence[str], most: int = 5) -> str:
    """Some of several names."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def _text(data: bytes, where: str) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise _no_list(where, f"it is not UTF-8 at byte {error.start}") from None


def _no_list(where: str, why: str) -> UnreadableError:
    return UnreadableError(
        f"{where} is not the list of a bundle's volumes", why, "Get it again from where the volumes are from"
    )
