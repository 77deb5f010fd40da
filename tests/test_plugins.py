"""Parts of other packages are found by name, loaded only when wanted, and a broken one is told."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from reprocrate.errors import UnavailableError
from reprocrate.plugins import find_part, part_names

GROUP = "reprocrate.environments"
BUILT_IN = {"path": "pathlib:Path"}


@pytest.fixture
def plug_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installed package that offers a sound part and a broken one."""
    info = tmp_path / "nix_for_reprocrate-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: nix-for-reprocrate\nVersion: 1.0\n")
    entries = (
        f"[{GROUP}]\nnix = nix_for_reprocrate:Nix\nbroken = nix_for_reprocrate:Missing\npath = os:nothing\n"
    )
    (info / "entry_points.txt").write_text(entries)
    (tmp_path / "nix_for_reprocrate.py").write_text("class Nix:\n    pass\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    return tmp_path


def test_a_part_of_another_package_is_found_by_its_name(plug_in: Path) -> None:
    assert find_part(GROUP, "nix", BUILT_IN).__name__ == "Nix"
    assert find_part(GROUP, "guix", BUILT_IN) is None
    assert {"nix", "broken", "path"} <= set(part_names(GROUP, BUILT_IN))


def test_what_is_built_in_cannot_be_replaced(plug_in: Path) -> None:
    assert find_part(GROUP, "path", BUILT_IN) is Path


def test_a_broken_plug_in_names_itself(plug_in: Path) -> None:
    with pytest.raises(UnavailableError) as caught:
        find_part(GROUP, "broken", BUILT_IN)
    assert "nix-for-reprocrate" in str(caught.value)
    assert "Missing" in caught.value.why


def test_entry_points_are_not_scanned_for_what_is_built_in() -> None:
    code = (
        "import importlib.metadata as m; m.entry_points = None\n"
        "from reprocrate import plugins; plugins.entry_points = None\n"
        "print(plugins.find_part('g', 'x', {'x': 'json:loads'}).__name__)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "loads\n"
