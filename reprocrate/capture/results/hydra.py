"""The jobs of a Hydra multirun: each has a folder of its own, with its overrides in `.hydra/overrides.yaml`.

Source: https://hydra.cc/docs/tutorials/basic/running_your_app/multi-run/
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from reprocrate.capture.results.jobs import labels_of
from reprocrate.capture.results.points import Labels

OVERRIDES = ".hydra/overrides.yaml"
_LARGEST_BYTES = 1024 * 1024


@dataclass(frozen=True)
class Jobs:
    """The jobs of a launch, by their folders relative to the project; none where it was one job only."""

    folders: dict[str, tuple[int | str | None, Labels]] = field(default_factory=dict)

    def of(self, path: str) -> tuple[int | str | None, Labels]:
        """The seed and the other overrides of the job whose folder a path is, or lies in."""
        for folder in (path, *(path[:end] for end in range(len(path) - 1, 0, -1) if path[end] == "/")):
            if folder in self.folders:
                return self.folders[folder]
        return None, ()


def jobs_of(outputs: Iterable[str], location: Callable[[str], Path]) -> Jobs:
    """The jobs whose folders a launch wrote.

    Args:
        outputs: what it wrote, relative to the project.
        location: where the bytes of one of them are.
    """
    written = sorted(path for path in outputs if path.endswith(f"/{OVERRIDES}"))
    if len(written) < 2:
        return Jobs()
    return Jobs({path.removesuffix(f"/{OVERRIDES}"): labels_of(_read(location(path))) for path in written})


def _read(location: Path) -> dict[str, bool | int | float | str | None]:
    """The overrides of a job: `lr=0.1`, `+model.depth=3`."""
    import yaml

    try:
        with location.open("rb") as handle:
            listed = yaml.safe_load(handle.read(_LARGEST_BYTES))
    except (OSError, yaml.YAMLError):
        return {}
    overrides = [each for each in listed if isinstance(each, str)] if isinstance(listed, list) else []
    pairs = [each.lstrip("+").partition("=") for each in overrides if not each.startswith("~")]
    return {name: value for name, equals, value in pairs if equals}
