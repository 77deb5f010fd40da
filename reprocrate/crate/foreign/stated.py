"""Values of a manifest from what a crate states: identifiers, licences, times, numbers.

What is not plainly what it should be gives None, and stays in the kept metadata alone.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import cache
from urllib.parse import unquote

from reprocrate.crate.identifiers import NAMES
from reprocrate.manifest.experiment import has_ror_check_digits
from reprocrate.standard import shipped_bytes
from reprocrate.standard.identity_formats import has_orcid_check_digit

_ORCID = re.compile(
    r"(?:https?://(?:www\.)?orcid\.org/|orcid:)?([0-9]{4}-[0-9]{4}-[0-9]{4}-[0-9]{3}[0-9X])/?\Z"
)
_ROR = re.compile(r"(?:https?://(?:www\.)?ror\.org/)(0[a-hj-km-np-tv-z0-9]{6}[0-9]{2})/?\Z")
_DOI = re.compile(r"(?:https?://(?:dx\.|www\.)?doi\.org/|doi:\s*)?(10\.[0-9]{4,9}/\S+)\Z", re.IGNORECASE)
_ARXIV = re.compile(
    r"(?:https?://(?:www\.)?arxiv\.org/(?:abs|pdf)/|arxiv:)"
    r"([0-9]{4}\.[0-9]{4,5}(?:v[0-9]+)?|[a-z.-]+(?:\.[A-Z]{2})?/[0-9]{7}(?:v[0-9]+)?)(?:\.pdf)?\Z"
)
_URL = re.compile(r"(?:https?|ssh|git|s3|gs)://(?:[^\s/?#@]+@)?[^\s/?#@]+(?:[/?#]\S*)?\Z")
_SHA256 = re.compile(r"[0-9a-f]{64}\Z")
_DATE = re.compile(r"[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?\Z")
_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9._-]+")
_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?\Z")

_LICENCE_PAGES = (
    (re.compile(r"https?://(?:www\.)?spdx\.org/licenses/([^/?#]+?)(?:\.html|\.json)?/?\Z"), "{}"),
    (re.compile(r"https?://(?:www\.)?opensource\.org/licenses?/([^/?#]+?)(?:\.php)?/?\Z"), "{}"),
    (re.compile(r"https?://(?:www\.)?choosealicense\.com/licenses/([^/?#]+)/?\Z"), "{}"),
    (
        re.compile(
            r"https?://creativecommons\.org/licenses/([a-z-]+/[0-9.]+)(?:/(?:deed[^/]*|legalcode[^/]*)?)?\Z"
        ),
        "CC-{}",
    ),
    (re.compile(r"https?://creativecommons\.org/publicdomain/zero/([0-9.]+)(?:/.*)?\Z"), "CC0-{}"),
    (
        re.compile(r"https?://(?:www\.)?apache\.org/licenses/LICENSE-([0-9.]+?)(?:\.html|\.txt)?\Z"),
        "Apache-{}",
    ),
)
_OUR_EXPRESSION = f"{NAMES}licence/"


def orcid(text: str) -> str | None:
    """An ORCID whose check digit is right."""
    match = _ORCID.match(text.strip())
    return match[1] if match and has_orcid_check_digit(match[1]) else None


def ror(text: str) -> str | None:
    """The identifier of an organisation in https://ror.org whose check digits are right."""
    match = _ROR.match(text.strip())
    return match[1] if match and has_ror_check_digits(match[1]) else None


def doi(text: str) -> str | None:
    """A DOI without its resolver's address."""
    match = _DOI.match(text.strip())
    return match[1] if match else None


def arxiv(text: str) -> str | None:
    """The number of a preprint of arXiv."""
    match = _ARXIV.match(text.strip())
    return match[1] if match else None


def url(text: str) -> str | None:
    """An address that a manifest may hold."""
    return text.strip() if _URL.match(text.strip()) else None


def sha256(text: str) -> str | None:
    """A SHA-256, in lower-case hexadecimal digits."""
    lowered = text.strip().lower().removeprefix("sha256:")
    return lowered if _SHA256.match(lowered) else None


def license_id(text: str) -> str | None:
    """The SPDX identifier of a licence, from it or from the address of a page that is about that licence."""
    text = text.strip()
    if text.startswith(_OUR_EXPRESSION):
        return unquote(text.removeprefix(_OUR_EXPRESSION))
    for page, form in _LICENCE_PAGES:
        if match := page.match(text):
            return _spdx().get(form.format(match[1].replace("/", "-")).lower())
    return _spdx().get(text.lower())


def timestamp(text: str) -> str | None:
    """A moment in UTC; None where no time zone is stated."""
    moment = _moment(text)
    return _written(moment) if moment and moment.tzinfo else None


def begin_of(text: str) -> str | None:
    """A moment in UTC, where a date alone stands for its beginning, and no zone for UTC."""
    text = text.strip()
    if match := _DATE.match(text):
        text += "-01" * (2 - sum(part is not None for part in match.groups()))
    moment = _moment(text)
    return _written(moment if moment.tzinfo else moment.replace(tzinfo=UTC)) if moment else None


def seconds_between(start: str, end: str) -> float | None:
    """Seconds from one time to a later one, if both or neither state a time zone."""
    began, ended = _moment(start), _moment(end)
    if began is None or ended is None or (began.tzinfo is None) != (ended.tzinfo is None):
        return None
    passed = (ended - began).total_seconds()
    return passed if passed >= 0 else None


def number(value: object) -> float | int | None:
    """A finite number, also where it is written as text."""
    if isinstance(value, bool):
        return None
    if isinstance(value, str) and _NUMBER.match(value.strip()):
        value = float(value) if not re.fullmatch(r"[+-]?[0-9]{1,15}", value.strip()) else int(value)
    return value if isinstance(value, int | float) and math.isfinite(value) else None


def size(value: object) -> int | None:
    """A number of bytes, where no unit is given."""
    found = number(value)
    return int(found) if found is not None and found >= 0 and found == int(found) < 2**53 else None


class Names:
    """Identifiers of one list of a manifest, each given once."""

    def __init__(self) -> None:
        self._taken: dict[str, int] = {}

    def give(self, wanted: Iterable[str | None], otherwise: str) -> str:
        """A new identifier that resembles the first text that has letters or digits."""
        made = (_NOT_IN_NAMES.sub("-", text)[:80].strip("-._") for text in wanted if text)
        name = next(filter(None, made), otherwise)
        count = self._taken.get(name.lower(), 0) + 1
        self._taken[name.lower()] = count
        return name if count == 1 else self.give([f"{name}-{count}"], otherwise)


def _moment(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text.strip())
    except ValueError:
        return None


def _written(moment: datetime) -> str | None:
    try:
        moment = moment.astimezone(UTC).replace(tzinfo=None)
    except OverflowError:
        return None
    return moment.isoformat(timespec="milliseconds" if moment.microsecond else "seconds") + "Z"


@cache
def _spdx() -> dict[str, str]:
    return {name.lower(): name for name in json.loads(shipped_bytes("spdx-licenses.json"))["licenses"]}
