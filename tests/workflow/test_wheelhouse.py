"""Wheels from a private index into a bundle, and from the bundle into an environment, without any network."""

from __future__ import annotations

import base64
import functools
import hashlib
import http.server
import json
import os
import shutil
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from reprocrate.rerun.environment.uv_tool import find_uv
from tests.prepared import completed
from tests.rerun.package_index import PackageIndex, make_wheel

Done = subprocess.CompletedProcess[str]

PYTHON = f"cp{sys.version_info.major}{sys.version_info.minor}"
LINUX_TAG, MAC_TAG = f"{PYTHON}-{PYTHON}-manylinux_2_17_x86_64", f"{PYTHON}-{PYTHON}-macosx_11_0_arm64"
HERE = "x86_64-unknown-linux-gnu"
WHEELS = ".reprocrate/environment/wheels"
TRAIN = "import sys, alpha, fast, shut\nprint('score', 0.5 + int(sys.argv[1]) / 10)\n"
SETTINGS = """
[experiment]
title = "A study"

[metrics.score]
stdout = "score (?P<value>[0-9.]+)"
direction = "maximize"
"""
DEAD = {"UV_DEFAULT_INDEX": "http://127.0.0.1:9/simple", "UV_HTTP_RETRIES": "0"}

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or os.uname().machine != "x86_64", reason="its wheels are for Linux on x86-64"
)


class PrivatePages(http.server.SimpleHTTPRequestHandler):
    """Serves files to whoever has the password."""

    def do_GET(self) -> None:
        expected = base64.b64encode(b"ada:secret").decode()
        if self.headers.get("Authorization") == f"Basic {expected}":
            super().do_GET()
            return
        self.send_response(401)
        self.send_header("WWW-Authenticate", "Basic realm=index")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        pass


@dataclass
class Study:
    """An author with an index, an environment from it, and a project that ran in it."""

    folder: Path
    index: PackageIndex
    index_url: str
    server: http.server.ThreadingHTTPServer
    environ: dict[str, str] = field(default_factory=dict)

    def __call__(
        self, *arguments: object, code: int = 0, **variables: str
    ) -> subprocess.CompletedProcess[str]:
        environ = {**self.environ, "UV_DEFAULT_INDEX": self.index_url, **variables}
        done = completed(self.folder / "project", *arguments, environ=environ)
        assert done.returncode == code, done
        assert "Traceback" not in done.stderr
        return done

    def close(self) -> None:
        """The index is gone."""
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index, the author's environment from it, and a project that ran in it; copied, never written to."""
    folder = tmp_path_factory.mktemp("recorded")
    index = PackageIndex(folder / "index", wheels_at="/wheels")
    index.add("alpha", requires=["fast"], headers=["License-Expression: MIT"])
    index.add("fast", tag=LINUX_TAG, headers=["Classifier: License :: OSI Approved :: BSD License"])
    index.add("shut", headers=["License: Proprietary"])
    environment, project = folder / "author", folder / "project"
    uv = find_uv()
    assert uv is not None
    subprocess.run([uv, "venv", "-q", "--python", sys.executable, environment], check=True)
    install = [uv, "pip", "install", "-q", "--no-index", "--find-links", index.wheels, "--python"]
    subprocess.run([*install, environment / "bin" / "python", "alpha", "fast", "shut"], check=True)
    project.mkdir()
    (project / "train.py").write_text(TRAIN)
    (project / "reprocrate.toml").write_text(SETTINGS)
    command = [sys.executable, "-m", "reprocrate", "run", "--seeds", "0-1", "--", "python", "train.py"]
    path = f"{environment / 'bin'}{os.pathsep}{os.environ['PATH']}"
    environ = {**os.environ, "PATH": path, "VIRTUAL_ENV": str(environment)}
    subprocess.run([*command, "{seed}"], cwd=project, env=environ, check=True)
    return folder


@pytest.fixture
def study(recorded: Path, tmp_path: Path) -> Iterator[Study]:
    """A copy of them, with the index as a server that asks for a password."""
    for name in ("index", "project"):
        shutil.copytree(recorded / name, tmp_path / name)
    handler = functools.partial(PrivatePages, directory=str(tmp_path / "index"))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("UV_", "PIP_"))}
    environ |= {"UV_CACHE_DIR": str(tmp_path / "cache"), "NO_COLOR": "1", "COLUMNS": "200"}
    url = f"http://ada:secret@127.0.0.1:{server.server_port}/simple"
    index = PackageIndex(tmp_path / "index", wheels_at="/wheels")
    made = Study(tmp_path, index, url, server, environ)
    yield made
    made.close()


def contents(bundle: Path) -> tuple[dict[str, bytes], dict[str, Any]]:
    with zipfile.ZipFile(bundle) as archive:
        files = {name: archive.read(name) for name in archive.namelist() if not name.endswith("/")}
    return files, json.loads(files["reprocrate.json"])


def wheels_of(files: dict[str, bytes]) -> set[str]:
    return {name.rpartition("/")[2] for name in files if name.endswith(".whl")}


def test_wheels_travel_for_named_platforms_and_again_without_the_index(study: Study, tmp_path: Path) -> None:
    mac = study.index.add("fast", tag=MAC_TAG, headers=["License: BSD"])
    both = ("--wheels", "--platform", "linux-x86_64", "--platform", "macos-arm64")
    said = study("pack", *both, "-o", "../first.zip")
    files, manifest = contents(tmp_path / "first.zip")
    (environment,) = manifest["environments"]
    alpha, linux = "alpha-1.0-py3-none-any.whl", f"fast-1.0-{LINUX_TAG}.whl"
    assert wheels_of(files) == {alpha, linux, mac.name}
    houses = {house["platform"]: house for house in environment["wheels"]}
    for platform, names in ((HERE, [alpha, linux]), ("aarch64-apple-darwin", [alpha, mac.name])):
        house = houses[platform]
        assert [file["path"] for file in house["files"]] == [f"{WHEELS}/{name}" for name in names]
        for file in house["files"]:
            genuine = (study.index.wheels / file["path"].rpartition("/")[2]).read_bytes()
            assert files[file["path"]] == genuine
            assert (file["size"], file["sha256"]) == (len(genuine), hashlib.sha256(genuine).hexdigest())
        assert house["files"][0]["license"] == "MIT"
        assert house["left_out"] == [
            'shut 1.0: its licence is "Proprietary", which is not known to allow redistribution'
        ]
    assert f"on {HERE} still needs a package index, since these wheels stay behind: shut 1.0" in said.stderr
    assert "--may-redistribute shut" in said.stderr
    address = study.index_url.partition("@")[2].partition("/")[0].encode()
    kept = b"".join(path.read_bytes() for path in (tmp_path / "project").rglob("*") if path.is_file())
    own = b"".join(data for name, data in files.items() if "/standard/" not in name)
    assert [word for word in (address, b"ada:", b"secret") if word in own] == []
    assert address not in kept

    study.close()
    study(
        "pack",
        "--wheels",
        "--platform",
        "linux-x86_64",
        "--platform",
        "macos-arm64",
        "-o",
        "../2.zip",
        **DEAD,
    )
    assert (tmp_path / "2.zip").read_bytes() == (tmp_path / "first.zip").read_bytes()
    study("pack", "-o", "../without.zip", "--offline", **DEAD)
    files, manifest = contents(tmp_path / "without.zip")
    assert wheels_of(files) == set()
    assert "wheels" not in manifest["environments"][0]


def test_the_environment_is_built_from_them_without_any_network(study: Study, tmp_path: Path) -> None:
    study("pack", "--wheels", "--may-redistribute", "s*t", "-o", "../it.zip")
    files, _ = contents(tmp_path / "it.zip")
    assert "shut-1.0-py3-none-any.whl" in wheels_of(files)
    study.close()
    study.environ |= DEAD | {"UV_CACHE_DIR": str(tmp_path / "reader-cache")}
    study.environ |= {"HTTP_PROXY": "http://127.0.0.1:9", "HTTPS_PROXY": "http://127.0.0.1:9"}
    study.index_url = DEAD["UV_DEFAULT_INDEX"]
    said = study("import", "../it.zip", "../there", "--prepare")
    assert "Installed from the wheels that came along, without a package index" in said.stderr
    plan = json.loads(study("plan", "../there", "--json").stdout)
    reasons = [one["reason"] for one in plan["requirements"] if one["namespace"] == "packages"]
    assert reasons == ["no package index is needed"]
    (python,) = (tmp_path / "there" / ".reprocrate" / "environments").glob("*/bin/python")
    code = "import alpha, fast, shut; print(alpha.__version__, fast.__version__, shut.__version__)"
    ran = subprocess.run([python, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.split() == ["1.0", "1.0", "1.0"]


def test_a_large_wheel_that_stays_behind_is_not_fetched(study: Study, tmp_path: Path) -> None:
    large = study.index.add("shut", source="#" * 21_000_000, headers=["License: Proprietary"])
    with zipfile.ZipFile(large) as archive:
        metadata = archive.read("shut-1.0.dist-info/METADATA")
    large.with_name(f"{large.name}.metadata").write_bytes(metadata)
    page = study.index.pages / "shut" / "index.html"
    page.write_text(page.read_text().splitlines()[-1])
    said = study("pack", "--wheels", "-o", "../first.zip")
    assert "stay behind: shut 1.0" in said.stderr
    assert "  2 wheels of environment-1 for x86_64-unknown-linux-gnu travel, " in said.stderr
    kept = tmp_path / "project" / WHEELS
    assert "shut" not in {path.name.partition("-")[0] for path in kept.iterdir()}
    study("pack", "--wheels", "-o", "../second.zip", "--offline", **DEAD)
    assert (tmp_path / "first.zip").read_bytes() == (tmp_path / "second.zip").read_bytes()
    said = study("pack", "--wheels", "--may-redistribute", "shut", "-o", "../all.zip", "--offline", code=3)
    assert "are missing: shut 1.0: nothing is fetched with --offline" in said.stderr
    study("pack", "--wheels", "--may-redistribute", "shut", "-o", "../all.zip")
    assert large.name in wheels_of(contents(tmp_path / "all.zip")[0])


def test_as_reproducing_tells_it(study: Study, tmp_path: Path) -> None:
    study("pack", "--wheels", "--may-redistribute", "shut", "-o", "../it.zip")
    study.close()
    folder = tmp_path / "unpacked"
    with zipfile.ZipFile(tmp_path / "it.zip") as archive:
        archive.extractall(folder)
    lines = (folder / "REPRODUCING.md").read_text().splitlines()
    (with_uv,) = (line for line in lines if line.startswith("uv pip install --offline"))
    (with_pip,) = (line for line in lines if line.startswith("python -m pip install --no-index"))
    uv = find_uv()
    assert uv is not None
    for place, command in (("a", with_uv), ("b", with_pip)):
        environment = folder / place
        made = [sys.executable, "-m", "venv", *(["--without-pip"] if place == "a" else []), str(environment)]
        subprocess.run(made, check=True)
        variables = {"PATH": f"{environment / 'bin'}:{uv.parent}:{os.environ['PATH']}", **DEAD}
        variables |= {"VIRTUAL_ENV": str(environment), "PIP_CONFIG_FILE": os.devnull}
        environ = {**study.environ, **variables, "UV_CACHE_DIR": str(tmp_path / "their-cache")}
        subprocess.run(command, shell=True, cwd=folder, env=environ, check=True, capture_output=True)
        ran = subprocess.run([environment / "bin" / "python", "-c", "import alpha, fast, shut"], check=True)
        assert ran.returncode == 0


def test_wheels_for_another_platform_do_not_suffice_and_the_index_is_asked(
    study: Study, tmp_path: Path
) -> None:
    study.index.add("fast", tag=MAC_TAG)
    study("pack", "--wheels", "--platform", "macos-arm64", "--may-redistribute", "*", "-o", "../mac.zip")
    fresh = {"UV_CACHE_DIR": str(tmp_path / "reader-cache")}
    said = study("import", "../mac.zip", "../here", "--prepare", **fresh)
    assert "do not suffice here, so the package index is asked" in said.stderr
    assert list((tmp_path / "here").glob(".reprocrate/environments/*/lib/*/site-packages/fast/__init__.py"))
    study.close()
    fresh = {"UV_CACHE_DIR": str(tmp_path / "other-cache")}
    said = study("import", "../mac.zip", "../offline", "--prepare", code=3, **fresh, **DEAD)
    assert "Connect to a network" in said.stderr


def test_what_the_index_no_longer_has_is_taken_from_the_wheels(study: Study, tmp_path: Path) -> None:
    study("pack", "--wheels", "-o", "../it.zip")  # without shut
    (study.index.pages / "fast" / "index.html").unlink()
    fresh = {"UV_CACHE_DIR": str(tmp_path / "reader-cache")}
    said = study("import", "../it.zip", "../here", "--prepare", **fresh)
    assert "do not suffice here" in said.stderr
    assert list((tmp_path / "here").glob(".reprocrate/environments/*/lib/*/site-packages/shut/__init__.py"))


def test_a_package_without_a_wheel_is_said(study: Study, tmp_path: Path) -> None:
    said = study("pack", "--wheels", "--platform", "macos-arm64", "-o", "../mac.zip")
    _, manifest = contents(tmp_path / "mac.zip")
    (house,) = manifest["environments"][0]["wheels"]
    assert house["left_out"][0] == "fast 1.0: the index has none for this platform"
    cost = "environment-1 cannot be built from wheels on aarch64-apple-darwin, for want of fast 1.0: "
    assert f"{cost}the index has none for this platform" in said.stderr
    assert "  1 wheel of environment-1 for aarch64-apple-darwin travels, " in said.stderr


def test_other_bytes_than_the_lock_names_are_refused(study: Study, tmp_path: Path) -> None:
    study("pack", "-o", "../lock.zip")  # the lock is made
    alpha = study.index.wheels / "alpha-1.0-py3-none-any.whl"
    alpha.write_bytes(alpha.read_bytes() + b"evil")
    said = study("pack", "--wheels", "-o", "../it.zip", code=1)
    assert "SHA-256 is not the one that the lock names" in said.stderr
    assert not (tmp_path / "it.zip").exists()
    assert [path.name for path in (tmp_path / "project" / WHEELS).iterdir()] == []


def test_a_wheel_that_was_spoilt_in_the_project_is_fetched_again(study: Study, tmp_path: Path) -> None:
    study("pack", "--wheels", "-o", "../first.zip")
    alpha = tmp_path / "project" / WHEELS / "alpha-1.0-py3-none-any.whl"
    alpha.write_bytes(b"spoilt")
    said = study("pack", "--wheels", "-o", "../it.zip", "--offline", code=3)
    assert "wheels of environment-1 for x86_64-unknown-linux-gnu are missing: alpha 1.0" in said.stderr
    study("pack", "--wheels", "-o", "../second.zip")
    assert (tmp_path / "first.zip").read_bytes() == (tmp_path / "second.zip").read_bytes()


def test_without_a_network_what_is_missing_is_named(study: Study, tmp_path: Path) -> None:
    study("pack", "-o", "../lock.zip")
    study.close()
    for options in ([], ["--offline"]):
        cache = {"UV_CACHE_DIR": str(tmp_path / "empty")}
        said = study("pack", "--wheels", *options, "-o", "../it.zip", code=3, **cache, **DEAD)
        assert "alpha 1.0, fast 1.0, shut 1.0" in said.stderr
        assert "secret" not in said.stderr
    assert not (tmp_path / "it.zip").exists()


def test_a_choice_that_somebody_edited_is_made_again(study: Study, tmp_path: Path) -> None:
    study("pack", "--wheels", "-o", "../first.zip")
    (choice,) = (tmp_path / "project" / ".reprocrate/environment/chosen").iterdir()
    genuine = choice.read_text()
    outside = tmp_path / "outside"
    outside.write_text("private")
    document = json.loads(genuine)
    digest = hashlib.sha256(b"private").hexdigest()
    document["wheels"][0] |= {"file": "../../../../outside", "sha256": digest}
    for text in (json.dumps(document), genuine.replace(document["lock"], "0" * 64), "{", "[]", '{"lock": 1}'):
        choice.write_text(text)
        study("pack", "--wheels", "-o", "../again.zip")
        assert (tmp_path / "first.zip").read_bytes() == (tmp_path / "again.zip").read_bytes()
        assert choice.read_text() == genuine


def test_options_that_make_no_sense_are_refused(study: Study) -> None:
    assert "macos-arm64" in study("pack", "--wheels", "--platform", "amiga", code=2).stderr
    assert "Add --wheels" in study("pack", "--platform", "linux-x86_64", code=2).stderr
    assert "Add --wheels" in study("pack", "--may-redistribute", "shut", code=2).stderr


def test_a_wheel_of_other_code_is_refused_though_all_digests_were_corrected(
    study: Study, tmp_path: Path
) -> None:
    study("pack", "--wheels", "-o", "../it.zip")
    folder = tmp_path / "forged"
    with zipfile.ZipFile(tmp_path / "it.zip") as archive:
        archive.extractall(folder)
    wheel = folder / WHEELS / "alpha-1.0-py3-none-any.whl"
    before = hashlib.sha256(wheel.read_bytes()).hexdigest()
    make_wheel(wheel.parent, "alpha", "1.0", source="print('evil')", headers=["License-Expression: MIT"])
    after, size = hashlib.sha256(wheel.read_bytes()).hexdigest(), wheel.stat().st_size
    manifest = folder / "reprocrate.json"
    document = json.loads(manifest.read_bytes())
    for house in document["environments"][0]["wheels"]:
        for file in house["files"]:
            if file["sha256"] == before:
                file |= {"sha256": after, "size": size}
    old = hashlib.sha256(manifest.read_bytes()).hexdigest()
    manifest.write_text(json.dumps(document))
    new = hashlib.sha256(manifest.read_bytes()).hexdigest()
    listed = folder / "manifest-sha256.txt"
    listed.write_text(listed.read_text().replace(before, after).replace(old, new))
    said = study("import", "../forged", "../there", code=1)
    assert f"wheel {WHEELS}/alpha-1.0-py3-none-any.whl is none that the lock" in said.stderr
    assert not (tmp_path / "there").exists()
