"""Availability of connectors, EVSEs and the station, and reservations (G, H)."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.conformance.charge_point import Json
from tests.conformance.home import Home
from tests.conformance.tags import FAMILY, SECOND, VALID

from .cases import case, cases
from .station import ACCEPTED, Station, token

EVSE, STATION, CONNECTOR = (
    {"connector_id": 1},
    {"connector_id": 0},
    {"connector_id": 1, "plug": 1},
)
"""What an operator names."""

ASKED: dict[str, Json] = {
    "EVSE": {"evse": {"id": 1}},
    "Station": {},
    "Connector": {"evse": {"id": 1, "connectorId": 1}},
}

type Tell = Callable[[Station, str, int], Awaitable[None]]


async def by_status(station: Station, status: str, evse: int) -> None:
    """Tell the status by a StatusNotification."""
    await station.status(status, evse)


async def by_event(station: Station, status: str, evse: int) -> None:
    """Tell the status by a NotifyEvent (G01.FR.03)."""
    await station.tells(status, evse)


TELL = pytest.mark.parametrize("tell", [by_status, by_event])


async def _change(
    home: Home,
    station: Station,
    what: str,
    kind: str,
    answer: str = "Accepted",
) -> None:
    """Change the availability, as an operator does."""
    station.answers["ChangeAvailability"] = {"status": answer}
    fields = {"EVSE": EVSE, "Station": STATION, "Connector": CONNECTOR}[what]
    told = await home.act("change_availability", type=kind.lower(), **fields)
    assert told == {"status": answer.lower()}
    asked = station.asked("ChangeAvailability")[-1]
    assert asked == {"operationalStatus": kind, **ASKED[what]}


@cases("G_03", "G_05", "G_07", what=["EVSE", "Station", "Connector"])
@TELL
async def test_inoperative(
    home: Home, station: Station, number: str, what: str, tell: Tell
) -> None:
    await _change(home, station, what, "Inoperative")
    await tell(station, "Unavailable", 1)
    await home.shows_status("unavailable")
    await home.shows("switch", "1/available", "off")


@cases("G_04", "G_06", "G_08", what=["EVSE", "Station", "Connector"])
@TELL
async def test_operative(
    home: Home, station: Station, number: str, what: str, tell: Tell
) -> None:
    await _change(home, station, what, "Inoperative")
    await tell(station, "Unavailable", 1)
    await home.shows_status("unavailable")
    await _change(home, station, what, "Operative")
    await tell(station, "Available", 1)
    await home.shows_status("available")
    await home.shows("switch", "1/available", "on")


@cases("G_11", "G_14", "G_17", what=["EVSE", "Station", "Connector"])
@pytest.mark.parametrize("evses", [2])
async def test_after_the_transaction(
    home: Home, station: Station, number: str, what: str
) -> None:
    visit = station.visit()
    await visit.charge()
    await home.shows_status("charging")
    await _change(home, station, what, "Inoperative", "Scheduled")
    # It goes on until the transaction has ended.
    await home.shows_status("charging")
    if what == "Station":
        await station.status("Unavailable", 2)
        await home.shows_status("unavailable", 2)
    await visit.finish()
    await station.status("Unavailable")
    await home.shows_status("unavailable")
    await home.shows("switch", "1/available", "off")
    if what != "Station":
        await home.shows_status("available", 2)
    assert (await home.session())["end"] is not None


@case("G_20")
async def test_lock_fails(home: Home, station: Station) -> None:
    lock = {
        "name": "ConnectorPlugRetentionLock",
        "evse": {"id": 1, "connectorId": 1},
    }
    await station.notify_event(lock, "Problem", "true")
    await home.shows("binary_sensor", "1/problem", "on")
    await station.notify_event(lock, "Problem", "false")
    await home.shows("binary_sensor", "1/problem", "off")


# Reservations.


async def _reserve(
    home: Home, station: Station, status: str = "Accepted", **more: Any
) -> int:
    """Reserve for half an hour; return the id of the reservation."""
    station.answers["ReserveNow"] = {"status": status}
    expiry = (datetime.now(UTC) + timedelta(minutes=30)).replace(microsecond=0)
    wanted = {"connector_id": 1, "id_tag": VALID, "expiry_date": expiry.isoformat()}
    before = len(station.asked("ReserveNow"))
    if status == "Accepted":
        answer = await home.act("reserve_now", **wanted | more)
        assert answer["status"] == "accepted"
    else:
        with home.told(f"Garage refused ReserveNow: {status}"):
            await home.act("reserve_now", **wanted | more)
    (asked,) = station.asked("ReserveNow")[before:]
    assert datetime.fromisoformat(asked.pop("expiryDateTime")) == expiry
    assert asked.pop("idToken") == token(VALID)
    number: int = asked.pop("id")
    if (evse := (wanted | more)["connector_id"]) != 0:
        assert asked.pop("evseId") == evse
    if "connector_type" in more:
        assert asked.pop("connectorType") == more["connector_type"]
    if "parent_id_tag" in more:
        assert asked.pop("groupIdToken")["idToken"] == more["parent_id_tag"]
    assert asked == {}
    return number


async def _reserved(home: Home, station: Station, **more: Any) -> int:
    number = await _reserve(home, station, **more)
    await station.status("Reserved")
    await home.shows_status("reserved")
    return number


@case("H_01")
async def test_reserve(home: Home, station: Station) -> None:
    number = await _reserved(home, station)
    visit = station.visit()
    await visit.authorize(evse=True, reservationId=number)
    await visit.charge()
    await home.shows_status("charging")
    assert (await home.session())["id_tag"] == VALID


@cases(
    "H_07",
    "H_20",
    status=["Available", "Faulted"],
    update=["Expired", "Removed"],
)
async def test_reservation_ends(
    home: Home, station: Station, number: str, status: str, update: str
) -> None:
    reservation = await _reserved(home, station)
    await station.status(status)
    await home.shows_status(status.lower())
    answer = await station.call(
        "ReservationStatusUpdate",
        reservationId=reservation,
        reservationUpdateStatus=update,
    )
    assert answer == {}
    # It is gone, so there is none to cancel.
    with home.told("reservation"):
        await home.act("cancel_reservation", connector_id=1)
    assert station.asked("CancelReservation") == []


@case("H_08")
async def test_reserve_any(home: Home, station: Station) -> None:
    await _reserved(home, station, connector_id=0)


@case("H_14")
@pytest.mark.parametrize("evses", [2])
async def test_reserve_all(home: Home, station: Station) -> None:
    first = await _reserve(home, station, connector_id=0)
    await home.shows_status("available")
    second = await _reserve(home, station, connector_id=0)
    assert first != second
    for evse in (1, 2):
        await station.status("Reserved", evse)
        await home.shows_status("reserved", evse)


@case("H_15")
async def test_reserve_a_kind(home: Home, station: Station) -> None:
    await _reserved(home, station, connector_id=0, connector_type="cType2")


@case("H_17")
async def test_cancel(home: Home, station: Station) -> None:
    number = await _reserved(home, station)
    station.answers["CancelReservation"] = ACCEPTED
    answer = await home.act("cancel_reservation", reservation_id=number)
    assert answer["status"] == "accepted"
    assert station.asked("CancelReservation") == [{"reservationId": number}]
    await station.status("Available")
    await home.shows_status("available")


@case("H_19")
async def test_reserve_for_a_group(home: Home, station: Station) -> None:
    number = await _reserved(home, station, parent_id_tag=FAMILY)
    # Another token comes. By its group the station knows that it may.
    assert (await station.ask(SECOND))["groupIdToken"]["idToken"] == FAMILY
    visit = station.visit()
    await visit.authorize(SECOND, evse=True, reservationId=number)
    await visit.charge()
    await home.shows_status("charging")
    assert (await home.session())["id_tag"] == SECOND


@case("H_22")
async def test_reserve_refused(home: Home, station: Station) -> None:
    await _reserve(home, station, "Rejected")
    await home.shows_status("available")
