"""Whom the bytes of a project could name, and finding them in text.

What is known for certain (authors, accounts, addresses, homes, machines) is found wherever it stands. What
only has the form of an identity (an e-mail address, an ORCID, somebody's home folder, a tracker's run) is
found as well, whoever it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property

from reprocrate.manifest.anonymity import MARK, host_of
from reprocrate.standard.identity_formats import identities_by_form
from reprocrate.workflow.anonymous.finders import Finder, Mention, encoded_finders, finders

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
Sighted = tuple[str, str]
"""What was found, and what it is."""


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
    def _finders(self) -> tuple[Finder, ...]:
        kinds: dict[str, Iterable[str]] = {
            "address": self.addresses,
            "email": self.emails,
            "home": self.homes,
            "word": self.words,
            "account": self.accounts,
            "user": self.users | self.hosts,
        }
        return finders({kind: sorted(texts) for kind, texts in kinds.items()}, sorted(self.people))

    @cached_property
    def _encoded(self) -> tuple[Finder, ...]:
        return encoded_finders(
            sorted(self.people | self.emails | self.accounts | self.addresses | self.homes)
        )

    def known_in(self, data: bytes) -> list[Sighted]:
        """What is known for certain in bytes that are no text as a whole, each once, with what it is."""
        lower = data.lower()
        found = {
            text: finder.kind
            for finder in (*self._finders, *self._encoded)
            for text in finder.texts(data, lower)
        }
        return list(found.items())

    def mentions(self, text: str, *, encoded: bool = False) -> list[Mention]:
        """The places of a text that name somebody, in its order; of two that overlap the first.

        Args:
            text: any text.
            encoded: whether to look for base64 and percent-encoding as well.
        """
        lower = text.lower()
        chosen = (*self._finders, *self._encoded) if encoded else self._finders
        found = [mention for finder in chosen for mention in finder.places(text, lower)]
        found += mentions_by_form(text)
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


def domains_of(emails: Iterable[str]) -> Iterator[str]:
    """The hosts of e-mail addresses that tell an institution."""
    for each in emails:
        host = each.rpartition("@")[2].lower()
        if host and host not in _MAIL_HOSTS and "." in host:
            yield host


def mentions_by_form(text: str) -> Iterator[Mention]:
    """The places of a text that have the form of an identity, whoever it is."""
    yield from (Mention(each.start, each.end, each.kind) for each in identities_by_form(text))
    if "ntity" in text:
        for match in _ENTITY.finditer(text):
            if match["entity"] != MARK:
                yield Mention(*match.span("entity"), "an account at a tracker")


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
