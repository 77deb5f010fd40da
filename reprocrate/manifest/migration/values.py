"""Values of the draft 0.9 in the forms of 1.0. Each function is exact, or refuses with the reason."""

from __future__ import annotations

import math
import re
import shlex
import unicodedata
from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import Any

from reprocrate import statistics
from reprocrate.manifest.canonical import MAX_SAFE_INTEGER
from reprocrate.standard import ecma_pattern, schema_document

BYTES_PER_MEGABYTE = 1_000_000
"""The draft's own definition: 1 MB = 1,000,000 bytes."""


class UnfitError(Exception):
    """A value for which 1.0 has no place; its text is the reason."""


class PrivateError(UnfitError):
    """A value that 1.0 keeps out on purpose, because it tells about a person or a machine."""


def exact_product(value: float, factor: int) -> Decimal:
    """A number of the manifest, as it is written there, times a whole number; without rounding.

    A float stands for the decimal number that it prints as: 0.048211 MB are 48,211 bytes.
    """
    return Decimal(repr(value)) * factor


def bytes_of(megabytes: float) -> int:
    """Megabytes as bytes, rounded to whole bytes; see `is_whole`."""
    return int(exact_product(megabytes, BYTES_PER_MEGABYTE).to_integral_value())


def is_whole(megabytes: float) -> bool:
    """Whether a number of megabytes is a whole number of bytes."""
    product = exact_product(megabytes, BYTES_PER_MEGABYTE)
    return product == product.to_integral_value()


def seconds_of(minutes: float) -> int | float:
    """Minutes as seconds."""
    product = exact_product(minutes, 60)
    return int(product) if product == product.to_integral_value() else float(product)


_TIME = re.compile(
    r"(?P<minute>[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}):(?P<second>[0-9]{2}(\.[0-9]+)?)"
    r"(?P<sign>[+-])(?P<hours>[0-9]{2}):(?P<minutes>[0-9]{2})"
)


def utc_of(time: str) -> str:
    """A time with a numeric offset in UTC, its seconds untouched, so that leap seconds stay.

    Raises:
        UnfitError: there is no such day, or no such year in UTC.
    """
    match = _TIME.fullmatch(time)
    if not match or match["second"] >= "61":
        raise UnfitError("there is no such time")
    offset = timedelta(hours=int(match["hours"]), minutes=int(match["minutes"]))
    try:
        there = datetime.fromisoformat(match["minute"])
        utc = there - offset if match["sign"] == "+" else there + offset
    except (OverflowError, ValueError):
        raise UnfitError("there is no such time") from None
    return f"{utc.isoformat(timespec='minutes')}:{match['second']}Z"


def sha256_of(digest: str) -> str:
    """The hexadecimal digits of a digest.

    Raises:
        UnfitError: it was made by another algorithm.
    """
    algorithm, _, digits = digest.partition(":")
    if algorithm != "sha256":
        raise UnfitError(f"1.0 has SHA-256 digests only, and this is {algorithm}")
    return digits.lower()


def doi_of(address: str) -> str:
    """A DOI without the address that resolves it.

    Raises:
        UnfitError: 1.0 does not take it as a DOI.
    """
    return fitting(address.removeprefix("https://doi.org/"), "doi", "1.0 does not take it as a DOI")


_SCP = re.compile(r"git@(?P<host>[^\s:/@]+):/?(?P<path>[^\s@]+)")


def repository_of(address: str) -> str:
    """A repository's address: the short form of SSH written out.

    Raises:
        PrivateError: it may hold a user's name or password.
        UnfitError: 1.0 does not take it as an address.
    """
    if address.startswith("http") and "@" in address:
        raise PrivateError("it may hold a user's name or password")
    match = _SCP.fullmatch(address)
    plain = f"ssh://git@{match['host']}/{match['path']}" if match else address
    return fitting(plain, "url", "1.0 does not take it as an address")


def path_of_file(path: str) -> str:
    """A path without parts that mean nothing.

    Raises:
        PrivateError: it leads out of the project.
        UnfitError: 1.0 does not take it as a path.
    """
    parts = [part for part in unicodedata.normalize("NFC", path).split("/") if part not in ("", ".")]
    if path.startswith("/") or ".." in parts:
        raise PrivateError("its path leads out of the project, and so tells about a machine")
    return fitting("/".join(parts), "path", "1.0 does not take its path")


_AUTHOR = re.compile(r"(?P<name>.*\S)\s*<(?P<inside>[^<>]*)>", re.DOTALL)
_ORCID = re.compile(r"[0-9]{4}-[0-9]{4}-[0-9]{4}-[0-9]{3}[0-9X]")


def author_of(text: str) -> tuple[dict[str, str], str]:
    """An author's name and ORCID, and what else stood in angle brackets."""
    match = _AUTHOR.fullmatch(text.strip())
    if not match:
        return {"name": text.strip() or text}, ""
    if _ORCID.fullmatch(match["inside"]):
        return {"name": match["name"], "orcid": match["inside"]}, ""
    return {"name": match["name"]}, match["inside"]


_SHELL_SYNTAX = re.compile(r"[|&;<>()$`\\*?\[\]#~!\n\r\x00]|^\s*[A-Za-z_][A-Za-z0-9_]*=")


def arguments_of(line: str) -> tuple[list[str], bool]:
    """A line for the shell as arguments, and whether the shell itself has to be called for that."""
    if not _SHELL_SYNTAX.search(line):
        try:
            return shlex.split(line), False
        except ValueError:  # a quote that is not closed: the shell may complain, not we
            pass
    return ["sh", "-c", line], True


def seed_of(number: float) -> int | str:
    """A seed, as text where JSON readers would lose digits of the number."""
    whole = int(number)
    return whole if abs(whole) <= MAX_SAFE_INTEGER else str(whole)


def package_of(name: str, version: str) -> dict[str, str]:
    """A distribution: its name normalised (PEP 503), its version cut at the plus sign (PEP 440)."""
    public, _, local = version.partition("+")
    entry = {"name": re.sub(r"[-_.]+", "-", name).lower(), "version": public}
    return {**entry, "local_label": local} if local else entry


def ddof_of(sd: float, values: list[float]) -> list[int]:
    """Which standard deviation of the values this number can be: 1, the sample's, or 0, the population's."""
    try:
        spreads = {ddof: statistics.sd(values, ddof) for ddof in (1, 0) if len(values) > ddof}
    except (OverflowError, ValueError):  # values so large that their squares are not numbers
        return []
    slack = 1e-12 * max(map(abs, values), default=0)
    return [ddof for ddof, spread in spreads.items() if math.isclose(sd, spread, rel_tol=1e-6, abs_tol=slack)]


_PRINTED = re.compile(r"(?P<value>[^\s±]+?)(\s*(±|\+/-)\s*(?P<dispersion>[^\s±]+))?")


def printed_of(text: str) -> dict[str, str]:
    """Printed figures as a value and what stands after the plus-minus sign.

    Raises:
        UnfitError: they are written otherwise.
    """
    match = _PRINTED.fullmatch(text.strip())
    if not match:
        raise UnfitError("it is not a number, or two with a plus-minus sign between them")
    given = {name: value for name, value in match.groupdict().items() if value}
    reason = "1.0 does not take it as a printed number"
    return {name: fitting(value, "printed", reason) for name, value in given.items()}


def lock_format_of(path: str) -> str:
    """The format of a lock file that its name tells.

    Raises:
        UnfitError: it does not.
    """
    name = path.rpartition("/")[2].lower()
    known = {"uv.lock": "uv", "poetry.lock": "poetry", "pdm.lock": "pdm"}
    if name in known:
        return known[name]
    if re.fullmatch(r"pylock(\.[^.]+)?\.toml", name):  # PEP 751, section "File Name"
        return "pylock"
    if re.fullmatch(r"requirements.*\.txt", name):
        return "requirements"
    raise UnfitError("1.0 asks for the format of a lock file, and its name does not tell it")


def fitting(value: str, definition: str, reason: str) -> str:
    """The value, if it has the form that 1.0 asks for.

    Raises:
        UnfitError: it has not.
    """
    pattern, longest = _form(definition)
    if len(value) > longest or not pattern.search(value):
        raise UnfitError(reason)
    return value


@cache
def _form(definition: str) -> tuple[re.Pattern[str], int]:
    schema: dict[str, Any] = schema_document("manifest", "1.0")["$defs"][definition]
    return ecma_pattern(schema["pattern"]), schema.get("maxLength", 1 << 30)


class Names:
    """The ids that stand for the names of one list; the same names get the same ids, different ones do not.

    A name that can be an id is one. Of any other an id is made of its letters and digits.

    Args:
        what: what the names are of; the id of a name without letters and digits.
        names: every name, where it is given and where it is used, in the order of the manifest.
    """

    def __init__(self, what: str, names: Iterable[str]) -> None:
        self._ids: dict[str, str] = {}
        given = list(dict.fromkeys(names))
        pattern, longest = _form("identifier")
        self._ids = {name: name for name in given if pattern.search(name) and len(name) <= longest}
        taken = set(self._ids)
        for name in given:
            if name not in self._ids:
                self._ids[name] = _free(_made_of(name) or what, taken)
                taken.add(self._ids[name])

    def __getitem__(self, name: str) -> str:
        return self._ids[name]


def _made_of(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9._]+", "-", plain).strip("-._")[:100].lower()


def _free(wanted: str, taken: set[str]) -> str:
    if wanted not in taken:
        return wanted
    number = next(number for number in range(2, len(taken) + 3) if f"{wanted}-{number}" not in taken)
    return f"{wanted}-{number}"
