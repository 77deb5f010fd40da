"""`run --deterministic`: what makes the same seed give the same bits, as far as it can be set from outside.

Variables are set for the launch, and the recorder tells PyTorch once the program has loaded it. All of it is
recorded among the variables of the environment, so that a rerun sets the same.
"""

from __future__ import annotations

from collections.abc import Mapping

from reprocrate.capture.record import RunRecord

ASKED = "REPROCRATE_DETERMINISTIC"
"""The variable by which the recorder knows that it may tell PyTorch."""

# NVIDIA's cuBLAS documentation ("Results reproducibility"), TensorFlow's determinism document, Intel's oneMKL
# developer guide ("Conditional numerical reproducibility"), the OpenMP specification.
_VARIABLES = {
    "PYTHONHASHSEED": "0",
    "CUBLAS_WORKSPACE_CONFIG": ":4096:8",
    "TF_DETERMINISTIC_OPS": "1",
    "MKL_CBWR": "AUTO",
    "MKL_DYNAMIC": "FALSE",
    "OMP_DYNAMIC": "FALSE",
}
_XLA_FLAG = "--xla_gpu_deterministic_ops"

LEFT_TO_THE_PROGRAM = (
    "seeds, the order in which a folder lists its files, the clock, what threads or processes do in turn, "
    "and `deterministic` and `force_row_wise` of LightGBM"
)
"""What cannot be set from outside."""


def with_determinism(environ: Mapping[str, str]) -> dict[str, str]:
    """The variables of a launch with those that make for determinism; what the author has set stays."""
    found = {**_VARIABLES, **environ, ASKED: "1"}
    flags = found.get("XLA_FLAGS", "")
    if _XLA_FLAG not in flags:
        found["XLA_FLAGS"] = f"{flags} {_XLA_FLAG}=true".strip()
    return found


def is_deterministic(record: RunRecord) -> bool:
    """Whether it was asked for."""
    return record.environment.variables.get(ASKED) == "1"


def not_set(record: RunRecord) -> list[str]:
    """What could not be set in a launch, or was not left as it was set, as sentences."""
    variables, settings = record.environment.variables, record.determinism.settings
    found = [
        f"{name} is {variables[name]}, as you set it, and not {value}"
        for name, value in _VARIABLES.items()
        if variables.get(name, value) != value
    ]
    if record.environment.python is None:
        found.append("no Python process could be followed: only variables were set")
    if settings.get("torch.are_deterministic_algorithms_enabled") is False:
        found.append("the program turned PyTorch's deterministic algorithms off, or none of ours reached it")
    return found
