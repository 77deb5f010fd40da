"""Asking an archive in the name of a user: with the token, at the pace it allows, and nobody else.

The token goes to the one site that the user named: no redirection to another host is followed. What changes
something is never blindly asked again, since it may have been done though no answer came; whoever asks looks
first (`settled`).
"""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import urljoin, urlsplit

from reprocrate.deposit.addresses import Reach, shown
from reprocrate.deposit.pacing import LIMITED, Pace
from reprocrate.deposit.requesting import (
    MOVED,
    Answer,
    BrokenOffError,
    Client,
    RefusedError,
    UnreachableError,
)
from reprocrate.deposit.sources import Window
from reprocrate.errors import UnavailableError, UsageError

T = TypeVar("T")

PAUSES = (1.0, 3.0, 9.0, 27.0)
"""Seconds before something is tried again, about: each is lengthened at random by up to a half, so that those
who failed at once do not all come back at once."""

_JSON = "application/vnd.inveniordm.v1+json"
_SLOW_SECONDS = 900
"""How long an archive may be silent after a large file: it computes digests, and may copy."""

_UNKNOWN = 501
"""What was asked for is not known there, and will not be in a second."""

_OWN_MACHINE = ("localhost", "127.0.0.1", "::1")


class DoubtfulError(UnavailableError):
    """No proper answer came, so that nobody knows whether it was done.

    Attributes:
        status: the status code that came, if one did.
    """

    status = 0


@dataclass(frozen=True, slots=True)
class Reply:
    """What an archive answers.

    Attributes:
        status: the status code.
        document: the body as JSON; None if it is none.
    """

    status: int
    document: Any

    @property
    def object(self) -> dict[str, Any]:
        """The document, if it is an object; otherwise an empty one."""
        return self.document if isinstance(self.document, dict) else {}


@dataclass
class Caller:
    """Asks one archive.

    Args:
        site: its scheme, host and the path in front of its interface.
        token: what answers the token; called when it is needed first.
        tell: called with a line when there is to be waited for long.
        wait: waits so many seconds.
        clock: the time, in seconds since 1970.

    Raises:
        UsageError: the token would be readable on its way there.
    """

    site: str
    token: Callable[[], str]
    tell: Callable[[str], object] = lambda _line: None
    wait: Callable[[float], object] = time.sleep
    clock: Callable[[], float] = time.time
    _client: Client = field(init=False)
    _pace: Pace = field(init=False)
    _heard: bool = field(init=False, default=False)

    def __post_init__(self) -> None:
        parts = urlsplit(self.site)
        if parts.scheme != "https" and parts.hostname not in _OWN_MACHINE:
            raise UsageError(
                f"{shown(self.site)} is not asked",
                "it is not https, so anybody on the way could read your token",
                "Give an address that begins with https://",
            )
        # The user named the host by themselves, so it may be one of their own network, too.
        self._client = Client(Reach.of([parts.netloc]), wait=self.wait, tell=self.tell)
        self._pace = Pace(parts.netloc, self.tell, self.wait, self.clock)

    @property
    def host(self) -> str:
        """The host, as users know the archive."""
        return urlsplit(self.site).netloc

    def get(self, path: str, also: tuple[int, ...] = (), accept: str = _JSON) -> Reply:
        """Ask for something, again if that may help.

        Args:
            path: behind the address of the site; it may hold a query.
            also: status codes that are an answer, besides those of success.
            accept: the form that is wanted.

        Raises:
            RefusedError: the archive refuses.
            UnavailableError: it does not answer.
        """
        pauses = iter(PAUSES)
        while True:
            try:
                return self._asked("GET", path, also=also, accept=accept)
            except DoubtfulError:
                pause = next(pauses, None)
                # who has no network is not to wait long to be told so
                if pause is None or (pause > PAUSES[0] and not self._heard):
                    raise
                self.pause(pause)

    def change(
        self,
        method: str,
        path: str,
        document: Any = None,
        *,
        content: Window | None = None,
        also: tuple[int, ...] = (),
    ) -> Reply:
        """Ask once for something to be changed.

        Args:
            method: POST, PUT or DELETE.
            path: behind the address of the site.
            document: what is sent as JSON.
            content: what is sent as it is.
            also: status codes that are an answer, besides those of success.

        Raises:
            DoubtfulError: it may or may not have been done.
            RefusedError: it was not done.
            UnavailableError: the archive cannot be asked.
        """
        return self._asked(method, path, document=document, content=content, also=also)

    def settled(self, act: Callable[[], T], look: Callable[[], T | None]) -> T:
        """Do something that changes something, until it is known to be done.

        Args:
            act: does it.
            look: what is there now, if it is done; None if it is not. Asked after each doubt.

        Raises:
            UnavailableError: it could not be done, or nobody knows.
        """
        doubts: list[DoubtfulError] = []
        for pause in (*PAUSES, PAUSES[0]):
            try:
                return act()
            except DoubtfulError as doubt:
                doubts.append(doubt)
            self.pause(pause)
            if (found := look()) is not None:
                return found
        raise doubts[-1]

    def pause(self, seconds: float) -> None:
        """Wait about so long."""
        self.wait(seconds * random.uniform(1.0, 1.5))

    def _asked(
        self,
        method: str,
        path: str,
        *,
        document: Any = None,
        content: Window | None = None,
        also: tuple[int, ...] = (),
        accept: str = _JSON,
    ) -> Reply:
        headers = {"Accept": accept, "Authorization": f"Bearer {self.token()}"}
        data: bytes | Window | None = content
        if content is not None:
            headers["Content-Type"] = "application/octet-stream"
            if content.len == 0:
                data = b""
        elif document is not None:
            headers["Content-Type"] = "application/json"
            data = json.dumps(document, ensure_ascii=False).encode()
        while True:
            self._pace.keep()
            reply = self._exchanged(method, path, headers, data, also)
            if reply is not None:
                return reply
            if content is not None:  # part of it has gone, so whoever sends begins anew
                raise _doubtful(LIMITED, f"{self.host} asked to wait", "it was too much at once for it")

    def _exchanged(
        self, method: str, path: str, headers: Mapping[str, str], data: Any, also: tuple[int, ...]
    ) -> Reply | None:
        """The answer to one request; None if the same is to be asked again when more is allowed."""
        slow = _SLOW_SECONDS if method != "GET" else 90
        url = self.site + path
        try:
            answer = self._followed(method, url, headers, data, slow)
        except UnreachableError as error:
            raise _doubtful(0, error.what, error.why, error.fix) from error
        self._heard = True
        try:
            self._pace.heed(answer)
            if answer.status == LIMITED:
                return None
            body = answer.body()
        except BrokenOffError as error:
            raise _doubtful(0, error.what, error.why, error.fix) from error
        finally:
            answer.close()
        reply = Reply(answer.status, _document(body))
        if 200 <= reply.status < 300 or reply.status in also:
            if body and reply.document is None:
                raise self._strange(method, reply.status)
            return reply
        if reply.status >= 500 and reply.status != _UNKNOWN:
            raise _doubtful(reply.status, f"{self.host} fails", _answered(reply), "Try again later")
        raise self._refused(reply)

    def _strange(self, method: str, status: int) -> UnavailableError:
        """The error about an answer that is none of an archive, such as a page to log in at a network."""
        said = (
            f"{self.host} does not answer as an archive does",
            f"what it sends with status {status} is not JSON",
            "Check the address, and whether something else answers in its place; then try again",
        )
        return UnavailableError(*said) if method == "GET" or status >= 400 else _doubtful(status, *said)

    def _followed(self, method: str, url: str, headers: Mapping[str, str], data: Any, slow: float) -> Answer:
        """An answer that is no redirection; one of GET is followed, if it stays on the site."""
        for _ in range(5):
            answer = self._client.once(url, headers, method, data, slow)
            place = answer.headers.get("Location") if answer.status in MOVED else None
            if place is None:
                return answer
            answer.close()
            try:
                there, here = urlsplit(urljoin(url, place)), urlsplit(url)
            except ValueError as error:
                raise UnavailableError(f"{self.host} leads nowhere", str(error)) from error
            if method != "GET" or (there.scheme, there.netloc) != (here.scheme, here.netloc):
                raise UnavailableError(
                    f"{self.host} leads elsewhere, which is not followed",
                    f"it redirects to {shown(there.geturl())}, and your token is not for there",
                    f"If that is the archive, name it: --to {there.scheme}://{there.netloc}",
                )
            url = there.geturl()
        raise UnavailableError(f"{self.host} cannot be asked", "it redirects again and again")

    def _refused(self, reply: Reply) -> RefusedError:
        error = RefusedError(f"{self.host} refuses", _answered(reply))
        error.status = reply.status
        return error


def _doubtful(status: int, what: str, why: str, fix: str = "") -> DoubtfulError:
    error = DoubtfulError(what, why, fix)
    error.status = status
    return error


def _document(body: bytes) -> Any:
    """A body as JSON; None if it is none, as of a proxy's own page."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _answered(reply: Reply) -> str:
    """What the archive answers, with what it says itself, in a line."""
    said = "; ".join(dict.fromkeys(_texts(reply.object)))[:600]
    return f"it answers {reply.status}{f': {said}' if said else ''}"


def _texts(document: dict[str, Any]) -> Iterator[str]:
    message = document.get("message")
    if isinstance(message, str):
        yield _in_a_line(message)
    for one in document.get("errors") or ():
        if isinstance(one, dict):
            messages = one.get("messages") or [one.get("message", "")]
            listed = messages if isinstance(messages, list) else [messages]
            yield _in_a_line(f"{one.get('field', '')}: {' '.join(map(str, listed))}".strip(": "))


def _in_a_line(text: str) -> str:
    return "".join(one if one.isprintable() else " " for one in " ".join(text.split()))[:300].rstrip(".")
