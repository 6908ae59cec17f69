"""Stations that the tests of sessions begin with."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
import json
from typing import Any

from custom_components.ocpp_cs.csms.charge_point import ChargePoint
from custom_components.ocpp_cs.csms.targets.targets import Targets
from simulator import ChargingStation
from simulator.car import Car
from tests.csms.test_central_system import World, until

FACTOR = 60.0


def url_of(world: World) -> str:
    """Return where the central system listens."""
    return f"ws://127.0.0.1:{world.central_system.port}"


@asynccontextmanager
async def with_values(
    world: World, charge_point: ChargePoint, **options: Any
) -> AsyncIterator[ChargingStation]:
    """Run a station whose variables have some values, until it is set up."""
    station = ChargingStation(
        url_of(world), "CP1", version="2.1", time_factor=FACTOR, **options
    )
    async with station:
        await until(lambda: charge_point.ready)
        yield station


async def begin(
    charge_point: ChargePoint, station: ChargingStation, car: Car | None = None
) -> str:
    """Begin a session that charges, and return its id."""
    await station.plug(car=car)
    await charge_point.commands.start_transaction(connector_id=1, id_tag="HOME")
    await until(lambda: charge_point.connector(1).charging)
    running = charge_point.connector(1).transaction
    assert running is not None
    return running.id


def targets(charge_point: ChargePoint) -> Targets:
    """Return the limits of the sessions of a station."""
    return charge_point.part(Targets)


class Told:
    """The limits in the answers to events, and in the events, in order."""

    def __init__(self, station: ChargingStation) -> None:
        """Listen to the frames of a station."""
        self.answers: list[dict[str, Any]] = []
        self.events: list[dict[str, Any]] = []

        def frame(direction: str, text: str) -> None:
            kind, _, *rest = json.loads(text)
            if direction == "in" and kind == 3 and "transactionLimit" in rest[0]:
                self.answers.append(rest[0]["transactionLimit"])
            elif direction == "out" and kind == 2 and rest[0] == "TransactionEvent":
                self.events.append(rest[1])

        station.on_frame = frame

    def of(self, trigger: str) -> list[dict[str, Any]]:
        """Return the events with a trigger."""
        return [one for one in self.events if one["triggerReason"] == trigger]
