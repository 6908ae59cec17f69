"""What happened while the power or the connection was gone."""

from datetime import datetime
from typing import Any

import pytest

from .cases import case
from .charge_point import ChargePoint, at
from .home import Home
from .tags import UNKNOWN, VALID


def same_time(told: str | None, expected: str) -> bool:
    """Tell whether two texts mean the same time."""
    return told is not None and (
        datetime.fromisoformat(told) == datetime.fromisoformat(expected)
    )


async def _away_and_back(home: Home, cp: ChargePoint) -> None:
    """Lose the connection, and have it again: no boot is due (J 5.4)."""
    await cp.lose_connection()
    await home.is_connected(False)
    await home.shows_status("unavailable")
    await cp.connect()
    await home.is_connected()


@case("TC_032_1_CSMS", "Power failure, transactions are stopped after the boot")
@pytest.mark.parametrize("connectors", [2])
async def test_power_failure(home: Home, cp: ChargePoint, transaction_id: int) -> None:
    await cp.lose_connection()
    await home.is_connected(False)
    await cp.connect()
    assert (await cp.boot())["status"] == "Accepted"
    await cp.statuses(c1="Finishing")
    await home.shows_status("finishing")
    await home.shows_status("available", 2)
    assert await cp.stop(transaction_id, meter=4000, reason="PowerLoss") == {}
    await home.shows_charging("off")
    await home.shows("sensor", "1/stop_reason", "power_loss")
    session = await home.session()
    assert (session["reason"], session["energy_wh"]) == ("power_loss", 3000)


@case("TC_037_1_CSMS", "Transaction started offline, valid id tag")
async def test_offline_start(home: Home, cp: ChargePoint) -> None:
    await _away_and_back(home, cp)
    begun = at(hours=3)
    answer = await cp.start(VALID, timestamp=begun)
    assert answer["idTagInfo"]["status"] == "Accepted"
    await cp.status("Charging")
    await home.shows_status("charging")
    await home.shows_charging("on")
    session = await home.session()
    assert same_time(session["start"], begun)
    assert (session["id_tag"], session["end"]) == (VALID, None)


@case("TC_037_3_CSMS", "Transaction started offline, invalid id tag, is stopped")
async def test_offline_start_invalid(home: Home, cp: ChargePoint) -> None:
    await _away_and_back(home, cp)
    begun = at(hours=3)
    answer = await cp.start(UNKNOWN, timestamp=begun)
    # It is booked all the same: energy may have flowed.
    assert answer["idTagInfo"]["status"] == "Invalid"
    assert answer["transactionId"] > 0
    await cp.status("Charging")
    await home.shows_charging("on")
    stopped = await cp.stop(
        answer["transactionId"], meter=1300, reason="DeAuthorized", idTag=UNKNOWN
    )
    assert stopped["idTagInfo"]["status"] == "Invalid"
    await cp.status("Finishing")
    await home.shows_status("finishing")
    await home.shows_charging("off")
    await home.shows("sensor", "1/stop_reason", "de_authorized")
    session = await home.session()
    assert same_time(session["start"], begun)
    assert (session["reason"], session["energy_wh"]) == ("de_authorized", 300)
    assert session["id_tag"] == UNKNOWN


@case("TC_039_CSMS", "Whole transaction offline")
async def test_offline_transaction(home: Home, cp: ChargePoint) -> None:
    await _away_and_back(home, cp)
    begun, ended = at(hours=5), at(hours=2)
    answer = await cp.start(VALID, timestamp=begun)
    assert answer["idTagInfo"]["status"] == "Accepted"
    ending: dict[str, Any] = {"meter": 12000, "timestamp": ended, "reason": "Local"}
    assert await cp.stop(answer["transactionId"], **ending) == {}
    await cp.status("Available")
    await home.shows_status("available")
    await home.shows_charging("off")
    session = await home.session()
    assert same_time(session["start"], begun)
    assert same_time(session["end"], ended)
    assert (session["reason"], session["energy_wh"]) == ("local", 11000)
    assert session["transaction_id"] == answer["transactionId"]
