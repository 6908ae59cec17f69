"""Who names no version of OCPP, and speaks 2: told from those that speak 1.6."""

from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed

from custom_components.ocpp_cs.csms.model.model import Refusal, RefusalReason
from custom_components.ocpp_cs.csms.transactions.ledger import MemoryStore
from custom_components.ocpp_cs.csms.v16.version import (
    _ACTIONS,
    is_of_ocpp_2,
    load_schemas,
)
from tests.csms.client import CallFailed, Client
from tests.csms.test_central_system import World, until

BOOT = {
    "reason": "PowerUp",
    "chargingStation": {"model": "One", "vendorName": "Acme"},
}
STATUS = {
    "timestamp": "2026-11-29T10:00:00Z",
    "connectorStatus": "Available",
    "evseId": 1,
    "connectorId": 1,
}
METER = {
    "evseId": 1,
    "meterValue": [
        {"timestamp": "2026-11-29T10:00:00Z", "sampledValue": [{"value": 1.5}]}
    ],
}
EVENT = {
    "eventType": "Started",
    "timestamp": "2026-11-29T10:00:00Z",
    "triggerReason": "CablePluggedIn",
    "seqNo": 0,
    "transactionInfo": {"transactionId": "a"},
}


class Place(World):
    """A central system that notes who is refused."""

    def __init__(self) -> None:
        super().__init__(MemoryStore(), boot_wait=60)
        self.refusals: list[Refusal] = []
        self.central_system._server._on_refused = self.refusals.append

    def stranger(self, subprotocols: tuple[str, ...] | None) -> Client:
        return Client(
            f"ws://127.0.0.1:{self.central_system.port}/CP1",
            subprotocols=subprotocols,
        )


@pytest.mark.parametrize("adopted", [True, False])
@pytest.mark.parametrize(
    ("action", "payload"),
    [
        ("BootNotification", BOOT),
        ("StatusNotification", STATUS),
        ("MeterValues", METER),
        ("Authorize", {"idToken": {"idToken": "A", "type": "ISO14443"}}),
        ("TransactionEvent", EVENT),
        ("NotifyReport", {}),
    ],
)
async def test_it_is_sent_away_and_told(
    action: str, payload: dict[str, Any], adopted: bool
) -> None:
    place = Place()
    if adopted:
        place.adopt()
    await place.start()
    try:
        async with place.stranger(None) as client:
            with pytest.raises(CallFailed) as caught:
                await client.call(action, payload)
            assert caught.value.code == "NotSupported"
            await client.websocket.wait_closed()
            assert client.websocket.close_code == 1002
        (refusal,) = place.refusals
        assert refusal.reason is RefusalReason.OTHER_VERSION
        assert refusal.versions == "OCPP 2"
        assert (refusal.charge_point_id, refusal.remote) == ("CP1", "127.0.0.1")
        await until(lambda: not place.central_system.pending)
    finally:
        await place.central_system.stop()


async def test_it_is_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    place = Place()
    await place.start()
    try:
        for _ in range(3):
            async with place.stranger(None) as client:
                with pytest.raises((CallFailed, ConnectionClosed)):
                    await client.call("BootNotification", BOOT)
                await client.websocket.wait_closed()
        assert len(place.refusals) == 3
        assert caplog.text.count("was sent away") == 1
    finally:
        await place.central_system.stop()


async def test_who_agreed_on_1_6_is_answered_as_ever() -> None:
    place = Place()
    place.adopt()
    await place.start()
    try:
        async with place.stranger(("ocpp1.6",)) as client:
            with pytest.raises(CallFailed) as caught:
                await client.call("TransactionEvent", EVENT)
            assert caught.value.code == "NotImplemented"
            assert (await client.call("BootNotification", BOOT))["status"] == "Accepted"
    finally:
        await place.central_system.stop()
    assert place.refusals == []


async def test_who_speaks_1_6_without_saying_so_is_served() -> None:
    place = Place()
    place.adopt()
    await place.start()
    try:
        async with place.stranger(None) as client:
            assert (await client.boot(chargingStation={}))["status"] == "Accepted"
            with pytest.raises(CallFailed) as caught:
                await client.call("Whatever")
            assert caught.value.code == "NotImplemented"
            assert "currentTime" in await client.call("Heartbeat")
    finally:
        await place.central_system.stop()
    assert place.refusals == []


def test_nothing_that_1_6_has_is_among_it() -> None:
    schemas = load_schemas()
    assert not _ACTIONS & set(schemas.actions)
    for action in schemas.actions:
        assert not is_of_ocpp_2(action, {})


async def test_an_id_elsewhere_is_a_deviation() -> None:
    """And not one for those that have it where it belongs."""
    place = Place()
    charge_point = place.adopt()
    await place.start()
    try:
        base = f"ws://127.0.0.1:{place.central_system.port}"
        for url in (f"{base}/ocpp?id=CP1", f"{base}/CP1"):
            async with Client(url) as client:
                await client.boot()
        assert charge_point.connections == 2
        assert charge_point.deviations.counts["id_in_query"] == 1
    finally:
        await place.central_system.stop()
