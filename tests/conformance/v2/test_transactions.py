"""Transactions: where they start and stop, and what is asked about them (E)."""

from tests.conformance.charge_point import Json
from tests.conformance.home import Home
from tests.conformance.tags import UNKNOWN, VALID

from .cases import case, cases
from .station import Station, Visit, reading, sampled

SIGNED = {
    "signedMeterData": "c2lnbmVk",
    "signingMethod": "ECDSA-secp256r1-SHA256",
    "encodingMethod": "OCMF",
    "publicKey": "a2V5",
}


async def shows_session(home: Home, reason: str, energy_wh: float = 7200) -> None:
    """Fail unless there is one session, that ended like this."""
    await home.shows_charging("off")
    session = await home.session()
    assert session["end"] is not None
    assert (session["reason"], session["energy_wh"]) == (reason, energy_wh)
    assert session["id_tag"] == VALID


async def transactions(home: Home) -> list[Json]:
    """Return all transactions, with those that are no sessions."""
    answer = await home.act("get_sessions", include=["refused"])
    found: list[Json] = answer["sessions"]
    return found


# Where they start.


@case("E_01")
async def test_power_path_closed(home: Home, station: Station) -> None:
    assert (await station.ask(VALID))["status"] == "Accepted"
    await station.status("Occupied")
    await home.shows_status("preparing")
    visit = station.visit()
    answer = await visit.event(
        "Started", "ChargingStateChanged", "SuspendedEVSE", id_token=VALID
    )
    assert answer["idTokenInfo"]["status"] == "Accepted"
    await home.shows_status("suspended_evse")
    await visit.event("Updated", "ChargingStateChanged", "Charging")
    await home.shows_status("charging")
    await home.shows_charging("on")


@case("E_02")
async def test_energy_transfer(home: Home, station: Station) -> None:
    assert (await station.ask(VALID))["status"] == "Accepted"
    await station.status("Occupied")
    answer = await station.visit().event(
        "Started", "ChargingStateChanged", "Charging", id_token=VALID
    )
    assert answer["idTokenInfo"]["status"] == "Accepted"
    await home.shows_status("charging")
    await home.shows_charging("on")


@case("E_03")
async def test_cable_first(home: Home, station: Station) -> None:
    visit = station.visit()
    await visit.plug_in([reading(sampled(1000, "Transaction.Begin"))])
    await home.shows_status("preparing")
    await visit.authorize()
    await visit.charge()
    await home.shows_status("charging")
    await visit.finish()
    await shows_session(home, "ev_disconnected")


@case("E_04")
async def test_token_first(home: Home, station: Station) -> None:
    visit = station.visit()
    await visit.authorize()
    await visit.charge()
    await home.shows_status("charging")
    await visit.finish()
    await shows_session(home, "ev_disconnected")


@case("E_09")
async def test_ev_connected(home: Home, station: Station) -> None:
    await station.status("Occupied")
    answer = await station.visit().event("Started", "CablePluggedIn", "EVConnected")
    assert answer.get("idTokenInfo") is None
    await home.shows_status("preparing")
    # Nobody may charge yet: it is a transaction, and no session.
    assert await home.sessions() == []
    (begun,) = await transactions(home)
    assert begun["end"] is None


@case("E_10")
async def test_authorized(home: Home, station: Station) -> None:
    info = await station.visit().authorize()
    assert info["status"] == "Accepted"
    session = await home.session()
    assert (session["id_tag"], session["end"]) == (VALID, None)


@case("E_11")
async def test_data_signed(home: Home, station: Station) -> None:
    assert (await station.ask(VALID))["status"] == "Accepted"
    await station.status("Occupied")
    visit = station.visit()
    begin = sampled(0.0, "Transaction.Begin") | {"signedMeterValue": SIGNED}
    answer = await visit.event(
        "Started", "SignedDataReceived", id_token=VALID, values=[reading(begin)]
    )
    assert answer["idTokenInfo"]["status"] == "Accepted"
    await visit.event("Updated", "ChargingStateChanged", "Charging")
    await home.shows_status("charging")
    await home.shows_charging("on")


@case("E_12")
async def test_parking_bay_occupied(home: Home, station: Station) -> None:
    visit = station.visit()
    await visit.event("Started", "EVDetected", evse=False)
    assert await home.sessions() == []
    assert len(await transactions(home)) == 1
    # It is no error that it begins so early.
    await visit.authorize(evse=True)
    await visit.charge()
    await home.shows_charging("on")
    assert (await home.session())["id_tag"] == VALID


@case("E_38")
async def test_vehicle_not_ready(home: Home, station: Station) -> None:
    visit = station.visit()
    await visit.authorize()
    await visit.plug_in()
    await visit.event("Updated", "ChargingStateChanged", "SuspendedEV")
    await home.shows_status("suspended_ev")
    await home.shows_charging("on")


@case("E_53")
async def test_sequence_numbers(home: Home, station: Station) -> None:
    for count in (1, 2):
        visit = station.visit()
        await visit.charge()
        await home.shows_charging("on")
        await visit.finish()
        await home.shows_charging("off")
        sessions = await home.sessions()
        assert len(sessions) == count
        assert [one["energy_wh"] for one in sessions] == [7200] * count


# Where they stop.


@cases(
    "E_07",
    "E_15",
    "E_22",
    trigger=["StopAuthorized", "StopAuthorized", "ChargingStateChanged"],
    state=[None, None, "SuspendedEV"],
    reason=["Local", "Local", "StoppedByEV"],
    shown=["local", "local", "stopped_by_ev"],
)
async def test_stops(
    home: Home,
    visit: Visit,
    number: str,
    trigger: str,
    state: str | None,
    reason: str,
    shown: str,
) -> None:
    # What stops by the power path is not authorized any more, either.
    token = VALID if number == "E_07" else None
    end = [reading(sampled(8200, "Transaction.End"))]
    await visit.event(
        "Ended", trigger, state, reason=reason, id_token=token, values=end
    )
    await shows_session(home, shown)
    await home.shows_status("finishing")


@case("E_08")
async def test_energy_transfer_stops(home: Home, visit: Visit) -> None:
    await visit.stop()
    await visit.event(
        "Ended",
        "ChargingStateChanged",
        "EVConnected",
        reason="Local",
        values=[reading(sampled(8200, "Transaction.End"))],
    )
    await shows_session(home, "local")
    await home.shows_status("finishing")


@case("E_14")
async def test_unplugged_at_the_station(home: Home, visit: Visit) -> None:
    await visit.stop()
    await visit.rest()
    await visit.leave()
    await home.shows_status("available")
    await shows_session(home, "ev_disconnected")


@cases("E_17", "E_20", first_the_status=[False, True])
async def test_unplugged_at_the_vehicle(
    home: Home, station: Station, number: str, first_the_status: bool
) -> None:
    visit = station.visit()
    await visit.suspend()
    await home.shows_status("suspended_ev")
    if first_the_status:
        await visit.leave()
    else:
        await visit.event(
            "Ended",
            "EVCommunicationLost",
            "Idle",
            reason="EVDisconnected",
            values=[reading(sampled(8200, "Transaction.End"))],
        )
        await station.status("Available")
    await home.shows_status("available")
    await shows_session(home, "ev_disconnected")


@case("E_16")
async def test_invalid_token(home: Home, station: Station) -> None:
    visit = station.visit()
    info = await visit.present(UNKNOWN)
    assert info["status"] in ("Invalid", "Unknown")
    await visit.event("Ended", "Deauthorized", reason="DeAuthorized")
    await home.shows_charging("off")
    assert await home.sessions() == []


@case("E_19")
async def test_parking_bay_left(home: Home, visit: Visit) -> None:
    await visit.stop()
    await visit.rest()
    await visit.station.status("Available")
    await visit.event(
        "Updated", "EVCommunicationLost", "Idle", values=[reading(sampled(1020))]
    )
    await visit.event("Ended", "EVDeparted", reason="Local")
    await home.shows_status("available")
    await shows_session(home, "local", 20)


@case("E_21")
async def test_stopped_from_remote(home: Home, visit: Visit) -> None:
    station = visit.station
    station.answers["RequestStopTransaction"] = {"status": "Accepted"}
    await home.use("switch", "1/charging", "turn_off")
    assert station.asked("RequestStopTransaction") == [{"transactionId": visit.id}]
    await visit.event(
        "Ended",
        "RemoteStop",
        reason="Remote",
        values=[reading(sampled(8200, "Transaction.End"))],
    )
    await shows_session(home, "remote")


@case("E_26")
async def test_transaction_goes_on(home: Home, station: Station) -> None:
    visit = station.visit()
    await visit.suspend()
    await visit.event("Updated", "EVCommunicationLost", "Idle")
    await station.status("Available")
    assert (await home.session())["end"] is None
    await station.status("Occupied")
    await visit.event("Updated", "CablePluggedIn", "EVConnected")
    await visit.event("Updated", "ChargingStateChanged", "Charging")
    await home.shows_status("charging")
    await visit.finish()
    await shows_session(home, "ev_disconnected")


@case("E_39")
async def test_no_cable_in_time(home: Home, station: Station) -> None:
    visit = station.visit()
    await visit.authorize()
    await visit.event("Ended", "EVConnectTimeout", reason="Timeout")
    await home.shows_charging("off")
    await home.shows_status("available")
    session = await home.session()
    assert (session["reason"], session["energy_wh"] or 0) == ("timeout", 0)


# What is asked about them (E14).


@cases(
    "E_29",
    "E_30",
    "E_33",
    "E_34",
    of_a_transaction=[True, True, False, False],
    queued=[True, False, True, False],
)
async def test_status(
    home: Home, visit: Visit, number: str, of_a_transaction: bool, queued: bool
) -> None:
    station = visit.station
    if queued:
        await station.lose_connection()
        await home.is_connected(False)
        await station.connect()
        await home.is_connected()
        station.frames.clear()
    answer: dict[str, bool] = {"messagesInQueue": queued}
    if of_a_transaction:
        answer["ongoingIndicator"] = True
    station.answers["GetTransactionStatus"] = answer
    fields = {"transaction_id": visit.id} if of_a_transaction else {}
    told = await home.act("get_transaction_status", **fields)
    assert told["messages_in_queue"] is queued
    assert told.get("ongoing_indicator") is (True if of_a_transaction else None)
    asked = {"transactionId": visit.id} if of_a_transaction else {}
    assert asked in station.asked("GetTransactionStatus")
    if queued:
        await visit.event(
            "Updated",
            "MeterValuePeriodic",
            values=[reading(sampled(1020))],
            offline=True,
        )
        await home.shows("sensor", "1/session_energy", "0.02")


@case("E_31")
async def test_status_of_an_ended_one(home: Home, visit: Visit) -> None:
    station = visit.station
    await station.lose_connection()
    await home.is_connected(False)
    await station.connect()
    await station.status("Available")
    first, second, last = (next(visit.seq) for _ in range(3))
    end = [reading(sampled(8200, "Transaction.End"))]
    await visit.event(
        "Ended",
        "EVCommunicationLost",
        "Idle",
        reason="EVDisconnected",
        values=end,
        offline=True,
        seq=last,
    )
    station.answers["GetTransactionStatus"] = {
        "ongoingIndicator": False,
        "messagesInQueue": True,
    }
    told = await home.act("get_transaction_status", transaction_id=visit.id)
    assert (told["ongoing_indicator"], told["messages_in_queue"]) == (False, True)
    assert {"transactionId": visit.id} in station.asked("GetTransactionStatus")
    await visit.event(
        "Updated", "StopAuthorized", id_token=VALID, offline=True, seq=first
    )
    await visit.event(
        "Updated", "ChargingStateChanged", "EVConnected", offline=True, seq=second
    )
    await home.shows_status("available")
    await shows_session(home, "ev_disconnected")
