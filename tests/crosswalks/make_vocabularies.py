"""The names that each standard defines: `python tests/crosswalks/make_vocabularies.py FOLDER`.

FOLDER holds git clones of the standards' repositories, each named OWNER+NAME. An environment with
mlflow-skinny, wandb, dvc, sacred, huggingface_hub and packaging runs it. Of each standard the names of
classes and properties and the words of closed vocabularies are kept, and nothing else: no texts.

A vocabulary maps each class to its properties, and each property to the class of its value, with `[]`
behind it for a list and `{}` for a mapping of names to values; the empty text is a plain value. `values`
holds the words of properties that take only these; `files` says what a file holds, where there are
several.
"""

from __future__ import annotations

import csv
import io
import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

HERE = Path(__file__).parent
Vocabulary = dict[str, Any]


class Clone:
    """A git clone of a standard's repository."""

    def __init__(self, folder: Path, name: str, revision: str = "HEAD") -> None:
        self.name, self.revision = name, revision
        self._folder = folder / name.replace("/", "+")
        if (self._folder / "repo").is_dir():
            self._folder = self._folder / "repo"

    def read(self, path: str) -> str:
        return self._git("show", f"{self.revision}:{path}")

    def source(self, path: str) -> dict[str, str]:
        return {
            "repository": self.name,
            "path": path,
            "commit": self._git("rev-parse", self.revision).strip(),
        }

    def _git(self, *arguments: str) -> str:
        command = ["git", "-C", str(self._folder), *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def main() -> None:
    folder = Path(sys.argv[1])
    for name, make in MAKERS.items():
        text = json.dumps(make(folder), indent=1, ensure_ascii=False, sort_keys=True)
        text = re.sub(r"\[\s+([^\[\]{}]*?)\s+\]", lambda m: "[" + re.sub(r"\s*\n\s*", " ", m[1]) + "]", text)
        (HERE / "vocabularies" / f"{name}.json").write_text(f"{text}\n", "utf-8")


def made(version: str, source: dict[str, str], types: dict[str, Any], **more: Any) -> Vocabulary:
    return {"version": version, "source": source, "types": types, "values": {}, **more}


# JSON Schema ------------------------------------------------------------------------------------------


class Schema:
    """Classes and properties of a JSON Schema: its definitions by name, nested objects by their path."""

    def __init__(self, document: dict[str, Any], root: str) -> None:
        self._definitions = document["definitions"]
        self.types: dict[str, dict[str, str]] = {}
        self.values: dict[str, list[str]] = {}
        self._object(document, root)

    def _object(self, node: dict[str, Any], name: str) -> str:
        if name not in self.types:
            self.types[name] = {}
            for part in self._parts(node):
                for key, value in part.get("properties", {}).items():
                    self.types[name].setdefault(key, self._kind(value, name, key))
        return name

    def _parts(self, node: dict[str, Any]) -> Iterator[dict[str, Any]]:
        if node.get("$ref", "#").startswith("#/"):
            yield from self._parts(self._definitions.get(node["$ref"].rpartition("/")[2], {}))
            return
        yield node
        for keyword in ("oneOf", "anyOf", "allOf"):
            for each in node.get(keyword, ()):
                yield from self._parts(each)

    def _kind(self, node: dict[str, Any], owner: str, key: str) -> str:
        name = (
            node["$ref"].rpartition("/")[2] if node.get("$ref", "").startswith("#/def") else f"{owner}.{key}"
        )
        parts = list(self._parts(node))
        words = [word for part in parts for word in part.get("enum", ())]
        if words:
            known = self.values.setdefault(f"{owner}.{key}", [])
            known += [word for word in words if word not in known]
        if any("items" in part or part.get("type") == "array" for part in parts):
            items = next((part["items"] for part in parts if isinstance(part.get("items"), dict)), {})
            if isinstance(items.get("items"), dict):
                items = items["items"]
            inner = self._kind(items, owner, key)
            return inner if inner.endswith("[]") else f"{inner}[]"
        return self._object(node, name) if any("properties" in part for part in parts) else ""


def cff(folder: Path) -> Vocabulary:
    clone = Clone(folder, "citation-file-format/citation-file-format")
    schema = Schema(json.loads(clone.read("schema.json")), "cff")
    used = {name: schema.types[name] for name in schema.types}
    values = {
        key: words for key, words in schema.values.items() if len(words) < 60 and not key.endswith("license")
    }
    return made("1.2.0", clone.source("schema.json"), used, root="cff", values=values)


CYCLONEDX = """bom metadata component organizationalContact externalReference hash commit modelCard
modelCard.modelParameters modelCard.modelParameters.datasets modelCard.quantitativeAnalysis performanceMetric
performanceMetric.confidenceInterval modelCard.considerations environmentalConsiderations energyConsumption
energyMeasure component.pedigree componentData componentData.contents formula workflow step step.commands
command inputType outputType parameter resourceReferenceChoice license patch diff swhid licenseChoice
bom.declarations declarations bom.definitions standard property service organizationalEntity"""


def cyclonedx(folder: Path) -> Vocabulary:
    clone = Clone(folder, "CycloneDX/specification")
    path = "schema/bom-1.7.schema.json"
    schema = Schema(json.loads(clone.read(path)), "bom")
    roots = tuple(CYCLONEDX.split())
    kept = {
        name: properties
        for name, properties in schema.types.items()
        if name in roots
        or name.startswith(
            (
                "bom.",
                "component.pedigree",
                "modelCard.",
                "workflow.",
                "component.licenses",
                "inputType.",
                "standard.",
            )
        )
    }
    words = {key: value for key, value in schema.values.items() if key.rpartition(".")[0] in kept}
    return made("1.7", clone.source(path), kept, root="bom", values=words)


def inveniordm(folder: Path) -> Vocabulary:
    """The stored record's JSON Schema; what `local://` names lies in this repository or in another one."""
    clone = Clone(folder, "inveniosoftware/invenio-rdm-records")
    shared = Clone(folder, "inveniosoftware/invenio-records-resources")
    base, path = "invenio_rdm_records/records/jsonschemas/records/", "record-v6.0.0.json"
    elsewhere = "invenio_records_resources/records/jsonschemas/"
    types: dict[str, dict[str, str]] = {}

    def resolved(node: dict[str, Any], home: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
        if "$ref" not in node:
            return node, home
        file, _, pointer = node["$ref"].partition("#/")
        name = file.rpartition("/")[2]
        if name:
            text = clone.read(base + name) if "records/" in file else shared.read(elsewhere + name)
            home = json.loads(text)
        found: Any = home
        for part in pointer.split("/"):
            found = found[part]
        return resolved(found, home)

    def kind(node: dict[str, Any], home: dict[str, Any], name: str) -> str:
        node, home = resolved(node, home)
        if node.get("type") == "array":
            return f"{kind(node.get('items', {}), home, name)}[]"
        if "properties" in node:
            types[name] = {
                key: kind(value, home, f"{name}.{key}") for key, value in node["properties"].items()
            }
            return name
        return "{}" if node.get("type") == "object" else ""

    document = json.loads(clone.read(base + path))
    metadata = kind(document["properties"]["metadata"], document, "metadata")
    types["record"] = {"metadata": metadata, "custom_fields": "custom_fields"}
    fields = clone.read("invenio_rdm_records/contrib/codemeta/custom_fields.py")
    types["custom_fields"] = dict.fromkeys(re.findall(r'name="(code:[A-Za-z]+)"', fields), "")
    (released,) = re.findall(r'__version__ = "([^"]+)"', clone.read("invenio_rdm_records/__init__.py"))
    return made(released, clone.source(base + path), types, root="record")


# Tables and lists in specifications -------------------------------------------------------------------


def croissant(folder: Path) -> Vocabulary:
    clone = Clone(folder, "mlcommons/croissant")
    path = "docs/croissant-spec-1.1.md"
    text = clone.read(path)
    types: dict[str, dict[str, str]] = {"Dataset": {}}
    owner = "Dataset"
    for line in re.split(r"(?m)^(?=#)", text):
        heading = line.partition("\n")[0].strip("# *\n")
        if heading in (
            "FileObject",
            "FileSet",
            "RecordSet",
            "Field",
            "DataSource",
            "Dataset-level Information",
        ):
            owner = "Dataset" if heading == "Dataset-level Information" else heading
        elif line.startswith("## ") or heading in ("Data Types", "Extract", "Joins", "Splits"):
            owner = ""
        for row in re.findall(r"<tr>\s*<td>(.*?)</td>", line, re.DOTALL) if owner else ():
            name = re.sub(r"<[^>]*>", "", row).strip().removeprefix("sc:").removeprefix("dct:")
            if re.fullmatch(r"@?[A-Za-z0-9]+", name):
                types.setdefault(owner, {})[name] = ""
    context = set(
        re.findall(r'^    "([A-Za-z0-9]+)": ', text.partition("JSON-LD context\n")[2], re.MULTILINE)
    )
    types["Dataset"] |= {"distribution": "FileObject[]", "recordSet": "RecordSet[]", "creator": "Agent[]"}
    types["Dataset"] |= dict.fromkeys(re.findall(r"\* `(prov:\w+)`", text), "Provenance[]")
    types["Provenance"] = {"@id": "", **dict.fromkeys(sorted(set(re.findall(r'"(prov:label)"', text))), "")}
    types["Agent"] = {"@type": "", "name": ""}
    types["RecordSet"] |= {"data": "Record[]", "dataType": ""}
    example = re.search(r'"data": \[\s*\{ "(splits/name)": "train", "(splits/url)"', text)
    assert example
    assert {"recordSet", "data", "dataType", "citeAs"} <= context
    types["Record"] = dict.fromkeys(example.groups(), "")
    for owner in types:
        types[owner] |= {"@id": "", "@type": ""}
    splits = sorted(set(re.findall(r"cr:(?:Training|Validation|Test)Split", text)))
    values = {"Record.splits/url": splits, "RecordSet.dataType": ["cr:Split"]}
    return made("1.1", clone.source(path), types, root="Dataset", values=values)


def mlperf(folder: Path) -> Vocabulary:
    clone = Clone(folder, "mlcommons/policies")
    path = "submission_rules.adoc"
    table = (
        clone.read(path)
        .partition("| Field | Meaningful response required | Cloud example")[2]
        .partition("|===")[0]
    )
    names = [row.split("|")[1].strip() for row in table.splitlines() if row.startswith("|")]
    fields = dict.fromkeys((name for name in names if name), "")
    assert len(fields) == 36
    return made("2026-04-28", clone.source(path), {"system": fields}, root="system")


def datacite(folder: Path) -> Vocabulary:
    clone = Clone(folder, "datacite/schema")
    base = "source/meta/kernel-4.7/"
    types: dict[str, dict[str, str]] = {}
    xs = "{http://www.w3.org/2001/XMLSchema}"

    root = ElementTree.fromstring(clone.read(f"{base}metadata.xsd"))
    named = {each.get("name"): each for each in root if each.tag == f"{xs}complexType"}
    of_type = "{http://www.w3.org/2001/XMLSchema-instance}type"

    def element(node: ElementTree.Element) -> None:
        inside: dict[str, str] = {}
        pending = [*node, *named.get(node.get("type") or node.get(of_type), ())]
        while pending:
            each = pending.pop(0)
            if each.tag == f"{xs}element":
                inside[each.get("name", "")] = each.get("name", "")
                element(each)
            elif each.tag == f"{xs}attribute":
                inside["@" + (each.get("name") or each.get("ref", ""))] = ""
            else:
                pending += list(each)
        types.setdefault(node.get("name", ""), {}).update(inside)

    element(next(each for each in root if each.get("name") == "resource"))
    values = {}
    for owner, attribute in (
        ("relatedIdentifier", "relationType"),
        ("relatedIdentifier", "relatedIdentifierType"),
        ("relatedIdentifier", "resourceTypeGeneral"),
        ("contributor", "contributorType"),
        ("description", "descriptionType"),
        ("date", "dateType"),
    ):
        file = {"resourceTypeGeneral": "resourceType"}.get(attribute, attribute)
        words = re.findall(
            r'enumeration value="([^"]*)"', clone.read(f"{base}include/datacite-{file}-v4.xsd")
        )
        values[f"{owner}.@{attribute}"] = words
    return made("4.7", clone.source(f"{base}metadata.xsd"), types, root="resource", values=values)


def codemeta(folder: Path) -> Vocabulary:
    clone = Clone(folder, "codemeta/codemeta", "3.1")
    types: dict[str, dict[str, str]] = {}
    for row in csv.DictReader(io.StringIO(clone.read("properties_description.csv"))):
        types.setdefault(row["Parent Type"].partition(":")[2], {})[row["Property"]] = row["Type"].split(
            " or "
        )[0]
    context = json.loads(clone.read("codemeta.jsonld"))["@context"]
    everywhere = dict.fromkeys(("id", "type"), "")
    types = {
        owner: {name: kind if kind in types else "" for name, kind in names.items() if name in context}
        | everywhere
        for owner, names in types.items()
    }
    for owner in ("SoftwareSourceCode", "SoftwareApplication", "Person"):
        types[owner] = types.get("Thing", {}) | types[owner]
    types["SoftwareSourceCode"] = types["CreativeWork"] | types["SoftwareSourceCode"]
    types["SoftwareSourceCode"] |= dict.fromkeys(("author", "contributor", "maintainer"), "Person")
    types["SoftwareSourceCode"] |= dict.fromkeys(("referencePublication", "funder", "publisher"), "Thing")
    types["SoftwareApplication"] |= dict.fromkeys(("supportingData",), "Thing")
    types["SoftwareApplication"]["softwareRequirements"] = "SoftwareSourceCode"
    types["Person"]["affiliation"] = "Thing"
    return made("3.1", clone.source("properties_description.csv"), types)


def fair4ml(folder: Path) -> Vocabulary:
    clone = Clone(folder, "RDA-FAIR4ML/FAIR4ML-schema")
    path = "release/0.1.0/fair4ml.jsonld"
    types: dict[str, dict[str, str]] = {}
    for entity in json.loads(clone.read(path))["@graph"]:
        owner = entity.get("schema:domainIncludes") or entity.get("domainIncludes") or {}
        for each in owner if isinstance(owner, list) else [owner]:
            name = (each if isinstance(each, str) else each.get("@id", "")).removeprefix("fair4ml:")
            if name:
                types.setdefault(name, {})[entity["@id"].removeprefix("fair4ml:")] = ""
    return made("0.1.0", clone.source(path), types)


# Packages ---------------------------------------------------------------------------------------------


def package(name: str, path: str) -> dict[str, str]:
    return {"package": name, "version": version(name), "path": path}


def pylock(_folder: Path) -> Vocabulary:
    import dataclasses

    from packaging import pylock as module

    classes = {name: each for name, each in vars(module).items() if name.startswith(("Package", "Pylock"))}
    classes = {name: each for name, each in classes.items() if dataclasses.is_dataclass(each)}
    types: dict[str, dict[str, str]] = {}
    for name, each in classes.items():
        types[name] = {}
        for field in dataclasses.fields(each):
            inner = next((known for known in classes if re.search(rf"\b{known}\b", str(field.type))), "")
            listed = "[]" if "Sequence" in str(field.type) else "{}" if "Mapping" in str(field.type) else ""
            types[name][field.name.replace("_", "-")] = inner + listed
    return made("1.0", package("packaging", "packaging/pylock.py"), types, root="Pylock")


def wandb(_folder: Path) -> Vocabulary:
    from wandb.proto import wandb_internal_pb2 as module

    types: dict[str, dict[str, str]] = {}

    def message(descriptor: Any) -> str:
        if descriptor.name not in types:
            types[descriptor.name] = {}
            for field in descriptor.fields:
                inner = message(field.message_type) if field.message_type is not None else ""
                repeated = field.is_repeated if hasattr(field, "is_repeated") else field.label == 3
                types[descriptor.name][field.name] = inner + ("[]" if repeated else "")
        return str(descriptor.name)

    kept = ("run", "config", "history", "environment", "exit", "metric", "artifact", "output_raw")
    record = module.Record.DESCRIPTOR
    types["Record"] = {name: message(record.fields_by_name[name].message_type) for name in kept}
    for noise in ("TelemetryRecord", "SettingsRecord", "SettingsItem"):
        types.pop(noise, None)
    values = {"MetricRecord.goal": list(module.MetricRecord.MetricGoal.keys())}
    source = package("wandb", "wandb/proto/wandb_internal.proto")
    files = {"run-*.wandb": "Record", "files/requirements.txt": ""}
    return made(version("wandb"), source, types, values=values, files=files)


def mlflow(_folder: Path) -> Vocabulary:
    from mlflow.entities import RunStatus
    from mlflow.store.tracking.dbmodels import models
    from mlflow.utils import mlflow_tags

    tables = {each.__tablename__: each for each in vars(models).values() if hasattr(each, "__table__")}
    kept = ("experiments", "runs", "metrics", "params", "tags", "datasets", "inputs", "input_tags")
    types = {"mlflow.db": {name: f"{name}[]" for name in kept}}
    types |= {name: dict.fromkeys(tables[name].__table__.columns.keys(), "") for name in kept}
    from mlflow.entities import Dataset, Metric, RunInfo

    types["run"] = dict.fromkeys((each for each, _ in _properties(RunInfo)), "")
    types["dataset"] = dict.fromkeys((each for each, _ in _properties(Dataset)), "")
    types["metric"] = dict.fromkeys((each for each, _ in _properties(Metric)), "")
    tags = sorted(value for name, value in vars(mlflow_tags).items() if name.startswith("MLFLOW_"))
    values = {"runs.status": [RunStatus.to_string(each) for each in RunStatus.all_status()]}
    values["tags.key"] = [each for each in tags if each.startswith("mlflow.source.") or "parent" in each]
    values["input_tags.name"] = [mlflow_tags.MLFLOW_DATASET_CONTEXT]
    values["run.status"] = [str(each) for each in RunStatus.all_status()]
    files = {
        "mlflow.db": "mlflow.db",
        "mlruns/*/*/meta.yaml": "run",
        "mlruns/*/datasets/*/meta.yaml": "dataset",
    }
    files |= {"mlruns/*/*/metrics/*": "metric"}
    files |= {f"mlruns/*/*/{each}/*": "" for each in ("params", "tags", "artifacts")}
    path = "mlflow/store/tracking/dbmodels/models.py"
    return made(version("mlflow-skinny"), package("mlflow-skinny", path), types, values=values, files=files)


def _properties(entity: type) -> list[tuple[str, Any]]:
    return [(name, each) for name, each in vars(entity).items() if isinstance(each, property)]


def dvc(_folder: Path) -> Vocabulary:
    from dvc import schema
    from dvc.dependency.repo import RepoDependency

    def names(mapping: Any) -> dict[str, str]:
        return dict.fromkeys(sorted(str(key) for key in mapping), "")

    stage = names(schema.STAGE_DEFINITION) | {"deps": "[]", "outs": "[]", "metrics": "[]", "matrix": "{}"}
    types = {
        "dvc.yaml": {"stages": "stage{}"},
        "stage": stage,
        "dvc.lock": {"stages": "locked{}"},
        "locked": {
            **names(schema.LOCK_FILE_STAGE_SCHEMA),
            "deps": "file[]",
            "outs": "file[]",
            "params": "values{}",
        },
        "values": {},
        "file": names(schema.DATA_SCHEMA),
        "*.dvc": {"outs": "output[]", "deps": "dependency[]"},
        "output": names(schema.output.SCHEMA),
        "dependency": names(schema.dependency.SCHEMA) | {"repo": "repo"},
        "repo": names(next(iter(RepoDependency.REPO_SCHEMA.values()))),
    }
    files = {name: name for name in ("dvc.yaml", "dvc.lock", "*.dvc")}
    return made(version("dvc"), package("dvc", "dvc/schema.py"), types, files=files)


def sacred(_folder: Path) -> Vocabulary:
    import inspect

    from sacred import host_info, ingredient, run, utils
    from sacred.ingredient import Ingredient
    from sacred.observers import file_storage

    observer = inspect.getsource(file_storage)
    entry = set(re.findall(r'run_entry\["(\w+)"\]', observer)) | set(
        re.findall(r'^            "(\w+)":', observer, re.M)
    )
    experiment = set(
        re.findall(
            r"^\s+(\w+)=", inspect.getsource(Ingredient.get_experiment_info).partition("dict(")[2], re.M
        )
    )
    hosts = set(re.findall(r'host_info_gatherer\(name="(\w+)"\)', inspect.getsource(host_info)))
    gpus = set(re.findall(r'"(\w+)":', inspect.getsource(host_info).partition("_gpus")[2]))
    types = {
        "run.json": {
            **dict.fromkeys(sorted(entry), ""),
            "experiment": "experiment",
            "host": "host",
            "artifacts": "[]",
            "resources": "[]",
        },
        "experiment": {
            **dict.fromkeys(sorted(experiment), ""),
            "dependencies": "[]",
            "sources": "[]",
            "repositories": "repository[]",
        },
        "repository": dict.fromkeys(("url", "commit", "dirty"), ""),
        "host": {**dict.fromkeys(sorted(hosts | {"ENV"}), ""), "ENV": "{}", "gpus": "gpus", "os": "[]"},
        "gpus": {"gpus": "gpu[]", "driver_version": ""},
        "gpu": dict.fromkeys(sorted(gpus - {"gpus", "driver_version"}), ""),
        "metrics.json": {"": "series{}"},
        "series": dict.fromkeys(("values", "steps", "timestamps"), "[]"),
        "config.json": {"": "{}", "seed": ""},
    }
    everything = observer + inspect.getsource(host_info) + inspect.getsource(ingredient)
    for name in ("values", "steps", "timestamps", "ENV", "driver_version", "url", "commit", "dirty"):
        assert f'"{name}"' in everything
    words = set(re.findall(r'self\.status = "(\w+)"', inspect.getsource(run))) | {"INTERRUPTED"}
    words |= {utils.TimeoutInterrupt.STATUS}
    return made(
        version("sacred"),
        package("sacred", "sacred/observers/file_storage.py"),
        types,
        values={"run.json.status": sorted(words)},
        files={name: name for name in ("run.json", "metrics.json", "config.json")} | {"cout.txt": ""},
    )


def huggingface(_folder: Path) -> Vocabulary:
    from huggingface_hub import EvalResult, ModelCardData

    result = EvalResult(
        **dict.fromkeys(("task_type", "dataset_type", "dataset_name", "metric_type", "metric_value"), "x"),
        **dict.fromkeys(
            ("task_name", "dataset_config", "dataset_split", "dataset_revision", "metric_name"), "x"
        ),
        **dict.fromkeys(("metric_config", "source_name", "source_url"), "x"),
    )
    given = ("license", "base_model", "pipeline_tag", "library_name", "language")
    card = ModelCardData(
        model_name="x",
        eval_results=[result],
        datasets=["x"],
        tags=["x"],
        metrics=["x"],
        **dict.fromkeys(given, "x"),
    ).to_dict()
    types: dict[str, dict[str, str]] = {}

    def walk(value: dict[str, Any], name: str) -> str:
        types[name] = {}
        for key, each in value.items():
            first = each[0] if isinstance(each, list) else each
            inner = walk(first, f"{name}.{key}") if isinstance(first, dict) else ""
            types[name][key] = inner + ("[]" if isinstance(each, list) else "")
        return name

    walk(card, "card")
    path = "huggingface_hub/repocard_data.py"
    return made(version("huggingface_hub"), package("huggingface_hub", path), types, root="card")


MAKERS: dict[str, Callable[[Path], Vocabulary]] = {
    "cff": cff,
    "codemeta": codemeta,
    "croissant": croissant,
    "cyclonedx": cyclonedx,
    "datacite": datacite,
    "dvc": dvc,
    "fair4ml": fair4ml,
    "huggingface": huggingface,
    "inveniordm": inveniordm,
    "mlflow": mlflow,
    "mlperf": mlperf,
    "pylock": pylock,
    "sacred": sacred,
    "wandb": wandb,
}

if __name__ == "__main__":
    main()
