"""Wheels are fetched whole, with their digest, or not at all."""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path
from typing import Any

import pytest

from reprocrate.errors import IntegrityError, UnavailableError
from reprocrate.files import sha256_file
from reprocrate.rerun.environment import wheel_fetching
from reprocrate.rerun.environment.wheel_choice import ChosenWheel
from reprocrate.rerun.environment.wheel_fetching import fetch_wheels, is_there


def wheel(path: Path, **more: Any) -> ChosenWheel:
    values = {"url": path.as_uri(), "sha256": sha256_file(path).sha256, "size": path.stat().st_size} | more
    return ChosenWheel(path.name.partition("-")[0], "1.0", path.name, **values)


def fetch(folder: Path, *wheels: ChosenWheel) -> list[int]:
    sizes: list[int] = []
    fetch_wheels(wheels, folder, python_version="3.11.7", fetched=sizes.append)
    return sizes


def test_wheels_of_all_platforms_are_fetched_from_any(index: Any, tmp_path: Path) -> None:
    tags = [
        "py3-none-any",
        "cp311-cp311-win_amd64",
        "cp37-abi3-macosx_14_0_arm64",
        "cp311-cp311-musllinux_1_2_x86_64",
    ]
    made = [index.add(f"p{number}", tag=tag) for number, tag in enumerate(tags)]
    sizes = fetch(tmp_path / "here", *map(wheel, made))
    assert sizes == [path.stat().st_size for path in made]
    for path in made:
        assert (tmp_path / "here" / path.name).read_bytes() == path.read_bytes()
    assert len(list((tmp_path / "here").iterdir())) == len(made)


def test_constraints_of_other_projects_do_not_count(
    index: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "constraints.txt").write_text("alpha==0.1\n")
    monkeypatch.setenv("PIP_CONSTRAINT", str(tmp_path / "constraints.txt"))
    fetch(tmp_path / "here", wheel(index.add("alpha")))
    assert [path.name for path in (tmp_path / "here").iterdir()] == ["alpha-1.0-py3-none-any.whl"]


def test_another_digest_is_refused_and_nothing_kept(index: Any, tmp_path: Path) -> None:
    with pytest.raises(IntegrityError, match="SHA-256"):
        fetch(tmp_path / "here", wheel(index.add("alpha"), sha256="0" * 64))
    assert list((tmp_path / "here").iterdir()) == []


def test_what_cannot_be_had_is_named(index: Any, tmp_path: Path) -> None:
    gone = wheel(index.add("alpha"), url="http://127.0.0.1:9/alpha-1.0-py3-none-any.whl")
    with pytest.raises(UnavailableError, match=r"alpha 1\.0.*Connect to a network"):
        fetch(tmp_path / "here", gone)
    assert list((tmp_path / "here").iterdir()) == []


def test_what_was_fetched_before_a_failure_is_kept(
    index: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wheel_fetching, "_BATCH_FILES", 1)
    good = wheel(index.add("alpha"))
    gone = wheel(index.add("beta"), url="http://127.0.0.1:9/beta-1.0-py3-none-any.whl")
    with pytest.raises(UnavailableError, match="beta"):
        fetch(tmp_path / "here", good, gone)
    assert is_there(good, tmp_path / "here")


def test_leftovers_of_a_killed_process_go(index: Any, tmp_path: Path) -> None:
    old, new = tmp_path / "here" / ".fetching-old", tmp_path / "here" / ".fetching-new"
    for folder in (old, new):
        folder.mkdir(parents=True)
    os.utime(old, (0, 0))
    fetch(tmp_path / "here", wheel(index.add("alpha")))
    assert not old.exists()
    assert new.exists()


def test_a_link_is_no_wheel(index: Any, tmp_path: Path) -> None:
    path = index.add("alpha")
    (tmp_path / path.name).symlink_to(path)
    assert is_there(wheel(path), path.parent)
    assert not is_there(wheel(path), tmp_path)


def test_a_place_that_cannot_be_made_is_told(index: Any, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UnavailableError, match="file"):
        fetch(tmp_path / "file" / "here", wheel(index.add("alpha")))


@pytest.mark.loop
def test_without_pip_uv_brings_it(index: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    find_spec = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "pip" else find_spec(name))
    for name in ("UV_DEFAULT_INDEX", "PIP_INDEX_URL"):
        monkeypatch.delenv(name)
    fetch(tmp_path / "here", wheel(index.add("alpha")))
    assert (tmp_path / "here" / "alpha-1.0-py3-none-any.whl").exists()
