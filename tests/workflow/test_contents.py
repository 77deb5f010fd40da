"""What of a project travels: the code that ran, the data that may, the outputs that are still there."""

from __future__ import annotations

import json
import shutil
import zipfile
from pathlib import Path
from typing import Any

import pytest

from reprocrate.errors import UsageError
from reprocrate.workflow.contents import collect
from reprocrate.workflow.importing import import_bundle
from reprocrate.workflow.progress import Silence
from reprocrate.workflow.rerunning import rerun_experiment
from reprocrate.workflow.reruns.choice import RerunChoice
from reprocrate.workflow.reruns.consent import OwnCode
from reprocrate.workflow.validating import assess


def read(bundle: Path, name: str) -> bytes:
    with zipfile.ZipFile(bundle) as archive:
        return archive.read(name)


def names(bundle: Path) -> set[str]:
    with zipfile.ZipFile(bundle) as archive:
        return {name for name in archive.namelist() if not name.endswith("/")}


def manifest_of(bundle: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(read(bundle, "reprocrate.json"))
    return found


@pytest.mark.parametrize("committed", [True, False])
def test_the_code_that_ran_travels_not_todays(study: Any, tmp_path: Path, committed: bool) -> None:
    """The newest tree is at the root, older ones that results rest on lie in folders of their own."""
    if committed:
        study.commit()
    study.run(name="first")
    study.write("settings.py", "BASE = 0.625\n")  # of another size: Python tells bytecode by second and size
    study.run(name="second")
    study.write("settings.py", "BASE = 0.7\n")
    bundle = tmp_path / "study.crate.zip"
    study.pack(bundle)
    manifest = manifest_of(bundle)
    code = {each["id"]: each.get("folder") for each in manifest["code"]}
    assert code == {"code-1": ".reprocrate/code/code-1", "code-2": None}
    assert [each["code"] for each in manifest["configurations"]] == ["code-1", "code-2"]
    assert read(bundle, "settings.py") == b"BASE = 0.625\n"
    assert read(bundle, ".reprocrate/code/code-1/settings.py") == b"BASE = 0.5\n"

    imported = import_bundle(bundle, tmp_path / "copy", Silence())
    rerun = rerun_experiment(imported.folder, RerunChoice(), OwnCode(), Silence())
    assert [each["outcome"] for each in rerun.verdict.to_json()["results"]] == ["identical"] * 2


def test_a_bundle_without_a_log_that_was_removed(study: Any, tmp_path: Path) -> None:
    study.run()
    removed, kept = sorted(study.folder.glob(".reprocrate/runs/*/stdout.log"))
    removed.unlink()
    bundle = tmp_path / "study.crate.zip"
    study.pack(bundle)
    assert kept.relative_to(study.folder).as_posix() in names(bundle)
    logs = [log for run in manifest_of(bundle)["runs"] for log in run["logs"]]
    assert [log.get("in_bundle", True) for log in logs] == [False, True]


def test_a_margin_for_a_metric_that_the_experiment_lacks(study: Any, tmp_path: Path) -> None:
    study.run()
    study.pack(tmp_path / "study.crate.zip")
    folder = import_bundle(tmp_path / "study.crate.zip", tmp_path / "copy", Silence()).folder
    with pytest.raises(UsageError, match="scroe"):
        rerun_experiment(folder, RerunChoice(depth="logs", margins=("scroe=0.1",)), OwnCode(), Silence())


def test_code_of_runs_that_no_result_rests_on_stays_behind(study: Any, tmp_path: Path) -> None:
    study.run()
    study.write("settings.py", "BASE = 0.6\n")
    study.run()
    bundle = tmp_path / "study.crate.zip"
    study.pack(bundle)
    manifest = manifest_of(bundle)
    assert not any(name.startswith(".reprocrate/code/") for name in names(bundle))
    assert [{file.get("in_bundle", True) for file in each["files"]} for each in manifest["code"]] == [
        {False},
        {True},
    ]
    (result,) = manifest["results"]
    assert [each["reason"] for each in result["excluded"]] == ["other_code"] * 2


def test_without_metrics_the_code_of_every_configuration_travels(study: Any, tmp_path: Path) -> None:
    study.write("reprocrate.toml", "")
    study.run(name="first")
    study.write("settings.py", "BASE = 0.6\n")
    study.run(name="second")
    bundle = tmp_path / "study.crate.zip"
    study.pack(bundle)
    assert read(bundle, "settings.py") == b"BASE = 0.6\n"
    assert read(bundle, ".reprocrate/code/code-1/settings.py") == b"BASE = 0.5\n"


def test_the_newest_of_many_trees_is_the_newest(study: Any) -> None:
    """Ten trees: `code-10` is newer than `code-9`, whatever the order of letters."""
    for number in range(10):
        study.write("notes.py", f"# attempt {number}\n")  # in the tree, but never executed
        study.run(str(number % 4), name="main")
    manifest = study.open().manifest
    assert manifest.configurations[0].code == "code-10"
    assert [each.id for each in manifest.code if not each.folder] == ["code-10"]


@pytest.mark.parametrize(("choice", "travels"), [("small", True), ("all", True), ("none", False)])
def test_data_travels_as_chosen(study: Any, tmp_path: Path, choice: str, travels: bool) -> None:
    study.run()
    bundle = tmp_path / "study.crate.zip"
    study.pack(bundle, data=choice)
    assert ("data/numbers.txt" in names(bundle)) is travels
    (data,) = manifest_of(bundle)["data"]
    assert data["files"][0].get("in_bundle", True) is travels


def test_large_data_stays_behind_unless_asked_for(study: Any, tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr("reprocrate.workflow.choosing.SMALL_BYTES", 10)
    study.run()
    contents = collect(study.open(), "small")
    assert "data/numbers.txt" not in contents.entries
    assert any("--data all" in left.reason for left in contents.left)
    assert "data/numbers.txt" in collect(study.open(), "all").entries


@pytest.mark.parametrize("choice", ["small", "all"])
@pytest.mark.parametrize("level", ["restricted", "registration", "private"])
def test_data_that_is_not_open_stays_behind(study: Any, tmp_path: Path, level: str, choice: str) -> None:
    access = f'{{ level = "{level}", how_to_obtain = "Ask the hospital." }}'
    study.write("reprocrate.toml", f'[data.numbers]\nfiles = ["data"]\naccess = {access}\n')
    secret = b"0.0123456789"
    study.write("data/numbers.txt", f"0.01\n0.02\n{secret.decode()}\n")
    study.run()
    bundle = tmp_path / "study.crate.zip"
    study.pack(bundle, data=choice)
    assert secret not in b"".join(read(bundle, name) for name in names(bundle))
    (data,) = manifest_of(bundle)["data"]
    assert data["files"][0]["in_bundle"] is False
    assert data["files"][0]["sha256"]


def test_a_run_does_not_set_closed_data_free_by_writing_it(study: Any, tmp_path: Path) -> None:
    study.write("copy.py", "import shutil\nshutil.copyfile('data/numbers.txt', 'clean/numbers.txt')\n")
    study.write("clean/readme.txt", "what is made of the numbers\n")
    access = '{ level = "restricted", how_to_obtain = "Ask the hospital." }'
    study.write(
        "reprocrate.toml",
        f'[data.numbers]\nfiles = ["data"]\naccess = {access}\n'
        f'[data.clean]\nfiles = ["clean/*.txt"]\naccess = {access}\n'
        '[configurations.clean]\nkind = "preprocess"\ncommand = "python copy.py"\n',
    )
    study.write("data/numbers.txt", "0.0123456789\n")
    study.run_all()
    bundle = tmp_path / "study.crate.zip"
    study.pack(bundle, data="all")
    assert b"0.0123456789" not in b"".join(read(bundle, name) for name in names(bundle))
    (run,) = manifest_of(bundle)["runs"]
    assert [(file["path"], file["in_bundle"]) for file in run["outputs"]] == [("clean/numbers.txt", False)]


@pytest.mark.parametrize(
    ("level", "in_bundle", "travels"), [("open", "false", False), ("registration", "true", True)]
)
def test_an_author_decides_for_each_data_set(
    study: Any, tmp_path: Path, level: str, in_bundle: str, travels: bool
) -> None:
    access = f'{{ level = "{level}", how_to_obtain = "https://example.org" }}'
    study.write(
        "reprocrate.toml",
        f'[data.numbers]\nfiles = ["data"]\naccess = {access}\nin_bundle = {in_bundle}\n',
    )
    study.run()
    bundle = tmp_path / "study.crate.zip"
    study.pack(bundle, data="all")
    assert ("data/numbers.txt" in names(bundle)) is travels
    assert "in_bundle" not in manifest_of(bundle)["data"][0]


def test_digests_of_items_travel_where_the_items_do_not(study: Any, tmp_path: Path) -> None:
    study.write("data/train.sha256.txt", f"{'a' * 64}\n{'b' * 64}\n")
    study.write(
        "reprocrate.toml",
        '[data.numbers]\nfiles = ["data/numbers.txt"]\n'
        'access = { level = "restricted", how_to_obtain = "Ask the hospital." }\n'
        'splits = [{ name = "train", role = "train", digests = "data/train.sha256.txt" },\n'
        '          { name = "test", role = "test", digests = "data/nobody-made-it-yet.txt" }]\n',
    )
    study.run()
    contents = collect(study.open(), "none")
    assert "data/train.sha256.txt" in contents.entries
    train, test = contents.manifest.data[0].splits
    assert (train.count, train.digests.size, len(train.digests.sha256)) == (2, 130, 64)
    assert (test.count, test.digests.sha256) == (None, None)


def test_an_output_that_a_later_run_wrote_over_stays_behind(study: Any, tmp_path: Path) -> None:
    study.run("0", name="first")
    study.run("0", name="second")
    bundle = tmp_path / "study.crate.zip"
    study.pack(bundle)
    outputs = [run["outputs"][0] for run in manifest_of(bundle)["runs"]]
    assert [each.get("in_bundle", True) for each in outputs] == [False, True]


def test_an_output_that_was_changed_or_removed_since_stays_behind(study: Any, tmp_path: Path) -> None:
    study.run("0-2")
    study.write("score-1.txt", "score,0.98765\n")
    (study.folder / "score-2.txt").unlink()
    bundle = tmp_path / "study.crate.zip"
    study.pack(bundle)
    manifest = manifest_of(bundle)
    outputs = [run["outputs"][0] for run in manifest["runs"]]
    assert [each.get("in_bundle", True) for each in outputs] == [True, False, False]
    assert manifest["results"][0]["value"] == pytest.approx(0.52)
    assert b"0.98765" not in b"".join(read(bundle, name) for name in names(bundle))


TABLE = r"""\begin{table}\caption{Scores.}
\begin{tabular}{lc}
Method & Score \\
main & \meansd{MEAN}{0.01} \\
\end{tabular}
\end{table}
"""


def test_the_files_that_a_table_is_printed_in_travel_together(study: Any, tmp_path: Path) -> None:
    study.run("0-2")
    settings = (study.folder / "reprocrate.toml").read_text()
    table = 'label = "Table 1"\nfile = "paper/main.tex"\nrows = "configuration"\nmetric = "score"\n'
    study.write("reprocrate.toml", f"{settings}\n[[tables]]\n{table}")
    study.write("paper/main.tex", "\\documentclass{article}\\input{macros}\\input{parts/scores}\n")
    study.write("paper/macros.tex", r"\newcommand{\meansd}[2]{#1 $\pm$ #2}")
    study.write("paper/notes.tex", "Nobody brings this in.")
    for mean, said in (("0.52", []), ("0.61", [("paper/parts/scores.tex", 4)])):
        study.write("paper/parts/scores.tex", TABLE.replace("MEAN", mean))
        bundle = tmp_path / f"{mean}.crate.zip"
        study.pack(bundle)
        papers = [name for name in names(bundle) if name.startswith("paper/")]
        assert sorted(papers) == ["paper/macros.tex", "paper/main.tex", "paper/parts/scores.tex"]
        report = assess(bundle, Silence())
        found = [each.location for each in report.findings if each.code == "RC1204"]
        assert [(each.file, each.line) for each in found] == said
        assert not [each for each in report.not_assessed if each.code.startswith("RC12")]


def test_changed_data_stops_packing(study: Any, tmp_path: Path) -> None:
    study.run()
    study.write("data/numbers.txt", "1\n")
    bundle = tmp_path / "study.crate.zip"
    with pytest.raises(AssertionError, match="RC0702"):
        study.pack(bundle)
    assert not bundle.exists()


@pytest.mark.requirement("RQ13")
def test_a_file_with_a_reserved_name_stops_packing(study: Any, tmp_path: Path) -> None:
    study.write("ro-crate-metadata.json", "{}")
    study.write(
        "score.py", (study.folder / "score.py").read_text() + "open('ro-crate-metadata.json').read()\n"
    )
    study.run()
    with pytest.raises(UsageError, match=r"ro-crate-metadata\.json"):
        study.pack(tmp_path / "study.crate.zip")
    assert not (tmp_path / "study.crate.zip").exists()


def test_what_is_ignored_by_git_is_no_code_but_data_and_outputs_are_kept(study: Any, tmp_path: Path) -> None:
    study.write(".gitignore", "data/\nscore-*\nsecret.py\n")
    study.write("secret.py", "TOKEN = 1\n")
    study.commit()
    study.run()
    bundle = tmp_path / "study.crate.zip"
    study.pack(bundle)
    assert {"data/numbers.txt", "score-0.txt", "score-1.txt"} <= names(bundle)
    assert "secret.py" not in names(bundle)


def test_the_name_of_the_bundle_does_not_change_its_bytes(study: Any, tmp_path: Path) -> None:
    study.run()
    study.pack(tmp_path / "a.zip")
    study.pack(tmp_path / "b.crate.zip")
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.crate.zip").read_bytes()
    shutil.rmtree(study.folder / "__pycache__", ignore_errors=True)
    study.pack(tmp_path / "c.zip")
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "c.zip").read_bytes()
