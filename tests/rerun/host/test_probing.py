"""This machine is described in the manifest's own terms."""

from __future__ import annotations

import sys
from pathlib import Path

from reprocrate.manifest import Manifest, manifest_from
from reprocrate.rerun.host.probing import probe_host

HERE = ".".join(map(str, sys.version_info[:3]))


def manifest(**more: object) -> Manifest:
    return manifest_from(
        {
            "manifest_version": "1.0",
            "id": "urn:uuid:6b1f3f5e-6f0c-5a52-9a53-3a2a6f1f1f10",
            "experiment": {"title": "x"},
            **more,
        }
    )


def test_tells_what_a_plan_needs_to_know(tmp_path: Path) -> None:
    host = probe_host(
        manifest(
            environments=[
                {"id": "a", "python": {"version": HERE}},
                {"id": "b", "python": {"version": "3.3.1"}},
                {"id": "c", "python": {"version": HERE, "implementation": "CPython"}},
            ],
            configurations=[
                {"id": "x", "command": ["sh", "x.sh"]},
                {"id": "y", "command": ["no-such-program"]},
            ],
        ),
        tmp_path,
    )
    assert host.pythons == {HERE: HERE}
    assert host.programs == {"sh"}
    assert host.system.name
    assert host.hardware.cpu is not None
    assert host.hardware.cpu.threads
    assert host.free_bytes


def test_a_folder_that_is_not_there_yet_has_unknown_space(tmp_path: Path) -> None:
    assert probe_host(manifest(), tmp_path / "later").free_bytes is None
