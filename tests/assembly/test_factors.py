"""What tells configurations apart, from their commands."""

from __future__ import annotations

import pytest

from reprocrate.assembly.factors import differing_arguments
from reprocrate.capture.launch.grid import configuration_name
from reprocrate.capture.record import Configuration


def test_options_in_every_notation_are_compared_by_name() -> None:
    commands = [
        ["python", "train.py", "--width", "256", "lr=0.1", "--depth=2", "--seed", "{seed}"],
        ["python", "train.py", "--width", "16", "lr=0.2", "--depth=2", "--seed", "{seed}"],
    ]
    assert differing_arguments(commands) == [{"width": "256", "lr": "0.1"}, {"width": "16", "lr": "0.2"}]


def test_a_flag_that_only_one_has_is_a_difference() -> None:
    commands = [["python", "t.py", "--dropout"], ["python", "t.py"]]
    assert differing_arguments(commands) == [{"dropout": "yes"}, {"dropout": ""}]


def test_places_and_file_names_with_a_seed_are_told_apart() -> None:
    commands = [
        ["python", "a.py", "moons", "--out", "a/{seed}.json"],
        ["python", "a.py", "rings", "--out", "b/{seed}.json"],
    ]
    assert differing_arguments(commands) == [{"argument 2": "moons"}, {"argument 2": "rings"}]


def test_one_configuration_differs_from_nothing() -> None:
    assert differing_arguments([["python", "t.py"]]) == [{}]


@pytest.mark.parametrize(
    ("template", "start"),
    [
        (("python", "src/train.py", "--seed", "{seed}"), "train-"),
        (("python", "-m", "pkg.train"), "pkg.train-"),
        (("./run.sh", "a"), "run.sh-"),
        (("python", "-c"), "python-"),
        (("python", "-c", "import os; print(os.getpid())"), "python-"),
        (("…",), "configuration-"),
    ],
)
def test_a_configuration_without_a_name_is_called_after_its_script(
    template: tuple[str, ...], start: str
) -> None:
    launched = Configuration(name=None, digest="0123456789abcdef" * 4, template=template)
    assert configuration_name({}, launched) == f"{start}01234567"
