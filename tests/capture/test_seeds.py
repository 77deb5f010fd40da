from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reprocrate.capture.seeds.notation import (
    check_seed_has_a_place,
    parse_seeds,
    recorded_seed,
    substitute,
    with_open_seed,
)
from reprocrate.errors import UsageError


@pytest.mark.parametrize(
    ("text", "seeds"),
    [
        ("0-4", (0, 1, 2, 3, 4)),
        ("0,3,7", (0, 3, 7)),
        ("1-3,9", (1, 2, 3, 9)),
        ("7", (7,)),
        (" 1 , 2", (1, 2)),
    ],
)
def test_lists_and_ranges(text: str, seeds: tuple[int, ...]) -> None:
    assert parse_seeds(text) == seeds


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "neither a whole number nor a range"),
        ("a", "neither a whole number nor a range"),
        ("1-", "neither a whole number nor a range"),
        ("-3", "neither a whole number nor a range"),
        ("1.5", "neither a whole number nor a range"),
        ("4-1", "end is before its start"),
        ("1,2,1", "seed 1 twice"),
        ("0-99999999999", "more than 10000"),
        ("0-9999,10000-19999", "more than 10000"),
    ],
)
def test_what_is_no_list_of_seeds(text: str, says: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_seeds(text)
    assert says in str(caught.value)


@given(st.lists(st.integers(0, 10**30), min_size=1, max_size=50, unique=True))
def test_every_list_of_numbers_reads_back(seeds: list[int]) -> None:
    assert parse_seeds(",".join(map(str, seeds))) == tuple(seeds)


def test_only_named_braces_are_filled_and_only_once() -> None:
    template = ["run", "{seed}/{lr}/{other}", '{"json": {seed}}', "{lr}"]
    assert substitute(template, {"seed": 3, "lr": "{seed}"}) == (
        "run",
        "3/{seed}/{other}",
        '{"json": 3}',
        "{seed}",
    )


@pytest.mark.parametrize(
    ("command", "template", "seed"),
    [
        (["python", "t.py", "--seed", "3"], ["python", "t.py", "--seed", "{seed}"], 3),
        (["t", "--seed=12"], ["t", "--seed={seed}"], 12),
        (["t", "--random-state", "0"], ["t", "--random-state", "{seed}"], 0),
        (["t", "trainer.seed=5"], ["t", "trainer.seed={seed}"], 5),
        (["t", "+seed=5"], ["t", "+seed={seed}"], 5),
        (["t", "--rng", "5"], ["t", "--rng", "{seed}"], 5),
    ],
)
def test_seed_that_a_command_names_is_opened(command: list[str], template: list[str], seed: int) -> None:
    assert with_open_seed(command) == (tuple(template), seed)


@pytest.mark.parametrize(
    "command",
    [
        ["t", "--seed", "1", "--data-seed", "2"],  # which one is the seed is not ours to guess
        ["t", "--seed", "007"],
        ["t", "--seed", "auto"],
        ["t", "--seeds", "3"],
        ["t", "--n-seeds=3"],
        ["t", "linseed=3"],
        ["t", "--seed", "3", "{seed}"],
        ["--seed"],
        [],
    ],
)
def test_what_is_not_plainly_one_seed_stays(command: list[str]) -> None:
    assert with_open_seed(command) == (tuple(command), None)


@given(st.integers(0, 10**40 - 1))
def test_opened_template_gives_the_command_back(seed: int) -> None:
    command = ("python", "train.py", f"--seed={seed}", "--lr", "3")
    template, found = with_open_seed(command)
    assert found == seed
    assert substitute(template, {"seed": seed}) == command


def test_seeds_must_reach_the_command() -> None:
    check_seed_has_a_place(["t", "{seed}"], None)
    check_seed_has_a_place(["t"], "SEED")
    with pytest.raises(UsageError, match="do not reach the command"):
        check_seed_has_a_place(["t"], None)
    with pytest.raises(UsageError, match="cannot be the name"):
        check_seed_has_a_place(["t"], "MY-SEED")


def test_large_seeds_are_recorded_as_text() -> None:
    assert recorded_seed(2**53 - 1, None).value == 2**53 - 1
    assert recorded_seed(2**53, "SEED").value == "9007199254740992"
    assert recorded_seed(1, None).how == "argument"
    assert recorded_seed(1, "SEED").how == "environment"
