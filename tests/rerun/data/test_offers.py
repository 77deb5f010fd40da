"""Only what a manifest names with a digest is fetched, and only from where it may be."""

from __future__ import annotations

from typing import Any

import pytest

from reprocrate.deposit.addresses import Reach
from reprocrate.manifest import Data
from reprocrate.rerun.data.offers import Offer, offers_of, why_not_offered
from reprocrate.rerun.work.materials import data_materials

SHA = "a" * 64
FILE = {"path": "data/rings.csv", "size": 10, "sha256": SHA, "in_bundle": False}
SECOND = FILE | {"path": "data/more.csv", "sha256": "b" * 64}


def offers(files: list[dict[str, Any]], url: str | None = None, allowed: tuple[str, ...] = ()) -> list[Offer]:
    source: dict[str, Any] = {"source": {"url": url}} if url else {}
    data = Data.model_validate({"id": "rings", "files": files, **source})
    return list(offers_of(data, data_materials(data), Reach.of(allowed)))


def said(files: list[dict[str, Any]], url: str | None = None) -> list[tuple[str, list[str], str]]:
    return [
        (one.url, [each.file.path for each in one.materials], one.form.value) for one in offers(files, url)
    ]


def test_a_file_is_had_from_its_own_address() -> None:
    url = "https://example.org/9f3/raw"
    other = "https://example.org/9f3/more"
    assert said([FILE | {"url": url}, SECOND | {"url": other}]) == [
        (url, ["data/rings.csv"], "file"),
        (other, ["data/more.csv"], "file"),
    ]


def test_two_files_of_one_address_are_members_of_an_archive() -> None:
    url = "https://example.org/download/12"
    assert said([FILE | {"url": url}, SECOND | {"url": url}]) == [
        (url, ["data/rings.csv", "data/more.csv"], "archive")
    ]


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://example.org/set.zip", "archive"),
        ("https://example.org/set.tar.gz?download=1", "archive"),
        ("https://example.org/SET.TGZ", "archive"),
        ("https://example.org/rings.csv", "file"),
        ("https://example.org/a%20b/rings.csv?x=1", "file"),
        ("https://zenodo.example.org/records/1234567", "record"),
    ],
)
def test_the_address_of_the_data_counts_where_its_name_tells_what_it_is(url: str, expected: str) -> None:
    assert said([FILE], url) == [(url, ["data/rings.csv"], expected)]


def test_an_archive_that_is_the_recorded_file_is_not_unpacked() -> None:
    url = "https://example.org/set.zip"
    assert said([FILE | {"path": "data/set.zip"}], url) == [(url, ["data/set.zip"], "file")]


@pytest.mark.parametrize(
    "url",
    [
        "https://archive.example.org/dataset/53/rings",
        "http://example.org/rings.csv",
        "https://127.0.0.1/rings.csv",
        "https://10.1.2.3/rings.csv",
        "https://[::1]/rings.csv",
        "https://localhost/rings.csv",
        "s3://bucket/rings.csv",
        "https://example.org:99999/rings.csv",
    ],
)
def test_what_leads_to_a_page_or_must_not_be_asked_is_not_offered(url: str) -> None:
    assert offers([FILE], url) == []
    if not url.endswith("53/rings"):
        assert offers([FILE | {"url": url}]) == []


def test_an_address_that_the_user_allows_is_offered() -> None:
    url = "http://127.0.0.1:8000/rings.csv"
    assert offers([FILE], url, allowed=("127.0.0.1:8000",))
    assert not offers([FILE], url, allowed=("127.0.0.1:8001",))


def test_two_files_are_not_had_from_the_address_of_one() -> None:
    assert said([FILE, SECOND], "https://example.org/rings.csv") == []


def test_without_a_digest_nothing_is_fetched() -> None:
    unknown = {name: value for name, value in FILE.items() if name != "sha256"}
    assert offers([unknown | {"url": "https://example.org/rings.csv"}]) == []
    data = Data.model_validate({"id": "rings", "files": [unknown]})
    assert "no digest was recorded" in why_not_offered(data, list(data_materials(data)), Reach())[0]


def test_without_a_size_nothing_is_taken_out_of_an_archive() -> None:
    unknown = {name: value for name, value in FILE.items() if name != "size"}
    assert offers([unknown], "https://example.org/set.zip") == []
    assert offers([unknown], "https://example.org/rings.csv")


def test_a_doi_comes_last() -> None:
    def of(**source: str) -> list[tuple[str, str]]:
        data = Data.model_validate({"id": "rings", "files": [FILE], "source": source})
        return [(one.url, one.form.value) for one in offers_of(data, data_materials(data), Reach())]

    doi = "10.5281/zenodo.1234567"
    assert of(doi=doi) == [(f"https://doi.org/{doi}", "record")]
    assert of(doi=doi, url="https://example.org/a-page") == [(f"https://doi.org/{doi}", "record")]
    assert of(doi=doi, url="https://example.org/rings.csv") == [("https://example.org/rings.csv", "file")]


@pytest.mark.parametrize("level", ["registration", "restricted", "private"])
def test_what_is_not_for_everybody_is_offered_nowhere(level: str) -> None:
    source = {"url": "https://example.org/rings.csv", "doi": "10.5281/zenodo.1234567"}
    data = Data.model_validate({"id": "rings", "files": [FILE], "source": source, "access": {"level": level}})
    assert not list(offers_of(data, data_materials(data), Reach()))
    why, hosts = why_not_offered(data, list(data_materials(data)), Reach())
    assert (why, hosts) == (f"the data is not fetched, since its access is {level}", ())


@pytest.mark.parametrize(
    ("url", "words", "host"),
    [
        (
            "https://10.1.2.3/rings.csv",
            "is not asked, since it leads to a machine of a private network",
            "10.1.2.3",
        ),
        ("https://localhost:8443/rings.csv", "since it leads to this machine itself", "localhost:8443"),
        ("http://example.org/rings.csv", "since it is not https", "example.org"),
        ("s3://bucket/rings.csv", "since only https is asked", None),
        (
            "https://me:word@example.org/rings.csv",
            "https://example.org/rings.csv is not asked, since it holds",
            None,
        ),
        ("https://example.org/rings", "https://example.org/rings names no file or archive", None),
        (None, "the manifest names no address of it", None),
    ],
)
def test_why_nothing_is_fetched_is_told(url: str | None, words: str, host: str | None) -> None:
    data = Data.model_validate({"id": "rings", "files": [FILE]} | ({"source": {"url": url}} if url else {}))
    why, hosts = why_not_offered(data, list(data_materials(data)), Reach())
    assert words in why
    assert hosts == ((host,) if host else ())
    if host:
        assert list(offers_of(data, data_materials(data), Reach.of(hosts)))
