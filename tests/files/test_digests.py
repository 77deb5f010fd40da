from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reprocrate.errors import UnavailableError
from reprocrate.files import CHUNK_BYTES, FileDigest, sha256_bytes, sha256_file, tree_digest


@pytest.mark.parametrize("size", [0, 1, CHUNK_BYTES, CHUNK_BYTES + 1, 3 * CHUNK_BYTES])
def test_digest_and_size_of_a_file(tmp_path: Path, size: int) -> None:
    data = os.urandom(size)
    (tmp_path / "x").write_bytes(data)
    assert sha256_file(tmp_path / "x") == FileDigest(hashlib.sha256(data).hexdigest(), size)
    assert sha256_bytes(data) == hashlib.sha256(data).hexdigest()


def test_unreadable_file_is_named_with_the_reason(tmp_path: Path) -> None:
    with pytest.raises(UnavailableError, match=r"nothing\.csv.*no such file") as caught:
        sha256_file(tmp_path / "nothing.csv")
    assert isinstance(caught.value.__cause__, FileNotFoundError)
    with pytest.raises(UnavailableError, match="it is a folder"):
        sha256_file(tmp_path)


def test_tree_without_files_has_the_digest_of_no_bytes() -> None:
    assert tree_digest([]) == hashlib.sha256(b"").hexdigest()


@given(st.dictionaries(st.text(min_size=1, max_size=8), st.binary(max_size=3)), st.randoms())
def test_tree_digest_does_not_depend_on_order(files: dict[str, bytes], random: object) -> None:
    pairs = [(path.encode("utf-8", "replace").decode(), sha256_bytes(data)) for path, data in files.items()]
    shuffled = list(pairs)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert tree_digest(shuffled) == tree_digest(pairs)


@pytest.mark.skipif(not shutil.which("sha256sum"), reason="needs sha256sum")
def test_tree_digest_equals_that_of_common_tools(tmp_path: Path) -> None:
    names = ["b", "a.txt", "a/x", "z é", "日本"]
    (tmp_path / "a").mkdir()
    for name in names:
        (tmp_path / name).write_bytes(name.encode())
    script = 'sha256sum "$@" | LC_ALL=C sort | sha256sum'
    done = subprocess.run(
        ["sh", "-c", script, "sh", *names], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stdout.split()[0] == tree_digest((name, sha256_bytes(name.encode())) for name in names)
