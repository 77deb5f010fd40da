"""`[privacy]` of `reprocrate.toml`: what the author consents to."""

from __future__ import annotations

from reprocrate.assembly.table import FilePattern, Table
from reprocrate.manifest.section import Many, Text


class PrivacySettings(Table):
    """`[privacy]`: files, folders or globs that travel as they are, whatever looks like a secret in them.

    For a key of a test, say, or a log that need not be masked:

        [privacy]
        keep = ["tests/keys/*.pem", ".reprocrate/runs/*/stderr.log"]

    And for `pack --anonymous`: files that may show what looks like an identity, files in which every identity
    is replaced though they are no documents, and what else names the authors, such as their laboratory:

        anonymous_keep = ["third_party/*"]
        anonymous_redact = ["configs/*.yaml"]
        identities = ["Example Lab", "exlab-cluster"]
    """

    keep: Many[FilePattern] = ()
    anonymous_keep: Many[FilePattern] = ()
    anonymous_redact: Many[FilePattern] = ()
    identities: Many[Text] = ()
