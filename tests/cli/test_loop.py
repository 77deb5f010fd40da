"""From an unknown project to the verdict elsewhere, command by command, as README.md tells it."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import statistics
import subprocess
import time
import zipfile
from pathlib import Path
from typing import Any

import pytest

from reprocrate.render.verdict_page import verdict_page

METRIC = """
[experiment]
title = "A study"

[metrics.score]
stdout = "score (?P<value>[-0-9.e]+)"
direction = "maximize"
margin = 0.001
"""
ARGUMENTS = """
import argparse, os, time
parser = argparse.ArgumentParser()
parser.add_argument("--seed", type=int)
seed = parser.parse_args().seed
"""


def verdicts_of(folder: Path) -> list[Path]:
    return sorted((folder / ".reprocrate" / "reruns").glob("*/verdict.json"))


def without_git(files: dict[str, str]) -> dict[str, str]:
    return {path: digest for path, digest in files.items() if not path.startswith(".git")}


@pytest.mark.parametrize(
    "version_control", ["dirty checkout", pytest.param("none", marks=pytest.mark.thorough)]
)
def test_from_an_unknown_project_to_the_verdict_elsewhere(
    author: Any, cli: Any, rerun: Any, tmp_path: Path, version_control: str, candidate_lines: Any, tree: Any
) -> None:
    if version_control == "dirty checkout":
        points = (author.folder / "points.py").read_text()
        (author.folder / "points.py").unlink()
        author.commit()
        author.write("points.py", points)  # used, but never added
        author.write("train.py", (author.folder / "train.py").read_text() + "# not committed\n")
    before = without_git(tree(author.folder))

    assert "data folder: data/" in author("init").out
    said = author.run("python", "train.py", "--seed", "{seed}", seeds="0-4")
    assert [line.split(":")[0] for line in said.out.splitlines()] == ["test accuracy"] * 5
    assert before.items() <= tree(author.folder).items()

    # No metric was declared: the lines for it are proposed, and what has run is read anew.
    assert author("show", "--json").document("show")["results"] == []
    lines = next(each for place, each in candidate_lines(said.err).items() if "$.test.accuracy" in place)
    settings = author.folder / "reprocrate.toml"
    settings.write_text(f"{settings.read_text()}\n{lines}\nmargin = 0.05\n")
    (result,) = author("show", "--json").document("show")["results"]
    values = [
        json.loads((author.folder / f"results/threshold-{seed}.json").read_text())["test"]["accuracy"]
        for seed in range(5)
    ]
    assert len(author.records()) == result["n"] == 5
    assert result["value"] == pytest.approx(statistics.mean(values))

    assert author("validate", "--json").document("report")["valid"]
    bundle = tmp_path / "reader" / "first.crate.zip"
    bundle.parent.mkdir()
    author("pack", "-o", bundle)
    author("pack", "-o", tmp_path / "second.crate.zip")
    assert bundle.read_bytes() == (tmp_path / "second.crate.zip").read_bytes()
    shutil.rmtree(author.folder)

    reader = bundle.parent
    decisions = [
        one["decision"] for one in cli(reader, "plan", bundle, "--json").document("plan")["requirements"]
    ]
    assert "impossible" not in decisions
    cli(reader, "import", bundle.name, "copy")
    if shutil.which("sha256sum"):
        check = ["sha256sum", "--quiet", "--strict", "-c", "manifest-sha256.txt"]
        subprocess.run(check, cwd=reader / "copy", check=True)
    recorded = tree(reader / "copy")
    verdict = rerun(reader, "copy", "--json").document("verdict")
    assert [each["outcome"] for each in verdict["results"]] == ["identical"]
    assert recorded.items() <= tree(reader / "copy").items()
    (again,) = (reader / "copy" / ".reprocrate" / "reruns").iterdir()
    page = (again / "verdict.html").read_bytes()
    assert page == verdict_page(json.loads((again / "verdict.json").read_bytes()))
    compared = cli(
        reader, "compare", bundle, again / "reprocrate.json", "--html", "compared.html", "--json"
    ).document("verdict")
    assert [each["outcome"] for each in compared["results"]] == ["identical"]
    assert (reader / "compared.html").read_bytes() == verdict_page(compared)


def test_reading_commands_say_the_same_of_every_form(
    recorded: Any, imported: Path, bundle: Path, cli: Any
) -> None:
    forms = [recorded.folder, recorded.folder / "data", recorded.folder / "reprocrate.json", bundle, imported]
    shown = [cli.here(bundle.parent, "show", form, "--json").document("show") for form in forms]
    assert len({json.dumps(each, sort_keys=True) for each in shown}) == 1
    assert [each["configuration"] for each in shown[0]["results"]] == ["threshold", "guess"]
    for form in forms:
        report = cli.here(bundle.parent, "validate", form, "--json").document("report")
        assert report["valid"]
        plan = cli.here(bundle.parent, "plan", form, "--json").document("plan")
        assert plan["title"] == "One threshold"


def test_text_goes_to_stdout_and_everything_else_to_stderr(recorded: Any) -> None:
    shown = recorded("show")
    assert "One threshold" in shown.out
    assert "guess" in shown.out
    assert shown.err == ""
    assert "is valid" in recorded("validate").out
    said = recorded("run", "--name", "threshold", "--seeds", "7")
    assert said.out.startswith("test accuracy: ")
    assert "threshold seed 7" in said.err
    quiet = recorded("run", "--name", "threshold", "--seeds", "8", "--quiet")
    assert quiet.err == ""


@pytest.mark.requirement("RQ30")
def test_import_runs_nothing_and_tells_what_a_rerun_needs(bundle: Path, cli: Any, tree: Any) -> None:
    said = cli(bundle.parent, "import", bundle.name, "--json")
    document = said.document("plan")
    assert document["folder"] == "threshold"
    folder = bundle.parent / "threshold"
    assert not (folder / ".reprocrate" / "environments").exists()
    assert not verdicts_of(folder)
    cli(bundle.parent, "import", bundle.name, "prepared", "--prepare")
    assert list((bundle.parent / "prepared").glob(".reprocrate/environments/*/bin/python"))


@pytest.mark.requirement("RQ08")
def test_a_claim_is_upheld_and_a_second_rerun_is_another_one(imported: Path, rerun: Any, tree: Any) -> None:
    before = tree(imported)
    for count in (1, 2):
        said = rerun(imported.parent, imported.name, "--json").document("verdict")
        assert said["upheld"]
        assert [claim["outcome"] for claim in said["claims"]] == ["upheld"]
        assert len(verdicts_of(imported)) == count
    assert before.items() <= tree(imported).items()
    assert json.loads(verdicts_of(imported)[1].read_bytes())["upheld"]


def test_rerunning_a_bundle_imports_it_once(bundle: Path, rerun: Any) -> None:
    rerun(bundle.parent, bundle.name, "--seeds", "0", code=1)  # of one seed nothing can be concluded
    assert "going on in threshold" in rerun(bundle.parent, bundle.name).err
    assert len(verdicts_of(bundle.parent / "threshold")) == 2


def test_a_rerun_is_packed_at_once_and_opened_by_who_gets_it(imported: Path, rerun: Any, cli: Any) -> None:
    reader = imported.parent
    (reader / "notes.txt").write_text("not to be lost")
    assert "notes.txt" in cli.complaint(reader, "rerun", imported.name, "--pack", "notes.txt", code=2)
    assert not (imported / ".reprocrate" / "reruns").exists()
    said = rerun(reader, imported.name, "--pack", "again.crate.zip")
    assert "packed to again.crate.zip" in said.err
    cli(reader, "validate", "again.crate.zip")
    title = json.loads((imported / "reprocrate.json").read_bytes())["experiment"]["title"]
    assert f"Reproduction of {title}" in " ".join(cli(reader, "show", "again.crate.zip").out.split())
    wrong = cli.complaint(reader, "export", "in-toto", imported.name, code=2)
    assert "Give the folder of one, such as" in wrong
    said = cli(reader, "export", "in-toto", "again.crate.zip", "--json")
    (path,) = json.loads(said.out)["files"]
    statement = json.loads((reader / path).read_bytes())
    digest = json.loads((imported / ".reprocrate" / "imported.json").read_bytes())["payload_sha256"]
    assert statement["subject"][0]["digest"] == {"sha256": digest}
    with zipfile.ZipFile(reader / "again.crate.zip") as bundle:
        manifest_sha256 = hashlib.sha256(bundle.read("reprocrate.json")).hexdigest()
    assert statement["predicate"]["configuration"][0]["digest"] == {"sha256": manifest_sha256}
    (reader / path).write_text("mine")
    assert "--force" in cli.complaint(reader, "export", "in-toto", "again.crate.zip", code=2)
    assert (reader / path).read_text() == "mine"
    again = rerun(reader, "again.crate.zip", "--json").document("verdict")
    assert {result["outcome"] for result in again["results"]} == {"identical"}


def test_some_of_the_seeds(imported: Path, rerun: Any, cli: Any) -> None:
    verdict = rerun(imported.parent, imported.name, "--seeds", "0-1", "--json", code=0).document("verdict")
    assert verdict["seeds_asked"] == {"threshold": ["0", "1"], "guess": ["0", "1"]}
    assert {each["outcome"] for each in verdict["results"]} == {"identical"}
    assert "7" in cli.complaint(imported.parent, "rerun", imported.name, "--seeds", "7", code=2)


def test_logs_need_neither_sandbox_nor_environment(imported: Path, cli: Any) -> None:
    said = cli(imported.parent, "rerun", imported.name, "--depth", "logs", "--json").document("verdict")
    assert said["basis"] == "logs"
    assert said["circumstances"]["sandbox"] is None
    assert said["upheld"]
    assert not (imported / ".reprocrate" / "environments").exists()


def test_a_result_that_another_place_changes_is_contradicted(packed_from: Any, rerun: Any) -> None:
    script = ARGUMENTS + 'print("score", 0.7 + seed / 1000 - 0.05 * ("/reruns/" in os.getcwd()))\n'
    bundle = packed_from(script, METRIC)
    verdict = rerun(bundle.parent, bundle, "--json", code=1).document("verdict")
    assert not verdict["upheld"]
    assert [each["outcome"] for each in verdict["results"]] == ["contradicted"]
    theirs = rerun(bundle.parent, bundle, "--margin", "score=0.1", "--json").document("verdict")
    assert [each["outcome"] for each in theirs["results"]] == ["equivalent"]
    assert theirs["results"][0]["margin"]["declared_by"] == "reader"


def test_a_result_that_ignores_its_seed_and_varies_is_not_upheld(packed_from: Any, rerun: Any) -> None:
    script = ARGUMENTS + 'print("score", int.from_bytes(os.urandom(4)) / 2**32)\n'
    bundle = packed_from(script, METRIC)
    verdict = rerun(bundle.parent, bundle, "--json", code=1).document("verdict")
    assert not verdict["upheld"]
    assert verdict["results"][0]["outcome"] in ("inconclusive", "contradicted")


def test_seeds_without_an_effect_are_noticed_and_still_reproduce(
    packed_from: Any, rerun: Any, cli: Any
) -> None:
    bundle = packed_from(ARGUMENTS + 'print("score 0.75")\n', METRIC)
    report = cli(bundle.parent, "validate", bundle, "--json").document("report")
    assert [each["message"] for each in report["findings"] if each["code"].startswith("RC06")]
    verdict = rerun(bundle.parent, bundle.name, "--json").document("verdict")
    assert [each["outcome"] for each in verdict["results"]] == ["identical"]


def test_a_seed_that_crashes_in_the_rerun_makes_it_fail(packed_from: Any, rerun: Any) -> None:
    crash = 'if seed == 1 and "/reruns/" in os.getcwd():\n    raise SystemExit("out of luck")\n'
    bundle = packed_from(ARGUMENTS + crash + 'print("score", 0.7 + seed / 100)\n', METRIC)
    said = rerun(bundle.parent, bundle.name, "--json", code=1)
    verdict = said.document("verdict")
    assert [each["outcome"] for each in verdict["results"]] == ["failed"]
    assert "seed 1  failed" in said.err
    work = next((bundle.parent / "study" / ".reprocrate" / "reruns").glob("*/work"))
    records = [json.loads(path.read_bytes()) for path in sorted(work.glob(".reprocrate/runs/*/run.json"))]
    assert [(one["seeds"][0]["value"], one["status"]) for one in records] == [
        (0, "ok"),
        (1, "failed"),
        (2, "ok"),
    ]


def test_an_interrupted_rerun_goes_on_where_it_stopped(
    packed_from: Any, rerun: Any, cli: Any, sandboxed: bool
) -> None:
    script = (
        ARGUMENTS
        + 'time.sleep((0.3 + (seed > 0)) * ("/reruns/" in os.getcwd()))\nprint("score", 0.7 + seed / 100)\n'
    )
    bundle = packed_from(script, METRIC)
    consent = [] if sandboxed else ["--no-sandbox"]
    process = cli.start(bundle.parent, "rerun", bundle.name, *consent, start_new_session=True)
    reruns = bundle.parent / "study" / ".reprocrate" / "reruns"
    wait_for(lambda: any(reruns.glob("*/done.json")))
    os.killpg(process.pid, signal.SIGINT)
    _, err = process.communicate(timeout=30)
    assert process.returncode == 130, err
    assert "interrupted. What is done is kept: the same command goes on where this one stopped\n" in err
    assert "Traceback" not in err
    assert not list(reruns.glob("*/verdict.json"))

    said = rerun(bundle.parent, bundle.name)
    assert "seed 0  ok  score 0.7 (done before)" in said.err
    assert len(list(reruns.iterdir())) == 1
    records = next(reruns.iterdir()).glob("work/.reprocrate/runs/*/run.json")
    seeds = [
        one["seeds"][0]["value"]
        for one in map(json.loads, map(Path.read_bytes, records))
        if one["status"] == "ok"
    ]
    assert sorted(seeds) == [0, 1, 2]


@pytest.mark.requirement("RQ34")
def test_without_a_sandbox_nothing_runs_until_it_is_agreed_to(
    imported: Path, cli: Any, bare_environment: Path, tmp_path: Path
) -> None:
    programs = tmp_path / "programs"
    programs.mkdir()
    for name in ("git", "true"):
        if found := shutil.which(name):
            (programs / name).symlink_to(found)
    path = f"{bare_environment / 'bin'}{os.pathsep}{programs}"
    complaint = cli.complaint(imported.parent, "rerun", imported.name, code=3, PATH=path)
    assert "bubblewrap is not installed" in complaint
    assert "--no-sandbox" in complaint
    said = cli(imported.parent, "rerun", imported.name, "--no-sandbox", "--json", PATH=path)
    assert "not isolated" in said.err
    assert said.document("verdict")["circumstances"]["sandbox"]["used"] is False


def test_names_with_spaces_brackets_and_letters_of_any_language(cli: Any, rerun: Any, tmp_path: Path) -> None:
    project = tmp_path / "author" / "[bold]größe 1"
    (project / "src dir").mkdir(parents=True)
    (project / "src dir" / "train.py").write_text("import sys\nprint('score', int(sys.argv[1]) % 7)\n")
    (project / "reprocrate.toml").write_text(METRIC)
    seeds = f"1,{2**64 - 1}"
    cli(project, "run", "--seeds", seeds, "--", "python", "src dir/train.py", "{seed}")
    (reader := tmp_path / "reader").mkdir()
    packed = cli(project, "pack", "-o", reader / f"{project.name}.crate.zip")
    assert f"{project.name}.crate.zip'   (anywhere)" in packed.out
    verdict = rerun(reader, f"{project.name}.crate.zip", "--json").document("verdict")
    assert verdict["seeds_asked"] == {verdict["results"][0]["name"]: ["1", str(2**64 - 1)]}
    assert verdict["results"][0]["outcome"] == "identical"
    again = rerun(reader, project.name)
    assert f"Written to {verdicts_of(reader / project.name)[1].relative_to(reader)}" in again.out


def test_data_from_outside_that_cannot_come_along_is_named(author: Any, cli: Any, tmp_path: Path) -> None:
    outside = tmp_path / "outside.csv"
    outside.write_text("1,2\n")
    author.write("train.py", f"print('score', len(open({str(outside)!r}).read()))\n")
    author.write("reprocrate.toml", METRIC)
    author.run("python", "train.py")
    bundle = tmp_path / "reader" / "x.crate.zip"
    bundle.parent.mkdir()
    author("pack", "-o", bundle)
    plan = cli(bundle.parent, "plan", bundle.name, "--json", code=3).document("plan")
    (blocker,) = [one for one in plan["requirements"] if one["decision"] == "impossible"]
    complaint = cli(bundle.parent, "rerun", bundle.name, code=3).err
    assert f"{blocker['namespace']} {blocker['feature']}: " in complaint


def test_two_experiments_are_compared_without_running(recorded: Any, bundle: Path, cli: Any) -> None:
    said = cli(bundle.parent, "compare", bundle, recorded.folder)
    assert "identical" in said.out
    settings = recorded.folder / "reprocrate.toml"
    settings.write_text(settings.read_text().replace(".test.accuracy", ".test.points"))
    for record in (recorded.folder / ".reprocrate" / "runs").glob("*/run.json"):
        content = json.loads(record.read_bytes())
        record.write_text(json.dumps(content | {"metrics": []}))
    verdict = cli(bundle.parent, "compare", bundle, recorded.folder, "--json", code=1).document("verdict")
    assert not verdict["upheld"]


def test_a_rule_is_explained(cli: Any, tmp_path: Path) -> None:
    said = cli(tmp_path, "explain", "rc0702")
    assert said.out.startswith("RC0702")
    assert "Fix:" in said.out
    document = cli(tmp_path, "explain", "RC0702", "--json").document("explanation")
    assert document["code"] == "RC0702"
    assert document["failing"]["findings"]


def wait_for(condition: Any, seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)
