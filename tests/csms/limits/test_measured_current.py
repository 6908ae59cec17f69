"""Which current a limit is compared with."""

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any, cast

import pytest

from custom_components.ocpp_cs.csms.limits.check import current_of


@pytest.mark.parametrize(
    ("measured", "amps"),
    [
        ({"current_l1": 6.0, "current_l3": 9.0, "current": 1.0}, 9.0),
        ({"current": 8.0, "power": 1.0}, 8.0),
        ({"power": 6900.0}, 10.0),
        ({"voltage": 230.0}, None),
    ],
)
def test_the_best_measured_value_counts(
    measured: Mapping[str, float], amps: float | None
) -> None:
    """The highest phase, any current, or what a power comes to on three phases."""
    connector = cast(Any, SimpleNamespace(measurements=measured))
    assert current_of(connector) == amps
