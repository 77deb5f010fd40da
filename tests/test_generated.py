"""Text that is made from the schema and the rules is up to date, and a difference is noticed."""

from __future__ import annotations

import importlib.util
import json
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

SCRIPT = Path(__file__).parent / "generated.py"
SCHEMA = {
    "$defs": {
        "name": {
            "title": "Name",
            "description": "A name | of its own.",
            "type": "string",
            "x-obtained": "asked",
        },
        "person": {
            "type": "object",
            "required": ["name"],
            "x-obtained": "captured",
            "properties": {
                "name": {"$ref": "#/$defs/name"},
                "role": {"description": "What for.", "enum": ["author", "editor"]},
                "age": {"description": "How old.", "type": "integer", "x-unit": "years"},
                "state": {
                    "description": "How it is.",
                    "enum": ["on", "off"],
                    "meta:enum": {"on": "working", "off": "not working"},
                },
                "places": {
                    "description": "Where.",
                    "type": "array",
                    "items": {"type": "object", "properties": {"since": {"type": ["integer", "null"]}}},
                },
            },
        },
    }
}
TABLE = """\
| Field | Type | Required | Obtained | Meaning |
|---|---|---|---|---|
| `name` | name | yes | asked | A name \\| of its own. |
| `role` | `author`, `editor` |  | captured | What for. |
| `age` | integer |  | captured | How old (years). |
| `state` | word |  | captured | How it is. `on`: working; `off`: not working |
| `places` | list of object |  | captured | Where. |
| `places[].since` | integer or null |  | captured |  |
"""


@pytest.fixture(scope="module")
def generated() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generated", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.thorough  # a step of `.ci/run`
def test_shipped_text_is_up_to_date() -> None:
    done = subprocess.run(
        [sys.executable, SCRIPT, "--check"], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_table_shows_each_field_with_what_the_schema_says(generated: ModuleType) -> None:
    assert generated.field_table(SCHEMA, "person") == TABLE


def test_a_difference_is_shown_and_then_mended(tmp_path: Path) -> None:
    script = tmp_path / "tests" / "generated.py"
    schema = tmp_path / "schema" / "1.0" / "manifest.schema.json"
    specification = tmp_path / "spec.md"
    crosswalks = schema.parent / "crosswalks" / "README.md"
    for path in (script, schema, crosswalks):
        path.parent.mkdir(parents=True)
    crosswalks.write_text("# Crosswalks\n")
    shutil.copy(SCRIPT, script)
    schema.write_text(json.dumps(SCHEMA))
    before, after = "# People\n\n<!-- fields:person -->\n", "<!-- /fields -->\n\nMore.\n"
    specification.write_text(f"{before}| an old table |\n{after}")

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, script, *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)

    checked = run("--check")
    assert checked.returncode == 1
    assert "-| an old table |" in checked.stdout
    assert "an old table" in specification.read_text()
    assert run().returncode == 0
    assert specification.read_text() == before + TABLE + after
    assert run("--check").returncode == 0
