"""How InvenioRDM takes files where that is not what one would expect; clients rest on it."""

from __future__ import annotations

import time
from typing import Any

import pytest
import requests

from tests.deposit.interfering import Deed, Proxy, interfering
from tests.deposit.recordings import recorded, replaying
from tests.genuine.inveniordm.calling import OCTETS, Caller, md5_of
from tests.genuine.inveniordm.instance import Instance, Server

pytestmark = pytest.mark.archive


class TestUploads:
    def test_a_cut_one_is_answered_with_200_and_its_entry_is_gone(
        self, inveniordm: Server, depositor: Caller, proxy: Proxy
    ) -> None:
        draft = depositor.draft()
        place = f"{draft}/files/a"
        depositor("POST", f"{draft}/files", 201, json=[{"key": "a"}])
        proxy.on(Deed(cut_request=3), method="PUT")
        through = Caller(inveniordm, url=proxy.url)
        answer = through("PUT", f"{place}/content", 200, data=b"0123456789", headers=OCTETS)
        assert (answer["size"], answer["errors"]) == (0, "File upload transfer failed.")
        depositor("POST", f"{place}/commit", 404)
        assert depositor.upload(draft, "a", b"0123456789")["size"] == 10

    def test_the_entry_is_gone_after_a_broken_connection(
        self, inveniordm: Server, depositor: Caller, proxy: Proxy
    ) -> None:
        draft = depositor.draft()
        depositor("POST", f"{draft}/files", 201, json=[{"key": "a"}])
        proxy.on(Deed(cut_request=300_000, reset=True), method="PUT")
        through = Caller(inveniordm, url=proxy.url)
        with pytest.raises(requests.ConnectionError):
            through("PUT", f"{draft}/files/a/content", 200, data=bytes(1_000_000), headers=OCTETS)
        proxy.wait()
        assert "no file 'a'" in depositor("PUT", f"{draft}/files/a/content", 404, data=b"0")["message"]

    def test_declared_size_and_digest_are_not_looked_at(self, depositor: Caller) -> None:
        draft = depositor.draft()
        declared = {"key": "a", "size": 99, "checksum": md5_of(b"something else")}
        depositor("POST", f"{draft}/files", 201, json=[declared])
        depositor("PUT", f"{draft}/files/a/content", 200, data=b"0123", headers=OCTETS)
        answer = depositor("POST", f"{draft}/files/a/commit", 200)
        assert (answer["size"], answer["checksum"]) == (4, md5_of(b"0123"))

    def test_whether_content_came_is_known_by_committing_only(self, depositor: Caller) -> None:
        draft = depositor.draft()
        depositor("POST", f"{draft}/files", 201, json=[{"key": "a"}])
        depositor("POST", f"{draft}/files/a/commit", 500)
        depositor("PUT", f"{draft}/files/a/content", 200, data=b"first", headers=OCTETS)
        depositor("PUT", f"{draft}/files/a/content", 200, data=b"second", headers=OCTETS)
        entry = depositor("GET", f"{draft}/files/a", 200)
        assert entry["status"] == "pending"
        assert not {"size", "checksum"} & set(entry)
        for _ in range(2):
            answer = depositor("POST", f"{draft}/files/a/commit", 200)
            assert (answer["status"], answer["checksum"]) == ("completed", md5_of(b"second"))

    def test_a_second_one_destroys_what_is_there(self, depositor: Caller) -> None:
        draft = depositor.draft()
        depositor.upload(draft, "a", b"old")
        answer = depositor("PUT", f"{draft}/files/a/content", 200, data=b"new", headers=OCTETS)
        assert (answer["status"], answer["checksum"]) == ("completed", md5_of(b"old"))
        assert answer["errors"] == "File upload transfer failed."
        assert depositor("GET", f"{draft}/files", 200)["entries"] == []

    def test_entries_once_empty_and_too_many(self, depositor: Caller) -> None:
        draft = depositor.draft()
        depositor("POST", f"{draft}/files", 201, json=[{"key": "a"}])
        again = depositor("POST", f"{draft}/files", 400, json=[{"key": "a"}])
        assert again["message"] == "File with key a already exists."
        depositor("PUT", f"{draft}/files/a/content", 200, data=b"", headers=OCTETS)
        assert depositor("POST", f"{draft}/files/a/commit", 400)["message"] == "Empty files are not accepted."
        many = depositor("POST", f"{draft}/files", 400, json=[{"key": f"{n}"} for n in range(100)])
        assert "exceeding the max amount per record" in many["message"]
        depositor("DELETE", f"{draft}/files/a", 204)
        depositor("DELETE", f"{draft}/files/a", 404)

    def test_published_ones_are_not_given_in_the_form_of_records(self, depositor: Caller) -> None:
        draft = depositor.draft()
        depositor.upload(draft, "two rings/ü.bin", b"0123")
        content = "files/two%20rings%2F%C3%BC.bin/content"
        assert depositor("GET", f"{draft}/{content}", 200) == b"0123"
        record = f"/records/{depositor.publish(draft)['id']}"
        depositor("GET", f"{record}/files", 406)
        depositor("GET", f"{record}/{content}", 406)
        assert depositor("GET", f"{record}/{content}", 200, headers={"Accept": "*/*"}) == b"0123"

    def test_zenodo_takes_the_declaration_of_parts_but_no_part(self, depositor: Caller) -> None:
        draft = depositor.draft()
        parts = {"type": "M", "parts": 2, "part_size": 6}
        depositor("POST", f"{draft}/files", 201, json=[{"key": "a", "size": 10, "transfer": parts}])
        depositor("PUT", f"{draft}/files/a/content/1", 403, data=b"012345", headers=OCTETS)
        depositor("DELETE", f"{draft}/files/a", 204)


class TestParts:
    BODY = b"abcdefghijklmnop"

    @pytest.fixture
    def caller(self, plain_inveniordm: Server) -> Caller:
        """A user of an archive that takes parts."""
        return Caller(plain_inveniordm)

    @pytest.fixture
    def place(self, caller: Caller) -> str:
        """The path of a file that is declared to have three parts."""
        draft = caller.draft()
        parts = {"type": "M", "parts": 3, "part_size": 6}
        entries = [{"key": "a", "size": len(self.BODY), "transfer": parts}]
        entry = caller("POST", f"{draft}/files", 201, json=entries)["entries"][0]
        assert entry["transfer"] == parts
        assert [part["part"] for part in entry["links"]["parts"]] == [1, 2, 3]
        return f"{draft}/files/a"

    def put(self, caller: Caller, place: str, part: int, data: bytes | None = None) -> Any:
        body = self.BODY[6 * part - 6 : 6 * part] if data is None else data
        return caller("PUT", f"{place}/content/{part}", 200, data=body, headers=OCTETS)

    def test_in_any_order_and_again(self, caller: Caller, place: str) -> None:
        before = set(caller("GET", place, 200))
        for part in (3, 1, 2, 1):
            assert "errors" not in self.put(caller, place, part)
        assert set(caller("GET", place, 200)) == before  # which parts have come is not told
        answer = caller("POST", f"{place}/commit", 200)
        assert (answer["checksum"], answer["transfer"]) == (md5_of(self.BODY), {"type": "L"})

    def test_missing_ones_are_zeros(self, caller: Caller, place: str) -> None:
        self.put(caller, place, 1)
        answer = caller("POST", f"{place}/commit", 200)
        assert (answer["status"], answer["size"]) == ("completed", len(self.BODY))
        assert answer["checksum"] == md5_of(b"abcdef" + bytes(10))
        late = caller("PUT", f"{place}/content/2", 400, data=b"ghijkl", headers=OCTETS)
        assert "does not support multipart uploads" in late["message"]

    def test_a_wrong_length_is_an_error_in_a_200_but_for_the_last(self, caller: Caller, place: str) -> None:
        assert self.put(caller, place, 2, b"abc")["errors"] == "File upload transfer failed."
        assert self.put(caller, place, 4, b"abc")["errors"] == "File upload transfer failed."
        assert "errors" not in self.put(caller, place, 3, b"much too long")
        for part in (1, 2, 3):
            self.put(caller, place, part)
        answer = caller("POST", f"{place}/commit", 200)
        assert answer["size"] == len(self.BODY)
        assert answer["checksum"] != md5_of(self.BODY)

    def test_a_cut_one_can_be_sent_again(self, plain_inveniordm: Server, caller: Caller, place: str) -> None:
        self.put(caller, place, 1)
        with interfering(plain_inveniordm.url) as proxy:
            proxy.on(Deed(cut_request=3))
            through = Caller(plain_inveniordm, url=proxy.url)
            through("PUT", f"{place}/content/2", 400, data=b"ghijkl", headers=OCTETS)
        self.put(caller, place, 2)
        self.put(caller, place, 3)
        assert caller("POST", f"{place}/commit", 200)["checksum"] == md5_of(self.BODY)

    def test_content_as_a_whole_destroys_the_entry(self, caller: Caller, place: str) -> None:
        answer = caller("PUT", f"{place}/content", 200, data=self.BODY, headers=OCTETS)
        assert answer["errors"] == "File upload transfer failed."
        caller("GET", place, 404)

    @pytest.mark.parametrize(
        ("entry", "message"),
        [
            ({"size": 16, "transfer": {"type": "M", "parts": 3}}, "requires part_size"),
            ({"transfer": {"type": "M", "parts": 3, "part_size": 6}}, "requires file size"),
            ({"size": 16, "transfer": {"type": "M", "part_size": 6}}, "A validation error"),
        ],
    )
    def test_what_is_declared(self, caller: Caller, entry: dict[str, Any], message: str) -> None:
        draft = caller.draft()
        answer = caller("POST", f"{draft}/files", 400, json=[{"key": "a", **entry}])
        assert message in answer["message"]


def test_a_rate_limit_is_told_in_every_answer(inveniordm_instance: Instance) -> None:
    with inveniordm_instance.serving("zenodo", "3 per 5 second") as server:
        caller = Caller(server)
        for _ in range(3):
            caller("GET", "/user/records", 200)
            told = caller.last.headers
            assert told["X-RateLimit-Limit"] == "3"
            assert int(told["X-RateLimit-Remaining"]) < 3
            assert abs(int(told["X-RateLimit-Reset"]) - time.time() - int(told["Retry-After"])) <= 2
        refused = caller("GET", "/user/records", 429)
        assert refused == {"message": "3 per 5 second", "status": 429}
        assert 1 <= int(caller.last.headers["Retry-After"]) <= 6


def test_a_quota_is_told_by_the_upload_that_exceeds_it(inveniordm_instance: Instance) -> None:
    with inveniordm_instance.serving("zenodo", quota=1000) as server:
        caller = Caller(server)
        draft = caller.draft()
        caller.upload(draft, "a", bytes(800))
        caller("POST", f"{draft}/files", 201, json=[{"key": "b", "size": 800}])
        refused = caller("PUT", f"{draft}/files/b/content", 400, data=bytes(800), headers=OCTETS)
        assert refused == {"status": 400, "message": "Bucket quota exceeded."}
        assert caller("GET", f"{draft}/files/b", 200)["status"] == "pending"


def test_what_it_answers_can_be_answered_again(inveniordm: Server, proxy: Proxy) -> None:
    def deposit(url: str, data: bytes) -> dict[str, Any]:
        caller = Caller(inveniordm, url=url)
        draft = caller.draft()
        doi = caller("POST", f"{draft}/pids/doi", 201)["pids"]["doi"]["identifier"]
        assert caller.upload(draft, "a b", data)["checksum"] == md5_of(data)
        link = caller("POST", draft.replace("/draft", "/access/links"), 201, json={"permission": "preview"})
        caller("GET", draft, 200, params={"token": link["token"]})
        record = caller.publish(draft)
        assert record["pids"]["doi"]["identifier"] == doi
        assert record["links"]["self"].startswith(url)
        return {name: record[name] for name in ("id", "pids", "metadata")}

    first = deposit(proxy.url, b"first")
    with replaying(recorded(proxy)) as replay:
        assert deposit(replay.url, b"second time") == first
