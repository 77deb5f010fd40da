"""What a repeated run finds around it."""

from __future__ import annotations

from pathlib import Path

from reprocrate.capture.environment.software import allowed_variables
from reprocrate.capture.seeds.deterministic import with_determinism
from reprocrate.manifest import Environment
from reprocrate.rerun.surroundings import Surroundings


def test_what_was_set_for_determinism_is_set_again(tmp_path: Path) -> None:
    set_then = with_determinism({"PATH": "/usr/bin", "OMP_NUM_THREADS": "2"})
    recorded = Environment.model_validate({"id": "e", "variables": allowed_variables(set_then)})
    around = Surroundings(tmp_path, tmp_path / "home", None, tmp_path / "bin" / "python")
    again = around.variables(recorded, None, None, {})  # type: ignore[arg-type]
    names = set(set_then) - {"PATH"}
    assert {name: again[name] for name in names} == {name: set_then[name] for name in names}
