"""A station of OCPP 2.1 whose central system is gone: what it does by itself."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
import random

import pytest

from custom_components.ocpp_cs.csms.charge_point import ChargePoint
from custom_components.ocpp_cs.csms.limits.intent import Fallback, Intent, LimitState
from custom_components.ocpp_cs.csms.limits.limiter import Limiter
from custom_components.ocpp_cs.csms.limits.methods import LimitTiming
from custom_components.ocpp_cs.csms.limits.profiles import (
    Declared,
    falls_by_itself,
    first_variant,
)
from custom_components.ocpp_cs.csms.model.profile import Purpose
from custom_components.ocpp_cs.csms.model.quirks import Quirks
from simulator import ChargingStation
from tests.csms.test_central_system import World, until

SAFE = 8.0
AFTER_S = 300
FASTER = 2000.0
"""Simulated seconds in a real one while something has to pass."""


@pytest.fixture
def charge_point(world: World) -> ChargePoint:
    charge_point = world.adopt()
    charge_point.profile_methods.timing = LimitTiming(
        guard=0.0, check=0.3, reaction=0.1, pause=1.0, settle=0.05
    )
    return charge_point


@pytest.fixture
async def station(
    world: World, charge_point: ChargePoint
) -> AsyncIterator[ChargingStation]:
    url = f"ws://127.0.0.1:{world.central_system.port}"
    async with ChargingStation(
        url, "CP1", version="2.1", time_factor=20.0, noise=0.0, backoff=(20.0, 20.0)
    ) as station:
        await until(lambda: charge_point.ready)
        yield station
        assert station.violations == []


@pytest.fixture
def limiter(charge_point: ChargePoint, station: ChargingStation) -> Limiter:
    return charge_point.connector(1).limiter


def amps(station: ChargingStation) -> float:
    return station.charging.limit(station.evses[0]).amps


def told(station: ChargingStation) -> list[tuple[str, int, float | None, int | None]]:
    """Return each profile and update: how, its stack level or id, its limit, its end."""
    found: list[tuple[str, int, float | None, int | None]] = []
    for action, payload in station.received:
        if action == "SetChargingProfile":
            profile = payload["chargingProfile"]
            (period,) = profile["chargingSchedule"][0]["chargingSchedulePeriod"]
            found.append(
                (
                    "whole",
                    profile["stackLevel"],
                    period["limit"],
                    profile.get("maxOfflineDuration"),
                )
            )
        if action == "UpdateDynamicSchedule":
            update = payload["scheduleUpdate"]
            found.append(
                ("values", payload["chargingProfileId"], update["limit"], None)
            )
    return found


async def charges(station: ChargingStation, charge_point: ChargePoint) -> None:
    await station.plug()
    await station.present_card("CAFE0001")
    await until(lambda: charge_point.connector(1).transaction is not None)


async def passes(station: ChargingStation, seconds: float) -> None:
    """Let simulated time pass."""
    clock = station.clock
    then = clock.monotonic() + seconds
    clock.factor, before = FASTER, clock.factor
    try:
        while clock.monotonic() < then:
            await asyncio.sleep(0.01)
    finally:
        clock.factor = before


async def test_the_safe_one_comes_first_and_then_only_values(
    station: ChargingStation, limiter: Limiter
) -> None:
    limiter.set_fallback(Fallback(limit_a=SAFE, after_s=AFTER_S))
    for limit in (16.0, 12.0, 20.0, 8.0):
        await limiter.request(Intent(limit_a=limit))
    assert told(station) == [
        ("whole", 7, SAFE, None),
        ("whole", 8, 16.0, AFTER_S),
        ("values", 20, 12.0, None),
        ("values", 20, 20.0, None),
        ("values", 20, 8.0, None),
    ]
    assert limiter.diagnostics() == {"whole_profiles": 2, "updates": 3}
    # What is lower than the safe one stays so, and is not written either.
    station.received.clear()
    await limiter.request(Intent(paused=True))
    await limiter.request(Intent(limit_a=10.0))
    assert told(station) == [
        ("values", 20, 0.0, None),
        ("values", 2020, 0.0, None),
        ("values", 20, 10.0, None),
        ("values", 2020, SAFE, None),
    ]


async def test_both_are_proved_by_what_the_station_tells(
    charge_point: ChargePoint, station: ChargingStation, limiter: Limiter
) -> None:
    limiter.set_fallback(Fallback(limit_a=SAFE, after_s=AFTER_S))
    await limiter.request(Intent(limit_a=16.0))
    proof = charge_point.profile_methods.proof
    await until(lambda: proof.last is not None)
    assert proof.last is not None
    assert {one.profile.id for one in proof.last.profiles} == {20, 2020}
    # The values of the last update are those that count.
    await limiter.request(Intent(limit_a=12.0))
    proof.contradicted()
    await until(lambda: proof.is_idle)
    assert limiter.finding is None
    assert "limit_not_installed" not in charge_point.deviations.counts
    # One that is lost beneath is sent again, with all that is above it.
    station.profiles.remove([one for one in station.profiles if one.id == 2020])
    station.received.clear()
    proof.contradicted()
    await until(lambda: len(told(station)) == 2 and not limiter.is_busy)
    assert told(station) == [("whole", 7, SAFE, None), ("whole", 8, 12.0, AFTER_S)]


@pytest.mark.parametrize(
    ("safe", "left"), [(Fallback(limit_a=SAFE, after_s=AFTER_S), SAFE), (None, 16.0)]
)
async def test_it_goes_down_by_itself_when_its_time_has_come(
    world: World,
    charge_point: ChargePoint,
    station: ChargingStation,
    limiter: Limiter,
    safe: Fallback | None,
    left: float,
) -> None:
    limiter.set_fallback(safe)
    await limiter.request(Intent(limit_a=16.0))
    await charges(station, charge_point)
    await world.central_system.stop()
    await until(lambda: not station.connected)
    await passes(station, AFTER_S / 2)
    assert amps(station) == 16.0
    await passes(station, AFTER_S)
    assert amps(station) == left
    # Also after a power cut, as the profiles are kept.
    await station.reboot()
    await passes(station, AFTER_S + 60)
    assert amps(station) == left


async def test_a_pause_stays_a_pause_and_a_stop_is_one(
    world: World, station: ChargingStation, limiter: Limiter
) -> None:
    limiter.set_fallback(Fallback(limit_a=SAFE, after_s=AFTER_S))
    await limiter.request(Intent(paused=True))
    await world.central_system.stop()
    await until(lambda: not station.connected)
    await passes(station, 2 * AFTER_S)
    assert amps(station) == 0.0


async def test_the_limit_is_back_with_the_connection(
    charge_point: ChargePoint, station: ChargingStation, limiter: Limiter
) -> None:
    limiter.set_fallback(Fallback(limit_a=0.0, after_s=AFTER_S))
    await limiter.request(Intent(limit_a=16.0))
    station.link.go_offline()
    await until(lambda: not charge_point.connected)
    limiter.set_intent(Intent(limit_a=10.0))
    await passes(station, 2 * AFTER_S)
    assert amps(station) == 0.0
    station.received.clear()
    station.link.go_online()
    await until(lambda: limiter.state is LimitState.SENT and amps(station) == 10.0)
    # It has not booted: the values are enough.
    assert told(station) == [("values", 20, 10.0, None)]


async def test_after_a_boot_everything_is_sent_again(
    charge_point: ChargePoint, station: ChargingStation, limiter: Limiter
) -> None:
    limiter.set_fallback(Fallback(limit_a=SAFE, after_s=AFTER_S))
    await limiter.request(Intent(limit_a=16.0))
    station.faults.profiles_forgotten = True
    station.received.clear()
    boots = charge_point.boots
    await station.reboot()
    await until(lambda: charge_point.boots > boots and amps(station) == 16.0)
    assert told(station) == [("whole", 7, SAFE, None), ("whole", 8, 16.0, AFTER_S)]


async def test_what_a_user_clears_comes_back_whole(
    charge_point: ChargePoint, station: ChargingStation, limiter: Limiter
) -> None:
    limiter.set_fallback(Fallback(limit_a=SAFE, after_s=AFTER_S))
    await limiter.request(Intent(limit_a=16.0))
    for number in (20, 2020):
        station.received.clear()
        await charge_point.commands.clear_charging_profile(id=number)
        await until(lambda: len(told(station)) >= 2 and not limiter.is_busy)
        assert {one.id for one in station.profiles} == {20, 2020}
    # And both go when nothing is wanted any more.
    await limiter.request(Intent())
    assert list(station.profiles) == []


async def test_without_a_fail_safe_the_one_beneath_goes(
    station: ChargingStation, limiter: Limiter
) -> None:
    limiter.set_fallback(Fallback(limit_a=SAFE, after_s=AFTER_S))
    await limiter.request(Intent(limit_a=16.0))
    station.received.clear()
    limiter.set_fallback(None)
    await until(lambda: not limiter.is_busy and len(station.profiles) == 1)
    assert told(station) == [("whole", 8, 16.0, None)]
    (one,) = station.profiles
    assert one.level == 8


async def test_a_users_profile_at_its_place_gets_it(
    charge_point: ChargePoint, station: ChargingStation, limiter: Limiter
) -> None:
    limiter.set_fallback(Fallback(limit_a=SAFE, after_s=AFTER_S))
    await limiter.request(Intent(limit_a=16.0))
    profile = {
        "id": 3,
        "stackLevel": 7,
        "chargingProfilePurpose": "TxDefaultProfile",
        "chargingProfileKind": "Dynamic",
        "chargingSchedule": {
            "chargingRateUnit": "A",
            "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 9.0}],
        },
    }
    await charge_point.commands.call(
        "set_charging_profile", connector_id=0, charging_profile=profile
    )
    await until(lambda: limiter.state is LimitState.HELD)
    assert {one.id for one in station.profiles} == {3}
    await charge_point.commands.clear_charging_profile(id=3)
    await until(lambda: {one.id for one in station.profiles} == {20, 2020})


async def test_leftovers_of_another_at_the_place_beneath_are_removed(
    station: ChargingStation, limiter: Limiter
) -> None:
    station.charging.install(
        0,
        {
            "id": 5,
            "stackLevel": 7,
            "chargingProfilePurpose": "TxDefaultProfile",
            "chargingProfileKind": "Relative",
            "chargingSchedule": [
                {
                    "id": 1,
                    "chargingRateUnit": "A",
                    "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 32.0}],
                }
            ],
        },
    )
    limiter.set_fallback(Fallback(limit_a=SAFE, after_s=AFTER_S))
    await limiter.request(Intent(limit_a=16.0))
    assert {one.id for one in station.profiles} == {20, 2020}


async def test_a_tx_profile_beside_leaves_no_default_without_an_end(
    charge_point: ChargePoint,
    station: ChargingStation,
    limiter: Limiter,
    world: World,
) -> None:
    await limiter.request(Intent(limit_a=20.0))
    assert charge_point.profile_methods.try_by_transaction()
    limiter.set_fallback(Fallback(limit_a=SAFE, after_s=AFTER_S))
    await charges(station, charge_point)
    await limiter.request(Intent(limit_a=16.0))
    await until(lambda: amps(station) == 16.0 and not limiter.is_busy)
    station.received.clear()
    await limiter.request(Intent(limit_a=14.0))
    # Each profile has its own values.
    assert told(station) == [("values", 1020, 14.0, None)]
    await world.central_system.stop()
    await until(lambda: not station.connected)
    await passes(station, 2 * AFTER_S)
    assert amps(station) == SAFE


async def test_who_accepts_and_does_not_follow_gets_the_whole(
    charge_point: ChargePoint, station: ChargingStation, limiter: Limiter
) -> None:
    await limiter.request(Intent(limit_a=16.0))
    await charges(station, charge_point)
    station.faults.updates_ignored = True
    await limiter.request(Intent(limit_a=8.0))
    await until(lambda: amps(station) == 8.0)
    assert [how for how, *_ in told(station)][-2:] == ["values", "whole"]


async def test_who_refuses_updates_gets_wholes_of_another_kind(
    charge_point: ChargePoint, station: ChargingStation, limiter: Limiter
) -> None:
    station.faults.updates_refused = True
    limits = (16.0, 14.0, 12.0, 10.0, 8.0, 6.0)
    for limit in limits:
        await limiter.request(Intent(limit_a=limit))
        assert amps(station) == limit
    assert len(station.calls("UpdateDynamicSchedule")) == 3
    kinds = [
        one["chargingProfile"]["chargingProfileKind"]
        for one in station.calls("SetChargingProfile")
    ]
    assert kinds == ["Dynamic"] * 4 + ["Absolute"] * 2
    # It is remembered, also what was refused.
    other = ChargePoint("CP1", charge_point.ledger)
    other.identity, other.capabilities = (
        charge_point.identity,
        charge_point.capabilities,
    )
    other.profile_methods.load(charge_point.profile_methods.records())
    assert not other.profile_methods.declared.dynamic


async def test_who_refuses_the_end_is_limited_all_the_same(
    charge_point: ChargePoint, station: ChargingStation, limiter: Limiter
) -> None:
    station.model.put("SmartChargingCtrlr", "SupportsMaxOfflineDuration", "false")
    limiter.set_fallback(Fallback(limit_a=SAFE, after_s=AFTER_S))
    await limiter.request(Intent(limit_a=16.0))
    assert amps(station) == 16.0
    assert not limiter.keeps_fallback
    await until(lambda: [one.id for one in station.profiles] == [20])
    assert charge_point.deviations.counts["fallback_refused"] == 1


async def test_a_late_answer_is_no_answer_and_the_last_limit_counts(
    charge_point: ChargePoint, station: ChargingStation, limiter: Limiter
) -> None:
    await limiter.request(Intent(limit_a=16.0))
    handle = station.handlers["UpdateDynamicSchedule"]
    del station.handlers["UpdateDynamicSchedule"]
    await limiter.request(Intent(limit_a=12.0))
    station.handlers["UpdateDynamicSchedule"] = handle
    assert amps(station) == 12.0
    # What the station has asked for meanwhile is not older than what it was told.
    station.faults.updates_ignored = True
    await limiter.request(Intent(limit_a=10.0))
    station.charging.dynamic.pull(20)
    await until(lambda: amps(station) == 10.0)


@pytest.mark.parametrize("seed", range(4))
async def test_any_order_of_updates_losses_and_boots(
    charge_point: ChargePoint, station: ChargingStation, limiter: Limiter, seed: int
) -> None:
    """Connected and settled, it has no more than was wanted last; alone, the safe one."""
    chance = random.Random(seed)
    limiter.set_fallback(Fallback(limit_a=SAFE, after_s=AFTER_S))
    station.faults.profiles_forgotten = bool(seed % 2)
    wanted = Intent(limit_a=16.0)
    await limiter.request(wanted)

    def settled() -> bool:
        return (
            charge_point.ready
            and not limiter.is_busy
            and limiter.state in (LimitState.SENT, LimitState.VERIFIED)
        )

    for _ in range(25):
        step = chance.choice(
            ["limit", "limit", "limit", "pause", "lose", "boot", "few"]
        )
        if step in {"limit", "pause"}:
            amount = float(chance.randint(6, 32))
            wanted = Intent(limit_a=amount, paused=step == "pause")
            limiter.set_intent(wanted)
        elif step == "few":
            station.faults.updates_refused = True
            limiter.set_intent(wanted := Intent(limit_a=float(chance.randint(6, 32))))
            await until(settled)
            station.faults.updates_refused = False
        elif step == "boot":
            boots = charge_point.boots
            await station.reboot()
            await until(lambda: charge_point.boots > boots)  # noqa: B023
        else:
            station.link.go_offline()
            await until(lambda: not charge_point.connected)
            limiter.set_intent(wanted := Intent(limit_a=float(chance.randint(6, 32))))
            await passes(station, chance.choice([AFTER_S / 3, 2 * AFTER_S]))
            passed = station.charging.dynamic.offline_s
            assert passed is not None
            if passed > AFTER_S:
                assert amps(station) <= SAFE
            station.link.go_online()
            await until(lambda: charge_point.connected)
        if chance.random() < 0.5:
            continue
        await until(settled)
        expected = 0.0 if wanted.paused else wanted.limit_a
        assert amps(station) == expected
        beneath = [one for one in station.profiles if one.purpose == "TxDefaultProfile"]
        assert len(beneath) == 2
    await until(settled)
    assert amps(station) == (0.0 if wanted.paused else wanted.limit_a)


def test_only_the_default_has_one_beneath() -> None:
    """A TxProfile alone ends with its session, and so would the one beneath it."""
    told = Declared(max_stack_level=3, dynamic=True, counts_offline=True)
    variant = first_variant(Quirks(), told)
    assert falls_by_itself(Quirks(), told, variant)
    assert not falls_by_itself(Quirks(), told, replace(variant, level=0))
    assert not falls_by_itself(Quirks(), told, replace(variant, purpose=Purpose.TX))
