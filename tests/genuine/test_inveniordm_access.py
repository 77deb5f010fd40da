"""Who may do what at InvenioRDM, and what communities do there; clients rest on it."""

from __future__ import annotations

import secrets
from typing import Any

import pytest

from tests.genuine.inveniordm.calling import METADATA, Caller, fields
from tests.genuine.inveniordm.instance import Server

pytestmark = pytest.mark.archive


class TestAccess:
    def test_tokens_that_do_not_do_answer_403_alike(self, inveniordm: Server, depositor: Caller) -> None:
        draft = depositor.draft()
        for user in (None, "expired", "x" * 60, "curator"):
            caller = Caller(inveniordm, user)
            for method in ("GET", "PUT", "DELETE"):
                refused = caller(method, draft, 403, json={})
                assert refused == {"status": 403, "message": "Permission denied."}
            assert ("X-User-ID" in caller.last.headers) == (user == "curator")
            assert "WWW-Authenticate" not in caller.last.headers
            caller("GET", "/user/records", 200 if user == "curator" else 403)

    def test_one_finds_ones_own_the_newest_first(self, inveniordm: Server, depositor: Caller) -> None:
        older, newer = depositor.draft(), depositor.draft()
        depositor.upload(older, "a", b"0")
        depositor.publish(older)
        found = [f"/records/{hit['id']}/draft" for hit in depositor.own(is_published="false")]
        assert found[0] == newer
        assert older not in found
        hit = next(hit for hit in depositor.own() if f"/records/{hit['id']}/draft" == newer)
        assert (hit["is_published"], hit["is_draft"], hit["status"]) == (False, True, "draft")
        assert hit["metadata"]["title"] == METADATA["title"]
        assert newer not in [f"/records/{hit['id']}/draft" for hit in Caller(inveniordm, "curator").own()]
        depositor("GET", "/user/records", 400, params={"sort": "created-desc"})

    def test_an_embargo_keeps_restricted_files_only(self, inveniordm: Server, depositor: Caller) -> None:
        embargo = {"active": True, "until": "2999-06-01", "reason": "under review"}
        guest, status = Caller(inveniordm, None), {}
        guest.session.headers["Accept"] = "*/*"
        for files in ("restricted", "public"):
            draft = depositor.draft(access={"record": "public", "files": files, "embargo": embargo})
            depositor.upload(draft, "a", b"0")
            record = depositor.publish(draft)
            assert record["access"]["status"] == "embargoed"
            answer = guest.session.get(f"{guest.url}/records/{record['id']}/files/a/content", timeout=60)
            status[files] = answer.status_code
        assert status == {"restricted": 403, "public": 200}

    def test_what_may_not_be_restricted(self, depositor: Caller) -> None:
        body = {"metadata": METADATA, "access": {"record": "restricted", "files": "restricted"}}
        assert "access" in fields(depositor("POST", "/records", 400, json=body))
        past = {"record": "public", "files": "restricted", "embargo": {"active": True, "until": "2020-01-01"}}
        answer = depositor("POST", "/records", 201, json={"metadata": METADATA, "access": past})
        assert "access.embargo.until" in fields(answer)
        assert answer["access"]["embargo"]["until"] == "2020-01-01"

    def test_a_link_shows_a_draft_until_it_is_removed(self, inveniordm: Server, depositor: Caller) -> None:
        draft = depositor.draft()
        links, guest = draft.replace("/draft", "/access/links"), Caller(inveniordm, None)
        asked = {"permission": "preview", "expires_at": "2999-01-01", "description": "reviewers"}
        link = depositor("POST", links, 201, json=asked)
        assert {name: link[name] for name in asked} == asked
        assert depositor("GET", links, 200)["hits"]["hits"][0]["token"] == link["token"]
        shown = guest("GET", draft, 200, params={"token": link["token"]})
        assert shown["parent"]["access"]["owned_by"]
        depositor("PATCH", f"{links}/{link['id']}", 200, json={"permission": "view"})
        guest("GET", draft, 403, params={"token": link["token"]})
        depositor("DELETE", f"{links}/{link['id']}", 204)
        depositor("DELETE", f"{links}/{link['id']}", 404)
        refused = depositor("POST", links, 400, json={**asked, "expires_at": "2020-01-01"})
        assert "expires_at" in fields(refused)


class TestCommunities:
    @pytest.fixture
    def curator(self, inveniordm: Server) -> Caller:
        """Who owns a community."""
        return Caller(inveniordm, "curator")

    @pytest.fixture
    def community(self, curator: Caller) -> dict[str, Any]:
        """A community that reviews."""
        access = {"visibility": "public", "record_submission_policy": "open", "review_policy": "closed"}
        slug = f"rings-{secrets.token_hex(4)}"
        made = {"slug": slug, "metadata": {"title": "Rings"}, "access": access}
        return dict(curator("POST", "/communities", 201, json=made))

    def submitted(self, depositor: Caller, community: dict[str, Any]) -> tuple[str, str]:
        """A draft under review, and the request for that."""
        draft = depositor.draft()
        depositor.upload(draft, "a", b"0")
        depositor("GET", f"{draft}/review", 404)
        asked = {"type": "community-submission", "receiver": {"community": community["id"]}}
        depositor("PUT", f"{draft}/review", 200, json=asked)
        refused = depositor("POST", f"{draft}/actions/publish", 400)["message"]
        assert refused.startswith("You cannot publish a draft with an open review request.")
        said = {"payload": {"content": "Two rings", "format": "html"}}
        request = depositor("POST", f"{draft}/actions/submit-review", 202, json=said)
        assert request["status"] == "submitted"
        return draft, request["id"]

    def test_one_is_found_by_its_name_but_named_by_its_number(
        self, depositor: Caller, community: dict[str, Any]
    ) -> None:
        found = depositor("GET", f"/communities/{community['slug']}", 200)
        assert found["id"] == community["id"]
        draft = depositor.draft()
        asked = {"type": "community-submission", "receiver": {"community": community["slug"]}}
        depositor("PUT", f"{draft}/review", 404, json=asked)

    def test_what_it_accepts_is_published(
        self, depositor: Caller, curator: Caller, community: dict[str, Any]
    ) -> None:
        draft, request = self.submitted(depositor, community)
        assert depositor("GET", draft, 200)["status"] == "in_review"
        depositor("POST", f"{draft}/actions/submit-review", 500)
        depositor("DELETE", draft, 400)
        depositor("POST", f"/requests/{request}/actions/accept", 403)
        curator("POST", f"/requests/{request}/actions/accept", 200)
        record = depositor("GET", draft.removesuffix("/draft"), 200)
        assert record["parent"]["communities"]["ids"] == [community["id"]]

    def test_what_it_declines_can_be_submitted_again_or_published(
        self, depositor: Caller, curator: Caller, community: dict[str, Any]
    ) -> None:
        draft, request = self.submitted(depositor, community)
        curator("POST", f"/requests/{request}/actions/decline", 200)
        declined = depositor("GET", draft, 200)
        assert (declined["status"], declined["parent"]["review"]["status"]) == ("declined", "declined")
        depositor("GET", f"{draft}/review", 500)  # it has no form for that
        assert depositor("GET", f"{draft}/review", 200, headers={"Accept": "application/json"})["is_closed"]
        depositor("DELETE", f"{draft}/review", 204)
        depositor.publish(draft)

    def test_a_record_is_proposed_once(
        self, depositor: Caller, curator: Caller, community: dict[str, Any]
    ) -> None:
        draft = depositor.draft()
        depositor.upload(draft, "a", b"0")
        record = depositor.publish(draft)
        place, asked = f"/records/{record['id']}/communities", {"communities": [{"id": community["id"]}]}
        request = depositor("POST", place, 200, json=asked)["processed"][0]["request_id"]
        again = depositor("POST", place, 400, json=asked)["errors"][0]
        assert again["message"] == "There is already an open inclusion request for this community."
        curator("POST", f"/requests/{request}/actions/accept", 200)
        parent = depositor("GET", f"/records/{record['id']}", 200)["parent"]
        assert parent["communities"]["ids"] == [community["id"]]
