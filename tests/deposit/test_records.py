"""Records of an InvenioRDM: versions, what was taken away, links for reviewers, the loose manifest."""

from __future__ import annotations

import pytest

from reprocrate.deposit.addresses import Reach
from reprocrate.deposit.downloading import small_file
from reprocrate.deposit.record_pages import RecordPage, record_page
from reprocrate.deposit.references import Reference
from reprocrate.deposit.requesting import Client
from reprocrate.deposit.resolving import RESOLVER, resolve
from reprocrate.errors import IntegrityError, UnavailableError
from tests.deposit.archive import add_record, delete_record
from tests.deposit.server import Page, Site, serving

DOI = "10.5281/zenodo.123"
ALL = "10.5281/zenodo.100"
BUNDLE = b"PK bundle"
FILES = {"rings.crate.zip": BUNDLE}
TOKEN = "eyJhbGciOi.J1c2Vy-secret_key"


@pytest.fixture
def resolver(site: Site, monkeypatch: pytest.MonkeyPatch) -> Site:
    """The server is the user's DOI resolver as well."""
    monkeypatch.setenv(RESOLVER, site.url)
    return site


def test_a_doi_of_all_versions_leads_to_the_newest_which_is_said(resolver: Site, client: Client) -> None:
    add_record(resolver, "122", FILES, doi="10.5281/zenodo.122", version="1.1", of=ALL, newest="123")
    add_record(resolver, "123", FILES, doi=DOI, version="1.2", of=ALL)
    found = resolve(Reference(ALL, ALL), client)
    assert "/records/123/files" in found.url
    assert found.notes == (f"{ALL} stands for all versions; the newest is 1.2, {DOI}",)
    assert resolve(Reference(DOI, DOI), client).notes == ()
    resolver.pages["/api/records/100"] = Page(status=302, headers={"Location": "/api/records/123"})
    found = resolve(Reference(f"{resolver.url}/records/100"), client)
    named = f"the record 100 at {resolver.host}"
    assert found.notes == (f"{named} stands for all versions; the newest is 1.2, {DOI}",)


def test_of_an_older_version_the_newest_is_named(resolver: Site, client: Client) -> None:
    add_record(resolver, "122", FILES, doi="10.5281/zenodo.122", version="1.1", of=ALL, newest="123")
    add_record(resolver, "123", FILES, doi=DOI, version="1.2", of=ALL)
    found = resolve(Reference("10.5281/zenodo.122", "10.5281/zenodo.122"), client)
    said = f"there is a newer version of the record 122 at {resolver.host}"
    assert found.notes == (f"{said}: 1.2, {DOI}",)
    del resolver.pages["/api/records/123"]
    assert resolve(Reference(f"{resolver.url}/records/122"), client).notes == (said,)


def test_a_deleted_record_is_told_with_what_its_archive_left(resolver: Site, client: Client) -> None:
    page = add_record(resolver, "123", FILES, doi=DOI)
    delete_record(resolver, "123", "The data were not ours to publish.")
    for reference in (Reference(DOI, DOI), Reference(page)):
        with pytest.raises(
            UnavailableError, match=r"record 123 .* was deleted: retracted: The data were not"
        ):
            resolve(reference, client)


@pytest.mark.parametrize(
    "form",
    [
        "/records/5?preview=1&token={}",
        "/records/5?token={}&preview=1",
        "/records/5/files/rings.crate.zip?download=1&preview=1&token={}",
        "/records/5/preview/rings.crate.zip?preview=1&token={}",
        "/api/records/5/draft?token={}",
        "/api/records/5/draft/files/rings.crate.zip/content?token={}",
    ],
)
def test_a_link_for_reviewers_opens_a_draft(site: Site, client: Client, form: str) -> None:
    add_record(site, "5", FILES, draft=True, token=TOKEN)
    found = resolve(Reference(f"{site.url}{form.format(TOKEN)}"), client)
    assert found.notes == (f"the draft 5 at {site.host} is not published: it may still change",)
    assert TOKEN not in f"{found.name} {found.address} {found.notes}"
    assert small_file(found, client, 100) == BUNDLE
    assert all(TOKEN in path for _, path, _ in site.asked)


def test_a_link_opens_what_is_restricted_and_what_its_draft_became(site: Site, client: Client) -> None:
    page = add_record(site, "5", FILES, restricted=True, token=TOKEN)
    for link in (f"{page}?token={TOKEN}", f"{page}?preview=1&token={TOKEN}"):
        found = resolve(Reference(link), client)
        assert found.notes == ()
        assert small_file(found, client, 100) == BUNDLE


@pytest.mark.parametrize("query", ["token=wrong", "preview=1&token=wrong"])
def test_a_link_that_does_not_open_is_told_without_its_key(site: Site, client: Client, query: str) -> None:
    draft = query.startswith("preview")
    page = add_record(site, "5", FILES, restricted=not draft, draft=draft, token=TOKEN)
    with pytest.raises(UnavailableError, match=r"the access link of .* does not open it") as caught:
        resolve(Reference(f"{page}?{query}"), client)
    assert "wrong" not in str(caught.value)


def test_a_key_is_told_to_no_other_record_and_no_other_host(site: Site, client: Client) -> None:
    page = add_record(site, "5", FILES, draft=True, token=TOKEN)
    found = resolve(Reference(f"{page}?preview=1&token={TOKEN}"), client)
    with serving() as other:
        both = Client(Reach.of([site.host, other.host]), wait=lambda _seconds: None)
        stored = Page(status=302, headers={"Location": f"{other.url}/store/1?signature=x"})
        place = f"/api/records/5/draft/files/rings.crate.zip/content?token={TOKEN}"
        site.pages[place] = stored
        other.pages["/store/1"] = Page(BUNDLE)
        assert small_file(found, both, 100) == BUNDLE
        assert TOKEN not in str(other.asked)
        site.pages[place] = Page(status=302, headers={"Location": f"{other.url}/store/1?token={TOKEN}"})
        with pytest.raises(UnavailableError, match="the key of an access link") as caught:
            small_file(found, both, 100)
        assert TOKEN not in str(caught.value)
        assert TOKEN not in str(other.asked)


def test_the_loose_manifest_of_one_bundle_is_found(site: Site, client: Client) -> None:
    page = add_record(site, "5", {**FILES, "reprocrate.json": b"{}", "paper.pdf": b"%PDF"})
    found = resolve(Reference(page), client)
    assert found.manifest is not None
    assert small_file(found.manifest, client, 100) == b"{}"
    assert resolve(Reference(f"{page}/files/rings.crate.zip"), client).manifest is None
    assert resolve(Reference(add_record(site, "6", FILES)), client).manifest is None


@pytest.mark.parametrize(
    ("stated", "why"),
    [("md5:" + "0" * 32, "its MD5 is"), ("sha256:" + "0" * 64, "its SHA256 is")],
)
def test_a_small_file_is_compared_with_what_is_stated(
    site: Site, client: Client, stated: str, why: str
) -> None:
    found = resolve(Reference(add_record(site, "5", FILES, checksums={"rings.crate.zip": stated})), client)
    with pytest.raises(IntegrityError, match=why):
        small_file(found, client, 100)
    site.pages["/api/records/5/files/rings.crate.zip/content"] = Page(BUNDLE + b"x")
    with pytest.raises(IntegrityError, match="it has 10 bytes, not 9"):
        small_file(found, client, 100)
    with pytest.raises(UnavailableError, match="sends too much"):
        small_file(found, client, 5)


def test_a_doi_takes_two_requests_to_its_bundle(resolver: Site, client: Client) -> None:
    add_record(resolver, "123", FILES, doi=DOI)
    resolve(Reference(DOI, DOI), client)
    assert [path for _, path, _ in resolver.asked] == [f"/{DOI}", "/api/records/123"]


def test_earlier_versions_of_the_software_list_files_apart(site: Site, client: Client) -> None:
    page = add_record(site, "5", FILES, older=True)
    assert resolve(Reference(page), client).name == "rings.crate.zip"


def test_what_an_address_says_of_a_record() -> None:
    page = record_page("https://zenodo.org/records/123?preview=1&token=a%2Bb.c_d-e#x")
    assert page == RecordPage("https://zenodo.org", "123", draft=True, token="a+b.c_d-e")
    assert page is not None
    assert page.asked("/files") == "https://zenodo.org/api/records/123/draft/files?token=a%2Bb.c_d-e"
    assert page.address_of("a b") == "https://zenodo.org/records/123/files/a%20b?preview=1&token=..."
    assert "a+b" not in f"{page} {page!r}"
    assert record_page("https://zenodo.org/records/123?preview=0") == RecordPage("https://zenodo.org", "123")
