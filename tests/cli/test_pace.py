"""What is said of longer work: how far it is, how fast, and how long the rest will take."""

from __future__ import annotations

import time

import pytest

from reprocrate.cli import voice
from reprocrate.cli.pace import Pace, size_text
from reprocrate.cli.voice import Voice
from reprocrate.workflow.progress import counter


def test_pace_is_that_of_the_last_seconds() -> None:
    pace = Pace(100.0)
    for second in range(1, 31):  # 100 MB/s, then 300 MB/s
        done = 100_000_000 * second if second < 15 else 1_400_000_000 + 300_000_000 * (second - 14)
        pace.reach(done, 100.0 + second)
    assert pace.text(done, 10_000_000_000, 130.0).startswith("62 % of 10 GB, ")
    assert "14 s left" in pace.text(done, 10_000_000_000, 130.0)


@pytest.mark.parametrize(
    ("size", "text"),
    [(0, "0 bytes"), (999, "999 bytes"), (1000, "1.0 kB"), (3_200_000_000, "3.2 GB"), (999_600_000, "1.0 GB"),
     (210_000_000, "210 MB"), (10**19, "10000 PB")],
)  # fmt: skip
def test_sizes_are_short(size: int, text: str) -> None:
    assert size_text(size) == text


def test_nothing_is_divided_by_nothing() -> None:
    assert Pace(1.0).text(0, 0, 1.0) == "100 % of 0 bytes"
    assert Pace(1.0).text(0, 10, 1.0) == "0 % of 10 bytes"


@pytest.mark.parametrize("quiet", [False, True])
def test_lines_tell_it_where_there_is_no_terminal(
    quiet: bool, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    clock = [1000.0]
    monkeypatch.setattr(voice.time, "monotonic", lambda: clock[0])
    count = counter(Voice(quiet=quiet), "packing", 3_000_000_000)
    for _ in range(30):
        clock[0] += 0.25
        count(100_000_000)
    said = capfd.readouterr().err.splitlines()
    if quiet:
        assert said == []
        return
    assert said[0] == "packing: 30 % of 3.0 GB, 400 MB/s, 5 s left"
    assert 2 <= len(said) <= 4  # not more often than every two seconds


def test_of_short_work_nothing_is_said(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    clock = [time.monotonic()]
    monkeypatch.setattr(voice.time, "monotonic", lambda: clock[0])
    speaker = Voice()
    clock[0] += 60  # since then nothing was said
    count = counter(speaker, "packing", 1000)
    for _ in range(9):
        clock[0] += 0.1
        count(100)
    assert capfd.readouterr().err == ""


def test_time_left_is_told_in_plain_lines_now_and_then(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = [0.0]
    monkeypatch.setattr("reprocrate.cli.voice.time.monotonic", lambda: clock[0])
    loud, quiet = Voice(), Voice(quiet=True)
    for second in range(200):
        clock[0] = float(second)
        for one in (loud, quiet):
            one.track("runs", 1, 5, f"about {200 - second} s left")
    assert capsys.readouterr().err.splitlines() == [
        "runs: 1 of 5 done, about 139 s left",
        "runs: 1 of 5 done, about 78 s left",
        "runs: 1 of 5 done, about 17 s left",
    ]
