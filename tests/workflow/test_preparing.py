"""Environments of an imported folder are built for this machine, from the lock that serves it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from reprocrate.errors import UnavailableError, UnreadableError
from reprocrate.files import sha256_bytes
from reprocrate.manifest import Environment, Manifest, manifest_from
from reprocrate.rerun.environment.building import installed_packages
from reprocrate.rerun.environment.requirements import read_lock
from reprocrate.workflow.preparing import ENVIRONMENTS, prepare_environments, recipe_of
from reprocrate.workflow.progress import Progress
from tests.rerun.package_index import PackageIndex
from tests.rerun.plan.test_plan import document
from tests.rerun.pytorch_index import Played, offer, played

HERE = ".".join(map(str, sys.version_info[:3]))
FORGE = "https://conda.anaconda.org/conda-forge/linux-64"


class Heard(Progress):
    """Keeps what is said."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def note(self, text: str) -> None:
        self.lines.append(text)

    def track(self, *_: Any) -> None: ...


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> PackageIndex:
    offered = PackageIndex(tmp_path / "index")
    monkeypatch.setenv("UV_DEFAULT_INDEX", offered.url)
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "cache"))
    return offered


@pytest.fixture
def pytorch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Played]:
    yield from played(tmp_path, monkeypatch)


def experiment(folder: Path, packages: list[dict[str, Any]], lock: str | None, **about: Any) -> Any:
    told = document()
    environment = told["environments"][0]
    environment["python"]["version"] = HERE
    environment["packages"] = [{"version": "1.0", "source": "pypi", **one} for one in packages]
    del environment["lock"]
    if lock is not None:
        folder.mkdir(exist_ok=True)
        (folder / "lock.txt").write_text(lock)
        section = {"path": "lock.txt", "sha256": sha256_bytes(lock.encode()), "format": "requirements"}
        environment["lock"] = section | about
    return manifest_from(told)


def _with_twins(manifest: Manifest) -> Manifest:
    """With an environment that differs in a variable alone, and one that differs in a package."""
    own = manifest.environments[0].model_dump(exclude_unset=True)
    twin = own | {"id": "twin", "variables": {"OMP_NUM_THREADS": "2"}}
    other = own | {"id": "other", "packages": own["packages"][:1]}
    environments = [Environment.model_validate(one) for one in (own, twin, other)]
    return manifest.model_copy(update={"environments": environments})


def test_a_lock_for_another_accelerator_is_made_again_beside_the_recorded_one(
    index: PackageIndex, pytorch: Played, tmp_path: Path
) -> None:
    offer(pytorch, PackageIndex(tmp_path / "cpu").add("torch", "2.5.1+cpu"), "cpu")
    recorded = f"torch==2.5.1+cu124 --hash=sha256:{'a' * 64}\n"
    torch = {"name": "torch", "version": "2.5.1", "local_label": "cu124"}
    folder, heard = tmp_path / "imported", Heard()
    manifest = experiment(folder, [torch], recorded, hashed=True, resolved="2026-11-01")
    built = prepare_environments(manifest, folder, heard)["environment"]
    assert installed_packages(built.folder) == {"torch": "2.5.1+cpu"}
    assert [(one.recorded, one.found) for one in built.differences] == [("2.5.1+cu124", "2.5.1+cpu")]
    assert (folder / "lock.txt").read_text() == recorded
    beside = folder / ENVIRONMENTS / "environment.requirements.txt"
    assert [one.version for one in read_lock(beside.read_text())] == ["2.5.1+cpu"]
    assert any("made again for this machine: there is no such device here" in line for line in heard.lines)
    asked = len(pytorch.asked)
    again = prepare_environments(manifest, folder, heard)["environment"]
    assert again.reused
    assert len(pytorch.asked) == asked


def test_without_that_index_the_recorded_build_is_taken(
    index: PackageIndex, pytorch: Played, tmp_path: Path
) -> None:
    """It runs on the processor, too."""
    wheel = PackageIndex(tmp_path / "cu124").add("torch", "2.5.1+cu124")
    digest = offer(pytorch, wheel, "cu124")
    torch = {"name": "torch", "version": "2.5.1", "local_label": "cu124"}
    folder, heard = tmp_path / "imported", Heard()
    lock = f"torch==2.5.1+cu124 --hash=sha256:{digest}\n"
    manifest = experiment(folder, [torch], lock, hashed=True, resolved="2026-11-01")
    built = prepare_environments(manifest, folder, heard)["environment"]
    assert built.differences == ()
    assert any(line.startswith("the recorded build is taken: ") for line in heard.lines)
    assert not (folder / ENVIRONMENTS / "environment.requirements.txt").exists()


def test_without_a_lock_the_recorded_versions_are_locked_first(index: PackageIndex, tmp_path: Path) -> None:
    index.add("alpha", requires=["beta"])
    index.add("beta")
    index.add("beta", "2.0")
    folder = tmp_path / "imported"
    manifest = experiment(folder, [{"name": "alpha"}, {"name": "beta"}], None)
    heard = Heard()
    built = prepare_environments(_with_twins(manifest), folder, heard)
    assert built["environment"].differences == ()
    assert built["twin"].folder == built["environment"].folder
    assert built["twin"].reused
    assert built["other"].folder.name == "other"
    assert [line for line in heard.lines if "is made again" in line and "twin" in line] == []
    again = prepare_environments(_with_twins(manifest), folder, heard, {"twin"})
    assert (list(again), again["twin"].folder.name, again["twin"].reused) == (["twin"], "environment", True)
    beside = folder / ENVIRONMENTS / "environment.requirements.txt"
    assert all(one.hashed for one in read_lock(beside.read_text()))


def test_a_lock_that_cannot_be_resolved_names_what_is_lacking(index: PackageIndex, tmp_path: Path) -> None:
    index.add("alpha", "2.0")
    manifest = experiment(tmp_path / "imported", [{"name": "alpha"}], None)
    with pytest.raises(UnavailableError, match=r"alpha 1\.0: the package index does not have this version"):
        prepare_environments(manifest, tmp_path / "imported", Heard())
    assert not (tmp_path / "imported" / ENVIRONMENTS / "environment").exists()


def test_a_lock_that_is_no_text_is_told(index: PackageIndex, tmp_path: Path) -> None:
    folder = tmp_path / "imported"
    manifest = experiment(folder, [{"name": "alpha"}], "alpha==1.0\n", hashed=False)
    (folder / "lock.txt").write_bytes(b"\xff\xfe\x00alpha")
    with pytest.raises(UnreadableError, match="not UTF-8"):
        prepare_environments(manifest, folder, Heard())


def test_beside_the_packages_of_conda_only_those_of_pip_are_wheels(tmp_path: Path) -> None:
    lines = [f"{name}==1.0 --hash=sha256:{'a' * 64}\n" for name in ("alpha", "numpy")]
    packages = [{"name": "alpha"}, {"name": "numpy", "source": "conda", "url": f"{FORGE}/numpy-1.0-0.conda"}]
    manifest = experiment(tmp_path / "imported", packages, "".join(lines), hashed=True)
    (tmp_path / "imported/conda-explicit.txt").write_text("@EXPLICIT\n")
    section = {"path": "conda-explicit.txt", "sha256": "a" * 64, "format": "conda"}
    told = manifest.environments[0].model_dump(exclude_unset=True) | {
        "other_packages": [{"name": "python", "version": HERE, "source": "conda"}],
        "locks": [section],
    }
    environment = Environment.model_validate(told)
    recipe = recipe_of(environment, tmp_path / "imported", "linux-64")
    assert (recipe.format, recipe.lock, recipe.others) == ("conda", "@EXPLICIT\n", {"python": HERE})
    assert recipe.wheels is not None
    assert recipe.wheels.lock == lines[0]
    elsewhere = recipe_of(environment, tmp_path / "imported", "osx-arm64")
    assert (elsewhere.format, elsewhere.lock, elsewhere.wheels) == ("requirements", "".join(lines), None)
    assert recipe.digest != elsewhere.digest
