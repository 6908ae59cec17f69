"""A meter to talk to, for tests."""

from datetime import UTC, datetime
from typing import Any

from custom_components.ocpp_cs.csms.metering.metering import Meter, Reading
from custom_components.ocpp_cs.csms.model.deviations import Deviations
from custom_components.ocpp_cs.csms.model.sample import MeterValue
from custom_components.ocpp_cs.csms.v16.meter_values import read_meter_values

NOON = datetime(2024, 1, 1, 12, 0, 0, tzinfo=UTC)
ENERGY = "Energy.Active.Import.Register"
POWER = "Power.Active.Import"
CURRENT = "Current.Import"

type Json = dict[str, Any]


def sample(value: object, measurand: str | None = None, **fields: str) -> Json:
    result: Json = {"value": str(value), **fields}
    if measurand is not None:
        result["measurand"] = measurand
    return result


def entry(*samples: Json, at: datetime = NOON) -> Json:
    return {"timestamp": at.isoformat(), "sampledValue": list(samples)}


def phases(measurand: str, *values: object, **fields: str) -> list[Json]:
    return [
        sample(value, measurand, phase=f"L{index}", **fields)
        for index, value in enumerate(values, 1)
    ]


def values_of(*entries: Json) -> list[MeterValue]:
    return read_meter_values(list(entries), Deviations("charger"))


class Charger:
    """A meter and what was noted about it."""

    def __init__(self) -> None:
        self.deviations = Deviations("charger")
        self.meter = Meter(self.deviations)

    def send(
        self, *samples: Json, at: datetime = NOON, now: datetime | None = None
    ) -> Reading:
        return self.send_entries(entry(*samples, at=at), now=now or at)

    def send_entries(self, *entries: Json, now: datetime = NOON) -> Reading:
        return self.meter.update(
            read_meter_values(list(entries), self.deviations), now=now
        )

    @property
    def values(self) -> dict[str, float]:
        return self.meter.values

    @property
    def noted(self) -> dict[str, int]:
        return self.deviations.counts
