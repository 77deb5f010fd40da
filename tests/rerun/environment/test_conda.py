"""Environments of conda are linked from their list, and nothing of a package is run while that is done."""

from __future__ import annotations

import json
import tarfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from reprocrate.deposit.addresses import Reach
from reprocrate.errors import IntegrityError, ReprocrateError, UnavailableError, UnreadableError
from reprocrate.manifest import Package
from reprocrate.rerun.environment.builders import builder_for
from reprocrate.rerun.environment.building import BuiltEnvironment, Recipe, installed_packages
from reprocrate.rerun.environment.conda.lists import archives_of, linking_platform, platform_of
from reprocrate.rerun.environment.permission import Permission
from reprocrate.rerun.environment.requirements import read_lock
from tests.deposit.server import Page, serving, without_proxy
from tests.rerun.conda_channel import (
    HERE,
    MINOR,
    Channel,
    CondaPackage,
    distribution,
    entry,
    python_package,
)

PLATFORM = linking_platform()
SITE = f"lib/python{MINOR}/site-packages"


@pytest.fixture
def channel(monkeypatch: pytest.MonkeyPatch) -> Iterator[Channel]:
    pytest.importorskip("rattler", reason="py-rattler, which links packages of conda, is not installed")
    if PLATFORM is None:
        pytest.skip("packages of conda are not linked on this platform")
    without_proxy(monkeypatch)
    with serving() as site:
        yield Channel(site)


class Asked:
    """A user who agrees, or does not."""

    def __init__(self, answer: bool = True) -> None:
        self.answer = answer
        self.questions: list[tuple[str, str]] = []

    def __call__(self, option: str, question: str) -> bool:
        self.questions.append((option, question))
        return self.answer


def recipe(channel: Channel, **more: Any) -> Recipe:
    permission = Permission(Reach.of([channel.site.host]), Asked())
    text = more.pop("text", None) or channel.listed()
    return Recipe(text, HERE, format="conda", name="conda-explicit.txt", permission=permission, **more)


def built(folder: Path, wanted: Recipe, said: list[str] | None = None) -> BuiltEnvironment:
    return builder_for("conda").build(folder, wanted, said.append if said is not None else None)


def standard(channel: Channel, mark: Path) -> None:
    """A Python, a package with a script for linking, and a Python package for every platform."""
    channel.add(python_package(PLATFORM or "", str(mark)))
    script = f'#!/bin/sh\necho linked >> "{mark}"\n'
    channel.add(
        CondaPackage(
            "poster",
            "2.1",
            PLATFORM or "",
            {"bin/.poster-post-link.sh": (script, 0o755), "share/poster.txt": "poster\n"},
            old=True,
        )
    )
    channel.add(
        CondaPackage(
            "ringtools",
            "1.5",
            "noarch",
            distribution("ringtools", "1.5"),
            index={"noarch": "python"},
            scripts=("rings = ringtools:main",),
        )
    )


def test_a_list_is_linked_and_nothing_of_a_package_is_run(channel: Channel, tmp_path: Path) -> None:
    mark, said = tmp_path / "mark", list[str]()
    standard(channel, mark)
    recorded = (Package.model_validate({"name": "ringtools", "version": "1.5", "source": "conda"}),)
    wanted = recipe(channel, packages=recorded, others={"python": HERE, "poster": "2.1"})
    made = built(tmp_path / "env", wanted, said)
    assert not mark.exists()
    assert "scripts that conda would run are not run: of poster" in said
    assert (made.differences, made.version, made.reused) == ((), HERE, False)
    assert (made.folder / SITE / "ringtools/__init__.py").is_file()
    assert (made.folder / "bin/rings").read_text().startswith(f"#!{made.folder}/bin/python")
    assert (made.folder / "share/poster.txt").read_text() == "poster\n"
    assert made.python == made.folder / "bin/python"
    assert built(tmp_path / "env", wanted).reused
    assert not mark.exists()


def test_the_records_tell_where_packages_came_from(channel: Channel, tmp_path: Path) -> None:
    standard(channel, tmp_path / "mark")
    made = built(tmp_path / "env", recipe(channel))
    record = json.loads((made.folder / "conda-meta/poster-2.1-0.json").read_text())
    assert record["url"] == channel.packages["poster"][0]
    assert record["channel"] == f"{channel.site.url}/forge"
    assert str(tmp_path) not in (made.folder / "conda-meta/poster-2.1-0.json").read_text()
    assert not (tmp_path / "env.unpacked").exists()


def test_the_user_is_asked_with_the_addresses_and_nothing_is_fetched_before(
    channel: Channel, tmp_path: Path
) -> None:
    standard(channel, tmp_path / "mark")
    asked = Asked(False)
    wanted = replace(recipe(channel), permission=Permission(Reach.of([channel.site.host]), asked))
    with pytest.raises(UnavailableError, match="Agree with --fetch"):
        built(tmp_path / "env", wanted)
    assert not channel.site.asked
    assert [option for option, _ in asked.questions] == ["fetch"]
    assert f"3 packages from {channel.site.url}/forge/{PLATFORM} (2)" in asked.questions[0][1]
    with pytest.raises(UnavailableError, match="were not fetched"):
        built(tmp_path / "env", replace(wanted, permission=None))
    with pytest.raises(UnavailableError, match="--allow-address"):
        built(tmp_path / "env", replace(wanted, permission=Permission(Reach(), Asked())))
    assert not channel.site.asked
    assert not (tmp_path / "env").exists()


@pytest.mark.parametrize("digest", ["sha256", "md5"])
def test_archives_are_kept_and_fetched_once(digest: str, channel: Channel, tmp_path: Path) -> None:
    standard(channel, tmp_path / "mark")
    said = list[str]()
    wanted = recipe(channel, text=channel.listed(digest=digest))
    built(tmp_path / "env", wanted, said)
    assert any("only MD5 digests" in line for line in said) == (digest == "md5")
    asked = len(channel.site.asked)
    (tmp_path / "env/reprocrate-environment.json").unlink()
    assert not built(tmp_path / "env", replace(wanted, permission=None)).reused
    assert len(channel.site.asked) == asked


@pytest.mark.parametrize("digest", ["sha256", "md5"])
def test_another_archive_than_the_list_names_is_refused(
    digest: str, channel: Channel, tmp_path: Path
) -> None:
    standard(channel, tmp_path / "mark")
    text = channel.listed(digest=digest)
    other = CondaPackage("poster", "2.1", PLATFORM or "", {"share/poster.txt": "forged\n"}, old=True)
    path = channel.packages["poster"][0].removeprefix(channel.site.url)
    channel.site.pages[path] = Page(other.archive())
    with pytest.raises(IntegrityError, match=digest.upper()):
        built(tmp_path / "env", recipe(channel, text=text))
    assert not (tmp_path / "env").exists()


def test_a_package_under_the_name_of_another_is_refused(channel: Channel, tmp_path: Path) -> None:
    standard(channel, tmp_path / "mark")
    disguised = CondaPackage("evil", "9", PLATFORM or "", {"share/x": ""})
    path = f"/forge/{PLATFORM}/poster-2.1-0.tar.bz2"
    channel.site.pages[path] = Page(disguised.archive())
    channel.packages["poster"] = (channel.site.url + path, disguised.archive())
    with pytest.raises(UnavailableError):
        built(tmp_path / "env", recipe(channel))
    disguised = CondaPackage("evil", "9", PLATFORM or "", {"share/x": ""}, old=True)
    channel.site.pages[path] = Page(disguised.archive())
    channel.packages["poster"] = (channel.site.url + path, disguised.archive())
    with pytest.raises(UnavailableError, match="it is evil 9 0 inside"):
        built(tmp_path / "env", recipe(channel))


DEEP = {"a/b/c/here": "../../.."}  # leads to the environment itself
EVIL: dict[str, tuple[dict[str, Any], str]] = {
    "a path upwards": ({"raw": (entry("../../out"),)}, "invalid package-relative|out of the environment"),
    "a path from the root": ({"raw": (entry("/tmp/out"),)}, "invalid package-relative|out of the environm"),
    "a link to the root": ({"links": {"lib/etc": "/etc"}}, "is a link, and it leads out of the environment"),
    "a link upwards": ({"links": {"lib/up": "../../x"}}, "is a link, and it leads out of the environment"),
    "a link through a link": (
        {"links": {**DEEP, "a/b/out": "c/here/../x"}},
        "a/b/out is a link, and it leads out of the environment",
    ),
    "a circle": ({"links": {"a": "b", "b": "a"}}, "a circle"),
    "a file below a link": (
        {"links": {"share/meta": "../conda-meta"}, "files": {"share/meta/history": "x"}},
        "conda-meta/history, which records",
    ),
    "a second name": (
        {"raw": (entry("lib/passwd", tarfile.LNKTYPE, "/etc/passwd"),)},
        "a second name of a file that it does not hold",
    ),
    "a record": ({"files": {"conda-meta/x.json": "{}"}}, "records the environment"),
    "our mark": ({"files": {"Reprocrate-Environment.json": "{}"}}, "records the environment"),
    "settings of an interpreter": ({"files": {"pyvenv.cfg": "home = /tmp"}}, "records the environment"),
    "the interpreter": ({"files": {"bin/python3": "x"}}, "replace the interpreter"),
    "the interpreter by a link": ({"links": {"bin/python": "../share/x"}}, "replace the interpreter"),
    "a program upwards": ({"scripts": ("../../x = a:b",)}, "is no name of a program"),
    "a program python": ({"scripts": ("python = a:b",)}, "replace the interpreter"),
    "a path that it lacks": ({"paths": ("../../../x",)}, "out of the environment"),
    "a path of another": ({"paths": ("bin/other",)}, "which it does not hold"),
    "a place for Python's packages": (
        {"index": {"python_site_packages_path": "../../x"}},
        "says where packages of Python belong",
    ),
    "a link among what describes it": (
        {"old": True, "raw": (entry("info/out", tarfile.SYMTYPE, "../../x"),)},
        "info/out is a link, and it leads out of the environment",
    ),
    "a backslash": ({"files": {"lib\\..\\..\\x": ""}}, "out of the environment"),
}


@pytest.mark.parametrize("case", EVIL)
def test_a_package_that_reaches_beyond_its_place_is_refused(
    case: str, channel: Channel, tmp_path: Path
) -> None:
    about, why = EVIL[case]
    channel.add(python_package(PLATFORM or ""))
    channel.add(CondaPackage("evil", "1.0", PLATFORM or "", **about))
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(UnavailableError, match=why):
        built(tmp_path / "place/env", recipe(channel))
    assert not (tmp_path / "place/env").exists()
    kept = tmp_path / "place/env.conda-packages"
    assert [one for one in sorted(tmp_path.rglob("*")) if not one.is_relative_to(kept)] == [
        *before,
        tmp_path / "place",
    ]


def test_links_of_one_package_do_not_lead_the_files_of_another_away(channel: Channel, tmp_path: Path) -> None:
    channel.add(python_package(PLATFORM or ""))
    channel.add(CondaPackage("first", "1.0", PLATFORM or "", links={"lib/door": "../conda-meta"}))
    channel.add(CondaPackage("second", "1.0", PLATFORM or "", {"lib/door/history": "forged"}))
    with pytest.raises(UnavailableError, match=r"second-1\.0-0\.conda .*conda-meta/history"):
        built(tmp_path / "env", recipe(channel))


def test_a_python_that_says_where_packages_belong_must_mean_its_own_folder(
    channel: Channel, tmp_path: Path
) -> None:
    channel.add(python_package(PLATFORM or "", index={"python_site_packages_path": "../../x"}))
    channel.add(
        CondaPackage(
            "ringtools", "1.5", "noarch", distribution("ringtools", "1.5"), index={"noarch": "python"}
        )
    )
    with pytest.raises(UnavailableError, match="out of the environment"):
        built(tmp_path / "env", recipe(channel))


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04" + b"0" * 100, b"BZh9" + b"z" * 1000])
def test_a_damaged_archive_is_told(data: bytes, channel: Channel, tmp_path: Path) -> None:
    url = channel.add(python_package(PLATFORM or ""))
    channel.site.pages[url.removeprefix(channel.site.url)] = Page(data)
    channel.packages["python"] = (url, data)
    with pytest.raises(UnavailableError, match="it cannot be read"):
        built(tmp_path / "env", recipe(channel))
    assert not (tmp_path / "env").exists()


def test_a_list_without_python_makes_no_environment(channel: Channel, tmp_path: Path) -> None:
    channel.add(CondaPackage("poster", "1.0", PLATFORM or "", {"share/x": ""}))
    with pytest.raises(UnavailableError, match="names no Python"):
        built(tmp_path / "env", recipe(channel))


def test_other_files_do_not_give_way(channel: Channel, tmp_path: Path) -> None:
    standard(channel, tmp_path / "mark")
    (tmp_path / "env").mkdir()
    (tmp_path / "env/mine.txt").write_text("mine")
    with pytest.raises(UnavailableError, match="in the way"):
        built(tmp_path / "env", recipe(channel))
    assert (tmp_path / "env/mine.txt").read_text() == "mine"


def test_what_a_killed_build_left_gives_way(channel: Channel, tmp_path: Path) -> None:
    standard(channel, tmp_path / "mark")
    for left in ("env/conda-meta", "env/lib", "env.unpacked/packages/poster-2.1-0"):
        (tmp_path / left).mkdir(parents=True)
    (tmp_path / "env/lib/half.py").write_text("half")
    made = built(tmp_path / "env", recipe(channel))
    assert not (made.folder / "lib/half.py").exists()
    assert not (tmp_path / "env.unpacked").exists()


def test_packages_of_pip_are_installed_beside_from_their_lock(
    index: Any, channel: Channel, tmp_path: Path
) -> None:
    import hashlib

    mark = tmp_path / "mark"
    standard(channel, mark)
    points = "[console_scripts]\nalpha-run = alpha:main\nrings = alpha:main\n"
    wheel = index.add("alpha", more={"alpha-1.0.dist-info/entry_points.txt": points})
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    index.add("ringtools", "9.9")
    wheels = Recipe(f"alpha==1.0 --hash=sha256:{digest}\nringtools==9.9 --hash=sha256:{'a' * 64}\n", HERE)
    recorded = [
        {"name": "ringtools", "version": "1.5", "source": "conda"},
        {"name": "alpha", "version": "1.0", "source": "pypi"},
    ]
    packages = tuple(map(Package.model_validate, recorded))
    made = built(tmp_path / "env", recipe(channel, packages=packages, wheels=wheels))
    assert installed_packages(made.folder) == {"ringtools": "1.5", "alpha": "1.0"}
    assert made.differences == ()
    assert (made.folder / "bin/alpha-run").read_text().startswith(f"#!{made.folder}/bin/python\n")
    assert "ringtools" in (made.folder / "bin/rings").read_text()
    assert not mark.exists()


def test_without_digests_packages_of_pip_are_missing_and_told(
    index: Any, channel: Channel, tmp_path: Path
) -> None:
    standard(channel, tmp_path / "mark")
    index.add("alpha")
    said = list[str]()
    packages = (Package.model_validate({"name": "alpha", "version": "1.0", "source": "pypi"}),)
    wanted = recipe(channel, packages=packages, wheels=Recipe("alpha==1.0\n", HERE))
    made = built(tmp_path / "env", wanted, said)
    assert ("alpha", "1.0", None) in {(one.package, one.recorded, one.found) for one in made.differences}
    assert "not installed, since their lock has no digests: alpha" in said


def test_what_is_otherwise_than_recorded_is_told(channel: Channel, tmp_path: Path) -> None:
    standard(channel, tmp_path / "mark")
    packages = (Package.model_validate({"name": "ringtools", "version": "1.4", "source": "conda"}),)
    wanted = recipe(channel, packages=packages, others={"python": "3.1.0", "poster": "2.0", "mkl": "1"})
    made = built(tmp_path / "env", replace(wanted, python_version="3.1.0"))
    found = {one.package: (one.recorded, one.found) for one in made.differences}
    assert found == {
        "mkl": ("1", None),
        "poster": ("2.0", "2.1"),
        "python": ("3.1.0", HERE),
        "ringtools": ("1.4", "1.5"),
    }


def test_a_conda_lock_is_read_for_this_platform(channel: Channel, tmp_path: Path) -> None:
    import hashlib

    standard(channel, tmp_path / "mark")
    lines = ["version: 1", "metadata:", "  platforms: [x]", "package:"]
    for name, (url, data) in channel.packages.items():
        digest = hashlib.sha256(data).hexdigest()
        version = {"python": HERE, "poster": "2.1", "ringtools": "1.5"}[name]
        for platform in (PLATFORM, "win-64"):
            lines += [f"- name: {name}", f"  version: {version}", "  manager: conda"]
            lines += [f"  platform: {platform}", "  dependencies: {}"]
            lines += [f"  url: {url.replace(PLATFORM or '', platform or '')}"]
            lines += ["  hash:", f"    sha256: {digest}", "  category: main", "  optional: false"]
    text = "\n".join(lines) + "\n"
    wanted = replace(recipe(channel, text=text), format="conda_lock", name="conda-lock.yml")
    made = builder_for("conda_lock").build(tmp_path / "env", wanted)
    assert installed_packages(made.folder) == {"ringtools": "1.5"}


URL = "https://conda.anaconda.org/conda-forge/linux-64/zlib-1.3-h0.conda"


@pytest.mark.parametrize(
    ("text", "error", "why"),
    [
        (URL, UnreadableError, "no line @EXPLICIT"),
        (f"@EXPLICIT\n{URL}\n", UnreadableError, "has no digest"),
        (f"@EXPLICIT\n{URL}#abc\n", UnreadableError, "has no digest"),
        ("@EXPLICIT\nnumpy=1.26\n", UnreadableError, "line 2"),
        ("@EXPLICIT\nhttps://x.org/numpy.conda#" + "a" * 32, UnreadableError, "no address of an archive"),
        (f"@EXPLICIT\n{URL}#{'a' * 64}\n{URL}#{'a' * 32}\n", UnreadableError, "zlib twice"),
        (f"@EXPLICIT\n{URL.replace('linux', 'osx')}#{'a' * 64}\n", UnavailableError, "is for osx-64"),
    ],
)
def test_what_is_no_list_for_this_machine_is_told(text: str, error: type[ReprocrateError], why: str) -> None:
    with pytest.raises(error, match=why):
        archives_of("conda", text, "linux-64")


def test_digests_are_read_as_conda_and_micromamba_print_them() -> None:
    noarch = URL.replace("linux-64", "noarch").replace("zlib", "pip")
    text = f"# x\n@EXPLICIT\n{URL}#sha256:{'a' * 64}\n\n{noarch}#{'b' * 32}\n"
    first, second = archives_of("conda", text, "linux-64")
    assert (first.sha256, first.md5, first.build) == ("a" * 64, None, "h0")
    assert (second.sha256, second.md5, second.platform) == (None, "b" * 32, "noarch")


@pytest.mark.parametrize(
    ("system", "machine", "platform"),
    [
        ("Linux", "x86_64", "linux-64"),
        ("Linux", "aarch64", "linux-aarch64"),
        ("Linux", "arm64", "linux-aarch64"),
        ("Darwin", "arm64", "osx-arm64"),
        ("Darwin", "x86_64", "osx-64"),
        ("Windows", "AMD64", None),
        ("Linux", None, None),
    ],
)
def test_machines_by_the_names_that_conda_has(system: str, machine: str | None, platform: str | None) -> None:
    assert platform_of(system, machine) == platform


def test_a_requirement_is_written_as_it_is_read() -> None:
    line = f"alpha==1.0 ; python_version < '3.12' --hash=sha256:{'a' * 64} --hash=sha256:{'b' * 64}\n"
    assert read_lock(line)[0].line == line
