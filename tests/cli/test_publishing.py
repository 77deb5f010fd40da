"""`publish`, against what a genuine archive answered."""

from __future__ import annotations

import pytest

from tests.cli.conftest import Author
from tests.cli.deposits import MASKS, SCENARIOS, Depositor
from tests.deposit.recordings import replaying


@pytest.mark.parametrize("name", SCENARIOS)
def test_an_author_deposits(recorded: Author, name: str) -> None:
    with replaying(name, MASKS) as replay:
        SCENARIOS[name](Depositor(recorded, replay.url))
