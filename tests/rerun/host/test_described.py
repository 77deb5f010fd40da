"""A machine is described in a word, and the same bundle is planned for it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from reprocrate.errors import UsageError
from reprocrate.manifest import Manifest, manifest_from
from reprocrate.rerun.environment.lock import make_lock
from reprocrate.rerun.host.described import described_host
from reprocrate.rerun.plan import Decision, Plan, make_plan
from reprocrate.rerun.plan.index_answers import wheels_for
from tests.rerun.plan.test_plan import document, of_torch

HERE = ".".join(map(str, sys.version_info[:3]))


@pytest.fixture
def experiment() -> Manifest:
    told = document()
    of_torch(told, "cu124", "2.5.1")
    return manifest_from(told)


def decided(plan: Plan, feature: str) -> tuple[str | None, Decision]:
    return next((one.found, one.decision) for one in plan.requirements if one.feature == feature)


@pytest.mark.parametrize(
    ("machine", "torch"),
    [
        ("linux-x86_64", "torch 2.5.1+cpu"),
        ("linux-x86_64-cpu", "torch 2.5.1+cpu"),
        ("linux-x86_64-cuda118", "torch 2.5.1+cu118"),
        ("linux-aarch64", "torch 2.5.1+cpu"),
        ("macos-arm64", "torch 2.5.1"),
        ("windows-x86_64", "torch 2.5.1+cpu"),
        ("windows-x86_64-rocm6.2", "torch 2.5.1+cpu"),
    ],
)
def test_one_bundle_is_planned_for_every_machine(experiment: Manifest, machine: str, torch: str) -> None:
    plan = make_plan(experiment, described_host(machine, experiment))
    assert plan.machine == machine
    assert plan.possible
    assert decided(plan, "torch") == (torch, Decision.SUBSTITUTABLE)
    assert decided(plan, "version")[1] is Decision.SAME
    kinds = {one.kind for one in plan.consents}
    assert ("sandbox" in kinds) is not machine.startswith("linux")


def test_a_driver_that_runs_the_recorded_build_keeps_it(experiment: Manifest) -> None:
    plan = make_plan(experiment, described_host("linux-x86_64-cuda124", experiment))
    assert "torch" not in {one.feature for one in plan.requirements}
    assert decided(plan, "deep learning")[1] is Decision.SUBSTITUTABLE


@pytest.mark.parametrize(
    "name",
    [
        "",
        "linux",
        "amiga-m68k",
        "linux-x86_64-cuda7",
        "linux-x86_64-gpu",
        "macos-arm64-",
        "macos-arm64-cuda124",
    ],
)
def test_a_machine_that_nobody_knows_is_refused(experiment: Manifest, name: str) -> None:
    with pytest.raises(UsageError, match="describes no machine"):
        described_host(name, experiment)


def test_the_index_tells_what_has_no_wheel_for_a_machine(index: Any, tmp_path: Path) -> None:
    """Judged by uv's own resolution for the platform, over an index in a folder."""
    index.add("numpy", "1.26.4", tag="cp311-cp311-manylinux_2_17_x86_64")
    index.add("numpy", "1.26.4", tag="cp311-cp311-macosx_11_0_arm64")
    index.add("tqdm", "4.66.0", ["colorama ; sys_platform == 'win32'"])
    index.add("colorama")
    page = index.pages / "tqdm" / "index.html"
    page.write_text(page.read_text().replace("<a href", '<a data-yanked="it hangs" href'))
    told = document()
    told["environments"][0]["python"]["version"] = "3.11.7"
    experiment = manifest_from(told)
    environment = experiment.environments[0]
    lock = make_lock(environment.packages, python_version="3.11.7").text

    def planned(machine: str) -> Plan:
        host = described_host(machine, experiment)
        answers = {environment.id: wheels_for(environment, lock, host)}
        return make_plan(experiment, type(host)(**_fields(host) | {"wheels": answers}))

    linux = planned("linux-x86_64")
    assert linux.possible
    assert decided(linux, "tqdm") == ("tqdm 4.66.0", Decision.SAME)
    assert "withdrawn this version (it hangs)" in next(
        one.reason for one in linux.requirements if one.feature == "tqdm"
    )
    mac = planned("macos-arm64")
    assert mac.possible
    assert decided(mac, "numerical") == ("the same versions for its platform", Decision.SUBSTITUTABLE)
    windows = planned("windows-x86_64")
    assert not windows.possible
    assert decided(windows, "numpy") == (None, Decision.IMPOSSIBLE)


def _fields(host: Any) -> dict[str, Any]:
    return {name: getattr(host, name) for name in host.__dataclass_fields__}


@pytest.mark.loop
@pytest.mark.parametrize(
    ("machine", "comes", "goes"),
    [
        ("linux-x86_64-cuda130", "nvidia-cublas", None),
        ("macos-arm64", None, "nvidia-cublas"),
        ("windows-x86_64", None, "triton"),
    ],
)
def test_the_genuine_index_has_the_wheels_of_each_machine(
    machine: str, comes: str | None, goes: str | None
) -> None:
    told = document()
    environment = told["environments"][0]
    environment["python"]["version"] = "3.11.7"
    environment["packages"] = [{"name": "numpy", "version": "2.2.6", "source": "pypi"}]
    del environment["lock"]
    of_torch(told, version="2.13.0")
    package = {"name": "nvidia-cuda-runtime", "version": "13.0.96", "source": "pypi"}
    environment["packages"].append(package)
    experiment = manifest_from(told)
    choice = wheels_for(experiment.environments[0], None, described_host(machine, experiment))
    chosen = {one.name for one in choice.wheels}
    assert choice.lacking == ()
    assert {"torch", "numpy"} <= chosen
    assert comes is None or comes in chosen
    assert goes not in chosen
