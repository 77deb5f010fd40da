"""Tables of reStructuredText: what docutils shows is what the grid holds."""

from __future__ import annotations

import time
from textwrap import dedent

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reprocrate.validation.printed_tables import PrintedTable, UnreadableTableError, read_tables


def tables_of(text: str) -> list[PrintedTable]:
    return read_tables("paper.rst", dedent(text).encode())


def shown(table: PrintedTable) -> list[list[str]]:
    return [[cell.marked for cell in row] for row in table.rows]


def test_a_simple_table_with_spans_caption_and_names() -> None:
    (table,) = tables_of(r"""
        .. _tab-main:

        .. table:: Table 2: Accuracy over *three* seeds
           :name: main

           =======  ==============  =====
           Method       Scores
           -------  ---------------------
           \        Acc. (%)        F1
           =======  ==============  =====
           wide     **91.5** ± 0.5  90
           narrow   90.5            89
                    (0.3)

           third    88.5            87 of
           =======  ==============  =====
        """)
    assert shown(table) == [
        ["Method", "Scores", "Scores"],
        ["", "Acc. (%)", "F1"],
        ["wide", "**91.5 ± 0.5**", "90"],
        ["narrow", "90.5 (0.3)", "89"],
        ["third", "88.5", "87 of"],
    ]
    assert (table.heads, table.caption) == (2, "Table 2: Accuracy over three seeds")
    assert table.labels == ("tab-main", "main")
    assert table.rows[2][1].line == 12


def test_a_grid_table_with_spans() -> None:
    (table,) = tables_of("""
        Table 3: Accuracy

        +--------+-------------+
        |        | Rings       |
        | Method +------+------+
        |        | Acc. | F1   |
        +========+======+======+
        | wide   | **91.5**    |
        +--------+------+------+
        """)
    assert shown(table) == [
        ["Method", "Rings", "Rings"],
        ["Method", "Acc.", "F1"],
        ["wide", *["**91.5**"] * 2],
    ]
    assert (table.heads, table.caption) == (2, "Table 3: Accuracy")


def test_a_list_table() -> None:
    (table,) = tables_of(r"""
        .. list-table:: Accuracy of all
           methods
           :header-rows: 1
           :widths: 10 20

           * - Method
             - Acc.
             - F1
           * - wide
             - **91.5**

               ± 0.5
             -
           * - narrow
             - 90.5 [#a]_
             - 89
        """)
    assert shown(table) == [
        ["Method", "Acc.", "F1"],
        ["wide", "**91.5 ± 0.5**", ""],
        ["narrow", "90.5", "89"],
    ]
    assert (table.heads, table.caption) == (1, "Accuracy of all methods")
    assert table.rows[2][1].line == 16


def test_a_csv_table() -> None:
    (table,) = tables_of("""
        .. csv-table:: Accuracy
           :header: "Method", "Acc. (%)"
           :name: tab

           "wide, deep", **91.5**
           narrow, "90.5
           (0.3)"
        """)
    assert shown(table) == [["Method", "Acc. (%)"], ["wide, deep", "**91.5**"], ["narrow", "90.5 (0.3)"]]
    assert (table.heads, table.labels) == (1, ("tab",))
    (other,) = tables_of(".. csv-table::\n   :header-rows: 1\n   :delim: ;\n\n   a; b\n   c; 1.5\n")
    assert shown(other) == [["a", "b"], ["c", "1.5"]]


@pytest.mark.parametrize(
    ("source", "printed"),
    [
        ("91.5", "91.5"),
        ("**91.5**", "**91.5**"),
        (r"**91.5**\ ± 0.5", "**91.5± 0.5**"),
        ("**91.5** ± **0.5**", "**91.5 ± 0.5**"),
        ("91.5 ± **0.5**", "91.5 ± 0.5"),
        (r"91.5\*", "91.5*"),
        ("*91.5*", "91.5"),
        ("``91.5**``", "91.5**"),
        ("2*3*4", "2*3*4"),
        ("2**3**4", "2**3**4"),
        ("** 91.5 **", "** 91.5 **"),
        ("91.5 [1]_", "91.5"),
        ("91.5 [#a]_", "91.5"),
        ("91.5 [*]_", "91.5"),
        ("wide [Knuth84]_", "wide"),
        (r"91.5\ :sup:`a`", "91.5"),
        (r"91.5\ :sub:`± 0.5`", "91.5 ± 0.5"),
        (r":math:`\mathbf{91.5} \pm 0.5`", "**91.5 ± 0.5**"),
        (r":math:`91.5^{\dagger}`", "91.5"),
        (":strong:`91.5`", "**91.5**"),
        ("`wide <https://example.org>`_", "wide"),
        ("wide_", "wide"),
        ("12,345", "12345"),
        ("|best| |pm| 0.5", "**91.5 ± 0.5**"),
        ("|other|", "other"),
        (r"91.5\ %", "91.5%"),
    ],
)
def test_a_cell_is_what_it_prints(source: str, printed: str) -> None:
    names = ".. |pm| unicode:: U+00B1\n.. |best| replace:: **91.5**\n\n"
    table = f"{names}.. list-table::\n\n   * - a\n     - {source}\n"
    (found,) = tables_of(table)
    expected = printed.replace("91.5± ", "91.5 ± ")
    assert found.rows[0][1].marked == expected


@pytest.mark.parametrize(
    "text",
    [
        "As follows::\n\n    === ===\n    a   b\n    === ===\n",
        ".. code-block:: text\n\n   +---+---+\n   | a | b |\n   +---+---+\n",
        ".. not yet\n\n   === ===\n   a   b\n   === ===\n",
        ">>> print(table)\n=== ===\na   b\n=== ===\n",
        "=== ===\na  b b\n=== ===\n",
        "=== ===\na   b\n-- ----\nc   d\n=== ===\n",
        ".. list-table::\n\n   * - a\n     - b\n   * - c\n",
        ".. list-table::\n\n   a\n\n   b\n",
        ".. csv-table::\n   :file: results.csv\n",
        '.. csv-table::\n\n   "a, b\n   c',
        "Title\n=====\n\ntext\n",
        "+---+---+\n| a | b |\n",
    ],
)
def test_what_is_no_table_is_not_read(text: str) -> None:
    assert tables_of(text) == []


CELLS = (
    st.text("abc015.%±-", min_size=1, max_size=8)
    .map(str.strip)
    .filter(lambda text: text.strip("-") and text[0] != "-")
)


@settings(max_examples=60, deadline=None)
@given(
    st.integers(2, 5).flatmap(
        lambda width: st.lists(st.lists(CELLS, min_size=width, max_size=width), min_size=2)
    )
)
def test_every_form_holds_the_same(rows: list[list[str]]) -> None:
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    border = "+" + "+".join("-" * (width + 2) for width in widths) + "+\n"
    padded = [[cell.ljust(width) for cell, width in zip(row, widths, strict=True)] for row in rows]
    grid = border + "".join("| " + " | ".join(row) + " |\n" + border for row in padded)
    rule = "  ".join("=" * width for width in widths) + "\n"
    simple = rule + "".join("  ".join(row).rstrip() + "\n" for row in padded) + rule
    listed = ".. list-table::\n\n" + "".join(
        "".join(f"   {'*' if not at else ' '} - {cell}\n" for at, cell in enumerate(row)) for row in rows
    )
    separated = ".. csv-table::\n\n" + "".join(
        "   " + ",".join(f'"{cell}"' for cell in row) + "\n" for row in rows
    )
    found = [tables_of(text) for text in (grid, simple, listed, separated)]
    texts = [[[[cell.text for cell in row] for row in table.rows] for table in tables] for tables in found]
    assert texts[0] == texts[1] == texts[2] == texts[3]
    assert len(texts[0]) == 1


DRAWN = [" ", "+---+---+", "| a | b |", "+===+", "=== ===", "--- ---", "a   b", "", "   ", "::", ".. ", ".."]
SAID = ["table::", "list-table::", "csv-table::", "   * - a", "     - b", ":name: x", "\n", "\t", "é方"]
MARKS = ["**", "`", "|", ":math:`", "\\"]


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from([*DRAWN, *SAID, *MARKS]), max_size=30), st.sampled_from(["", "\n"]))
def test_no_text_ends_in_an_error_of_our_own(pieces: list[str], between: str) -> None:
    try:
        for table in read_tables("t.rst", between.join(pieces).encode()):
            assert len({len(row) for row in table.rows}) == 1
    except UnreadableTableError:
        pass


@pytest.mark.parametrize(
    "text",
    [
        "+" * 500_000,
        "+-" * 100_000 + "+\n" + "+-" * 100_000 + "+\n",
        "=== ===\n" * 9_000,
        "".join(" " * depth + ".. table::\n" for depth in range(900)),
        ".. csv-table::\n\n   " + "*a " * 100_000 + ", b\n",
        ".. csv-table::\n\n   " + "`a <" * 100_000 + ", b\n",
        ".. csv-table::\n\n   " + ":a:`" * 100_000 + ", b\n",
    ],
    ids=["pluses", "border", "rules", "nested", "stars", "links", "roles"],
)
def test_hostile_text_takes_no_long_time(text: str) -> None:
    began = time.process_time()
    tables_of(text)
    assert time.process_time() - began < 60  # it takes a second; if quadratic, many minutes
