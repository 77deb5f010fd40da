"""A plan is decided from the manifest and this machine alone, before anything is done."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from reprocrate.errors import UsageError
from reprocrate.manifest import Hardware, Manifest, OperatingSystem, manifest_from
from reprocrate.render.plan import plan_text
from reprocrate.rerun.data.offers import Provision
from reprocrate.rerun.data.supply import Supply
from reprocrate.rerun.host.probing import Host
from reprocrate.rerun.plan import (
    Decision,
    Expected,
    Plan,
    Requirement,
    Scope,
    duration_text,
    make_plan,
    plan_scope,
    size_text,
)
from reprocrate.rerun.sandbox.bubblewrap import NoSandbox, Sandbox
from reprocrate.rerun.work.selection import Depth
from reprocrate.standard import problems, schema_document

GB = 10**9
SHA = "a" * 64
CPU = {
    "model": "Ryzen 9",
    "architecture": "x86_64",
    "features": ["avx2", "fma"],
    "cores": 4,
    "threads": 8,
    "sockets": 1,
}
SYSTEM = {"name": "Linux", "version": "Debian GNU/Linux 12", "machine": "x86_64", "libc": "glibc 2.36"}


def run(configuration: str, seed: int, minute: int, **more: Any) -> dict[str, Any]:
    return {
        "id": f"{configuration}-{seed}",
        "configuration": configuration,
        "command": ["python", "train.py", "--seed", str(seed), "--method", configuration],
        "status": "ok",
        "seeds": [{"value": seed, "how": "argument"}],
        "started": f"2026-11-01T12:{minute:02}:00Z",
        "duration_s": 30.0,
        "code": "code",
        "environment": "environment",
        "hardware": ["machine"],
        "inputs": [{"path": "data/rings.csv", "size": 100, "sha256": SHA}],
        "outputs": [{"path": f"out/{configuration}-{seed}.json", "size": 50, "sha256": SHA}],
        "resources": {"peak_memory_bytes": 2 * GB},
        **more,
    }


def document() -> dict[str, Any]:
    """Two configurations of three seeds, a comparison and a claim."""
    names = ("wide", "narrow")
    return {
        "manifest_version": "1.0",
        "id": "urn:uuid:6b1f3f5e-6f0c-5a52-9a53-3a2a6f1f1f10",
        "experiment": {"title": "Random features on rings"},
        "code": [
            {"id": "code", "tree_sha256": SHA, "files": [{"path": "train.py", "size": 500, "sha256": SHA}]}
        ],
        "data": [{"id": "rings", "files": [{"path": "data/rings.csv", "size": 100, "sha256": SHA}]}],
        "environments": [
            {
                "id": "environment",
                "python": {"version": "3.11.7", "implementation": "CPython"},
                "packages": [
                    {"name": "numpy", "version": "1.26.4", "source": "pypi"},
                    {"name": "pip", "version": "23.2.1", "source": "pypi"},
                    {"name": "tqdm", "version": "4.66.0", "source": "pypi"},
                ],
                "lock": {"path": "lock.txt", "sha256": SHA, "format": "requirements", "hashed": True},
                "os": SYSTEM,
            }
        ],
        "hardware": [{"id": "machine", "cpu": CPU, "memory_bytes": 32 * GB}],
        "configurations": [
            {
                "id": name,
                "command": ["python", "train.py", "--seed", "{seed}", "--method", name],
                "code": "code",
                "data": ["rings"],
            }
            for name in names
        ],
        "runs": [run(name, seed, 3 * place + seed) for place, name in enumerate(names) for seed in range(3)],
        "metrics": [{"id": "accuracy", "direction": "maximize"}],
        "results": [
            {
                "id": f"{name}-accuracy",
                "configuration": name,
                "metric": "accuracy",
                "over": "runs",
                "statistic": "mean",
                "n": 3,
                "runs": [f"{name}-{seed}" for seed in range(3)],
                "value": 0.9,
            }
            for name in names
        ],
        "comparisons": [{"id": "gain", "a": "wide-accuracy", "b": "narrow-accuracy"}],
        "claims": [
            {
                "id": "claim-1",
                "text": "Wide beats narrow.",
                "kind": "ordering",
                "primary": True,
                "evidence": ["gain"],
            },
            {"id": "claim-2", "text": "Wide is at 0.9.", "kind": "value", "evidence": ["wide-accuracy"]},
        ],
    }


@pytest.fixture
def experiment() -> dict[str, Any]:
    """The experiment that most tests change in one place."""
    return document()


@pytest.fixture
def host() -> Host:
    """A machine like the recorded one."""
    return Host(
        system=OperatingSystem.model_validate(SYSTEM),
        hardware=Hardware.model_validate({"id": "here", "cpu": CPU, "memory_bytes": 32 * GB}),
        sandbox=Sandbox(Path("/usr/bin/bwrap"), "bubblewrap 0.8.0"),
        pythons={"3.11.7": "3.11.7"},
        free_bytes=100 * GB,
    )


def plan_for(experiment: dict[str, Any], host: Host, **options: Any) -> Plan:
    plan = make_plan(manifest_from(experiment), host, **options)
    assert problems(json.loads(json.dumps(plan.to_json())), "plan") == []
    return plan


def requirement(plan: Plan, namespace: str, feature: str | None = None) -> Requirement:
    found = [
        one for one in plan.requirements if one.namespace == namespace and feature in (None, one.feature)
    ]
    assert len(found) == 1, found
    return found[0]


def with_cpu(host: Host, **changes: Any) -> Host:
    return replace(
        host, hardware=Hardware.model_validate({"id": "here", "cpu": CPU | changes, "memory_bytes": 32 * GB})
    )


def shown(plan: Plan) -> str:
    """The plan as a terminal shows it."""
    console = Console(file=io.StringIO(), width=120, color_system=None)
    console.print(plan_text(plan.to_json()))
    return str(console.file.getvalue())  # type: ignore[attr-defined]


def test_the_recorded_machine_promises_the_same_values(experiment: dict[str, Any], host: Host) -> None:
    plan = plan_for(experiment, host)
    assert plan.overall is Decision.SAME
    assert plan.possible
    assert plan.expected is Expected.IDENTICAL
    assert plan.consents == ()
    assert {one.namespace for one in plan.requirements} == {
        "python",
        "packages",
        "system",
        "cpu",
        "memory",
        "code",
        "data",
        "disk",
    }
    assert all(one.configurations == ("wide", "narrow") for one in plan.requirements)


def test_work_time_and_sizes_come_from_the_record(experiment: dict[str, Any], host: Host) -> None:
    plan = plan_for(experiment, host)
    assert [(one.label, one.seeds, one.seconds) for one in plan.work] == [
        ("wide", (0, 1, 2), 90.0),
        ("narrow", (0, 1, 2), 90.0),
    ]
    assert plan.seconds == 180.0
    assert plan.disk_bytes == 500 + 100 + 6 * 50
    assert plan.download_bytes == 500 + 100 + 6 * 50
    assert "Download     900 bytes" in shown(plan)
    assert plan.packages == 3
    there = make_plan(manifest_from(experiment), host, folder=Path(__file__).parent)
    assert there.download_bytes == 0
    assert "Download" not in shown(there)
    assert "Environment  3 packages" in shown(there)
    assert [(one.depth, one.available, one.seconds) for one in plan.depths] == [
        (Depth.LOGS, True, 0),
        (Depth.EVALUATE, False, None),
        (Depth.SMOKE, False, None),
        (Depth.FULL, True, 180.0),
    ]


def test_each_claim_is_told_what_can_be_shown(experiment: dict[str, Any], host: Host) -> None:
    first, second = plan_for(experiment, host).claims
    assert first.configurations == ("wide", "narrow")
    assert first.primary
    assert first.expected is Expected.IDENTICAL
    assert first.shows == "3 seeds of 2 configurations can be run. The same values are to be expected."
    assert second.configurations == ("wide",)
    assert not second.primary


def test_fewer_seeds_take_less_time(experiment: dict[str, Any], host: Host) -> None:
    plan = plan_for(experiment, host, seeds=(1,))
    assert plan.seconds == 60.0
    assert [one.seeds for one in plan.work] == [(1,), (1,)]


def test_a_seed_that_was_not_recorded_is_refused(experiment: dict[str, Any], host: Host) -> None:
    with pytest.raises(UsageError, match=r"seed 7 was not recorded.*0, 1, 2"):
        plan_for(experiment, host, seeds=(1, 7))


def test_a_configuration_that_is_not_run_shows_nothing_for_a_claim(
    experiment: dict[str, Any], host: Host
) -> None:
    first, second = plan_for(experiment, host, configurations=["wide"]).claims
    assert first.expected is Expected.NOTHING
    assert second.expected is Expected.IDENTICAL


def test_an_unknown_configuration_is_refused(experiment: dict[str, Any], host: Host) -> None:
    with pytest.raises(UsageError, match="broad"):
        plan_for(experiment, host, configurations=["broad"])


def test_recomputing_from_the_logs_runs_nothing(experiment: dict[str, Any], host: Host) -> None:
    blocked = replace(host, pythons={}, sandbox=NoSandbox("none", "get one"))
    plan = plan_for(experiment, blocked, depth=Depth.LOGS)
    assert plan.requirements == ()
    assert plan.work == ()
    assert plan.consents == ()
    assert plan.expected is Expected.IDENTICAL
    assert "nothing is run" in plan.claims[0].shows
    text = shown(plan)
    assert "Disk      no space to speak of: no environment is built" in text
    assert "packages" not in text
    assert "--depth full" in text


def test_runs_of_several_processes_cannot_be_repeated_by_one(experiment: dict[str, Any], host: Host) -> None:
    for one in experiment["runs"][:3]:
        one["launch"] = {"launcher": "torchrun", "world_size": 16, "nodes": 2}
    experiment["runs"][3]["launch"] = {"launcher": "torchrun", "world_size": 1, "nodes": 1}
    plan = plan_for(experiment, host)
    launch = requirement(plan, "launch", "processes")
    assert launch.recorded == "torchrun, 16 processes, 2 nodes"
    assert (launch.decision, launch.configurations) == (Decision.IMPOSSIBLE, ("wide",))
    assert "smoke" not in (launch.override or "")
    assert not plan.possible
    assert [claim.expected for claim in plan.claims] == [Expected.NOTHING] * 2

    experiment["configurations"][0]["variants"] = [{"name": "smoke", "overrides": ["--epochs", "1"]}]
    assert "--depth smoke" in (requirement(plan_for(experiment, host), "launch").override or "")
    cheap = plan_for(experiment, host, depth=Depth.SMOKE)
    assert "launch" not in {one.namespace for one in cheap.requirements}
    assert cheap.possible


@pytest.mark.parametrize("overrides", [["--data", "standin/rings.csv"], ["--data=standin/"], ["./standin"]])
def test_a_variant_needs_the_data_that_its_arguments_name(
    experiment: dict[str, Any], host: Host, overrides: list[str]
) -> None:
    experiment["data"][0]["access"] = {"level": "restricted", "how_to_obtain": "Ask."}
    experiment["data"][0]["files"][0]["in_bundle"] = False
    file = {"path": "standin/rings.csv", "size": 10, "sha256": SHA}
    experiment["data"].append({"id": "standin", "files": [file]})
    for configuration in experiment["configurations"]:
        configuration["variants"] = [{"name": "smoke", "overrides": overrides}]
    assert requirement(plan_for(experiment, host), "data", "rings").decision is Decision.IMPOSSIBLE
    cheap = plan_for(experiment, host, depth=Depth.SMOKE)
    assert requirement(cheap, "data").feature == "standin"
    assert cheap.possible
    for configuration in experiment["configurations"]:
        configuration["variants"] = [{"name": "smoke", "overrides": ["--epochs", "1"]}]
    assert not plan_for(experiment, host, depth=Depth.SMOKE).possible


def test_a_smoke_run_shows_only_that_the_code_runs(experiment: dict[str, Any], host: Host) -> None:
    for configuration in experiment["configurations"]:
        configuration["variants"] = [{"name": "smoke", "overrides": ["--epochs", "1"], "minutes": 0.1}]
    plan = plan_for(experiment, host, depth=Depth.SMOKE)
    assert plan.expected is Expected.RUNS
    assert plan.seconds == pytest.approx(36.0)
    assert all(one.expected is Expected.RUNS for one in plan.claims)


def test_a_depth_that_was_not_declared_is_refused(experiment: dict[str, Any], host: Host) -> None:
    with pytest.raises(UsageError, match="smoke"):
        plan_for(experiment, host, depth=Depth.SMOKE)


@pytest.mark.parametrize(
    ("found", "decision"),
    [
        ({"3.11.7": "3.11.7"}, Decision.SAME),
        ({"3.11.7": "3.11.9"}, Decision.SUBSTITUTABLE),
        ({}, Decision.IMPOSSIBLE),
    ],
)
def test_the_interpreter(
    experiment: dict[str, Any], host: Host, found: dict[str, str], decision: Decision
) -> None:
    one = requirement(plan_for(experiment, replace(host, pythons=found)), "python")
    assert one.decision is decision
    assert one.recorded == "CPython 3.11.7"


def test_a_missing_interpreter_says_how_to_get_it(experiment: dict[str, Any], host: Host) -> None:
    plan = plan_for(experiment, replace(host, pythons={}))
    assert plan.overall is Decision.IMPOSSIBLE
    assert plan.expected is Expected.NOTHING
    assert not plan.possible
    assert "uv python install 3.11" in str(requirement(plan, "python").override)
    assert plan.claims[0].shows.startswith("Nothing: python version")
    assert plan.claims[0].expected is Expected.NOTHING
    for version, words in (
        ("3.7.16", "pyenv install 3.7.16"),
        ("2.7.18", "in a container with Python 2.7.18"),
    ):
        experiment["environments"][0]["python"]["version"] = version
        here = replace(host, pythons={"2.7.18": "2.7.18"})
        one = requirement(plan_for(experiment, here), "python")
        assert one.decision is Decision.IMPOSSIBLE
        assert words in str(one.override)


def test_packages_are_grouped_by_what_they_do_to_numbers(experiment: dict[str, Any], host: Host) -> None:
    plan = plan_for(experiment, host)
    families = {one.feature: one.recorded for one in plan.requirements if one.namespace == "packages"}
    assert families == {"numerical": "1 package: numpy 1.26.4", "other": "1 package: tqdm 4.66.0"}


def test_another_platform_takes_other_wheels(experiment: dict[str, Any], host: Host) -> None:
    arm = replace(host, system=OperatingSystem.model_validate(SYSTEM | {"machine": "aarch64"}))
    plan = plan_for(experiment, with_cpu(arm, architecture="arm64"))
    assert requirement(plan, "packages", "numerical").decision is Decision.SUBSTITUTABLE
    assert requirement(plan, "cpu", "model").decision is Decision.SUBSTITUTABLE
    assert plan.expected is Expected.WITHIN_TOLERANCE
    files = ["tqdm-4.66.0-py3-none-any.whl", "numpy-1.26.4-cp311-cp311-manylinux_2_17_x86_64.whl"]
    house = [{"path": f"wheels/{name}", "size": 1, "sha256": SHA} for name in files]
    experiment["environments"][0]["wheels"] = [{"platform": "x86_64-unknown-linux-gnu", "files": house}]
    plan = plan_for(experiment, with_cpu(arm, architecture="arm64"))
    decided = {one.feature: one.decision for one in plan.requirements if one.namespace == "packages"}
    assert decided == {"of every platform": Decision.SAME, "numerical": Decision.SUBSTITUTABLE}
    del experiment["environments"][0]["lock"]["hashed"]
    plan = plan_for(experiment, with_cpu(arm, architecture="arm64"))
    assert requirement(plan, "packages", "other").decision is Decision.SUBSTITUTABLE
    experiment["environments"][0]["lock"]["hashed"] = True
    assert "of every platform" not in {one.feature for one in plan_for(experiment, host).requirements}


def test_a_lock_without_digests_verifies_nothing(experiment: dict[str, Any], host: Host) -> None:
    del experiment["environments"][0]["lock"]["hashed"]
    one = requirement(plan_for(experiment, host), "packages", "numerical")
    assert one.decision is Decision.SUBSTITUTABLE
    assert "unverified" in str(one.found)


def of_torch(experiment: dict[str, Any], label: str | None = None, version: str = "2.1.0") -> None:
    """Torch in the environment, in a build with a label."""
    told = {"local_label": label} if label else {}
    package = {"name": "torch", "version": version, "source": "pypi"}
    experiment["environments"][0]["packages"].append(package | told)


def with_devices(host: Host, *devices: dict[str, Any]) -> Host:
    described = {"id": "here", "cpu": CPU, "memory_bytes": 32 * GB, "accelerators": devices}
    return replace(host, hardware=Hardware.model_validate(described))


H100 = {"vendor": "nvidia", "model": "H100", "memory_bytes": 80 * GB, "compute_capability": "9.0"}


@pytest.mark.parametrize(
    ("label", "device", "found", "decision"),
    [
        ("cu118", None, "torch 2.1.0+cpu", Decision.SUBSTITUTABLE),
        ("cu130", H100 | {"driver": "535.104.05"}, "torch 2.1.0+cu129", Decision.SUBSTITUTABLE),
        ("cu124", H100 | {"driver": "470.57.02"}, "torch 2.1.0+cu118", Decision.SUBSTITUTABLE),
        ("cu124", H100 | {"driver": "410.48"}, None, Decision.IMPOSSIBLE),
        ("cu124", H100 | {"compute_capability": "12.0"}, "torch 2.1.0+cu128", Decision.SUBSTITUTABLE),
        ("cu130", H100 | {"compute_capability": "6.1"}, "torch 2.1.0+cu126", Decision.SUBSTITUTABLE),
        ("rocm6.2", H100, "torch 2.1.0+cpu", Decision.SUBSTITUTABLE),
    ],
)
def test_the_build_is_chosen_for_the_devices_that_are_here(
    experiment: dict[str, Any],
    host: Host,
    label: str,
    device: dict[str, Any] | None,
    found: str | None,
    decision: Decision,
) -> None:
    of_torch(experiment, label)
    here = with_devices(host, device) if device else host
    one = requirement(plan_for(experiment, here), "packages", "torch")
    assert (one.recorded, one.found, one.decision) == (f"torch 2.1.0+{label}", found, decision)
    assert one.reason


def test_a_build_that_fits_is_kept(experiment: dict[str, Any], host: Host) -> None:
    of_torch(experiment, "cu124")
    plan = plan_for(experiment, with_devices(host, H100 | {"driver": "550.54"}))
    one = requirement(plan, "packages", "deep learning")
    assert one.decision is Decision.SUBSTITUTABLE
    assert "torch 2.1.0+cu124" in one.reason


def test_libraries_of_another_build_are_left_to_it(experiment: dict[str, Any], host: Host) -> None:
    of_torch(experiment, "cu124")
    for name in ("nvidia-cublas-cu12", "triton"):
        package = {"name": name, "version": "3.0", "source": "pypi"}
        experiment["environments"][0]["packages"].append(package)
    one = requirement(plan_for(experiment, host), "packages", "accelerator libraries")
    assert one.recorded == "2 packages: nvidia-cublas-cu12 3.0, triton 3.0"
    assert one.found is None


def test_the_driver_has_to_know_the_packages_cuda(experiment: dict[str, Any], host: Host) -> None:
    """Builds of the package index have no label: the packages of CUDA's runtime tell."""
    of_torch(experiment)
    package = {"name": "nvidia-cuda-runtime-cu12", "version": "12.4.127", "source": "pypi"}
    experiment["environments"][0]["packages"].append(package)
    experiment["hardware"][0]["accelerators"] = [H100 | {"driver": "550.54"}]

    def judged(driver: str) -> Requirement:
        here = with_devices(host, H100 | {"driver": driver})
        return requirement(plan_for(experiment, here), "accelerator", "driver")

    assert judged("550.54").decision is Decision.SAME
    assert judged("525.60.13").decision is Decision.SUBSTITUTABLE
    old = judged("470.57")
    assert old.decision is Decision.SUBSTITUTABLE
    assert old.reason.startswith("CUDA 12.4 needs a driver 525.60.13 or newer; the build +cu118")
    none = judged("390.10")
    assert none.decision is Decision.IMPOSSIBLE
    assert none.recorded == "driver 550.54, packages for CUDA 12.4"


def test_what_was_computed_on_a_device_is_told_where_there_is_none(
    experiment: dict[str, Any], host: Host
) -> None:
    experiment["hardware"][0]["accelerators"] = [H100]
    for one in experiment["runs"]:
        one["resources"]["devices"] = ["cpu", "cuda:0"]
    found = requirement(plan_for(experiment, host), "accelerator", "model")
    assert found.decision is Decision.DEGRADED
    assert "the recorded runs computed on cuda:0" in found.reason


@pytest.mark.parametrize(
    ("feature", "value", "device", "lack"),
    [
        ("sm_arch", "90", None, "there is none here"),
        ("sm_arch", "90", H100, None),
        ("sm_arch", "sm_100", H100, "compute capability 10.0, here is 9.0"),
        ("cuda_version_lower_bound", "12.8", H100 | {"runtime": "12.4"}, "knows 12.4"),
        ("cuda_version_lower_bound", "12.4", H100 | {"runtime": "12.4"}, None),
        ("sm_arch", "90", {"vendor": "amd", "model": "MI300"}, "a device of NVIDIA"),
    ],
)
def test_features_that_the_code_asks_for_by_name(
    experiment: dict[str, Any],
    host: Host,
    feature: str,
    value: str,
    device: dict[str, Any] | None,
    lack: str | None,
) -> None:
    asked = {"namespace": "nvidia", "feature": feature, "value": value}
    experiment["requirements"] = {"accelerators": [asked]}
    plan = plan_for(experiment, with_devices(host, device) if device else host)
    found = [one for one in plan.requirements if one.feature == "required"]
    assert [one.decision for one in found] == ([Decision.IMPOSSIBLE] if lack else [])
    assert not lack or lack in found[0].reason


V3 = ["avx2", "fma"]
V4 = [*V3, "avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"]


def test_kernels_are_held_to_the_recorded_level(experiment: dict[str, Any], host: Host) -> None:
    experiment["hardware"][0]["cpu"] = CPU | {"features": V3}
    one = requirement(plan_for(experiment, with_cpu(host, features=V4)), "cpu", "kernels")
    assert (one.recorded, one.found) == ("x86-64-v3", "x86-64-v4")
    assert one.decision is Decision.SUBSTITUTABLE
    assert "OPENBLAS_CORETYPE=Haswell" in one.reason
    assert "NPY_DISABLE_CPU_FEATURES='AVX512F " in one.reason


def test_kernels_that_this_processor_lacks_cannot_be_had(experiment: dict[str, Any], host: Host) -> None:
    experiment["hardware"][0]["cpu"] = CPU | {"features": V4}
    one = requirement(plan_for(experiment, with_cpu(host, features=V3)), "cpu", "kernels")
    assert one.decision is Decision.SUBSTITUTABLE
    assert one.override == "use a processor of the level x86-64-v4"


def test_a_package_from_a_folder_needs_consent(experiment: dict[str, Any], host: Host) -> None:
    experiment["environments"][0]["packages"] += [
        {"name": "mylib", "version": "0.1", "source": "local", "editable": True},
        {"name": "reprocrate", "version": "0.1", "source": "local"},
    ]
    plan = plan_for(experiment, host)
    assert requirement(plan, "packages", "mylib").decision is Decision.DEGRADED
    assert [(one.kind, one.option) for one in plan.consents] == [("degraded", "--accept-degraded")]
    assert "mylib" in plan.consents[0].text


def test_a_package_that_the_lock_leaves_out_needs_consent(experiment: dict[str, Any], host: Host) -> None:
    experiment["environments"][0]["lock"]["left_out"] = [
        "tqdm 4.66.0: the package index does not have this version",
        "reprocrate 0.1: it was installed from a local folder or file",
    ]
    plan = plan_for(experiment, host)
    one = requirement(plan, "packages", "tqdm")
    assert one.decision is Decision.DEGRADED
    assert "does not have this version" in one.reason
    assert len(plan.consents) == 1


def test_a_package_whose_source_is_part_of_the_code_is_imported_from_there(
    experiment: dict[str, Any], host: Host
) -> None:
    experiment["code"][0]["files"].append({"path": "src/my_lib/__init__.py", "size": 1, "sha256": SHA})
    experiment["environments"][0]["packages"].append(
        {"name": "my-lib", "version": "0.1", "source": "local", "editable": True}
    )
    plan = plan_for(experiment, host)
    assert requirement(plan, "packages", "my-lib").decision is Decision.SAME
    assert plan.consents == ()


@pytest.mark.parametrize("root", ["external", "temporary"])
def test_data_that_no_run_here_could_find_is_a_blocker(
    experiment: dict[str, Any], host: Host, root: str
) -> None:
    experiment["data"][0]["files"][0]["root"] = root
    one = requirement(plan_for(experiment, host), "data")
    assert one.decision is Decision.IMPOSSIBLE
    assert root in one.reason


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"model": "Xeon"}, "another model"),
        ({"features": ["fma"], "model": "Xeon"}, "lacks avx2"),
        ({"architecture": "arm64"}, "another architecture"),
    ],
)
def test_another_processor_may_change_the_last_digits(
    experiment: dict[str, Any], host: Host, changes: dict[str, Any], reason: str
) -> None:
    one = requirement(plan_for(experiment, with_cpu(host, **changes)), "cpu", "model")
    assert one.decision is Decision.SUBSTITUTABLE
    assert reason in one.reason


def test_processors_of_one_micro_architecture_are_the_same_whatever_they_are_called(
    experiment: dict[str, Any], host: Host
) -> None:
    def judged(recorded: dict[str, Any], **here: Any) -> tuple[Decision, str]:
        experiment["hardware"][0]["cpu"] = CPU | recorded
        one = requirement(plan_for(experiment, with_cpu(host, **here)), "cpu", "model")
        return one.decision, one.reason

    zen3 = {"microarchitecture": "zen3", "level": "x86-64-v3"}
    decision, reason = judged(zen3, **zen3, model="Ryzen 7")
    assert (decision, "same micro-architecture (zen3)" in reason) == (Decision.SAME, True)
    decision, reason = judged(zen3, **zen3 | {"microarchitecture": "haswell"})
    assert (decision, "zen3 then and haswell now" in reason) == (Decision.SUBSTITUTABLE, True)
    more = [*CPU["features"], "avx512f"]
    assert judged(zen3, **zen3, model="Ryzen 7", features=more)[0] is Decision.SUBSTITUTABLE
    hidden = {"microarchitecture": "x86_64_v3", "level": "x86-64-v3"}
    assert judged(hidden, **hidden, model="Ryzen 7")[0] is Decision.SUBSTITUTABLE
    assert judged(hidden, **hidden)[0] is Decision.SAME
    assert judged({}, **zen3)[0] is Decision.SAME


def test_more_threads_are_pinned_to_the_recorded_number(experiment: dict[str, Any], host: Host) -> None:
    one = requirement(plan_for(experiment, with_cpu(host, threads=64)), "cpu", "threads")
    assert one.decision is Decision.SUBSTITUTABLE
    assert "8 threads, as then" in one.reason


def test_a_recorded_peak_that_does_not_fit_is_a_blocker(experiment: dict[str, Any], host: Host) -> None:
    small = replace(host, hardware=Hardware.model_validate({"id": "here", "cpu": CPU, "memory_bytes": GB}))
    one = requirement(plan_for(experiment, small), "memory")
    assert one.decision is Decision.IMPOSSIBLE
    assert (one.recorded, one.found) == ("2.0 GB used", "1.0 GB")


def test_less_memory_that_suffices_is_the_same(experiment: dict[str, Any], host: Host) -> None:
    small = replace(
        host, hardware=Hardware.model_validate({"id": "here", "cpu": CPU, "memory_bytes": 3 * GB})
    )
    assert requirement(plan_for(experiment, small), "memory").decision is Decision.SAME


A100 = {"vendor": "nvidia", "model": "A100", "memory_bytes": 80 * GB}


@pytest.mark.parametrize(
    ("here", "decision"),
    [
        ([A100], Decision.SAME),
        ([A100 | {"model": "H100"}], Decision.SUBSTITUTABLE),
        ([A100 | {"memory_bytes": 40 * GB}], Decision.DEGRADED),
        ([{"vendor": "amd", "model": "MI300", "memory_bytes": 192 * GB}], Decision.DEGRADED),
        ([], Decision.DEGRADED),
    ],
)
def test_accelerators(
    experiment: dict[str, Any], host: Host, here: list[dict[str, Any]], decision: Decision
) -> None:
    experiment["hardware"][0]["accelerators"] = [A100]
    experiment["environments"][0]["packages"].append({"name": "torch", "version": "2.1.0", "source": "pypi"})
    machine = Hardware.model_validate(
        {"id": "here", "cpu": CPU, "memory_bytes": 32 * GB, "accelerators": here}
    )
    plan = plan_for(experiment, replace(host, hardware=machine))
    assert requirement(plan, "accelerator").decision is decision
    if decision is Decision.DEGRADED:
        assert plan.expected is Expected.EQUIVALENT
        assert [one.kind for one in plan.consents] == ["degraded"]


def test_less_device_memory_than_then_suffices_if_what_was_used_fits(
    experiment: dict[str, Any], host: Host
) -> None:
    experiment["hardware"][0]["accelerators"] = [A100]
    experiment["environments"][0]["packages"].append({"name": "torch", "version": "2.1.0", "source": "pypi"})
    smaller = [A100 | {"model": "A100 40GB", "memory_bytes": 40 * GB}]
    machine = Hardware.model_validate(
        {"id": "here", "cpu": CPU, "memory_bytes": 32 * GB, "accelerators": smaller}
    )

    def judged(peak: int) -> Decision:
        for run in experiment["runs"]:
            run["resources"] = {**run.get("resources", {}), "peak_device_memory_bytes": peak}
        plan = plan_for(experiment, replace(host, hardware=machine))
        return requirement(plan, "accelerator").decision

    assert judged(30 * GB) is Decision.SUBSTITUTABLE
    assert judged(50 * GB) is Decision.DEGRADED


def test_an_accelerator_that_nothing_could_use_is_not_missed(experiment: dict[str, Any], host: Host) -> None:
    experiment["hardware"][0]["accelerators"] = [A100]
    assert requirement(plan_for(experiment, host), "accelerator").decision is Decision.SAME


def test_a_device_that_the_code_asks_for_by_name_is_a_blocker(experiment: dict[str, Any], host: Host) -> None:
    experiment["requirements"] = {
        "accelerators": [{"namespace": "nvidia", "feature": "sm_arch", "value": "90"}]
    }
    one = requirement(plan_for(experiment, host), "accelerator", "required")
    assert one.decision is Decision.IMPOSSIBLE
    assert one.recorded == "nvidia sm_arch 90"


def test_another_c_library_may_change_the_last_digits(experiment: dict[str, Any], host: Host) -> None:
    other = replace(host, system=OperatingSystem.model_validate(SYSTEM | {"libc": "glibc 2.39"}))
    assert requirement(plan_for(experiment, other), "system").decision is Decision.SUBSTITUTABLE


def test_data_that_did_not_come_along_is_a_blocker_with_directions(
    experiment: dict[str, Any], host: Host
) -> None:
    data = experiment["data"][0]
    data["files"][0]["in_bundle"] = False
    data["access"] = {"level": "registration", "how_to_obtain": "register with the hospital"}
    data["source"] = {"url": "https://example.org/rings"}
    data |= {"name": "Rings of points", "license": "CC-BY-4.0"}
    plan = plan_for(experiment, host)
    one = requirement(plan, "data")
    assert one.decision is Decision.IMPOSSIBLE
    assert "access is registration" in one.reason
    assert "register with the hospital; https://example.org/rings" in str(one.override)
    assert "--data rings=PATH" in str(one.override)
    assert "data/rings.csv in the imported folder" in str(one.override)
    (need,) = plan.to_json()["data"]
    assert need == {
        "data": "rings",
        "name": "Rings of points",
        "standing": "missing",
        "files": 1,
        "bytes": 100,
        "lacking": ["data/rings.csv"],
        "unverified": [],
        "license": "CC-BY-4.0",
        "access": "registration",
        "how_to_obtain": "register with the hospital",
        "url": "https://example.org/rings",
        "doi": None,
        "addresses": [],
        "place": "data/rings.csv",
        "option": "--data rings=PATH",
        "not_fetched": "the data is not fetched, since its access is registration",
        "could_allow": [],
    }
    assert plan.consents == ()


def test_data_that_the_reader_gives_is_the_same(experiment: dict[str, Any], host: Host) -> None:
    experiment["data"][0]["files"][0]["in_bundle"] = False
    supply = Supply(Path("/somewhere/of/mine"), 100, SHA)
    provision = Provision({("rings", "data/rings.csv"): supply})
    plan = plan_for(experiment, host, provision=provision)
    assert requirement(plan, "data").decision is Decision.SAME
    assert plan.to_json()["data"][0]["standing"] == "given"
    assert "somewhere" not in json.dumps(plan.to_json())


@pytest.mark.parametrize("packed", [False, True])
def test_data_to_be_fetched_needs_consent_and_counts(
    experiment: dict[str, Any], host: Host, packed: bool
) -> None:
    before = plan_for(experiment, host)
    experiment["data"][0]["files"][0]["in_bundle"] = False
    if packed:
        experiment["data"][0]["source"] = {"url": "https://data.example.org/rings.zip"}
    else:
        experiment["data"][0]["files"][0]["url"] = "https://data.example.org/rings.csv"
    plan = plan_for(experiment, host)
    one = requirement(plan, "data")
    assert one.decision is Decision.SAME
    assert one.found == "1 file, 100 bytes to be fetched from data.example.org"
    (consent,) = plan.consents
    assert (consent.kind, consent.option) == ("fetch", "--fetch")
    assert "https://data.example.org/rings." in consent.text
    assert "100 bytes" in consent.text
    assert plan.download_bytes == before.download_bytes
    assert plan.disk_bytes == before.disk_bytes + 100
    (address,) = plan.to_json()["data"][0]["addresses"]
    assert address["form"] == ("archive" if packed else "file")


def test_one_file_that_nobody_offers_makes_the_data_missing(experiment: dict[str, Any], host: Host) -> None:
    files = experiment["data"][0]["files"]
    files[0] |= {"in_bundle": False, "url": "https://data.example.org/rings.csv"}
    files.append({"path": "data/more.csv", "size": 1, "sha256": SHA, "in_bundle": False})
    plan = plan_for(experiment, host)
    assert requirement(plan, "data").decision is Decision.IMPOSSIBLE
    assert plan.to_json()["data"][0]["place"] == "data/"


def test_data_without_a_digest_is_taken_only_with_consent_and_never_contradicts(
    experiment: dict[str, Any], host: Host, tmp_path: Path
) -> None:
    del experiment["data"][0]["files"][0]["sha256"]
    experiment["data"][0]["files"][0] |= {"in_bundle": False, "url": "https://data.example.org/rings.csv"}
    assert requirement(plan_for(experiment, host), "data").decision is Decision.IMPOSSIBLE
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "rings.csv").write_bytes(b"x" * 100)
    (tmp_path / "train.py").write_bytes(b"x" * 500)
    plan = plan_for(experiment, host, folder=tmp_path)
    one = requirement(plan, "data")
    assert one.decision is Decision.DEGRADED
    assert "no digest of data/rings.csv was recorded" in one.reason
    assert "never contradicted" in one.effect
    assert [consent.option for consent in plan.consents] == ["--accept-degraded"]
    assert plan.to_json()["data"][0]["unverified"] == ["data/rings.csv"]


def test_data_that_the_reader_put_there_is_found(
    experiment: dict[str, Any], host: Host, tmp_path: Path
) -> None:
    experiment["data"][0]["files"][0]["in_bundle"] = False
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "rings.csv").write_bytes(b"x" * 100)
    (tmp_path / "train.py").write_bytes(b"x" * 500)
    assert requirement(plan_for(experiment, host, folder=tmp_path), "data").decision is Decision.SAME
    (tmp_path / "data" / "rings.csv").write_bytes(b"x" * 99)
    assert requirement(plan_for(experiment, host, folder=tmp_path), "data").decision is Decision.IMPOSSIBLE


def test_data_from_outside_the_project_lies_in_its_own_folder(
    experiment: dict[str, Any], host: Host, tmp_path: Path
) -> None:
    experiment["data"][0]["files"][0]["root"] = "huggingface"
    for one in experiment["runs"]:
        one["inputs"][0]["root"] = "huggingface"
    place = tmp_path / ".reprocrate" / "external" / "rings" / "data" / "rings.csv"
    place.parent.mkdir(parents=True)
    place.write_bytes(b"x" * 100)
    assert requirement(plan_for(experiment, host, folder=tmp_path), "data").decision is Decision.SAME


def test_data_that_a_run_makes_itself_need_not_come_along(experiment: dict[str, Any], host: Host) -> None:
    experiment["data"][0]["files"][0]["in_bundle"] = False
    experiment["runs"][0]["outputs"].append(experiment["data"][0]["files"][0])
    assert requirement(plan_for(experiment, host), "data").decision is Decision.SAME


def test_data_read_over_the_network_needs_consent(experiment: dict[str, Any], host: Host) -> None:
    experiment["data"].append({"id": "stream", "remote": {"uri": "s3://bucket/train"}})
    experiment["configurations"][0]["data"].append("stream")
    plan = plan_for(experiment, host)
    one = requirement(plan, "data", "stream")
    assert one.decision is Decision.SUBSTITUTABLE
    assert one.configurations == ("wide",)
    assert [(consent.kind, consent.option) for consent in plan.consents] == [("network", "--allow-network")]


def test_a_blocker_of_one_configuration_leaves_claims_about_others(
    experiment: dict[str, Any], host: Host
) -> None:
    experiment["data"].append(
        {"id": "private", "files": [{"path": "private.csv", "size": 1, "sha256": SHA, "in_bundle": False}]}
    )
    experiment["configurations"][1]["data"] = ["private"]
    ordering, value = plan_for(experiment, host).claims
    assert ordering.expected is Expected.NOTHING
    assert "private.csv" in ordering.shows
    assert value.expected is Expected.IDENTICAL


def test_a_claim_is_blocked_by_what_its_runs_preparation_lacks(
    experiment: dict[str, Any], host: Host
) -> None:
    experiment["data"].append(
        {"id": "private", "files": [{"path": "private.csv", "size": 1, "sha256": SHA, "in_bundle": False}]}
    )
    split = {"path": "work/split.csv", "size": 10, "sha256": "b" * 64}
    experiment["configurations"].append({"id": "prepare", "command": ["python"], "data": ["private"]})
    experiment["runs"].insert(0, run("prepare", 0, 0, outputs=[split]))
    for one in experiment["runs"]:
        if one["configuration"] == "narrow":
            one["inputs"].append(split)
    ordering, value = plan_for(experiment, host).claims
    assert "private.csv" in ordering.shows
    assert ordering.expected is Expected.NOTHING
    assert value.expected is Expected.IDENTICAL


def test_a_package_of_two_environments_counts_once(experiment: dict[str, Any], host: Host) -> None:
    alone = plan_for(experiment, host).packages
    experiment["environments"].append(experiment["environments"][0] | {"id": "another"})
    experiment["runs"][0]["environment"] = "another"
    assert plan_for(experiment, host).packages == alone


@pytest.mark.parametrize("word", ["--token=<secret>", "<outside>/fit"])
def test_what_was_withheld_from_a_command_is_a_blocker(
    experiment: dict[str, Any], host: Host, word: str
) -> None:
    experiment["runs"][0]["command"].append(word)
    one = requirement(plan_for(experiment, host), "code", "command")
    assert one.decision is Decision.IMPOSSIBLE
    assert one.configurations == ("wide",)


def test_missing_code_is_a_blocker(experiment: dict[str, Any], host: Host) -> None:
    experiment["code"][0]["files"][0]["in_bundle"] = False
    one = requirement(plan_for(experiment, host), "code")
    assert one.decision is Decision.IMPOSSIBLE
    assert "train.py did not come along" in one.reason


def test_declared_needs_are_required(experiment: dict[str, Any], host: Host) -> None:
    experiment["requirements"] = {
        "network": ["api.example.org"],
        "secrets": ["TOKEN"],
        "proprietary": ["Gurobi"],
    }
    plan = plan_for(experiment, host)
    assert requirement(plan, "network").decision is Decision.SUBSTITUTABLE
    assert requirement(plan, "secrets").decision is Decision.IMPOSSIBLE
    assert requirement(plan, "proprietary").decision is Decision.DEGRADED


def test_a_full_disk_is_a_blocker(experiment: dict[str, Any], host: Host) -> None:
    one = requirement(plan_for(experiment, replace(host, free_bytes=10)), "disk")
    assert one.decision is Decision.IMPOSSIBLE
    assert one.found == "10 bytes free"


def test_other_programs_than_python(experiment: dict[str, Any], host: Host) -> None:
    experiment["configurations"][0]["command"] = ["make", "all"]
    experiment["configurations"][1]["command"] = ["./train.sh"]
    plan = plan_for(experiment, replace(host, programs=frozenset({"make"})))
    assert requirement(plan, "program", "make").found == "make"
    experiment["environments"][0]["packages"] = []
    assert requirement(plan_for(experiment, host), "program", "make").decision is Decision.IMPOSSIBLE


def test_no_sandbox_needs_consent(experiment: dict[str, Any], host: Host) -> None:
    plan = plan_for(
        experiment, replace(host, sandbox=NoSandbox("bubblewrap is not installed", "Install it."))
    )
    assert [(one.kind, one.option) for one in plan.consents] == [("sandbox", "--no-sandbox")]
    assert "bubblewrap is not installed" in plan.consents[0].text
    assert plan.overall is Decision.SAME


@pytest.mark.parametrize(
    ("determinism", "expected"),
    [
        ({"promised": "bitwise"}, Expected.IDENTICAL),
        ({"promised": "numerical"}, Expected.WITHIN_TOLERANCE),
        ({"promised": "statistical"}, Expected.EQUIVALENT),
        ({"promised": "none"}, Expected.EQUIVALENT),
        ({"known_causes": ["set order"]}, Expected.WITHIN_TOLERANCE),
    ],
)
def test_no_more_is_expected_than_was_promised(
    experiment: dict[str, Any], host: Host, determinism: dict[str, Any], expected: Expected
) -> None:
    experiment["determinism"] = determinism
    assert plan_for(experiment, host).expected is expected


def test_runs_without_a_seed_promise_no_values(experiment: dict[str, Any], host: Host) -> None:
    for run in experiment["runs"]:
        run["unseeded"] = [{"library": "numpy"}]
    plan = plan_for(experiment, host)
    assert plan.expected is Expected.EQUIVALENT
    assert "drew random numbers without a seed (the shared generator of numpy)" in plan.claims[0].shows


@pytest.mark.parametrize(
    "excuse",
    [
        {"promised": "bitwise"},
        {"measured": [{"run": "RUN", "repeated_by": "RUN", "metrics_identical": True}]},
    ],
)
def test_what_was_drawn_does_not_matter_where_values_are_known_to_be_equal(
    experiment: dict[str, Any], host: Host, excuse: dict[str, Any]
) -> None:
    for run in experiment["runs"]:
        run["unseeded"] = [{"library": "numpy"}]
    for one in excuse.get("measured", ()):
        one |= {"run": experiment["runs"][0]["id"], "repeated_by": experiment["runs"][1]["id"]}
    experiment["determinism"] = excuse
    assert plan_for(experiment, host).expected is Expected.IDENTICAL


def test_a_generator_that_was_seeded_after_its_first_use_still_lets_values_be_hoped_for(
    experiment: dict[str, Any], host: Host
) -> None:
    for run in experiment["runs"]:
        run["unseeded"] = [{"library": "numpy", "until": "train.py:3"}]
    assert plan_for(experiment, host).expected is Expected.IDENTICAL


def test_two_seeds_cannot_show_equivalence(experiment: dict[str, Any], host: Host) -> None:
    experiment["determinism"] = {"promised": "statistical"}
    assert "Fewer than 3 seeds" in plan_for(experiment, host, seeds=(0, 1)).claims[0].shows


def test_a_machine_that_was_not_recorded_may_have_been_any(experiment: dict[str, Any], host: Host) -> None:
    for one in experiment["runs"]:
        del one["hardware"]
    plan = plan_for(experiment, host)
    assert plan.overall is Decision.DEGRADED
    assert requirement(plan, "cpu").recorded is None


def test_without_an_interpreter_on_record_nothing_can_be_built(
    experiment: dict[str, Any], host: Host
) -> None:
    del experiment["environments"][0]["python"]
    for plan in (plan_for(experiment, host), plan_for(without_environment(experiment), host)):
        assert not plan.possible
        assert requirement(plan, "python").recorded is None


def without_environment(experiment: dict[str, Any]) -> dict[str, Any]:
    for one in experiment["runs"]:
        del one["environment"]
    return experiment


def test_repeated_and_failed_runs_are_not_run_again(experiment: dict[str, Any], host: Host) -> None:
    experiment["runs"] += [
        run("wide", 0, 40) | {"id": "older"},
        run("wide", 9, 41) | {"id": "broken", "status": "failed"},
    ]
    assert plan_for(experiment, host).work[0].seeds == (0, 1, 2)


def test_a_configuration_without_results_is_run_by_its_newest_run(
    experiment: dict[str, Any], host: Host
) -> None:
    prepare = {"id": "prepare", "command": ["python", "prepare.py"], "code": "code"}
    experiment["configurations"].append(prepare)
    for minute in (30, 31):
        experiment["runs"].append(
            run("prepare", 0, minute)
            | {"id": f"prepare-{minute}", "seeds": [], "command": prepare["command"]}
        )
    work = plan_for(experiment, host, seeds=(1,)).work
    assert [(one.label, one.seeds) for one in work] == [("wide", (1,)), ("narrow", (1,)), ("prepare", ())]
    assert work[2].seconds == 30.0


def test_an_empty_experiment_needs_nothing(host: Host) -> None:
    empty = {name: document()[name] for name in ("manifest_version", "id", "experiment")}
    plan = plan_for(empty, host)
    assert plan.work == ()
    assert plan.requirements == ()


def test_every_field_of_a_plan_is_described(experiment: dict[str, Any], host: Host) -> None:
    experiment["requirements"] = {"network": ["api.example.org"]}
    document = plan_for(experiment, host).to_json()
    schema = schema_document("plan")
    assert set(document) == set(schema["properties"])
    for section, name in [
        ("requirements", "requirement"),
        ("work", "work"),
        ("claims", "claim"),
        ("depths", "depth_estimate"),
        ("consents", "consent"),
    ]:
        assert set(document[section][0]) == set(schema["$defs"][name]["properties"]), section
    timed = plan_scope(manifest_from(experiment), host, Scope(within=3600)).to_json()
    assert problems(json.loads(json.dumps(timed)), "plan") == []
    assert set(timed["within"]) == set(schema["$defs"]["within"]["properties"])
    assert set(timed["within"]["offers"][0]) == set(schema["$defs"]["offer"]["properties"])


def test_every_depth_has_its_time_by_configuration_or_a_reason(
    experiment: dict[str, Any], host: Host
) -> None:
    depths = {one.depth.value: one for one in plan_for(experiment, host, seeds=[0, 1]).depths}
    assert [(one.label, one.seconds) for one in depths["full"].work] == [("wide", 60.0), ("narrow", 60.0)]
    assert depths["smoke"].reason == 'No configuration declares a variant of the name "smoke"'
    assert depths["full"].reason is None


def test_durations_that_do_not_add_up_are_unknown(experiment: dict[str, Any], host: Host) -> None:
    for run in experiment["runs"]:
        run["duration_s"] = 1e308
    assert plan_for(experiment, host).seconds is None
    for run in experiment["runs"]:
        run["duration_s"] = 0.0
    assert plan_for(experiment, host).seconds is None


def test_the_schemas_examples_follow_it() -> None:
    schema = schema_document("plan")
    for name, part in schema["$defs"].items():
        assert part["description"], name
        assert part["title"], name
        assert part["examples"], name


@pytest.mark.parametrize(
    ("size", "text"),
    [(0, "0 bytes"), (999, "999 bytes"), (1500, "1.5 kB"), (2_500_000, "2.5 MB"), (4e11, "400 GB")],
)
def test_sizes_in_words(size: float, text: str) -> None:
    assert size_text(size) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.2, "under 1 s"),
        (40, "40 s"),
        (600, "10 min"),
        (7200, "2.0 h"),
        (360_000, "4.2 days"),
        (1e308, "over 100 years"),
    ],
)
def test_durations_in_words(seconds: float, text: str) -> None:
    assert duration_text(seconds) == text


def test_planning_needs_no_folder(experiment: dict[str, Any], host: Host) -> None:
    assert isinstance(manifest_from(experiment), Manifest)
    assert plan_for(experiment, host, folder=None).possible
