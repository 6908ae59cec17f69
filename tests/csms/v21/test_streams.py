"""Values that a station sends by streams, over a real socket (N11 to N15)."""

from typing import Any

import pytest

from custom_components.ocpp_cs.csms.model.errors import InvalidRequestError
from custom_components.ocpp_cs.csms.v2.device_model.model import DeviceModel
from custom_components.ocpp_cs.csms.v2.streams.streams import Streams
from simulator import ChargingStation
from tests.csms.test_central_system import World, until

from .conftest import Box

BASE = "2026-11-30T10:00:00Z"
AVAILABILITY: dict[str, Any] = {
    "component": {"name": "EVSE", "evse": {"id": 1}},
    "variable": {"name": "AvailabilityState"},
}


async def monitored(box: Box, number: int = 7) -> None:
    """Have the availability of an EVSE monitored."""
    box.station.answers["SetVariableMonitoring"] = {
        "setMonitoringResult": [
            {
                "id": number,
                "status": "Accepted",
                "type": "Periodic",
                "severity": 8,
                **AVAILABILITY,
            }
        ]
    }
    await box.charge_point.commands.call(
        "set_variable_monitoring",
        set_monitoring_data=[
            {
                "type": "periodic",
                "value": 1,
                "severity": 8,
                "periodic_event_stream": {"interval": 60},
                **AVAILABILITY,
            }
        ],
    )
    (asked,) = await box.station.wait_for("SetVariableMonitoring")
    assert asked["setMonitoringData"][0]["periodicEventStream"] == {"interval": 60}


async def opened(box: Box, number: int = 1, monitor: int = 7) -> str:
    """Open a stream; return the status."""
    answer = await box.station.call(
        "OpenPeriodicEventStream",
        {
            "constantStreamData": {
                "id": number,
                "variableMonitoringId": monitor,
                "params": {"interval": 60, "values": 5},
            }
        },
    )
    return str(answer["status"])


async def values(box: Box, *told: tuple[float, str], number: int = 1) -> None:
    """Send values by a stream."""
    await box.send(
        [
            6,
            "s",
            "NotifyPeriodicEventStream",
            {
                "id": number,
                "pending": 2,
                "basetime": BASE,
                "data": [{"t": time, "v": value} for time, value in told],
            },
        ]
    )
    await box.settled()


def streams_of(box: Box) -> list[dict[str, Any]]:
    """Return the streams as diagnostics tell them."""
    found = box.charge_point.reported["streams"]()
    assert isinstance(found, list)
    return found


async def test_values_reach_the_variable_of_the_monitor(box: Box) -> None:
    """The last one counts as an event (N15.FR.03), whatever their order is."""
    await monitored(box)
    assert await opened(box) == "Accepted"
    await values(box, (0, "Available"), (20, "Faulted"), (10, "Reserved"))
    model = box.charge_point.part(DeviceModel)
    assert model.inventory.value("EVSE", "AvailabilityState") is None
    event = model.events[-1]
    assert event == {
        "time": "2026-11-30T10:00:20Z",
        "key": "EVSE/1.AvailabilityState",
        "value": "Faulted",
        "trigger": "Periodic",
        "type": "CustomMonitor",
        "severity": 8,
    }
    assert box.charge_point.connector(1).status == "faulted"
    assert streams_of(box) == [
        {
            "id": 1,
            "monitor": 7,
            "key": "EVSE.AvailabilityState",
            "interval": 60,
            "values": 5,
            "pending": 2,
            "received": 3,
            "last": (event["time"], "Faulted"),
        }
    ]
    assert await box.station.call("ClosePeriodicEventStream", {"id": 1}) == {}
    assert streams_of(box) == []


async def test_what_is_not_known_is_asked_for_once(box: Box) -> None:
    """A hard-wired stream may have been opened before we knew the station (N12)."""
    box.station.answers["GetPeriodicEventStream"] = {
        "constantStreamData": [
            {"id": 3, "variableMonitoringId": 9, "params": {"values": 2}}
        ]
    }

    def report(payload: dict[str, Any]) -> dict[str, Any]:
        box.station.later(
            "NotifyMonitoringReport",
            {
                "requestId": payload["requestId"],
                "seqNo": 0,
                "generatedAt": BASE,
                "monitor": [
                    {
                        **AVAILABILITY,
                        "variableMonitoring": [
                            {
                                "id": 9,
                                "transaction": False,
                                "value": 1,
                                "type": "Periodic",
                                "severity": 5,
                                "eventNotificationType": "HardWiredMonitor",
                            }
                        ],
                    }
                ],
            },
        )
        return {"status": "Accepted"}

    box.station.answers["GetMonitoringReport"] = report
    await values(box, (0, "Faulted"), number=3)
    streams = box.charge_point.part(Streams)
    await until(lambda: streams.monitors.find(9) is not None)
    await values(box, (0, "Reserved"), number=3)
    await values(box, (0, "Reserved"), number=4)
    assert box.charge_point.connector(1).status == "reserved"
    assert len(await box.station.wait_for("GetPeriodicEventStream")) == 1
    await until(lambda: streams._asking is None or streams._asking.done())


async def test_how_often_a_stream_is_sent_can_be_changed(box: Box) -> None:
    """By interval or number of values, one of which is needed (N14.FR.01)."""
    await monitored(box)
    await opened(box)
    with pytest.raises(InvalidRequestError):
        await box.charge_point.commands.call("adjust_periodic_event_stream", id=1)
    await box.charge_point.commands.call(
        "adjust_periodic_event_stream", id=1, interval=10
    )
    (sent,) = await box.station.wait_for("AdjustPeriodicEventStream")
    assert sent == {"id": 1, "params": {"interval": 10}}
    assert (streams_of(box)[0]["interval"], streams_of(box)[0]["values"]) == (10, 5)


async def test_a_station_has_only_so_many_streams(box: Box) -> None:
    """What is not taken is told by events (N11.FR.05); values are bounded, too."""
    for number in range(200):
        assert await opened(box, number) == "Accepted"
    assert await opened(box, 200) == "Rejected"
    assert await opened(box, 5) == "Accepted"
    box.station.answers["GetMonitoringReport"] = {"status": "NotSupported"}
    box.station.answers["GetPeriodicEventStream"] = "NotSupported"
    await values(box, *((1e300 * number, "x" * 1000) for number in range(150)))
    (told,) = (one for one in streams_of(box) if one["id"] == 1)
    assert told["received"] == 100
    assert len(told["last"][1]) == 200
    assert len(streams_of(box)) == 200


async def test_a_monitor_with_a_stream(world: World) -> None:
    """A simulated station opens, sends, adjusts and closes it by itself."""
    charge_point = world.adopt()
    url = f"ws://127.0.0.1:{world.central_system.port}"
    async with ChargingStation(url, "CP1", version="2.1", time_factor=100.0) as station:
        await until(lambda: charge_point.ready)
        call = charge_point.commands.call
        answer = await call(
            "set_variable_monitoring",
            set_monitoring_data=[
                {
                    "type": "periodic",
                    "value": 1,
                    "severity": 8,
                    "periodic_event_stream": {"values": 3},
                    **AVAILABILITY,
                }
            ],
        )
        (result,) = answer["set_monitoring_result"]
        streams = charge_point.part(Streams)
        await until(lambda: len(streams.open) == 1)
        ((number, stream),) = streams.open.items()
        assert (stream.monitor, stream.count) == (result["id"], 3)
        await until(lambda: len(stream.values) >= 6)
        assert {value for _, value in stream.values} == {"Available"}
        await call("adjust_periodic_event_stream", id=number, values=5)
        listed = await call("get_periodic_event_stream")
        assert listed["constant_stream_data"][0]["params"] == {"values": 5}
        await call("clear_variable_monitoring", id=[result["id"]])
        await until(lambda: not streams.open)
        assert not charge_point.deviations.counts
        assert not station.violations
