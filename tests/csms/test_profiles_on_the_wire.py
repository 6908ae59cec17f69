"""A limit from `Connector.control` to the simulated charger, over a socket."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from custom_components.ocpp_cs.csms.charge_point import ChargePoint
from custom_components.ocpp_cs.csms.controls import Timing
from custom_components.ocpp_cs.csms.errors import NotConnectedError, RefusedError
from custom_components.ocpp_cs.csms.limiter import Control, ControlState
from custom_components.ocpp_cs.csms.profiles import Intent
from custom_components.ocpp_cs.csms.transactions import MemoryStorage
from simulator import Bender, Car, Evc5, Generic, GoE

from .test_central_system import World, until
from .test_quirks_on_the_wire import settled, url

TIMES: Any = {"noise": 0.0, "backoff": (0.05, 0.2), "seed": 1}
QUICK = Timing(guard=0.02, check=0.4, reaction=0.1, pause=2.0, settle=0.05)
NEVER = replace(QUICK, check=60.0)


@pytest.fixture(name="world")
async def fixture_world() -> AsyncIterator[World]:
    """Return a central system that listens."""
    world = World(MemoryStorage())
    await world.start()
    yield world
    await world.central_system.stop()


def adopt(
    world: World, charge_point_id: str = "CP1", timing: Timing = NEVER, **more: Any
) -> ChargePoint:
    """Adopt a charge point of which nothing takes long."""
    charge_point = world.adopt(charge_point_id, **more)
    charge_point.controls.timing = timing
    return charge_point


def sent(charger: Any) -> list[tuple[float, int | None]]:
    """Return limit and phases of each profile that came."""
    return [
        (period["limit"], period.get("numberPhases"))
        for payload in charger.calls("SetChargingProfile")
        for period in payload["csChargingProfiles"]["chargingSchedule"][
            "chargingSchedulePeriod"
        ]
    ]


def control_of(charge_point: ChargePoint, number: int = 1) -> Control:
    return charge_point.connectors[number].control


async def test_a_limit_is_one_call(world: World) -> None:
    charge_point = adopt(world)
    async with Generic(url(world), "CP1", **TIMES) as charger:
        await settled(charge_point, charger)
        charger.received.clear()
        control = control_of(charge_point)
        assert await control.set(Intent(limit_a=10.0)) == {"status": "accepted"}
        ((action, payload),) = charger.received
        assert action == "SetChargingProfile"
        assert payload["connectorId"] == 1
        profile = payload["csChargingProfiles"]
        assert profile["chargingProfileId"] == 20
        assert profile["stackLevel"] == 8
        assert profile["chargingProfilePurpose"] == "TxDefaultProfile"
        assert profile["chargingProfileKind"] == "Absolute"
        assert sent(charger) == [(10.0, None)]
        assert control.intent == Intent(limit_a=10.0)
        assert control.state is ControlState.APPLIED
        assert not charger.violations
        charger.plug(Car())
        await charger.authorize("TAG")
        await until(lambda: charger.connector(1).offer.amps == 10.0)


async def test_the_same_value_is_not_sent_twice(world: World) -> None:
    charge_point = adopt(world)
    async with Generic(url(world), "CP1", **TIMES) as charger:
        await settled(charge_point, charger)
        control = control_of(charge_point)
        for limit in (10.0, 10.04, 10.0):
            assert await control.set(Intent(limit_a=limit)) == {"status": "accepted"}
        assert sent(charger) == [(10.0, None)]
