"""A rerun of the shipped golden experiment, and verdicts on it, without running anything."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from reprocrate.exports import Request
from reprocrate.files import sha256_bytes
from reprocrate.manifest import Manifest, manifest_from
from reprocrate.rerun.compare import Basis, Circumstances, Tool, compare
from reprocrate.standard import shipped_bytes

PAYLOAD = "ab" * 32
ORIGINAL: dict[str, Any] = json.loads(shipped_bytes("conformance/golden/supervised.json"))

Make = Callable[..., Request]


def rerun_of(original: Manifest, by: float = 0.0) -> Manifest:
    """The same runs with every value moved, as a reproduction."""
    document = json.loads(original.to_bytes())
    document["id"] = "urn:uuid:9b1f3f5e-6f0c-5a52-9a53-3a2a6f1f1f99"
    document["experiment"] = {"title": f"Rerun of: {original.experiment.title}"}
    document["reproduces"] = {"id": original.id, "payload_sha256": PAYLOAD, "depth": "full"}
    document.pop("claims", None)
    for run in document["runs"]:
        for value in run.get("metrics", []):
            value["value"] += by
    for result in document["results"]:
        for name in {"value", "minimum", "maximum"} & result.keys():
            result[name] += by
        for name in {"low", "high"} & result.get("interval", {}).keys():
            result["interval"][name] += by
    return manifest_from(document)


@pytest.fixture
def made() -> Make:
    """A request about a rerun whose values differ by so much, of this basis."""

    def make(by: float = 0.0, basis: Basis = Basis.FULL, **given: Any) -> Request:
        original = manifest_from(ORIGINAL)
        rerun = rerun_of(original, by)
        around = Circumstances(
            basis=basis,
            when="2026-11-26T12:00:00Z",
            tool=Tool("reprocrate", "0.1.0"),
            payload_sha256=PAYLOAD,
        )
        verdict = compare(original, rerun, circumstances=around).to_json()
        digest = sha256_bytes(rerun.to_bytes())
        return Request(rerun, digest, "it", original, verdict, **given)

    return make
