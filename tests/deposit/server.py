"""A small web server of files that can misbehave in the ways that servers do."""

from __future__ import annotations

import hashlib
import http.server
import re
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest


@dataclass
class Page:
    """What is at a path.

    Attributes:
        body: its bytes.
        status: what it is answered with.
        headers: more header fields.
        ranges: whether parts of it can be asked for.
        etag: what tells its version; None for one made from the bytes, empty for none.
        breaks_after: bytes of an answer after which the connection ends.
        breaks: how many answers end so.
        refuses: how many times it is answered with 429 first.
        chunked: whether its length is not said.
        more: bytes sent beyond its length, where that is not said.
        accept: what a request must accept; otherwise it is answered with 406.
    """

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    ranges: bool = True
    etag: str | None = None
    breaks_after: int | None = None
    breaks: int = 1
    refuses: int = 0
    retry_after: str = "0"
    chunked: bool = False
    more: bytes = b""
    accept: str = ""

    @property
    def tag(self) -> str:
        """Its ETag."""
        return f'"{hashlib.md5(self.body).hexdigest()}"' if self.etag is None else self.etag


@dataclass
class Site:
    """A running server.

    Attributes:
        url: its address without a path.
        pages: what is where; the path may hold a query.
        asked: method, path and header fields of every request.
        sent: bytes of bodies that were sent.
    """

    url: str
    pages: dict[str, Page | Callable[[dict[str, str]], Page]] = field(default_factory=dict)
    asked: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    sent: int = 0

    @property
    def host(self) -> str:
        """Host and port."""
        return urlsplit(self.url).netloc

    def ranges(self) -> list[str | None]:
        """The range that each request asked for."""
        return [headers.get("range") for _, _, headers in self.asked]


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    site: Site

    def do_GET(self) -> None:
        headers = {name.lower(): text for name, text in self.headers.items()}
        self.site.asked.append((self.command, self.path, headers))
        found = self.site.pages.get(self.path) or self.site.pages.get(urlsplit(self.path).path)
        page = found(headers) if callable(found) else found
        if page is None:
            self._answer(404, {}, b"nothing")
        elif page.refuses > 0:
            page.refuses -= 1
            self._answer(429, {"Retry-After": page.retry_after}, b'{"message": "slow down", "status": 429}')
        elif page.accept and headers.get("accept") != page.accept:
            self._answer(406, {}, b"")
        else:
            self._send(page, headers)

    def _send(self, page: Page, headers: dict[str, str]) -> None:
        status, body, more = page.status, page.body, dict(page.headers)
        if page.tag:
            more.setdefault("ETag", page.tag)
        asked = re.fullmatch(r"bytes=(\d+)-(\d*)|bytes=-(\d+)", headers.get("range", ""))
        if page.ranges and status == 200:
            more["Accept-Ranges"] = "bytes"
            if asked and headers.get("if-range", page.tag) == page.tag:
                total = len(body)
                first = int(asked[1]) if asked[1] else max(0, total - int(asked[3]))
                last = min(int(asked[2] or total - 1), total - 1) if asked[1] else total - 1
                if first >= total:
                    self._answer(416, {"Content-Range": f"bytes */{total}"}, b"")
                    return
                status, body = 206, body[first : last + 1]
                more["Content-Range"] = f"bytes {first}-{last}/{total}"
        breaks = None
        if page.breaks_after is not None and page.breaks > 0:
            page.breaks -= 1
            breaks = page.breaks_after
        self._answer(status, more, body, breaks, page)

    def _answer(
        self,
        status: int,
        headers: dict[str, str],
        body: bytes,
        breaks: int | None = None,
        page: Page | None = None,
    ) -> None:
        self.send_response(status)
        for name, text in headers.items():
            self.send_header(name, text)
        if page is not None and page.chunked:
            self.send_header("Connection", "close")
            self.close_connection = True
            body += page.more
        else:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        part = body if breaks is None else body[:breaks]
        try:
            self.wfile.write(part)
            self.site.sent += len(part)
        except OSError:
            self.close_connection = True
        if breaks is not None:
            self.close_connection = True

    def log_message(self, *_: Any) -> None:
        pass


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: Any) -> None:
        """A client that leaves early is nothing to tell."""


@contextmanager
def serving(certificate: tuple[Path, Path] | None = None) -> Iterator[Site]:
    """A server while the block runs; by https with a certificate and its key."""
    handler = type("Handler", (_Handler,), {})
    server = _Server(("127.0.0.1", 0), handler)
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    site = Site(f"{'https' if certificate else 'http'}://127.0.0.1:{server.server_port}")
    handler.site = site
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()


def make_certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate for this machine that signs itself, and its key."""
    from datetime import UTC, datetime, timedelta
    from ipaddress import ip_address

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    places = [x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1"))]
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName(places), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    certificate, private = folder / "certificate.pem", folder / "key.pem"
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return certificate, private


def without_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever proxy the caller has: it would be asked for these servers, too."""
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
