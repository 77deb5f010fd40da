"""What is named on the command line: a path, or the address or the DOI of a bundle."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reprocrate.cli.voice import Voice
    from reprocrate.workflow.remote import Remote


def named(what: str, allowed: Sequence[str] | None, voice: Voice) -> Path | Remote:
    """The path that a text is, or what lies at the address or DOI that it is. A path that exists is a path.

    Raises:
        UsageError: it is an address that cannot be read, or a host that is allowed is none.
    """
    is_path = os.path.lexists(what)
    if is_path and not allowed:
        return Path(what)
    from reprocrate.deposit.addresses import Reach
    from reprocrate.deposit.references import reference_in

    reach = Reach.of(allowed or ())
    reference = None if is_path else reference_in(what)
    if reference is None:
        return Path(what)
    from reprocrate.workflow.remote import Remote

    return Remote(reference, reach, voice)
