"""What a station is asked after a boot or a connection, and what is written to it."""

from typing import Any, override

from custom_components.ocpp_cs.csms.charge_point import ChargePoint
from custom_components.ocpp_cs.csms.model.capabilities import Feature
from custom_components.ocpp_cs.csms.model.profile import Unit
from custom_components.ocpp_cs.csms.model.security import SecurityLevel
from tests.csms.test_central_system import World, until

from .station import Json, V2Station, device_model, variable, wh

REGISTER = "Energy.Active.Import.Register"


def writable(component: str, name: str, actual: str, **more: Any) -> Json:
    """Return a variable that can be written."""
    more = {"data_type": "MemberList", **more}
    return variable(component, name, actual, mutability="ReadWrite", **more)


def lists(**more: Any) -> list[Json]:
    """Return the variables that a set-up writes."""
    return [
        *device_model()[:3],
        writable("SampledDataCtrlr", "TxUpdatedInterval", "60", data_type="integer"),
        writable("SampledDataCtrlr", "TxUpdatedMeasurands", REGISTER, **more),
        writable("SampledDataCtrlr", "TxStartedMeasurands", "Voltage"),
        writable("SampledDataCtrlr", "TxEndedMeasurands", REGISTER),
        writable("AlignedDataCtrlr", "Measurands", ""),
        writable("OCPPCommCtrlr", "WebSocketPingInterval", "0", data_type="integer"),
    ]


class Picky(V2Station):
    """Refuses lists of measurands with one that it does not know."""

    UNKNOWN = "Current.Offered"

    @override
    def set_variable(self, entry: Json | None, one: Json) -> str:
        if self.UNKNOWN in one["attributeValue"]:
            return "Rejected"
        return super().set_variable(entry, one)


async def asked(station: V2Station, charge_point: ChargePoint) -> list[str]:
    """Return what was asked until the end of a set-up."""
    await until(lambda: charge_point.ready)
    await until(
        lambda: any(
            payload.get("requestedMessage") == "MeterValues"
            for _, payload in station.received
        )
    )
    return [
        payload.get("requestedMessage", action) for action, payload in station.received
    ]


def written(station: V2Station) -> list[dict[str, str]]:
    """Return variable -> value, for each SetVariables."""
    return [
        {
            f"{one['component']['name']}.{one['variable']['name']}": (
                one["attributeValue"]
            )
            for one in payload["setVariableData"]
        }
        for action, payload in station.received
        if action == "SetVariables"
    ]


async def test_a_boot_takes_three_calls(world: World) -> None:
    """All that differs is written at once; nothing that is so already, or unknown."""
    charge_point = world.adopt(sample_interval=20, ping_interval=30)
    async with V2Station.of(world, model=lists()) as station:
        await station.boot()
        assert await asked(station, charge_point) == [
            *("GetBaseReport", "SetVariables", "MeterValues")
        ]
        assert written(station) == [
            {
                "SampledDataCtrlr.TxUpdatedInterval": "20",
                "OCPPCommCtrlr.WebSocketPingInterval": "30",
                "SampledDataCtrlr.TxUpdatedMeasurands": (
                    f"{REGISTER},Power.Active.Import,Current.Import,Voltage,"
                    "Current.Offered,SoC"
                ),
                "SampledDataCtrlr.TxStartedMeasurands": f"Voltage,{REGISTER}",
                "AlignedDataCtrlr.Measurands": f"{REGISTER},Power.Active.Import",
            }
        ]
        assert charge_point.capabilities.sample_interval == 20
        assert "voltage" in charge_point.capabilities.measurements
        # Another boot finds nothing to write.
        station.received.clear()
        await station.boot(firmwareVersion="2.1")
        assert await asked(station, charge_point) == ["GetBaseReport", "MeterValues"]


async def test_only_measurands_that_it_knows_are_written(world: World) -> None:
    """The list of possible values tells them."""
    charge_point = world.adopt(sample_interval=60, ping_interval=0)
    model = lists(valuesList=f"{REGISTER},Voltage,Power.Active.Import")[:5]
    async with V2Station.of(world, model=model) as station:
        await station.boot()
        await asked(station, charge_point)
        (only,) = written(station)
        assert only == {
            "SampledDataCtrlr.TxUpdatedMeasurands": (
                f"{REGISTER},Power.Active.Import,Voltage"
            )
        }


async def test_a_list_is_not_longer_than_it_may_be(world: World) -> None:
    """The most important measurands stay."""
    charge_point = world.adopt(sample_interval=60, ping_interval=0)
    model = lists(maxLimit=60)[:5]
    async with V2Station.of(world, model=model) as station:
        await station.boot()
        await asked(station, charge_point)
        (only,) = written(station)
        assert only == {
            "SampledDataCtrlr.TxUpdatedMeasurands": f"{REGISTER},Power.Active.Import"
        }


async def test_messages_are_split(world: World) -> None:
    """By ItemsPerMessage of SetVariables (B05.FR.11)."""
    charge_point = world.adopt(sample_interval=20)
    model = [
        *lists(),
        variable("DeviceDataCtrlr", "ItemsPerMessage", "2", instance="SetVariables"),
        variable("DeviceDataCtrlr", "ItemsPerMessage", "9", instance="GetVariables"),
    ]
    async with V2Station.of(world, model=model) as station:
        await station.boot()
        await asked(station, charge_point)
        assert [len(one) for one in written(station)] == [2, 2, 1]


async def test_messages_are_short_enough(world: World) -> None:
    """By BytesPerMessage of SetVariables."""
    charge_point = world.adopt(sample_interval=20)
    model = [
        *lists(),
        variable("DeviceDataCtrlr", "BytesPerMessage", "400", instance="SetVariables"),
    ]
    async with V2Station.of(world, model=model) as station:
        await station.boot()
        await asked(station, charge_point)
        assert sum(map(len, written(station))) == 5
        assert len(written(station)) > 1


async def test_an_unknown_measurand_is_found(world: World) -> None:
    """And is not written again after the next boot."""
    charge_point = world.adopt(sample_interval=60, ping_interval=0)
    async with Picky.of(world, model=lists()[:5]) as station:
        await station.boot()
        await asked(station, charge_point)
        assert written(station)[-1] == {
            "SampledDataCtrlr.TxUpdatedMeasurands": (
                f"{REGISTER},Power.Active.Import,Current.Import,Voltage,SoC"
            )
        }
        assert charge_point.refused_measurands.names == {"Current.Offered"}
        assert charge_point.refused_settings
        station.received.clear()
        await station.boot(reason="Watchdog", serialNumber="S2")
    async with Picky.of(world, model=lists()[:5]) as station:
        await station.boot()
        await asked(station, charge_point)
        assert written(station) == [
            {
                "SampledDataCtrlr.TxUpdatedMeasurands": (
                    f"{REGISTER},Power.Active.Import,Current.Import,Voltage,SoC"
                )
            }
        ]


async def test_what_is_not_kept_is_not_written_again(world: World) -> None:
    """Some accept everything, and change nothing."""
    charge_point = world.adopt(sample_interval=20, ping_interval=0)

    class Forgetful(V2Station):
        @override
        def set_variable(self, entry: Json | None, one: Json) -> str:
            return "Accepted"

    # It may have been reset meanwhile, so that it is tried twice.
    for writes in (1, 1, 0, 0):
        async with Forgetful.of(world, model=lists()[:4]) as station:
            await station.boot()
            await asked(station, charge_point)
            assert len(written(station)) == writes
    assert any("not_kept" in one for one in charge_point.deviations.counts)


async def test_a_station_that_is_reset_is_set_up_again(world: World) -> None:
    """As often as it has kept what was written."""
    charge_point = world.adopt(sample_interval=20, ping_interval=0)
    model = lists()[:4]
    for _ in range(3):
        for writes in (1, 0):
            async with V2Station.of(world, model=model) as station:
                await station.boot()
                await asked(station, charge_point)
                assert len(written(station)) == writes
        model[-1]["variableAttribute"][0]["value"] = "60"


async def test_a_mere_reconnection_reads_nothing(world: World) -> None:
    """What is known is still known; statuses are asked for, plug by plug."""
    charge_point = world.adopt()
    model = [
        *device_model(2),
        variable("Connector", "Enabled", "true", evse={"id": 2, "connectorId": 2}),
    ]
    async with V2Station.of(world, model=model) as station:
        await station.boot()
        await asked(station, charge_point)
        await station.status("Available", 1)
    async with V2Station.of(world, model=model) as station:
        assert await asked(station, charge_point) == [
            *("StatusNotification", "StatusNotification", "StatusNotification"),
            *("TransactionEvent", "MeterValues"),
        ]
        assert [
            payload.get("evse")
            for _, payload in station.received
            if payload.get("requestedMessage")
        ] == [
            {"id": 1, "connectorId": 1},
            {"id": 2, "connectorId": 1},
            {"id": 2, "connectorId": 2},
            None,
            None,
        ]
        # Another firmware is another device model (B07.FR.14).
        station.received.clear()
        await station.boot(firmwareVersion="3")
        assert (await asked(station, charge_point))[0] == "GetBaseReport"


async def test_a_running_transaction_is_asked_for(world: World) -> None:
    """Its event has the state and the values (F06.FR.07); MeterValues has not."""
    charge_point = world.adopt()
    async with V2Station.of(world) as station:
        await station.boot()
        await asked(station, charge_point)
        await station.event("Started", values=[wh(1000)], state="Charging")
    async with V2Station.of(world) as station:
        await station.wait_for("TriggerMessage", 2)
        await station.wait_for("GetTransactionStatus")
        assert await station.wait_for("TriggerMessage") == [
            {
                "requestedMessage": "StatusNotification",
                "evse": {"id": 1, "connectorId": 1},
            },
            {"requestedMessage": "TransactionEvent", "evse": {"id": 1}},
        ]


async def test_a_station_without_a_full_inventory(world: World) -> None:
    """The inventory of settings has what is written."""
    charge_point = world.adopt(sample_interval=20)

    class Settings(V2Station):
        @override
        def _report(self, payload: Json) -> Json:
            if payload["reportBase"] == "FullInventory":
                return {"status": "NotSupported"}
            return super()._report(payload)

    async with Settings.of(world, model=lists()) as station:
        await station.boot()
        assert (await asked(station, charge_point))[:3] == [
            *("GetBaseReport", "GetBaseReport", "SetVariables")
        ]
        assert charge_point.capabilities.sample_interval == 20


async def test_a_station_without_reports(world: World) -> None:
    """What is needed is read by name."""
    charge_point = world.adopt(sample_interval=20)
    answers: dict[str, Any] = {"GetBaseReport": "NotImplemented"}
    async with V2Station.of(world, model=lists(), **answers) as station:
        await station.boot()
        told = await asked(station, charge_point)
        assert told[:3] == ["GetBaseReport", "GetVariables", "SetVariables"]
        assert len(told) <= 8
        assert charge_point.capabilities.sample_interval == 20
        assert charge_point.connector_numbers == [1]


async def test_a_station_that_sends_no_report(world: World) -> None:
    """It has agreed to do so."""
    charge_point = world.adopt(sample_interval=20)
    charge_point.settings = type(charge_point.settings)(
        call_timeout=0.5, sample_interval=20
    )
    accepted = {"status": "Accepted"}
    async with V2Station.of(world, model=lists(), GetBaseReport=accepted) as station:
        await station.boot()
        told = await asked(station, charge_point)
        assert told[:3] == ["GetBaseReport", "GetVariables", "SetVariables"]


async def test_a_station_that_answers_nothing(world: World) -> None:
    """Its set-up ends; it is used as it is."""
    charge_point = world.adopt()
    charge_point.settings = type(charge_point.settings)(call_timeout=0.3)
    nothing: dict[str, Any] = dict.fromkeys(
        ("GetBaseReport", "GetVariables", "SetVariables", "TriggerMessage"),
        lambda _: None,
    )
    async with V2Station.of(world, **nothing) as station:
        await station.boot()
        await until(lambda: charge_point.ready)
        assert charge_point.connector_numbers == [1]


async def test_a_station_that_tells_evse_0_only(world: World) -> None:
    """It has one connector, as far as anybody knows."""
    charge_point = world.adopt()
    model = [variable("EVSE", "Power", "0", evse={"id": 0}), *device_model(0)]
    async with V2Station.of(world, model=model) as station:
        await station.booted(world)
        assert charge_point.connector_numbers == [1]


async def test_capabilities(world: World) -> None:
    """They are read from the device model, in any case of its names."""
    charge_point = world.adopt()
    model = [
        *device_model(2),
        variable("smartchargingctrlr", "PERIODSPERSCHEDULE", "24"),
        variable("SmartChargingCtrlr", "Phases3to1", "true"),
        variable("SmartChargingCtrlr", "Available", "true"),
        variable(
            "SmartChargingCtrlr",
            "Entries",
            "1",
            instance="ChargingProfiles",
            maxLimit=9,
        ),
        variable("TxCtrlr", "EVConnectionTimeOut", "90"),
        variable("LocalAuthListCtrlr", "Available", "false"),
        variable("LocalAuthListCtrlr", "Entries", "3", maxLimit=100),
        variable("LocalAuthListCtrlr", "ItemsPerMessage", "20"),
        variable("ReservationCtrlr", "NonEvseSpecific", "true"),
        variable("SecurityCtrlr", "SecurityProfile", "2"),
        variable("EVSE", "PhaseRotation", "RST", evse={"id": 1}),
        writable("EVSE", "PhaseRotation", "SRT", evse={"id": 2}),
    ]
    async with V2Station.of(world, model=model) as station:
        await station.booted(world)
        told = charge_point.capabilities
        assert charge_point.connector_numbers == [1, 2]
        assert (told.connectors, told.max_periods, told.max_stack_level) == (2, 24, 8)
        assert told.switches_phases
        assert (told.max_profiles, told.connection_timeout) == (9, 90)
        assert told.units == {Unit.AMPERE, Unit.WATT}
        assert told.local_list_enabled is False
        assert (told.local_list_entries, told.local_list_entries_at_once) == (100, 20)
        assert told.reserves_any_connector
        assert told.security_level is SecurityLevel(2)
        assert told.phase_rotation == "1.RST,2.SRT"
        assert told.declares(Feature.SMART_CHARGING)
        assert told.lacks(Feature.LOCAL_LIST)
        assert told.lacks(Feature.RESERVATION)
        await charge_point.commands.set_phase_rotation("1.RST,2.TRS")
        sent = (await station.wait_for("SetVariables"))[-1]["setVariableData"]
        assert [one["attributeValue"] for one in sent] == ["TRS"]


async def test_a_unit_of_each_evse(world: World) -> None:
    """Limits are in a unit that all of them know."""
    charge_point = world.adopt()
    model = [
        *device_model(2)[:-4],
        variable("SmartChargingCtrlr", "RateUnit", "A,W", evse={"id": 1}),
        variable("SmartChargingCtrlr", "RateUnit", "W", evse={"id": 2}),
    ]
    async with V2Station.of(world, model=model) as station:
        await station.booted(world)
        assert charge_point.capabilities.units == {Unit.WATT}


async def test_a_changed_setting_is_written_at_once(world: World) -> None:
    """Without another report, as the station has not booted since."""
    charge_point = world.adopt(sample_interval=60, ping_interval=0)
    async with V2Station.of(world, model=lists()[:4]) as station:
        await station.boot()
        await asked(station, charge_point)
        station.received.clear()
        world.adopt(sample_interval=30, ping_interval=0)
        (sent,) = await station.wait_for("SetVariables")
        assert [one["attributeValue"] for one in sent["setVariableData"]] == ["30"]
        assert station.received[0][0] == "SetVariables"


async def test_a_station_that_answers_with_errors(world: World) -> None:
    """It is tried again after the next boot, as it may not have been ready."""
    charge_point = world.adopt(sample_interval=20)
    answers: dict[str, Any] = {"SetVariables": "InternalError"}
    async with V2Station.of(world, model=lists(), **answers) as station:
        for count in (1, 2):
            await station.boot(firmwareVersion=str(count))
            await asked(station, charge_point)
            assert len(await station.wait_for("SetVariables", count)) == count
        assert not charge_point.refused_settings
        assert not charge_point.refused_measurands.names


async def test_a_station_that_answers_with_nonsense(world: World) -> None:
    """It has answered, so that it is not asked the same again."""
    charge_point = world.adopt(sample_interval=20)
    nonsense = {"status": "Accepted"}
    async with V2Station.of(world, model=lists(), SetVariables=nonsense) as station:
        await station.boot()
        await asked(station, charge_point)
        assert len(written(station)) == 1
    async with V2Station.of(world, model=lists(), SetVariables=nonsense) as station:
        await station.boot()
        await asked(station, charge_point)
        assert not written(station)
