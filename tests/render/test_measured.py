"""What runs computed on, and what came of running a seed twice, in words."""

from __future__ import annotations

import copy
import json
from typing import Any

from reprocrate.manifest import Manifest, manifest_from
from reprocrate.render.devices import computed_on
from reprocrate.render.repetitions import measured_texts
from reprocrate.standard import shipped_bytes

GOLDEN: dict[str, Any] = json.loads(shipped_bytes("conformance/golden/full.json"))
GPU = "NVIDIA H100 80GB HBM3"


def with_resources(*used: dict[str, Any]) -> Manifest:
    document = copy.deepcopy(GOLDEN)
    for run in document["runs"]:
        run.pop("resources", None)
    for run, resources in zip(document["runs"], used, strict=False):
        run["resources"] = resources
    return manifest_from(document)


def test_what_all_runs_computed_on_is_told_once() -> None:
    found = with_resources({"devices": [GPU, GPU]}, {"devices": [GPU, GPU]})
    assert computed_on(found) == [f"2 × {GPU}"]
    assert computed_on(with_resources({"cpu_s": 1})) == []


def test_a_run_that_left_the_accelerator_alone_is_told_apart() -> None:
    found = with_resources({"devices": [GPU]}, {"devices": [GPU]}, {"devices": ["cpu"], "gpu_s": 0})
    assert computed_on(found) == [
        f"{GPU} (2 runs)",
        "the processor only, although the machine has an accelerator (1 run)",
    ]


def test_what_a_repetition_showed() -> None:
    document = copy.deepcopy(GOLDEN)
    (entry,) = document["determinism"]["measured"]
    line = "wide, seed 8, twice: identical metrics; 1 of 1 output differs (out/wide-8.json)"
    assert measured_texts(manifest_from(document)) == [line]
    entry.update(metrics_identical=False, differing=["accuracy", "out/wide-8.json", "stdout"])
    line = "wide, seed 8, twice: 1 of 1 metric differs (accuracy); 1 of 1 output differs (out/wide-8.json)"
    assert measured_texts(manifest_from(document)) == [f"{line}; it printed something else"]
    for absent in ("metrics_identical", "outputs_identical", "differing"):
        del entry[absent]
    assert measured_texts(manifest_from(document)) == ["wide, seed 8, twice: no metrics to compare"]
