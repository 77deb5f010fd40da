"""What becomes of a draft that a community at a genuine archive declines or accepts."""

from __future__ import annotations

import secrets

import pytest

from tests.cli.conftest import Author
from tests.cli.deposits import Depositor
from tests.genuine.inveniordm.calling import Caller
from tests.genuine.inveniordm.instance import Server

pytestmark = pytest.mark.archive


@pytest.mark.parametrize(("answer", "stage"), [("accept", "published"), ("decline", "draft")])
def test_the_same_command_tells_what_became_of_it(
    recorded: Author, inveniordm: Server, answer: str, stage: str
) -> None:
    curator, author = Caller(inveniordm, "curator"), Caller(inveniordm)
    slug = f"rings-{secrets.token_hex(4)}"
    access = {"visibility": "public", "review_policy": "closed"}
    curator("POST", "/communities", 201, json={"slug": slug, "metadata": {"title": "R"}, "access": access})
    depositor = Depositor(recorded, inveniordm.url, inveniordm.tokens["depositor"])
    handed = depositor.told("--community", slug, "--review")
    assert handed["stage"] == "in review"
    parent = author("GET", f"/records/{handed['record']}/draft", 200)["parent"]
    curator("POST", f"/requests/{parent['review']['id']}/actions/{answer}", 200)
    told = depositor.told()
    assert (told["stage"], told["doi"]) == (stage, handed["doi"])
    published = depositor.told("--publish")
    assert (published["stage"], published["doi"]) == ("published", handed["doi"])
