"""A proxy in front of an archive that interferes: it loses requests and answers, cuts them, and changes them.

Each request is forwarded by a connection of its own, and its answer is sent back when all of it has come, so
what a request does is done once it is in the log. Addresses of the archive in answers become the proxy's.
"""

from __future__ import annotations

import hashlib
import http.client
import http.server
import json
import re
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

KEPT = 1 << 20
"""Bytes of a body that are kept; of a longer one only length and digest."""

PIECE = 1 << 16
_HOP_BY_HOP = {"connection", "keep-alive", "host", "transfer-encoding", "te", "trailer", "upgrade"}


@dataclass(frozen=True)
class Deed:
    """What is done to a request; nothing by default.

    Attributes:
        before: called when the head of the request has come.
        at_byte: called when so many bytes of its body have come and been forwarded. To kill the client there,
            cut the request there, too: more that it has sent is on its way.
        after: called when the archive has answered, before that is sent back.
        delay: seconds before it is forwarded.
        forward: whether the archive gets it.
        cut_request: bytes of its body after which the archive gets no more of it.
        reset: whether the connection to the archive breaks at a cut, and the client's with it; otherwise the
            body just ends, and the client gets what the archive answers.
        lose_answer: whether the client's connection ends without an answer.
        cut_answer: bytes of the answer's body after which the client's connection ends.
        instead: a status that the client gets instead of the answer, with these header fields.
        fields: header fields of that.
    """

    before: Callable[[], object] | None = None
    at_byte: tuple[int, Callable[[], object]] | None = None
    after: Callable[[], object] | None = None
    delay: float = 0.0
    forward: bool = True
    cut_request: int | None = None
    reset: bool = False
    lose_answer: bool = False
    cut_answer: int | None = None
    instead: int | None = None
    fields: tuple[tuple[str, str], ...] = ()


NOTHING = Deed()
DROP = Deed(forward=False, lose_answer=True)
LOSE_ANSWER = Deed(lose_answer=True)


def refuse(status: int, *fields: tuple[str, str]) -> Deed:
    """Answer with a status, such as 429 and a Retry-After, before the archive gets anything."""
    return Deed(forward=False, instead=status, fields=fields)


def belie(status: int) -> Deed:
    """Let the archive do what it is asked to, and answer with a status such as 504."""
    return Deed(instead=status)


@dataclass(eq=False)
class Exchange:
    """A request, and what became of it.

    Attributes:
        method: its method.
        path: its path with the query.
        headers: its header fields, in small letters.
        size: bytes of its body that arrived.
        md5: their digest, of the kind that archives give.
        body: them, or None where they are many.
        status: what the archive answered with; None if it was not asked or gave no answer.
        answered: the status that was sent to the client; None where its connection ended first.
        answer_headers: header fields of what the client got, in small letters.
        answer: the body of that, or None where it is long or was cut.
    """

    method: str
    path: str
    headers: dict[str, str]
    size: int = 0
    md5: str = ""
    body: bytes | None = b""
    status: int | None = None
    answered: int | None = None
    answer_headers: dict[str, str] = field(default_factory=dict)
    answer: bytes | None = b""


@dataclass
class _Rule:
    deed: Deed
    nth: int
    method: str | None
    path: re.Pattern[str]


class Proxy:
    """A proxy that runs.

    Attributes:
        url: its address without a path.
        target: the archive's.
        log: the requests that the archive is done with.
    """

    def __init__(self, url: str, target: str) -> None:
        """Nothing is interfered with yet."""
        self.url = url
        self.target = target
        self.log: list[Exchange] = []
        self._rules: list[_Rule] = []
        self._running = 0
        self._changed = threading.Condition()

    def on(self, deed: Deed, nth: int = 1, method: str | None = None, path: str = "") -> None:
        """Do something to one request.

        Args:
            deed: what.
            nth: which of the requests from now on that are meant, from 1.
            method: only requests with it are meant.
            path: a regular expression; only requests are meant in whose path it is found.
        """
        with self._changed:
            self._rules.append(_Rule(deed, nth, method, re.compile(path)))

    def wait(self, patience: float = 10.0) -> None:
        """Wait until no request is under way, as one may be whose client was killed."""
        with self._changed:
            assert self._changed.wait_for(lambda: not self._running, patience), "a request does not end"

    def calls(self) -> list[str]:
        """Method and path of each request, in order."""
        return [f"{each.method} {each.path}" for each in self.log]

    def _begin(self, method: str, path: str) -> Deed:
        with self._changed:
            self._running += 1
            for rule in self._rules:
                if rule.method in (None, method) and rule.path.search(path):
                    rule.nth -= 1
            due = [rule for rule in self._rules if rule.nth == 0]
            self._rules = [rule for rule in self._rules if rule.nth > 0]
        return due[0].deed if due else NOTHING

    def _note(self, exchange: Exchange) -> None:
        if exchange not in self.log:
            self.log.append(exchange)

    def _end(self, exchange: Exchange) -> None:
        with self._changed:
            self._note(exchange)
            self._running -= 1
            self._changed.notify_all()


class _CutError(Exception):
    """The client's connection is to end now."""


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1
    disable_nagle_algorithm = True
    proxy: Proxy

    def handle_any(self) -> None:
        deed = self.proxy._begin(self.command, self.path)
        exchange = Exchange(self.command, self.path, {n.lower(): text for n, text in self.headers.items()})
        try:
            self._handle(deed, exchange)
        except (_CutError, OSError):
            self.close_connection = True
            with suppress(OSError):
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        finally:
            self.proxy._end(exchange)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = handle_any  # noqa: N815

    def _handle(self, deed: Deed, exchange: Exchange) -> None:
        if deed.before:
            deed.before()
        time.sleep(deed.delay)
        archive = urlsplit(self.proxy.target)
        connection = http.client.HTTPConnection(archive.hostname or "", archive.port, timeout=60)
        try:
            whole = self._forward(deed, exchange, connection if deed.forward else None)
            body = self._received(exchange, connection) if deed.forward else b""
        finally:
            connection.close()
        if deed.after:
            deed.after()
        if deed.lose_answer or not whole or (deed.forward and exchange.status is None and not deed.instead):
            raise _CutError
        self._send_back(deed, exchange, body)

    def _forward(self, deed: Deed, exchange: Exchange, connection: http.client.HTTPConnection | None) -> bool:
        """Send a request on; tell whether all of it came."""
        if connection:
            self._send_head(connection)
        digest, kept, sending = hashlib.md5(), bytearray(), connection is not None
        left = int(self.headers.get("content-length") or 0)
        limit = left if deed.cut_request is None else deed.cut_request
        call_at, call = deed.at_byte or (left + 1, None)
        while left:
            stops = (limit - exchange.size, call_at - exchange.size)
            piece = self.rfile.read1(min(left, PIECE, *(stop for stop in stops if stop > 0)))
            if not piece:
                break
            digest.update(piece)
            kept += piece if exchange.size + len(piece) <= KEPT else b""
            exchange.size += len(piece)
            left -= len(piece)
            sending = sending and exchange.size <= limit and _sent(connection, piece)
            if call and exchange.size >= call_at:
                call()
                call = None
            if deed.reset and exchange.size >= limit:
                _reset(connection)
                raise _CutError
        if connection and connection.sock and (left or limit < exchange.size):
            with suppress(OSError):
                connection.sock.shutdown(socket.SHUT_WR)
        exchange.md5 = digest.hexdigest()
        exchange.body = bytes(kept) if exchange.size <= KEPT else None
        return not left

    def _send_head(self, connection: http.client.HTTPConnection) -> None:
        assert "transfer-encoding" not in self.headers, "a request without a length is not expected"
        connection.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
        connection.putheader("Host", urlsplit(self.proxy.target).netloc)
        for name, text in self.headers.items():
            if name.lower() not in _HOP_BY_HOP:
                connection.putheader(name, text)
        connection.putheader("Connection", "close")
        connection.endheaders()

    def _received(self, exchange: Exchange, connection: http.client.HTTPConnection) -> bytes:
        try:
            answer = connection.getresponse()
            body = answer.read()
        except (OSError, http.client.HTTPException):
            return b""
        own, theirs = self.proxy.url.encode(), self.proxy.target.encode()
        exchange.status = answer.status
        exchange.answer_headers = {
            name.lower(): text.replace(self.proxy.target, self.proxy.url)
            for name, text in answer.getheaders()
            if name.lower() not in _HOP_BY_HOP
        }
        is_json = "json" in exchange.answer_headers.get("content-type", "")
        if is_json and not urlsplit(self.path).path.endswith("/content"):  # what is uploaded stays as it is
            body = body.replace(theirs, own)
        exchange.answer = body if len(body) <= KEPT else None
        return body

    def _send_back(self, deed: Deed, exchange: Exchange, body: bytes) -> None:
        status, fields = exchange.status or 502, exchange.answer_headers
        if deed.instead:
            status = deed.instead
            fields = {"content-type": "application/json", **dict(deed.fields)}
            body = json.dumps({"message": "interfered with", "status": status}).encode()
            exchange.answer_headers, exchange.answer = fields, body
        if deed.cut_answer is not None:
            exchange.answer = None
        exchange.answered = status
        self.proxy._note(exchange)  # before the client can know
        self.send_response_only(status)
        for name, text in fields.items():
            if name != "content-length":
                self.send_header(name, text)
        if status != 204:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body[: deed.cut_answer])
        self.wfile.flush()
        if deed.cut_answer is not None:
            raise _CutError

    def log_message(self, *_: Any) -> None:
        pass


def _sent(connection: http.client.HTTPConnection | None, piece: bytes) -> bool:
    """Send a piece of a body; False when the archive wants no more of it, and has answered perhaps."""
    try:
        if connection:
            connection.send(piece)
    except OSError:
        return False
    return True


def _reset(connection: http.client.HTTPConnection | None) -> None:
    if connection and connection.sock:
        connection.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.close()


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: Any) -> None:
        """A client that leaves early is nothing to tell."""


@contextmanager
def interfering(target: str) -> Iterator[Proxy]:
    """A proxy in front of an archive while the block runs.

    Args:
        target: the archive's address without a path.
    """
    handler = type("Handler", (_Handler,), {})
    server = _Server(("127.0.0.1", 0), handler)
    proxy = handler.proxy = Proxy(f"http://127.0.0.1:{server.server_port}", target.rstrip("/"))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield proxy
    finally:
        server.shutdown()
        server.server_close()
