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

        def asking(_opener: Any, fullurl: Any, *_args: Any, **_kwargs: Any) -> None:
            self._network.asking(_host_in(getattr(fullurl, "full_url", fullurl)))

        def answered(response: Any, _opener: Any, fullurl: Any, data: Any = None, *_: Any, **__: Any) -> None:
            url = getattr(fullurl, "full_url", fullurl)
            body = data if data is not None else getattr(fullurl, "data", None)
            get = getattr(fullurl, "get_method", None)
            method = get() if get else ("POST" if body is not None else "GET")
            self._network.asked(method, url, body, getattr(response, "status", 200), response.headers)

        _stand_before(module.OpenerDirector, "open", asking, answered)

    def urllib3(self, module: ModuleType) -> None:
        """urllib3, by which requests, boto3 and many others work."""

        def asking(pool: Any, *_args: Any, **_kwargs: Any) -> None:
            self._network.asking(pool.host)

        def answered(
            response: Any, pool: Any, method: Any, url: Any, body: Any = None, *_: Any, **__: Any
        ) -> None:
            address = url if "://" in str(url) else "%s://%s%s" % (pool.scheme, _host_of(pool), url)
            reply = getattr(response, "_body", None)  # where it has been read already
            self._network.asked(method, address, body, response.status, response.headers, reply)

        _stand_before(module.HTTPConnectionPool, "urlopen", asking, answered)

    def requests(self, module: ModuleType) -> None:
        """requests, for the answer of a model: urllib3 has not read it yet when it returns."""

        def answered(response: Any, _session: Any, request: Any, **_kwargs: Any) -> None:
            self._answered(response, request, request.body)

        _stand_before(module.Session, "send", None, answered)

    def httpx(self, module: ModuleType) -> None:
        """Both httpx and httpx2, by which the clients of most models behind an API work."""

        def asking(_client: Any, request: Any, *_args: Any, **_kwargs: Any) -> None:
            self._network.asking(_host_in(request.url))

        def answered(response: Any, _client: Any, request: Any, *_args: Any, **_kwargs: Any) -> None:
            self._answered(response, request, getattr(request, "_content", None))

        _stand_before(module.Client, "send", asking, answered)
        _stand_before_async(module.AsyncClient, "send", asking, answered)

    def _answered(self, response: Any, request: Any, body: Any) -> None:
        """What requests and httpx have in common; the answer is looked at where it has been read already."""
        reply = getattr(response, "_content", None)
        self._network.asked(request.method, request.url, body, response.status_code, response.headers, reply)

    def aiohttp(self, module: ModuleType) -> None:
        """aiohttp, by which fsspec reads from S3 and by HTTP."""

        def asking(_session: Any, _method: Any, url: Any, **_kwargs: Any) -> None:
            self._network.asking(_host_in(url))

        def answered(response: Any, _session: Any, method: Any, _url: Any, **kwargs: Any) -> None:
            body = kwargs.get("json") or kwargs.get("data")
            self._network.asked(method, response.url, body, response.status, response.headers)

        _stand_before_async(module.ClientSession, "_request", asking, answered)

    def fsspec(self, module: ModuleType) -> None:
        """fsspec, by which pandas, datasets and others read from anywhere."""

        def opened(_file: Any, filesystem: Any, path: Any, mode: Any = "rb", *_: Any, **__: Any) -> None:
            if "r" in str(mode):
                self._network.opened(filesystem, path)

        _stand_before(module.AbstractFileSystem, "open", None, opened)


def _stand_before(kind: Any, name: str, asking: Any, answered: Any) -> None:
    """Have a method looked at: before it is called, if `asking` is given, and what it returned.

    Args:
        kind: the class.
        name: the method.
        asking: gets the arguments.
        answered: gets what was returned, and the arguments.
    """
    original = getattr(kind, name)

    def call(*args: Any, **kwargs: Any) -> Any:
        _quietly(asking, *args, **kwargs)
        response = original(*args, **kwargs)
        _quietly(answered, response, *args, **kwargs)
        return response

    setattr(kind, name, like(call, original))


def _stand_before_async(kind: Any, name: str, asking: Any, answered: Any) -> None:
    """The same for a method that is awaited."""
    original = getattr(kind, name)

    async def call(*args: Any, **kwargs: Any) -> Any:
        _quietly(asking, *args, **kwargs)
        response = await original(*args, **kwargs)
        _quietly(answered, response, *args, **kwargs)
        return response

    setattr(kind, name, like(call, original))


def _quietly(look: Any, *args: Any, **kwargs: Any) -> None:
    """Look at something; whatever fails in that, the author's program matters more than its record."""
    if look is not None:
        try:
            look(*args, **kwargs)
        except Exception:
            pass


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
