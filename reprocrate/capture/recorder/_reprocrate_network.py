"""Writes down what a Python process reads over the network, and which models behind an API answered it.

The functions that every HTTP client of Python goes through are replaced, once the program has imported them,
by ones that look at the request and at the answer's header: urllib, urllib3 (and so requests and boto3),
httpx, aiohttp, and fsspec for what it opens by any protocol. Of a body only the names of models and their
settings are taken, never a prompt or an answer. Addresses are written without user, password and query,
which may be secrets.

Standard library only, Python 3.8 and newer.
"""

from __future__ import annotations

import sys

from _reprocrate_loaded import like, when_loaded

TYPE_CHECKING = False  # as in `typing`, which the program may not have imported
if TYPE_CHECKING:
    from types import ModuleType
    from typing import Any, Callable

_MOST_ADDRESSES = 1000
_LARGEST_REQUEST = 4 << 20
_LARGEST_ANSWER = 256 << 10
_REVISIONS = ("x-repo-commit", "x-amz-version-id", "x-goog-generation", "etag")
"""Headers that name the version which answered, the most telling first."""

# The last part of the addresses at which models are asked, and of those that name the model themselves.
_ENDINGS = ("completions", "responses", "messages", "embeddings", "rerank", "generate", "chat", "embed")
_VERBS = ("generateContent", "streamGenerateContent", "embedContent", "predict")
_INVOCATIONS = ("invoke", "invoke-with-response-stream", "converse", "converse-stream")
_SETTINGS = """
temperature top_p top_k topP topK min_p n candidateCount max_tokens max_completion_tokens max_output_tokens
maxTokens maxOutputTokens num_predict num_ctx seed presence_penalty frequency_penalty repeat_penalty logprobs
top_logprobs reasoning_effort effort verbosity dimensions encoding_format best_of do_sample
"""
_ALLOWED = frozenset(_SETTINGS.split())
_NESTED = ("generationConfig", "generation_config", "inferenceConfig", "options", "parameters", "reasoning")


class Network:
    """What this process reads over the network.

    Args:
        write: takes one entry for the log.
    """

    def __init__(self, write: Callable[[dict[str, Any]], None]) -> None:
        self._write = write
        self._noted: set[int] = set()
        self._left_out = 0

    def addressed(self, host: Any) -> None:
        """A host whose address was asked for."""
        name = host.decode("ascii", "replace") if isinstance(host, bytes) else host
        if isinstance(name, str) and name and self._is_new(("host", name)):
            self._write({"event": "host", "host": name})

    def asking(self, host: Any) -> None:
        """A host that one of the known clients turns to, whatever comes of it."""
        try:
            name = str(host).lower()
            if name and self._is_new(("http", name)):
                self._write({"event": "http", "host": name})
        except Exception:
            pass

    def asked(self, method: Any, url: Any, body: Any, status: Any, headers: Any, answer: Any = None) -> None:
        """One request that was answered; `answer` gives the body where it is there to be looked at."""
        try:
            address, path = _plain_address(str(url))
            if not isinstance(status, int) or status >= 400:
                return
            if str(method).upper() == "POST":
                self._model_asked(address, path, body, answer)
            elif str(method).upper() == "GET":
                self._read(address, headers)
        except Exception:  # the author's program matters more than its record
            pass

    def opened(self, filesystem: Any, path: Any) -> None:
        """A file that fsspec opened for reading."""
        try:
            protocol = filesystem.protocol
            protocol = protocol if isinstance(protocol, str) else protocol[0]
            if protocol in (
                "file",
                "local",
                "memory",
                "abstract",
                "cached",
                "filecache",
                "dir",
                "zip",
                "tar",
            ):
                return
            name = str(filesystem.unstrip_protocol(path))
            address, _ = _plain_address(name if "://" in name else "%s://%s" % (protocol, path))
            self._read(address, {})
        except Exception:
            pass

    def _read(self, address: str, headers: Any) -> None:
        size = _header(headers, "content-length")
        entry: dict[str, Any] = {"event": "remote", "uri": address}
        for name in _REVISIONS:
            revision = _header(headers, name)
            if revision:
                entry["revision"] = revision.strip('"')[:200]
                entry["revision_kind"] = name
                break
        if size is not None and size.isdigit():
            entry["size"] = int(size)
        if self._is_new(("remote", address, entry.get("revision"))):
            self._write(entry)

    def _model_asked(self, address: str, path: str, body: Any, answer: Any) -> None:
        parts = path.strip("/").split("/")
        last, _, verb = parts[-1].rpartition(":")
        is_invoked = parts[-1] in _INVOCATIONS and len(parts) > 1
        if not (parts[-1] in _ENDINGS or (last and verb in _VERBS) or is_invoked):
            return
        request = _from_json(body, _LARGEST_REQUEST)
        model = request.get("model") or request.get("modelId") or (parts[-2] if is_invoked else last or None)
        if not isinstance(model, str) or not model:
            return
        reply = _from_json(answer() if callable(answer) else answer, _LARGEST_ANSWER)
        version = _version(reply, model)
        parameters = _parameters(request)
        key = ("service", address, model, version, repr(sorted(parameters.items())))
        if self._is_new(key):
            self._write(
                {
                    "event": "service",
                    "uri": address,
                    "model": model[:200],
                    "version": version,
                    "parameters": parameters,
                }
            )

    def _is_new(self, key: Any) -> bool:
        number = hash(key)
        if number in self._noted:
            return False
        if len(self._noted) >= _MOST_ADDRESSES:
            self._left_out += 1
            return False
        self._noted.add(number)
        return True

    def left_out(self) -> int:
        """How many requests were not written down, since there were too many different ones."""
        return self._left_out

    # How each library is watched ---------------------------------------------------------------------

    def urllib(self, module: ModuleType) -> None:
        """`urllib.request.urlopen` and all openers."""
        kind: Any = module.OpenerDirector
        original = kind.open

        def open(opener: Any, fullurl: Any, data: Any = None, *args: Any, **kwargs: Any) -> Any:  # noqa: A001
            url = getattr(fullurl, "full_url", fullurl)
            self.asking(_host_in(url))
            response = original(opener, fullurl, data, *args, **kwargs)
            try:
                body = data if data is not None else getattr(fullurl, "data", None)
                get = getattr(fullurl, "get_method", None)
                method = get() if get else ("POST" if body is not None else "GET")
                self.asked(method, url, body, getattr(response, "status", 200), response.headers)
            except Exception:
                pass
            return response

        kind.open = like(open, original)

    def urllib3(self, module: ModuleType) -> None:
        """urllib3, by which requests, boto3 and many others work."""
        kind: Any = module.HTTPConnectionPool
        original = kind.urlopen

        def urlopen(pool: Any, method: Any, url: Any, body: Any = None, *args: Any, **kwargs: Any) -> Any:
            self.asking(getattr(pool, "host", ""))
            response = original(pool, method, url, body, *args, **kwargs)
            try:
                address = url if "://" in str(url) else "%s://%s%s" % (pool.scheme, _host_of(pool), url)
                self.asked(method, address, body, response.status, response.headers, lambda: _body(response))
            except Exception:
                pass
            return response

        kind.urlopen = like(urlopen, original)

    def requests(self, module: ModuleType) -> None:
        """requests, for the answer of a model: urllib3 has not read it yet when it returns."""
        kind: Any = module.Session
        original = kind.send

        def send(session: Any, request: Any, **kwargs: Any) -> Any:
            response = original(session, request, **kwargs)
            try:
                reply = getattr(response, "_content", None)
                self.asked(
                    request.method, request.url, request.body, response.status_code, response.headers, reply
                )
            except Exception:
                pass
            return response

        kind.send = like(send, original)

    def httpx(self, module: ModuleType) -> None:
        """httpx, by which the clients of most models behind an API work."""
        client: Any = module.Client
        async_client: Any = module.AsyncClient
        original, original_async = client.send, async_client.send

        def look(request: Any, response: Any) -> None:
            try:
                content = getattr(request, "_content", None)
                reply = getattr(response, "_content", None)
                self.asked(
                    request.method, request.url, content, response.status_code, response.headers, reply
                )
            except Exception:
                pass

        def send(this: Any, request: Any, *args: Any, **kwargs: Any) -> Any:
            self.asking(_host_in(request.url))
            response = original(this, request, *args, **kwargs)
            look(request, response)
            return response

        async def send_async(this: Any, request: Any, *args: Any, **kwargs: Any) -> Any:
            self.asking(_host_in(request.url))
            response = await original_async(this, request, *args, **kwargs)
            look(request, response)
            return response

        client.send = like(send, original)
        async_client.send = like(send_async, original_async)

    def aiohttp(self, module: ModuleType) -> None:
        """aiohttp, by which fsspec reads from S3 and by HTTP."""
        kind: Any = module.ClientSession
        original = kind._request

        async def request(session: Any, method: Any, url: Any, **kwargs: Any) -> Any:
            self.asking(_host_in(url))
            response = await original(session, method, url, **kwargs)
            try:
                body = kwargs.get("json") or kwargs.get("data")
                self.asked(method, response.url, body, response.status, response.headers)
            except Exception:
                pass
            return response

        kind._request = like(request, original)

    def fsspec(self, module: ModuleType) -> None:
        """fsspec, by which pandas, datasets and others read from anywhere."""
        kind: Any = module.AbstractFileSystem
        original = kind.open

        def open(filesystem: Any, path: Any, mode: Any = "rb", *args: Any, **kwargs: Any) -> Any:  # noqa: A001
            file = original(filesystem, path, mode, *args, **kwargs)
            if "r" in str(mode):
                self.opened(filesystem, path)
            return file

        kind.open = like(open, original)


def watch(write: Callable[[dict[str, Any]], None]) -> Network:
    """Begin to watch the libraries that are imported from now on, and those that are there."""
    network = Network(write)
    when_loaded(
        {
            "urllib.request": network.urllib,
            "urllib3.connectionpool": network.urllib3,
            "requests.sessions": network.requests,
            "httpx._client": network.httpx,
            "aiohttp.client": network.aiohttp,
            "fsspec.spec": network.fsspec,
        }
    )
    return network


def _plain_address(url: str) -> tuple[str, str]:
    """An address without user, password, query and fragment; and its path."""
    scheme, _, rest = url.partition("://")
    rest = rest.partition("#")[0].partition("?")[0]
    host, slash, path = rest.partition("/")
    return "%s://%s%s%s" % (scheme.lower(), host.rpartition("@")[2], slash, path), path


def _host_in(url: Any) -> str:
    """The host of an address, without user and port."""
    host = str(url).partition("://")[2].partition("/")[0].partition("?")[0].rpartition("@")[2]
    return host.partition("]")[0][1:] if host.startswith("[") else host.partition(":")[0]


def _host_of(pool: Any) -> str:
    usual = {"http": 80, "https": 443}.get(pool.scheme)
    return str(pool.host) if pool.port in (None, usual) else "%s:%s" % (pool.host, pool.port)


def _header(headers: Any, name: str) -> Any:
    """A header's value as text, or None; all these libraries' headers are looked up without case."""
    value = headers.get(name)
    return None if value is None else str(value)


def _body(response: Any) -> Any:
    """The body of an answer of urllib3 that has been read already; nothing is read for it."""
    return getattr(response, "_body", None)


def _from_json(body: Any, largest: int) -> dict[str, Any]:
    """A JSON object, where the program itself knows JSON; else nothing."""
    if isinstance(body, dict):
        return body
    json = sys.modules.get("json")
    if json is None or not isinstance(body, (str, bytes, bytearray)) or not 1 < len(body) <= largest:
        return {}
    try:
        found = json.loads(body)
    except Exception:
        return {}
    return found if isinstance(found, dict) else {}


def _version(reply: dict[str, Any], model: str) -> str | None:
    """What the service says of the model that answered."""
    named = reply.get("model") or reply.get("modelVersion")
    found = [str(named)[:200]] if isinstance(named, str) and named != model else []
    fingerprint = reply.get("system_fingerprint")
    if isinstance(fingerprint, str):
        found += [fingerprint[:200]]
    return " ".join(found) or None


def _parameters(request: dict[str, Any]) -> dict[str, Any]:
    """The settings of a request from a fixed list of names; never what was asked."""
    return {
        name: value
        for part in [request] + [request[name] for name in _NESTED if isinstance(request.get(name), dict)]
        for name, value in part.items()
        if name in _ALLOWED and isinstance(value, (bool, int, float, str)) and len(str(value)) <= 100
    }
