"""Printed tables against results: a correct one is silent, each kind of mistake is told where it stands."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reprocrate import statistics
from reprocrate.standard import shipped_bytes
from reprocrate.validation import FolderFiles, Subject, validate

BASE: dict[str, Any] = json.loads(shipped_bytes("conformance/base/printed.json"))
TABLE = r"""\begin{table}
  \caption{Accuracy in percent, mean $\pm$ standard deviation over 3 seeds; the best in bold type.}
  \begin{tabular}{lccc}
    \toprule
    Method & Rings $\uparrow$ & Moons $\uparrow$ & Avg. \\
    \midrule
    Linear & 88.3 $\pm$ 1.2 & 80.1 $\pm$ 1.1 & 84.2 \\
    Narrow & \underline{90.3} $\pm$ 0.4 & \textbf{87.1} $\pm$ 0.5 & 88.7 \\
    Wide (ours) & \textbf{91.3} $\pm$ 0.5 & \underline{85.4} $\pm$ 0.7 & 88.4 \\
    \bottomrule
  \end{tabular}
\end{table}
"""
LINEAR, NARROW, WIDE = 7, 8, 9


def told(
    folder: Path,
    text: str,
    *,
    path: str = "paper/table1.tex",
    document: Mapping[str, Any] = BASE,
    **more: Any,
) -> list[tuple[str, int | str | None]]:
    """What is said of a printed table: codes, each with its line in the file, or else with its pointer."""
    file = folder / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    copy = json.loads(json.dumps(document))
    copy["tables"][0] |= {"file": path, **more}
    subject = Subject("table", copy, FolderFiles(folder))
    assert subject.schema_problems == []
    report = validate(subject, only=["RC12", "RC0816"])
    assert not [each for each in report.not_assessed if "fault" in each.reason]
    return sorted((each.code, each.location.line or each.location.pointer) for each in report.findings)


def test_a_correct_table_is_silent(tmp_path: Path) -> None:
    assert told(tmp_path, TABLE) == []


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("91.3} $", "91.8} $", [("RC1204", WIDE), ("RC1210", WIDE)]),  # a wrong digit
        ("88.3 $", "88.2 $", [("RC0816", LINEAR)]),  # cut off
        ("88.3 $", "88.4 $", [("RC1204", LINEAR)]),  # rounded up
        ("1.2 &", "7.7 &", [("RC1206", LINEAR)]),  # a spread of nothing
        (r"\textbf{91.3}", "91.3", [("RC1212", WIDE)]),  # not in bold type
        (r"\underline{90.3}", r"90.3", []),
        (r"80.1", r"\underline{80.1}", [("RC1213", LINEAR)]),  # underlined, but third
        ("84.2", "84.9", [("RC1210", LINEAR)]),  # a wrong average
        ("84.2", "84.1", []),  # within rounding
        (r"Moons $\uparrow$", r"Moons $\downarrow$", [("RC1214", 5)]),
        ("over 3 seeds", "over ten seeds", [("RC1217", 3)]),
        ("Linear &", "Lineer &", [("RC1208", "/tables/0/cells/4"), ("RC1209", LINEAR)]),
        ("Linear & 88.3 $\\pm$ 1.2", "Linear & --", [("RC1208", "/tables/0/cells/4")]),
        ("& Moons", "& Moon", [("RC1208", "/tables/0/cells/1"), ("RC1209", LINEAR)]),
        (r"    \bottomrule", "    SVM & 80.0 & 80.0 & 80.0 \\\\\n    \\bottomrule", [("RC1209", 10)]),
        (
            r"    \bottomrule",
            "    SVM & 95.0 & 80.0 & 87.5 \\\\\n    \\bottomrule",
            [("RC1205", WIDE), ("RC1209", 10), ("RC1213", NARROW)],
        ),
    ],
)
def test_one_mistake_is_told_at_its_line(
    tmp_path: Path, old: str, new: str, expected: list[tuple[str, int | str]]
) -> None:
    assert TABLE.count(old) == 1
    assert told(tmp_path, TABLE.replace(old, new)) == expected


def test_standard_deviations_that_the_caption_calls_errors(tmp_path: Path) -> None:
    text = TABLE.replace("standard deviation", "standard error")
    codes = [code for code, _ in told(tmp_path, text)]
    assert codes == ["RC1216"] * 6


def test_standard_errors_that_are_declared_to_be_deviations(tmp_path: Path) -> None:
    errors = TABLE
    for deviation, error in (("1.2", "0.66"), ("1.1", "0.61"), ("0.4", "0.23"), ("0.7", "0.38")):
        errors = errors.replace(f"pm$ {deviation}", f"pm$ {error}")
    codes = {code for code, _ in told(tmp_path, errors, dispersion_kind="sd")}
    assert codes == {"RC1215"}
    assert told(tmp_path, errors.replace("pm$ 0.5", "pm$ 0.26"), dispersion_kind="se") == []


def test_rows_that_were_exchanged(tmp_path: Path) -> None:
    text = TABLE.replace("Linear &", "X &").replace("Narrow &", "Linear &").replace("X &", "Narrow &")
    assert {found for found in told(tmp_path, text) if found[0] == "RC1204"} == {
        ("RC1204", LINEAR),
        ("RC1204", NARROW),
    }


def test_bold_type_on_the_wrong_figure(tmp_path: Path) -> None:
    text = TABLE.replace(r"\textbf{91.3}", "91.3").replace(r"\underline{90.3}", r"\textbf{90.3}")
    assert told(tmp_path, text) == [("RC1205", NARROW)]


def test_a_row_of_runs_that_failed_says_so(tmp_path: Path) -> None:
    document = json.loads(json.dumps(BASE))
    document["results"] = [each for each in document["results"] if each["configuration"] != "linear"]
    document["tables"][0]["cells"] = document["tables"][0]["cells"][:4]
    for run in document["runs"]:
        if run["configuration"] == "linear":
            run |= {"status": "failed", "exit_code": 1, "metrics": []}
    (tmp_path / "paper").mkdir()
    (tmp_path / "paper" / "table1.tex").write_text(TABLE, encoding="utf-8")
    report = validate(Subject("table", document, FolderFiles(tmp_path)), only=["RC1209"])
    (finding,) = report.findings
    assert "configuration linear has no result, its runs are failed" in finding.message


def test_a_file_that_is_not_there_is_not_assessed(tmp_path: Path) -> None:
    report = validate(Subject("table", BASE, FolderFiles(tmp_path)), only=["RC12"])
    assert not report.findings
    reasons = {each.code: each.reason for each in report.not_assessed}
    assert reasons["RC1207"] == "Table 1: paper/table1.tex is not there."


def test_which_of_several_tables_is_not_guessed(tmp_path: Path) -> None:
    two = TABLE.replace("91.3", "99.9") + TABLE.replace(r"\end{table}", r"\label{tab:main}\end{table}")
    assert told(tmp_path, two) == []
    report = validate(Subject("table", BASE, FolderFiles(tmp_path)), only=["RC1208"])
    (missing,) = report.not_assessed
    assert "has 2 tables: 1 (line 3), 2 (line 15, tab:main); say which by `in_file`" in missing.reason
    assert told(tmp_path, two, in_file="tab:main") == []
    assert told(tmp_path, two, in_file="1") == [("RC1204", WIDE), ("RC1210", WIDE)]


def test_two_metrics_in_one_printed_table(tmp_path: Path) -> None:
    document = json.loads(json.dumps(BASE))
    document["metrics"].append({"id": "err", "name": "Error", "direction": "minimize", "unit": "fraction"})
    for result in list(document["results"]):
        value = 1.0 - result["value"]
        twin = {"metric": "err", "id": result["id"].replace(".", ".err."), "value": value}
        document["results"].append({**{k: result[k] for k in result if k not in ("sd", "interval")}, **twin})
    cells = document["tables"][0]["cells"]
    second = [{**cell, "result": cell["result"].replace(".", ".err.")} for cell in cells]
    document["tables"].append({**document["tables"][0], "metric": "err", "cells": second})
    for table in document["tables"]:
        table["names"] = {"accuracy": "Acc."}
    text = r"""\begin{tabular}{lcccc} \toprule
& \multicolumn{2}{c}{Rings} & \multicolumn{2}{c}{Moons} \\
& Acc. $\uparrow$ & Error $\downarrow$ & Acc. $\uparrow$ & Error $\downarrow$ \\ \midrule
linear & 88.3 & 11.7 & 80.1 & 19.9 \\
narrow & 90.3 & 9.7 & \textbf{87.1} & \textbf{12.9} \\
wide & \textbf{91.3} & \textbf{8.7} & 85.4 & 14.6 \\ \bottomrule \end{tabular}"""
    document["tables"][1]["file"] = "paper/table1.tex"
    assert told(tmp_path, text, document=document) == []
    wrong = text.replace("19.9", "20.9")
    assert told(tmp_path, wrong, document=document) == [("RC1204", 4)]


# Random results in random print ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Printed:
    """A table as somebody might print it, and where its figures stand."""

    text: str
    path: str
    lines: Mapping[tuple[str, str], int]
    figures: Mapping[tuple[str, str], str]


def random_document(chance: random.Random) -> dict[str, Any]:
    """An experiment of some methods on some data."""
    methods = chance.sample(["alpha", "beta-net", "gamma_2", "delta", "Eps+"], chance.randint(2, 5))
    sets = chance.sample(["rings", "moons", "CIFAR-10", "mnist"], chance.randint(1, 4))
    document: dict[str, Any] = {
        "manifest_version": "1.0",
        "id": BASE["id"],
        "experiment": BASE["experiment"],
        "metrics": [
            {"id": "accuracy", "direction": chance.choice(["maximize", "minimize"]), "unit": "fraction"}
        ],
        "data": [{"id": each.lower()} for each in sets],
        "configurations": [
            {"id": f"c{at}", "factors": {"method": each}, "command": ["train"]}
            for at, each in enumerate(methods)
        ],
        "runs": [],
        "results": [],
    }
    cells = []
    for at, method in enumerate(methods):
        values = {each: [round(chance.uniform(0.05, 0.99), 4) for _ in range(3)] for each in sets}
        for seed in range(3):
            metrics = [
                {"metric": "accuracy", "data": each.lower(), "value": values[each][seed], "status": "ok"}
                for each in sets
            ]
            run = {
                "id": f"c{at}-{seed}",
                "configuration": f"c{at}",
                "kind": "train",
                "command": ["train"],
                "status": "ok",
            }
            document["runs"].append(
                {**run, "seeds": [{"value": seed, "how": "argument"}], "metrics": metrics}
            )
        for each in sets:
            about = {
                "id": f"c{at}.{each}",
                "configuration": f"c{at}",
                "metric": "accuracy",
                "data": each.lower(),
            }
            runs = [f"c{at}-{seed}" for seed in range(3)]
            spread = {"sd": statistics.sd(values[each], 1), "ddof": 1, "varies_over": "seeds"}
            of_runs = {"over": "runs", "statistic": "mean", "n": 3, "runs": runs}
            document["results"].append({**about, **of_runs, "value": statistics.mean(values[each]), **spread})
            cells.append({"row": method, "column": each.lower(), "result": about["id"]})
    table = {"label": "Table 1", "rows": "method", "columns": "data", "metric": "accuracy", "cells": cells}
    document["tables"] = [table]
    return document


def printed(document: Mapping[str, Any], chance: random.Random) -> Printed:
    """The table of an experiment in some print."""
    (table,) = document["tables"]
    scale, decimals = chance.choice([(1, 3), (100, 1), (100, 2)])
    kind = chance.choice(["tex", "tex", "md", "csv"])
    results = {each["id"]: each for each in document["results"]}
    values = {(c["row"], c["column"]): results[c["result"]] for c in table["cells"]}
    rows = list(dict.fromkeys(row for row, _ in values))
    columns = list(dict.fromkeys(column for _, column in values))
    figures = {place: f"{each['value'] * scale:.{decimals}f}" for place, each in values.items()}
    spreads = {place: f"{each['sd'] * scale:.{decimals}f}" for place, each in values.items()}
    best = max if document["metrics"][0]["direction"] == "maximize" else min
    top = {column: best(float(figures[row, column]) for row in rows) for column in columns}
    with_bold, with_spread = kind != "csv" and chance.random() < 0.7, chance.random() < 0.5
    styles = {
        "tex": chance.choice([r"\textbf{%s}", r"{\bf %s}", r"$\mathbf{%s}$"]),
        "md": "**%s**",
        "csv": "%s",
    }
    signs = {
        "tex": chance.choice([r"$%s$ $\pm$ %s", r"%s {\tiny $\pm$%s}", r"%s$_{\pm %s}$"]),
        "md": "%s ± %s",
        "csv": "%s ± %s",
    }
    head, body = ["Method", *map(str.upper, columns)], []
    average = len(columns) > 1 and chance.random() < 0.5
    for row in rows:
        cells = [row.replace("_", r"\_" if kind == "tex" else "_")]
        for column in columns:
            cell = figures[row, column]
            is_best = with_bold and float(cell) == top[column]
            shown = styles[kind] % cell if is_best else cell
            cells.append(
                (signs[kind].replace("$%s$", "%s") % (shown, spreads[row, column])) if with_spread else shown
            )
        if average:
            mean = statistics.mean([values[row, column]["value"] for column in columns])
            cells.append(f"{mean * scale:.{decimals}f}")
        body.append(cells)
    head += ["Avg."] if average else []
    text, first = _written(kind, head, body, chance)
    lines = {(row, column): first + at for at, row in enumerate(rows) for column in columns}
    return Printed(text, f"paper/table.{kind}", lines, figures)


def _written(
    kind: str, head: Sequence[str], body: Sequence[Sequence[str]], chance: random.Random
) -> tuple[str, int]:
    """The file, and the line of the first row."""
    if kind == "csv":
        return "\n".join(",".join(row) for row in [head, *body]) + "\n", 2
    if kind == "md":
        rows = [f"| {' | '.join(row)} |" for row in body]
        return "\n".join([f"| {' | '.join(head)} |", "|---" * len(head) + "|", *rows]) + "\n", 3
    rule = chance.choice([r"\midrule", r"\hline"])
    rows = [" & ".join(row) + chance.choice([r" \\", r"\\[2pt]", r" \\ % best 99.9"]) for row in body]
    start = [r"\begin{tabular}{l*{9}{c}}", r"\toprule", " & ".join(head) + rf" \\ {rule}"]
    return "\n".join([*start, *rows, r"\bottomrule", r"\end{tabular}"]) + "\n", 4


FUZZED = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@FUZZED
@given(st.integers(0, 2**32))
def test_a_table_that_was_printed_from_its_results_is_silent(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    document = random_document(chance)
    found = printed(document, chance)
    assert told(tmp_path, found.text, path=found.path, document=document) == []


@FUZZED
@given(st.integers(0, 2**32), st.integers(2, 8))
def test_one_changed_digit_is_told_at_its_line(tmp_path: Path, seed: int, step: int) -> None:
    chance = random.Random(seed)
    document = random_document(chance)
    found = printed(document, chance)
    place = chance.choice(list(found.figures))
    old = found.figures[place]
    new = old[:-1] + str((int(old[-1]) + step) % 10)
    lines = found.text.split("\n")
    at = found.lines[place] - 1
    column = [each for row, each in found.figures if row == place[0]].index(place[1])
    separator = {"tex": " & ", "md": " | ", "csv": ","}[found.path.rpartition(".")[2]]
    cells = lines[at].split(separator)
    cells[column + 1] = cells[column + 1].replace(old, new, 1)
    lines[at] = separator.join(cells)
    codes = told(tmp_path, "\n".join(lines), path=found.path, document=document)
    assert ("RC1204", at + 1) in codes


def test_the_only_underlined_figure_is_compared_with_its_column(tmp_path: Path) -> None:
    """No row with it has a figure in bold type, so rows cannot be what the table compares."""
    text = TABLE.replace(r"\underline{90.3}", "90.3").replace(r"\underline{85.4}", "85.4")
    assert told(tmp_path, text.replace("80.1", r"\underline{80.1}")) == [("RC1213", LINEAR)]
    assert told(tmp_path, text.replace("90.3", r"\underline{90.3}")) == []


BY_ROWS = r"""\begin{tabular}{lccc}
Data & Wide (ours) & Narrow & Linear \\ \midrule
Rings & \textbf{91.3} & 90.3 & 88.3 \\
Moons & 85.4 & \textbf{87.1} & 80.1 \\
\end{tabular}
"""


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("", "", []),
        (r"85.4 & \textbf{87.1}", r"\textbf{85.4} & 87.1", [("RC1205", 4)]),
    ],
)
def test_bold_type_is_judged_by_rows_where_these_are_what_is_compared(
    tmp_path: Path, old: str, new: str, expected: list[tuple[str, int]]
) -> None:
    assert told(tmp_path, BY_ROWS.replace(old, new)) == expected


def test_an_average_over_declared_columns_beside_others(tmp_path: Path) -> None:
    text = TABLE.replace("lccc", "lcccc").replace("& Avg.", "& Params & Avg.")
    for line in ("80.1 $\\pm$ 1.1 &", "87.1} $\\pm$ 0.5 &", "85.4} $\\pm$ 0.7 &"):
        assert line in text
        text = text.replace(line, f"{line} 25 &")
    assert [code for code, _ in told(tmp_path, text)] == ["RC1209"]
    assert ("RC1210", NARROW) in told(tmp_path, text.replace("88.7", "89.4"))
