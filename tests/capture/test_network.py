"""What a launch reads over the network, with genuine clients and a genuine server on this machine."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from reprocrate.capture.data.network import LOCAL_PROVIDER, network_use, object_address
from reprocrate.capture.observation.processes import Process
from reprocrate.capture.privacy.scrubber import Scrubber, scrubber
from reprocrate.capture.record import RemoteData, ServiceUse

if TYPE_CHECKING:
    from conftest import Project

PROMPT = "what nobody else should read"


class Answers(BaseHTTPRequestHandler):
    """Serves a file, and a model behind an API."""

    def do_GET(self) -> None:
        found = not self.path.startswith("/missing")
        self.send_response(200 if found else 404)
        if self.path.startswith("/versioned"):
            self.send_header("X-Repo-Commit", "5f4c1a7")
        self.send_header("ETag", '"abc"')
        self.send_header("Content-Length", "4")
        self.end_headers()
        self.wfile.write(b"1,2\n")

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        body = json.dumps({"model": f"{asked['model']}-2026-09-01", "system_fingerprint": "fp_7"}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Answers) as running:
        thread = threading.Thread(target=running.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{running.server_port}"
        running.shutdown()
        thread.join()


GET = {
    "urllib": "import urllib.request; urllib.request.urlopen(url).read()",
    "requests": "import requests; requests.get(url).content",
    "urllib3": "import urllib3; urllib3.PoolManager().request('GET', url)",
    "httpx": "import httpx; httpx.get(url)",
    "httpx2": "import httpx2; httpx2.get(url)",
    "aiohttp": "import aiohttp, asyncio\nasync def get():\n"
    " async with aiohttp.ClientSession() as s, s.get(url) as r: await r.read()\nasyncio.run(get())",
}
POST = {
    "urllib": "import urllib.request\nrequest = urllib.request.Request(url, data, method='POST')\n"
    "urllib.request.urlopen(request).read()",
    "requests": "import requests; requests.post(url, data=data).json()",
    "urllib3": "import urllib3; urllib3.PoolManager().request('POST', url, body=data)",
    "httpx": "import httpx; httpx.post(url, content=data)",
    "httpx2": "import httpx2; httpx2.post(url, content=data)",
    "aiohttp": "import aiohttp, asyncio\nasync def post():\n"
    " async with aiohttp.ClientSession() as s, s.post(url, data=data) as r: await r.read()\n"
    "asyncio.run(post())",
}


@pytest.mark.parametrize("client", GET)
def test_what_is_read_is_recorded_without_its_secrets(client: str, server: str, project: Project) -> None:
    _need(client)
    record = project.python(f"url = {server + '/versioned/train.csv?token=' + 's' * 20!r}\n{GET[client]}\n")
    assert record.remote == (RemoteData("http://localhost/versioned/train.csv", "5f4c1a7", 4),)
    assert "ssss" not in (project.folder / ".reprocrate/runs" / record.id / "run.json").read_text()
    assert record.capture.completeness == "complete", record.capture.reason


@pytest.mark.parametrize("client", POST)
def test_a_model_is_recorded_with_its_settings_but_no_prompt(
    client: str, server: str, project: Project
) -> None:
    _need(client)
    body = {"model": "judge-2", "temperature": 0, "seed": 3, "messages": [{"content": PROMPT}], "user": "ada"}
    record = project.python(
        f"import json\nurl = {server + '/v1/chat/completions'!r}\n"
        f"data = json.dumps({body!r}).encode()\nfor _ in range(3):\n " + POST[client].replace("\n", "\n "),
    )
    seen = None if client in ("urllib", "aiohttp") else "judge-2-2026-09-01 fp_7"
    assert record.services == (ServiceUse(LOCAL_PROVIDER, "judge-2", seen, {"temperature": 0, "seed": 3}),)
    folder = project.folder / ".reprocrate/runs" / record.id
    assert PROMPT not in (folder / "run.json").read_text()
    assert not any(PROMPT in log.read_text() for log in folder.glob("*.jsonl"))
    assert record.remote == ()


@pytest.mark.skipif(find_spec("fsspec") is None, reason="fsspec is not installed")
def test_what_fsspec_opens_is_recorded_once(server: str, project: Project) -> None:
    _need("aiohttp")
    record = project.python(
        f"import fsspec\nwith fsspec.open({server + '/versioned/a.csv'!r}) as f: f.read()\n"
    )
    assert [one.uri for one in record.remote] == ["http://localhost/versioned/a.csv"]
    assert record.remote[0].revision == "5f4c1a7"


def test_what_was_not_there_was_not_read(server: str, project: Project) -> None:
    get = f"urllib.request.urlopen({server + '/missing'!r})"
    assert project.python(f"import urllib.request\ntry:\n {get}\nexcept OSError: pass\n").remote == ()


def test_a_host_reached_in_an_unknown_way_is_announced() -> None:
    process = Process({"event": "process"})
    process.take({"event": "host", "host": "db.example.org"})
    process.take({"event": "host", "host": "localhost"})
    process.take({"event": "host", "host": "api.wandb.ai"})
    process.take({"event": "http", "host": "data.example.org"})
    process.take({"event": "host", "host": "data.example.org"})
    assert network_use([process], _nobody()).unseen == ("db.example.org",)


@pytest.mark.parametrize(
    ("asked", "address"),
    [
        ("https://bucket.s3.amazonaws.com/a/b.parquet", "s3://bucket/a/b.parquet"),
        ("https://bucket.s3.eu-west-1.amazonaws.com/a%20b", "s3://bucket/a b"),
        ("https://s3.eu-west-1.amazonaws.com/bucket/key", "s3://bucket/key"),
        ("https://storage.googleapis.com/download/storage/v1/b/bucket/o/a%2Fb", "gs://bucket/a/b"),
        ("https://storage.googleapis.com/bucket/a/b", "gs://bucket/a/b"),
        ("https://data.example.org/x.csv", "https://data.example.org/x.csv"),
    ],
)
def test_objects_have_one_address(asked: str, address: str) -> None:
    assert object_address(asked) == address


def test_what_trackers_and_indexes_answer_is_no_data() -> None:
    process = Process({"event": "process"})
    for uri in (
        "https://api.wandb.ai/graphql",
        "https://pypi.org/simple/numpy/",
        "https://huggingface.co/api/datasets/org/name",
        "https://huggingface.co/datasets/org/name/resolve/5f4c/train.csv",
    ):
        process.take({"event": "remote", "uri": uri})
    assert [one.uri for one in network_use([process], _nobody()).remote] == [
        "https://huggingface.co/datasets/org/name/resolve/5f4c/train.csv"
    ]


def test_two_revisions_of_one_address_are_none() -> None:
    process = Process({"event": "process"})
    for revision in ("1", "2"):
        process.take(
            {"event": "remote", "uri": "s3://b/k", "revision": revision, "revision_kind": "x-amz-version-id"}
        )
    assert network_use([process], _nobody()).remote == (RemoteData("s3://b/k"),)


def test_the_name_of_an_own_server_does_not_travel() -> None:
    process = Process({"event": "process"})
    process.take({"event": "remote", "uri": "http://gpu7.cs.lan:8000/x.csv"})
    process.take({"event": "service", "uri": "http://10.1.2.3:8000/v1/chat/completions", "model": "m"})
    use = network_use([process], _nobody())
    assert use.remote[0].uri == "http://intranet.invalid/x.csv"
    assert "10.1" not in use.services[0].provider


def _nobody() -> Scrubber:
    return scrubber(Path("/project"), Path("/project"), dict(os.environ))


def _need(client: str) -> None:
    if client not in ("urllib",) and find_spec(client) is None:
        pytest.skip(f"{client} is not installed")
