"""The switches that decide whether the same seed gives the same result, as they were in the process."""

from __future__ import annotations

from collections.abc import Mapping

from reprocrate.capture.environment.software import allowed_variables
from reprocrate.capture.hardware.control_groups import cpu_quota
from reprocrate.capture.observation.processes import Process
from reprocrate.capture.record import Determinism, Scalar


def look_at_determinism(main: Process | None, environ: Mapping[str, str]) -> Determinism:
    """Settings as the main process saw them when it ended; else as far as its start tells."""
    settings: dict[str, Scalar] = {}
    if main is not None:
        settings["hash_randomization"] = bool(main.header.get("hash_randomization"))
        observed = main.end.get("settings") or {}
        settings.update({name: value for name, value in observed.items() if value is not None})
        settings.update(_set_by_itself(main, environ))
        if main.end.get("unsorted"):
            settings["unsorted_listings"] = str(main.end["unsorted"])
    if "PYTHONHASHSEED" not in settings and environ.get("PYTHONHASHSEED"):
        settings["PYTHONHASHSEED"] = environ["PYTHONHASHSEED"]
    quota = cpu_quota()
    if quota is not None:
        settings["cpu_quota"] = quota
    return Determinism(dict(sorted(settings.items())), _known_causes(settings))


def _set_by_itself(main: Process, environ: Mapping[str, str]) -> dict[str, Scalar]:
    """Variables that the program gave another value than it was started with."""
    then, now = allowed_variables(environ), main.end.get("variables")
    found = allowed_variables(now) if isinstance(now, Mapping) else {}
    return {name: value for name, value in found.items() if then.get(name) != value}


def _known_causes(settings: Mapping[str, Scalar]) -> tuple[str, ...]:
    causes = []
    if settings.get("torch.backends.cudnn.benchmark") and settings.get("torch.cuda.is_initialized"):
        causes.append("cuDNN chose algorithms by timing (torch.backends.cudnn.benchmark)")
    if settings.get("torch.cuda.is_initialized") and not settings.get(
        "torch.are_deterministic_algorithms_enabled"
    ):
        causes.append("a GPU was used without torch.use_deterministic_algorithms")
    # With one thread both ways add in the same order.
    if settings.get("lightgbm.histograms_chosen_by_timing") and settings.get("lightgbm.num_threads") != 1:
        causes.append("LightGBM chose between row-wise and column-wise histograms by timing")
    return tuple(causes)
