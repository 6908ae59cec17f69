"""What may be discharged from the vehicle at a connector, as the control asks for it."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from ...const import CONF_DISCHARGE_LEVEL, CONF_DISCHARGE_WEAR
from ...csms.connector import Connector
from ...smart_charging.model import Discharge
from ...smart_charging.numbers import number
from ...smart_charging.planning.prices import PriceSlot

_AHEAD: Final = timedelta(hours=24)
_CHARGES: Final = timedelta(hours=4)
"""The cheapest hours that charging again is reckoned with."""


def discharge_of(
    connector: Connector,
    chosen: Mapping[str, Any],
    *,
    reserve_soc: float,
    plan_soc: float | None,
    recharge_price: float | None,
    capacity_kwh: float | None,
) -> Discharge | None:
    """Return what may be discharged; None while no setpoint of ours is followed.

    Args:
        connector: The connector.
        chosen: The user's settings of its charger for charging.
        reserve_soc: The state of charge in % that is kept.
        plan_soc: The state of charge in % that a plan is for.
        recharge_price: The price of a kWh to charge it again; None if it is unknown.
        capacity_kwh: What the vehicle's battery holds; None if that is unknown.
    """
    may = connector.bidirectional
    if not may.follows:
        return None
    car = connector.car
    told = None if car is None else car.capacity_kwh
    return Discharge(
        most_w=-may.least_w,
        reserve_soc=reserve_soc,
        grid_w=number(chosen.get(CONF_DISCHARGE_LEVEL)) or 0.0,
        plan_soc=plan_soc,
        recharge_price=recharge_price,
        wear_price=number(chosen.get(CONF_DISCHARGE_WEAR)) or 0.0,
        capacity_kwh=capacity_kwh or told,
    )


def recharge_price(
    coming: Iterable[PriceSlot], now: datetime, until: datetime | None
) -> float | None:
    """Return the price of a kWh in the cheapest hours to come.

    Args:
        coming: The prices of the coming hours.
        now: The present time.
        until: When the vehicle is to be ready; None without a plan.

    Returns:
        None if prices do not differ, or nobody knows them: then nothing is gained, and
        nothing lost, by when it is charged.
    """
    end = now + _AHEAD if until is None else min(until, now + _AHEAD)
    slots = [slot for slot in coming if slot.end > now and slot.start < end]
    if len({slot.price for slot in slots}) < 2:
        return None
    left, cost = _CHARGES, 0.0
    for slot in sorted(slots, key=lambda slot: slot.price):
        lasts = min(min(slot.end, end) - max(slot.start, now), left)
        cost += slot.price * lasts.total_seconds()
        left -= lasts
        if left <= timedelta():
            break
    return cost / (_CHARGES - left).total_seconds()
