"""Writing a record so that it may travel, and beside it what must not: the names that were taken out of it.

`private.json` lies in the folder of the launch, which stays on the machine. By it, packing on another node
than the launch ran on still knows what to mask in the launch's logs, and where a renamed file lies.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from reprocrate.capture.privacy.cleaning import cleaned
from reprocrate.capture.privacy.scrubber import Scrubber
from reprocrate.capture.record import RECORD_NAME, RunRecord
from reprocrate.capture.records import RUNS
from reprocrate.errors import UnavailableError
from reprocrate.files import read_regular, write_atomically

PRIVATE_NAME = "private.json"
_LARGEST_BYTES = 256 << 20
RESERVE_NAME = "reserve"
REMOVED = "the command removed its record, and what was seen of it, while it ran"
WRITTEN_AGAIN = "its record was removed after it had ended, and was written again without its logs"
SOURCE_LOST = "the source that ran was removed from where it was kept, and has changed since"
_RESERVE = bytes(1 << 17)


@dataclass(frozen=True)
class Private:
    """What was taken out of a record.

    Attributes:
        scrubber: what knows the machine and its user.
        renamed: true names of files, by those in the record.
    """

    scrubber: Scrubber | None = None
    renamed: Mapping[str, str] = field(default_factory=dict)


def save_clean(record: RunRecord, scrubber: Scrubber, folder: Path) -> RunRecord:
    """Write a record without anything that must not stand in it, and return it so.

    Raises:
        UnavailableError: it could not be written.
    """
    found = cleaned(record, scrubber)
    try:
        found.record.save(folder)
    except UnavailableError:
        if folder.is_dir() or not _made(folder):
            raise
        found.record.save(folder)  # another command removed the folder just now
    with suppress(UnavailableError):  # without it, less is masked elsewhere; the record counts
        write_atomically(folder / PRIVATE_NAME, _private_bytes(scrubber, found.renamed))
    return found.record


def begin(record: RunRecord, scrubber: Scrubber, folder: Path) -> RunRecord:
    """Write the first version of a record, and take room on the disk for the last.

    So a command that fills the disk cannot prevent that how it ended is recorded.

    Raises:
        UnavailableError: the record could not be written.
        OSError: there is no such room.
    """
    record = save_clean(record, scrubber, folder)
    (folder / RESERVE_NAME).write_bytes(_RESERVE)
    return record


def make_way(folder: Path) -> list[str]:
    """See to it that a record can be written where it was begun, whatever the command did there.

    Returns:
        what it did, as sentences.
    """
    with suppress(OSError):
        if not (folder / RECORD_NAME).is_file():
            folder.mkdir(parents=True, exist_ok=True)
            return [REMOVED]
    with suppress(OSError):
        for each in (folder.parent.parent, folder.parent, folder):
            if not os.access(each, os.R_OK | os.W_OK | os.X_OK):
                each.chmod(0o700)
    with suppress(OSError):
        (folder / RESERVE_NAME).unlink()
    return []


def _made(folder: Path) -> bool:
    with suppress(OSError):
        folder.mkdir(parents=True)
        return True
    return False


def load_private(project: Path, run: str) -> Private:
    """What was taken out of the record of a launch; nothing where nobody wrote it down."""
    try:
        found = json.loads(read_regular(project / RUNS / run / PRIVATE_NAME, _LARGEST_BYTES))
        texts = {name: tuple(map(str, found[name])) for name in ("homes", "names", "hosts")}
        scrubber = Scrubber(Path(found["project"]), Path(found["cwd"]), **texts)
        return Private(scrubber, {str(name): str(true) for name, true in found["renamed"].items()})
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return Private()


def true_names(project: Path) -> dict[str, str]:
    """The true names of all renamed files of a project, by those that the records have."""
    found: dict[str, str] = {}
    with suppress(OSError):
        for folder in sorted((project / RUNS).iterdir()):
            found |= load_private(project, folder.name).renamed
    return found


def _private_bytes(scrubber: Scrubber, renamed: Mapping[str, str]) -> bytes:
    document: dict[str, Any] = {
        "about": "Stays on this machine: what was taken out of the record beside it.",
        "project": os.fspath(scrubber.project),
        "cwd": os.fspath(scrubber.cwd),
        "homes": scrubber.homes,
        "names": scrubber.names,
        "hosts": scrubber.hosts,
        "renamed": renamed,
    }
    return json.dumps(document, indent=1).encode() + b"\n"  # ASCII: any name of a folder can be written
