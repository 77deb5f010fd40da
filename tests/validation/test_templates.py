"""Commands against the commands of configurations, judged by regular expressions."""

from __future__ import annotations

import re
import time

from hypothesis import given
from hypothesis import strategies as st

from reprocrate.manifest import Configuration, Run
from reprocrate.validation.templates import difference

PIECES = st.lists(st.sampled_from(["a", "7", "a7", "{x}", "{y}", "{seed}"]), max_size=6).map("".join)


def said(template: str, argument: str) -> str:
    """What is said of a run with one argument."""
    configuration = Configuration(id="c", command=["train", template])
    seeds = [{"value": 7, "how": "declared"}]
    run = Run.model_validate(
        {"id": "r", "configuration": "c", "command": ["train", argument], "status": "ok", "seeds": seeds}
    )
    return difference(configuration, run)


@given(PIECES, st.text("a7", max_size=8))
def test_names_in_braces_stand_for_any_text(template: str, argument: str) -> None:
    pattern = re.sub(r"\{[xy]\}", ".+", template.replace("{seed}", "7"))
    assert (said(template, argument) == "") == (re.fullmatch(pattern, argument) is not None)


def test_no_argument_takes_long() -> None:
    begun = time.monotonic()
    assert said("{x}a" * 500 + "c", "a" * 20_000)
    assert time.monotonic() - begun < 5
