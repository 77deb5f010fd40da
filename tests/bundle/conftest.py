"""Files that are worth packing, and ZIP files that nobody should unpack."""

from __future__ import annotations

import hashlib
import os
import resource
import shutil
import zipfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest

from reprocrate.bundle import Entry, pack
from reprocrate.bundle.checksums import checksums_bytes
from reprocrate.bundle.layout import CHECKSUMS, MANIFEST

CONTENTS = {
    "reprocrate.json": b'{"manifest_version":"1.0"}' + b" " * 500,
    "ro-crate-metadata.json": b'{"@context": "https://w3id.org/ro/crate/1.1/context"}',
    "ro-crate-preview.html": b"<!doctype html><title>Rings</title>",
    "REPRODUCING.md": b"# Reproducing\n",
    "data.txt": b"",
    "data/rings.csv": b"".join(b"%d,%d\n" % (i, i * i) for i in range(20_000)),
    "data/noise.bin": os.urandom(30_000),
    "data/large noise.bin": os.urandom((1 << 20) + 1),
    "data/large rings.csv": b"".join(b"%d,%d\n" % (i, i * i) for i in range(120_000)),
    "src/deep/er/train.py": b"print('accuracy 0.9')\n",
    "run.sh": b"#!/bin/sh\nexec python src/deep/er/train.py\n",
    "Ünïcode/日本語 😀.txt": "こんにちは".encode(),
}


@pytest.fixture(scope="session")
def contents() -> dict[str, bytes]:
    """What is in the bundle that most tests use, by path."""
    return CONTENTS


@pytest.fixture(scope="session")
def entries(tmp_path_factory: pytest.TempPathFactory) -> list[Entry]:
    """The same as entries, from files on the disk where they are the project's."""
    root = tmp_path_factory.mktemp("project")
    found = []
    for path, data in CONTENTS.items():
        source: Path | bytes = data
        if not path.startswith("re"):
            source = root / path
            source.parent.mkdir(parents=True, exist_ok=True)
            source.write_bytes(data)
        found.append(Entry(path, source, path == "run.sh", hashlib.sha256(data).hexdigest()))
    return found


@pytest.fixture(scope="session")
def packed(tmp_path_factory: pytest.TempPathFactory, entries: list[Entry]) -> Path:
    """A sound bundle for all tests."""
    return pack(entries, tmp_path_factory.mktemp("packed") / "rings.crate.zip").path


@pytest.fixture
def bundle(tmp_path: Path, packed: Path) -> Path:
    """A sound bundle of the test's own."""
    return Path(shutil.copy(packed, tmp_path))


@pytest.fixture
def make_zip(tmp_path: Path) -> Callable[..., Path]:
    """Makes a ZIP file of given members, by default with a manifest and a list of checksums that fit."""

    def make(
        members: Iterable[tuple[zipfile.ZipInfo | str, bytes]], *, complete: bool = True, name: str = "x.zip"
    ) -> Path:
        members = list(members)
        if complete:
            members.insert(0, (MANIFEST, b"{}"))
            digests = {
                item.filename if isinstance(item, zipfile.ZipInfo) else item: hashlib.sha256(data).hexdigest()
                for item, data in members
            }
            files = [(path, digest) for path, digest in digests.items() if not path.endswith("/")]
            members.append((CHECKSUMS, checksums_bytes(files)))
        with zipfile.ZipFile(tmp_path / name, "w") as archive:
            for item, data in members:
                archive.writestr(item, data)
        return tmp_path / name

    return make


@pytest.fixture
def small_limit() -> Iterator[None]:
    """No file may grow beyond 256 KiB."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 18, hard))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
