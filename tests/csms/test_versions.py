"""Versions of OCPP beside each other: the core driven by one that does not exist.

What can be said in OCPP 2.0.1, too, is driven by that as well: `Spoken` translates it.
"""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
import json
from typing import Any, override

import pytest
from websockets.exceptions import ConnectionClosed

from custom_components.ocpp_cs.csms.access.authorization import (
    Authorization,
    AuthorizationStatus,
    Authorizer,
)
from custom_components.ocpp_cs.csms.central_system import Versions
from custom_components.ocpp_cs.csms.charge_point import ChargePoint
from custom_components.ocpp_cs.csms.model.errors import (
    CallErrorReceivedError,
    InvalidAnswerError,
    RefusedError,
    Violation,
)
from custom_components.ocpp_cs.csms.model.model import (
    ChargePointSettings,
    ConnectorStatus,
    utcnow,
)
from custom_components.ocpp_cs.csms.model.tags import Tag
from custom_components.ocpp_cs.csms.transactions.ledger import MemoryStore
from custom_components.ocpp_cs.csms.transactions.transaction import Transaction
from custom_components.ocpp_cs.csms.v2.version import load_version as load_v201
from custom_components.ocpp_cs.csms.v16.version import load_version
from tests.csms.client import CallFailed, Client, Json
from tests.csms.fake_version import SUBPROTOCOL, fake_version
from tests.csms.test_central_system import World, until
from tests.csms.v2.station import V2Station, value as station_value

HELLO = {"maker": "Acme", "kind": "Nine", "number": "S1"}


class OneTag(Authorizer):
    """Knows one card."""

    def authorize(
        self, charge_point_id: str, tag: Tag, *, starting: Transaction | None = None
    ) -> Authorization:
        """Accept CARD."""
        known = tag.id == "CARD"
        return Authorization(
            status=AuthorizationStatus.ACCEPTED
            if known
            else AuthorizationStatus.INVALID
        )


in_both = pytest.mark.parametrize(
    "world", [SUBPROTOCOL, "ocpp2.0.1"], indirect=True, ids=["fake", "2.0.1"]
)
"""Runs a test with the fake version, and with OCPP 2.0.1."""


class TwoVersions(World):
    """A central system that speaks two versions, and prefers the one beside 1.6."""

    def __init__(self, preferred: str) -> None:
        """Prefer the version with that subprotocol."""
        v16 = load_version()
        self.preferred = preferred
        other = fake_version() if preferred == SUBPROTOCOL else load_v201()
        super().__init__(
            MemoryStore(),
            versions=Versions(other, v16, assumed=v16),
            authorizer=OneTag(),
        )


@pytest.fixture
async def world(request: pytest.FixtureRequest) -> AsyncIterator[World]:
    """Return a central system that speaks two versions, and prefers the fake one."""
    world = TwoVersions(getattr(request, "param", SUBPROTOCOL))
    await world.start()
    yield world
    await world.central_system.stop()


_KINDS = {"Begun": "Started", "Goes": "Updated", "Done": "Ended"}
_STATES = {"Free": "Available", "Taken": "Occupied", "Flowing": "Occupied"}


class Spoken(V2Station):
    """Says in OCPP 2.0.1 what a test says in the fake version."""

    @override
    async def call(self, action: str, payload: Json | None = None) -> Json:
        told = payload or {}
        match action:
            case "Hello":
                answer = await self.boot(
                    vendorName=told["maker"],
                    model=told["kind"],
                    serialNumber=told["number"],
                )
                return {
                    "welcome": answer["status"] == "Accepted",
                    "every": answer["interval"],
                }
            case "Card":
                token = {"idToken": told["card"], "type": "ISO14443"}
                answer = await super().call("Authorize", {"idToken": token})
                return {"card": answer["idTokenInfo"]["status"].lower()}
            case "State":
                return await self.status(_STATES[told["state"]], told["evse"])
            case "Event":
                return await self._event(told)
        return await super().call(action, payload)

    async def _event(self, told: Json) -> Json:
        values = None
        if (shown := told.get("reading")) is not None:
            values = [station_reading(shown)]
        answer = await self.event(
            _KINDS[told["kind"]],
            told["id"],
            evse=told["evse"],
            token=told.get("card"),
            values=values,
            reason=told.get("why"),
            state="Charging" if told["kind"] == "Goes" else None,
            timestamp=told["at"],
        )
        info = answer.get("idTokenInfo")
        return {} if info is None else {"card": info["status"].lower()}


def station_reading(shown: Json) -> Json:
    """Return a reading of the meter in OCPP 2.0.1."""
    values = [station_value(shown["wh"])]
    if "watts" in shown:
        values.append(station_value(shown["watts"], "Power.Active.Import", "W"))
    return {"timestamp": shown["at"], "sampledValue": values}


def fake(world: World, charge_point_id: str = "CP1", **answers: Any) -> Client:
    """Return a charge point that speaks the preferred version, yet to connect."""
    if isinstance(world, TwoVersions) and world.preferred != SUBPROTOCOL:
        return Spoken.of(world, charge_point_id, **answers)
    return Client(
        f"ws://127.0.0.1:{world.central_system.port}/{charge_point_id}",
        answers={"Tell": {"result": "Yes"}, **answers},
        subprotocols=(SUBPROTOCOL,),
    )


def at(seconds: float = 0) -> str:
    """Return a time from now on, as a charge point tells it."""
    return (utcnow() + timedelta(seconds=seconds)).isoformat()


def event(kind: str, number: str = "A-1", **more: Any) -> Json:
    """Return an Event."""
    return {"kind": kind, "id": number, "evse": 1, "at": at(), **more}


def reading(wh: float, **more: Any) -> Json:
    """Return a reading of the meter."""
    return {"at": at(), "wh": wh, **more}


async def booted(client: Client, charge_point: ChargePoint) -> None:
    """Boot, and wait for the set-up."""
    await client.call("Hello", HELLO)
    await until(lambda: charge_point.ready)


# Which version is spoken.


@pytest.mark.parametrize(
    ("offered", "chosen"),
    [
        (("ocpp1.6",), "ocpp1.6"),
        (("fake9",), "fake9"),
        # By our own preference, not by the order in which they are offered.
        (("ocpp1.6", "fake9"), "fake9"),
        (("ocpp2.9", "FAKE9", "ocpp1.6"), "FAKE9"),
        (None, None),
    ],
)
async def test_the_preferred_one_is_spoken(
    world: World, offered: tuple[str, ...] | None, chosen: str | None
) -> None:
    """Without a subprotocol it is 1.6, whatever else there is."""
    charge_point = world.adopt()
    client = Client(
        f"ws://127.0.0.1:{world.central_system.port}/CP1",
        answers={"Tell": {"result": "Yes"}},
        subprotocols=offered,
    )
    async with client:
        assert client.websocket.subprotocol == chosen
        if (chosen or "").lower() == SUBPROTOCOL:
            assert (await client.call("Hello", HELLO))["welcome"] is True
        else:
            assert (await client.boot())["status"] == "Accepted"
        assert charge_point.protocol == (chosen or "ocpp1.6")


async def test_none_of_them_is_told_which_there_are(world: World) -> None:
    """The reason names all."""
    world.adopt()
    client = fake(world)
    client._subprotocols = ("ocpp3",)
    async with client:
        with pytest.raises(ConnectionClosed) as closed:
            await client.call("Hello", HELLO)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.reason == "only fake9 and ocpp1.6 are spoken here"


@pytest.mark.parametrize("version", [load_version, fake_version])
def test_every_violation_has_an_error_code(version: Any) -> None:
    """In each version."""
    assert version().dialect.violations.keys() == set(Violation)


# Coming in.


async def test_a_boot_is_the_first_that_is_answered(world: World) -> None:
    """Whoever is not adopted waits, in any version."""
    async with fake(world) as client:
        with pytest.raises(CallFailed) as refused:
            await client.call("Card", {"card": "CARD"})
        assert refused.value.code == "SecurityError"
        with pytest.raises(CallFailed):
            await client.call("State", {"evse": 1, "state": "Flowing"})
        assert await client.call("Hello", HELLO) == {"welcome": False, "every": 30}
        pending = world.central_system.pending["CP1"]
        assert (pending.identity.vendor, pending.identity.serial) == ("Acme", "S1")
        # It was heard all the same, as it may be sent just once.
        assert pending.connectors[1].status is ConnectorStatus.CHARGING
        charge_point = world.adopt()
        (asked,) = await client.wait_for("Tell")
        assert asked == {"what": "boot_notification"}
        await booted(client, charge_point)
        assert charge_point.protocol == SUBPROTOCOL
    await until(lambda: not charge_point.connected)


async def test_a_reconnect_without_a_boot_is_set_up(world: World) -> None:
    """After a while."""
    charge_point = world.adopt()
    async with fake(world) as client:
        assert await client.wait_for("Tell") == [{"what": "state", "evse": 1}]
        assert charge_point.ready


@in_both
async def test_other_settings_are_set_up_anew(world: World) -> None:
    """By what the version says that it writes."""
    charge_point = world.adopt()
    async with fake(world) as client:
        await booted(client, charge_point)
        charge_point.ready = False
        world.adopt(sample_interval=77)
        await until(lambda: charge_point.ready)


@in_both
async def test_a_silent_connection_is_ended(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Liveness is nothing of a version."""
    monkeypatch.setattr("custom_components.ocpp_cs.csms.session._PING_TIMEOUT", 0.5)
    charge_point = world.central_system.adopt(
        "CP1", ChargePointSettings(heartbeat_interval=0, call_timeout=5)
    )
    client = fake(world)
    async with client:
        client.websocket.transport.pause_reading()  # type: ignore[attr-defined]
        await until(lambda: charge_point.connected)
        await until(lambda: not charge_point.connected)
        client.websocket.transport.resume_reading()  # type: ignore[attr-defined]


@in_both
async def test_a_newer_connection_may_be_of_another_version(
    world: TwoVersions,
) -> None:
    """After an update of its firmware, say."""
    charge_point = world.adopt()
    async with world.client() as old:
        await old.boot()
        assert charge_point.protocol == "ocpp1.6"
    await until(lambda: not charge_point.connected)
    async with fake(world) as client:
        await booted(client, charge_point)
        assert charge_point.protocol == world.preferred
        assert await client.call("Card", {"card": "CARD"}) == {"card": "accepted"}


# What comes in.


async def test_status(world: World) -> None:
    """Neutral at the connector, whatever it is called."""
    charge_point = world.adopt()
    async with fake(world) as client:
        await booted(client, charge_point)
        changed: list[ConnectorStatus | None] = []
        connector = charge_point.connector(1)
        connector.watch(("status",), lambda: changed.append(connector.status))
        for state in ("Taken", "Flowing", "vacant"):
            await client.call("State", {"evse": 1, "state": state})
        await until(lambda: len(changed) == 3)
        assert changed == [
            ConnectorStatus.PREPARING,
            ConnectorStatus.CHARGING,
            ConnectorStatus.AVAILABLE,
        ]
        assert charge_point.deviations.counts == {"enum_spelling:State.state": 1}
        await client.call("State", {"evse": 1000, "state": "Free"})
        assert 1000 not in charge_point.connectors


async def test_samples(world: World) -> None:
    """Values and changed fields of the connector."""
    charge_point = world.adopt()
    async with fake(world) as client:
        await booted(client, charge_point)
        await client.call("State", {"evse": 1, "state": "Flowing"})
        readings = [reading(1000, watts=7400, extra={"any": ["thing"]})]
        await client.call("Readings", {"evse": 1, "readings": readings})
        values = charge_point.connector(1).meter.values
        assert values["power"] == 7400
        assert values["energy"] == 1000


@in_both
async def test_a_transaction_from_its_begin_to_its_end(world: World) -> None:
    """With an id of the charge point's own."""
    charge_point = world.adopt()
    connector = charge_point.connector(1)
    happened: list[tuple[str, Json]] = []
    charge_point.listen(lambda kind, data: happened.append((kind, data)))
    async with fake(world) as client:
        await booted(client, charge_point)
        answer = await client.call(
            "Event", event("Begun", card="CARD", reading=reading(1000))
        )
        assert answer == {"card": "accepted"}
        transaction = connector.transaction
        assert transaction is not None
        assert (transaction.id, transaction.id_tag) == ("A-1", "CARD")
        assert transaction.meter_start_wh == 1000
        await client.call("Event", event("Goes", reading=reading(1500, watts=3000)))
        transaction = connector.transaction
        assert transaction is not None and transaction.energy_wh == 500
        assert connector.meter.values["power"] == 3000
        done = event("Done", reading=reading(2500), why="Remote")
        assert await client.call("Event", done) == {}
        assert connector.transaction is None
        # Said once more, as the answer got lost.
        await client.call("Event", done)
    (kept,) = await sessions(world)
    assert (kept.id, kept.connector_id, kept.reason) == ("A-1", 1, "remote")
    assert (kept.energy_wh, kept.meter_stop_wh) == (1500, 2500)
    assert kept.end is not None
    assert (
        "transaction_started",
        {"connector_id": 1, "id": "A-1", "id_tag": "CARD"},
    ) in (happened)
    assert [data["id_tag"] for kind, data in happened if kind == "authorization"] == [
        "CARD"
    ]


async def sessions(world: World) -> list[Transaction]:
    """Return what is in the books."""
    await world.ledger.save()
    return list(world.ledger.at_hand("CP1"))


@in_both
async def test_a_begin_that_is_told_twice_is_one(world: World) -> None:
    """Also from another connection."""
    charge_point = world.adopt()
    begun = event("Begun", card="CARD", reading=reading(1000))
    for _ in range(2):
        async with fake(world) as client:
            await booted(client, charge_point)
            assert await client.call("Event", begun) == {"card": "accepted"}
        await until(lambda: not charge_point.connected)
    (kept,) = await sessions(world)
    assert (kept.id, kept.end) == ("A-1", None)


@in_both
async def test_a_card_that_may_not_charge(world: World) -> None:
    """The transaction is in the books, and shown to nobody."""
    charge_point = world.adopt()
    async with fake(world) as client:
        await booted(client, charge_point)
        assert await client.call("Card", {"card": "OTHER"}) == {"card": "invalid"}
        begun = event("Begun", card="OTHER", reading=reading(1000))
        assert await client.call("Event", begun) == {"card": "invalid"}
        assert charge_point.connector(1).transaction is None
    (kept,) = await sessions(world)
    assert kept.refused


@in_both
async def test_an_end_of_which_the_begin_was_never_heard(world: TwoVersions) -> None:
    """It is booked where it says that it was."""
    charge_point = world.adopt()
    async with fake(world) as client:
        await booted(client, charge_point)
        charge_point.connector(2)
        await client.call(
            "Event", event("Done", "B-7", evse=2, reading=reading(9000), why="Storm")
        )
    (kept,) = await sessions(world)
    # OCPP 2.0.1 has a list of reasons.
    reason = "storm" if world.preferred == SUBPROTOCOL else "other"
    assert (kept.id, kept.connector_id, kept.reason) == ("B-7", 2, reason)


@in_both
async def test_a_transaction_that_began_before_us_is_known_by_its_own_id(
    world: World,
) -> None:
    """Until its end, which it tells with that."""
    charge_point = world.adopt()
    async with fake(world) as client:
        await booted(client, charge_point)
        await client.call("State", {"evse": 1, "state": "Flowing"})
        await client.call("Event", event("Goes", "C-3", reading=reading(4000)))
        transaction = charge_point.connector(1).transaction
        assert transaction is not None and transaction.id == "C-3"
        await client.call("Event", event("Done", "C-3", reading=reading(4800)))
        assert charge_point.connector(1).transaction is None
    (kept,) = await sessions(world)
    assert (kept.id, kept.meter_stop_wh) == ("C-3", 4800)


@in_both
async def test_what_comes_in_another_order_is_one_transaction(world: World) -> None:
    """A queue that is worked off while the car charges on: the id says what belongs."""
    charge_point = world.adopt()
    connector = charge_point.connector(1)
    async with fake(world) as client:
        await booted(client, charge_point)
        await client.call("State", {"evse": 1, "state": "Flowing"})
        goes = event("Goes", "D-1", reading=reading(1500))
        await client.call("Event", goes)
        begun = event("Begun", "D-1", card="CARD", reading=reading(1000))
        begun["at"] = at(-600)
        assert await client.call("Event", begun) == {"card": "accepted"}
        transaction = connector.transaction
        assert transaction is not None
        assert (transaction.id, transaction.id_tag) == ("D-1", "CARD")
        assert transaction.energy_wh == 500
        (kept,) = await sessions(world)
        assert kept == transaction
        await client.call("Event", event("Done", "D-1", reading=reading(1800)))
    (kept,) = await sessions(world)
    assert (kept.energy_wh, kept.id_tag) == (800, "CARD")


@in_both
async def test_an_end_with_the_id_of_another_ends_nothing_else(world: World) -> None:
    """Where ids always tell, nothing is guessed, whatever fits by card and time."""
    charge_point = world.adopt()
    connector = charge_point.connector(1)
    async with fake(world) as client:
        await booted(client, charge_point)
        begun = event("Begun", card="CARD", reading=reading(1000))
        await client.call("Event", begun)
        done = event("Done", "Z-9", card="CARD", reading=reading(2500), why="Local")
        await client.call("Event", done)
        assert connector.transaction is not None
        assert connector.transaction.id == "A-1"
    assert {one.id for one in await sessions(world)} == {"A-1", "Z-9"}


@in_both
async def test_an_end_that_comes_before_its_begin(world: World) -> None:
    """By its id, although another one would fit by its time."""
    charge_point = world.adopt()
    async with fake(world) as client:
        await booted(client, charge_point)
        for number, wh in (("E-1", 2000), ("E-2", 2001)):
            done = event("Done", number, reading=reading(wh))
            await client.call("Event", {**done, "at": at(-60)})
        begun = event("Begun", "E-1", card="CARD", reading=reading(1000))
        await client.call("Event", {**begun, "at": at(-600)})
        assert charge_point.connector(1).transaction is None
    kept = {one.id: one for one in await sessions(world)}
    assert kept.keys() == {"E-1", "E-2"}
    assert (kept["E-1"].energy_wh, kept["E-1"].id_tag) == (1000, "CARD")


@in_both
async def test_an_id_that_is_used_again_is_that_of_another_transaction(
    world: World,
) -> None:
    """An end in the past is none of what begins after it."""
    charge_point = world.adopt()
    async with fake(world) as client:
        await booted(client, charge_point)
        done = event("Done", "1", reading=reading(2000))
        await client.call("Event", {**done, "at": at(-600)})
        await client.call(
            "Event", event("Begun", "1", card="CARD", reading=reading(2000))
        )
        assert charge_point.connector(1).transaction is not None
    assert [(one.id, one.end is None) for one in await sessions(world)] == [
        ("1", True),
        ("1", False),
    ]


# What goes out.


async def test_a_command_and_its_answer(world: World) -> None:
    """Neutral from the entity's side, the version's own on the wire."""
    charge_point = world.adopt()
    async with fake(world, Open={"result": "Done"}) as client:
        await booted(client, charge_point)
        commands = charge_point.commands
        assert await commands.unlock_connector(connector_id=1) == {"status": "unlocked"}
        assert await client.wait_for("Open") == [{"evse": 1}]
        client.answers["Open"] = {"result": "IsStuck"}
        with pytest.raises(RefusedError) as refused:
            await commands.unlock_connector(connector_id=1)
        assert refused.value.status == "is_stuck"
        client.answers["Open"] = "OccurrenceConstraintViolation"
        with pytest.raises(CallErrorReceivedError) as error:
            await commands.unlock_connector(connector_id=1)
        assert error.value.code == "OccurrenceConstraintViolation"
        client.answers["Open"] = {"result": "done"}
        assert await commands.unlock_connector(connector_id=1) == {"status": "unlocked"}
        client.answers["Open"] = {}
        with pytest.raises(InvalidAnswerError):
            await commands.unlock_connector(connector_id=1)


# How it is spelled on the wire.


@pytest.mark.parametrize(
    ("frame", "code_16", "code_fake"),
    [
        ([2, "1", "State", {}], None, "OccurrenceConstraintViolation"),
        (
            [2, "1", "State", {"evse": {}, "state": "Free"}],
            None,
            "TypeConstraintViolation",
        ),
        ([2, "1", "State", []], "FormationViolation", "FormatViolation"),
        ([2, "1", 5, {}], "FormationViolation", "RpcFrameworkError"),
        ([2, {}, "State", {}], "FormationViolation", "RpcFrameworkError"),
        ([2, "1", "Nothing", {}], "NotImplemented", "NotImplemented"),
        ([2, "1", "Open", {"evse": 1}], None, "NotSupported"),
        ([2, "1", "StatusNotification", {}], "OccurenceConstraintViolation", None),
    ],
)
async def test_error_codes_are_those_of_the_version(
    world: World, frame: list[Any], code_16: str | None, code_fake: str | None
) -> None:
    """Misspelled where the version has them so."""
    for charge_point_id, code in (("OLD", code_16), ("NEW", code_fake)):
        if code is None:
            continue
        charge_point = world.adopt(charge_point_id)
        new = charge_point_id == "NEW"
        client = fake(world, charge_point_id) if new else world.client(charge_point_id)
        async with client:
            await (client.call("Hello", HELLO) if new else client.boot())
            await until(lambda seen=charge_point: seen.ready)
            answer = asyncio.get_running_loop().create_future()
            client._open |= {"1": answer, "-1": answer}
            await client.websocket.send(json.dumps(frame))
            with pytest.raises(CallFailed) as refused:
                async with asyncio.timeout(60):
                    await answer
            assert refused.value.code == code
            client._open.clear()


async def test_messages_without_an_answer(world: World) -> None:
    """SEND and CALLRESULTERROR, which are of the version and not of 1.6."""
    charge_point = world.adopt()
    async with fake(world) as client:
        await booted(client, charge_point)
        send = client.websocket.send
        await send(json.dumps([6, "s1", "State", {"evse": 1, "state": "Flowing"}]))
        await send(json.dumps([6, "s2", "Event", event("Begun", card="CARD")]))
        # What is wrong with them is noted, and not answered either.
        await send(json.dumps([6, "s3", "State", {"evse": 1}]))
        await send(json.dumps([6, "s4", "Nothing", {}]))
        await send(json.dumps([6, "s5", "State"]))
        await send(json.dumps([5, "s6", "FormatViolation", "", {}]))
        await client.call("Card", {"card": "CARD"})
        assert client._open == {}
        connector = charge_point.connector(1)
        assert connector.status is ConnectorStatus.CHARGING
        await until(lambda: connector.transaction is not None)
        counts = charge_point.deviations.counts
        assert counts["send_refused"] == 2
        assert counts["send_malformed"] == counts["answer_refused"] == 1
        assert "message_type_unknown" not in counts
    old = world.adopt("OLD")
    async with world.client("OLD") as client:
        await client.boot()
        for frame in ([6, "s1", "Heartbeat", {}], [5, "s2", "x", "", {}]):
            await client.websocket.send(json.dumps(frame))
        await client.call("Heartbeat")
        assert old.deviations.counts["message_type_unknown"] == 2


async def test_schemas_are_compiled_when_they_are_needed(world: World) -> None:
    """Not before: a charge point uses few of what there is."""
    charge_point = world.adopt()
    compiled = world.central_system._versions.agreed(SUBPROTOCOL).schemas._compiled
    assert set(compiled) == set()
    async with fake(world) as client:
        await booted(client, charge_point)
        await client.call("State", {"evse": 1, "state": "Free"})
        assert set(compiled) == {"Hello", "State"}
