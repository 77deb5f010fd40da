"""What machines are called in the logs of a launch: the same in all, telling nothing elsewhere."""

from __future__ import annotations

import os
from pathlib import Path


def node_name(folder: Path) -> str | None:
    """This machine's name in the logs of a launch, as `recorder/_reprocrate_ranks.py` makes it."""
    import hashlib

    try:
        name = Path("/proc/sys/kernel/random/boot_id").read_bytes().strip()
    except OSError:
        if not hasattr(os, "uname"):
            return None
        name = os.uname().nodename.encode("utf-8", "surrogateescape")
    salt = os.fsencode(folder.name)
    return hashlib.sha256(salt + b"\0" + name).hexdigest()[:16]
