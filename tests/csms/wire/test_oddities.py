"""What is expected of some makes: those that do it, and those that do not, on the wire.

Everybody may do it; each test has the one beside the other, and both end up the same
where that is the point.
"""

from collections.abc import AsyncIterator
import json
from typing import Any, override

import pytest

from custom_components.ocpp_cs.csms.access.authorization import (
    ChargePointRules,
    KnownTag,
    TagAuthorizer,
    TagPolicy,
    TagRules,
)
from custom_components.ocpp_cs.csms.charge_point import ChargePoint
from custom_components.ocpp_cs.csms.limits.intent import IN_FORCE, Intent
from custom_components.ocpp_cs.csms.model.errors import InvalidRequestError
from custom_components.ocpp_cs.csms.model.model import ChargePointError, ConnectorStatus
from custom_components.ocpp_cs.csms.model.quirks import Quirk
from custom_components.ocpp_cs.csms.quirks.rules import RULES
from custom_components.ocpp_cs.csms.transactions.ledger import MemoryStore, Transaction
from simulator import Bender, Car, Evc5, Generic, GoE
from tests.csms.central import configured
from tests.csms.limits.test_profiles_on_the_wire import NEVER, charging, sent
from tests.csms.quirks.test_quirks_on_the_wire import TIMES, settled, url
from tests.csms.test_central_system import World, start, stop, until

GOE: Any = {"phases": 3, **TIMES}


@pytest.fixture(name="world")
async def fixture_world() -> AsyncIterator[World]:
    """Return a central system that listens."""
    world = World(MemoryStore())
    await world.start()
    yield world
    await world.central_system.stop()


def sessions(world: World) -> list[Transaction]:
    """Return what is in the books, in its order."""
    return sorted(world.storage.transactions.values(), key=lambda one: one.id)


async def charge(charger: Any, wh: float) -> None:
    """Charge so much in a session that runs; more than 1000 at once is no charging."""
    charger.connector(1).meter.register_wh += wh
    await charger.send_meter_values()


def about(*wh: float) -> Any:
    """Return what is equal to that, and to the little that the car takes meanwhile."""
    return pytest.approx(wh, abs=45)


def test_each_oddity_is_here() -> None:
    """By the name of a test; and some rule expects it."""
    ruled = {one for rule in RULES for one in rule.differs.get("expected", frozenset())}
    assert ruled == set(Quirk)
    tested = {name for name in globals() if name.startswith("test_")}
    missing = [
        one for one in Quirk if not any(f"test_{one}" in name for name in tested)
    ]
    assert not missing


# What is told ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("digits", "yes", "no", "wrong"),
    [(True, "1", "0", None), (False, "true", "false", "0")],
)
async def test_digit_booleans(
    world: World, digits: bool, yes: str, no: str, wrong: str | None
) -> None:
    """Are understood, and written to those that write them."""
    charge_point = world.adopt()
    async with Generic(url(world), "CP1", **TIMES) as charger:
        charger.faults.digit_booleans = digits
        await settled(charge_point, charger)
        assert configured(charge_point, "LocalAuthorizeOffline") == yes
        assert charge_point.connectors[1].limiter.switches_phases
        if wrong is not None:
            with pytest.raises(InvalidRequestError):
                await charge_point.commands.call(
                    "change_configuration", key="LocalAuthorizeOffline", value=wrong
                )
        await charge_point.commands.call(
            "change_configuration", key="LocalAuthorizeOffline", value=no
        )
        (written,) = [
            payload["value"]
            for payload in charger.calls("ChangeConfiguration")
            if payload["key"] == "LocalAuthorizeOffline"
        ]
        assert written == no
        assert not charger.configuration.boolean("LocalAuthorizeOffline")


@pytest.mark.parametrize("long", [True, False])
async def test_long_values(world: World, long: bool) -> None:
    charge_point = world.adopt("B1")
    async with Bender(url(world), "B1", long_values=long, **TIMES) as charger:
        await settled(charge_point, charger)
        told = charger.configuration["RCMB_STATE"].value
        assert (len(told) > 500) is long
        assert configured(charge_point, "RCMB_STATE") == told
        answer = await charge_point.commands.call(
            "get_configuration", key=["RCMB_STATE"]
        )
        assert answer["configuration_key"][0]["value"] == told


@pytest.mark.parametrize("informative", [True, False])
async def test_informative_status(world: World, informative: bool) -> None:
    """It says nothing of the state; the same message with a fault does."""
    charge_point = world.adopt("B1")
    async with Bender(
        url(world), "B1", informative_status=informative, **TIMES
    ) as charger:
        await settled(charge_point, charger)
        await charger.plug()
        await until(
            lambda: charge_point.connectors[1].status is ConnectorStatus.PREPARING
        )
        changed: list[str] = []
        for connector in charge_point.parts:
            for field in ("status", "error_code", "available"):
                connector.watch(
                    (field,),
                    lambda what=f"{connector.number} {field}": changed.append(what),
                )
        charger.web_login()
        await charger.wait_idle()
        assert (charge_point.whole.info is not None) is informative
        assert changed == []
        await charger.set_status(1, "Faulted", error_code="GroundFailure", info="RCD")
        connector = charge_point.connectors[1]
        await until(lambda: connector.error_code is ChargePointError.GROUND_FAILURE)
        assert changed == ["1 error_code", "1 status"]


@pytest.mark.parametrize("occupied", [True, False])
async def test_occupied(world: World, occupied: bool) -> None:
    charge_point = world.adopt("E1")
    async with Evc5(url(world), "E1", occupied_status=occupied, **TIMES) as charger:
        frames: list[str] = []
        charger.on_frame = lambda way, text: frames.append(text)
        await settled(charge_point, charger)
        await charger.plug(2)
        connector = charge_point.connectors[2]
        await until(lambda: connector.status is ConnectorStatus.PREPARING)
        assert connector.plugged_in
        assert any('"Occupied"' in text for text in frames) is occupied
        assert any('"Preparing"' in text for text in frames) is not occupied
        await charger.present_card("TAG", 2)
        await until(lambda: connector.status is ConnectorStatus.CHARGING)
        assert connector.transaction is not None


# Message ids ----------------------------------------------------------------


@pytest.mark.parametrize(("make", "repeat"), [(GoE, True), (Generic, False)])
async def test_ids_repeat(world: World, make: Any, repeat: bool) -> None:
    """After each boot; what comes with them is new, and is answered and counted."""
    charge_point = world.adopt("237512")
    where = url(world, "237512" if make is GoE else "")
    async with make(where, "237512", **GOE) as charger:
        ids: list[str] = []

        def note(way: str, text: str) -> None:
            frame = json.loads(text)
            if way == "out" and frame[0] == 2:
                ids.append(frame[1])

        charger.on_frame = note
        for number in (1, 2):
            await settled(charge_point, charger)
            await charging(charger)
            await charge(charger, 500)
            await charger.unplug()
            await charger.wait_idle()
            await until(lambda: len(sessions(world)) == number)  # noqa: B023
            await until(lambda: sessions(world)[-1].end is not None)
            if number == 1:
                await charger.reboot()
        assert (len(set(ids)) < len(ids)) is repeat
        assert [one.energy_wh for one in sessions(world)] == about(500, 500)
        assert charge_point.boots == 2
        assert not charger.violations


async def test_ids_repeat_with_what_was_answered_before(world: World) -> None:
    """To the letter: the id of a start that has its answer, after a boot."""
    charge_point = world.adopt()
    numbers: list[int] = []
    for boot in range(2):
        # A client counts from 1.
        async with world.client() as client:
            await client.boot()
            answer = await client.call("StartTransaction", start(1000 * boot))
            numbers.append(answer["transactionId"])
            ended = stop(numbers[-1], 1000 * boot + 500)
            assert await client.call("StopTransaction", ended) == {}
    assert len(set(numbers)) == 2
    assert [one.energy_wh for one in sessions(world)] == [500, 500]
    assert charge_point.boots == 2

    # Also on a connection that stays: a restart need not end it.
    async with world.client() as client:
        await client.boot()
        first = await client.call("StartTransaction", start(3000))
        client._ids = iter(["2"])  # type: ignore[assignment]
        again = await client.call("StartTransaction", start(4000))
        assert again["transactionId"] != first["transactionId"]


# Limits and connections -----------------------------------------------------


@pytest.mark.parametrize("lost", [True, False])
async def test_limits_lost(world: World, lost: bool) -> None:
    """What is wanted is told again with each connection, so a pause stays one."""
    charge_point = world.adopt("237512")
    charge_point.profile_methods.timing = NEVER
    async with GoE(url(world, "237512"), "237512", **GOE) as charger:
        charger.faults.drop_profile_on_reconnect = lost
        await settled(charge_point, charger)
        await charging(charger)
        limiter = charge_point.connectors[1].limiter
        await limiter.request(Intent(paused=True))
        await until(lambda: charger.connector(1).status == "SuspendedEVSE")
        await charger.drop()
        kept: list[int] = []
        charger.on_frame = lambda way, text: kept.append(len(charger.profiles))
        await charger.reconnect()
        await until(lambda: len(sent(charger)) == 2)
        await until(lambda: limiter.state in IN_FORCE)
        assert sent(charger) == [(0.0, None)] * 2
        assert kept[0] == (0 if lost else 1)
        await until(lambda: charger.connector(1).status == "SuspendedEVSE")


class Lasting(Bender):
    """Goes on with a session after a restart, as far as its settings say so."""

    keeps = True

    @override
    def keeps_transactions(self, reason: str) -> bool:
        return self.keeps


@pytest.mark.parametrize("keeps", [True, False])
@pytest.mark.parametrize("watchdog", [0.05, 0.0])
async def test_reboots_without_server(
    world: World, watchdog: float, keeps: bool
) -> None:
    """Its session goes on, or ended then; what was measured meanwhile is booked."""
    charge_point = world.adopt("B1")
    async with Lasting(url(world), "B1", tcp_watchdog=watchdog, **TIMES) as charger:
        charger.keeps = keeps
        await settled(charge_point, charger)
        await charging(charger)
        await charge(charger, 400)
        number = charger.connector(1).transaction_id
        await world.central_system.stop()
        await charge(charger, 200)
        if watchdog:
            await charger.wait_for(lambda: charger.boot_count == 1)
        again = World(world.storage)
        await again.start()
        try:
            charge_point = again.adopt("B1")
            charger.link.url = f"{url(again)}B1"
            await settled(charge_point, charger)
            assert charge_point.boots == (1 if watchdog else 0)
            connector = charge_point.connectors[1]
            goes_on = keeps or not watchdog
            assert (connector.transaction is not None) is goes_on
            if goes_on:
                await charge(charger, 100)
                await charger.unplug()
                await charger.wait_idle()
            (session,) = sessions(again)
            assert session.public_id == number
            assert [session.energy_wh] == about(700 if goes_on else 600)
            assert session.reason == ("ev_disconnected" if goes_on else "reboot")
            assert not charge_point.deviations.counts.keys() & {
                "unknown_transaction_stopped"
            }
        finally:
            await again.central_system.stop()


# Transactions ---------------------------------------------------------------


@pytest.mark.parametrize("minus_one", [True, False])
async def test_stop_minus_one(world: World, minus_one: bool) -> None:
    """It ends what runs at that connector, and nothing that ended before."""
    charge_point = world.adopt("237512")
    async with GoE(url(world, "237512"), "237512", firmware="054.7", **GOE) as charger:
        charger.faults.stop_minus_one = minus_one
        # It tells whole seconds, within which no car is changed for another.
        charger.version = (55, 6)
        frames: list[Any] = []
        charger.on_frame = lambda way, text: frames.append(json.loads(text))
        await settled(charge_point, charger)
        for wh in (400, 800):
            await charging(charger)
            await charge(charger, wh)
            await charger.unplug()
            await charger.wait_idle()
            assert charge_point.connectors[1].transaction is None
        first, second = sessions(world)
        assert [first.energy_wh, second.energy_wh] == about(400, 800)
        assert first.end is not None
        assert second.end is not None
        stops = [
            frame[3]["transactionId"]
            for frame in frames
            if frame[0] == 2 and frame[2] == "StopTransaction"
        ]
        assert stops == ([-1, -1] if minus_one else [first.public_id, second.public_id])


@pytest.mark.parametrize(("make", "checked"), [(Evc5, False), (Generic, True)])
@pytest.mark.parametrize(("tag", "charges"), [("KNOWN", True), ("STRANGE", False)])
async def test_remote_tag_unchecked(
    world: World, make: Any, checked: bool, tag: str, charges: bool
) -> None:
    """It is judged all the same, when the transaction begins."""
    authorizer = TagAuthorizer(lambda: world.ledger.running("E1"))
    authorizer.rules = TagRules(
        tags=[KnownTag(id="KNOWN", name="Anna")],
        charge_points={"E1": ChargePointRules(policy=TagPolicy.KNOWN)},
    )
    world.central_system._authorizer = authorizer
    charge_point: ChargePoint = world.adopt("E1")
    async with make(url(world), "E1", **TIMES) as charger:
        charger.configuration.put("AuthorizeRemoteTxRequests", "true")
        seen: list[str] = []

        def note(way: str, text: str) -> None:
            frame = json.loads(text)
            if way == "out" and frame[0] == 2 and frame[2] in WANTED:
                seen.append(frame[2])

        charger.on_frame = note
        await settled(charge_point, charger)
        await charger.plug(1, Car())
        await charge_point.commands.call(
            "remote_start_transaction", connector_id=1, id_tag=tag
        )
        await until(lambda: "Authorize" in seen if checked else seen)
        await charger.wait_idle()
        expected = ["Authorize"] if checked else []
        if charges or not checked:
            expected.append("StartTransaction")
        if not charges and not checked:
            expected.append("StopTransaction")
        await until(lambda: seen == expected)
        await charger.wait_idle()
        running = charge_point.connectors[1].transaction
        assert (running is not None) is charges
        if not charges and not checked:
            (session,) = sessions(world)
            assert session.reason == "de_authorized"


WANTED = ("Authorize", "StartTransaction", "StopTransaction")
