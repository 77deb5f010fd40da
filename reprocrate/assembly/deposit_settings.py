"""`[[deposits]]` of `reprocrate.toml`: where the experiment is archived. `publish` writes it."""

from __future__ import annotations

from pydantic import model_validator

from reprocrate.assembly.table import Table
from reprocrate.manifest.section import Doi, Text


class DepositSettings(Table):
    """`[[deposits]]`: an archive, and the DOI or the address under which it keeps the experiment.

    `publish` adds one for each record that it begins, and goes on with the last one of an archive:

        [[deposits]]
        archive = "zenodo.org"
        doi = "10.5281/zenodo.123"
    """

    archive: Text
    doi: Doi | None = None
    address: Text | None = None

    @model_validator(mode="after")
    def _is_somewhere(self) -> DepositSettings:
        if self.doi is None and self.address is None:
            raise ValueError("give `doi`, or `address` where the archive gives no DOI")
        return self
