"""The crosswalks are alive: both ends of every row exist, and in real documents they hold the same values."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from packaging.pylock import Pylock

from reprocrate.standard import schema_document
from reprocrate.standard.inlined import InlinedSchema
from reprocrate.validation import Subject, validate
from tests.crosswalks.paths import UnknownPathError, require, tokens
from tests.crosswalks.standards import (
    COLUMNS,
    FIXTURES,
    FOLDER,
    HERE,
    MANIFEST,
    Row,
    lookup,
    names,
    ours_in,
    rows,
    value_rows,
)

INLINED = InlinedSchema("manifest")
ALL = [row for name in names() for row in rows(name)]
EACH_ROW = pytest.mark.parametrize("row", ALL, ids=str)
EACH_STANDARD = pytest.mark.parametrize("standard", names())
DIRECTIONS = ("export", "import", "both", "reference")
LOSSES = ("none", "narrows", "widens", "drops", "converts")

NOT_IN_A_FIXTURE = {
    "cyclonedx /results/*/interval/low": "a result of one seed has no interval",
    "cyclonedx /results/*/interval/high": "a result of one seed has no interval",
    "dvc /configurations/*/working_directory": "the stage runs in the root",
    "dvc /configurations/*/factors/*": "there is one configuration only",
    "dvc /data/*/source/url": "the data is not imported",
    "dvc /data/*/remote/uri": "the data is not imported",
    "dvc /data/*/remote/revision": "the data is not imported",
    "fair4ml /compute/energy_kwh": "nothing is written there",
    "mlflow /runs/*/parent": "the run has no parent",
    "mlflow /configurations/*/search/runs/*": "the run has no parent",
    "wandb /configurations/*/search/runs/*": "the run is of no sweep",
    "inveniordm /reproduces/doi": "nothing is reproduced",
    "sacred /hardware/*/accelerators/*/model": "made on a machine without accelerator",
    "sacred /hardware/*/accelerators/*/memory_bytes": "made on a machine without accelerator",
    "sacred /hardware/*/accelerators/*/driver": "made on a machine without accelerator",
    "wandb /hardware/*/accelerators/*/model": "made on a machine without accelerator",
    "wandb /hardware/*/accelerators/*/memory_bytes": "made on a machine without accelerator",
    "wandb /hardware/*/accelerators/*/runtime": "made on a machine without accelerator",
    "wandb /metrics/*/direction": "the version at hand can no longer set it",
    "wandb /runs/*/duration_s": "the messages leave out a number that is 0",
    "wandb /runs/*/exit_code": "the messages leave out a number that is 0",
    "wandb /runs/*/status": "the messages leave out a number that is 0",
}


@pytest.fixture(scope="module")
def vocabularies() -> Mapping[str, Any]:
    """The names that each standard defines; for RO-Crate the terms of its contexts."""
    found = {
        file.stem: json.loads(file.read_text("utf-8")) for file in (HERE / "vocabularies").glob("*.json")
    }
    terms: dict[str, str] = {}
    for name in ("ro-crate-1.1.jsonld", "workflow-run.json"):
        terms |= json.loads((HERE.parent / "genuine" / "contexts" / name).read_bytes())["@context"]
    return {**found, "ro-crate": {"terms": terms}}


# Form -------------------------------------------------------------------------------------------------


@EACH_STANDARD
def test_table_has_its_columns_and_no_row_twice(standard: str) -> None:
    assert (FOLDER / f"{standard}.csv").read_text("utf-8").splitlines()[0] == ",".join(COLUMNS)
    pairs = [(row.ours, row.theirs) for row in rows(standard)]
    assert len(pairs) == len(set(pairs)) > 5


@EACH_ROW
def test_row_is_complete(row: Row) -> None:
    assert row.direction in DIRECTIONS
    assert row.loss in LOSSES
    assert row.theirs
    assert row.loss in ("none",) or row.note, "a loss is explained"
    assert not row.note or row.note.endswith((".", ")"))


# Both ends exist --------------------------------------------------------------------------------------


@EACH_ROW
def test_manifests_have_the_property(row: Row) -> None:
    assert _schema_at(row.ours) is not None


def _schema_at(pattern: str) -> Any:
    """The schema of what a pointer pattern names; None where there is no such property."""
    node: Any = INLINED.schema
    for part in pattern.split("/")[1:]:
        if part != "*":
            node = node.get("properties", {}).get(part)
        elif isinstance(node.get("items"), dict):
            node = node["items"]
        else:
            node = node.get("additionalProperties")
        if not node:
            return None
        node = {} if node is True else node
    return node


@pytest.mark.parametrize(
    "pattern", ["/run/*/id", "/runs/*/idd", "/runs/id", "/experiment/title/*", "/runs/*/id/x"]
)
def test_pointer_that_leads_nowhere_is_noticed(pattern: str) -> None:
    assert _schema_at(pattern) is None


@EACH_ROW
def test_standard_has_the_path(row: Row, vocabularies: Mapping[str, Any]) -> None:
    vocabulary = vocabularies[row.standard]
    if row.standard != "ro-crate":
        require(vocabulary, row.theirs)
        return
    for token in tokens(row.theirs):
        assert token.name in vocabulary["terms"] or token.name == "@id"


@pytest.mark.parametrize(
    ("standard", "path"),
    [
        ("croissant", "distribution[@type=cr:FileObject].sha512"),
        ("croissant", "recordSet[dataType=cr:Splits].data[].splits/url"),
        ("croissant", "name[].x"),
        ("cff", "author[].orcid"),
        ("codemeta", "Software.name"),
        ("cyclonedx", "components[type=library].hashes[alg=SHA256].content"),
        ("cyclonedx", "components.name"),
        ("datacite", "/resource/creator/creatorName"),
        ("datacite", "/resource/dates/date[@dateType='Made']"),
        ("mlflow", "mlflow.db#runs[].run_id"),
        ("mlflow", "mlruns/*/*/tags/mlflow.source.path"),
        ("mlperf", "accelerator_name"),
        ("pylock", "packages[].wheels[].sha256"),
        ("wandb", "run-*.wandb#run.configuration"),
        ("dvc", "dvc.lock#stages{}.deps[].sha256"),
        ("sacred", "run.json#experiment.seed"),
    ],
)
def test_path_that_a_standard_does_not_have_is_noticed(
    standard: str, path: str, vocabularies: Mapping[str, Any]
) -> None:
    with pytest.raises(UnknownPathError):
        require(vocabularies[standard], path)


# Values in real documents -----------------------------------------------------------------------------


def text(*pattern: str) -> list[str]:
    """Values of the manifest as text."""
    return [str(value) for each in pattern for value in ours_in(MANIFEST, each)]


def script() -> list[str]:
    return [MANIFEST["runs"][0]["command"][1]]


def command() -> list[str]:
    return [shlex.join(MANIFEST["runs"][0]["command"])]


def names_and_versions() -> list[str]:
    packages = MANIFEST["environments"][0]["packages"]
    return [f"{each['name']}=={each['version']}" for each in packages]


def versions_with_labels() -> list[str]:
    packages = MANIFEST["environments"][0]["packages"]
    return [
        each["version"] + (f"+{each['local_label']}" if "local_label" in each else "") for each in packages
    ]


SETTINGS = ("/configurations/*/hyperparameters/*", "/runs/*/seeds/*/value")
MIDNIGHT_MS, END_MS = 1767225600000, 1767225602500
END = ["2026-01-01T00:00:02.500Z", "2026-01-01T00:00:02.500+00:00", "2026-01-01T00:00:02.500000", END_MS]

BY_PROPERTY: dict[str, Callable[[Any], Any]] = {
    "orcid": lambda value: f"https://orcid.org/{value}",
    "affiliation_ror": lambda value: f"https://ror.org/{value}",
    "funder_ror": lambda value: f"https://ror.org/{value}",
    "ror": lambda value: f"https://ror.org/{value}",
    "doi": lambda value: f"https://doi.org/{value}",
    "arxiv": lambda value: f"arXiv:{value}",
    "license": lambda value: f"https://spdx.org/licenses/{value}",
    "digest": lambda value: value.removeprefix("sha256:"),
    "started": lambda _: MIDNIGHT_MS,
    "accelerators": len,
}
"""What a value becomes elsewhere, by the last part of its pointer, where it is not written the same."""

INVENIORDM: dict[str, Callable[[], list[Any]]] = {
    "metadata.description": lambda: [
        *text("/experiment/description"),
        "The paper: How wide is wide enough?, Journal of Rings.",
    ],
    "metadata.creators[].person_or_org.family_name": lambda: ["Example"],
    "metadata.creators[].person_or_org.identifiers[scheme=orcid].identifier": lambda: text(
        "/experiment/authors/*/orcid"
    ),
    "metadata.creators[].affiliations[].id": lambda: text("/experiment/authors/*/affiliation_ror"),
    "metadata.contributors[].person_or_org.name": lambda: text(
        "/experiment/contact", "/experiment/publisher/name"
    ),
    "metadata.contributors[].person_or_org.identifiers[scheme=ror].identifier": lambda: text(
        "/experiment/publisher/ror"
    ),
    "metadata.rights[].id": lambda: ["apache-2.0"],
    "metadata.dates[].date": lambda: ["2026-01-01"],
    "metadata.funding[].funder.id": lambda: text("/experiment/funding/*/funder_ror"),
    "metadata.related_identifiers[scheme=doi].identifier": lambda: text(
        "/experiment/paper/doi", "/data/*/source/doi"
    ),
    "metadata.related_identifiers[scheme=arxiv].identifier": lambda: text("/experiment/paper/arxiv"),
    "metadata.related_identifiers[scheme=url].identifier": lambda: [
        *text("/experiment/paper/url", "/code/*/repository"),
        *(f"https://archive.softwareheritage.org/{each}" for each in text("/code/*/swhid")),
    ],
    "metadata.related_identifiers[].resource_type.id": lambda: [
        *text("/data/*/kind"),
        *("publication", "publication-preprint", "software"),
    ],
    "metadata.additional_descriptions[].description": lambda: [
        f"{MANIFEST['claims'][0]['text']} (primary)",
        *("–", "0.9375", "1", "yes", "wide", "Accuracy", "Rings, heldout", "single"),
    ],
}
"""What reprocrate writes for the manifest of the fixtures at the paths that hold more than one thing."""

ELSEWHERE: dict[tuple[str, str], Callable[[], list[Any]]] = {
    ("cff", "authors[].given-names"): lambda: ["Ada"],
    ("cff", "authors[].family-names"): lambda: ["Example"],
    ("codemeta", "SoftwareSourceCode.name"): lambda: text(
        "/experiment/title", "/environments/*/packages/*/name"
    ),
    ("codemeta", "SoftwareSourceCode.version"): lambda: text(
        "/experiment/version", "/environments/*/packages/*/version"
    ),
    ("codemeta", "SoftwareSourceCode.runtimePlatform"): lambda: ["CPython 3.11.7"],
    ("croissant", "prov:wasDerivedFrom[].@id"): lambda: ["https://doi.org/10.5555/circles"],
    ("croissant", "distribution[@type=cr:FileObject].name"): lambda: ["rings.csv"],
    ("croissant", "distribution[@type=cr:FileObject].contentSize"): lambda: ["22 B"],
    ("cyclonedx", "components[type=library].purl"): lambda: [
        "pkg:pypi/numpy@2.4.6",
        "pkg:pypi/rings-tools@0.3?vcs_url=git%2Bhttps://git.example.org/tools.git%40c0ffee" + "0" * 34,
    ],
    ("cyclonedx", "formulation[].workflows[].timeEnd"): lambda: END,
    ("cyclonedx", "formulation[].workflows[].steps[].commands[].executed"): command,
    ("cyclonedx", "formulation[].workflows[].inputs[].parameters[].value"): lambda: text(*SETTINGS),
    ("cyclonedx", "formulation[].workflows[].inputs[].parameters[name=seed].value"): lambda: ["0"],
    ("datacite", "/resource/creators/creator/creatorName"): lambda: ["Example, Ada"],
    ("datacite", "/resource/dates/date[@dateType='Collected']"): lambda: [
        "2026-01-01T00:00:00Z/2026-01-01T00:00:02.500Z"
    ],
    ("dvc", "dvc.yaml#stages{}.cmd"): command,
    ("dvc", "dvc.lock#stages{}.cmd"): command,
    ("dvc", "dvc.lock#stages{}.params{}{}"): lambda: [256, 0],
    ("dvc", "dvc.lock#stages{}.deps[].path"): lambda: text("/runs/*/inputs/*/path", "/code/*/files/*/path"),
    ("dvc", "dvc.lock#stages{}.deps[].size"): lambda: [
        *ours_in(MANIFEST, "/runs/*/inputs/*/size"),
        *ours_in(MANIFEST, "/code/*/files/*/size"),
    ],
    ("dvc", "*.dvc#outs[].path"): lambda: ["rings.csv"],
    ("fair4ml", "MLModel.trainedOn"): lambda: ["#data-rings"],
    ("fair4ml", "MLModel.testedOn"): lambda: ["#data-rings"],
    ("fair4ml", "MLModelEvaluation.evaluationDataset"): lambda: ["#data-rings"],
    ("fair4ml", "MLModelEvaluation.evaluationSoftware"): lambda: ["#code-code-1"],
    ("huggingface", "license"): lambda: ["apache-2.0"],
    **{("inveniordm", path): told for path, told in INVENIORDM.items()},
    ("mlflow", "mlflow.db#runs[].name"): lambda: ["wide-0"],
    ("mlflow", "mlruns/*/*/meta.yaml#run_name"): lambda: ["wide-0"],
    ("mlflow", "mlflow.db#params[].value"): lambda: text(*SETTINGS),
    ("mlflow", "mlruns/*/*/params/*"): lambda: text(*SETTINGS),
    ("mlflow", "mlflow.db#params[key=seed].value"): lambda: ["0"],
    ("mlflow", "mlflow.db#runs[].end_time"): lambda: [END_MS],
    ("mlflow", "mlruns/*/*/meta.yaml#end_time"): lambda: [END_MS],
    ("mlflow", "mlflow.db#tags[key=mlflow.source.name].value"): script,
    ("mlflow", "mlruns/*/*/tags/mlflow.source.name"): script,
    ("mlflow", "mlflow.db#metrics[].is_nan"): lambda: [0],
    ("mlflow", "mlflow.db#datasets[].dataset_source"): lambda: [
        '{"url": "https://data.example.org/rings.csv"}'
    ],
    ("mlflow", "mlruns/*/datasets/*/meta.yaml#source"): lambda: [
        '{"url": "https://data.example.org/rings.csv"}'
    ],
    ("mlflow", "mlflow.db#input_tags[name=mlflow.data.context].value"): lambda: ["training"],
    ("mlperf", "host_memory_capacity"): lambda: ["8GB"],
    ("mlperf", "accelerator_memory_capacity"): lambda: ["80GB"],
    ("mlperf", "host_networking"): lambda: ["Gig Ethernet"],
    ("mlperf", "framework"): lambda: ["numpy 2.4.6"],
    ("mlperf", "other_software_stack"): lambda: ["openblas 0.3.30, CPython 3.11.7, driver 580.65"],
    ("pylock", "requires-python"): lambda: ["==3.11.7"],
    ("pylock", "packages[].version"): versions_with_labels,
    ("ro-crate", "Dataset[@id=./].citation.identifier"): lambda: [
        "https://doi.org/10.5555/rings.2026",
        "https://arxiv.org/abs/2601.01234",
        "https://example.org/rings.pdf",
    ],
    ("ro-crate", "SoftwareSourceCode.version"): lambda: [f"{MANIFEST['code'][0]['commit']}+modified"],
    ("ro-crate", "CreateAction.object[@type=Dataset].conditionsOfAccess"): lambda: ["Access: open."],
    ("ro-crate", "CreateAction.object[@type=Dataset].isBasedOn.@id"): lambda: ["#data/circles"],
    ("ro-crate", "CreateAction.object[@type=Dataset].hasPart.@id"): lambda: text(
        "/data/*/files/*/path", "/data/*/croissant/path"
    ),
    ("ro-crate", "CreateAction.object[@type=Dataset].hasPart.sha256"): lambda: text(
        "/data/*/files/*/sha256", "/data/*/croissant/sha256"
    ),
    ("ro-crate", "CreateAction.object[@type=Dataset].hasPart.contentSize"): lambda: text(
        "/data/*/files/*/size", "/data/*/croissant/size"
    ),
    ("ro-crate", "SoftwareApplication.name"): lambda: text(
        "/environments/*/packages/*/name", "/environments/*/python/implementation"
    ),
    ("ro-crate", "SoftwareApplication.version"): lambda: [
        *versions_with_labels(),
        *text("/environments/*/python/version"),
    ],
    ("ro-crate", "CreateAction.containerImage.name"): lambda: ["rings"],
    ("ro-crate", "CreateAction.object[@type=PropertyValue].additionalProperty.value"): lambda: ["wide", 256],
    ("ro-crate", "CreateAction.startTime"): lambda: ["2026-01-01T00:00:00.000+00:00"],
    ("ro-crate", "CreateAction.endTime"): lambda: END,
    ("ro-crate", "CreateAction.description"): command,
    ("ro-crate", "CreateAction.instrument.name"): script,
    ("ro-crate", "CreateAction.result[@type=File].@id"): lambda: text(*WRITTEN_PATHS),
    ("ro-crate", "CreateAction.result[@type=File].sha256"): lambda: text(*WRITTEN_DIGESTS),
    ("sacred", "run.json#start_time"): lambda: ["2026-01-01T00:00:00"],
    ("sacred", "run.json#stop_time"): lambda: END,
    ("sacred", "run.json#experiment.mainfile"): script,
    ("sacred", "config.json#{}"): lambda: [256, 0],
    ("sacred", "run.json#experiment.dependencies[]"): lambda: [*names_and_versions(), "sacred==0.8.7"],
    ("wandb", "run-*.wandb#run.config.update[].value_json"): lambda: [*text(*SETTINGS), "{}"],
    ("wandb", "run-*.wandb#run.config.update[key=seed].value_json"): lambda: ["0"],
    ("wandb", "run-*.wandb#environment.code_path"): script,
    ("wandb", "run-*.wandb#environment.args[]"): lambda: list(MANIFEST["runs"][0]["command"][2:]),
    ("wandb", "run-*.wandb#history.item[].nested_key[]"): lambda: [
        "accuracy",
        "_step",
        "_runtime",
        "_timestamp",
    ],
    ("wandb", "run-*.wandb#history.item[].value_json"): lambda: [
        *text("/runs/*/metrics/*/value"),
        "0",
        "1",
        "2",
    ],
    ("wandb", "run-*.wandb#environment.python"): lambda: ["CPython 3.11.7"],
    ("wandb", "run-*.wandb#environment.os"): lambda: ["Linux-6.1.0-x86_64-with-glibc2.36"],
    ("wandb", "files/requirements.txt"): names_and_versions,
    ("wandb", "run-*.wandb#artifact.manifest.contents[].path"): lambda: ["model.txt"],
}
"""What stands there, where it does not follow from the value and the name of the property alone."""

WRITTEN = ("outputs", "logs", "artifacts")
WRITTEN_PATHS = [f"/runs/*/{each}/*/path" for each in WRITTEN]
WRITTEN_DIGESTS = [f"/runs/*/{each}/*/sha256" for each in WRITTEN]


def expected(row: Row) -> list[str]:
    """All that may stand at a row's path in a document about the manifest's experiment, as text."""
    if (row.standard, row.theirs) in ELSEWHERE:
        return [str(each) for each in ELSEWHERE[row.standard, row.theirs]()]
    own = ours_in(MANIFEST, row.ours)
    assert own, f"the manifest has nothing at {row.ours}"
    words = {each["our_value"]: each["their_value"] for each in _words(row)}
    if words:
        return [words[each] for each in own]
    if row.loss == "converts":
        convert = BY_PROPERTY.get(row.ours.rpartition("/")[2])
        return [str(convert(each)) for each in own] if convert else [str(each) for each in own]
    return [str(each) for each in own]


@EACH_ROW
def test_path_leads_to_the_value_that_is_meant(row: Row) -> None:
    if row.direction == "reference":
        return
    found = lookup(row.standard)(row.theirs)
    if f"{row.standard} {row.ours}" in NOT_IN_A_FIXTURE and not found:
        return
    assert found, "the fixture has nothing there"
    if row.standard == "pylock" and row.theirs == "packages[]":
        tables = {word["their_value"] for word in _words(row) if word["their_value"]}
        assert all(len(tables & package.keys()) == 1 for package in found)
        assert {table for package in found for table in tables & package.keys()} == tables
    elif row.loss == "drops":
        assert not set(map(str, found)) & set(map(str, ours_in(MANIFEST, row.ours)))
    elif row.theirs == "components[].type":
        assert set(expected(row)) <= set(found)
    else:
        assert set(map(str, found)) <= set(expected(row))


@EACH_STANDARD
def test_most_rows_are_seen_in_a_document(standard: str) -> None:
    seen = [row for row in rows(standard) if f"{standard} {row.ours}" not in NOT_IN_A_FIXTURE]
    assert len(seen) > 0.7 * len(rows(standard))


def test_rows_that_no_document_shows_are_rows_that_there_are() -> None:
    assert set(NOT_IN_A_FIXTURE) <= {f"{row.standard} {row.ours}" for row in ALL}
    assert {(row.standard, row.theirs) for row in ALL} >= set(ELSEWHERE)


def test_the_manifest_is_valid() -> None:
    assert validate(Subject("rings", MANIFEST)).valid


def test_pylock_fixture_is_one_to_the_packaging_project() -> None:
    import tomllib

    lock = Pylock.from_dict(tomllib.loads((FIXTURES / "pylock.toml").read_text("utf-8")))
    lock.validate()
    assert [str(each.name) for each in lock.packages] == [
        each["name"] for each in MANIFEST["environments"][0]["packages"]
    ]


def test_fixtures_name_no_machine_and_no_person() -> None:
    for file in FIXTURES.rglob("*"):
        if file.is_file():
            content = file.read_text("utf-8")
            assert not any(word in content for word in ("/tmp", "/home", "/root", "/Users", "@gmail")), file
            assert len(content) < 8000, file


# Words of enumerations --------------------------------------------------------------------------------


def _words(row: Row) -> list[dict[str, str]]:
    key = (row.standard, row.ours, row.theirs)
    return [each for each in value_rows() if (each["standard"], each["ours"], each["theirs"]) == key]


@EACH_ROW
def test_every_word_of_an_enumeration_has_a_counterpart_or_is_dropped_in_words(
    row: Row, vocabularies: Mapping[str, Any]
) -> None:
    node = _schema_at(row.ours)
    words = _words(row)
    if not isinstance(node, dict) or "enum" not in node:
        assert not words
        return
    if row.exports and row.loss not in ("none", "drops") and row.theirs != CONDITIONS:
        assert {each["our_value"] for each in words if each["our_value"]} == set(node["enum"])
    if row.standard == "ro-crate":
        return
    known = vocabularies[row.standard]["values"].get(require(vocabularies[row.standard], row.theirs))
    if known:
        counterparts = {each["their_value"] for each in words if each["their_value"]}
        assert counterparts <= set(known)
        assert row.direction == "export" or counterparts == set(known)


CONDITIONS = "CreateAction.object[@type=Dataset].conditionsOfAccess"
"""A sentence that holds our own word."""


@pytest.mark.parametrize("word", value_rows(), ids=lambda each: " ".join(list(each.values())[:5]))
def test_word_belongs_to_a_row_and_to_the_enumeration(word: dict[str, str]) -> None:
    assert any((row.standard, row.ours, row.theirs) == tuple(word.values())[:3] for row in ALL)
    assert not word["our_value"] or word["our_value"] in _schema_at(word["ours"])["enum"]
    assert word["our_value"] or word["their_value"]
    assert word["loss"] in LOSSES
    assert (word["loss"] == "drops") is not bool(word["our_value"] and word["their_value"])
    assert word["loss"] == "none" or word["note"].endswith(".")


# The text that goes with them -------------------------------------------------------------------------


@EACH_STANDARD
def test_readme_names_each_standard_its_source_and_what_it_has_no_word_for(
    standard: str, vocabularies: Mapping[str, Any]
) -> None:
    readme = (FOLDER / "README.md").read_text("utf-8")
    assert f"`{standard}.csv`" in readme
    assert f"\n**{standard}.** " in readme.partition("## What")[2]
    source = vocabularies[standard].get("source", {})
    for part in ("repository", "package", "version"):
        assert str(source.get(part, "")) in readme


def test_every_section_of_a_manifest_is_in_the_overview() -> None:
    readme = (FOLDER / "README.md").read_text("utf-8")
    overview = readme.partition("<!-- coverage -->")[2].partition("<!-- /coverage -->")[0]
    sections = set(schema_document("manifest")["properties"]) - {"$schema", "manifest_version"}
    assert {f"| `{section}` " in overview for section in sections} == {True}


def test_folder_holds_nothing_else(repository: Path) -> None:
    assert {file.name for file in FOLDER.iterdir()} == {
        "README.md",
        "values.csv",
        *(f"{name}.csv" for name in names()),
    }
