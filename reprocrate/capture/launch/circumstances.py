"""Where and as what a launch ran."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from reprocrate.capture.code.tree import Snapshot
from reprocrate.capture.privacy.scrubber import Scrubber
from reprocrate.capture.usage import Usage


@dataclass(frozen=True)
class Circumstances:
    """Where and as what a launch ran.

    Attributes:
        project: the project's folder.
        folder: where its record and logs are.
        argv: the command that was started.
        cwd: where it started.
        environ: its environment variables.
        launcher: the process that started it; None where it had process numbers of its own.
        began_ns: when, by the clock of the project's file system.
        snapshot: the source tree before it started.
        scrubber: what must not stand in a record.
        overlapped: whether another launch of the project ran at some time during this one.
        usage: what was seen from beside it while it ran.
        traced: whether it ran under strace.
        own: our own folders, whose files are not the launch's.
        given: the file that was the command's standard input, where it was a file.
    """

    project: Path
    folder: Path
    argv: tuple[str, ...]
    cwd: Path
    environ: Mapping[str, str]
    launcher: int | None
    began_ns: int
    snapshot: Snapshot
    scrubber: Scrubber
    overlapped: bool
    usage: Usage
    traced: bool = False
    own: tuple[str, ...] = ()
    given: str | None = None
