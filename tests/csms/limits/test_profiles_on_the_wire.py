"""A limit from `Connector.limiter` to the simulated charger, over a socket."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from custom_components.ocpp_cs.csms.charge_point import ChargePoint
from custom_components.ocpp_cs.csms.limits.intent import IN_FORCE, Intent, LimitState
from custom_components.ocpp_cs.csms.limits.limiter import Limiter
from custom_components.ocpp_cs.csms.limits.methods import LimitTiming
from custom_components.ocpp_cs.csms.model.errors import (
    CallTimeoutError,
    NotConnectedError,
    RefusedError,
)
from custom_components.ocpp_cs.csms.model.model import ChargePointSettings
from custom_components.ocpp_cs.csms.model.profile import Kind
from custom_components.ocpp_cs.csms.transactions.ledger import MemoryStore
from simulator import Bender, Car, Evc5, Generic, GoE
from tests.csms.quirks.test_quirks_on_the_wire import settled, url
from tests.csms.test_central_system import World, until

TIMES: Any = {"noise": 0.0, "backoff": (0.05, 0.2), "seed": 1}
QUICK = LimitTiming(guard=0.02, check=0.4, reaction=0.1, pause=2.0, settle=0.05)
NEVER = replace(QUICK, check=60.0)


@pytest.fixture(name="world")
async def fixture_world() -> AsyncIterator[World]:
    """Return a central system that listens."""
    world = World(MemoryStore())
    await world.start()
    yield world
    await world.central_system.stop()


def adopt(
    world: World, charge_point_id: str = "CP1", timing: LimitTiming = NEVER, **more: Any
) -> ChargePoint:
    """Adopt a charge point of which nothing takes long."""
    charge_point = world.adopt(charge_point_id, **more)
    charge_point.profile_methods.timing = timing
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


def limiter_of(charge_point: ChargePoint, number: int = 1) -> Limiter:
    return charge_point.connectors[number].limiter


async def told(limiter: Limiter) -> None:
    """Wait until all has been told; `Limiter.set` does not wait for the last step."""
    await until(lambda: not limiter.is_busy)


async def charging(charger: Any, number: int = 1, **car: Any) -> None:
    """Let a car charge."""
    await charger.plug(number, Car(soc=40, **car))
    if charger.connector(number).transaction is None:
        await charger.present_card("TAG", number)
    await charger.wait_for(lambda: charger.connector(number).transaction_id is not None)
    await charger.wait_idle()


async def test_a_limit_is_one_call(world: World) -> None:
    charge_point = adopt(world)
    async with Generic(url(world), "CP1", **TIMES) as charger:
        await settled(charge_point, charger)
        charger.received.clear()
        limiter = limiter_of(charge_point)
        assert await limiter.request(Intent(limit_a=10.0)) == {"status": "accepted"}
        ((action, payload),) = charger.received
        assert action == "SetChargingProfile"
        assert payload["connectorId"] == 1
        profile = payload["csChargingProfiles"]
        assert profile["chargingProfileId"] == 20
        assert profile["stackLevel"] == 8
        assert profile["chargingProfilePurpose"] == "TxDefaultProfile"
        assert profile["chargingProfileKind"] == "Absolute"
        assert sent(charger) == [(10.0, None)]
        assert limiter.intent == Intent(limit_a=10.0)
        assert limiter.state in IN_FORCE
        assert not charger.violations
        await charging(charger)
        await until(lambda: charger.connector(1).offer.amps == 10.0)


async def test_the_same_value_is_not_sent_twice(world: World) -> None:
    charge_point = adopt(world)
    async with Generic(url(world), "CP1", **TIMES) as charger:
        await settled(charge_point, charger)
        limiter = limiter_of(charge_point)
        for limit in (10.0, 10.04, 10.0):
            assert await limiter.request(Intent(limit_a=limit)) == {
                "status": "accepted"
            }
        assert sent(charger) == [(10.0, None)]


async def test_nothing_is_sent_of_which_nothing_is_wanted(world: World) -> None:
    charge_point = adopt(world)
    async with Generic(url(world), "CP1", **TIMES) as charger:
        await settled(charge_point, charger)
        await charging(charger)
        await charger.drop()
        await charger.reconnect()
        await settled(charge_point, charger)
        assert await limiter_of(charge_point).request(Intent()) == {
            "status": "accepted"
        }
        assert not charger.calls("SetChargingProfile")
        assert not charger.calls("ClearChargingProfile")
        assert limiter_of(charge_point).state is LimitState.NONE


async def test_without_a_limit_ours_is_removed(world: World) -> None:
    charge_point = adopt(world)
    async with Generic(url(world), "CP1", **TIMES) as charger:
        await settled(charge_point, charger)
        limiter = limiter_of(charge_point)
        await limiter.request(Intent(limit_a=10.0))
        await limiter.request(Intent())
        assert charger.calls("ClearChargingProfile") == [{"id": 20}]
        assert len(charger.profiles) == 0
        assert limiter.state is LimitState.NONE
        assert charge_point.profile_methods.records() == {}


async def test_what_cannot_be_removed_allows_everything(world: World) -> None:
    """As go-e says of level 0 that it does not know it, and keeps it."""
    charge_point = adopt(world)
    async with Generic(url(world), "CP1", **TIMES) as charger:
        await settled(charge_point, charger)
        limiter = limiter_of(charge_point)
        await limiter.request(Intent(limit_a=10.0))
        charger.not_implemented = charger.not_implemented | {"ClearChargingProfile"}
        await limiter.request(Intent())
        assert sent(charger) == [(10.0, None), (32.0, None)]
        assert limiter.state is LimitState.NONE


async def test_pause_and_go_on(world: World) -> None:
    charge_point = adopt(world)
    async with Generic(url(world), "CP1", **TIMES) as charger:
        await settled(charge_point, charger)
        limiter = limiter_of(charge_point)
        await charging(charger)
        await limiter.request(Intent(limit_a=10.0))
        await limiter.request(Intent(limit_a=10.0, paused=True))
        await until(lambda: charger.connector(1).status == "SuspendedEVSE")
        # Of a pause the limit is nobody's business.
        await limiter.request(Intent(limit_a=12.0, paused=True))
        await limiter.request(Intent(limit_a=12.0))
        await until(lambda: charger.connector(1).status == "Charging")
        assert sent(charger) == [(10.0, None), (0.0, None), (12.0, None)]
        assert charger.connector(1).currents == (12.0, 12.0, 12.0)


async def test_only_the_newest_waits(world: World) -> None:
    """While one is under way, and until the guard time is over."""
    charge_point = adopt(world, timing=replace(NEVER, guard=0.2))
    async with Generic(url(world), "CP1", **TIMES) as charger:
        await settled(charge_point, charger)
        limiter = limiter_of(charge_point)
        async with asyncio.TaskGroup() as group:
            tasks = [
                group.create_task(limiter.request(Intent(limit_a=limit)))
                for limit in (10.0, 11.0, 12.0)
            ]
        assert [task.result() for task in tasks] == [{"status": "accepted"}] * 3
        assert sent(charger) == [(12.0, None)]
        charger.faults.slow_answer = 0.05
        async with asyncio.TaskGroup() as group:
            first = group.create_task(limiter.request(Intent(limit_a=13.0)))
            await until(lambda: len(sent(charger)) == 2)
            for limit in (14.0, 15.0, 16.0):
                group.create_task(limiter.request(Intent(limit_a=limit)))
            await first
        assert sent(charger) == [(12.0, None), (13.0, None), (16.0, None)]
        assert limiter.intent == Intent(limit_a=16.0)


async def test_the_next_one_waits(world: World) -> None:
    charge_point = adopt(world, timing=replace(NEVER, guard=60.0))
    async with Generic(url(world), "CP1", **TIMES) as charger:
        await settled(charge_point, charger)
        limiter = limiter_of(charge_point)
        await limiter.request(Intent(limit_a=10.0))
        async with asyncio.TaskGroup() as group:
            task = group.create_task(limiter.request(Intent(limit_a=12.0)))
            # By then it would have been sent.
            await charge_point.commands.call(
                "get_configuration", key=["HeartbeatInterval"]
            )
            assert sent(charger) == [(10.0, None)]
            assert not task.done()
            # What was sent already is nothing to wait for.
            assert await limiter.request(Intent(limit_a=10.0)) == {"status": "accepted"}
        assert task.result() == {"status": "accepted"}
        assert sent(charger) == [(10.0, None)]


async def test_a_pause_does_not_wait(world: World) -> None:
    charge_point = adopt(world, timing=replace(NEVER, guard=60.0))
    async with Generic(url(world), "CP1", **TIMES) as charger:
        await settled(charge_point, charger)
        limiter = limiter_of(charge_point)
        await limiter.request(Intent(limit_a=10.0))
        async with asyncio.TaskGroup() as group:
            group.create_task(limiter.request(Intent(limit_a=12.0)))
            await asyncio.sleep(0)
            group.create_task(limiter.request(Intent(limit_a=12.0, paused=True)))
        assert sent(charger) == [(10.0, None), (0.0, None)]


async def test_it_is_told_again(world: World) -> None:
    """After a reconnect, after a boot, and to a new transaction."""
    charge_point = adopt(world)
    async with Generic(url(world), "CP1", **TIMES) as charger:
        await settled(charge_point, charger)
        limiter = limiter_of(charge_point)
        await limiter.request(Intent(limit_a=10.0))
        charger.faults.drop_profile_on_reconnect = True
        await charger.drop()
        await charger.reconnect()
        await until(lambda: len(sent(charger)) == 2)
        assert charge_point.ready
        await charger.reboot()
        await until(lambda: len(sent(charger)) == 3)
        await until(lambda: limiter.state in IN_FORCE)
        await charging(charger)
        await until(lambda: len(sent(charger)) == 4)
        assert sent(charger) == [(10.0, None)] * 4
        await until(lambda: charger.connector(1).offer.amps == 10.0)


async def test_what_is_wanted_while_it_is_away(world: World) -> None:
    charge_point = adopt(world)
    async with Generic(url(world), "CP1", **TIMES) as charger:
        await settled(charge_point, charger)
        limiter = limiter_of(charge_point)
        await charger.drop()
        await until(lambda: not charge_point.connected)
        with pytest.raises(NotConnectedError):
            await limiter.request(Intent(limit_a=10.0))
        assert limiter.intent == Intent()
        limiter.set_intent(Intent(paused=True))
        assert limiter.state is LimitState.PENDING
        await charger.reconnect()
        await until(lambda: limiter.state in IN_FORCE)
        assert sent(charger) == [(0.0, None)]


async def test_it_survives_a_restart(world: World) -> None:
    charge_point = adopt(world)
    async with Generic(url(world), "CP1", **TIMES) as charger:
        await settled(charge_point, charger)
        await limiter_of(charge_point).request(Intent(limit_a=10.0, phases=1))
    records = charge_point.profile_methods.records()
    again = World(MemoryStore())
    await again.start()
    charge_point = adopt(again)
    charge_point.profile_methods.load(records)
    assert limiter_of(charge_point).intent == Intent(limit_a=10.0, phases=1)
    async with Generic(url(again), "CP1", **TIMES) as charger:
        await settled(charge_point, charger)
        await until(lambda: sent(charger) == [(10.0, 1)])
        # Also that there is something to be removed.
        await limiter_of(charge_point).request(Intent())
        assert charger.calls("ClearChargingProfile") == [{"id": 20}]
    await again.central_system.stop()


# Those who take less ------------------------------------------------------


class Picky(Generic):
    """Takes only profiles that `takes` likes."""

    takes: Any = staticmethod(lambda profile: True)

    def refuse_profile(self, number: object, profile: Any) -> str | None:
        if not self.takes(profile):
            return "not like that"
        return super().refuse_profile(number, profile)


def answered(takes: Any) -> Any:
    """Return how to answer SetChargingProfile: not at all, unless it `takes` it."""
    return lambda payload: (
        {"status": "Accepted"} if takes(payload["csChargingProfiles"]) else None
    )


def kinds(client: Any) -> list[str]:
    return [
        payload["csChargingProfiles"]["chargingProfileKind"]
        for action, payload in client.received
        if action == "SetChargingProfile"
    ]


@pytest.fixture(name="impatient")
def fixture_impatient(world: World) -> ChargePoint:
    """Return a charge point that has half a second for its answers."""
    charge_point = world.central_system.adopt(
        "CP1", ChargePointSettings(call_timeout=0.5)
    )
    charge_point.profile_methods.timing = NEVER
    return charge_point


async def test_a_way_that_is_never_answered(
    world: World, impatient: ChargePoint
) -> None:
    takes = answered(lambda profile: profile["chargingProfileKind"] == "Relative")
    async with world.client(SetChargingProfile=takes) as client:
        await client.boot()
        await until(lambda: impatient.ready)
        limiter = limiter_of(impatient)
        assert await limiter.request(Intent(limit_a=10.0)) == {"status": "accepted"}
        assert kinds(client) == ["Absolute", "Relative"]
        # The silent one is the last to be tried from now on.
        await limiter.request(Intent(limit_a=11.0))
        assert kinds(client)[2:] == ["Relative"]
        assert impatient.profile_methods.variants()[-1].kind is Kind.ABSOLUTE


async def test_one_that_answers_no_limit_at_all(
    world: World, impatient: ChargePoint
) -> None:
    async with world.client(SetChargingProfile=answered(lambda _: False)) as client:
        await client.boot()
        await until(lambda: impatient.ready)
        limiter = limiter_of(impatient)
        with pytest.raises(CallTimeoutError):
            await limiter.request(Intent(limit_a=10.0))
        assert len(kinds(client)) == 2
        assert limiter.intent == Intent(limit_a=10.0)
        variants = impatient.profile_methods.variants
        # What is tried next is something else, but none that needs a session.
        for limit in (11.0, 12.0):
            silent, others = variants()[-2:], variants()[:2]
            assert not set(silent) & set(others)
            with pytest.raises(CallTimeoutError):
                await limiter.request(Intent(limit_a=limit))
        assert len(kinds(client)) == 6


async def test_a_refusal_says_more_than_silence(
    world: World, impatient: ChargePoint
) -> None:
    def refuse(payload: Any) -> Any:
        profile = payload["csChargingProfiles"]
        absolute = profile["chargingProfileKind"] == "Absolute"
        return None if absolute and profile["stackLevel"] else {"status": "Rejected"}

    async with world.client(SetChargingProfile=refuse) as client:
        await client.boot()
        await until(lambda: impatient.ready)
        with pytest.raises(RefusedError):
            await limiter_of(impatient).request(Intent(limit_a=10.0))


@pytest.mark.parametrize(
    ("takes", "calls"),
    [
        (lambda profile: profile["chargingProfileKind"] == "Relative", 2),
        (lambda profile: profile["stackLevel"] == 0, 3),
        (
            lambda profile: (
                profile["stackLevel"] == 0
                and profile["chargingProfileKind"] == "Relative"
            ),
            4,
        ),
        (lambda profile: profile["chargingSchedule"]["chargingRateUnit"] == "W", 5),
        (lambda profile: profile["chargingProfilePurpose"] == "TxProfile", 6),
    ],
)
async def test_the_way_that_is_taken_is_remembered(
    world: World, takes: Any, calls: int
) -> None:
    charge_point = adopt(world)
    async with Picky(url(world), "CP1", **TIMES) as charger:
        charger.takes = takes
        await settled(charge_point, charger)
        await charging(charger)
        limiter = limiter_of(charge_point)
        assert await limiter.request(Intent(limit_a=10.0)) == {"status": "accepted"}
        assert len(sent(charger)) == calls
        assert sum(
            name.startswith("limit_refused:") for name in charge_point.deviations.counts
        ) == (calls - 1)
        await until(lambda: charger.connector(1).offer.amps == pytest.approx(10.0))
        await limiter.request(Intent(limit_a=12.0))
        assert len(sent(charger)) == calls + 1
        records = charge_point.profile_methods.records()

        charge_point.profile_methods.load(records)
        await charger.drop()
        await charger.reconnect()
        await until(lambda: len(sent(charger)) == calls + 2)
        await until(lambda: limiter.state in IN_FORCE)
        # Another firmware is another charge point.
        charger.firmware = "9.9"
        await charger.reboot()
        await until(lambda: len(sent(charger)) > calls + 3)


async def test_a_tx_profile_waits_for_its_transaction(world: World) -> None:
    charge_point = adopt(world)
    async with Picky(url(world), "CP1", **TIMES) as charger:
        charger.takes = lambda profile: profile["chargingProfilePurpose"] == "TxProfile"
        await settled(charge_point, charger)
        limiter = limiter_of(charge_point)
        limiter.set_intent(Intent(limit_a=10.0))
        await until(lambda: limiter.state is LimitState.REFUSED)
        await charging(charger)
        await until(lambda: limiter.state in IN_FORCE)
        last = charger.calls("SetChargingProfile")[-1]["csChargingProfiles"]
        assert last["transactionId"] == charger.connector(1).transaction_id
        await charger.unplug()
        await until(lambda: limiter.state is LimitState.PENDING)
        count = len(sent(charger))
        assert await limiter.request(Intent(limit_a=8.0)) == {"status": "pending"}
        assert len(sent(charger)) == count
        await charging(charger)
        await until(lambda: sent(charger)[count:] == [(8.0, None)])


async def test_refused_in_every_way(world: World) -> None:
    charge_point = adopt(world)
    async with Picky(url(world), "CP1", **TIMES) as charger:
        await settled(charge_point, charger)
        limiter = limiter_of(charge_point)
        await limiter.request(Intent(limit_a=16.0))
        charger.takes = lambda profile: False
        with pytest.raises(RefusedError):
            await limiter.request(Intent(limit_a=10.0))
        assert len(sent(charger)) == 1 + 5
        # What it was told before still holds, and is what is wanted.
        assert limiter.intent == Intent(limit_a=16.0)
        assert limiter.state in IN_FORCE
        # Not everything is tried each time.
        with pytest.raises(RefusedError):
            await limiter.request(Intent(limit_a=11.0))
        assert len(sent(charger)) == 1 + 5 + 1
        charger.takes = lambda profile: True
        await limiter.request(Intent(limit_a=12.0))
        assert sent(charger)[-1] == (12.0, None)


# What becomes of it -------------------------------------------------------


class Deaf(Generic):
    """Takes every limit; obeys it if it wants to."""

    deaf = True

    def limit(self, connector: Any) -> Any:
        if not self.deaf:
            return super().limit(connector)
        return type(connector.offer)(16.0)


@pytest.mark.parametrize(
    "intent", [Intent(limit_a=8.0), Intent(paused=True)], ids=["limit", "pause"]
)
async def test_a_limit_that_is_ignored(world: World, intent: Intent) -> None:
    charge_point = adopt(world, timing=QUICK)
    async with Deaf(url(world), "CP1", **TIMES) as charger:
        await settled(charge_point, charger)
        await charging(charger)
        await until(lambda: charger.connector(1).currents[0] == 16.0)
        limiter = limiter_of(charge_point)
        await limiter.request(intent)
        await until(lambda: limiter.state is LimitState.IGNORED)
        # It was told again once.
        assert len(sent(charger)) == 2
        assert charge_point.deviations.counts["limit_ignored"] == 1
        charger.deaf = False
        charger.connector(1).update()
        await charger.send_meter_values()
        await until(lambda: limiter.state in IN_FORCE)
        assert len(sent(charger)) == 2


async def test_a_limit_that_is_taken_at_the_second_time(world: World) -> None:
    charge_point = adopt(world, timing=QUICK)
    async with Deaf(url(world), "CP1", **TIMES) as charger:
        await settled(charge_point, charger)
        await charging(charger)
        limiter = limiter_of(charge_point)
        await limiter.request(Intent(limit_a=8.0))
        charger.deaf = False
        await until(lambda: len(sent(charger)) == 2)
        states: set[LimitState] = set()
        charge_point.connectors[1].watch(
            ("limiter",), lambda: states.add(limiter.state)
        )
        await until(lambda: not limiter._check.is_running)
        assert states <= IN_FORCE
        assert len(sent(charger)) == 2


async def test_one_that_obeys_is_told_once(world: World) -> None:
    charge_point = adopt(world, timing=QUICK)
    async with Generic(url(world), "CP1", **TIMES) as charger:
        await settled(charge_point, charger)
        await charging(charger)
        limiter = limiter_of(charge_point)
        for intent in (Intent(limit_a=8.0), Intent(paused=True)):
            await limiter.request(intent)
            await until(lambda: not limiter._check.is_running)
        assert sent(charger) == [(8.0, None), (0.0, None)]
        assert limiter.state in IN_FORCE


# Phases -------------------------------------------------------------------


async def test_phases_are_switched_between_two_pauses(world: World) -> None:
    charge_point = adopt(world)
    async with Generic(url(world), "CP1", **TIMES) as charger:
        charger.phase_switch_seconds = 0.1
        await settled(charge_point, charger)
        await charging(charger)
        limiter = limiter_of(charge_point)
        assert limiter.switches_phases
        await limiter.request(Intent(limit_a=10.0))
        assert await limiter.request(Intent(limit_a=10.0, phases=1)) == {
            "status": "accepted"
        }
        # The rest is under way.
        assert sent(charger) == [(10.0, None), (0.0, None)]
        assert limiter.state is LimitState.SWITCHING
        await told(limiter)
        assert sent(charger) == [(10.0, None), (0.0, None), (0.0, 1), (10.0, 1)]
        assert limiter.state in IN_FORCE and limiter.failure is None
        await until(lambda: charger.connector(1).offer.phases == 1)
        assert limiter.phase_switch_due > 50
        # Not so soon again; the limit is another matter.
        await limiter.request(Intent(limit_a=9.0, phases=3))
        assert sent(charger)[4:] == [(9.0, 1)]
        assert limiter._timer is not None


async def test_phases_of_a_pause_stay(world: World) -> None:
    charge_point = adopt(world)
    async with Generic(url(world), "CP1", **TIMES) as charger:
        await settled(charge_point, charger)
        await charging(charger)
        limiter = limiter_of(charge_point)
        await limiter.request(Intent(paused=True))
        await until(lambda: charger.connector(1).status == "SuspendedEVSE")
        await limiter.request(Intent(paused=True, phases=1))
        assert sent(charger) == [(0.0, None)]
        await until(lambda: charge_point.connectors[1].status == "suspended_evse")
        await limiter.request(Intent(limit_a=6.0, phases=1))
        assert sent(charger) == [(0.0, None), (6.0, 1)]


async def test_a_pause_ends_a_switch(world: World) -> None:
    charge_point = adopt(world, timing=replace(NEVER, pause=60.0))
    async with Deaf(url(world), "CP1", **TIMES) as charger:
        await settled(charge_point, charger)
        await charging(charger)
        limiter = limiter_of(charge_point)
        await until(lambda: charge_point.connectors[1].status == "charging")
        async with asyncio.TaskGroup() as group:
            group.create_task(limiter.request(Intent(limit_a=10.0, phases=1)))
            await until(lambda: sent(charger) == [(0.0, None)])
            group.create_task(limiter.request(Intent(paused=True, phases=1)))
        assert sent(charger) == [(0.0, None)]
        assert limiter.state in IN_FORCE


async def test_a_switch_that_is_refused_leaves_no_pause(world: World) -> None:
    charge_point = adopt(world)
    async with Picky(url(world), "CP1", **TIMES) as charger:
        await settled(charge_point, charger)
        await charging(charger)
        limiter = limiter_of(charge_point)
        await limiter.request(Intent(limit_a=10.0))

        def takes(profile: Any) -> bool:
            (period,) = profile["chargingSchedule"]["chargingSchedulePeriod"]
            return period.get("numberPhases") != 1 or not period["limit"]

        charger.takes = takes
        await limiter.request(Intent(limit_a=10.0, phases=1))
        await until(lambda: limiter.failure is not None)
        assert isinstance(limiter.failure, RefusedError)
        assert limiter.intent == Intent(limit_a=10.0)
        await until(lambda: limiter.state in IN_FORCE)
        # What is in force now is not what was asked for: that is told until it is.
        assert limiter.failure is not None
        assert sent(charger)[-1] == (10.0, 3)
        await until(lambda: charger.connector(1).status == "Charging")


async def test_auto_after_one_phase_says_three(world: World) -> None:
    charge_point = adopt(world)
    async with Generic(url(world), "CP1", **TIMES) as charger:
        await settled(charge_point, charger)
        limiter = limiter_of(charge_point)
        await limiter.request(Intent(limit_a=10.0, phases=1))
        limiter._sender._switched = float("-inf")
        await limiter.request(Intent(limit_a=10.0))
        assert sent(charger) == [(10.0, 1), (10.0, 3)]


# The makes ----------------------------------------------------------------


async def test_go_e(world: World) -> None:
    charge_point = adopt(world, "237512")
    async with GoE(url(world, "237512"), "237512", firmware="59.4", **TIMES) as charger:
        charger.phase_switch_seconds = 0.1
        await settled(charge_point, charger)
        await charging(charger)
        limiter = limiter_of(charge_point)
        await limiter.request(Intent(limit_a=10.7))
        await until(lambda: charger.connector(1).offer.amps == 10)
        await limiter.request(Intent(limit_a=10.7, phases=1))
        await told(limiter)
        # Its phases are not changed in a pause, which would end that.
        assert sent(charger) == [(10.0, None), (0.0, None), (10.0, 1)]
        profile = charger.calls("SetChargingProfile")[-1]["csChargingProfiles"]
        assert profile["chargingSchedule"]["chargingRateUnit"] == "A"
        assert profile["stackLevel"] == 10
        await until(lambda: charger.connector(1).offer.phases == 1)
        await limiter.request(Intent(limit_a=10.7, phases=1, paused=True))
        await until(lambda: charger.connector(1).status == "SuspendedEVSE")


async def test_an_old_go_e_is_told_twice_after_a_pause(world: World) -> None:
    charge_point = adopt(world, "237512")
    async with GoE(url(world, "237512"), "237512", firmware="55.5", **TIMES) as charger:
        await settled(charge_point, charger)
        limiter = limiter_of(charge_point)
        assert not limiter.switches_phases
        await limiter.request(Intent(paused=True))
        await limiter.request(Intent(limit_a=10.0, phases=1))
        await told(limiter)
        assert sent(charger) == [(0.0, None), (10.0, None), (10.0, None)]


async def test_bender_keeps_its_phases(world: World) -> None:
    charge_point = adopt(world, "B1")
    async with Bender(url(world), "B1", **TIMES) as charger:
        await settled(charge_point, charger)
        await charging(charger)
        limiter = limiter_of(charge_point)
        assert not limiter.switches_phases
        await limiter.request(Intent(limit_a=10.55, phases=1))
        assert sent(charger) == [(10.5, None)]
        await until(lambda: charger.connector(1).offer.amps == 10.5)


async def test_evc5_has_two_sockets(world: World) -> None:
    charge_point = adopt(world, "E1")
    async with Evc5(url(world), "E1", **TIMES) as charger:
        await settled(charge_point, charger)
        await limiter_of(charge_point, 1).request(Intent(limit_a=10.0))
        await limiter_of(charge_point, 2).request(Intent(limit_a=12.0))
        profiles = [
            (one["connectorId"], one["csChargingProfiles"]["chargingProfileId"])
            for one in charger.calls("SetChargingProfile")
        ]
        assert profiles == [(1, 10), (2, 9)]
        assert {
            one["csChargingProfiles"]["stackLevel"]
            for one in charger.calls("SetChargingProfile")
        } == {0}
        await charging(charger, 2)
        await until(lambda: charger.connector(2).offer.amps == 12.0)
