"""`publish` at a genuine archive; what it answers is recorded where REPROCRATE_RECORD is set."""

from __future__ import annotations

import pytest

from tests.cli.conftest import Author
from tests.cli.deposits import SCENARIOS, Depositor
from tests.deposit.recordings import recording
from tests.genuine.inveniordm.instance import Server

pytestmark = pytest.mark.archive


@pytest.mark.parametrize("name", SCENARIOS)
def test_an_author_deposits(recorded: Author, inveniordm: Server, name: str) -> None:
    with recording(inveniordm.url, name) as proxy:
        SCENARIOS[name](Depositor(recorded, proxy.url, inveniordm.tokens["depositor"]))
