"""rocrate-validator judges the crates: offline, as a folder and as a ZIP file."""

from __future__ import annotations

import importlib.util
import io
import json
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

pytest.importorskip("rocrate_validator", reason="rocrate-validator is not installed")

from requests import PreparedRequest, Response
from requests.adapters import HTTPAdapter
from requests_cache import CachedSession
from rocrate_validator import models, services
from urllib3.response import HTTPResponse

pytestmark = pytest.mark.genuine

CONTEXTS = {
    "https://w3id.org/ro/crate/1.1/context": "ro-crate-1.1.jsonld",
    "https://w3id.org/ro/crate/1.3/context": "ro-crate-1.3.jsonld",
    "https://w3id.org/ro/terms/workflow-run/context": "workflow-run.json",
}
PROFILE = "process-run-crate-0.5"
"""It includes every check of ro-crate-1.1."""

SAMPLES = ["two_configurations", "nothing_declared", "one_failed", "odd_names", "many_folders", "unusual"]

NOT_GIVEN = {
    "process-run-crate-0.5_5.1": "a script in the crate has no absolute address; the profile allows that",
    "ro-crate-1.1_22.3": "nobody has published the crate yet",
    "ro-crate-1.1_31.2": "an affiliation is given by name, not by address",
}
"""Recommendations that a crate could follow only with facts that authors are not asked for."""

Judge = Callable[..., list[Any]]


class ContextFiles(HTTPAdapter):
    """Answers the addresses of contexts from files."""

    def send(self, request: PreparedRequest, *_args: object, **_options: object) -> Response:
        body = (Path(__file__).with_name("contexts") / CONTEXTS[request.url or ""]).read_bytes()
        headers = {"Content-Type": "application/ld+json"}
        raw = HTTPResponse(
            io.BytesIO(body), headers, status=200, preload_content=False, request_url=request.url
        )
        return self.build_response(request, raw)


@pytest.fixture(scope="module")
def judge(tmp_path_factory: pytest.TempPathFactory) -> Judge:
    """The validator's issues with a crate; the contexts lie in its HTTP cache, as it demands offline."""
    cache = tmp_path_factory.mktemp("cache") / "http"
    with CachedSession(cache_name=str(cache), backend="sqlite", expire_after=-1) as session:
        session.mount("https://", ContextFiles())
        for address in CONTEXTS:
            session.get(address, headers={"Accept": "application/ld+json, application/json, */*;q=0.1"})

    def issues(crate: Path, severity: str = "REQUIRED", profile: str = PROFILE) -> list[Any]:
        settings = services.ValidationSettings(
            rocrate_uri=str(crate),
            profile_identifier=profile,
            requirement_severity=models.Severity[severity],
            offline=True,
            cache_path=cache,
        )
        return list(services.validate(settings).get_issues())

    return issues


@pytest.fixture(scope="module")
def experiments() -> ModuleType:
    """The small experiments that the tests of the crate use."""
    name = "reprocrate_test_experiments"
    if name not in sys.modules:
        path = Path(__file__).resolve().parents[1] / "crate" / "experiments.py"
        spec = importlib.util.spec_from_file_location(name, path)
        assert spec
        assert spec.loader
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    return sys.modules[name]


@pytest.mark.parametrize("name", SAMPLES)
@pytest.mark.parametrize("form", ["folder", "zip"])
def test_nothing_required_is_missing(
    judge: Judge, experiments: ModuleType, tmp_path: Path, name: str, form: str
) -> None:
    sample = getattr(experiments, name)()
    crate = sample.write_folder(tmp_path / "c") if form == "folder" else sample.write_zip(tmp_path / "c.zip")
    assert [issue.message for issue in judge(crate)] == []


def test_it_is_a_plain_crate_too(judge: Judge, experiments: ModuleType, tmp_path: Path) -> None:
    crate = experiments.two_configurations().write_folder(tmp_path)
    assert [issue.message for issue in judge(crate, profile="ro-crate-1.1")] == []


@pytest.mark.parametrize("name", ["two_configurations", "odd_names"])
def test_recommendations_are_followed_as_far_as_facts_are_given(
    judge: Judge, experiments: ModuleType, tmp_path: Path, name: str
) -> None:
    crate = getattr(experiments, name)().write_folder(tmp_path)
    issues = {issue.check.identifier: issue.message for issue in judge(crate, "RECOMMENDED")}
    assert {code: message for code, message in issues.items() if code not in NOT_GIVEN} == {}


def test_the_judge_is_awake(judge: Judge, experiments: ModuleType, tmp_path: Path) -> None:
    crate = experiments.two_configurations(1).write_folder(tmp_path)
    (crate / "data" / "rings.csv").unlink()
    metadata = crate / "ro-crate-metadata.json"
    document = json.loads(metadata.read_bytes())
    for entity in document["@graph"]:
        entity.pop("instrument", None)
    metadata.write_text(json.dumps(document))
    messages = " ".join(issue.message for issue in judge(crate))
    assert "data/rings.csv" in messages
    assert "instrument" in messages
