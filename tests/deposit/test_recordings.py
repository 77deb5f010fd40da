"""What is recorded of an archive is answered again, and nothing else is."""

from __future__ import annotations

import hashlib
import http.server
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.deposit import recordings
from tests.deposit.interfering import LOSE_ANSWER, Proxy, interfering
from tests.deposit.recordings import FOLDER, recorded, recording, replaying

SECRET = "s" * 40
MASK = "mark-[0-9a-f]{8}"


def md5_of(body: bytes) -> str:
    return f"md5:{hashlib.md5(body).hexdigest()}"


class Archive(http.server.BaseHTTPRequestHandler):
    """Answers with what it was sent, what became of it, and a link with a token."""

    protocol_version = "HTTP/1.1"

    def do_PUT(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        said: dict[str, Any] = {"self": f"http://{self.headers['Host']}{self.path}", "token": "e" * 50}
        if self.headers["Content-Type"] == "application/json":
            said["draft"] = json.loads(body)
        else:
            said["entries"] = [{"key": "a b", "checksum": md5_of(body), "size": len(body)}]
        data = json.dumps(said).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Retry-After", "7")
        self.send_header("Server", "of no interest")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def proxy() -> Iterator[Proxy]:
    """A proxy in front of such an archive."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Archive)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    with interfering(f"http://127.0.0.1:{server.server_port}") as running:
        yield running
    server.shutdown()
    server.server_close()


def put(url: str, path: str, mark: str = "mark-00000000", token: str = SECRET, **more: Any) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {token}", "Accept": "x/y"}
    if not more:
        more = {"json": {"title": "Two rings", "note": mark, "back": f"{url}/mine"}}
    answer = requests.put(url + path, headers=headers, timeout=10, **more)
    answer.raise_for_status()
    return dict(answer.json())


def test_the_same_is_answered_again_without_secrets_and_addresses(proxy: Proxy) -> None:
    first = put(proxy.url, "/draft")
    kept = recorded(proxy)
    text = json.dumps(kept)
    assert SECRET not in text
    assert first["token"] not in text
    assert "127.0.0.1" not in text
    assert kept[0]["fields"] == {"content-type": "application/json", "retry-after": "7"}
    with replaying(kept) as replay:
        again = put(replay.url, "/draft", token="t")
    assert again["self"] == f"{replay.url}/draft"
    assert again["draft"]["title"] == "Two rings"


def test_what_was_not_recorded_fails_with_what_was_asked(proxy: Proxy) -> None:
    put(proxy.url, "/draft")
    kept = recorded(proxy)
    with pytest.raises(AssertionError, match="PUT /other was not recorded"), replaying(kept) as replay:
        put(replay.url, "/other")


def test_what_was_recorded_once_is_answered_once(proxy: Proxy) -> None:
    def twice() -> None:
        with replaying(recorded(proxy)) as replay:
            put(replay.url, "/draft")
            put(replay.url, "/draft")

    put(proxy.url, "/draft")
    with pytest.raises(AssertionError, match="or not so often"):
        twice()


def test_what_is_not_asked_for_again_is_told(proxy: Proxy) -> None:
    put(proxy.url, "/draft")
    kept = recorded(proxy)
    with pytest.raises(AssertionError, match="PUT /draft was not asked for again"), replaying(kept):
        pass
    with replaying(kept, everything=False):
        pass


def test_another_body_or_another_head_fails(proxy: Proxy) -> None:
    put(proxy.url, "/draft")
    with pytest.raises(AssertionError, match=r'"note": "another"'), replaying(recorded(proxy)) as replay:
        put(replay.url, "/draft", "another")
    with pytest.raises(AssertionError, match="with a token"), replaying(recorded(proxy)) as replay:
        requests.put(f"{replay.url}/draft", json={}, headers={"Accept": "x/y"}, timeout=10)
    with pytest.raises(AssertionError, match="accept was x/y and is"), replaying(recorded(proxy)) as replay:
        requests.put(f"{replay.url}/draft", json={}, headers={"Authorization": "Bearer t"}, timeout=10)


def test_what_may_differ_is_answered_as_it_is_now(proxy: Proxy) -> None:
    put(proxy.url, "/draft?q=mark-00000000")
    put(proxy.url, "/draft")
    with replaying(recorded(proxy), [MASK]) as replay:
        put(replay.url, "/draft?q=mark-12345678", "mark-12345678")
        assert put(replay.url, "/draft", "mark-12345678")["draft"]["note"] == "mark-12345678"


def test_other_bytes_of_a_file_have_their_own_checksum(proxy: Proxy) -> None:
    octets = {"Content-Type": "application/octet-stream"}
    requests.put(f"{proxy.url}/files/a%20b/content", data=b"old", headers=octets, timeout=10)
    with replaying(recorded(proxy)) as replay:
        answer = requests.put(f"{replay.url}/files/a%20b/content", data=b"newer", headers=octets, timeout=10)
    entry = answer.json()["entries"][0]
    assert (entry["checksum"], entry["size"]) == (md5_of(b"newer"), 5)


def test_a_lost_answer_is_lost_again(proxy: Proxy) -> None:
    proxy.on(LOSE_ANSWER)
    with pytest.raises(requests.ConnectionError):
        put(proxy.url, "/draft")
    with replaying(recorded(proxy)) as replay, pytest.raises(requests.ConnectionError):
        put(replay.url, "/draft")


def test_it_is_written_only_when_asked_for(
    proxy: Proxy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recordings, "FOLDER", tmp_path)
    monkeypatch.delenv(recordings.RECORD, raising=False)
    with recording(proxy.target, "one") as way:
        put(way.url, "/draft")
    assert not list(tmp_path.iterdir())
    monkeypatch.setenv(recordings.RECORD, "1")
    with recording(proxy.target, "one") as way:
        put(way.url, "/draft")
    with replaying("one") as replay:
        put(replay.url, "/draft")


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.json")), ids=lambda path: path.stem)
def test_recordings_hold_nothing_of_the_machine(path: Path) -> None:
    text = path.read_text("utf-8")
    assert "127.0.0.1" not in text
    assert "Bearer" not in text
    assert "/tmp/" not in text
