"""The manifest in memory: typed sections, loading, canonical bytes.

Modules are named after the chapters of the specification; names are imported when first used, since the
models take a tenth of a second to build and `reprocrate run` does not need them before the command starts.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from reprocrate.manifest.account import (
        Anonymous,
        Answer,
        Checklist,
        Compute,
        Ethics,
        Extension,
        History,
        Leakage,
        Migrated,
        MigrationNote,
        Model,
        RedactedFile,
        Reproduction,
    )
    from reprocrate.manifest.claims import Claim, Place, Quantifier
    from reprocrate.manifest.code import Code
    from reprocrate.manifest.data import (
        Access,
        Data,
        Preprocessing,
        Records,
        Remote,
        Service,
        Source,
        Split,
        Where,
    )
    from reprocrate.manifest.document import SCHEMA_URL, VERSION, Manifest
    from reprocrate.manifest.environment import (
        Container,
        Environment,
        Lock,
        NativeLibrary,
        OperatingSystem,
        OtherPackage,
        Package,
        Python,
        Wheelhouse,
    )
    from reprocrate.manifest.experiment import Author, Experiment, Grant, Paper
    from reprocrate.manifest.hardware import Accelerator, AcceleratorFeature, Cpu, Hardware, Requirements
    from reprocrate.manifest.load import (
        InvalidManifestError,
        OlderVersionError,
        Problem,
        brought_by_newer_minor,
        document_of,
        document_version,
        is_newer_minor,
        is_older,
        load_manifest,
        manifest_file_bytes,
        manifest_from,
        manifest_of_shape,
        other_major,
        parse_manifest,
        save_manifest,
        shape_problems,
    )
    from reprocrate.manifest.migration import Migration, migrate
    from reprocrate.manifest.results import (
        Cell,
        Comparison,
        Effect,
        Excluded,
        Interval,
        Margin,
        Metric,
        MetricSource,
        Reported,
        Result,
        Table,
        Tolerance,
    )
    from reprocrate.manifest.runs import (
        Attempt,
        Capture,
        Configuration,
        Determinism,
        Launch,
        Observation,
        Process,
        Repetition,
        Resources,
        Run,
        Search,
        Seed,
        SelectedBy,
        UnseededUse,
        Variant,
    )
    from reprocrate.manifest.section import File, NewerWordError, Section

_MODULE = {
    "account": "Anonymous Answer Checklist Compute Ethics Extension History Leakage Migrated MigrationNote"
    " Model RedactedFile Reproduction",
    "claims": "Claim Place Quantifier",
    "code": "Code",
    "data": "Access Data Preprocessing Records Remote Service Source Split Where",
    "document": "SCHEMA_URL VERSION Manifest",
    "environment": "Container Environment Lock NativeLibrary OperatingSystem OtherPackage Package Python"
    " Wheelhouse",
    "experiment": "Author Experiment Grant Paper",
    "hardware": "Accelerator AcceleratorFeature Cpu Hardware Requirements",
    "load": "InvalidManifestError OlderVersionError Problem brought_by_newer_minor document_of"
    " document_version is_newer_minor is_older load_manifest manifest_file_bytes manifest_from"
    " manifest_of_shape other_major"
    " parse_manifest save_manifest shape_problems",
    "migration": "Migration migrate",
    "results": "Cell Comparison Effect Excluded Interval Margin Metric MetricSource Reported Result Table"
    " Tolerance",
    "runs": "Attempt Capture Configuration Determinism Launch Observation Process Repetition Resources Run"
    " Search Seed SelectedBy UnseededUse Variant",
    "section": "File NewerWordError Section",
}
_HOME = {name: module for module, names in _MODULE.items() for name in names.split()}

__all__ = [
    "SCHEMA_URL",
    "VERSION",
    "Accelerator",
    "AcceleratorFeature",
    "Access",
    "Anonymous",
    "Answer",
    "Attempt",
    "Author",
    "Capture",
    "Cell",
    "Checklist",
    "Claim",
    "Code",
    "Comparison",
    "Compute",
    "Configuration",
    "Container",
    "Cpu",
    "Data",
    "Determinism",
    "Effect",
    "Environment",
    "Ethics",
    "Excluded",
    "Experiment",
    "Extension",
    "File",
    "Grant",
    "Hardware",
    "History",
    "Interval",
    "InvalidManifestError",
    "Launch",
    "Leakage",
    "Lock",
    "Manifest",
    "Margin",
    "Metric",
    "MetricSource",
    "Migrated",
    "Migration",
    "MigrationNote",
    "Model",
    "NativeLibrary",
    "NewerWordError",
    "Observation",
    "OlderVersionError",
    "OperatingSystem",
    "OtherPackage",
    "Package",
    "Paper",
    "Place",
    "Preprocessing",
    "Problem",
    "Process",
    "Python",
    "Quantifier",
    "Records",
    "RedactedFile",
    "Remote",
    "Repetition",
    "Reported",
    "Reproduction",
    "Requirements",
    "Resources",
    "Result",
    "Run",
    "Search",
    "Section",
    "Seed",
    "SelectedBy",
    "Service",
    "Source",
    "Split",
    "Table",
    "Tolerance",
    "UnseededUse",
    "Variant",
    "Wheelhouse",
    "Where",
    "brought_by_newer_minor",
    "document_of",
    "document_version",
    "is_newer_minor",
    "is_older",
    "load_manifest",
    "manifest_file_bytes",
    "manifest_from",
    "manifest_of_shape",
    "migrate",
    "other_major",
    "parse_manifest",
    "save_manifest",
    "shape_problems",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
