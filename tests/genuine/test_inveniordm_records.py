"""How InvenioRDM takes metadata, and what becomes of drafts; clients rest on it."""

from __future__ import annotations

import pytest

from tests.genuine.inveniordm.calling import METADATA, OCTETS, Caller, fields, md5_of

pytestmark = pytest.mark.archive

RELATION = {"id": "issupplementto"}
GONE = "The persistent identifier does not exist."


class TestMetadata:
    def test_what_is_wrong_is_told_in_a_201_and_only_publishing_refuses(self, depositor: Caller) -> None:
        wrong = {
            **METADATA,
            "title": "ab",
            "publication_date": "soon",
            "nonsense": 1,
            "related_identifiers": [
                {"identifier": f"swh:1:rev:{'a' * 40}", "scheme": "swh", "relation_type": RELATION}
            ],
        }
        answer = depositor("POST", "/records", 201, json={"metadata": wrong, "custom_fields": {"a:b": "c"}})
        assert fields(answer) == {
            "metadata.title": "Shorter than minimum length 3.",
            "metadata.publication_date": "Please provide a valid date or interval.",
            "metadata.nonsense": "Unknown field.",
            "metadata.related_identifiers.0.scheme": "Invalid scheme.",
            "custom_fields.a:b": "Unknown field.",
        }
        assert not {"title", "publication_date", "nonsense"} & set(answer["metadata"])
        assert answer["metadata"]["related_identifiers"][0]["scheme"] == "swh"
        draft = f"/records/{answer['id']}/draft"
        depositor.upload(draft, "a", b"0")
        assert "errors" not in depositor("GET", draft, 200)
        assert "metadata.title" in fields(depositor("POST", f"{draft}/actions/publish", 400))

    def test_check_digits_of_people_are_checked(self, depositor: Caller) -> None:
        identifiers = [{"scheme": "orcid", "identifier": "0000-0002-1825-0098"}]
        person = {"type": "personal", "family_name": "E", "given_name": "A", "identifiers": identifiers}
        metadata = {**METADATA, "creators": [{"person_or_org": person}]}
        answer = depositor("POST", "/records", 201, json={"metadata": metadata})
        assert any("identifiers" in field for field in fields(answer))

    def test_an_unknown_licence_is_refused_without_its_field(self, depositor: Caller) -> None:
        metadata = {**METADATA, "rights": [{"id": "CC-BY-4.0"}]}
        answer = depositor("POST", "/records", 400, json={"metadata": metadata})
        assert answer == {"status": 400, "message": "Invalid value CC-BY-4.0."}

    def test_a_draft_without_files_says_so_each_time_it_is_written(self, depositor: Caller) -> None:
        draft = depositor.draft()
        for _ in range(2):
            answer = depositor("PUT", draft, 200, json={"metadata": METADATA})
            assert fields(answer) == {"files.enabled": "Missing uploaded files."}
        assert "files.enabled" in fields(depositor("POST", f"{draft}/actions/publish", 400))
        depositor("POST", f"{draft}/files", 201, json=[{"key": "a"}])
        refused = fields(depositor("POST", f"{draft}/actions/publish", 400))
        assert refused == {"files": "One or more files have not completed their transfer, please wait."}

    def test_other_identifiers_do_not_come_to_datacite(self, depositor: Caller) -> None:
        address = f"https://archive.softwareheritage.org/swh:1:rev:{'a' * 40}"
        related = [
            {"identifier": "x:y", "scheme": "other", "relation_type": RELATION},
            {"identifier": address, "scheme": "url", "relation_type": {"id": "isderivedfrom"}},
        ]
        draft = depositor.draft({**METADATA, "related_identifiers": related})
        accept = {"Accept": "application/vnd.datacite.datacite+json"}
        exported = depositor("GET", draft, 200, headers=accept)["relatedIdentifiers"]
        assert [one["relatedIdentifier"] for one in exported] == [address]

    def test_a_stale_revision_is_told_by_a_bare_number(self, depositor: Caller) -> None:
        draft = depositor.draft()
        revision = depositor("GET", draft, 200)["revision_id"]
        assert depositor.last.headers["ETag"] == f'"{revision}"'
        body = {"metadata": METADATA}
        depositor("PUT", draft, 412, json=body, headers={"If-Match": "1"})
        depositor("PUT", draft, 400, json=body, headers={"If-Match": f'"{revision}"'})
        newer = depositor("PUT", draft, 200, json=body, headers={"If-Match": str(revision)})["revision_id"]
        assert newer > revision


class TestDois:
    def test_one_is_reserved_once(self, depositor: Caller) -> None:
        draft = depositor.draft()
        reserved = depositor("POST", f"{draft}/pids/doi", 201)["pids"]["doi"]["identifier"]
        again = fields(depositor("POST", f"{draft}/pids/doi", 400))
        assert again == {"pids.doi": "A PID already exists for type doi"}
        assert depositor("GET", draft, 200)["pids"]["doi"]["identifier"] == reserved

    def test_it_stays_unless_an_empty_list_is_sent(self, depositor: Caller) -> None:
        draft = depositor.draft()
        reserved = depositor("POST", f"{draft}/pids/doi", 201)["pids"]
        assert depositor("PUT", draft, 200, json={"metadata": METADATA})["pids"] == reserved
        assert depositor("PUT", draft, 200, json={"metadata": METADATA, "pids": {}})["pids"] == {}
        assert depositor("POST", f"{draft}/pids/doi", 201)["pids"] == reserved
        assert depositor("DELETE", f"{draft}/pids/doi", 200)["pids"] == {}

    def test_that_of_all_versions_is_there_once_it_is_published(self, depositor: Caller) -> None:
        draft = depositor.draft()
        assert depositor("POST", f"{draft}/pids/doi", 201)["parent"]["pids"] == {}
        depositor.upload(draft, "a", b"0")
        assert depositor.publish(draft)["parent"]["pids"]["doi"]["identifier"].startswith("10.5072/")


class TestPublishing:
    def test_twice_is_not_found(self, depositor: Caller) -> None:
        draft = depositor.draft()
        depositor.upload(draft, "a", b"0")
        record = depositor.publish(draft)
        assert (record["is_published"], record["status"]) == (True, "published")
        assert depositor("POST", f"{draft}/actions/publish", 404)["message"] == "Not found."
        for method in ("GET", "PUT", "DELETE"):
            depositor(method, draft, 404, json={})
        assert depositor("GET", f"/records/{record['id']}", 200)["is_published"]

    def test_a_deleted_draft_never_was(self, depositor: Caller) -> None:
        draft = depositor.draft()
        depositor("GET", draft.removesuffix("/draft"), 404)
        depositor("DELETE", draft, 204)
        for method in ("GET", "PUT", "DELETE"):
            assert depositor(method, draft, 404, json={})["message"] == GONE

    def test_files_of_a_published_record_are_locked(self, depositor: Caller) -> None:
        draft = depositor.draft()
        depositor.upload(draft, "a", b"0")
        depositor.publish(draft)
        depositor("POST", draft, 201)
        depositor("POST", f"{draft}/files", 201, json=[{"key": "late"}])
        refused = depositor("PUT", f"{draft}/files/late/content", 403, data=b"1", headers=OCTETS)
        assert refused["message"] == "Bucket is locked for modifications."


class TestVersions:
    def test_one_draft_for_the_next_and_files_once(self, depositor: Caller) -> None:
        draft = depositor.draft({**METADATA, "version": "1"})
        depositor.upload(draft, "a", b"0")
        depositor.upload(draft, "b", b"1")
        record = depositor.publish(draft)
        first, again = (depositor("POST", f"/records/{record['id']}/versions", 201) for _ in range(2))
        assert first["id"] == again["id"] != record["id"]
        assert (first["parent"]["id"], first["pids"]) == (record["parent"]["id"], {})
        assert (first["status"], first["versions"]["index"]) == ("new_version_draft", 2)
        assert "version" not in first["metadata"]
        place = f"/records/{first['id']}/draft"
        assert depositor("GET", f"{place}/files", 200)["entries"] == []
        entries = depositor("POST", f"{place}/actions/files-import", 201)["entries"]
        assert {one["key"]: one["checksum"] for one in entries} == {"a": md5_of(b"0"), "b": md5_of(b"1")}
        refused = fields(depositor("POST", f"{place}/actions/files-import", 400))
        assert refused == {"files.enabled": "Please remove all files first."}
        depositor("DELETE", f"{place}/files/a", 204)
        depositor.upload(place, "c", b"2")
        depositor.publish(place)
        latest = depositor("GET", f"/records/{record['id']}/versions/latest", 200)
        assert set(latest["files"]["entries"]) == {"b", "c"}
        assert depositor("GET", f"/records/{record['parent']['id']}", 200)["id"] == first["id"]
