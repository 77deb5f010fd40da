"""Asking a server for something: redirections followed with care, patience, and one clear error each."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

from reprocrate import __version__
from reprocrate.deposit.addresses import Reach, proxy_for, shown
from reprocrate.deposit.reasons import reason_of, retry_after, was_closed
from reprocrate.deposit.record_pages import gives_away
from reprocrate.errors import UnavailableError

if TYPE_CHECKING:
    import requests

PAUSES = (1.0, 3.0, 9.0)
"""Seconds before it is tried again, each time that something failed which may go better next time."""

LONGEST_WAIT = 300.0
"""Seconds that a server may ask to wait; if it asks for more, that is told instead."""

PIECE_BYTES = 1 << 18
_DOCUMENT_BYTES = 32 << 20
_CONNECT_SECONDS = 20
_READ_SECONDS = 90
_REDIRECTIONS = 10
MOVED = (301, 302, 303, 307, 308)
"""Status codes of redirections."""

_OVERLOADED = (429, 503)
_BROKEN_FOR_NOW = (500, 502, 504)


class RefusedError(UnavailableError):
    """The server answers, but not with what was asked for.

    Attributes:
        status: its status code (RFC 9110, 15).
    """

    status = 0


class UnreachableError(UnavailableError):
    """No connection could be made, after some patience; it may go better later."""


class BrokenOffError(UnavailableError):
    """The connection ended before everything was there; it may go better next time."""


class Answer:
    """What a server answers.

    Attributes:
        url: the address that answered, after all redirections.
        status: its status code.
        headers: its header fields, whatever their case.
    """

    def __init__(self, url: str, response: requests.Response) -> None:
        self.url = url
        self.status = response.status_code
        self.headers: Mapping[str, str] = response.headers
        self._response = response

    def close(self) -> None:
        """End the exchange: nothing more of the body is read."""
        self._response.close()

    @property
    def length(self) -> int | None:
        """Bytes that the body is said to have."""
        said = self.headers.get("Content-Length", "")
        return int(said) if said.isascii() and said.isdigit() and len(said) < 20 else None

    def pieces(self) -> Iterator[bytes]:
        """The body as it is sent, in pieces.

        Raises:
            BrokenOffError: it ended early.
        """
        from urllib3.exceptions import HTTPError

        try:
            yield from self._response.raw.stream(PIECE_BYTES, decode_content=False)
        except (HTTPError, OSError) as error:
            raise BrokenOffError(
                f"{shown(self.url)} broke off", reason_of(error), "Try again: what is there is kept"
            ) from error

    def body(self, limit: int = _DOCUMENT_BYTES) -> bytes:
        """The whole body, decompressed.

        Raises:
            BrokenOffError: it ended early.
            UnavailableError: it is longer than `limit` bytes.
        """
        from urllib3.exceptions import HTTPError

        data = bytearray()
        try:
            for piece in self._response.raw.stream(PIECE_BYTES, decode_content=True):
                data += piece
                if len(data) > limit:
                    raise UnavailableError(
                        f"{shown(self.url)} sends too much", f"more than {limit:,} bytes were not expected"
                    )
        except (HTTPError, OSError) as error:
            raise BrokenOffError(f"{shown(self.url)} broke off", reason_of(error), "Try again") from error
        return bytes(data)

    def beginning(self, limit: int) -> bytes:
        """The first bytes of the body, decompressed, and no more than `limit`.

        Raises:
            BrokenOffError: it ended early.
        """
        from urllib3.exceptions import HTTPError

        data = bytearray()
        try:
            for piece in self._response.raw.stream(PIECE_BYTES, decode_content=True):
                data += piece
                if len(data) >= limit:
                    break
        except (HTTPError, OSError) as error:
            raise BrokenOffError(f"{shown(self.url)} broke off", reason_of(error), "Try again") from error
        return bytes(data[:limit])

    def json(self) -> Any:
        """The body as JSON.

        Raises:
            UnavailableError: it is none.
        """
        try:
            return json.loads(self.body())
        except (ValueError, RecursionError) as error:
            raise UnavailableError(
                f"{shown(self.url)} does not answer as an archive does", "what it sends is not JSON"
            ) from error


class Client:
    """Asks servers.

    Args:
        reach: what may be asked.
        wait: waits so many seconds.
        tell: called with a line when a server asks to wait.
    """

    def __init__(
        self,
        reach: Reach,
        wait: Callable[[float], object] = time.sleep,
        tell: Callable[[str], object] = lambda _line: None,
    ) -> None:
        self.reach = reach
        self.wait = wait
        self._tell = tell

    @cached_property
    def _session(self) -> requests.Session:
        from reprocrate.deposit.connecting import checked_session

        return checked_session(self.reach)

    @contextmanager
    def get(
        self,
        url: str,
        headers: Mapping[str, str] | None = None,
        also: tuple[int, ...] = (),
        until: Callable[[str], bool] = lambda _url: False,
    ) -> Iterator[Answer]:
        """What a server answers to GET.

        Args:
            url: what to ask for.
            headers: header fields of the request.
            also: status codes that are an answer, besides 200.
            until: whether an address that a redirection leads to need not be asked; the answer is the
                redirection then, with that address as its `url`, and its status has to be in `also`.

        Raises:
            RefusedError: it answers with another status.
            UnavailableError: it, or where it leads, cannot be reached or may not be asked.
        """
        answer = self._patiently(url, dict(headers or {}), also, until)
        try:
            yield answer
        finally:
            answer.close()

    def _patiently(
        self, url: str, headers: dict[str, str], also: tuple[int, ...], until: Callable[[str], bool]
    ) -> Answer:
        pauses = iter(PAUSES)
        again = list(PAUSES[:1])  # who has no network is not to wait long to be told so
        while True:
            try:
                answer = self._followed(url, headers, until)
            except UnreachableError:
                if not again:
                    raise
                self.wait(again.pop())
                continue
            if answer.status == 200 or answer.status in also:
                return answer
            answer.close()
            pause = self._pause(answer, pauses)
            if pause is None:
                raise _refusal(url, answer)
            self.wait(pause)

    def _pause(self, answer: Answer, pauses: Iterator[float]) -> float | None:
        """Seconds to wait before the same is asked again; None if that is no use."""
        if answer.status not in (*_OVERLOADED, *_BROKEN_FOR_NOW):
            return None
        pause = next(pauses, None)
        if pause is None:
            return None
        asked = retry_after(answer.headers)
        if asked is None:
            return pause
        if asked > LONGEST_WAIT:
            return None
        self._tell(f"{shown(answer.url)} asks to wait {asked:.0f} s")
        return asked

    def _followed(self, url: str, headers: dict[str, str], until: Callable[[str], bool]) -> Answer:
        """The answer at the end of all redirections, each of which is judged before it is followed."""
        current = url
        for _ in range(_REDIRECTIONS):
            answer = self.once(current, headers)
            place = answer.headers.get("Location") if answer.status in MOVED else None
            if place is None:
                return answer
            answer.close()
            try:
                current = self._secure(urljoin(current, place))
                self.reach.require(current)
                if gives_away(url, current):
                    raise UnavailableError(shown(current), "it would be told the key of an access link")
            except ValueError as error:
                raise UnavailableError(f"{shown(url)} leads nowhere", str(error)) from error
            except UnavailableError as error:
                raise UnavailableError(
                    f"{shown(url)} leads elsewhere, which is not followed",
                    f"{error.what}: {error.why}",
                    error.fix,
                ) from error
            if until(current):
                answer.url = current
                return answer
        raise UnavailableError(
            f"{shown(url)} cannot be reached", f"it redirects more than {_REDIRECTIONS} times"
        )

    def _secure(self, url: str) -> str:
        """A redirection to plain http as one to https: many DOIs are registered with addresses of old."""
        parts = urlsplit(url)
        if parts.scheme != "http" or ":" in parts.netloc or self.reach.allows(parts.netloc.lower(), 80):
            return url
        return f"https{url.removeprefix('http')}"

    def once(
        self,
        url: str,
        headers: Mapping[str, str],
        method: str = "GET",
        data: Any = None,
        read_seconds: float = _READ_SECONDS,
    ) -> Answer:
        """What a server answers to one request, whatever that is; nothing is followed, or tried again.

        Args:
            url: what it is about.
            headers: header fields.
            method: what is asked for (RFC 9110, 9).
            data: what is sent: bytes, or a file of which `len` is the length.
            read_seconds: how long the server may be silent.

        Raises:
            UnreachableError: no answer came. If something was to be changed, it may have been.
            UnavailableError: it may not be asked, or cannot be trusted.
        """
        import requests

        self.reach.require(url)
        proxy = proxy_for(url)
        asked = {
            "User-Agent": f"reprocrate/{__version__}",
            "Accept": "*/*",
            "Accept-Encoding": "identity",
        } | dict(headers)
        try:
            response = self._session.request(
                method,
                url,
                headers=asked,
                data=data,
                stream=True,
                allow_redirects=False,
                timeout=(_CONNECT_SECONDS, read_seconds),
                proxies={"https": proxy, "http": proxy} if proxy else {},
            )
        except (requests.ConnectionError, requests.Timeout) as error:
            if isinstance(error, requests.exceptions.SSLError) and not was_closed(error):
                raise UnavailableError(
                    f"{shown(url)} cannot be trusted",
                    f"the connection is not secure: {reason_of(error)}",
                    "Check the address; if your network has its own authority, name it by SSL_CERT_FILE",
                ) from error
            raise UnreachableError(
                f"{shown(url)} cannot be reached",
                reason_of(error),
                "Check the address and the network connection, and try again",
            ) from error
        except (requests.RequestException, OSError, ValueError) as error:
            raise UnavailableError(f"{shown(url)} cannot be asked", reason_of(error)) from error
        return Answer(url, response)


def _refusal(url: str, answer: Answer) -> RefusedError:
    status = answer.status
    asked = retry_after(answer.headers)
    if status in (404, 410):
        why, fix = f"the server has nothing there (it answers {status})", "Check the address"
    elif status in (401, 403):
        why = f"the server lets nobody have it without permission (it answers {status})"
        fix = "Download it in a browser where you may, and name the file"
    elif status in _OVERLOADED and asked:
        why = f"the server asks to come back in {asked:.0f} s (it answers {status})"
        fix = "Try again then: what is downloaded is kept"
    else:
        why, fix = f"the server answers {status}", "Try again later"
    error = RefusedError(f"{shown(url)} cannot be had", why, fix)
    error.status = status
    return error
