"""Files that hold no code, too much of it, or code that is made to do harm."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reprocrate.finding import Report
from reprocrate.validation import FolderFiles, Subject, validate
from reprocrate.validation.source import reading
from reprocrate.validation.source.notebooks import cells_of
from reprocrate.validation.source.reading import Code, code_of


def judged(folder: Path) -> Report:
    return validate(Subject.bare("paper", FolderFiles(folder)), only=["RC20"])


def notebook(*cells: Any, **about: Any) -> dict[str, Any]:
    made = [
        {"cell_type": "code", "execution_count": n, "metadata": {}, "outputs": [], "source": s}
        for n, s in cells
    ]
    return {"cells": made, "metadata": about, "nbformat": 4, "nbformat_minor": 5}


HOSTILE = {
    "Python 2": (b"print 'hello'\n", "Python 2"),
    "a syntax error": (b"x = 1\ndef f(:\n", "line 2"),
    "NUL": (b"x = 1\x00\n", "null bytes"),
    "parentheses": (b"(" * 10_000 + b")" * 10_000, "too many nested parentheses"),
    "signs": (b"-" * 100_000 + b"1", ""),
    "attributes": (b"x" + b".y" * 200_000, ""),
    "indentation": (b"".join(b" " * n + b"if x:\n" for n in range(120)) + b" " * 120 + b"pass\n", ""),
    "no known encoding": (b"# -*- coding: none-such -*-\n", "unknown encoding"),
    "not its encoding": (b"x = '\xff'\n", ""),
    "a surrogate": (b"x = '\\ud800'\nrng = __import__('numpy')\n", None),
    "a byte order mark": (b"\xef\xbb\xbfx = 1\n", None),
    "nothing": (b"", None),
}


@pytest.mark.parametrize(("data", "reason"), HOSTILE.values(), ids=HOSTILE)
def test_what_cannot_be_parsed_is_not_assessed(data: bytes, reason: str | None, tmp_path: Path) -> None:
    (tmp_path / "run.py").write_bytes(data)
    (tmp_path / "other.py").write_text("import numpy as np\nrng = np.random.default_rng()\n")
    report = judged(tmp_path)
    assert [each.code for each in report.findings] == ["RC2002"]  # the rest is judged all the same
    assert [each for each in report.not_assessed if each.failed] == []
    if reason is None:
        assert report.not_assessed == ()
    else:
        assert report.assessed == ()
        assert {
            each.reason for each in report.not_assessed if "run.py" in each.reason and reason in each.reason
        }


def test_long_chains_are_judged_or_said_to_be_too_deep(tmp_path: Path) -> None:
    (tmp_path / "run.py").write_text("x = " + " + ".join(["1"] * 50_000) + "\n")
    (tmp_path / "if.py").write_text("if a: pass\n" + "elif a: pass\n" * 20_000)
    report = judged(tmp_path)
    assert [each for each in report.not_assessed if each.failed] == []


@pytest.mark.parametrize("limit", ["MAX_PYTHON_BYTES", "MAX_NOTEBOOK_BYTES"])
def test_large_files_are_left_with_the_reason(limit: str, tmp_path: Path) -> None:
    name = "run.py" if limit == "MAX_PYTHON_BYTES" else "run.ipynb"
    (tmp_path / name).write_bytes(b" " * (getattr(reading, limit) + 1))
    reasons = {each.reason for each in judged(tmp_path).not_assessed}
    assert reasons == {f"not read: {name} (it has more than {getattr(reading, limit):,} bytes)"}


# Notebooks --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("indent", [None, 1, 4])
@pytest.mark.parametrize("in_one", [False, True])
def test_finding_in_a_notebook_is_at_the_line_of_the_file(
    indent: int | None, in_one: bool, tmp_path: Path
) -> None:
    lines = ["import numpy as np\n", '# ["source"]: {\\\n', "rng = np.random.default_rng()"]
    document = notebook(
        (1, "%matplotlib inline\n!ls *.py \\\n  | head"), (2, "".join(lines) if in_one else lines)
    )
    document["cells"].insert(
        0, {"cell_type": "markdown", "metadata": {"source": ["[", "{"]}, "source": ["# Beans\n"]}
    )
    text = json.dumps(document, indent=indent)
    (tmp_path / "beans.ipynb").write_text(text)
    (finding,) = judged(tmp_path).findings
    assert finding.code == "RC2002"
    assert finding.message.endswith("(cell 3)")
    assert finding.location.line is not None
    assert "default_rng()" in text.splitlines()[finding.location.line - 1]


def test_notebook_that_is_not_python_is_no_code(tmp_path: Path) -> None:
    r_notebook = notebook((1, "x <- rnorm(3)"), kernelspec={"language": "R", "name": "ir"})
    (tmp_path / "beans.ipynb").write_text(json.dumps(r_notebook))
    report = judged(tmp_path)
    assert (report.findings, report.not_assessed) == ((), ())


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{", "it is not JSON"),
        ("[" * 100_000, "it is not JSON"),
        ("[]", "no cells of notebook format 4"),
        ('{"worksheets": []}', "no cells of notebook format 4"),
        (json.dumps(notebook((1, "ok = 1"), (2, "print 'no'"))), "in cell 2 it is Python 2"),
    ],
)
def test_broken_notebook_is_not_assessed(text: str, reason: str, tmp_path: Path) -> None:
    (tmp_path / "beans.ipynb").write_text(text)
    report = judged(tmp_path)
    assert all(reason in each.reason and "beans.ipynb" in each.reason for each in report.not_assessed)
    assert report.not_assessed


def test_what_only_ipython_understands_is_blanked(tmp_path: Path) -> None:
    cells = [
        "%%bash\nfor x in *; do echo $x; done",
        "%%time\nimport random\nfiles = !ls\nrandom?\n?random\nfor x in files:\n    !echo $x\n    print(x)",
        'print("%d"\n    % 3)',
        "await something",
        "%run draw.py",
    ]
    (tmp_path / "beans.ipynb").write_text(json.dumps(notebook(*((None, cell) for cell in cells))))
    (tmp_path / "draw.py").write_text("import random\nprint(random.random())\n")
    report = judged(tmp_path)
    assert [str(each.location) for each in report.findings] == ["draw.py:2"]
    assert report.not_assessed == ()


TEXTS = st.text(st.sampled_from('ab"\\{}[],:\n\u2028é#%!'), max_size=12)


@settings(suppress_health_check=[HealthCheck.too_slow], max_examples=60)
@given(st.lists(st.lists(TEXTS, max_size=4), max_size=4), st.sampled_from([None, 0, 1]), TEXTS)
def test_every_line_of_every_cell_has_its_place(
    cells: list[list[str]], indent: int | None, noise: str
) -> None:
    document = notebook(*((1, cell) for cell in cells), noise={noise: [{noise: noise}]})
    text = json.dumps(document, indent=indent)
    lines = text.split("\n")
    read = cells_of(text)
    assert len(read) == len(cells)
    for cell, entries in zip(read, cells, strict=True):
        assert "\n".join(cell.lines).split() == "".join(entries).replace("\u2028", "\n").split()
        assert all(1 <= place <= len(lines) for place in cell.places)


@settings(max_examples=60)
@given(st.binary(max_size=200), st.sampled_from(["a.py", "a.ipynb"]))
def test_no_bytes_do_harm(data: bytes, name: str) -> None:
    code = code_of(name, name, data)
    assert isinstance(code, Code) or code.reason
