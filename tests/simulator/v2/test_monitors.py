"""Monitors of variables of the station, and their events (N02 to N08)."""

from typing import Any

import pytest

from simulator.console import Console
from simulator.structures import Payload
from simulator.v2 import ChargingStation
from simulator.v2.watched.monitors import PRECONFIGURED
from tests.simulator.v2.csms import Csms, make

TEMPERATURE: Payload = {
    "component": {"name": "TemperatureSensor", "evse": {"id": 1}},
    "variable": {"name": "Temperature"},
}
DOOR: Payload = {"component": {"name": "CabinetDoor"}, "variable": {"name": "Open"}}


def wanted(where: Payload, kind: str, value: float, **more: Any) -> Payload:
    """Return a SetMonitoringDataType."""
    return {**where, "type": kind, "value": value, "severity": 5, **more}


async def install(csms: Csms, *items: Payload) -> list[tuple[str, int | None]]:
    """Ask for monitors; return their statuses and ids."""
    answer = await csms.ask("SetVariableMonitoring", {"setMonitoringData": [*items]})
    return [(one["status"], one.get("id")) for one in answer["setMonitoringResult"]]


def events(csms: Csms) -> list[Payload]:
    return [
        one
        for message in csms.of("NotifyEvent")
        for one in message["eventData"]
        if "variableMonitoringId" in one
    ]


async def told(csms: Csms, count: int) -> list[Payload]:
    """Return the events of monitors, as soon as there are so many."""
    await csms.wait(lambda: len(events(csms)) >= count)
    assert len(events(csms)) == count
    return events(csms)


@pytest.mark.parametrize("version", ["2.0.1", "2.1"])
async def test_kinds(version: str) -> None:
    """Thresholds tell their end, differences count from the last one told."""
    async with (
        Csms(version=version) as csms,
        make(
            csms, version=version, values={"MonitoringCtrlr.Available": "true"}
        ) as station,
    ):
        await station.wait_idle()
        if version == "2.0.1":
            # It has no variable that changes by itself but these.
            evse = {"component": {"name": "EVSE", "evse": {"id": 1}}}
            place = evse | {"variable": {"name": "AvailabilityState"}}
            assert await install(csms, wanted(place, "UpperThreshold", 1)) == [
                ("UnsupportedMonitorType", None)
            ]
            ((status, number),) = await install(csms, wanted(place, "Delta", 1))
            assert status == "Accepted"
            await station.plug(1)
            (event,) = await told(csms, 1)
            assert event["actualValue"] == "Occupied"
            assert event["variableMonitoringId"] == number
            assert "severity" not in event
            assert csms.wrong == []
            return
        results = await install(
            csms,
            wanted(TEMPERATURE, "UpperThreshold", 80),
            wanted(TEMPERATURE, "LowerThreshold", 0),
            wanted(TEMPERATURE, "Delta", 10),
            wanted(DOOR, "Delta", 0),
        )
        assert results == [("Accepted", number) for number in (1, 2, 3, 4)]
        put = station.monitors.put
        put("TemperatureSensor", "Temperature", 82, evse=1)
        hot, more = await told(csms, 2)
        assert (hot["trigger"], hot["variableMonitoringId"]) == ("Alerting", 1)
        assert (hot["severity"], hot["eventNotificationType"]) == (5, "CustomMonitor")
        assert (more["trigger"], more["variableMonitoringId"]) == ("Delta", 3)
        # Neither above again, nor enough of a difference.
        put("TemperatureSensor", "Temperature", 85, evse=1)
        put("CabinetDoor", "Open", True, cause=hot["eventId"])
        opened = (await told(csms, 3))[-1]
        assert (opened["actualValue"], opened["cause"]) == ("true", hot["eventId"])
        put("TemperatureSensor", "Temperature", 79, evse=1)
        assert (await told(csms, 4))[-1]["cleared"] is True
        put("TemperatureSensor", "Temperature", -1, evse=1)
        cold = {one["variableMonitoringId"] for one in (await told(csms, 6))[-2:]}
        assert cold == {2, 3}
        assert csms.wrong == []


async def test_targets_and_intervals() -> None:
    """2.1 compares with the target; periods count from now or by the clock."""
    fan = {"component": {"name": "FanController"}, "variable": {"name": "Speed"}}
    async with (
        Csms(version="2.1") as csms,
        make(csms, version="2.1") as station,
    ):
        await station.wait_idle()
        key = ("fancontroller", "", None, None, "speed", "")
        station.model.aim(key, "1000")
        station.monitors.put("FanController", "Speed", 1000)
        await install(
            csms,
            wanted(fan, "TargetDelta", 300),
            wanted(fan, "TargetDeltaRelative", 0.5),
        )
        station.monitors.put("FanController", "Speed", 600)
        assert [one["variableMonitoringId"] for one in await told(csms, 1)] == [1]
        station.monitors.put("FanController", "Speed", 400)
        assert [one["variableMonitoringId"] for one in await told(csms, 2)] == [1, 2]
        station.monitors.put("FanController", "Speed", 900)
        assert [one["cleared"] for one in (await told(csms, 4))[-2:]] == [True, True]
        await install(
            csms, wanted(fan, "Periodic", 60), wanted(fan, "PeriodicClockAligned", 30)
        )
        await csms.wait(
            lambda: (
                {
                    one["variableMonitoringId"]
                    for one in events(csms)
                    if one["trigger"] == "Periodic"
                }
                == {3, 4}
            )
        )
        await csms.ask("ClearVariableMonitoring", {"id": [3, 4]})
        assert csms.wrong == []


def _installed(station: ChargingStation) -> list[int]:
    return [one.id for one in station.monitors if one.active]


async def test_bases_levels_and_reports() -> None:
    async with (
        Csms(version="2.1") as csms,
        make(csms, version="2.1") as station,
    ):
        await station.wait_idle()
        monitors = station.monitors
        sensor = ("TemperatureSensor", "Temperature")
        monitors.install(*sensor, "UpperThreshold", 90, 1, evse=1)
        monitors.install(*sensor, "UpperThreshold", 70, 6, evse=1, origin=PRECONFIGURED)
        assert await install(
            csms,
            wanted(DOOR, "Delta", 0),
            wanted(TEMPERATURE, "UpperThreshold", 75, severity=7, id=2),
            wanted(TEMPERATURE, "UpperThreshold", 85, severity=1),
            wanted(TEMPERATURE, "UpperThreshold", 85, id=1),
        ) == [("Accepted", 3), ("Accepted", 2), ("Duplicate", None), ("Rejected", None)]
        assert await install(
            csms,
            wanted(TEMPERATURE, "UpperThreshold", 999),
            wanted(DOOR, "Delta", 0, severity=12),
            wanted(DOOR | {"variable": {"name": "Colour"}}, "Delta", 0),
            wanted(DOOR | {"component": {"name": "Roof"}}, "Delta", 0),
        ) == [
            ("Rejected", None),
            ("Rejected", None),
            ("UnknownVariable", None),
            ("UnknownComponent", None),
        ]

        async def report(**criteria: Any) -> list[Payload]:
            before = len(csms.of("NotifyMonitoringReport"))
            answer = await csms.ask("GetMonitoringReport", {"requestId": 1, **criteria})
            if answer["status"] != "Accepted":
                return []

            def pieces() -> list[Payload]:
                return csms.of("NotifyMonitoringReport")[before:]

            await csms.wait(lambda: any(not one["tbc"] for one in pieces()))
            return [
                monitor
                for piece in pieces()
                for one in piece["monitor"]
                for monitor in one["variableMonitoring"]
            ]

        station.monitors.report_size = 1
        assert [one["id"] for one in await report()] == [1, 2, 3]
        assert [
            (one["value"], one["eventNotificationType"])
            for one in await report(monitoringCriteria=["ThresholdMonitoring"])
        ] == [(90, "HardWiredMonitor"), (75, "PreconfiguredMonitor")]
        assert await report(monitoringCriteria=["PeriodicMonitoring"]) == []
        (door,) = await report(componentVariable=[DOOR])
        assert door["type"] == "Delta"
        # What is less severe than the level is not told.
        assert await csms.ask("SetMonitoringLevel", {"severity": 12}) == {
            "status": "Rejected"
        }
        await csms.ask("SetMonitoringLevel", {"severity": 2})
        monitors.put("CabinetDoor", "Open", True)
        console = Console([station])
        await console.execute("value TemperatureSensor.Temperature 95 1")
        (alert,) = await told(csms, 1)
        assert (alert["severity"], alert["variableMonitoringId"]) == (1, 1)
        assert "exceeded" in await console.execute("monitors")
        for base, left in (
            ("All", [1, 2, 3]),
            ("FactoryDefault", [1, 2]),
            ("HardWiredOnly", [1]),
            ("All", [1, 2]),
        ):
            await csms.ask("SetMonitoringBase", {"monitoringBase": base})
            assert _installed(station) == left
        # By the manufacturer again.
        assert {one.id: one.value for one in monitors} == {1: 90, 2: 70}
        answer = await csms.ask("ClearVariableMonitoring", {"id": [1, 2, 9]})
        assert [one["status"] for one in answer["clearMonitoringResult"]] == [
            "Rejected",
            "Accepted",
            "NotFound",
        ]
        assert csms.wrong == []
