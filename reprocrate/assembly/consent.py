"""`[privacy]` of `reprocrate.toml`: what the author consents to."""

from __future__ import annotations

from reprocrate.assembly.table import FilePattern, Table
from reprocrate.manifest.section import Many


class PrivacySettings(Table):
    """`[privacy]`: files, folders or globs that travel as they are, whatever looks like a secret in them.

    For a key of a test, say, or a log that need not be masked:

        [privacy]
        keep = ["tests/keys/*.pem", ".reprocrate/runs/*/stderr.log"]
    """

    keep: Many[FilePattern] = ()
