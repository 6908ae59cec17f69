"""What may be discharged from the vehicle at a connector, as the control asks for it."""

from collections.abc import Mapping
from typing import Any

from ...const import CONF_DISCHARGE_LEVEL, CONF_DISCHARGE_WEAR
from ...csms.connector import Connector
from ...smart_charging.model import Discharge
from ...smart_charging.numbers import number


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
