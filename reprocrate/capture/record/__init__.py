"""The record of one launch as typed values, one module for each chapter of the specification."""

from reprocrate.capture.record.code import CodeFile, CodeState
from reprocrate.capture.record.data import DataFile, RemoteData, ServiceUse, StoredFile
from reprocrate.capture.record.environment import (
    Container,
    Environment,
    LockFile,
    LockFormat,
    NativeLibrary,
    OperatingSystem,
    OtherPackage,
    Package,
    Python,
    Source,
)
from reprocrate.capture.record.hardware import Accelerator, Cpu, Hardware, Resources
from reprocrate.capture.record.launch import Attempt, LaunchedProcess, Ranks
from reprocrate.capture.record.results import Evidence, History, Metric
from reprocrate.capture.record.run import (
    RECORD_NAME,
    RECORD_VERSION,
    Capture,
    Completeness,
    Configuration,
    Method,
    RunRecord,
    Status,
    Tool,
)
from reprocrate.capture.record.seeds import Determinism, Seed, UnseededUse
from reprocrate.capture.record.values import Scalar, plain

__all__ = [
    "RECORD_NAME",
    "RECORD_VERSION",
    "Accelerator",
    "Attempt",
    "Capture",
    "CodeFile",
    "CodeState",
    "Completeness",
    "Configuration",
    "Container",
    "Cpu",
    "DataFile",
    "Determinism",
    "Environment",
    "Evidence",
    "Hardware",
    "History",
    "LaunchedProcess",
    "LockFile",
    "LockFormat",
    "Method",
    "Metric",
    "NativeLibrary",
    "OperatingSystem",
    "OtherPackage",
    "Package",
    "Python",
    "Ranks",
    "RemoteData",
    "Resources",
    "RunRecord",
    "Scalar",
    "Seed",
    "ServiceUse",
    "Source",
    "Status",
    "StoredFile",
    "Tool",
    "UnseededUse",
    "plain",
]
