"""Manifests as projects give them: a network against its baseline, a grid, next to nothing, a hostile one."""

from __future__ import annotations

import copy
import hashlib
from typing import Any

from reprocrate import statistics
from reprocrate.manifest import Manifest, manifest_from

Section = dict[str, Any]

MLP = (0.9583333333333334, 0.9694444444444444, 0.9638888888888889, 0.975, 0.9611111111111111)
LOGISTIC = (0.8944444444444445, 0.9055555555555556, 0.8861111111111111, 0.9, 0.8916666666666667)
MLP_LOSS = (0.1211, 0.0987, 0.1105, 0.0912, 0.1142)
LOGISTIC_LOSS = (0.2811, 0.2593, 0.2907, 0.2682, 0.2799)
GRID = {
    ("neighbours", "moons"): (0.94, 0.95, 0.93),
    ("neighbours", "blobs"): (0.97, 0.97, 0.97),
    ("centroid", "moons"): (0.79, 0.81, 0.78),
    ("centroid", "blobs"): (0.96, 0.98, 0.97),
}


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def file(path: str, size: int = 1000, **more: Any) -> Section:
    return {"path": path, "size": size, "sha256": sha256(path), **more}


def digits() -> Manifest:
    """Two configurations with five seeds each; seed 3 of the network failed and was run again."""
    return manifest_from(digits_document())


def grid() -> Manifest:
    """Two methods on two data sets, three seeds each, as one table."""
    return manifest_from(grid_document())


def bare() -> Manifest:
    """A manifest of which nothing is known but its name."""
    return manifest_from(
        {
            "manifest_version": "1.0",
            "id": "urn:uuid:6b1f3f5e-6f0c-5a52-9a53-3a2a6f1f1f10",
            "experiment": {"title": "project"},
        }
    )


HOSTILE = "<script>alert(1)</script>\"'&--><b onmouseover=x>[red]\u202egnp\u2066\x1b[31m\x00`|*_# ${x}"


def hostile() -> Manifest:
    """The first sample with markup, control characters and lures wherever a manifest takes free text."""
    document = copy.deepcopy(digits_document())
    document["experiment"] |= {
        "title": HOSTILE,
        "description": f"{HOSTILE}\n\n{HOSTILE}",
        "authors": [{"name": HOSTILE, "affiliation": HOSTILE}],
        "contact": HOSTILE,
        "paper": {"title": HOSTILE, "venue": HOSTILE, "url": 'https://example.org/"><script>'},
    }
    document["code"][0]["files"].append(file("javascript:alert(1)"))
    document["code"][0]["files"].append(file("a&b <i>\"'|`x`.py"))
    document["claims"][0] |= {"text": HOSTILE, "location": {"label": HOSTILE}}
    document["metrics"][0] |= {"name": HOSTILE, "unit": HOSTILE}
    document["configurations"][0] |= {
        "name": HOSTILE,
        "factors": {HOSTILE: HOSTILE},
        "command": ["python", HOSTILE, "$(rm -rf ~)", "{seed}"],
    }
    for run in document["runs"]:
        run["command"] = ["python", HOSTILE, "$(rm -rf ~)", "```", "it's"]
    document["hardware"][0]["cpu"]["model"] = HOSTILE
    document["environments"][0]["os"]["version"] = HOSTILE
    document["determinism"]["settings"] = {HOSTILE: HOSTILE}
    document["determinism"]["known_causes"] = [HOSTILE]
    document["tables"] = [
        {
            "label": HOSTILE,
            "rows": HOSTILE,
            "columns": HOSTILE,
            "cells": [{"row": HOSTILE, "column": HOSTILE, "text": HOSTILE}],
        }
    ]
    document["data"] = [
        {"id": "d", "name": HOSTILE, "citation": HOSTILE, "remote": {"uri": "javascript:alert(1)"}}
    ]
    return manifest_from(document)


def digits_document() -> Section:
    """The plain JSON values of `digits`."""
    runs = [
        _run("mlp", seed, {"accuracy": MLP[seed], "log_loss": MLP_LOSS[seed]}, minute=seed)
        for seed in range(5)
    ]
    failed = _run("mlp", 3, {}, minute=3, status="failed", exit_code=1, name="mlp-3-first")
    runs[3] = {**runs[3], "started": "2026-11-20T09:09:12Z"}
    runs.insert(3, failed)
    runs += [
        _run(
            "logistic", seed, {"accuracy": LOGISTIC[seed], "log_loss": LOGISTIC_LOSS[seed]}, minute=10 + seed
        )
        for seed in range(5)
    ]
    excluded = [{"run": "mlp-3-first", "reason": "failed"}]
    results = [
        _result("mlp", "accuracy", MLP, excluded=excluded),
        _result("mlp", "log_loss", MLP_LOSS, excluded=excluded),
        _result("logistic", "accuracy", LOGISTIC),
        _result("logistic", "log_loss", LOGISTIC_LOSS),
    ]
    return {
        **_about(),
        "code": [_code()],
        "environments": [_environment()],
        "hardware": [_hardware()],
        "determinism": {
            "settings": {"PYTHONHASHSEED": None, "OMP_NUM_THREADS": "2", "blas_threads": 2},
            "known_causes": [
                "the order of sets of text changes with every start (PYTHONHASHSEED is not set)"
            ],
        },
        "configurations": [_configuration("mlp", "proposed"), _configuration("logistic", "baseline")],
        "runs": runs,
        "metrics": [
            {
                "id": "accuracy",
                "direction": "maximize",
                "unit": "fraction",
                "range": [0, 1],
                "count_of": 360,
                "margin": {"kind": "absolute", "value": 0.01},
            },
            {"id": "log_loss", "direction": "minimize"},
        ],
        "results": results,
        "comparisons": [
            _comparison("mlp", "logistic", "accuracy", MLP, LOGISTIC),
            _comparison("mlp", "logistic", "log_loss", MLP_LOSS, LOGISTIC_LOSS),
        ],
        "claims": [
            {
                "id": "claim-1",
                "text": "The network is more accurate than logistic regression by at least three points.",
                "kind": "gain",
                "primary": True,
                "by": 0.03,
                "location": {"kind": "table", "label": "Table 1"},
                "evidence": ["mlp.accuracy-vs-logistic.accuracy"],
            },
            {
                "id": "claim-2",
                "text": "The network reaches an accuracy of 0.96.",
                "kind": "threshold",
                "relation": "at_least",
                "value": 0.96,
                "evidence": ["mlp.accuracy"],
            },
        ],
        "compute": {"total_s": 23.2, "cpu_s": 34.1, "unreported_runs": 1, "unreported_s": 2.2},
        "history": [
            {
                "tool": "reprocrate",
                "version": "0.1.0",
                "section": "runs",
                "how": "captured",
                "when": "2026-11-20T09:15:00Z",
            }
        ],
    }


def grid_document() -> Section:
    """The plain JSON values of `grid`."""
    runs, results, configurations, cells = [], [], [], []
    for number, ((method, data), values) in enumerate(GRID.items()):
        name = f"{method}-{data}"
        role = "proposed" if method == "neighbours" else "baseline"
        command = ["python", "train.py", "--method", method, "--data", f"data/{data}.csv", "--seed", "{seed}"]
        configurations.append(
            {
                "id": name,
                "name": name,
                "role": role,
                "factors": {"method": method, "data": data},
                "command": command,
                "code": "code-1",
                "data": [data],
            }
        )
        runs += [
            _run(name, seed, {"accuracy": value}, minute=5 * number + seed, command=command)
            for seed, value in enumerate(values)
        ]
        results.append(_result(name, "accuracy", values))
        cells.append({"row": method, "column": data, "result": f"{name}.accuracy"})
    about = _about()
    about["experiment"] |= {
        "title": "Nearest neighbours and nearest centroid on two small data sets",
        "description": "Two methods on two data sets, three seeds each: one table of results.",
    }
    return {
        **about,
        "code": [_code()],
        "data": [
            {
                "id": name,
                "license": "CC0-1.0",
                "origin": "existing",
                "source": {"url": f"https://example.org/{name}.csv"},
                "access": {"level": "open"},
                "files": [file(f"data/{name}.csv", 12345)],
            }
            for name in ("moons", "blobs")
        ],
        "environments": [{**_environment(), "packages": []}],
        "hardware": [_hardware()],
        "configurations": configurations,
        "runs": runs,
        "metrics": [
            {
                "id": "accuracy",
                "direction": "maximize",
                "unit": "fraction",
                "margin": {"kind": "absolute", "value": 0.02},
            }
        ],
        "results": results,
        "comparisons": [
            _comparison(
                f"neighbours-{data}",
                f"centroid-{data}",
                "accuracy",
                GRID["neighbours", data],
                GRID["centroid", data],
            )
            for data in ("moons", "blobs")
        ],
        "tables": [
            {"label": "Table 1", "rows": "method", "columns": "data", "metric": "accuracy", "cells": cells}
        ],
        "claims": [
            {
                "id": "claim-1",
                "text": "On moons, neighbours are more accurate than the centroid by at least ten points.",
                "kind": "gain",
                "primary": True,
                "by": 0.1,
                "location": {"kind": "table", "label": "Table 1"},
                "evidence": ["neighbours-moons.accuracy-vs-centroid-moons.accuracy"],
            }
        ],
    }


def many(configurations: int, seeds: int, metrics: int) -> Section:
    """Plain JSON values of a large experiment: every configuration has a result in every metric."""
    document = copy.deepcopy(digits_document())
    names = [f"metric_{number}" for number in range(metrics)]
    labels = [f"method-{number}" for number in range(configurations)]
    document |= {"claims": [], "comparisons": [], "runs": [], "results": []}
    document["metrics"] = [{"id": name, "direction": "maximize"} for name in names]
    document["configurations"] = [_configuration(label, "baseline") for label in labels]
    for count, label in enumerate(labels):
        values = [
            tuple((7 * count + 3 * place + 11 * seed) % 97 / 97 for seed in range(seeds))
            for place in range(metrics)
        ]
        document["runs"] += [
            _run(label, seed, {name: values[place][seed] for place, name in enumerate(names)}, minute=seed)
            for seed in range(seeds)
        ]
        document["results"] += [_result(label, name, values[place]) for place, name in enumerate(names)]
    return document


def _about() -> Section:
    return {
        "$schema": "https://w3id.org/reprocrate/schema/1.0/manifest.schema.json",
        "manifest_version": "1.0",
        "id": "urn:uuid:6b1f3f5e-6f0c-5a52-9a53-3a2a6f1f1f10",
        "experiment": {
            "title": "Even or odd: a small network and logistic regression on handwritten digits",
            "description": "Tells even from odd digits in 8 x 8 images; the seed draws the test images.",
            "authors": [
                {"name": "Ada Example", "orcid": "0000-0002-1825-0097", "affiliation": "Example University"},
                {"name": "Ben Example", "affiliation": "Example University"},
            ],
            "license": "Apache-2.0",
            "created": "2026-11-20T09:00:12Z",
            "keywords": ["handwritten digits", "baselines"],
            "paper": {
                "title": "Small networks, honest baselines",
                "doi": "10.1234/example.5",
                "venue": "Example Conference 2026",
            },
        },
    }


def _code() -> Section:
    return {
        "id": "code-1",
        "tree_sha256": sha256("tree"),
        "repository": "https://example.org/ada/digits",
        "commit": hashlib.sha1(b"commit").hexdigest(),
        "dirty": True,
        "patch": file(".reprocrate/code/code-1.patch", 312),
        "files": [file("train.py", 1874), file("reprocrate.toml", 1021), file("README.md", 640)],
    }


def _environment() -> Section:
    names = {
        "joblib": "1.5.2",
        "numpy": "2.3.5",
        "scikit-learn": "1.9.1",
        "scipy": "1.16.3",
        "threadpoolctl": "3.6.0",
    }
    return {
        "id": "environment-1",
        "python": {"version": "3.11.7", "implementation": "CPython", "build": "GCC 12.2.0"},
        "packages": [{"name": name, "version": version, "source": "pypi"} for name, version in names.items()],
        "lock": {
            "path": ".reprocrate/environment/environment-1/requirements.txt",
            "size": 20480,
            "sha256": sha256("lock"),
            "format": "requirements",
            "hashed": True,
            "resolved": "2026-11-20",
        },
        "os": {
            "name": "Linux",
            "version": "Debian GNU/Linux 12 (bookworm)",
            "kernel": "6.1.0-28-amd64",
            "machine": "x86_64",
            "libc": "glibc 2.36",
        },
        "native_libraries": [
            {
                "name": "openblas",
                "version": "0.3.30",
                "kind": "blas",
                "details": {"architecture": "SkylakeX", "threads": 2},
            }
        ],
        "variables": {"LANG": "C.UTF-8"},
    }


def _hardware() -> Section:
    return {
        "id": "machine-1",
        "cpu": {
            "model": "Intel Xeon Platinum 8481C",
            "architecture": "x86_64",
            "features": ["avx2", "avx512f", "fma"],
            "cores": 2,
            "threads": 4,
            "sockets": 1,
        },
        "memory_bytes": 16 * 2**30,
    }


def _configuration(name: str, role: str) -> Section:
    return {
        "id": name,
        "name": name,
        "role": role,
        "factors": {"method": name},
        "command": [
            "python",
            "train.py",
            "--model",
            name,
            "--seed",
            "{seed}",
            "--out",
            f"out/{name}-{{seed}}.json",
        ],
        "code": "code-1",
    }


def _run(
    configuration: str,
    seed: int,
    metrics: dict[str, float],
    *,
    minute: int,
    status: str = "ok",
    exit_code: int = 0,
    name: str = "",
    command: list[str] | None = None,
) -> Section:
    out = f"out/{configuration}-{seed}.json"
    template = command or ["python", "train.py", "--model", configuration, "--seed", "{seed}", "--out", out]
    return {
        "id": name or f"{configuration}-{seed}",
        "configuration": configuration,
        "kind": "train",
        "seeds": [{"value": seed, "how": "argument"}],
        "command": [part.replace("{seed}", str(seed)) for part in template],
        "status": status,
        "exit_code": exit_code,
        "started": f"2026-11-20T09:{minute:02d}:12Z",
        "duration_s": 1.9 + 0.1 * seed,
        "code": "code-1",
        "environment": "environment-1",
        "hardware": ["machine-1"],
        "outputs": [file(out, 180)] if status == "ok" else [],
        "logs": [file(f".reprocrate/runs/{name or f'{configuration}-{seed}'}/stdout.log", 24)],
        "metrics": [
            {"metric": metric, "split": "test", "value": value, "status": "ok"}
            for metric, value in metrics.items()
        ],
        "resources": {"cpu_s": 3.1, "peak_memory_bytes": 142_000_000},
        "capture": {"completeness": "complete"},
    }


def _interval(interval: statistics.Interval) -> Section:
    return {
        "kind": interval.kind,
        "level": interval.level,
        "low": interval.low,
        "high": interval.high,
        "method": interval.method,
        "varies_over": "seeds",
    }


def _result(configuration: str, metric: str, values: tuple[float, ...], **more: Any) -> Section:
    summary = statistics.summarise(values)
    assert summary.interval is not None
    return {
        "id": f"{configuration}.{metric}",
        "configuration": configuration,
        "metric": metric,
        "split": "test",
        "over": "runs",
        "statistic": "mean",
        "n": summary.n,
        "runs": [f"{configuration}-{seed}" for seed in range(len(values))],
        "value": summary.mean,
        "sd": summary.sd,
        "ddof": 1,
        "minimum": summary.min,
        "maximum": summary.max,
        "varies_over": "seeds",
        "interval": _interval(summary.interval),
        **more,
    }


def _comparison(a: str, b: str, metric: str, left: tuple[float, ...], right: tuple[float, ...]) -> Section:
    difference = statistics.welch(left, right)
    return {
        "id": f"{a}.{metric}-vs-{b}.{metric}",
        "a": f"{a}.{metric}",
        "b": f"{b}.{metric}",
        "paired": False,
        "test": "welch_t",
        "p_value": difference.p,
        "effect": {
            "kind": "difference",
            "value": difference.value,
            "interval": _interval(difference.interval()),
        },
        "correction": "none",
    }
