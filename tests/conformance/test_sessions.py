"""Cold boot, and sessions that begin and end at the charge point."""

from datetime import datetime

import pytest

from .cases import case
from .charge_point import ChargePoint, at
from .home import Home
from .tags import FAMILY, VALID


@case("TC_001_CSMS", "Cold boot")
@pytest.mark.parametrize("connectors", [2])
async def test_cold_boot(home: Home, line: ChargePoint) -> None:
    await line.connect()
    answer = await line.boot()
    assert (answer["status"], answer["interval"]) == ("Accepted", 60)
    assert datetime.fromisoformat(answer["currentTime"]).tzinfo is not None
    await line.statuses()
    assert datetime.fromisoformat((await line.call("Heartbeat"))["currentTime"])
    await home.is_connected()
    for connector in line.connectors:
        await home.shows_status("available", connector)
    # What it can do is asked for once.
    assert await line.is_asked("GetConfiguration") == [{}]


@case("TC_003_CSMS", "Regular charging session, plug-in first")
async def test_plug_in_first(home: Home, cp: ChargePoint) -> None:
    await cp.status("Preparing")
    await home.shows_status("preparing")
    await home.shows("binary_sensor", "1/plugged_in", "on")
    answer = await cp.call("Authorize", idTag=VALID)
    assert answer == {"idTagInfo": {"status": "Accepted", "parentIdTag": FAMILY}}
    answer = await cp.start(VALID)
    assert answer["idTagInfo"]["status"] == "Accepted"
    assert answer["transactionId"] > 0
    await cp.status("Charging")
    await home.shows_status("charging")
    await home.shows_charging("on")
    session = await home.session()
    assert session["transaction_id"] == answer["transactionId"]
    assert (session["id_tag"], session["meter_start_wh"]) == (VALID, 1000)
    assert session["end"] is None


@case("TC_004_1_CSMS", "Regular charging session, identification first")
async def test_identification_first(home: Home, cp: ChargePoint) -> None:
    assert await cp.authorize(VALID) == "Accepted"
    assert (await home.shows_event("authorization", "accepted"))["tag"] == "Anna"
    await cp.status("Preparing")
    answer = await cp.start(VALID)
    assert answer["idTagInfo"]["status"] == "Accepted"
    await cp.status("Charging")
    await home.shows_status("charging")
    await home.shows("binary_sensor", "1/charging", "on")
    assert (await home.session())["transaction_id"] == answer["transactionId"]


@case("TC_004_2_CSMS", "Identification first, connection time-out")
async def test_connection_timeout(home: Home, cp: ChargePoint) -> None:
    assert await cp.authorize(VALID) == "Accepted"
    await cp.status("Preparing")
    await home.shows_status("preparing")
    await cp.status("Available")
    await home.shows_status("available")
    await home.shows_charging("off")
    assert await home.sessions() == []


@case("TC_005_1_CSMS", "EV side disconnected, the transaction is stopped")
async def test_ev_side_disconnected(
    home: Home, cp: ChargePoint, transaction_id: int
) -> None:
    await cp.status("SuspendedEV")
    await home.shows_status("suspended_ev")
    end = at()
    answer = await cp.stop(
        transaction_id, meter=3500, timestamp=end, reason="EVDisconnected"
    )
    assert answer == {}
    await cp.status("Finishing")
    await home.shows_status("finishing")
    await home.shows_charging("off")
    await home.shows("sensor", "1/stop_reason", "ev_disconnected")
    await home.shows("sensor", "1/session_energy", "2.5")
    await cp.status("Available")
    await home.shows_status("available")
    await home.shows("binary_sensor", "1/plugged_in", "off")
    session = await home.session()
    assert session["reason"] == "ev_disconnected"
    assert session["energy_wh"] == 2500
    assert datetime.fromisoformat(session["end"]) == datetime.fromisoformat(end)


@case("TC_007_CSMS", "Regular start of a charging session, cached id")
async def test_cached_id(home: Home, cp: ChargePoint) -> None:
    await cp.status("Preparing")
    # The cache knows the tag: the central system is not asked, and has to look itself.
    answer = await cp.start(VALID)
    assert answer["idTagInfo"]["status"] == "Accepted"
    await cp.status("Charging")
    await home.shows_charging("on")
    assert (await home.shows_event("authorization", "accepted"))["tag"] == "Anna"
