"""From an address or a DOI to the file that is the bundle."""

from __future__ import annotations

import hashlib
import json

import pytest

from reprocrate.deposit.candidates import RemoteFile, bundle_among, file_name, name_in
from reprocrate.deposit.record_pages import record_page
from reprocrate.deposit.references import Reference, doi_of, reference_in
from reprocrate.deposit.requesting import Client
from reprocrate.deposit.resolving import RESOLVER, resolve
from reprocrate.deposit.signposting import items_of
from reprocrate.errors import UnavailableError, UsageError
from tests.deposit.archive import add_record, html
from tests.deposit.server import Page, Site, serving

DOI = "10.5281/zenodo.123"
BUNDLE = b"PK bundle"


@pytest.fixture
def resolver(site: Site, monkeypatch: pytest.MonkeyPatch) -> Site:
    """The server is the user's DOI resolver as well."""
    monkeypatch.setenv(RESOLVER, f"{site.url}/")
    return site


@pytest.mark.parametrize(
    ("text", "doi"),
    [
        ("10.5281/zenodo.123", DOI),
        (" doi:10.5281/zenodo.123 ", DOI),
        ("DOI: 10.5281/zenodo.123", DOI),
        ("https://doi.org/10.5281/zenodo.123", DOI),
        ("http://dx.doi.org/10.5281/zenodo.123", DOI),
        ("https://doi.org/10.1000/a%3Cb%3E", "10.1000/a<b>"),
        ("10.1000.10/x/y(z)", "10.1000.10/x/y(z)"),
        ("https://zenodo.org/records/123", None),
        ("https://archive.example/a.crate.zip?x=1", None),
    ],
)
def test_addresses_and_dois_are_known(text: str, doi: str | None) -> None:
    assert reference_in(text) == Reference(text.strip(), doi)


@pytest.mark.parametrize(
    "text",
    ["bundle.crate.zip", ".", "./10.5281/zenodo.123", "10.5281", "10.52/x", "a/10.5281/x", "C:\\a", ""],
)
def test_paths_are_none(text: str) -> None:
    assert reference_in(text) is None


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("ftp://archive.example/a.zip", "ftp://"),
        ("file:///etc/passwd", "file://"),
        ("https://ada:secret@archive.example/a.zip", "a password"),
        ("doi:nonsense", "is no DOI"),
        ("https://doi.org/nonsense", "is no DOI"),
        ("https://[::1/", "no address"),
    ],
)
def test_what_can_be_neither_is_told(text: str, why: str) -> None:
    with pytest.raises(UsageError, match=why) as caught:
        reference_in(text)
    assert "secret" not in str(caught.value)


def test_an_address_that_ends_in_a_file_is_the_file(site: Site, client: Client) -> None:
    found = resolve(Reference(f"{site.url}/a/rings.crate.zip?download=1"), client)
    assert (found.name, found.url) == ("rings.crate.zip", f"{site.url}/a/rings.crate.zip?download=1")
    assert not site.asked


def test_a_file_may_be_told_by_its_kind_alone(site: Site, client: Client) -> None:
    site.pages["/download/17"] = Page(
        BUNDLE,
        headers={
            "Content-Type": "application/zip",
            "Content-Disposition": 'attachment; filename="../r ings.crate.zip"',
        },
    )
    assert resolve(Reference(f"{site.url}/download/17"), client).name == "r ings.crate.zip"


def test_a_doi_leads_to_the_bundle_of_its_record(resolver: Site, client: Client) -> None:
    files = {"rings.crate.zip": BUNDLE, "reprocrate.json": b"{}", "paper data.zip": b"PK"}
    add_record(resolver, "abcde-12345", files, doi=DOI)
    found = resolve(Reference(DOI, DOI), client)
    assert found.url == f"{resolver.url}/api/records/abcde-12345/files/rings.crate.zip/content"
    assert found.md5 == hashlib.md5(BUNDLE).hexdigest()
    assert (found.name, found.size, found.notes) == ("rings.crate.zip", len(BUNDLE), ())
    with client.get(found.url) as answer:
        assert b"".join(answer.pieces()) == BUNDLE


def test_so_do_the_pages_of_a_record_and_of_its_file(site: Site, client: Client) -> None:
    files = {"a b.crate.zip": BUNDLE, "two.crate.zip": BUNDLE}
    page = add_record(site, "77", files, newest="78")
    with pytest.raises(UnavailableError, match="holds 2 files that may be the bundle") as caught:
        resolve(Reference(page), client)
    assert f"{page}/files/a%20b.crate.zip" in str(caught.value)
    for address in (
        f"{page}/files/a%20b.crate.zip?download=1",
        f"{site.url}/record/77/files/a%20b.crate.zip",
    ):
        found = resolve(Reference(address), client)
        assert found.url == f"{site.url}/api/records/77/files/a%20b.crate.zip/content"
        assert found.md5 == hashlib.md5(BUNDLE).hexdigest()
        assert found.notes == (f"there is a newer version of the record 77 at {site.host}",)
    with pytest.raises(UnavailableError, match="holds no file three"):
        resolve(Reference(f"{page}/files/three"), client)


def test_a_concept_leads_to_its_newest_version(resolver: Site, client: Client) -> None:
    add_record(resolver, "9", {"rings.crate.zip": BUNDLE})
    resolver.pages[f"/{DOI}"] = Page(status=302, headers={"Location": "/records/8"})
    resolver.pages["/records/8"] = Page(status=302, headers={"Location": "/records/9"})
    assert "/records/9/files" in resolve(Reference(DOI, DOI), client).url
    resolver.pages["/api/records/8"] = Page(status=301, headers={"Location": "/api/records/9"})
    assert "/records/9/files" in resolve(Reference(f"{resolver.url}/records/8"), client).url


def test_a_restricted_record_is_told(site: Site, client: Client) -> None:
    page = add_record(site, "5", {"rings.crate.zip": BUNDLE}, restricted=True)
    with pytest.raises(UnavailableError, match=r"records/5 are restricted.*Ask for access"):
        resolve(Reference(page), client)
    record = json.loads(site.pages["/api/records/5"].body)  # type: ignore[union-attr]
    record["access"]["embargo"] = {"active": True, "until": "2027-03-01"}
    site.pages["/api/records/5"] = Page(json.dumps(record).encode())
    with pytest.raises(UnavailableError, match="without permission before 2027-03-01"):
        resolve(Reference(page), client)


@pytest.mark.parametrize(
    ("files", "why"),
    [
        ({"paper.pdf": b"%PDF", "data.csv": b""}, r"holds no bundle: its files are paper\.pdf, data\.csv"),
        ({}, "holds no file that can be had"),
        ({"a.zip": b"", "b.zip": b""}, "holds 2 files that may be the bundle"),
    ],
)
def test_a_record_without_a_clear_bundle_is_told(
    site: Site, client: Client, files: dict[str, bytes], why: str
) -> None:
    with pytest.raises(UnavailableError, match=why):
        resolve(Reference(add_record(site, "5", files)), client)


def test_a_file_that_only_may_be_a_bundle_is_taken_if_it_is_the_only_one(site: Site, client: Client) -> None:
    page = add_record(site, "5", {"code.zip": b"PK", "paper.pdf": b"%PDF"})
    assert resolve(Reference(page), client).name == "code.zip"


def test_an_unknown_doi_is_told(resolver: Site, client: Client) -> None:
    with pytest.raises(UnavailableError, match=rf"the DOI {DOI} is not known at 127"):
        resolve(Reference(DOI, DOI), client)


def test_a_doi_whose_page_is_gone_is_told(resolver: Site, client: Client) -> None:
    with serving() as other:
        resolver.pages[f"/{DOI}"] = Page(status=302, headers={"Location": f"{other.url}/gone"})
        with pytest.raises(UnavailableError, match="is not asked"):
            resolve(Reference(DOI, DOI), client)
        allowed = Client(client.reach.of([resolver.host, other.host]), wait=lambda _seconds: None)
        with pytest.raises(UnavailableError, match="holds no file that can be had"):
            resolve(Reference(DOI, DOI), allowed)


def test_links_of_a_landing_page_lead_to_the_bundle(resolver: Site, client: Client) -> None:
    link = (
        '</cite>; rel="cite-as", </f/1>; rel="item"; type="application/pdf", '
        '</f/2>; type="application/zip" ; rel="item collection", <https://x.example/y>; rel="author item-x"'
    )
    resolver.pages["/dataset/7"] = html("", Link=link)
    resolver.pages["/f/2"] = Page(
        BUNDLE, headers={"Content-Disposition": "attachment; filename*=UTF-8''rings.crate.zip"}
    )
    resolver.pages[f"/{DOI}"] = Page(status=302, headers={"Location": "/dataset/7"})
    for reference in (Reference(DOI, DOI), Reference(f"{resolver.url}/dataset/7")):
        found = resolve(reference, client)
        assert (found.url, found.name) == (f"{resolver.url}/f/2", "rings.crate.zip")


def test_links_in_the_head_of_a_landing_page_do_too(site: Site, client: Client) -> None:
    """As signposting.org has it for pages whose server sets no header fields."""
    head = (
        "<html><head><!-- <link rel=item href=/no.crate.zip> -->"
        "<script>'<link rel=item href=/no2.crate.zip>'</script>"
        "<BASE href='/files/'><link rel='stylesheet' href='s.zip'><link rel='author item' href='paper.pdf'>"
        "<link REL=describedby type='application/zip' href='meta?a=1&amp;b=2'/>{}</head>"
        "<body><link rel='item' href='/body.crate.zip'></body></html>"
    )
    site.pages["/page"] = html(head.format("<link rel='Item' type='application/zip'\nhref=\"2\" />"))
    site.pages["/files/2"] = Page(BUNDLE, headers={"Content-Disposition": "attachment; filename=a.crate.zip"})
    found = resolve(Reference(f"{site.url}/page"), client)
    assert (found.url, found.name) == (f"{site.url}/files/2", "a.crate.zip")
    site.pages["/page"] = html(head.format(""))
    site.pages["/files/meta"] = Page(BUNDLE)
    assert resolve(Reference(f"{site.url}/page"), client).url == f"{site.url}/files/meta?a=1&b=2"
    site.pages["/page"] = html("<head><link rel=item href='http://10.0.0.5/a.crate.zip'></head>")
    private = resolve(Reference(f"{site.url}/page"), client)
    with (
        pytest.raises(UnavailableError, match=r"10\.0\.0\.5/a\.crate\.zip is not asked"),
        client.get(private.url),
    ):
        pass


@pytest.mark.parametrize(
    "piece", ["<!--", "<link ", "<script", "</", "<link rel=item href='/a", "<base href=x>"]
)
def test_a_hostile_page_is_read_in_no_time(site: Site, client: Client, piece: str) -> None:
    """html.parser takes minutes over half a megabyte of open comments."""
    site.pages["/page"] = html(piece * (1_000_000 // len(piece)))
    with pytest.raises(UnavailableError, match="is a web page, not a bundle"):
        resolve(Reference(f"{site.url}/page"), client)


def test_a_page_without_links_is_no_bundle(site: Site, client: Client) -> None:
    site.pages["/page"] = html("<a href='/rings.crate.zip'>bundle</a>")
    with pytest.raises(UnavailableError, match="is a web page, not a bundle"):
        resolve(Reference(f"{site.url}/page"), client)


def test_the_metadata_at_datacite_leads_to_the_bundle(resolver: Site, client: Client) -> None:
    content = {"contentUrl": [f"{resolver.url}/f/rings.crate.zip", f"{resolver.url}/f/paper.pdf", 3]}

    def answer(headers: dict[str, str]) -> Page:
        if "datacite" in headers.get("accept", ""):
            kind = "application/vnd.datacite.datacite+json"
            return Page(json.dumps(content).encode(), headers={"Content-Type": kind})
        return Page(status=302, headers={"Location": "/landing"})

    resolver.pages[f"/{DOI}"] = answer
    resolver.pages["/landing"] = html("hello")
    assert resolve(Reference(DOI, DOI), client).url == f"{resolver.url}/f/rings.crate.zip"
    content["contentUrl"] = []
    with pytest.raises(UnavailableError, match="holds no file that can be had"):
        resolve(Reference(DOI, DOI), client)


def test_a_doi_may_lead_to_the_file_itself(resolver: Site, client: Client) -> None:
    resolver.pages[f"/{DOI}"] = Page(status=302, headers={"Location": "/f/rings.crate.zip"})
    resolver.pages["/f/rings.crate.zip"] = Page(BUNDLE, headers={"Content-Type": "application/zip"})
    assert resolve(Reference(DOI, DOI), client).url == f"{resolver.url}/f/rings.crate.zip"


@pytest.mark.parametrize("body", [b"[]", b"{}", b"<html>", b"[" * 100_000, b'{"files": {}, "id": "1"'])
def test_an_answer_that_is_no_record_leads_nowhere(site: Site, client: Client, body: bytes) -> None:
    site.pages["/api/records/1"] = Page(body)
    site.pages["/records/1"] = html("something else")
    with pytest.raises(UnavailableError, match="is a web page, not a bundle"):
        resolve(Reference(f"{site.url}/records/1"), client)


@pytest.mark.parametrize("body", [b"[]", b"{}", b"nonsense", b'{"entries": 5}'])
def test_a_listing_that_is_none_is_told(site: Site, client: Client, body: bytes) -> None:
    page = add_record(site, "1", {"a.crate.zip": BUNDLE}, older=True)
    site.pages["/api/records/1/files"] = Page(body)
    with pytest.raises(UnavailableError, match=r"does not list its files|not JSON"):
        resolve(Reference(page), client)


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("rings.crate.zip", "rings.crate.zip"),
        ("../../etc/passwd", "passwd"),
        ("..\\..\\boot.ini", "boot.ini"),
        (".bashrc", "bashrc"),
        ("a\x1b[2J\nb.zip", "a_2J_b.zip"),
        ("", "bundle"),
        ("...", "bundle"),
        ("-rf", "rf"),
        ("x" * 300, "x" * 150),
    ],
)
def test_a_strangers_name_leads_nowhere(said: str, name: str) -> None:
    assert file_name(said) == name


def test_what_a_file_is_called_by_its_address() -> None:
    assert name_in("https://x.example/a/rings%20and.crate.zip?y#z") == "rings and.crate.zip"
    assert name_in("https://x.example/") == "bundle"


def test_forms_of_addresses_of_records() -> None:
    page = record_page("https://zenodo.org/records/123/files/a%2Fb.zip?download=1")
    assert page is not None
    assert (page.site, page.id, page.file) == ("https://zenodo.org", "123", "a/b.zip")
    assert page.api == "https://zenodo.org/api/records/123"
    page = record_page("https://x.example/sub/api/records/ab-cd/files/f/content")
    assert page is not None
    assert (page.api, page.file) == ("https://x.example/sub/api/records/ab-cd", "f")
    for other in (
        "https://x.example/records",
        "https://x.example/records/1/export/json",
        "https://x.example/",
    ):
        assert record_page(other) is None


def test_a_bundle_by_its_name_comes_before_what_may_be_one() -> None:
    files = [
        RemoteFile("u1", "Other.ZIP"),
        RemoteFile("u2", "Rings.CRATE.ZIP"),
        RemoteFile("u3", "x.tar.zst"),
    ]
    assert bundle_among(files, "it").url == "u2"


def test_links_that_are_broken_are_passed_over() -> None:
    assert items_of(
        {"Link": '<a>; rel="item", <b; rel=item, <c>; rel=item; length=7'}, "https://x.example/p"
    ) == [
        RemoteFile("https://x.example/a", "a"),
        RemoteFile("https://x.example/c", "c", size=7),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "10.5281/Zenodo.1",
        "doi:10.5281/zenodo.1",
        "DOI: 10.5281/zenodo.1",
        "https://dx.doi.org/10.5281/zenodo.1",
        "http://www.doi.org/10.5281/zenodo.1",
    ],
)
def test_a_doi_is_the_same_in_all_its_forms(text: str) -> None:
    assert doi_of(text) == "10.5281/zenodo.1"


@pytest.mark.parametrize("text", ["", "zenodo.1", "file:///srv/archive/x", "https://zenodo.org/records/1"])
def test_other_names_are_no_doi(text: str) -> None:
    assert doi_of(text) == ""
