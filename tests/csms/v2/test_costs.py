"""What a session costs is told to the station (I02, I03)."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime

import pytest

from custom_components.ocpp_cs.csms.transactions.ledger import (
    Ledger,
    MemoryStore,
    Transaction,
)
from custom_components.ocpp_cs.csms.transactions.parts.pricing import Pricing
from tests.csms.test_central_system import World, until

from .station import V2Station, device_model, variable, wh


@dataclass(frozen=True)
class Rate:
    """A price."""

    grid: float | None
    sun: float | None = None
    currency: str = "EUR"


class Price:
    """The price of a kWh, that can be set."""

    def __init__(self) -> None:
        self.now: float | None = 0.5

    def rate(self, transaction: Transaction, at: datetime) -> Rate | None:
        """Return the price of now."""
        return None if self.now is None else Rate(self.now)


class Priced(World):
    """A central system whose energy has a price."""

    def __init__(self, price: Price) -> None:
        self.price = price
        super().__init__(MemoryStore())


@pytest.fixture
async def world(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Priced]:
    """Return a central system that listens."""
    price = Price()
    monkeypatch.setattr(
        "tests.csms.test_central_system.Ledger",
        lambda storage: Ledger(storage, pricing=Pricing(price.rate)),
    )
    world = Priced(price)
    await world.start()
    yield world
    await world.central_system.stop()


async def test_in_the_answers(world: Priced) -> None:
    """Of a running session and at its end; free is 0.00, and unknown is nothing."""
    world.adopt()
    for price, costs in ((0.5, [0.5, 1.0]), (0.0, [0.0, 0.0]), (None, [None, None])):
        world.price.now = price
        name = f"T{price}"
        async with V2Station.of(world) as station:
            await station.booted(world)
            told = [
                await station.event("Started", name, token="C", values=[wh(1000)]),
                await station.event("Updated", name, values=[wh(2000)]),
                await station.event("Ended", name, values=[wh(3000)]),
            ]
        assert [answer.get("totalCost") for answer in told[1:]] == costs


async def test_cost_updated(world: Priced) -> None:
    """Once a minute at most, only what is new, and only to a station that wants it."""
    charge_point = world.adopt()
    model = [
        *device_model(),
        variable(
            "TariffCostCtrlr", "Enabled", "true", instance="Cost", data_type="boolean"
        ),
    ]
    async with V2Station.of(world, model=model) as station:
        await station.booted(world)
        await station.event("Started", token="C", values=[wh(1000)])
        answer = await station.event("Updated", values=[wh(2000)])
        assert answer["totalCost"] == 0.5
        world.price.now = None
        answer = await station.event("Updated", values=[wh(3000)])
        assert answer["totalCost"] == 0.5
        connector = charge_point.connector(1)
        connector.tick()
        await asyncio.sleep(0.05)
        running = connector.transaction
        assert running is not None
        world.ledger.revise(
            running, {part.quarter: Rate(0.7) for part in running.course.parts}, {}
        )
        connector.refresh_transaction()
        for _ in range(3):
            connector.tick()
            await asyncio.sleep(0.05)
        told = await station.wait_for("CostUpdated")
        assert told == [{"totalCost": 1.2, "transactionId": "T-1"}]


async def test_no_cost_updated(world: Priced) -> None:
    """A station without the component is not told, nor one that refuses it again."""
    charge_point = world.adopt()
    async with V2Station.of(world) as station:
        await station.booted(world)
        await station.event("Started", token="C", values=[wh(1000)])
        connector = charge_point.connector(1)
        await until(lambda: connector.transaction is not None)
        connector.tick()
        await asyncio.sleep(0.1)
        assert "CostUpdated" not in {name for name, _ in station.received}
