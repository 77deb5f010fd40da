"""The fixtures of each standard as documents that paths lead into, and the crosswalks as rows."""

from __future__ import annotations

import csv
import html
import json
import re
import sqlite3
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import yaml

from tests.crosswalks.paths import Graph, values

HERE = Path(__file__).parent
FIXTURES = HERE / "fixtures"
REPOSITORY = HERE.parent.parent
FOLDER = REPOSITORY / "schema" / "1.0" / "crosswalks"
COLUMNS = ["ours", "theirs", "direction", "loss", "note"]
MANIFEST: dict[str, Any] = json.loads((HERE / "rings.json").read_text("utf-8"))

Lookup = Callable[[str], list[Any]]


@dataclass(frozen=True)
class Row:
    standard: str
    ours: str
    theirs: str
    direction: str
    loss: str
    note: str

    @property
    def exports(self) -> bool:
        return self.direction in ("export", "both")

    def __str__(self) -> str:
        return f"{self.standard}: {self.ours} {self.theirs}"


@cache
def rows(standard: str) -> list[Row]:
    with (FOLDER / f"{standard}.csv").open(encoding="utf-8", newline="") as file:
        return [Row(standard, **row) for row in csv.DictReader(file)]


@cache
def value_rows() -> list[dict[str, str]]:
    with (FOLDER / "values.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def names() -> list[str]:
    return sorted(file.stem for file in FOLDER.glob("*.csv") if file.stem != "values")


# Ours -------------------------------------------------------------------------------------------------


def ours_in(manifest: Any, pattern: str) -> list[Any]:
    """The values at a pointer pattern of a manifest, in order."""
    found = [manifest]
    for part in pattern.split("/")[1:]:
        following: list[Any] = []
        for each in found:
            if part == "*":
                following += each if isinstance(each, list) else each.values()
            elif part in each:
                following.append(each[part])
        found = following
    return found


# Theirs -----------------------------------------------------------------------------------------------


@cache
def lookup(standard: str) -> Lookup:
    """What finds the values of a path in a standard's fixture."""
    return LOOKUPS[standard]()


def _single(document: Any) -> Lookup:
    return lambda path: values(document, path)


def _json(name: str) -> Callable[[], Lookup]:
    return lambda: _single(json.loads((FIXTURES / name).read_text("utf-8")))


def _yaml(name: str) -> Callable[[], Lookup]:
    return lambda: _single(yaml.safe_load((FIXTURES / name).read_text("utf-8")))


def _graph(name: str) -> Callable[[], Lookup]:
    return lambda: Graph(json.loads((FIXTURES / name).read_text("utf-8"))).values


def _pylock() -> Lookup:
    return _single(tomllib.loads((FIXTURES / "pylock.toml").read_text("utf-8")))


def _crate() -> Lookup:
    """The crate that reprocrate itself writes for the manifest."""
    from reprocrate.crate import CrateFile, write_crate
    from reprocrate.manifest import manifest_from

    manifest = manifest_from(MANIFEST)
    declared = {file["path"]: file for file in _declared_files(MANIFEST)}
    files = [CrateFile(path, file["size"], file["sha256"]) for path, file in declared.items()]
    return Graph(json.loads(write_crate(manifest, files))).values


def _declared_files(value: Any) -> list[dict[str, Any]]:
    if isinstance(value, list):
        return [file for each in value for file in _declared_files(each)]
    if not isinstance(value, dict):
        return []
    own = [value] if {"path", "size", "sha256"} <= value.keys() else []
    return own + [file for each in value.values() for file in _declared_files(each)]


def _inveniordm() -> Lookup:
    """What reprocrate sends: to an archive that knows all words but grants, and to one that knows none.

    The main description stands for its paragraphs, another one for the cells of its tables.
    """
    from datetime import date

    from reprocrate.deposit.description import describe
    from reprocrate.deposit.inveniordm.metadata import draft_metadata
    from reprocrate.manifest import manifest_from

    told = describe(manifest_from(MANIFEST), today=date(2026, 11, 27))
    bodies = [
        draft_metadata(told, lambda word, _, known=known: known and word != "awards", archive="Zenodo")
        for known in (True, False)
    ]

    def find(path: str) -> list[Any]:
        found = [each for body in bodies for each in values(body, path)]
        if not path.endswith("description"):
            return found
        tag = "p" if path == "metadata.description" else "td"
        texts = [re.findall(rf"<{tag}>([^<]+)</", each) for each in found]
        return [html.unescape(each) for one in texts for each in one]

    return find


def _datacite() -> Lookup:
    return datacite_lookup((FIXTURES / "datacite.xml").read_text("utf-8"))


def datacite_lookup(text: str) -> Lookup:
    """A lookup in a document of DataCite."""
    root = ElementTree.fromstring(text)
    for element in root.iter():
        element.tag = element.tag.partition("}")[2]

    def find(path: str) -> list[Any]:
        elements, _, attribute = path.removeprefix("/resource/").partition("/@")
        found = root.findall(elements)
        return [each.get(attribute) if attribute else each.text for each in found]

    return find


def _files(contents: Callable[[str], list[Any]]) -> Lookup:
    """A lookup for paths of the form `FILE#PATH`; without a path the file's whole content."""

    def find(theirs: str) -> list[Any]:
        file, _, path = theirs.partition("#")
        if "{key}" in file:
            pattern = file.replace("{key}", "*")
            return [each.name for each in sorted((FIXTURES / "mlflow").glob(pattern))]
        found = contents(file)
        return [value for each in found for value in values(each, path)] if path else found

    return find


def _mlflow() -> Lookup:
    database = sqlite3.connect(":memory:")
    database.row_factory = sqlite3.Row
    database.executescript((FIXTURES / "mlflow" / "mlflow.sql").read_text("utf-8"))
    tables = [row["name"] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    content = {table: [dict(row) for row in database.execute(f"SELECT * FROM {table}")] for table in tables}
    database.close()

    def contents(pattern: str) -> list[Any]:
        if pattern == "mlflow.db":
            return [content]
        texts = [file.read_text("utf-8") for file in sorted((FIXTURES / "mlflow").glob(pattern))]
        if pattern.endswith(".yaml"):
            return [yaml.safe_load(text) for text in texts]
        if "/metrics/" in pattern:
            lines = [line.split() for text in texts for line in text.splitlines()]
            return [{"value": float(value), "step": int(step)} for _, value, step in lines]
        return texts

    return _files(contents)


def _wandb() -> Lookup:
    text = (FIXTURES / "wandb" / "records.jsonl").read_text("utf-8")
    records = [json.loads(line) for line in text.splitlines()]

    def contents(pattern: str) -> list[Any]:
        if pattern == "run-*.wandb":
            return records
        return (FIXTURES / "wandb" / pattern).read_text("utf-8").splitlines()

    return _files(contents)


def _dvc() -> Lookup:
    places = {"dvc.yaml": "dvc.yaml", "dvc.lock": "dvc.lock", "*.dvc": "data/rings.csv.dvc"}
    return _files(lambda name: [yaml.safe_load((FIXTURES / "dvc" / places[name]).read_text("utf-8"))])


def _sacred() -> Lookup:
    def contents(name: str) -> list[Any]:
        return (
            [json.loads((FIXTURES / "sacred" / name).read_text("utf-8"))]
            if name.endswith(".json")
            else [name]
        )

    return _files(contents)


LOOKUPS: dict[str, Callable[[], Lookup]] = {
    "cff": _yaml("CITATION.cff"),
    "codemeta": _graph("codemeta.json"),
    "croissant": _json("croissant.json"),
    "cyclonedx": _json("bom.json"),
    "datacite": _datacite,
    "dvc": _dvc,
    "fair4ml": _graph("fair4ml.json"),
    "huggingface": _yaml("model-card.yaml"),
    "inveniordm": _inveniordm,
    "mlflow": _mlflow,
    "mlperf": _json("system.json"),
    "pylock": _pylock,
    "ro-crate": _crate,
    "sacred": _sacred,
    "wandb": _wandb,
}
