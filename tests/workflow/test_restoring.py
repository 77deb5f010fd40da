"""What ran is what a bundle holds, although the working tree has moved on since."""

from __future__ import annotations

import hashlib
import os
import subprocess
from pathlib import Path
from typing import Any

from reprocrate.files import tree_digest
from reprocrate.workflow.importing import import_bundle
from reprocrate.workflow.progress import Silence


def _git(folder: Path, *arguments: str) -> None:
    command = ("git", "-c", "protocol.file.allow=always", *arguments)
    subprocess.run(command, cwd=folder, check=True, capture_output=True)


def test_bundle_holds_the_tree_that_ran(study: Any, tmp_path: Path) -> None:
    library = tmp_path / "library"
    library.mkdir()
    _git(library, "init", "-q", "-b", "main")
    (library / "base.py").write_text("BASE = 1.0\n")
    (library / "same.py").write_text("SAME = 0.0\n")
    _git(library, "add", ".")
    _git(library, "commit", "-q", "-m", "Library")
    _git(study.folder, "init", "-q", "-b", "main")
    _git(study.folder, "submodule", "add", "-q", os.fspath(library), "vendor")
    study.write(".gitignore", "local.py\n")
    study.write("old.py", "gone\n")
    study.commit()
    study.write(
        "settings.py", "from local import LOCAL\nfrom vendor.base import BASE as B\nBASE = B + LOCAL\n"
    )
    study.write("local.py", "from vendor.same import SAME\nLOCAL = SAME\n")  # ignored, and imported
    study.write("vendor/base.py", "BASE = 2.0\n")
    study.write("fresh.py", "untracked\n")
    (study.folder / "old.py").unlink()
    (study.folder / "score.py").chmod(0o755)
    record = study.run(seeds="0").records[0]
    assert record.status == "ok"
    ran = {file.path: file for file in record.code.files}
    assert {"fresh.py", "local.py", "score.py", "settings.py", "vendor/base.py", "vendor/same.py"} == set(ran)
    assert record.code.dirty is True

    _git(study.folder, "checkout", "-q", "--force", "HEAD")
    _git(study.folder / "vendor", "checkout", "-q", "--force", "HEAD")
    (study.folder / "vendor" / "same.py").write_text("SAME = 5.0\n")
    study.write("local.py", "LOCAL = 7.0\n")
    study.write("fresh.py", "otherwise\n")
    bundle = tmp_path / "study.crate.zip"
    study.pack(bundle, data="none")
    manifest = import_bundle(bundle, tmp_path / "imported", Silence()).manifest
    (code,) = manifest.code
    assert code.tree_sha256 == record.code.tree_sha256
    found = []
    for file in code.files:
        assert file.in_bundle is not False, file.path
        place = tmp_path / "imported" / file.path
        assert bool(place.stat().st_mode & 0o100) is ran[file.path].executable
        found.append((file.path, hashlib.sha256(place.read_bytes()).hexdigest()))
    assert tree_digest(found) == record.code.tree_sha256
    assert code.patch is not None
    assert (tmp_path / "imported" / code.patch.path).read_bytes().count(b"vendor/base.py") >= 2
