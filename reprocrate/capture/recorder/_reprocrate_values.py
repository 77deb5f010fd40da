"""`reprocrate.log`: the values that the author's program reports by itself.

One file for each process, `logged-*.jsonl`, beside the log of its file accesses and written as that is. Where
no package `reprocrate` is installed, this module stands in for it with `log` alone, so that a program that
calls it runs wherever `reprocrate run` starts it. Without `reprocrate run` a call only checks its arguments.

Standard library only, Python 3.8 and newer.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False  # as in `typing`, whose import would cost more than all the rest
if TYPE_CHECKING:
    from typing import Any

_RANKS = ("RANK", "SLURM_PROCID", "OMPI_COMM_WORLD_RANK", "PMI_RANK")
_LABELS = ("split", "data", "step", "seed", "fold")
_writers: list[Any] = []  # one at most: where the values go


def log(
    values: dict[str, Any] | None = None,
    /,
    *,
    split: str | None = None,
    step: int | None = None,
    seed: int | None = None,
    data: str | None = None,
    fold: int | None = None,
    **more: Any,
) -> None:
    """Record values of metrics, as in `reprocrate.log(accuracy=0.93, split="test", step=3)`.

    Under `reprocrate run` they become metrics of the run, without any declaration; a metric that is logged at
    several steps gets a history, and its last value counts unless reprocrate.toml says otherwise. Otherwise
    nothing happens. A value is kept as an IEEE double, NaN and infinity with their status.

    Args:
        values: metrics whose names cannot be argument names, as in `{"val/accuracy": 0.93}`.
        split: part of the data that they were measured on.
        step: step or epoch of the training, from 0.
        seed: seed that they belong to, in a program that runs several seeds: each seed becomes a run.
        data: data set that they were measured on.
        fold: part of a cross-validation that was held out, from 0.
        more: metrics by name: numbers, or what has one number in it, such as a NumPy or PyTorch scalar.

    Raises:
        TypeError: a value is no number, or there is none; a label is of another type.
    """
    named = dict(values or {}, **more)
    if not named:
        raise TypeError("reprocrate.log was called without a metric. Call it like log(accuracy=0.93)")
    numbers = {_name(name): _number(name, value) for name, value in named.items()}
    labels = {
        "split": _text("split", split),
        "data": _text("data", data),
        "step": _count("step", step),
        "seed": _count("seed", seed),
        "fold": _count("fold", fold),
    }
    if _writers:
        entry: dict[str, Any] = {name: label for name, label in labels.items() if label is not None}
        entry["values"] = numbers
        try:
            _writers[0].write(entry, sys._getframe(1))
        except Exception:  # a full disk must not end the author's program
            pass


def _name(name: Any) -> str:
    if isinstance(name, str) and name.strip():
        return name
    raise TypeError("reprocrate.log: the name of a metric must be text, not %r" % (name,))


def _number(name: str, value: Any) -> float:
    """A value as a double. Whatever turns itself into one number is welcome, text is not."""
    if not isinstance(value, (str, bytes, bytearray, complex)) and value is not None:
        try:
            return float(value)
        except OverflowError:  # an integer beyond what a double can be
            return float("inf") if value > 0 else float("-inf")
        except Exception:
            pass
    shown = repr(value)
    shown = shown if len(shown) <= 60 else shown[:57] + "..."
    raise TypeError(
        "reprocrate.log: the value of the metric %r must be a number, not the %s %s. "
        "Labels of a value are: %s" % (name, type(value).__name__, shown, ", ".join(_LABELS))
    )


def _text(name: str, value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    raise TypeError("reprocrate.log: `%s` must be text, not %r" % (name, value))


def _count(name: str, value: Any) -> int | None:
    """A label that counts from 0; NumPy's and PyTorch's integers are welcome, 0.5 is not."""
    if value is None:
        return None
    try:
        number = value.__index__()
    except Exception:
        number = -1
    if number < 0 or isinstance(value, bool):
        raise TypeError("reprocrate.log: `%s` must be a whole number from 0, not %r" % (name, value))
    return int(number)


class Writer:
    """Writes what this process logs; `entries` is a `_reprocrate_log.Log`."""

    def __init__(self, entries: Any, as_json: Any, project: str) -> None:
        self._entries = entries
        self._as_json = as_json
        self._project = project + os.sep
        self._places: dict[str, str] = {}  # files of the project's by the names that code has for them

    def write(self, entry: dict[str, Any], caller: Any) -> None:
        """Append one call, with the line of the program that made it."""
        rank = next((os.environ[name] for name in _RANKS if os.environ.get(name, "").isdigit()), None)
        if rank is not None:
            entry["rank"] = int(rank)
        job = _hydra_job()
        if job:
            entry["job"] = job
        place = self._place(caller.f_code.co_filename)
        if place:
            entry["file"] = place
            entry["line"] = caller.f_lineno
        self._entries.write(self._as_json(entry))

    def _place(self, name: str) -> str:
        """A source file, relative to the project; empty where it lies outside."""
        place = self._places.get(name)
        if place is None:
            path = os.path.abspath(name)
            is_inside = path.startswith(self._project)
            place = path[len(self._project) :].replace(os.sep, "/") if is_inside else ""
            self._places[name] = place
        return place


def _hydra_job() -> str | None:
    """The output folder of the job of a Hydra multirun that this is, if the program uses Hydra."""
    module = sys.modules.get("hydra.core.hydra_config")
    if module is None:
        return None
    try:
        return str(module.HydraConfig.get().runtime.output_dir)
    except Exception:  # not in a job
        return None


class _Finder:
    """Offers this module under the name of the package, after all others have said that they lack it."""

    def find_spec(self, name: str, _path: Any = None, _target: Any = None) -> Any:
        if name != "reprocrate":
            return None
        from importlib.machinery import ModuleSpec

        return ModuleSpec(name, self, origin="reprocrate run")  # type: ignore[arg-type] # it is a loader in all but name

    def create_module(self, _spec: Any) -> Any:
        return None

    def exec_module(self, module: Any) -> None:
        module.__doc__ = "What `reprocrate run` offers where reprocrate is not installed."
        module.log = log


def offer(entries: Any, as_json: Any, project: str) -> None:
    """Write down what this process logs from now on, and let it find `reprocrate.log`."""
    _writers[:] = [Writer(entries, as_json, project)]
    sys.meta_path.append(_Finder())
