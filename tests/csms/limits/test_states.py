"""The states of a limit: each change that the tables have is made, and no other."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from itertools import count
import logging
from pathlib import Path
import re
from typing import Any

import pytest

from custom_components.ocpp_cs.csms.charge_point import ChargePoint
from custom_components.ocpp_cs.csms.limits.intent import Intent, LimitState, Phases
from custom_components.ocpp_cs.csms.limits.limiter import Limiter
from custom_components.ocpp_cs.csms.limits.states import (
    STEPS,
    TRANSITIONS,
    StateMachine,
    Step,
)
from custom_components.ocpp_cs.csms.model.errors import CsmsError
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
from tests.csms.quirks.test_quirks_on_the_wire import settled, url
from tests.csms.test_central_system import World, until

from .test_profiles_on_the_wire import (
    NEVER,
    QUICK,
    TIMES,
    adopt,
    answered,
    charging,
    limiter_of,
)

EDGES = [
    (before, after) for before in TRANSITIONS for after in sorted(TRANSITIONS[before])
]
USERS = ChargingProfile(
    id=1,
    stack_level=0,
    purpose=Purpose.TX_DEFAULT,
    kind=Kind.RELATIVE,
    schedules=(Schedule(unit=Unit.AMPERE, periods=(Period(start=0, limit=16),)),),
)


DOCUMENT = Path(__file__).parents[3] / "docs" / "limits.md"
ROW = re.compile(r"^\| `(\w+)` \|.*\| ([^|]*) \|$", re.MULTILINE)
ENDLESS = replace(NEVER, pause=60.0)
"""With which nothing is checked, and a pause lasts as long as current flows."""


class Moody(Generic):
    """Accepts limits, and obeys them, as long as it is told to."""

    accepts = obeys = True

    def refuse_profile(self, number: object, profile: Any) -> str | None:
        return super().refuse_profile(number, profile) if self.accepts else "no"

    def limit(self, connector: Any) -> Any:
        limit = super().limit(connector)
        return limit if self.obeys else type(connector.offer)(16.0)


class Walker:
    """Takes the limit of a charging car from state to state, as users might.

    Each method named `to_` and a state leads there from every state that may come
    before it.
    """

    def __init__(self, charge_point: ChargePoint, charger: Moody) -> None:
        """Begin where nothing is wanted."""
        self.charge_point = charge_point
        self.charger = charger
        self.limiter: Limiter = limiter_of(charge_point)
        self.limits = (8.0 + number % 4 for number in count())
        self.phases: Phases | None = None

    async def reach(self, state: LimitState) -> None:
        """Go to a state, and wait until it is reached."""
        checked = state in (LimitState.VERIFIED, LimitState.IGNORED)
        self.charge_point.profile_methods.timing = QUICK if checked else ENDLESS
        self.charger.obeys = state is LimitState.VERIFIED
        self.charger.accepts = state is not LimitState.REFUSED
        if state is not LimitState.SWITCHING:
            self.phases = self.limiter._sender.phases
        await getattr(self, f"to_{state}")()
        await until(lambda: self.limiter.state is state)

    def want(self) -> None:
        """Want another limit, like the charge control, which awaits no answer."""
        self.limiter.set_intent(
            Intent(limit_a=next(self.limits), phases=self.phases), persistent=False
        )

    async def go_on(self) -> None:
        """Let what is wanted be sent, whatever has kept it from that."""
        if not self.charge_point.connected:
            await self.charger.reconnect()
            await settled(self.charge_point, self.charger)
        elif self.limiter.state is LimitState.HELD:
            await self.charge_point.commands.clear_charging_profile(id=USERS.id)

    async def to_none(self) -> None:
        self.limiter.set_intent(Intent(), persistent=False)
        await self.go_on()

    async def to_pending(self) -> None:
        await self.charger.drop()
        await until(lambda: not self.charge_point.connected)
        self.want()

    async def to_sent(self) -> None:
        self.want()
        await self.go_on()

    async def to_refused(self) -> None:
        self.want()
        await self.go_on()

    async def to_switching(self) -> None:
        self.phases = 3 if self.limiter._sender.phases == 1 else 1
        self.want()
        await self.go_on()

    async def to_verified(self) -> None:
        if self.limiter.state is LimitState.SENT:
            # So that it is checked soon.
            self.limiter.apply_again()
        else:
            self.charger.connector(1).update()
            await self.charger.send_meter_values()

    async def to_ignored(self) -> None:
        self.limiter.apply_again()

    async def to_held(self) -> None:
        if not self.charge_point.connected:
            # As it is after a restart.
            self.charge_point.profile_methods.user_installed(1, USERS)
            await self.go_on()
            return
        await self.charge_point.commands.set_charging_profile(
            connector_id=1, charging_profile=USERS
        )
        if self.limiter.state is LimitState.NONE:
            self.want()


ROUTES = {
    LimitState.NONE: [],
    LimitState.VERIFIED: [LimitState.SENT, LimitState.VERIFIED],
    LimitState.IGNORED: [LimitState.SENT, LimitState.IGNORED],
}
"""How a state is reached from the beginning, if not at once."""


@pytest.fixture(name="world")
async def fixture_world() -> AsyncIterator[World]:
    """Return a central system that listens."""
    world = World(MemoryStore())
    await world.start()
    yield world
    await world.central_system.stop()


@pytest.fixture(name="changes")
def fixture_changes(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, Any]]:
    """Return the changes of state in the order in which they come."""
    changes: list[tuple[Any, Any]] = []
    to = StateMachine.to

    def noted(self: StateMachine[Any], state: Any) -> bool:
        before = self.state
        if is_another := to(self, state):
            changes.append((before, state))
        return is_another

    monkeypatch.setattr(StateMachine, "to", noted)
    return changes


@pytest.mark.parametrize(
    ("before", "after"), EDGES, ids=[f"{one}-{other}" for one, other in EDGES]
)
async def test_each_change_of_a_limit(
    world: World,
    changes: list[tuple[Any, Any]],
    before: LimitState,
    after: LimitState,
) -> None:
    charge_point = adopt(world)
    async with Moody(url(world), "CP1", **TIMES) as charger:
        await settled(charge_point, charger)
        await charging(charger)
        await until(lambda: charge_point.connectors[1].status == "charging")
        walker = Walker(charge_point, charger)
        for state in ROUTES.get(before, [before]):
            await walker.reach(state)
        changes.clear()
        await walker.reach(after)
        of_limits = [one for one in changes if type(one[0]) is LimitState]
        assert of_limits[0] == (before, after)
        assert "limit_state_unexpected" not in charge_point.deviations.counts


async def test_a_limit_that_is_held_is_not_judged(world: World) -> None:
    """Though the one before was ignored, and the meter now shows less."""
    charge_point = adopt(world)
    async with Moody(url(world), "CP1", **TIMES) as charger:
        await settled(charge_point, charger)
        await charging(charger)
        await until(lambda: charge_point.connectors[1].status == "charging")
        walker = Walker(charge_point, charger)
        for state in (LimitState.SENT, LimitState.IGNORED, LimitState.HELD):
            await walker.reach(state)
        charger.obeys = True
        await charge_point.commands.set_charging_profile(
            connector_id=1,
            charging_profile=replace(
                USERS,
                schedules=(
                    Schedule(unit=Unit.AMPERE, periods=(Period(start=0, limit=6),)),
                ),
            ),
        )
        charger.connector(1).update()
        await charger.send_meter_values()
        await until(lambda: charge_point.connectors[1].measurements["current_l1"] < 7)
        await walker.limiter.request(Intent(limit_a=9.5), persistent=False)
        assert walker.limiter.state is LimitState.HELD


async def test_a_limit_that_stays_is_judged_though_another_was_wanted(
    world: World,
) -> None:
    """What rounds to the same limit is not sent again, and ends no check for good."""
    charge_point = adopt(world)
    async with Moody(url(world), "CP1", **TIMES) as charger:
        await settled(charge_point, charger)
        await charging(charger)
        await until(lambda: charge_point.connectors[1].status == "charging")
        walker = Walker(charge_point, charger)
        for state in (LimitState.SENT, LimitState.IGNORED):
            await walker.reach(state)
        sent = walker.limiter._sender.sent
        assert sent is not None
        await walker.limiter.request(
            Intent(limit_a=sent.amps + 0.02, phases=walker.phases), persistent=False
        )
        assert walker.limiter._sender.sent == sent
        charger.obeys = True
        charger.connector(1).update()
        await charger.send_meter_values()
        await until(lambda: walker.limiter.state is LimitState.VERIFIED)


async def at(limiter: Limiter, step: Step) -> None:
    """Wait for a step, which may last for some turns of the event loop only."""
    async with asyncio.timeout(60):
        while limiter._turns.step is not step:
            await asyncio.sleep(0)


async def test_each_step_of_sending(
    world: World, changes: list[tuple[Any, Any]]
) -> None:
    charge_point = adopt(world)
    limiter = limiter_of(charge_point, charge_point.connector(1).number)
    silent = False
    takes = answered(lambda _: not silent)
    async with world.client(SetChargingProfile=takes) as client:
        await client.boot()
        await until(lambda: charge_point.ready)
        await limiter.request(Intent(limit_a=10.0))
        one_turn = [
            (Step.IDLE, Step.DUE),
            (Step.DUE, Step.WAITING),
            (Step.WAITING, Step.SENDING),
            (Step.SENDING, Step.IDLE),
        ]
        await until(lambda: not limiter.is_busy)
        assert [one for one in changes if type(one[0]) is Step] == one_turn
        # Two limits at once: the second one follows the first.
        first = limiter._turns.join()
        limiter.set_intent(Intent(limit_a=11.0))
        await at(limiter, Step.SENDING)
        limiter.set_intent(Intent(limit_a=12.0))
        assert limiter._turns.step is Step.SUPERSEDED
        assert await first == {"status": "accepted"}
        await until(lambda: not limiter.is_busy)
        # The charge point goes while a newer one waits, and while the guard time runs.
        silent = True
        limiter.set_intent(Intent(limit_a=13.0))
        await at(limiter, Step.SENDING)
        limiter.set_intent(Intent(limit_a=14.0))
    await until(lambda: not charge_point.connected)
    assert limiter._turns.step is Step.DUE
    silent = False
    charge_point.profile_methods.timing = replace(NEVER, guard=60.0)
    async with world.client(SetChargingProfile=takes) as client:
        await client.boot()
        await at(limiter, Step.WAITING)
    await at(limiter, Step.DUE)
    steps = {one for one in changes if type(one[0]) is Step}
    assert steps == {(before, one) for before in STEPS for one in STEPS[before]}
    assert "limit_state_unexpected" not in charge_point.deviations.counts


async def test_who_waits_hears_that_the_charge_point_has_gone(world: World) -> None:
    """Also who asked for what is being sent just then."""
    charge_point = adopt(world)
    limiter = limiter_of(charge_point, charge_point.connector(1).number)
    async with world.client(SetChargingProfile=answered(lambda _: False)) as client:
        await client.boot()
        await until(lambda: charge_point.ready)
        served = asyncio.create_task(limiter.request(Intent(limit_a=10.0)))
        await at(limiter, Step.SENDING)
        waiting = asyncio.create_task(limiter.request(Intent(limit_a=11.0)))
        await at(limiter, Step.SUPERSEDED)
    async with asyncio.timeout(60):
        answers = await asyncio.gather(served, waiting, return_exceptions=True)
    assert all(isinstance(one, CsmsError) for one in answers) and len(answers) == 2


async def test_a_change_that_should_not_be_is_noticed(
    world: World, caplog: pytest.LogCaptureFixture, unexpected_states: list[str]
) -> None:
    """And made, as what is wanted has to be sent all the same."""
    charge_point = adopt(world)
    limiter = limiter_of(charge_point, charge_point.connector(1).number)
    limiter.judged(True)
    assert limiter.state is LimitState.VERIFIED
    assert charge_point.deviations.counts["limit_state_unexpected"] == 1
    (record,) = [one for one in caplog.records if one.levelno == logging.ERROR]
    assert record.getMessage() == "A limit became verified, which was none"
    assert unexpected_states == ["none to verified"]
    unexpected_states.clear()


def test_every_state_can_be_left_and_reached() -> None:
    for table in (TRANSITIONS, STEPS):
        states = set(table)
        assert states == set(type(next(iter(states))))
        assert all(table[state] for state in states)
        assert set.union(*(set(table[state]) for state in states)) == states


def test_the_tables_are_in_the_documentation() -> None:
    rows = {
        state: frozenset(re.findall(r"`(\w+)`", others))
        for state, others in ROW.findall(DOCUMENT.read_text(encoding="utf-8"))
    }
    assert rows == {
        str(state): frozenset(map(str, others))
        for table in (TRANSITIONS, STEPS)
        for state, others in table.items()
    }
