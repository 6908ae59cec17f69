"""Every fault does what it says, and stops when it is switched off."""

import asyncio
import json
from typing import Any

import pytest

from simulator import Car, Faults, Generic
from simulator.faults import MALFORMED_FRAMES
from tests.simulator.central import Central
from tests.simulator.helpers import FAST, charging, default_profile


def make(central: Central, **options: Any) -> Generic:
    return Generic(central.url, "CP", **(FAST | options))


async def test_half_open(central: Central) -> None:
    async with make(central, call_timeout=0.1) as charger:
        await charger.wait_idle()
        charger.faults.half_open = True
        pong = await central.socket.ping()
        call = asyncio.create_task(central.call("ClearCache", {}))
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(asyncio.shield(pong), 0.2)
        with pytest.raises(Exception, match="CallTimeout"):
            await charger.send("Heartbeat", {})
        assert charger.connected
        assert not call.done()
        charger.faults.half_open = False
        assert (await call)[2] == {"status": "Accepted"}
        await pong


async def test_half_open_from_the_start_and_stopped_so(central: Central) -> None:
    async with make(central, faults=Faults(half_open=True)) as charger:
        await charger.wait_connected()
        await central.wait(lambda: bool(central.paths))
    assert central.frames == []


async def test_abandoned_connection_stays_open(central: Central) -> None:
    async with make(central) as charger:
        await charger.wait_idle()
        old = central.socket
        await charger.abandon()
        await charger.wait_accepted()
        assert central.socket is not old
        assert old.close_code is None
        assert await central.ask("ClearCache", {}) == {"status": "Accepted"}
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(asyncio.shield(await old.ping()), 0.1)
    await asyncio.wait_for(old.wait_closed(), 60)


async def test_malformed_frames(central: Central) -> None:
    async with make(central) as charger:
        await charger.wait_idle()
        charger.faults.malformed_frames = True
        for _ in MALFORMED_FRAMES:
            await charger.send_meter_values(1)
        await central.wait(
            lambda: all(frame in central.frames for frame in MALFORMED_FRAMES)
        )
        assert len(central.of("MeterValues")) == len(MALFORMED_FRAMES)


async def test_slow_answer(central: Central) -> None:
    async with make(central) as charger:
        await charger.wait_idle()
        charger.faults.slow_answer = 1.0
        first = asyncio.create_task(central.call("ClearCache", {}))
        await central.wait(lambda: True)
        # It is slow to answer, but not deaf.
        assert await charger.send("Heartbeat", {})
        assert not first.done()
        await central.call("GetLocalListVersion", {})
        assert first.done()
        assert "while an earlier call was unanswered" in charger.violations[0]


async def test_never_answer(central: Central) -> None:
    async with make(central) as charger:
        await charger.wait_idle()
        charger.faults.never_answer = True
        call = asyncio.create_task(central.call("ClearCache", {}))
        await charger.wait_for(lambda: bool(charger.received))
        await charger.send("Heartbeat", {})
        assert not call.done()
        call.cancel()


@pytest.mark.parametrize(
    ("action", "payload", "expected"),
    [
        ("ChangeAvailability", {"connectorId": 0, "type": "Inoperative"}, None),
        ("ClearChargingProfile", {}, {"status": "Unknown"}),
        ("GetConfiguration", {}, {"configurationKey": []}),
        ("UnlockConnector", {"connectorId": 1}, {"status": "UnlockFailed"}),
        ("Reset", {"type": "Hard"}, None),
    ],
)
async def test_reject_all(
    central: Central,
    action: str,
    payload: dict[str, Any],
    expected: dict[str, Any] | None,
) -> None:
    async with make(central, faults=Faults(reject_all=True)) as charger:
        await charger.wait_idle()
        answer = await central.ask(action, payload)
        assert answer == (expected or {"status": "Rejected"})
        assert charger.connected
        assert charger.connector(0).available


async def test_callerror_all(central: Central) -> None:
    async with make(central, faults=Faults(callerror_all=True)) as charger:
        await charger.wait_idle()
        answer = await central.call("GetConfiguration", {})
        assert answer[0] == 4
        assert answer[2:] == ["InternalError", "simulated fault", {}]


async def test_drop_profile_on_reconnect(central: Central) -> None:
    async with make(central) as charger:
        await charger.wait_idle()
        await charging(charger)
        await central.ask("SetChargingProfile", default_profile(0))
        await charger.drop()
        await charger.reconnect()
        assert charger.connector(1).power_w == 0
        charger.faults.drop_profile_on_reconnect = True
        await charger.drop()
        await charger.reconnect()
        assert len(charger.profiles) == 0
        assert charger.connector(1).power_w == 11040


async def test_reboot_on_server_loss(central: Central) -> None:
    async with make(central, reboot_seconds=0.01) as charger:
        await charger.wait_idle()
        central.socket.transport.abort()
        await charger.wait_for(lambda: not charger.connected)
        await charger.wait_accepted()
        assert charger.boot_count == 0
        charger.faults.reboot_on_server_loss = True
        central.clear()
        central.socket.transport.abort()
        await central.expect("BootNotification")
        assert charger.boot_count == 1


async def test_digit_booleans(central: Central) -> None:
    async with make(central, faults=Faults(digit_booleans=True)) as charger:
        await charger.wait_idle()
        answer = await central.ask(
            "GetConfiguration", {"key": ["LocalAuthorizeOffline", "NumberOfConnectors"]}
        )
        values = [entry["value"] for entry in answer["configurationKey"]]
        assert values == ["1", "1"]


async def test_stop_minus_one(central: Central) -> None:
    async with make(central, faults=Faults(stop_minus_one=True)) as charger:
        await charger.wait_idle()
        await charging(charger)
        await charger.unplug(1)
        stop = await central.expect("StopTransaction")
        assert stop["transactionId"] == -1


async def test_temperature(central: Central) -> None:
    async with make(
        central, measurands="Temperature", faults=Faults(temperature_x1000=True)
    ) as charger:
        await charger.wait_idle()
        await charger.send_meter_values(1)
        (value,) = central.of("MeterValues")[0]["meterValue"][0]["sampledValue"]
        assert value["value"] == "22500.00"


async def test_cut_configuration(central: Central) -> None:
    async with make(central, faults=Faults(cut_configuration=200)) as charger:
        await charger.wait_idle()
        call = asyncio.create_task(central.call("GetConfiguration", {}))
        await central.wait(lambda: any(len(f) == 200 for f in central.frames))
        with pytest.raises(json.JSONDecodeError):
            json.loads(next(f for f in central.frames if len(f) == 200))
        call.cancel()
        assert await central.ask("ClearCache", {}) == {"status": "Accepted"}


@pytest.mark.parametrize("same", [True, False])
async def test_repeat_messages(central: Central, same: bool) -> None:
    if same:
        central.rules["StartTransaction"] = {
            "transactionId": 5,
            "idTagInfo": {"status": "Accepted"},
        }
    events: list[str] = []
    async with make(central, faults=Faults(repeat_messages=True)) as charger:
        charger.on_event = events.append
        await charger.wait_idle()
        await charging(charger)
        await charger.unplug(1)
        await central.expect("StopTransaction", 2)
        await charger.wait_idle()
    starts = central.of("StartTransaction")
    assert len(starts) == 2
    assert starts[0] == starts[1]
    assert any("another transactionId" in event for event in events) != same


async def test_overlapping_calls(central: Central) -> None:
    central.answer_delay = 0.05
    async with make(
        central, connectors=3, faults=Faults(overlapping_calls=True)
    ) as charger:
        await charger.wait_accepted()
        await central.expect("StatusNotification", 8)
        # Before the boot was accepted, and again after it.
        assert "StatusNotification" in central.actions[:3]
        await charging(charger)
        assert charger.connector(1).transaction_id is not None
    assert central.most_open_calls >= 4


async def test_bad_units(central: Central) -> None:
    async with make(
        central,
        measurands="Temperature,Frequency,Energy.Active.Import.Register",
        faults=Faults(bad_units=True),
    ) as charger:
        await charger.wait_idle()
        await charger.send_meter_values(1)
        values = central.of("MeterValues")[0]["meterValue"][0]["sampledValue"]
        assert [value["unit"] for value in values] == ["Celcius", "Hz", "wh"]
        assert {type(value["value"]) for value in values} == {float}


async def test_occupied(central: Central) -> None:
    async with make(central, faults=Faults(occupied=True)) as charger:
        await charger.wait_idle()
        await charger.plug(1, Car())
        await charger.wait_idle()
        assert central.of("StatusNotification")[-1]["status"] == "Occupied"
        assert charger.connector(1).status == "Preparing"
