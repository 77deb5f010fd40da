"""Platforms by the names that people use, that uv uses, and that records tell."""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass

import pytest

from reprocrate.errors import UsageError
from reprocrate.rerun.environment.platforms import SHORT, is_for, platform_named, platform_of, targets
from reprocrate.rerun.environment.uv_tool import find_uv


@dataclass(frozen=True)
class System:
    name: str
    machine: str | None = None
    libc: str | None = None


def test_every_name_is_one_that_uv_knows() -> None:
    uv = find_uv()
    assert uv is not None
    asked = [uv, "pip", "compile", "--python-platform", "none of them", "-"]
    said = subprocess.run(asked, capture_output=True, text=True, check=False).stderr
    listed = said.partition("possible values:")[2].partition("]")[0]
    known = {name.strip() for name in re.sub(r"\s+", " ", listed).split(",")}
    assert len(known) > 20
    names = [*SHORT, "x86_64-manylinux2014", "aarch64-manylinux_2_40", "x86_64-unknown-linux-musl"]
    assert {target.name for name in names for target in targets(platform_named(name))} <= known


@pytest.mark.parametrize("name", ["linux", "x86_64", "linux-x86-64", "x86_64-manylinux_2_99", "", "--help"])
def test_other_names_are_refused_with_those_that_are_known(name: str) -> None:
    with pytest.raises(UsageError, match=r"linux-x86_64, .*macos-arm64"):
        platform_named(name)


@pytest.mark.parametrize(
    ("system", "platform"),
    [
        (System("Linux", "x86_64", "glibc 2.36"), "x86_64-unknown-linux-gnu"),
        (System("Linux", "aarch64", "glibc 2.28"), "aarch64-unknown-linux-gnu"),
        (System("Linux", "x86_64"), None),  # no glibc: another C library, with other wheels
        (System("Darwin", "arm64"), "aarch64-apple-darwin"),
        (System("Windows", "AMD64"), "x86_64-pc-windows-msvc"),
        (System("Linux", "ppc64le", "glibc 2.36"), None),
        (System("Haiku", "x86_64"), None),
        (None, None),
    ],
)
def test_the_platform_of_a_recorded_system(system: System | None, platform: str | None) -> None:
    assert platform_of(system) == platform


def test_wheels_are_for_a_machine_whatever_c_library_they_ask_for() -> None:
    linux, mac = System("Linux", "x86_64", "glibc 2.36"), System("Darwin", "arm64")
    assert is_for("x86_64-unknown-linux-gnu", linux)
    assert is_for("x86_64-manylinux_2_28", linux)
    assert is_for("aarch64-apple-darwin", mac)
    assert not is_for("aarch64-unknown-linux-gnu", linux)
    assert not is_for("x86_64-unknown-linux-musl", linux)
    assert not is_for("x86_64-unknown-linux-gnu", mac)
