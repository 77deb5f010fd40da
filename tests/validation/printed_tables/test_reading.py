"""Tables as papers print them: what a reader of the paper sees is what the grid holds."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reprocrate.validation.printed_tables import (
    MAX_BYTES,
    PrintedTable,
    UnreadableTableError,
    read_tables,
)


def tables_of(text: str, path: str = "t.tex") -> list[PrintedTable]:
    return read_tables(path, text.encode())


def grid_of(text: str, path: str = "t.tex") -> list[list[str]]:
    """The cells of the only table, with their emphasis."""
    (table,) = tables_of(text, path)
    return [[cell.marked for cell in row] for row in table.rows]


def cell_of(text: str, columns: str = "lc", preamble: str = "") -> str:
    """One cell below a head."""
    table = rf"{preamble}\begin{{tabular}}{{{columns}}} m & x \\ \hline a & {text} \\ \end{{tabular}}"
    return grid_of(table)[1][1]


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("91.5", "91.5"),
        (r"$91.5 \pm 0.5$", "91.5 ± 0.5"),
        (r"91.5 {\scriptsize $\pm$0.5}", "91.5 ± 0.5"),
        (r"$91.5_{\pm 0.5}$", "91.5 ± 0.5"),
        (r"$91.5^{\pm 0.5}$", "91.5 ± 0.5"),
        (r"91.5\textsubscript{$\pm$.5}", "91.5 ± .5"),
        (r"\textbf{91.5}", "**91.5**"),
        (r"{\bf 91.5}", "**91.5**"),
        (r"\bfseries 91.5", "**91.5**"),
        (r"$\mathbf{91.5}\pm 0.5$", "**91.5 ± 0.5**"),
        (r"$\bm{91.5}$", "**91.5**"),
        (r"\underline{91.5}", "<u>91.5</u>"),
        (r"\underline{\textbf{91.5}}", "<u>**91.5**</u>"),
        (r"91.5 $\pm$ \textbf{0.5}", "91.5 ± 0.5"),
        (r"\num{91.5(5)}", "91.5 ± 0.5"),
        (r"\num{91.52(12)}", "91.52 ± 0.12"),
        (r"\num[round-mode=places]{1.5 +- 0.2}", "1.5 ± 0.2"),
        (r"\SI{91.5}{\percent}", "91.5"),
        (r"91.5\%", "91.5%"),
        (r"12{,}345", "12345"),
        (r"12\,345.5", "12345.5"),
        (r"1,234,567", "1234567"),
        (r"0,915", "0.915"),
        (r"$-0.5$", "-0.5"),
        (r"--", "–"),
        (r"\multicolumn{1}{c}{n/a}", "n/a"),
        (r"\cellcolor{blue!25}91.5", "91.5"),
        (r"\textcolor[rgb]{0,0,1}{91.5}", "91.5"),
        (r"91.5$^{\dagger}$", "91.5"),
        (r"91.5\textsuperscript{a}\footnotemark[2]", "91.5"),
        (r"91.5~\citep[p.~3]{knuth}", "91.5"),
        (r"91.5 % \textbf{92.5} & 7", "91.5"),
        (r"\phantom{0}9.5", "9.5"),
        (r"\makecell{91.5 \\ (0.5)}", "91.5 (0.5)"),
        (r"\begin{tabular}[c]{@{}c@{}}91.5\\(0.5)\end{tabular}", "91.5 (0.5)"),
        (r"\unknown{91.5}", "91.5"),
        (r"\ours", "ours"),
        (r"R\&D 5\_1 \#2", "R&D 5_1 #2"),
        (r"M\'ethode na\"ive", "Méthode naïve"),
        (r"$F_1$ $\downarrow$", "F_1 ↓"),
    ],
)
def test_a_cell_of_latex_is_what_it_prints(source: str, shown: str) -> None:
    ending = "\n" if "%" in source.replace(r"\%", "") else ""
    assert cell_of(source + ending) == shown


@pytest.mark.parametrize(
    ("definition", "source", "shown"),
    [
        (r"\newcommand{\best}[1]{\textbf{#1}}", r"\best{91.5}", "**91.5**"),
        (r"\newcommand\std[1]{{\tiny$\pm$#1}}", r"91.5\std{0.5}", "91.5 ± 0.5"),
        (r"\newcommand{\res}[2][0.1]{#2 $\pm$ #1}", r"\res{91.5} ", "91.5 ± 0.1"),
        (r"\newcommand{\res}[2][0.1]{#2 $\pm$ #1}", r"\res[0.7]{91.5}", "91.5 ± 0.7"),
        (r"\def\pair#1#2{#1 $\pm$ #2}", r"\pair{91.5}{0.5}", "91.5 ± 0.5"),
        (r"\newcommand{\ours}{Wide (ours)}", r"\ours", "Wide (ours)"),
        (r"\newrobustcmd{\B}{\bfseries}", r"\B 91.5", "**91.5**"),
        (r"\renewcommand{\textbf}[1]{#1}", r"\textbf{91.5}", "**91.5**"),
    ],
)
def test_own_commands_are_put_in_place(definition: str, source: str, shown: str) -> None:
    assert cell_of(source, preamble=definition) == shown


@pytest.mark.parametrize(
    ("columns", "source", "shown"),
    [
        ("lS[table-format=2.1]", "91.5(5)", "91.5 ± 0.5"),
        ("lS", r"\bfseries 91.5 +- 0.5", "**91.5 ± 0.5**"),
        ("lS", "{--}", "–"),
        (r"lr@{\,$\pm$\,}l", "91.5 & 0.5", "91.5 ± 0.5"),
        ("lr@{.}l", "91&5", "91.5"),
        (r"l>{\bfseries}c", "91.5", "**91.5**"),
        ("l*{1}{c}", "91.5", "91.5"),
        ("@{}l|p{3cm}@{}", "91.5", "91.5"),
    ],
)
def test_the_preamble_says_what_columns_are(columns: str, source: str, shown: str) -> None:
    assert cell_of(source, columns) == shown


NESTED = r"""
\begin{table}
  \caption{Accuracy over 3 seeds.}
  \begin{tabular}{llccc}
    \toprule
    \multirow{2}{*}{Data} & \multirow{2}{*}{Method} & \multicolumn{2}{c}{Rings} & Moons \\
    \cmidrule(lr){3-4} \cmidrule(l){5-5}
    & & Acc. & F1 & Acc. \\
    \midrule
    \multirow{2}{*}{small} & wide & 1.0 & 2.0 & 3.0 \\[2pt]
    & narrow & 4.0 & 5.0 & 6.0 \\
    \midrule
    \multicolumn{5}{l}{\textit{Older}} \\
    large & old & \multicolumn{2}{c}{7.0} & -- \\
    \bottomrule
  \end{tabular}
  \label{tab:nested}
\end{table}
"""


def test_spans_heads_stubs_headings_and_blocks_are_found() -> None:
    (table,) = tables_of(NESTED)
    assert (table.heads, table.stubs, table.labels) == (2, 2, ("tab:nested",))
    assert table.caption == "Accuracy over 3 seeds."
    assert [[cell.text for cell in cells] for cells in table.column_texts][2:] == [
        ["Rings", "Acc."],
        ["Rings", "F1"],
        ["Moons", "Acc."],
    ]
    assert [[cell.text for cell in cells] for cells in table.row_texts][2:] == [
        ["small", "wide"],
        ["small", "narrow"],
        ["Older"],
        ["Older", "large", "old"],
    ]
    assert [(cell.line, figure.value) for _, _, cell, figure in table.figures()] == [
        *((10, each) for each in ("1.0", "2.0", "3.0")),
        *((11, each) for each in ("4.0", "5.0", "6.0")),
        (14, "7.0"),
    ]
    assert len(set(table.blocks[2:4])) == 1
    assert len(set(table.blocks)) == 3


def test_numbers_in_the_head_are_no_figures() -> None:
    text = r"""\begin{tabular}{lcc} \toprule Size & 10 & 100 \\ \midrule
wide & 1.5 & 2.5 \\ \bottomrule\end{tabular}"""
    (table,) = tables_of(text)
    assert [figure.value for *_, figure in table.figures()] == ["1.5", "2.5"]


def test_a_longtable_has_its_head_once_and_no_foot() -> None:
    text = r"""\begin{longtable}{lc}
\caption{Long.} \label{tab:long} \\
\toprule Method & Acc. \\ \midrule \endfirsthead
\toprule Method & Acc. \\ \midrule \endhead
\bottomrule \multicolumn{2}{r}{continued} \endfoot
\bottomrule \endlastfoot
wide & 91.5 \\
narrow & 90.5 \\
\end{longtable}"""
    (table,) = tables_of(text)
    assert [[cell.text for cell in row] for row in table.rows] == [
        ["Method", "Acc."],
        ["wide", "91.5"],
        ["narrow", "90.5"],
    ]
    assert (table.labels, table.caption, table.heads) == (("tab:long",), "Long.", 1)


def test_what_is_not_set_is_not_read() -> None:
    hidden = r"""
\begin{comment}\begin{tabular}{ll} a & 1 \\ \end{tabular}\end{comment}
\iffalse \begin{tabular}{ll} a & 2 \\ \end{tabular} \fi
% \begin{tabular}{ll} a & 3 \\ \end{tabular}
\begin{tabular}{ll} a & 4 \\ \end{tabular}
"""
    (table,) = tables_of(hidden)
    assert (table.line, table.rows[0][1].text) == (5, "4")


def test_tables_beside_each_other_have_their_own_captions() -> None:
    text = r"""\begin{table}
\begin{subtable}{1cm}\begin{tabular}{lc} a & 1 \\ \end{tabular}\caption{One}\label{a}\end{subtable}
\begin{subtable}{1cm}\begin{tabular}{lc} a & 2 \\ \end{tabular}\caption{Two}\label{b}\end{subtable}
\caption{Both}\label{c}\end{table}"""
    assert [(each.caption, each.labels) for each in tables_of(text)] == [
        ("One", ("a", "c")),
        ("Two", ("b", "c")),
    ]


def test_pipe_tables_of_markdown() -> None:
    text = r"""# Results

Table 1: Accuracy.

| Method | Acc. \| % | F1 |
|:---|---:|:-:|
| [Wide](https://example.org) | **91.5** ± 0.5 | <b>90</b> |
| `narrow` | __90.5__ | ~~n/a~~ |
| old\* | $\mathbf{88.0} \pm 1.0$ | <u>12,345</u> |

```
| no | table |
|---|---|
```
"""
    (table,) = tables_of(text, "README.md")
    assert [[cell.marked for cell in row] for row in table.rows] == [
        ["Method", "Acc. | %", "F1"],
        ["Wide", "**91.5 ± 0.5**", "**90**"],
        ["narrow", "**90.5**", "n/a"],
        ["old*", "**88.0 ± 1.0**", "<u>12345</u>"],
    ]
    assert (table.caption, table.line, table.rows[1][1].line) == ("Table 1: Accuracy.", 5, 7)


def test_tables_of_html_with_spans() -> None:
    text = """<table id="main"><caption>Accuracy</caption>
<thead><tr><th rowspan="2">Method</th><th colspan="2">Rings</th></tr>
<tr><th>Acc</th><th>F1</th></tr></thead>
<tbody><tr><th>wide</th><td><b>91.5</b> &plusmn; 0.5</td><td><u>90</u></td></tr></tbody></table>"""
    (table,) = tables_of(text, "t.html")
    assert (table.heads, table.labels, table.caption) == (2, ("main",), "Accuracy")
    assert [cell.marked for cell in table.rows[2]] == ["wide", "**91.5 ± 0.5**", "<u>90</u>"]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("t.csv", 'method,accuracy\n"wide, deep",0.915\nnarrow,0.905\n'),
        ("t.csv", "method;accuracy\nwide, deep;0.915\nnarrow;0.905\n"),
        ("t.tsv", "method\taccuracy\nwide, deep\t0.915\nnarrow\t0.905\n"),
    ],
)
def test_separated_values(path: str, text: str) -> None:
    assert grid_of(text, path) == [["method", "accuracy"], ["wide, deep", "0.915"], ["narrow", "0.905"]]


@pytest.mark.parametrize(
    ("path", "make", "why"),
    [
        ("t.pdf", lambda: b"%PDF", "of no kind"),
        ("t.tex", lambda: b"x" * (MAX_BYTES + 1), "more than 4 MiB"),
        ("t.tex", lambda: b"\0", "no text"),
        ("t.tex", lambda: rb"\newcommand{\a}{\a\a} \a", "without end"),
        ("t.tex", lambda: b"\\begin{tabular}{ll}" + b"{" * 5000 + b"& 1\\end{tabular}", "nested"),
        ("t.csv", lambda: b'a,b\n"c', "not CSV"),
        (
            "t.html",
            lambda: b"<table>" + b"<tr><td colspan=999 rowspan=999>x</td><td>1</td></tr>" * 999,
            "places",
        ),
    ],
)
def test_what_cannot_be_read_says_why(path: str, make: Callable[[], bytes], why: str) -> None:
    with pytest.raises(UnreadableTableError, match=why):
        read_tables(path, make())


_PIECES = st.sampled_from(
    re.split(
        " +",
        r"""\begin{tabular}{lc} \end{tabular} \begin{table} \end{table} & \\ { } [ ] $ ^ _ #1 %
 \multicolumn{2}{c} \multirow{-3}{*} \midrule \newcommand{\x}[1]{#1\y} \x \def\y#1{ 1.5 \pm \textbf \num{1(
 \caption{ * | --- é \@ \ <table> <td	colspan=9> </td> " ,
 |a|b|
|-|-|
 """,
    )
)


@settings(max_examples=60, deadline=None)
@given(st.lists(_PIECES, max_size=60), st.sampled_from(["t.tex", "t.md", "t.html", "t.csv"]))
def test_no_text_ends_in_an_error_of_our_own(pieces: list[str], path: str) -> None:
    try:
        tables = read_tables(path, "".join(pieces).encode())
    except UnreadableTableError:
        return
    for table in tables:
        assert {len(row) for row in table.rows} == {table.width}
        assert 1 <= table.heads <= len(table.rows)
        list(table.figures())


def test_cells_of_html_that_span_rows_push_the_others_aside() -> None:
    """Other than in LaTeX, nothing stands below them in the rows that they reach into."""
    text = """<table><thead><tr><th rowspan=2>Data<th rowspan=2>Method<th colspan=2>Scores</tr>
<tr><th>Acc<th>F1</tr></thead><tbody>
<tr><th rowspan=2>small<th>wide<td>91.5<td>90</tr><tr><th>narrow<td>90.5<td>89</tr>
<tr><th rowspan=3>large<th>wide<td>81.5<td>80</tr></tbody>
<tfoot><tr><th>all<th>x<td>1<td>2</tr></tfoot></table>"""
    assert grid_of(text, "t.html") == [
        ["Data", "Method", "Scores", "Scores"],
        ["Data", "Method", "Acc", "F1"],
        ["small", "wide", "91.5", "90"],
        ["small", "narrow", "90.5", "89"],
        ["large", "wide", "81.5", "80"],
        ["all", "x", "1", "2"],
    ]


def test_grid_and_simple_tables_of_pandoc() -> None:
    text = """
+---------+------------+-----+
| Method  | **Rings**  | F1  |
|         | (%)        |     |
+:========+===========:+=====+
| wide    | **91.5**   | 90  |
+---------+------------+-----+
| both of them         | 89  |
+---------+------------+-----+

Table: Accuracy {#tab:main}

    Method    Acc.   F1
    -------  -----  ---
    wide      91.5   90
    narrow    90.5   89

+---+---+
| a | 1 |
+   +---+
| a | 2 |
+---+---+
"""
    grid, simple, spanned = tables_of(text, "t.md")
    assert [[cell.marked for cell in row] for row in grid.rows] == [
        ["Method", "**Rings (%)**", "F1"],
        ["wide", "**91.5**", "90"],
        ["both of them", "both of them", "89"],
    ]
    assert (grid.heads, grid.caption, grid.labels) == (1, "Table: Accuracy {#tab:main}", ("tab:main",))
    assert [[cell.text for cell in row] for row in simple.rows] == [
        ["Method", "Acc.", "F1"],
        ["wide", "91.5", "90"],
        ["narrow", "90.5", "89"],
    ]
    assert simple.rows[1][1].line == 15
    assert [[cell.text for cell in row] for row in spanned.rows] == [["a a", "1"], ["a a", "2"]]


def test_cells_that_are_drawn_span_rows_and_columns() -> None:
    text = """
+----------+-----------------+-------+
|          | Rings           | Größe |
| Method   +--------+--------+  方法 |
|          | Acc.   | F1     |       |
+==========+========+========+=======+
| wide     | **91.5**        | 3     |
|          | + b+--+ | no    |       |
+----------+--------+--------+-------+
| narrow   | 4      | 5      | 6     |
|          +--------+--------+       |
|          | 7      | 8      |       |
+----------+--------+--------+-------+
"""
    (table,) = tables_of(text, "t.md")
    assert table.heads == 2
    assert [[cell.text for cell in row] for row in table.rows] == [
        ["Method", "Rings", "Rings", "Größe 方法"],
        ["Method", "Acc.", "F1", "Größe 方法"],
        ["wide", "91.5 + b+--+ | no", "91.5 + b+--+ | no", "3"],
        ["narrow", "4", "5", "6"],
        ["narrow", "7", "8", "6"],
    ]


@pytest.mark.parametrize("line", ["| a | b | c |", "| a |     |", "  | a | b |", "+---+--+"])
def test_a_drawing_that_does_not_close_is_no_table(line: str) -> None:
    assert tables_of(f"+---+---+\n| a | b |\n{line}\n+---+---+\n", "t.md") == []


@pytest.mark.parametrize(
    "text",
    [
        "*" * 200 + "x\n| a | b |\n|---|---|\n| 1 | 2 |\n",  # was tried in every way that stars can be paired
        "a | b\n" + " " * 100_000 + "-x\n",
        "| a | b |\n|---|---|\n| " + "[" * 100_000 + " | 2 |\n",
        "a  b\n--  --\n" + "ab cd\n" * 100_000,
        ("+" + "-+" * 5_000 + "\n|" + "a|" * 5_000 + "\n") * 10 + "+" + "-+" * 5_000 + "\n",
        "+-+-+\n|a|b|\n" * 30_000,
    ],
    ids=["stars", "spaces", "brackets", "simple", "wide", "unclosed"],
)
def test_hostile_markdown_takes_no_long_time(text: str) -> None:
    began = time.process_time()
    tables_of(text, "t.md")
    assert time.process_time() - began < 60  # it takes a second; if quadratic, many minutes


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("a   b\n--  --\n1   2\n\n" * 10_001, "more than 10000 tables"),
        ("a   " * 300 + "\n" + "--  " * 300 + "\n" + ("1   " * 300 + "\n") * 700, "more than 200000 places"),
        ("|" + "a|" * 300 + "\n|" + "-|" * 300 + "\n" + ("|" + "1|" * 300 + "\n") * 700, "200000 places"),
        ("+" + "-+" * 300 + "\n" + ("|" + "a|" * 300 + "\n+" + "-+" * 300 + "\n") * 700, "200000 places"),
    ],
    ids=["tables", "simple", "pipe", "grid"],
)
def test_more_than_is_read_is_told(text: str, why: str) -> None:
    with pytest.raises(UnreadableTableError, match=why):
        tables_of(text, "t.md")


def test_decimal_commas_of_spreadsheets() -> None:
    text = "Method;Rings (acc., %)\nwide;91,5 ± 0,5\nnarrow;1.234,5\n"
    assert grid_of(text, "t.csv") == [
        ["Method", "Rings (acc., %)"],
        ["wide", "91.5 ± 0.5"],
        ["narrow", "1.234,5"],
    ]
