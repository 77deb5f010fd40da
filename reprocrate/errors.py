"""The exceptions of reprocrate.

    ReprocrateError
    ├── UsageError         the request makes no sense: a wrong argument, a wrong setting
    ├── IntegrityError     the answer is no: bytes are not what their digests say
    ├── UnreadableError    something cannot be read as what it should be
    └── UnavailableError   something cannot be done here and now: disk, network, environment

An invalid manifest or an unfavourable verdict is a result, never an exception.
"""

from __future__ import annotations


class ReprocrateError(Exception):
    """A problem that a user can act on.

    Args:
        what: what went wrong, naming the file or field, without a full stop.
        why: the reason, if it is not plain from `what`.
        fix: what to do about it.

    Attributes:
        exit_code: what the command to be recorded ended with, where that is what the caller has to be told.
    """

    exit_code: int | None = None

    def __init__(self, what: str, why: str = "", fix: str = "") -> None:
        self.what = what
        self.why = why
        self.fix = fix
        super().__init__(what, why, fix)

    def __str__(self) -> str:
        said = f"{self.what.rstrip('.')}: {self.why}" if self.why else self.what
        return in_sentences(said, self.fix)


class UsageError(ReprocrateError):
    """The tool was asked for something that makes no sense: an argument or a setting is wrong."""


class IntegrityError(ReprocrateError):
    """Bytes are not what their digests say, so nothing that rests on them can be trusted."""


class UnreadableError(ReprocrateError):
    """A file or folder cannot be read as what it should be, or is of a version not known here."""


class UnavailableError(ReprocrateError):
    """What was asked for cannot be done here and now: no permission, no space, no network."""


def in_sentences(*parts: str) -> str:
    """Parts of a message one after the other, each with its full stop; empty ones are left out."""
    return " ".join(part if part.endswith((".", "!", "?", ":")) else f"{part}." for part in parts if part)
