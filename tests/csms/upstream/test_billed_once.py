"""A session is billed once, although the owner changes his mind meanwhile."""

from datetime import timedelta
from typing import Any, cast

import pytest

from custom_components.ocpp_cs.csms.model.model import utcnow
from custom_components.ocpp_cs.csms.transactions.transaction import (
    Transaction,
    TransactionKey,
)
from custom_components.ocpp_cs.csms.upstream.model import Kind, ToldSession
from custom_components.ocpp_cs.csms.upstream.told.books import UpstreamBooks
from custom_components.ocpp_cs.csms.upstream.told.delivery import Delivery
from custom_components.ocpp_cs.csms.upstream.told.outbox import Outbox
from tests.csms.test_central_system import until

from .backend import Backend, House
from .payer import Box, differences, housed


@pytest.mark.parametrize("ends", [False, True])
async def test_a_charger_is_left_out_and_back_before_the_start_was_told(
    ends: bool,
) -> None:
    async with housed() as house, house.world.client() as client:
        await client.boot()
        await until(lambda: house.station.connected)
        await house.payer.stop()
        box = Box(client, time=utcnow() - timedelta(minutes=60))
        await box.begin()
        await box.charge()
        house.apply(charge_points=frozenset())
        house.books.forget("payer", "CP1")
        await house.payer.start()
        house.apply()
        if ends:
            await box.charge()
        await box.end()
        await until(lambda: house.payer.booked and house.payer.booked[0].end)
        await house.told()
        assert not list(differences(await house.sessions(), house.payer.booked))


async def test_what_is_withdrawn_while_it_is_looked_for_is_not_told() -> None:
    books = UpstreamBooks()
    outbox = Outbox("payer", "CP1", books)
    key: TransactionKey = ("CP1", "1", utcnow())
    told = ToldSession(upstream="payer", key=key, connector_id=1, id_tag="TAG")
    outbox.add(Kind.START, told, key[2])

    async def find(key: TransactionKey) -> Transaction | None:
        # The owner lets somebody else pay at this moment.
        assert outbox.withdraw(told)
        return Transaction(
            id="1",
            seq=1,
            charge_point_id="CP1",
            connector_id=1,
            id_tag="TAG",
            start=key[2],
            reported_start=key[2],
            meter_start_wh=0.0,
        )

    delivery = Delivery(
        "payer", outbox, books, cast(Any, None), find_session=find, unsure=0.0
    )
    report = outbox.next(0.0)
    assert report is not None
    assert not await delivery.deliver(cast(Any, None), report, lambda error: False)
    assert not len(outbox)
    assert books.told("payer", key) is None


async def test_a_session_that_began_in_another_version_waits_for_it() -> None:
    async with Backend() as backend, House() as house:
        backend.subprotocol = "ocpp2.0.1"
        house.play(backend.url, subprotocol="ocpp2.0.1")
        async with house.world.client() as client:
            await client.boot()
            await until(lambda: house.station.connected)
            box = Box(client, time=utcnow() - timedelta(minutes=60))
            await box.begin()
            await until(lambda: len(backend.told("TransactionEvent")) == 1)
            await until(lambda: not len(house.station.outbox))
            backend.subprotocol = "ocpp1.6"
            house.play(backend.url)
            await until(lambda: house.station.connected)
            await backend.ask("TriggerMessage", {"requestedMessage": "MeterValues"})
            await until(lambda: backend.replies)
            assert backend.replies[-1][:2] == [3, "1"]
            await box.end()
            error = "the session was begun in another version of OCPP"
            await until(lambda: house.station.last_error == error)
            assert not backend.told("StopTransaction")
            backend.subprotocol = "ocpp2.0.1"
            house.play(backend.url, subprotocol="ocpp2.0.1")
            await until(lambda: not len(house.station.outbox))
            start, *_, end = backend.told("TransactionEvent")
            assert (
                start["transactionInfo"]["transactionId"]
                == (end["transactionInfo"]["transactionId"])
            )
            assert (start["eventType"], end["eventType"]) == ("Started", "Ended")
