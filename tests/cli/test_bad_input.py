"""One clear error for each bad input: what, why, what to do; the exit code; nothing half-written."""

from __future__ import annotations

import ctypes
import hashlib
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from reprocrate.cli.voice import Voice
from reprocrate.standard import problems

FAILS_ON_3 = """
import json, sys
seed = int(sys.argv[1])
if seed == 3:
    sys.exit("out of luck") if len(sys.argv) < 3 else sys.exit(int(sys.argv[2]))
with open(f"out-{seed}.json", "w") as file:
    json.dump({"accuracy": 0.5 + seed / 100}, file)
"""
CHECKSUMS = "manifest-sha256.txt"

Edit = Callable[[dict[str, bytes]], None]


# Commands and arguments -----------------------------------------------------------------------------------


@pytest.mark.parametrize("command", ["show", "plan", "pack", "rerun"])
def test_a_folder_that_is_no_project(cli: Any, tmp_path: Path, command: str) -> None:
    complaint = cli.complaint(tmp_path, command, code=2)
    assert "is not a project" in complaint
    assert "reprocrate init" in complaint


@pytest.mark.parametrize("command", ["show", "validate", "import", "rerun"])
def test_a_path_that_does_not_exist(cli: Any, tmp_path: Path, command: str) -> None:
    assert "nowhere.zip" in cli.complaint(tmp_path, command, "nowhere.zip", code=2)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
@pytest.mark.parametrize("command", ["show", "validate", "plan", "migrate"])
def test_a_pipe_or_a_device_is_not_waited_for(cli: Any, tmp_path: Path, command: str) -> None:
    os.mkfifo(tmp_path / "manifest.json")
    for name in ("manifest.json", "/dev/zero"):
        assert "is a device, a pipe or a socket" in cli.complaint(tmp_path, command, name, code=2)


@pytest.mark.parametrize("command", ["show", "validate", "plan", "migrate"])
def test_a_path_that_is_too_long(cli: Any, tmp_path: Path, command: str) -> None:
    assert "there can be no such path" in cli.complaint(tmp_path, command, "a" * 5000, code=2)


@pytest.mark.parametrize("command", ["show", "plan", "migrate"])
def test_text_that_is_no_manifest_is_refused_with_code_and_place(
    cli: Any, tmp_path: Path, command: str
) -> None:
    (tmp_path / "broken.json").write_text('{"a": {"b": NaN}}')
    complaint = cli.complaint(tmp_path, command, "broken.json", code=3)
    assert "broken.json line 1 column 13: NaN is not JSON (RC0006 at /a/b)" in complaint
    (tmp_path / "wide.txt").write_text('{"a": 1}', encoding="utf-16")
    assert "byte order mark" in cli.complaint(tmp_path, command, "wide.txt", code=3)


def test_long_names_of_a_stranger_are_cut_off(cli: Any, tmp_path: Path) -> None:
    document = {"manifest_version": "1." + "1" * 1_000_000}
    (tmp_path / "long.json").write_text(json.dumps(document))
    complaint = cli.complaint(tmp_path, "migrate", "long.json", code=3)
    assert len(complaint) < 25_000
    assert "more characters" in complaint


@pytest.mark.parametrize("command", ["show", "plan", "pack"])
def test_a_project_in_which_nothing_has_run(cli: Any, tmp_path: Path, command: str) -> None:
    (tmp_path / "reprocrate.toml").write_text("")
    complaint = cli.complaint(tmp_path, command, code=2)
    assert "nothing has been run" in complaint
    assert "reprocrate run" in complaint


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ([], ["no command was given", "-- python train.py"]),
        (["--", "nosuchprogram", "--seed", "1"], ["nosuchprogram was not found", "PATH"]),
        (["--", "train.py"], ["train.py was not found", "Did you mean `python train.py`?"]),
        (["--", "./nothing.sh"], ["./nothing.sh was not found"]),
        (["--", "./train.py"], ["./train.py cannot be executed", "python ./train.py"]),
        (
            ["--seeds", "0-2", "--", "python", "train.py"],
            ["do not reach the command", "{seed}", "--seed-env"],
        ),
        (["--seeds", "a-b", "--", "python", "train.py", "{seed}"], ['"a-b"', "0-4"]),
        (["--seeds", "", "--", "python", "train.py", "{seed}"], ["seeds"]),
        (["--seeds", "4-0", "--", "python", "train.py", "{seed}"], ["its end is before its start"]),
        (["--seeds", "1,2,1", "--", "python", "train.py", "{seed}"], ["seed 1 twice"]),
        (["--seeds", "-3", "--", "python", "train.py", "{seed}"], ['"-3"']),
        (["--seeds", "0-99999999", "--", "python", "train.py", "{seed}"], ["more than 10000"]),
        (
            ["--seed-env", "A B", "--seeds", "0", "--", "python", "train.py"],
            ['"A B"', "environment variable"],
        ),
        (["--name", "wide"], ["no command for a configuration `wide`"]),
        (
            ["--name", "Übung a/b", "--", "python", "train.py"],
            ['"Übung a/b" cannot be the name', "Take, say, --name Ubung-a-b"],
        ),
        (["--all"], ["no configuration of reprocrate.toml has a command"]),
        (["--all", "--", "python", "train.py"], ["--all takes no command"]),
    ],
)
def test_a_run_that_makes_no_sense(author: Any, arguments: list[str], expected: list[str]) -> None:
    complaint = author.cli.complaint(author.folder, "run", *arguments, code=2)
    assert [each for each in expected if each not in complaint] == []


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["frobnicate"], "no such command 'frobnicate'"),
        (["rnu"], "Did you mean 'run'? `reprocrate --help` tells"),
        (["run", "--frobnicate"], "no such option: --frobnicate. `reprocrate run --help` tells"),
        (["run", "--determinstic"], "Did you mean --deterministic?"),
        (["run", "--trace=ptrace"], "--trace: 'ptrace' is not one of 'hook', 'strace'."),
        (["run", "--jobs", "two"], "--jobs: this is not a whole number."),
        (["run", "--resume=yes"], "--resume does not take a value. `reprocrate run --help` tells"),
        (["rerun", "--depth", "deep"], "--depth: 'deep' is not one of"),
        (["explain"], "missing argument"),
        (["show", "a", "b"], "more arguments than it takes: b"),
    ],
)
def test_options_and_commands_that_there_are_not(
    cli: Any, tmp_path: Path, arguments: list[str], expected: str
) -> None:
    said = cli.here(tmp_path, *arguments, code=2)
    assert said.out == ""
    assert said.err.startswith("reprocrate: ")
    assert expected in said.err
    assert said.err.count("\n") == 1
    assert "Value error" not in said.err


def test_a_folder_to_pack_that_there_is_not(author: Any) -> None:
    complaint = author.cli.complaint(author.folder, "pack", "absent", code=2)
    assert "absent does not exist" in complaint
    assert "train.py is no folder" in author.cli.complaint(author.folder, "pack", "train.py", code=2)


def test_a_rule_that_there_is_not(cli: Any, tmp_path: Path) -> None:
    complaint = cli.complaint(tmp_path, "explain", "RC9999", code=2)
    assert "there is no rule RC9999" in complaint
    assert len(complaint) < 200
    assert "RC0702" in cli.complaint(tmp_path, "explain", "RC702", code=2)


def test_a_name_that_means_another_command(recorded: Any) -> None:
    recorded.run("python", "train.py", "--seed", "{seed}", "--method", "guess", seeds="0", name="mine")
    complaint = recorded.cli.complaint(
        recorded.folder,
        "run",
        "--name",
        "mine",
        "--seeds",
        "0",
        "--",
        "python",
        "train.py",
        "--seed",
        "{seed}",
        code=2,
    )
    assert 'the name "mine" is already used for another command' in complaint
    assert "python train.py --seed {seed} --method guess" in complaint
    complaint = recorded.cli.complaint(
        recorded.folder, "run", "--name", "guess", "--", "python", "train.py", code=2
    )
    assert "`guess` has another command in reprocrate.toml" in complaint


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('[experiment]\ntitel = "x"\n', ["line 2", "experiment.titel", "Did you mean `title`?"]),
        (
            '[experiment]\nauthors = [{ name = "A", orcid = "0000-0002-1825-0098" }]\n',
            ["line 2", "wrong check digit"],
        ),
        (
            '[metrics.acc]\nfrom = "a.json:accuracy[0"\ndirektion = "up"\n',
            ["line 3", "metrics.acc.direktion"],
        ),
        ('[metrics.acc]\nstdout = "("\n', ["acc"]),
        ("[experiment\n", ["not valid TOML"]),
        ('[data.x]\naccess = "secret"\n', ["line 2", "data.x.access"]),
    ],
)
@pytest.mark.parametrize("command", [["show"], ["run", "--", "python", "train.py"]])
def test_wrong_settings(recorded: Any, command: list[str], text: str, expected: list[str]) -> None:
    (recorded.folder / "reprocrate.toml").write_text(text)
    complaint = recorded.cli.complaint(recorded.folder, *command, code=2)
    assert [each for each in expected if each not in complaint] == []


@pytest.mark.parametrize(
    ("claim", "expected"),
    [
        ('better = { configuration = "threshhold", than = "guess", metric = "accuracy" }', "`threshhold`"),
        ('better = { configuration = "threshold", than = "gues", metric = "accuracy" }', "`gues`"),
        ('value = { configuration = "guess", metric = "acuracy", at_least = 0.5 }', "`acuracy`"),
    ],
)
def test_a_claim_about_what_there_is_not(recorded: Any, claim: str, expected: str) -> None:
    settings = recorded.folder / "reprocrate.toml"
    settings.write_text(f'{settings.read_text()}\n[[claims]]\ntext = "x"\n{claim}\n')
    complaint = recorded.cli.complaint(recorded.folder, "show", code=2)
    assert "claims[1]" in complaint
    assert expected in complaint
    assert "Known: " in complaint


# Commands that fail or are stopped --------------------------------------------------------------------


@pytest.mark.parametrize(("more", "code"), [([], 1), (["7"], 7)])
def test_a_command_that_fails_on_one_seed(author: Any, more: list[str], code: int) -> None:
    author.write("train.py", FAILS_ON_3)
    said = author.run("python", "train.py", "{seed}", *more, seeds="0-4", code=code)
    assert "seed 3 failed" in said.err
    outcomes = [(one["seeds"][0]["value"], one["status"], one["exit_code"]) for one in author.records()]
    assert outcomes == [(0, "ok", 0), (1, "ok", 0), (2, "ok", 0), (3, "failed", code), (4, "ok", 0)]
    assert "4 completed, 1 failed" in author("show").out


def test_a_command_that_a_signal_ends(author: Any) -> None:
    author.write("train.py", "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)\n")
    author.run("python", "train.py", code=128 + 9)
    (record,) = author.records()
    assert (record["status"], record["signal"], record["exit_code"]) == ("killed", 9, None)


def test_ctrl_c_stops_the_seeds_and_is_on_record(author: Any) -> None:
    author.write(
        "train.py",
        "import sys, time\nif sys.argv[1] == '1':\n    print('waiting', flush=True)\n    time.sleep(60)\n",
    )
    process = author.cli.start(
        author.folder, "run", "--seeds", "0-2", "--", "python", "train.py", "{seed}", start_new_session=True
    )
    assert process.stdout.readline() == "waiting\n"
    began = time.monotonic()
    os.killpg(process.pid, signal.SIGINT)
    _, err = process.communicate(timeout=30)
    assert process.returncode == 130, err
    assert time.monotonic() - began < 20
    assert "mistake of reprocrate" not in err
    assert [one["status"] for one in author.records()] == ["ok", "interrupted"]
    author.write("train.py", "import sys\nprint(sys.argv)\n")
    author("run", "--seeds", "0-2", "--resume", "--", "python", "train.py", "{seed}")
    assert [one["status"] for one in author.records()] == ["ok", "interrupted", "ok", "ok", "ok"]


def test_a_killed_launcher_leaves_a_record_that_says_killed(author: Any) -> None:
    author.write("train.py", "import time\nprint('waiting', flush=True)\ntime.sleep(60)\n")
    process = author.cli.start(author.folder, "run", "--", "python", "train.py")
    assert process.stdout.readline() == "waiting\n"
    assert author.records()[0]["status"] == "running"
    process.kill()
    process.communicate(timeout=30)
    author.write("reprocrate.toml", "")
    assert "1 killed" in author("show").out


def test_seeds_that_write_over_each_other_are_reported(author: Any) -> None:
    author.write("train.py", "import sys\nopen('model.txt', 'w').write(sys.argv[1])\n")
    said = author.run("python", "train.py", "{seed}", seeds="0-2")
    assert "seeds 0, 1, 2 all wrote model.txt" in said.err
    assert "{seed}" in said.err


def test_a_project_without_git_on_the_machine(author: Any, bare_environment: Path) -> None:
    author.commit()
    said = author(
        "run",
        "--seeds",
        "0",
        "--",
        "python",
        "train.py",
        "--seed",
        "{seed}",
        PATH=str(bare_environment / "bin"),
    )
    assert said.out.startswith("test accuracy")
    (record,) = author.records()
    assert {"train.py", "points.py"} <= {file["path"] for file in record["code"]["files"]}
    assert author("show", PATH=str(bare_environment / "bin")).err == ""


# Disks ------------------------------------------------------------------------------------------------


def without_privileges() -> None:
    """Root, too, is refused what the permissions refuse: its capabilities to override them are dropped."""
    libc = ctypes.CDLL(None)
    for capability in (1, 2):  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH
        libc.prctl(24, capability, 0, 0, 0)  # PR_CAPBSET_DROP


def small_files_only() -> None:
    """No file can grow beyond 20,000 bytes, as if the disk were full."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))


def restricted(cli: Any, folder: Path, limit: Callable[[], None], *arguments: object) -> tuple[int, str]:
    done = subprocess.run(
        cli.argv(*arguments),
        cwd=folder,
        env=dict(cli.environ),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        preexec_fn=limit,
    )
    assert "Traceback" not in done.stderr
    assert "mistake of reprocrate" not in done.stderr
    return done.returncode, done.stderr


@pytest.fixture
def read_only() -> Any:
    """Makes a folder read-only; skips where that stops nobody."""
    closed: list[Path] = []

    def close(folder: Path) -> None:
        for path in (
            folder,
            *(each for each in folder.rglob("*") if each.is_dir() and not each.is_symlink()),
        ):
            path.chmod(0o555)
            closed.append(path)
        program = "import sys; open(sys.argv[1], 'w')"
        probe = subprocess.run(
            [sys.executable, "-c", program, folder / "probe"],
            capture_output=True,
            preexec_fn=without_privileges,
            check=False,
        )
        if probe.returncode == 0:
            (folder / "probe").unlink()
            pytest.skip("permissions stop nobody here")

    yield close
    for path in closed:
        path.chmod(0o755)


@pytest.mark.skipif(sys.platform != "linux", reason="capabilities are Linux's")
def test_no_permission_to_write(
    recorded: Any, bundle: Path, cli: Any, read_only: Any, tree: Any, tmp_path: Path
) -> None:
    before = tree(recorded.folder)
    read_only(recorded.folder)
    for arguments in (["run", "--name", "guess"], ["pack"]):
        code, err = restricted(cli, recorded.folder, without_privileges, *arguments)
        assert code == 3, err
        assert "permission" in err.lower()
    assert restricted(cli, recorded.folder, without_privileges, "validate")[0] == 0
    code, err = restricted(
        cli, recorded.folder, without_privileges, "pack", "-o", tmp_path / "other.crate.zip"
    )
    assert code == 0, err
    assert tree(recorded.folder) == before

    read_only(bundle.parent)
    for command in ("import", "rerun"):
        code, err = restricted(cli, bundle.parent, without_privileges, command, bundle.name)
        assert code == 3, err
        assert "permission" in err.lower()
    assert list(bundle.parent.iterdir()) == [bundle]


@pytest.mark.skipif(sys.platform != "linux", reason="limits of files differ elsewhere")
def test_no_space_left(recorded: Any, bundle: Path, cli: Any, tree: Any) -> None:
    before = tree(recorded.folder)
    code, err = restricted(cli, recorded.folder, small_files_only, "pack")
    assert code == 3, err
    assert "threshold.crate.zip" in err
    assert tree(recorded.folder) == before

    code, err = restricted(cli, bundle.parent, small_files_only, "import", bundle.name)
    assert code == 3, err
    assert list(bundle.parent.iterdir()) == [bundle]


def test_pack_leaves_what_was_there_when_it_cannot_write(recorded: Any, cli: Any, tmp_path: Path) -> None:
    assert "nowhere" in cli.complaint(recorded.folder, "pack", "-o", "nowhere/x.zip", code=3)
    (recorded.folder / "folder").mkdir()
    cli.complaint(recorded.folder, "pack", "-o", "folder", code=3)


# Bundles that are none, or not what they were ---------------------------------------------------------


@pytest.mark.parametrize(
    ("command", "kind", "expected"),
    [
        ("validate", "truncated", "cut off"),
        ("validate", "text", "not a manifest, a folder, a ZIP file"),
        ("validate", "empty", "is empty"),
        ("import", "truncated", "cut off"),
        ("import", "text", "not a ZIP file"),
        ("import", "empty", "is empty"),
        ("import", "other zip", "reprocrate.json"),  # `validate` looks through it
    ],
)
def test_what_is_no_bundle(cli: Any, bundle: Path, command: str, kind: str, expected: str) -> None:
    if kind == "truncated":
        bundle.write_bytes(bundle.read_bytes()[:5000])
    elif kind == "other zip":
        with zipfile.ZipFile(bundle, "w") as archive:
            archive.writestr("readme.txt", "nothing of ours")
    else:
        bundle.write_text("just text\n" if kind == "text" else "")
    complaint = cli.complaint(bundle.parent, command, bundle.name, code=3)
    assert bundle.name in complaint
    assert expected in complaint


@pytest.mark.parametrize(
    ("lost", "expected"), [(CHECKSUMS, {"RC0705"}), ("ro-crate-metadata.json", {"RC0705", "RC1801"})]
)
def test_an_unpacked_bundle_that_lost_what_tells_whether_it_is_whole(
    cli: Any, bundle: Path, lost: str, expected: set[str]
) -> None:
    """It holds the settings of its project, and still is no project in which nothing was run."""
    folder = bundle.parent / "unpacked"
    with zipfile.ZipFile(bundle) as archive:
        archive.extractall(folder)
    assert (folder / "reprocrate.toml").is_file()
    (folder / lost).unlink()
    report = cli.here(folder, "validate", "--json", code=1).document("report")
    assert {each["code"] for each in report["findings"] if each["severity"] == "error"} == expected


@pytest.mark.parametrize("line", ["../elsewhere", "/etc/passwd", "data/points.csv"])
def test_a_line_of_the_list_is_no_file(cli: Any, bundle: Path, line: str) -> None:
    """What only the list names cannot be unpacked, so that nothing about the files is unsafe."""
    folder = bundle.parent / "unpacked"
    with zipfile.ZipFile(bundle) as archive:
        archive.extractall(folder)
    with (folder / CHECKSUMS).open("a", encoding="utf-8") as file:
        file.write(f"{'0' * 64}  {line}\n")
    report = cli.here(folder, "validate", "--json", code=1).document("report")
    assert [each["code"] for each in report["findings"] if each["severity"] == "error"] == ["RC0705"]


@pytest.mark.requirement("RQ22")
@pytest.mark.parametrize("command", ["show", "plan", "import", "rerun"])
def test_a_manifest_of_a_version_that_there_is_not_yet(cli: Any, bundle: Path, command: str) -> None:
    def edit(files: dict[str, bytes]) -> None:
        files["reprocrate.json"] = files["reprocrate.json"].replace(
            b'"manifest_version":"1.0"', b'"manifest_version":"9.0"'
        )

    rebuild(bundle, edit, listed=True)
    complaint = cli.complaint(bundle.parent, command, bundle.name, code=3)
    assert "9.0" in complaint
    assert "Install a newer reprocrate" in complaint


def test_a_manifest_of_another_major_version_is_not_valid(cli: Any, recorded: Any) -> None:
    path = recorded.write("other.json", json.dumps(recorded.manifest() | {"manifest_version": "9.0"}))
    said = cli.here(path.parent, "validate", path.name, code=1)
    assert "RC0002" in said.out
    assert "version 9.0" in said.out
    assert "RC0002" in cli.complaint(path.parent, "show", path.name, code=3)


# Text that is no manifest -----------------------------------------------------------------------------

NO_DOCUMENT = {
    "byte-order-mark": (b"\xef\xbb\xbf{}", "RC0003", "", "1:1"),
    "utf-16": ("{}".encode("utf-16"), "RC0003", "", "1:1"),
    "latin-1": (b'{"a":\n "\xe9"}', "RC0003", "", "2:3"),
    "empty": (b"", "RC0004", "", "1:1"),
    "cut off": (b'{"a": [1,\n2', "RC0004", "", "2:2"),
    "word": (b"manifest", "RC0004", "", "1:1"),
    "twice": (b'{"a": 1,\n  "a": 2}', "RC0005", "/a", "2:3"),
    "NaN": (b'{"runs": [{"value":\nNaN}]}', "RC0006", "/runs/0/value", "2:1"),
    "half": (b'{"a": "\\ud800"}', "RC0007", "/a", "1:7"),
    "deep": (b"[" * 1_000_000, "RC0008", "/0" * 100, "1:101"),
    "large": (b"[" * 100_000_000, "RC0009", "", None),
}


@pytest.mark.parametrize("kind", NO_DOCUMENT)
def test_text_that_is_no_manifest_has_a_code_and_a_place(cli: Any, tmp_path: Path, kind: str) -> None:
    data, code, pointer, place = NO_DOCUMENT[kind]
    path = tmp_path / "reprocrate.json"
    path.write_bytes(data)
    report = cli.here(tmp_path, "validate", "--json", path.name, code=1).document("report")
    (finding,) = report["findings"]
    assert (finding["code"], finding["location"]["pointer"]) == (code, pointer)
    line_and_column = [str(finding["location"].get(each)) for each in ("line", "column")]
    assert line_and_column == (place.split(":") if place else ["None", "None"])
    assert {each[:4] for each in report["assessed"]} == {"RC00"}
    said = cli.here(tmp_path, "validate", path.name, code=1)
    assert code in said.out
    assert "reprocrate.json" + (f":{place}" if place else "") in said.out.replace("\n", "")
    if kind not in ("utf-16", "latin-1"):
        return
    for command in ("show", "plan"):
        assert code in cli.complaint(tmp_path, command, path.name, code=3)


def test_a_hundred_megabytes_of_brackets_take_little_time_and_memory(cli: Any, tmp_path: Path) -> None:
    path = tmp_path / "reprocrate.json"
    path.write_bytes(b"[" * 100_000_000)

    def little_memory() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (1_000_000_000, 1_000_000_000))

    for expected in ("RC0009", "RC0008"):
        began = time.monotonic()
        code, _ = restricted(cli, tmp_path, little_memory, "validate", path.name)
        assert code == 1
        assert time.monotonic() - began < 20
        assert expected in cli.here(tmp_path, "validate", path.name, code=1).out
        path.write_bytes(b"[" * 60_000_000)


def test_a_bundle_whose_manifest_is_no_document(cli: Any, bundle: Path) -> None:
    def edit(files: dict[str, bytes]) -> None:
        files["reprocrate.json"] = files["reprocrate.json"].replace(b"{", b'{"id":"x",', 1)

    rebuild(bundle, edit, listed=True)
    report = cli.here(bundle.parent, "validate", "--json", bundle.name, code=1).document("report")
    assert [(each["code"], each["location"]["pointer"]) for each in report["findings"]] == [("RC0005", "/id")]
    for command in ("show", "import", "rerun"):
        assert "RC0005" in cli.complaint(bundle.parent, command, bundle.name, code=3)


def test_a_bundle_whose_manifest_is_too_large(cli: Any, bundle: Path) -> None:
    def edit(files: dict[str, bytes]) -> None:
        files["reprocrate.json"] += b" " * (64 << 20)

    rebuild(bundle, edit, listed=True)
    report = cli.here(bundle.parent, "validate", "--json", bundle.name, code=1).document("report")
    assert [each["code"] for each in report["findings"]] == ["RC0009"]


# Several at once --------------------------------------------------------------------------------------


def test_several_manifests_are_judged_in_turn(cli: Any, tmp_path: Path, repository: Path) -> None:
    golden = repository / "schema" / "1.0" / "conformance" / "golden" / "full.json"
    (tmp_path / "broken.json").write_bytes(b"{} {}")
    said = cli.here(tmp_path, "validate", "--json", golden, "broken.json", golden, code=1)
    reports = [json.loads(line) for line in said.out.splitlines()]
    assert [each["subject"] for each in reports] == [str(golden), "broken.json", str(golden)]
    assert [each["valid"] for each in reports] == [True, False, True]
    assert all(problems(each, "report") == [] for each in reports)
    said = cli.here(tmp_path, "validate", golden, "broken.json", code=1)
    assert "full.json is valid" in said.out.replace("\n", "")
    assert "broken.json is not valid: 1 error" in said.out
    assert len(cli.here(tmp_path, "validate", "--json", golden, golden).out.splitlines()) == 2


def test_what_cannot_be_judged_does_not_keep_the_others_from_it(
    cli: Any, tmp_path: Path, repository: Path
) -> None:
    golden = repository / "schema" / "1.0" / "conformance" / "golden" / "full.json"
    (tmp_path / "text.txt").write_text("just text\n")
    for names, code in ((["nowhere"], 2), (["nowhere", "text.txt"], 3)):
        said = cli.here(tmp_path, "validate", "--json", *names, golden, code=code)
        *failures, report = [json.loads(line) for line in said.out.splitlines()]
        assert report["valid"]
        assert "failure" not in report
        assert [each["subject"] for each in failures] == names
        assert not any(each["valid"] for each in failures)
        assert "nowhere does not exist" in failures[0]["failure"]
        assert all(problems(each, "report") == [] for each in failures)
        assert said.err.count("reprocrate: ") == len(names)
    assert "is valid" in cli.here(tmp_path, "validate", "nowhere", golden, code=2).out.replace("\n", "")


def change(files: dict[str, bytes]) -> None:
    files["train.py"] = files["train.py"] + b"# better\n"


def remove(files: dict[str, bytes]) -> None:
    del files["data/points.csv"]


def add(files: dict[str, bytes]) -> None:
    files["extra.txt"] = b"not packed by anyone\n"


@pytest.mark.parametrize(
    ("edit", "name", "word"),
    [(change, "train.py", "changed"), (remove, "data/points.csv", "missing"), (add, "extra.txt", "extra")],
)
@pytest.mark.parametrize("form", ["file", "folder"])
def test_a_file_that_is_changed_missing_or_extra(
    cli: Any, bundle: Path, imported: Path, edit: Edit, name: str, word: str, form: str
) -> None:
    if form == "file":
        rebuild(bundle, edit, listed=False)
        shutil.rmtree(imported)
        what, commands = bundle, ("import", "rerun")
    else:
        files = {path: (imported / path).read_bytes() for path in ("train.py", "data/points.csv")}
        edit(files)
        for path in ("train.py", "data/points.csv"):
            (imported / path).unlink()
        for path, content in files.items():
            (imported / path).write_bytes(content)
        what, commands = imported, ("rerun",)
    for command in commands:
        complaint = cli.complaint(bundle.parent, command, what.name, code=1)
        assert f"{name} " in complaint
        assert word in complaint
    report = cli.here(bundle.parent, "validate", what.name, "--json", code=1).document("report")
    errors = [each for each in report["findings"] if each["severity"] == "error"]
    assert errors
    assert [each for each in errors if name not in each["message"]] == []
    assert {each["code"][:4] for each in errors} == {"RC07"}


def better_accuracy(files: dict[str, bytes]) -> None:
    manifest = json.loads(files["reprocrate.json"])
    next(each for each in manifest["results"] if each["configuration"] == "threshold")["value"] = 0.99
    files["reprocrate.json"] = json.dumps(manifest).encode()


@pytest.mark.parametrize("command", ["import", "rerun"])
def test_an_edited_manifest_is_not_what_was_packed(cli: Any, bundle: Path, command: str) -> None:
    rebuild(bundle, better_accuracy, listed=False)
    complaint = cli.complaint(bundle.parent, command, bundle.name, code=1)
    assert "reprocrate.json has changed" in complaint


def test_an_edited_result_no_longer_follows_from_its_runs(cli: Any, bundle: Path) -> None:
    """Whoever edits the manifest can write the checksums anew, but the numbers then contradict each other."""
    rebuild(bundle, better_accuracy, listed=True)
    report = cli.here(bundle.parent, "validate", bundle.name, "--json", code=1).document("report")
    codes = {each["code"][:4] for each in report["findings"] if each["severity"] == "error"}
    assert "RC08" in codes


@pytest.mark.parametrize("command", ["import", "rerun"])
@pytest.mark.parametrize("edit", [change, remove])
def test_files_must_be_what_the_manifest_declares_whatever_the_checksums_say(
    cli: Any, bundle: Path, command: str, edit: Edit
) -> None:
    rebuild(bundle, edit, listed=True)
    complaint = cli.complaint(bundle.parent, command, bundle.name, code=1)
    assert ("train.py" if edit is change else "data/points.csv") in complaint
    cli.here(bundle.parent, "validate", bundle.name, code=1)


def test_import_into_what_is_there_already(cli: Any, bundle: Path, imported: Path) -> None:
    complaint = cli.complaint(bundle.parent, "import", bundle.name, code=2)
    assert "threshold" in complaint


def test_a_project_cannot_be_rerun_or_imported(recorded: Any, cli: Any) -> None:
    for command in ("import", "rerun"):
        complaint = cli.complaint(recorded.folder.parent, command, recorded.folder, code=2)
        assert "reprocrate pack" in complaint


@pytest.mark.parametrize("option", [["--seeds", "9"], ["--margin", "accuracy"], ["--margin", "accuracy=x"]])
def test_a_rerun_that_makes_no_sense(imported: Path, cli: Any, option: list[str]) -> None:
    cli.complaint(imported.parent, "rerun", imported.name, *option, code=2)


def test_a_record_that_cannot_be_read_is_reported_and_the_others_count(recorded: Any) -> None:
    broken = next((recorded.folder / ".reprocrate" / "runs").glob("*/run.json"))
    broken.write_text("{")
    said = recorded("show")
    assert broken.parent.name in said.err
    assert "2 completed" in said.out


def rebuild(bundle: Path, edit: Edit, *, listed: bool) -> None:
    """Pack a bundle's files again after an edit; `listed`: with checksums that fit the edited files."""
    with zipfile.ZipFile(bundle) as archive:
        files = {name: archive.read(name) for name in archive.namelist() if not name.endswith("/")}
    edit(files)
    if listed:
        lines = [
            f"{hashlib.sha256(content).hexdigest()}  {name}\n"
            for name, content in sorted(files.items())
            if name != CHECKSUMS
        ]
        files[CHECKSUMS] = "".join(lines).encode()
    with zipfile.ZipFile(bundle, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)


def test_what_a_stranger_wrote_cannot_act_on_the_terminal(
    imported: Path, cli: Any, capfd: pytest.CaptureFixture[str]
) -> None:
    manifest = imported / "reprocrate.json"
    title = "Rings \x1b]0;pwned\x07\x9b31m\u202e"
    document = json.loads(manifest.read_bytes())
    document["experiment"]["title"] = title
    manifest.write_text(json.dumps(document))
    shown = cli.here(imported.parent, "show", manifest, "--json")
    assert title in map(str, json.loads(shown.out)["experiment"].values())
    assert not set("\x1b\x07\x9b\u202e") & set(shown.out)
    voice = Voice()
    voice.note(title)
    voice.warn(title)
    assert not set("\x1b\x07\x9b\u202e") & set(capfd.readouterr().err)


def test_a_path_that_no_file_can_have(cli: Any, tmp_path: Path) -> None:
    assert "no such path" in cli.complaint(tmp_path, "show", "a" * 5000, code=2)


def test_numbers_that_no_machine_reads(cli: Any, tmp_path: Path, imported: Path) -> None:
    document = json.loads((imported / "reprocrate.json").read_bytes())
    document["manifest_version"] = "1." + "9" * 5000
    (tmp_path / "version.json").write_text(json.dumps(document))
    assert "RC0001" in cli.here(tmp_path, "validate", "version.json").out  # newer, by many digits
    assert cli.here(tmp_path, "show", "version.json").err == ""
    document["manifest_version"] = "1.0"
    document["runs"][0]["seeds"][0]["value"] = "9" * 5000
    (tmp_path / "seed.json").write_text(json.dumps(document))
    assert "/runs/0/seeds/0/value" in cli.complaint(tmp_path, "show", "seed.json", code=3)
