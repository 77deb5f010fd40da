"""What a rerun tells of a run that failed."""

from __future__ import annotations

from pathlib import Path

import pytest

from reprocrate.capture.record import Configuration, RunRecord, StoredFile, Tool
from reprocrate.rerun.execute.running import WORK
from reprocrate.workflow.reruns.runs import last_words

TRACEBACK = """Traceback (most recent call last):
  File "train.py", line 1, in <module>
lib.core.LibError: no such file: data.txt
Stack trace:
  [bt] (8) libm.so.6(+0x3a9)
"""


@pytest.mark.parametrize(
    ("stdout", "stderr", "said"),
    [
        ("epoch 1\n", TRACEBACK, "lib.core.LibError: no such file: data.txt"),
        ("epoch 1\n", "warning\nfatal: out of memory\n\n", "fatal: out of memory"),
        ("usage: train.sh SEED\n", "", "usage: train.sh SEED"),
        ("", "", None),
    ],
)
def test_what_a_failed_run_said_last_is_told_with_its_log(
    tmp_path: Path, stdout: str, stderr: str, said: str | None
) -> None:
    logs = []
    for name, text in (("stdout.log", stdout), ("stderr.log", stderr)):
        (tmp_path / WORK).mkdir(exist_ok=True)
        (tmp_path / WORK / name).write_text(text)
        logs.append(StoredFile(name, "0" * 64, len(text)))
    record = RunRecord(
        id="20261101T120000Z-0123456789abcdef",
        tool=Tool("reprocrate", "0.1.0"),
        configuration=Configuration(None, "0" * 64, ("python", "train.py")),
        command=("python", "train.py"),
        status="failed",
        started="2026-11-01T12:00:00.000Z",
        logs=tuple(logs),
    )
    name = "stderr.log" if stderr else "stdout.log"
    assert last_words(record, tmp_path) == ([f"{said} (see {tmp_path / WORK / name})"] if said else [])
