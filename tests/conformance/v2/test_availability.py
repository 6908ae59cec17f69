"""Availability of connectors, EVSEs and the station, and reservations (G, H)."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.conformance.charge_point import Json
from tests.conformance.home import Home
from tests.conformance.tags import VALID

from .station import Station, token

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
