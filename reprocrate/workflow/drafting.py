"""`init`: look at a project and draft its `reprocrate.toml`."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from reprocrate.assembly import SETTINGS_NAME
from reprocrate.assembly.toml import parse_settings
from reprocrate.errors import UsageError
from reprocrate.files import write_atomically

_LICENSES = {
    "Apache License": "Apache-2.0",
    "MIT License": "MIT",
    "Permission is hereby granted, free of charge": "MIT",
    "GNU AFFERO GENERAL PUBLIC LICENSE": "AGPL-3.0-only",
    "GNU LESSER GENERAL PUBLIC LICENSE": "LGPL-3.0-only",
    "GNU GENERAL PUBLIC LICENSE": "GPL-3.0-only",
    "Mozilla Public License Version 2.0": "MPL-2.0",
    "Neither the name of": "BSD-3-Clause",
    "Redistribution and use in source and binary forms": "BSD-2-Clause",
    "CC0 1.0 Universal": "CC0-1.0",
    "Attribution 4.0 International": "CC-BY-4.0",
}
_LOCKS = (
    "pylock.toml",
    "uv.lock",
    "poetry.lock",
    "pdm.lock",
    "requirements.txt",
    "environment.yml",
    "Pipfile.lock",
)
_TRACKERS = {
    "mlruns": "MLflow",
    "mlflow.db": "MLflow",
    "wandb": "W&B",
    "dvc.yaml": "DVC",
    "lightning_logs": "Lightning",
}
_DATA_FOLDERS = ("data", "dataset", "datasets")
_SCRIPTS = ("train.py", "main.py", "run.py", "experiment.py")


@dataclass(frozen=True, slots=True)
class Draft:
    """A drafted `reprocrate.toml`.

    Attributes:
        text: the file.
        found: what was found, one line each.
        asked: what only the author knows and is still open.
        script: the script that looks like the one to run, if there is one.
    """

    text: str
    found: tuple[str, ...]
    asked: tuple[str, ...]
    script: str | None = None


@dataclass(slots=True)
class _Findings:
    title: str
    title_from: str
    license: str | None = None
    authors: list[dict[str, str]] = field(default_factory=list)
    data: list[str] = field(default_factory=list)
    script: str | None = None
    lines: list[str] = field(default_factory=list)


def draft_settings(project: Path) -> Draft:
    """Look at a project's files, without starting any program, and draft its settings."""
    found = _Findings(project.resolve().name, "the folder's name")
    _read_citation(project, found)
    _read_license(project, found)
    found.lines += [f"environment: {name}" for name in _LOCKS if (project / name).is_file()]
    found.lines += [
        f"{tool} records: {name}" for name, tool in _TRACKERS.items() if (project / name).exists()
    ]
    if (project / ".git").exists():
        found.lines.append("code: a git checkout")
    found.data = [name for name in _DATA_FOLDERS if (project / name).is_dir()]
    found.lines += [f"data folder: {name}/" for name in found.data]
    found.script = next((name for name in _SCRIPTS if (project / name).is_file()), None)
    asked = ["where the data comes from and under which licence", "the metric, its direction and its margin"]
    asked += ["the claims", "the paper"]
    asked = ([] if found.license else ["the licence"]) + asked
    asked = ([] if found.authors else ["the authors"]) + asked
    text = _text(found)
    parse_settings(text)
    return Draft(text, tuple(found.lines), tuple(asked), found.script)


def write_draft(project: Path) -> Draft:
    """Draft the settings and write them.

    Raises:
        UsageError: the project has settings already; they are left as they are.
        UnavailableError: the file cannot be written.
    """
    path = project / SETTINGS_NAME
    if path.exists():
        raise UsageError(
            f"{path} exists already",
            "the author's settings are never overwritten",
            "Edit it, or move it away first",
        )
    draft = draft_settings(project)
    write_atomically(path, draft.text.encode())
    return draft


def _read_citation(project: Path, found: _Findings) -> None:
    import yaml

    path = project / "CITATION.cff"
    if not path.is_file():
        return
    try:
        citation: Any = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError):
        found.lines.append("CITATION.cff: cannot be read")
        return
    if not isinstance(citation, dict):
        return
    if isinstance(title := citation.get("title"), str) and title.strip():
        found.title, found.title_from = title.strip(), "CITATION.cff"
    if isinstance(license_ := citation.get("license"), str):
        found.license = license_
    people = citation.get("authors")
    for person in people if isinstance(people, list) else []:
        if isinstance(person, dict) and (author := _author(person)):
            found.authors.append(author)
    found.lines.append("CITATION.cff: title and authors")


def _author(person: dict[str, Any]) -> dict[str, str] | None:
    name = person.get("name") or " ".join(
        str(person[key]) for key in ("given-names", "name-particle", "family-names") if person.get(key)
    )
    if not name:
        return None
    author = {"name": str(name)}
    orcid = re.search(r"\d{4}-\d{4}-\d{4}-\d{3}[\dX]", str(person.get("orcid", "")))
    if orcid:
        author["orcid"] = orcid[0]
    if isinstance(person.get("affiliation"), str):
        author["affiliation"] = person["affiliation"]
    return author


def _read_license(project: Path, found: _Findings) -> None:
    for path in sorted(project.glob("LICEN[CS]E*")) + sorted(project.glob("COPYING*")):
        try:
            start = path.read_text(encoding="utf-8", errors="replace")[:4000]
        except OSError:
            continue
        flat = " ".join(start.split())
        name = next((spdx for phrase, spdx in _LICENSES.items() if phrase in flat), None)
        if name:
            found.license = found.license or name
            found.lines.append(f"licence: {name} (from {path.name})")
            return


def _text(found: _Findings) -> str:
    authors = (
        "authors = [" + ", ".join(_inline(author) for author in found.authors) + "]"
        if found.authors
        else '# authors = [{ name = "Ada Example", orcid = "0000-0002-1825-0097", affiliation = "…" }]'
    )
    license_ = (
        f"license = {_quoted(found.license)}" if found.license else '# license = "Apache-2.0"    # an SPDX id'
    )
    return "\n".join(
        [
            "# What only you know about this experiment. Every key is optional; everything else is recorded.",
            "# `reprocrate show` tells what is missing and what that costs.",
            "",
            "[experiment]",
            f"title = {_quoted(found.title)}    # {found.title_from}",
            authors,
            license_,
            '# paper = { title = "…", arxiv = "2601.01234", venue = "…" }',
            "",
            *_data_lines(found.data),
            *_METRIC_LINES,
            *_configuration_lines(found.script),
            *_CLAIM_LINES,
        ]
    )


def _data_lines(folders: list[str]) -> list[str]:
    lines = []
    for folder in folders:
        lines += [f"[data.{folder}]", f'files = ["{folder}"]']
        lines += ['# source = "https://…"         # address or DOI', '# license = "CC-BY-4.0"']
        lines += ['# access = "open"              # open, registration, restricted or private', ""]
    if lines:
        return lines
    return [
        "# [data.NAME]                    # one table for each data set",
        '# files = ["data"]               # files, folders or globs of the project',
        '# source = "https://…"           # address or DOI',
        '# license = "CC-BY-4.0"',
        '# access = "open"                # open, registration, restricted or private',
        "",
    ]


_METRIC_LINES = [
    "# After the first run, reprocrate lists the numbers it saw, with the lines to put here.",
    "# [metrics.accuracy]",
    "# from = \"results/{seed}.json:$.accuracy\"    # or: stdout = 'accuracy: (?P<value>[0-9.]+)'",
    '# direction = "maximize"',
    '# split = "test"',
    "# margin = 0.01                  # largest difference of means in a rerun that does not matter",
    "",
]
_CLAIM_LINES = [
    "# [[claims]]",
    '# text = "The new method beats the baseline by at least a point."',
    "# primary = true",
    '# location = "Table 1"',
    '# better = { configuration = "main", than = "baseline", metric = "accuracy", by = 0.01 }',
    "",
]


def _configuration_lines(script: str | None) -> list[str]:
    return [
        "# [configurations.main]          # then: reprocrate run --name main --seeds 0-4",
        '# role = "proposed"              # proposed, baseline, ablation or reference',
        f'# command = "python {script or "train.py"} --seed {{seed}}"',
        "",
    ]


def _inline(author: dict[str, str]) -> str:
    return "{ " + ", ".join(f"{key} = {_quoted(value)}" for key, value in author.items()) + " }"


def _quoted(text: str) -> str:
    """A TOML basic string; JSON's escapes are a part of TOML's. Half characters, which YAML can spell, go."""
    whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return json.dumps(whole, ensure_ascii=False).replace("\x7f", "\\u007f")
