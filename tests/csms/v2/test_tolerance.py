"""What stations of OCPP 2.0.1 say wrong is used as far as it can be, and counted."""

from collections.abc import AsyncIterator
from copy import deepcopy
from typing import Any

import pytest

from custom_components.ocpp_cs.csms.charge_point import ChargePoint
from custom_components.ocpp_cs.csms.model.model import ConnectorStatus
from custom_components.ocpp_cs.csms.transactions.ledger import MemoryStore
from tests.csms.client import CallFailed
from tests.csms.test_central_system import World
from tests.csms.v2.station import V2Station, at, reading, value, wh

type Json = dict[str, Any]

GONE = object()
"""Marks a field that is left out."""

EVENT: Json = {
    "eventType": "Started",
    "timestamp": "2026-11-30T10:00:00Z",
    "triggerReason": "Authorized",
    "seqNo": 0,
    "transactionInfo": {"transactionId": "T", "chargingState": "Charging"},
    "evse": {"id": 1, "connectorId": 1},
    "idToken": {"idToken": "CARD", "type": "ISO14443"},
    "meterValue": [wh(1000)],
}
STATUS: Json = {
    "timestamp": "2026-11-30T10:00:00Z",
    "connectorStatus": "Occupied",
    "evseId": 1,
    "connectorId": 1,
}
METER: Json = {"evseId": 1, "meterValue": [reading(value(230.5, "Voltage", "V"))]}
SAMPLE = "meterValue.0.sampledValue.0"
BOOT: Json = {
    "reason": "PowerUp",
    "chargingStation": {"vendorName": "Acme", "model": "Two"},
}
AUTHORIZE: Json = {"idToken": {"idToken": "CARD", "type": "ISO14443"}}
REPORT: Json = {
    "requestId": 1,
    "generatedAt": "2026-11-30T10:00:00Z",
    "seqNo": 0,
    "reportData": [
        {
            "component": {"name": "A"},
            "variable": {"name": "B"},
            "variableAttribute": [{"value": "1"}],
        }
    ],
}


def broken(payload: Json, path: str, wrong: Any) -> Json:
    """Return a copy of a payload with another value, or none, at a path."""
    payload = deepcopy(payload)
    place: Any = payload
    *holders, last = path.split(".")
    for name in holders:
        place = place[int(name)] if isinstance(place, list) else place[name]
    if wrong is GONE:
        del place[last]
    else:
        place[last] = wrong
    return payload


class Place(World):
    """A central system with one station that has booted."""

    station: V2Station
    charge_point: ChargePoint

    async def say(self, action: str, payload: Json) -> Json:
        """Send a call; only what is wrong with it is counted afterwards."""
        self.charge_point.deviations.counts.clear()
        return await self.station.call(action, payload)

    @property
    def noted(self) -> set[str]:
        """What was noted of the last call."""
        return {*self.charge_point.deviations.counts}


@pytest.fixture
async def place() -> AsyncIterator[Place]:
    """Return the central system with its station."""
    place = Place(MemoryStore())
    await place.start()
    place.charge_point = place.adopt()
    async with V2Station.of(place) as place.station:
        await place.station.booted(place)
        yield place
    await place.central_system.stop()


@pytest.mark.parametrize(
    ("path", "wrong", "noted"),
    [
        ("seqNo", "3", "type:"),
        ("seqNo", GONE, "missing:"),
        ("seqNo", None, "missing:"),
        ("seqNo", 2**70, "replaced:"),
        ("evse.id", "1", "type:"),
        ("evse", None, "null:"),
        ("evse", 1, "dropped:"),
        ("evse.connectorId", "1", "type:"),
        (f"{SAMPLE}.value", "1000", "type:"),
        ("meterValue.0.timestamp", GONE, "missing:"),
        ("triggerReason", "Whatever", "enum_unknown:"),
        ("triggerReason", GONE, "missing:"),
        ("triggerReason", "authorized", "enum_spelling:"),
        ("eventType", "STARTED", "enum_spelling:"),
        ("timestamp", GONE, "missing:"),
        ("transactionInfo.chargingState", "Boosting", "dropped:"),
        ("transactionInfo.chargingState", "ev_connected", "enum_spelling:"),
        ("transactionInfo.chargingState", "Preparing", "enum_spelling:"),
        ("idToken.type", "RFID", "enum_spelling:"),
        ("idToken.type", "Telepathy", "enum_unknown:"),
        ("idToken.type", GONE, "missing:"),
        ("idToken.type", "iso14443", "enum_spelling:"),
        ("offline", "true", "type:"),
        ("reservationId", "x", "dropped:"),
        ("extra", {"a": 1}, "extra_field:"),
        ("customData", {"x": 1}, "dropped:"),
    ],
)
async def test_a_session_is_booked_all_the_same(
    place: Place, path: str, wrong: Any, noted: str
) -> None:
    """With its card and its meter."""
    answer = await place.say("TransactionEvent", broken(EVENT, path, wrong))
    assert answer == {"idTokenInfo": {"status": "Accepted"}}
    assert any(kind.startswith(noted) for kind in place.noted), place.noted
    (kept,) = place.ledger.at_hand("CP1")
    assert (kept.id, kept.connector_id, kept.id_tag) == ("T", 1, "CARD")
    assert kept.meter_start_wh == 1000


@pytest.mark.parametrize("evse", [0, -3, 65, 99])
async def test_an_evse_that_cannot_be(place: Place, evse: int) -> None:
    """The session is that of the only one there is."""
    await place.say("TransactionEvent", broken(EVENT, "evse.id", evse))
    (kept,) = place.ledger.at_hand("CP1")
    assert (kept.connector_id, kept.id_tag) == (1, "CARD")
    assert place.charge_point.connector_numbers == [1]


@pytest.mark.parametrize("length", [36, 37, 255])
async def test_long_ids(place: Place, length: int) -> None:
    """What is longer than the specification allows is kept, up to 1000 characters."""
    card, number = "c" * length, "t" * length
    answer = await place.say("Authorize", broken(AUTHORIZE, "idToken.idToken", card))
    assert answer["idTokenInfo"]["status"] == "Accepted"
    event = broken(EVENT, "idToken.idToken", card)
    event = broken(event, "transactionInfo.transactionId", number)
    await place.say("TransactionEvent", event)
    (kept,) = place.ledger.at_hand("CP1")
    assert (kept.id, kept.id_tag) == (number, card)
    assert bool(place.noted) is (length > 36)
    # And it ends by its id.
    event |= {"eventType": "Ended", "seqNo": 1, "timestamp": at()}
    await place.say("TransactionEvent", event)
    (kept,) = place.ledger.at_hand("CP1")
    assert kept.end is not None


async def test_an_id_without_end(place: Place) -> None:
    event = broken(EVENT, "transactionInfo.transactionId", "t" * 5000)
    await place.say("TransactionEvent", event)
    (kept,) = place.ledger.at_hand("CP1")
    assert len(kept.id) == 1000


@pytest.mark.parametrize(
    ("reason", "kept"),
    [
        ("Local", "local"),
        ("evdisconnected", "ev_disconnected"),
        ("EVDisconnect", "ev_disconnected"),
        ("HardReset", "immediate_reset"),
        ("Boredom", "other"),
    ],
)
async def test_reasons(place: Place, reason: str, kept: str) -> None:
    await place.say("TransactionEvent", EVENT)
    event = broken(EVENT, "transactionInfo.stoppedReason", reason)
    event |= {"eventType": "Ended", "seqNo": 1, "timestamp": at()}
    await place.say("TransactionEvent", event)
    (session,) = place.ledger.at_hand("CP1")
    assert session.reason == kept


@pytest.mark.parametrize(
    ("path", "wrong", "status", "noted"),
    [
        ("evseId", 0, ConnectorStatus.PREPARING, True),
        ("evseId", "1", ConnectorStatus.PREPARING, True),
        ("evseId", GONE, ConnectorStatus.PREPARING, True),
        ("connectorId", GONE, ConnectorStatus.PREPARING, True),
        ("connectorId", 0, ConnectorStatus.PREPARING, False),
        ("timestamp", GONE, ConnectorStatus.PREPARING, True),
        ("connectorStatus", "occupied", ConnectorStatus.PREPARING, True),
        ("connectorStatus", "Preparing", ConnectorStatus.PREPARING, True),
        ("connectorStatus", "SuspendedEV", ConnectorStatus.PREPARING, True),
        ("connectorStatus", "Inoperative", ConnectorStatus.UNAVAILABLE, True),
    ],
)
async def test_a_status(
    place: Place, path: str, wrong: Any, status: ConnectorStatus, noted: bool
) -> None:
    assert await place.say("StatusNotification", broken(STATUS, path, wrong)) == {}
    assert place.charge_point.connectors[1].status is status
    assert bool(place.noted) is noted


@pytest.mark.parametrize(
    ("path", "wrong", "seen"),
    [
        ("evseId", GONE, {"voltage": 230.5}),
        # The main meter.
        ("evseId", 0, {}),
        (f"{SAMPLE}.measurand", "voltage", {"voltage": 230.5}),
        (f"{SAMPLE}.measurand", "Voltage.X", {}),
        (f"{SAMPLE}.phase", "phase 1", {"voltage_l1": 230.5}),
        # A value of an unknown phase is not that of all.
        (f"{SAMPLE}.phase", "L9", {}),
        (f"{SAMPLE}.unitOfMeasure", "V", {"voltage": 230.5}),
        (f"{SAMPLE}.unitOfMeasure.multiplier", 400, {}),
        (f"{SAMPLE}.unitOfMeasure.multiplier", -400, {}),
        (f"{SAMPLE}.unitOfMeasure.multiplier", "0", {"voltage": 230.5}),
        (f"{SAMPLE}.context", "X", {"voltage": 230.5}),
        (f"{SAMPLE}.value", "230,5", {"voltage": 230.5}),
        (f"{SAMPLE}.value", None, {}),
        ("meterValue.0.sampledValue", {}, {}),
        ("meterValue", GONE, {}),
    ],
)
async def test_meter_values(
    place: Place, path: str, wrong: Any, seen: dict[str, float]
) -> None:
    assert await place.say("MeterValues", broken(METER, path, wrong)) == {}
    values = dict(place.charge_point.connector(1).meter.values)
    assert {name: values.get(name) for name in seen} == seen
    if not seen:
        assert values == {}


@pytest.mark.parametrize(
    ("path", "wrong"),
    [
        ("reason", GONE),
        ("reason", "Bored"),
        ("chargingStation", GONE),
        ("chargingStation.model", GONE),
        ("chargingStation.model", "m" * 300),
        ("chargingStation.serialNumber", 7),
        ("chargingStation.modem", "x"),
    ],
)
async def test_a_boot(place: Place, path: str, wrong: Any) -> None:
    answer = await place.say("BootNotification", broken(BOOT, path, wrong))
    assert answer["status"] == "Accepted"
    assert place.noted


@pytest.mark.parametrize(
    ("action", "payload", "path", "wrong", "code"),
    [
        ("TransactionEvent", EVENT, "eventType", "Begun", "PropertyConstraint"),
        ("TransactionEvent", EVENT, "eventType", GONE, "OccurrenceConstraint"),
        ("TransactionEvent", EVENT, "transactionInfo", GONE, "OccurrenceConstraint"),
        ("TransactionEvent", EVENT, "transactionInfo", [], "TypeConstraint"),
        (
            "TransactionEvent",
            EVENT,
            "transactionInfo.transactionId",
            GONE,
            "OccurrenceConstraint",
        ),
        (
            "TransactionEvent",
            EVENT,
            "transactionInfo.transactionId",
            {},
            "TypeConstraint",
        ),
        ("StatusNotification", STATUS, "connectorStatus", "X", "PropertyConstraint"),
        ("StatusNotification", STATUS, "connectorStatus", GONE, "OccurrenceConstraint"),
        ("Authorize", AUTHORIZE, "idToken", GONE, "OccurrenceConstraint"),
        ("Authorize", AUTHORIZE, "idToken", "CARD", "TypeConstraint"),
        ("Authorize", AUTHORIZE, "idToken.idToken", GONE, "OccurrenceConstraint"),
    ],
)
async def test_what_cannot_be_used_is_refused_with_the_code_of_2(
    place: Place, action: str, payload: Json, path: str, wrong: Any, code: str
) -> None:
    """And nothing of it is kept."""
    with pytest.raises(CallFailed) as refused:
        await place.say(action, broken(payload, path, wrong))
    assert refused.value.code == f"{code}Violation"
    assert path.rsplit(".", maxsplit=1)[-1] in refused.value.description
    assert not place.ledger.at_hand("CP1")


@pytest.mark.parametrize(
    ("path", "wrong"),
    [
        ("seqNo", GONE),
        ("tbc", "false"),
        ("requestId", "1"),
        ("requestId", GONE),
        ("generatedAt", GONE),
        ("reportData", {}),
        ("reportData.0.variableAttribute", GONE),
        ("reportData.0.variableAttribute.0.value", 5),
        ("reportData.0.variableAttribute.0.mutability", "RW"),
        ("reportData.0.component", "A"),
    ],
)
async def test_a_report(place: Place, path: str, wrong: Any) -> None:
    assert await place.say("NotifyReport", broken(REPORT, path, wrong)) == {}
    assert place.noted
