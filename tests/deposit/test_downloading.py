"""A file is brought whole and as announced, goes on where it broke off, or is not there at all."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from reprocrate.deposit.addresses import Reach
from reprocrate.deposit.downloading import download
from reprocrate.deposit.requesting import LONGEST_WAIT, Client, RefusedError
from reprocrate.errors import IntegrityError, UnavailableError
from tests.deposit.server import Page, Site, serving

BODY = bytes(range(251)) * 8000
SHA256 = hashlib.sha256(BODY).hexdigest()


def names(folder: Path) -> list[str]:
    """What lies in a folder."""
    return sorted(path.name for path in folder.iterdir())


def test_a_file_is_brought(site: Site, reach: Reach, tmp_path: Path) -> None:
    site.pages["/file"] = Page(BODY)
    seen: list[tuple[int, int | None]] = []
    target = tmp_path / "new" / "file.bin"
    found = download(
        f"{site.url}/file",
        target,
        reach=reach,
        size=len(BODY),
        sha256=SHA256.upper(),
        md5=hashlib.md5(BODY).hexdigest(),
        notify=lambda done, total: seen.append((done, total)),
    )
    assert found == target
    assert target.read_bytes() == BODY
    assert names(target.parent) == ["file.bin"]
    assert seen[0] == (0, len(BODY))
    assert seen[-1] == (len(BODY), len(BODY))
    assert site.asked[0][2]["user-agent"].startswith("reprocrate/")
    assert site.asked[0][2]["accept-encoding"] == "identity"


def test_what_is_there_already_is_not_asked_for(site: Site, reach: Reach, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(BODY)
    download(f"{site.url}/file", tmp_path / "file", reach=reach, sha256=SHA256)
    assert not site.asked


def test_what_breaks_off_goes_on(site: Site, client: Client, tmp_path: Path) -> None:
    site.pages["/file"] = Page(BODY, breaks_after=700_000, breaks=2)
    download(f"{site.url}/file", tmp_path / "file", reach=client.reach, client=client)
    assert (tmp_path / "file").read_bytes() == BODY
    assert [bool(asked) for asked in site.ranges()] == [False, True, True]
    assert site.sent == len(BODY)


def test_what_an_earlier_process_brought_goes_on(site: Site, client: Client, tmp_path: Path) -> None:
    url, target = f"{site.url}/file", tmp_path / "file"
    site.pages["/file"] = Page(BODY, breaks_after=600_000, breaks=1)
    stop = Client(client.reach, wait=_interrupt)
    with pytest.raises(KeyboardInterrupt):
        download(url, target, reach=client.reach, client=stop)
    assert names(tmp_path) == ["file.part", "file.part.json"]
    kept = (tmp_path / "file.part").stat().st_size
    assert 0 < kept <= 600_000
    assert url not in (tmp_path / "file.part.json").read_text()
    download(url, target, reach=client.reach, client=client)
    assert target.read_bytes() == BODY
    assert site.asked[-1][2]["range"] == f"bytes={kept}-"
    assert site.asked[-1][2]["if-range"] == Page(BODY).tag
    assert names(tmp_path) == ["file"]


def _interrupt(_seconds: float) -> None:
    raise KeyboardInterrupt


def test_a_killed_process_goes_on(site: Site, client: Client, tmp_path: Path) -> None:
    site.pages["/file"] = Page(BODY, breaks_after=900_000, breaks=10**6)
    program = (
        "import sys, time\nfrom pathlib import Path\n"
        "from reprocrate.deposit.addresses import Reach\n"
        "from reprocrate.deposit.downloading import download\n"
        "from reprocrate.deposit.requesting import Client\n"
        "def wait(_seconds):\n    print('waits', flush=True)\n    time.sleep(600)\n"
        "reach = Reach.of([sys.argv[3]])\n"
        "download(sys.argv[1], Path(sys.argv[2]), reach=reach, client=Client(reach, wait=wait))\n"
    )
    target = tmp_path / "file"
    running = subprocess.Popen(
        [sys.executable, "-c", program, f"{site.url}/file", str(target), site.host],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert running.stdout is not None
    assert running.stdout.readline() == "waits\n"
    with pytest.raises(UnavailableError, match="another process"):
        download(f"{site.url}/file", target, reach=client.reach, client=client)
    running.send_signal(signal.SIGKILL)
    running.wait()
    running.stdout.close()
    assert not target.exists()
    kept = (tmp_path / "file.part").stat().st_size
    site.pages["/file"] = Page(BODY)
    before = site.sent
    download(f"{site.url}/file", target, reach=client.reach, client=client)
    assert target.read_bytes() == BODY
    assert site.sent - before == len(BODY) - kept


def test_another_version_is_not_joined_to_what_is_there(site: Site, client: Client, tmp_path: Path) -> None:
    other = BODY[::-1]
    url, target = f"{site.url}/file", tmp_path / "file"
    site.pages["/file"] = Page(BODY, breaks_after=600_000)
    with pytest.raises(KeyboardInterrupt):
        download(url, target, reach=client.reach, client=Client(client.reach, wait=_interrupt))
    site.pages["/file"] = Page(other)
    download(url, target, reach=client.reach, client=client)
    assert target.read_bytes() == other


def test_a_server_that_ignores_if_range_is_found_out(site: Site, client: Client, tmp_path: Path) -> None:
    other = BODY[::-1]
    url, target = f"{site.url}/file", tmp_path / "file"
    site.pages["/file"] = Page(BODY, etag="", breaks_after=600_000, headers={"ETag": '"one"'})
    with pytest.raises(KeyboardInterrupt):
        download(url, target, reach=client.reach, client=Client(client.reach, wait=_interrupt))
    note = json.loads((tmp_path / "file.part.json").read_text())
    assert note["validator"] == '"one"'
    site.pages["/file"] = lambda headers: Page(
        other, etag=headers.get("if-range", '"two"'), headers={"ETag": '"two"'}
    )
    download(url, target, reach=client.reach, client=client)
    assert target.read_bytes() == other


def test_without_a_version_parts_are_joined_only_where_a_digest_tells(
    site: Site, client: Client, tmp_path: Path
) -> None:
    url, target = f"{site.url}/file", tmp_path / "file"
    for sha256, sent in ((None, len(BODY)), (SHA256, len(BODY) - 600_000)):
        site.pages["/file"] = Page(BODY, etag="", breaks_after=600_000)
        with pytest.raises(KeyboardInterrupt):
            download(
                url, target, reach=client.reach, sha256=sha256, client=Client(client.reach, wait=_interrupt)
            )
        before = site.sent
        download(url, target, reach=client.reach, sha256=sha256, client=client)
        assert target.read_bytes() == BODY
        assert site.sent - before == sent
        target.unlink()


def test_two_versions_that_were_joined_are_told_by_the_digest(
    site: Site, client: Client, tmp_path: Path
) -> None:
    url, target = f"{site.url}/file", tmp_path / "file"
    site.pages["/file"] = Page(BODY[::-1], etag="", breaks_after=600_000)
    with pytest.raises(KeyboardInterrupt):
        download(url, target, reach=client.reach, sha256=SHA256, client=Client(client.reach, wait=_interrupt))
    site.pages["/file"] = Page(BODY, etag="")
    download(url, target, reach=client.reach, sha256=SHA256, client=client)
    assert target.read_bytes() == BODY


def test_a_server_without_ranges_starts_again(site: Site, client: Client, tmp_path: Path) -> None:
    site.pages["/file"] = Page(BODY, ranges=False, breaks_after=600_000)
    download(f"{site.url}/file", tmp_path / "file", reach=client.reach, client=client)
    assert (tmp_path / "file").read_bytes() == BODY


def test_a_file_that_never_comes_whole_is_kept_in_part(site: Site, client: Client, tmp_path: Path) -> None:
    site.pages["/file"] = lambda _headers: Page(BODY, ranges=False, breaks_after=500_000)
    with pytest.raises(UnavailableError, match="what is there is kept"):
        download(f"{site.url}/file", tmp_path / "file", reach=client.reach, client=client)
    assert names(tmp_path) == ["file.part", "file.part.json"]


@pytest.mark.parametrize(
    ("page", "wanted", "why"),
    [
        (Page(BODY), {"sha256": "0" * 64}, "its SHA256 is"),
        (Page(BODY), {"md5": "0" * 32}, "its MD5 is"),
        (Page(BODY), {"size": len(BODY) + 1}, "bytes, not"),
        (Page(BODY), {"size": 10}, "bytes, not 10"),
        (Page(BODY, chunked=True), {"size": len(BODY) + 1}, "bytes, not"),
        (Page(BODY, chunked=True, more=b"x" * 10**6), {"size": len(BODY)}, "more than"),
    ],
)
def test_what_is_not_as_announced_is_refused(
    site: Site, client: Client, tmp_path: Path, page: Page, wanted: dict[str, object], why: str
) -> None:
    site.pages["/file"] = page
    with pytest.raises(IntegrityError, match=why):
        download(f"{site.url}/file", tmp_path / "file", reach=client.reach, client=client, **wanted)  # type: ignore[arg-type]
    assert names(tmp_path) == []


def test_a_body_that_is_too_long_stops_at_once(site: Site, client: Client, tmp_path: Path) -> None:
    site.pages["/file"] = Page(b"x" * 50_000_000)
    with pytest.raises(IntegrityError):
        download(f"{site.url}/file", tmp_path / "file", reach=client.reach, size=1000, client=client)
    assert site.sent < 50_000_000  # the sockets' buffers at most


def test_a_server_that_asks_to_wait_is_waited_for(site: Site, reach: Reach, tmp_path: Path) -> None:
    waited: list[float] = []
    told: list[str] = []
    client = Client(reach, wait=waited.append, tell=told.append)
    site.pages["/file"] = Page(BODY, refuses=2, retry_after="7")
    download(f"{site.url}/file", tmp_path / "file", reach=reach, client=client)
    assert waited == [7.0, 7.0]
    assert "asks to wait 7 s" in told[0]
    site.pages["/file"] = Page(BODY, refuses=1, retry_after="Wed, 21 Oct 2015 07:28:00 GMT")
    download(f"{site.url}/file", tmp_path / "file", reach=reach, client=client)
    assert waited[2:] == [0.0]
    site.pages["/file"] = Page(BODY, refuses=9, retry_after=str(int(LONGEST_WAIT) + 1))
    with pytest.raises(RefusedError, match="come back in 301 s"):
        download(f"{site.url}/file", tmp_path / "file", reach=reach, client=client)
    assert len(waited) == 3


@pytest.mark.parametrize(
    ("status", "why"), [(404, "nothing there"), (403, "permission"), (401, "permission"), (500, "500")]
)
def test_a_refusal_is_told(site: Site, client: Client, tmp_path: Path, status: int, why: str) -> None:
    site.pages["/file"] = Page(b"<html>", status=status)
    with pytest.raises(RefusedError, match=why) as caught:
        download(f"{site.url}/file", tmp_path / "file", reach=client.reach, client=client)
    assert caught.value.status == status
    assert "file" not in names(tmp_path)


def test_a_redirection_is_followed_and_one_in_a_circle_is_not(
    site: Site, client: Client, tmp_path: Path
) -> None:
    site.pages["/old"] = Page(status=301, headers={"Location": "../new"})
    site.pages["/new"] = Page(BODY)
    site.pages["/round"] = Page(status=302, headers={"Location": "/round"})
    download(f"{site.url}/old", tmp_path / "file", reach=client.reach, client=client)
    assert (tmp_path / "file").read_bytes() == BODY
    with pytest.raises(UnavailableError, match="redirects more than"):
        download(f"{site.url}/round", tmp_path / "file", reach=client.reach, client=client)


def test_nobody_there(tmp_path: Path) -> None:
    with serving() as gone:
        host = gone.host
    reach = Reach.of([host])
    with pytest.raises(UnavailableError, match=r"cannot be reached: Connection refused"):
        download(
            f"http://{host}/file",
            tmp_path / "file",
            reach=reach,
            client=Client(reach, wait=lambda _seconds: None),
        )


def test_a_server_that_starts_slowly_is_waited_for(site: Site, client: Client, tmp_path: Path) -> None:
    def slowly(_headers: dict[str, str]) -> Page:
        time.sleep(0.3)
        return Page(BODY)

    site.pages["/file"] = slowly
    download(f"{site.url}/file", tmp_path / "file", reach=client.reach, client=client)
    assert (tmp_path / "file").read_bytes() == BODY


def test_a_secure_server_must_prove_who_it_is(
    certificate: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"):
        monkeypatch.delenv(name, raising=False)
    with serving(certificate) as secure:
        secure.pages["/file"] = Page(BODY)
        reach = Reach.of([secure.host])
        with pytest.raises(UnavailableError, match=r"cannot be trusted.*certificate|self.signed"):
            download(f"{secure.url}/file", tmp_path / "file", reach=reach)
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
        download(f"{secure.url}/file", tmp_path / "file", reach=reach)
        assert (tmp_path / "file").read_bytes() == BODY
        with pytest.raises(UnavailableError, match="leads elsewhere"), Client(reach).get(_moved(secure)):
            pass


def _moved(secure: Site) -> str:
    secure.pages["/moved"] = Page(status=302, headers={"Location": "http://93.184.216.34:8080/file"})
    return f"{secure.url}/moved"


def test_no_password_of_the_user_is_sent(site: Site, client: Client, tmp_path: Path) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login ada password secret\n")
    site.pages["/file"] = Page(BODY)
    os.environ["NETRC"] = str(netrc)
    try:
        download(f"{site.url}/file", tmp_path / "file", reach=client.reach, client=client)
    finally:
        del os.environ["NETRC"]
    assert "authorization" not in site.asked[0][2]


def test_a_link_in_the_place_of_the_incomplete_file_is_not_followed(
    site: Site, client: Client, tmp_path: Path
) -> None:
    site.pages["/file"] = Page(BODY)
    (tmp_path / "mine").write_text("mine")
    (tmp_path / "file.part").symlink_to(tmp_path / "mine")
    with pytest.raises(UnavailableError, match="could not write"):
        download(f"{site.url}/file", tmp_path / "file", reach=client.reach, client=client)
    assert (tmp_path / "mine").read_text() == "mine"
