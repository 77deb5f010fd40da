"""Numerical libraries get as many threads as in the recorded run."""

from __future__ import annotations

from typing import Any

import pytest

from reprocrate.manifest import Environment, Hardware
from reprocrate.rerun.surroundings.threads import THREAD_VARIABLES, pinned_threads


def machine(threads: int) -> Hardware:
    return Hardware.model_validate({"id": "x", "cpu": {"architecture": "x86_64", "threads": threads}})


def environment(**more: Any) -> Environment:
    return Environment.model_validate({"id": "x", **more})


@pytest.mark.parametrize(("recorded", "here"), [(8, 2), (2, 64)])
def test_another_number_of_threads_is_brought_to_the_recorded_one(recorded: int, here: int) -> None:
    assert pinned_threads(environment(), machine(recorded), machine(here)) == dict.fromkeys(
        THREAD_VARIABLES, str(recorded)
    )


def test_the_same_number_needs_no_variables() -> None:
    assert pinned_threads(environment(), machine(8), machine(8)) == {}


def test_recorded_variables_stand_for_themselves() -> None:
    recorded = environment(variables={"OMP_NUM_THREADS": "4"})
    assert pinned_threads(recorded, machine(8), machine(2)) == {}


def test_what_a_library_said_of_itself_counts_more_than_the_machine() -> None:
    recorded = environment(native_libraries=[{"name": "openblas", "kind": "blas", "details": {"threads": 4}}])
    assert set(pinned_threads(recorded, machine(8), machine(2)).values()) == {"4"}


def test_an_unknown_machine_pins_nothing() -> None:
    assert pinned_threads(None, None, machine(2)) == {}
    assert pinned_threads(environment(), Hardware(id="x"), machine(2)) == {}
