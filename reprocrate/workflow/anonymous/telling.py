"""What `validate` tells of a bundle for double-blind review, and of one that was revealed."""

from __future__ import annotations

from contextlib import suppress

from reprocrate.bundle import Bundle
from reprocrate.errors import IntegrityError
from reprocrate.finding import Report
from reprocrate.validation import Subject
from reprocrate.validation.reviewed import NotReviewedError, reviewed_of
from reprocrate.workflow.progress import Progress

_OF_REVEALED = ("RC1905", "RC1906")


def tell_review(bundle: Bundle, subject: Subject, report: Report, progress: Progress) -> None:
    """Say which bundle was reviewed: both of them name the same digest, if one is the other revealed.

    Args:
        bundle: what was judged, whose digests are true.
        subject: the same, as it was judged.
        report: what was found.
        progress: who listens.
    """
    manifest = subject.manifest
    if manifest is None or any(each.code in _OF_REVEALED for each in report.findings):
        return
    with suppress(IntegrityError, NotReviewedError):  # these have findings of their own
        if manifest.anonymous:
            progress.note(f"for double-blind review: payload sha256 {bundle.payload_digest()}")
        elif (reviewed := reviewed_of(subject)) is not None:
            count = len(reviewed.redacted)
            where = f"the manifest and in {count} file{'s'[: count != 1]}"
            progress.note(
                f"reviewed as payload sha256 {reviewed.payload_sha256}: every file and result is the one "
                f"that was reviewed, with identities back in {where}"
            )
