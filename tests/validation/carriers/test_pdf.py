"""Checklists on pages: made here, with line numbers, columns, forms, locks and pictures."""

from __future__ import annotations

import time
from collections.abc import Iterable

import pytest

from reprocrate.errors import UnreadableError
from reprocrate.validation.checklists.carriers.pdf.opening import open_pdf
from reprocrate.validation.checklists.carriers.search import read_checklist
from tests.validation.carriers.conftest import AAAI, NEURIPS, PRINTED, Find, alternating, question, told

fpdf = pytest.importorskip("fpdf")
pytest.importorskip("pypdfium2")


def pages(
    lines: Iterable[str], *, numbered: bool = False, columns: int = 1, most: int = 50, password: str = ""
) -> bytes:
    """A PDF file with these lines; their numbers stand in the margin, as papers under review have them."""
    document = fpdf.FPDF()
    document.set_font("Times", size=9)
    if password:
        document.set_encryption(owner_password="owner", user_password=password)
    height = 5
    for index, line in enumerate(lines):
        place = index % (most * columns)
        if place == 0:
            document.add_page()
        column, row = divmod(place, most)
        left, top = 25 + column * 90, 15 + row * height
        if numbered:
            document.text(12, top, str(index + 1))
        document.text(left, top, line)
    return bytes(document.output())


def wrapped(text: str, width: int) -> list[str]:
    """Lines of at most a width."""
    made, line = [], ""
    for word in text.split():
        if line and len(line) + len(word) >= width:
            made.append(line)
            line = word
        else:
            line = f"{line} {word}".strip()
    return [*made, line]


def neurips_lines(answers: dict[str, str | None]) -> list[str]:
    lines = ["NeurIPS Paper Checklist"]
    for name, answer in answers.items():
        item = NEURIPS.find(name)
        assert item
        lines += wrapped(f"{name}. {item.title}", 90)
        lines += wrapped(f"Question: {question(item)}", 60)
        lines += [f"Answer: {PRINTED[answer]}"]
        lines += wrapped(
            f"Justification: In Section {name} we tell more of it than anybody would want to read.", 60
        )
        lines += wrapped(
            "Guidelines: The answer [N/A] means that there is nothing of the kind in the paper.", 60
        )
    return lines


@pytest.mark.parametrize("numbered", [False, True])
def test_neurips_on_pages(find: Find, numbered: bool) -> None:
    answers = alternating(NEURIPS)
    (filled,) = find({"paper.pdf": pages(neurips_lines(answers), numbered=numbered)})
    assert (filled.id, filled.source, told(filled)) == ("neurips-2026", "paper.pdf", answers)
    expected = "In Section 1 we tell more of it than anybody would want to read."
    assert filled.answers[0].justification == expected


def test_aaai_in_two_columns(find: Find) -> None:
    answers = alternating(AAAI)
    lines = ["Reproducibility Checklist"]
    for name, answer in answers.items():
        item = AAAI.find(name)
        assert item
        options = "/".join(
            AAAI.words[word] for word in ("yes", "partial", "no", "na") if word in item.answers
        )
        said = AAAI.words[answer] if answer else "Type your response here"
        lines += wrapped(f"{name}. {question(item)} ({options}) {said}", 50)
    (filled,) = find({"ReproducibilityChecklist.pdf": pages(lines, columns=2)})
    assert (filled.id, told(filled)) == ("aaai-27", answers)


def test_the_form_of_arr(find: Find) -> None:
    filled_in = {
        "mainClaims": "Yes",
        "mainClaimsJustification": "Section 7",
        "risks": "No",
        "citeCreators": "N/A",
    }
    (filled,) = find({"responsibleNLPresearch.pdf": form(filled_in)})
    assert filled.id == "arr"
    assert {name: answer for name, answer in told(filled).items() if answer} == {
        "A1": "yes",
        "A2": "no",
        "B1": "na",
    }
    assert filled.answers[0].justification == "Section 7"


def form(fields: dict[str, str]) -> bytes:
    """A PDF file with a form whose fields have these values, by PDF 1.7, section 12.7."""
    numbers = range(5, 5 + len(fields))
    widgets = [
        f"<</Type/Annot/Subtype/Widget/FT/Tx/T({name})/V({value})/Rect[9 9 99 20]/P 3 0 R/F 4>>"
        for name, value in fields.items()
    ]
    references = " ".join(f"{number} 0 R" for number in numbers)
    objects = [
        f"<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[{references}]/DA(/Helv 9 Tf)>>>>",
        "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Annots[{references}]>>",
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
        *widgets,
    ]
    data, starts = b"%PDF-1.7\n", []
    for number, content in enumerate(objects, 1):
        starts.append(len(data))
        data += f"{number} 0 obj{content}endobj\n".encode()
    table = "".join(f"{start:010} 00000 n \n" for start in starts)
    size = len(objects) + 1
    end = f"xref\n0 {size}\n0000000000 65535 f \n{table}trailer<</Size {size}/Root 1 0 R>>\n"
    return data + f"{end}startxref\n{len(data)}\n%%EOF\n".encode()


# ------------------------------------------------------------------------------------- bad input


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (pages(["a secret checklist"] * 9, password="x"), "it is encrypted"),
        (b"%PDF-1.7\nnothing of it", "it is damaged, or no PDF file"),
        (b"", "it is damaged, or no PDF file"),
        (pages(["a line of text"] * 60)[:900], "it is damaged, or no PDF file"),
        (pages([""] * 4), "its pages hold no text, only pictures, as a scan does"),
        (pages([""] * 301, most=1), "it has 301 pages, and at most 300 are read"),
    ],
    ids=["encrypted", "damaged", "empty", "cut", "scanned", "long"],
)
def test_what_cannot_be_read_is_told(find: Find, tmp_path, data: bytes, why: str) -> None:
    (filled,) = find({"checklist.pdf": data})
    assert (filled.id, filled.answers, filled.not_read) == ("", (), (f"checklist.pdf is not read: {why}",))
    with pytest.raises(UnreadableError, match=why):
        read_checklist(tmp_path / "submission" / "checklist.pdf")


def test_without_the_library_it_is_told_what_to_install(find: Find, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reprocrate.validation.checklists.carriers.pdf.opening.find_spec", lambda _: None)
    (filled,) = find({"checklist.pdf": pages(["text"])})
    assert "nothing that reads PDF files is installed" in filled.not_read[0]


def test_a_paper_without_a_checklist_has_none(find: Find) -> None:
    assert find({"paper.pdf": pages(["Question: What is it? Answer: Yes. It is a prompt."] * 80)}) == ()


def test_a_page_takes_no_long_time() -> None:
    start = time.monotonic()
    open_pdf(pages(neurips_lines(alternating(NEURIPS)) * 5), "it")
    assert time.monotonic() - start < 20
