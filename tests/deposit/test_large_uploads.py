"""A file of ten gigabytes goes to an archive without being held in memory."""

from __future__ import annotations

import hashlib
import http.server
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import pytest

pytestmark = pytest.mark.large

GIGABYTES = 10
MOST_BYTES = 100_000_000

SEND = """
import resource, sys
import reprocrate.cli.publishing, reprocrate.workflow.publishing  # all that the command imports
from pathlib import Path
from reprocrate.deposit.calling import Caller
from reprocrate.deposit.inveniordm.uploads import Uploads
from reprocrate.deposit.sources import Source

class Nothing:
    def arrived(self, key): return frozenset()
    def note(self, key, number): pass

source = Source("large.bin", Path(sys.argv[2]))
digest = source.digest("md5")
uploads = Uploads(Caller(sys.argv[1], lambda: "a-token"), "/api/records/x/draft")
print(uploads.send(source, digest, Nothing(), lambda count: None))
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)
"""


class Sink(http.server.BaseHTTPRequestHandler):
    """Takes one file, and tells its size and digest."""

    protocol_version = "HTTP/1.1"
    size: ClassVar[int] = 0
    digest: ClassVar[Any] = hashlib.md5()

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        entry: dict[str, Any] = {"key": "large.bin", "status": "pending", "transfer": {"type": "L"}}
        if self.path.endswith("/commit"):
            md5 = f"md5:{Sink.digest.hexdigest()}"
            self._say({**entry, "status": "completed", "size": Sink.size, "checksum": md5})
        else:
            self._say({"entries": [entry]})

    def do_PUT(self) -> None:
        left = int(self.headers["Content-Length"])
        while left and (piece := self.rfile.read(min(left, 1 << 20))):
            left -= len(piece)
            Sink.size += len(piece)
            Sink.digest.update(piece)
        self._say({})

    def _say(self, document: dict[str, Any]) -> None:
        data = json.dumps(document).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def sink() -> Iterator[str]:
    """Such an archive's address."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Sink)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_it_is_sent_in_little_memory(sink: str, tmp_path: Path) -> None:
    large = tmp_path / "large.bin"
    with large.open("wb") as file:
        os.truncate(file.fileno(), GIGABYTES * 10**9)
    command = [sys.executable, "-c", SEND, sink, str(large)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    kept, most = done.stdout.splitlines()
    assert f"size={GIGABYTES * 10**9}" in kept
    sys.stdout.write(f"{int(most):,} bytes\n")
    assert int(most) < MOST_BYTES
