"""Conda prefixes are read from `conda-meta`, written here as conda's and rattler's documentation say."""

from __future__ import annotations

import json
import venv
from pathlib import Path
from typing import Any

import pytest

from reprocrate.capture.environment.conda import conda_packages, explicit_list, public_channel, with_conda
from reprocrate.capture.environment.distributions import find_distributions
from reprocrate.capture.record import OtherPackage

MAIN = "https://repo.anaconda.com/pkgs/main"
FORGE = "https://conda.anaconda.org/conda-forge"


def linked(prefix: Path, name: str, version: str, build: str, **more: object) -> dict[str, Any]:
    """Write what conda notes of a package that it linked into a prefix."""
    files = more.pop("files", [])
    channel = str(more.pop("channel", f"{FORGE}/linux-64"))
    record: dict[str, Any] = {
        "arch": "x86_64",
        "build": build,
        "build_number": 0,
        "channel": channel,
        "constrains": [],
        "depends": ["libgcc >=13"],
        "extracted_package_dir": f"/home/ada/miniconda3/pkgs/{name}-{version}-{build}",
        "features": "",
        "files": files,
        "fn": f"{name}-{version}-{build}.conda",
        "license": "BSD-3-Clause",
        "link": {"source": f"/home/ada/miniconda3/pkgs/{name}-{version}-{build}", "type": 1},
        "md5": "d" * 32,
        "name": name,
        "package_tarball_full_path": f"/home/ada/miniconda3/pkgs/{name}-{version}-{build}.conda",
        "paths_data": {
            "paths": [
                {"_path": file, "path_type": "hardlink", "sha256": "e" * 64, "size_in_bytes": 1}
                for file in files  # type: ignore[attr-defined]
            ],
            "paths_version": 1,
        },
        "platform": "linux",
        "requested_spec": "None",
        "sha256": "a" * 64,
        "size": 7654321,
        "subdir": "linux-64",
        "timestamp": 1707225421156,
        "track_features": "",
        "url": f"{channel}/{name}-{version}-{build}.conda",
        "version": version,
        **more,
    }
    record = {key: value for key, value in record.items() if value is not None}
    (prefix / "conda-meta").mkdir(parents=True, exist_ok=True)
    path = prefix / "conda-meta" / f"{name}-{version}-{build}.json"
    path.write_text(json.dumps(record, indent=2, sort_keys=True))
    return record


def distribution(prefix: Path, name: str, version: str, installer: str = "conda") -> str:
    """Install a distribution into a prefix, and say where its metadata is."""
    place = f"lib/python3.11/site-packages/{name}-{version}.dist-info"
    (prefix / place).mkdir(parents=True)
    (prefix / place / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
    (prefix / place / "INSTALLER").write_text(f"{installer}\n")
    return f"{place}/METADATA"


def prefix_of(tmp_path: Path) -> Path:
    prefix = tmp_path / "miniconda3" / "envs" / "rings"
    torch = distribution(prefix, "torch", "2.3.1")
    numpy = distribution(prefix, "numpy", "1.26.4")
    distribution(prefix, "wandb", "0.17.0", installer="pip")
    linked(
        *(prefix, "pytorch", "2.3.1", "cpu_mkl_py311_hd1c2ab4_100"),
        files=["lib/libtorch.so", torch],
        requested_spec="pytorch=2.3",
    )
    linked(prefix, "numpy", "1.26.4", "py311h64a7726_0", files=[numpy], requested_specs=["numpy"])
    linked(prefix, "mkl", "2023.2.0", "h84fe81f_50496", files=["lib/libmkl_rt.so.2"])
    linked(prefix, "_libgcc_mutex", "0.1", "conda_forge", sha256=None)
    linked(
        *(prefix, "cudatoolkit", "11.8.0", "h6a678d5_0"),
        channel="https://ada:pw@conda.example.org/t/ab-12345678-secret/main/linux-64",
    )
    linked(prefix, "absl-py", "2.1.0", "pypi_0", channel="pypi", url=None, sha256=None, md5=None)
    (prefix / "conda-meta" / "broken.json").write_text("{")
    (prefix / "conda-meta" / "history").write_text("==> 2026-01-01 00:00:00 <==\n")
    return prefix


def test_a_package_of_conda_and_python_is_one(tmp_path: Path) -> None:
    prefix = prefix_of(tmp_path)
    distributions = find_distributions([str(prefix / "lib/python3.11/site-packages")])
    known, others = with_conda(distributions, conda_packages([str(prefix)]))
    packages = {one.package.name: one.package for one in known}
    assert list(packages) == ["numpy", "torch", "wandb"]
    torch = packages["torch"]
    assert (torch.source, torch.version, torch.build) == ("conda", "2.3.1", "cpu_mkl_py311_hd1c2ab4_100")
    assert torch.url == f"{FORGE}/linux-64/pytorch-2.3.1-cpu_mkl_py311_hd1c2ab4_100.conda"
    assert (torch.sha256, torch.sha256_from, torch.requested) == ("a" * 64, "conda", True)
    assert packages["numpy"].requested
    assert (packages["wandb"].source, packages["wandb"].build) == ("pypi", None)
    assert [one.name for one in others] == ["_libgcc_mutex", "cudatoolkit", "mkl"]
    assert others[2] == OtherPackage(
        "mkl", "2023.2.0", "h84fe81f_50496", "conda", f"{FORGE}/linux-64/mkl-2023.2.0-h84fe81f_50496.conda",
        "a" * 64, "d" * 32,
    )  # fmt: skip


@pytest.mark.parametrize("indent", [None, 2, 4])
@pytest.mark.parametrize("sorted_", [True, False])
def test_large_and_small_files_are_read_alike(indent: int | None, sorted_: bool, tmp_path: Path) -> None:
    """Of a large file, as conda (2), mamba (4) and others write it, only the outline is parsed."""
    files = [f"lib/python3.11/site-packages/ringtools/module_{number}.py" for number in range(2000)]
    files.append("lib/python3.11/site-packages/ringtools-1.5.dist-info/METADATA")
    record = linked(tmp_path, "ring-tools", "1.5", "pyh1_0", files=files, requested_specs=["ring-tools", "x"])
    record["link"] |= {"name": "inner", "version": "0"}
    path = next((tmp_path / "conda-meta").glob("*.json"))
    path.write_text(json.dumps(record, indent=indent, sort_keys=sorted_))
    assert path.stat().st_size > 100_000
    (large,) = conda_packages([str(tmp_path)])
    record["files"] = files[-1:]
    record["paths_data"]["paths"] = []
    path.write_text(json.dumps(record, indent=indent, sort_keys=sorted_))
    (small,) = conda_packages([str(tmp_path)])
    assert large == small
    assert small.metadata == {"ringtools-1.5.dist-info"}
    assert small.requested


def test_the_prefix_is_listed_without_tokens(tmp_path: Path) -> None:
    listed = explicit_list(conda_packages([str(prefix_of(tmp_path))]))
    assert listed is not None
    lines = listed.decode().splitlines()
    assert lines[lines.index("@EXPLICIT") + 1 :] == [
        f"{FORGE}/linux-64/_libgcc_mutex-0.1-conda_forge.conda#{'d' * 32}",
        f"https://conda.example.org/main/linux-64/cudatoolkit-11.8.0-h6a678d5_0.conda#sha256:{'a' * 64}",
        f"{FORGE}/linux-64/mkl-2023.2.0-h84fe81f_50496.conda#sha256:{'a' * 64}",
        f"{FORGE}/linux-64/numpy-1.26.4-py311h64a7726_0.conda#sha256:{'a' * 64}",
        f"{FORGE}/linux-64/pytorch-2.3.1-cpu_mkl_py311_hd1c2ab4_100.conda#sha256:{'a' * 64}",
    ]


def test_a_package_without_an_address_has_one_made_of_its_channel(tmp_path: Path) -> None:
    linked(tmp_path, "zlib", "1.3.1", "h0_0", url=None, channel=f"{MAIN}/linux-64")
    linked(tmp_path, "tzdata", "2024a", "h0_0", url=None, channel=MAIN, subdir="noarch")
    found = {one.about.name: one.about.url for one in conda_packages([str(tmp_path)])}
    assert found == {
        "tzdata": f"{MAIN}/noarch/tzdata-2024a-h0_0.conda",
        "zlib": f"{MAIN}/linux-64/zlib-1.3.1-h0_0.conda",
    }


def test_a_prefix_with_a_package_that_nobody_can_get_has_no_list(tmp_path: Path) -> None:
    linked(tmp_path, "mine", "1", "h0_0", url="file:///home/ada/mine.conda", channel="file:///home/ada")
    assert conda_packages([str(tmp_path)])[0].about.url is None
    assert explicit_list(conda_packages([str(tmp_path)])) is None
    assert explicit_list([]) is None


def test_no_other_folder_is_a_prefix(tmp_path: Path) -> None:
    assert conda_packages(["", str(tmp_path), "/absent"]) == []
    (tmp_path / "conda-meta").mkdir()
    assert conda_packages([str(tmp_path)]) == []


def test_addresses_lose_tokens_and_credentials() -> None:
    assert public_channel("https://u:p@x.org/t/tk-1/conda-forge/noarch/a-1-0.conda?k=v") == (
        "https://x.org/conda-forge/noarch/a-1-0.conda"
    )
    assert public_channel("file:///opt/channel/noarch/a-1-0.conda") is None


def test_a_launch_in_a_prefix_records_it(empty: Any, tmp_path: Path) -> None:
    """A virtual environment with `conda-meta` in it stands for the prefix: only that folder makes it one."""
    prefix = tmp_path / "prefix"
    venv.create(prefix, with_pip=False, symlinks=True)
    site = next((prefix / "lib").glob("python*/site-packages")).relative_to(prefix).as_posix()
    info = prefix / site / "ringtools-1.5.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: ringtools\nVersion: 1.5\n")
    token = f"{FORGE.replace('//', '//ada:pw@')}/t/ab-secret-1/noarch"
    linked(
        prefix,
        "ring-tools",
        "1.5",
        "pyh1_0",
        files=[f"{site}/ringtools-1.5.dist-info/METADATA"],
        channel=token,
    )
    linked(prefix, "openblas", "0.3.27", "pthreads_h1_0")
    empty.write("script.py", "import json")
    record = empty.record(str(prefix / "bin" / "python"), "script.py")
    (package,) = record.environment.packages
    assert (package.name, package.source, package.build) == ("ringtools", "conda", "pyh1_0")
    assert [(one.name, one.version) for one in record.environment.other_packages] == [("openblas", "0.3.27")]
    (lock,) = record.environment.locks
    assert (lock.name, lock.format) == ("conda-explicit.txt", "conda")
    kept = empty.folder / ".reprocrate" / "objects" / lock.sha256[:2] / lock.sha256
    assert "ring-tools-1.5-pyh1_0.conda" in kept.read_text()
    recorded = (empty.folder / ".reprocrate" / "runs" / record.id / "run.json").read_text() + kept.read_text()
    for secret in ("secret", "ada:pw", "/t/", "miniconda3"):
        assert secret not in recorded
