"""Papers in several files: what is brought in counts where it stands, and nothing outside is read."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from reprocrate.standard import shipped_bytes
from reprocrate.validation import FolderFiles, Subject, validate
from reprocrate.validation.printed_tables import Around, PrintedTable, UnreadableTableError, read_tables

MAIN = r"""\documentclass{article}
\usepackage{booktabs,words}
\begin{document}
\begin{table}\caption{Accuracy over 3 seeds}\label{tab:one}
  \input{tables/one}
\end{table}
\begin{table}\caption{Loss}\label{tab:two}
  \begin{tabular}{lc} Method & Loss \\ \midrule
  \input tables/rows.tex
  \end{tabular}
\end{table}
\end{document}
"""
PAPER = {
    "paper/main.tex": MAIN,
    "paper/words.sty": "\\newcommand{\\best}[1]{\\textbf{#1}}\n\\newcommand{\\dev}[1]{{\\tiny$\\pm$#1}}\n",
    "paper/tables/one.tex": "\\begin{tabular}{lc}\nMethod & Acc \\\\ \\midrule\n"
    "wide & \\best{91.3}\\dev{0.5} \\\\\nnarrow & 90.3\\dev{0.4} \\\\\n\\end{tabular}\n",
    "paper/tables/rows.tex": "% rows\nwide & 0.31 \\\\\nnarrow & 0.42 \\\\\n",
}


def tables_of(files: Mapping[str, str], path: str) -> list[PrintedTable]:
    """The tables of one of several files."""

    def read(name: str) -> bytes | None:
        assert not name.startswith(("/", ".."))
        return files[name].encode() if name in files else None

    def names(folder: str) -> list[str]:
        return [name for name in files if name.rpartition("/")[0] == folder]

    return read_tables(path, files[path].encode(), Around(read, names))


def shown(table: PrintedTable, path: str) -> list[tuple[str, str, int]]:
    """The last cell of each row of the body, with its file and line."""
    return [(row[-1].marked, *table.at(row[-1].line, path)) for row in table.rows[table.heads :]]


def test_what_a_paper_inputs_stands_in_its_place() -> None:
    one, two = tables_of(PAPER, "paper/main.tex")
    assert one.caption == "Accuracy over 3 seeds"
    assert one.labels == ("tab:one",)
    assert shown(one, "paper/main.tex") == [
        ("**91.3 ± 0.5**", "paper/tables/one.tex", 3),
        ("90.3 ± 0.4", "paper/tables/one.tex", 4),
    ]
    assert shown(two, "paper/main.tex") == [
        ("0.31", "paper/tables/rows.tex", 2),
        ("0.42", "paper/tables/rows.tex", 3),
    ]


@pytest.mark.parametrize(("part", "label"), [("one", "tab:one"), ("rows", "tab:two")])
def test_a_part_is_read_as_its_paper_has_it(part: str, label: str) -> None:
    (table,) = tables_of(PAPER, f"paper/tables/{part}.tex")
    assert table.labels == (label,)


def test_a_part_that_no_paper_brings_in_is_read_alone() -> None:
    files = {**PAPER, "paper/main.tex": MAIN.replace(r"\input{tables/one}", "")}
    (table,) = tables_of(files, "paper/tables/one.tex")
    assert table.caption == ""


@pytest.mark.parametrize(
    "said",
    [
        r"\include{parts/table}",
        r"\subfile{parts/table}",
        r"\import{parts/}{table}",
        r"\subimport{./parts/}{table.tex}",
        r"\input{parts/table.tex}",
    ],
)
def test_each_way_of_bringing_a_file_in(said: str) -> None:
    files = {
        "p/paper.tex": "\\documentclass{article}\\begin{document}\n" + said + "\n\\end{document}",
        "p/parts/table.tex": "\\begin{tabular}{lc} m & a \\\\ \\hline \\input{row} \\end{tabular}",
        "p/parts/row.tex": "wide & 91.3 \\\\",
    }
    (table,) = tables_of(files, "p/paper.tex")
    assert shown(table, "p/paper.tex") == [("91.3", "p/parts/row.tex", 1)]


def test_nothing_outside_is_read_and_circles_end() -> None:
    text = r"""\documentclass{article}\input{/etc/passwd}\input{../../secret}\input{paper}\input{other}
\begin{tabular}{lc} m & a \\ \hline w & 1.5 \\ \end{tabular}"""
    files = {"paper.tex": text, "other.tex": r"\input{paper}\input{other}\input{absent}"}
    assert len(tables_of(files, "paper.tex")) == 1


def test_too_many_files_are_refused() -> None:
    files = {"paper.tex": "\\documentclass{article}" + "\\input{a}" * 300, "a.tex": "text"}
    with pytest.raises(UnreadableTableError, match="more than 200 files"):
        tables_of(files, "paper.tex")


def test_typst_knows_what_it_imports_and_shows_what_it_includes() -> None:
    files = {
        "main.typ": '#import "lib.typ": best as top, dev\n#include "t/a.typ"\n'
        '#figure(include "t/a.typ", caption: [Over 3 seeds]) <tab>\n'
        "#table(columns: 2, [m], [a], [w], top[91.3])\n",
        "lib.typ": "#let best(x) = strong(x)\n#let dev(a, b) = $#a plus.minus #b$\n",
        "t/a.typ": '#import "../lib.typ": *\n#table(columns: 2, [m], [a],\n  [w], dev(90.3, 0.4))\n',
    }
    first, second, third = tables_of(files, "main.typ")
    assert shown(first, "main.typ") == [("90.3 ± 0.4", "t/a.typ", 3)]
    assert (second.caption, second.labels) == ("Over 3 seeds", ("tab",))
    assert shown(third, "main.typ") == [("**91.3**", "main.typ", 4)]


@pytest.mark.parametrize(
    "call",
    [
        '#table(columns: 2, ..csv("r.csv").flatten())',
        '#let d = csv("r.csv", delimiter: ",")\n#table(columns: d.first().len(), ..d.flatten())',
        '#let d = csv("r.csv")\n#table(columns: 2, [Method], [Acc], ..d.slice(1).flatten())',
    ],
)
def test_typst_takes_cells_from_a_csv_file(call: str) -> None:
    (table,) = tables_of({"m.typ": call, "r.csv": "Method,Acc\nwide,91.3 ± 0.5\nnarrow,90.3\n"}, "m.typ")
    assert shown(table, "m.typ") == [("91.3 ± 0.5", "r.csv", 2), ("90.3", "r.csv", 3)]


@pytest.mark.parametrize(
    "call",
    ['..csv("r.csv").map(r => r.at(0))', '..json("r.json").flatten()', '..csv("absent.csv").flatten()'],
)
def test_typst_does_not_compute_cells(call: str) -> None:
    assert tables_of({"m.typ": f"#table(columns: 2, {call})", "r.csv": "a,1\nb,2\n"}, "m.typ") == []


def test_a_csv_table_of_restructured_text_may_lie_in_a_file() -> None:
    files = {
        "d/t.rst": ".. csv-table:: Table 2\n   :file: r.csv\n   :header-rows: 1\n",
        "d/r.csv": "m,a\nw,91.3\n",
    }
    (table,) = tables_of(files, "d/t.rst")
    assert shown(table, "d/t.rst") == [("91.3", "d/r.csv", 2)]


def test_a_mistake_is_told_in_the_file_that_prints_it(tmp_path: Path) -> None:
    document: dict[str, Any] = json.loads(shipped_bytes("conformance/base/printed.json"))
    rows = "Linear & 88.3 & 80.1\\\\\nNarrow & 90.9 & 87.1\\\\\nWide (ours) & 91.3 & 85.4\\\\\n"
    files = {
        "paper/main.tex": "\\documentclass{article}\\begin{document}\n\\begin{tabular}{lcc}\n"
        "Method & Rings & Moons\\\\ \\hline\n\\input{rows}\n\\end{tabular}\\end{document}\n",
        "paper/rows.tex": rows,
    }
    for path, text in files.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    document["tables"][0] |= {"file": "paper/main.tex"}
    report = validate(Subject("table", document, FolderFiles(tmp_path)), only=["RC1204", "RC1208"])
    (finding,) = report.findings
    assert (finding.code, finding.location.file, finding.location.line) == ("RC1204", "paper/rows.tex", 2)
