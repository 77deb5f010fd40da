"""What a genuine archive answered once, kept so that it can be answered again without it.

A scenario is a function that deposits something at an address. To record it, run it against a genuine server
within `recording`, in a test marked `archive`: with REPROCRATE_RECORD set, what was said is written to
`recordings/NAME.json`. Within `replaying` it runs against a server that says the same again, and fails where
it asks for anything else.

Record on a new instance and by one test alone, so that lists of a user's drafts hold nothing else.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import http.server
import json
import os
import re
import socket
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from tests.deposit.interfering import Exchange, Proxy, interfering

FOLDER = Path(__file__).with_name("recordings")
RECORD = "REPROCRATE_RECORD"

ARCHIVE = "http://archive.invalid"
"""Stands in recordings for the address of the archive."""

SAID_BY_CLIENT = ("accept", "content-type", "if-match", "range")
SAID_BY_ARCHIVE = re.compile(r"content-type|location|etag|link|retry-after|x-ratelimit-.*|x-user-id")
_UPLOAD = re.compile(r"/files/(?P<key>.+)/content")

Document = dict[str, Any]


@contextmanager
def recording(archive: str, name: str) -> Iterator[Proxy]:
    """A way to an archive; what passes is written at the end if REPROCRATE_RECORD is set.

    Args:
        archive: its address without a path.
        name: of the recording.
    """
    with interfering(archive) as proxy:
        yield proxy
        proxy.wait()
        if os.environ.get(RECORD):
            FOLDER.mkdir(exist_ok=True)
            text = json.dumps(recorded(proxy), indent=1, ensure_ascii=False, sort_keys=True)
            (FOLDER / f"{name}.json").write_text(f"{text}\n", "utf-8")


def recorded(proxy: Proxy) -> list[Document]:
    """What passed a proxy, without secrets and without what is only so on this machine."""
    text = json.dumps([_written(exchange) for exchange in proxy.log], ensure_ascii=False)
    for address in (proxy.url, proxy.target):
        text = without_address(text, address)
    for number, secret in enumerate(sorted(set(re.findall(r'"token": "([^"]+)"', text)))):
        text = text.replace(secret, f"token-{number}")
    for exchange in proxy.log:
        for bearer in exchange.headers.get("authorization", "").split()[1:]:
            assert bearer not in text, "a recording would hold a token"
    place = text.find("127.0.0.1")
    assert place < 0, f"a recording would hold an address of this machine: {text[place - 60 : place + 40]}"
    return list(json.loads(text))


def without_address(text: str, address: str) -> str:
    """A text in which an archive has the address that it has in recordings, or only the host of that."""
    return text.replace(address, ARCHIVE).replace(urlsplit(address).netloc, urlsplit(ARCHIVE).netloc)


def _written(exchange: Exchange) -> Document:
    document: Document = {
        "method": exchange.method,
        "path": exchange.path,
        "authorized": "authorization" in exchange.headers,
        "said": {name: exchange.headers[name] for name in SAID_BY_CLIENT if name in exchange.headers},
        "body": _body(exchange.headers, exchange.body, exchange.size, exchange.md5),
        "status": exchange.answered if exchange.answer is not None else None,
    }
    if document["status"]:
        fields = exchange.answer_headers
        document["fields"] = {name: text for name, text in fields.items() if SAID_BY_ARCHIVE.fullmatch(name)}
        document["answer"] = _answer(fields, exchange.answer or b"")
    return document


def _body(headers: dict[str, str], body: bytes | None, size: int, md5: str) -> Any:
    if not size:
        return None
    if body is not None and "json" in headers.get("content-type", ""):
        return json.loads(body)
    return {"md5": md5, "size": size}


def _answer(fields: dict[str, str], body: bytes) -> Document:
    if "json" in fields.get("content-type", ""):
        return {"json": _for_programs(json.loads(body))}
    return {"base64": base64.b64encode(body).decode("ascii")}


def _for_programs(value: Any) -> Any:
    """An answer without what it says for pages, which is long."""
    if isinstance(value, dict):
        return {name: _for_programs(inner) for name, inner in value.items() if name != "ui"}
    return [_for_programs(inner) for inner in value] if isinstance(value, list) else value


class Replay:
    """A server that answers as a recording says.

    Attributes:
        url: its address without a path.
        problems: what it was asked for that is not recorded, and the other way round.
        calls: method and path of each request.
    """

    def __init__(self, exchanges: Iterable[Document], masks: Sequence[str] = ()) -> None:
        """Nothing is asked yet.

        Args:
            exchanges: what is recorded.
            masks: regular expressions of what may differ in a request, such as a random number. Where answers
                have what was recorded, the client is given what it sent in the place of that.
        """
        self.url = ""
        self.problems: list[str] = []
        self.calls: list[str] = []
        self._left = list(exchanges)
        self._masks = re.compile("|".join(f"(?:{mask})" for mask in masks)) if masks else None
        self._instead: dict[str, str] = {}
        self._uploads: dict[tuple[str, str], tuple[str, int]] = {}
        self._lock = threading.Lock()

    def answer(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Document | None:
        """The recorded exchange that a request belongs to; None if there is none, which is a problem."""
        with self._lock:
            self.calls.append(f"{method} {path}")
            wanted = self._masked(path)
            found = next(
                (
                    one
                    for one in self._left
                    if one["method"] == method and self._masked(one["path"]) == wanted
                ),
                None,
            )
            if found is None:
                self.problems.append(f"{method} {path} was not recorded, or not so often")
                return None
            self._left.remove(found)
            difference = self._difference(found, headers, body)
            if difference:
                self.problems.append(f"{method} {path}: {difference}")
                return None
            self._learn(found, path, body)
            return self._adapted(found)

    def unasked(self) -> list[str]:
        """What is recorded and was not asked for."""
        return [f"{one['method']} {one['path']} was not asked for again" for one in self._left]

    def _masked(self, text: str) -> str:
        return self._masks.sub("~", text) if self._masks else text

    def _difference(self, found: Document, headers: dict[str, str], body: bytes) -> str | None:
        if found["authorized"] != ("authorization" in headers):
            return f"recorded {'with' if found['authorized'] else 'without'} a token"
        for name in SAID_BY_CLIENT:
            if found["said"].get(name) != headers.get(name):
                return f"{name} was {found['said'].get(name)} and is {headers.get(name)}"
        sent = _body(headers, body, len(body), hashlib.md5(body).hexdigest())
        was, now = _text(found["body"]), without_address(_text(sent), self.url)
        if _is_upload(found["body"]) and _is_upload(sent):
            return None
        if self._masked(was) != self._masked(now):
            return f"the body was\n{was}\nand is\n{now}"
        return None

    def _learn(self, found: Document, path: str, body: bytes) -> None:
        """Remember what this request has in place of what was recorded."""
        if self._masks and not _is_upload(found["body"]):
            was = self._masks.findall(found["path"] + _text(found["body"]))
            now = self._masks.findall(path + _text(json.loads(body) if body else None))
            self._instead.update(zip(was, now, strict=True))
        upload = _UPLOAD.search(urlsplit(path).path)
        if upload and _is_upload(found["body"]):
            place = (unquote(upload["key"]), f"md5:{found['body']['md5']}")
            self._uploads[place] = (f"md5:{hashlib.md5(body).hexdigest()}", len(body))

    def _adapted(self, found: Document) -> Document:
        text = _text(found).replace(ARCHIVE, self.url)
        text = text.replace(urlsplit(ARCHIVE).netloc, urlsplit(self.url).netloc)
        for was, now in self._instead.items():
            text = text.replace(was, now)
        adapted: Document = json.loads(text)
        for entry in _entries(adapted.get("answer", {}).get("json")):
            place = (str(entry["key"]), str(entry.get("checksum")))
            if place in self._uploads:
                entry["checksum"], entry["size"] = self._uploads[place]
        return adapted


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def _is_upload(body: Any) -> bool:
    return isinstance(body, dict) and set(body) == {"md5", "size"}


def _entries(value: Any) -> Iterator[Document]:
    """What an answer says of files, wherever in it."""
    if isinstance(value, dict):
        if "key" in value and "checksum" in value:
            yield value
        for inner in value.values():
            yield from _entries(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _entries(inner)


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1
    disable_nagle_algorithm = True
    replay: Replay

    def handle_any(self) -> None:
        headers = {name.lower(): text for name, text in self.headers.items()}
        body = self.rfile.read(int(headers.get("content-length") or 0))
        found = self.replay.answer(self.command, self.path, headers, body)
        if found is None:
            found = {"status": 501, "fields": {"content-type": "text/plain"}, "answer": {"base64": ""}}
        if found["status"] is None:
            self.close_connection = True
            with contextlib.suppress(OSError):
                self.connection.shutdown(socket.SHUT_RDWR)
            return
        answer = found["answer"]
        data = _text(answer["json"]).encode() if "json" in answer else base64.b64decode(answer["base64"])
        self.send_response_only(found["status"])
        for name, text in found["fields"].items():
            self.send_header(name, text)
        if found["status"] != 204:
            self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = handle_any  # noqa: N815

    def log_message(self, *_: Any) -> None:
        pass


@contextmanager
def replaying(
    recording: str | Iterable[Document], masks: Sequence[str] = (), *, everything: bool = True
) -> Iterator[Replay]:
    """A server that answers as is recorded while the block runs.

    Args:
        recording: the name of a recording, or what is recorded.
        masks: as of `Replay`.
        everything: whether all that is recorded must be asked for.

    Raises:
        AssertionError: something else was asked for.
    """
    if isinstance(recording, str):
        recording = json.loads((FOLDER / f"{recording}.json").read_text("utf-8"))
    replay = Replay(recording, masks)
    server = http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), type("Handler", (_Handler,), {"replay": replay})
    )
    server.daemon_threads = True
    replay.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield replay
    except BaseException as error:
        if replay.problems:
            raise AssertionError("\n".join(replay.problems)) from error
        raise
    finally:
        server.shutdown()
        server.server_close()
    problems = replay.problems + (replay.unasked() if everything else [])
    assert not problems, "\n".join(problems)
