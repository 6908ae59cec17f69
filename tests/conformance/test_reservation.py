"""Connectors that are kept for a tag."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from .cases import case
from .charge_point import ChargePoint
from .home import Home
from .tags import FAMILY, SECOND, VALID

NUMBER = 17


async def _reserve(
    home: Home, cp: ChargePoint, status: str, connector: int = 1, **more: Any
) -> None:
    """Reserve for half an hour; the charge point answers with `status`."""
    cp.answers["ReserveNow"] = {"status": status}
    expiry = (datetime.now(UTC) + timedelta(minutes=30)).replace(microsecond=0)
    wanted = {
        "connector_id": connector,
        "id_tag": VALID,
        "expiry_date": expiry.isoformat(),
        "reservation_id": NUMBER,
        **more,
    }
    if status == "Accepted":
        answer = await home.act("reserve_now", **wanted)
        assert answer["status"] == "accepted"
    else:
        with home.told(f"Garage refused ReserveNow: {status}"):
            await home.act("reserve_now", **wanted)
    (asked,) = cp.asked("ReserveNow")
    assert datetime.fromisoformat(asked.pop("expiryDate")) == expiry
    parent = {"parentIdTag": FAMILY} if more else {}
    assert asked == {
        "connectorId": connector,
        "idTag": VALID,
        "reservationId": NUMBER,
        **parent,
    }


async def _reserved(home: Home, cp: ChargePoint, connector: int = 1) -> None:
    await _reserve(home, cp, "Accepted", connector)
    await cp.status("Reserved", connector)
    await home.shows_status("reserved", connector)


async def _charges(home: Home, cp: ChargePoint, id_tag: str) -> None:
    """Begin the session that the connector is reserved for."""
    assert await cp.authorize(id_tag) == "Accepted"
    await cp.status("Preparing")
    answer = await cp.start(id_tag, reservationId=NUMBER)
    assert answer["idTagInfo"]["status"] == "Accepted"
    await cp.status("Charging")
    await home.shows_status("charging")
    await home.shows_charging("on")
    session = await home.session()
    assert session["transaction_id"] == answer["transactionId"]
    assert session["id_tag"] == id_tag


@case("TC_046_CSMS", "Reservation of a connector, transaction")
async def test_transaction(home: Home, cp: ChargePoint) -> None:
    await _reserved(home, cp)
    await _charges(home, cp, VALID)


@case("TC_047_CSMS", "Reservation of a connector, expires")
async def test_expires(home: Home, cp: ChargePoint) -> None:
    await _reserved(home, cp)
    await cp.status("Available")
    await home.shows_status("available")
    await home.shows_charging("off")


@case("TC_048_1_CSMS", "Reservation of a connector, faulted")
async def test_faulted(home: Home, cp: ChargePoint) -> None:
    await _reserve(home, cp, "Faulted")
    await home.shows_status("available")


@case("TC_048_2_CSMS", "Reservation of a connector, occupied")
async def test_occupied(home: Home, cp: ChargePoint) -> None:
    await _reserve(home, cp, "Occupied")
    await home.shows_status("available")


@case("TC_048_3_CSMS", "Reservation of a connector, unavailable")
async def test_unavailable(home: Home, cp: ChargePoint) -> None:
    await _reserve(home, cp, "Unavailable")
    await home.shows_status("available")


@case("TC_048_4_CSMS", "Reservation of a connector, rejected")
async def test_rejected(home: Home, cp: ChargePoint) -> None:
    await _reserve(home, cp, "Rejected")
    await home.shows_status("available")


@case("TC_049_CSMS", "Reservation of a charge point, transaction")
@pytest.mark.parametrize("connectors", [2])
async def test_charge_point(home: Home, cp: ChargePoint) -> None:
    await _reserve(home, cp, "Accepted", 0)
    # 5.13: with more than one connector, it may be any, so none is shown as reserved
    # until only one is left.
    await cp.status("Charging", 2)
    await cp.status("Reserved")
    await home.shows_status("reserved")
    await _charges(home, cp, VALID)


@case("TC_051_CSMS", "Cancel a reservation")
async def test_cancel(home: Home, cp: ChargePoint) -> None:
    await _reserved(home, cp)
    cp.answers["CancelReservation"] = {"status": "Accepted"}
    answer = await home.act("cancel_reservation", reservation_id=NUMBER)
    assert answer["status"] == "accepted"
    assert cp.asked("CancelReservation") == [{"reservationId": NUMBER}]
    await cp.status("Available")
    await home.shows_status("available")


@case("TC_052_CSMS", "Cancel a reservation, rejected")
async def test_cancel_rejected(home: Home, cp: ChargePoint) -> None:
    await _reserved(home, cp)
    cp.answers["CancelReservation"] = {"status": "Rejected"}
    with home.told("Garage refused CancelReservation: Rejected"):
        await home.act("cancel_reservation", reservation_id=NUMBER)
    assert cp.asked("CancelReservation") == [{"reservationId": NUMBER}]
    await home.shows_status("reserved")


@case("TC_053_CSMS", "Use of a reserved connector with the parent id tag")
async def test_parent(home: Home, cp: ChargePoint) -> None:
    await _reserve(home, cp, "Accepted", parent_id_tag=FAMILY)
    await cp.status("Reserved")
    # Another tag comes. By its parent the charge point knows that it may.
    answer = await cp.call("Authorize", idTag=SECOND)
    assert answer == {"idTagInfo": {"status": "Accepted", "parentIdTag": FAMILY}}
    await _charges(home, cp, SECOND)
