"""`[pack]` of `reprocrate.toml`: which of the files that runs wrote travel."""

from __future__ import annotations

from typing import Literal

from reprocrate.assembly.table import Table

Amount = Literal["all", "small", "none"]


class PackSettings(Table):
    """`[pack]`: `all`, `small` or `none` of the outputs and of the checkpoints of runs.

    `small`, which counts where nothing is said, takes them from the smallest on, up to 1 GB of outputs and
    1 GB of checkpoints in all. Predictions, histories and logs are evidence and always travel, unless
    `.reprocrateignore` names them. What of the data travels says `in_bundle` of each `[data.NAME]`.

        [pack]
        checkpoints = "none"
    """

    outputs: Amount = "small"
    checkpoints: Amount = "small"
