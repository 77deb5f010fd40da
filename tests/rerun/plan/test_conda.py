"""What a plan says of an environment of conda is what a rerun does with it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from reprocrate.manifest import Hardware, OperatingSystem, manifest_from
from reprocrate.rerun.host.described import described_host
from reprocrate.rerun.host.probing import Host
from reprocrate.rerun.plan import Decision, Plan, Requirement, make_plan
from reprocrate.rerun.sandbox.bubblewrap import Sandbox
from tests.rerun.plan.test_plan import CPU, GB, SHA, SYSTEM, Path, document

CHANNEL = "https://conda.anaconda.org/conda-forge"


def experiment(lock: bool = True, hashed: bool = True, sha256: str | None = SHA) -> dict[str, Any]:
    """numpy, Python and MKL by conda for Linux, tqdm by pip."""
    found = document()
    environment = found["environments"][0]

    def package(name: str, version: str, platform: str = "linux-64") -> dict[str, Any]:
        url = f"{CHANNEL}/{platform}/{name}-{version}-0.conda"
        digest = {"sha256": sha256, "sha256_from": "conda"} if sha256 else {}
        return {"name": name, "version": version, "source": "conda", "url": url, "build": "0", **digest}

    def other(name: str, version: str) -> dict[str, Any]:
        told = package(name, version)
        told.pop("sha256_from", None)
        return told

    environment["packages"] = [
        package("numpy", "1.26.4"),
        package("six", "1.16", "noarch"),
        {"name": "tqdm", "version": "4.66.0", "source": "pypi"},
    ]
    environment["other_packages"] = [other("mkl", "2023.1"), other("python", "3.11.7")]
    environment["lock"]["hashed"] = hashed
    if not lock:
        del environment["lock"]
    environment["locks"] = [{"path": "conda-explicit.txt", "sha256": SHA, "format": "conda", "hashed": True}]
    return found


@pytest.fixture
def host() -> Host:
    """A machine like the recorded one, without its Python, which can link packages of conda."""
    return Host(
        system=OperatingSystem.model_validate(SYSTEM),
        hardware=Hardware.model_validate({"id": "here", "cpu": CPU, "memory_bytes": 32 * GB}),
        sandbox=Sandbox(Path("/usr/bin/bwrap"), "bubblewrap 0.8.0"),
        free_bytes=100 * GB,
        conda="linux-64",
    )


def planned(found: dict[str, Any], host: Host) -> tuple[Plan, dict[tuple[str, str], Requirement]]:
    plan = make_plan(manifest_from(found), host)
    return plan, {(one.namespace, one.feature): one for one in plan.requirements}


def test_a_list_that_can_be_linked_gives_the_same_environment(host: Host) -> None:
    plan, found = planned(experiment(), host)
    assert found["packages", "conda"].decision is Decision.SAME
    assert "are not run" in found["packages", "conda"].reason
    assert found["packages", "conda"].recorded == (
        "4 packages: numpy 1.26.4, six 1.16, mkl 2023.1, python 3.11.7"
    )
    assert found["python", "version"].decision is Decision.SAME
    assert found["packages", "other"].recorded == "1 package: tqdm 4.66.0"
    assert ("packages", "numerical") not in found
    assert [one.text for one in plan.consents if one.kind == "fetch"] == [
        f"Fetch packages of conda that are not here yet, from {CHANNEL}/linux-64 (3), {CHANNEL}/noarch (1)."
    ]
    assert plan.possible
    assert plan.packages == 5


def test_without_sha256_they_are_weaker(host: Host) -> None:
    found = planned(experiment(sha256=None), host)[1]
    assert found["packages", "conda"].decision is Decision.SUBSTITUTABLE
    assert "MD5 tells damage only" in found["packages", "conda"].reason


@pytest.mark.parametrize("about", [{"lock": False}, {"hashed": False}])
def test_packages_of_pip_need_a_lock_with_digests(about: dict[str, bool], host: Host) -> None:
    found = planned(experiment(**about), host)[1]
    assert found["packages", "of pip"].decision is Decision.DEGRADED
    assert found["packages", "of pip"].recorded == "1 package: tqdm 4.66.0"
    assert ("packages", "other") not in found


def test_where_nothing_links_wheels_are_taken_and_it_is_said(host: Host) -> None:
    there = replace(host, conda=None, pythons={"3.11.7": "3.11.7"})
    plan, found = planned(experiment(), there)
    conda = found["packages", "conda"]
    assert (conda.decision, conda.override) == (
        Decision.SUBSTITUTABLE,
        "run `pip install 'reprocrate[conda]'`",
    )
    assert "wheels of the same versions are taken" in conda.reason
    assert conda.reason.endswith("not installed: mkl")
    assert plan.possible
    assert not [one for one in plan.consents if one.kind == "fetch"]


def test_where_nothing_links_and_no_wheels_are_named_nothing_runs(host: Host) -> None:
    plan, found = planned(experiment(lock=False), replace(host, conda=None))
    conda = found["packages", "conda"]
    assert conda.decision is Decision.IMPOSSIBLE
    assert conda.reason == "py-rattler, which links packages of conda, is not installed"
    assert conda.override == (
        "run `pip install 'reprocrate[conda]'`, or make it by hand with "
        "`micromamba create --name experiment --file conda-explicit.txt` and follow REPRODUCING.md"
    )
    assert not plan.possible


@pytest.mark.parametrize(
    ("machine", "decision", "why"),
    [
        ("linux-x86_64", Decision.SAME, "the list names them"),
        ("macos-arm64", Decision.SUBSTITUTABLE, "are for linux-64, and this machine is osx-arm64"),
        ("linux-aarch64", Decision.SUBSTITUTABLE, "are for linux-64, and this machine is linux-aarch64"),
        ("windows-x86_64", Decision.SUBSTITUTABLE, "are linked on Linux and macOS only"),
    ],
)
def test_another_machine_is_told_by_its_platform(machine: str, decision: Decision, why: str) -> None:
    told = experiment()
    found = planned(told, described_host(machine, manifest_from(told)))[1]
    assert found["packages", "conda"].decision is decision
    assert why in found["packages", "conda"].reason


def test_a_list_for_another_platform_alone_cannot_be_linked(host: Host) -> None:
    told = experiment(lock=False)
    found = planned(told, described_host("macos-arm64", manifest_from(told)))[1]
    conda = found["packages", "conda"]
    assert conda.decision is Decision.IMPOSSIBLE
    assert conda.override is not None
    assert conda.override.startswith("use a machine of linux-64, or make it by hand with ")
