"""The arguments of `validate`, which are read with and without the package that reads those of the others."""

from __future__ import annotations

import inspect

import pytest
import typer

from reprocrate.cli import validating
from reprocrate.cli.validate_arguments import MOST_IN_TURN, ValidateArguments, parse

FOR_BATCHES = {"each", "from_", "column", "jobs", "time_limit", "memory_limit", "reports"}
CORRECTING = {"fix"}

PLAIN = [
    [],
    ["a.json", "-q", "b"],
    ["--json", "--", "--quiet", "-"],
    ["--format", "sarif", "--output=report.sarif", "a"],
    ["--format=jsonl", "-o", "x", "--json", "."],
    [
        "--policy",
        "neurips-2026",
        "--select",
        "RC06",
        "--select=seeds",
        "--ignore",
        "RC0801",
        "--domain",
        "none",
    ],
    ["--checklist", "neurips-2026", "--checklist-file", "paper.tex", "--checklist-file=b.md", "c"],
    ["--baseline", "b.json", "--write-baseline", "c.json", "--limit", "files=3", "--limit", "bytes=1TB"],
    ["--signature", "a.sig", "--public-key", "p.pem", "--allow-address", "host:80", "https://host/x"],
    ["--policy", "a", "--policy", "b"],
]


@pytest.mark.parametrize("arguments", PLAIN)
def test_arguments_are_read_alike_with_and_without_the_package(
    arguments: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[ValidateArguments] = []

    def follow(asked: ValidateArguments, _batch: object, *, fix: bool) -> int:
        assert not fix
        seen.append(asked)
        return 0

    monkeypatch.setattr(validating, "_followed", follow)
    app = typer.Typer()
    app.callback()(lambda: None)
    validating.register(app)
    with pytest.raises(SystemExit) as ended:
        app(["validate", *arguments])
    assert ended.value.code == 0
    assert parse(arguments) == seen[0]


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        ["-h"],
        ["--nonsense"],
        ["--policy"],
        ["--format", "csv"],
        ["--format", "nonsense"],
        ["--each", "a"],
        ["--from", "list.txt"],
        ["--jobs", "2"],
        ["--fix"],
        ["-qo", "x"],
        ["--quiet=1"],
        ["--output", "-"],
        ["-"],
        ["a"] * (MOST_IN_TURN + 1),
    ],
    ids=lambda arguments: " ".join(arguments[:2]),
)
def test_what_is_not_plain_or_a_batch_is_left_to_the_package(arguments: list[str]) -> None:
    assert parse(arguments) is None


def test_every_argument_is_known_to_both() -> None:
    known = set(ValidateArguments._fields)
    assert set(inspect.signature(validating.validate).parameters) - FOR_BATCHES - CORRECTING == known
