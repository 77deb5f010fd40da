"""Tables of Typst: what the paper shows is what the grid holds."""

from __future__ import annotations

import contextlib
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reprocrate.validation.printed_tables import PrintedTable, UnreadableTableError, read_tables

PREAMBLE = """
#let best(x) = strong(x)
#let pm(a, b: [0.5]) = [$#a plus.minus #b$]
#let ours = [Wide (ours)]
"""


def tables_of(text: str) -> list[PrintedTable]:
    return read_tables("paper.typ", text.encode())


def shown(table: PrintedTable) -> list[list[str]]:
    return [[cell.marked for cell in row] for row in table.rows]


def test_a_figure_with_spans_rules_and_own_names() -> None:
    (table,) = tables_of(
        PREAMBLE
        + """
= Results // not a #table(columns: 2, [a], [b])
#figure(
  table(
    columns: (auto,) + (1fr,) * 2,
    stroke: none,
    table.hline(),
    table.header(
      table.cell(rowspan: 2)[*Method*], table.cell(colspan: 2, align: center)[Rings],
      [Acc. (%) #sym.arrow.t], [$F_1$]),
    table.hline(),
    ours, [*91.5* $plus.minus$ 0.5], [90#footnote[of three seeds]],
    [narrow], best[90.5], [#underline[89] @knuth],
    table.hline(),
    table.cell(rowspan: 2)[third], pm(87, b: 0.1), [1],
    [2], [3],
    table.footer([mean], [4], [5]),
  ),
  caption: [Accuracy over _three_ seeds.],
) <tab:main>
"""
    )
    assert shown(table) == [
        ["**Method**", "Rings", "Rings"],
        ["**Method**", "Acc. (%) ↑", "F_1"],
        ["Wide (ours)", "**91.5 ± 0.5**", "90"],
        ["narrow", "**90.5**", "<u>89</u>"],
        ["third", "87 ± 0.1", "1"],
        ["third", "2", "3"],
        ["mean", "4", "5"],
    ]
    assert (table.heads, table.labels, table.caption) == (2, ("tab:main",), "Accuracy over three seeds.")
    assert table.blocks[2] == table.blocks[3] < table.blocks[4]
    assert table.rows[3][1].line == 17


@pytest.mark.parametrize(
    ("source", "printed"),
    [
        ("[91.5]", "91.5"),
        ('"91.5"', "91.5"),
        ("[*91.5*]", "**91.5**"),
        ("[*91.5* ± 0.5]", "**91.5 ± 0.5**"),
        ("[91.5 ± *0.5*]", "91.5 ± 0.5"),
        ("strong[91.5]", "**91.5**"),
        ("best[91.5]", "**91.5**"),
        ("best(ours)", "**Wide (ours)**"),
        ("text(red)[91.5]", "91.5"),
        ('text(weight: "bold", 14pt)[91.5]', "**91.5**"),
        ("text(weight: 300)[91.5]", "91.5"),
        ("[#text(weight: 700)[91.5]]", "**91.5**"),
        ("underline[91.5]", "<u>91.5</u>"),
        ("table.cell(fill: red)[*91.5*]", "**91.5**"),
        ("[$91.5 plus.minus 0.5$]", "91.5 ± 0.5"),
        ("[$bold(91.5)_(plus.minus 0.5)$]", "**91.5 ± 0.5**"),
        ("[$91.5^dagger$]", "91.5"),
        ("[$91.5^(a)$]", "91.5"),
        ("[$10^3$]", "10^3"),
        ('[$91.5 "%"$]', "91.5 %"),
        ("[91.5#super[a]]", "91.5"),
        ("[91.5#sub[±0.5]]", "91.5 ± 0.5"),
        ("[91.5#footnote[Not ours.]]", "91.5"),
        ("[91.5 @knuth]", "91.5"),
        ("[91.5 #cite(<knuth>)]", "91.5"),
        (r"[91.5\%]", "91.5%"),
        (r"[\*91.5\*]", "*91.5*"),
        ("[12,345]", "12345"),
        ("[2*3*4]", "2*3*4"),
        ("[a_b_c]", "a_b_c"),
        ("[_91.5_]", "91.5"),
        ("[`91.5*`]", "91.5*"),
        ("[--]", "–"),
        ("[91.5 // old: 90\n]", "91.5"),
        ("[91.5 /* old: 90 */]", "91.5"),
        ("[91.5 \\ (0.5)]", "91.5 (0.5)"),
        ("[91.5#linebreak() (0.5)]", "91.5 (0.5)"),
        ('num("91.5(5)")', "91.5 ± 0.5"),
        ("[#unknown[91.5]]", "91.5"),
        ("[#theirs]", "theirs"),
        ("align(center)[91.5]", "91.5"),
        ("[#h(1em)91.5#v(2pt)]", "91.5"),
        ("[#results.at(0)]", "#…"),
        ("[9#(x)5]", "9#…5"),
        ("[#if x [91] else [92]]", "#…"),
        ("[#{ 91 + 1 }]", "#…"),
        ("{ set text(8pt); [91.5] }", "91.5"),
        ("[[91.5]]", "[91.5]"),
    ],
)
def test_a_cell_is_what_it_prints(source: str, printed: str) -> None:
    (table,) = tables_of(f"{PREAMBLE}#table(columns: 2, [m], [x], [a], {source})")
    assert table.rows[1][1].marked == printed


@pytest.mark.parametrize(
    ("columns", "count"),
    [("2", 2), ("(auto, 1fr)", 2), ("(auto, 1fr,)", 2), ("(1fr,) * 3", 3), ("3 * (1fr,)", 3),
     ("(2cm, auto) + (1fr,) * 2", 4), ("(calc.max(1cm, 2cm), auto)", 2)],
)  # fmt: skip
def test_columns_are_counted(columns: str, count: int) -> None:
    cells = "".join(f"[{number}], " for number in range(count * 2))
    (table,) = tables_of(f"#table(columns: {columns}, {cells})")
    assert (table.width, len(table.rows)) == (count, 2)


@pytest.mark.parametrize(
    "text",
    [
        "#table(columns: 2, ..results.flatten())",
        "#table(columns: n, [a], [b])",
        "#table(columns: range(2).map(x => auto), [a], [b])",
        "#table(columns: 2, [a], results.at(0))",
        "#table(columns: 2, table.cell(x: 1)[a], [b])",
        "#table([a], [b])",
        "#table(columns: 2, toprule, [a], [b])",
        "`#table(columns: 2, [a], [b])`",
        "```\n#table(columns: 2, [a], [b])\n```",
        "// #table(columns: 2, [a], [b])",
        "/* #table(columns: 2, [a], [b]) */",
        "#if draft [#table(columns: 2, [a], [b])]",
        "#let unused = table(columns: 2, [a], [b])",
        r"\#table(columns: 2, [a], [b])",
    ],
)
def test_what_is_computed_or_not_shown_is_not_read(text: str) -> None:
    assert tables_of(text) == []


def test_a_rule_may_have_a_name() -> None:
    (table,) = tables_of("#let rule = table.hline()\n#table(columns: 2, rule, [a], [b], rule, [c], [1])")
    assert shown(table) == [["a", "b"], ["c", "1"]]


def test_a_table_may_have_a_name_and_stand_in_a_block() -> None:
    first, second = tables_of(
        "#let t = table(columns: 2, [a], [1])\n#figure(t, caption: [One])<one>\n"
        "#figure({ set text(8pt)\n  align(center, table(columns: 2, [b], [2])) }, caption: [Two]) <two>\n"
    )
    assert (first.labels, first.caption, second.labels, second.caption) == (("one",), "One", ("two",), "Two")


CELLS = st.text("ab01.%±*_#$[]`\\/<@~-", max_size=8)


@settings(max_examples=60, deadline=None)
@given(
    st.integers(2, 4).flatmap(
        lambda width: st.lists(st.lists(CELLS, min_size=width, max_size=width), min_size=2)
    )
)
def test_escaped_text_is_printed_as_it_is(rows: list[list[str]]) -> None:
    def escaped(text: str) -> str:
        return "".join(each if each.isalnum() else f"\\u{{{ord(each):x}}}" for each in text)

    cells = ", ".join(f"[{escaped(cell)}]" for row in rows for cell in row)
    found = tables_of(f"#table(columns: {len(rows[0])}, {cells})")
    separated = "\n".join(",".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows)
    expected = read_tables("t.csv", separated.encode())
    texts = [
        [[[cell.text for cell in row] for row in table.rows] for table in each] for each in (found, expected)
    ]
    assert texts[0] == texts[1]


@pytest.mark.parametrize(
    "text",
    [
        "#table(columns: 2, " + "[a], " * 50_000 + ")",
        "#table(columns: 9999, " + "table.cell(colspan: 9999, rowspan: 9999)[a], " * 50 + ")",
        "#table(columns: 9999, " + "table.cell(colspan: 1, rowspan: 9999)[a], " * 50 + ")",
        "#table(columns: 2, [a], [b])\n" * 5_000,
        "#let a = [#a#a]\n#table(columns: 2, a, a)",
        "#figure(" * 59,
        "#table(columns: " + "(" * 1_900 + ", [a])",
        "+" * 300_000,
    ],
)
def test_hostile_typst_takes_no_long_time(text: str) -> None:
    began = time.process_time()
    with contextlib.suppress(UnreadableTableError):
        tables_of(text)
    assert time.process_time() - began < 60  # it takes a second; if quadratic, many minutes
