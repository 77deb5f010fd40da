"""Where on the network the manifest says that files of data can be had, as far as bytes can be checked.

Only files with a recorded digest are fetched: what an address sends may have changed since, and nobody looked
at it. A file without a digest is for the reader to bring, who then vouches for it.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

from reprocrate.deposit.addresses import Reach, shown, why_not_public
from reprocrate.deposit.record_pages import record_page
from reprocrate.manifest import Data, Source
from reprocrate.rerun.data.supply import Supplies
from reprocrate.rerun.work.materials import Material

ARCHIVE_SUFFIXES = (".zip", ".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2")
"""What the names of archives end in whose members can be taken out."""

_NO_SUPPLIES: Supplies = {}
_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Provision:
    """What the reader brings to a rerun.

    Attributes:
        supplies: files of data that they have already.
        reach: which addresses may be asked.
    """

    supplies: Supplies = field(default_factory=lambda: _NO_SUPPLIES)
    reach: Reach = field(default_factory=Reach)


class Form(StrEnum):
    """What an address leads to.

    `FILE`: the recorded file itself; `ARCHIVE`: one file that holds the recorded ones, such as a ZIP file;
    `RECORD`: the page of a repository such as Zenodo, which tells where its files are.
    """

    FILE = "file"
    ARCHIVE = "archive"
    RECORD = "record"


@dataclass(frozen=True, slots=True)
class Offer:
    """An address that has recorded files, or should have.

    Attributes:
        url: the address.
        materials: the files; all have a recorded digest, and a size unless it leads to the file itself.
        form: what it leads to.
        doi: the DOI that it is the address of, if it is one.
    """

    url: str
    materials: tuple[Material, ...]
    form: Form
    doi: str | None = None

    @property
    def size(self) -> int:
        """Bytes of the files, as recorded."""
        return sum(one.file.size or 0 for one in self.materials)

    @property
    def host(self) -> str:
        """The host that is asked."""
        return urlsplit(self.url).netloc


def offers_of(data: Data, lacking: Iterable[Material], reach: Reach) -> Iterator[Offer]:
    """The addresses at which files of some data can be had; a file is in one of them at most.

    That of a file itself comes first. The address that the data was obtained from is taken where its last
    part is the name of an archive, or of the only file that is wanted, or where it is a record of a
    repository; other addresses lead to pages for people. A DOI comes last. Of archives and records only files
    of a recorded size are wanted: it limits what is taken. Data that is not for everybody is offered nowhere.

    Args:
        data: the data.
        lacking: its files that are wanted.
        reach: what may be asked.
    """
    if data.access and data.access.level != "open":
        return
    known = [one for one in lacking if one.file.sha256 is not None]
    own: dict[str, list[Material]] = {}
    for one in known:
        if one.file.url and _may_be_asked(one.file.url, reach):
            own.setdefault(one.file.url, []).append(one)
    for url, materials in own.items():
        yield from _offer(url, materials, Form.ARCHIVE if _is_packed(url, materials) else Form.FILE)
    rest = [one for one in known if one.file.url not in own]
    if rest and data.source:
        yield from _from_source(data.source, rest, reach)


def _from_source(source: Source, wanted: Sequence[Material], reach: Reach) -> Iterator[Offer]:
    """The first of the addresses that the data was obtained from which can be followed by a program."""
    url = source.url
    if url and _may_be_asked(url, reach):
        alone = len(wanted) == 1 and _last_part(url) == PurePosixPath(wanted[0].file.path).name
        if alone or is_archive(url):
            packed = is_archive(url) and _is_packed(url, wanted)
            yield from _offer(url, wanted, Form.ARCHIVE if packed else Form.FILE)
            return
        if record_page(url):
            yield from _offer(url, wanted, Form.RECORD)
            return
    if source.doi:
        yield from _offer(f"https://doi.org/{source.doi}", wanted, Form.RECORD, source.doi)


def _offer(url: str, materials: Sequence[Material], form: Form, doi: str | None = None) -> Iterator[Offer]:
    sized = [one for one in materials if form is Form.FILE or one.file.size is not None]
    if sized:
        yield Offer(url, tuple(sized), form, doi)


def why_not_offered(data: Data, lacking: Sequence[Material], reach: Reach) -> tuple[str, tuple[str, ...]]:
    """Why files of some data are fetched from nowhere, as a clause, and the hosts that the user could allow.

    Args:
        data: the data.
        lacking: its files that are offered nowhere, as `offers_of` says; at least one.
        reach: what may be asked.
    """
    if data.access and data.access.level != "open":
        return f"the data is not fetched, since its access is {data.access.level}", ()
    known = [one for one in lacking if one.file.sha256 is not None]
    if not known:
        return (
            "the data is not fetched, since no digest was recorded to tell whether the right files come",
            (),
        )
    own = [one.file.url for one in known if one.file.url]
    source = data.source.url if data.source else None
    urls = list(dict.fromkeys([*own, source] if source else own))
    refused = {url: found for url in urls if (found := _refused(url, reach))[0]}
    words = [f"{shown(url)} is not asked, since {why}" for url, (why, _) in refused.items()]
    if source and source not in refused:
        words.append(f"{shown(source)} names no file or archive, so it may lead to a page for people")
    if not words:
        words.append("the manifest names no address of it that could be followed")
    more = f" (and so are {len(words) - _SHOWN} more addresses)" if len(words) > _SHOWN else ""
    hosts = tuple(dict.fromkeys(host for _, host in refused.values() if host))
    return f"the data is not fetched: {'; '.join(words[:_SHOWN])}{more}", hosts[:_SHOWN]


def is_archive(name: str) -> bool:
    """Whether a file name or an address is that of an archive whose members can be taken out."""
    lower = name.lower()
    return any(suffix in lower for suffix in ARCHIVE_SUFFIXES) and _last_part(lower).endswith(
        ARCHIVE_SUFFIXES
    )


def _is_packed(url: str, materials: Sequence[Material]) -> bool:
    """Whether it must be an archive: it stands for several files, or is named as one and the file is not."""
    return len({one.file.sha256 for one in materials}) > 1 or (
        is_archive(url) and not is_archive(materials[0].file.path)
    )


def _last_part(url: str) -> str:
    return unquote(urlsplit(url).path.rpartition("/")[2])


def _may_be_asked(url: str, reach: Reach) -> bool:
    """Whether an address can be asked as far as its text tells; who asks it judges it once more."""
    return not _refused(url, reach)[0]


def _refused(url: str, reach: Reach) -> tuple[str, str]:
    """Why an address is not asked, as a clause, and the host that the user could allow; empty where none."""
    scheme, _, rest = url.partition("://")
    return _host_refused(scheme, re.split(r"[/?#]", rest, maxsplit=1)[0], reach)


@lru_cache(maxsize=64)  # many files lie at one host
def _host_refused(scheme: str, place: str, reach: Reach) -> tuple[str, str]:
    try:
        parts = urlsplit(f"{scheme}://{place}")
        host, port = parts.hostname or "", parts.port or {"http": 80}.get(parts.scheme, 443)
    except ValueError:
        return "it is no address", ""
    if parts.scheme not in ("http", "https"):
        return "only https is asked", ""
    if parts.username is not None:
        return "it holds a user name or a password", ""
    if reach.allows(host, port):
        return "", ""
    try:
        kind = why_not_public(ipaddress.ip_address(host))
    except ValueError:
        kind = "this machine itself" if host == "localhost" else ""
    if kind:
        return f"it leads to {kind}", place
    return ("", "") if parts.scheme == "https" else ("it is not https", place)
