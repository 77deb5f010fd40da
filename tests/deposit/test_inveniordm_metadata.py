"""What InvenioRDM is sent of an experiment, what it would refuse, and what it says of what it was sent.

Two judges stand in files: `answers_of_inveniordm.json` holds answers of a genuine server (a test in
`tests/genuine` asks for them again), and `rocrate_inveniordm.json` what rocrate-inveniordm 2.1.0 makes of the
crate of the fullest manifest. A third, the schema of InvenioRDM, judges where `REPROCRATE_INVENIORDM_PYTHON`
names a Python that has the package invenio-rdm-records.
"""

from __future__ import annotations

import dataclasses
import json
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

import html5lib
import pytest
from hypothesis import HealthCheck, Phase, given, settings

from reprocrate.deposit.description import Kind, Related, Relation, Role, describe
from reprocrate.deposit.inveniordm.answers import errors_in
from reprocrate.deposit.inveniordm.markup import paragraphs, table
from reprocrate.deposit.inveniordm.metadata import draft_metadata, vocabulary_path
from reprocrate.deposit.inveniordm.refusals import LONGEST_VERSION, LONGEST_WORD, refusals
from tests.deposit.manifests import CHANGES, FULL, TODAY, changed, described, full, mended

HERE = Path(__file__).parent
ANSWERS = {
    each["case"]: each for each in json.loads((HERE / "answers_of_inveniordm.json").read_text("utf-8"))
}
THEIRS = json.loads((HERE / "rocrate_inveniordm.json").read_text("utf-8"))
PYTHON = os.environ.get("REPROCRATE_INVENIORDM_PYTHON", "")

KINDS = [("resourcetypes", word) for word in ("dataset", "workflow", "software", "model", "publication")]
KEPT_TAGS = {"p", "strong", "table", "tbody", "tr", "th", "td"}
"""The tags used, all of which InvenioRDM keeps (ALLOWED_HTML_TAGS of invenio-config 1.1)."""


def knowing(*words: tuple[str, str]) -> Callable[[str, str], bool]:
    """A server that has these words in its vocabularies, and the kinds of records."""
    known = {*words, *KINDS}
    return lambda vocabulary, word: (vocabulary, word) in known


def sent(document: dict[str, Any] | None = None, *words: tuple[str, str], **more: Any) -> dict[str, Any]:
    """The metadata that a server with these words is sent."""
    body = draft_metadata(described(document, **more), knowing(*words), archive="Zenodo")
    metadata: dict[str, Any] = body["metadata"]
    return metadata


def texts_in(value: Any) -> Iterator[str]:
    """Every text in a JSON value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from texts_in(each)


# The mapping ------------------------------------------------------------------------------------------


def test_the_fullest_manifest_is_sent_in_full() -> None:
    words = [
        ("licenses", "apache-2.0"),
        ("affiliations", "000000098"),
        ("funders", "000000195"),
        ("code:programmingLanguages", "python"),
    ]
    body = draft_metadata(described(), knowing(*words), archive="Zenodo")
    metadata = body["metadata"]
    assert body["custom_fields"] == {
        "code:codeRepository": "https://git.example.org/rings.git",
        "code:programmingLanguage": [{"id": "python"}],
    }
    assert metadata["resource_type"] == {"id": "workflow"}
    assert metadata["title"] == "Random features on rings"
    assert metadata["publication_date"] == "2026-11-27"
    assert metadata["publisher"] == "Example Archive"
    assert metadata["version"] == "1.1"
    assert metadata["rights"] == [{"id": "apache-2.0"}]
    assert metadata["subjects"] == [{"subject": "random features"}, {"subject": "kernel methods"}]
    assert metadata["creators"] == [
        {
            "person_or_org": {
                "type": "personal",
                "family_name": "Example",
                "given_name": "Ada",
                "identifiers": [{"scheme": "orcid", "identifier": "0000-0002-1825-0097"}],
            },
            "affiliations": [{"id": "000000098"}],
        }
    ]
    assert [each["role"]["id"] for each in metadata["contributors"]] == ["contactperson", "distributor"]
    assert metadata["funding"] == [{"funder": {"id": "000000195"}, "award": {"number": "EF-2026-17"}}]
    assert metadata["identifiers"] == [{"scheme": "urn", "identifier": FULL["id"]}]
    assert [(each["relation_type"]["id"], each["scheme"]) for each in metadata["related_identifiers"]] == [
        *(("issupplementto", scheme) for scheme in ("doi", "arxiv", "url")),
        *(("isderivedfrom", scheme) for scheme in ("doi", "url", "url", "doi")),
    ]
    assert [each["type"]["id"] for each in metadata["dates"]] == ["created", "collected"]
    assert [each["type"]["id"] for each in metadata["additional_descriptions"]] == [
        *("other", "other", "technical-info")
    ]


def test_what_the_server_has_no_word_for_is_told_in_words() -> None:
    metadata = sent()
    assert metadata["rights"] == [
        {"title": {"en": "Apache-2.0"}, "link": "https://spdx.org/licenses/Apache-2.0.html"}
    ]
    assert metadata["creators"][0]["affiliations"] == [{"name": "Example University"}]
    assert metadata["funding"][0]["funder"] == {"name": "Example Foundation"}
    assert draft_metadata(described(), knowing(), archive="Zenodo")["custom_fields"] == {}
    unknown = draft_metadata(described(), lambda _vocabulary, _word: False, archive="Zenodo")["metadata"]
    assert unknown["resource_type"] == {"id": "dataset"}
    assert not [each for each in unknown["related_identifiers"] if "resource_type" in each]


def test_no_word_is_sent_that_the_server_was_not_asked_for() -> None:
    asked: set[str] = set()

    def has(vocabulary: str, word: str) -> bool:
        asked.add(word)
        return True

    body = draft_metadata(described(full(license="MIT OR CC0-1.0")), has, archive="Zenodo")
    metadata = body["metadata"]
    words = [
        *(each["id"] for each in metadata["rights"] if "id" in each),
        *(place["id"] for one in metadata["creators"] for place in one.get("affiliations", [])),
        *(one["funder"]["id"] for one in metadata["funding"]),
        *(one["award"]["id"] for one in metadata["funding"]),
        *(one["resource_type"]["id"] for one in metadata["related_identifiers"] if "resource_type" in one),
        *(each["id"] for each in body["custom_fields"]["code:programmingLanguage"]),
        metadata["resource_type"]["id"],
    ]
    assert set(words) <= asked
    assert "000000195::EF-2026-17" in words


def test_combined_licences_are_listed_with_a_note_of_how() -> None:
    rights = sent(full(license="MIT OR LicenseRef-Rings"), ("licenses", "mit"))["rights"]
    assert rights[:2] == [{"id": "mit"}, {"title": {"en": "Rings"}}]
    assert rights[2]["title"] == {"en": "MIT OR LicenseRef-Rings"}
    assert "SPDX expression" in rights[2]["description"]["en"]


def test_a_record_without_a_stated_publisher_is_published_by_the_archive() -> None:
    assert sent(full(publisher=None))["publisher"] == "Zenodo"
    assert sent(anonymous=True)["publisher"] == "Zenodo"


def test_authors_who_are_not_to_be_known_are_one_anonymous_person() -> None:
    body = draft_metadata(described(anonymous=True), lambda _vocabulary, _word: True, archive="Zenodo")
    assert body["metadata"]["creators"] == [
        {"person_or_org": {"type": "personal", "family_name": "Anonymous"}}
    ]
    assert not {"contributors", "funding", "identifiers"} & body["metadata"].keys()
    assert "code:codeRepository" not in body["custom_fields"]


@pytest.mark.parametrize(
    "address",
    ["https://git/rings", "https://[::1]/rings", "https://git_1.example.org/", "https://git.example.org?"],
)
def test_an_address_that_the_field_of_the_repository_refuses_is_told_elsewhere(address: str) -> None:
    document = full()
    document["code"][0]["repository"] = address
    words = [("code:programmingLanguages", "python")]
    body = draft_metadata(described(document), knowing(*words), archive="Zenodo")
    assert "code:codeRepository" not in body["custom_fields"]
    assert address in [each["identifier"] for each in body["metadata"]["related_identifiers"]]


@pytest.mark.parametrize(
    ("vocabulary", "word", "path"),
    [
        ("licenses", "cc-by-4.0", "/vocabularies/licenses/cc-by-4.0"),
        ("code:programmingLanguages", "c++", "/vocabularies/code:programmingLanguages/c%2B%2B"),
        ("funders", "00k4n6c32", "/funders/00k4n6c32"),
        ("affiliations", "01ggx4157", "/affiliations/01ggx4157"),
        ("awards", "00k4n6c32::101/2?x", "/awards/00k4n6c32::101%2F2%3Fx"),
    ],
)
def test_a_word_has_an_address(vocabulary: str, word: str, path: str) -> None:
    assert vocabulary_path(vocabulary, word) == path


def test_words_of_relations_roles_and_kinds_are_those_of_datacite(repository: Path) -> None:
    names = (repository / "tests/crosswalks/vocabularies/datacite.json").read_text("utf-8")
    for word in [*Relation, *Role, *Kind]:
        assert f'"{word.value}"' in names


def test_all_that_rocrate_inveniordm_keeps_is_kept() -> None:
    """Its output is for a crate without a main program, of which it makes a data set, too."""
    document = full()
    del document["code"][0]["main"]
    ours = [sent(document), sent(document, ("affiliations", "000000098"))]
    otherwise = {
        "Ada Example": "the server puts the name together of its parts: Example, Ada",
        "ror": "a server refuses the scheme of an affiliation",
        "The licence that SPDX names Apache-2.0.": "the licence is told by its name and address, or its id",
    }
    told = "\n".join(texts_in(ours))  # of what a server knows it tells the name itself
    missing = [text for text in texts_in(THEIRS["metadata"]) if text not in told and text not in otherwise]
    assert missing == []
    assert THEIRS["metadata"].keys() <= ours[0].keys()
    lost = json.dumps([THEIRS["metadata"]["rights"], THEIRS["metadata"]["funding"]])
    assert "apache-2.0" not in lost
    assert "000000195" not in lost


# HTML -------------------------------------------------------------------------------------------------


def parsed(html: str) -> Element:
    body: Element = html5lib.parse(html, namespaceHTMLElements=False).find("body")
    return body


@settings(max_examples=25)
@given(CHANGES)
def test_any_text_is_told_whole_in_html_that_is_kept(changes: dict[str, Any]) -> None:
    told = describe(changed(changes), today=TODAY)
    metadata = draft_metadata(told, knowing(), archive="Zenodo")["metadata"]
    main = parsed(metadata["description"])
    assert ["".join(one.itertext()) for one in main.iter("p")] == list(told.paragraphs)
    for more in metadata["additional_descriptions"]:
        tree = parsed(more["description"])
        assert {one.tag for one in tree.iter()} - {"body"} <= KEPT_TAGS
        assert not [one for one in tree.iter() if one.attrib]
    cells = [
        "".join(one.itertext())
        for one in parsed(metadata["additional_descriptions"][0]["description"]).iter("td")
    ]
    first = told.claims[0]
    assert cells[0] == (f"{first.text} (primary)" if first.primary else first.text)


def test_what_would_be_taken_for_a_slip_is_written_as_a_reference() -> None:
    assert paragraphs(["“ﬁ” ： é <b> & &lt;"]) == (
        "<p>&#8220;&#64257;&#8221; &#65306; é &lt;b&gt; &amp; &amp;lt;</p>"
    )


@pytest.mark.parametrize("text", ["é«x", "Â x", "Ã©", "‚Äú"])
def test_what_looks_like_letters_of_windows_is_written_as_references(text: str) -> None:
    """A server would make other letters of them, as if they had been read wrongly."""
    html = paragraphs([text])
    assert html.isascii()
    assert "".join(parsed(html).itertext()) == text


def test_letters_of_other_scripts_are_left_as_they_are() -> None:
    assert paragraphs(["三つの輪 é 三"]) == "<p>三つの輪 é 三</p>"


def test_text_without_the_tags_can_still_be_read() -> None:
    text = "".join(parsed(f"{table('T', ['a', 'b'], [['1', '2'], ['3', '4']])}").itertext())
    assert text.split() == ["T", "a", "b", "1", "2", "3", "4"]
    assert "".join(parsed(paragraphs(["one", "two"])).itertext()).split() == ["one", "two"]


# Refusals ---------------------------------------------------------------------------------------------

BROKEN: dict[str, tuple[dict[str, Any], str, str]] = {
    "short title": ({"title": "ab"}, "experiment.title", "too short"),
    "title that is short once it is read": ({"title": "a&lt;"}, "experiment.title", "too short"),
    "title with a tag": ({"title": "loss <x> and y"}, "experiment.title", "reads as HTML"),
    "no authors": ({"authors": None}, "experiment.authors", "nobody is named"),
    "name of nothing": ({"authors": [{"name": "\u200b"}]}, "experiment.authors[0].name", "empty"),
    "ORCID": (
        {"authors": [{"name": "Ada"}, {"name": "Eve", "orcid": "0000-0002-1825-0098"}]},
        "experiment.authors[1].orcid",
        "check digit",
    ),
    "ROR": (
        {"authors": [{"name": "Ada", "affiliation": "X", "affiliation_ror": "000000099"}]},
        "experiment.authors[0].affiliation_ror",
        "check digits",
    ),
    "ROR of a funder": (
        {"funding": [{"funder": ""}, {"funder": "X", "funder_ror": "000000099"}]},
        "experiment.funding[1].funder_ror",
        "check digits",
    ),
    "ROR of the publisher": (
        {"publisher": {"name": "X", "ror": "000000099"}},
        "experiment.publisher.ror",
        "check digits",
    ),
    "long version": ({"version": "1" * (LONGEST_VERSION + 1)}, "experiment.version", "192 characters"),
    "long keyword": (
        {"keywords": ["a", "é" * (LONGEST_WORD // 2 + 1)]},
        "experiment.keywords[1]",
        "cannot index",
    ),
    "number of arXiv": ({"paper": {"arxiv": "a.b-/1234567"}}, "experiment.paper.arxiv", "no number of arXiv"),
    "DOI": ({"paper": {"doi": "10.1234/\x01"}}, "experiment.paper.doi", "is no DOI"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_what_would_be_refused_is_told_with_field_reason_and_cure(case: str) -> None:
    changes, field, reason = BROKEN[case]
    (problem,) = refusals(described(full(**changes)))
    assert problem.startswith(f"{field}: ")
    assert reason in problem
    assert len(problem.split(". ")) >= 2
    assert problem.endswith(".")


def test_nothing_is_told_of_what_would_be_taken() -> None:
    assert refusals(described()) == []
    assert refusals(described(anonymous=True)) == []
    assert refusals(described(full(title="abc", version="1" * LONGEST_VERSION))) == []


def test_days_and_identifiers_that_did_not_come_from_a_manifest_are_looked_at_too() -> None:
    told = dataclasses.replace(
        described(),
        publication_date="2026-02-30",
        collected=("2026-11-03", "2026-11-02"),
        related=(Related("rings.git", "url", Relation.DERIVED_FROM, "code[0].repository"),),
    )
    assert [problem.partition(": ")[0] for problem in refusals(told)] == [
        *("publication date", "runs[].started", "code[0].repository")
    ]


# Answers ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", ["nothing wrong", "no files yet"])
def test_an_answer_that_took_everything_says_nothing(case: str) -> None:
    assert errors_in(ANSWERS[case]["answer"]) == []


@pytest.mark.parametrize(
    ("case", "said"),
    [
        (
            "short title",
            "the title: it says 'Shorter than minimum length 3'. That is `title` in [experiment]",
        ),
        ("no title", "the title: it says 'Missing data for required field'"),
        ("no creators", "the authors: it says 'Missing data for required field'"),
        ("wrong ORCID", "the ORCID of author 2: it says 'Invalid ORCID identifier'. That is `orcid` in"),
        ("no family name", "the name of author 1: it says 'Family name cannot be blank'. That is `name`"),
        ("no affiliation", "the affiliation of author 1:"),
        ("long version", "the version: it says 'Longer than maximum length 191'. That is `version`"),
        ("no day", "the day of publication: it says 'Please provide a valid date or interval'"),
        ("days backwards", "the days of the runs:"),
        ("no DOI", "related identifier 2: it says 'Invalid DOI identifier'"),
        ("no address", "related identifier 1: it says 'Invalid URL identifier'"),
        ("scheme swh", "related identifier 1: it says 'Invalid scheme'"),
        ("no funder", "grant 1: it says 'Name cannot be blank'"),
        ("no licence", "the licence: it says"),
        ("unknown licence", "has no word 'nobody-1' in its vocabularies"),
        ("short description", "the description: it says"),
        ("no repository", "the address of the repository: it says 'Not a valid URL'"),
        ("unknown field", "custom_fields.ml:framework: it says 'Unknown field'"),
        ("blank contact", "the contact or the publisher: it says"),
        ("published without files", "the files: it says 'Missing uploaded files."),
    ],
)
def test_what_the_archive_says_is_told_in_the_authors_terms(case: str, said: str) -> None:
    (problem,) = errors_in(ANSWERS[case]["answer"])
    assert said in problem
    assert problem.endswith(".")


def test_every_recorded_answer_is_looked_at() -> None:
    quiet = {"nothing wrong", "no files yet"}
    assert {case for case, each in ANSWERS.items() if not errors_in(each["answer"])} == quiet


def test_a_related_identifier_is_named_where_it_is_known_what_was_sent() -> None:
    (problem,) = errors_in(ANSWERS["no DOI"]["answer"], described())
    assert "2611.01234" in problem
    assert "`experiment.paper.arxiv` of the manifest" in problem


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"errors": None},
        {"errors": []},
        {"errors": ["what"]},
        {"errors": [{}]},
        {"errors": [{"field": "metadata.related_identifiers.99.x", "messages": {"a": ["b", {"c": "d"}]}}]},
        {"message": "Sorry"},
        {"errors": [{"field": 7, "messages": 8}]},
    ],
)
def test_an_answer_of_another_form_is_no_failure(answer: dict[str, Any]) -> None:
    assert all(isinstance(one, str) and one for one in errors_in(answer, described()))


# InvenioRDM's schema ----------------------------------------------------------------------------------


@pytest.mark.archive
@pytest.mark.skipif(not PYTHON, reason="no Python with invenio-rdm-records is named")
def test_inveniordm_takes_any_manifest_of_which_nothing_was_to_be_refused() -> None:
    drawn: list[tuple[dict[str, Any], list[str], dict[str, Any]]] = []

    @settings(
        max_examples=300,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
        database=None,
    )
    @given(CHANGES)
    def draw(changes: dict[str, Any]) -> None:
        if len(drawn) % 2:
            changes = mended(changes)
        told = describe(changed(changes), today=TODAY)
        words = [("code:programmingLanguages", "python"), ("licenses", "mit"), ("funders", "00k4n6c32")]
        drawn.append((changes, refusals(told), draft_metadata(told, knowing(*words), archive="Zenodo")))

    draw()
    bodies = json.dumps([body for _changes, _problems, body in drawn]).encode()
    judge = [PYTHON, str(HERE / "record_schema_judge.py")]
    done = subprocess.run(judge, check=False, input=bodies, capture_output=True, timeout=300)
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    judged = json.loads(done.stdout)
    assert len(judged) == len(drawn)
    for (changes, problems, body), verdict in zip(drawn, judged, strict=True):
        assert not verdict["errors"] or problems, (changes, verdict["errors"])
        kept = verdict["data"]["metadata"]
        assert kept.get("description") == body["metadata"]["description"], changes
        assert kept.get("additional_descriptions") == body["metadata"]["additional_descriptions"], changes
    assert sum(not problems for _changes, problems, _body in drawn) >= 30
    assert any(verdict["errors"] for verdict in judged)
