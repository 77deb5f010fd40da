"""One defect at a time in an honest manifest: exactly the rule that is meant notices it.

The manifest is the full golden one, of which nothing is to be said. Each defect is one slip or one lie that a
person could make, with all the edits that it takes; the rules must tell it from all others.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from reprocrate.standard import shipped_bytes
from reprocrate.validation import FAMILIES, FolderFiles, Subject, all_rules, validate
from reprocrate.validation.cases import patched

HONEST: dict[str, Any] = json.loads(shipped_bytes("conformance/golden/full.json"))
NAMELESS: dict[str, Any] = json.loads(shipped_bytes("conformance/golden/anonymous.json"))
SCHEMAS = "https://w3id.org/reprocrate/schema/"
OTHER = "1bb988d9684dd5342c3e31b5b560d33affa87a6371365ee0dd8fbfc20e0fe73c"
WIDE, NARROW, OVERALL = "/results/0", "/results/1", "/results/2"

Operation = dict[str, Any]


def put(path: str, value: Any) -> Operation:
    return {"op": "add", "path": path, "value": value}


def drop(path: str) -> Operation:
    return {"op": "remove", "path": path}


def over_test(**split: Any) -> list[Operation]:
    """Other properties for the split that is reported."""
    return [put(f"/data/0/splits/2/{name}", value) for name, value in split.items()]


def step(**more: Any) -> Operation:
    return put("/data/0/preprocessing/-", {"step": "a step", **more})


def package(**more: Any) -> Operation:
    return put("/environments/0/packages/-", {"name": "extra", "version": "1.0", "source": "pypi", **more})


def launch(run: int, **more: Any) -> Operation:
    return put(f"/runs/{run}/launch", {"launcher": "torchrun", **more})


def resampled(low: float, high: float) -> dict[str, Any]:
    """An interval by percentiles of resamples."""
    return {"kind": "ci", "level": 0.95, "low": low, "high": high, "method": "percentile"}


EMPTY_ANSWERS = put(
    "/services/0/cached_responses/sha256", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
)
UNTOLD = [
    put("/metrics/0/selection", "best_validation"),
    put("/runs/5/metrics/-", {**HONEST["runs"][5]["metrics"][0], "value": 0.9, "step": 5}),
]
UNPAIRED = [put("/comparisons/0/paired", False), drop("/comparisons/0/effect/interval")]
ON_TRAINING_ROWS = {"files": ["data/rings.csv"], "where": {"column": "part", "values": ["train"]}}
EARLY = put("/data/0/preprocessing/1/step", "oversample before the train/test split")


def claim(**more: Any) -> Operation:
    return put("/claims/-", {"id": "new", "text": "A claim.", "evidence": ["wide.accuracy"], **more})


TEXT = put("/claims/1/text", "Wide features are often right.")
BARE_COMPARISON = [
    drop("/comparisons/0"),
    put("/comparisons/-", {"id": "wide-vs-narrow", "a": "wide.accuracy", "b": "narrow.accuracy"}),
]
SPLITS = [
    *[
        f"/runs/{i}/metrics/{j}"
        for i, run in enumerate(HONEST["runs"])
        for j in range(len(run.get("metrics", [])))
    ],
    *[f"/results/{i}" for i in range(3)],
]
TRAIN_DIGESTS = {n: HONEST["data"][0]["splits"][0]["digests"][n] for n in ("path", "sha256")}
MEMORY = drop("/runs/0/resources/peak_memory_bytes")
TRIALS = ("trials", "trials_completed")
WIDE_9 = {"run": "wide-9", "reason": "killed"}
NAMES = [run["id"] for run in HONEST["runs"]]
AGAIN, KILLED = NAMES.index("wide-8-again"), NAMES.index("wide-9")
MEASURED = "/determinism/measured/0"

TWO_OF_FIVE = {
    **{name: HONEST["results"][0][name] for name in ("configuration", "metric", "data", "over", "statistic")},
    "id": "few",
    "split": "validation",
    "n": 2,
    "runs": ["wide-0", "wide-1"],
    "excluded": [
        *[{"run": f"wide-{seed}", "reason": "no_value"} for seed in (2, 3, 4, 8, "8-again")],
        WIDE_9,
    ],
    "value": 0.915,
}

DEFECTS: list[tuple[str, str, list[Operation]]] = [
    # Reading and structure
    ("RC0001", "a version to come", [put("/manifest_version", "1.7")]),
    ("RC0101", "a misspelt property", [put("/experiment/licence", "MIT")]),
    ("RC0102", "a run without its command", [drop("/runs/3/command")]),
    ("RC0103", "a duration as text", [put("/runs/3/duration_s", "13.25")]),
    ("RC0104", "a role that there is not", [put("/configurations/0/role", "winner")]),
    ("RC0105", "a digest cut short", [put("/data/0/files/0/sha256", OTHER[:63])]),
    ("RC0106", "a negative size", [put("/data/0/files/0/size", -1)]),
    ("RC0107", "an empty title", [put("/experiment/title", "")]),
    ("RC0108", "a seed that is no number", [put("/runs/0/seeds/1/value", True)]),
    ("RC0110", "two services of one name", [put("/services/-", HONEST["services"][0])]),
    ("RC0111", "an environment that is not there", [put("/runs/2/environment", "env-2")]),
    ("RC0112", "an undeclared extension", [put("/code/0/lab:owner", "A. Example")]),
    ("RC0113", "a whole number beyond 2^53", [put("/configurations/0/hyperparameters/depth", 2**53 + 1)]),
    ("RC0114", "a 30 February", [put("/data/0/source/retrieved", "2026-02-30T08:00:00Z")]),
    ("RC0115", "a device of Windows as a path", [put("/tables/0/file", "paper/con.tex")]),
    (
        "RC0116",
        "a token in an address",
        [put("/code/0/repository", "https://tok3n@git.example.org/rings.git")],
    ),
    ("RC0117", "data derived from itself", [put("/data/3/derived_from/-", "augmented")]),
    ("RC0117", "a run that holds itself", [put("/runs/4/parent", "wide-4")]),
    ("RC0118", "a log listed twice", [put("/runs/0/logs/-", HONEST["runs"][0]["logs"][0])]),
    (
        "RC0122",
        "a token in a description",
        [put("/experiment/description", "run with hf_aB3dE5gH7jK9mN1pQ3sT5vW7yZ9bC1eF3h")],
    ),
    ("RC0123", "data in a home folder", [put("/experiment/description", "data in /home/ada/rings")]),
    ("RC0124", "a reader that is no process of the run", [put("/runs/0/inputs/0/read_by/-", "p7")]),
    # Data
    ("RC0201", "no licence", [drop("/data/1/license")]),
    ("RC0202", "a registration at an unknown place", [put("/data/0/access", {"level": "registration"})]),
    ("RC0203", "a file without digest", [drop("/data/3/files/0/sha256")]),
    (
        "RC0204",
        "data to be had nowhere",
        [drop("/data/3/derived_from"), put("/data/3/files/0/in_bundle", False)],
    ),
    (
        "RC0205",
        "a run on other data",
        [put(f"/runs/{i}/inputs/0/sha256", OTHER) for i in range(5)],
    ),
    (
        "RC0206",
        "a model from nowhere",
        [
            drop("/data/2/remote"),
            drop("/data/2/citation"),
            put("/data/2/access", {"level": "open", "how_to_obtain": "Ask."}),
        ],
    ),
    ("RC0207", "restricted scans that travel", [drop("/data/1/files/0/in_bundle")]),
    (
        "RC0207",
        "a restricted scan under another name",
        [
            put(
                "/runs/0/artifacts/-",
                {"path": "out/scan.raw", "sha256": HONEST["data"][1]["files"][0]["sha256"]},
            )
        ],
    ),
    ("RC0222", "a split larger than its digests", [put("/data/0/splits/0/count", 950)]),
    ("RC0223", "data from after the runs", [put("/data/0/source/retrieved", "2026-12-30T08:00:00Z")]),
    (
        "RC0221",
        "data that nothing read",
        [
            *[put(f"/runs/{i}/capture", {"completeness": "complete"}) for i in range(5, 10)],
            put("/configurations/1/data", ["scans"]),
        ],
    ),
    ("RC0208", "a bucket without a version", [drop("/data/2/remote/revision")]),
    ("RC0209", "restricted without a reason", [drop("/data/1/access/reason")]),
    (
        "RC0210",
        "a time range the wrong way round",
        [put("/data/0/splits/0/time_range", ["2023-12-31", "2020-01-01"])],
    ),
    (
        "RC0220",
        "a time range whose end is no day of the calendar",
        [put("/data/0/splits/0/time_range", ["2020-01-01", "2020-02-30"])],
    ),
    ("RC0211", "fitted on a split that is not there", [put("/data/0/preprocessing/0/fit_on/0", "training")]),
    (
        "RC0212",
        "chosen on a split that is not there",
        [put("/configurations/0/search/selected_by/split", "dev")],
    ),
    ("RC0213", "a lost script", [put("/data/0/preprocessing/0/code", "rings/scaling.py")]),
    ("RC0111", "a metric of data that is not there", [put("/metrics/0/source/data", "squares")]),
    (
        "RC0215",
        "an input that nobody can have",
        [put("/runs/1/inputs/-", {"path": "data/priors.npy", "sha256": OTHER})],
    ),
    ("RC0216", "data in a package that is not there", [put("/data/0/source/package", "ring-data")]),
    ("RC0217", "a service of today", [drop("/services/0/version")]),
    ("RC0218", "answers that nobody kept", [drop("/services/0/cached_responses")]),
    ("RC0219", "weights without licence", [drop("/models/0/license")]),
    # Code and environment
    ("RC0301", "changes kept nowhere", [drop("/code/0/patch"), put("/code/0/files/0/in_bundle", False)]),
    ("RC0302", "no commit", [drop("/code/0/commit"), drop("/code/0/swhid")]),
    (
        "RC0303",
        "code to be had nowhere",
        [
            drop("/code/0/repository"),
            drop("/code/0/swhid"),
            drop("/code/0/files"),
            drop("/data/0/preprocessing/0/code"),
        ],
    ),
    ("RC0304", "a run of unknown code", [drop("/runs/3/code")]),
    ("RC0305", "another commit was archived", [put("/code/0/swhid", f"swh:1:rev:{OTHER[:40]}")]),
    ("RC0306", "a clean tree with a patch", [put("/code/0/dirty", False)]),
    (
        "RC0309",
        "a program that is not in the code",
        [
            {"op": "replace", "path": f"{place}/command/1", "value": "fit_wide.py"}
            for place in (
                "/configurations/0",
                *[f"/runs/{i}" for i, run in enumerate(HONEST["runs"]) if run["configuration"] == "wide"],
            )
        ],
    ),
    (
        "RC0310",
        "one seed by other code",
        [
            put(
                "/code/-",
                {"id": "code-2", "tree_sha256": OTHER, "swhid": "swh:1:dir:" + OTHER[:40], "license": "MIT"},
            ),
            put("/runs/3/code", "code-2"),
        ],
    ),
    ("RC0307", "two trees in one folder", [put("/code/-", {**HONEST["code"][0], "id": "code-2"})]),
    (
        "RC0308",
        "a configuration with other code",
        [
            put("/code/-", {"id": "old", "tree_sha256": OTHER, "commit": OTHER[:40]}),
            put("/configurations/1/code", "old"),
        ],
    ),
    ("RC0401", "a run in an unknown environment", [drop("/runs/3/environment")]),
    ("RC0402", "no interpreter", [drop("/environments/0/python"), drop("/environments/0/container")]),
    (
        "RC0403",
        "no lock and no image",
        [drop("/environments/0/lock"), drop("/environments/0/container/digest")],
    ),
    ("RC0404", "a lock without digests", [put("/environments/0/lock/hashed", False)]),
    ("RC0405", "a package installed in place", [put("/environments/0/packages/1/editable", True)]),
    (
        "RC0406",
        "a lock that leaves a package out",
        [put("/environments/0/lock/left_out", ["ring-tools: from a folder"])],
    ),
    ("RC0407", "two versions of numpy", [package(name="numpy", version="1.26.4")]),
    (
        "RC0408",
        "a label in the version",
        [
            put("/environments/0/packages/3/version", "2.5.1+cu124"),
            drop("/environments/0/packages/3/local_label"),
        ],
    ),
    (
        "RC0412",
        "an installed package that was edited",
        [put("/environments/0/packages/0/altered", ["numpy/x.py"])],
    ),
    (
        "RC0411",
        "a lock that was not installed from",
        [put("/environments/0/locks/0/differing", ["numpy: 2.1.0 was installed, the lock has 2.0.2"])],
    ),
    ("RC0410", "an environment of another machine", [put("/environments/0/os/machine", "aarch64")]),
    ("RC0409", "a package of an unknown commit", [drop("/environments/0/packages/1/commit")]),
    # Hardware, seeds and determinism
    ("RC0501", "a run on an unknown machine", [drop("/runs/3/hardware")]),
    ("RC0502", "unknown memory", [drop("/hardware/0/memory_bytes")]),
    ("RC0503", "an unknown driver", [drop("/hardware/0/accelerators/0/driver")]),
    ("RC0504", "more processors than cores", [put("/hardware/0/cpu/sockets", 16)]),
    ("RC0507", "milliseconds of accelerators", [put("/runs/0/resources/gpu_s", 9500)]),
    (
        "RC0508",
        "a GPU that the machine lacks",
        [{"op": "replace", "path": "/runs/0/resources/devices/0", "value": "NVIDIA A100-SXM4-40GB"}],
    ),
    ("RC0508", "hours on no GPU", [put("/runs/0/resources/devices", ["cpu"])]),
    ("RC0507", "more memory than there is", [put("/runs/0/resources/peak_memory_bytes", 2**35)]),
    ("RC0502", "memory in gigabytes", [put("/hardware/0/memory_bytes", 16), MEMORY]),
    ("RC0503", "memory in mebibytes", [put("/hardware/0/accelerators/0/memory_bytes", 81559)]),
    ("RC0505", "more machines than processes", [put("/runs/0/launch/nodes", 3)]),
    (
        "RC0506",
        "one machine of three unnamed",
        [launch(1, nodes=3, world_size=3), put("/runs/1/hardware/-", "laptop")],
    ),
    ("RC0601", "a run without its seed", [drop("/runs/4/seeds"), drop("/runs/9/seeds"), *BARE_COMPARISON]),
    (
        "RC0602",
        "a seed that counts twice",
        [
            drop("/comparisons"),
            drop("/claims"),
            put("/runs/4/seeds/0/value", 3),
            put("/runs/4/command", HONEST["runs"][3]["command"]),
        ],
    ),
    (
        "RC0603",
        "two seeds",
        [
            *[
                put(f"/runs/{i}/metrics/-", HONEST["runs"][i]["metrics"][-1] | {"split": "validation"})
                for i in (0, 1)
            ],
            put("/results/-", TWO_OF_FIVE),
        ],
    ),
    (
        "RC0604",
        "a seed without effect",
        [
            drop("/comparisons"),
            drop("/claims"),
            drop("/tables"),
            drop("/results/2"),
            *[put(f"/runs/{i}/metrics/0/value", 0.9) for i in range(5, 10)],
            drop("/results/1"),
            put(
                "/results/-",
                {
                    **{
                        name: HONEST["results"][1][name]
                        for name in (
                            "id",
                            "configuration",
                            "metric",
                            "data",
                            "split",
                            "over",
                            "statistic",
                            "n",
                            "runs",
                        )
                    },
                    "value": 0.9,
                },
            ),
        ],
    ),
    (
        "RC0605",
        "a broken promise of equal bits",
        [
            put("/determinism/promised", "bitwise"),
            drop("/determinism/known_causes"),
            put(
                "/runs/-",
                {
                    **HONEST["runs"][1],
                    "id": "wide-1b",
                    "metrics": [{**HONEST["runs"][1]["metrics"][0], "value": 0.917}],
                    "outputs": [],
                },
            ),
            put(f"{WIDE}/excluded/-", {"run": "wide-1b", "reason": "repeated"}),
            drop("/compute"),
        ],
    ),
    (
        "RC0606",
        "a seed that the command lacks",
        [
            put("/runs/3/seeds/0/value", 77),
            put("/runs/8/seeds/0/value", 77),
            drop("/runs/8/seeds/0/how"),
            put("/runs/8/seeds/0/how", "declared"),
            drop("/runs/8/command/3"),
            put("/runs/8/command/3", "77"),
            drop("/runs/8/command/7"),
            put("/runs/8/command/7", "out/narrow-77.json"),
        ],
    ),
    ("RC0607", "a rank of another launch", [put("/runs/0/seeds/1/rank", 2)]),
    (
        "RC0608",
        "two seeds for one rank",
        [put("/runs/0/seeds/-", {"value": 1, "how": "observed", "library": "numpy", "rank": 0})],
    ),
    ("RC0609", "a seed in an unnamed variable", [put("/runs/2/seeds/0/how", "environment")]),
    ("RC0610", "a run with another width", [put("/runs/2/command/5", "512")]),
    ("RC0611", "bits promised against better knowledge", [put("/determinism/promised", "bitwise")]),
    (
        "RC0620",
        "a seed that stops at the command",
        [
            put("/runs/3/seeds/-", {"value": 42, "how": "observed", "function": "random.seed"}),
            put("/runs/3/capture", {"completeness": "complete"}),
        ],
    ),
    (
        "RC0621",
        "a seed that is set too late",
        [put("/runs/4/unseeded", [{"library": "numpy", "until": "fit_rings.py:40"}])],
    ),
    (
        "RC0622",
        "a seed that is written into the code",
        [
            change
            for run in (1, 2)
            for change in (
                put(f"/runs/{run}/seeds/-", {"value": 42, "how": "observed", "function": "random.seed"}),
                put(f"/runs/{run}/capture", {"completeness": "complete"}),
                put(f"/runs/{run}/metrics/-", {**HONEST["runs"][1]["metrics"][-1], "split": "validation"}),
            )
        ],
    ),
    ("RC0630", "a repetition of another seed", [put(f"/runs/{KILLED}/repeats", "wide-8")]),
    ("RC0631", "a repetition that differs more than is said", [put(f"{MEASURED}/outputs_identical", True)]),
    (
        "RC0632",
        "a repetition with another value",
        [
            put(f"/runs/{AGAIN}/metrics/-", HONEST["runs"][AGAIN]["metrics"][0]),
            put(f"{MEASURED}/metrics_identical", False),
            put(f"{MEASURED}/differing/-", "accuracy"),
        ],
    ),
    ("RC0633", "a repetition that is kept quiet", [drop("/determinism/measured")]),
    # Integrity and results
    ("RC0707", "one digest of two sizes", [put("/runs/1/inputs/0/size", 48212)]),
    ("RC0703", "a tree with another digest", [put("/code/0/tree_sha256", OTHER)]),
    ("RC0704", "one place with two contents", [put("/runs/1/outputs/0/path", "out/wide-0.json")]),
    ("RC0801", "a mean that does not follow", [put(f"{OVERALL}/value", 0.95)]),
    ("RC0802", "a spread that does not follow", [put(f"{NARROW}/sd", 0.0041)]),
    (
        "RC0845",
        "one spread of two divided by n",
        [put(f"{NARROW}/ddof", 0), put(f"{NARROW}/sd", 0.004615192303685734 * 0.8**0.5)],
    ),
    ("RC0803", "more runs than there are", [put(f"{OVERALL}/n", 3)]),
    ("RC0804", "an interval that does not follow", [put(f"{NARROW}/interval/low", 0.9)]),
    (
        "RC0805",
        "a failed run that is kept quiet",
        [drop(f"{WIDE}/excluded/1")],
    ),
    (
        "RC0806",
        "a run that is kept quiet",
        [drop(f"{WIDE}/excluded/0")],
    ),
    (
        "RC0808",
        "the best seed",
        [
            put(
                "/results/-",
                {**HONEST["results"][0], "id": "best", "statistic": "max", "value": 0.921, "reported": []},
            ),
            drop("/results/3/interval"),
            drop("/results/3/sd"),
        ],
    ),
    ("RC0809", "a largest value that does not follow", [put(f"{NARROW}/maximum", 0.92)]),
    ("RC0810", "an accuracy above one", [put("/runs/0/metrics/0/value", 1.64)]),
    (
        "RC0811",
        "a run that is left out twice",
        [put(f"{WIDE}/excluded/-", {"run": "wide-9", "reason": "killed"})],
    ),
    ("RC0832", "a run that was killed by no signal", [put(f"{WIDE}/excluded/1/reason", "interrupted")]),
    ("RC0834", "a run of another method left out", [put(f"{NARROW}/excluded", [WIDE_9])]),
    (
        "RC0835",
        "data that changed between two seeds",
        [
            put("/runs/1/inputs/0/sha256", OTHER),
            put(
                "/data/0/files/-",
                {
                    "path": "data/rings.csv",
                    "sha256": OTHER,
                    "in_bundle": False,
                    "url": "https://data.example.org/rings-v2.csv",
                },
            ),
        ],
    ),
    ("RC0836", "an interval by nobody knows what", [drop(f"{NARROW}/interval/method")]),
    (
        "RC0837",
        "resamples beyond the values",
        [put(f"{NARROW}/interval/method", "percentile"), put(f"{NARROW}/interval/low", 0.89)],
    ),
    ("RC0813", "fewer trials than there were", [put(f"/configurations/0/search/{n}", 2) for n in TRIALS]),
    (
        "RC0837",
        "an accuracy above one in a resample",
        [
            put(f"{NARROW}/interval", {"kind": "ci", "low": 0.88, "high": 1.02, "method": "percentile"}),
            put(f"{NARROW}/interval/varies_over", "test_items"),
        ],
    ),
    ("RC0840", "a mean over methods, as that of one", [put(f"{OVERALL}/configuration", "wide")]),
    ("RC0813", "more trials ended than began", [put("/configurations/1/search/trials_completed", 4)]),
    (
        "RC0814",
        "an unknown number of trials",
        [
            drop("/configurations/0/search/runs"),
            *[
                drop(f"/configurations/{i}/search/{name}")
                for i in (0, 1)
                for name in ("trials_completed", "trials")
            ],
        ],
    ),
    (
        "RC0812",
        "chosen on the test set",
        [put(f"/configurations/{i}/search/selected_by/split", "heldout") for i in (0, 1)],
    ),
    ("RC0815", "another number in print", [put(f"{WIDE}/reported/0/value", "0.925")]),
    ("RC0816", "a number that was cut off", [put(f"{NARROW}/reported", [{"value": "0.904"}])]),
    (
        "RC0817",
        "a spread of nothing",
        [put(f"{WIDE}/reported/0/value", "0.92"), put(f"{WIDE}/reported/0/dispersion", "0.00")],
    ),
    # Claims
    ("RC0901", "a claim on nothing", [drop("/claims/1/evidence")]),
    ("RC0902", "a claim on what is not there", [put("/claims/1/evidence/-", "wide.f1")]),
    ("RC0903", "better by an unknown amount", [put("/claims/0/kind", "ordering"), drop("/claims/0/by")]),
    ("RC0904", "a threshold without its value", [drop("/claims/1/value")]),
    ("RC0905", "two cases, one comparison", [put("/claims/3/quantifier", {"at_least": 1, "of": 2})]),
    (
        "RC0905",
        "one case, two comparisons",
        [
            put("/comparisons/-", {"id": "again", "a": "wide.accuracy", "b": "narrow.accuracy"}),
            put("/claims/3/evidence/-", "again"),
        ],
    ),
    ("RC0906", "neither larger nor smaller is better", [put("/metrics/0/direction", "target")]),
    ("RC0907", "no margin", [drop("/metrics/0/margin")]),
    ("RC0908", "a claim that is refuted", [put("/claims/0/by", 0.02)]),
    ("RC0909", "no primary claim", [put("/claims/0/primary", False)]),
    ("RC0910", "a primary claim without its place", [drop("/claims/0/location")]),
    ("RC0911", "evidence that counts twice", [put("/claims/1/evidence/-", "wide.accuracy")]),
    ("RC0908", "a value that was not recorded", [claim(kind="value", value=0.98)]),
    ("RC0915", "a margin of a threshold", [put("/claims/1/margin", 0.01)]),
    ("RC0916", "a sentence with another number", [put("/claims/1/text", "Wide features reach 95 %.")]),
    (
        "RC0917",
        "an order that chance may explain",
        [
            *[drop(f"/comparisons/0/{name}") for name in ("p_value", "test", "correction")],
            {
                "op": "replace",
                "path": "/comparisons/0/effect/interval",
                "value": {"kind": "ci", "level": 0.95, "low": -0.02, "high": 0.05, "method": "by hand"},
            },
        ],
    ),
    ("RC1610", "read on another split", [put("/metrics/0/source/split", "train")]),
    (
        "RC1611",
        "two metrics, one place",
        [
            put("/metrics/2/source", {"path": "out/ranks.csv", "csv_column": "rank"}),
            put("/metrics/2/selection", "mean_last_k"),
            put("/metrics/2/last_k", 10),
        ],
    ),
    ("RC0914", "a claim that every accuracy upholds", [put("/claims/1/value", 0), TEXT]),
    ("RC0912", "a claim in percent", [claim(kind="value", value=91.5)]),
    (
        "RC0913",
        "a value of nobody knows which",
        [claim(kind="value", value=0.915, evidence=["wide-vs-narrow"])],
    ),
    # Runs and experiment
    ("RC1001", "ok with an exit status of 1", [put("/runs/1/exit_code", 1)]),
    ("RC1002", "a result on a failed run", [put("/runs/6/status", "failed"), put("/runs/6/exit_code", 1)]),
    (
        "RC1003",
        "a run of another method",
        [
            put("/runs/4/configuration", "narrow"),
            put("/runs/4/command", HONEST["runs"][9]["command"]),
            put(f"{NARROW}/excluded", [{"run": "wide-4", "reason": "repeated"}]),
            drop("/compute"),
        ],
    ),
    ("RC1004", "a value that is not a number", [put("/runs/0/metrics/0/status", "nan")]),
    (
        "RC1005",
        "a run without an end",
        [
            put("/runs/10/status", "running"),
            drop("/runs/10/signal"),
            drop("/runs/10/killed_because"),
            put(f"{WIDE}/excluded/1/reason", "running"),
        ],
    ),
    ("RC1006", "a run seen in part", [put("/runs/0/capture/completeness", "partial")]),
    ("RC1007", "an attempt after the run", [put("/runs/0/attempts/0/started", "2026-11-02T09:11:00Z")]),
    ("RC1008", "an attempt that ended well", [put("/runs/0/attempts/0/status", "ok")]),
    ("RC1009", "a result on a smoke run", [put("/runs/2/kind", "smoke")]),
    ("RC1010", "a run from the future", [put("/runs/4/started", "2036-11-02T09:14:15Z")]),
    ("RC1011", "a run in another folder", [put("/runs/1/working_directory", "notebooks")]),
    ("RC1012", "a launch that began after its run", [put("/runs/1/parent", "wide-2")]),
    (
        "RC1013",
        "an older version of what a run had made",
        [
            put("/runs/1/inputs/-", {"path": "out/ranks.csv", "sha256": OTHER}),
            put("/runs/10/outputs", [{"path": "out/ranks.csv", "sha256": OTHER[::-1]}]),
        ],
    ),
    (
        "RC1014",
        "an output that was copied",
        [
            put("/metrics/0/source/path", "out/{configuration}-{seed}.json"),
            put("/runs/2/outputs/0/sha256", HONEST["runs"][1]["outputs"][0]["sha256"]),
        ],
    ),
    (
        "RC1015",
        "a trial that is kept quiet",
        [
            drop("/configurations/0/search/runs/2"),
            drop("/configurations/0/search/space"),
            *[put(f"/configurations/0/search/{name}", 2) for name in TRIALS],
        ],
    ),
    (
        "RC1016",
        "chosen on what no trial recorded",
        [put("/configurations/0/search/selected_by/split", "train")],
    ),
    (
        "RC1017",
        "a value that was not searched",
        [put("/configurations/0/hyperparameters/ridge", 0.05)],
    ),
    ("RC0612", "a width that did not run", [put("/configurations/0/hyperparameters/width", 128)]),
    ("RC0707", "a file of no bytes", [put("/runs/3/outputs/0/size", 0)]),
    ("RC1007", "an attempt longer than there was time", [put("/runs/0/attempts/0/duration_s", 45000)]),
    ("RC0010", "another version's schema", [put("/$schema", f"{SCHEMAS}0.9/manifest.schema.json")]),
    ("RC0024", "a migration from the same version", [put("/migrated/from", "1.0")]),
    ("RC1101", "no authors", [drop("/experiment/authors")]),
    ("RC1101", "an author without a name", [put("/experiment/authors/0/name", " ")]),
    ("RC1102", "no licence", [drop("/experiment/license")]),
    ("RC1103", "no description", [drop("/experiment/description")]),
    ("RC1104", "an ORCID with a misprint", [put("/experiment/authors/0/orcid", "0000-0002-1825-0079")]),
    ("RC1105", "begun after its first run", [put("/experiment/created", "2026-11-02T09:12:15Z")]),
    ("RC1106", "a paper that nobody can find", [put("/experiment/paper", {"venue": "Journal of Rings"})]),
    ("RC1107", "history of what is not there", [put("/history/0/section", "launches")]),
    (
        "RC1108",
        "one ORCID for two",
        [put("/experiment/authors/-", {"name": "B. Example", "orcid": "0000-0002-1825-0097"})],
    ),
    ("RC0120", "a licence with half a parenthesis", [put("/experiment/license", "(MIT OR Apache-2.0")]),
    ("RC0121", "a licence that nobody knows", [put("/experiment/license", "Apache-2")]),
    ("RC1110", "a ROR with a misprint", [put("/experiment/publisher/ror", "000000229")]),
    ("RC1111", "a ROR of nobody", [drop("/experiment/authors/0/affiliation")]),
    ("RC1109", "its own reproduction", [put("/reproduces/id", HONEST["id"])]),
    # Comparisons
    (
        "RC1301",
        "other seeds for the baseline",
        [
            *BARE_COMPARISON,
            put("/runs/9/seeds/0/value", 5),
            drop("/runs/9/command/3"),
            put("/runs/9/command/3", "5"),
            drop("/runs/9/command/7"),
            put("/runs/9/command/-", "out/narrow-5.json"),
        ],
    ),
    ("RC1302", "an effect that does not follow", [put("/comparisons/0/effect/value", 0.02)]),
    (
        "RC1304",
        "accuracy against rank",
        [
            put("/results/-", {**HONEST["results"][2], "id": "other", "metric": "rank"}),
            put("/comparisons/-", {"id": "odd", "a": "overall.accuracy", "b": "other"}),
        ],
    ),
    (
        "RC1305",
        "test against validation",
        [
            put("/results/-", {**HONEST["results"][2], "id": "other", "split": "validation"}),
            put("/comparisons/-", {"id": "odd", "a": "overall.accuracy", "b": "other"}),
        ],
    ),
    ("RC1306", "a p value that does not follow", [put("/comparisons/0/p_value", 0.04)]),
    (
        "RC1307",
        "a baseline with a smaller budget",
        [put("/configurations/1/search/trials", 1), put("/configurations/1/search/trials_completed", 1)],
    ),
    (
        "RC1318",
        "one method under two names",
        [
            *(
                {"op": "replace", "path": f"{place}/command/5", "value": "256"}
                for place in ("/configurations/1", *(f"/runs/{index}" for index in range(5, 10)))
            ),
            *(put(f"/runs/{index}/capture", {"completeness": "complete"}) for index in (1, 2, 6, 7)),
        ],
    ),
    (
        "RC1314",
        "five seeds that a test of ranks is sure of",
        [
            *BARE_COMPARISON,
            put("/comparisons/0/test", "mann_whitney"),
            put("/comparisons/0/p_value", 0.001),
        ],
    ),
    (
        "RC1306",
        "an interval that is called after another method",
        [put("/comparisons/0/effect/interval/method", "welch")],
    ),
    (
        "RC1315",
        "accuracies that differ by more than one",
        [
            put("/comparisons/0/test", "bootstrap"),
            put("/comparisons/0/effect/interval/method", "bootstrap"),
            put("/comparisons/0/effect/interval/varies_over", "test_items"),
            put("/comparisons/0/effect/interval/high", 1.2),
        ],
    ),
    # Leakage
    ("RC1401", "claims on training data", over_test(role="train")),
    ("RC1402", "claims on validation data", over_test(role="validation")),
    (
        "RC1403",
        "claims on an unknown part",
        [*[drop(f"{place}/split") for place in SPLITS], drop("/metrics/0/source")],
    ),
    ("RC1404", "features chosen on test data", [step(kind="feature_selection", fit_on=["train", "heldout"])]),
    ("RC1405", "scaled with test data", [put("/data/0/preprocessing/0/fit_on/-", "heldout")]),
    ("RC1406", "scaled with unknown data", [drop("/data/0/preprocessing/0/fit_on")]),
    ("RC1407", "trained on the test items", over_test(digests=TRAIN_DIGESTS)),
    ("RC1414", "a test file that nobody lists", over_test(files=["data/lost.csv"])),
    ("RC1409", "trained on the future", over_test(time_range=["2023-06-01", "2024-05-31"])),
    ("RC1410", "trained until the same day", over_test(time_range=["2023-12-31", "2024-05-31"])),
    ("RC1411", "divided by two fields", over_test(group_key="laboratory")),
    ("RC1412", "an argument on a lost file", [put("/leakage/0/evidence/-", "data/duplicates.txt")]),
    (
        "RC1413",
        "chosen by the future",
        [
            put("/data/0/splits/1/time_range", ["2024-01-01", "2024-06-30"]),
            *over_test(time_range=["2024-02-01", "2024-12-31"]),
        ],
    ),
    # What people write down
    ("RC0126", "code on one's own machine", [put("/code/0/repository", "http://127.0.0.1:8080/rings.git")]),
    ("RC0224", "whatever was newest", [put("/services/0/version", "latest")]),
    ("RC0311", "a program that is not there", [put("/code/0/main", "main.py")]),
    ("RC0312", "one file as the code", [put("/code/0/swhid", f"swh:1:cnt:{'1' * 40}")]),
    (
        "RC0413",
        "another torch for one seed",
        [
            put("/environments/-", {**HONEST["environments"][0], "id": "env-2", "wheels": []}),
            put("/environments/1/packages/3/version", "1.13.1"),
            put("/runs/2/environment", "env-2"),
        ],
    ),
    ("RC0414", "a range of versions", [package(version=">=1.0")]),
    ("RC0415", "a lock of another tool", [put("/environments/0/lock/format", "uv")]),
    ("RC0416", "a commit of an index", [package(commit="9f3c1a0")]),
    ("RC0417", "another system", [put("/environments/0/os/name", "Darwin")]),
    (
        "RC0635",
        "a seed that numpy refuses",
        [put("/runs/1/seeds/-", {"value": -1, "how": "observed", "function": "numpy.random.seed"})],
    ),
    (
        "RC0849",
        "a share among percentages",
        [
            put("/metrics/-", {"id": "recall", "unit": "percent"}),
            *[
                put(f"/runs/{index}/metrics/-", {"metric": "recall", "value": value, "status": "ok"})
                for index, value in ((0, 91.0), (1, 92.0), (2, 0.915))
            ],
        ],
    ),
    ("RC1116", "the paper as the data", [put("/experiment/paper/doi", "10.5281/zenodo.7654321")]),
    ("RC0509", "a processor of two kinds", [put("/hardware/0/cpu/features", ["neon"])]),
    ("RC0509", "80 GB that are 160", [put("/hardware/0/accelerators/0/memory_bytes", 171041619968)]),
    ("RC0510", "two devices of one", [put("/runs/0/resources/devices", ["NVIDIA H100 80GB HBM3"] * 2)]),
    (
        "RC0634",
        "one prediction with two accuracies",
        [
            put(
                "/runs/1/predictions",
                {**HONEST["runs"][0]["predictions"], "path": "out/wide-1.predictions.csv"},
            )
        ],
    ),
    ("RC0709", "a wheel for another Python", [put("/environments/0/python/version", "3.9.18")]),
    ("RC0710", "answers that nobody kept", [put("/services/0/cached_responses/size", 0), EMPTY_ANSWERS]),
    (
        "RC0846",
        "a bootstrap of ten times as many seeds",
        [put(f"{NARROW}/interval", resampled(0.9042, 0.905))],
    ),
    ("RC0847", "a bootstrap that was divided twice", [put(f"{NARROW}/interval", resampled(0.9027, 0.9065))]),
    ("RC0848", "seeds as test items", [put(f"{NARROW}/interval/varies_over", "test_items")]),
    ("RC1018", "a value that was improved", [put("/runs/0/metrics/1/evidence/text", "0.8920")]),
    ("RC1019", "the value of another run", [put("/runs/0/metrics/1/evidence/path", "out/wide-1.json")]),
    (
        "RC1020",
        "a grid of which a part was tried",
        [put("/configurations/0/search/space/bias", [True, False])],
    ),
    ("RC1021", "two variants of one name", [put("/configurations/0/variants/-", {"name": "smoke"})]),
    ("RC1113", "a title to be written", [put("/experiment/title", "TODO")]),
    ("RC1114", "another paper", [put("/experiment/paper/doi", "10.48550/arXiv.2611.04321")]),
    ("RC1115", "an author twice", [put("/experiment/authors/-", {"name": "Ada Example"})]),
    (
        "RC1319",
        "a p value that the declared means do not give",
        [*UNTOLD, put("/comparisons/0/test", "welch_t"), *UNPAIRED, put("/comparisons/0/p_value", 0.04)],
    ),
    (
        "RC1320",
        "a bootstrap of a difference that is sure of itself",
        [
            put("/comparisons/0/test", "bootstrap"),
            put("/comparisons/0/effect/interval", resampled(0.01035, 0.01045)),
        ],
    ),
    (
        "RC1321",
        "items of five runs",
        [*BARE_COMPARISON, put("/comparisons/0/test", "mcnemar")],
    ),
    (
        "RC1424",
        "tested on the file that was learned from",
        [drop("/data/0/splits/2/arrays"), *over_test(**ON_TRAINING_ROWS)],
    ),
    ("RC1425", "oversampled too early", [step(kind="augmentation"), EARLY, drop("/leakage")]),
    (
        "RC1426",
        "stopped by the test split",
        [put("/configurations/0/hyperparameters/early_stopping", {"monitor": "heldout test accuracy"})],
    ),
    ("RC1612", "errors that are to be large", [put("/metrics/-", {"id": "rmse", "direction": "maximize"})]),
    (
        "RC1613",
        "a file that nobody wrote",
        [
            put("/metrics/-", {"id": "epochs", "source": {"path": "final.json", "json_path": "$.epochs"}}),
            put("/runs/1/metrics/-", {"metric": "epochs", "value": 9, "status": "ok"}),
            put("/runs/1/capture", {"completeness": "complete"}),
        ],
    ),
    # Compute, checklists, ethics
    ("RC1501", "hours that are kept quiet", [put("/compute/total_s", 130.0)]),
    ("RC1501", "a cheaper method than it was", [put("/compute/by_configuration/wide", 65.0)]),
    ("RC1502", "runs that are kept quiet", [put("/compute/unreported_runs", 0)]),
    ("RC1503", "seconds that are kept quiet", [put("/compute/unreported_s", 12.0)]),
    ("RC1501", "more unreported than in all", [put("/compute/unreported_s", 1400.0)]),
    ("RC1505", "a method whose cost is kept quiet", [drop("/compute/by_configuration/narrow")]),
    ("RC1504", "energy that is kept quiet", [put("/compute/energy_kwh", 0.001)]),
    (
        "RC1701",
        "two answers to one question",
        [put("/checklists/0/answers/-", {"item": "4", "answer": "no", "location": "A"})],
    ),
    ("RC1702", "a bare no", [put("/checklists/0/answers/-", {"item": "5", "answer": "no"})]),
    ("RC1703", "people without approval", [put("/ethics", {"human_subjects": True})]),
    ("RC1704", "data about people without a word", [put("/data/0/human_subjects", True), drop("/ethics")]),
]


def codes(document: Any, files: FolderFiles | None = None) -> set[str]:
    report = validate(Subject("planted", document, files))
    assert [each for each in report.not_assessed if "itself failed" in each.reason] == []
    return {finding.code for finding in report.findings}


def test_nothing_is_said_of_the_honest_manifest() -> None:
    assert codes(HONEST) == set()


@pytest.mark.parametrize(
    ("code", "operations"), [pytest.param(code, edits, id=f"{code}-{name}") for code, name, edits in DEFECTS]
)
def test_exactly_the_rule_that_is_meant_notices(code: str, operations: list[Operation]) -> None:
    assert codes(patched(HONEST, operations)) == {code}


@pytest.mark.parametrize(
    ("code", "operations"),
    [
        pytest.param("RC1901", [put("/experiment/contact", "the lab on the hill")], id="a contact"),
        pytest.param(
            "RC1901", [put("/code/0/commit", "4b825dc642cb6eb9a060e54bf8d69288fbee4904")], id="a commit"
        ),
        pytest.param("RC1901", [put("/experiment/authors/-", {"name": "Anonymous"})], id="a second author"),
        pytest.param(
            "RC1902", [put("/claims/0/text", "Ask ada@uni.example.edu.")], id="an address in a claim"
        ),
    ],
)
def test_exactly_the_rule_that_is_meant_notices_who_it_was(code: str, operations: list[Operation]) -> None:
    assert codes(NAMELESS) == set()
    assert codes(patched(NAMELESS, operations)) == {code}


# Files ------------------------------------------------------------------------------------------------


def lines(*items: str) -> bytes:
    return b"".join(hashlib.sha256(item.encode()).hexdigest().encode() + b"\n" for item in items)


LOCK = ".reprocrate/environment/1/requirements.txt"
WHEEL = ".reprocrate/environment/wheels/ring_tools-0.4-py3-none-any.whl"
VERDICT = ".reprocrate/reproduction/verdict.json"
REPRODUCED = {
    "id": "urn:uuid:0c3fbd1c-64f1-5a1c-8d52-1a1b6b7c9d10",
    "payload_sha256": OTHER,
    "depth": "full",
    "upheld": True,
    "sentence": "Run again in full: 1 result identical.",
}


def verdict(reproduction: str) -> bytes:
    """What a rerun showed, as far as its manifest says the same."""
    document = {
        "original": {"id": REPRODUCED["id"]},
        "reproduction": {"id": reproduction},
        "circumstances": {"payload_sha256": OTHER},
        "basis": "full",
        "upheld": True,
        "sentence": REPRODUCED["sentence"],
    }
    return json.dumps(document).encode()


FILES = {
    VERDICT: verdict(HONEST["id"]),
    "data/rings.csv": b"x,y,ring\n1,0,1\n0,2,2\n3,0,3\n",
    "data/train.digests": lines("1,0,1", "0,2,2"),
    "data/test.digests": lines("3,0,3"),
    LOCK: f"ring-tools==0.4 --hash=sha256:{hashlib.sha256(b'a wheel').hexdigest()}\n".encode(),
    WHEEL: b"a wheel",
}


def bundle(folder: Path) -> dict[str, Any]:
    """A small experiment with all its files and their checksums."""
    for path, content in FILES.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    named = {
        path: {"path": path, "size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
        for path, content in FILES.items()
    }
    checksums = "".join(f"{file['sha256']}  {path}\n" for path, file in sorted(named.items()))
    (folder / "manifest-sha256.txt").write_text(checksums, "utf-8")
    rings = {
        "id": "rings",
        "license": "CC0-1.0",
        "files": [named["data/rings.csv"]],
        "splits": [
            {"name": "train", "role": "train", "count": 2, "digests": named["data/train.digests"]},
            {"name": "test", "role": "test", "count": 1, "digests": named["data/test.digests"]},
        ],
    }
    about = {name: HONEST[name] for name in ("manifest_version", "id", "experiment", "extensions")}
    environment = {
        "id": "env-1",
        "python": {"version": "3.11.7"},
        "packages": [{"name": "ring-tools", "version": "0.4", "source": "pypi"}],
        "lock": {**named[LOCK], "format": "requirements", "hashed": True},
        "wheels": [{"platform": "x86_64-unknown-linux-gnu", "files": [named[WHEEL]]}],
    }
    reproduces = {**REPRODUCED, "verdict": named[VERDICT]}
    return {**about, "data": [rings], "environments": [environment], "reproduces": reproduces}


def test_nothing_is_said_of_the_honest_files(tmp_path: Path) -> None:
    assert codes(bundle(tmp_path), FolderFiles(tmp_path)) == set()


@pytest.mark.parametrize(
    ("code", "path", "content", "operations"),
    [
        pytest.param(
            "RC0214",
            None,
            b"",
            [put("/data/0/splits/0/count", 900), drop("/data/0/splits/0/digests/size")],
            id="a count of other items",
        ),
        pytest.param("RC0222", None, b"", [put("/data/0/splits/0/count", 900)], id="a count of other size"),
        pytest.param(
            "RC0701",
            None,
            b"",
            [put("/data/0/files/-", {"path": "data/lost.csv", "sha256": OTHER})],
            id="a lost file",
        ),
        pytest.param("RC0702", None, b"", [put("/data/0/files/0/sha256", OTHER)], id="another file"),
        pytest.param("RC0705", "notes.txt", b"later", [], id="a file that was added"),
        pytest.param(
            "RC0706", "data/RINGS.csv", FILES["data/rings.csv"], [], id="a name that differs by its case"
        ),
        pytest.param("RC0708", WHEEL, b"my code", [], id="a wheel of other code"),
        pytest.param("RC1112", VERDICT, verdict(HONEST["id"][::-1]), [], id="the verdict on other runs"),
        pytest.param(
            "RC1408", "data/test.digests", lines("0,2,2"), [], id="a test item that was learned from"
        ),
    ],
)
def test_exactly_the_rule_that_is_meant_notices_in_files(
    tmp_path: Path, code: str, path: str | None, content: bytes, operations: list[Operation]
) -> None:
    document = patched(bundle(tmp_path), operations)
    if path:
        _replace(tmp_path, document, path, content, listed=code != "RC0705")
    assert codes(document, FolderFiles(tmp_path)) == {code}


def _replace(folder: Path, document: Any, path: str, content: bytes, *, listed: bool) -> None:
    """Write a file, and everywhere the digest that it has now; its size does not change."""
    digest = hashlib.sha256(content).hexdigest()
    (folder / path).write_bytes(content)
    checksums = folder / "manifest-sha256.txt"
    others = [
        line for line in checksums.read_text("utf-8").splitlines(True) if not line.endswith(f"  {path}\n")
    ]
    if listed:
        checksums.write_text("".join([*others, f"{digest}  {path}\n"]), "utf-8")
    named = [split["digests"] for split in document["data"][0]["splits"]]
    named += [*document["environments"][0]["wheels"][0]["files"], document["reproduces"]["verdict"]]
    for file in named:
        if file["path"] == path:
            file["sha256"] = digest


def test_every_rule_has_a_planted_defect() -> None:
    """Bad input, recomputed numbers, crates, revealed bundles and domains have tests of their own.

    So have source code (`source/`), submissions (`tests/workflow/test_submissions.py`) and checklists
    (`test_checklist_engine.py`); what policies alone ask for is planted in the conformance cases.
    """
    elsewhere = {"RC00", "RC01", "RC08", "RC12", "RC13", "RC16", "RC18", "RC19", "RC20", "RC21", "RC22"}
    otherwise = {"RC0230", *(f"RC17{number:02}" for number in range(5, 12))}
    in_files = {"RC0214", "RC0701", "RC0702", "RC0705", "RC0706", "RC0708", "RC1112", "RC1408"}
    in_items = {
        f"RC14{number}" for number in range(15, 24)
    }  # test_items.py plants them in files of every form
    planted = {code for code, _, _ in DEFECTS} | in_files | in_items | otherwise
    assert {family.prefix for family in FAMILIES} - {code[:4] for code in planted} <= elsewhere
    assert {rule.code for rule in all_rules() if rule.code[:4] not in elsewhere} <= planted
