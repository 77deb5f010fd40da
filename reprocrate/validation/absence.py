"""When a text counts as absent, for rules that demand one."""

from __future__ import annotations


def is_blank(text: str | None) -> bool:
    """Whether a text is not there, is empty, or holds nothing but white space."""
    return text is None or not text.strip()
