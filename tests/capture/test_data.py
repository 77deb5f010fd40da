from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any

import pytest

from reprocrate.capture.data.digests import CACHE_NAME, Digests
from reprocrate.capture.data.files import FileAccess
from reprocrate.capture.data.places import Place, Places, may_hold_secrets
from reprocrate.capture.launch.completeness import Sight
from reprocrate.capture.observation.processes import Process
from reprocrate.capture.privacy.scrubber import Scrubber
from reprocrate.files import sha256_file


def _places(project: str, search_path: tuple[str, ...] = (), **environ: str) -> Places:
    folder = Path(project)
    scrubber = Scrubber(folder, folder, ("/home/ada",), ("ada",))
    return Places(folder, scrubber, environ, ("/home/ada/p/.venv", "/usr"), search_path)


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("/home/ada/p/data/x.csv", Place(None, "data/x.csv")),
        ("/home/ada/p/.venv/share/x.csv", None),
        ("/home/ada/p/__pycache__/x.pyc", None),
        ("/home/ada/p/.git/index", None),
        ("/home/ada/p/.reprocrate/runs/x/run.json", None),
        ("/home/ada/data/x.csv", Place("home", "data/x.csv")),
        ("/home/ada/.ssh/id_rsa", None),
        ("/home/ada/.cache/huggingface/hub/m/x.bin", Place("huggingface", "hub/m/x.bin")),
        ("/home/ada/.cache/huggingface/hub/.locks/x.lock", None),
        ("/home/ada/scikit_learn_data/x.pkz", Place("scikit-learn", "x.pkz")),
        ("/home/ada/.keras/datasets/mnist.npz", Place("keras", "datasets/mnist.npz")),
        ("/scratch/ada/x.bin", Place("external", "scratch/user/x.bin")),
        ("/etc/ssl/certs/ca.pem", None),
        ("/usr/lib/x/data.bin", None),
        ("/usr/share/zoneinfo/UTC", None),
        ("/usr/share/dict/words", Place("external", "usr/share/dict/words")),
        ("/proc/cpuinfo", None),
        ("/tmp/x/data.csv", Place("temporary", "x/data.csv")),
        ("/tmp/x/__pycache__/model.cpython-311.pyc", None),
        ("/home/adam/x", Place("external", "home/adam/x")),
        ("/usr/local/nvidia/lib64/libcuda.so.1", None),
        ("/apps/cuda/13.0/lib64/libcublas.so.13.1.0", None),
        ("/scratch/ada/lib/libmine.so", None),
        ("/home/ada/p/lib/libmine.so.2", Place(None, "lib/libmine.so.2")),
        ("/scratch/ada/x.so.csv", Place("external", "scratch/user/x.so.csv")),
    ],
)
def test_place_of_a_data_file(path: str, place: Place | None) -> None:
    assert _places("/home/ada/p").of_data(path) == place


def test_known_places_may_be_moved() -> None:
    places = _places("/home/ada/p", HF_HOME="/scratch/hf", TORCH_HOME="/home/ada/torch")
    assert places.of_data("/scratch/hf/x") == Place("huggingface", "x")
    assert places.of_data("/home/ada/torch/hub/x") == Place("torch", "hub/x")


def test_project_in_the_temporary_folder_is_still_the_project(tmp_path: Path) -> None:
    real = tmp_path / "real"
    real.mkdir()
    (tmp_path / "link").symlink_to(real)
    places = _places(os.fspath(real))
    assert places.of_data(f"{real}/x") == Place(None, "x")
    assert places.of_data(f"{tmp_path}/link/x") == Place(None, "x")


def test_what_distributions_brought_is_no_data_but_other_files_there_are(tmp_path: Path) -> None:
    site = tmp_path / "lib" / "site-packages"
    info = site / "pkg-1.dist-info"
    info.mkdir(parents=True)
    (info / "RECORD").write_text('pkg/data/x.csv,sha256=x,1\n"pkg/a,b.csv",,\n')
    places = _places("/home/ada/p", (os.fspath(site),))
    assert places.of_data(f"{site}/pkg/data/x.csv") is None
    assert places.of_data(f"{site}/pkg/a,b.csv") is None
    assert places.of_data(f"{site}/pkg/module.py") is None
    assert places.of_data(f"{info}/RECORD") is None
    assert places.of_data(f"{site}/pkg/downloaded.csv") is not None


def test_code_that_can_be_built_again_is_not_foreign() -> None:
    places = _places("/home/ada/p", ("/home/ada/p/.venv/lib/python3.12/site-packages",))
    assert places.is_foreign_code("/home/ada/lib/elsewhere.py")
    assert places.is_foreign_code("/opt/shared/elsewhere.so")
    for path in (
        "/home/ada/p/train.py",
        "/home/ada/p/.venv/lib/python3.12/site-packages/numpy/__init__.py",
        "/home/ada/p/.venv/bin/tool.py",
        "/usr/lib/python3.12/json/__init__.py",
        "/tmp/torchinductor/x.py",
        "/home/ada/lib/data.csv",
    ):
        assert not places.is_foreign_code(path), path


def test_foreign_code_makes_the_capture_partial() -> None:
    access = FileAccess(foreign_code={"elsewhere.py"})
    main = Process({}, end={"event": "end"})
    capture = Sight("python", [main], main).judge(access)
    assert (capture.completeness, capture.reason) == (
        "partial",
        "code from outside the project and its environment was used: elsewhere.py",
    )


def test_files_with_secrets_are_told_by_their_names() -> None:
    for name in (".env", ".env.local", "a/.netrc", "id_rsa", "server.pem", "kaggle.json"):
        assert may_hold_secrets(name)
    for name in ("data.csv", "environment.yml", "keys.csv", "tokenizer.json"):
        assert not may_hold_secrets(name)


def test_inputs_outputs_and_code_of_a_launch(
    empty: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home" / "ada"
    (home / "data").mkdir(parents=True)
    (home / "data" / "x.csv").write_text("1\n")
    (home / ".cache" / "huggingface").mkdir(parents=True)
    (home / ".cache" / "huggingface" / "model.bin").write_text("weights")
    empty.environ = {
        **os.environ,
        "HOME": os.fspath(home),
        "USER": "ada",
        "TMPDIR": os.fspath(tmp_path / "tmp"),
    }
    (tmp_path / "tmp").mkdir()
    empty.write("data/train.csv", "1\n")
    empty.write("pkg/__init__.py", "")
    empty.write("pkg/model.py", "def f(): pass\n")
    empty.write("config.json", "{}")
    empty.write(".env", "TOKEN=1")
    record = empty.python(
        """
import os, pathlib, tempfile
import pkg.model
read = lambda p: pathlib.Path(p).read_bytes()
read("data/train.csv"); read("config.json"); read(".env"); read("/etc/hosts")
home = pathlib.Path.home()
read(home / "data" / "x.csv"); read(home / ".cache/huggingface/model.bin")
pathlib.Path("intermediate.txt").write_text("1"); read("intermediate.txt")
pathlib.Path("removed.txt").write_text("1"); os.remove("removed.txt")
pathlib.Path("out").mkdir(); pathlib.Path("out/result.json").write_text("{}")
with tempfile.TemporaryFile() as handle: handle.write(b"x")
scratch = pathlib.Path(tempfile.gettempdir(), "scratch"); scratch.write_text("x"); read(scratch)
"""
    )
    assert [(file.root, file.path) for file in record.inputs] == [
        (None, "config.json"),
        (None, "data/train.csv"),
        ("home", "data/x.csv"),
        ("huggingface", "model.bin"),
    ]
    assert [(file.root, file.path) for file in record.outputs] == [
        (None, "intermediate.txt"),
        (None, "out/result.json"),
    ]
    assert record.imported == ("pkg/__init__.py", "pkg/model.py", "script.py")
    digest = sha256_file(empty.folder / "data" / "train.csv")
    assert (record.inputs[1].sha256, record.inputs[1].size) == (digest.sha256, digest.size)
    assert record.capture.completeness == "complete"
    assert ".env" in record.capture.reason


def test_data_in_the_temporary_folder_from_before_is_an_input(empty: Any, tmp_path: Path) -> None:
    data = tmp_path / "downloaded.csv"
    data.write_text("1\n")
    record = empty.python(f"open({os.fspath(data)!r}).read()")
    assert [file.root for file in record.inputs] in (["temporary"], ["external"])


def test_file_read_and_then_overwritten_makes_the_capture_partial(empty: Any) -> None:
    empty.write("state.json", "1")
    record = empty.python("x = open('state.json').read(); open('state.json', 'w').write(x + '1')")
    assert [file.path for file in record.outputs] == ["state.json"]
    assert record.inputs == ()
    assert record.capture.completeness == "partial"
    assert "state.json" in record.capture.reason


def test_update_counts_as_written_only_if_it_changed(empty: Any) -> None:
    empty.write("kept.bin", "1")
    empty.write("changed.bin", "1")
    time.sleep(0.05)
    record = empty.python("open('kept.bin', 'r+').read(); open('changed.bin', 'r+').write('2')")
    assert [file.path for file in record.inputs] == ["kept.bin"]
    assert [file.path for file in record.outputs] == ["changed.bin"]


def test_what_native_code_wrote_is_found_by_its_time(empty: Any) -> None:
    empty.write("torch.py", "")
    empty.write("old.bin", "1")
    empty.write("notes.md", "1")
    time.sleep(0.05)
    code = "import torch, subprocess; subprocess.run(['cp', 'old.bin', 'checkpoint.pt'])"
    record = empty.python(code)
    assert [file.path for file in record.outputs] == ["checkpoint.pt"]
    assert record.capture.completeness == "partial"
    assert "cp" in record.capture.reason


def test_digests_are_remembered_until_the_file_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = tmp_path / "data.bin"
    data.write_bytes(b"x" * (1 << 20))
    first = Digests(tmp_path)
    digest = first.of(data)
    first.save()
    assert not (tmp_path / CACHE_NAME).exists()  # it may change again within the clock's grain
    later = time.time_ns() + 10**10
    monkeypatch.setattr(time, "time_ns", lambda: later)
    again = Digests(tmp_path)
    assert again.of(data) == digest
    again.save()
    known = json.loads((tmp_path / CACHE_NAME).read_text())
    assert list(known.values()) == [digest.sha256]
    (tmp_path / CACHE_NAME).write_text(json.dumps(dict.fromkeys(known, "f" * 64)))
    assert Digests(tmp_path).of(data).sha256 == "f" * 64  # not hashed again
    times = data.stat().st_atime_ns, data.stat().st_mtime_ns
    data.write_bytes(b"y" * (1 << 20))
    os.utime(data, ns=times)
    assert Digests(tmp_path).of(data) == sha256_file(data)
    (tmp_path / CACHE_NAME).write_text("nonsense")
    assert Digests(tmp_path).of(data) == sha256_file(data)
