"""What the processes of a launch use while they run: memory, accelerators, energy."""

from __future__ import annotations

from reprocrate.capture.usage.monitor import Usage, UsageMonitor

__all__ = ["Usage", "UsageMonitor"]
