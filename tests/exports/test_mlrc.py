"""The report: the numbers of the verdict, and gaps for what nobody knows."""

from __future__ import annotations

import json
import re
from dataclasses import replace

from markdown_it import MarkdownIt

from reprocrate.exports import Export, Person, Request, export
from reprocrate.manifest import manifest_from
from reprocrate.render.verdict_words import summary_texts
from reprocrate.rerun.compare import Basis
from tests.exports.conftest import Make


def report(request: Request) -> tuple[str, Export]:
    made = export("mlrc-report", request)
    return made.files["reproducibility-report.md"].decode(), made


def test_claims_and_numbers_are_those_of_the_verdict(made: Make) -> None:
    request = made(people=(Person("Grace Example"),))
    text, _ = report(request)
    assert request.verdict is not None
    for claim in request.verdict["claims"]:
        assert re.sub(r"[^\w ]", "", claim["text"]) in re.sub(r"[^\w ]", "", text)
    for result in request.verdict["results"]:
        told = summary_texts(result["numbers"]["original"], result["numbers"]["rerun"])
        for side, one in zip(("original", "rerun"), told, strict=True):
            assert f"{one} (n = {result['numbers'][side]['n']})" in text
    assert "Grace Example" in text
    titles = re.findall(r"^## (.+)$", text, re.MULTILINE)
    assert titles == [
        "Reproducibility summary",
        "1 Introduction",
        "2 Scope of reproducibility",
        "3 Methodology",
        "4 Results",
        "5 Discussion",
    ]


def test_each_gap_is_marked_and_told(made: Make) -> None:
    text, export_ = report(made())
    assert text.count("**[To be written: ") == len(export_.missing)
    assert "who reproduced it" in export_.missing
    assert "who reproduced it" not in report(made(people=(Person("Grace Example"),)))[1].missing


def test_no_text_of_a_record_becomes_markup(made: Make) -> None:
    request = made()
    assert request.verdict is not None
    evil = "<script>alert(1)</script> [x](javascript:1) | `a` \n# Heading"
    original = {**request.verdict["original"], "title": evil, "id": "a`b"}
    claims = [{**one, "text": evil, "explanation": evil} for one in request.verdict["claims"]]
    verdict = {**request.verdict, "original": original, "claims": claims, "sentence": evil}
    text, _ = report(Request(request.manifest, "", "it", request.original, verdict))
    html = MarkdownIt("commonmark").enable("table").render(text)
    assert "<script" not in html
    assert 'javascript:1"' not in html
    assert ">Heading</h1>" not in html


def test_commands_are_quoted_as_a_shell_needs_them_and_the_verdict_is_said_once_in_the_summary(
    made: Make,
) -> None:
    request = made()
    document = json.loads(request.manifest.to_bytes())
    document["runs"][0]["command"] = ["python", "train.py", "--note", "two words"]
    assert request.verdict is not None
    text, _ = report(replace(request, manifest=manifest_from(document)))
    assert "`python train.py --note 'two words'`" in text
    summary = text.partition("## Reproducibility summary")[2].partition("**What was easy.**")[0]
    assert summary.strip() == request.verdict["sentence"]


def test_a_rerun_of_a_part_is_not_called_one_of_all(made: Make) -> None:
    request = made()
    assert request.verdict is not None
    assert "The recorded commands were run again in full." in report(request)[0]
    chosen = ["Of the recorded seeds only 0, as asked for."]
    around = {**request.verdict["circumstances"], "chosen": chosen}
    text, _ = report(replace(request, verdict={**request.verdict, "circumstances": around}))
    assert "The recorded commands were run again in full." not in text
    assert f"- {chosen[0]}" in text


def test_where_nothing_was_run_the_machine_is_the_recorded_one(made: Make) -> None:
    assert "As recorded in what was compared:" in report(made(basis=Basis.LOGS))[0]
    assert "As recorded in what was compared:" not in report(made())[0]
