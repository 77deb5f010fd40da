"""The same project gives the same bundle, byte by byte, wherever and by whomever it is packed."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from tests.prepared import completed

SURROUNDINGS = {
    "plain": {},
    "tokyo": {"TZ": "Asia/Tokyo", "LC_ALL": "C", "PYTHONHASHSEED": "1", "UMASK": "077", "USER": "tanaka"},
    "berlin": {
        "TZ": "Europe/Berlin",
        "LC_ALL": "de_DE.UTF-8",
        "LANGUAGE": "de",
        "HOME": "/",
        "USER": "möller",
    },
    "chatham": {"TZ": "Pacific/Chatham", "LC_ALL": "C.UTF-8", "PYTHONHASHSEED": "2", "UMASK": "000"},
    "posix": {"TZ": "EST5EDT", "LANG": "POSIX", "PYTHONUTF8": "0", "UMASK": "027", "COLUMNS": "20"},
    "one core": {"TZ": "UTC0", "CORES": "0", "LOGNAME": "root", "HOSTNAME": "elsewhere"},
}


def _copy(source: Path, target: Path, seed: int) -> None:
    """The same files, made in another order, with other times and without other permissions than ours."""
    order = random.Random(seed)
    paths = sorted(path for path in source.rglob("*") if not path.is_dir() or path.is_symlink())
    order.shuffle(paths)
    for path in paths:
        there = target / path.relative_to(source)
        there.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(path, there, follow_symlinks=False)
        moment = order.randrange(10**9)
        os.utime(there, (moment, moment), follow_symlinks=False)
    for folder in (path for path in source.rglob("*") if path.is_dir() and not path.is_symlink()):
        (target / folder.relative_to(source)).mkdir(parents=True, exist_ok=True)


def _packed(cli: Any, project: Path, form: tuple[str, ...], around: dict[str, str]) -> Path:
    target = project.parent / ("bundle-" + "".join(form).replace("-", ""))
    command = cli.argv("pack", "--offline", "--quiet", "--format", *form, "-o", target)
    if "CORES" in around and shutil.which("taskset"):
        command = ["taskset", "-c", around["CORES"], *command]
    script = 'umask "${UMASK:-022}"; exec "$@"'
    environ = {**cli.environ, **{name: value for name, value in around.items() if name != "CORES"}}
    environ.pop("SOURCE_DATE_EPOCH", None)
    done = subprocess.run(
        ["sh", "-c", script, "pack", *command], cwd=project, env=environ, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return target


@pytest.mark.requirement("RQ14")
@pytest.mark.parametrize(
    "form",
    [
        ("zip",),
        pytest.param(("tar.zst",), marks=pytest.mark.thorough),
        pytest.param(("dir",), marks=pytest.mark.thorough),
        pytest.param(("zip", "--bagit"), marks=pytest.mark.thorough),
    ],
    ids="".join,
)
@pytest.mark.skipif(sys.platform == "win32", reason="needs a shell with umask")
def test_bundle_does_not_depend_on_where_when_and_by_whom_it_is_packed(
    recorded: Any, cli: Any, tmp_path: Path, tree: Any, form: tuple[str, ...]
) -> None:
    recorded.write("empty.txt", "")
    recorded.write("run.sh", "#!/bin/sh\nexec python train.py\n").chmod(0o755)
    recorded.write("notes/Ünïcode 100% #1.md", "notes\n")
    found = set()
    for number, (name, around) in enumerate(SURROUNDINGS.items()):
        project = tmp_path / name / "threshold"
        _copy(recorded.folder, project, number)
        bundle = _packed(cli, project, form, around)
        found.add(bundle.read_bytes() if bundle.is_file() else tuple(tree(bundle).items()))
    assert len(found) == 1


@pytest.mark.parametrize("form", ["zip", pytest.param("tar.zst", marks=pytest.mark.thorough)])
def test_times_are_those_of_source_date_epoch(recorded: Any, cli: Any, tmp_path: Path, form: str) -> None:
    bundles = []
    for moment in ("", "1600000000", "1600000000", "1700000000"):
        target = tmp_path / f"{len(bundles)}"
        cli(recorded.folder, "pack", "--offline", "-o", target, "--format", form, SOURCE_DATE_EPOCH=moment)
        bundles.append(target.read_bytes())
    assert bundles[1] == bundles[2]
    assert len(set(bundles)) == 3


ANOTHER = """
from reprocrate.bundle import writing, zip_writer
zip_writer.LEVEL, writing.COMPRESSOR = 1, "zlib 9.9"
"""


def test_another_compressor_is_told_and_gives_another_file_of_the_same_identity(
    recorded: Any, cli: Any, tmp_path: Path
) -> None:
    ours = json.loads(recorded("pack", "--offline", "-o", tmp_path / "ours.zip", "--json").out)
    arguments = ("pack", "--offline", "-o", tmp_path / "theirs.zip", "--json")
    done = completed(recorded.folder, *arguments, environ=cli.environ, first=ANOTHER)
    assert done.returncode == 0, done.stderr
    theirs = json.loads(done.stdout)
    assert theirs["payload_sha256"] == ours["payload_sha256"]
    assert (tmp_path / "theirs.zip").read_bytes() != (tmp_path / "ours.zip").read_bytes()
    for packed in (ours, theirs):
        with zipfile.ZipFile(packed["path"]) as bundle:
            said = json.loads(bundle.read(".reprocrate/packed.json"))
        assert said["compressor"] == packed["compressor"]
        assert said["format"] == "zip"
        assert said["producer"].startswith("reprocrate ")
        assert said["source_date_epoch"] == 315532800
    assert cli(tmp_path, "validate", "theirs.zip", "--json").document("report")["valid"]
