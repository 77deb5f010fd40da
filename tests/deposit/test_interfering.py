"""The proxy does to requests what it is told, and tells truly what became of them."""

from __future__ import annotations

import http.server
import json
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import requests

from tests.deposit.interfering import DROP, LOSE_ANSWER, Deed, Proxy, belie, interfering, refuse


class Archive:
    """What a small server has been sent: method, path, and the bytes of the body that came."""

    def __init__(self) -> None:
        self.url = ""
        self.got: list[tuple[str, str, bytes]] = []


@contextmanager
def archive() -> Iterator[Archive]:
    """A server that takes whatever it is sent."""
    taken = Archive()

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def take(self) -> None:
            try:
                body = self.rfile.read(int(self.headers.get("content-length") or 0))
            except OSError:
                body = b"broken"
            taken.got.append((self.command, self.path, body))
            said = {
                "self": f"{taken.url}{self.path}",
                "bytes": len(body),
                "user": self.headers.get("Authorization"),
            }
            data = b"" if self.command == "DELETE" else json.dumps(said).encode()
            self.send_response(204 if self.command == "DELETE" else 201)
            self.send_header("Content-Type", "application/json")
            self.send_header("Location", f"{taken.url}/there")
            if data:
                self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = do_PUT = do_DELETE = take  # noqa: N815

        def log_message(self, *_: Any) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    taken.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield taken
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture
def behind() -> Iterator[Archive]:
    """The server behind the proxy."""
    with archive() as running:
        yield running


@pytest.fixture
def proxy(behind: Archive) -> Iterator[Proxy]:
    """A proxy in front of it."""
    with interfering(behind.url) as running:
        yield running


def put(proxy: Proxy, body: bytes = b"0123456789", path: str = "/files/a/content") -> requests.Response:
    return requests.put(proxy.url + path, data=body, timeout=10)


def test_what_is_not_interfered_with_passes_with_the_proxys_addresses(proxy: Proxy, behind: Archive) -> None:
    with requests.Session() as session:
        session.headers["Authorization"] = "Bearer t"
        for path in ("/a?b=c", "/d"):
            answer = session.post(proxy.url + path, json={"x": 1}, timeout=10)
            assert answer.status_code == 201
            assert answer.json() == {"self": proxy.url + path, "bytes": 8, "user": "Bearer t"}
            assert answer.headers["Location"] == f"{proxy.url}/there"
        assert session.delete(f"{proxy.url}/d", timeout=10).status_code == 204
    assert proxy.calls() == ["POST /a?b=c", "POST /d", "DELETE /d"]
    assert [(each.size, each.status, each.answered) for each in proxy.log] == [
        (8, 201, 201),
        (8, 201, 201),
        (0, 204, 204),
    ]
    assert proxy.log[0].body == b'{"x": 1}'
    assert behind.got[0] == ("POST", "/a?b=c", b'{"x": 1}')


def test_what_was_uploaded_is_not_rewritten(proxy: Proxy, behind: Archive) -> None:
    answer = requests.get(f"{proxy.url}/files/a/content", timeout=10)
    assert answer.json()["self"] == f"{behind.url}/files/a/content"


def test_only_the_request_that_is_meant_is_dropped(proxy: Proxy, behind: Archive) -> None:
    proxy.on(DROP, nth=2, method="PUT", path=r"/b/content$")
    put(proxy, path="/b/content")
    put(proxy, path="/c/content")
    with pytest.raises(requests.ConnectionError):
        put(proxy, path="/b/content")
    put(proxy, path="/b/content")
    assert len(behind.got) == 3
    assert [each.answered for each in proxy.log] == [201, 201, None, 201]
    assert proxy.log[2].status is None


def test_an_answer_is_lost_after_the_archive_did_it(proxy: Proxy, behind: Archive) -> None:
    proxy.on(LOSE_ANSWER)
    with pytest.raises(requests.ConnectionError):
        put(proxy)
    assert behind.got == [("PUT", "/files/a/content", b"0123456789")]
    assert (proxy.log[0].status, proxy.log[0].answered) == (201, None)


@pytest.mark.parametrize("status", [500, 502, 504])
def test_a_status_instead_of_the_answer(proxy: Proxy, behind: Archive, status: int) -> None:
    proxy.on(belie(status))
    assert put(proxy).status_code == status
    assert len(behind.got) == 1
    assert (proxy.log[0].status, proxy.log[0].answered) == (201, status)


def test_too_many_requests_once(proxy: Proxy, behind: Archive) -> None:
    proxy.on(refuse(429, ("Retry-After", "1")))
    first = put(proxy)
    assert (first.status_code, first.headers["Retry-After"]) == (429, "1")
    assert behind.got == []
    assert put(proxy).status_code == 201


def test_a_body_that_just_ends(proxy: Proxy, behind: Archive) -> None:
    proxy.on(Deed(cut_request=4))
    assert put(proxy).json()["bytes"] == 4
    assert behind.got == [("PUT", "/files/a/content", b"0123")]
    assert proxy.log[0].size == 10


def test_a_body_whose_connection_breaks(proxy: Proxy, behind: Archive) -> None:
    proxy.on(Deed(cut_request=300_000, reset=True))
    with pytest.raises(requests.ConnectionError):
        put(proxy, bytes(1_000_000))
    proxy.wait()
    assert proxy.log[0].size == 300_000
    assert (proxy.log[0].status, proxy.log[0].answered) == (None, None)
    assert all(body != bytes(1_000_000) for _, _, body in behind.got)


def test_an_answer_that_is_cut(proxy: Proxy) -> None:
    proxy.on(Deed(cut_answer=5))
    with pytest.raises(requests.RequestException):
        put(proxy)
    assert proxy.log[0].answered == 201


def test_callbacks_in_their_order(proxy: Proxy, behind: Archive) -> None:
    seen: list[tuple[str, int]] = []
    proxy.on(
        Deed(
            before=lambda: seen.append(("before", len(behind.got))),
            at_byte=(3, lambda: seen.append(("within", len(behind.got)))),
            after=lambda: seen.append(("after", len(behind.got))),
        )
    )
    put(proxy)
    assert seen == [("before", 0), ("within", 0), ("after", 1)]


def test_a_delay(proxy: Proxy) -> None:
    proxy.on(Deed(delay=0.2))
    started = time.monotonic()
    put(proxy)
    assert time.monotonic() - started >= 0.2


def test_a_client_that_dies_while_it_sends(proxy: Proxy, behind: Archive) -> None:
    import socket

    host, port = proxy.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port))) as connection:
        connection.sendall(b"PUT /f HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n0123")
    deadline = time.monotonic() + 5
    while not proxy.log and time.monotonic() < deadline:
        time.sleep(0.01)
    proxy.wait()
    assert (proxy.log[0].size, proxy.log[0].answered) == (4, None)
    assert behind.got == [("PUT", "/f", b"0123")]


def test_a_client_that_is_killed_at_a_byte(proxy: Proxy, behind: Archive) -> None:
    program = (
        "import http.client, sys\n"
        "connection = http.client.HTTPConnection(sys.argv[1])\n"
        "connection.request('PUT', '/f', bytes(1_000_000))\n"
        "connection.getresponse()\n"
    )
    client = subprocess.Popen([sys.executable, "-c", program, proxy.url.removeprefix("http://")])
    proxy.on(Deed(cut_request=300_000, at_byte=(300_000, client.kill)))
    assert client.wait(10) == -signal.SIGKILL
    while not proxy.log:
        time.sleep(0.01)
    proxy.wait()
    assert behind.got == [("PUT", "/f", bytes(300_000))]


def test_a_long_body_is_known_by_its_digest(proxy: Proxy) -> None:
    import hashlib

    body = bytes(range(256)) * 8192
    put(proxy, body)
    assert proxy.log[0].body is None
    assert proxy.log[0].md5 == hashlib.md5(body).hexdigest()
