"""Environments from the run to the bundle: locks that lie in the project, packages that were edited."""

from __future__ import annotations

import hashlib
import os
import venv
import zipfile
from pathlib import Path

import pytest

from reprocrate.manifest import Manifest, parse_manifest
from tests.prepared import completed

WHEELS = {
    "ringtools-1.5-py3-none-any.whl": hashlib.sha256(b"any").hexdigest(),
    "ringtools-1.5-cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64.whl": "b" * 64,
    "ringtools-1.5-cp311-cp311-macosx_11_0_arm64.whl": "c" * 64,
}


def lock(version: str = "1.5", source: str = "https://ada:secret@mirror.example.org/simple") -> str:
    wheels = "".join(
        f'    {{ url = "https://files.example.org/{name}", hash = "sha256:{digest}", size = 1 }},\n'
        for name, digest in WHEELS.items()
    )
    return (
        'version = 1\nrequires-python = ">=3.8"\n\n[[package]]\nname = "ringtools"\n'
        f'version = "{version}"\nsource = {{ registry = "{source}" }}\nwheels = [\n{wheels}]\n'
    )


def install(site: Path, name: str, version: str, *tags: str) -> None:
    info = site / f"{name}-{version}.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
    (info / "INSTALLER").write_text("uv\n")
    (info / "WHEEL").write_text("Wheel-Version: 1.0\n" + "".join(f"Tag: {tag}\n" for tag in tags))
    (info / "RECORD").write_text("")


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with an environment that has one package."""
    folder = tmp_path / "project"
    folder.mkdir()
    monkeypatch.chdir(folder)
    venv.create(tmp_path / "environment", with_pip=False, symlinks=True)
    site = next((tmp_path / "environment").glob("lib/python*/site-packages"))
    install(site, "ringtools", "1.5", "cp311-cp311-manylinux2014_x86_64", "cp311-cp311-manylinux_2_17_x86_64")
    (folder / "train.py").write_text("print('accuracy: 0.5')\n")
    (folder / "reprocrate.toml").write_text('[metrics.accuracy]\nstdout = "accuracy: (?P<value>[0-9.]+)"\n')
    return folder


def site_of(project: Path) -> Path:
    return next((project.parent / "environment").glob("lib/python*/site-packages"))


def reprocrate(*arguments: str) -> str:
    done = completed(Path.cwd(), *arguments)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def packed(project: Path) -> tuple[Manifest, dict[str, bytes]]:
    reprocrate("run", "--", str(project.parent / "environment" / "bin" / "python"), "train.py")
    reprocrate("pack", "--offline", "-o", "bundle.zip")
    with zipfile.ZipFile("bundle.zip") as bundle:
        files = {name: bundle.read(name) for name in bundle.namelist()}
    return parse_manifest(files["reprocrate.json"], "bundle.zip"), files


def test_a_lock_travels_as_it_was_and_tells_the_digest_of_what_was_installed(project: Path) -> None:
    (project / "uv.lock").write_text(lock())
    manifest, files = packed(project)
    (environment,) = manifest.environments
    (package,) = environment.packages
    assert (package.sha256, package.sha256_from) == ("b" * 64, "lock")
    (kept,) = environment.locks
    assert (kept.format, kept.hashed, kept.differing) == ("uv", True, ())
    data = files[kept.path]
    assert hashlib.sha256(data).hexdigest() == kept.sha256
    assert b"secret" not in data
    assert b"https://mirror.example.org/simple" in data
    # Without an index the lock that is made has the digests of the author's, of all its files.
    assert environment.lock is not None
    assert environment.lock.hashed
    made = files[environment.lock.path].decode()
    assert made.startswith("ringtools==1.5 --hash=sha256:")
    assert sorted(made.split()[1:]) == sorted(f"--hash=sha256:{digest}" for digest in WHEELS.values())


def test_a_lock_that_was_changed_after_the_run_is_kept_as_it_was(project: Path) -> None:
    (project / "uv.lock").write_text(lock())
    reprocrate("run", "--", str(project.parent / "environment" / "bin" / "python"), "train.py")
    (project / "uv.lock").unlink()
    reprocrate("pack", "--offline", "-o", "bundle.zip")
    with zipfile.ZipFile("bundle.zip") as bundle:
        manifest = parse_manifest(bundle.read("reprocrate.json"), "bundle.zip")
        (kept,) = manifest.environments[0].locks
        assert b'name = "ringtools"' in bundle.read(kept.path)


def test_a_lock_of_another_version_is_told(project: Path) -> None:
    (project / "uv.lock").write_text(lock("1.6"))
    install(site_of(project), "extra", "2.0", "py3-none-any")
    manifest, _files = packed(project)
    (kept,) = manifest.environments[0].locks
    assert kept.differing == (
        "extra: 2.0 was installed, the lock does not name it",
        "ringtools: 1.5 was installed, the lock has 1.6",
    )
    assert {one.sha256 for one in manifest.environments[0].packages} == {None}
    assert "RC0411" in reprocrate("validate")


def test_versions_that_only_look_different_are_the_same(project: Path) -> None:
    install(site_of(project), "torch", "2.3+cpu", "py3-none-any")
    (project / "requirements.txt").write_text("ringtools==1.5.0\ntorch == 2.3.0\nwindows-only==1.0\n")
    manifest, _files = packed(project)
    (kept,) = manifest.environments[0].locks
    assert (kept.format, kept.hashed, kept.differing) == ("requirements", False, ())


def test_requirements_with_ranges_are_no_lock(project: Path) -> None:
    (project / "requirements.txt").write_text("ringtools>=1\n")
    manifest, _files = packed(project)
    assert manifest.environments[0].locks == ()
    assert manifest.environments[0].lock is not None
    assert not manifest.environments[0].lock.hashed


def test_what_was_built_from_source_has_no_digest_of_a_wheel(project: Path, tmp_path: Path) -> None:
    (project / "uv.lock").write_text(lock())
    (site_of(project) / "ringtools-1.5.dist-info" / "WHEEL").write_text("Tag: cp311-cp311-linux_x86_64\n")
    manifest, _files = packed(project)
    assert manifest.environments[0].packages[0].sha256 is None


@pytest.mark.parametrize(
    ("name", "text", "form"),
    [
        ("pylock.dev.toml", 'lock-version = "1.0"\n', "pylock"),
        ("poetry.lock", "# generated\n", "poetry"),
        ("pdm.lock", "# generated\n", "pdm"),
        ("Pipfile.lock", "{}", "pipfile"),
        ("pixi.lock", "version: 6\n", "pixi"),
        ("conda-lock.yml", "version: 1\n", "conda_lock"),
        ("environment.yaml", "name: x\ndependencies:\n  - python=3.11\n", "conda_environment"),
        ("conda-linux-64.lock", "# x\n@EXPLICIT\nhttps://x.org/t/tk-secret/a-1-0.conda\n", "conda"),
        ("dev-requirements.txt", "ringtools==1.5 --hash=sha256:" + "a" * 64 + "\n", "requirements"),
    ],
)
def test_every_kind_of_lock_is_kept(name: str, text: str, form: str, project: Path) -> None:
    (project / name).write_text(text)
    (project / "environment.yml").write_text("name: without dependencies\n")
    (project / "conda.txt").write_text("notes\n")
    manifest, files = packed(project)
    assert [one.format for one in manifest.environments[0].locks] == [form]
    assert b"secret" not in files[manifest.environments[0].locks[0].path]


def test_locks_are_looked_for_from_the_folder_of_the_command_up(project: Path) -> None:
    (project / "uv.lock").write_text(lock())
    (project / "part").mkdir()
    (project / "part" / "requirements.txt").write_text("ringtools==1.5\n")
    (project / "other").mkdir()
    (project / "other" / "requirements.txt").write_text("ringtools==1.4\n")
    os.chdir(project / "part")
    python = str(project.parent / "environment" / "bin" / "python")
    reprocrate("run", "--", python, "../train.py")
    os.chdir(project)
    reprocrate("pack", "--offline", "-o", "bundle.zip")
    with zipfile.ZipFile("bundle.zip") as bundle:
        found = parse_manifest(bundle.read("reprocrate.json"), "bundle.zip").environments[0].locks
    assert [Path(one.path).name for one in found] == ["requirements.txt", "uv.lock"]


def test_an_edited_package_is_told_to_author_and_reader(project: Path) -> None:
    site = site_of(project)
    (site / "ringtools.py").write_text("VALUE = 2\n")
    (site / "ringtools-1.5.dist-info" / "RECORD").write_text(f"ringtools.py,sha256={'A' * 43},10\n")
    (project / "train.py").write_text("import ringtools\nprint('accuracy: 0.5')\n")
    later = (site / "ringtools-1.5.dist-info" / "RECORD").stat().st_mtime + 60
    os.utime(site / "ringtools.py", (later, later))
    manifest, files = packed(project)
    assert manifest.environments[0].packages[0].altered == ("ringtools.py",)
    assert "RC0412" in reprocrate("validate")
    assert "edited after it was installed" in " ".join(reprocrate("show", "bundle.zip").split())
    assert b"edited after it was installed" in files["ro-crate-preview.html"]


def test_a_lock_without_digests_is_made_again_once_an_index_answers(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UV_CACHE_DIR", str(project.parent / "cache"))
    monkeypatch.setenv("UV_DEFAULT_INDEX", "http://127.0.0.1:9/simple")  # nobody listens there
    monkeypatch.setenv("UV_HTTP_RETRIES", "0")
    before, _ = packed(project)
    first = before.environments[0].lock
    assert first is not None
    assert not first.hashed
    assert "The lock from before is kept" in reprocrate("pack", "-o", "bundle.zip")
    assert (project / first.path).read_text() == "ringtools==1.5\n"
    page = project.parent / "index" / "ringtools"
    page.mkdir(parents=True)
    wheel = page / "ringtools-1.5-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        info = "ringtools-1.5.dist-info"
        archive.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: ringtools\nVersion: 1.5\n")
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{info}/RECORD", "")
    (page / "index.html").write_text(f'<a href="{wheel.as_uri()}">{wheel.name}</a>')
    monkeypatch.setenv("UV_DEFAULT_INDEX", page.parent.as_uri())
    reprocrate("pack", "-o", "bundle.zip")
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    assert digest in (project / first.path).read_text()
    with zipfile.ZipFile("bundle.zip") as bundle:
        after = parse_manifest(bundle.read("reprocrate.json"), "bundle.zip").environments[0].lock
    assert after is not None
    assert after.hashed
    made_ns = (project / first.path).stat().st_mtime_ns
    reprocrate("pack", "-o", "bundle.zip")  # and not again
    assert (project / first.path).stat().st_mtime_ns == made_ns
