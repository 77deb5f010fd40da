"""RC00: reading a manifest at all."""

from __future__ import annotations

from collections.abc import Iterator

from reprocrate.manifest import VERSION
from reprocrate.validation.rule import SHOULD, Found, Need, rule
from reprocrate.validation.subject import Subject


@rule(
    "RC0001",
    SHOULD,
    spec="versions",
    since="1.0",
    says="version {version} is newer than {known}, the newest known here: "
    "{count} unknown properties were kept and not judged",
    needs=Need.DOCUMENT,
)
def version_is_known(subject: Subject) -> Iterator[Found]:
    """A manifest SHOULD follow a version of the standard that its reader knows.

    Judged: a `manifest_version` with a known major and a larger minor number; at `/manifest_version`.
        Properties and words that the schema does not know are then no errors.
    Why: what a newer version added cannot be judged by an older reader, so a pass says less than it seems.
    Fix: install a newer reprocrate.
    """
    if subject.is_newer:
        unknown = [each for each in subject.all_schema_problems if each.keyword == "unevaluatedProperties"]
        version = subject.document["manifest_version"]
        yield Found("/manifest_version", version=version, known=VERSION, count=len(unknown))
