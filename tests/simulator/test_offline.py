"""The charger by the book: without a connection, and with one that fails."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest

from simulator import CallError, Car, NotConnected
from tests.simulator.central import Central
from tests.simulator.helpers import charging, make


class TestOffline:
    async def test_a_whole_session_is_replayed_in_order(self, central: Central) -> None:
        async with make(central, sample_interval=20) as charger:
            await charger.wait_idle()
            charger.configuration.put("AllowOfflineTxForUnknownId", "true")
            await charger.drop()
            central.clear()
            await charger.plug(1, Car())
            assert await charger.present_card("CARD", 1) == "Accepted"
            await charger.wait_for(lambda: "MeterValues" in charger.outbox.kept())
            await charger.unplug(1)
            waiting = charger.outbox.kept()
            left = datetime.now(UTC)
            # Time must pass for the timestamps to show that they are old.
            await asyncio.sleep(0.05)
            await charger.reconnect()
            await charger.wait_idle()
        assert waiting[0] == "StartTransaction"
        assert waiting[-1] == "StopTransaction"
        about = [a for a in central.actions if a in waiting]
        assert about == waiting
        (stop,) = central.of("StopTransaction")
        assert stop["transactionId"] == 101
        assert {v["transactionId"] for v in central.of("MeterValues")} == {101}
        (start,) = central.of("StartTransaction")
        stamps = [
            start["timestamp"],
            *(v["meterValue"][0]["timestamp"] for v in central.of("MeterValues")),
            stop["timestamp"],
        ]
        times = [datetime.fromisoformat(text) for text in stamps]
        assert times == sorted(times)
        assert times[-1] <= left

    async def test_a_session_that_goes_on(self, central: Central) -> None:
        async with make(central, sample_interval=20) as charger:
            await charger.wait_idle()
            await charging(charger)
            await charger.drop()
            central.clear()
            await charger.wait_for(lambda: len(charger.outbox) > 2)
            assert await charger.send_meter_values(1) is None
            waiting = len(charger.outbox)
            await charger.reconnect()
            await central.expect("MeterValues", waiting)
            assert "StartTransaction" not in central.actions
            assert central.of("MeterValues")[0]["transactionId"] == 101

    async def test_the_queue_has_an_end(
        self, central: Central, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("simulator.outbox.LONGEST", 5)
        async with make(central) as charger:
            await charger.wait_idle()
            await charging(charger)
            await charger.drop()
            for _ in range(9):
                await charger.send_meter_values(1)
            await charger.unplug(1)
            assert charger.outbox.kept() == ["MeterValues"] * 4 + ["StopTransaction"]

    async def test_frames_can_be_watched(self, central: Central) -> None:
        seen: list[tuple[str, str]] = []
        async with make(central) as charger:
            charger.on_frame = lambda direction, text: seen.append((direction, text))
            await charger.wait_idle()
        assert [text for direction, text in seen if direction == "out"] == (
            central.frames
        )
        assert seen[1][0] == "in"

    async def test_unknown_cards_offline(self, central: Central) -> None:
        async with make(central) as charger:
            await charger.wait_idle()
            await charger.authorize("KNOWN")
            await charger.drop()
            assert await charger.authorize("KNOWN") == "Accepted"
            assert await charger.authorize("NEW") == "Invalid"
            charger.configuration.put("LocalAuthorizeOffline", "false")
            assert await charger.authorize("KNOWN") == "Invalid"

    async def test_refused_transaction_messages_are_repeated(
        self, central: Central
    ) -> None:
        answers: list[Any] = [
            ["InternalError", "disk full"],
            {"transactionId": 9, "idTagInfo": {"status": "Accepted"}},
        ]
        central.rules["StartTransaction"] = lambda _: answers.pop(0)
        async with make(central) as charger:
            await charger.wait_idle()
            await charging(charger)
            assert charger.connector(1).transaction_id == 9
        starts = central.of("StartTransaction")
        assert len(starts) == 2
        assert starts[0] == starts[1]

    async def test_other_messages_pass_one_that_waits(self, central: Central) -> None:
        central.rules["StartTransaction"] = ["InternalError", "disk full"]
        async with make(central) as charger:
            charger.configuration.put("TransactionMessageRetryInterval", "100000")
            await charger.wait_idle()
            await charger.plug(1, Car())
            await charger.present_card("CARD", 1)
            await central.wait(
                lambda: (
                    [s["status"] for s in central.of("StatusNotification")][-1]
                    == "Charging"
                )
            )
            assert charger.outbox.kept() == ["StartTransaction"]

    async def test_given_up_means_minus_one(self, central: Central) -> None:
        central.rules["StartTransaction"] = ["InternalError", "disk full"]
        async with make(central) as charger:
            charger.configuration.put("TransactionMessageAttempts", "2")
            await charger.wait_idle()
            await charger.plug(1, Car())
            await charger.present_card("CARD", 1)
            await central.expect("StartTransaction", 2)
            await charger.unplug(1)
            stop = await central.expect("StopTransaction")
        assert stop["transactionId"] == -1

    async def test_no_answer_is_a_failure(self, central: Central) -> None:
        central.rules["Heartbeat"] = None
        async with make(central, call_timeout=0.05) as charger:
            await charger.wait_idle()
            with pytest.raises(Exception, match="CallTimeout"):
                await charger.send("Heartbeat", {})
            charger.link.call_timeout = 60.0
            central.rules["Heartbeat"] = ["SecurityError", "no"]
            with pytest.raises(CallError, match="SecurityError"):
                await charger.send("Heartbeat", {})

    async def test_a_call_learns_of_the_end_at_once(self, central: Central) -> None:
        central.rules["Heartbeat"] = None
        async with make(central) as charger:
            await charger.wait_idle()
            call = asyncio.create_task(charger.send("Heartbeat", {}))
            await central.expect("Heartbeat")
            await charger.drop()
            with pytest.raises(NotConnected):
                await call
            with pytest.raises(NotConnected):
                await charger.send("Heartbeat", {})
            with pytest.raises(NotConnected):
                await charger.send_raw("x")

    async def test_server_restart(self, central: Central) -> None:
        async with make(central) as charger:
            await charger.wait_idle()
            await central.stop()
            await charger.wait_for(lambda: not charger.connected)
            await charger.wait_for(lambda: charger.link.last_error is not None)
            await central.start()
            await charger.wait_accepted()

    async def test_wait_for_tells_the_state(self, central: Central) -> None:
        async with make(central) as charger:
            await charger.wait_idle()
            with pytest.raises(TimeoutError, match="boot Accepted, 1 Available"):
                await charger.wait_for(lambda: False, 0.01)

    async def test_only_one_call_at_a_time(self, central: Central) -> None:
        central.answer_delay = 0.01
        async with make(central, connectors=3) as charger:
            await charger.wait_idle()
            await asyncio.gather(*(charger.send("Heartbeat", {}) for _ in range(5)))
        assert central.most_open_calls == 1
