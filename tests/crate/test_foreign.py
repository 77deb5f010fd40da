"""Crates of other projects as manifests: what is mapped, that nothing is lost, and that nothing is opened."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from reprocrate.crate import TARGETS, CrateFile, write_crate
from reprocrate.crate.foreign import NO_COMMAND, CrateFiles, read_foreign
from reprocrate.crate.origins import KEPT
from reprocrate.errors import ReprocrateError, UnreadableError
from reprocrate.files import sha256_bytes, tree_digest
from reprocrate.manifest import Manifest, parse_manifest

SAMPLES = Path(__file__).with_name("foreign")
NAMES = sorted(folder.name for folder in SAMPLES.iterdir())
TOOL = ("reader", "1")
DESCRIPTOR = {
    "@id": "ro-crate-metadata.json",
    "@type": "CreativeWork",
    "about": {"@id": "./"},
    "conformsTo": {"@id": "https://w3id.org/ro/crate/1.1"},
}


def metadata_of(name: str) -> Path:
    [found] = (SAMPLES / name).glob("*ro-crate-metadata.json*")
    return found


def contents_of(name: str) -> dict[str, bytes]:
    folder = SAMPLES / name
    files = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    return {path: place.read_bytes() for path, place in files.items() if place != metadata_of(name)}


def read(name: str, *, strict: bool = False) -> Manifest:
    contents = contents_of(name)
    files = CrateFiles(
        {path: len(data) for path, data in contents.items()},
        lambda path: sha256_bytes(contents[path]),
        digests_all=True,
        are_complete=strict,
    )
    return read_foreign(metadata_of(name).read_bytes(), files, metadata_of(name).name, TOOL)


def read_graph(*entities: Any, files: dict[str, int] | None = None, **more: Any) -> Manifest:
    """The manifest of a crate with these entities besides the descriptor."""
    document = {"@context": "https://w3id.org/ro/crate/1.1/context", "@graph": [DESCRIPTOR, *entities]}
    return read_foreign(json.dumps(document).encode(), CrateFiles(files or {}, **more), "metadata", TOOL)


def root(**properties: Any) -> dict[str, Any]:
    return {"@id": "./", "@type": "Dataset", "name": "A crate", **properties}


def paths(files: Any) -> list[str]:
    return [file.path for file in files]


# -- nothing is lost ------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_everything_is_kept_as_it_was(name: str) -> None:
    manifest = read(name)
    stored = json.loads(manifest.to_bytes())
    said = json.loads(metadata_of(name).read_bytes())
    kept = stored[KEPT]
    assert kept["file"] == metadata_of(name).name
    assert with_large_integers(kept["document"]) == said
    assert parse_manifest(manifest.to_bytes()).to_bytes() == manifest.to_bytes()


def with_large_integers(value: Any) -> Any:
    """JSON-LD with integers beyond 2^53 as JSON writes them."""
    if isinstance(value, list):
        return [with_large_integers(item) for item in value]
    if isinstance(value, dict):
        if value.get("@type") == "http://www.w3.org/2001/XMLSchema#integer":
            return int(value["@value"])
        return {name: with_large_integers(item) for name, item in value.items()}
    return value


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("target", TARGETS.values(), ids=TARGETS)
def test_a_crate_is_made_of_it_again(name: str, target: Any) -> None:
    manifest = read(name)
    files = [CrateFile(path, len(data), sha256_bytes(data)) for path, data in contents_of(name).items()]
    graph = {
        entity["@id"]: entity for entity in json.loads(write_crate(manifest, files, target=target))["@graph"]
    }
    about = manifest.experiment
    assert graph["./"]["name"] == about.title
    assert {f"https://orcid.org/{author.orcid}" for author in about.authors if author.orcid} <= graph.keys()
    actions = [entity for entity in graph.values() if entity["@type"] == "CreateAction"]
    assert len(actions) == len(manifest.runs)
    assert graph["reprocrate.json"]["sha256"] == sha256_bytes(manifest.to_bytes())


def test_what_was_read_is_the_same_each_time() -> None:
    assert read("training").to_bytes() == read("training").to_bytes()
    assert {entry.how for entry in read("training").history} == {"converted"}
    assert read("training").is_converted


# -- what is mapped -------------------------------------------------------------------------------


def test_a_process_run_crate() -> None:
    manifest = read("process_run")
    about = manifest.experiment
    [author] = about.authors
    assert (author.name, author.orcid) == ("Josiah Carberry", "0000-0002-1825-0097")
    assert (author.affiliation, author.affiliation_ror) == ("Brown University", "05gq02987")
    assert about.license == "CC-BY-4.0"
    assert about.keywords == ("pictures", "sepia")
    assert about.created == "2023-05-01T08:00:00Z"
    assert about.paper
    assert about.paper.doi == "10.5555/12345678"
    [run] = manifest.runs
    assert run.command == ("convert", "-sepia-tone", "80%", "pics/a fence.jpg", "pics/brown.jpg")
    assert (run.started, run.duration_s, run.status) == ("2023-05-01T08:00:00Z", 2.5, "ok")
    assert paths(run.inputs) == ["pics/a fence.jpg"]
    assert paths(run.outputs) == ["pics/brown.jpg"]
    assert run.outputs[0].sha256 == sha256_bytes(b"brown\n")
    environment = manifest.find_environment(run.environment)
    assert environment
    assert environment.container
    assert environment.container.image == "docker.io/tools/imagemagick:6.9"
    assert environment.container.digest == f"sha256:{'ab' * 32}"
    assert environment.variables == {"OMP_NUM_THREADS": "4"}


def test_a_workflow_run_crate() -> None:
    manifest = read("workflow_run")
    [code] = manifest.code
    assert (code.repository, code.license) == ("https://github.com/example/wf", "MIT")
    assert code.tree_sha256 == tree_digest([("wf.ga", sha256_bytes(b"{}\n"))])
    [run] = manifest.runs
    assert run.code == code.id
    assert paths(run.outputs) == ["out/counts.tsv", "out/log.txt"]  # what lies in a folder that is a result
    assert run.inputs[0].sha256 == sha256_bytes(b"hello\n")
    assert (run.started, run.duration_s) == (None, 60.0)  # no time zone is stated
    [configuration] = manifest.configurations
    assert configuration.hyperparameters == {"quality": 30}
    assert configuration.command == ("wf.ga",)
    assert (configuration.model_extra or {})[NO_COMMAND] is True
    assert manifest.experiment.authors[0].name == "Ada Example"


def test_steps_of_a_workflow_belong_to_its_run() -> None:
    manifest = read("provenance_run")
    whole, sort, reverse = manifest.runs
    assert (whole.parent, sort.parent, reverse.parent) == (None, whole.id, whole.id)
    assert [run.status for run in manifest.runs] == ["ok", "ok", "failed"]
    assert {run.code for run in manifest.runs} == {"code"}  # tools are parts of the workflow's file
    assert manifest.experiment.created == "2018-10-25T15:46:35.211Z"


def test_a_plain_data_set_of_1_0() -> None:
    manifest = read("dataset_1_0")
    assert manifest.runs == ()  # somebody with a camera is no run
    photos, rest = manifest.data
    assert (photos.license, paths(photos.files)) == (None, ["photos/1.jpg"])
    assert paths(rest.files) == ["levels.csv", "example.org/remote data.csv", "missing.csv"]
    assert [file.travels for file in rest.files] == [True, False, False]
    assert rest.files[1].url == "https://example.org/remote%20data.csv"
    assert rest.license == "CC0-1.0"
    assert rest.source
    assert rest.source.doi == "10.5555/lakes"
    assert read("dataset_1_0", strict=True).data[1].files[2].travels  # it should be there


def test_metadata_alone() -> None:
    manifest = read("detached_1_2")
    [data] = manifest.data
    assert data.source
    assert data.source.url == "https://example.org/lakes/"
    assert (data.files[0].size, data.files[0].travels) == (77, False)


def test_metadata_that_is_not_flattened() -> None:
    manifest = read("nested_1_3")
    about = manifest.experiment
    assert (about.title, about.description, about.license) == ("Nested", "Not flattened", "Apache-2.0")
    assert about.authors[0].orcid == "0000-0002-1825-0097"
    assert paths(manifest.runs[0].inputs) == ["data/x.csv"]  # said by @reverse


def test_seeds_settings_metrics_and_models() -> None:
    manifest = read("training")
    usual, high = manifest.configurations
    assert usual.command == ("python", "train.py", "--lr", "0.1", "--seed", "{seed}")
    assert usual.hyperparameters == {"learning rate": 0.1}
    assert high.hyperparameters == {"learning rate": 10}
    runs = [run for run in manifest.runs if run.configuration == usual.id]
    assert [run.seed for run in runs] == [1, 2, 3]
    assert [run.metrics[0].value for run in runs] == [0.9, 0.92, 0.94]
    assert manifest.runs[3].metrics[0].status == "nan"
    [metric] = manifest.metrics
    assert (metric.name, metric.unit) == ("test accuracy", "fraction")
    [result] = manifest.results
    assert (result.n, result.runs) == (3, tuple(run.id for run in runs))
    assert result.value == pytest.approx(0.92)
    environment = manifest.find_environment(runs[0].environment)
    assert environment
    assert environment.python
    assert environment.python.version == "3.11.9"
    assert [(package.name, package.version) for package in environment.packages] == [("torch", "2.4.0")]
    [model] = manifest.models
    assert model.file
    assert (model.file.path, model.license) == ("model.onnx", "MIT")
    rings, rest = manifest.data
    assert (rings.license, rings.version) == ("CC0-1.0", "1.2")
    assert rest.croissant
    assert manifest.experiment.funding[0].number == "EX-1"
    assert manifest.experiment.publisher


def test_an_evidence_graph_whose_files_are_named_by_their_address() -> None:
    [run] = read("evidence_graph").runs
    assert run.command == ("python", "script.py", "in.csv")
    assert (paths(run.inputs), paths(run.outputs), run.code) == (["in.csv"], ["out.csv"], "code")


@pytest.mark.parametrize(
    ("stated", "found"),
    [
        ("https://spdx.org/licenses/MIT", "MIT"),
        ({"@id": "http://spdx.org/licenses/GPL-3.0-only.html"}, "GPL-3.0-only"),
        ("apache-2.0", "Apache-2.0"),
        ({"@id": "https://creativecommons.org/licenses/by-nc-sa/4.0/deed.en"}, "CC-BY-NC-SA-4.0"),
        ({"@id": "#own", "name": "All rights reserved"}, None),
        ({"@id": "#mit", "@type": "CreativeWork", "identifier": "https://spdx.org/licenses/MIT"}, "MIT"),
        ("https://spdx.org/licenses/Nonsense", None),
        ("https://example.org/licenses/MIT", None),
    ],
)
def test_a_licence_is_taken_where_it_certainly_is_one(stated: Any, found: str | None) -> None:
    assert read_graph(root(license=stated)).experiment.license == found


@pytest.mark.parametrize(
    ("description", "command"),
    [
        ("sort lines and change text to upper case", None),
        ("sort in.txt", ["sort", "in.txt"]),
        ("train --epochs=3", ["train", "--epochs=3"]),
        ("It's a description - of sorts", None),
        ("first line\n--second", None),
    ],
)
def test_a_description_is_a_command_where_it_reads_as_one(description: str, command: Any) -> None:
    action = {
        "@id": "#a",
        "@type": "CreateAction",
        "description": description,
        "instrument": {"@id": "#tool"},
        "object": {"@id": "in.txt"},
    }
    tool = {"@id": "#tool", "@type": "SoftwareApplication", "name": "tool"}
    [run] = read_graph(root(), action, tool, {"@id": "in.txt", "@type": "File"}).runs
    assert list(run.command) == (command or ["tool"])
    assert (NO_COMMAND in (run.model_extra or {})) is (command is None)


def test_a_seed_may_stand_in_the_command_alone() -> None:
    action = {"@id": "#a", "@type": "CreateAction", "description": "python t.py --random-seed=7 --lr 7"}
    manifest = read_graph(root(), action)
    [seed] = manifest.runs[0].seeds
    assert (seed.value, seed.how) == (7, "argument")
    assert manifest.configurations[0].command[2:] == ("--random-seed={seed}", "--lr", "7")


def test_runs_that_no_seed_tells_apart_are_not_averaged() -> None:
    def run(name: str, value: float) -> list[dict[str, Any]]:
        return [
            {
                "@id": f"#{name}",
                "@type": "CreateAction",
                "instrument": {"@id": "#t"},
                "result": {"@id": f"#{name}-v"},
            },
            {"@id": f"#{name}-v", "@type": "PropertyValue", "name": "loss", "value": value},
        ]

    manifest = read_graph(root(), *run("a", 1), *run("b", 3))
    assert [one.metrics[0].value for one in manifest.runs] == [1, 3]
    assert manifest.results == ()


def test_what_is_planned_is_no_run() -> None:
    planned = {
        "@id": "#a",
        "@type": "CreateAction",
        "actionStatus": "http://schema.org/PotentialActionStatus",
    }
    assert read_graph(root(), planned).runs == ()


# -- whoever wrote it ------------------------------------------------------------------------------

OUTSIDE = [
    "../secret",
    "/etc/passwd",
    "file:///etc/passwd",
    "%2e%2e/secret",
    "..\\x",
    "C:/x",
    "_:b",
    "urn:x:y",
]


@pytest.mark.parametrize("identifier", OUTSIDE)
def test_no_path_outside_is_asked_for(identifier: str) -> None:
    asked: list[str] = []

    def digest(path: str) -> str:
        asked.append(path)
        return "0" * 64

    parts = {"hasPart": {"@id": identifier}}
    manifest = read_graph(
        root(**parts),
        {
            "@id": identifier,
            "@type": ["File", "Dataset", "SoftwareSourceCode"],
            "contentUrl": "file:///etc/x",
        },
        {
            "@id": "#a",
            "@type": "CreateAction",
            "instrument": {"@id": identifier},
            "object": {"@id": identifier},
        },
        files={"secret": 1, "x": 1},
        digest=digest,
        digests_all=True,
    )
    assert asked == []
    assert [file.path for data in manifest.data for file in data.files] == []
    assert manifest.runs[0].inputs == ()


def test_a_circle_of_parts_ends() -> None:
    manifest = read_graph(
        root(hasPart={"@id": "a/"}),
        {"@id": "a/", "@type": "Dataset", "hasPart": [{"@id": "b/"}, {"@id": "a/"}, {"@id": "./"}]},
        {"@id": "b/", "@type": "Dataset", "hasPart": [{"@id": "a/"}, {"@id": "a/x"}]},
        {"@id": "a/x", "@type": "File"},
        files={"a/x": 1},
    )
    assert [file.path for data in manifest.data for file in data.files] == ["a/x"]


def test_an_identifier_that_is_described_twice_is_one_thing() -> None:
    manifest = read_graph(root(), root(name="Second"), {"@id": "./", "description": "Said later"})
    assert (manifest.experiment.title, manifest.experiment.description) == ("A crate", "Said later")


@pytest.mark.parametrize(
    "odd",
    [
        5,
        None,
        "text",
        ["list"],
        {"@id": ["a", "b"], "@type": [5, None, "File"]},
        {"@id": {"@id": "x"}, "@type": "CreateAction", "object": [1, None, "x"], "instrument": 3},
        {
            "@id": "#a",
            "@type": "CreateAction",
            "startTime": 5,
            "endTime": {},
            "containerImage": [1],
            "command": [2],
        },
        {
            "@id": "#a",
            "@type": "CreateAction",
            "startTime": "0001-01-01T00:00:00+14:00",
            "endTime": "9999-12-31",
        },
        {
            "@id": "./",
            "author": [5, {"@id": 5}, {"name": ["x", {}]}],
            "license": {"@id": ["MIT"]},
            "keywords": 1,
        },
        {
            "@id": "#p",
            "@type": "PropertyValue",
            "value": {"@value": None},
            "@reverse": {"object": [5, {"@id": "./"}]},
        },
    ],
)
def test_what_no_crate_should_hold_is_kept_and_not_understood(odd: Any) -> None:
    manifest = read_graph(root(), odd)
    assert manifest.experiment.title == "A crate"
    assert (manifest.model_extra or {})[KEPT]["document"]["@graph"][-1] == odd


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"null", "not a JSON object"),
        (b"{}", "does not say what its root is"),
        (b'{"@graph": [', "ends too early"),
        (b'{"@graph": [{"@id": "./", "@id": "./"}]}', "given twice"),
        (json.dumps([DESCRIPTOR]).encode("utf-16"), "byte order mark"),
        (b"[" * 101 + b"]" * 101, "deeper than 100"),
        (b'{"@graph":["' + b"x" * (64 << 20) + b'"]}', "64 MiB"),
        (b'{"@graph":[' + b",".join(b'{"@id":"#%d"}' % n for n in range(300_001)) + b"]}", "300,000 things"),
    ],
    ids=["null", "empty", "cut", "twice", "utf16", "deep", "large", "many"],
)
def test_what_cannot_be_read_is_said(data: bytes, why: str) -> None:
    with pytest.raises(UnreadableError, match=why):
        read_foreign(data, CrateFiles(), "metadata", TOOL)


def test_a_byte_order_mark_is_no_reason_to_refuse() -> None:
    data = b"\xef\xbb\xbf" + json.dumps([DESCRIPTOR, root()]).encode()
    assert read_foreign(data, CrateFiles(), "metadata", TOOL).experiment.title == "A crate"


def test_parts_that_are_shared_too_often_are_refused() -> None:
    sets = [{"@id": f"#{n}", "@type": "Dataset", "hasPart": {"@id": "all/"}} for n in range(400)]
    files = {f"all/{n}": 1 for n in range(3000)}
    with pytest.raises(ReprocrateError, match="parts, shared ones counted each time"):
        read_graph(root(), {"@id": "all/", "@type": "Dataset"}, *sets, files=files)
