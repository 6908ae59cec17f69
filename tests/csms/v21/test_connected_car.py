"""What a station of OCPP 2 tells of a connected vehicle (2.0.1 and 2.1: ConnectedEV)."""

from datetime import timedelta
from typing import Any

import pytest

from custom_components.ocpp_cs.csms.connector import Connector
from custom_components.ocpp_cs.csms.model.model import utcnow
from custom_components.ocpp_cs.csms.outside.car_record import evccid
from custom_components.ocpp_cs.csms.outside.connected_car import (
    ConnectedCar,
    told_departure,
    told_least_kwh,
    told_missing_kwh,
    told_soc,
)
from simulator import ChargingStation
from simulator.car import Car
from tests.csms.test_central_system import World, until
from tests.csms.v2.station import V2Station, at, device_model, variable

type Json = dict[str, Any]

LEAF = "01:23:45:67:89:AB"


def event(name: str, value: str, evse: int | None = 1, **more: Any) -> Json:
    """Return an EventDataType of the component."""
    component: Json = {"name": "ConnectedEV"}
    if evse is not None:
        component["evse"] = {"id": evse}
    told: Json = {"name": name}
    if (instance := more.pop("instance", None)) is not None:
        told["instance"] = instance
    return {
        "eventId": 1,
        "timestamp": at(),
        "trigger": "Delta",
        "actualValue": value,
        "eventNotificationType": "HardWiredNotification",
        "component": component,
        "variable": told,
        **more,
    }


async def tell(station: V2Station, *events: Json) -> None:
    """Send a NotifyEvent."""
    payload = {"generatedAt": at(), "seqNo": 0, "eventData": list(events)}
    assert await station.call("NotifyEvent", payload) == {}


def car_at(connector: Connector) -> ConnectedCar:
    """Return what is known of the vehicle."""
    assert connector.car is not None
    return connector.car


@pytest.mark.parametrize("version", ["2.0.1", "2.1"])
async def test_a_car_tells_of_itself(world: World, version: str) -> None:
    """Its id with both versions, its battery with 2.1; nothing after it has left."""
    charge_point = world.adopt()
    url = f"ws://127.0.0.1:{world.central_system.port}"
    leaving = utcnow() + timedelta(hours=8)
    car = Car(evccid=LEAF, soc=40, departure=leaving, least_kwh=5, target_soc=90)
    async with ChargingStation(url, "CP1", version=version) as station:
        await until(lambda: charge_point.ready)
        connector = charge_point.connector(1)
        await station.plug(car=car)
        await until(lambda: connector.car is not None)
        told = car_at(connector)
        assert told.evccid == "0123456789AB"
        assert told.protocol == "urn:iso:15118:2:2013:MsgDef,2,0"
        assert told.supported == ("urn:iso:15118:2:2013:MsgDef,2,0",)
        if version == "2.1":
            assert (told.soc, told.full_soc, told.capacity_kwh) == (40, 90, 60)
            assert (told.energy_kwh, told.least_kwh) == (30, 5)
            assert told.charge_w == 11040
            assert told_departure(connector, utcnow()) == leaving
            assert told_soc(connector) == 40
            car.soc = 42
            station.evses[0].update()
            await until(lambda: told_soc(connector) == 42)
        else:
            assert told.soc is None
        await station.unplug()
        await until(lambda: connector.car is None)
        assert told_soc(connector) is None


@pytest.mark.parametrize("version", ["2.0.1", "2.1"])
async def test_what_no_car_can_have_is_not_kept(world: World, version: str) -> None:
    charge_point = world.adopt()
    url = f"ws://127.0.0.1:{world.central_system.port}"
    async with ChargingStation(url, "CP1", version=version) as station:
        station.faults.impossible_car = True
        await until(lambda: charge_point.ready)
        connector = charge_point.connector(1)
        await station.plug(car=Car(evccid=LEAF, soc=40, departure=utcnow()))
        await until(lambda: connector.car is not None)
        told = car_at(connector)
        assert told.evccid is None
        assert told.protocol is not None
        assert (told.soc, told.capacity_kwh, told.departure) == (None, None, None)
        assert (told.energy_kwh, told.charge_w) == (None, None)
        counted = charge_point.deviations.counts
        assert counted["implausible_value_of_vehicle:evccid"] == 1
        assert ("implausible_value_of_vehicle:soc" in counted) is (version == "2.1")


@pytest.mark.parametrize(
    ("name", "value", "field"),
    [
        ("StateOfCharge", "255", "soc"),
        ("StateOfCharge", "-1", "soc"),
        ("StateOfCharge", "NaN", "soc"),
        ("StateOfCharge", "half", "soc"),
        ("BatteryCapacity", "65535", "capacity_kwh"),
        ("DepartureTime", -60, "departure"),
        ("DepartureTime", 10 * 365 * 86400, "departure"),
        ("DepartureTime", "tomorrow", "departure"),
        ("VehicleID", "FF:FF:FF:FF:FF:FF", "evccid"),
        ("RemainingTimeFull", "-5", "seconds_to_full"),
        ("EnergyImport.minSet", "9e9", "least_kwh"),
    ],
)
async def test_impossible_values_leave_the_last_ones(
    world: World, name: str, value: str | int, field: str
) -> None:
    """A time is told in seconds from now on here."""
    charge_point = world.adopt()
    async with V2Station.of(world) as station:
        await station.booted(world)
        await station.status("Occupied")
        await tell(
            station,
            event("StateOfCharge", "50"),
            event("BatteryCapacity", "60000"),
            event("DepartureTime", at(3600)),
            event("VehicleID", LEAF),
            event("RemainingTimeFull", "600"),
            event("EnergyImport.minSet", "1000"),
        )
        before = car_at(charge_point.connector(1))
        assert getattr(before, field) is not None
        told = at(value) if isinstance(value, int) else value
        await tell(station, event(name, told))
        assert charge_point.connector(1).car == before
        counted = charge_point.deviations.counts
        assert counted[f"implausible_value_of_vehicle:{field}"] == 1


async def test_a_jump_needs_a_second_reading(world: World) -> None:
    """No car gains 40 % within seconds; 0 is what cars tell that do not know yet."""
    charge_point = world.adopt()
    async with V2Station.of(world) as station:
        await station.booted(world)
        await station.status("Occupied")
        connector = charge_point.connector(1)
        shown = []
        for soc in ("0", "50", "52", "92", "53", "93", "94"):
            await tell(station, event("StateOfCharge", soc))
            shown.append(told_soc(connector))
        assert shown == [0, 50, 52, 52, 53, 53, 94]
        assert charge_point.deviations.counts["implausible_value_of_vehicle:soc"] == 2


async def test_reports_and_reads_tell_it_too(world: World) -> None:
    """With attributes, which events have not, for one EVSE each; others are not asked."""
    charge_point = world.adopt()
    async with V2Station.of(world) as station:
        await station.booted(world)
        await station.status("Occupied")
        energy = variable("ConnectedEV", "EnergyImport", evse={"id": 1}, unit="kWh")
        energy["variableAttribute"] = [
            {"type": "Target", "value": "30"},
            {"type": "MinSet", "value": "-2"},
            {"type": "MaxSet", "value": "45.5"},
        ]
        chain = variable(
            "ConnectedEV", "VehicleCertificate", "PEM", evse={"id": 1}, instance="Leaf"
        )
        report = {
            "requestId": 99,
            "generatedAt": at(),
            "seqNo": 0,
            "reportData": [
                variable("ConnectedEV", "VehicleID", LEAF, evse={"id": 1}),
                energy,
                chain,
                variable("ConnectedEV", "VehicleID", LEAF, evse={"id": 10**6}),
            ],
        }
        assert await station.call("NotifyReport", report) == {}
        connector = charge_point.connector(1)
        told = car_at(connector)
        assert told.evccid == "0123456789AB"
        assert (told.energy_kwh, told.least_kwh, told.most_kwh) == (30, 0, 45.5)
        assert told.certificates == ("Leaf",)
        assert told_missing_kwh(connector) == 30
        assert told_least_kwh(connector) == 0
        station.answers["GetVariables"] = {
            "getVariableResult": [
                {
                    "attributeStatus": "Accepted",
                    "attributeValue": "61",
                    "component": {"name": "ConnectedEV", "evse": {"id": 1}},
                    "variable": {"name": "StateOfCharge"},
                }
            ]
        }
        await charge_point.commands.call(
            "get_variables", variables=["ConnectedEV/1.StateOfCharge"]
        )
        assert told_soc(connector) == 61


async def test_another_car_without_a_goodbye(world: World) -> None:
    """Its id is enough: nothing of the one before is left."""
    charge_point = world.adopt()
    async with V2Station.of(world) as station:
        await station.booted(world)
        await station.status("Occupied")
        await tell(station, event("VehicleID", LEAF), event("StateOfCharge", "50"))
        # In one message, whatever the order, the id is read first.
        await tell(station, event("VehicleID", "02:23:45:67:89:AB", evse=None))
        told = car_at(charge_point.connector(1))
        assert (told.evccid, told.soc) == ("0223456789AB", None)


async def test_the_next_car_gets_nothing_of_the_last_one(world: World) -> None:
    """However soon it comes."""
    charge_point = world.adopt()
    async with V2Station.of(world) as station:
        await station.booted(world)
        await station.status("Occupied")
        await tell(station, event("StateOfCharge", "50"), event("VehicleID", LEAF))
        await station.status("Available")
        await station.status("Occupied")
        await tell(station, event("ProtocolAgreed", "DIN"))
        told = car_at(charge_point.connector(1))
        assert (told.protocol, told.soc, told.evccid) == ("DIN", None, None)


async def test_what_is_of_no_car_that_is_here(world: World) -> None:
    """Reports without a car, and events that were kept, are of the last one."""
    charge_point = world.adopt()
    async with V2Station.of(world) as station:
        await station.booted(world)
        await station.status("Available")
        connector = charge_point.connector(1)
        report = {
            "requestId": 99,
            "generatedAt": at(),
            "seqNo": 0,
            "reportData": [variable("ConnectedEV", "VehicleID", LEAF, evse={"id": 1})],
        }
        await station.call("NotifyReport", report)
        await tell(station, event("StateOfCharge", "50"))
        assert connector.car is None
        await station.status("Occupied")
        # The event came a moment early; the report was stale.
        await until(lambda: connector.car is not None)
        told = car_at(connector)
        assert (told.evccid, told.soc) == (None, 50)
        await tell(station, event("StateOfCharge", "51", timestamp=at(-600)))
        await tell(station, event("StateOfCharge", "49", timestamp=at(-5)))
        assert told_soc(connector) == 50
        assert charge_point.deviations.counts["late_value_of_vehicle"] == 1
        await tell(station, event("StateOfCharge", "", cleared=True))
        assert connector.car is None


async def test_the_newest_source_counts(world: World) -> None:
    """Needs, ConnectedEV and meter values tell of one car."""
    charge_point = world.adopt()
    async with V2Station.of(world) as station:
        await station.booted(world)
        await station.status("Occupied")
        connector = charge_point.connector(1)
        needs = {
            "evseId": 1,
            "chargingNeeds": {
                "requestedEnergyTransfer": "DC",
                "departureTime": at(3600),
                "dcChargingParameters": {
                    "evMaxCurrent": 200,
                    "evMaxVoltage": 400,
                    "stateOfCharge": 40,
                    "energyAmount": 20000,
                },
            },
        }
        await station.call("NotifyEVChargingNeeds", needs)
        assert told_soc(connector) == 40
        await tell(
            station,
            event("StateOfCharge", "41"),
            event("EnergyImport.target", "25000"),
            event("DepartureTime", at(7200)),
        )
        assert told_soc(connector) == 41
        assert told_missing_kwh(connector) == 25
        departure = told_departure(connector, utcnow())
        assert departure is not None
        assert departure - utcnow() > timedelta(seconds=7000)
        await station.call("NotifyEVChargingNeeds", needs)
        assert told_soc(connector) == 40
        assert told_missing_kwh(connector) == 20


async def test_needs_of_a_car_that_can_discharge(world: World) -> None:
    """Its energies are other fields (2.1: 2.61), and are counted if they cannot be."""
    charge_point = world.adopt()
    url = f"ws://127.0.0.1:{world.central_system.port}"
    async with ChargingStation(url, "CP1", version="2.1") as station:
        await until(lambda: charge_point.ready)
        await station.plug(car=Car())
        connector = charge_point.connector(1)
        await until(lambda: connector.plugged_in is True)
        needs: Json = {
            "requestedEnergyTransfer": "AC_BPT",
            "departureTime": "2099-01-01T00:00:00Z",
            "v2xChargingParameters": {
                "maxChargePower": 11000,
                "evTargetEnergyRequest": 25000,
                "evMinEnergyRequest": 6000,
            },
        }
        await station.send(
            "NotifyEVChargingNeeds", {"evseId": 1, "chargingNeeds": needs}
        )
        assert told_missing_kwh(connector) == 25
        assert told_least_kwh(connector) == 6
        assert told_departure(connector, utcnow()) is None
        assert charge_point.deviations.counts["implausible_need:departure"] == 1


async def test_with_two_places_it_is_told_where(world: World) -> None:
    charge_point = world.adopt()
    async with V2Station.of(world, model=device_model(2)) as station:
        await station.booted(world)
        await tell(station, event("VehicleID", LEAF, evse=None))
        assert all(one.car is None for one in charge_point.connectors.values())
        assert charge_point.deviations.counts["vehicle_without_connector"] == 1
        await tell(station, event("VehicleID", LEAF, evse=2))
        assert charge_point.connector(1).car is None
        assert car_at(charge_point.connector(2)).evccid == "0123456789AB"


async def test_a_car_cannot_fill_the_memory(world: World) -> None:
    charge_point = world.adopt()
    async with V2Station.of(world) as station:
        await station.booted(world)
        await station.status("Occupied")
        for start in range(0, 100, 20):
            await tell(
                station,
                *(
                    event("ProtocolSupportedByEV", "x" * 500, instance=str(one))
                    for one in range(start, start + 20)
                ),
            )
        told = car_at(charge_point.connector(1)).supported
        assert len(told) == 20
        assert set(told) == {"x" * 100}


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ("01:23:45:67:89:ab", "0123456789AB"),
        ("0x0123456789AB", "0123456789AB"),
        ("0123456789AB0000", "0123456789AB"),
        ("00000123456789AB", "0123456789AB"),
        ("WMIV1234567890ABCDEX", "WMIV1234567890ABCDEX"),
        ("0000000000000000", None),
        ("FFFFFFFFFFFF", None),
        ("1234", None),
        ("", None),
        ("x" * 300, None),
    ],
)
def test_evccid(told: str, expected: str | None) -> None:
    assert evccid(told) == expected
