"""Whether a car may be discharged: its reserve, its plan, and what it costs."""

from dataclasses import dataclass
from typing import Final

from ..model import ChargerReading, Discharge
from ..numbers import number

_BAND_PERCENT: Final = 2.0
"""The state of charge must be so much above the reserve for a start."""
_SLACK_S: Final = 3600.0
"""The time that a plan can still wait must be more than that."""
_SLACK_BAND_S: Final = 1800.0
_PRICE_BAND: Final = 0.03
"""The part of the price that must be gained beyond costs for a start."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Worth:
    """What is kept in a car, and whether its energy is worth what it costs."""

    allowed: bool
    kept: bool = False
    """True if it is not allowed because the car keeps what it has."""
    floor_soc: float = 100.0
    """The state of charge in % that is kept."""


def worth(
    reading: ChargerReading,
    discharge: Discharge,
    soc: float | None,
    price: float | None,
    *,
    on: bool,
) -> Worth:
    """Return whether a car may supply the house.

    Args:
        reading: The present reading of its charger.
        discharge: What may be discharged.
        soc: Its state of charge in %; None while it is unknown: then it may not.
        price: The present price of a kWh from the grid.
        on: Whether it does now: then it stops later than it would start.
    """
    pays = _pays(discharge, number(price), on=on)
    floor = number(discharge.reserve_soc)
    if floor is None or soc is None:
        return Worth(allowed=False)
    gains = pays and number(discharge.recharge_price) is not None
    if reading.planned and not (gains and _has_time(reading, on=on)):
        # What the plan would have to charge again costs more than it saves.
        goal = number(discharge.plan_soc)
        floor = max(floor, 100.0 if goal is None else goal)
    if not pays:
        return Worth(allowed=False, floor_soc=floor)
    enough = soc > floor + (0.0 if on else _BAND_PERCENT)
    return Worth(allowed=enough, kept=not enough, floor_soc=floor)


def _has_time(reading: ChargerReading, *, on: bool) -> bool:
    """Return whether a plan can wait long enough to charge back what is taken."""
    slack = number(reading.slack_s)
    return (
        not reading.urgent
        and slack is not None
        and slack > _SLACK_S + (0.0 if on else _SLACK_BAND_S)
    )


def _pays(discharge: Discharge, price: float | None, *, on: bool) -> bool:
    """Return whether a kWh from the car is cheaper than one from the grid.

    Without a price the user's choice decides. Without one for charging it again, only
    the wear of the battery counts: nobody knows what the energy has cost.
    """
    if price is None:
        return True
    again = number(discharge.recharge_price)
    part = min(max(number(discharge.efficiency) or 1.0, 0.1), 1.0)
    cost = (number(discharge.wear_price) or 0.0) + (
        0.0 if again is None else max(again, 0.0) / part
    )
    gain = price - cost
    return gain > (0.0 if on else _PRICE_BAND * abs(price))
