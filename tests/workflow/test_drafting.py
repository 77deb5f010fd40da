"""`init`: what is found in a project, and a draft that can be read back."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reprocrate.assembly.toml import parse_settings
from reprocrate.errors import UsageError
from reprocrate.workflow.drafting import draft_settings, write_draft

CITATION = """\
cff-version: 1.2.0
title: "Rings: a \\"study\\""
authors:
  - given-names: Ada
    family-names: Example
    orcid: https://orcid.org/0000-0002-1825-0097
    affiliation: Example University
  - name: The ring group
"""


def test_what_is_found_is_in_the_draft(tmp_path: Path) -> None:
    (tmp_path / "CITATION.cff").write_text(CITATION)
    (tmp_path / "LICENSE").write_text("Apache License\nVersion 2.0, January 2004\n")
    (tmp_path / "data").mkdir()
    (tmp_path / "main.py").touch()
    (tmp_path / "requirements.txt").touch()
    draft = draft_settings(tmp_path)
    settings = parse_settings(draft.text)
    assert settings.experiment.title == 'Rings: a "study"'
    assert [author.name for author in settings.experiment.authors] == ["Ada Example", "The ring group"]
    assert settings.experiment.authors[0].orcid == "0000-0002-1825-0097"
    assert settings.experiment.license == "Apache-2.0"
    assert settings.data["data"].files == ("data",)
    assert draft.command == "python main.py"
    assert "environment: requirements.txt" in draft.found
    assert not {"the authors", "the licence"} & set(draft.asked)


def test_an_empty_folder_is_asked_everything_but_the_title(tmp_path: Path) -> None:
    draft = draft_settings(tmp_path)
    assert parse_settings(draft.text).experiment.title == tmp_path.name
    assert {"the authors", "the licence"} <= set(draft.asked)


def test_every_commented_line_of_the_draft_can_be_used(tmp_path: Path) -> None:
    lines = draft_settings(tmp_path).text.splitlines()
    examples = [line.removeprefix("# ") for line in lines if line.startswith(("# [", "# "))]
    sections = "\n".join(line for line in examples if line.startswith("[") or " = " in line)
    settings = parse_settings(
        "[experiment]\n" + sections.replace("…", "x").replace("https://x", "https://example.org")
    )
    assert settings.claims[0].better is not None
    assert settings.metrics["accuracy"].margin is not None


@pytest.mark.parametrize(
    ("start", "license_"),
    [
        ("MIT License\n\nCopyright", "MIT"),
        ("Mozilla Public License Version 2.0", "MPL-2.0"),
        ("GNU GENERAL PUBLIC LICENSE", "GPL-3.0-only"),
        ("All rights reserved.", None),
    ],
)
def test_licences_are_told_by_their_text(tmp_path: Path, start: str, license_: str | None) -> None:
    (tmp_path / "LICENSE.txt").write_text(start)
    assert parse_settings(draft_settings(tmp_path).text).experiment.license == license_


@pytest.mark.parametrize("text", ["", "title: [", "- a list", "title: 3\nauthors: nobody", "\x00"])
def test_a_strange_citation_file_does_not_stop_it(tmp_path: Path, text: str) -> None:
    (tmp_path / "CITATION.cff").write_text(text)
    assert parse_settings(draft_settings(tmp_path).text).experiment.title


@given(st.text(min_size=1).filter(str.strip))
def test_any_title_survives(title: str) -> None:
    import json
    import tempfile

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "CITATION.cff").write_text("title: " + json.dumps(title), encoding="utf-8")
        assert parse_settings(draft_settings(folder).text).experiment.title


def test_settings_that_exist_are_left_alone(tmp_path: Path) -> None:
    write_draft(tmp_path)
    before = (tmp_path / "reprocrate.toml").read_bytes()
    with pytest.raises(UsageError, match="exists already"):
        write_draft(tmp_path)
    assert (tmp_path / "reprocrate.toml").read_bytes() == before
