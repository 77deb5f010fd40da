"""Locks are made from recorded packages, for every platform, and never fail for want of an index."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from reprocrate.manifest import Package
from reprocrate.rerun.environment import lock as lock_module
from reprocrate.rerun.environment.lock import make_lock
from reprocrate.rerun.environment.requirements import read_lock

Recorded = Callable[..., Package]


def pins(text: str) -> dict[str, str | None]:
    return {f"{one.name}=={one.version}": one.marker for one in read_lock(text)}


def test_holds_recorded_versions_with_digests_and_what_other_platforms_need(
    index: Any, recorded: Recorded
) -> None:
    index.add("alpha", requires=["beta", "gamma ; sys_platform == 'win32'"])
    index.add("beta", "1.5")
    index.add("beta", "2.0")
    index.add("gamma", "3.0")
    lock = make_lock([recorded("beta", "1.5"), recorded("alpha")], python_version="3.11.7")
    assert lock.hashed
    assert lock.note == ""
    assert lock.unlockable == ()
    assert pins(lock.text) == {
        "alpha==1.0": None,
        "beta==1.5": None,
        "gamma==3.0": "sys_platform == 'win32'",
    }
    assert all(one.hashed for one in read_lock(lock.text))


def test_a_dependency_keeps_the_marker_that_keeps_it_off_other_platforms(
    index: Any, recorded: Recorded
) -> None:
    index.add("alpha", requires=["cuda-library ; sys_platform == 'linux'"])
    index.add("cuda-library")
    lock = make_lock([recorded("alpha"), recorded("cuda-library")], python_version="3.11.7")
    assert pins(lock.text) == {"alpha==1.0": None, "cuda-library==1.0": "sys_platform == 'linux'"}


def test_packages_that_depend_on_each_other_in_a_circle_are_all_held(index: Any, recorded: Recorded) -> None:
    index.add("alpha", requires=["beta"])
    index.add("beta", requires=["alpha"])
    lock = make_lock([recorded("alpha"), recorded("beta")], python_version="3.11.7")
    assert set(pins(lock.text)) == {"alpha==1.0", "beta==1.0"}


def test_names_no_index_and_no_path(index: Any, recorded: Recorded, tmp_path: Path) -> None:
    index.add("alpha")
    lock = make_lock([recorded("alpha")], python_version="3.11.7", recorded_at="2026-01-01T00:00:00Z")
    assert "://" not in lock.text
    assert str(tmp_path) not in lock.text
    assert "#" not in lock.text


def test_is_the_same_text_every_time(index: Any, recorded: Recorded) -> None:
    for name in ("alpha", "beta", "gamma"):
        index.add(name)
    packages = [recorded(name) for name in ("gamma", "alpha", "beta")]
    first = make_lock(packages, python_version="3.11.7")
    assert make_lock(packages[::-1], python_version="3.11.7") == first


def test_what_is_on_no_index_is_left_out_with_the_reason(index: Any, recorded: Recorded) -> None:
    index.add("alpha")
    index.add("beta", "1.0")
    packages = [
        recorded("alpha"),
        recorded("beta", "9.0"),
        recorded("from-folder", source="local"),
        recorded("from-git", source="vcs"),
        recorded("mine", editable=True),
        recorded("part-of-the-code", editable=True, in_project=True),
        recorded("unknown"),
    ]
    lock = make_lock(packages, python_version="3.11.7")
    assert set(pins(lock.text)) == {"alpha==1.0"}
    assert lock.hashed
    reasons = {one.name: one.reason for one in lock.unlockable}
    assert list(reasons) == ["beta", "from-folder", "from-git", "mine", "unknown"]
    assert "does not have this version" in reasons["beta"]
    assert "local folder" in reasons["from-folder"]
    assert "version control" in reasons["from-git"]
    assert "editable" in reasons["mine"]
    assert "does not know it" in reasons["unknown"]


def test_contradictory_packages_are_locked_as_they_were(index: Any, recorded: Recorded) -> None:
    index.add("alpha", requires=["beta<2"])
    index.add("beta", "1.0")
    index.add("beta", "2.0")
    lock = make_lock([recorded("alpha"), recorded("beta", "2.0")], python_version="3.11.7")
    assert set(pins(lock.text)) == {"alpha==1.0", "beta==2.0"}
    assert lock.hashed
    assert "other versions of each other" in lock.note


def test_an_index_without_dates_is_read_as_of_today_and_says_so(index: Any, recorded: Recorded) -> None:
    index.add("alpha", requires=["gamma ; sys_platform == 'win32'"])
    index.add("gamma")
    lock = make_lock([recorded("alpha")], python_version="3.11.7", recorded_at="2026-01-01T00:00:00Z")
    assert lock.hashed
    assert "as of today" in lock.note


def test_installers_are_left_out_unless_something_needs_them(index: Any, recorded: Recorded) -> None:
    index.add("alpha", requires=["wheel"])
    index.add("wheel", "0.40.0")
    index.add("wheel", "0.41.0")
    lock = make_lock(
        [recorded("alpha"), recorded("pip", "23.2.1"), recorded("uv", "0.9.0"), recorded("wheel", "0.40.0")],
        python_version="3.11.7",
    )
    assert set(pins(lock.text)) == {"alpha==1.0", "wheel==0.40.0"}
    assert lock.unlockable == ()


def test_an_unreachable_index_gives_the_recorded_versions_without_digests(
    recorded: Recorded, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UV_DEFAULT_INDEX", "http://user:secret@127.0.0.1:9/simple")
    monkeypatch.setenv("UV_HTTP_RETRIES", "0")
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path))
    packages = [recorded("beta", "2.0"), recorded("alpha"), recorded("pip"), recorded("mine", editable=True)]
    lock = make_lock(packages, python_version="3.11.7")
    assert lock.text == "alpha==1.0\nbeta==2.0\n"
    assert not lock.hashed
    assert "no package index could be reached" in lock.note
    assert "secret" not in lock.note
    assert [one.name for one in lock.unlockable] == ["mine"]


def test_what_was_asked_for_by_name_stays_on_every_platform(index: Any, recorded: Recorded) -> None:
    index.add("alpha", requires=["beta ; sys_platform == 'linux'", "gamma"])
    index.add("beta")
    index.add("gamma")
    packages = [recorded("alpha", requested=True), recorded("beta", requested=True), recorded("gamma")]
    assert pins(make_lock(packages, python_version="3.11.7").text) == {
        "alpha==1.0": None,
        "beta==1.0": None,
        "gamma==1.0": None,
    }


def test_where_all_was_asked_for_by_name_that_says_nothing(index: Any, recorded: Recorded) -> None:
    index.add("alpha", requires=["beta ; sys_platform == 'linux'"])
    index.add("beta")
    packages = [recorded("alpha", requested=True), recorded("beta", requested=True), recorded("pip")]
    assert pins(make_lock(packages, python_version="3.11.7").text) == {
        "alpha==1.0": None,
        "beta==1.0": "sys_platform == 'linux'",
    }


@pytest.mark.parametrize("all_known", [True, False])
def test_without_an_index_the_digests_of_the_authors_lock_are_taken(
    all_known: bool, recorded: Recorded, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path))
    known = {("alpha", "1.0"): ["a" * 64, "b" * 64], ("other", "1.0"): ["c" * 64]}
    if all_known:
        known["beta", "2.0"] = ["d" * 64]
    packages = [recorded("beta", "2.0"), recorded("alpha"), recorded("pip")]
    lock = make_lock(packages, python_version="3.11.7", offline=True, known=known)
    assert lock.hashed == all_known
    assert lock.resolved is None
    assert [(one.name, one.version, one.hashed) for one in read_lock(lock.text)] == [
        ("alpha", "1.0", all_known),
        ("beta", "2.0", all_known),
    ]
    assert ("digests of the author's lock" in lock.note) == all_known


def test_the_date_of_the_resolution_is_told(index: Any, recorded: Recorded) -> None:
    index.add("alpha", requires=["gamma ; sys_platform == 'win32'"])
    index.add("gamma")
    lock = make_lock([recorded("alpha")], python_version="3.11.7", recorded_at="2026-01-01T00:00:00Z")
    assert "as of today" in lock.note
    assert lock.resolved is not None
    assert lock.resolved > "2026-01-01"  # the index does not date its files


def test_without_uv_the_recorded_versions_are_frozen(
    recorded: Recorded, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lock_module, "find_uv", lambda: None)
    lock = make_lock([recorded("alpha")], python_version="3.11.7")
    assert (lock.text, lock.hashed) == ("alpha==1.0\n", False)
    assert "uv" in lock.note


@pytest.mark.parametrize("packages", [[], ["pip", "wheel"]])
def test_a_project_without_packages_needs_no_index(
    packages: list[str], recorded: Recorded, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lock_module, "run_uv", lambda *_: pytest.fail("uv was started"))
    lock = make_lock([recorded(name) for name in packages], python_version="3.11.7")
    assert (lock.text, lock.hashed, lock.note) == ("", True, "")


def test_settings_beside_the_project_do_not_reach_uv(
    index: Any, recorded: Recorded, working_folder: Path
) -> None:
    index.add("alpha")
    Path("uv.toml").write_text('index-url = "http://127.0.0.1:9/simple"\n')
    Path("pyproject.toml").write_text('[tool.uv]\nconstraint-dependencies = ["alpha<1"]\n')
    assert set(pins(make_lock([recorded("alpha")], python_version="3.11.7").text)) == {"alpha==1.0"}


@pytest.mark.loop
def test_a_genuine_index_is_resolved_as_of_the_run(recorded: Recorded) -> None:
    packages = [recorded("click", "8.1.7"), recorded("six", "1.16.0")]
    lock = make_lock(packages, python_version="3.11.7", recorded_at="2024-06-01T00:00:00Z")
    assert lock.note == ""
    assert pins(lock.text) == {
        "click==8.1.7": None,
        "colorama==0.4.6": "sys_platform == 'win32'",
        "six==1.16.0": None,
    }
    assert len(re.findall(r"--hash=sha256:", lock.text)) >= 3
