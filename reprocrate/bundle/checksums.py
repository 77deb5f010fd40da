"""The list of checksums: what `sha256sum` writes and `sha256sum -c` checks."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable

from reprocrate.bundle.admission import MAX_FILES, Problem, ProblemKind, name_problem
from reprocrate.bundle.layout import CHECKSUMS

# The asterisk is how sha256sum marks a file read in binary mode; the digest is the same.
_LINE = re.compile(r"([0-9a-f]{64}) [ *](.+)")


def checksums_bytes(checksums: Iterable[tuple[str, str]]) -> bytes:
    """The list for pairs of path and SHA-256, sorted by the UTF-8 bytes of the path.

    Names that `sha256sum` would have to escape (backslash, line breaks) are not admitted to a bundle.
    """
    listing = io.BytesIO()  # which gives out what it holds without a copy
    for path, sha256 in sorted(checksums):  # code points sort as their UTF-8 does
        listing.write(f"{sha256}  {path}\n".encode())
    return listing.getvalue()


def parse_checksums(data: bytes, name: str = CHECKSUMS) -> tuple[dict[str, str], list[Problem]]:
    """The SHA-256 by path that a list gives, and what is wrong with the list, which bears a name itself."""
    checksums: dict[str, str] = {}
    problems: list[Problem] = []
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        return {}, [Problem(name, ProblemKind.DAMAGED, f"is not UTF-8 at byte {error.start}")]
    if "\r\n" in text:
        detail = "has line ends of Windows (CR LF), which sha256sum takes for part of the names"
        problems.append(Problem(name, ProblemKind.DAMAGED, detail))
        text = text.replace("\r\n", "\n")
    if text.count("\n") > MAX_FILES:
        return {}, [Problem(name, ProblemKind.DAMAGED, f"lists more than {MAX_FILES:,} files")]
    for number, line in enumerate(text.removesuffix("\n").split("\n"), 1):
        match = _LINE.fullmatch(line)
        if match is None:
            detail = f'has something else than "<sha256>  <path>" in line {number}'
            problems.append(Problem(name, ProblemKind.DAMAGED, detail))
            continue
        sha256, path = match.groups()
        if problem := name_problem(path):
            problems.append(problem)
        elif path == name or path in checksums:
            problems.append(Problem(path, ProblemKind.DUPLICATE, f"must not stand in line {number}"))
        else:
            checksums[path] = sha256
    return checksums, problems
