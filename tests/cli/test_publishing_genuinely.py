"""`publish` at a genuine archive; what it answers is recorded where REPROCRATE_RECORD is set."""

from __future__ import annotations

import pytest

from tests.cli.conftest import Author
from tests.cli.deposits import COMMUNITY, SCENARIOS, Depositor
from tests.deposit.recordings import recording
from tests.genuine.inveniordm.calling import Caller
from tests.genuine.inveniordm.instance import Server

pytestmark = pytest.mark.archive


@pytest.fixture(scope="module", autouse=True)
def community(inveniordm: Server) -> None:
    """The community of the scenarios."""
    curator = Caller(inveniordm, "curator")
    found = curator.session.get(f"{curator.url}/communities/{COMMUNITY}", timeout=60)
    if found.status_code != 200:  # the archive may be one that was used before
        access = {"visibility": "public", "review_policy": "closed"}
        made = {"slug": COMMUNITY, "metadata": {"title": "Rings"}, "access": access}
        curator("POST", "/communities", 201, json=made)


@pytest.mark.parametrize("name", SCENARIOS)
def test_an_author_deposits(recorded: Author, inveniordm: Server, name: str) -> None:
    with recording(inveniordm.url, name) as proxy:
        SCENARIOS[name](Depositor(recorded, proxy.url, inveniordm.tokens["depositor"]))
