"""Forms in which published tables print figures and spreads."""

from __future__ import annotations

from typing import Any

import pytest

from reprocrate.validation.printed_tables import PrintedTable, read_tables
from reprocrate.validation.printed_tables.spreads import with_spreads
from reprocrate.validation.printing import PrintedCell, read_cell


def grid_of(text: str, path: str = "t.tex") -> list[list[str]]:
    (table,) = read_tables(path, text.encode())
    return [[cell.marked for cell in row] for row in table.rows]


def joined(text: str, path: str = "t.md", *, is_declared: bool = False) -> list[list[str]]:
    """The table with its spreads behind their means."""
    (table,) = read_tables(path, text.encode())
    made: PrintedTable = with_spreads(table, is_declared=is_declared)
    return [[cell.text for cell in row] for row in made.rows]


@pytest.mark.parametrize(
    ("text", "value", "spread"),
    [
        ("91.5 (± 0.5)", "91.5", "0.5"),
        (r"$91.5\,(\pm\,0.5)$", "91.5", "0.5"),
        ("(91.5 ± 0.5)%", "91.5", "0.5"),
        ("91.5% ± 0.5pp", "91.5", "0.5"),
        ("$91.5_{(0.5)}$", "91.5", "0.5"),
        ("$91.5_{+0.5}$", "91.5", None),
        ("$91.5_{-0.4}^{+0.5}$", "91.5", None),
        (r"$1.2\times10^{-3}$", "1.2e-3", None),
        (r"$(1.2 \pm 0.1)\times 10^{-3}$", "1.2e-3", "0.1e-3"),
        ("1.5×10⁻⁴", "1.5e-4", None),
    ],
)
def test_a_figure_in_a_cell(text: str, value: str, spread: str | None) -> None:
    assert read_cell(text) == PrintedCell(value, spread, False)


@pytest.mark.parametrize("text", ["91.5 / 90", "1.2M", "(0.5)", "10^{3}", "91.5 pprox", "3 × 4"])
def test_what_is_no_single_figure(text: str) -> None:
    assert read_cell(text) is None


def test_tabularray_spans_and_styles() -> None:
    text = r"""\begin{longtblr}[caption={Over 3 seeds}, label={tab:l}]{
  colspec = {lcc}, cell{1}{2} = {c=2}{c}, row{4} = {font=\bfseries}, hline{3} = {}}
Method & Score & \\
 & A & B \\
\SetCell[r=2]{c} wide & \SetCell{font=\bfseries} 91.3 & 85.4 \\
 & 90.3 & 87.1 \\
\end{longtblr}"""
    (table,) = read_tables("t.tex", text.encode())
    assert (table.caption, table.labels, table.heads) == ("Over 3 seeds", ("tab:l",), 2)
    assert grid_of(text) == [
        ["Method", "Score", "Score"],
        ["", "A", "B"],
        ["wide", "**91.3**", "85.4"],
        ["wide", "**90.3**", "**87.1**"],
    ]


def test_nicematrix_blocks() -> None:
    text = r"""\begin{NiceTabular}{lcc}
\Block{2-1}{Method} & \Block{1-2}{Score} & \\ & A & B \\ \Hline
wide & \Block[l]{1-1}<\bfseries>{91.3} & 85.4 \\
\end{NiceTabular}"""
    assert grid_of(text)[0] == ["Method", "Score", "Score"]
    assert grid_of(text)[2] == ["wide", "**91.3**", "85.4"]


def test_the_width_of_tabu_is_no_cell() -> None:
    text = "\\begin{tabu} to \\textwidth {lX}\nm & a \\\\ \\hline\nw & 91.3 \\\\\n\\end{tabu}"
    assert grid_of(text)[0] == ["m", "a"]


def test_commands_with_signatures_marks_and_greek_letters() -> None:
    text = r"""\NewDocumentCommand{\res}{m m O{}}{$#1 \pm #2$#3}
\NewDocumentCommand{\odd}{v}{x}
\begin{tabular}{lccc}$\gamma{=}2$ & a & b & c \\ \hline
w & \res{91.3}{0.5} & \res{90.3}{0.4}[$^\dagger$] & 91.3\textsuperscript{1} \\ \end{tabular}"""
    assert grid_of(text) == [["γ=2", "a", "b", "c"], ["w", "91.3 ± 0.5", "90.3 ± 0.4", "91.3"]]


def test_a_power_is_no_mark() -> None:
    text = r"\begin{tabular}{lc} m & a \\ \hline w & $10^{3}$ \\ x & $1.5\cdot10^3$ \\ \end{tabular}"
    assert [row[1] for row in grid_of(text)] == ["a", "10^3", "1.5·10^3"]


def test_a_flat_table_with_spans_and_a_substitution_of_two_lines() -> None:
    text = """.. |wide| replace:: Wide
   features

.. flat-table:: Results
   :header-rows: 2

   * - :rspan:`1` Method
     - :cspan:`1` Scores

   * - Acc.
     - F1

   * - |wide|
     - **91.5** ± 0.5
     - 90
"""
    assert grid_of(text, "t.rst") == [
        ["Method", "Scores", "Scores"],
        ["Method", "Acc.", "F1"],
        ["Wide features", "**91.5 ± 0.5**", "90"],
    ]


COLUMN = "| m | mean_acc | std_acc | Loss | Std |\n|-|-|-|-|-|\n| w | 91.3 | 0.5 | 0.31 | 0.02 |\n"
ROWS = r"""\begin{tabular}{lcc} m & a & b \\ \hline
w & 91.3 & 85.4 \\ & (0.5) & ($\pm$0.7) \\ n & 90.3 & 87.1 \\ std & 0.4 & 0.5 \\ \end{tabular}"""


def test_spreads_in_columns_of_their_own() -> None:
    assert joined(COLUMN) == [["m", "mean_acc", "Loss"], ["w", "91.3 ± 0.5", "0.31 ± 0.02"]]


@pytest.mark.parametrize("name", ["Stdin", "Standard", "std_loss", "Seeds"])
def test_a_column_that_is_not_called_a_spread_of_its_neighbour(name: str) -> None:
    text = COLUMN.replace("std_acc", name)
    assert joined(text)[0][2] == name


def test_spreads_in_rows_of_their_own() -> None:
    assert joined(ROWS, "t.tex") == [
        ["m", "a", "b"],
        ["w", "91.3 ± 0.5", "85.4 ± 0.7"],
        ["n", "90.3 ± 0.4", "87.1 ± 0.5"],
    ]


BRACKETS = "Table 2: {}\n\n| m | Acc |\n|-|-|\n| w | 91.3 (0.5) |\n| n | 90.3 (0.4) |\n"


@pytest.mark.parametrize(
    ("caption", "more", "is_joined"),
    [
        ("Accuracy", {"is_declared": True}, True),
        ("Accuracy, standard deviations in parentheses", {}, True),
        ("Mean (std) over seeds", {}, True),
        ("Accuracy, change in brackets", {}, False),
    ],
)
def test_spreads_in_brackets(caption: str, more: dict[str, Any], is_joined: bool) -> None:
    shown = joined(BRACKETS.format(caption), **more)
    assert shown[1][1] == ("91.3 ± 0.5" if is_joined else "91.3 (0.5)")


def test_brackets_with_a_change_are_no_spreads() -> None:
    text = BRACKETS.format("x").replace("(0.4)", "(+0.4)")
    assert joined(text, is_declared=True)[1][1] == "91.3 (0.5)"


@pytest.mark.parametrize(
    ("cells", "shown"),
    [
        (("91,5 ± 0,4", "1,234"), ("91.5 ± 0.4", "1.234")),
        (("0,915", "1,234"), ("0.915", "1.234")),
        (("91.5", "1,234"), ("91.5", "1234")),
        (("915", "12{,}345"), ("915", "12345")),
        (("91.5", "91,5"), ("91.5", "91,5")),
        (("91,5", "CIFAR-10,100 set"), ("91.5", "CIFAR-10,100 set")),
    ],
)
def test_commas_are_decimal_points_where_a_table_shows_so(
    cells: tuple[str, str], shown: tuple[str, str]
) -> None:
    rows = " ".join(f"{name} & {cell} \\\\" for name, cell in zip("wn", cells, strict=True))
    text = rf"\begin{{tabular}}{{lc}} m & a \\ \hline {rows} \end{{tabular}}"
    assert tuple(row[1] for row in grid_of(text)[1:]) == shown
