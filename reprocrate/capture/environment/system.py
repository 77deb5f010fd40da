"""The operating system; apart from the packages, which take longer to import and to look at."""

from __future__ import annotations

import platform
import sys

from reprocrate.capture.record import OperatingSystem


def operating_system() -> OperatingSystem:
    """The system, without the machine's name."""
    version: str | None = None
    if sys.platform == "linux":
        try:
            release = platform.freedesktop_os_release()
            version = " ".join(filter(None, (release.get("NAME"), release.get("VERSION_ID"))))
        except OSError:
            pass
    elif sys.platform == "darwin":
        version = f"macOS {platform.mac_ver()[0]}"
    else:
        version = platform.version()
    library, number = platform.libc_ver() if sys.platform == "linux" else ("", "")
    return OperatingSystem(
        name=platform.system() or sys.platform,
        version=version,
        kernel=platform.release() or None,
        machine=platform.machine() or None,
        libc=f"{library} {number}".strip() or None,
    )
