"""What a plan says of code that cannot do without the GPU that is not here: read from it, and never run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from reprocrate.bundle import layout
from reprocrate.files import sha256_bytes
from reprocrate.manifest import Hardware, OperatingSystem, manifest_from
from reprocrate.rerun.host.probing import Host
from reprocrate.rerun.plan import Plan
from reprocrate.rerun.sandbox.bubblewrap import NoSandbox
from reprocrate.workflow.asked_devices import with_asked_devices
from reprocrate.workflow.planning import plan_of, plan_rerun

GPU = {"vendor": "nvidia", "model": "Example GPU", "memory_bytes": 10**10}
PROCESSOR = {"id": "here", "cpu": {"architecture": "x86_64", "threads": 8}}
FIXED = "import torch\nprint(torch.rand(3).cuda())\n"
CHOOSES = "import torch\nprint(torch.rand(3, device='cuda' if torch.cuda.is_available() else 'cpu'))\n"
PROGRAMS = {"train.py": FIXED, "evaluate.py": CHOOSES}


def crate(folder: Path) -> dict[str, Any]:
    """A folder as one imports it, of runs of two programs on a machine with a GPU."""
    names = {path: path.removesuffix(".py") for path in PROGRAMS}
    files = [
        {"path": path, "sha256": sha256_bytes(text.encode()), "size": len(text)}
        for path, text in PROGRAMS.items()
    ]
    run = {"status": "ok", "hardware": ["gpu"], "resources": {"devices": [GPU["model"]], "gpu_s": 1}}
    document: dict[str, Any] = {
        "manifest_version": "1.0",
        "id": "urn:uuid:6b1f3f5e-6f0c-5a52-9a53-3a2a6f1f1f10",
        "experiment": {"title": "Devices"},
        "hardware": [{"id": "gpu", "accelerators": [GPU]}],
        "code": [{"id": "code", "tree_sha256": "0" * 64, "files": files}],
        "configurations": [{"id": name, "command": ["python", path]} for path, name in names.items()],
        "runs": [
            {"id": f"run-{name}", "configuration": name, "command": ["python", path], **run}
            for path, name in names.items()
        ],
    }
    for path, text in PROGRAMS.items():
        (folder / path).write_text(text)
    (folder / layout.MANIFEST).write_text(json.dumps(document))
    return document


def reasons(plan: Plan) -> list[str]:
    return [each.reason for each in plan.requirements if each.namespace == "accelerator"]


@pytest.mark.parametrize("accelerators", [[], [GPU]])
def test_the_place_is_told_where_there_is_no_gpu(tmp_path: Path, accelerators: list[Any]) -> None:
    manifest = manifest_from(crate(tmp_path))
    machine = Hardware.model_validate({**PROCESSOR, "accelerators": accelerators})
    host = Host(OperatingSystem(name="Linux"), machine, NoSandbox("none", "Get one."))
    plan = with_asked_devices(plan_of(manifest, tmp_path, host=host), manifest, tmp_path)
    told = "train.py:2 asks for a GPU and considers nothing else"
    where = [told in reason for reason in reasons(plan)]
    asked = [consent for consent in plan.consents if consent.kind == "degraded"]
    if accelerators:
        assert not any(where)
        assert asked == []
    else:
        assert any(where)
        assert any(told in consent.text for consent in asked)
    assert not any("evaluate.py" in reason for reason in reasons(plan))


def test_a_program_that_chooses_is_not_accused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(PROGRAMS, "train.py", CHOOSES)
    crate(tmp_path)
    monkeypatch.setattr("reprocrate.capture.hardware.nvidia.has_driver", lambda: False)
    plan = plan_rerun(tmp_path)
    assert reasons(plan)
    assert not any("asks for a GPU" in reason for reason in reasons(plan))
