"""The licence of a large wheel is asked for before the wheel is fetched."""

from __future__ import annotations

import base64
import http.server
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from reprocrate.rerun.environment import wheel_announcements
from reprocrate.rerun.environment.wheel_announcements import announced_licence
from reprocrate.rerun.environment.wheel_choice import ChosenWheel
from reprocrate.rerun.environment.wheel_metadata import MOST_METADATA

LARGE = 3_000_000_000
ANSWERS = {
    "/closed.whl.metadata": b"Metadata-Version: 2.1\nName: it\nLicense: Proprietary\n",
    "/free.whl.metadata": b"Metadata-Version: 2.4\nLicense-Expression: MIT\n\nLicense: Proprietary\n",
    "/vast.whl.metadata": b"License: Proprietary\n" + b" " * MOST_METADATA,
    "/binary.whl.metadata": bytes(range(256)) * 10,
}


class Index(http.server.BaseHTTPRequestHandler):
    """Has metadata, for whoever has the password."""

    def do_GET(self) -> None:
        allowed = self.headers.get("Authorization") == f"Basic {base64.b64encode(b'ada:s@cret').decode()}"
        body = ANSWERS.get(self.path) if allowed else None
        self.send_response(200 if body else 404 if allowed else 401)
        self.send_header("Content-Length", str(len(body or b"")))
        self.end_headers()
        self.wfile.write(body or b"")

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of such an index, which is the user's."""
    running = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Index)
    threading.Thread(target=running.serve_forever, daemon=True).start()
    host = f"127.0.0.1:{running.server_port}"
    for name in ("PIP_INDEX_URL", "UV_INDEX_URL", "UV_INDEX", "UV_EXTRA_INDEX_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("UV_DEFAULT_INDEX", f"http://ada:s%40cret@{host}/simple")
    yield f"http://{host}"
    running.shutdown()
    running.server_close()


def wheel(url: str, size: int | None = LARGE) -> ChosenWheel:
    return ChosenWheel("it", "1.0", "it-1.0-py3-none-any.whl", url, "0" * 64, size)


def test_a_large_wheel_need_not_be_fetched_to_know_its_licence(server: str) -> None:
    closed, free = (announced_licence(wheel(f"{server}/{name}.whl")) for name in ("closed", "free"))
    assert closed is not None
    assert (closed.free, closed.said) == (False, "Proprietary")
    assert free is not None
    assert (free.free, free.expression) == (True, "MIT")


@pytest.mark.parametrize("name", ["absent", "vast", "binary"])
def test_what_is_no_answer_is_none_or_not_free(server: str, name: str) -> None:
    found = announced_licence(wheel(f"{server}/{name}.whl"))
    assert found is None or (name == "binary" and not found.free)


def test_who_cannot_be_reached_or_has_other_passwords_tells_nothing(
    server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert announced_licence(wheel("http://127.0.0.1:9/closed.whl")) is None
    monkeypatch.setenv("UV_DEFAULT_INDEX", "http://ada:s%40cret@127.0.0.1:9/simple")
    assert announced_licence(wheel(f"{server}/closed.whl")) is None


def test_small_wheels_are_not_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wheel_announcements, "_get", lambda *_: pytest.fail("somebody was asked"))
    assert announced_licence(wheel("http://127.0.0.1:9/closed.whl", size=1000)) is None


def test_a_wheel_on_this_machine_is_read_where_it_is(index: Any, tmp_path: Path) -> None:
    found = announced_licence(wheel(index.add("alpha", headers=["License: Proprietary"]).as_uri()))
    assert found is not None
    assert not found.free
    (tmp_path / "no.whl").write_bytes(b"no wheel")
    assert announced_licence(wheel((tmp_path / "no.whl").as_uri())) is None
