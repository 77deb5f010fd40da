"""Writes down what a Python process reads over the network, and which models behind an API answered it.

`_reprocrate_clients` shows it the requests and answers. Of a body only the names of models and their settings
are taken, never a prompt or an answer. Addresses are written without user, password and query, which may be
secrets.

Standard library only, Python 3.8 and newer.
"""

from __future__ import annotations

import sys

TYPE_CHECKING = False  # as in `typing`, which the program may not have imported
if TYPE_CHECKING:
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
        reply = _from_json(answer, _LARGEST_ANSWER)
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


def _plain_address(url: str) -> tuple[str, str]:
    """An address without user, password, query and fragment; and its path."""
    scheme, _, rest = url.partition("://")
    rest = rest.partition("#")[0].partition("?")[0]
    host, slash, path = rest.partition("/")
    return "%s://%s%s%s" % (scheme.lower(), host.rpartition("@")[2], slash, path), path


def _header(headers: Any, name: str) -> Any:
    """A header's value as text, or None; all these libraries' headers are looked up without case."""
    value = headers.get(name)
    return None if value is None else str(value)


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
