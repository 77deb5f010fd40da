"""A genuine InvenioRDM keeps what it is told of an experiment, and hands it on to DataCite.

The server is started apart, and named by two variables: `REPROCRATE_INVENIORDM` is its address, such as
http://127.0.0.1:5055, and `REPROCRATE_INVENIORDM_TOKEN` a file with the token of a user who may publish.
`REPROCRATE_INVENIORDM_PYTHON` names its Python, in which there is the schema of DataCite as well.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import requests
from hypothesis import HealthCheck, Phase, given, settings

from reprocrate.deposit.description import Description, describe
from reprocrate.deposit.inveniordm.answers import errors_in
from reprocrate.deposit.inveniordm.metadata import Has, draft_metadata, vocabulary_path
from reprocrate.deposit.inveniordm.refusals import refusals
from reprocrate.manifest import manifest_from
from tests.crosswalks.standards import MANIFEST, Row, datacite_lookup, rows
from tests.crosswalks.test_crosswalks import expected
from tests.deposit.manifests import CHANGES, FULL, TODAY, changed, described, full, mended

SERVER = os.environ.get("REPROCRATE_INVENIORDM", "")
TOKEN = os.environ.get("REPROCRATE_INVENIORDM_TOKEN", "")
PYTHON = os.environ.get("REPROCRATE_INVENIORDM_PYTHON", "")
JSON = "application/vnd.inveniordm.v1+json"
DATACITE = "application/vnd.datacite.datacite+json"
RECORDED = Path(__file__).parents[1] / "deposit" / "answers_of_inveniordm.json"
ANSWERS = [each for each in json.loads(RECORDED.read_text("utf-8")) if "sent" in each]
PERSON = {"type": "personal", "family_name": "Example", "given_name": "Ada"}
LEAST: dict[str, Any] = {
    "title": "Two rings",
    "publication_date": "2026-11-27",
    "resource_type": {"id": "dataset"},
    "publisher": "Zenodo",
    "creators": [{"person_or_org": PERSON}],
}

CERN, COMMISSION = "01ggx4157", "00k4n6c32"  # an affiliation and a funder that the server knows

pytestmark = [
    pytest.mark.archive,
    pytest.mark.skipif(not (SERVER and TOKEN), reason="no InvenioRDM is named by REPROCRATE_INVENIORDM"),
]


class Archive:
    """The server's interface."""

    def __init__(self) -> None:
        self._session = requests.Session()
        token = Path(TOKEN).read_text("ascii").strip()
        self._session.headers.update({"Accept": JSON, "Authorization": f"Bearer {token}"})

    def call(self, method: str, path: str, **more: Any) -> requests.Response:
        return self._session.request(method, f"{SERVER}/api{path}", timeout=60, **more)

    def draft(self, body: dict[str, Any]) -> dict[str, Any]:
        """What a new draft is answered with."""
        answer = self.call("POST", "/records", json={**body, "files": {"enabled": True}})
        document: dict[str, Any] = answer.json()
        return document

    def publish(self, draft: dict[str, Any]) -> str:
        """The id of the record, once it has a DOI and a file."""
        place = f"/records/{draft['id']}/draft"
        octets = {"Content-Type": "application/octet-stream"}
        for method, path, more in (
            ("POST", "/pids/doi", {}),
            ("POST", "/files", {"json": [{"key": "a"}]}),
            ("PUT", "/files/a/content", {"data": b"a", "headers": octets}),
            ("POST", "/files/a/commit", {}),
            ("POST", "/actions/publish", {}),
        ):
            answer = self.call(method, place + path, **more)
            assert answer.ok, answer.text
        return str(draft["id"])

    def datacite(self, record: str) -> dict[str, Any]:
        """The record as DataCite is told of it."""
        document: dict[str, Any] = self.call("GET", f"/records/{record}", headers={"Accept": DATACITE}).json()
        return document


@pytest.fixture(scope="module")
def archive() -> Archive:
    return Archive()


@pytest.fixture(scope="module")
def has(archive: Archive) -> Has:
    @cache
    def asked(vocabulary: str, word: str) -> bool:
        return archive.call("GET", vocabulary_path(vocabulary, word)).status_code == 200

    return asked


def fullest() -> Description:
    """The fullest manifest, with an affiliation and a funder that the server knows."""
    document = full(
        license="MIT OR (Apache-2.0 AND LicenseRef-Rings)", description="“Wide” x < y ﬁ：\n\nSecond."
    )
    experiment = document["experiment"]
    experiment["authors"].append({"name": "Eve de la Cruz", "affiliation": "CERN", "affiliation_ror": CERN})
    experiment["funding"].append({"funder": "EC", "funder_ror": COMMISSION, "number": "101"})
    return described(document)


@pytest.fixture(scope="module")
def sent(has: Has) -> dict[str, Any]:
    return draft_metadata(fullest(), has, archive="Zenodo")


@pytest.fixture(scope="module")
def record(archive: Archive, sent: dict[str, Any]) -> str:
    """The fullest manifest's record."""
    draft = archive.draft(sent)
    assert errors_in(draft) == []
    return archive.publish(draft)


def is_kept(told: Any, kept: Any) -> bool:
    """Whether an answer holds all that was sent, whatever it adds of its own."""
    if isinstance(told, dict):
        return isinstance(kept, dict) and all(is_kept(told[name], kept.get(name)) for name in told)
    if isinstance(told, list):
        return isinstance(kept, list) and len(told) == len(kept) and all(map(is_kept, told, kept))
    return kept in (told, f"arXiv:{told}")


def test_a_record_keeps_all_that_was_sent(archive: Archive, sent: dict[str, Any], record: str) -> None:
    kept = archive.call("GET", f"/records/{record}").json()
    for name, value in sent["metadata"].items():
        assert is_kept(value, kept["metadata"].get(name)), name
    assert is_kept(sent["custom_fields"], kept["custom_fields"])
    assert kept["metadata"]["creators"][0]["person_or_org"]["name"] == "Example, Ada"
    assert kept["metadata"]["creators"][1]["affiliations"][0]["id"] == CERN
    assert kept["metadata"]["funding"][1] == {
        "funder": {"id": COMMISSION, "name": "European Commission"},
        "award": {"number": "101"},
    }


def test_datacite_is_told_in_its_own_words(archive: Archive, record: str) -> None:
    told = archive.datacite(record)
    people = told["creators"]
    assert people[0]["nameIdentifiers"][0]["nameIdentifier"] == "0000-0002-1825-0097"
    assert people[1]["affiliation"][0]["affiliationIdentifier"] == f"https://ror.org/{CERN}"
    assert [each["contributorType"] for each in told["contributors"]] == ["ContactPerson", "Distributor"]
    assert [each.get("rightsIdentifier") for each in told["rightsList"]] == ["mit", "apache-2.0", None, None]
    assert told["rightsList"][3]["rights"] == "MIT OR (Apache-2.0 AND LicenseRef-Rings)"
    assert (
        told["fundingReferences"][1]["funderIdentifier"],
        told["fundingReferences"][1]["awardNumber"],
    ) == (
        COMMISSION,
        "101",
    )
    related = {each["relatedIdentifier"]: each["relationType"] for each in told["relatedIdentifiers"]}
    for one in fullest().related:
        identifier = f"arXiv:{one.identifier}" if one.scheme == "arxiv" else one.identifier
        assert related[identifier] == one.relation.value
    assert {"Created", "Collected", "Issued"} <= {each["dateType"] for each in told["dates"]}
    assert FULL["id"] in [each["alternateIdentifier"] for each in told["alternateIdentifiers"]]
    abstract, claims, *_rest = (each["description"] for each in told["descriptions"])
    assert re.split(r"\n+", abstract)[:2] == ["“Wide” x < y ﬁ：", "Second."]
    assert "Wide features reach at least 0.9. Section 5 0.9150 [0.9091, 0.9209]" in claims


@pytest.mark.skipif(not PYTHON, reason="the server's Python is not named by REPROCRATE_INVENIORDM_PYTHON")
def test_what_datacite_is_told_is_valid(archive: Archive, record: str) -> None:
    program = "import json, datacite.schema45 as s; print(json.dumps(s.validator.schema))"
    done = subprocess.run([PYTHON, "-c", program], capture_output=True, timeout=60, check=True)
    validator = jsonschema.Draft7Validator(json.loads(done.stdout))
    assert [each.message for each in validator.iter_errors(archive.datacite(record))] == []
    assert list(validator.iter_errors({"titles": []}))


NOT_HANDED_ON = {
    "/experiment/authors/*/affiliation_ror": "this server does not know the one of the fixture",
    "/experiment/funding/*/funder_ror": "this server does not know the one of the fixture",
    "/experiment/publisher/ror": "its publisher is a name",
    "/code/*/swhid": "it has no such scheme; the address stands among the URLs",
}


@pytest.fixture(scope="module")
def rings(archive: Archive, has: Has) -> Callable[[str], list[Any]]:
    """What DataCite is told, in XML, of the experiment of the crosswalks' fixtures."""
    told = describe(manifest_from(MANIFEST), today=TODAY)
    published = archive.publish(archive.draft(draft_metadata(told, has, archive="Zenodo")))
    accepted = {"Accept": DATACITE.replace("json", "xml")}
    return datacite_lookup(archive.call("GET", f"/records/{published}", headers=accepted).text)


@pytest.mark.parametrize("row", [row for row in rows("datacite") if row.exports], ids=str)
def test_the_crosswalk_to_datacite_holds_through_the_archive(
    row: Row, rings: Callable[[str], list[Any]]
) -> None:
    found = [each.lower() for each in rings(row.theirs) if each]
    if row.ours in NOT_HANDED_ON:
        assert not found
        return
    wanted = [re.sub(r"^https://orcid\.org/", "", each).lower() for each in expected(row)]
    assert found
    for each in wanted:  # a day stands for a time, and a text may go on
        assert any(one.startswith(each) or each.startswith(one) for one in found), (each, found)


def test_a_title_that_reads_as_html_is_cut_for_datacite(archive: Archive) -> None:
    """So it is told before anything is sent."""
    title = "Loss <x> and y"
    record = archive.publish(archive.draft({"metadata": LEAST | {"title": title}}))
    assert archive.datacite(record)["titles"] == [{"title": "Loss  and y"}]
    assert refusals(described(full(title=title)))


@pytest.mark.parametrize(
    "word",
    [
        ("licenses", "cc-by-4.0"),
        ("resourcetypes", "workflow"),
        ("code:programmingLanguages", "c++"),
        ("funders", COMMISSION),
        ("affiliations", CERN),
    ],
)
def test_vocabularies_are_asked_where_they_are(has: Has, word: tuple[str, str]) -> None:
    assert has(*word)
    assert not has(word[0], "nobody-1")


@pytest.mark.parametrize("recorded", ANSWERS, ids=lambda each: each["case"])
def test_it_still_answers_as_it_was_recorded(archive: Archive, recorded: dict[str, Any]) -> None:
    changed_fields = recorded["sent"]["metadata"]
    metadata = {name: value for name, value in (LEAST | changed_fields).items() if value is not None}
    answer = archive.draft({"metadata": metadata, "custom_fields": recorded["sent"]["custom_fields"]})
    for name in ("errors", "message"):
        assert answer.get(name) == recorded["answer"].get(name)


def test_nothing_of_an_anonymous_draft_names_the_authors(archive: Archive) -> None:
    document = full(license="MIT OR LicenseRef-Example-University")
    told = describe(changed({"experiment": document["experiment"]}), today=TODAY, anonymous=True)
    draft = archive.draft(
        draft_metadata(told, lambda vocabulary, _word: vocabulary == "licenses", archive="Zenodo")
    )
    assert errors_in(draft) == []
    shown = json.dumps([draft["metadata"], draft["custom_fields"]])
    secrets = ("Ada", "1825", "University", "Foundation", "EF-2026", "git.example.org", "swh:", "2611.01234")
    assert [each for each in secrets if each in shown] == []


def test_it_takes_and_keeps_any_manifest_of_which_nothing_was_to_be_refused(
    archive: Archive, has: Has
) -> None:
    taken = []

    @settings(
        max_examples=25, phases=[Phase.generate], suppress_health_check=list(HealthCheck), database=None
    )
    @given(CHANGES)
    def draw(changes: dict[str, Any]) -> None:
        told = describe(changed(mended(changes)), today=TODAY)
        body = draft_metadata(told, has, archive="Zenodo")
        answer = archive.draft(body)
        problems = refusals(told)
        assert errors_in(answer) == [] or problems
        assert answer["metadata"]["description"] == body["metadata"]["description"]
        if not problems:
            published = archive.publish(answer)
            titles = archive.datacite(published)["titles"]
            taken.append(titles[0]["title"])

    draw()
    assert len(taken) >= 5
