"""rocrate-validator as a judge: offline, with the shipped profiles beside its own."""

from __future__ import annotations

import importlib.util
import io
import subprocess
import sys
from collections.abc import Callable, Iterator
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

from tests.deposit.interfering import Proxy, interfering
from tests.genuine.inveniordm.calling import Caller
from tests.genuine.inveniordm.instance import Server

CONTEXTS = {
    "https://w3id.org/ro/crate/1.1/context": "ro-crate-1.1.jsonld",
    "https://w3id.org/ro/crate/1.3/context": "ro-crate-1.3.jsonld",
    "https://w3id.org/ro/terms/workflow-run/context": "workflow-run.json",
}

Judge = Callable[..., list[Any]]

TRAIN = """import json, random, sys
seed = int(sys.argv[1])
json.dump({"accuracy": 0.9 + random.Random(seed).random() / 50}, open(f"out/{seed}.json", "w"))
"""
SETTINGS = """[experiment]
title = "Tiny numbers"
description = "Draws numbers."
authors = [{ name = "Ada Example", orcid = "0000-0002-1825-0097", affiliation = "Example University" }]
license = "Apache-2.0"

[metrics.accuracy]
from = "out/{seed}.json:$.accuracy"
direction = "maximize"
split = "test"
"""


@pytest.fixture
def depositor(inveniordm: Server) -> Caller:
    """A user of an archive like Zenodo."""
    return Caller(inveniordm)


@pytest.fixture
def proxy(inveniordm: Server) -> Iterator[Proxy]:
    """A proxy in front of that archive."""
    with interfering(inveniordm.url) as running:
        yield running


class ContextFiles(HTTPAdapter):
    """Answers the addresses of contexts from files."""

    def send(self, request: PreparedRequest, *_args: object, **_options: object) -> Response:
        body = (Path(__file__).with_name("contexts") / CONTEXTS[request.url or ""]).read_bytes()
        headers = {"Content-Type": "application/ld+json"}
        raw = HTTPResponse(
            io.BytesIO(body), headers, status=200, preload_content=False, request_url=request.url
        )
        return self.build_response(request, raw)


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The HTTP cache that the validator demands offline, with the contexts in it."""
    path = tmp_path_factory.mktemp("cache") / "http"
    with CachedSession(cache_name=str(path), backend="sqlite", expire_after=-1) as session:
        session.mount("https://", ContextFiles())
        for address in CONTEXTS:
            session.get(address, headers={"Accept": "application/ld+json, application/json, */*;q=0.1"})
    return path


@pytest.fixture(scope="session")
def judge(cache: Path, repository: Path) -> Judge:
    """The validator's issues with a crate.

    `profiles` is the folder of our profiles to add: `checked` (on RO-Crate 1.1) or `newest` (on 1.3).
    """

    def issues(
        crate: Path, profile: str, severity: str = "RECOMMENDED", profiles: str | None = None
    ) -> list[Any]:
        folder = repository / "schema" / "1.0" / "profile" / profiles if profiles else None
        settings = services.ValidationSettings(
            rocrate_uri=str(crate),
            profile_identifier=profile,
            requirement_severity=models.Severity[severity],
            extra_profiles_path=folder,
            offline=True,
            cache_path=cache,
        )
        return list(services.validate(settings).get_issues())

    return issues


@pytest.fixture(scope="session")
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


@pytest.fixture(scope="session")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bundle of two runs, to be deposited."""
    folder = tmp_path_factory.mktemp("tiny") / "tiny"
    (folder / "out").mkdir(parents=True)
    (folder / "train.py").write_text(TRAIN)
    (folder / "reprocrate.toml").write_text(SETTINGS)
    for arguments in (
        ["run", "--name", "main", "--seeds", "0-1", "--", sys.executable, "train.py", "{seed}"],
        ["pack", "--offline"],
    ):
        command = [sys.executable, "-m", "reprocrate", *arguments]
        subprocess.run(command, cwd=folder, check=True, capture_output=True)
    return folder / "tiny.crate.zip"
