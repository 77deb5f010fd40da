"""Environments are rebuilt from the locks of other tools, too, and other packages may add kinds."""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from reprocrate.errors import UnavailableError, UnreadableError
from reprocrate.manifest import Environment, Package
from reprocrate.rerun.environment.builders import BUILT_IN, Builder, builder_for
from reprocrate.rerun.environment.builders.conversion import converted
from reprocrate.rerun.environment.building import Recipe, installed_packages
from reprocrate.rerun.environment.conda import linking
from reprocrate.rerun.environment.conda.lists import READ
from reprocrate.rerun.environment.locks import built_from
from reprocrate.rerun.environment.requirements import read_lock
from reprocrate.rerun.environment.uv_tool import find_uv, run_uv

HERE = ".".join(map(str, sys.version_info[:3]))
SHA = "a" * 64


@pytest.fixture
def wheels(index: Any) -> dict[str, str]:
    """Digests of the wheels of two packages, the second for Windows only."""
    found = {
        "alpha": index.add("alpha", requires=["beta ; sys_platform == 'win32'"]),
        "beta": index.add("beta"),
    }
    return {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in found.items()}


def locks(wheels: dict[str, str]) -> dict[str, str]:
    """The same environment as each tool writes it."""
    alpha, beta = wheels["alpha"], wheels["beta"]
    pipfile = {
        "default": {
            "alpha": {"version": "==1.0", "hashes": [f"sha256:{alpha}"]},
            "beta": {
                "version": "==1.0",
                "hashes": [f"sha256:{beta}"],
                "markers": "sys_platform == 'win32'",
            },
        }
    }
    return {
        "pylock": f"""lock-version = "1.0"
created-by = "test"
[[packages]]
name = "alpha"
version = "1.0"
wheels = [{{ url = "https://192.0.2.1/alpha-1.0-py3-none-any.whl", hashes = {{ sha256 = "{alpha}" }} }}]
[[packages]]
name = "beta"
version = "1.0"
marker = "sys_platform == 'win32'"
wheels = [{{ url = "https://192.0.2.1/beta-1.0-py3-none-any.whl", hashes = {{ sha256 = "{beta}" }} }}]
""",
        "poetry": f"""[[package]]
name = "alpha"
version = "1.0"
files = [{{ file = "alpha-1.0-py3-none-any.whl", hash = "sha256:{alpha}" }}]
[[package]]
name = "beta"
version = "1.0"
markers = "sys_platform == \\"win32\\""
files = [{{ file = "beta-1.0-py3-none-any.whl", hash = "sha256:{beta}" }}]
""",
        "pdm": f"""[[package]]
name = "alpha"
version = "1.0"
files = [{{ file = "alpha-1.0-py3-none-any.whl", hash = "sha256:{alpha}" }}]
[[package]]
name = "beta"
version = "1.0"
marker = "sys_platform == \\"win32\\""
files = [{{ file = "beta-1.0-py3-none-any.whl", hash = "sha256:{beta}" }}]
""",
        "pipfile": json.dumps(pipfile),
        "requirements": f"alpha==1.0 --hash=sha256:{alpha}\n"
        f"beta==1.0 ; sys_platform == 'win32' --hash=sha256:{beta}\n",
    }


@pytest.fixture
def uv_lock(wheels: dict[str, str], tmp_path: Path) -> str:
    """Written by uv itself."""
    uv = find_uv()
    if uv is None:
        pytest.skip("there is no uv")
    project = tmp_path / "project"
    project.mkdir()
    head = f'[project]\nname = "mine"\nversion = "0.1"\nrequires-python = ">={HERE[:4]}"\n'
    (project / "pyproject.toml").write_text(head + 'dependencies = ["alpha"]\n')
    done = run_uv(uv, ["lock", "--project", str(project)])
    assert done.exit_code == 0, done.messages
    return (project / "uv.lock").read_text()


@pytest.mark.parametrize("form", ["pylock", "poetry", "pdm", "pipfile", "requirements"])
def test_every_lock_gives_the_same_environment(form: str, wheels: dict[str, str], tmp_path: Path) -> None:
    recipe = Recipe(locks(wheels)[form], HERE, format=form)
    pinned = read_lock(converted(recipe).text)
    assert {(one.name, one.digests) for one in pinned} == {
        (name, frozenset({digest})) for name, digest in wheels.items()
    }
    built = builder_for(form).build(tmp_path / "env", recipe)
    assert installed_packages(built.folder) == {"alpha": "1.0"}


def test_a_lock_of_uv_is_turned_by_uv(uv_lock: str, tmp_path: Path) -> None:
    recipe = Recipe(uv_lock, HERE, format="uv")
    found = {one.name: one.marker for one in read_lock(converted(recipe).text)}
    assert found == {"alpha": None, "beta": "sys_platform == 'win32'"}
    built = builder_for("uv").build(tmp_path / "env", recipe)
    assert installed_packages(built.folder) == {"alpha": "1.0"}


def test_another_file_than_the_lock_names_is_refused(wheels: dict[str, str], tmp_path: Path) -> None:
    lock = locks(wheels)["poetry"].replace(wheels["alpha"], SHA)
    with pytest.raises(UnavailableError, match=r"(?i)hash mismatch"):
        builder_for("poetry").build(tmp_path / "env", Recipe(lock, HERE, format="poetry"))
    assert not (tmp_path / "env").exists()


def test_what_comes_from_elsewhere_is_left_out_and_said(wheels: dict[str, str], tmp_path: Path) -> None:
    lock = locks(wheels)["poetry"] + (
        '[[package]]\nname = "gamma"\nversion = "2.0"\nfiles = []\n'
        '[package.source]\ntype = "git"\nurl = "https://192.0.2.1/gamma.git"\n'
    )
    said: list[str] = []
    built = builder_for("poetry").build(tmp_path / "env", Recipe(lock, HERE, format="poetry"), said.append)
    assert set(installed_packages(built.folder)) == {"alpha"}
    assert any(line.startswith("left out of the environment: gamma 2.0: it comes from") for line in said)


def test_a_lock_without_digests_is_said_to_be_unverified(index: Any, tmp_path: Path) -> None:
    index.add("alpha")
    said: list[str] = []
    builder_for("requirements").build(tmp_path / "env", Recipe("alpha==1.0\n", HERE), said.append)
    assert any("not verified" in line for line in said)


def test_of_several_versions_the_recorded_one_is_taken() -> None:
    text = "".join(f'[[package]]\nname = "alpha"\nversion = "{one}"\nfiles = []\n' for one in ("1.0", "2.0"))
    packages = (Package.model_validate({"name": "alpha", "version": "2.0"}),)
    assert converted(Recipe(text, HERE, packages=packages, format="poetry")).text == "alpha==2.0\n"


@pytest.mark.parametrize(
    ("recorded", "text"), [(["alpha"], "alpha==1.0\n"), (["beta"], ""), ([], "alpha==1.0\n")]
)
def test_a_package_of_an_extra_is_taken_where_it_was_installed(recorded: list[str], text: str) -> None:
    lock = '[[package]]\nname = "alpha"\nversion = "1.0"\nmarkers = "extra == \\"plot\\""\nfiles = []\n'
    packages = tuple(Package.model_validate({"name": one, "version": "1.0"}) for one in recorded)
    assert converted(Recipe(lock, HERE, packages=packages, format="poetry")).text == text


@pytest.mark.parametrize("form", ["pylock", "uv", "poetry", "pdm", "pipfile"])
@pytest.mark.parametrize("text", ["[[package", "\x00", "[package\n"])
def test_a_damaged_lock_is_told(form: str, text: str) -> None:
    with pytest.raises(UnreadableError, match=r"^the lock is no "):
        converted(Recipe(text, HERE, format=form))


@pytest.mark.parametrize("form", ["conda", "conda_environment", "conda_lock", "pixi"])
def test_what_cannot_be_linked_is_made_by_hand_and_the_command_is_said(
    form: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(linking, "can_link", lambda: False)
    builder = builder_for(form)
    recipe = Recipe("", HERE, format=form, name="environment.yml")
    lack = builder.lacks(recipe)
    assert lack is not None
    assert "by hand with `" in lack[1]
    assert ("run `pip install 'reprocrate[conda]'`" in lack[1]) == (form in READ)
    with pytest.raises(UnavailableError, match="by hand with"):
        builder.build(tmp_path / "env", recipe)


def test_every_built_in_builder_follows_the_protocol() -> None:
    assert all(isinstance(builder_for(form), Builder) for form in BUILT_IN)


def test_a_builder_of_another_package_is_used_for_its_own_kind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    info = tmp_path / "nix-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: nix\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(
        "[reprocrate.environments]\nnix = builder_of_nix:Nix\n"
        "half = builder_of_nix:Half\nbad = builder_of_nix:bad\n"
    )
    (tmp_path / "builder_of_nix.py").write_text(
        "class Nix:\n    def lacks(self, recipe):\n        return ('no nix', 'get it')\n"
        "    def build(self, folder, recipe, notify=None):\n        return 'built'\n"
        "class Half:\n    pass\ndef bad():\n    raise RuntimeError('broken inside')\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    assert builder_for("nix").lacks(Recipe("", HERE)) == ("no nix", "get it")
    with pytest.raises(UnavailableError, match="no methods"):
        builder_for("half")
    with pytest.raises(UnavailableError, match="broken inside"):
        builder_for("bad")
    with pytest.raises(UnavailableError, match="of the kind guix"):
        builder_for("guix")


def test_the_lock_of_what_ran_goes_before_those_that_lay_beside_it() -> None:
    def lock(form: str, **more: Any) -> dict[str, Any]:
        return {"path": f"{form}.lock", "sha256": SHA, "format": form, **more}

    beside = [
        lock("conda"),
        lock("requirements"),
        lock("uv", hashed=True),
        lock("poetry", differing=["a: 2"]),
    ]
    both = {"id": "e", "lock": lock("requirements", hashed=True), "locks": beside}
    found = built_from(Environment.model_validate(both))
    assert found is not None
    assert found.path == "requirements.lock"
    found = built_from(Environment.model_validate({"id": "e", "locks": beside}))
    assert found is not None
    assert found.format == "uv"
    assert built_from(Environment.model_validate({"id": "e"})) is None


def of_conda(platform: str = "linux-64", **more: Any) -> Environment:
    """An environment of conda with a lock of wheels and the explicit list."""
    at = f"https://conda.anaconda.org/conda-forge/{platform}"
    told = {
        "id": "e",
        "packages": [
            {"name": "numpy", "version": "1.0", "source": "conda", "url": f"{at}/numpy-1.0-0.conda"},
            {"name": "alpha", "version": "1.0", "source": "pypi"},
        ],
        "other_packages": [
            {"name": "python", "version": HERE, "source": "conda", "url": f"{at}/python-{HERE}-0.conda"}
        ],
        "lock": {"path": "requirements.lock", "sha256": SHA, "format": "requirements", "hashed": True},
        "locks": [
            {"path": "a/conda-a.lock", "sha256": SHA, "format": "conda", "hashed": True},
            {"path": "b/conda-explicit.txt", "sha256": SHA, "format": "conda", "hashed": True},
        ],
    }
    return Environment.model_validate({key: value for key, value in (told | more).items() if value})


@pytest.mark.parametrize(
    ("linked_for", "path"),
    [("linux-64", "b/conda-explicit.txt"), ("osx-arm64", "requirements.lock"), (None, "requirements.lock")],
)
def test_an_environment_of_conda_is_built_from_its_list_where_that_can_be_linked(
    linked_for: str | None, path: str
) -> None:
    found = built_from(of_conda(), linked_for)
    assert found is not None
    assert found.path == path


def test_a_virtual_environment_beside_conda_is_built_from_wheels() -> None:
    """Conda's list has what lay below it, and not what ran."""
    packages = [{"name": "alpha", "version": "1.0", "source": "pypi"}]
    found = built_from(of_conda(packages=packages), "linux-64")
    assert found is not None
    assert found.path == "requirements.lock"


def test_without_a_lock_of_wheels_the_list_is_all_there_is() -> None:
    found = built_from(of_conda(lock=None), None)
    assert found is not None
    assert found.format == "conda"
