"""What is told at the end of a run about secrets in the code, before they are published by accident."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath

from reprocrate.assembly import SETTINGS_NAME
from reprocrate.capture.privacy.secrets import lines_with_secrets
from reprocrate.capture.record import RunRecord
from reprocrate.files import place_of

_LARGEST_BYTES = 1_000_000
_MOST_FILES = 2000
_MOST_WARNINGS = 5


def secrets_in_code(project: Path, records: Iterable[RunRecord]) -> list[str]:
    """Where the code that the last of these launches ran holds what looks like a secret, as sentences.

    All other files, very large ones too, are left to `pack`, which looks at everything that travels.
    """
    last = next(iter(reversed(list(records))), None)
    if last is None:
        return []
    found = []
    ran = set(last.imported)
    files = [file for file in last.code.files if file.path in ran or not ran]
    for file in files[:_MOST_FILES]:
        if file.size <= _LARGEST_BYTES:
            with suppress(OSError):
                text = place_of(project, file.path).read_bytes().decode(errors="replace")
                found += [(file.path, line, kind) for line, kind in lines_with_secrets(text)]
    kept = _kept_files(project) if found else ()
    told = [
        f"{path} line {line} holds what looks like a secret ({kind}). It is in the record of the code: make "
        "it invalid where it was issued, and read it from the environment."
        for path, line, kind in found
        if not is_kept(path, kept)
    ]
    more = [f"{len(told) - _MOST_WARNINGS} more places look like secrets."] if told[_MOST_WARNINGS:] else []
    return told[:_MOST_WARNINGS] + more


def is_kept(path: str, patterns: Iterable[str]) -> bool:
    """Whether a file, folder or glob of `[privacy] keep` names this file."""
    return any(
        fnmatchcase(path, pattern)
        or PurePosixPath(path).match(pattern)
        or path.startswith(pattern.rstrip("/") + "/")
        for pattern in patterns
    )


def _kept_files(project: Path) -> tuple[str, ...]:
    if not (project / SETTINGS_NAME).is_file():
        return ()
    from reprocrate.assembly.toml import load_settings

    return load_settings(project).privacy.keep
