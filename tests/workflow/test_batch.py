"""Batches: real processes, one of which hangs, takes all memory or is killed, and the others go on."""

from __future__ import annotations

import csv
import io
import json
import os
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path
from typing import Any

import pytest

from reprocrate.cli.app import run_app
from reprocrate.errors import UsageError
from reprocrate.standard import problems, shipped_bytes
from reprocrate.workflow.batch.entries import children_of, entries_of, listed_in
from reprocrate.workflow.batch.journal import JOURNAL, REPORTS

pytestmark = pytest.mark.thorough

SOUND = shipped_bytes("conformance/base/seeds.json")


def batch(root: Path, count: int = 6) -> Path:
    """Submissions of all kinds: sound, wrong, a folder, an archive, a paper, and nothing at all."""
    root.mkdir()
    for number in range(count):
        (root / f"{number}.json").write_bytes(SOUND)
    wrong = json.loads(SOUND)
    wrong["experiment"]["authors"][0]["orcid"] = "0000-0002-1825-0098"
    (root / "100.json").write_text(json.dumps(wrong))
    (root / "101").mkdir()
    (root / "101" / "train.py").write_text("loss.backward()\n")
    with zipfile.ZipFile(root / "102.zip", "w") as archive:
        archive.writestr("code/README.md", "# Rings\n")
    (root / "103.pdf").write_bytes(b"%PDF-1.7\n")
    (root / "104.bin").write_bytes(b"\0" * 100)
    return root


def rows(text: str) -> dict[str, dict[str, str]]:
    return {row["id"]: row for row in csv.DictReader(io.StringIO(text))}


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "reprocrate", "validate", "--quiet", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


# Which submissions ------------------------------------------------------------------------------------


def test_submissions_of_a_folder_are_in_the_order_of_their_numbers(tmp_path: Path) -> None:
    for name in ("10.zip", "9.zip", "2", "decisions.csv", ".hidden"):
        (tmp_path / name).mkdir() if "." not in name else (tmp_path / name).write_text("x")
    entries = entries_of(children_of(tmp_path))
    assert [each.id for each in entries] == ["2", "9", "10"]


def test_volumes_of_a_bundle_are_one_submission(tmp_path: Path) -> None:
    names = ("7.crate.zip.001", "7.crate.zip.002", "7.crate.zip.sha256", "8.crate.zip.002", "9.zip.sha256")
    for name in names:
        (tmp_path / name).write_text("x")
    found = entries_of(children_of(tmp_path))
    assert [each.id for each in found] == ["7", "8.crate.zip.002", "9.zip.sha256"]


def test_names_that_are_the_same_become_paths() -> None:
    entries = entries_of(["a/paper.zip", "b/paper.zip", "c/7.tar.gz", "d/reprocrate.json", "a/paper.zip"])
    assert [each.id for each in entries] == ["a/paper.zip", "b/paper.zip", "7", "d"]


def test_list_is_a_text_or_a_table(tmp_path: Path) -> None:
    (tmp_path / "list.txt").write_text("# accepted\n1.zip\n\n2\n")
    (tmp_path / "list.csv").write_text("number,file\n1,1.zip\n2,2\n")
    expected = [str(tmp_path / "1.zip"), str(tmp_path / "2")]
    assert list(listed_in(tmp_path / "list.txt")) == list(listed_in(tmp_path / "list.csv")) == expected
    with pytest.raises(UsageError, match="there is no column place"):
        list(listed_in(tmp_path / "list.csv", "place"))


# Answers ----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str, int]:
    root = batch(tmp_path_factory.mktemp("batch") / "subs")
    done = run("--each", root, "--format", "csv", "--jobs", 2)
    return root, done.stdout, done.returncode


def test_batch_is_a_table_by_number(mixed: tuple[Path, str, int]) -> None:
    found = rows(mixed[1])
    assert list(found) == [*map(str, range(6)), "100", "101", "102", "103", "104.bin"]
    assert {found[str(number)]["answer"] for number in range(6)} == {"valid"}
    assert (found["100"]["answer"], found["100"]["errors"]) == ("not valid", "1")
    assert "RC1104" in found["100"]["first_errors"]
    assert (found["101"]["manifest"], found["101"]["training-code"]) == ("no", "found")
    assert {found[number]["answer"] for number in ("101", "102", "103")} == {"no manifest"}
    assert (found["102"]["readme"], found["103"]["readme"]) == ("found", "not-assessed")
    assert found["104.bin"]["answer"] == "not judged"
    assert mixed[2] == 3


def test_reports_are_the_same_whatever_the_number_of_processes(mixed: tuple[Path, str, int]) -> None:
    root, table, _ = mixed
    assert run("--each", root, "--format", "csv", "--jobs", 1).stdout == table
    paths = sorted(map(str, root.iterdir()), reverse=True)
    several = [json.loads(line) for line in run("--json", "--jobs", 2, *paths).stdout.splitlines()]
    assert [each["subject"] for each in several] == paths
    alone = [json.loads(line) for line in run("--json", *paths).stdout.splitlines()]
    assert alone == several
    assert all(problems(each, "report") == [] for each in several)


def test_text_names_those_to_look_at(mixed: tuple[Path, str, int]) -> None:
    said = run("--each", mixed[0]).stdout
    answer = "6 valid, 3 without a manifest and without an error, 1 not valid and 1 not judged."
    assert f"11 submissions: {answer}" in " ".join(said.split())
    assert "104.bin: " in said
    assert said.index("Not valid (1)") < said.index("Not judged (1)") < said.index("Next steps")
    assert "Without anything that was looked for (1)\n103." in said


# What goes wrong --------------------------------------------------------------------------------------


def slow(path: Path) -> Path:
    """A sound manifest with so many runs that judging it takes long."""
    document: dict[str, Any] = json.loads(SOUND)
    first = document["runs"][0]
    document["runs"] += [{**first, "id": f"more-{number}"} for number in range(60_000)]
    path.write_text(json.dumps(document))
    return path


def test_one_that_takes_too_long_costs_only_itself(tmp_path: Path) -> None:
    root = batch(tmp_path / "subs", 3)
    slow(root / "50.json")
    done = run("--each", root, "--format", "csv", "--jobs", 2, "--time-limit", "2s")
    found = rows(done.stdout)
    assert "longer than the 2 s of --time-limit" in found["50"]["first_errors"]
    assert found["100"]["answer"] == "not valid"
    assert found["102"]["answer"] == "no manifest"


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits the memory of a process so")
def test_one_that_needs_too_much_memory_costs_only_itself(tmp_path: Path) -> None:
    root = batch(tmp_path / "subs", 3)
    (root / "50.json").write_bytes(b'{"a": [' + b'"x",' * 14_000_000 + b"0]}")
    done = run("--each", root, "--format", "csv", "--jobs", 1, "--memory-limit", "100MB")
    found = rows(done.stdout)
    assert "needs more memory than" in found["50"]["first_errors"]
    assert [found[name]["answer"] for name in ("0", "1", "2", "102")] == [*["valid"] * 3, "no manifest"]


def test_killed_batch_goes_on_and_ends_with_the_same_reports(tmp_path: Path) -> None:
    root, kept = batch(tmp_path / "subs", 60), tmp_path / "kept"
    command = [
        sys.executable,
        "-m",
        "reprocrate",
        "validate",
        "-q",
        "--each",
        str(root),
        "--reports",
        str(kept),
    ]
    process = subprocess.Popen(
        [*command, "--jobs", "1"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    journal = kept / JOURNAL
    while not (journal.is_file() and journal.read_bytes().count(b"\n") > 5) and process.poll() is None:
        time.sleep(0.01)
    process.kill()
    process.wait()
    before = journal.read_bytes()
    assert not (kept / REPORTS).exists()
    with journal.open("ab") as file:
        file.write(b'{"path": "half a li')
    assert run("--each", root, "--reports", kept, "--format", "csv").returncode == 3
    assert journal.read_bytes().startswith(before[: before.rindex(b"\n") + 1])
    reports = [json.loads(line) for line in (kept / REPORTS).read_text().splitlines()]
    plain = [json.loads(line) for line in run("--each", root, "--json").stdout.splitlines()]
    assert reports == plain


def test_only_what_was_changed_is_judged_again(tmp_path: Path) -> None:
    root, kept = batch(tmp_path / "subs", 3), tmp_path / "kept"
    run("--each", root, "--reports", kept)
    lines = (kept / JOURNAL).read_bytes().count(b"\n")
    (root / "1.json").write_bytes((root / "100.json").read_bytes())
    found = rows(run("--each", root, "--reports", kept, "--format", "csv").stdout)
    assert found["1"]["answer"] == "not valid"
    assert found["2"]["answer"] == "valid"
    assert (kept / JOURNAL).read_bytes().count(b"\n") == lines + 2  # the changed one, and the one that failed


def test_folder_with_something_else_is_not_written_to(tmp_path: Path) -> None:
    root = batch(tmp_path / "subs", 1)
    done = run("--each", root, "--reports", root)
    assert done.returncode == 2
    assert "holds something else" in done.stderr


@pytest.mark.skipif(os.name != "posix", reason="signals are those of POSIX")
def test_interrupted_batch_says_how_to_go_on(tmp_path: Path) -> None:
    root, kept = batch(tmp_path / "subs", 2), tmp_path / "kept"
    slow(root / "50.json")
    command = [sys.executable, "-m", "reprocrate", "validate", "--each", str(root), "--reports", str(kept)]
    process = subprocess.Popen(
        [*command, "--jobs", "1"], stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True
    )
    while not (kept / JOURNAL).is_file() and process.poll() is None:
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "the same command goes on where this one stopped" in err


def test_program_in_the_current_folder_is_not_imported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = batch(tmp_path / "subs", 2)
    for name in ("json.py", "pickle.py", "typing.py"):
        (root / name).write_text("open('hit', 'w').close()\n")
    monkeypatch.chdir(root)
    assert run_app(["validate", "--quiet", "--json", "--jobs", "2", "0.json", "1.json"]) == 0
    assert not (root / "hit").exists()
