"""An upstream limits a charge point of ours, over all layers and real sockets."""

from datetime import timedelta
from typing import Any

from custom_components.ocpp_cs.csms.charge_point import ChargePoint
from custom_components.ocpp_cs.csms.model.model import utcnow
from custom_components.ocpp_cs.csms.model.profile import (
    ChargingProfile,
    Kind,
    Period,
    Purpose,
    Schedule,
    Unit,
)
from custom_components.ocpp_cs.csms.upstream.model import Role
from simulator import Car, Generic
from tests.csms.quirks.test_quirks_on_the_wire import TIMES, url
from tests.csms.test_central_system import until

from .pair import Pair

LIMITS = {"roles": frozenset({Role.LIMIT})}


def profile(amps: float, **more: Any) -> ChargingProfile:
    """Return a default profile of one period."""
    return ChargingProfile(
        **{
            "id": 1,
            "stack_level": 0,
            "purpose": Purpose.TX_DEFAULT,
            "kind": Kind.ABSOLUTE,
            "schedules": (
                Schedule(
                    unit=Unit.AMPERE,
                    start=utcnow() - timedelta(minutes=5),
                    periods=(Period(start=0, limit=amps),),
                ),
            ),
            **more,
        }
    )


async def theirs(pair: Pair) -> ChargePoint:
    """Return the charge point of the employer, once it is connected there."""
    charge_point = pair.employer.central_system.charge_points["CP1"]
    await until(lambda: charge_point.ready)
    return charge_point


async def test_a_default_profile_of_an_upstream_limits_the_charge_point() -> None:
    async with Pair() as pair:
        ours = pair.attach(**LIMITS)
        async with Generic(url(pair.house), "CP1", **TIMES) as charger:
            await until(lambda: ours.ready)
            await charger.plug(1, Car(capacity_kwh=100.0))
            charger.start_transaction(charger.connector(1), "TAG1")
            await until(lambda: charger.connector(1).offered_current > 10)
            commands = (await theirs(pair)).commands
            await commands.set_charging_profile(
                connector_id=0, charging_profile=profile(10.0)
            )
            await until(lambda: charger.connector(1).offered_current == 10.0)
