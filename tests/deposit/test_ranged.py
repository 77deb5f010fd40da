"""A remote file is read at places, and never two versions of it as one."""

from __future__ import annotations

import io
import random

import pytest

from reprocrate.deposit.ranged import BLOCK_BYTES, FIRST_BYTES, NoRangesError, RangedFile
from reprocrate.deposit.requesting import Client
from reprocrate.errors import UnavailableError
from tests.deposit.server import Page, Site

BODY = random.Random(7).randbytes(40 * BLOCK_BYTES + 123)


def test_only_what_is_read_is_brought(site: Site, client: Client) -> None:
    site.pages["/file"] = Page(BODY)
    with RangedFile(f"{site.url}/file", client, len(BODY)) as file:
        assert file.read(10) == BODY[:10]
        assert file.seek(-5, io.SEEK_END) == len(BODY) - 5
        assert file.read() == BODY[-5:]
        assert file.read() == b""
        assert file.tell() == len(BODY)
    assert len(site.asked) == 2
    assert site.sent == file.brought == FIRST_BYTES + 123


def test_it_is_the_file_wherever_it_is_read(site: Site, client: Client) -> None:
    site.pages["/file"] = Page(BODY)
    numbers = random.Random(3)
    with RangedFile(f"{site.url}/file", client) as file:
        for _ in range(200):
            start, size = numbers.randrange(len(BODY)), numbers.choice([1, 100, BLOCK_BYTES, 9 * BLOCK_BYTES])
            file.seek(start)
            assert file.read(size) == BODY[start : start + size]
        file.seek(0)
        assert io.BufferedReader(file).read() == BODY


def test_a_server_without_ranges_is_told(site: Site, client: Client) -> None:
    site.pages["/file"] = Page(BODY, ranges=False)
    with pytest.raises(NoRangesError) as caught:
        RangedFile(f"{site.url}/file", client)
    assert caught.value.size == len(BODY)


def test_a_file_that_changes_is_not_read_on(site: Site, client: Client) -> None:
    site.pages["/file"] = Page(BODY)
    with RangedFile(f"{site.url}/file", client) as file:
        site.pages["/file"] = Page(BODY[::-1])
        assert file.read(10) == BODY[:10]
        file.seek(5 * BLOCK_BYTES)
        with pytest.raises(UnavailableError, match="has changed since it was opened"):
            file.read(10)
        site.pages["/file"] = lambda headers: Page(
            BODY[::-1], etag=headers["if-range"], headers={"ETag": '"n"'}
        )
        with pytest.raises(UnavailableError, match="has changed since it was opened"):
            file.read(10)


def test_another_size_than_announced(site: Site, client: Client) -> None:
    site.pages["/file"] = Page(BODY)
    with pytest.raises(UnavailableError, match="not the file that was announced"):
        RangedFile(f"{site.url}/file", client, 5)


def test_a_part_that_breaks_off_is_asked_for_again(site: Site, client: Client) -> None:
    site.pages["/file"] = Page(BODY, breaks_after=100, breaks=2)
    with RangedFile(f"{site.url}/file", client) as file:
        assert file.read() == BODY


def test_an_empty_file_and_other_parts_than_asked_for(site: Site, client: Client) -> None:
    site.pages["/empty"] = Page(b"")
    with pytest.raises(UnavailableError, match="is empty"):
        RangedFile(f"{site.url}/empty", client)
    site.pages["/other"] = Page(b"x" * 10, 206, {"Content-Range": "bytes 5-14/100"})
    with pytest.raises(UnavailableError, match="another part"):
        RangedFile(f"{site.url}/other", client)
    site.pages["/more"] = Page(b"x" * 2 * FIRST_BYTES, 206, {"Content-Range": "bytes 0-9/100"})
    with pytest.raises(UnavailableError, match="more than was asked for"):
        RangedFile(f"{site.url}/more", client)
