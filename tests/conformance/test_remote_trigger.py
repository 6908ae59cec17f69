"""Messages that the charge point is asked for."""

from .cases import case
from .charge_point import ChargePoint, at
from .home import Home


@case("TC_054_CSMS", "Trigger a message")
async def test_trigger(home: Home, cp: ChargePoint) -> None:
    cp.answers["TriggerMessage"] = {"status": "Accepted"}

    async def trigger(message: str, **connector: int) -> None:
        answer = await home.act(
            "trigger_message", requested_message=message, **connector
        )
        assert answer == {"status": "accepted"}

    await trigger("meter_values", connector_id=1)
    sample = {"value": "41250", "measurand": "Energy.Active.Import.Register"}
    await cp.call(
        "MeterValues",
        connectorId=1,
        meterValue=[
            {
                "timestamp": at(),
                "sampledValue": [{**sample, "context": "Trigger", "unit": "Wh"}],
            }
        ],
    )
    await home.shows("sensor", "1/energy", "41.25")
    await trigger("heartbeat")
    assert "currentTime" in await cp.call("Heartbeat")
    await trigger("status_notification", connector_id=1)
    await cp.status("Preparing")
    await home.shows_status("preparing")
    await trigger("diagnostics_status_notification")
    assert await cp.call("DiagnosticsStatusNotification", status="Idle") == {}
    await home.shows("sensor", "diagnostics_status", "idle")
    await trigger("firmware_status_notification")
    assert await cp.call("FirmwareStatusNotification", status="Idle") == {}
    await home.shows("sensor", "firmware_status", "idle")
    await trigger("boot_notification")
    assert (await cp.boot())["status"] == "Accepted"
    assert cp.asked("TriggerMessage")[:6] == [
        {"requestedMessage": "MeterValues", "connectorId": 1},
        {"requestedMessage": "Heartbeat"},
        {"requestedMessage": "StatusNotification", "connectorId": 1},
        {"requestedMessage": "DiagnosticsStatusNotification"},
        {"requestedMessage": "FirmwareStatusNotification"},
        {"requestedMessage": "BootNotification"},
    ]


@case("TC_055_CSMS", "Trigger a message, rejected")
async def test_trigger_rejected(home: Home, cp: ChargePoint) -> None:
    cp.answers["TriggerMessage"] = {"status": "Rejected"}
    with home.told("Garage refused TriggerMessage: Rejected"):
        await home.act(
            "trigger_message", requested_message="meter_values", connector_id=1
        )
    assert cp.asked("TriggerMessage") == [
        {"requestedMessage": "MeterValues", "connectorId": 1}
    ]
    await home.shows_status("available")
