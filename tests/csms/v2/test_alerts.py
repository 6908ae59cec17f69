"""What of a station's events is told to people, and what of it is a problem."""

from collections import Counter
from typing import Any

import pytest

from custom_components.ocpp_cs.csms.charge_point import ChargePoint
from custom_components.ocpp_cs.csms.model.model import ChargePointError, ConnectorStatus
from custom_components.ocpp_cs.csms.v2.monitoring import alerts
from custom_components.ocpp_cs.csms.v2.monitoring.alerts import Alerts
from custom_components.ocpp_cs.csms.v2.streams.monitors import Monitors
from tests.csms.test_central_system import World, until

from .station import Json, V2Station, at, device_model, variable
from .test_device_events import event, tell
from .test_device_setup import asked

EVSE = {"id": 1}
HOT: Json = {
    "trigger": "Alerting",
    "eventNotificationType": "HardWiredMonitor",
    "variableMonitoringId": 3,
}

type Told = list[dict[str, Any]]


def hot(value: str = "91.5", evse: Json | None = None, **more: Any) -> Json:
    """Return an alert of a monitor that came with the station."""
    return event("TemperatureSensor", "Temperature", value, evse or EVSE, **HOT | more)


def listen(charge_point: ChargePoint) -> Told:
    """Return the events of monitors, from now on."""
    told: Told = []
    charge_point.listen(
        lambda kind, data: told.append(data) if kind == "monitor_event" else None
    )
    return told


def kinds(told: Told) -> list[tuple[str, str]]:
    return [(one["event"], one["value"]) for one in told]


async def test_an_alert_and_its_end(world: World) -> None:
    """Each is told once, with all that the station says; it is a problem meanwhile."""
    charge_point = world.adopt()
    told = listen(charge_point)
    async with V2Station.of(world) as station:
        await station.booted(world)
        await station.status("Available")
        connector = charge_point.connector(1)
        for value in ("91.5", "91.7", "92"):
            await tell(
                station, hot(value, eventId=7, cause=6, techCode="T1", techInfo="PCB")
            )
        assert connector.problem
        assert connector.status is ConnectorStatus.AVAILABLE
        assert connector.error_code is ChargePointError.HIGH_TEMPERATURE
        assert connector.info == "TemperatureSensor Temperature: PCB"
        assert connector.vendor_error_code == "T1"
        await tell(station, hot("70", cleared=True))
        await tell(station, hot("69", cleared=True))
        assert connector.problem is False
        await until(lambda: len(told) == 2)
        timestamp = told[0].pop("timestamp")
        assert timestamp.tzinfo is not None
        assert told[0] == {
            "event": "alert",
            "component": "TemperatureSensor",
            "component_instance": None,
            "connector_id": 1,
            "plug": None,
            "variable": "Temperature",
            "variable_instance": None,
            "value": "91.5",
            "severity": None,
            "monitor_id": 3,
            "tech_code": "T1",
            "tech_info": "PCB",
            "event_id": 7,
            "cause": 6,
            "transaction_id": None,
        }
        assert kinds(told)[1] == ("cleared", "70")
        # It is news again; an old one, that comes late, is not.
        await tell(station, hot("95"))
        await tell(station, hot("60", cleared=True, timestamp=at(-600)))
        assert connector.problem
        await until(lambda: len(told) == 3)


async def test_what_is_no_news(world: World) -> None:
    """Values that are asked for, numbers that change, settings, what has an entity."""
    charge_point = world.adopt()
    told = listen(charge_point)
    plug = {"id": 1, "connectorId": 1}
    async with V2Station.of(world, version="2.1") as station:
        await station.booted(world)
        await tell(
            station,
            event("EVSE", "Power", "7000", EVSE, trigger="Periodic"),
            event("EVSE", "Power", "7100", EVSE),
            event("TxCtrlr", "TxStartPoint", "Authorized"),
            event("Connector", "AvailabilityState", "Occupied", plug),
            event("ConnectedEV", "VehicleId", "0A:1B", EVSE),
            event("Modem", "State", "Roaming", severity=8),
            event("EVSE", "Problem", "false", EVSE, trigger="Alerting"),
            # This is.
            event("CabinetDoor", "Open", "true"),
            event("CabinetDoor", "Open", "true"),
            event("CabinetDoor", "Open", "false"),
            event(
                "ConnectedEV", "Problems", "0A:1B", EVSE, trigger="Alerting", severity=5
            ),
        )
        await until(lambda: len(told) == 3)
        assert kinds(told) == [
            ("changed", "true"),
            ("changed", "false"),
            ("alert", "***"),
        ]
        assert not charge_point.connector(1).problem


@pytest.mark.parametrize(
    ("more", "is_problem"),
    [
        ({"severity": 4}, True),
        ({"severity": 5, "techCode": "T1"}, False),
        ({"eventNotificationType": "CustomMonitor", "techCode": "T1"}, False),
        ({"eventNotificationType": "CustomMonitor", "severity": 0}, True),
        ({"eventNotificationType": "PreconfiguredMonitor"}, True),
    ],
)
async def test_what_is_a_problem(world: World, more: Json, is_problem: bool) -> None:
    """An error that asks for action; or what came with the station, for safety."""
    charge_point = world.adopt()
    async with V2Station.of(world, version="2.1") as station:
        await station.booted(world)
        await station.status("Available")
        await tell(station, hot(**more))
        assert charge_point.connector(1).problem is is_problem


async def test_the_severity_of_a_monitor_is_remembered(world: World) -> None:
    """OCPP 2.0.1 tells it with the monitor, not with its events."""
    charge_point = world.adopt()
    item = {
        "component": {"name": "EVSE", "evse": EVSE},
        "variable": {"name": "Power"},
        "type": "UpperThreshold",
        "severity": 2,
    }
    over = {"trigger": "Alerting", "eventNotificationType": "CustomMonitor"}

    def power(**more: Any) -> Json:
        return event("EVSE", "Power", "12000", EVSE, **over | more)

    async with V2Station.of(
        world,
        SetVariableMonitoring={
            "setMonitoringResult": [item | {"status": "Accepted", "id": 9}]
        },
        ClearVariableMonitoring={
            "clearMonitoringResult": [{"status": "Accepted", "id": 9}]
        },
    ) as station:
        await station.booted(world)
        await station.status("Available")
        commands, connector = charge_point.commands, charge_point.connector(1)
        await tell(station, power(variableMonitoringId=8))
        assert not connector.problem
        await commands.call(
            "set_variable_monitoring", set_monitoring_data=[item | {"value": 11000}]
        )
        await tell(station, power(variableMonitoringId=9))
        assert connector.problem
        # Who deletes a monitor is told no end (N07.FR.12).
        await commands.call("clear_variable_monitoring", id=[9])
        assert connector.problem is False
        charge_point.part(Monitors).set([item | {"status": "accepted", "id": 9}])
        await tell(station, power(variableMonitoringId=9))
        assert connector.problem
        await commands.call("set_monitoring_base", monitoring_base="hard_wired_only")
        assert connector.problem is False


async def test_an_end_that_was_lost(world: World) -> None:
    """A boot, a fault that is over, or a component without a problem ends an alert."""
    charge_point = world.adopt()
    problem = variable("TemperatureSensor", "Problem", "true", evse=EVSE)
    async with V2Station.of(world, model=[*device_model(), problem]) as station:
        await station.booted(world)
        await station.status("Available")
        connector = charge_point.connector(1)

        async def alert() -> None:
            await tell(station, hot())
            assert connector.problem

        await alert()
        await station.boot()
        assert connector.problem is False
        await alert()
        await station.status("Faulted")
        await station.status("Available")
        assert connector.problem is False
        charge_point.part(Alerts).forget()
        await alert()
        # A boot that was asked for is none.
        station.received.clear()
        await station.call(
            "BootNotification",
            {
                "reason": "Triggered",
                "chargingStation": {"vendorName": "Acme", "model": "Two"},
            },
        )
        await asked(station, charge_point)
        assert connector.problem
    # Nor is a reconnection: but the component is asked whether it is over.
    for told in ("true", "false"):
        problem["variableAttribute"][0]["value"] = told
        async with V2Station.of(world, model=[*device_model(), problem]) as station:
            assert "GetVariables" in await asked(station, charge_point)
            assert connector.problem is (told == "true")


async def test_a_station_as_a_whole(world: World) -> None:
    """Its problem is none of a connector, and goes as it came."""
    charge_point = world.adopt()
    async with V2Station.of(world, model=device_model(2)) as station:
        await station.booted(world)
        for _ in range(2):
            await tell(station, event("RCD", "Tripped", "true", **HOT))
            assert charge_point.whole.problem
            assert charge_point.whole.error_code is ChargePointError.GROUND_FAILURE
            await tell(station, event("RCD", "Tripped", "false", cleared=True, **HOT))
            assert charge_point.whole.problem is False


async def test_a_flood(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """However much comes, what is told and kept is little, and true at the end."""
    charge_point = world.adopt()
    told = listen(charge_point)
    written: Counter[str] = Counter()
    async with V2Station.of(world) as station:
        await station.booted(world)
        await station.status("Available")
        connector = charge_point.connector(1)
        connector.watch(("error_code",), lambda: written.update(["error_code"]))
        taken = charge_point.part(Alerts)
        count = 0
        # It flickers, and other components join in.
        for _ in range(100):
            some = [
                one
                for number in range(count, count + 25)
                for one in (
                    hot(),
                    hot("70", cleared=True),
                    event(f"Vendor{number}", "State", "bad", trigger="Alerting"),
                    event("Door", "Open", "true" if number % 2 else "false"),
                )
            ]
            await tell(station, *some)
            count += 25
        await tell(station, hot())
        assert count * 4 == 10_000
        assert len(told) <= 20
        assert written["error_code"] <= 20
        assert len(taken._last) <= 200
        assert len(taken._waiting) <= 200
        assert charge_point.deviations.counts["events_held_back"] > 5000
        # What is held back is told once there is time for it, problems first.
        await tell(station, hot("70", cleared=True))
        assert connector.problem
        before = len(told)
        monkeypatch.setattr(alerts, "_PAUSE", 0.001)
        taken.close()
        taken._go_on()
        await until(lambda: connector.problem is False and len(told) > before)
        assert kinds(told)[before] == ("cleared", "70")
        await until(lambda: not taken._waiting)
        assert len(told) > before + 150


@pytest.mark.parametrize(
    ("controller", "more", "is_there"),
    [
        ("MonitoringCtrlr", {"Available": "true"}, True),
        ("MonitoringCtrlr", {"Available": "true", "Enabled": "false"}, False),
        ("MonitoringCtrlr", {"ItemsPerMessage": "4"}, True),
        ("MonitoringCtrlr", {"Available": "false", "ItemsPerMessage": "4"}, False),
        ("MonitoringCtrlr", {"Enabled": "true"}, False),
        ("DisplayMessageCtrlr", {"SupportedFormats": "ASCII,UTF8"}, True),
        ("DisplayMessageCtrlr", {"Available": "0", "SupportedFormats": "x"}, False),
    ],
)
async def test_who_has_monitors_and_a_display(
    world: World, controller: str, more: dict[str, str], is_there: bool
) -> None:
    """A station says so, or has a variable that goes with it."""
    charge_point = world.adopt()
    model = [variable(controller, name, value) for name, value in more.items()]
    async with V2Station.of(world, model=[*device_model(), *model]) as station:
        await station.booted(world)
        told = charge_point.capabilities
        if controller == "MonitoringCtrlr":
            assert told.monitors is is_there
            assert told.display is None
        else:
            assert (told.display is not None) is is_there
            if told.display is not None:
                assert told.display.formats == {"ascii", "utf8"}
