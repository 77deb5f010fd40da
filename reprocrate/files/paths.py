"""Relative paths that mean the same file everywhere."""

from __future__ import annotations

import re
import unicodedata

LONGEST_PART_BYTES = 255
"""The longest name of one file or folder that common file systems take, in bytes of UTF-8."""

LONGEST_PATH_BYTES = 1024
"""The longest relative path, in bytes of UTF-8: every supported system can still open it."""

_WINDOWS_DEVICE = re.compile(r"(?i:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9¹²³])\s*(?:[.:]|$)")
# Most paths are as plain as this, and need no closer look.
_PLAIN_PART = r"(?!(?i:con|prn|aux|nul|com|lpt))[A-Za-z0-9_.-]{0,199}[A-Za-z0-9_-]"
_PLAIN = re.compile(rf"{_PLAIN_PART}(?:/{_PLAIN_PART})*")
_DRIVE = re.compile(r"[A-Za-z]:")
_BIDIRECTIONAL = frozenset("\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_UNPRINTABLE = frozenset({"Cc", "Zl", "Zp"})


def safe_relative(text: str) -> str:
    """A path as it may stand in a manifest and in a bundle, normalised to Unicode NFC.

    Such a path is relative, uses forward slashes, has no empty, `.` or `..` part, and means the same
    file on Linux, macOS and Windows: no drive, no backslash, no control characters, no Windows device
    name, no part that ends in a dot or a space or is longer than 255 bytes.

    Raises:
        ValueError: it is no such path; the message says why, without naming the path.
    """
    if len(text) <= LONGEST_PATH_BYTES and _PLAIN.fullmatch(text):
        return text
    path = unicodedata.normalize("NFC", text)
    require_safe(path)
    return path


def require_safe(path: str) -> None:
    """Make sure that a path is safe as `safe_relative` says, in whatever normal form it is.

    Raises:
        ValueError: it is not; the message says why, without naming the path.
    """
    if len(path) <= LONGEST_PATH_BYTES and _PLAIN.fullmatch(path):
        return
    try:
        size = len(path.encode())
    except UnicodeEncodeError:
        raise ValueError("it is not valid Unicode") from None
    if size > LONGEST_PATH_BYTES:
        raise ValueError(f"it is longer than {LONGEST_PATH_BYTES} bytes")
    if not path:
        raise ValueError("it is empty")
    if path.startswith("/") or _DRIVE.match(path):
        raise ValueError("it is absolute, not relative")
    if "\\" in path:
        raise ValueError("it holds a backslash")
    if not path.isprintable() and any(map(_is_invisible, path)):
        raise ValueError("it holds a control character")
    for part in path.split("/"):
        _check_part(part)


def _is_invisible(character: str) -> bool:
    return unicodedata.category(character) in _UNPRINTABLE or character in _BIDIRECTIONAL


def _check_part(part: str) -> None:
    if not part:
        raise ValueError("it has an empty part (two slashes in a row, or one at the end)")
    if part in (".", ".."):
        raise ValueError(f'it has the part "{part}"')
    if part.endswith((".", " ")):
        raise ValueError(f'its part "{part}" ends in a dot or a space, which Windows drops')
    if _WINDOWS_DEVICE.match(part):
        raise ValueError(f'its part "{part}" is the name of a device on Windows')
    if len(part.encode()) > LONGEST_PART_BYTES:
        raise ValueError(f"it has a part longer than {LONGEST_PART_BYTES} bytes")
