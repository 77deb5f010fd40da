"""What was begun is known after any failure, and a journal of a stranger's does no harm."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from reprocrate.deposit.journal import SUFFIX, Journal, new_mark
from reprocrate.errors import ReprocrateError, UnavailableError, UnreadableError

ARCHIVE = "zenodo.org"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / f"two rings.crate.zip{SUFFIX}"


def written(path: Path) -> list[str]:
    """A journal with a bit of everything; what is known after each of its lines."""
    known = []
    with Journal(path) as journal:
        for act in (
            lambda: journal.begin(ARCHIVE, new_mark()),
            lambda: journal.note(
                ARCHIVE, id="123", doi="10.5281/zenodo.123", page="https://zenodo.org/uploads/123"
            ),
            lambda: journal.part(ARCHIVE, "digest/file", 1),
            lambda: journal.part(ARCHIVE, "digest/file", 3),
            lambda: journal.note(ARCHIVE, published=True),
            lambda: journal.begin(ARCHIVE, new_mark(), "10.5281/zenodo.123"),
        ):
            act()
            known.append(repr(journal.current(ARCHIVE)))
    return known


def test_what_was_written_is_known_again(path: Path) -> None:
    known = written(path)
    with Journal(path) as journal:
        current = journal.current(ARCHIVE)
        assert repr(current) == known[-1]
        assert current is not None
        assert current.previous == "10.5281/zenodo.123"
        assert "frozenset({1, 3})" in known[-2]
        assert journal.current("elsewhere.example") is None


def test_a_journal_cut_off_at_any_byte_knows_all_lines_before(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "fsync", lambda _descriptor: None)  # a thousand times would take its time
    known = written(path)
    data = path.read_bytes()
    for end in range(len(data) + 1):
        zeros = b"\0" * (end % 3)  # a power failure may leave such
        path.write_bytes(data[:end] + zeros)
        whole = data[:end].count(b"\n")
        with Journal(path) as journal:
            assert repr(journal.current(ARCHIVE)) == (known[whole - 1] if whole else "None")
            if not whole or end % 5:
                continue
            journal.part(ARCHIVE, "another", 7)
        with Journal(path) as journal:
            current = journal.current(ARCHIVE)
            assert current is not None
            assert current.parts["another"] == {7}


def test_what_could_not_be_written_leaves_the_journal_whole(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Journal(path) as journal:
        journal.begin(ARCHIVE, new_mark())
        before = path.read_bytes()

        def full(_descriptor: int) -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

        with monkeypatch.context() as patch:
            patch.setattr(os, "fsync", full)
            with pytest.raises(UnavailableError, match="disk is full"):
                journal.note(ARCHIVE, id="123")
        assert path.read_bytes() == before
        current = journal.current(ARCHIVE)
        assert current is not None
        assert not current.id
        journal.note(ARCHIVE, id="124")
    with Journal(path) as journal:
        current = journal.current(ARCHIVE)
        assert current is not None
        assert current.id == "124"


HOSTILE: dict[str, Any] = {
    "another version": {"journal": 2, "archive": ARCHIVE, "begin": {"mark": new_mark()}},
    "no object": [1],
    "no archive": {"journal": 1, "begin": {"mark": new_mark()}},
    "an unknown line": {"journal": 1, "archive": ARCHIVE, "delete": "everything"},
    "nothing begun": {"journal": 1, "archive": ARCHIVE, "begin": None},
    "a list": {"journal": 1, "archive": ARCHIVE, "begin": ["mark"]},
    "no mark": {"journal": 1, "archive": ARCHIVE, "begin": {}},
    "an empty mark, which every draft holds": {"journal": 1, "archive": ARCHIVE, "begin": {"mark": ""}},
    "a word as mark": {"journal": 1, "archive": ARCHIVE, "begin": {"mark": "experiment"}},
    "a note of nothing": {"journal": 1, "archive": ARCHIVE, "note": {"id": "1"}},
    "a part of nothing": {"journal": 1, "archive": ARCHIVE, "part": ["key", 1]},
    "an escape sequence": {
        "journal": 1,
        "archive": ARCHIVE,
        "begin": {"mark": new_mark(), "page": "https://zenodo.org/\x1b[2J"},
    },
    "a long text": {"journal": 1, "archive": ARCHIVE, "begin": {"mark": new_mark(), "doi": "1" * 5000}},
    "a number as text": {"journal": 1, "archive": ARCHIVE, "begin": {"mark": new_mark(), "id": 7}},
    "an unknown field": {"journal": 1, "archive": ARCHIVE, "begin": {"mark": new_mark(), "token": "x"}},
    "parts as a field": {"journal": 1, "archive": ARCHIVE, "begin": {"mark": new_mark(), "parts": {}}},
}


@pytest.mark.parametrize("line", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_line_that_was_not_written_here_is_refused(path: Path, line: object) -> None:
    path.write_text(json.dumps(line) + "\n")
    before = path.read_bytes()
    with pytest.raises(UnreadableError, match="no journal"):
        Journal(path)
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    "part", ['["k", Infinity]', '["k", "1"]', '["k", 1e400]', '{"a": 1, "b": 2}', "[[1], 2]"]
)
def test_a_part_without_a_number_is_refused(path: Path, part: str) -> None:
    begun = json.dumps({"journal": 1, "archive": ARCHIVE, "begin": {"mark": new_mark()}})
    path.write_text(f'{begun}\n{{"journal": 1, "archive": "{ARCHIVE}", "part": {part}}}\n')
    with pytest.raises(UnreadableError, match="no journal"):
        Journal(path)


@pytest.mark.parametrize("data", [b"Dear diary", b"Dear diary,\ntoday", b"\0\1", b"[" * 100_000 + b"\n"])
def test_a_file_that_is_no_journal_stays_as_it_is(path: Path, data: bytes) -> None:
    path.write_bytes(data)
    with pytest.raises(UnreadableError, match="no journal"):
        Journal(path)
    assert path.read_bytes() == data


def test_a_file_without_end_is_not_read(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(1 << 40)
    with pytest.raises(UnreadableError, match="too large"):
        Journal(path)


def test_what_is_no_file_is_refused(path: Path, tmp_path: Path) -> None:
    os.mkfifo(path)
    with pytest.raises(UnreadableError, match="no file"):
        Journal(path)
    path.unlink()
    path.mkdir()
    with pytest.raises(ReprocrateError):
        Journal(path)
    path.rmdir()
    other = tmp_path / "other"
    other.write_bytes(b"")
    path.symlink_to(other)
    with pytest.raises(ReprocrateError):
        Journal(path)
    assert other.read_bytes() == b""


def test_what_an_archive_answers_is_not_written_if_it_cannot_be_read_again(path: Path) -> None:
    with Journal(path) as journal:
        journal.begin(ARCHIVE, new_mark())
        with pytest.raises(UnavailableError, match="cannot be written down"):
            journal.note(ARCHIVE, doi="10.5281/\x1b[2J")
        with pytest.raises(UnavailableError, match="cannot be written down"):
            journal.note(ARCHIVE, page="https://zenodo.org/\ud800")
    with Journal(path) as journal:
        assert journal.current(ARCHIVE) is not None


def test_two_processes_do_not_deposit_the_same_at_once(path: Path) -> None:
    written(path)
    code = (
        "import sys; from pathlib import Path; from reprocrate.deposit.journal import Journal\n"
        "with Journal(Path(sys.argv[1])): print('open', flush=True); sys.stdin.read()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "open\n"
        with pytest.raises(UnavailableError, match="by another process"):
            Journal(path)
        other.kill()
    with Journal(path) as journal:
        assert journal.current(ARCHIVE) is not None


def test_who_saw_no_journal_does_not_begin_once_more_when_another_was_faster(path: Path) -> None:
    with Journal(path) as slow:
        with Journal(path) as fast:
            begun = fast.begin(ARCHIVE, new_mark())
        with pytest.raises(UnavailableError, match="by another process"):
            slow.begin(ARCHIVE, new_mark())
    with Journal(path) as journal:
        assert journal.current(ARCHIVE) == begun
