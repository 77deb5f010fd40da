"""`.reprocrateignore` is read as git reads a `.gitignore`, and git is the judge."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from reprocrate.errors import UsageError
from reprocrate.workflow.fitting import ignore_lines
from reprocrate.workflow.ignoring import NAME, Ignored

RULES = """# comment
*.pt
!keep/*.pt
/data/
out/**/tmp
\\#hash
spaced\\\x20
[ab]?.csv
deep/*/x
!/data/no.txt
"""
PATHS = [
    *("x/a.pt", "keep/a.pt", "data/x", "data/no.txt", "y/data/x", "out/tmp/z", "out/a/b/tmp/z", "out/tmpx"),
    *("#hash", "spaced ", "spaced", "a1.csv", "c1.csv", "deep/a/x", "deep/a/b/x", "é.pt", "keep/é 100%.pt"),
]


def test_it_decides_as_git_does(tmp_path: Path) -> None:
    (tmp_path / NAME).write_text(RULES, encoding="utf-8")
    (tmp_path / ".gitignore").write_text(RULES, encoding="utf-8")
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    asked = subprocess.run(
        ["git", "check-ignore", "-z", "--stdin", "--no-index"],
        cwd=tmp_path,
        input="\0".join(PATHS).encode(),
        capture_output=True,
        check=False,
    )
    by_git = set(asked.stdout.decode().split("\0")) - {""}
    ignored = Ignored.of(tmp_path)
    assert {path for path in PATHS if ignored.line_for(path)} == by_git
    assert 3 < len(by_git) < len(PATHS)


def test_line_is_named() -> None:
    ignored = Ignored(tuple(RULES.splitlines()))
    assert ignored.line_for("x/a.pt") == 2
    assert ignored.line_for("data/x") == 4
    assert ignored.line_for("train.py") is None


def test_without_the_file_nothing_is_ignored(tmp_path: Path) -> None:
    assert Ignored.of(tmp_path).line_for("a") is None


@pytest.mark.parametrize(("data", "says"), [(b"ok\n\xff\xfe\n", "UTF-8"), (b"ok\n!\n", "line 2")])
def test_what_means_nothing_is_an_error(tmp_path: Path, data: bytes, says: str) -> None:
    (tmp_path / NAME).write_bytes(data)
    with pytest.raises(UsageError, match=says):
        Ignored.of(tmp_path)


def test_proposed_lines_name_just_these_files(tmp_path: Path) -> None:
    every = ["a/b/1 x#.pt", "a/b/2.pt", "a/c.txt", "!d", "#e", "[f].pt", "f.pt", "g/h/1", "g/h/2", "trail "]
    chosen = {"a/b/1 x#.pt", "!d", "#e", "[f].pt", "g/h/1", "g/h/2", "trail "}
    lines = ignore_lines(chosen, every)
    assert "/g/" in lines
    ignored = Ignored(tuple(lines))
    assert {path for path in every if ignored.line_for(path)} == chosen
