"""Environments that cannot be built end in one clear error and exit code 3; plans for machines elsewhere."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Author, Cli, Said
from tests.rerun.package_index import PackageIndex

HERE = ".".join(map(str, sys.version_info[:3]))


@pytest.fixture
def packed(recorded: Author, tmp_path: Path) -> Callable[[str], Path]:
    """The recorded project, packed with another lock; alone in a folder elsewhere."""

    def pack(lock: str) -> Path:
        place = next((recorded.folder / ".reprocrate" / "environment").glob("*/requirements.txt"))
        place.write_text(lock)
        target = tmp_path / "reader" / "threshold.crate.zip"
        target.parent.mkdir()
        recorded("pack", "-o", target)
        return target

    return pack


def lock_of(index: PackageIndex, wheel: Path) -> str:
    name, version = wheel.name.split("-")[:2]
    return f"{name}=={version} --hash=sha256:{hashlib.sha256(wheel.read_bytes()).hexdigest()}\n"


def failed(said: Said, folder: Path) -> str:
    """The one line of a rerun that could not be made; no environment is left."""
    lines = [line for line in said.err.splitlines() if line.startswith("reprocrate: ")]
    assert len(lines) == 1, said.err
    assert "Traceback" not in said.err
    assert list((folder / ".reprocrate" / "environments").glob("*/pyvenv.cfg")) == []
    return lines[0]


def test_a_wheel_with_another_digest_is_refused(
    packed: Callable[[str], Path], rerun: Callable[..., Said], tmp_path: Path
) -> None:
    index = PackageIndex(tmp_path / "index")
    bundle = packed(lock_of(index, index.add("alpha")))
    for page in index.pages.glob("*/index.html"):
        page.unlink()
    index.add("alpha", source="__version__ = 'evil'\n")
    variables = {"UV_DEFAULT_INDEX": index.url, "UV_CACHE_DIR": str(tmp_path / "cache")}
    said = rerun(bundle.parent, bundle.name, code=3, **variables)
    line = failed(said, bundle.parent / "threshold")
    assert "ash mismatch" in line
    assert "ask the authors" in line


def test_a_lock_that_cannot_be_installed_is_told(
    packed: Callable[[str], Path], rerun: Callable[..., Said], tmp_path: Path
) -> None:
    index = PackageIndex(tmp_path / "index")
    index.add("alpha", "2.0")
    bundle = packed(f"alpha==1.0 --hash=sha256:{'a' * 64}\n")
    variables = {"UV_DEFAULT_INDEX": index.url, "UV_CACHE_DIR": str(tmp_path / "cache")}
    line = failed(rerun(bundle.parent, bundle.name, code=3, **variables), bundle.parent / "threshold")
    assert "there is no version of alpha==1.0" in line


def test_a_lock_that_is_none_is_told(packed: Callable[[str], Path], rerun: Callable[..., Said]) -> None:
    bundle = packed("-e .\n--index-url https://192.0.2.1/simple\n")
    line = failed(rerun(bundle.parent, bundle.name, code=3), bundle.parent / "threshold")
    assert "is not a pinned requirement" in line


def test_an_interpreter_that_does_not_exist_here_is_named_with_how_to_get_it(
    recorded: Author, rerun: Callable[..., Said], tmp_path: Path
) -> None:
    for record in (recorded.folder / ".reprocrate" / "runs").glob("*/run.json"):
        record.write_text(record.read_text().replace(f'"{HERE}"', '"3.99.7"'))
    target = tmp_path / "reader" / "threshold.crate.zip"
    target.parent.mkdir()
    recorded("pack", "-o", target, "--offline")
    line = failed(rerun(target.parent, target.name, code=3), target.parent / "threshold")
    assert "python version: no interpreter of version 3.99 is installed" in line
    plan = json.loads(recorded.cli.here(target.parent, "plan", target.name, "--json", code=3).out)
    one = next(each for each in plan["requirements"] if each["namespace"] == "python")
    assert one["decision"] == "impossible"
    assert "uv python install 3.99`" in one["override"]


@pytest.mark.parametrize(
    "machine", ["linux-x86_64-cuda124", "macos-arm64", "windows-x86_64", "linux-aarch64"]
)
def test_the_same_bundle_is_planned_for_machines_elsewhere(cli: Cli, bundle: Path, machine: str) -> None:
    said = cli.here(bundle.parent, "plan", bundle.name, "--for", machine, "--json")
    plan = said.document("plan")
    assert plan["machine"] == machine
    assert plan["overall"] != "impossible"
    assert f"on {machine}" in cli.here(bundle.parent, "plan", bundle.name, "--for", machine).out


def test_a_machine_that_nobody_knows_is_used_wrongly(cli: Cli, bundle: Path) -> None:
    line = cli.complaint(bundle.parent, "plan", bundle.name, "--for", "amiga-m68k", code=2)
    assert line.startswith(
        "--for: amiga-m68k describes no machine that is known: it is one of linux-x86_64, "
    )


def test_the_index_is_asked_for_a_bundle_and_for_its_manifest(
    packed: Callable[[str], Path], cli: Cli, tmp_path: Path
) -> None:
    index = PackageIndex(tmp_path / "index")
    wheel = index.add("alpha", tag="py3-none-manylinux_2_17_x86_64")
    bundle = packed(lock_of(index, wheel))
    variables = {"UV_DEFAULT_INDEX": index.url, "UV_CACHE_DIR": str(tmp_path / "cache")}
    arguments = ("plan", bundle.name, "--ask-index", "--json")
    said = cli(bundle.parent, *arguments, "--for", "linux-x86_64", **variables)
    assert json.loads(said.out)["machine"] == "linux-x86_64"
