"""What an archive is told of an experiment: what the manifest says of it, and nothing that it does not."""

from __future__ import annotations

import copy
import dataclasses
import json
import unicodedata
from collections.abc import Iterator
from enum import StrEnum
from typing import Any

import pytest
from hypothesis import given, settings

from reprocrate.deposit.description import (
    MOST_ROWS,
    Agent,
    Contributor,
    Kind,
    Licence,
    Organization,
    Relation,
    Role,
    describe,
)
from reprocrate.deposit.description.people import named
from reprocrate.manifest.anonymity import MARK, NOBODY
from reprocrate.standard import shipped_bytes
from tests.deposit.manifests import CHANGES, FULL, TODAY, changed, described, full


def texts_in(value: Any) -> Iterator[str]:
    """Every text in a value of the description."""
    if isinstance(value, str):
        if not isinstance(value, StrEnum):
            yield value
    elif dataclasses.is_dataclass(value):
        for field in dataclasses.fields(value):
            yield from texts_in(getattr(value, field.name))
    elif isinstance(value, tuple):
        for each in value:
            yield from texts_in(each)


# People -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "family", "given"),
    [
        ("Ada Example", "Example", "Ada"),
        ("Ada B. C. Example", "Example", "Ada B. C."),
        ("Example, Ada", "Example", "Ada"),
        ("  van der Berg,  Ada ", "van der Berg", "Ada"),
        ("Juan de la Cruz", "de la Cruz", "Juan"),
        ("ludwig van beethoven", "van beethoven", "ludwig"),
        ("Sammy Example Jr.", "Example Jr.", "Sammy"),
        ("Sammy Example, Jr.", "Example, Jr.", "Sammy"),
        ("Henry Example III", "Example III", "Henry"),
        ("Plato", "Plato", None),
        ("山田 太郎", "山田", "太郎"),
        ("김 철수", "김", "철수"),
        ("山田太郎", "山田太郎", None),
        ("de la Cruz", "la Cruz", "de"),
        ("The Rings Collaboration", None, None),
        ("Rings Consortium", None, None),
        ("Example University", None, None),
        ("Rings Research Group", None, None),
        ("Max Example Institute for Rings", None, None),
        ("The Anh Example", "Example", "The Anh"),
    ],
)
def test_a_name_is_parted_as_far_as_it_tells(name: str, family: str | None, given: str | None) -> None:
    found = named(name)
    assert (found.family_name, found.given_name) == (family, given)
    assert found.name == " ".join(name.split())


def test_who_has_an_orcid_is_a_person_whatever_the_name_says() -> None:
    author = {"name": "Rings Collaboration", "orcid": "0000-0002-1825-0097"}
    (creator,) = described(full(authors=[author])).creators
    assert (creator.family_name, creator.orcid) == ("Rings Collaboration", "0000-0002-1825-0097")


def test_an_affiliation_without_a_name_is_told_by_its_page() -> None:
    (creator,) = described(full(authors=[{"name": "Ada Example", "affiliation_ror": "000000098"}])).creators
    assert creator.affiliation == Organization("https://ror.org/000000098", "000000098")


def test_a_contact_who_is_an_author_is_told_as_that_person() -> None:
    (first, *_rest) = described(full(contact="Ada Example")).contributors
    assert first.role is Role.CONTACT
    assert (first.agent.family_name, first.agent.orcid) == ("Example", "0000-0002-1825-0097")


def test_nobody_is_named_who_is_not_in_the_manifest() -> None:
    told = described(full(contact=None, publisher=None, authors=None))
    assert (told.creators, told.contributors, told.publisher) == ((), (), None)
    assert described(full(publisher={"name": "Example Archive"}, contact=None)).contributors == ()


# All of it --------------------------------------------------------------------------------------------


def test_the_fullest_manifest_is_told_in_full() -> None:
    told = described()
    university = Organization("Example University", "000000098")
    assert told.title == "Random features on rings"
    assert told.publication_date == "2026-11-27"
    assert told.paragraphs[0] == FULL["experiment"]["description"]
    assert told.creators == (
        Agent("Ada Example", "Example", "Ada", orcid="0000-0002-1825-0097", affiliation=university),
    )
    assert told.contributors == (
        Contributor(Agent("rings@example.org"), Role.CONTACT),
        Contributor(Agent("Example Archive", ror="000000292"), Role.DISTRIBUTOR),
    )
    assert (told.version, told.publisher, told.created) == ("1.1", "Example Archive", "2026-11-02")
    assert told.keywords == ("random features", "kernel methods")
    assert [(one.funder.name, one.funder.ror, one.number) for one in told.grants] == [
        ("Example Foundation", "000000195", "EF-2026-17")
    ]
    assert told.identifier == FULL["id"]
    assert told.repository == "https://git.example.org/rings.git"
    assert told.programming_languages == ("Python",)
    assert any("How wide is wide enough?, Journal of Rings" in one for one in told.paragraphs)
    assert any(FULL["reproduces"]["sentence"] in one for one in told.paragraphs)
    assert any("Three rings: CC0-1.0; Ring scans: LicenseRef-scans" in one for one in told.technical)


def test_what_it_is_related_to_is_told_with_the_field_that_says_so() -> None:
    supplements, derived = Relation.SUPPLEMENTS, Relation.DERIVED_FROM
    heritage = "https://archive.softwareheritage.org/swh:1:rev:4b825dc642cb6eb9a060e54bf8d69288fbee4904"
    assert [
        (one.field, one.scheme, one.identifier, one.relation, one.kind) for one in described().related
    ] == [
        ("experiment.paper.doi", "doi", "10.5281/zenodo.1234567", supplements, Kind.TEXT),
        ("experiment.paper.arxiv", "arxiv", "2611.01234", supplements, Kind.PREPRINT),
        ("experiment.paper.url", "url", "https://example.org/rings.pdf", supplements, Kind.TEXT),
        ("reproduces.doi", "doi", "10.5281/zenodo.1111111", derived, None),
        ("code[0].swhid", "url", heritage, derived, Kind.SOFTWARE),
        ("code[0].repository", "url", "https://git.example.org/rings.git", derived, Kind.SOFTWARE),
        ("data[0].source.doi", "doi", "10.5281/zenodo.7654321", derived, Kind.DATASET),
    ]


@pytest.mark.parametrize(
    ("swhid", "dirty", "relation"),
    [
        ("swh:1:dir:" + "5" * 40, False, Relation.HAS_PART),
        ("swh:1:dir:" + "5" * 40, True, Relation.DERIVED_FROM),
        ("swh:1:rel:" + "5" * 40, False, Relation.DERIVED_FROM),
    ],
)
def test_a_tree_that_is_in_the_record_is_a_part_of_it(swhid: str, dirty: bool, relation: Relation) -> None:
    document = full()
    document["code"][0] |= {"swhid": swhid, "dirty": dirty}
    assert [one.relation for one in described(document).related if one.field == "code[0].swhid"] == [relation]


def test_a_record_is_not_related_to_itself_nor_twice_to_anything() -> None:
    document = full(paper={"doi": "10.5281/Zenodo.42", "url": "https://doi.org/10.5281/zenodo.42"})
    document["data"].append(document["data"][0] | {"id": "again"})
    assert [one.identifier for one in described(document).related if "enodo.42" in one.identifier] == [
        "10.5281/Zenodo.42"
    ]
    told = described(document, doi="10.5281/zenodo.42").related
    assert not [one for one in told if "zenodo.42" in one.identifier.lower()]
    assert len([one for one in told if one.identifier == "10.5281/zenodo.7654321"]) == 1


@pytest.mark.parametrize(
    "address", ["ssh://git@git.example.org/rings", "https://ada:secret@git.example.org/rings"]
)
def test_an_address_that_no_browser_opens_or_that_holds_a_secret_is_not_told(address: str) -> None:
    document = full()
    document["code"][0]["repository"] = address
    told = described(document)
    assert told.repository is None
    assert not [text for text in texts_in(told) if "git.example.org" in text]


# Licences ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("expression", "names", "known", "whole"),
    [
        ("MIT", ["MIT"], ["MIT"], None),
        ("apache-2.0", ["Apache-2.0"], ["Apache-2.0"], None),
        ("MIT OR Apache-2.0", ["MIT", "Apache-2.0"], ["MIT", "Apache-2.0"], "MIT OR Apache-2.0"),
        ("(MIT OR mit) AND CC0-1.0", ["MIT", "CC0-1.0"], ["MIT", "CC0-1.0"], "(MIT OR mit) AND CC0-1.0"),
        (
            "GPL-2.0-only WITH Classpath-exception-2.0",
            ["GPL-2.0-only WITH Classpath-exception-2.0"],
            [None],
            None,
        ),
        ("LicenseRef-Rings-1", ["Rings-1"], [None], None),
        (None, [], [], None),
    ],
)
def test_terms_are_told_as_single_licences_and_as_a_whole(
    expression: str | None, names: list[str], known: list[str | None], whole: str | None
) -> None:
    told = described(full(license=expression))
    assert [one.name for one in told.licences] == names
    assert [one.spdx for one in told.licences] == known
    assert told.licence_expression == whole


def test_a_licence_with_an_exception_is_not_told_as_the_licence_without() -> None:
    (told,) = described(full(license="GPL-2.0-only WITH Classpath-exception-2.0")).licences
    link = "https://spdx.org/licenses/GPL-2.0-only.html"
    assert told == Licence("GPL-2.0-only WITH Classpath-exception-2.0", None, link)


# Claims, results, days, kinds -------------------------------------------------------------------------


def test_claims_are_told_with_their_numbers_and_without_a_verdict() -> None:
    first, second, *_rest = described().claims
    assert (first.text, first.primary, first.place) == (
        "Wide features beat narrow ones on rings.",
        True,
        "Table 1, wide, rings",
    )
    assert first.value == ("difference 0.01040 [0.00972, 0.01108] (95 % interval), wide against narrow",)
    assert (second.value, second.seeds, second.recorded) == (
        ("0.9150 [0.9091, 0.9209] (95 % interval)",),
        (5,),
        True,
    )


def test_a_claim_that_rests_on_a_run_which_is_not_there_says_so() -> None:
    document = full()
    document["runs"] = [run for run in document["runs"] if run["id"] != "wide-3"]
    assert [claim.recorded for claim in described(document).claims] == [False] * 4
    document["claims"][0]["evidence"] = []
    first = described(document).claims[0]
    assert (first.recorded, first.value, first.seeds) == (False, (), ())


def test_results_are_told_and_more_of_them_than_anybody_reads_are_counted() -> None:
    wide = described().results[0]
    assert (wide.configuration, wide.metric, wide.data, wide.statistic, wide.n) == (
        *("wide", "Accuracy", "Three rings, heldout", "mean"),
        5,
    )
    document = full()
    document["results"] += [document["results"][0] | {"id": f"r{number}"} for number in range(200)]
    told = described(document)
    assert (len(told.results), told.results_left_out) == (MOST_ROWS, 203 - MOST_ROWS)


def test_the_days_of_the_runs_are_told_from_the_first_start_to_the_last_end() -> None:
    document = full()
    document["runs"] = document["runs"][:2]
    document["runs"][0] |= {"started": "2026-11-02T23:59:00Z", "duration_s": 120.0}
    document["runs"][1] |= {"started": "2026-11-01T10:00:00Z", "duration_s": 1e300}
    assert described(document).collected == ("2026-11-01", "2026-11-03")


def test_a_day_that_is_in_no_calendar_is_not_told() -> None:
    document = full(created="2026-02-30T00:00:00Z")
    document["runs"] = document["runs"][:1]
    document["runs"][0]["started"] = "2026-13-01T00:00:00Z"
    told = described(document)
    assert (told.created, told.collected) == (None, None)


def test_what_it_is_follows_from_what_it_holds() -> None:
    assert described().kind is Kind.WORKFLOW  # the author chose a main program
    document = full()
    del document["code"][0]["main"]
    assert described(document).kind is Kind.DATASET
    for name in ("runs", "results", "comparisons", "claims", "tables", "data", "determinism"):
        document.pop(name, None)
    assert described(document).kind is Kind.SOFTWARE


def test_the_state_of_an_experiment_that_does_not_stand_is_told_first() -> None:
    told = described(full(status="withdrawn", description=None))
    assert told.paragraphs[:2] == (
        "No description was given by the authors.",
        "The authors have withdrawn this experiment.",
    )


# Double blind -----------------------------------------------------------------------------------------


def test_nothing_that_names_the_authors_is_told_where_they_are_not_to_be_known() -> None:
    document = full(license="MIT OR LicenseRef-Example-University")
    document["data"][1]["source"] = {"doi": "10.5281/zenodo.999"}  # their own data
    told = described(document, anonymous=True)
    assert told.creators == (Agent(NOBODY, family_name=NOBODY),)
    shown = "\n".join(texts_in(told))
    about = document["experiment"]
    code = document["code"][0]
    secrets = [
        *("Ada", "0000-0002-1825-0097", "University", "000000098", "Foundation", "000000195", "EF-2026-17"),
        *("Archive", "000000292", about["contact"], *about["paper"].values(), document["id"]),
        *(code["repository"], code["swhid"], code["commit"], code["tree_sha256"], "10.5281/zenodo.999"),
        *(document["reproduces"][name] for name in ("doi", "title", "sentence", "id")),
    ]
    assert [each for each in secrets if each in shown] == []
    assert (told.grants, told.contributors, told.repository, told.identifier) == ((), (), None, None)


def test_a_manifest_that_was_made_anonymous_is_told_so_unasked() -> None:
    document = json.loads(shipped_bytes("conformance/golden/anonymous.json"))
    told = described(document)
    assert told == described(document, anonymous=True)
    assert told.anonymous
    assert told.identifier is None
    assert not [text for text in texts_in(told) if MARK in text]


def test_data_that_existed_before_are_told_of_authors_who_are_not_to_be_known() -> None:
    assert [one.field for one in described(anonymous=True).related] == ["data[0].source.doi"]


# Any manifest -----------------------------------------------------------------------------------------


@settings(max_examples=25)
@given(CHANGES)
def test_every_text_of_any_manifest_can_be_shown(changes: dict[str, Any]) -> None:
    manifest = changed(changes)
    told = describe(manifest, today=TODAY)
    for text in texts_in(dataclasses.replace(told, related=(), repository=None)):
        assert text == " ".join(text.split())
        assert not {"Cc", "Cs"} & set(map(unicodedata.category, text))
    identifiers = [(one.scheme, one.identifier.lower()) for one in told.related]
    assert len(set(identifiers)) == len(identifiers)
    assert len(told.creators) == len(manifest.experiment.authors)


def test_the_manifest_is_left_as_it_was() -> None:
    document = copy.deepcopy(FULL)
    described(document, anonymous=True)
    assert document == FULL
