"""Record, package, validate and rerun machine-learning experiments.

The names below are imported when they are first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from reprocrate.capture.results.logged import log
    from reprocrate.errors import (
        IntegrityError,
        ReprocrateError,
        UnavailableError,
        UnreadableError,
        UsageError,
    )
    from reprocrate.finding import Finding, Location, NotAssessed, Report, Severity
    from reprocrate.manifest import Manifest, load_manifest, parse_manifest, save_manifest

__version__ = "0.1.0"

_HOME = {
    "Finding": "finding",
    "IntegrityError": "errors",
    "Location": "finding",
    "Manifest": "manifest",
    "NotAssessed": "finding",
    "Report": "finding",
    "ReprocrateError": "errors",
    "Severity": "finding",
    "UnavailableError": "errors",
    "UnreadableError": "errors",
    "UsageError": "errors",
    "load_manifest": "manifest",
    "log": "capture.results.logged",
    "parse_manifest": "manifest",
    "save_manifest": "manifest",
}

__all__ = [
    "Finding",
    "IntegrityError",
    "Location",
    "Manifest",
    "NotAssessed",
    "Report",
    "ReprocrateError",
    "Severity",
    "UnavailableError",
    "UnreadableError",
    "UsageError",
    "__version__",
    "load_manifest",
    "log",
    "parse_manifest",
    "save_manifest",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
