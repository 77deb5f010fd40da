"""Watches the HTTP clients of a Python process: what they ask, and the header of what is answered.

The functions that every HTTP client of Python goes through are replaced, once the program has imported them,
by ones that show a request and its answer to `_reprocrate_network`: urllib, urllib3 (and so boto3), requests,
httpx, httpx2, aiohttp, and fsspec for what it opens by any protocol.

Standard library only, Python 3.8 and newer.
"""

from __future__ import annotations

from _reprocrate_loaded import like, when_loaded
from _reprocrate_network import Network

TYPE_CHECKING = False  # as in `typing`, which the program may not have imported
if TYPE_CHECKING:
    from types import ModuleType
    from typing import Any, Callable


class Clients:
    """How each library is watched.

    Args:
        network: looks at requests and answers.
    """

    def __init__(self, network: Network) -> None:
        self._network = network

    def urllib(self, module: ModuleType) -> None:
        """`urllib.request.urlopen` and all openers."""
        kind: Any = module.OpenerDirector
        original = kind.open

        def open(opener: Any, fullurl: Any, data: Any = None, *args: Any, **kwargs: Any) -> Any:  # noqa: A001
            url = getattr(fullurl, "full_url", fullurl)
            self._network.asking(_host_in(url))
            response = original(opener, fullurl, data, *args, **kwargs)
            try:
                body = data if data is not None else getattr(fullurl, "data", None)
                get = getattr(fullurl, "get_method", None)
                method = get() if get else ("POST" if body is not None else "GET")
                self._network.asked(method, url, body, getattr(response, "status", 200), response.headers)
            except Exception:
                pass
            return response

        kind.open = like(open, original)

    def urllib3(self, module: ModuleType) -> None:
        """urllib3, by which requests, boto3 and many others work."""
        kind: Any = module.HTTPConnectionPool
        original = kind.urlopen

        def urlopen(pool: Any, method: Any, url: Any, body: Any = None, *args: Any, **kwargs: Any) -> Any:
            self._network.asking(getattr(pool, "host", ""))
            response = original(pool, method, url, body, *args, **kwargs)
            try:
                address = url if "://" in str(url) else "%s://%s%s" % (pool.scheme, _host_of(pool), url)
                self._network.asked(method, address, body, response.status, response.headers, _body(response))
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
                self._network.asked(
                    request.method, request.url, request.body, response.status_code, response.headers, reply
                )
            except Exception:
                pass
            return response

        kind.send = like(send, original)

    def httpx(self, module: ModuleType) -> None:
        """Both httpx and httpx2, by which the clients of most models behind an API work."""
        client: Any = module.Client
        async_client: Any = module.AsyncClient
        original, original_async = client.send, async_client.send

        def look(request: Any, response: Any) -> None:
            try:
                content = getattr(request, "_content", None)
                reply = getattr(response, "_content", None)
                self._network.asked(
                    request.method, request.url, content, response.status_code, response.headers, reply
                )
            except Exception:
                pass

        def send(this: Any, request: Any, *args: Any, **kwargs: Any) -> Any:
            self._network.asking(_host_in(request.url))
            response = original(this, request, *args, **kwargs)
            look(request, response)
            return response

        async def send_async(this: Any, request: Any, *args: Any, **kwargs: Any) -> Any:
            self._network.asking(_host_in(request.url))
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
            self._network.asking(_host_in(url))
            response = await original(session, method, url, **kwargs)
            try:
                body = kwargs.get("json") or kwargs.get("data")
                self._network.asked(method, response.url, body, response.status, response.headers)
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
                self._network.opened(filesystem, path)
            return file

        kind.open = like(open, original)


def watch(write: Callable[[dict[str, Any]], None]) -> Network:
    """Begin to watch the libraries that are imported from now on, and those that are there."""
    network = Network(write)
    clients = Clients(network)
    when_loaded(
        {
            "urllib.request": clients.urllib,
            "urllib3.connectionpool": clients.urllib3,
            "requests.sessions": clients.requests,
            "httpx._client": clients.httpx,
            "httpx2._client": clients.httpx,
            "aiohttp.client": clients.aiohttp,
            "fsspec.spec": clients.fsspec,
        }
    )
    return network


def _host_in(url: Any) -> str:
    """The host of an address, without user and port."""
    host = str(url).partition("://")[2].partition("/")[0].partition("?")[0].rpartition("@")[2]
    return host.partition("]")[0][1:] if host.startswith("[") else host.partition(":")[0]


def _host_of(pool: Any) -> str:
    usual = {"http": 80, "https": 443}.get(pool.scheme)
    return str(pool.host) if pool.port in (None, usual) else "%s:%s" % (pool.host, pool.port)


def _body(response: Any) -> Any:
    """The body of an answer of urllib3 that has been read already; nothing is read for it."""
    return getattr(response, "_body", None)
