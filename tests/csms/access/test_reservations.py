"""Reservations, from the command over a real socket to each way in which they end."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from custom_components.ocpp_cs.csms.access.reservations import Reservation
from custom_components.ocpp_cs.csms.model.errors import NoReservationError, RefusedError
from custom_components.ocpp_cs.csms.model.model import ConnectorStatus, new_id, utcnow
from custom_components.ocpp_cs.csms.transactions.ledger import MemoryStore
from tests.csms.client import Json
from tests.csms.test_central_system import World, start, status, until
from tests.csms.test_commands import Box, settled


def soon(**more: float) -> datetime:
    """Return a time that has not come yet."""
    return utcnow() + timedelta(**(more or {"hours": 1}))


@pytest.fixture(name="world")
async def fixture_world() -> AsyncIterator[World]:
    """Return a central system that listens."""
    world = World(MemoryStore())
    await world.start()
    yield world
    await world.central_system.stop()


@pytest.fixture(name="box")
async def fixture_box(world: World) -> AsyncIterator[Box]:
    """Return a charge point that accepts everything, with two connectors."""
    async with world.client() as client:
        box = await settled(world, client)
        box.charge_point.connector(2)
        yield box


async def reserve(box: Box, connector_id: int = 1, **fields: Any) -> int:
    """Make a reservation; return its id."""
    fields = {"expiry_date": soon(), "id_tag": "Card", **fields}
    answer = await box.command("reserve_now", connector_id=connector_id, **fields)
    number: int = answer.get("reservation_id", fields.get("reservation_id"))
    return number


async def begin(box: Box, connector: int = 1, **more: Any) -> None:
    """Begin a transaction."""
    await box.client.call("StartTransaction", start(connector=connector, **more))


async def tell(box: Box, connector: int, value: str) -> None:
    """Tell the status of a connector."""
    await box.client.call("StatusNotification", status(connector, value))


def ids(box: Box) -> list[int]:
    """Return the ids of the open reservations."""
    return [one.id for one in box.charge_point.reservations]


async def test_what_is_accepted_is_there(box: Box) -> None:
    until_then = soon()
    number = await reserve(box, 2, expiry_date=until_then, parent_id_tag="Family")
    (one,) = box.charge_point.reservations
    assert (one.id, one.connector_id, one.id_tag, one.parent_id_tag, one.expires) == (
        number,
        2,
        "Card",
        "Family",
        until_then,
    )
    assert box.charge_point.reservations.of(2) is one
    assert box.charge_point.reservations.of(1) is None
    assert box.charge_point.reservations.of(0) is None


@pytest.mark.parametrize("answer", ["Faulted", "Occupied", "Rejected", "Unavailable"])
async def test_what_is_refused_is_not(box: Box, answer: str) -> None:
    box.client.answers["ReserveNow"] = {"status": answer}
    with pytest.raises(RefusedError) as err:
        await reserve(box)
    assert err.value.status == answer.lower()
    assert ids(box) == []


async def test_a_refusal_leaves_the_one_that_should_be_replaced(box: Box) -> None:
    number = await reserve(box)
    box.client.answers["ReserveNow"] = {"status": "Occupied"}
    with pytest.raises(RefusedError):
        await reserve(box, reservation_id=number, id_tag="Other")
    (one,) = box.charge_point.reservations
    assert one.id_tag == "Card"


async def test_ids_are_never_those_of_open_ones(box: Box) -> None:
    taken = new_id() + 1
    await reserve(box, 1, reservation_id=taken)
    number = await reserve(box, 2)
    assert number != taken
    assert sorted(ids(box)) == sorted([taken, number])


async def test_the_same_id_replaces(box: Box) -> None:
    await reserve(box, 1, reservation_id=5)
    await reserve(box, 2, reservation_id=5, id_tag="Other")
    (one,) = box.charge_point.reservations
    assert (one.connector_id, one.id_tag) == (2, "Other")


@pytest.mark.parametrize(
    ("connector", "more"),
    [
        (1, {"idTag": "Somebody", "reservationId": 5}),
        (1, {"idTag": "CARD"}),
    ],
)
async def test_it_ends_when_it_is_used(box: Box, connector: int, more: Json) -> None:
    await reserve(box, 1, reservation_id=5)
    await begin(box, connector, **more)
    assert ids(box) == []


@pytest.mark.parametrize(
    ("connector", "more"),
    [
        (2, {"idTag": "Card"}),
        (1, {"idTag": "Other"}),
        (1, {"idTag": "Other", "reservationId": 6}),
    ],
)
async def test_it_stays_when_another_is_used(
    box: Box, connector: int, more: Json
) -> None:
    await reserve(box, 1, reservation_id=5, parent_id_tag="Family")
    await begin(box, connector, **more)
    assert ids(box) == [5]


async def test_one_of_any_connector_is_used_at_any(box: Box) -> None:
    await reserve(box, 0, reservation_id=5)
    await begin(box, 2, idTag="Card")
    assert ids(box) == []


async def test_the_connectors_own_is_used_first(box: Box) -> None:
    await reserve(box, 0, reservation_id=5, expiry_date=soon(minutes=1))
    await reserve(box, 2, reservation_id=6)
    await begin(box, 2, idTag="Card")
    assert ids(box) == [5]


async def test_a_transaction_from_before_does_not_use_it(box: Box) -> None:
    await reserve(box, reservation_id=5)
    long_ago = (utcnow() - timedelta(hours=1)).isoformat()
    await begin(box, idTag="Card", timestamp=long_ago)
    assert ids(box) == [5]
    # What carries its number is about it, whatever the clock says ...
    await begin(box, idTag="Card", timestamp=long_ago, meterStart=9, reservationId=5)
    assert ids(box) == []
    # ... unless it is told for the second time.
    await reserve(box, reservation_id=5)
    await begin(box, idTag="Card", timestamp=long_ago, meterStart=9, reservationId=5)
    assert ids(box) == [5]


async def test_it_is_cancelled(box: Box) -> None:
    await reserve(box, 1, reservation_id=5)
    answer = await box.command("cancel_reservation", reservation_id=5)
    assert answer == {"status": "accepted"}
    assert ids(box) == []
    # Nothing is waited for any more.
    assert box.charge_point.reservations._timer is None


async def test_the_only_one_needs_no_id(box: Box) -> None:
    with pytest.raises(NoReservationError):
        await box.command("cancel_reservation")
    await reserve(box, 1, reservation_id=5)
    with pytest.raises(NoReservationError):
        await box.command("cancel_reservation", connector_id=2)
    answer = await box.command("cancel_reservation")
    assert answer == {"status": "accepted", "reservation_id": 5}
    await reserve(box, 1, reservation_id=6)
    await reserve(box, 2, reservation_id=7)
    with pytest.raises(NoReservationError):
        await box.command("cancel_reservation")
    await box.command("cancel_reservation", connector_id=2)
    assert ids(box) == [6]
    sent = [one for name, one in box.client.received if name == "CancelReservation"]
    assert sent == [{"reservationId": 5}, {"reservationId": 7}]


async def test_what_the_charge_point_does_not_know_is_forgotten(box: Box) -> None:
    await reserve(box, reservation_id=5)
    box.client.answers["CancelReservation"] = {"status": "Rejected"}
    with pytest.raises(RefusedError):
        await box.command("cancel_reservation", reservation_id=5)
    assert ids(box) == []


async def test_it_expires_by_itself(box: Box) -> None:
    await reserve(box, 1, reservation_id=5, expiry_date=soon(hours=2))
    await reserve(box, 2, reservation_id=6, expiry_date=soon(seconds=0.05))
    await until(lambda: ids(box) == [5])


@pytest.mark.parametrize("value", ["Available", "Faulted", "Unavailable"])
async def test_it_ends_with_the_status(box: Box, value: str) -> None:
    await reserve(box, reservation_id=5)
    # It may not have been shown yet.
    await tell(box, 1, "Available")
    await tell(box, 1, "Reserved")
    await tell(box, 2, value)
    await tell(box, 1, "Preparing")
    assert ids(box) == [5]
    await tell(box, 1, value)
    assert ids(box) == []


async def test_the_status_may_overtake_the_answer(box: Box) -> None:
    def answer(payload: Json) -> Json:
        reservations = box.charge_point.reservations
        reservations.status_told(1, ConnectorStatus.RESERVED)
        return {"status": "Accepted"}

    box.client.answers["ReserveNow"] = answer
    await reserve(box, reservation_id=5)
    await tell(box, 1, "Available")
    assert ids(box) == []


async def test_one_that_is_replaced_is_still_shown(box: Box) -> None:
    await reserve(box, reservation_id=5)
    await tell(box, 1, "Reserved")
    await reserve(box, reservation_id=5)
    await tell(box, 1, "Available")
    assert ids(box) == []


async def test_any_connector_may_show_it(box: Box) -> None:
    await reserve(box, 0, reservation_id=5)
    await tell(box, 1, "Reserved")
    # It says nothing of the charge point as a whole, nor of other connectors.
    await tell(box, 0, "Available")
    await tell(box, 2, "Available")
    # Another connector takes its place.
    await tell(box, 1, "Faulted")
    await tell(box, 2, "Reserved")
    await tell(box, 1, "Available")
    assert ids(box) == [5]
    await tell(box, 2, "Available")
    assert ids(box) == []


async def test_two_of_any_connector_are_shown_at_two(box: Box) -> None:
    await reserve(box, 0, reservation_id=5)
    await reserve(box, 0, reservation_id=6, expiry_date=soon(hours=2))
    for number in (1, 2, 1, 2):
        await tell(box, number, "Reserved")
    await tell(box, 1, "Available")
    assert ids(box) == [6]


async def test_another_connector_may_show_it_before_the_first_is_free(
    box: Box,
) -> None:
    await reserve(box, 0, reservation_id=5)
    await tell(box, 1, "Reserved")
    await tell(box, 2, "Reserved")
    await tell(box, 1, "Available")
    assert ids(box) == [5]
    await tell(box, 2, "Available")
    assert ids(box) == []


async def test_they_outlive_a_restart(world: World, box: Box) -> None:
    saved: list[Any] = []
    reservations = box.charge_point.reservations
    reservations.changed = lambda: saved.append(reservations.records())
    await reserve(box, 1, reservation_id=5)
    await tell(box, 1, "Reserved")
    await reserve(box, 2, reservation_id=6, expiry_date=soon(seconds=-1))
    later = world.adopt("CP2").reservations
    later.load([*saved[1], {"id": 9}, {**saved[1][0], "id": 7, "expires": "tomorrow"}])
    assert [one.id for one in later] == [5]
    # It was shown before the restart.
    later.status_told(1, ConnectorStatus.AVAILABLE)
    assert list(later) == []
    # What is over already is not kept, and neither is it there.
    assert ids(box) == [5]
    assert [one["id"] for one in saved[-1]] == [5]


async def test_it_is_of_who_has_the_tag_or_belongs_to_the_group() -> None:
    one = Reservation(
        id=1,
        connector_id=1,
        id_tag="Card",
        parent_id_tag="Family",
        expires=soon(),
        made=utcnow(),
    )
    assert one.is_for("card ", None)
    assert one.is_for("Other", "FAMILY")
    assert not one.is_for("Other", None)
    assert not one.is_for("Family", "Friends")


async def test_entities_hear_of_it(box: Box) -> None:
    heard: list[str] = []
    box.charge_point.watch(("reservations",), lambda: heard.append("first"))
    for number in (0, 1, 2):
        box.charge_point.connector(number).watch(
            ("reservation",), lambda number=number: heard.append(str(number))
        )
    await reserve(box, 1, reservation_id=5)
    await until(lambda: heard == ["first", "1"])
    heard.clear()
    await begin(box, 1, idTag="Card")
    await until(lambda: heard == ["1"])
    await reserve(box, 1, reservation_id=5)
    await until(lambda: heard == ["1", "1"])
