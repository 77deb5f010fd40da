"""A lock that does not serve this machine is made again: same versions and day, another build or platform."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from reprocrate.errors import UnavailableError
from reprocrate.manifest import Environment, OperatingSystem
from reprocrate.rerun.environment.builds import Build, choose_build
from reprocrate.rerun.environment.lock import make_lock
from reprocrate.rerun.environment.relocking import relocking
from reprocrate.rerun.environment.requirements import read_lock
from tests.rerun.pytorch_index import Played, offer

HERE = ".".join(map(str, sys.version_info[:3]))
LINUX = OperatingSystem.model_validate({"name": "Linux", "machine": "x86_64", "libc": "glibc 2.36"})
MACOS = OperatingSystem.model_validate({"name": "Darwin", "machine": "arm64"})
SHA = "a" * 64


def environment(*packages: dict[str, Any], resolved: str | None = "2026-11-01") -> Environment:
    lock = {"path": "lock.txt", "sha256": SHA, "format": "requirements", "hashed": True, "resolved": resolved}
    return Environment.model_validate(
        {
            "id": "e",
            "python": {"version": HERE},
            "packages": [{"source": "pypi", "version": "1.0", **one} for one in packages],
            "lock": {name: value for name, value in lock.items() if value},
            "os": LINUX.model_dump(exclude_none=True),
        }
    )


TORCH = {"name": "torch", "version": "2.5.1", "local_label": "cu124"}


def again(recorded: Environment, lock: str, system: OperatingSystem = LINUX) -> Any:
    build = choose_build(recorded, system, ())
    return relocking(recorded, lock, read_lock(lock), system, build)


def test_the_recorded_build_gives_way_to_that_of_this_machine(
    index: Any, pytorch: Played, tmp_path: Path
) -> None:
    """Recorded with CUDA, made again for the processor: the libraries of CUDA go with the build."""
    index.add("alpha", requires=["torch"])
    index.add("nvidia-cublas-cu12", "12.4")
    of_cuda = type(index)(tmp_path / "cu124").add("torch", "2.5.1+cu124", ["nvidia-cublas-cu12==12.4"])
    offer(pytorch, of_cuda, "cu124")
    digest = offer(pytorch, type(index)(tmp_path / "cpu").add("torch", "2.5.1+cpu"), "cpu")
    recorded = environment({"name": "alpha"}, TORCH, {"name": "nvidia-cublas-cu12", "version": "12.4"})
    lock = make_lock(recorded.packages, python_version=HERE).text
    assert {one.version for one in read_lock(lock)} == {"1.0", "2.5.1+cu124", "12.4"}
    made = again(recorded, lock).make()
    assert {(one.name, one.version) for one in read_lock(made)} == {("alpha", "1.0"), ("torch", "2.5.1+cpu")}
    assert digest in made
    assert made.startswith("# In place of the lock ")
    assert all(one.hashed for one in read_lock(made))


def test_a_lock_that_names_the_build_serves(index: Any) -> None:
    recorded = environment({"name": "alpha"}, TORCH | {"local_label": "cpu"})
    assert again(recorded, f"alpha==1.0\ntorch==2.5.1+cpu --hash=sha256:{SHA}\n") is None
    assert again(environment({"name": "alpha"}), "alpha==1.0\n", MACOS) is None


def test_a_lock_for_one_platform_is_made_again_for_another(index: Any) -> None:
    """What only the recorded platform needs is not asked of this one."""
    index.add("alpha", requires=["linuxonly ; sys_platform == 'linux'", "maconly ; sys_platform == 'darwin'"])
    index.add("linuxonly")
    index.add("maconly")
    recorded = environment({"name": "alpha"}, {"name": "linuxonly"}, resolved=None)
    frozen = "alpha==1.0\nlinuxonly==1.0\n"
    assert again(recorded, frozen) is None
    made = {one.name: one.marker for one in read_lock(again(recorded, frozen, MACOS).make())}
    assert made == {
        "alpha": None,
        "linuxonly": "sys_platform == 'linux'",
        "maconly": "sys_platform == 'darwin'",
    }


def test_the_day_of_the_original_is_kept(
    index: Any, pytorch: Played, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str | None] = []

    def noted(*_: Any, recorded_at: str | None, **more: Any) -> Any:
        asked.append(recorded_at)
        return make_lock(*_, recorded_at=None, **more)

    monkeypatch.setattr("reprocrate.rerun.environment.relocking.make_lock", noted)
    index.add("torch", "2.5.1")
    recorded = environment(TORCH)
    again(recorded, f"torch==2.5.1+cu124 --hash=sha256:{SHA}\n").make()
    assert asked == ["2026-11-01"]


def test_without_pytorchs_index_the_build_of_the_index_stands_in_for_that_of_the_processor(
    index: Any, pytorch: Played
) -> None:
    index.add("torch", "2.5.1")
    made = again(environment(TORCH), f"torch==2.5.1+cu124 --hash=sha256:{SHA}\n").make()
    assert [one.version for one in read_lock(made)] == ["2.5.1"]


def test_a_version_that_no_index_has_any_more_is_told(index: Any) -> None:
    index.add("alpha", "2.0")
    recorded = environment({"name": "alpha"}, resolved=None)
    with pytest.raises(UnavailableError) as caught:
        again(recorded, "alpha==1.0\n", MACOS).make()
    assert "alpha 1.0: the package index does not have this version" in str(caught.value)


def test_a_build_for_other_devices_is_no_stand_in(index: Any, pytorch: Played) -> None:
    """The index's own build may be for a CUDA that the driver here does not know."""
    index.add("torch", "2.5.1")
    recorded = environment(TORCH)
    build = Build("cu124", "cu118", "the driver is old")
    lock = f"torch==2.5.1+cu124 --hash=sha256:{SHA}\n"
    one = relocking(recorded, lock, read_lock(lock), LINUX, build)
    assert one is not None
    assert not one.can_do_without
    with pytest.raises(UnavailableError, match="cannot be made for this machine"):
        one.make()
