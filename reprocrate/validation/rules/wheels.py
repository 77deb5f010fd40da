"""RC07: whether wheels that travel are those that their lock names."""

from __future__ import annotations

import re
from collections.abc import Iterator

from reprocrate.errors import ReprocrateError
from reprocrate.manifest import Lock
from reprocrate.validation.places import numbered
from reprocrate.validation.rule import MUST, CannotAssessError, Found, Need, rule
from reprocrate.validation.subject import Subject

_MOST_LOCK = 50_000_000
_REQUIREMENT = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)\s*(?:\[[^\]\n]*\])?\s*==", re.MULTILINE)
_DIGEST = re.compile(r"--hash=sha256:([0-9a-f]{64})(?![0-9a-f])")


@rule(
    "RC0708",
    MUST,
    spec="environment",
    since="1.0",
    says="wheel {path} is none that the lock {lock} names",
    needs=Need.FILES,
)
def wheel_is_named_by_the_lock(subject: Subject) -> Iterator[Found]:
    """A wheel of an environment MUST have a digest that its lock names for the package.

    Judged: each file in `wheels[].files` of an environment whose `lock` is of the format `requirements` and
        is there, unless it does not travel: the package is what its file name has before the first hyphen,
        normalised, and one of the `--hash=sha256:` of a line of the lock for that package is its `sha256`; at
        the file. Without a `lock`, or with one of another format, each of the files is found.
    Why: an installer that checks digests refuses it, and one that does not would install other code.
    Fix: fetch the wheels anew for this lock, for example with `reprocrate pack --wheels`.
    """
    unreadable = []
    for pointer, environment in numbered("/environments", subject.well_formed.environments):
        lock = environment.lock
        try:
            digests = _digests(subject, lock) if environment.wheels else {}
        except ReprocrateError as error:
            unreadable.append(str(error))
            continue
        if digests is None:
            continue
        for place, house in numbered(f"{pointer}/wheels", environment.wheels):
            for inner, wheel in numbered(f"{place}/files", house.files):
                name = _normalised(wheel.path.rpartition("/")[2].partition("-")[0])
                if wheel.travels and wheel.sha256 not in digests.get(name, ()):
                    yield Found(inner, path=wheel.path, lock=lock.path if lock else "that is not there")
    if unreadable:
        raise CannotAssessError(" ".join(unreadable))


def _digests(subject: Subject, lock: Lock | None) -> dict[str, set[str]] | None:
    """The digests that a lock names by package; None if the lock is absent, which RC0701 finds."""
    if lock is None or lock.format != "requirements":
        return {}
    if not subject.given_files.exists(lock.path):
        return None
    text = subject.given_files.read(lock.path, _MOST_LOCK).decode(errors="replace")
    found: dict[str, set[str]] = {}
    starts = [*_REQUIREMENT.finditer(text)]
    for match, after in zip(starts, [*starts[1:], None], strict=True):
        lines = text[match.end() : after.start() if after else len(text)]
        found.setdefault(_normalised(match[1]), set()).update(_DIGEST.findall(lines))
    return found


def _normalised(name: str) -> str:
    """As the Python packaging guide normalises names."""
    return re.sub(r"[-_.]+", "-", name).lower()
