"""codecheck.yml, held to CODECHECK's rules, told by their ids (rules-2.0.yml of codecheckers/register)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from reprocrate.exports import Export, Person, Request, export
from reprocrate.exports.yaml_text import yaml_text
from reprocrate.rerun.compare import Basis
from reprocrate.standard.identity_formats import has_orcid_check_digit
from tests.exports.conftest import Make

ADA, GRACE = "0000-0002-1825-0097", "0000-0001-5109-3700"
COMPLETE = {
    "people": (Person("Grace Example", GRACE),),
    "certificate": "2026-001",
    "report": "https://doi.org/10.5281/zenodo.1111111",
}


def broken_rules(text: str) -> Iterator[str]:
    """Rules of severity error about the file alone that it breaks."""
    document: dict[str, Any] = yaml.safe_load(text)
    paper = document.get("paper", {})
    authors = paper.get("authors", [])
    people = document.get("codechecker", [])
    files = document.get("manifest", [])
    checks = {
        "CC-CFG-002": text.startswith("---\n") or "\n---\n" in text,
        "CC-CFG-004": bool(files),
        "CC-CFG-005": all("file" in one for one in files),
        "CC-CFG-006": all(not one["file"].startswith(("/", "../")) for one in files),
        "CC-CFG-008": bool(people),
        "CC-CFG-009": all(one.get("name") for one in people),
        "CC-CFG-011": bool(document.get("report")),
        "CC-CFG-016": bool(paper),
        "CC-CFG-017": bool(paper.get("title")),
        "CC-CFG-018": bool(authors),
        "CC-CFG-019": all(one.get("name") for one in authors),
        "CC-CFG-020": all(re.fullmatch(r"[0-9-]{18}[0-9X]", one.get("ORCID", "")) for one in authors),
        "CC-CFG-021": bool(paper.get("reference")),
        "CC-CFG-023": not re.search("FIXME|TODO|XXXXX", text),
        "CC-CFG-024": bool(document.get("summary")),
        "CC-CFG-025": bool(document.get("certificate")),
        "CC-CFG-026": bool(re.fullmatch(r"[0-9]{4}-[0-9]{3}", document.get("certificate", "0000-000"))),
        "CC-CFG-029": isinstance(paper.get("reference-other", []), list),
        "CC-MET-001": all(
            has_orcid_check_digit(one["ORCID"]) for one in [*authors, *people] if "ORCID" in one
        ),
    }
    yield from (rule for rule, kept in checks.items() if not kept)


def made_of(request: Request) -> tuple[str, Export]:
    made = export("codecheck", request)
    return made.files["codecheck.yml"].decode(), made


def with_paper(request: Request, **paper: Any) -> Request:
    """The same where every author has an ORCID and the paper can be found."""
    assert request.original is not None
    about = request.original.experiment
    authors = tuple(one.model_copy(update={"orcid": ADA}) for one in about.authors[:1])
    known = type(about).model_validate(
        {
            **about.model_dump(mode="json", exclude_none=True),
            "authors": [],
            "paper": paper or {"doi": "10.1000/1"},
        }
    )
    experiment = known.model_copy(update={"authors": authors})
    original = request.original.model_copy(update={"experiment": experiment})
    return Request(
        request.manifest,
        request.manifest_sha256,
        "it",
        original,
        request.verdict,
        **COMPLETE,  # type: ignore[arg-type]
    )


def test_with_all_that_people_say_no_rule_is_broken(made: Make) -> None:
    text, export_ = made_of(with_paper(made(), doi="10.1000/1", arxiv="2001.00001"))
    assert list(broken_rules(text)) == []
    assert export_.missing == ()
    document = yaml.safe_load(text)
    assert document["version"] == "https://codecheck.org.uk/spec/config/2.0/"
    assert document["certificate"] == "2026-001"  # a text, and no number or date
    assert document["paper"]["reference"] == "https://doi.org/10.1000/1"
    assert document["paper"]["reference-other"] == ["https://arxiv.org/abs/2001.00001"]
    assert document["codechecker"] == [{"name": "Grace Example", "ORCID": GRACE}]


def test_what_nobody_said_is_left_out_and_told_with_the_rule_that_asks_for_it(made: Make) -> None:
    text, export_ = made_of(made())
    broken = set(broken_rules(text))
    assert {"CC-CFG-008", "CC-CFG-011", "CC-CFG-025"} <= broken
    assert {match[0] for one in export_.missing if (match := re.search("CC-CFG-[0-9]+", one))} == broken


def test_its_files_are_those_that_the_rerun_wrote_and_that_travel(made: Make) -> None:
    request = made()
    listed = [one["file"] for one in yaml.safe_load(made_of(request)[0])["manifest"]]
    written = {file.path for run in request.manifest.runs for file in run.written if file.travels}
    assert set(listed) == written
    assert len(listed) == len(set(listed))


def test_the_summary_says_what_became_of_each_claim(made: Make) -> None:
    request = made(by=-0.5)
    summary = yaml.safe_load(made_of(request)[0])["summary"]
    assert request.verdict is not None
    assert summary.startswith(request.verdict["sentence"])
    assert all(claim["text"] in summary for claim in request.verdict["claims"])


@given(st.dictionaries(st.sampled_from(["a", "b-c", "d_e"]), st.text() | st.lists(st.text()), min_size=1))
def test_whatever_text_is_written_is_read_again(document: dict[str, Any]) -> None:
    kept = {name: value for name, value in document.items() if value != []}
    kept = {name: value for name, value in kept.items() if not _has_surrogates(value)}
    if kept:
        assert yaml.safe_load(yaml_text(kept)) == kept


def _has_surrogates(value: Any) -> bool:
    return any(
        "\ud800" <= one <= "\udfff" for text in ([value] if isinstance(value, str) else value) for one in text
    )


@pytest.mark.parametrize(
    "text", ["2026-001", "yes", "1e3", "a: b", "- x", "#no", "", "\x85\u2028", "é🚀", '"\\']
)
def test_texts_stay_texts(text: str) -> None:
    assert yaml.safe_load(yaml_text({"it": text, "them": [text, {"in": text}]})) == {
        "it": text,
        "them": [text, {"in": text}],
    }


def test_where_it_belongs_is_told(made: Make) -> None:
    (note,) = export("codecheck", made(**COMPLETE)).notes
    assert "at the root of the unpacked reproduction" in note


def test_files_of_runs_that_were_not_made_again_are_not_said_to_be_new(made: Make) -> None:
    def comments(basis: Basis) -> list[str]:
        document = yaml.safe_load(export("codecheck", made(basis=basis, **COMPLETE)).files["codecheck.yml"])
        return [one["comment"] for one in document["manifest"]]

    assert all(one.startswith(("Written by", "Printed by")) for one in comments(Basis.FULL))
    assert all(one.startswith("Recorded, not run again: ") for one in comments(Basis.LOGS))
