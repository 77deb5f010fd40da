"""What a crate says of an experiment."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from rocrate.rocrate import ROCrate

from reprocrate.bundle import layout
from reprocrate.crate import (
    CHECKED,
    NEWEST,
    CrateFile,
    described_entities,
    file_id,
    path_of,
    payload,
    read_crate,
    write_crate,
)
from reprocrate.crate.target import Target
from reprocrate.errors import UsageError
from reprocrate.manifest import Manifest, load_manifest, manifest_from
from reprocrate.validation.places import declared_files

GOLDEN = Path(__file__).parents[2] / "schema" / "1.0" / "conformance" / "golden"
SAMPLES = ["two_configurations", "nothing_declared", "one_failed", "odd_names", "many_folders", "unusual"]
Entities = dict[str, dict[str, Any]]


def ids(value: Any) -> list[str]:
    """The identifiers in a property, whether it has one value, several or none."""
    values = value if isinstance(value, list) else [value] if value is not None else []
    return [item["@id"] for item in values]


def actions(graph: Entities) -> list[dict[str, Any]]:
    return [entity for entity in graph.values() if entity["@type"] == "CreateAction"]


@pytest.mark.parametrize("target", [CHECKED, NEWEST], ids=lambda target: target.crate_version)
@pytest.mark.parametrize("name", SAMPLES)
def test_what_a_crate_is_compared_with_is_what_would_be_written(
    experiments: ModuleType, name: str, target: Target
) -> None:
    sample = getattr(experiments, name)()
    _hold_equal(sample.manifest, sample.crate_files(), target)


@pytest.mark.parametrize("path", sorted(GOLDEN.glob("*.json")), ids=lambda path: path.stem)
def test_the_same_for_every_kind_of_experiment(path: Path) -> None:
    manifest = load_manifest(path)
    names = [declared.place for declared in declared_files(manifest) if declared.travels]
    _hold_equal(manifest, [CrateFile(name) for name in dict.fromkeys([*names, "a b/ü.txt", "more"])], CHECKED)


def _hold_equal(manifest: Manifest, files: list[CrateFile], target: Target) -> None:
    """Also in what is no JSON value, such as a tuple, and in the order of the entities."""
    written = write_crate(manifest, files, published="2026-11-26", target=target)
    assert described_entities(manifest, files, "2026-11-26", target=target) == json.loads(written)["@graph"]


def test_each_run_is_one_action_that_the_root_mentions(experiments: ModuleType) -> None:
    sample = experiments.two_configurations()
    graph = sample.graph()
    runs = {f"#run/{run.id}" for run in sample.manifest.runs}
    assert len(runs) == 10
    assert {action["@id"] for action in actions(graph)} == runs
    assert runs <= set(ids(graph["./"]["mentions"]))


def test_root_says_what_the_authors_gave(experiments: ModuleType) -> None:
    graph = experiments.two_configurations().graph()
    root = graph["./"]
    assert root["name"] == "Random features on rings"
    assert root["description"] == "Compares wide random features with a linear model."
    assert root["license"] == {"@id": "https://spdx.org/licenses/Apache-2.0"}
    assert ids(root["author"]) == [
        "https://orcid.org/0000-0002-1825-0097",
        "https://orcid.org/0000-0000-0000-0001",
    ]
    ben = graph["https://orcid.org/0000-0000-0000-0001"]
    assert ben["name"] == "Ben Example"
    assert graph[ben["affiliation"]["@id"]]["name"] == "Example University"
    assert ben["affiliation"]["@id"] == "https://ror.org/000000098"
    assert ids(root["conformsTo"]) == ["https://w3id.org/ro/wfrun/process/0.5", CHECKED.own_profile]
    assert graph["https://w3id.org/ro/wfrun/process/0.5"]["version"] == "0.5"
    assert graph[CHECKED.own_profile]["version"] == "1.0"
    assert graph[root["identifier"]["@id"]]["value"] == "urn:uuid:6b1f3f5e-6f0c-5a52-9a53-3a2a6f1f1f10"


def test_the_newer_pair_of_specifications_is_written_from_the_same_mapping(experiments: ModuleType) -> None:
    sample = experiments.unusual()
    older = sample.graph()
    sample.target = NEWEST
    document = json.loads(sample.metadata())
    newer = {entity["@id"]: entity for entity in document["@graph"]}
    assert document["@context"][:2] == [
        "https://w3id.org/ro/crate/1.3/context",
        "https://w3id.org/ro/terms/workflow-run/context",
    ]
    assert newer["ro-crate-metadata.json"]["conformsTo"] == {"@id": "https://w3id.org/ro/crate/1.3"}
    assert ids(newer["./"]["conformsTo"]) == ["https://w3id.org/ro/wfrun/process/0.6", NEWEST.own_profile]
    assert newer[NEWEST.own_profile]["@type"] == ["CreativeWork", "Profile"]
    different = set(newer) ^ set(older)
    profiles = {target.profile for target in (CHECKED, NEWEST)}
    profiles |= {target.own_profile for target in (CHECKED, NEWEST)}
    unknown = {f"https://w3id.org/reprocrate/terms#{each}" for each in ("noContact", "notStated")}
    assert different == {*profiles, "ro-crate-preview.html", *unknown}
    assert newer["./"]["publisher"] == newer["./"]["author"]
    runs = [name for name in older if name.startswith("#run/")]
    assert runs
    assert all(newer[name] == older[name] for name in runs)


def test_newer_crates_name_files_in_their_own_script(experiments: ModuleType) -> None:
    sample = experiments.odd_names()
    sample.target = NEWEST
    graph = sample.graph()
    name = "données/Ringe%20%231%3F.csv"
    assert name in graph
    assert graph["#data/rings"]["hasPart"] == {"@id": name}
    assert path_of(name) == "données/Ringe #1?.csv"
    assert "donn%C3%A9es/Ringe%20%231%3F.csv" in experiments.odd_names().graph()


@pytest.mark.requirement("RQ11")
def test_what_was_not_given_is_said_in_words_not_invented(experiments: ModuleType) -> None:
    graph = experiments.nothing_declared().graph()
    root = graph["./"]
    assert root["description"] == "No description was given by the authors."
    assert graph[root["license"]["@id"]]["description"] == "No licence was given by the authors."
    [agent] = {action["agent"]["@id"] for action in actions(graph)}
    assert root["author"] == {"@id": agent}
    assert graph[agent]["name"] == "Not recorded"
    for entity in (graph[root["publisher"]["@id"]], graph[graph[agent]["affiliation"]["@id"]]):
        assert entity["@id"] == entity["url"] == "https://w3id.org/reprocrate/terms#notStated"
        assert entity["name"] == "Not stated"
    assert "license" not in graph["#data/rings"]


def test_action_says_what_ran_when_from_what_with_which_outcome(experiments: ModuleType) -> None:
    graph = experiments.two_configurations().graph()
    action = graph["#run/wide-3"]
    assert action["name"] == "wide, seed 3"
    assert action["description"] == "python train.py --model wide --seed 3"
    assert action["startTime"] == "2026-11-01T12:03:00.250+00:00"
    assert action["endTime"] == "2026-11-01T12:04:01.750+00:00"
    assert action["actionStatus"] == "http://schema.org/CompletedActionStatus"
    assert "error" not in action
    tree = f"https://w3id.org/reprocrate/tree/sha256/{'9f' * 32}"
    assert action["instrument"] == {"@id": f"{tree}/train.py"}
    program = graph[f"{tree}/train.py"]
    assert program["@type"] == "SoftwareSourceCode"
    assert program["encoding"] == {"@id": "train.py"}
    assert program["isPartOf"] == {"@id": tree}
    assert program["version"] == graph[tree]["version"] == experiments.COMMIT
    assert graph["train.py"]["encodesCreativeWork"] == action["instrument"]
    assert ids(action["object"]) == ["#data/rings", "#configuration/wide", "#seed/3/argument"]
    assert ids(graph["#data/rings"]["hasPart"]) == ["data/rings.csv"]
    assert graph["#seed/3/argument"]["value"] == 3
    output, log, value = ids(action["result"])
    assert (output, log) == ("out/wide-3.json", ".reprocrate/runs/wide-3/stdout.log")
    assert graph[value]["value"] == 0.903
    assert graph[value]["propertyID"] == {"@id": "#metric/accuracy"}
    assert graph[action["environment"]["@id"]]["name"] == "OMP_NUM_THREADS"


def test_environment_names_its_packages_and_its_lock(experiments: ModuleType) -> None:
    graph = experiments.unusual().graph()
    environment = graph["#environment/main"]
    packages = {graph[name]["name"]: graph[name] for name in ids(environment["softwareRequirements"])}
    assert packages["numpy"]["@id"] == "https://pypi.org/project/numpy/2.1.0/"
    assert packages["torch"]["version"] == "2.13.0+cu130"
    assert packages["mine"]["url"] == "https://example.org/mine.git"
    assert environment["lockFile"] == {"@id": ".reprocrate/environment/main/requirements.txt"}
    image = graph[graph["#run/wide-0"]["containerImage"]["@id"]]
    assert (image["registry"], image["name"], image["tag"]) == ("quay.io", "lab/train", "v1")
    assert image["sha256"] == "ef" * 32


def test_runs_that_did_not_end_well_say_so(experiments: ModuleType) -> None:
    graph = experiments.one_failed().graph()
    failed, killed, interrupted = (graph[f"#run/wide-{seed}"] for seed in (1, 2, 3))
    for action in (failed, killed, interrupted):
        assert action["actionStatus"] == "http://schema.org/FailedActionStatus"
    assert failed["error"] == "It ended with exit status 3."
    assert killed["error"] == "It was killed by signal 9."
    assert interrupted["error"] == "It was interrupted by the user."
    assert graph["#run/wide-2/metric/0"]["value"] == "nan"
    result = graph["#result/wide-accuracy"]
    assert ids(result["basedOnRun"]) == ["#run/wide-0"]
    assert ids(result["excludedRun"]) == ["#run/wide-1", "#run/wide-2", "#run/wide-3"]
    assert result["description"] == "Runs left out: 1 failed, 1 interrupted, 1 killed."


def test_results_comparisons_tables_and_claims_lead_back_to_runs(experiments: ModuleType) -> None:
    graph = experiments.two_configurations().graph()
    [comparison] = ids(graph["#claim/c1"]["restsOn"])
    assert graph["#claim/c1"]["superiorityMargin"] == 0.05
    assert graph[comparison]["value"] == 0.2
    result = graph[graph[comparison]["firstResult"]["@id"]]
    assert result["name"] == "accuracy of wide on rings, test, mean of 5"
    assert ids(result["basedOnRun"]) == [f"#run/wide-{seed}" for seed in range(5)]
    assert (result["intervalLow"], result["intervalHigh"]) == (0.9, 0.904)
    [cell] = ids(graph["#table/1"]["tableCell"])
    assert graph[cell]["basedOnResult"] == {"@id": "#result/wide-accuracy"}


def test_manifest_is_a_file_that_follows_our_schema(experiments: ModuleType) -> None:
    sample = experiments.two_configurations()
    entity = sample.graph()["reprocrate.json"]
    assert entity["conformsTo"] == {"@id": "https://w3id.org/reprocrate/schema/1.0/manifest.schema.json"}
    assert entity["sha256"] == experiments.sha256(sample.manifest.to_bytes())
    alone = json.loads(write_crate(sample.manifest, []))["@graph"]
    assert entity in alone


def test_files_carry_digest_size_and_type(experiments: ModuleType) -> None:
    entity = experiments.two_configurations().graph()["data/rings.csv"]
    assert entity["sha256"] == experiments.sha256(b"x,y,label\n0,1,1\n")
    assert entity["contentSize"] == "16"
    assert entity["encodingFormat"] == "text/csv"


def test_a_stated_media_type_wins(experiments: ModuleType) -> None:
    manifest = experiments.two_configurations(1).manifest
    data = write_crate(manifest, [CrateFile("notes.txt", media_type="text/x-notes")])
    [entity] = [entity for entity in json.loads(data)["@graph"] if entity["@id"] == "notes.txt"]
    assert entity["encodingFormat"] == "text/x-notes"


@pytest.mark.parametrize(
    "path",
    ["my code/train é 100%.py", "données/Ringe #1?.csv", "aus gabe/50%25 [a]/wide-0.json", "a:b & c+d,e.txt",
     "-o=~'(1)!$@.txt"],
)  # fmt: skip
def test_names_are_percent_encoded(experiments: ModuleType, path: str) -> None:
    graph = experiments.odd_names().graph()
    entity = graph[file_id(path)]
    assert entity["name"] == path
    assert entity["@id"].isascii()
    assert not set(entity["@id"]) & set(" #?:[]&")


def test_ro_crate_py_finds_the_same_files(experiments: ModuleType, tmp_path: Path) -> None:
    sample = experiments.odd_names()
    crate = ROCrate(sample.write_folder(tmp_path))
    files = [entity for entity in crate.data_entities if "File" in entity.type]
    assert all(entity.source.is_file() for entity in files)
    assert {entity.source.relative_to(tmp_path).as_posix() for entity in files} >= {
        "my code/train é 100%.py",
        "a:b & c+d,e.txt",
    }


def test_files_that_nobody_names_are_covered_by_their_folder(experiments: ModuleType) -> None:
    graph = experiments.two_configurations().graph()
    assert "src/features.py" not in graph
    assert graph["src/"]["@type"] == "Dataset"
    assert graph["src/"]["description"].startswith("2 files that have no entity here")
    assert graph[graph["src/"]["hasPart"]["@id"]]["@type"] == "Collection"
    assert {"src/", "README.md"} <= set(ids(graph["./"]["hasPart"]))


def test_every_described_file_says_what_it_is(experiments: ModuleType) -> None:
    graph = experiments.unusual().graph()
    said = {name: entity["description"] for name, entity in graph.items() if entity["@type"] == "File"}
    assert said["out/wide-0.json"] == "Written by the run wide-0."
    assert said["data/rings.csv"] == "Part of the data set Two rings."
    assert said["train.py"] == "Part of the source code main."
    assert said[".reprocrate/environment/main/requirements.txt"].startswith("The lock of the software")
    assert said[".reprocrate/standard/manifest.schema.json"] == "The schema that the manifest follows."


def test_a_data_set_of_many_files_is_described_by_its_folder(experiments: ModuleType) -> None:
    graph = experiments.many_folders().graph()
    assert graph["#data/images"]["hasPart"] == {"@id": "images/"}
    assert "images/train/class%200/0000.png" not in graph
    assert "#data/images" in ids(graph["#run/wide-0"]["object"])


def test_of_very_many_files_the_absent_ones_are_left_to_the_manifest(experiments: ModuleType) -> None:
    sample = experiments.two_configurations(1)
    run = sample.document["runs"][0]
    run["outputs"] += [experiments.file_of(f"out/{place}.bin", b"", in_bundle=False) for place in range(1001)]
    results = ids(sample.graph()["#run/wide-0"]["result"])
    assert results == ["out/", ".reprocrate/runs/", "#run/wide-0/metric/0"]


def test_data_from_outside_the_project_is_found_where_bundles_keep_it(experiments: ModuleType) -> None:
    assert payload.EXTERNAL == layout.EXTERNAL
    graph = experiments.many_folders().graph()
    assert ids(graph["#data/base"]["hasPart"]) == [
        ".reprocrate/external/base/models/base/weights.bin",
        ".reprocrate/external/base/models/base/config.json",
    ]
    partly_read = ids(graph["#run/wide-1"]["object"])
    assert ".reprocrate/external/base/models/base/weights.bin" in partly_read
    assert "#data/base" not in partly_read


def test_an_older_tree_of_code_is_an_instrument_of_its_own(experiments: ModuleType) -> None:
    graph = experiments.many_folders().graph()
    older = graph[graph["#run/wide-0"]["instrument"]["@id"]]
    newer = graph[graph["#run/wide-1"]["instrument"]["@id"]]
    assert older["encoding"] == {"@id": ".reprocrate/code/first/train.py"}
    assert newer["encoding"] == {"@id": "train.py"}
    assert graph[older["isPartOf"]["@id"]]["url"] == ".reprocrate/code/first/"
    assert older["@id"] != newer["@id"]


def test_a_run_that_made_nothing_results_in_how_it_ended(experiments: ModuleType) -> None:
    graph = experiments.one_failed().graph()
    status = graph[graph["#run/wide-3"]["result"]["@id"]]
    assert (status["name"], status["value"]) == ("status", "interrupted")


def test_files_that_are_not_in_the_crate_are_named_with_their_digest(experiments: ModuleType) -> None:
    graph = experiments.many_folders().graph()
    [patients] = ids(graph["#data/patients"]["hasPart"])
    assert graph[patients]["@type"] == "CreativeWork"
    assert graph[patients]["sha256"] == experiments.sha256(b"secret")
    assert graph["#data/patients"]["conditionsOfAccess"] == "Access: restricted. Apply to the hospital."
    results = ids(experiments.unusual().graph()["#run/wide-0"]["result"])
    assert [name for name in results if "absent" in name] == [
        f"#absent/{experiments.sha256(b'overwritten')}/out%2Fold.json"
    ]


def test_a_file_whose_bytes_are_others_is_not_taken_for_the_recorded_one(experiments: ModuleType) -> None:
    sample = experiments.two_configurations(1)
    sample.contents["out/wide-0.json"] = b"edited"
    graph = sample.graph()
    assert not [name for name in ids(graph["#run/wide-0"]["result"]) if name == "out/wide-0.json"]


def test_modules_and_configuration_files_of_a_command_are_found(experiments: ModuleType) -> None:
    graph = experiments.unusual().graph()
    action = graph["#run/linear-0"]
    assert graph[action["instrument"]["@id"]]["encoding"] == {"@id": "src/models.py"}
    assert "src/features.py" in ids(action["object"])
    assert action["runKind"] == "evaluate"
    interpreter = graph[graph["#run/linear-1"]["instrument"]["@id"]]
    assert (interpreter["name"], interpreter["version"]) == ("CPython", "3.11.7")
    assert "endTime" not in graph["#run/linear-1"]


def test_seeds_of_several_libraries_are_kept_apart(experiments: ModuleType) -> None:
    graph = experiments.unusual().graph()
    seeds = [graph[name] for name in ids(graph["#run/wide-0"]["object"]) if name.startswith("#seed/")]
    assert [(seed["value"], seed["seededLibrary"], seed["processRank"]) for seed in seeds] == [
        (experiments.LARGE_SEED, "numpy", 0),
        (7, "torch", 1),
    ]


def test_of_very_many_metric_values_the_crate_holds_some_and_says_so(experiments: ModuleType) -> None:
    sample = experiments.two_configurations(1)
    run = sample.document["runs"][0]
    run["metrics"] = [{"metric": f"m{place}", "value": 1.0, "status": "ok"} for place in range(60)]
    action = sample.graph()["#run/wide-0"]
    assert len([name for name in ids(action["result"]) if "/metric/" in name]) == 50
    assert "10 more metric values are in reprocrate.json" in action["description"]


def test_preview_and_metadata_are_no_part_of_the_data(experiments: ModuleType) -> None:
    manifest = experiments.two_configurations(1).manifest
    own = ["ro-crate-metadata.json", "ro-crate-preview.html", "ro-crate-preview_files/a.svg"]
    data = write_crate(manifest, [CrateFile(path, 1, "0" * 64) for path in own], preview=True)
    graph = {entity["@id"]: entity for entity in json.loads(data)["@graph"]}
    assert graph["./"]["hasPart"] == {"@id": "reprocrate.json"}
    assert graph["ro-crate-preview.html"]["about"] == {"@id": "./"}
    assert "ro-crate-preview.html" not in read_crate(write_crate(manifest, [])).data_entities


def test_date_is_when_the_last_run_ended_unless_given(experiments: ModuleType) -> None:
    sample = experiments.two_configurations()
    assert sample.graph()["./"]["datePublished"] == "2026-11-01T12:05:01.750+00:00"
    assert read_crate(write_crate(sample.manifest, [], published="2027-01-31")).published == "2027-01-31"


def test_a_crate_written_again_from_what_it_says_is_the_same(experiments: ModuleType) -> None:
    sample = experiments.two_configurations()
    files = sample.crate_files()
    first = write_crate(sample.manifest, files, preview=True, published="2026-12-24")
    again = manifest_from(json.loads(sample.manifest.to_bytes()))
    assert write_crate(again, files, preview=True, published=read_crate(first).published) == first


def test_without_any_date_there_is_no_crate() -> None:
    manifest = manifest_from(
        {"manifest_version": "1.0", "id": f"urn:uuid:{'0' * 8}-0000-0000-0000-{'0' * 12}",
         "experiment": {"title": "Nothing yet"}}
    )  # fmt: skip
    with pytest.raises(UsageError, match="requires a date"):
        write_crate(manifest, [])
    assert read_crate(write_crate(manifest, [], published="2026-11-01")).name == "Nothing yet"


def test_times_that_name_no_day_are_left_out(experiments: ModuleType) -> None:
    sample = experiments.two_configurations(1)
    sample.document["runs"][0]["started"] = "2026-02-31T12:00:00Z"
    sample.document["runs"][1]["duration_s"] = 1e300
    graph = sample.graph()
    assert "startTime" not in graph["#run/wide-0"]
    assert "endTime" not in graph["#run/linear-0"]


@pytest.mark.parametrize("name", SAMPLES)
def test_every_reference_resolves_and_every_entity_is_reached(experiments: ModuleType, name: str) -> None:
    graph = getattr(experiments, name)().graph()
    reached, waiting = {"ro-crate-metadata.json", "ro-crate-preview.html"}, ["./"]
    while waiting:
        identifier = waiting.pop()
        if identifier in reached:
            continue
        reached.add(identifier)
        for term, value in graph[identifier].items():
            if not term.startswith("@"):
                values = value if isinstance(value, list) else [value]
                found = [item["@id"] for item in values if isinstance(item, dict)]
                elsewhere = ("https://w3id.org/ro/terms/", "http://schema.org/")
                waiting += [item for item in found if not item.startswith(elsewhere)]
    assert set(graph) - reached == set()


@pytest.mark.parametrize("name", SAMPLES)
def test_entities_are_compact(experiments: ModuleType, name: str) -> None:
    for entity in getattr(experiments, name)().graph().values():
        for value in entity.values():
            assert value is not None
            assert not isinstance(value, list) or len(value) > 1


@pytest.mark.requirement("RQ12")
@pytest.mark.parametrize("name", SAMPLES)
def test_the_same_experiment_gives_the_same_bytes(experiments: ModuleType, name: str) -> None:
    sample = getattr(experiments, name)()
    files = sample.crate_files()
    first = write_crate(sample.manifest, files)
    assert write_crate(sample.manifest, reversed(files)) == first
    assert write_crate(manifest_from(json.loads(sample.manifest.to_bytes())), files) == first


def test_bytes_do_not_depend_on_process_time_zone_or_locale(experiments: ModuleType, tmp_path: Path) -> None:
    sample = experiments.unusual()
    manifest = tmp_path / "reprocrate.json"
    manifest.write_bytes(sample.manifest.to_bytes())
    code = (
        "import sys; from pathlib import Path; from reprocrate.crate import write_crate;"
        "from reprocrate.manifest import load_manifest;"
        "sys.stdout.buffer.write(write_crate(load_manifest(Path(sys.argv[1])), []))"
    )
    repository = Path(__file__).resolve().parents[2]
    environments = [
        {"PYTHONHASHSEED": "1", "TZ": "UTC"},
        {"PYTHONHASHSEED": "2", "TZ": "Asia/Tokyo", "LC_ALL": "C"},
    ]
    outputs = {
        subprocess.run(
            [sys.executable, "-c", code, manifest],
            cwd=repository,
            env=environment,
            capture_output=True,
            check=True,
        ).stdout
        for environment in environments
    }
    assert outputs == {write_crate(sample.manifest, [])}


def test_time_grows_with_the_size_not_with_its_square(experiments: ModuleType) -> None:
    sample = experiments.two_configurations(500)
    files = [*sample.crate_files(), *(CrateFile(f"{number}.bin", 1, "0" * 64) for number in range(20_000))]
    manifest = sample.manifest
    start = time.process_time()
    write_crate(manifest, files)
    assert time.process_time() - start < 20


@pytest.mark.parametrize("target", [CHECKED, NEWEST], ids=["1.1", "1.3"])
def test_organisations_are_known_by_the_registry(experiments: ModuleType, target: Target) -> None:
    sample = experiments.two_configurations()
    sample.document["experiment"]["publisher"] = {"name": "Example Archive", "ror": "000000292"}
    sample.document["experiment"]["funding"] = [{"funder": "Example Foundation", "funder_ror": "000000195"}]
    sample.target = target
    graph = sample.graph()
    for role, name, ror in (
        ("publisher", "Example Archive", "000000292"),
        ("funder", "Example Foundation", "000000195"),
    ):
        [identifier] = ids(graph["./"][role])
        assert identifier == f"https://ror.org/{ror}"
        assert (graph[identifier]["name"], graph[identifier]["url"]) == (name, identifier)


@pytest.mark.parametrize("target", [CHECKED, NEWEST], ids=lambda target: target.crate_version)
def test_a_doi_identifies_the_crate_beside_the_id_of_the_manifest(
    experiments: ModuleType, target: Target
) -> None:
    sample = experiments.two_configurations(1)
    sample.target, sample.doi = target, "10.1234/a<b>"
    graph = sample.graph()
    of_manifest, of_crate = ids(graph["./"]["identifier"])
    assert graph[of_manifest]["value"] == sample.manifest.id
    assert of_crate == "https://doi.org/10.1234/a%3Cb%3E"
    assert (graph[of_crate]["@type"], graph[of_crate]["value"]) == ("PropertyValue", "doi:10.1234/a<b>")
    sample.doi = None
    assert ids(sample.graph()["./"]["identifier"]) == [of_manifest]
