"""How much a stranger's bundle may hold, and how a reader allows more."""

from __future__ import annotations

from pathlib import Path

import pytest

from reprocrate.bundle import USUAL, Entry, Limits, open_bundle, pack
from reprocrate.errors import UnreadableError, UsageError


def _bundle(tmp_path: Path) -> Path:
    files = [Entry(f"data/{number}", bytes(1000)) for number in range(50)]
    return pack([Entry("reprocrate.json", b"{}"), *files], tmp_path / "x.zip").path


@pytest.mark.parametrize(
    ("limit", "why"), [("files=50", "more than 50 files"), ("bytes=49kB", "more than 49,000 bytes")]
)
def test_more_than_allowed_is_not_opened(limit: str, why: str, tmp_path: Path) -> None:
    path = _bundle(tmp_path)
    with (
        open_bundle(path, limits=Limits.of([limit])) as bundle,
        pytest.raises(UnreadableError, match=f"{why}.*--limit"),
    ):
        bundle.extract(tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_as_much_as_allowed_is_opened(tmp_path: Path) -> None:
    path = _bundle(tmp_path)
    with open_bundle(path, limits=Limits.of(["files=53", "bytes=60kB"])) as bundle:
        assert bundle.verify() == []


def test_what_is_already_unpacked_has_no_limit(tmp_path: Path) -> None:
    with open_bundle(_bundle(tmp_path)) as bundle:
        bundle.extract(tmp_path / "out")
    with open_bundle(tmp_path / "out", limits=Limits(files=1, bytes=1)) as folder:
        assert folder.verify() == []


def test_limits_are_given_by_name() -> None:
    assert Limits.of([]) == USUAL
    assert Limits.of(["bytes=2TB", "expansion=5000"]) == Limits(bytes=2 * 10**12, expansion=5000)


@pytest.mark.parametrize("text", ["files", "files=", "files=many", "size=1", "=1", "files=-1", "of=1"])
def test_other_texts_are_no_limits(text: str) -> None:
    with pytest.raises(UsageError, match="files=2000000"):
        Limits.of([text])
