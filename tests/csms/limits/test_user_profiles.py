"""A charging profile that a user installs goes before our own limit, until it ends."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from custom_components.ocpp_cs.csms.limits.intent import IN_FORCE, Intent, LimitState
from custom_components.ocpp_cs.csms.model.errors import RefusedError
from custom_components.ocpp_cs.csms.model.model import utcnow
from custom_components.ocpp_cs.csms.model.profile import (
    ChargingProfile,
    Kind,
    Period,
    Purpose,
    Schedule,
    Unit,
)
from custom_components.ocpp_cs.csms.transactions.ledger import MemoryStore
from simulator import Generic
from tests.csms.test_central_system import World, until

from .test_profiles_on_the_wire import (
    TIMES,
    adopt,
    charging,
    limiter_of,
    sent,
    settled,
    url,
)


@pytest.fixture(name="world")
async def fixture_world() -> AsyncIterator[World]:
    """Return a central system that listens."""
    world = World(MemoryStore())
    await world.start()
    yield world
    await world.central_system.stop()


def profile(
    purpose: Purpose = Purpose.TX_DEFAULT,
    level: int = 0,
    amps: float = 16,
    kind: Kind = Kind.RELATIVE,
    valid_to: datetime | None = None,
    start: datetime | None = None,
    duration: int | None = None,
) -> ChargingProfile:
    return ChargingProfile(
        id=1,
        stack_level=level,
        purpose=purpose,
        kind=kind,
        schedules=(
            Schedule(
                unit=Unit.AMPERE,
                start=start,
                duration=duration,
                periods=(Period(start=0, limit=amps),),
            ),
        ),
        valid_to=valid_to,
    )


def ids(charger: Any) -> list[int]:
    """Return the ids of the profiles that the charger has."""
    return sorted(one.profile_id for one in charger.profiles)


@pytest.mark.parametrize("connector_id", [0, 1])
@pytest.mark.parametrize(
    ("level", "cleared"),
    [(0, 1), (7, 1), (8, 0)],
    ids=["below ours", "just below", "at our place"],
)
async def test_ours_gives_way_and_comes_back(
    world: World, level: int, cleared: int, connector_id: int
) -> None:
    charge_point = adopt(world)
    async with Generic(url(world), "CP1", **TIMES) as charger:
        await settled(charge_point, charger)
        await charging(charger)
        limiter = limiter_of(charge_point)
        await limiter.request(Intent(limit_a=8.0))
        await charge_point.commands.set_charging_profile(
            connector_id=connector_id, charging_profile=profile(level=level)
        )
        await until(lambda: limiter.state is LimitState.HELD)
        # At another connector it does not take our place, but is hidden by ours.
        if connector_id == 0:
            cleared = 1
        assert len(charger.calls("ClearChargingProfile")) == cleared
        assert ids(charger) == [1]
        await until(lambda: charger.connector(1).offer.amps == 16.0)

        # What is wanted meanwhile is kept.
        count = len(sent(charger))
        assert await limiter.request(Intent(limit_a=10.0)) == {"status": "held"}
        await charger.drop()
        await charger.reconnect()
        await settled(charge_point, charger)
        assert len(sent(charger)) == count
        await charge_point.commands.clear_charging_profile(id=1)
        await until(lambda: limiter.state in IN_FORCE)
        assert ids(charger) == [20]
        assert sent(charger)[count:] == [(10.0, None)]


async def test_a_tx_profile_ends_with_its_transaction(world: World) -> None:
    charge_point = adopt(world)
    async with Generic(url(world), "CP1", **TIMES) as charger:
        await settled(charge_point, charger)
        await charging(charger)
        limiter = limiter_of(charge_point)
        await limiter.request(Intent(limit_a=8.0))
        await charge_point.commands.set_charging_profile(
            connector_id=1, charging_profile=profile(Purpose.TX)
        )
        await until(lambda: limiter.state is LimitState.HELD)
        # It goes before ours by itself.
        assert ids(charger) == [1, 20]
        await charger.unplug()
        await until(lambda: limiter.state in IN_FORCE)


async def test_it_ends_when_it_is_over(world: World) -> None:
    charge_point = adopt(world)
    async with Generic(url(world), "CP1", **TIMES) as charger:
        await settled(charge_point, charger)
        limiter = limiter_of(charge_point)
        await limiter.request(Intent(limit_a=8.0))
        # OCPP has whole seconds.
        one = profile(kind=Kind.ABSOLUTE, valid_to=utcnow() + timedelta(seconds=1.5))
        await charge_point.commands.set_charging_profile(
            connector_id=1, charging_profile=one
        )
        await until(lambda: limiter.state is LimitState.HELD)
        await until(lambda: limiter.state in IN_FORCE)
        assert 20 in ids(charger)
        assert "users" not in charge_point.profile_methods.records()


async def test_one_of_tomorrow_changes_nothing_today(world: World) -> None:
    charge_point = adopt(world)
    async with Generic(url(world), "CP1", **TIMES) as charger:
        await settled(charge_point, charger)
        limiter = limiter_of(charge_point)
        await limiter.request(Intent(limit_a=8.0))
        tomorrow = utcnow() + timedelta(days=1)
        one = profile(kind=Kind.ABSOLUTE, start=tomorrow, duration=3600)
        await charge_point.commands.set_charging_profile(
            connector_id=1, charging_profile=one
        )
        assert await limiter.request(Intent(limit_a=9.0)) == {"status": "accepted"}
        assert ids(charger) == [1, 20]
        (kept,) = charge_point.profile_methods.user_profiles.records()
        assert kept["begins"] == tomorrow.isoformat()
        charge_point.profile_methods.load(charge_point.profile_methods.records())
        assert charge_point.profile_methods.user_profiles.records() == [kept]


async def test_a_ceiling_is_no_matter_of_ours(world: World) -> None:
    charge_point = adopt(world)
    async with Generic(url(world), "CP1", **TIMES) as charger:
        await settled(charge_point, charger)
        limiter = limiter_of(charge_point)
        await limiter.request(Intent(limit_a=8.0))
        await charge_point.commands.set_charging_profile(
            connector_id=0, charging_profile=profile(Purpose.STATION_MAX)
        )
        assert await limiter.request(Intent(limit_a=9.0)) == {"status": "accepted"}
        assert ids(charger) == [1, 20]


async def test_one_that_is_refused_changes_nothing(world: World) -> None:
    charge_point = adopt(world)
    async with Generic(url(world), "CP1", **TIMES) as charger:
        await settled(charge_point, charger)
        limiter = limiter_of(charge_point)
        await limiter.request(Intent(limit_a=8.0))
        with pytest.raises(RefusedError):
            await charge_point.commands.set_charging_profile(
                connector_id=1, charging_profile=profile(level=99)
            )
        assert await limiter.request(Intent(limit_a=9.0)) == {"status": "accepted"}
        assert ids(charger) == [20]


async def test_a_limit_that_is_cleared_with_all_is_told_again(world: World) -> None:
    """A charger must not charge with all it has because something was cleared."""
    charge_point = adopt(world)
    async with Generic(url(world), "CP1", **TIMES) as charger:
        await settled(charge_point, charger)
        limiter = limiter_of(charge_point)
        await limiter.request(Intent(limit_a=8.0))
        with pytest.raises(RefusedError):
            await charge_point.commands.clear_charging_profile(stack_level=3)
        assert sent(charger) == [(8.0, None)]
        await charge_point.commands.clear_charging_profile()
        await until(lambda: ids(charger) == [20])
        assert sent(charger) == [(8.0, None)] * 2
