"""The charger by the book: boot, handshake, heartbeats, pings."""

import asyncio
from typing import Any

import pytest

from simulator import Car
from tests.simulator.central import Central
from tests.simulator.helpers import make


class TestBoot:
    async def test_path_boot_and_statuses(self, central: Central) -> None:
        async with make(central, connectors=2) as charger:
            await charger.wait_idle()
            assert charger.link.subprotocol == "ocpp1.6"
        assert central.paths == ["/ocpp/CP%201%2F%C3%BC"]
        assert central.actions[:4] == ["BootNotification"] + ["StatusNotification"] * 3
        statuses = central.of("StatusNotification")
        assert [status["connectorId"] for status in statuses] == [0, 1, 2]
        assert charger.configuration["HeartbeatInterval"].value == "300"

    @pytest.mark.parametrize("status", ["Pending", "Rejected"])
    async def test_repeats_until_accepted(self, central: Central, status: str) -> None:
        answers = [status, status, "Accepted"]
        central.rules["BootNotification"] = lambda _: {
            "currentTime": "2026-10-04T10:00:00Z",
            "interval": 5,
            "status": answers.pop(0),
        }
        async with make(central) as charger:
            await charger.wait_idle()
        assert central.actions[:4] == ["BootNotification"] * 3 + ["StatusNotification"]

    async def test_boot_refused_with_an_error_is_repeated(
        self, central: Central
    ) -> None:
        answers: list[Any] = [
            ["InternalError", "not now"],
            {
                "currentTime": "2026-10-04T10:00:00Z",
                "interval": 5,
                "status": "Accepted",
            },
        ]
        central.rules["BootNotification"] = lambda _: answers.pop(0)
        async with make(central) as charger:
            await charger.wait_accepted()
        assert central.actions.count("BootNotification") == 2

    async def test_pending_can_be_asked_and_triggered(self, central: Central) -> None:
        central.rules["BootNotification"] = {
            "currentTime": "2026-10-04T10:00:00Z",
            "interval": 86400,
            "status": "Pending",
        }
        async with make(central) as charger:
            await charger.wait_for(lambda: charger.boot_status == "Pending")
            answer = await central.ask("GetConfiguration", {"key": ["NoSuchKey"]})
            assert answer == {"configurationKey": [], "unknownKey": ["NoSuchKey"]}
            answer = await central.ask("RemoteStartTransaction", {"idTag": "T"})
            assert answer == {"status": "Rejected"}
            assert "before the boot" in charger.violations[0]
            answer = await central.ask(
                "TriggerMessage", {"requestedMessage": "Heartbeat"}
            )
            assert answer == {"status": "Rejected"}
            central.rules["BootNotification"] = {
                "currentTime": "2026-10-04T10:00:00Z",
                "interval": 60,
                "status": "Accepted",
            }
            answer = await central.ask(
                "TriggerMessage", {"requestedMessage": "BootNotification"}
            )
            assert answer == {"status": "Accepted"}
            await charger.wait_accepted()
        assert "StatusNotification" not in central.actions[:2]

    async def test_no_boot_on_reconnect_and_only_news(self, central: Central) -> None:
        async with make(central, connectors=2) as charger:
            await charger.wait_idle()
            await charger.drop()
            assert not charger.accepted
            await charger.plug(2, Car())
            central.clear()
            await charger.reconnect()
            await charger.wait_idle()
        assert "BootNotification" not in central.actions
        (status,) = central.of("StatusNotification")
        assert (status["connectorId"], status["status"]) == (2, "Preparing")

    async def test_boot_on_reconnect_if_wanted(self, central: Central) -> None:
        async with make(central, boot_on_reconnect=True) as charger:
            await charger.wait_idle()
            central.clear()
            await charger.drop()
            await charger.reconnect()
            await charger.wait_idle()
        assert central.actions[0] == "BootNotification"

    async def test_refused_handshake(self, central: Central) -> None:
        central.status = 404
        async with make(central, password="geheim") as charger:
            await charger.wait_for(lambda: charger.link.http_status == 404)
            assert not charger.connected
            central.status = None
            await charger.wait_accepted()
            assert charger.link.http_status is None
        authorization = central.headers[0]["Authorization"]
        assert authorization == "Basic Q1AgMS/DvDpnZWhlaW0="

    async def test_without_a_subprotocol(self, central: Central) -> None:
        async with make(central, subprotocols=None) as charger:
            await charger.wait_for(lambda: charger.link.http_status == 400)
        assert "Sec-WebSocket-Protocol" not in central.headers[0]

    async def test_heartbeats_as_told(self, central: Central) -> None:
        central.rules["BootNotification"] = {
            "currentTime": "2026-10-04T10:00:00Z",
            "interval": 10,
            "status": "Accepted",
        }
        async with make(central):
            await central.expect("Heartbeat", 3)

    async def test_pings_keep_a_good_connection(self, central: Central) -> None:
        async with make(central) as charger:
            charger.ping_interval = lambda: 0.01  # type: ignore[method-assign]
            await charger.wait_idle()
            ws = charger.link._ws
            assert ws is not None
            while not ws.latency:
                await asyncio.sleep(0.01)
            assert charger.connected

    async def test_pings_find_a_dead_one(
        self, central: Central, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("simulator.link.SLOWEST_PONG", 0.05)
        async with make(central) as charger:
            charger.ping_interval = lambda: 0.01  # type: ignore[method-assign]
            await charger.wait_idle()
            central.socket.transport.pause_reading()
            await charger.wait_for(lambda: not charger.connected)
            await charger.wait_accepted()

    async def test_ping_interval_can_be_changed(self, central: Central) -> None:
        async with make(central) as charger:
            await charger.wait_accepted()
            assert charger.link._keep_alive is not None
            await central.ask(
                "ChangeConfiguration", {"key": "WebSocketPingInterval", "value": "0"}
            )
            assert charger.link._keep_alive is None
