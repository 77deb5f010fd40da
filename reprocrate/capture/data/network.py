"""What a launch read over the network: remote data, and models behind an API.

The recorder notes every answer; here those that are no data are left out: what trackers, package indexes and
version control were told or asked.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import unquote, urlsplit, urlunsplit

from reprocrate.capture.observation.processes import Process
from reprocrate.capture.privacy.scrubber import Scrubber
from reprocrate.capture.record import RemoteData, Scalar, ServiceUse

MOST_ADDRESSES = 500
"""How many addresses of remote data a record has."""

# Hosts that are told of an experiment or serve software; what they answer is no data of it.
_NO_DATA = (
    *(
        "wandb.ai",
        "comet.com",
        "comet.ml",
        "neptune.ai",
        "aimstack.io",
        "clear.ml",
        "swanlab.cn",
        "mlflow.org",
    ),
    *("pypi.org", "pythonhosted.org", "anaconda.org", "anaconda.com", "conda.io", "npmjs.org", "debian.org"),
    *("sentry.io", "segment.io", "segment.com", "posthog.com", "amplitude.com", "mixpanel.com"),
    *("mlflow.org", "google-analytics.com", "scarf.sh", "datadoghq.com", "launchdarkly.com"),
)
# Addresses that only tell about data; the data itself is read from others.
_ABOUT_DATA = re.compile(
    r"https?://(?:hub-ci\.)?huggingface\.co/(?:api/|oauth/|.*/xet-read-token/)|https?://cas-\w+\.xethub\.hf\.co/|"
    r"https?://(?:www\.|api\.)?kaggle\.com/api/|https?://(?:www\.|api\.)?openml\.org/api/|"
    r"https?://api\.github\.com/|https?://169\.254\.169\.254/|https?://metadata\.google\.internal/"
)
_PROVIDERS = (
    ("api.openai.com", "OpenAI"),
    ("openai.azure.com", "Azure OpenAI"),
    ("cognitiveservices.azure.com", "Azure AI"),
    ("services.ai.azure.com", "Azure AI"),
    ("api.anthropic.com", "Anthropic"),
    ("generativelanguage.googleapis.com", "Google"),
    ("aiplatform.googleapis.com", "Google Cloud Vertex AI"),
    ("amazonaws.com", "Amazon Web Services"),
    ("api.mistral.ai", "Mistral AI"),
    ("api.cohere.com", "Cohere"),
    ("api.cohere.ai", "Cohere"),
    ("api.together.xyz", "Together AI"),
    ("openrouter.ai", "OpenRouter"),
    ("api.groq.com", "Groq"),
    ("api.deepseek.com", "DeepSeek"),
    ("api.x.ai", "xAI"),
    ("api.perplexity.ai", "Perplexity"),
    ("api.fireworks.ai", "Fireworks AI"),
    ("api.replicate.com", "Replicate"),
    ("dashscope.aliyuncs.com", "Alibaba Cloud"),
    ("huggingface.co", "Hugging Face"),
    ("huggingface.cloud", "Hugging Face"),
    ("api.voyageai.com", "Voyage AI"),
    ("api.jina.ai", "Jina AI"),
)
LOCAL_PROVIDER = "a server on the same machine"
_PRIVATE_PROVIDER = "a server of the authors' own"
_S3_HOST = re.compile(r"(?:(?P<bucket>.+)\.)?s3(?:[.-][a-z0-9-]+)*\.amazonaws\.com(?:\.cn)?")
_GOOGLE_OBJECT = re.compile(r"/(?:download/)?storage/v1/b/(?P<bucket>[^/]+)/o/(?P<object>[^/]+)")
_WEAK_REVISIONS = ("etag",)


@dataclass
class NetworkUse:
    """What a launch read over the network.

    Attributes:
        remote: addresses that data was read from.
        services: models behind an API that answered.
        left_out: how many addresses there were beyond those listed.
        unseen: hosts that were reached in a way that the recorder does not know.
    """

    remote: tuple[RemoteData, ...] = ()
    services: tuple[ServiceUse, ...] = ()
    left_out: int = 0
    unseen: tuple[str, ...] = field(default_factory=tuple)


def network_use(processes: Sequence[Process], scrubber: Scrubber) -> NetworkUse:
    """What these processes read over the network, each thing once."""
    entries = [entry for process in processes for entry in process.network]
    remote = _remote(entries, scrubber)
    answered = {str(entry.get("host")) for entry in entries if entry.get("event") == "http"}
    reached = {str(entry.get("host")) for entry in entries if entry.get("event") == "host"}
    unseen = {host for host in reached - answered if not _is_near(host) and not _is_noise(host)}
    unasked = sum(int(process.end.get("requests_left_out") or 0) for process in processes)
    return NetworkUse(
        remote=tuple(remote[:MOST_ADDRESSES]),
        services=tuple(_services(entries)),
        left_out=len(remote[MOST_ADDRESSES:]) + unasked,
        unseen=tuple(sorted(scrubber.text(host) for host in unseen)),
    )


def object_address(uri: str) -> str:
    """The address of an object in a store, however it was asked for: `s3://bucket/key`, `gs://bucket/key`."""
    parts = urlsplit(uri)
    host = parts.hostname or ""
    amazon = _S3_HOST.fullmatch(host)
    if amazon:
        path = unquote(parts.path.lstrip("/"))
        return f"s3://{amazon['bucket']}/{path}" if amazon["bucket"] else f"s3://{path}"
    if host.endswith("storage.googleapis.com"):
        named = _GOOGLE_OBJECT.fullmatch(parts.path)
        if named:
            return f"gs://{named['bucket']}/{unquote(named['object'])}"
        bucket = host.removesuffix("storage.googleapis.com").rstrip(".")
        return f"gs://{bucket}{unquote(parts.path)}" if bucket else f"gs:/{unquote(parts.path)}"
    return uri


def _remote(entries: Iterable[Mapping[str, Any]], scrubber: Scrubber) -> list[RemoteData]:
    """Each address once, with the revision that the server named, where it always named the same."""
    found: dict[str, RemoteData] = {}
    for entry in entries:
        uri = str(entry.get("uri", ""))
        if entry.get("event") != "remote" or not _is_data(uri):
            continue
        revision, size = entry.get("revision"), entry.get("size")
        address = _public(object_address(uri), scrubber)
        weak = entry.get("revision_kind") in _WEAK_REVISIONS
        one = RemoteData(
            address,
            f"etag:{revision}" if revision and weak else revision,
            size if isinstance(size, int) and size >= 0 else None,
        )
        known = found.setdefault(address, one)
        if known != one:
            found[address] = _agreed(known, one)
    return [found[address] for address in sorted(found)]


def _agreed(first: RemoteData, second: RemoteData) -> RemoteData:
    """What two reads of one address agree on; a part of it is smaller than the whole."""
    revision = first.revision or second.revision
    if first.revision and second.revision and first.revision != second.revision:
        revision = None
    sizes = [size for size in (first.size, second.size) if size is not None]
    return replace(first, revision=revision, size=max(sizes) if sizes else None)


def _services(entries: Iterable[Mapping[str, Any]]) -> Iterator[ServiceUse]:
    """Each model with its settings once; an answer that named no version does not hide one that did."""
    found: dict[tuple[str, str, str], dict[str, ServiceUse]] = {}
    for entry in entries:
        if entry.get("event") != "service":
            continue
        parameters: dict[str, Scalar] = dict(entry.get("parameters") or {})
        version = entry.get("version")
        use = ServiceUse(_provider(str(entry.get("uri"))), str(entry.get("model")), version, parameters)
        key = (use.provider, use.model, repr(sorted(parameters.items())))
        found.setdefault(key, {})[version or ""] = use
    for key in sorted(found):
        named = {version: use for version, use in found[key].items() if version}
        yield from (named or found[key]).values()


def _provider(uri: str) -> str:
    host = urlsplit(uri).hostname or ""
    for ending, name in _PROVIDERS:
        if host == ending or host.endswith(f".{ending}"):
            return name
    if _is_loopback(host):
        return LOCAL_PROVIDER
    return _PRIVATE_PROVIDER if _is_near(host) else host


def _is_data(uri: str) -> bool:
    return not _is_noise(urlsplit(uri).hostname or "") and not _ABOUT_DATA.match(uri)


def _is_noise(host: str) -> bool:
    return any(host == name or host.endswith(f".{name}") for name in _NO_DATA)


def _is_loopback(host: str) -> bool:
    if host in ("localhost", "ip6-localhost") or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _is_near(host: str) -> bool:
    """Whether a host lies in the authors' own network: its name may tell who they are."""
    if _is_loopback(host) or "." not in host or host.endswith((".local", ".internal", ".lan", ".home.arpa")):
        return True
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return False


def _public(uri: str, scrubber: Scrubber) -> str:
    """An address without the name of a host in the authors' own network, and without the user's name."""
    parts = urlsplit(uri)
    host = parts.hostname or ""
    if parts.scheme in ("http", "https", "ftp") and _is_near(host):
        near = "localhost" if _is_loopback(host) else "intranet.invalid"
        return scrubber.place(urlunsplit((parts.scheme, near, parts.path, "", "")))
    return scrubber.place(uri)
