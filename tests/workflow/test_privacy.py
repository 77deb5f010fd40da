"""What must not travel is planted everywhere, and looked for in everything that does."""

from __future__ import annotations

import json
import random
import socket
import string
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from reprocrate.workflow.packing import PackingChoice, PackingOutcome, pack_project
from reprocrate.workflow.progress import Silence
from reprocrate.workflow.running import Request, Session, run_configuration

USER = "zebediah"
HOST = "quokka-box9.example.org"
_DRAWN = random.Random(9)


def drawn(count: int, alphabet: str = string.ascii_letters + string.digits) -> str:
    return "".join(_DRAWN.choices(alphabet, k=count))


SECRETS = {
    "option": "hunter2" + drawn(8),
    "form": "ghp_" + drawn(36),
    "assigned": drawn(12),
    "password in an address": drawn(14),
    "query": drawn(30),
    "conda": f"ab-{drawn(32, string.hexdigits.lower())}",
    "index": drawn(20),
    "remote": "glpat-" + drawn(20),
    "variable": "hf_" + drawn(34),
    "printed": "sk-ant-api03-" + drawn(80),
    "printed by name": drawn(24),
    "file name": "AKIA" + drawn(16, string.ascii_uppercase),
    "url of a package": drawn(18),
    "configuration": "npm_" + drawn(34) + "7a",
}

SCRIPT = f"""
import os, pathlib, sys, warnings
print("reading", os.path.abspath("data/numbers.txt"), "for", os.environ["USER"])
print("connected to tcp://{HOST}:29500 as {USER}@{HOST}")
print("key {SECRETS["printed"]}")
print("WANDB_API_KEY={SECRETS["printed by name"]}")
warnings.warn("slow")
numbers = pathlib.Path("data/numbers.txt").read_text()
pathlib.Path(os.environ["HOME"], "elsewhere.txt").read_text()
pathlib.Path("out").mkdir(exist_ok=True)
pathlib.Path("out/events.out.tfevents.1700000000.{HOST}.42.0").write_text("event")
pathlib.Path("out/{SECRETS["file name"]}.txt").write_text("named")
pathlib.Path("out/config.yaml").write_text("registry: {SECRETS["configuration"]}\\n")
pathlib.Path("out/paths.txt").write_text(os.getcwd() + "\\n")
print("score 0.75")
"""


@pytest.fixture
def planted(study: Any, tmp_path: Path, bare_environment: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A project below a user's home folder, on a machine with a name, with secrets all over it."""
    home = tmp_path / "home" / USER
    made = type(study)(home / "projects" / "rings")
    monkeypatch.setattr(socket, "gethostname", lambda: HOST)
    for name, value in {
        "HOME": str(home),
        "USER": USER,
        "LOGNAME": USER,
        "HF_TOKEN": SECRETS["variable"],
        "XLA_FLAGS": f"--token={SECRETS['variable']}",
        "UV_INDEX_URL": f"https://{USER}:{SECRETS['index']}@pypi.example.org/simple",
    }.items():
        monkeypatch.setenv(name, value)
    made.write("train.py", SCRIPT)
    made.write("data/numbers.txt", "1\n2\n")
    made.write("ringlib-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: ringlib\nVersion: 1.0\n")
    address = (
        f"https://{USER}:{SECRETS['url of a package']}@pkg.example.org/t/{SECRETS['conda']}/x/ringlib.whl"
    )
    made.write("ringlib-1.0.dist-info/direct_url.json", json.dumps({"url": address, "archive_info": {}}))
    made.write(
        "../../.config/pip/pip.conf", f"[global]\nindex-url = https://{SECRETS['index']}@pypi.example.org\n"
    )
    made.write("../../elsewhere.txt", "3\n")
    made.write("reprocrate.toml", '[metrics.score]\nstdout = "score (?P<value>[0-9.]+)"\n')
    made.commit()
    git_remote(made.folder, f"https://oauth2:{SECRETS['remote']}@git.example.org/rings.git")
    made.write("train.py", SCRIPT.replace(SECRETS["printed"], "{os.environ['X']}"))
    return made


def git_remote(folder: Path, address: str) -> None:
    import subprocess

    subprocess.run(["git", "remote", "add", "origin", address], cwd=folder, check=True)


def run(study: Any, *arguments: str) -> Session:
    command = ("python", "train.py", *arguments)
    return run_configuration(study.folder, Request(command, name="main", echo=False), Silence())


def arguments(study: Any) -> list[str]:
    return [
        *("--api-key", SECRETS["option"], SECRETS["form"], f"DB_PASSWORD={SECRETS['assigned']}"),
        f"--db=postgresql://{USER}:{SECRETS['password in an address']}@{HOST}/rings",
        f"https://data.example.org/x.csv?access_token={SECRETS['query']}",
        f"https://conda.example.org/t/{SECRETS['conda']}/channel",
        f"--out={study.folder}/out",
        f"--scratch=/scratch/{USER}/x",
        f"--master-addr={HOST}",
    ]


def pack(study: Any, to: Path) -> PackingOutcome:
    return pack_project(study.folder, PackingChoice(output=to, offline=True), Silence())


def found_in(text: str, study: Any) -> dict[str, str]:
    """Everything planted that a text holds, by what it is."""
    home = str(study.folder.parent.parent)
    looked_for = {**SECRETS, "home": home, "user": USER, "host": HOST, "short host": HOST.partition(".")[0]}
    return {what: value for what, value in looked_for.items() if value.lower() in text.lower()}


def texts(bundle: Path) -> Iterator[tuple[str, str]]:
    with zipfile.ZipFile(bundle) as archive:
        for name in archive.namelist():
            yield name, archive.read(name).decode(errors="replace")


def clean_script(study: Any) -> None:
    """The author moves the secrets out of the code, and what prints them gets them from elsewhere."""
    study.write("secrets.json", json.dumps(SECRETS))
    code = SCRIPT
    for what, value in SECRETS.items():
        code = code.replace(value, f'" + S["{what}"] + "')
    code = code.replace(HOST, '" + H + "').replace(USER, '" + U + "')
    study.write(
        "train.py", f'import json\nS = json.load(open("secrets.json"))\nH = S["H"]\nU = S["U"]\n{code}'
    )
    study.write("secrets.json", json.dumps({**SECRETS, "H": HOST, "U": USER}))


@pytest.mark.requirement("RQ28")
def test_nothing_planted_is_in_a_record_or_in_the_manifest(planted: Any) -> None:
    clean_script(planted)
    session = run(planted, *arguments(planted))
    assert session.exit_code == 0
    assert "https://pkg.example.org/t/secret/x/ringlib.whl" in planted.open().manifest.to_bytes().decode()
    for path in planted.folder.glob(".reprocrate/runs/*/run.json"):
        assert found_in(path.read_text(), planted) == {}
    assert found_in(planted.open().manifest.to_bytes().decode(), planted) == {}


def test_nothing_planted_is_in_the_bundle(planted: Any, tmp_path: Path) -> None:
    clean_script(planted)
    planted.commit()
    run(planted, *arguments(planted))
    outcome = pack(planted, tmp_path / "b.zip")
    assert outcome.packed, outcome
    for name, text in texts(outcome.packed.path):
        assert found_in(name, planted) == {}
        if name != "out/paths.txt":  # what a run wrote travels as it is, and the author is told
            assert found_in(text, planted) == {}, name
    masked = dict(texts(outcome.packed.path))
    out = next(text for name, text in masked.items() if name.endswith("stdout.log"))
    assert "score 0.75" in out
    assert "reading data/numbers.txt" in out
    assert any(name.startswith("out/events.out.tfevents.1700000000.host.") for name in masked)
    assert "out/config.yaml" not in masked
    assert outcome.report.valid


def test_what_is_taken_out_is_told_with_its_place(planted: Any, tmp_path: Path) -> None:
    clean_script(planted)
    planted.commit()
    run(planted)
    told: list[str] = []

    class Listener(Silence):
        def note(self, text: str) -> None:
            told.append(text)

    pack_project(planted.folder, PackingChoice(output=tmp_path / "b.zip", offline=True), Listener())
    text = "\n".join(told)
    assert "out/config.yaml stays behind: npm token in line 1" in text
    assert "stdout.log travels masked" in text
    assert "out/paths.txt: they travel as they are" in text
    assert found_in(text, planted) == {}


def test_a_secret_in_the_code_stops_packing_until_the_author_consents(planted: Any, tmp_path: Path) -> None:
    planted.write("train.py", f'KEY = "{SECRETS["printed"]}"\nprint("score 0.5")\n')
    run(planted)
    outcome = pack(planted, tmp_path / "b.zip")
    assert outcome.packed is None
    assert not (tmp_path / "b.zip").exists()
    assert "train.py holds what looks like a secret: API key (sk-) in line 1" in outcome.secrets
    assert any(told.startswith("train.py, changed since the commit,") for told in outcome.secrets)
    assert found_in("\n".join(outcome.secrets), planted) == {}
    with (planted.folder / "reprocrate.toml").open("a") as settings:
        settings.write('\n[privacy]\nkeep = ["train.py"]\n')
    assert pack(planted, tmp_path / "b.zip").packed


@pytest.mark.parametrize("what", ["notebook", "readme", "settings", "lock", "pip"])
def test_a_secret_in_another_file_that_travels_stops_packing(planted: Any, tmp_path: Path, what: str) -> None:
    planted.write("train.py", 'print("score 0.5")\n')
    secret = SECRETS["form"]
    if what == "notebook":
        planted.write("look.ipynb", json.dumps({"cells": [{"source": [f'TOKEN = "{secret}"']}]}, indent=1))
    elif what == "readme":
        planted.write("README.md", f"# Rings\n\nUse `{secret}`.\n")
    elif what == "settings":
        with (planted.folder / "reprocrate.toml").open("a") as settings:
            settings.write(f"# {secret}\n")
    elif what == "pip":
        planted.write("pip.conf", f"[global]\nindex-url = https://{SECRETS['index']}@pypi.example.org\n")
    else:
        planted.write("requirements.txt", f"--index-url https://{secret}@pypi.example.org/simple\n")
    planted.commit()
    run(planted)
    outcome = pack(planted, tmp_path / "b.zip")
    assert outcome.packed is None
    assert [told for told in outcome.secrets if "line" in told]
    assert found_in("\n".join(outcome.secrets), planted) == {}


def test_a_log_travels_unmasked_where_the_author_consents(planted: Any, tmp_path: Path) -> None:
    clean_script(planted)
    planted.commit()
    run(planted)
    with (planted.folder / "reprocrate.toml").open("a") as settings:
        settings.write('\n[privacy]\nkeep = [".reprocrate/runs/*/stdout.log"]\n')
    outcome = pack(planted, tmp_path / "b.zip")
    assert outcome.packed
    logs = [text for name, text in texts(outcome.packed.path) if name.endswith("stdout.log")]
    assert SECRETS["printed"] in logs[0]


def test_masking_leaves_the_log_of_the_project_as_it_was(planted: Any, tmp_path: Path) -> None:
    clean_script(planted)
    planted.commit()
    run(planted)
    log = next(planted.folder.glob(".reprocrate/runs/*/stdout.log"))
    before = log.read_bytes()
    first, second = (pack(planted, tmp_path / name).packed for name in ("a.zip", "b.zip"))
    assert first
    assert second
    assert log.read_bytes() == before
    assert first.path.read_bytes() == second.path.read_bytes()


def test_a_secret_in_the_code_is_told_when_a_run_has_ended(planted: Any) -> None:
    planted.write("train.py", f'\nKEY = "{SECRETS["form"]}"\nprint("score 0.5")\n')
    warnings = run(planted).warnings
    assert [text for text in warnings if text.startswith("train.py line 2 holds what looks like a secret")]
    assert found_in("\n".join(warnings), planted) == {}
    with (planted.folder / "reprocrate.toml").open("a") as settings:
        settings.write('\n[privacy]\nkeep = ["train.py"]\n')
    assert not any("secret" in text for text in run(planted).warnings)
