"""A lower limit that the charger keeps by itself when nobody renews ours."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from itertools import batched
from typing import Any, override

import pytest

from custom_components.ocpp_cs.csms.charge_point import ChargePoint
from custom_components.ocpp_cs.csms.limits.intent import Fallback, Intent, LimitState
from custom_components.ocpp_cs.csms.model.model import ConnectorStatus
from custom_components.ocpp_cs.csms.transactions.ledger import MemoryStore
from simulator import Generic, GoE
from tests.csms.quirks.test_quirks_on_the_wire import settled, url
from tests.csms.test_central_system import World

from .test_profiles_on_the_wire import TIMES, adopt, charging, limiter_of, sent, told

SOON = Fallback(limit_a=8.0, after_s=2)
LATE = Fallback(limit_a=8.0, after_s=600)


class OnePeriod(Generic):
    """A charger that refuses schedules of two periods, and does not say so before."""

    @override
    def refuse_profile(self, number: object, profile: dict[str, Any]) -> str | None:
        if len(profile["chargingSchedule"]["chargingSchedulePeriod"]) > 1:
            return "too many periods"
        return super().refuse_profile(number, profile)


class NoAbsolute(Generic):
    """A charger whose schedules start with the session."""

    @override
    def refuse_profile(self, number: object, profile: dict[str, Any]) -> str | None:
        if profile["chargingProfileKind"] == "Absolute":
            return "no absolute schedules"
        return super().refuse_profile(number, profile)


@pytest.fixture(name="world")
async def fixture_world() -> AsyncIterator[World]:
    """Return a central system that listens."""
    world = World(MemoryStore())
    await world.start()
    yield world
    await world.central_system.stop()


async def patiently(condition: Callable[[], bool]) -> None:
    """Wait for what takes seconds by itself, also on a busy machine."""
    async with asyncio.timeout(60):
        while not condition():
            await asyncio.sleep(0.02)


def periods(charger: Any) -> list[tuple[int, float]]:
    """Return start and limit of each period of the last profile that came."""
    schedule = charger.calls("SetChargingProfile")[-1]["csChargingProfiles"][
        "chargingSchedule"
    ]
    return [
        (period["startPeriod"], period["limit"])
        for period in schedule["chargingSchedulePeriod"]
    ]


async def test_without_us_the_charger_goes_down_by_itself(world: World) -> None:
    charge_point = adopt(world)
    async with Generic(url(world), "CP1", **TIMES) as charger:
        await settled(charge_point, charger)
        limiter = limiter_of(charge_point)
        limiter.set_fallback(SOON)
        await limiter.request(Intent(limit_a=16.0))
        await charging(charger)
        await told(limiter)
        assert periods(charger) == [(0, 16.0), (62, 8.0)]
        await world.central_system.stop()
        await patiently(lambda: charger.connector(1).offer.amps == 8.0)
        assert charger.connector(1).transaction is not None


async def test_while_we_are_there_it_is_put_off(world: World) -> None:
    charge_point = adopt(world)
    async with Generic(url(world), "CP1", **TIMES) as charger:
        await settled(charge_point, charger)
        limiter = limiter_of(charge_point)
        limiter.set_fallback(SOON)
        await limiter.request(Intent(limit_a=16.0))
        await charging(charger)
        await told(limiter)
        before = len(charger.calls("SetChargingProfile"))
        await patiently(lambda: len(charger.calls("SetChargingProfile")) >= before + 4)
        assert set(batched(sent(charger), 2)) == {((16.0, None), (8.0, None))}
        starts = [
            payload["csChargingProfiles"]["chargingSchedule"]["startSchedule"]
            for payload in charger.calls("SetChargingProfile")
        ]
        assert starts == sorted(starts) and starts[0] < starts[-1]


@pytest.mark.parametrize(
    "intent", [Intent(limit_a=8.0), Intent(limit_a=6.0), Intent(paused=True)]
)
async def test_what_is_no_higher_has_no_end(world: World, intent: Intent) -> None:
    charge_point = adopt(world)
    async with Generic(url(world), "CP1", **TIMES) as charger:
        await settled(charge_point, charger)
        limiter_of(charge_point).set_fallback(LATE)
        await limiter_of(charge_point).request(intent)
        assert len(periods(charger)) == 1


async def test_a_share_below_the_least_current_is_a_pause(world: World) -> None:
    charge_point = adopt(world)
    async with Generic(url(world), "CP1", **TIMES) as charger:
        await settled(charge_point, charger)
        limiter = limiter_of(charge_point)
        limiter.set_fallback(Fallback(limit_a=4.5, after_s=300))
        await limiter.request(Intent(limit_a=10.0))
        assert periods(charger) == [(0, 10.0), (360, 0.0)]


async def test_another_share_is_told_at_once(world: World) -> None:
    charge_point = adopt(world)
    async with Generic(url(world), "CP1", **TIMES) as charger:
        await settled(charge_point, charger)
        limiter = limiter_of(charge_point)
        await limiter.request(Intent(limit_a=10.0))
        assert periods(charger) == [(0, 10.0)]
        for fallback, expected in (
            (LATE, [(0, 10.0), (660, 8.0)]),
            (LATE, [(0, 10.0), (660, 8.0)]),
            (None, [(0, 10.0)]),
        ):
            limiter.set_fallback(fallback)
            await told(limiter)
            assert periods(charger) == expected
        assert len(charger.calls("SetChargingProfile")) == 3


@pytest.mark.parametrize("make", [OnePeriod, NoAbsolute])
async def test_who_cannot_keep_it_still_has_the_limit(
    world: World, make: type[Generic]
) -> None:
    charge_point = adopt(world)
    async with make(url(world), "CP1", **TIMES) as charger:
        await settled(charge_point, charger)
        limiter = limiter_of(charge_point)
        assert limiter.keeps_fallback
        limiter.set_fallback(LATE)
        assert await limiter.request(Intent(limit_a=10.0)) == {"status": "accepted"}
        assert not limiter.keeps_fallback
        assert periods(charger) == [(0, 10.0)]
        # It is not asked again, and the limit is not sent for ever.
        charger.received.clear()
        await limiter.request(Intent(limit_a=11.0))
        await told(limiter)
        assert sent(charger) == [(11.0, None)]
        assert limiter.state is LimitState.SENT


async def test_what_it_cannot_keep_is_remembered_until_its_firmware_changes(
    world: World,
) -> None:
    charge_point = adopt(world)
    async with OnePeriod(url(world), "CP1", **TIMES) as charger:
        await settled(charge_point, charger)
        limiter_of(charge_point).set_fallback(LATE)
        await limiter_of(charge_point).request(Intent(limit_a=10.0))
        records = charge_point.profile_methods.records()
    other = ChargePoint("CP1", charge_point.ledger)
    other.identity = charge_point.identity
    other.profile_methods.load(records)
    assert not other.profile_methods.keeps_fallback


async def test_one_period_at_most_is_known_before(world: World) -> None:
    charge_point = adopt(world)
    async with Generic(url(world), "CP1", **TIMES) as charger:
        charger.configuration["ChargingScheduleMaxPeriods"].value = "1"
        await settled(charge_point, charger)
        limiter_of(charge_point).set_fallback(LATE)
        await limiter_of(charge_point).request(Intent(limit_a=10.0))
        assert sent(charger) == [(10.0, None)]
        assert not charger.violations


async def test_a_charger_that_loses_its_limits_has_another_way(world: World) -> None:
    charge_point = adopt(world, "goe")
    async with GoE(url(world), "goe", **TIMES) as charger:
        await settled(charge_point, charger)
        limiter_of(charge_point).set_fallback(LATE)
        await limiter_of(charge_point).request(Intent(limit_a=10.0))
        assert len(periods(charger)) == 1
        assert not limiter_of(charge_point).keeps_fallback


async def test_while_nobody_charges_nothing_is_renewed(world: World) -> None:
    charge_point = adopt(world)
    async with Generic(url(world), "CP1", **TIMES) as charger:
        await settled(charge_point, charger)
        limiter = limiter_of(charge_point)
        limiter.set_fallback(SOON)
        await limiter.request(Intent(limit_a=16.0))
        await patiently(lambda: limiter._lapsed)
        assert len(charger.calls("SetChargingProfile")) == 1
        await charging(charger)
        await patiently(lambda: len(charger.calls("SetChargingProfile")) > 1)
        assert periods(charger) == [(0, 16.0), (62, 8.0)]


async def test_a_full_car_is_not_told_all_day(world: World) -> None:
    charge_point = adopt(world)
    async with Generic(url(world), "CP1", **TIMES) as charger:
        await settled(charge_point, charger)
        limiter = limiter_of(charge_point)
        await limiter.request(Intent(limit_a=16.0))
        await charging(charger)
        connector = charge_point.connectors[1]
        charger.connector(1).car.soc = 100
        charger.connector(1).update()
        await patiently(lambda: connector.status is ConnectorStatus.SUSPENDED_EV)
        charger.received.clear()
        limiter.set_fallback(SOON)
        await patiently(lambda: limiter._lapsed)
        assert len(charger.calls("SetChargingProfile")) == 1


async def test_a_clock_that_is_doubtful_times_no_fallback(world: World) -> None:
    charge_point = adopt(world)
    async with Generic(url(world), "CP1", **TIMES) as charger:
        await settled(charge_point, charger)
        limiter = limiter_of(charge_point)
        now = datetime.now(UTC)
        charge_point.clock.begin_anew()
        charge_point.clock.observe(now - timedelta(hours=3), now)
        limiter.set_fallback(LATE)
        await limiter.request(Intent(limit_a=16.0))
        assert periods(charger) == [(0, 16.0)]
        for seconds in (6, 12):
            then = now + timedelta(seconds=seconds)
            charge_point.clock.observe(then - timedelta(hours=3), then)
        limiter.set_fallback(LATE)
        await told(limiter)
        assert periods(charger) == [(0, 16.0), (660, 8.0)]
        start = charger.calls("SetChargingProfile")[-1]["csChargingProfiles"][
            "chargingSchedule"
        ]["startSchedule"]
        # By the clock of the charger.
        assert datetime.fromisoformat(start) < now - timedelta(hours=2)


async def test_turns_that_send_nothing_do_not_put_the_renewal_off(world: World) -> None:
    charge_point = adopt(world)
    async with Generic(url(world), "CP1", **TIMES) as charger:
        await settled(charge_point, charger)
        limiter = limiter_of(charge_point)
        limiter.set_fallback(SOON)
        await limiter.request(Intent(limit_a=16.0))
        await charging(charger)
        await told(limiter)
        before = len(charger.calls("SetChargingProfile"))

        async def nag() -> None:
            while True:
                await limiter.request(Intent(limit_a=16.0))
                await asyncio.sleep(0.1)

        task = asyncio.create_task(nag())
        try:
            await patiently(
                lambda: len(charger.calls("SetChargingProfile")) >= before + 2
            )
        finally:
            task.cancel()
