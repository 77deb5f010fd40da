"""PyTorch's own index, played by a server that uv reaches as it reaches any other: by a proxy, with TLS."""

from __future__ import annotations

import hashlib
import shutil
import socket
import socketserver
import ssl
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

HOST = "download.pytorch.org"


class Played(socketserver.ThreadingTCPServer):
    """A proxy behind which there is one host."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, context: ssl.SSLContext) -> None:
        self.files: dict[str, bytes] = {}
        self.asked: list[str] = []
        self.context = context
        super().__init__(("127.0.0.1", 0), _Connection)


class _Connection(socketserver.BaseRequestHandler):
    server: Played

    def handle(self) -> None:
        head = _head(self.request)
        if not head.startswith(f"CONNECT {HOST}:443 "):
            self.request.sendall(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
            return
        self.request.sendall(b"HTTP/1.1 200 Connected\r\n\r\n")
        with self.server.context.wrap_socket(self.request, server_side=True) as inside:
            while head := _head(inside):
                inside.sendall(self._answer(*head.split(" ")[:2]))

    def _answer(self, method: str, path: str) -> bytes:
        self.server.asked.append(path)
        found = self.server.files.get(path)
        status = "404 Not Found" if found is None else "200 OK"
        kind = "text/html" if path.endswith("/") else "application/octet-stream"
        length = len(found or b"")
        head = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n\r\n".encode()
        return head + (b"" if method == "HEAD" else found or b"")


def _head(connection: socket.socket) -> str:
    data = b""
    while b"\r\n\r\n" not in data:
        try:
            more = connection.recv(4096)
        except OSError:
            return ""
        if not more:
            return ""
        data += more
    return data.decode()


def played(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Played]:
    """The host of PyTorch's indexes, as long as a test lasts."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("there is no openssl to make a certificate with")
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    made = f"req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN={HOST} -addext subjectAltName=DNS:{HOST}"
    command = [openssl, *made.split(), "-keyout", str(key), "-out", str(certificate)]
    subprocess.run(command, check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with Played(context) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{server.server_address[1]}")
        monkeypatch.setenv("UV_INSECURE_HOST", HOST)
        monkeypatch.delenv("NO_PROXY", raising=False)
        monkeypatch.delenv("no_proxy", raising=False)
        yield server
        server.shutdown()


def offer(server: Played, wheel: Path, backend: str) -> str:
    """Put a wheel on an index of PyTorch's; its digest."""
    data = wheel.read_bytes()
    name = wheel.name.partition("-")[0]
    digest = hashlib.sha256(data).hexdigest()
    place = f"/whl/{backend}/{wheel.name}"
    server.files[place] = server.files[place.replace("+", "%2B")] = data
    page = f'<a href="{place.replace("+", "%2B")}#sha256={digest}">{wheel.name}</a>'
    server.files[f"/whl/{backend}/{name}/"] = page.encode()
    return digest
