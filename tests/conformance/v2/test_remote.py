"""Sessions that are started from Home Assistant, plugs, messages on demand (F)."""

import pytest

from tests.conformance.charge_point import Json, at
from tests.conformance.home import Home
from tests.conformance.tags import VALID

from .cases import case, cases
from .station import ACCEPTED, Station, Visit, reading, sampled, token


async def _start(home: Home, station: Station, **answer: str) -> int:
    """Start from remote with a valid token; return the remoteStartId."""
    station.answers["RequestStartTransaction"] = ACCEPTED | answer
    told = await home.act("remote_start_transaction", id_tag=VALID, connector_id=1)
    assert told["status"] == "accepted"
    (asked,) = station.asked("RequestStartTransaction")
    number: int = asked.pop("remoteStartId")
    assert asked == {"evseId": 1, "idToken": token(VALID)}
    return number


async def _begins(visit: Visit, number: int) -> None:
    """Send the event of the remote start."""
    answer = await visit.event(
        None, "RemoteStart", id_token=VALID, info={"remoteStartId": number}
    )
    assert answer["idTokenInfo"]["status"] == "Accepted"
    visit.authorized_by = VALID


@case("F_01")
async def test_cable_first(home: Home, station: Station) -> None:
    visit = station.visit()
    await visit.plug_in([reading(sampled(1000, "Transaction.Begin"))])
    number = await _start(home, station, transactionId=visit.id)
    await _begins(visit, number)
    await visit.charge()
    await home.shows_status("charging")
    await home.shows_charging("on")
    assert (await home.session())["id_tag"] == VALID


@cases("F_02", "F_03", asks=[True, False])
async def test_start_first(
    home: Home, station: Station, number: str, asks: bool
) -> None:
    remote_start = await _start(home, station)
    # Agreed is not begun.
    await home.shows_charging("off")
    if asks:
        assert (await station.ask(VALID))["status"] == "Accepted"
    visit = station.visit()
    await _begins(visit, remote_start)
    await visit.charge()
    await home.shows_status("charging")
    await home.shows_charging("on")
    assert (await home.session())["id_tag"] == VALID


@case("F_04")
async def test_no_cable_in_time(home: Home, station: Station) -> None:
    visit = station.visit()
    await _begins(visit, await _start(home, station))
    await visit.event("Updated", "EVConnectTimeout")
    # It is not over: the station has not said so.
    assert (await home.session())["end"] is None
    await visit.event("Ended", "EVConnectTimeout", reason="Timeout")
    await home.shows_charging("off")
    assert (await home.session())["reason"] == "timeout"


@case("F_06")
async def test_unlock(home: Home, station: Station) -> None:
    station.answers["UnlockConnector"] = {"status": "Unlocked"}
    await home.use("button", "1/unlock", "press")
    told = await home.act("unlock_connector", connector_id=1)
    assert told == {"status": "unlocked"}
    assert station.asked("UnlockConnector") == [{"evseId": 1, "connectorId": 1}] * 2
    await home.shows_status("available")


# Messages on demand.


async def _trigger(home: Home, station: Station, message: str, **evse: int) -> Json:
    """Ask for a message; return what the station was asked."""
    station.answers["TriggerMessage"] = ACCEPTED
    told = await home.act("trigger_message", requested_message=message, **evse)
    assert told == {"status": "accepted"}
    return station.asked("TriggerMessage")[-1]


@cases("F_11", "F_12", evse=[1, None])
@pytest.mark.parametrize("evses", [2])
async def test_meter_values(
    home: Home, station: Station, number: str, evse: int | None
) -> None:
    named = {} if evse is None else {"connector_id": evse}
    asked = await _trigger(home, station, "meter_values", **named)
    where = {} if evse is None else {"evse": {"id": evse}}
    assert asked == {"requestedMessage": "MeterValues", **where}
    for one in (1, 2) if evse is None else (evse,):
        values = [reading(sampled(41_250 * one, "Trigger"))]
        await station.call("MeterValues", evseId=one, meterValue=values)
        await home.shows("sensor", f"{one}/energy", f"{41.25 * one}")


@cases("F_13", "F_14", evse=[1, None])
async def test_transaction_event(
    home: Home, visit: Visit, number: str, evse: int | None
) -> None:
    named = {} if evse is None else {"connector_id": evse}
    asked = await _trigger(home, visit.station, "transaction_event", **named)
    where = {} if evse is None else {"evse": {"id": evse}}
    assert asked == {"requestedMessage": "TransactionEvent", **where}
    await visit.event(
        "Updated",
        "Trigger",
        "Charging",
        evse=evse is not None,
        values=[reading(sampled(1020, "Trigger"))],
    )
    await home.shows("sensor", "1/session_energy", "0.02")


@case("F_15")
async def test_log_status(home: Home, station: Station) -> None:
    asked = await _trigger(home, station, "log_status_notification")
    assert asked == {"requestedMessage": "LogStatusNotification"}
    assert await station.call("LogStatusNotification", status="Idle") == {}
    await home.shows("sensor", "diagnostics_status", "idle")


@case("F_18")
async def test_firmware_status(home: Home, station: Station) -> None:
    asked = await _trigger(home, station, "firmware_status_notification")
    assert asked == {"requestedMessage": "FirmwareStatusNotification"}
    assert await station.call("FirmwareStatusNotification", status="Idle") == {}
    await home.shows("sensor", "firmware_status", "idle")


@case("F_20")
async def test_heartbeat(home: Home, station: Station) -> None:
    asked = await _trigger(home, station, "heartbeat")
    assert asked == {"requestedMessage": "Heartbeat"}
    before = at()
    assert (await station.call("Heartbeat"))["currentTime"] >= before


@cases(
    "F_23", "F_24", status=["Available", "Occupied"], shown=["available", "preparing"]
)
async def test_status(
    home: Home, station: Station, number: str, status: str, shown: str
) -> None:
    await station.status(status)
    asked = await _trigger(home, station, "status_notification", connector_id=1)
    assert asked == {
        "requestedMessage": "StatusNotification",
        "evse": {"id": 1, "connectorId": 1},
    }
    await station.status(status)
    await home.shows_status(shown)


@case("F_27")
async def test_not_implemented(home: Home, station: Station) -> None:
    station.answers["TriggerMessage"] = {"status": "NotImplemented"}
    with home.told("Garage refused TriggerMessage: NotImplemented"):
        await home.act("trigger_message", requested_message="heartbeat")
    assert station.asked("TriggerMessage") == [{"requestedMessage": "Heartbeat"}]
