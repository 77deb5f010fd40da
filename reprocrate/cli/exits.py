"""Exit codes, the same for every command (but for a failed `run`, which returns the child's)."""

from __future__ import annotations

from reprocrate.errors import IntegrityError, ReprocrateError, UsageError

YES = 0
NO = 1
MISUSED = 2
NOT_DONE = 3
INTERRUPTED = 130


def exit_code_of(error: ReprocrateError) -> int:
    """The exit code of a command that ended with this error; a failed `run` returns the child's."""
    if error.exit_code:
        return error.exit_code
    if isinstance(error, IntegrityError):
        return NO
    return MISUSED if isinstance(error, UsageError) else NOT_DONE
