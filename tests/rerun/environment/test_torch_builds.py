"""Builds of PyTorch are locked and installed from the index of PyTorch that has them."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from reprocrate.manifest import Package
from reprocrate.rerun.environment.building import Recipe, build_environment
from reprocrate.rerun.environment.lock import make_lock
from reprocrate.rerun.environment.requirements import read_lock
from reprocrate.rerun.environment.torch_builds import torch_backend
from tests.rerun.pytorch_index import Played, offer

Recorded = Callable[..., Package]
HERE = ".".join(map(str, sys.version_info[:3]))


def test_a_build_of_pytorch_is_locked_and_built_again_from_pytorchs_own_index(
    index: Any, recorded: Recorded, pytorch: Played, tmp_path: Path
) -> None:
    index.add("alpha", requires=["torch"])
    index.add("torch", "2.5.1")
    digest = offer(pytorch, type(index)(tmp_path / "cpu").add("torch", "2.5.1+cpu"), "cpu")
    packages = (recorded("alpha"), recorded("torch", "2.5.1", local_label="cpu"))
    lock = make_lock(packages, python_version=HERE)
    assert (lock.hashed, lock.note, lock.unlockable) == (True, "", ())
    assert {(one.name, one.version) for one in read_lock(lock.text)} == {
        ("alpha", "1.0"),
        ("torch", "2.5.1+cpu"),
    }
    assert digest in lock.text
    assert lock.text.splitlines()[0].endswith("pip --extra-index-url https://download.pytorch.org/whl/cpu")
    # On another machine, that knows nothing of that index.
    built = build_environment(tmp_path / "again", Recipe(lock.text, HERE, packages=packages))
    assert built.differences == ()
    assert all(path.startswith("/whl/cpu/") for path in pytorch.asked)


def test_without_pytorchs_index_the_lock_says_that_it_names_another_build(
    index: Any, recorded: Recorded, pytorch: Played
) -> None:
    index.add("torch", "2.5.1")
    lock = make_lock([recorded("torch", "2.5.1", local_label="cu124")], python_version=HERE)
    assert lock.hashed
    assert {(one.name, one.version) for one in read_lock(lock.text)} == {("torch", "2.5.1")}
    assert "The build +cu124 of PyTorch's packages is not in the lock" in lock.note


def test_only_labels_of_pytorch_name_one_of_its_indexes() -> None:
    assert torch_backend([("numpy", None), ("torch", "cpu"), ("torchvision", "cpu")]) == "cpu"
    assert torch_backend([("torch", "rocm6.2")]) == "rocm6.2"
    assert torch_backend([("torch", None), ("jaxlib", "cuda12")]) == ""
    assert torch_backend([("torch", "git1234"), ("other", "cpu")]) == ""
    assert torch_backend([("torch", "cpu"), ("torchaudio", "cu124")]) == ""
