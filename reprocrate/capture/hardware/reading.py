"""Small files of /sys and /proc, and what a program of the system says."""

from __future__ import annotations

import subprocess
from pathlib import Path


def line_of(path: Path) -> str | None:
    """The text of a file without space around it; None where it cannot be read, or is empty."""
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip() or None
    except OSError:
        return None


def number_of(path: Path) -> int | None:
    """The whole number that a file holds, in decimal or after `0x`; None where it holds none."""
    try:
        return int(line_of(path) or "", 0)
    except ValueError:
        return None


def answer_of(*command: str, timeout_s: float = 10) -> str | None:
    """What a program prints; None where it is not there, fails or takes too long."""
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, errors="replace", check=True, timeout=timeout_s
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout
