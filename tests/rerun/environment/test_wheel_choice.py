"""uv chooses the wheels of a platform; only those count whose digests the lock names."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from reprocrate.errors import UnavailableError
from reprocrate.files import sha256_file
from reprocrate.manifest import Package
from reprocrate.rerun.environment import wheel_choice
from reprocrate.rerun.environment.lock import make_lock
from reprocrate.rerun.environment.requirements import Pinned, read_lock
from reprocrate.rerun.environment.wheel_choice import Choice, choose_wheels
from reprocrate.rerun.environment.wheel_fetching import fetch_wheels

LINUX, MAC = "x86_64-unknown-linux-gnu", "aarch64-apple-darwin"
OLD, NEW = "cp311-cp311-manylinux_2_17_x86_64", "cp311-cp311-manylinux_2_35_x86_64"


def pin(name: str, *wheels: Path, version: str = "1.0", marker: str | None = None) -> Pinned:
    return Pinned(name, version, marker, True, frozenset(sha256_file(wheel).sha256 for wheel in wheels))


def choose(*pinned: Pinned, platform: str = LINUX, **more: Any) -> Choice:
    return choose_wheels(pinned, python_version="3.11.7", platform=platform, **more)


def files(choice: Choice) -> list[str]:
    return [wheel.file for wheel in choice.wheels]


def test_each_platform_gets_its_own_wheels(index: Any) -> None:
    linux, mac = index.add("fast", tag=OLD), index.add("fast", tag="cp311-cp311-macosx_11_0_arm64")
    pure = index.add("pure")
    pinned = [pin("fast", linux, mac), pin("pure", pure)]
    assert files(choose(*pinned)) == [linux.name, pure.name]
    assert files(choose(*pinned, platform=MAC)) == [mac.name, pure.name]
    (first, _) = choose(*pinned).wheels
    assert (first.url, first.sha256) == (linux.as_uri(), sha256_file(linux).sha256)


def test_a_wheel_for_old_systems_goes_before_one_for_new_ones(index: Any) -> None:
    old, new = index.add("fast", tag=OLD), index.add("fast", tag=NEW)
    only = index.add("newer", tag=NEW)
    mac = index.add("onmac", tag="cp311-cp311-macosx_14_0_arm64")
    assert files(choose(pin("fast", old, new), pin("newer", only))) == [old.name, only.name]
    assert files(choose(pin("onmac", mac), platform=MAC)) == [mac.name]
    chosen = choose(pin("newer", only), platform="x86_64-manylinux_2_28")
    assert (files(chosen), [one.name for one in chosen.lacking]) == ([], ["newer"])


def test_what_a_platform_does_not_need_is_not_missed(index: Any) -> None:
    windows = index.add("colours", tag="py3-none-win_amd64")
    pinned = pin("colours", windows, marker="sys_platform == 'win32'")
    assert choose(pinned, pin("pure", index.add("pure"))).lacking == ()
    assert files(choose(pinned, platform="x86_64-pc-windows-msvc")) == [windows.name]


def test_what_has_no_wheel_is_named_with_the_reason(index: Any) -> None:
    source = index.pages / "source" / "index.html"
    source.parent.mkdir()
    (index.wheels / "source-1.0.tar.gz").write_bytes(b"never opened")
    source.write_text(f'<a href="{(index.wheels / "source-1.0.tar.gz").as_uri()}">source-1.0.tar.gz</a>')
    pinned = [
        pin("source"),
        pin("onmac", index.add("onmac", tag="py3-none-macosx_11_0_arm64"), marker="sys_platform == 'linux'"),
        pin("older", index.add("older", tag="cp39-cp39-manylinux_2_17_x86_64")),
        pin("pure", index.add("pure"), version="9.9"),
        pin("gone"),
        pin("good", index.add("good")),
    ]
    choice = choose(*pinned)
    assert files(choice) == ["good-1.0-py3-none-any.whl"]
    reasons = {one.name: one.reason for one in choice.lacking}
    assert reasons.keys() == {"source", "onmac", "older", "pure", "gone"}
    assert "nothing is built from source" in reasons["source"]
    assert "platform" in reasons["onmac"]
    assert "Python 3.11" in reasons["older"]
    assert "does not have this version" in reasons["pure"]
    assert "does not know it" in reasons["gone"]


def test_a_file_that_the_lock_does_not_name_does_not_count(index: Any) -> None:
    index.add("pure")
    other = Pinned("pure", "1.0", None, True, frozenset({"0" * 64}))
    choice = choose(other, resolved="2026-01-01")
    assert choice.wheels == ()
    assert [one.name for one in choice.lacking] == ["pure"]


def test_an_index_out_of_reach_is_told_with_what_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UV_DEFAULT_INDEX", "http://ada:secret@127.0.0.1:9/simple")
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("UV_HTTP_RETRIES", "0")
    with pytest.raises(UnavailableError, match=r"pure 1\.0.*Connect to a network") as caught:
        choose(Pinned("pure", "1.0", None, True, frozenset({"0" * 64})))
    assert "secret" not in str(caught.value)


def test_without_uv_nothing_can_be_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wheel_choice, "find_uv", lambda: None)
    with pytest.raises(UnavailableError, match="pip install uv"):
        choose(pin("pure"))


@pytest.mark.loop
def test_genuine_wheels_are_chosen_and_fetched(tmp_path: Path) -> None:
    text = make_lock(
        [Package(name="markupsafe", version="3.0.2"), Package(name="numpy", version="2.1.0")],
        python_version="3.11.7",
        recorded_at="2026-01-01T00:00:00Z",
    ).text
    found = {}
    for platform in (LINUX, MAC, "x86_64-pc-windows-msvc"):
        choice = choose(*read_lock(text), platform=platform)
        fetch_wheels(choice.wheels, tmp_path / platform, python_version="3.11.7", fetched=lambda _size: None)
        assert choice.lacking == ()
        found[platform] = sorted(path.name for path in (tmp_path / platform).iterdir())
    assert [len(names) for names in found.values()] == [2, 2, 2]
    assert all("macosx" in name for name in found[MAC])
    assert all("win_amd64" in name for name in found["x86_64-pc-windows-msvc"])
