"""Bringing a file from an address: it goes on where it broke off, and ends complete and as announced."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from reprocrate.deposit.addresses import Reach, shown
from reprocrate.deposit.candidates import RemoteFile
from reprocrate.deposit.partial import About, Partial
from reprocrate.deposit.requesting import PAUSES, Answer, BrokenOffError, Client, UnreachableError
from reprocrate.errors import IntegrityError, UnavailableError
from reprocrate.files import sha256_file

Notify = Callable[[int, int | None], object]
"""Called with the bytes that are there and those that there will be, if that is known."""

CONTENT_RANGE = re.compile(r"bytes (?:(\d{1,19})-(\d{1,19})|\*)/(\d{1,19}|\*)", re.IGNORECASE)
"""Which part of what a server sends: first byte, last byte, bytes of the whole (RFC 9110, 14.4)."""

_MOST_BYTES = 1 << 42
_AGAIN = "Try again; if it stays so, tell whoever published it"


def download(
    url: str,
    target: Path,
    *,
    reach: Reach,
    size: int | None = None,
    sha256: str | None = None,
    md5: str | None = None,
    notify: Notify | None = None,
    client: Client | None = None,
) -> Path:
    """Bring a file.

    What has arrived lies beside the target as `NAME.part`, with a note `NAME.part.json`, and stays there when
    it is interrupted, even by a kill: the same call goes on from there, if the server can send parts and
    says that the file is the same as before, or a digest will tell. Only a complete file that is as announced
    gets the target's name.

    Args:
        url: where it is.
        target: what it is to be called; a file that is there is replaced. Folders above it are made.
        reach: what may be asked.
        size: bytes that it must have.
        sha256: SHA-256 that it must have, in hexadecimal digits; a target that has it already is kept.
        md5: the same by MD5, as some archives state it: it finds damage, not malice.
        notify: told how far it is.
        client: who asks, where the caller has one.

    Returns:
        The target.

    Raises:
        IntegrityError: the file has another size or digest; nothing is left.
        UnavailableError: it cannot be reached, may not be asked, or not be written; what has arrived is kept.
    """
    if sha256 and target.is_file() and sha256_file(target).sha256 == sha256.lower():
        return target
    with _completed(url, target, client or Client(reach), (size, sha256, md5), notify) as part:
        part.publish()
    return target


def download_aside(
    url: str,
    target: Path,
    *,
    client: Client,
    size: int | None = None,
    sha256: str | None = None,
    md5: str | None = None,
    notify: Notify | None = None,
) -> Path:
    """Bring a file as `download` does, and leave it under the name of an incomplete one.

    So whoever is killed while working with it leaves a name that tells; the same call then finds it complete.

    Returns:
        Where the complete file lies: `NAME.part`, beside its note.
    """
    with _completed(url, target, client, (size, sha256, md5), notify) as part:
        return part.path


def small_file(file: RemoteFile, client: Client, limit: int) -> bytes:
    """The bytes of a small file, compared with what its archive states.

    Args:
        file: the file.
        client: who asks.
        limit: the most bytes to accept.

    Raises:
        IntegrityError: it is not what its archive states.
        UnavailableError: it cannot be had, or is larger than `limit`.
    """
    with client.get(file.url) as answer:
        data = answer.body(limit)
    wrong = "" if file.size in (None, len(data)) else f"it has {len(data):,} bytes, not {file.size:,}"
    for name, expected in (("sha256", file.sha256), ("md5", file.md5)):
        found = hashlib.new(name, data, usedforsecurity=False).hexdigest()
        if expected and found != expected.lower():
            wrong = wrong or f"its {name.upper()} is {found}, not {expected}"
    if wrong:
        raise _not_announced(file.url, wrong, _AGAIN)
    return data


@contextmanager
def _completed(
    url: str,
    target: Path,
    client: Client,
    announced: tuple[int | None, str | None, str | None],
    notify: Notify | None,
) -> Iterator[Partial]:
    size, sha256, md5 = announced
    wanted = {name: text.lower() for name, text in (("sha256", sha256), ("md5", md5)) if text}
    with Partial(target, url, tuple(wanted)) as part:
        _Download(url, part, client, size, wanted, notify or (lambda _done, _total: None)).complete()
        yield part


class _Download:
    """One file on its way."""

    def __init__(
        self,
        url: str,
        part: Partial,
        client: Client,
        size: int | None,
        wanted: Mapping[str, str],
        notify: Notify,
    ) -> None:
        self._url = url
        self._part = part
        self._client = client
        self._size = size
        self._wanted = wanted
        self._notify = notify
        self._doubtful = False

    def complete(self) -> None:
        """Bring all of it, and make sure that it is what was announced."""
        self._bring()
        wrong = self._wrong()
        if wrong and self._doubtful:  # two versions may have been joined: once more, from the start
            self._part.restart()
            self._bring()
            wrong = self._wrong()
        if wrong:
            self._part.remove()
            raise _not_announced(self._url, wrong, _AGAIN)

    def _bring(self) -> None:
        failures = 0
        while True:
            before = self._part.size
            try:
                if self._one_request():
                    return
                failures += 1
                if failures > len(PAUSES):
                    raise UnavailableError(
                        f"{shown(self._url)} cannot be had", "the server does not send the part asked for"
                    )
            except (BrokenOffError, UnreachableError) as error:
                failures = 0 if self._part.size > before else failures + 1
                hopeless = isinstance(error, UnreachableError) and not self._part.size
                if hopeless or failures > len(PAUSES):
                    raise
                self._client.wait(PAUSES[max(failures - 1, 0)])

    def _one_request(self) -> bool:
        """Ask for what is missing; whether everything is there now."""
        part = self._part
        may_go_on = bool(part.about.validator or self._wanted)
        if part.size and not may_go_on:
            part.restart()
        if part.size and part.size == (self._size or part.about.total):
            return True
        headers = {}
        if part.size:
            headers["Range"] = f"bytes={part.size}-"
            if part.about.validator:
                headers["If-Range"] = part.about.validator
        with self._client.get(self._url, headers, also=(206, 416)) as answer:
            if answer.status == 416:  # it is not as long as what is there: then it is another file
                part.restart()
                return False
            total = self._placed(answer)
            self._require_size(total)
            self._receive(answer, total)
        return True

    def _placed(self, answer: Answer) -> int | None:
        """Make ready for what is sent, and tell how many bytes the whole has."""
        part = self._part
        validator = validator_of(answer.headers)
        if answer.status == 200:
            part.restart(About("", validator, answer.length))
            return answer.length
        match = CONTENT_RANGE.fullmatch(answer.headers.get("Content-Range", "").strip())
        changed = part.about.validator and validator and validator != part.about.validator
        if match is None or match[1] is None or int(match[1]) != part.size or changed:
            part.restart()
            raise BrokenOffError(f"{shown(self._url)} sends another part than was asked for")
        self._doubtful = not part.about.validator
        return None if match[3] == "*" else int(match[3])

    def _require_size(self, total: int | None) -> None:
        if total is not None and self._size is not None and total != self._size:
            self._part.remove()
            raise _not_announced(self._url, f"it has {total:,} bytes, not {self._size:,}")

    def _receive(self, answer: Answer, total: int | None) -> None:
        part = self._part
        most = self._size if self._size is not None else total if total is not None else _MOST_BYTES
        self._notify(part.size, self._size or total)
        for piece in answer.pieces():
            if part.size + len(piece) > most:
                part.remove()
                raise _not_announced(self._url, f"it sends more than {most:,} bytes")
            part.append(piece)
            self._notify(part.size, self._size or total)
        if total is not None and part.size < total:
            raise BrokenOffError(
                f"{shown(self._url)} broke off",
                f"{part.size:,} of {total:,} bytes are there",
                "Try again: what is there is kept",
            )

    def _wrong(self) -> str:
        """What is not as announced, in words; empty if nothing."""
        if self._size is not None and self._part.size != self._size:
            return f"it has {self._part.size:,} bytes, not {self._size:,}"
        for name, expected in self._wanted.items():
            found = self._part.digest(name)
            if found != expected:
                return f"its {name.upper()} is {found}, not {expected}"
        return ""


def _not_announced(
    url: str, why: str, fix: str = "Check the address; if it is right, tell whoever published it"
) -> IntegrityError:
    return IntegrityError(f"{shown(url)} is not what was announced", why, fix)


def validator_of(headers: Mapping[str, str]) -> str:
    """What tells a version of a file for `If-Range`: a strong ETag, or else its date (RFC 9110, 13.1.5)."""
    tag = headers.get("ETag", "").strip()
    if tag.startswith('"'):
        return tag
    return headers.get("Last-Modified", "").strip()
