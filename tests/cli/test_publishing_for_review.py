"""Reviews at a genuine archive: of communities, and by reviewers who must not know who the authors are."""

from __future__ import annotations

import io
import json
import secrets
import zipfile
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from reprocrate.bundle import layout
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


def test_reviewers_see_no_name_anywhere(recorded: Author, inveniordm: Server) -> None:
    depositor = Depositor(recorded, inveniordm.url, inveniordm.tokens["depositor"])
    hidden = depositor.told("--anonymous")
    key = parse_qs(urlsplit(hidden["link"]).query)["token"][0]
    reviewer, draft = Caller(inveniordm, None), f"/records/{hidden['record']}/draft"
    seen = [json.dumps(reviewer("GET", draft, 200, params={"token": key})).encode()]
    listed = reviewer("GET", f"{draft}/files", 200, params={"token": key}, headers={"Accept": "*/*"})
    for name in (one["key"] for one in listed["entries"]):
        content = f"{draft}/files/{name}/content"
        data = reviewer("GET", content, 200, params={"token": key}, headers={"Accept": "*/*"})
        seen.append(data if isinstance(data, bytes) else json.dumps(data).encode())
        if name.endswith(".zip"):
            with zipfile.ZipFile(io.BytesIO(seen[-1])) as bundle:
                own = [path for path in bundle.namelist() if not path.startswith(layout.STANDARD)]
                seen += map(bundle.read, own)  # the standard's own examples are of Ada, too
    who = (b"Ada", b"0000-0002-1825-0097", b"ada@example.org", str(Path.home()).encode())
    assert [(word, data[:80]) for data in seen for word in who if word in data] == []
    told = depositor.author.cli(
        recorded.folder, "show", hidden["link"], "--allow-address", urlsplit(inveniordm.url).netloc
    )
    assert "Anonymous" in told.out
    depositor.told("--reveal", hidden["bundle"], "--publish")
    assert b"Example, Ada" in json.dumps(reviewer("GET", draft.removesuffix("/draft"), 200)).encode()
