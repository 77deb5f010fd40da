"""Crates of other projects as manifests.

RO-Crate 1.0 to 1.3 and the profiles on it: Process, Workflow and Provenance Run Crate, Workflow RO-Crate,
plain data sets. The graph is read loosely (`linked`), what it says is mapped (`about`, `places`, `software`,
`actions`, `results`, `data_sets`), and all of it is kept (`kept`).
"""

from __future__ import annotations

from reprocrate.crate.foreign.actions import NO_COMMAND
from reprocrate.crate.foreign.places import CrateFiles
from reprocrate.crate.foreign.reading import read_foreign

__all__ = ["NO_COMMAND", "CrateFiles", "read_foreign"]
