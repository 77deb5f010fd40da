"""Checklists in LaTeX, as authors leave them."""

from __future__ import annotations

import pytest

from reprocrate.validation.checklists.packs import pack_of
from tests.validation.carriers.conftest import (
    AAAI,
    MACROS,
    NEURIPS,
    Find,
    aaai,
    alternating,
    neurips,
    question,
    told,
)


def test_neurips_macros_are_read_with_line_and_justification(find: Find) -> None:
    answers = alternating(NEURIPS)
    (filled,) = find({"paper/checklist.tex": neurips(answers)})
    assert (filled.id, filled.source) == ("neurips-2026", "paper/checklist.tex")
    assert told(filled) == answers
    assert filled.not_read == ()
    first = filled.answers[0]
    assert (str(first.place), first.justification) == (
        "paper/checklist.tex:6",
        "See Section sec:1 for 95% of it.",
    )


@pytest.mark.parametrize(
    ("written", "answer"),
    [
        (r"\answerYes", "yes"),
        (r"\answerYes[see Section 3]", "yes"),
        (r"\answerYes{See Section 3.}", "yes"),
        (r"\textcolor{blue}{[Yes]}", "yes"),
        (r"{\color{blue} [Yes]}", "yes"),
        (r"\textbf{Yes}", "yes"),
        ("Yes.", "yes"),
        ("[ Yes ]", "yes"),
        ("Yes, in the appendix", "yes"),
        (r"\answerNo", "no"),
        (r"{\bf [No]}", "no"),
        ("no", "no"),
        (r"\answerNA", "na"),
        ("[NA]", "na"),
        ("N/A", "na"),
        ("[n/a].", "na"),
        ("Not applicable", "na"),
        (r"\ding{51}", "yes"),
        (r"\checkmark", "yes"),
        (r"\ding{55}", "no"),
        (r"\answerTODO{}", None),
        ("[TODO]", None),
        ("", None),
        ("No experiments were run", None),
        ("Yes/No", None),
        (r"\answerYes{} \answerNo{}", None),
        (r"\answerYes{}/\answerNA{}", None),
        ("Maybe", None),
        ("Nothing of it", None),
        (r"\ouranswer{}", None),
    ],
)
def test_an_answer_is_what_stands_there_and_nothing_else(
    find: Find, written: str, answer: str | None
) -> None:
    source = neurips(dict.fromkeys(("1", "2", "3", "4"), "no")).replace(
        r"\answerNo{} % Replace", f"{written} % Replace", 1
    )
    (filled,) = find({"checklist.tex": source})
    assert told(filled) == {"1": answer, "2": "no", "3": "no", "4": "no"}


def test_what_is_no_answer_is_told_with_its_line(find: Find) -> None:
    source = neurips(dict.fromkeys(("1", "2", "3", "4"), "no")).replace(
        r"\answerNo{} % Replace", r"\ouranswer{} % R", 1
    )
    (filled,) = find({"checklist.tex": source})
    assert filled.not_read == (r'checklist.tex:6: what stands as the answer to 1 is none: "\ouranswer"',)


def test_own_macros_stand_for_what_the_document_defines(find: Find) -> None:
    body = neurips({"1": "yes", "2": "no", "3": "na", "4": "yes"})
    for name, macro in (("Yes", "ja"), ("No", "nein"), ("NA", "egal")):
        body = body.replace(rf"Answer: \answer{name}{{}}", rf"Answer: \{macro}{{weil}}")
    main = "\n".join(
        [
            r"\documentclass{article}",
            r"\usepackage[final]{neurips_2026}",
            r"\renewcommand{\answerYes}[0]{\textcolor{green}{\textbf{Yes}}}",
            r"\newcommand{\ja}[1]{\answerYes{} #1}",
            r"\newcommand\nein[2][x]{\textcolor{red}{[No]} #2}",
            r"\def\egal#1{\inner}",
            r"\let\inner=\answerNA",
            r"\begin{document}\input{parts/checklist}\end{document} \input{nothing}",
        ]
    )
    (filled,) = find({"main.tex": main, "parts/checklist.tex": body})
    assert told(filled) == {"1": "yes", "2": "no", "3": "na", "4": "yes"}
    assert filled.source == "main.tex"
    assert str(filled.answers[0].place) == "parts/checklist.tex:6"


def test_comments_and_what_is_switched_off_say_nothing(find: Find) -> None:
    real = neurips({"1": "no", "2": "no", "3": "no", "4": "yes"})
    commented = "".join(f"% {line}\n" for line in neurips(alternating(NEURIPS)).splitlines())
    off = neurips({"1": "yes", "2": "yes", "3": "yes", "4": "no"})
    noise = f"{commented}\n\\begin{{comment}}\n{off}\\end{{comment}}\n\\iffalse\n{off}\\fi\n"
    noise += f"\\begin{{verbatim}}\n{off}\\end{{verbatim}}\n"
    (filled,) = find({"checklist.tex": noise + real})
    assert told(filled) == {"1": "no", "2": "no", "3": "no", "4": "yes"}


def test_the_instructions_of_the_template_are_no_answers(find: Find) -> None:
    instructions = (
        r"For each question you should answer \answerYes{} or \answerNA{}. \begin{itemize} \item "
        r"{\bf Delete this block}, \item keep questions/answers and guidelines. \end{itemize}"
    )
    (filled,) = find({"checklist.tex": instructions + neurips({"1": None, "2": None, "3": None, "4": "na"})})
    assert told(filled) == {"1": None, "2": None, "3": None, "4": "na"}


def test_deleted_questions_and_guidelines_do_not_move_answers(find: Find) -> None:
    lines = neurips({"1": "yes", "3": "na", "7": "no", "16": "yes"}, guidelines=False).splitlines()
    (filled,) = find({"checklist.tex": "\n".join(line for line in lines if "Question:" not in line)})
    assert told(filled) == {"1": "yes", "3": "na", "7": "no", "16": "yes"}
    assert filled.answers[0].justification == "See Section sec:1 for 95% of it."


def test_a_question_that_no_pack_knows_is_told(find: Find) -> None:
    body = neurips({"1": "yes", "2": "yes", "3": "na", "4": "yes", "5": "no"})
    body = body.replace("Limitations", "Ecological footprint").replace(
        "limitations of the work", "trees planted"
    )
    (filled,) = find({"checklist.tex": body})
    assert told(filled) == {"1": "yes", "3": "na", "4": "yes", "5": "no"}
    assert 'like "Ecological footprint"' in filled.not_read[0]
    assert filled.not_read[0].startswith("checklist.tex:")


def test_a_later_year_is_told_and_read_as_the_nearest(find: Find) -> None:
    main = r"\documentclass{article}\usepackage{neurips_2031}" + neurips(alternating(NEURIPS))
    (filled,) = find({"main.tex": main})
    assert filled.id == "neurips-2026"
    assert "neurips-2031, which is not known here" in filled.not_read[0]


def test_the_year_is_the_one_that_the_paper_names(find: Find) -> None:
    main = r"\documentclass{article}\usepackage[preprint]{neurips_2025}" + neurips(alternating(NEURIPS))
    (filled,) = find({"main.tex": main})
    assert filled.id == "neurips-2025"


@pytest.mark.parametrize("kit", ["AuthorKit27", "zz_kit"])
def test_the_venues_own_template_beside_it_answers_nothing(kit: str, find: Find) -> None:
    blank = {item.id: None for item in AAAI.items}
    answers = {item.id: "yes" for item in AAAI.items}
    files = {
        f"{kit}/ReproducibilityChecklist.tex": aaai(blank),
        "paper/ReproducibilityChecklist.tex": aaai(answers),
    }
    (found,) = find(files)
    assert (found.source, found.not_read) == ("paper/ReproducibilityChecklist.tex", ())
    assert {each.item: each.answer for each in found.answers} == answers


def test_two_answers_that_differ_are_no_answer(find: Find) -> None:
    once, again = (
        neurips({"1": "yes", "2": "no", "3": "na", "4": "no"}),
        neurips({"1": "no", "2": "no", "3": "na", "4": "no"}),
    )
    (filled,) = find({"checklist.tex": once + again})
    assert told(filled) == {"1": None, "2": "no", "3": "na", "4": "no"}
    assert "answered more than once and not alike" in filled.not_read[0]


def test_aaai_answers_stand_below_the_question(find: Find) -> None:
    answers = alternating(AAAI)
    (filled,) = find({"ReproducibilityChecklist.tex": aaai(answers)})
    assert (filled.id, told(filled), filled.not_read) == ("aaai-27", answers, ())


@pytest.mark.parametrize(
    ("written", "answer"),
    [
        (r"\textbf{yes}", "yes"),
        ("Yes", "yes"),
        ("yes. See the appendix", "yes"),
        ("Partial", "partial"),
        (r"{\color{red} no}", "no"),
        ("NA", "na"),
        ("yes/no", None),
        ("(yes/partial/no)", None),
        ("no idea", None),
        ("", None),
    ],
)
def test_aaai_answers_in_other_hands(find: Find, written: str, answer: str | None) -> None:
    source = aaai(
        {
            "1.1": "no",
            "3.2": "no",
            "4.2": "no",
            "4.7": "no",
            "3.3": "no",
            "3.4": "no",
            "3.6": "no",
            "3.7": "no",
        }
    )
    (filled,) = find({"checklist.tex": source.replace("\nno\n", f"\n{written}\n", 1)})
    assert told(filled)["1.1"] == answer


def test_an_answer_that_the_venue_does_not_allow_is_told(find: Find) -> None:
    names = ("1.2", "1.3", "2.1", "3.1", "4.1", "4.10", "4.11", "4.12")
    source = aaai(dict.fromkeys(names, "no")).replace("\nno\n", "\nNA\n", 1)
    (filled,) = find({"checklist.tex": source})
    assert (told(filled)["1.2"], filled.answers[0].written) == (None, "NA")
    assert '"NA" is no answer to 1.2; allowed: yes, no' in filled.not_read[0]


def test_text_without_macros_is_read_as_aaai_had_it_before(find: Find) -> None:
    answers = {
        "1.1": "yes",
        "1.2": "no",
        "3.2": "partial",
        "3.5": "na",
        "4.2": "no",
        "4.7": "yes",
        "4.8": "no",
        "4.9": "yes",
    }
    items = [each for each in AAAI.items if each.id in answers]
    lines = []
    for item in items:
        options = "/".join(
            AAAI.words[word] for word in ("yes", "partial", "no", "na") if word in item.answers
        )
        lines.append(f"{' and '.join(item.keys)} ({options}) {AAAI.words[str(answers[item.id])]}\n")
    (filled,) = find({"reproducibility-checklist.txt": "This paper:\n\n" + "\n".join(lines)})
    assert told(filled) == answers


# ------------------------------------------------------------------------------------- bad input


def test_included_files_go_round_once_and_never_outside(find: Find, tmp_path) -> None:
    (tmp_path / "secret.tex").write_text(neurips({"1": "no", "2": "no", "3": "no", "4": "no"}))
    main = r"\documentclass{article}\input{../secret}\input{/etc/passwd}\input{checklist}\input{main}"
    (filled,) = find(
        {
            "main.tex": main,
            "checklist.tex": r"\input{main}" + neurips({"1": "yes", "2": "yes", "3": "na", "4": "no"}),
        }
    )
    assert told(filled) == {"1": "yes", "2": "yes", "3": "na", "4": "no"}
    assert [each for each in filled.not_read if "secret" in each or "passwd" in each] == [
        "main.tex:1: ../secret is included, and is not there",
        "main.tex:1: /etc/passwd is included, and is not there",
    ]


def test_deep_braces_and_macros_that_grow_end_soon(find: Find) -> None:
    answered = neurips({"1": "yes", "2": "yes", "3": "na", "4": "no"})
    (filled,) = find({"checklist.tex": answered + "{" * 50_000 + r"\textcolor{" * 5_000})
    assert told(filled) == {"1": "yes", "2": "yes", "3": "na", "4": "no"}
    bomb = "".join(rf"\def\m{chr(97 + n)}{{\m{chr(98 + n)}\m{chr(98 + n)}}}" for n in range(24))
    (filled,) = find({"checklist.tex": answered + bomb + r"\def\my{x}\ma"})
    assert told(filled)["1"] == "yes"
    assert "makes more text of itself than is read here" in "".join(filled.not_read)


def test_a_macro_that_is_itself_ends(find: Find) -> None:
    (filled,) = find(
        {"checklist.tex": neurips({"1": "yes", "2": "no", "3": "na", "4": "no"}) + r"\def\a{\a}\a"}
    )
    assert told(filled) == {"1": "yes", "2": "no", "3": "na", "4": "no"}


def test_what_is_no_text_or_too_large_is_told(find: Find) -> None:
    found = find({"checklist.tex": b"\x7fELF\0\0\0\\answerYes{}", "other/checklist.tex": b"%" * (5 << 20)})
    said = {each.source: each.not_read[0] for each in found}
    assert "holds bytes that are no text" in said["checklist.tex"]
    assert "larger than 4 MB" in said["other/checklist.tex"]
    assert all(not each.id and not each.answers for each in found)


def test_latin_1_and_windows_line_ends_are_read(find: Find) -> None:
    text = (
        neurips({"1": "yes", "2": "no", "3": "na", "4": "no"})
        .replace("for 95", "für 95")
        .replace("\n", "\r\n")
    )
    (filled,) = find({"checklist.tex": text.encode("latin-1")})
    assert told(filled) == {"1": "yes", "2": "no", "3": "na", "4": "no"}
    assert "für 95%" in filled.answers[0].justification
    assert filled.answers[0].place.line == 6


def test_answers_in_brackets_behind_their_question(find: Find) -> None:
    """The form of NeurIPS 2021 and 2022, and that of authors who leave the labels out."""
    pack = pack_of("neurips-2022")
    answers = alternating(pack)
    lines = [r"\section*{Checklist}", r"\begin{enumerate}"]
    lines.append(r"\item Is there a licence, for instance? \answerNo{The code is a secret.}")
    for name, answer in answers.items():
        item = pack.find(name)
        assert item
        macro = MACROS[answer].replace("{}", r"{See Section~\ref{sec:x}.}" if answer else "{}")
        lines += [rf"\item {question(item)}", rf"  {macro}"]
    text = "\n".join([*lines, r"\end{enumerate}"])
    (filled,) = find({"main.tex": rf"\documentclass{{article}}\usepackage{{neurips_2022}}{text}"})
    assert filled.id == "neurips-2022"
    assert told(filled) == answers
    assert {each.justification for each in filled.answers if each.answer} == {"See Section sec:x."}


def test_brackets_below_a_title_without_labels(find: Find) -> None:
    lines = [
        r"\section*{NeurIPS Paper Checklist}",
        "They follow the NeurIPS 2025 checklist.",
        r"\begin{itemize}",
    ]
    for item in pack_of("neurips-2025").items:
        lines += [rf"\item \textbf{{{item.title}.}} Is it so?", r"\\\textbf{[Yes]} It is."]
        lines += [r"\item \textbf{Another thing.} Is it so?", r"\\\textbf{[No]} It is not."]
    (filled,) = find({"checklist.tex": "\n".join([*lines, r"\end{itemize}"])})
    assert filled.id == "neurips-2025"
    assert [each.answer for each in filled.answers] == ["yes"] * 16


def test_a_list_with_as_many_questions_of_another_venue_is_not_recognised(find: Find) -> None:
    """ICWSM asks all that NeurIPS 2022 asked, and as much again."""
    lines = [r"\section*{Ethics Checklist}", r"\begin{enumerate}"]
    for item in pack_of("neurips-2022").items:
        lines += [rf"\item {question(item)}", r"\answerYes{Yes.}"]
        lines += [r"\item Did you weigh what it means to others?", r"\answerNA{NA.}"]
    assert find({"sections/checklist.tex": "\n".join([*lines, r"\end{enumerate}"])}) == ()


def test_translated_labels(find: Find) -> None:
    text = neurips(alternating(NEURIPS))
    for word, other in (("Question", "Frage"), ("Answer", "Antwort"), ("Justification", "Begründung")):
        text = text.replace(f"{word}:", f"{other}:")
    (filled,) = find({"checklist.tex": text})
    assert told(filled) == alternating(NEURIPS)


def test_a_style_file_beside_names_the_year_of_a_part(find: Find) -> None:
    answers = {item.id: "yes" for item in pack_of("neurips-2025").items}
    text = neurips(answers, pack_of("neurips-2025"))
    (filled,) = find(
        {"paper/checklist.tex": text, "paper/neurips_2025.sty": "", "other/neurips_2026.sty": ""}
    )
    assert filled.id == "neurips-2025"


def test_below_a_gate_that_is_answered_no_na_is_an_answer(find: Find) -> None:
    gate = next(item for item in AAAI.items if item.gate)
    answers: dict[str, str | None] = {item.id: "yes" for item in AAAI.items}
    answers |= {gate.id: "no"} | dict.fromkeys(gate.gate, "na")
    (filled,) = find({"ReproducibilityChecklist.tex": aaai(answers).replace("NA\n", "NA.\n")})
    assert told(filled) == answers
    assert filled.not_read == ()
    (open_gate,) = find({"ReproducibilityChecklist.tex": aaai(answers | {gate.id: "yes"})})
    assert told(open_gate)[gate.gate[0]] is None


def test_a_template_as_it_comes_is_left_open(find: Find) -> None:
    (filled,) = find({"checklist.tex": neurips(dict.fromkeys(alternating(NEURIPS)))})
    assert {(each.answer, each.written) for each in filled.answers} == {(None, "")}
    assert filled.not_read == ()


def test_a_colon_may_stand_before_the_answer(find: Find) -> None:
    """As where authors set AAAI's questions anew, without its macro."""
    lines = [r"\section*{Reproducibility Checklist}"]
    for item in AAAI.items:
        options = "/".join(AAAI.words[answer] for answer in item.answers)
        answer = rf"\textbf{{{AAAI.words[item.answers[0]]}}}"
        lines += ["", rf"\noindent\textbf{{{item.id}.}} {question(item)} \textit{{({options})}}:", answer]
    (filled,) = find({"paper/reproducibility_checklist.tex": "\n".join(lines)})
    assert told(filled) == {item.id: item.answers[0] for item in AAAI.items}
    assert filled.answers[1].place.line == 7
