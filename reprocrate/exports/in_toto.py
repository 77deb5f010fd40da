"""An in-toto statement that a bundle was rerun, and with which result.

Statement v1 (https://in-toto.io/Statement/v1) with the predicate Test Result v0.1
(https://in-toto.io/attestation/test-result/v0.1), both of github.com/in-toto/attestation. The statement is
not signed: DSSE envelopes are made by signing tools such as cosign.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from reprocrate.errors import UsageError
from reprocrate.exports.request import Export, Request

NAME = "test-result.intoto.json"
_PASSED, _WARNED, _FAILED = "PASSED", "WARNED", "FAILED"
_CLAIMS = {"upheld": _PASSED, "undecided": _WARNED, "not_upheld": _FAILED}
_RESULTS = {
    "identical": _PASSED,
    "within_tolerance": _PASSED,
    "equivalent": _PASSED,
    "runs": _PASSED,
    "inconclusive": _WARNED,
    "not_assessable": _WARNED,
    "contradicted": _FAILED,
    "not_comparable": _FAILED,
    "failed": _FAILED,
}
_DIGEST_OF = (
    "the payload digest: SHA-256 of the lines of manifest-sha256.txt, sorted, without those of the crate's "
    "metadata and page and of .reprocrate/packed.json"
)


def in_toto(request: Request) -> Export:
    """The statement.

    Raises:
        UsageError: there is no verdict, or it does not say of which bundle it is.
    """
    verdict = request.judged
    names = {word: [name for name, found in _tests(verdict) if found == word] for word in _RESULTS.values()}
    predicate: dict[str, Any] = {
        "result": overall(verdict),
        "configuration": [
            {
                "name": "reprocrate.json",
                "uri": verdict["reproduction"]["id"],
                "digest": {"sha256": request.manifest_sha256},
                "mediaType": "application/json",
            }
        ],
        "passedTests": names[_PASSED],
        "warnedTests": names[_WARNED],
        "failedTests": names[_FAILED],
    }
    if request.report:
        predicate["url"] = request.report
    statement = {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": list(_subjects(request, verdict)),
        "predicateType": "https://in-toto.io/attestation/test-result/v0.1",
        "predicate": predicate,
    }
    notes = (
        "it is not signed: wrap it into a DSSE envelope with the signing tool of your choice",
        "`configuration` is the manifest of what was given: to publish both, give the packed reproduction",
    )
    return Export({NAME: json.dumps(statement, indent=2, ensure_ascii=False).encode() + b"\n"}, notes=notes)


def overall(verdict: Mapping[str, Any]) -> str:
    """The whole as one of the three words of the predicate.

    FAILED where a primary claim (a claim, if none is primary; a result, without claims) was not upheld.
    PASSED only where everything was run again in full, the answer is yes and nothing else is open: a test
    that was not decided has not passed. WARNED in every other case.
    """
    found = [word for _name, word in _tests(verdict)]
    if _FAILED in _deciding(verdict):
        return _FAILED
    whole = verdict["basis"] == "full" and verdict["upheld"] and set(found) == {_PASSED}
    return _PASSED if whole else _WARNED


def _deciding(verdict: Mapping[str, Any]) -> list[str]:
    claims = [one for one in verdict["claims"] if one["primary"]] or verdict["claims"]
    if claims:
        return [_CLAIMS.get(one["outcome"], _WARNED) for one in claims]
    return [_RESULTS.get(one["outcome"], _WARNED) for one in verdict["results"] if one["asked"]]


def _tests(verdict: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Each claim, and each result that the rerun was asked for, with what became of it.

    The names begin with the basis, so that nobody takes a trial for a rerun.
    """
    for claim in verdict["claims"]:
        yield f"{claim['basis']}/claim/{claim['id']}", _CLAIMS.get(claim["outcome"], _WARNED)
    for result in verdict["results"]:
        if result["asked"]:
            yield f"{result['basis']}/result/{result['id']}", _RESULTS.get(result["outcome"], _WARNED)


def _subjects(request: Request, verdict: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    payload = verdict["circumstances"]["payload_sha256"]
    if payload is None:
        raise UsageError(
            "the verdict does not say of which bundle it is",
            "two records were compared, and a statement is about a bundle by its digest",
            "Make it from a rerun",
        )
    yield {
        "name": f"payload of {verdict['original']['title']}",
        "uri": verdict["original"]["id"],
        "digest": {"sha256": payload},
        "annotations": {"digestOf": _DIGEST_OF},
    }
    if request.tested:
        yield {"name": request.tested.name, "digest": {"sha256": request.tested.sha256}}
