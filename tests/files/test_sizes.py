"""Sizes as people write them."""

from __future__ import annotations

import pytest

from reprocrate.files import bytes_of


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("0", 0),
        ("4096", 4096),
        ("4096 B", 4096),
        ("100MB", 100_000_000),
        ("100M", 100_000_000),
        ("1.5GiB", 3 << 29),
        ("1.5gib", 3 << 29),
        ("2TB", 2_000_000_000_000),
        ("7 Ki", 7168),
        ("1P", 10**15),
    ],
)
def test_sizes_are_read(text: str, size: int) -> None:
    assert bytes_of(text) == size


@pytest.mark.parametrize(
    "text", ["", "MB", "-1", "1e9", "1 000", "1XB", "1Bi", "1.MB", "9" * 40, "١MB", "nan"]
)
def test_what_is_no_size_is_told(text: str) -> None:
    with pytest.raises(ValueError, match="is no size"):
        bytes_of(text)
