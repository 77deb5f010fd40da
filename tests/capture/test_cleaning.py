"""The last pass over a record: every text of it, those of fields to come too."""

from __future__ import annotations

import json
import types
from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reprocrate.capture.privacy.cleaning import cleaned
from reprocrate.capture.privacy.masking import masked_log
from reprocrate.capture.privacy.scrubber import Scrubber
from reprocrate.capture.record import CodeFile, CodeState, DataFile, RunRecord, StoredFile, plain
from reprocrate.capture.records.keeping import PRIVATE_NAME, load_private, save_clean, true_names
from reprocrate.files import tree_digest

TOKEN = "ghp_a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"
HOME = "/home/ada-lovelace"
HOST = "engine-12.example.org"
ADA = Scrubber(
    Path(f"{HOME}/rings"),
    Path(f"{HOME}/rings"),
    (HOME,),
    ("ada-lovelace", HOST, "engine-12"),
    (HOST, "engine-12"),
)
IN_TEXT = f"{TOKEN} in {HOME}/x at tcp://{HOST}:1 for ada-lovelace@{HOST}"
IN_NAME = f"out/{TOKEN}/events.out.tfevents.1700000000.{HOST}.42.0"
_FILES = (CodeFile, DataFile, StoredFile)


def planted(kind: Any, name: str = "") -> Any:
    """A value of a type, with something telling in each text."""
    origin, arguments = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        best = next((each for each in arguments if each is str or is_dataclass(each)), arguments[0])
        return planted(best, name)
    if origin is Literal:
        return arguments[0]
    if origin is tuple:
        return (planted(arguments[0], name),)
    if origin is Mapping:
        return {"name": planted(arguments[1])}
    if is_dataclass(kind):
        hints = get_type_hints(kind)
        return kind(**{item.name: planted(hints[item.name], item.name) for item in fields(kind)})
    if kind is str:
        return IN_TEXT
    return None if kind is types.NoneType else kind()


def with_names(value: Any) -> Any:
    """The same with other names of files: these are relative, and cannot hold all that a text can."""
    if isinstance(value, _FILES):
        root = {"root": "home"} if isinstance(value, DataFile) else {}
        return replace(value, path=IN_NAME, sha256="ab" * 32, **root)
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{item.name: with_names(getattr(value, item.name)) for item in fields(value)})
    if isinstance(value, tuple):
        return tuple(with_names(each) for each in value)
    return value


EVERYTHING: RunRecord = with_names(planted(RunRecord))


def telling(text: str) -> set[str]:
    return {word for word in (TOKEN, HOME, "ada-lovelace", HOST, "engine-12") if word in text}


@pytest.mark.requirement("RQ28")
def test_nothing_telling_is_left_in_any_field() -> None:
    assert telling(json.dumps(plain(EVERYTHING))) == {TOKEN, HOME, "ada-lovelace", HOST, "engine-12"}
    record = cleaned(EVERYTHING, ADA).record
    assert telling(record.to_json().decode()) == set()
    assert cleaned(record, ADA).record == record


def test_a_record_without_anything_telling_stays_the_same(project: Any) -> None:
    record = project.python("print(1)")
    assert cleaned(record, ADA).record == record


def test_renamed_files_are_found_again_and_the_tree_has_its_digest(tmp_path: Path) -> None:
    folder = tmp_path / ".reprocrate" / "runs" / "one"
    folder.mkdir(parents=True)
    one, other = IN_NAME, IN_NAME.replace("42", "43")
    code = CodeState(files=(CodeFile(f"{TOKEN}.py", 1, "ab" * 32),))
    outputs = tuple(DataFile(path, None, 1, "cd" * 32) for path in (one, other))
    record = replace(EVERYTHING, id="one", code=code, outputs=outputs, inputs=())
    saved = save_clean(record, ADA, folder)
    names = true_names(tmp_path)
    assert [names[file.path] for file in saved.outputs] == [one, other]
    assert saved.code.tree_sha256 == tree_digest((file.path, file.sha256) for file in saved.code.files)
    assert telling((folder / "run.json").read_text()) == set()
    private = load_private(tmp_path, "one")
    assert private.scrubber == ADA


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"homes": 3}', '{"homes": ["/h"], "project": 4}', "\x00"])
def test_what_stays_private_may_be_broken(tmp_path: Path, text: str) -> None:
    folder = tmp_path / ".reprocrate" / "runs" / "one"
    folder.mkdir(parents=True)
    (folder / PRIVATE_NAME).write_text(text)
    assert load_private(tmp_path, "one").scrubber is None
    assert true_names(tmp_path) == {}


@pytest.mark.parametrize("user", ["test", "adam", "data", "train", "work", "python", "main"])
@pytest.mark.parametrize(
    "text",
    [
        "python train.py --optimizer adam --split test",
        "data/train/test.csv",
        "/mnt/data/test/main.bin",
        "adam@0.1",
        "work: test accuracy of main",
        "/data/lib/python/x",
    ],
)
def test_a_user_who_is_called_like_a_word_does_not_garble_a_record(user: str, text: str) -> None:
    if text == "adam@0.1" and user == "adam":
        pytest.skip("that may be the address of a machine")
    assert Scrubber(Path("/p"), Path("/p"), (f"/home/{user}",), (user,)).recorded(text) == text


def test_the_folder_of_such_a_user_goes_nevertheless() -> None:
    scrubber = Scrubber(Path("/p"), Path("/p"), ("/home/test",), ("test",))
    assert scrubber.recorded("/home/test/x and /scratch/test/y") == "<home>/x and /scratch/user/y"


@pytest.mark.parametrize("host", ["gpu1", "node17", "a100", "train", "laptop"])
def test_a_machine_that_is_called_like_a_word_does_not_garble_a_command(host: str) -> None:
    scrubber = Scrubber(Path("/p"), Path("/p"), (), (host,), (host,))
    command = ("python", "x.py", f"--partition={host}", host, f"runs/{host}.csv", f"--name={host}-big")
    assert scrubber.command(command) == command
    assert scrubber.command(("python", f"--master-addr={host}", "--host", host, f"tcp://{host}:1")) == (
        "python",
        "--master-addr=host",
        "--host",
        "host",
        "tcp://host:1",
    )


@given(st.text(alphabet="ab/@.:-=_ <>\\\udcff", max_size=60))
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    scrubber = Scrubber(Path("/a/b"), Path("/a/b"), ("/a", "/b"), ("ab", "bb"), ("bb", "ba.ab"))
    once = scrubber.recorded(text)
    assert scrubber.recorded(once) == once
    once.encode()


def test_a_log_is_masked_line_by_line_and_bytes_stay(tmp_path: Path) -> None:
    log = tmp_path / "stderr.log"
    key = b"-----BEGIN RSA PRIVATE KEY-----\nMIIEabc\nabcd\n-----END RSA PRIVATE KEY-----\n"
    lines = [
        b"accuracy: 0.9313\r\n",
        b"\xff\xfe binary " + HOME.encode() + b"/x\n",
        b'  File "' + HOME.encode() + b'/rings/train.py", line 3\n',
        b"token=" + TOKEN.encode() + b" loss: 0.5\n",
    ]
    log.write_bytes(b"".join(lines) + key + b"no line end")
    found = masked_log(log, tmp_path / "masked" / "stderr.log", [ADA])
    assert found is not None
    assert (found.first, found.lines) == (2, 5)
    assert found.path.read_bytes() == (
        b"accuracy: 0.9313\r\n"
        b"\xff\xfe binary <home>/x\n"
        b'  File "train.py", line 3\n'
        b"token=<secret> loss: 0.5\n"
        b"-----BEGIN RSA PRIVATE KEY-----\n<secret>\n<secret>\n-----END RSA PRIVATE KEY-----\n"
        b"no line end"
    )


def test_a_log_with_nothing_in_it_needs_no_copy(tmp_path: Path) -> None:
    log = tmp_path / "stdout.log"
    log.write_bytes(b"epoch 1 of key 3: accuracy: 0.5\n" * 1000)
    assert masked_log(log, tmp_path / "masked.log", [ADA]) is None
    assert not (tmp_path / "masked.log").exists()
