"""`validate --fix` corrects what is certain, where it stands, and leaves everything else as it is."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from reprocrate import UsageError
from reprocrate.manifest.canonical import canonical_bytes
from reprocrate.standard import shipped_bytes
from reprocrate.validation.corrections import corrections, right_form
from reprocrate.workflow.fixing import fix

SETTINGS = """\
# The experiment, as Ada wrote it
[experiment]
title = "Rings"            # license = "mit" stands in no title
license = 'apache 2.0'     # a comment
authors = [
  { name = "Ada", orcid = "https://orcid.org/0000-0002-1825-0097" },
]

[data.rings]
license = "CC BY 4.0"

[data.other]
license = "GPL v3"
"""


@pytest.mark.parametrize(
    ("name", "text", "right"),
    [
        ("license", "apache-2.0", "Apache-2.0"),
        ("license", "The Apache License, Version 2.0", "Apache-2.0"),
        ("license", "MIT License", "MIT"),
        ("license", "3-Clause BSD License", "BSD-3-Clause"),
        ("license", "cc0", "CC0-1.0"),
        ("license", "CC BY-SA 4.0", "CC-BY-SA-4.0"),
        ("license", "GPL v3", None),
        ("license", "BSD", None),
        ("license", "proprietary", None),
        ("license", "MIT OR Apache-2.0", None),
        ("orcid", "0000000218250097", "0000-0002-1825-0097"),
        ("orcid", "orcid.org/0000-0002-1694-233x", "0000-0002-1694-233X"),
        ("orcid", "0000-0002-1825-0098", None),
        ("doi", "https://doi.org/10.5281/zenodo.123", "10.5281/zenodo.123"),
        ("doi", "doi: 10.1234/A(b)c", "10.1234/A(b)c"),
        ("doi", "zenodo.123", None),
        ("title", "mit", None),
    ],
)
def test_only_what_means_one_thing_is_corrected(name: str, text: str, right: str | None) -> None:
    assert right_form(name, text) == right


def test_what_is_right_stays(examples: Path) -> None:
    assert list(corrections(json.loads(shipped_bytes("conformance/golden/full.json")))) == []


def test_settings_are_corrected_in_their_lines(tmp_path: Path) -> None:
    file = tmp_path / "reprocrate.toml"
    file.write_text(SETTINGS, "utf-8")
    fixed = fix(tmp_path)
    assert fixed.file == file
    assert [each.new for each in fixed.made] == ["Apache-2.0", "0000-0002-1825-0097", "CC-BY-4.0"]
    assert fixed.left == ()
    expected = SETTINGS.replace("'apache 2.0'", '"Apache-2.0"').replace("CC BY 4.0", "CC-BY-4.0")
    assert file.read_text("utf-8") == expected.replace("https://orcid.org/", "")
    assert fix(tmp_path).made == ()


def test_what_stands_in_two_places_is_left_and_told(tmp_path: Path) -> None:
    author = '{ name = "Ada", orcid = "orcid:0000-0002-1825-0097" }'
    text = f"[experiment]\nauthors = [\n  {author},\n  {author},\n]\n"
    (tmp_path / "reprocrate.toml").write_text(text)
    fixed = fix(tmp_path)
    assert fixed.file is None
    assert "experiment.authors.1.orcid is to be 0000-0002-1825-0097" in fixed.left[1]
    assert (tmp_path / "reprocrate.toml").read_text() == text


def test_manifest_gets_digests_of_files_that_are_there(tmp_path: Path) -> None:
    document = json.loads(shipped_bytes("conformance/base/seeds.json"))
    document["experiment"]["license"] = "apache-2.0"
    del document["data"][0]["files"][0]["sha256"]
    del document["data"][0]["files"][0]["size"]
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "rings.csv").write_bytes(b"x,y\n1,2\n")
    file = tmp_path / "reprocrate.json"
    file.write_text(json.dumps(document, indent=3) + "\n", "utf-8")
    fixed = fix(file)
    assert len(fixed.made) == 3
    document["experiment"]["license"] = "Apache-2.0"
    digest = {"sha256": hashlib.sha256(b"x,y\n1,2\n").hexdigest(), "size": 8}
    document["data"][0]["files"][0] |= digest
    assert file.read_text("utf-8") == json.dumps(document, indent=3) + "\n"


def test_canonical_manifest_stays_canonical(tmp_path: Path) -> None:
    document = json.loads(shipped_bytes("conformance/base/seeds.json"))
    document["experiment"]["license"] = "mit"
    file = tmp_path / "reprocrate.json"
    file.write_bytes(canonical_bytes(document) + b"\n")
    fix(file)
    document["experiment"]["license"] = "MIT"
    assert file.read_bytes() == canonical_bytes(document) + b"\n"


def test_nothing_certain_changes_no_byte(tmp_path: Path) -> None:
    file = tmp_path / "reprocrate.json"
    data = b'{ "manifest_version":"1.0",\n "x": [1.50] }'
    file.write_bytes(data)
    assert fix(file).file is None
    assert file.read_bytes() == data


def test_what_is_packed_is_not_changed(tmp_path: Path) -> None:
    (tmp_path / "reprocrate.json").write_bytes(shipped_bytes("conformance/golden/minimal.json"))
    (tmp_path / "manifest-sha256.txt").write_text("")
    with pytest.raises(UsageError, match="it is packed"):
        fix(tmp_path)


def test_a_folder_with_a_manifest_that_is_not_packed_is_corrected(tmp_path: Path) -> None:
    document = json.loads(shipped_bytes("conformance/base/seeds.json"))
    document["experiment"]["license"] = "apache2"
    (tmp_path / "reprocrate.json").write_text(json.dumps(document))
    assert [each.new for each in fix(tmp_path).made] == ["Apache-2.0"]
    assert json.loads((tmp_path / "reprocrate.json").read_text())["experiment"]["license"] == "Apache-2.0"
