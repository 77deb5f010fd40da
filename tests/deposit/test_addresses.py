"""Only public machines are asked, by https, unless the user allows a host by name."""

from __future__ import annotations

import socket
from typing import Any

import pytest

from reprocrate.deposit.addresses import Reach, shown
from reprocrate.deposit.requesting import Client
from reprocrate.errors import UnavailableError, UsageError
from tests.deposit.server import Page, Site, serving

PUBLIC = "93.184.216.34"


def leads_to(monkeypatch: pytest.MonkeyPatch, *answers: str) -> list[str]:
    """Make names lead to these addresses, one after the other, the last one for ever."""
    left = list(answers)
    genuine = socket.getaddrinfo
    asked: list[str] = []

    def lookup(host: Any, port: Any, *args: Any, **options: Any) -> Any:
        if "example" not in str(host):
            return genuine(host, port, *args, **options)
        asked.append(host)
        place = left.pop(0) if len(left) > 1 else left[0]
        return genuine(place, port, *args, **options)

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    return asked


def test_a_public_address_by_https_may_be_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    leads_to(monkeypatch, PUBLIC)
    Reach().require("https://archive.example/records/1?download=1")


@pytest.mark.parametrize(
    "place",
    [
        "127.0.0.1",
        "127.9.9.9",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1",
        "fc00::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "::10.0.0.1",
    ],
)
def test_a_machine_that_is_not_public_is_not_asked(monkeypatch: pytest.MonkeyPatch, place: str) -> None:
    address = f"[{place}]" if ":" in place else place
    with pytest.raises(UnavailableError, match=r"is not asked.*--allow-address"):
        Reach().require(f"https://{address}/")
    leads_to(monkeypatch, place)
    with pytest.raises(UnavailableError, match=r"archive\.example"):
        Reach().require("https://archive.example/")


@pytest.mark.parametrize("host", ["2130706433", "0x7f.1", "0177.0.0.1", "127.1", "localhost", "LOCALHOST."])
def test_other_spellings_of_this_machine_are_known(host: str) -> None:
    with pytest.raises(UnavailableError, match="not asked"):
        Reach().require(f"https://{host}/")


@pytest.mark.parametrize("host", ["2130706433", "127.0.0.1", "localhost", "x.localhost"])
def test_so_they_are_behind_a_proxy(monkeypatch: pytest.MonkeyPatch, host: str) -> None:
    monkeypatch.setenv("https_proxy", "http://proxy.example:3128")
    with pytest.raises(UnavailableError, match="not asked"):
        Reach().require(f"https://{host}/")


def test_one_private_machine_among_several_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    both = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (place, 443)) for place in (PUBLIC, "10.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_options: both)
    with pytest.raises(UnavailableError, match=r"10\.0\.0\.1"):
        Reach().require("https://archive.example/")


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://93.184.216.34/", "not https"),
        ("ftp://93.184.216.34/", "only https"),
        ("file:///etc/passwd", "only https"),
        ("https://ada:secret@93.184.216.34/", "a user name or a password"),
        ("https://ada@93.184.216.34/", "a user name or a password"),
        ("https:///nothing", "no host"),
        ("https://93.184.216.34:99999/", "[Pp]ort"),
        ("https://archive.example/a b", "a space"),
        ("https://archive.example\\@127.0.0.1/", "a space or another character"),
        ("https://[::1/", "not asked"),
        ("nonsense", "only https"),
    ],
)
def test_what_is_no_address_to_ask(url: str, why: str) -> None:
    with pytest.raises(UnavailableError, match=why) as caught:
        Reach().require(url)
    assert "secret" not in str(caught.value)


def test_the_user_allows_a_host_by_name_and_plain_http_with_it() -> None:
    for text in ("127.0.0.1", "127.0.0.1:8080"):
        Reach.of([text]).require("http://127.0.0.1:8080/")
        Reach.of([text]).require("https://127.0.0.1:8080/")
    Reach.of(["::1"]).require("http://[::1]:80/")
    Reach.of(["[::1]:8080"]).require("http://[::1]:8080/")
    Reach.of(["LocalHost"]).require("http://localhost/")
    with pytest.raises(UnavailableError):
        Reach.of(["127.0.0.1:8080"]).require("http://127.0.0.1:8081/")
    with pytest.raises(UnavailableError):
        Reach.of(["localhost"]).require("http://127.0.0.1/")


@pytest.mark.parametrize("text", ["", "http://localhost", "a b", "host:port", "ada@host", "host:99999", "*"])
def test_what_is_no_host_is_told(text: str) -> None:
    with pytest.raises(UsageError, match="--allow-address"):
        Reach.of([text])


def test_an_unknown_name_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_args: Any, **_options: Any) -> Any:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(UnavailableError, match=r"nowhere\.example cannot be found"):
        Reach().require("https://nowhere.example/")


def test_a_name_that_leads_elsewhere_when_it_is_connected_to(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = leads_to(monkeypatch, PUBLIC, "127.0.0.1")
    with (
        pytest.raises(UnavailableError, match=r"archive\.example \(127\.0\.0\.1\) is not asked"),
        Client(Reach()).get("https://archive.example/"),
    ):
        pass
    assert len(asked) == 2


def test_a_redirection_to_a_machine_that_is_not_allowed(site: Site, client: Client) -> None:
    with serving() as other:
        other.pages["/secret"] = Page(b"secret")
        site.pages["/file"] = Page(status=302, headers={"Location": f"{other.url}/secret"})
        with pytest.raises(UnavailableError, match="leads elsewhere"), client.get(f"{site.url}/file"):
            pass
        site.pages["/file"] = Page(status=302, headers={"Location": "https://169.254.169.254/latest"})
        with (
            pytest.raises(UnavailableError, match=r"169\.254\.169\.254.*local link"),
            client.get(f"{site.url}/file"),
        ):
            pass
        site.pages["/file"] = Page(status=302, headers={"Location": "file:///etc/passwd"})
        with pytest.raises(UnavailableError, match="only https"), client.get(f"{site.url}/file"):
            pass
        assert not other.asked


def test_a_redirection_of_old_to_plain_http_is_followed_by_https(
    site: Site, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    leads_to(monkeypatch, "10.0.0.1")
    site.pages["/file"] = Page(status=302, headers={"Location": "http://archive.example/file"})
    with pytest.raises(UnavailableError, match=r"archive\.example:443"), client.get(f"{site.url}/file"):
        pass


def test_what_is_shown_of_an_address_holds_no_key() -> None:
    assert shown("https://ada:secret@x.example/a?token=k3y&x=1#z") == "https://x.example/a?token=...&x=..."
    assert "\x1b" not in shown("https://x.example/\x1b[2J")
