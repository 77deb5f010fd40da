"""Small experiments with all their files, from which the tests make crates."""

from __future__ import annotations

import hashlib
import json
import unicodedata
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from reprocrate.crate import CHECKED, CrateFile, Target, write_crate
from reprocrate.files import composed
from reprocrate.manifest import Manifest, manifest_from

METADATA = "ro-crate-metadata.json"
CONFIGURATIONS = {"wide": "proposed", "linear": "baseline"}
LARGE_SEED = "340282366920938463463374607431768211455"
COMMIT = "3f786850e387550fdab836ed7e6dc881de23001b"


@dataclass
class Sample:
    """An experiment and the bytes of its files."""

    document: dict[str, Any]
    contents: dict[str, bytes] = field(default_factory=dict)
    preview: bool = True
    target: Target = CHECKED
    doi: str | None = None

    @property
    def manifest(self) -> Manifest:
        return manifest_from(self.document)

    def crate_files(self) -> list[CrateFile]:
        contents = {**self.contents, "reprocrate.json": self.manifest.to_bytes()}
        return [
            CrateFile(composed(path), len(data), sha256(data), name=path) for path, data in contents.items()
        ]

    def metadata(self) -> bytes:
        listed = self.crate_files()
        return write_crate(self.manifest, listed, preview=self.preview, doi=self.doi, target=self.target)

    def graph(self) -> dict[str, dict[str, Any]]:
        """The entities of the crate by identifier."""
        return {entity["@id"]: entity for entity in json.loads(self.metadata())["@graph"]}

    def all_files(self) -> dict[str, bytes]:
        page = {"ro-crate-preview.html": b"<!doctype html><title>Preview</title>"} if self.preview else {}
        own = {METADATA: self.metadata(), "reprocrate.json": self.manifest.to_bytes(), **page}
        return {**own, **self.contents}

    def write_folder(self, folder: Path) -> Path:
        for path, data in self.all_files().items():
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
        return folder

    def write_zip(self, target: Path) -> Path:
        with zipfile.ZipFile(target, "w") as archive:
            folders: set[str] = set()
            for path, data in self.all_files().items():
                parts = path.split("/")[:-1]
                for depth in range(1, len(parts) + 1):
                    folder = "/".join(parts[:depth]) + "/"
                    if folder not in folders:
                        folders.add(folder)
                        archive.writestr(folder, b"")
                archive.writestr(path, data)
        return target


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def file_of(path: str, data: bytes, **more: Any) -> dict[str, Any]:
    return {"path": path, "size": len(data), "sha256": sha256(data), **more}


def two_configurations(
    seeds: int = 5, *, script: str = "train.py", table: str = "data/rings.csv", out: str = "out"
) -> Sample:
    """The main case: two configurations, the same seeds each, with all that is usually known of them."""
    sample = Sample(_frame())
    code = {
        path: f"# {path}\n".encode() for path in (script, "src/features.py", "src/models.py", "README.md")
    }
    data = {table: b"x,y,label\n0,1,1\n"}
    lock = {".reprocrate/environment/main/requirements.txt": b"numpy==2.1.0\n"}
    rest = {
        ".reprocrate/standard/context.jsonld": b"{}",
        ".reprocrate/standard/manifest.schema.json": b"{}",
        "REPRODUCING.md": b"# Reproducing\n",
        "manifest-sha256.txt": b"",
    }
    sample.contents = {**code, **data, **lock, **rest}
    document = sample.document
    document["code"][0]["files"] = [file_of(path, content) for path, content in code.items()]
    document["data"][0]["files"] = [file_of(path, content) for path, content in data.items()]
    [(path, content)] = lock.items()
    document["environments"][0]["lock"] = {**file_of(path, content), "format": "requirements", "hashed": True}
    for name, role in CONFIGURATIONS.items():
        document["configurations"].append(_configuration(name, role, script))
        for seed in range(seeds):
            document["runs"].append(_run(sample, name, seed, script, table, out))
        document["results"].append(_result(name, seeds))
    return sample


def nothing_declared() -> Sample:
    """No authors, licence, description, version control, or claims."""
    sample = two_configurations(1)
    document = sample.document
    document["experiment"] = {"title": "project"}
    document["code"] = [
        {"id": "tree", "tree_sha256": "ab" * 32, "files": document["code"][0]["files"]},
    ]
    document["metrics"] = [{"id": "accuracy"}]
    for name in ("claims", "tables", "comparisons", "determinism", "hardware", "environments"):
        del document[name]
    for run in document["runs"]:
        run["code"] = "tree"
        del run["environment"], run["hardware"], run["resources"]
    del document["data"][0]["license"], document["data"][0]["source"]
    return sample


def one_failed() -> Sample:
    """The second seed of each configuration ended with an error, the third was killed."""
    sample = two_configurations(4)
    for run in sample.document["runs"]:
        seed = run["seeds"][0]["value"]
        if seed == 1:
            run.update(status="failed", exit_code=3, metrics=[], outputs=[])
        elif seed == 2:
            del run["exit_code"]
            run.update(status="killed", signal=9, outputs=[])
            run["metrics"][0].update(value=None, status="nan")
        elif seed == 3:
            del run["exit_code"]
            run.update(status="interrupted", outputs=[], metrics=[], logs=[])
    used = {path["path"] for run in sample.document["runs"] for path in (*run["outputs"], *run["logs"])}
    sample.contents = {
        path: data
        for path, data in sample.contents.items()
        if not path.startswith(("out/", ".reprocrate/runs/")) or path in used
    }
    for result in sample.document["results"]:
        name = result["configuration"]
        result.update(n=1, statistic="single", runs=[f"{name}-0"])
        for term in ("sd", "ddof", "interval", "minimum", "maximum", "varies_over"):
            del result[term]
        result["excluded"] = [
            {"run": f"{name}-1", "reason": "failed"},
            {"run": f"{name}-2", "reason": "killed"},
            {"run": f"{name}-3", "reason": "interrupted"},
        ]
    return sample


def odd_names() -> Sample:
    """Names with spaces, percent signs, other scripts, and characters that mean something in a URI."""
    sample = two_configurations(
        1, script="my code/train é 100%.py", table="données/Ringe #1?.csv", out="aus gabe/50%25 [a]"
    )
    sample.contents["データ/モデル;v=1.bin"] = b"\0"
    for path in ("résultats/é.json", "modèle.bin"):  # as programs on macOS often write them
        sample.contents[unicodedata.normalize("NFD", path)] = b"x"
        sample.document["runs"][0]["outputs"].append(file_of(path, b"x"))
    sample.contents["a:b & c+d,e.txt"] = b"x"
    sample.contents["-o=~'(1)!$@.txt"] = b"x"
    return sample


def many_folders() -> Sample:
    """Data in many files, data from outside the project, older code, and data that stays behind."""
    sample = two_configurations(2)
    document = sample.document
    images = {f"images/train/class {number % 3}/{number:04}.png": b"%d" % number for number in range(1001)}
    weights = {"models/base/weights.bin": b"w", "models/base/config.json": b"{}"}
    old = {"train.py": b"# older\n", "src/features.py": b"# older\n"}
    sample.contents.update(images)
    sample.contents.update({f".reprocrate/external/base/{path}": data for path, data in weights.items()})
    sample.contents.update({f".reprocrate/code/first/{path}": data for path, data in old.items()})
    sample.contents["empty folder/nested/deep/.keep"] = b""
    document["code"].append(
        {
            "id": "first",
            "tree_sha256": "cd" * 32,
            "folder": ".reprocrate/code/first",
            "files": [file_of(path, data) for path, data in old.items()],
        }
    )
    document["data"] += [
        {"id": "images", "files": [file_of(path, data) for path, data in images.items()]},
        {
            "id": "base",
            "kind": "model",
            "files": [file_of(path, data, root="huggingface") for path, data in weights.items()],
            "derived_from": ["images"],
        },
        {
            "id": "patients",
            "access": {"level": "restricted", "how_to_obtain": "Apply to the hospital."},
            "files": [file_of("patients.csv", b"secret", in_bundle=False)],
        },
        {"id": "stream", "remote": {"uri": "s3://bucket/train", "revision": "7"}},
    ]
    document["runs"][0]["code"] = "first"
    document["runs"][0]["inputs"] += document["data"][1]["files"]
    document["runs"][1]["inputs"] += [document["data"][2]["files"][0], document["data"][3]["files"][0]]
    return sample


def unusual() -> Sample:
    """What is rare: several seeds a run or none, a container, an older output, other kinds of claim."""
    sample = two_configurations(2)
    document = sample.document
    wide, _again, linear, last = document["runs"]
    wide["seeds"] = [
        {
            "value": LARGE_SEED,
            "how": "observed",
            "library": "numpy",
            "rank": 0,
        },
        {"value": 7, "how": "observed", "library": "torch", "rank": 1},
    ]
    wide["outputs"].append(file_of("out/old.json", b"overwritten", in_bundle=False))
    wide["metrics"].append({"metric": "loss", "value": 0.25, "status": "ok", "step": 100, "fold": 0})
    document["metrics"].append(
        {"id": "loss", "direction": "minimize", "selection": "mean_last_k", "last_k": 3}
    )
    linear["command"] = ["python", "-m", "models", "--config=features.py"]
    linear["working_directory"] = "src"
    linear["kind"] = "evaluate"
    document["runs"].append({**last, "id": "parts", "kind": "preprocess", "seeds": [], "metrics": []})
    del last["code"]
    del last["duration_s"]
    patch = b"--- a\n+++ b\n"
    sample.contents[".reprocrate/patches/a.patch"] = patch
    document["code"][0].update(dirty=True, patch=file_of(".reprocrate/patches/a.patch", patch))
    document["environments"][0]["container"] = {
        "image": "quay.io/lab/train:v1",
        "digest": f"sha256:{'ef' * 32}",
    }
    document["environments"][0]["packages"] += [
        {"name": "torch", "version": "2.13.0", "local_label": "cu130", "source": "pypi"},
        {"name": "mine", "version": "0.1", "source": "vcs", "url": "https://example.org/mine.git"},
    ]
    document["results"].append(
        {
            "id": "both",
            "metric": "accuracy",
            "over": "results",
            "statistic": "mean",
            "n": 2,
            "value": 0.9,
            "results": ["wide-accuracy", "linear-accuracy"],
            "reported": [{"value": "90.0", "dispersion": "1.20", "dispersion_kind": "sd"}],
        }
    )
    document["claims"] += [
        {"id": "c2", "text": "It is 90 %.", "kind": "value", "evidence": ["both", "gone"],
         "relation": "equals", "value": 0.9, "margin": 0.01},
        {"id": "c3", "text": "Best on 3 of 4.", "kind": "quantified", "evidence": ["gain"],
         "quantifier": {"at_least": 3, "of": 4}},
    ]  # fmt: skip
    verdict = b"{}\n"
    sample.contents[".reprocrate/reproduction/verdict.json"] = verdict
    document["reproduces"] = {
        "id": "urn:uuid:0b1f3f5e-6f0c-5a52-9a53-3a2a6f1f1f10",
        "payload_sha256": "ab" * 32,
        "depth": "full",
        "title": "Rings",
        "sentence": "Run again in full: 1 result identical.",
        "verdict": file_of(".reprocrate/reproduction/verdict.json", verdict),
    }
    document["experiment"]["funding"] = [{"funder": "Example Foundation", "number": "EX 1"}]
    document["experiment"]["contact"] = "ada@example.org"
    document["experiment"]["keywords"] = ["rings"]
    document["experiment"]["license"] = "MIT OR Apache-2.0"
    document["experiment"]["paper"] = {"doi": "10.1000/a<b>", "title": "Rings", "venue": "NeurIPS 2026"}
    return sample


def _frame() -> dict[str, Any]:
    return {
        "manifest_version": "1.0",
        "id": "urn:uuid:6b1f3f5e-6f0c-5a52-9a53-3a2a6f1f1f10",
        "experiment": {
            "title": "Random features on rings",
            "description": "Compares wide random features with a linear model.",
            "authors": [
                {
                    "name": "Ada Example",
                    "orcid": "0000-0002-1825-0097",
                    "affiliation": "Example University",
                    "affiliation_ror": "000000098",
                },
                {
                    "name": "Ben Example",
                    "orcid": "0000-0000-0000-0001",
                    "affiliation": "Example University",
                    "affiliation_ror": "000000098",
                },
            ],
            "license": "Apache-2.0",
            "version": "1.0",
            "created": "2026-11-01T12:00:00Z",
        },
        "code": [
            {
                "id": "main",
                "tree_sha256": "9f" * 32,
                "repository": "https://example.org/rings.git",
                "commit": COMMIT,
                "dirty": False,
                "license": "Apache-2.0",
                "swhid": f"swh:1:rev:{COMMIT}",
            }
        ],
        "data": [
            {
                "id": "rings",
                "name": "Two rings",
                "license": "CC-BY-4.0",
                "version": "2",
                "source": {"url": "https://example.org/rings.csv", "doi": "10.5281/zenodo.1234567"},
            }
        ],
        "environments": [_environment()],
        "hardware": [
            {
                "id": "box",
                "cpu": {"model": "Example CPU", "architecture": "x86_64", "cores": 2, "features": ["avx2"]},
                "memory_bytes": 8 * 2**30,
                "accelerators": [{"model": "Example GPU", "driver": "1.2", "runtime": "CUDA 13.0"}],
            }
        ],
        "determinism": {"promised": "numerical", "settings": {"PYTHONHASHSEED": "0"},
                        "seeds_pair_randomness": True, "known_causes": ["threads"]},
        "configurations": [],
        "runs": [],
        "metrics": [
            {"id": "accuracy", "direction": "maximize", "unit": "fraction", "range": [0, 1],
             "definition": "Share of correct labels.", "count_of": 100, "selection": "last",
             "margin": {"kind": "absolute", "value": 0.01}, "tolerance": {"atol": 0.0, "rtol": 1e-6}}
        ],
        "results": [],
        "comparisons": [
            {"id": "gain", "a": "wide-accuracy", "b": "linear-accuracy", "paired": True, "test": "paired_t",
             "p_value": 0.001, "correction": "none",
             "effect": {"kind": "difference", "value": 0.2,
                        "interval": {"kind": "ci", "level": 0.95, "low": 0.1, "high": 0.3, "method": "t"}}}
        ],
        "tables": [
            {"label": "Table 1", "rows": "method", "columns": "data", "metric": "accuracy", "scale": 100,
             "cells": [{"row": "wide", "column": "rings", "result": "wide-accuracy", "text": "95.0"}]}
        ],
        "claims": [
            {"id": "c1", "text": "Wide features are more accurate.", "kind": "gain", "primary": True,
             "evidence": ["gain"], "by": 0.05, "location": {"kind": "table", "label": "Table 1"}}
        ],
    }  # fmt: skip


def _environment() -> dict[str, Any]:
    return {
        "id": "main",
        "python": {"version": "3.11.7", "implementation": "CPython"},
        "packages": [{"name": "numpy", "version": "2.1.0", "source": "pypi"}],
        "os": {"name": "Linux", "version": "Debian GNU/Linux 12", "machine": "x86_64", "libc": "glibc 2.36"},
        "native_libraries": [{"name": "openblas", "version": "0.3.27", "kind": "blas"}],
        "variables": {"OMP_NUM_THREADS": "1"},
    }


def _configuration(name: str, role: str, script: str) -> dict[str, Any]:
    return {
        "id": name,
        "name": name,
        "role": role,
        "factors": {"method": name, "data": "rings"},
        "hyperparameters": {"width": 64, "layers": [3, 4], "bias": None},
        "command": ["python", script, "--model", name, "--seed", "{seed}"],
        "code": "main",
        "data": ["rings"],
    }


def _run(sample: Sample, name: str, seed: int, script: str, table: str, out: str) -> dict[str, Any]:
    output = (f"{out}/{name}-{seed}.json", b'{"accuracy": 0.9}' + b"\n" * seed)
    log = (f".reprocrate/runs/{name}-{seed}/stdout.log", f"accuracy {name} {seed}\n".encode())
    sample.contents.update([output, log])
    return {
        "id": f"{name}-{seed}",
        "configuration": name,
        "seeds": [{"value": seed, "how": "argument"}],
        "command": ["python", script, "--model", name, "--seed", str(seed)],
        "status": "ok",
        "exit_code": 0,
        "started": f"2026-11-01T{12 + seed // 60 % 12}:{seed % 60:02}:00.25Z",
        "duration_s": 61.5,
        "code": "main",
        "environment": "main",
        "hardware": ["box"],
        "inputs": [file_of(table, sample.contents[table])],
        "outputs": [file_of(*output)],
        "logs": [file_of(*log)],
        "metrics": [
            {
                "metric": "accuracy",
                "value": 0.9 + seed / 1000,
                "status": "ok",
                "data": "rings",
                "split": "test",
            }
        ],
        "resources": {"cpu_s": 60.0, "peak_memory_bytes": 1000000},
        "capture": {"completeness": "complete"},
    }


def _result(name: str, seeds: int) -> dict[str, Any]:
    return {
        "id": f"{name}-accuracy",
        "configuration": name,
        "metric": "accuracy",
        "data": "rings",
        "split": "test",
        "over": "runs",
        "statistic": "mean",
        "n": seeds,
        "runs": [f"{name}-{seed}" for seed in range(seeds)],
        "value": 0.902,
        "sd": 0.0016,
        "ddof": 1,
        "minimum": 0.9,
        "maximum": 0.904,
        "varies_over": "seeds",
        "interval": {"kind": "ci", "level": 0.95, "low": 0.9, "high": 0.904, "method": "t"},
    }
