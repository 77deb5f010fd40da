"""What a repeated run finds around it."""

from __future__ import annotations

from pathlib import Path

from reprocrate.capture.environment.software import allowed_variables
from reprocrate.capture.seeds.deterministic import with_determinism
from reprocrate.manifest import Environment, Hardware
from reprocrate.rerun.surroundings.variables import Surroundings


def test_what_was_set_for_determinism_is_set_again(tmp_path: Path) -> None:
    set_then = with_determinism({"PATH": "/usr/bin", "OMP_NUM_THREADS": "2"})
    recorded = Environment.model_validate({"id": "e", "variables": allowed_variables(set_then)})
    around = Surroundings(
        tmp_path, tmp_path / "home", None, tmp_path / "bin" / "python", tmp_path / "bytecode"
    )
    again = around.variables(recorded, None, None, {})  # type: ignore[arg-type]
    names = set(set_then) - {"PATH"}
    assert {name: again[name] for name in names} == {name: set_then[name] for name in names}


def test_kernels_of_a_wider_processor_are_held_to_the_recorded_level(tmp_path: Path) -> None:
    def machine(*features: str) -> Hardware:
        cpu = {"architecture": "x86_64", "features": features, "threads": 2}
        return Hardware.model_validate({"id": "x", "cpu": cpu})

    recorded = Environment.model_validate({"id": "e", "packages": [{"name": "torch", "version": "2.5.1"}]})
    around = Surroundings(
        tmp_path, tmp_path / "home", None, tmp_path / "bin" / "python", tmp_path / "bytecode"
    )
    wide = machine("avx2", "fma", "avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl")
    again = around.variables(recorded, machine("avx2", "fma"), wide, {})
    assert again["ATEN_CPU_CAPABILITY"] == "avx2"
    assert "ATEN_CPU_CAPABILITY" not in around.variables(recorded, wide, wide, {})
