"""Somebody who had to wait for a decision, and finds everything changed after it."""

import asyncio
from typing import Any

import pytest

from custom_components.ocpp_cs.csms.admission import takeovers
from tests.csms.test_central_system import World, until, world

from .test_takeovers import ELSEWHERE, HOME, From

__all__ = ["world"]


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(takeovers, "PATIENCE", 1.0)


async def test_who_waits_for_the_place_of_one_that_leaves_can_be_adopted(
    world: World,
) -> None:
    """The old connection ends while it is still asked whether it lives."""
    pending = world.central_system.pending
    async with From(world, HOME, "NEW") as old:
        await old.boot()
        old.hang()
        async with From(world, ELSEWHERE, "NEW") as new:
            boot = asyncio.create_task(new.boot())
            await until(lambda: pending["NEW"].takeovers._trial)
            old.websocket.transport.abort()
            assert (await boot)["status"] == "Pending"
            assert pending["NEW"].connected
            assert pending["NEW"].remote == ELSEWHERE
            assert world.adopt("NEW").connected


async def test_who_waits_while_its_charge_point_is_removed_is_a_new_one(
    world: World,
) -> None:
    world.adopt()
    async with From(world, HOME) as old:
        await old.boot()
        old.hang()
        async with From(world, ELSEWHERE) as new:
            boot = asyncio.create_task(new.boot())
            charge_point = world.central_system.charge_points["CP1"]
            await until(lambda: charge_point.takeovers._trial)
            await world.central_system.forget("CP1")
            assert (await boot)["status"] == "Pending"
            assert world.central_system.pending["CP1"].connected
            assert world.adopt().connected
            assert not charge_point.connected


async def test_who_waits_while_all_ends_is_not_served_after_it(world: World) -> None:
    charge_point: Any = world.adopt()
    async with From(world, HOME) as old:
        await old.boot()
        old.hang()
        async with From(world, ELSEWHERE) as new:
            await until(lambda: charge_point.takeovers._trial)
            await world.central_system.stop()
            assert await new.sent_away() in (1001, 1006)
    await until(lambda: not charge_point.connected)
    assert charge_point.connections == 1
