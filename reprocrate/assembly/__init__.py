"""From the author's `reprocrate.toml` and the run records to the manifest, anew each time it is needed."""

from __future__ import annotations

SETTINGS_NAME = "reprocrate.toml"
"""The author's part, at the root of the project."""
