"""Bundles for double-blind review: identities are planted everywhere, and looked for in all that travels."""

from __future__ import annotations

import base64
import csv
import json
import shutil
import stat
import subprocess
import urllib.parse
import zipfile
from pathlib import Path
from typing import Any

import pytest

from reprocrate.errors import IntegrityError, UsageError
from reprocrate.manifest.anonymity import decisions
from reprocrate.standard import schema_document, shipped_bytes
from reprocrate.workflow.anonymous.anonymising import Anonymity
from reprocrate.workflow.packing import PackingChoice, PackingOutcome, pack_project
from reprocrate.workflow.progress import Silence
from reprocrate.workflow.validating import assess

NAMES = (
    *("Ada Quokka", "Björn Wombat", "Quokka, A.", "ada-quokka", "ada@cs.quokka.edu", "bjoern.wombat"),
    *("Quokka University", "0000-0002-1825-0097", "2611.01234", "QF-2026-17", "Quokka Fund"),
    *("quokka-lab", "pypi.cs.quokka.edu", "zebediah", "quokka-box9", "10.5281/zenodo.987654"),
)
DOCUMENTS = {
    "README.md": """# Rings
[![CI](https://github.com/ada-quokka/rings/badge.svg)](https://github.com/ada-quokka/rings)
By **Ada Quokka** (Quokka University), ORCID 0000-0002-1825-0097, and Björn Wombat.
Write to ada@cs.quokka.edu or bjoern.wombat@gmail.com. Paper: https://arxiv.org/abs/2611.01234
Data: https://archive.ics.uci.edu/rings
""",
    "LICENSE": "MIT License\n\nCopyright (c) 2026 Ada Quokka\n\nPermission is hereby granted\n",
    "CITATION.cff": """cff-version: 1.2.0
title: Rings
authors:
  - given-names: Ada
    family-names: Quokka
repository-code: https://github.com/ada-quokka/rings
doi: 10.5281/zenodo.987654
license: MIT
message: Cite it.
""",
    "pyproject.toml": """[project]
name = "rings"
version = "1"
authors = [
  {name = "Ada Quokka", email = "ada@cs.quokka.edu"},
]
[project.urls]
Home = "https://github.com/ada-quokka/rings"
[[tool.uv.index]]
url = "https://pypi.cs.quokka.edu/simple"
""",
    "setup.py": """from setuptools import setup
setup(name="rings", author="Ada Quokka", author_email="ada@cs.quokka.edu", url="https://github.com/ada-quokka/rings")
""",
    "requirements.txt": """--extra-index-url https://pypi.cs.quokka.edu/simple
clip @ git+https://github.com/openai/CLIP@d05afc436d78f1c48dc0dbf8e5980a9d471f35f6
ringlib @ git+https://github.com/ada-quokka/ringlib@0123456789abcdef0123456789abcdef01234567
""",
    "notes/look.ipynb": json.dumps(
        {
            "cells": [
                {
                    "cell_type": "code",
                    "metadata": {},
                    "outputs": [{"text": ["/home/zebediah/x"]}],
                    "source": ["1"],
                }
            ],
            "metadata": {
                "authors": [{"name": "Ada Quokka"}],
                "kernelspec": {"name": "p", "display_name": "ada"},
            },
            "nbformat": 4,
        },
        indent=1,
    ),
}
SETTINGS = """
[experiment]
title = "Rings"
description = "By Ada Quokka; see https://github.com/ada-quokka/rings."
authors = [{ name = "Ada Quokka", orcid = "0000-0002-1825-0097", affiliation = "Quokka University" },
           { name = "Björn Wombat" }]
contact = "ada@cs.quokka.edu"
funding = [{ funder = "Quokka Fund", number = "QF-2026-17" }]
paper = { title = "Rings", arxiv = "2611.01234", venue = "NeurIPS 2026" }

[privacy]
identities = ["quokka-lab"]

[metrics.score]
stdout = "score (?P<value>[0-9.]+)"
direction = "maximize"
"""
SCRIPT = """import os, sys
print("entity https://wandb.ai/quokka-lab/rings/runs/1 of ada@cs.quokka.edu, Ada Quokka")
print("at", os.getcwd())
print("score", 0.5 + int(sys.argv[1]) / 10)
"""


@pytest.fixture
def planted(study: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    """A project in git, with the names of its authors wherever projects have them."""
    made = type(study)(tmp_path / "home" / "zebediah" / "rings")
    monkeypatch.setenv("HOME", str(made.folder.parent))
    for name in ("USER", "LOGNAME"):
        monkeypatch.setenv(name, "zebediah")
    monkeypatch.setattr("socket.gethostname", lambda: "quokka-box9")
    for path, text in DOCUMENTS.items():
        made.write(path, text)
    made.write("reprocrate.toml", SETTINGS)
    made.write("score.py", SCRIPT)
    made.commit()
    subprocess.run(
        ["git", "remote", "add", "origin", "git@github.com:ada-quokka/rings.git"], cwd=made.folder, check=True
    )
    made.run()
    return made


def packed(study: Any, to: Path | None, **wanted: Any) -> PackingOutcome:
    wanted.setdefault("redacted", ["score.py"])
    choice = PackingChoice(output=to, offline=True, anonymous=Anonymity(**wanted))
    return pack_project(study.folder, choice, Silence())


def revealed(study: Any, reviewed: Path, to: Path) -> PackingOutcome:
    return pack_project(study.folder, PackingChoice(output=to, offline=True, reveal=reviewed), Silence())


def contents(bundle: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(bundle) as archive:
        return {name: archive.read(name) for name in archive.namelist() if not name.endswith("/")}


def forms(name: str) -> set[bytes]:
    found = {
        name.encode(),
        name.lower().encode(),
        name.encode("utf-16-le"),
        urllib.parse.quote(name).encode(),
    }
    found.add(json.dumps(name)[1:-1].encode())
    for shift in range(3):
        text = base64.b64encode(b"\0" * shift + name.encode())
        found.add(text[-(-shift * 8 // 6) : (shift + len(name.encode())) * 8 // 6])
    return {each for each in found if len(each) > 5}


def codes(bundle: Path) -> set[str]:
    return {each.code for each in assess(bundle, Silence()).findings if each.code.startswith("RC19")}


def test_no_identity_is_in_the_bundle_in_any_form(planted: Any, tmp_path: Path) -> None:
    outcome = packed(planted, tmp_path / "a.zip")
    assert outcome.packed is not None, (outcome.identities, outcome.report.findings)
    files = contents(tmp_path / "a.zip") | {"the bundle": (tmp_path / "a.zip").read_bytes()}
    files["the names"] = "\n".join(files).encode()
    commit = subprocess.check_output(["git", "rev-parse", "HEAD"], cwd=planted.folder, text=True).strip()
    for name in (*NAMES, commit, commit[:10], str(planted.folder)):
        for path, data in files.items():
            if path.startswith(".reprocrate/standard/"):
                continue  # its examples are those of the standard
            assert [form for form in forms(name) if form in data] == [], (name, path)
    assert codes(tmp_path / "a.zip") == set()


def test_names_are_known_from_the_repository_and_beside_an_address(study: Any, tmp_path: Path) -> None:
    # Nobody is named in reprocrate.toml, and the form of these addresses is that of examples.
    study.write("README.md", "# Rings, by Ada Quokka <quokka@example.org>\n")
    study.write("NOTICE", "Bugs to bw@example.com.\n")
    study.write("reprocrate.toml", SETTINGS[SETTINGS.index("[metrics.score]") :])
    study.write("score.py", SCRIPT.replace("ada@cs.quokka.edu, ", ""))
    study.commit()
    author = "Björn Wombat <bw@example.com>"
    subprocess.run(
        ["git", "commit", "-q", "--allow-empty", "--author", author, "-m", "x"], cwd=study.folder, check=True
    )
    study.run()
    bundle = tmp_path / "x.zip"
    assert packed(study, bundle).packed
    with zipfile.ZipFile(bundle) as archive:
        held = {name: archive.read(name).lower() for name in archive.namelist() if "/standard/" not in name}
    for identity in ("ada quokka", "quokka@example.org", "bw@example.com"):
        assert [name for name, data in held.items() if identity.encode() in data] == []


def test_documents_still_work(planted: Any, tmp_path: Path) -> None:
    packed(planted, tmp_path / "a.zip")
    files = {path: data.decode() for path, data in contents(tmp_path / "a.zip").items()}
    assert "Copyright (c) 2026 Anonymous\n" in files["LICENSE"]
    assert "https://archive.ics.uci.edu/rings" in files["README.md"]
    assert "badge" not in files["README.md"]
    assert "git+https://github.com/openai/CLIP@d05afc" in files["requirements.txt"]
    assert json.loads(files["notes/look.ipynb"])["cells"][0]["source"] == ["1"]
    import tomllib

    import yaml

    assert tomllib.loads(files["pyproject.toml"])["project"]["authors"] == [{"name": "Anonymous"}]
    assert tomllib.loads(files["reprocrate.toml"])["experiment"]["paper"]["venue"] == "NeurIPS 2026"
    assert yaml.safe_load(files["CITATION.cff"])["authors"] == [{"name": "Anonymous"}]
    compile(files["setup.py"], "setup.py", "exec")
    manifest = json.loads(files["reprocrate.json"])
    assert manifest["experiment"]["authors"] == [{"name": "Anonymous"}]
    assert [run["metrics"][0]["value"] for run in manifest["runs"]] == [0.5, 0.6]
    assert "Anonymous authors" in files["ro-crate-preview.html"]
    assert "orcid.org" not in files["ro-crate-preview.html"] + files["ro-crate-metadata.json"]


def test_code_is_never_changed_silently(planted: Any, tmp_path: Path) -> None:
    outcome = packed(planted, tmp_path / "a.zip", redacted=[])
    assert outcome.packed is None
    assert not (tmp_path / "a.zip").exists()
    assert {each.split(":")[0] for each in outcome.identities} == {"score.py line 2", "score.py"} - {
        "score.py"
    }
    assert packed(planted, tmp_path / "a.zip", redacted=[], allowed=["score.py"]).packed is not None
    assert contents(tmp_path / "a.zip")["score.py"] == SCRIPT.encode()
    assert codes(tmp_path / "a.zip") == {"RC1903"}


@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("out.bin", b"\0\1\2" + "made by Björn Wombat".encode() + b"\0"),
        ("wide.bin", "/home/zebediah/rings".encode("utf-16-le")),
        ("encoded.txt", base64.b64encode(b"??by Ada Quokka")),
        ("ada-quokka.txt", b"nothing\n"),
    ],
    ids=["binary", "UTF-16", "base64", "name of the file"],
)
def test_every_file_is_looked_through(planted: Any, tmp_path: Path, path: str, data: bytes) -> None:
    (planted.folder / path).write_bytes(data)
    planted.write("score.py", f"open({path!r}, 'rb').read()\n" + SCRIPT)
    planted.run()
    outcome = packed(planted, tmp_path / "a.zip")
    assert outcome.packed is None
    assert any(path in each for each in outcome.identities), outcome.identities


def test_compressed_archives_are_looked_through(planted: Any, tmp_path: Path) -> None:
    with zipfile.ZipFile(planted.folder / "model.pt", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("data.pkl", b"x" * 9000 + b"/home/zebediah/rings" + b"x" * 9000)
    planted.write("score.py", "open('model.pt', 'rb').read()\n" + SCRIPT)
    planted.run()
    outcome = packed(planted, tmp_path / "a.zip")
    assert outcome.packed is None
    assert any("model.pt in data.pkl" in each for each in outcome.identities), outcome.identities


def test_the_same_bytes_again_and_a_secret_for_the_owner_alone(planted: Any, tmp_path: Path) -> None:
    first, second = packed(planted, tmp_path / "1.zip").packed, packed(planted, tmp_path / "2.zip").packed
    assert first is not None
    assert second is not None
    assert (tmp_path / "1.zip").read_bytes() == (tmp_path / "2.zip").read_bytes()
    kept = planted.folder / ".reprocrate" / "anonymous"
    assert {stat.S_IMODE(each.stat().st_mode) for each in kept.glob("[!.]*")} == {0o600}
    assert stat.S_IMODE(kept.stat().st_mode) == 0o700
    secret = (kept / "salts").read_bytes().strip()
    assert not any(secret in data for data in contents(tmp_path / "1.zip").values())


def test_its_name_is_not_the_project_s(planted: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    found = packed(planted, None).packed
    assert found is not None
    assert found.path.name == f"anonymous-{found.payload_digest[:12]}.crate.zip"
    assert found.path.name.encode() in contents(found.path)["ro-crate-preview.html"]


def test_the_title_is_not_the_folder_s_name(planted: Any, tmp_path: Path) -> None:
    planted.write("reprocrate.toml", SETTINGS.replace('title = "Rings"\ndesc', "desc"))
    packed(planted, tmp_path / "a.zip")
    manifest = json.loads(contents(tmp_path / "a.zip")["reprocrate.json"])
    assert manifest["experiment"]["title"] == "Anonymous experiment"
    assert revealed(planted, tmp_path / "a.zip", tmp_path / "b.zip").packed is not None
    assert codes(tmp_path / "b.zip") == set()


def test_the_revealed_bundle_is_provably_the_reviewed_one(planted: Any, tmp_path: Path) -> None:
    planted.write("score.py", SCRIPT + "# not committed\n")
    planted.run()
    anonymous = packed(planted, tmp_path / "a.zip").packed
    assert anonymous is not None
    assert revealed(planted, tmp_path / "a.zip", tmp_path / "b.zip").packed is not None
    assert codes(tmp_path / "b.zip") == set()
    before, after = contents(tmp_path / "a.zip"), contents(tmp_path / "b.zip")
    assert after[".reprocrate/reviewed/reprocrate.json"] == before["reprocrate.json"]
    assert after[".reprocrate/reviewed/manifest-sha256.txt"] == before["manifest-sha256.txt"]
    manifest = json.loads(after["reprocrate.json"])
    assert [author["name"] for author in manifest["experiment"]["authors"]] == ["Ada Quokka", "Björn Wombat"]
    assert any(code.get("patch", {}).get("path") in after for code in manifest["code"])
    assert after["README.md"].decode() == DOCUMENTS["README.md"]
    redacted = {each["path"] for each in json.loads(before["reprocrate.json"])["anonymous"]["redacted"]}
    assert {"README.md", "LICENSE", "score.py", "reprocrate.toml"} <= redacted


def _rewritten(bundle: Path, to: Path, changes: dict[str, bytes]) -> Path:
    """A bundle with other files, and a list of checksums that is true to them."""
    import hashlib

    files = contents(bundle) | changes
    del files["manifest-sha256.txt"]
    listed = "".join(f"{hashlib.sha256(data).hexdigest()}  {path}\n" for path, data in sorted(files.items()))
    with zipfile.ZipFile(to, "w") as archive:
        for path, data in {**files, "manifest-sha256.txt": listed.encode()}.items():
            archive.writestr(path, data)
    return to


def test_a_revealed_bundle_with_better_results_is_found_out(planted: Any, tmp_path: Path) -> None:
    packed(planted, tmp_path / "a.zip")
    revealed(planted, tmp_path / "a.zip", tmp_path / "b.zip")
    better = contents(tmp_path / "b.zip")["reprocrate.json"].replace(b'"value":0.6', b'"value":0.9')
    found = codes(_rewritten(tmp_path / "b.zip", tmp_path / "c.zip", {"reprocrate.json": better}))
    assert found == {"RC1905", "RC1906"}


def test_what_changed_since_is_named_and_not_revealed(planted: Any, tmp_path: Path) -> None:
    packed(planted, tmp_path / "a.zip")
    planted.run("5-5")
    with pytest.raises(IntegrityError, match="/runs of the manifest"):
        revealed(planted, tmp_path / "a.zip", tmp_path / "b.zip")
    assert not (tmp_path / "b.zip").exists()


def test_what_the_paper_is_called_may_change(planted: Any, tmp_path: Path) -> None:
    packed(planted, tmp_path / "a.zip")
    planted.write("reprocrate.toml", SETTINGS.replace("NeurIPS 2026", "NeurIPS 2026, oral"))
    assert revealed(planted, tmp_path / "a.zip", tmp_path / "b.zip").packed is not None
    assert codes(tmp_path / "b.zip") == set()


def test_a_lock_that_was_made_anew_does_not_matter(planted: Any, tmp_path: Path) -> None:
    packed(planted, tmp_path / "a.zip")
    before = contents(tmp_path / "a.zip")
    lock = json.loads(before["reprocrate.json"])["environments"][0]["lock"]["path"]
    (planted.folder / lock).write_bytes(before[lock] + b"# made anew\n")
    assert revealed(planted, tmp_path / "a.zip", tmp_path / "b.zip").packed is not None
    assert contents(tmp_path / "b.zip")[lock] == before[lock]
    assert codes(tmp_path / "b.zip") == set()


def test_only_its_own_project_reveals_a_bundle(planted: Any, tmp_path: Path) -> None:
    packed(planted, tmp_path / "a.zip")
    shutil.rmtree(planted.folder / ".reprocrate" / "anonymous")
    with pytest.raises(UsageError, match="did not make the anonymous bundle"):
        revealed(planted, tmp_path / "a.zip", tmp_path / "b.zip")
    planted.pack(tmp_path / "open.zip", offline=True)
    with pytest.raises(UsageError, match="is not anonymous"):
        revealed(planted, tmp_path / "open.zip", tmp_path / "b.zip")


def test_a_binary_file_cannot_be_redacted(planted: Any, tmp_path: Path) -> None:
    (planted.folder / "out.bin").write_bytes(b"\0Ada Quokka")
    planted.write("score.py", "open('out.bin', 'rb').read()\n" + SCRIPT)
    planted.run()
    with pytest.raises(UsageError, match=r"out\.bin cannot be redacted: it is no text"):
        packed(planted, tmp_path / "a.zip", redacted=["score.py", "out.bin"])


def test_links_folders_and_named_data_are_reviewed_and_revealed(study: Any, tmp_path: Path) -> None:
    study.write(
        "reprocrate.toml",
        (study.folder / "reprocrate.toml").read_text() + '[data.numbers]\nfiles = ["data"]\nlicense = "MIT"\n'
        'access = { level = "restricted", how_to_obtain = "Ask." }\n',
    )
    (study.folder / "hollow").mkdir()
    (study.folder / "alias").symlink_to("data/numbers.txt")
    study.run()
    reviewed, accepted = tmp_path / "reviewed.zip", tmp_path / "accepted.zip"
    choice = PackingChoice(output=reviewed, offline=True, named=("numbers",), anonymous=Anonymity())
    assert pack_project(study.folder, choice, Silence()).packed
    (study.folder / "later").mkdir()
    outcome = revealed(study, reviewed, accepted)
    assert outcome.report.valid
    then, now = contents(reviewed), contents(accepted)
    assert now["data/numbers.txt"] == then["data/numbers.txt"]
    assert now[".reprocrate/tree.json"] == then[".reprocrate/tree.json"]
    (study.folder / "quokka-lab").mkdir()
    settings = (study.folder / "reprocrate.toml").read_text()
    study.write("reprocrate.toml", settings + '[privacy]\nidentities = ["quokka-lab"]\n')
    told = pack_project(study.folder, choice._replace(output=tmp_path / "no.zip"), Silence())
    assert told.packed is None
    assert [".reprocrate/tree.json" in each for each in told.identities] == [True]


def _properties(node: Any, name: str) -> set[str]:
    found = set()
    for prop, value in node.get("properties", {}).items():
        found |= {f"{name}/{prop}"} | _properties(value.get("items", value), f"{name}/{prop}")
    return found


def test_every_property_of_the_schema_is_decided_once() -> None:
    schema = schema_document("manifest")
    wanted = _properties(schema, "manifest")
    for name, definition in schema["$defs"].items():
        wanted |= _properties(definition, name)
    listed = [row["property"] for row in csv.DictReader(shipped_bytes("anonymity.csv").decode().splitlines())]
    assert sorted(listed) == sorted(wanted)
    assert decisions().keys() == wanted
