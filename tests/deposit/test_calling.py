"""An archive is asked at the pace it allows, with the token for nobody else, and nothing is done twice."""

from __future__ import annotations

import http.server
import itertools
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.utils import formatdate
from typing import Any

import pytest

from reprocrate.deposit.archive import GoneError, Stage
from reprocrate.deposit.calling import PAUSES, Caller, DoubtfulError
from reprocrate.deposit.inveniordm.deposits import InvenioArchive, TokenError
from reprocrate.deposit.journal import new_mark
from reprocrate.deposit.pacing import LONGEST_WAIT
from reprocrate.deposit.requesting import RefusedError
from reprocrate.deposit.sources import Source
from reprocrate.errors import ReprocrateError, UnavailableError, UsageError

TOKEN = "a-secret-token"


@dataclass
class Asked:
    """A request that came."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Says:
    """What is answered; `closes` ends the connection instead."""

    status: int = 200
    document: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    page: bytes = b""
    closes: bool = False


@dataclass
class Site:
    """A server that answers by a function."""

    url: str = ""
    answer: Callable[[Asked], Says] = lambda _asked: Says(200, {})
    asked: list[Asked] = field(default_factory=list)

    def calls(self) -> list[str]:
        return [f"{one.method} {one.path}" for one in self.asked]


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True


@contextmanager
def serving() -> Iterator[Site]:
    site = Site()

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True
        wbufsize = -1

        def handle_any(self) -> None:
            headers = {name.lower(): text for name, text in self.headers.items()}
            body = self.rfile.read(int(headers.get("content-length", 0)))
            asked = Asked(self.command, self.path, headers, body)
            site.asked.append(asked)
            says = site.answer(asked)
            if says.closes:
                self.close_connection = True
                return
            data = says.page or (b"" if says.status == 204 else json.dumps(says.document).encode())
            self.send_response_only(says.status)
            for name, text in says.headers.items():
                self.send_header(name, text)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = do_PUT = do_DELETE = handle_any  # noqa: N815

        def log_message(self, *_: Any) -> None:
            pass

    server = _Server(("127.0.0.1", 0), Handler)
    site.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture
def place() -> Iterator[Site]:
    with serving() as running:
        yield running


@dataclass
class Clock:
    """A clock that goes on when somebody waits."""

    now: float = 1_795_000_000.0
    waits: list[float] = field(default_factory=list)

    def wait(self, seconds: float) -> None:
        assert seconds >= 0
        self.waits.append(seconds)
        self.now += seconds

    def time(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def caller(place: Site, clock: Clock) -> Caller:
    return Caller(place.url, lambda: TOKEN, wait=clock.wait, clock=clock.time)


# ------------------------------------------------------------------------------------------- the token


def test_the_token_goes_to_the_archive_and_into_no_error(place: Site, caller: Caller) -> None:
    place.answer = lambda _asked: Says(400, {"message": "No.", "errors": [{"field": "x", "messages": ["y"]}]})
    with pytest.raises(RefusedError) as caught:
        caller.change("POST", "/api/records", {})
    assert place.asked[0].headers["authorization"] == f"Bearer {TOKEN}"
    assert "No; x: y" in str(caught.value)
    assert TOKEN not in repr((caught.value, caught.value.__cause__, caller))


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_the_token_follows_no_redirection_to_another_host(
    place: Site, caller: Caller, method: str, status: int
) -> None:
    with serving() as other:
        place.answer = lambda asked: Says(status, {}, {"Location": f"{other.url}{asked.path}"})
        with pytest.raises(UnavailableError, match="leads elsewhere") as caught:
            caller.get("/api/x") if method == "GET" else caller.change(method, "/api/x", {})
        assert other.asked == []
        assert other.url in caught.value.fix


def test_a_redirection_on_the_same_site_is_followed_when_something_is_read(
    place: Site, caller: Caller
) -> None:
    def answer(asked: Asked) -> Says:
        return (
            Says(200, {"id": "new"}) if asked.path == "/api/new" else Says(301, {}, {"Location": "/api/new"})
        )

    place.answer = answer
    assert caller.get("/api/old").object == {"id": "new"}
    assert place.asked[1].headers["authorization"] == f"Bearer {TOKEN}"
    with pytest.raises(UnavailableError, match="not followed"):
        caller.change("POST", "/api/old", {})


@pytest.mark.parametrize("target", ["/api/x", "http://[::1", "//"])
def test_redirections_without_end_or_to_nowhere_are_told(place: Site, caller: Caller, target: str) -> None:
    place.answer = lambda _asked: Says(302, {}, {"Location": target})
    with pytest.raises(UnavailableError):
        caller.get("/api/x")


@pytest.mark.parametrize(
    "site", ["http://archive.example.org", "ftp://archive.example.org", "http://10.0.0.1"]
)
def test_an_archive_that_anybody_can_listen_to_is_not_asked(site: str) -> None:
    with pytest.raises(UsageError, match="not https"):
        Caller(site, lambda: TOKEN)


# ------------------------------------------------------------------------------------------------ pace


class Limited:
    """Answers so many requests in a minute, as a moving window, and tells it as InvenioRDM does."""

    def __init__(self, clock: Clock, most: int = 5, ahead: float = 0.0, *, relative: bool = True) -> None:
        self.clock, self.most, self.ahead, self.relative = clock, most, ahead, relative
        self.times: list[float] = []
        self.refused = 0

    def __call__(self, _asked: Asked) -> Says:
        now = self.clock.now + self.ahead
        self.times = [one for one in self.times if one > now - 60]
        allowed = len(self.times) < self.most
        if allowed:
            self.times.append(now)
        else:
            self.refused += 1
        until = int(self.times[0] + 60 + 1)
        headers = {
            "X-RateLimit-Limit": str(self.most),
            "X-RateLimit-Remaining": str(self.most - len(self.times)),
            "X-RateLimit-Reset": str(until),
            "Date": formatdate(now, usegmt=True),
        }
        if self.relative:
            headers["Retry-After"] = str(int(self.times[0] + 60 + 1 - now))
        document = {} if allowed else {"message": f"{self.most} per 1 minute", "status": 429}
        return Says(200 if allowed else 429, document, headers)


@pytest.mark.parametrize("ahead", [0.0, 3000.0, -3000.0])
@pytest.mark.parametrize("relative", [True, False])
def test_no_request_is_refused_where_five_a_minute_are_allowed(
    place: Site, caller: Caller, clock: Clock, ahead: float, relative: bool
) -> None:
    limited = place.answer = Limited(clock, ahead=ahead, relative=relative)
    start = clock.now
    for number in range(18):
        caller.get("/api/x") if number % 2 else caller.change("POST", "/api/x", {})
        clock.now += 0.3
    assert limited.refused == 0
    assert 3 * 60 <= clock.now - start < 4 * 60


@pytest.mark.parametrize("asked", ["7", "0", None])
def test_a_refusal_for_haste_is_waited_for(
    place: Site, caller: Caller, clock: Clock, asked: str | None
) -> None:
    answers = iter(
        [Says(429, {"message": "slow"}, {"Retry-After": asked} if asked else {}), Says(200, {"a": 1})]
    )
    place.answer = lambda _asked: next(answers)
    assert caller.change("POST", "/api/x", {}).object == {"a": 1}
    assert sum(clock.waits) >= float(asked or 1)


def test_a_service_that_is_overloaded_is_left_alone_as_long_as_it_asks(
    place: Site, caller: Caller, clock: Clock
) -> None:
    answers = iter([Says(503, {}, {"Retry-After": "120"}), Says(200, {"a": 1})])
    place.answer = lambda _asked: next(answers)
    assert caller.get("/api/x").object == {"a": 1}
    assert sum(clock.waits) >= 120


def test_who_is_always_refused_ends(place: Site, caller: Caller, clock: Clock) -> None:
    place.answer = lambda _asked: Says(429, {}, {"Retry-After": "1"})
    with pytest.raises(UnavailableError, match="allows nothing"):
        caller.get("/api/x")
    assert clock.waits == sorted(clock.waits, key=int)


def test_who_is_asked_to_come_back_much_later_is_told_so(place: Site, caller: Caller, clock: Clock) -> None:
    place.answer = lambda _asked: Says(429, {}, {"Retry-After": str(int(LONGEST_WAIT) + 3600)})
    with pytest.raises(UnavailableError, match=r"come back in 2\.0 hours"):
        caller.get("/api/x")
    assert clock.waits == []


def test_pauses_are_lengthened_at_random_by_up_to_a_half(caller: Caller, clock: Clock) -> None:
    for _ in range(200):
        caller.pause(2.0)
    assert min(clock.waits) >= 2.0
    assert max(clock.waits) <= 3.0
    assert max(clock.waits) - min(clock.waits) > 0.5


# ------------------------------------------------------------------------------------- strange answers


@pytest.mark.parametrize("status", [200, 403, 404])
def test_a_page_in_place_of_an_answer_is_not_taken_for_one(place: Site, caller: Caller, status: int) -> None:
    place.answer = lambda _asked: Says(status, page=b"<!DOCTYPE html><title>Log in to the network</title>")
    with pytest.raises(UnavailableError, match="does not answer as an archive does") as caught:
        InvenioArchive(caller).state("ab1cd-2ef34")
    assert not isinstance(caught.value, GoneError)
    assert len(place.asked) == 1


def test_reading_is_tried_again_and_then_given_up(place: Site, caller: Caller, clock: Clock) -> None:
    place.answer = lambda _asked: Says(502, page=b"<html>Bad gateway</html>")
    with pytest.raises(DoubtfulError, match="answers 502"):
        caller.get("/api/x")
    assert len(place.asked) == len(PAUSES) + 1
    assert [round(one) >= pause for one, pause in zip(clock.waits, PAUSES, strict=True)]


def test_a_change_is_asked_for_once(place: Site, caller: Caller) -> None:
    place.answer = lambda _asked: Says(closes=True)
    with pytest.raises(DoubtfulError):
        caller.change("POST", "/api/x", {})
    assert len(place.asked) == 1


def test_a_wrong_token_is_told_from_a_draft_that_is_gone(place: Site, caller: Caller) -> None:
    denied = Says(403, {"status": 403, "message": "Permission denied."})
    place.answer = lambda _asked: denied
    with pytest.raises(TokenError, match="does not take the token"):
        InvenioArchive(caller).state("ab1cd-2ef34")
    with pytest.raises(TokenError):
        InvenioArchive(caller).begin(new_mark(), "Two rings")
    assert all(one.method == "GET" for one in place.asked)
    place.answer = lambda asked: (
        Says(200, {"hits": {"hits": []}}) if asked.path.startswith("/api/user/records") else denied
    )
    with pytest.raises(GoneError, match="any more"):
        InvenioArchive(caller).state("ab1cd-2ef34")


@pytest.mark.parametrize("name", ["../../user", "a/b", "", "x" * 99, "a%2fb", "a\n"])
def test_a_name_that_is_none_is_not_asked_for(place: Site, caller: Caller, name: str) -> None:
    with pytest.raises(GoneError):
        InvenioArchive(caller).state(name)
    assert place.asked == []


# -------------------------------------------------------------------------- doubt: done, and not answered


class Drafts:
    """As much of InvenioRDM as beginning, removing and publishing a draft take."""

    def __init__(self, failing: dict[str, list[Says]], *, delay: int = 0) -> None:
        self.failing = failing
        self.delay = delay  # how many listings it takes until a new draft is listed
        self.drafts: dict[str, dict[str, Any]] = {}
        self.numbers = itertools.count(1)

    def __call__(self, asked: Asked) -> Says:
        path = asked.path.partition("?")[0]
        says = self.done(asked, path)
        kind = "publish" if path.endswith("/publish") else "begin" if path == "/api/records" else "other"
        if asked.method == "POST" and self.failing.get(kind):
            return self.failing[kind].pop(0)
        return says

    def done(self, asked: Asked, path: str) -> Says:
        if path == "/api/user/records":
            self.delay -= 1
            listed = [] if self.delay >= 0 else sorted(self.drafts.values(), key=lambda one: -int(one["id"]))
            return Says(200, {"hits": {"hits": listed}})
        if path == "/api/records":
            identifier = str(next(self.numbers))
            self.drafts[identifier] = {"id": identifier, **json.loads(asked.body), "is_published": False}
            return Says(201, self.drafts[identifier])
        identifier = path.split("/")[3]
        draft = self.drafts.get(identifier)
        if draft is None or (path.endswith("/draft") and draft["is_published"]):
            return Says(404, {"message": "Not found."})
        if asked.method == "DELETE":
            del self.drafts[identifier]
            return Says(204)
        if path.endswith("/publish"):
            if draft["is_published"]:
                return Says(404, {"message": "Not found."})
            draft["is_published"] = True
        return Says(200, draft)


LOST = {
    "500": Says(500, {"message": "Internal"}),
    "502": Says(502, page=b"<html>"),
    "504": Says(504, page=b"<html>"),
    "closed": Says(closes=True),
    "a page": Says(200, page=b"<html>"),
    "another document": Says(200, {"hello": "world"}),
}


@pytest.mark.parametrize("lost", LOST.values(), ids=LOST.keys())
@pytest.mark.parametrize("times", [1, 2])
@pytest.mark.parametrize("delay", [0, 1, 4])
def test_a_draft_whose_answer_is_lost_is_there_once(
    place: Site, caller: Caller, lost: Says, times: int, delay: int
) -> None:
    drafts = place.answer = Drafts({"begin": [lost] * times}, delay=delay and delay + 1)
    archive = InvenioArchive(caller)
    mark = new_mark()
    draft = archive.begin(mark, "Two rings")
    assert [draft.id] == list(drafts.drafts)
    found = archive.begun(mark)
    assert found is not None
    assert found.id == draft.id


def test_only_drafts_of_the_same_mark_are_removed(place: Site, caller: Caller) -> None:
    drafts = place.answer = Drafts({})
    archive = InvenioArchive(caller)
    mark = new_mark()
    mine = [archive.begin(one, "Two rings").id for one in (mark, mark, new_mark())]
    assert archive.begun("") is None
    assert archive.begun("reprocrate") is None
    assert list(drafts.drafts) == mine
    found = archive.begun(mark)
    assert found is not None
    assert list(drafts.drafts) == [found.id, mine[2]]


@pytest.mark.parametrize("lost", [one for name, one in LOST.items()], ids=LOST.keys())
def test_a_publication_whose_answer_is_lost_is_known_to_be_done(
    place: Site, caller: Caller, lost: Says
) -> None:
    drafts = place.answer = Drafts({"publish": [lost]})
    archive = InvenioArchive(caller)
    draft = archive.begin(new_mark(), "Two rings")
    assert archive.publish(draft.id).stage is Stage.PUBLISHED
    assert archive.publish(draft.id).stage is Stage.PUBLISHED
    assert len(drafts.drafts) == 1


def test_what_is_never_answered_ends_in_one_error(place: Site, caller: Caller, clock: Clock) -> None:
    drafts = place.answer = Drafts({"begin": [Says(504, page=b"<html>")] * 99}, delay=999)
    with pytest.raises(DoubtfulError, match="answers 504"):
        InvenioArchive(caller).begin(new_mark(), "Two rings")
    assert len(drafts.drafts) == len(PAUSES) + 1
    assert sum(clock.waits) > sum(PAUSES)


def test_a_file_that_cannot_be_read_ends_the_sending(place: Site, caller: Caller, tmp_path: Any) -> None:
    path = tmp_path / "bundle"
    path.write_bytes(b"x" * 100_000)
    source = Source("bundle", path)
    assert source.size == 100_000
    path.write_bytes(b"x" * 10)
    with source.open() as content, pytest.raises(ReprocrateError, match="became shorter"):
        caller.change("PUT", "/api/x", content=content)
