"""What the table of contents of a ZIP file says of its members, judged by itself."""

from __future__ import annotations

import stat

from reprocrate.bundle.admission import Problem, ProblemKind
from reprocrate.bundle.zip_records import (
    DEFLATE_LEVEL,
    DEFLATED,
    ENCRYPTED,
    HAS_DESCRIPTOR,
    MASKED_HEADER,
    MOST_EXPANSION,
    STORED,
    STRONG_ENCRYPTION,
    UTF8_NAME,
    Stored,
)

_KNOWN_FLAGS = HAS_DESCRIPTOR | UTF8_NAME | DEFLATE_LEVEL


def judge(stored: Stored) -> tuple[str, Problem | None]:
    """The path of a member, and what the table alone says against it."""
    path = name_of(stored)
    kind = stat.S_IFMT(stored.mode)
    is_folder = path.endswith("/")
    judgements: tuple[tuple[bool, ProblemKind, str], ...] = (
        (not _is_utf8(stored.name), ProblemKind.UNSAFE, "has a name that is not UTF-8"),
        (
            bool(stored.flags & (ENCRYPTED | STRONG_ENCRYPTION | MASKED_HEADER)),
            ProblemKind.ENCRYPTED,
            "is encrypted",
        ),
        (
            kind not in (0, stat.S_IFREG, stat.S_IFDIR, stat.S_IFLNK),
            ProblemKind.UNSAFE,
            "is a device, a pipe or a socket",
        ),
        (
            (kind in (stat.S_IFREG, stat.S_IFLNK) if is_folder else kind == stat.S_IFDIR)
            or (is_folder and stored.size > 0),
            ProblemKind.UNSAFE,
            "is a file by its name and a folder by its type, or the other way round",
        ),
        (
            stored.method not in (STORED, DEFLATED) or bool(stored.flags & ~_KNOWN_FLAGS),
            ProblemKind.UNSUPPORTED,
            f"is compressed in an unsupported way (method {stored.method}, flags {stored.flags:#06x})",
        ),
        (stored.ambiguous, ProblemKind.DAMAGED, "has another name or size in its extra fields"),
        (_is_impossible(stored), ProblemKind.DAMAGED, f"cannot have {stored.size} bytes, as it declares"),
    )
    for applies, problem_kind, detail in judgements:
        if applies:
            return path, Problem(path, problem_kind, detail)
    return path, None


def _is_impossible(stored: Stored) -> bool:
    if stored.method == STORED:
        return stored.size != stored.compressed
    return stored.size > stored.compressed * MOST_EXPANSION


def name_of(stored: Stored) -> str:
    """The path of a member; a folder's ends in `/`."""
    # Without the flag the name is CP437 by the letter (appendix D), but macOS writes UTF-8 all the same. A
    # wrong guess shows, since the checksums name every file.
    return stored.name.decode("utf-8", "surrogateescape")


def _is_utf8(name: bytes) -> bool:
    try:
        name.decode()
    except UnicodeDecodeError:
        return False
    return True
