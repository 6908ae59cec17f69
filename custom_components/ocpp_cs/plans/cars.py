"""What all vehicles of a server take on the phases of the house."""

from collections.abc import Iterable
from typing import Final

from homeassistant.util import dt as dt_util

from ..charging.points import ControlPoint, model_of
from ..csms.limits.profiles import NOMINAL_VOLTAGE
from ..smart_charging.numbers import number
from .learned import Amps
from .point import PlanPoint

_STALE_S: Final = 300.0


def cars_a(points: Iterable[PlanPoint]) -> Amps | None:
    """Return the currents on L1 to L3 of the house in A; None if one is not known."""
    now, total = dt_util.utcnow(), [0.0, 0.0, 0.0]
    for point in points:
        connector = point.connector
        if not connector.charge_point.connected:
            if connector.transaction is not None:
                # It may go on without a connection.
                return None
            continue
        values, measured_at = connector.measurements, connector.measured_at
        if connector.charging and (
            measured_at is None
            or abs((now - measured_at).total_seconds()) > _STALE_S
            or number(values.get("power")) is None
        ):
            return None
        power = number(values.get("power")) or 0.0
        if power <= 0:
            continue
        model = model_of(
            ControlPoint(charger=point.charger, connector=connector), point.known
        )
        amps = [number(values.get(f"current_l{line}")) for line in (1, 2, 3)]
        if None in amps:
            lines = min(point.lines or model.phase_options[-1], len(model.rotation))
            each = power / NOMINAL_VOLTAGE / lines
            amps = [each if line < lines else 0.0 for line in range(3)]
        for phase, current in zip(model.rotation, amps, strict=False):
            total[phase] += current or 0.0
    one, two, three = total
    return one, two, three
