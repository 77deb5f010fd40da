"""`[[deposits]]` of `reprocrate.toml`: where the experiment is archived. `publish` writes it."""

from __future__ import annotations

from reprocrate.assembly.table import Table
from reprocrate.manifest.section import Doi, Text


class DepositSettings(Table):
    """`[[deposits]]`: an archive, and the DOI under which it keeps the experiment.

    `publish` adds one for each record that it begins, and goes on with the last one of an archive:

        [[deposits]]
        archive = "zenodo.org"
        doi = "10.5281/zenodo.123"
    """

    archive: Text
    doi: Doi
