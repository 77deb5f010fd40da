"""RC21: what is submitted, whether or not it has a manifest: its size."""

from __future__ import annotations

from collections.abc import Iterator

from reprocrate.validation.rule import SHOULD, CannotAssessError, Found, Need, rule
from reprocrate.validation.subject import Subject

_MEGABYTE = 10**6


@rule(
    "RC2130",
    SHOULD,
    spec="policies",
    since="1.0",
    says="it has {size} MB, and at most {most} MB are taken",
    needs=Need.TREE,
)
def submission_is_no_larger_than_asked(subject: Subject, *, most_megabytes: int = 0) -> Iterator[Found]:
    """A submission SHOULD NOT be larger than the venue takes.

    Judged: where a policy sets `most_megabytes`: the bytes of the one file that was given, or of all files of
        the folder, against as many times 1,000,000; at the whole.
    Why: the venue's form refuses it, perhaps in the last hour.
    Fix: leave large data and checkpoints out (`reprocrate pack --max-size 100MB`, `--data none`), deposit
        them and name the address.
    """
    if not most_megabytes:
        return
    if subject.size is None:
        raise CannotAssessError("the size of what was given is not known before it is packed")
    if subject.size > most_megabytes * _MEGABYTE:
        yield Found("", size=f"{subject.size / _MEGABYTE:,.1f}", most=f"{most_megabytes:,}")
