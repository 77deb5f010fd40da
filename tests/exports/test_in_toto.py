"""The statement by in-toto's own library, and what of a verdict counts as passed."""

from __future__ import annotations

import json
from typing import Any

import pytest

from reprocrate.errors import UsageError
from reprocrate.exports import Request, export
from reprocrate.exports.in_toto import overall
from reprocrate.exports.request import RerunFile
from reprocrate.rerun.compare import Basis
from tests.exports.conftest import PAYLOAD, Make


def statement(request: Request) -> dict[str, Any]:
    (data,) = export("in-toto", request).files.values()
    found: dict[str, Any] = json.loads(data)
    return found


@pytest.mark.genuine
def test_in_totos_own_library_reads_and_accepts_it(made: Make) -> None:
    pytest.importorskip("in_toto_attestation", reason="in-toto-attestation is not installed")
    from google.protobuf import json_format
    from in_toto_attestation.predicates.test_result.v0 import test_result_pb2
    from in_toto_attestation.v1 import statement_pb2
    from in_toto_attestation.v1.statement import Statement

    document = statement(made(tested=RerunFile("rings.crate.zip", "cd" * 32), report="https://example.org/r"))
    read = statement_pb2.Statement()
    json_format.ParseDict(document, read)  # unknown names and wrong types are errors
    Statement.copy_from_pb(read).validate()
    predicate = test_result_pb2.TestResult()
    json_format.ParseDict(document["predicate"], predicate)
    assert predicate.result == "PASSED"
    assert list(predicate.failed_tests) == []
    assert predicate.configuration[0].digest["sha256"] == made().manifest_sha256
    assert [one.digest["sha256"] for one in read.subject] == [PAYLOAD, "cd" * 32]


def test_every_claim_and_result_is_a_test_that_names_its_basis(made: Make) -> None:
    request = made()
    predicate = statement(request)["predicate"]
    tests = predicate["passedTests"] + predicate["warnedTests"] + predicate["failedTests"]
    assert request.verdict is not None
    claims = [f"full/claim/{one['id']}" for one in request.verdict["claims"]]
    results = [f"full/result/{one['id']}" for one in request.verdict["results"] if one["asked"]]
    assert claims
    assert sorted(tests) == sorted(claims + results)


def test_a_contradiction_has_failed(made: Make) -> None:
    predicate = statement(made(by=-0.5))["predicate"]
    assert any(name.startswith("full/result/") for name in predicate["failedTests"])


def test_less_than_a_full_rerun_never_passes_as_one(made: Make) -> None:
    assert statement(made(basis=Basis.FULL))["predicate"]["result"] == "PASSED"
    assert statement(made(basis=Basis.LOGS))["predicate"]["result"] == "WARNED"
    assert statement(made(basis=Basis.SMOKE))["predicate"]["result"] == "WARNED"


@pytest.mark.parametrize(
    ("claims", "results", "upheld", "expected"),
    [
        ([("upheld", True)], ["identical"], True, "PASSED"),
        ([("upheld", True)], ["inconclusive"], True, "WARNED"),
        ([("upheld", True), ("not_upheld", False)], ["identical"], True, "WARNED"),
        ([("upheld", True)], ["contradicted"], True, "WARNED"),
        ([("undecided", True)], ["identical"], False, "WARNED"),
        ([("not_upheld", True)], ["identical"], False, "FAILED"),
        ([("not_upheld", False)], ["identical"], False, "FAILED"),
        ([], ["identical", "not_assessable"], False, "WARNED"),
        ([], ["identical", "failed"], False, "FAILED"),
        ([], [], True, "WARNED"),
    ],
)
def test_the_whole_follows_from_what_the_experiment_stands_or_falls_with(
    claims: list[tuple[str, bool]], results: list[str], upheld: bool, expected: str
) -> None:
    verdict = {
        "basis": "full",
        "upheld": upheld,
        "claims": [
            {"id": f"c{number}", "outcome": outcome, "primary": primary, "basis": "full"}
            for number, (outcome, primary) in enumerate(claims)
        ],
        "results": [
            {"id": f"r{number}", "outcome": outcome, "asked": True, "basis": "full"}
            for number, outcome in enumerate(results)
        ],
    }
    assert overall(verdict) == expected


def test_a_mere_comparison_is_about_no_bundle(made: Make) -> None:
    request = made()
    assert request.verdict is not None
    around = {**request.verdict["circumstances"], "payload_sha256": None}
    bare = Request(request.manifest, "", "it", None, {**request.verdict, "circumstances": around})
    with pytest.raises(UsageError, match="does not say of which bundle"):
        export("in-toto", bare)
    with pytest.raises(UsageError, match="holds no verdict"):
        export("in-toto", Request(request.manifest))
