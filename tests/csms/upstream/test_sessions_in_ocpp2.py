"""How sessions are told to a backend that speaks OCPP 2.0.1, message for message."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from custom_components.ocpp_cs.csms.access.authorization import AuthorizationStatus
from custom_components.ocpp_cs.csms.model.model import (
    ChargePointError,
    ConnectorStatus,
    DiagnosticsStatus,
    FirmwareStatus,
    Identity,
    utcnow,
)
from custom_components.ocpp_cs.csms.model.tags import Tag, TagKind
from custom_components.ocpp_cs.csms.transactions.transaction import Details, Transaction
from custom_components.ocpp_cs.csms.transactions.writer import StoreWriter
from custom_components.ocpp_cs.csms.upstream.model import (
    Cause,
    Kind,
    Report,
    Role,
    SessionChoice,
    SignedValue,
    ToldSession,
)
from custom_components.ocpp_cs.csms.upstream.speech import (
    BootReason,
    BootStatus,
    ConnectorState,
)
from custom_components.ocpp_cs.csms.upstream.told.books import UpstreamBooks
from custom_components.ocpp_cs.csms.v2.upstream.speech import V2Speech
from custom_components.ocpp_cs.csms.v2.version import load_schemas
from simulator import Car
from tests.csms.test_central_system import until

from .backend import QUICK, Backend, House, Json
from .pair import Pair, charger_of

SCHEMAS = load_schemas()
START = datetime(2026, 1, 1, 12, tzinfo=UTC)
END = START + timedelta(hours=1)


@pytest.fixture(name="backend")
async def fixture_backend() -> AsyncIterator[Backend]:
    """Return a backend that speaks OCPP 2.0.1, and is told valid messages only."""
    async with Backend() as backend:
        backend.subprotocol = "ocpp2.0.1"
        yield backend
        for action, payload in backend.calls:
            check(action, payload)


def check(action: str, payload: Json) -> None:
    """Check a message by the schemas."""
    schema = SCHEMAS.request(action)
    assert schema is not None
    assert not schema.problems(payload, formats=True), (action, payload)


@pytest.fixture(name="house")
async def fixture_house(backend: Backend) -> AsyncIterator[House]:
    """Return a house whose charge point the backend is told of."""
    # A busy machine is no silent one.
    async with House(replace(QUICK, answer=60.0)) as house:
        house.play(backend.url, subprotocol="ocpp2.0.1", roles=frozenset(Role))
        yield house


def events(backend: Backend) -> list[Json]:
    """Return the TransactionEvents that a backend was told."""
    return backend.told("TransactionEvent")


@pytest.mark.parametrize("version", ["1.6", "2.0.1"])
async def test_a_session(backend: Backend, house: House, version: str) -> None:
    async with charger_of(house.world, version) as charger:
        await charger.wait_idle()
        await charger.plug(1, Car(capacity_kwh=100.0))
        await until(lambda: house.station.connected)
        await until(lambda: "Occupied" in plugs(backend))
        await charger.present_card("CARD1", 1)
        await until(lambda: states(backend)[-1:] == ["Charging"])
        charger.connector(1).meter.register_wh += 300
        await charger.present_card("CARD1", 1)
        await until(lambda: events(backend)[-1]["eventType"] == "Ended")
        (ours,) = house.world.ledger.at_hand("CP1")
        await charger.unplug(1)
        await until(lambda: plugs(backend)[-1] == "Available")
    first, last = events(backend)[0], events(backend)[-1]
    assert (first["eventType"], first["triggerReason"]) == ("Started", "Authorized")
    assert first["idToken"] == {"idToken": "CARD1", "type": "ISO14443"}
    assert first["evse"] == {"id": 1, "connectorId": 1}
    assert "offline" not in first
    assert [one["seqNo"] for one in events(backend)] == list(
        range(len(events(backend)))
    )
    (number,) = {one["transactionInfo"]["transactionId"] for one in events(backend)}
    assert 0 < len(number) <= 36
    assert number != ours.id
    assert last["triggerReason"] == "StopAuthorized"
    assert last["transactionInfo"]["stoppedReason"] == "Local"
    begin, end = (one["sampledValue"][0] for one in last["meterValue"])
    assert (begin["context"], end["context"]) == (
        "Transaction.Begin",
        "Transaction.End",
    )
    assert end["value"] - begin["value"] == pytest.approx(ours.energy_wh, abs=0.001)
    changes = [one for one in events(backend) if one["eventType"] == "Updated"]
    assert changes[0]["triggerReason"] == "ChargingStateChanged"
    # What is Occupied in any of five ways is so once.
    told = plugs(backend)
    assert all(one != other for one, other in pairwise(told))


def plugs(backend: Backend) -> list[str]:
    """Return the statuses of the plug that a backend was told."""
    return [one["connectorStatus"] for one in backend.told("StatusNotification")]


def states(backend: Backend) -> list[str]:
    """Return the charging states that a backend was told."""
    return [
        one["transactionInfo"]["chargingState"]
        for one in events(backend)
        if "chargingState" in one["transactionInfo"]
    ]


@pytest.mark.parametrize("version", ["1.6", "2.0.1"])
async def test_a_session_that_the_backend_starts_and_stops(
    backend: Backend, house: House, version: str
) -> None:
    async with charger_of(house.world, version) as charger:
        await charger.wait_idle()
        await charger.plug(1, Car(capacity_kwh=100.0))
        await until(lambda: house.station.connected and "Occupied" in plugs(backend))
        start = {
            "idToken": {"idToken": "DE1ABCD", "type": "eMAID"},
            "remoteStartId": 4711,
            "evseId": 1,
        }
        await backend.ask("RequestStartTransaction", start)
        await until(lambda: events(backend) and backend.replies)
        assert backend.replies[-1][2] == {"status": "Accepted"}
        first = events(backend)[0]
        assert first["triggerReason"] == "RemoteStart"
        assert first["transactionInfo"]["remoteStartId"] == 4711
        assert first["idToken"] == {"idToken": "DE1ABCD", "type": "eMAID"}
        number = first["transactionInfo"]["transactionId"]
        await backend.ask("GetTransactionStatus", {"transactionId": number}, "2")
        await until(lambda: backend.replies[-1][1] == "2")
        assert backend.replies[-1][2]["ongoingIndicator"] is True
        await backend.ask(
            "TriggerMessage", {"requestedMessage": "TransactionEvent"}, "3"
        )
        await until(
            lambda: "Trigger" in [one["triggerReason"] for one in events(backend)]
        )
        await backend.ask("RequestStopTransaction", {"transactionId": number}, "4")
        await until(lambda: events(backend)[-1]["eventType"] == "Ended")
        last = events(backend)[-1]
        assert last["triggerReason"] == "RemoteStop"
        assert last["transactionInfo"]["stoppedReason"] == "Remote"
        await until(lambda: not len(house.station.outbox))
        await backend.ask("GetTransactionStatus", {"transactionId": number}, "5")
        await backend.ask(
            "TriggerMessage", {"requestedMessage": "TransactionEvent"}, "6"
        )
        await until(lambda: backend.replies[-1][1] == "6")
        assert backend.replies[-2][2] == {
            "ongoingIndicator": False,
            "messagesInQueue": False,
        }
        assert backend.replies[-1][2] == {"status": "Rejected"}


async def test_a_session_of_a_reservation(backend: Backend, house: House) -> None:
    async with charger_of(house.world, "1.6") as charger:
        await charger.wait_idle()
        await until(lambda: house.station.connected and "Available" in plugs(backend))
        reservation = {
            "id": 12,
            "expiryDateTime": (utcnow() + timedelta(hours=1)).isoformat(),
            "idToken": {"idToken": "CARD1", "type": "ISO14443"},
            "evseId": 1,
        }
        await backend.ask("ReserveNow", reservation)
        await until(lambda: plugs(backend)[-1] == "Reserved" and backend.replies)
        assert backend.replies[-1][2] == {"status": "Accepted"}
        await charger.plug(1, Car(capacity_kwh=100.0))
        await charger.present_card("CARD1", 1)
        await until(lambda: events(backend))
        assert events(backend)[0]["reservationId"] == 12


async def test_a_private_session_is_not_measured_for_the_backend(
    backend: Backend, house: House
) -> None:
    """Not by what it asks for, either; only the status is told."""
    more: Any = {"subprotocol": "ocpp2.0.1", "sessions": SessionChoice.OWN}
    house.play(backend.url, **more)
    trigger = {"requestedMessage": "MeterValues", "evse": {"id": 1}}
    power = {
        "component": {"name": "EVSE", "evse": {"id": 1}},
        "variable": {"name": "Power"},
    }

    async def ask(number: str) -> tuple[str, str]:
        await backend.ask("TriggerMessage", trigger, f"t{number}")
        await backend.ask("GetVariables", {"getVariableData": [power]}, f"v{number}")
        await until(lambda: f"v{number}" in [one[1] for one in backend.replies])
        answers = {one[1]: one[2] for one in backend.replies}
        result = answers[f"v{number}"]["getVariableResult"][0]
        return answers[f"t{number}"]["status"], result["attributeValue"]

    async with charger_of(house.world, "1.6") as charger:
        await charger.wait_idle()
        await charger.send_meter_values()
        connector = house.charge_point.connector(1)
        await until(lambda: house.station.connected and connector.measurements)
        assert (await ask("1"))[0] == "Accepted"
        await until(lambda: backend.told("MeterValues"))
        await charger.plug(1, Car(capacity_kwh=100.0))
        await charger.present_card("PRIVATE", 1)
        await until(lambda: connector.transaction)
        before = len(backend.told("MeterValues"))
        assert await ask("2") == ("Rejected", "")
        await backend.ask(
            "TriggerMessage", {"requestedMessage": "TransactionEvent"}, "x"
        )
        await until(lambda: "x" in [one[1] for one in backend.replies])
        assert backend.replies[-1][2] == {"status": "Rejected"}
        await until(lambda: "Occupied" in plugs(backend))
        assert len(backend.told("MeterValues")) == before
    assert not events(backend)


async def test_the_id_of_a_session_survives_a_restart(tmp_path: Path) -> None:
    """It is made before anything is told, so that a repetition is known as one."""
    path = tmp_path / "books.db"
    async with Pair(path) as pair:
        pair.attach(subprotocol="ocpp2.0.1", url="ws://127.0.0.1:9/ocpp")
        async with charger_of(pair.house, "1.6") as charger:
            await charger.wait_idle()
            await charger.plug(1, Car(capacity_kwh=100.0))
            await charger.present_card("CARD1", 1)
            await until(lambda: len(pair.station.outbox))
        (session,) = pair.ours
        told = pair.books.told("employer", session.key)
        assert told is not None
        number = told.told_id
        assert number is not None
        await pair.books.save()
    writer = StoreWriter(path)
    books = UpstreamBooks(writer)
    await writer.load()
    again = books.told("employer", session.key)
    assert again is not None
    assert again.told_id == number
    assert again.tag_kind is None
    start = books.reports("employer", "CP1")[0]
    assert (start.kind, start.offline) == (Kind.START, True)
    await writer.close()


# What single messages say.


@pytest.fixture(name="speech")
async def fixture_speech() -> AsyncIterator[V2Speech]:
    """Return the speech of a station that is never connected."""
    async with House() as house:
        station = house.play("ws://127.0.0.1:9/ocpp", subprotocol="ocpp2.0.1")
        assert isinstance(station.speech, V2Speech)
        yield station.speech


def session(**more: Any) -> Transaction:
    """Return a session of one hour and 5 kWh."""
    return Transaction(
        **{
            "id": "17",
            "seq": 17,
            "charge_point_id": "CP1",
            "connector_id": 2,
            "id_tag": "CARD1",
            "start": START,
            "reported_start": START,
            "meter_start_wh": 1000.5,
            "register_wh": 6000.25,
            "end": END,
            "reported_end": END,
            "meter_stop_wh": 6000.5,
            "reason": "local",
            **more,
        }
    )


def told(**more: Any) -> ToldSession:
    """Return a session as the backend knows it."""
    return ToldSession(
        **{
            "upstream": "employer",
            "key": ("CP1", "17", START),
            "connector_id": 2,
            "id_tag": "CARD1",
            "told_id": "ours",
            **more,
        }
    )


def report(kind: Kind, **more: Any) -> Report:
    """Return a queued message."""
    return Report(
        **{
            "number": 1,
            "kind": kind,
            "key": ("CP1", "17", START),
            "seq": 3,
            "time": START,
            **more,
        }
    )


def say(speech: V2Speech, one: Report, about: Transaction, known: ToldSession) -> Json:
    """Return a valid TransactionEvent."""
    action, payload = speech.report(one, about, known)
    assert action == "TransactionEvent"
    check(action, payload)
    return payload


def values(payload: Json) -> list[tuple[str, float]]:
    """Return context and value of all samples."""
    return [
        (one["context"], one["value"])
        for value in payload.get("meterValue", ())
        for one in value["sampledValue"]
    ]


async def test_registers_are_those_of_the_books(speech: V2Speech) -> None:
    begin, end = ("Transaction.Begin", 1000.5), ("Transaction.End", 6000.5)
    stop = report(Kind.STOP, time=END)
    assert values(say(speech, report(Kind.START), session(), told())) == [begin]
    assert values(say(speech, stop, session(), told())) == [begin, end]
    # What is not known is not told as 0.
    unknown = session(meter_start_wh=None)
    assert values(say(speech, report(Kind.START), unknown, told())) == []
    assert values(say(speech, stop, unknown, told())) == [end]
    nothing = session(meter_start_wh=None, meter_stop_wh=None, register_wh=None)
    assert values(say(speech, stop, nothing, told())) == []
    # A stop below the start has no energy in our books.
    fallen = session(meter_stop_wh=10.0, register_wh=None)
    assert values(say(speech, stop, fallen, told()))[1] == ("Transaction.End", 1000.5)


async def test_when_and_where(speech: V2Speech) -> None:
    at = START + timedelta(microseconds=123_456)
    moved = session(start=at, details=Details(plug=3))
    payload = say(speech, report(Kind.START, offline=True), moved, told())
    assert payload["timestamp"] == "2026-01-01T12:00:00.123Z"
    assert payload["evse"] == {"id": 2, "connectorId": 3}
    assert payload["offline"] is True
    assert payload["seqNo"] == 3
    stop = say(speech, report(Kind.STOP, time=at), session(), told())
    assert stop["timestamp"] == "2026-01-01T13:00:00.000Z"


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        ({"id_tag": "CARD1"}, ("CARD1", "ISO14443")),
        ({"id_tag": "E0" + "1" * 14}, ("E0" + "1" * 14, "ISO15693")),
        ({"id_tag": "HA", "tag_kind": TagKind.CENTRAL}, ("HA", "Central")),
        ({"id_tag": "***34"}, ("***34", "KeyCode")),
        ({"id_tag": ""}, ("", "NoAuthorization")),
        ({"id_tag": "x" * 36}, ("x" * 36, "ISO14443")),
        ({"id_tag": "x" * 37}, ("", "NoAuthorization")),
    ],
)
async def test_id_tokens(speech: V2Speech, known: Json, expected: Any) -> None:
    payload = say(speech, report(Kind.START), session(), told(**known))
    assert tuple(payload["idToken"].values()) == expected
    trigger = "Authorized" if known["id_tag"] else "CablePluggedIn"
    assert payload["triggerReason"] == trigger


@pytest.mark.parametrize(
    ("reason", "expected"),
    [
        ("local", ("Local", "StopAuthorized")),
        ("remote", ("Remote", "RemoteStop")),
        ("ev_disconnected", ("EVDisconnected", "EVCommunicationLost")),
        ("hard_reset", ("ImmediateReset", "ResetCommand")),
        ("soft_reset", ("Reboot", "ResetCommand")),
        ("unlock_command", ("Other", "UnlockCommand")),
        ("de_authorized", ("DeAuthorized", "Deauthorized")),
        ("power_loss", ("PowerLoss", "AbnormalCondition")),
        ("soc_limit_reached", ("SOCLimitReached", "EnergyLimitReached")),
        ("stopped_by_ev", ("StoppedByEV", "ChargingStateChanged")),
        ("of a maker", ("Other", "AbnormalCondition")),
        (None, ("Other", "AbnormalCondition")),
    ],
)
async def test_reasons(speech: V2Speech, reason: str | None, expected: Any) -> None:
    payload = say(speech, report(Kind.STOP), session(reason=reason), told())
    stopped = payload["transactionInfo"]["stoppedReason"]
    assert (stopped, payload["triggerReason"]) == expected


async def test_values_and_states(speech: V2Speech) -> None:
    measured = {"energy": 2000.1239, "power": 7400.0, "current_l1": 16.0}
    due = report(Kind.METER, values=measured, state=ConnectorStatus.SUSPENDED_EV)
    payload = say(speech, due, session(), told())
    assert payload["eventType"] == "Updated"
    assert payload["triggerReason"] == "MeterValuePeriodic"
    assert payload["transactionInfo"]["chargingState"] == "SuspendedEV"
    assert values(payload) == [("Sample.Periodic", 2000.124)]
    for more, trigger, context in (
        ({"aligned": True}, "MeterValueClock", "Sample.Clock"),
        ({"cause": Cause.STATE}, "ChargingStateChanged", "Sample.Periodic"),
        ({"cause": Cause.ASKED}, "Trigger", "Trigger"),
    ):
        payload = say(
            speech, report(Kind.METER, values=measured, **more), session(), told()
        )
        assert payload["triggerReason"] == trigger
        assert values(payload) == [(context, 2000.124)]
    assert not values(say(speech, report(Kind.METER), session(), told()))


async def test_signed_values_are_passed_on_as_they_are(speech: V2Speech) -> None:
    begin = SignedValue(
        context="Transaction.Begin",
        measurand="Energy.Active.Import.Register",
        data="OCMF|{...}|{...}",
        encoding="OCMF",
        method="ECDSA-secp256r1",
        public_key="key",
    )
    bare = SignedValue(context=None, measurand=None, data="x")
    payload = say(speech, report(Kind.STOP, signed=(begin, bare)), session(), told())
    first, last = (one["sampledValue"][0] for one in payload["meterValue"])
    assert first["signedMeterValue"] == {
        "signedMeterData": "OCMF|{...}|{...}",
        "signingMethod": "ECDSA-secp256r1",
        "encodingMethod": "OCMF",
        "publicKey": "key",
    }
    assert last["signedMeterValue"]["signedMeterData"] == "x"
    assert values(payload) == [
        ("Transaction.Begin", 1000.5),
        ("Transaction.End", 6000.5),
    ]
    # Two signatures of one value are two values; one of nothing that is known, one.
    two = report(Kind.METER, values={"energy": 5.0}, signed=(bare, bare))
    assert values(say(speech, two, session(), told())) == [("Sample.Periodic", 5.0)] * 2
    odd = SignedValue(context="Odd", measurand="Temperature", data="y")
    payload = say(speech, report(Kind.METER, signed=(odd,)), session(), told())
    (sample,) = payload["meterValue"][0]["sampledValue"]
    assert sample["signedMeterValue"]["signedMeterData"] == "y"


async def test_an_id_is_made_for_a_session_of_another_version(speech: V2Speech) -> None:
    known = told(told_id=None)
    say(speech, report(Kind.START), session(), known)
    number = known.told_id
    assert number is not None
    payload = say(speech, report(Kind.STOP), session(), known)
    assert payload["transactionInfo"]["transactionId"] == number


async def test_answers_are_read(speech: V2Speech) -> None:
    start = report(Kind.START)
    assert speech.confirmation(start, {}).decision is None
    info = {
        "status": "Blocked",
        "cacheExpiryDateTime": "2026-01-01T12:00:00Z",
        "groupIdToken": {"idToken": "STAFF", "type": "Central"},
    }
    answer = speech.confirmation(start, {"idTokenInfo": info, "totalCost": 1.25})
    assert answer.told_id is None
    assert answer.decision is not None
    assert answer.decision.status is AuthorizationStatus.BLOCKED
    assert answer.decision.expires == START
    assert answer.decision.parent_id_tag == "STAFF"
    for word, status in (
        ("Accepted", AuthorizationStatus.ACCEPTED),
        ("ConcurrentTx", AuthorizationStatus.CONCURRENT_TX),
        ("Expired", AuthorizationStatus.EXPIRED),
        ("NoCredit", AuthorizationStatus.INVALID),
        ("Unknown", AuthorizationStatus.INVALID),
        ("NotAtThisLocation", AuthorizationStatus.INVALID),
    ):
        decision = speech.decision({"idTokenInfo": {"status": word}})
        assert decision.status is status
    for wrong in ([], None, {"idTokenInfo": 5}, {"idTokenInfo": {}}):
        with pytest.raises(ValueError, match=r"no|answer"):
            speech.confirmation(start, wrong)
    for wrong in ({}, [], {"idTokenInfo": {"status": 1}}):
        with pytest.raises(ValueError, match="no"):
            speech.decision(wrong)
    assert speech.authorize(Tag("CODE", TagKind.KEY_CODE)) == (
        "Authorize",
        {"idToken": {"idToken": "CODE", "type": "KeyCode"}},
    )


async def test_boots(speech: V2Speech) -> None:
    identity = Identity(
        vendor="v" * 60, model="m" * 60, serial="s" * 60, firmware="1", iccid="i" * 30
    )
    action, payload = speech.boot(identity, BootReason.POWER_UP)
    check(action, payload)
    assert payload["reason"] == "PowerUp"
    assert payload["chargingStation"]["modem"] == {"iccid": "i" * 20}
    check(*speech.boot(Identity(), BootReason.TRIGGERED))
    answer = speech.boot_answer({"status": "Pending", "interval": 7})
    assert (answer.status, answer.interval) == (BootStatus.PENDING, 7)
    assert speech.boot_answer({"status": "Accepted"}).interval == 0
    for wrong in ({}, [], {"status": "accepted"}, {"status": None}):
        with pytest.raises(ValueError, match="status"):
            speech.boot_answer(wrong)


async def test_problems_begin_and_are_over(speech: V2Speech) -> None:
    def told_of(number: int, **more: Any) -> list[tuple[str, Json]]:
        fields: Any = {"status": ConnectorStatus.AVAILABLE, **more}
        calls = speech.status(ConnectorState(number=number, **fields), START)
        for call in calls:
            check(*call)
        return calls

    assert [action for action, _ in told_of(1)] == ["StatusNotification"]
    assert told_of(0) == []
    failure = {
        "status": ConnectorStatus.FAULTED,
        "info": "hot",
        "vendor_error_code": "E1",
    }
    _, (_, event) = told_of(1, error_code=ChargePointError.HIGH_TEMPERATURE, **failure)
    (data,) = event["eventData"]
    assert data["component"] == {"name": "TemperatureSensor", "evse": {"id": 1}}
    assert (data["actualValue"], data["techCode"]) == ("true", "E1")
    assert data["techInfo"] == "high_temperature: hot"
    _, (_, event) = told_of(1)
    assert [(one["actualValue"], one["cleared"]) for one in event["eventData"]] == [
        ("false", True)
    ]
    assert len(told_of(1)) == 1
    ((_, event),) = told_of(0, status=ConnectorStatus.UNAVAILABLE)
    assert event["eventData"][0]["actualValue"] == "Unavailable"
    ((_, event),) = told_of(0)
    assert event["eventData"][0]["actualValue"] == "Available"
    assert told_of(0) == []


async def test_upkeep_is_told(speech: V2Speech) -> None:
    for firmware in FirmwareStatus:
        check(*speech.firmware_status(firmware))
    for diagnostics in DiagnosticsStatus:
        check(*speech.diagnostics_status(diagnostics))
    call = speech.data_transfer("acme", "m", {"a": 1})
    assert call is not None
    check(*call)
    assert call[1] == {"vendorId": "acme", "messageId": "m", "data": {"a": 1}}
    bare = speech.data_transfer("acme", None, None)
    assert bare == ("DataTransfer", {"vendorId": "acme"})
    answer = speech.data_transfer_answer({"status": "UnknownVendorId", "data": [1]})
    assert (answer.status, answer.data) == ("unknown_vendor_id", [1])
    for wrong in ({}, {"status": "Perhaps"}, "x"):
        with pytest.raises(ValueError, match="answer"):
            speech.data_transfer_answer(wrong)
