"""Models behind an API, as the manifest has them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from reprocrate.assembly.remote import services
from reprocrate.capture.record import ServiceUse


class _Record:
    def __init__(self, *uses: ServiceUse) -> None:
        self.services = uses


def _sections(*uses: ServiceUse) -> list[dict[str, Any]]:
    return services((), [_Record(use) for use in uses])  # type: ignore[list-item]


USE = ServiceUse("Example AI", "judge-2", "judge-2-2026-09-01", {"temperature": 0, "seed": 3})


def test_a_service_that_each_run_gave_its_seed_is_one_service() -> None:
    (section,) = _sections(
        USE, *(replace(USE, parameters={"temperature": 0, "seed": each}) for each in (4, 5))
    )
    assert section["parameters"] == {"temperature": 0}
    assert section["version"] == "judge-2-2026-09-01"


@pytest.mark.parametrize("other", [{"temperature": 1, "seed": 3}, {"seed": 3}])
def test_other_settings_are_another_service(other: dict[str, Any]) -> None:
    first, second = _sections(USE, replace(USE, parameters=other), USE)
    assert first["parameters"] == {"temperature": 0, "seed": 3}
    assert second["parameters"] == other
    assert first["id"] != second["id"]
