"""How many threads numerical libraries may use: as many as in the recorded run."""

from __future__ import annotations

from reprocrate.manifest import Environment, Hardware

THREAD_VARIABLES = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
)
"""Variables by which OpenMP, OpenBLAS, MKL, numexpr and Accelerate take their number of threads."""


def pinned_threads(
    environment: Environment | None, recorded: Hardware | None, here: Hardware
) -> dict[str, str]:
    """Variables that give libraries the recorded number of threads on a machine that offers another.

    The order of a sum depends on how many threads share it. Nothing is pinned where the machine offers as
    many as then, or where the recorded run had thread variables of its own: those are set again anyway.
    """
    if recorded is None or recorded.cpu is None or here.cpu is None or recorded.cpu.threads is None:
        return {}
    variables = environment.variables if environment else {}
    if recorded.cpu.threads == here.cpu.threads or any(name in variables for name in THREAD_VARIABLES):
        return {}
    return dict.fromkeys(THREAD_VARIABLES, str(_threads_used(environment) or recorded.cpu.threads))


def _threads_used(environment: Environment | None) -> int | None:
    """What a numerical library reported of itself in the recorded run."""
    for library in environment.native_libraries if environment else ():
        threads = library.details.get("threads")
        if library.kind in ("blas", "openmp") and isinstance(threads, int) and threads > 0:
            return threads
    return None
