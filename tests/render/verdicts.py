"""Verdicts as reruns give them: held up, contradicted, undecided, failed, hostile, of extreme numbers."""

from __future__ import annotations

import copy
import random
from collections.abc import Callable
from typing import Any

from reprocrate.manifest import Hardware, manifest_from
from reprocrate.rerun.compare import (
    Basis,
    Case,
    Circumstances,
    HostDifference,
    Isolation,
    Margin,
    PackageDifference,
    Sample,
    SeedValue,
    Tool,
    compare,
    judge,
)
from reprocrate.rerun.compare.promise import judge_promise
from reprocrate.rerun.compare.samples import Direction
from reprocrate.rerun.compare.verdict import Identity, Verdict, result_verdict
from reprocrate.rerun.plan.decisions import Decision, Requirement
from tests.render import sample

Document = dict[str, Any]
ELSEWHERE = Circumstances(
    when="2026-11-22T22:30:00Z",
    tool=Tool("reprocrate", "0.1.0"),
    payload_sha256="9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    decisions=(
        Requirement("python", "version", "3.11.9", "3.11.9", Decision.SAME, "the same version"),
        Requirement(
            "cpu",
            "micro-architecture",
            "icelake",
            "zen3",
            Decision.SUBSTITUTABLE,
            "another processor sums in another order",
        ),
        Requirement(
            "accelerator",
            "kind",
            "1 × NVIDIA A100",
            None,
            Decision.DEGRADED,
            "there is no accelerator here",
            "run it on a machine with one",
            ("mlp",),
        ),
    ),
    packages=(PackageDifference("numpy", "2.3.5", "2.3.6"), PackageDifference("joblib", "1.5.2", None)),
    hardware=Hardware.model_validate(
        {
            "id": "here",
            "cpu": {"architecture": "x86_64", "model": "AMD EPYC 7763", "cores": 2, "threads": 4},
            "memory_bytes": 8 * 2**30,
        }
    ),
    sandbox=Isolation(True, "bubblewrap 0.8.0"),
    network=Isolation(False, "cut off by the sandbox"),
)
SAME = Circumstances(
    sandbox=Isolation(True, "bubblewrap 0.8.0"), network=Isolation(False, "cut off by the sandbox")
)


def verdict(
    change: Callable[[Document], None],
    document: Document | None = None,
    around: Circumstances = SAME,
    host: HostDifference | None = None,
) -> Document:
    """The verdict on a rerun of which every run was changed; of the first sample, if not of another one."""
    recorded = document or sample.digits_document()
    again = copy.deepcopy(recorded)
    for run in again["runs"]:
        change(run)
    original, reproduction = manifest_from(copy.deepcopy(recorded)), manifest_from(again)
    return compare(original, reproduction, host=host, circumstances=around).to_json()


def moved(by: float, configuration: str = "mlp") -> Callable[[Document], None]:
    """Every value of one configuration moved by so much."""

    def change(run: Document) -> None:
        if run["configuration"] == configuration:
            for metric in run["metrics"]:
                metric["value"] += by

    return change


def crashed(run: Document) -> None:
    """Two seeds that crash, and another one without a finite value."""
    if run["id"] in ("logistic-2", "mlp-1"):
        run |= {"status": "failed", "metrics": []}
    elif run["id"] == "logistic-3":
        run["metrics"][0] |= {"value": None, "status": "nan"}


def many(configurations: int = 100, metrics: int = 3) -> Document:
    """Hundreds of results, of which some are contradicted and some failed."""
    source = random.Random(5)

    def change(run: Document) -> None:
        number = int(run["configuration"].rpartition("-")[2]) if "-" in run["configuration"] else 0
        for metric in run["metrics"]:
            metric["value"] += source.gauss(0.0, 0.002) if number % 3 else 0.9 * (number % 9 == 0)
        if number % 17 == 5 and run["metrics"]:
            run |= {"status": "failed", "metrics": []}

    document = sample.many(configurations=configurations, seeds=5, metrics=metrics)
    for metric in document["metrics"]:
        metric["margin"] = {"kind": "absolute", "value": 0.05}
    return verdict(change, document, ELSEWHERE)


def of_values(
    then: list[float | None],
    now: list[float | None],
    *,
    margin: float | None = 0.01,
    title: str = "Values",
    seeds: list[str] | None = None,
) -> Document:
    """The verdict on one result without claims, from values alone; None is a seed that failed."""
    names = seeds or [str(number) for number in range(max(len(then), len(now)))]
    sides = [
        Sample(
            "accuracy",
            tuple(
                SeedValue(name, value, "ok" if value is not None else "failed")
                for name, value in zip(names, values, strict=False)
            ),
            direction=Direction.MAXIMIZE,
        )
        for values in (then, now)
    ]
    asked = tuple(one.seed for one in sides[1].seeds)
    given = Margin("absolute", margin) if margin is not None else None
    results = tuple(
        result_verdict(one) for one in judge([Case("only", title, sides[0], sides[1], asked, margin=given)])
    )
    identity = Identity("urn:uuid:6b1f3f5e-6f0c-5a52-9a53-3a2a6f1f1f10", title)
    upheld = all(one.outcome.confirms for one in results)
    return Verdict(
        original=identity,
        reproduction=identity,
        upheld=upheld,
        sentence="One result.",
        basis=Basis.FULL,
        claims=(),
        results=results,
        curves=(),
        artifacts=None,
        determinism=judge_promise(None, [], Basis.FULL),
        seeds_asked={"only": asked},
        circumstances=Circumstances(),
    ).to_json()


def hostile() -> Document:
    """Markup and control characters wherever a verdict has somebody's text."""
    document = verdict(moved(-0.09), around=ELSEWHERE)

    def poisoned(value: Any) -> Any:
        if isinstance(value, dict):
            return {
                key: one if key in ("id", "outcome", "status", "kind", "basis", "decision") else poisoned(one)
                for key, one in value.items()
            }
        if isinstance(value, list):
            return [poisoned(one) for one in value]
        return sample.HOSTILE if isinstance(value, str) else value

    poisoned_document: Document = poisoned(document) | {
        "seeds_asked": {sample.HOSTILE: [sample.HOSTILE, None]}
    }
    return poisoned_document


def bare() -> Document:
    """A verdict on nothing."""
    return compare(sample.bare(), sample.bare()).to_json()


def _noise(count: int, seed: int, scale: float = 1.0) -> list[float | None]:
    source = random.Random(seed)
    return [source.gauss(0.9, 0.01) * scale for _ in range(count)]


VERDICTS: dict[str, Callable[[], Document]] = {
    "identical": lambda: verdict(moved(0.0)),
    "within tolerance": lambda: verdict(moved(1e-5), around=ELSEWHERE, host=HostDifference.CPU),
    "contradicted": lambda: verdict(moved(-0.09)),
    "inconclusive": lambda: verdict(moved(-0.006)),
    "failed": lambda: verdict(crashed),
    "compared": lambda: verdict(moved(-0.012), around=Circumstances(basis=Basis.COMPARE)),
    "scaled down": lambda: verdict(moved(-0.5), around=Circumstances(basis=Basis.SMOKE)),
    "bare": bare,
    "hostile": hostile,
    "many": many,
    "no seeds": lambda: of_values([], []),
    "no rerun": lambda: of_values([0.5, 0.6], []),
    "one seed": lambda: of_values([0.91], [0.92]),
    "one again": lambda: of_values([0.91, 0.92, 0.915], [0.92]),
    "two hundred seeds": lambda: of_values(_noise(200, 1), _noise(200, 2), margin=0.02),
    "huge": lambda: of_values(_noise(5, 1, 1e300), _noise(5, 2, 1e300), margin=1e299),
    "largest": lambda: of_values([1.7e308, -1.7e308, 0.0], [-1.7e308, 1.7e308, 1.0], margin=1.7e308),
    "tiny": lambda: of_values(_noise(5, 1, 1e-300), _noise(5, 2, 1e-300), margin=1e-301),
    "equal": lambda: of_values([0.75] * 5, [0.75] * 5),
    "equal and moved": lambda: of_values([0.75] * 5, [0.8] * 5),
    "last bits": lambda: of_values([0.1, 0.2, 0.3], [0.1 + 1e-16, 0.2 + 1e-16, 0.3 + 1e-16]),
    "no margin": lambda: of_values(_noise(5, 1), _noise(5, 2), margin=None),
    "none": lambda: of_values([0.9, None, 0.91], [0.9, 0.9, None]),
    "long seeds": lambda: of_values([0.9, 0.91], [0.9, 0.92], seeds=[str(2**64 - 1), "9" * 400]),
}
