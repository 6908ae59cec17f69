"""Boots, variables, reports, restarts, network profiles, the handshake (B)."""

from typing import Any

import pytest
from websockets.exceptions import InvalidHandshake

from custom_components.ocpp_cs.hub import Hub
from tests.conformance.home import Home
from tests.conformance.tags import VALID
from tests.integration.conftest import wait_for

from .cases import case
from .conftest import is_ready
from .station import ACCEPTED, Station, Visit, reading, sampled

THRESHOLD = "OCPPCommCtrlr.OfflineThreshold"
REMOTE_START = "AuthCtrlr.AuthorizeRemoteStart"


def _named(component: str, name: str) -> dict[str, Any]:
    return {"component": {"name": component}, "variable": {"name": name}}


# Boots.


@case("B_01")
async def test_cold_boot(home: Home, hub: Hub, line: Station) -> None:
    await line.connect()
    answer = await line.boot()
    assert answer["status"] == "Accepted"
    assert answer["interval"] > 0
    await line.statuses()
    await is_ready(home, hub)
    await home.is_connected()
    await home.shows_status("available")


class TestPending:
    """A station that nobody has adopted yet is pending."""

    @pytest.fixture
    def subentries(self) -> list[Any]:
        """Return no station."""
        return []

    @staticmethod
    async def _adopt(home: Home, entry: Any, line: Station) -> None:
        """Adopt it by the flow that is offered, as a user does."""
        manager = home.hass.config_entries.flow
        await home.hass.async_block_till_done()
        (flow,) = [
            one
            for one in manager.async_progress()
            if one["context"]["source"] == "integration_discovery"
        ]
        result: Any = await manager.async_configure(flow["flow_id"], {})
        while result["type"] == "form":
            result = await manager.async_configure(flow["flow_id"], {})
        await wait_for(
            home.hass,
            lambda: any(
                one.data.get("charge_point_id") == line.id
                for one in entry.subentries.values()
            ),
        )

    @case("B_02")
    async def test_pending(
        self, home: Home, entry: Any, hub: Hub, line: Station
    ) -> None:
        await line.connect()
        answer = await line.boot()
        assert answer["status"] == "Pending"
        assert answer["interval"] > 0
        await self._adopt(home, entry, line)
        await line.booted()
        await is_ready(home, hub)
        await home.shows_status("available")

    @case("B_30")
    async def test_refused_while_pending(
        self, home: Home, entry: Any, line: Station
    ) -> None:
        await line.connect()
        assert (await line.boot())["status"] == "Pending"
        code = await line.refused(
            "StatusNotification",
            timestamp="2030-01-02T03:04:05Z",
            connectorStatus="Available",
            evseId=1,
            connectorId=1,
        )
        assert code == "SecurityError"

    @case("B_31")
    async def test_triggered_while_pending(
        self, home: Home, entry: Any, hub: Hub, line: Station
    ) -> None:
        line.answers["TriggerMessage"] = ACCEPTED
        await line.connect()
        assert (await line.boot())["status"] == "Pending"
        await self._adopt(home, entry, line)
        asked = await line.is_asked("TriggerMessage")
        assert asked[0] == {"requestedMessage": "BootNotification"}
        del line.answers["TriggerMessage"]
        await line.booted("Triggered")
        await is_ready(home, hub)
        await home.shows_status("available")


# Variables and reports.


# Restarts.


async def _boots(
    home: Home, hub: Hub, station: Station, reason: str, status: str = "Available"
) -> None:
    await station.disconnect()
    await home.is_connected(False)
    await station.connect()
    assert (await station.boot(reason))["status"] == "Accepted"
    await station.statuses(status)
    await is_ready(home, hub)
    await home.is_connected()


async def _reset(
    home: Home, station: Station, kind: str, answer: str, evse: int | None = None
) -> None:
    station.answers["Reset"] = {"status": answer}
    named = {} if evse is None else {"connector_id": evse}
    told = await home.act("reset", type=kind, **named)
    assert told == {"status": answer.lower()}
    where = {} if evse is None else {"evseId": evse}
    types = {"soft": "OnIdle", "hard": "Immediate"}
    assert station.asked("Reset") == [{"type": types[kind], **where}]


async def _ends_when_idle(visit: Visit) -> None:
    await visit.event("Updated", "StopAuthorized", "EVConnected", id_token=VALID)
    await visit.leave()


async def _ends_at_once(visit: Visit) -> None:
    await visit.event(
        "Ended",
        "ResetCommand",
        "EVConnected",
        reason="ImmediateReset",
        values=[reading(sampled(8200, "Transaction.End"))],
    )


async def _has_ended(home: Home, reason: str) -> None:
    await home.shows_charging("off")
    session = await home.session()
    assert (session["reason"], session["energy_wh"]) == (reason, 7200)


@case("B_20")
async def test_reset(home: Home, hub: Hub, station: Station) -> None:
    await _reset(home, station, "soft", "Accepted")
    await _boots(home, hub, station, "RemoteReset")
    await home.shows_status("available")


@case("B_21")
async def test_reset_when_idle(home: Home, hub: Hub, visit: Visit) -> None:
    station = visit.station
    await _reset(home, station, "soft", "Scheduled")
    await home.shows_charging("on")
    await _ends_when_idle(visit)
    await _has_ended(home, "ev_disconnected")
    await _boots(home, hub, station, "ScheduledReset")
    await home.shows_status("available")


@case("B_22")
async def test_reset_at_once(home: Home, hub: Hub, visit: Visit) -> None:
    station = visit.station
    await _reset(home, station, "hard", "Accepted")
    await _ends_at_once(visit)
    await _has_ended(home, "immediate_reset")
    await _boots(home, hub, station, "RemoteReset", "Occupied")
    # There is a vehicle, and no transaction.
    await home.shows_charging("off")


# Network profiles, the handshake.


@case(
    "B_58",
    remark="where there is nothing to agree upon, the handshake is completed without "
    "a protocol and the connection closed at once (OCPP-J, 3.1.2)",
)
async def test_subprotocol(home: Home, line: Station) -> None:
    try:
        websocket = await line.connect(subprotocols=("ocpp0.1",))
    except InvalidHandshake:
        pass
    else:
        assert websocket.subprotocol is None
        await websocket.wait_closed()
    assert line.frames == []
    assert not home.connected
    websocket = await line.connect(subprotocols=("ocpp0.1", "ocpp2.0.1"))
    assert websocket.response is not None
    assert websocket.response.headers["Sec-WebSocket-Protocol"] == "ocpp2.0.1"
    assert (await line.boot())["status"] == "Accepted"
    await home.is_connected()
