"""Whom the bytes of a project could name, and finding them in text.

What is known for certain (authors, accounts, addresses, homes, machines) is found wherever it stands. What
only has the form of an identity (an e-mail address, an ORCID, somebody's home folder, a tracker's run) is
found as well, whoever it is.
"""

from __future__ import annotations

import base64
import json
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from urllib.parse import quote

from reprocrate.manifest.anonymity import MARK, host_of
from reprocrate.standard.identity_formats import identities_by_form

_ENTITY = re.compile(r"(?i)(?:\bwandb_)?\bentity[\"']?\s{0,3}[:=]\s{0,3}([\"'])(?P<entity>[\w.-]{2,64})\1")
_MAIL = """
gmail.com googlemail.com outlook.com hotmail.com live.com yahoo.com icloud.com me.com gmx.de gmx.net web.de
proton.me protonmail.com qq.com 163.com 126.com foxmail.com mail.ru users.noreply.github.com example.org
example.com example.net github.com
"""
_MAIL_HOSTS = frozenset(_MAIL.split())
_INDEXES = """
pypi.org files.pythonhosted.org test.pypi.org pypi.python.org download.pytorch.org pypi.nvidia.com
download-r2.pytorch.org conda.anaconda.org repo.anaconda.com repo.continuum.io prefix.dev data.pyg.org
storage.googleapis.com wheels.vllm.ai docker.io ghcr.io quay.io nvcr.io gcr.io registry-1.docker.io
index.docker.io mcr.microsoft.com public.ecr.aws
"""
_PUBLIC_HOSTS = frozenset(_INDEXES.split())
_PRIVATE_SUFFIXES = (".local", ".lan", ".internal", ".intern", ".corp", ".home", ".private", ".localdomain")
_SHORTEST_WORD = 4
_SHORTEST_ENCODED = 6
_EDGE = r"(?<![A-Za-z0-9])"
_END = r"(?![A-Za-z0-9])"


@dataclass(frozen=True, slots=True)
class Mention:
    """A place in a text that names somebody: from `start` to `end`, and what it is."""

    start: int
    end: int
    kind: str


@dataclass(frozen=True)
class Identities:
    """What is known of those whom nobody must recognise.

    Attributes:
        people: their names.
        emails: their e-mail addresses.
        accounts: their names at hosts of code, models and trackers.
        words: names of institutions and funders, ORCIDs, numbers of grants, DOIs of the paper, and what else
            stands for them alone.
        addresses: host and path of their repositories, without scheme and ending.
        homes: their home folders.
        users: their names on machines, and those of the machines.
    """

    people: frozenset[str] = frozenset()
    emails: frozenset[str] = frozenset()
    accounts: frozenset[str] = frozenset()
    words: frozenset[str] = frozenset()
    addresses: frozenset[str] = frozenset()
    homes: frozenset[str] = frozenset()
    users: frozenset[str] = frozenset()
    hosts: frozenset[str] = field(default=frozenset())

    @cached_property
    def _known(self) -> re.Pattern[str] | None:
        """What finds everything that is known for certain; each kind is a group."""
        kinds = {
            "address": [re.escape(each) for each in self.addresses],
            "email": [re.escape(each) for each in self.emails],
            "home": [re.escape(each) + r"(?![\w-])" for each in self.homes],
            "word": [_EDGE + _spaced(each) + _END for each in self.words],
            "person": [_EDGE + each + _END for name in self.people for each in _forms_of(name)],
            "account": [_EDGE + re.escape(each) + _END for each in self.accounts],
            "user": [
                rf"(?<![\w.]){re.escape(each)}(?![\w])"
                for each in (*self.users, *self.hosts)
                if len(each) >= _SHORTEST_WORD
            ],
            "host": [
                rf"(?<=[-_/@]){re.escape(each)}(?=[:\s/.]|$)"
                for each in (*self.users, *self.hosts)
                if len(each) < _SHORTEST_WORD
            ],
        }
        groups = [
            f"(?P<{kind}>{'|'.join(sorted(patterns, key=lambda text: (-len(text), text)))})"
            for kind, patterns in kinds.items()
            if patterns
        ]
        return re.compile("|".join(groups), re.IGNORECASE) if groups else None

    @cached_property
    def _encoded(self) -> re.Pattern[str] | None:
        """What finds the same where it is written in base64 or as parts of an address."""
        forms: set[str] = set()
        for text in (*self.people, *self.emails, *self.accounts, *self.addresses, *self.homes):
            if len(text) >= _SHORTEST_ENCODED:
                forms |= {re.escape(each) for each in _base64_cores(text)}
                percent = quote(text, safe="")
                if percent != text:
                    forms |= {f"(?i:{re.escape(percent)})"}
        return re.compile("|".join(sorted(forms))) if forms else None

    @cached_property
    def _literals(self) -> tuple[str, ...]:
        """Words of which a text that names somebody holds one, in small letters."""
        found = {*self.addresses, *self.emails, *self.homes, *self.accounts, *self.users, *self.hosts}
        found |= {word.split()[0] for word in self.words}
        for name in self.people:
            for spelling in _spellings(name):
                found.add(max(spelling.replace(",", " ").split(), key=len))
        return tuple(sorted(each.lower() for each in found))

    def may_be_in(self, data: bytes) -> bool:
        """Whether bytes could hold what is known for certain; quick, and never no where they do."""
        lower = data.lower()
        if any(each.encode() in lower for each in self._literals):
            return True
        return not lower.isascii() and any(
            each in lower.decode(errors="replace").lower() for each in self._literals
        )

    def known_mentions(self, text: str) -> list[Mention]:
        """The places of a text that hold what is known for certain."""
        return [Mention(*match.span(), _KINDS[match.lastgroup or ""]) for match in self._known_in(text)]

    def mentions(self, text: str, *, encoded: bool = False) -> list[Mention]:
        """The places of a text that name somebody, in its order; of two that overlap the first.

        Args:
            text: any text.
            encoded: whether to look for base64 and percent-encoding as well.
        """
        found = self.known_mentions(text)
        found += _by_form(text)
        if encoded and self._encoded is not None:
            found += [Mention(*match.span(), "an encoded name") for match in self._encoded.finditer(text)]
        kept: list[Mention] = []
        for each in sorted(found, key=lambda mention: (mention.start, -mention.end)):
            if not kept or each.start >= kept[-1].end:
                kept.append(each)
        return kept

    def text(self, text: str) -> str:
        """The text with `MARK` in the place of every identity; an address that holds one goes as a whole."""
        found = self.mentions(text)
        if not found:
            return text
        spans = [_whole_address(text, each) for each in found]
        parts: list[str] = []
        end = 0
        for start, stop in sorted(spans, key=lambda span: (span[0], -span[1])):
            if start >= end:
                parts += [text[end:start], MARK]
            end = max(end, stop)
        return "".join([*parts, text[end:]])

    def is_private(self, address: str) -> bool:
        """Whether an address, a bucket or the name of an image leads to the authors or to nobody else."""
        if address.startswith(("s3://", "gs://", "ssh://", "file:", "/", "\\\\")):
            return True
        host = host_of(address)
        return bool(self.mentions(address)) or (bool(host) and self.is_private_host(host))

    def is_private_host(self, host: str) -> bool:
        """Whether only the authors know this host."""
        name = host.partition(":")[0].strip("[]").lower()
        if name in _PUBLIC_HOSTS:
            return False
        is_number = re.fullmatch(r"[0-9.]+|[0-9a-f:]+:[0-9a-f:]*", name) is not None
        return "." not in name or is_number or name.endswith(_PRIVATE_SUFFIXES) or bool(self.mentions(host))

    def is_unknown_index(self, address: str) -> bool:
        """Whether an address of a lock is neither of an index that everybody knows nor of a public host."""
        host = host_of(address)
        public = host in _PUBLIC_HOSTS or host in ("github.com", "gitlab.com", "huggingface.co")
        return self.is_private(address) or not public

    def _known_in(self, text: str) -> Iterator[re.Match[str]]:
        if self._known is not None and (len(text) < 2000 or self.may_be_in(text.encode(errors="replace"))):
            yield from self._known.finditer(text)


_KINDS = {
    "address": "the address of a repository of yours",
    "email": "an e-mail address",
    "home": "a home folder",
    "word": "what stands for the authors",
    "person": "a name",
    "account": "an account",
    "user": "the name of a user or machine",
    "host": "the name of a user or machine",
}


def domains_of(emails: Iterable[str]) -> Iterator[str]:
    """The hosts of e-mail addresses that tell an institution."""
    for each in emails:
        host = each.rpartition("@")[2].lower()
        if host and host not in _MAIL_HOSTS and "." in host:
            yield host


def _by_form(text: str) -> Iterator[Mention]:
    yield from (Mention(each.start, each.end, each.kind) for each in identities_by_form(text))
    if "ntity" in text:
        for match in _ENTITY.finditer(text):
            if match["entity"] != MARK:
                yield Mention(*match.span("entity"), "an account at a tracker")


def _forms_of(name: str) -> Iterator[str]:
    """Patterns of a person's name: as it is, turned round, shortened, in ASCII, and as an account has it."""
    for spelling in _spellings(name):
        words = spelling.replace(",", " ").split()
        if len(words) < 2:
            if len(spelling) >= _SHORTEST_WORD:
                yield re.escape(spelling)
            continue
        first, last = words[0], words[-1]
        gap = r"[\s._+-]*"
        yield gap.join(map(re.escape, words))
        yield rf"{re.escape(first)}{gap}{re.escape(last)}"
        yield rf"{re.escape(last)},?\s+{re.escape(first)}"
        if len(last) > 2:
            yield rf"{re.escape(first[0])}\.\s*(?:[A-Z]\.\s*)*{re.escape(last)}"
            yield rf"{re.escape(last)},\s*{re.escape(first[0])}\."


def _spellings(name: str) -> list[str]:
    escaped = json.dumps(name)[1:-1]  # as JSON may write it
    return sorted({name, unicodedata.normalize("NFD", name), _in_ascii(name), _transcribed(name), escaped})


def _in_ascii(text: str) -> str:
    return "".join(
        letter for letter in unicodedata.normalize("NFKD", text) if not unicodedata.combining(letter)
    )


def _transcribed(text: str) -> str:
    table = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ß": "ss"})
    table |= str.maketrans({"ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "å": "aa", "Å": "Aa", "æ": "ae"})
    return _in_ascii(unicodedata.normalize("NFC", text).translate(table))


def _spaced(text: str) -> str:
    """A pattern of some words, however they are broken into lines."""
    return r"\s+".join(map(re.escape, text.split()))


def _base64_cores(text: str) -> Iterator[str]:
    """What stands in base64 wherever a text does, for each of the three ways it can begin."""
    data = text.encode()
    for shift in range(3):
        encoded = base64.b64encode(b"\0" * shift + data).decode().rstrip("=")
        begin = -(-shift * 8 // 6)
        whole = (shift + len(data)) * 8 // 6
        yield encoded[begin:whole]


_ADDRESS = re.compile(
    r"(?:[A-Za-z][A-Za-z0-9+.-]*://|git@|(?<![\w/.])www\.)[^\s\"'<>()\[\]{}|\\^`,;]*[^\s\"'<>()\[\]{}|\\^`,;.:!?]"
)


def _whole_address(text: str, mention: Mention) -> tuple[int, int]:
    """Where the address begins and ends that a mention stands in; else the mention itself."""
    begin = max(text.rfind(space, 0, mention.start) for space in " \n\t\"'<>()[]{}|`,;") + 1
    match = _ADDRESS.search(text, begin, mention.start + 2048)
    if match and match.start() <= mention.start and mention.end <= match.end():
        return match.span()
    return mention.start, mention.end
