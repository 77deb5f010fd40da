"""Data in the caches that libraries keep: which data set or model a file belongs to, and its revision.

The layouts are those of the libraries: the Hugging Face Hub's cache (huggingface.co/docs/hub/local-cache) and
that of `datasets`, TensorFlow Datasets, kagglehub, scikit-learn, Keras, PyTorch Hub and NLTK.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal
from urllib.parse import quote

HUB = "https://huggingface.co"
_KERAS = "https://storage.googleapis.com/tensorflow/tf-keras-datasets"

_HUB_FILE = re.compile(
    r"(?:hub/)?(?P<kind>datasets|models|spaces)--(?P<name>[^/]+)/(?:snapshots/(?P<revision>[^/]+)/(?P<file>.+)|.+)"
)
_HUB_TABLE = re.compile(
    r"(?:datasets/)?(?P<name>(?:[^/]+?___)?[^/]+)/(?P<config>[^/]+)/(?P<version>\d+\.\d+\.\d+)/(?P<hash>[^/]+)/[^/]+"
)
_TENSORFLOW = re.compile(r"(?P<name>[a-z0-9_]+)/(?:(?P<config>[^/]+)/)?(?P<version>\d+\.\d+\.\d+)/[^/]+")
_KAGGLE = re.compile(
    r"(?P<kind>datasets|models|competitions)/(?P<name>[^/]+(?:/[^/]+)?)(?:/.*?)?/(?:versions/)?(?P<version>\d+)/.+"
)
_OPENML = re.compile(
    r"openml/(?P<address>openml\.org/(?:data/[^/]+/download|api)/.*?(?P<number>\d+).*?)(?:\.gz)?"
)
_CHECKPOINT = re.compile(r"(?:hub/)?checkpoints/(?P<name>.+?)(?:-(?P<digest>[0-9a-f]{8,64}))?\.[A-Za-z0-9]+")
_COMMIT = re.compile(r"[0-9a-f]{40}")


@dataclass(frozen=True)
class Cached:
    """The data set or model that a cached file belongs to.

    Attributes:
        name: as its home calls it.
        kind: what it is.
        version: its revision or version, where the cache tells.
        url: where it is at home.
        file_url: where exactly this file can be had.
    """

    name: str
    kind: Literal["dataset", "model", "other"]
    version: str | None = None
    url: str | None = None
    file_url: str | None = None


def cached(root: str | None, path: str, sha256: str = "") -> Cached | None:
    """What the cache `root` has at `path`; None for what is in no cache known here.

    Args:
        root: the named place.
        path: the file, from there.
        sha256: its digest, by which a name that holds a digest is believed.
    """
    look = _CACHES.get(root or "")
    return look(path, sha256) if look else None


def hub_repository(kind: str, name: str, revision: str | None, file: str | None) -> Cached:
    """A data set, model or space of the Hugging Face Hub."""
    url = f"{HUB}/{'' if kind == 'models' else f'{kind}/'}{quote(name)}"
    pinned = revision if revision and _COMMIT.fullmatch(revision) else None
    return Cached(
        name,
        {"datasets": "dataset", "models": "model"}.get(kind, "other"),  # type: ignore[arg-type]
        pinned,
        url,
        f"{url}/resolve/{pinned}/{quote(file)}" if pinned and file else None,
    )


def _huggingface(path: str, _sha256: str) -> Cached | None:
    match = _HUB_FILE.fullmatch(path)
    if match:
        name = match["name"].replace("--", "/", 1)
        return hub_repository(match["kind"], name, match["revision"], match["file"])
    match = _HUB_TABLE.fullmatch(path)  # tables that `datasets` made of what it downloaded
    if match:
        name = match["name"].replace("___", "/", 1)
        found = hub_repository("datasets", name, match["hash"], None)
        is_local = match["name"] in ("csv", "json", "parquet", "text", "arrow", "imagefolder", "audiofolder")
        return None if is_local else found
    return None


def _tensorflow_datasets(path: str, _sha256: str) -> Cached | None:
    match = _TENSORFLOW.fullmatch(path)
    if match is None:
        return None
    name = "/".join(filter(None, (match["name"], match["config"])))
    return Cached(
        name, "dataset", match["version"], f"https://www.tensorflow.org/datasets/catalog/{match['name']}"
    )


def _kagglehub(path: str, _sha256: str) -> Cached | None:
    match = _KAGGLE.fullmatch(path)
    if match is None:
        return None
    kind: Literal["dataset", "model"] = "model" if match["kind"] == "models" else "dataset"
    url = f"https://www.kaggle.com/{match['kind']}/{quote(match['name'])}"
    return Cached(match["name"], kind, match["version"], url)


def _scikit_learn(path: str, _sha256: str) -> Cached | None:
    match = _OPENML.fullmatch(path)
    if match:
        url = f"https://www.{match['address']}"
        return Cached(f"openml/{match['number']}", "dataset", None, url, None)
    stem = path.split("/", maxsplit=1)[0].partition("_py")[0].partition(".")[0]
    return Cached(stem.replace("_", " "), "dataset")


def _keras(path: str, _sha256: str) -> Cached | None:
    folder, _, rest = path.partition("/")
    if folder == "models":
        return Cached(rest, "model")
    if folder != "datasets" or not rest:
        return None
    stem = rest.partition("/")[0].partition(".")[0]
    published = f"{_KERAS}/{rest}" if rest.endswith(".npz") and "/" not in rest else None
    return Cached(stem, "dataset", None, published)


def _torch(path: str, sha256: str) -> Cached | None:
    """A checkpoint; PyTorch Hub puts the first digits of its SHA-256 into its name and compares them."""
    match = _CHECKPOINT.fullmatch(path)
    if match is None:
        return None
    digest = match["digest"]
    is_true = bool(digest) and sha256.startswith(digest)
    return Cached(path.rpartition("/")[2], "model", digest if is_true else None)


def _nltk(path: str, _sha256: str) -> Cached | None:
    parts = path.split("/")
    return Cached("/".join(parts[:2]).removesuffix(".zip"), "dataset") if len(parts) > 1 else None


_CACHES: dict[str, Callable[[str, str], Cached | None]] = {
    "huggingface": _huggingface,
    "kagglehub": _kagglehub,
    "keras": _keras,
    "nltk": _nltk,
    "scikit-learn": _scikit_learn,
    "tensorflow-datasets": _tensorflow_datasets,
    "torch": _torch,
}
