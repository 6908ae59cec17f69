"""Boot, device model and status of the simulated station."""

import pytest

from simulator.v2 import DeviceModel
from tests.simulator.v2.csms import Csms, make


async def test_it_boots_and_tells_the_state_of_each_connector(csms: Csms) -> None:
    async with make(csms, plugs=(1, 2)) as station:
        await station.wait_idle()
        boot = await csms.expect("BootNotification")
        assert boot["reason"] == "PowerUp"
        assert boot["chargingStation"]["vendorName"] == "Generic"
        told = [
            (one["evseId"], one["connectorId"]) for one in csms.of("StatusNotification")
        ]
        assert told == [(1, 1), (2, 1), (2, 2)]
        assert {one["connectorStatus"] for one in csms.of("StatusNotification")} == {
            "Available"
        }
        assert station.violations == []


async def test_pending_says_only_what_it_is_asked_for(csms: Csms) -> None:
    pending = {"currentTime": "2026-10-04T10:00:00Z", "interval": 3600}
    csms.rules["BootNotification"] = pending | {"status": "Pending"}
    async with make(csms) as station:
        await csms.expect("BootNotification")
        answer = await csms.ask(
            "GetBaseReport", {"requestId": 7, "reportBase": "FullInventory"}
        )
        assert answer == {"status": "Accepted"}
        await csms.wait(lambda: any(not one["tbc"] for one in csms.of("NotifyReport")))
        reports = csms.of("NotifyReport")
        assert [one["seqNo"] for one in reports] == list(range(len(reports)))
        assert len(reports) > 5
        assert sum(len(one["reportData"]) for one in reports) == len(station.model)
        start = {
            "idToken": {"idToken": "A", "type": "Central"},
            "remoteStartId": 1,
            "evseId": 1,
        }
        assert await csms.ask("RequestStartTransaction", start) == {
            "status": "Rejected"
        }
        assert station.violations == [
            "RequestStartTransaction before the boot was accepted"
        ]
        asked = {
            "requestedMessage": "StatusNotification",
            "evse": {"id": 1, "connectorId": 1},
        }
        assert await csms.ask("TriggerMessage", asked) == {"status": "Accepted"}
        await csms.expect("StatusNotification")
        assert set(csms.actions) == {
            "BootNotification",
            "NotifyReport",
            "StatusNotification",
        }
        csms.rules["BootNotification"] = pending | {"status": "Accepted"}
        boot = {"requestedMessage": "BootNotification"}
        assert await csms.ask("TriggerMessage", boot) == {"status": "Accepted"}
        again = await csms.expect("BootNotification", 2)
        assert again["reason"] == "Triggered"
        await station.wait_accepted()
        assert await csms.ask("TriggerMessage", boot) == {"status": "Rejected"}


async def test_rejected_waits_and_does_nothing(csms: Csms) -> None:
    csms.rules["BootNotification"] = {
        "currentTime": "2026-10-04T10:00:00Z",
        "interval": 100,
        "status": "Rejected",
    }
    async with make(csms) as station:
        await csms.expect("BootNotification")
        await station.wait_for(lambda: station.boot_status == "Rejected")
        answer = await csms.call("GetLocalListVersion", {})
        assert answer[2] == "SecurityError"
        # 100 of its seconds are half a real one.
        await csms.expect("BootNotification", 2)
        assert set(csms.actions) == {"BootNotification"}


async def test_variables_are_read_and_written(csms: Csms) -> None:
    async with make(csms) as station:
        await station.wait_idle()

        async def write(component: str, name: str, value: str) -> str:
            answer = await csms.ask(
                "SetVariables",
                {
                    "setVariableData": [
                        {
                            "component": {"name": component},
                            "variable": {"name": name},
                            "attributeValue": value,
                        }
                    ]
                },
            )
            (result,) = answer["setVariableResult"]
            return str(result["attributeStatus"])

        assert await write("TxCtrlr", "StopTxOnInvalidId", "false") == "Accepted"
        assert not station.model.boolean("TxCtrlr", "StopTxOnInvalidId")
        assert await write("TxCtrlr", "StopTxOnInvalidId", "maybe") == "Rejected"
        assert await write("OCPPCommCtrlr", "HeartbeatInterval", "-1") == "Rejected"
        assert await write("TxCtrlr", "TxStartPoint", "Sunrise") == "Rejected"
        assert await write("SmartChargingCtrlr", "RateUnit", "A") == "Rejected"
        assert await write("TxCtrlr", "Colour", "red") == "UnknownVariable"
        assert await write("Toaster", "Heat", "5") == "UnknownComponent"
        priority = ("OCPPCommCtrlr", "NetworkConfigurationPriority")
        assert await write(*priority, "1") == "RebootRequired"
        assert await write(*priority, "3") == "Rejected"
        asked = [
            {"component": {"name": "txctrlr"}, "variable": {"name": "txstartpoint"}},
            {
                "component": {"name": "SecurityCtrlr"},
                "variable": {"name": "BasicAuthPassword"},
            },
            {
                "component": {"name": "EVSE", "evse": {"id": 1}},
                "variable": {"name": "AllowReset"},
                "attributeType": "Target",
            },
        ]
        answer = await csms.ask("GetVariables", {"getVariableData": asked})
        assert [
            (one["attributeStatus"], one.get("attributeValue"))
            for one in answer["getVariableResult"]
        ] == [
            ("Accepted", "PowerPathClosed"),
            ("Rejected", None),
            ("NotSupportedAttributeType", None),
        ]
        many = await csms.call("GetVariables", {"getVariableData": asked * 10})
        assert many[2] == "OccurrenceConstraintViolation"
        assert station.violations == ["GetVariables with 30 items, of 20"]


async def test_reports_of_parts_of_the_device_model(csms: Csms) -> None:
    async with make(csms, plugs=(1, 1)) as station:
        await station.wait_idle()

        async def report(number: int, **what: object) -> list[str]:
            answer = await csms.ask("GetReport", {"requestId": number, **what})
            if answer["status"] != "Accepted":
                return [answer["status"]]
            await csms.wait(
                lambda: any(
                    one["requestId"] == number and not one["tbc"]
                    for one in csms.of("NotifyReport")
                )
            )
            return [
                f"{entry['component']['name']}.{entry['variable']['name']}"
                for one in csms.of("NotifyReport")
                if one["requestId"] == number
                for entry in one["reportData"]
            ]

        named = {"component": {"name": "TxCtrlr"}}
        assert len(await report(1, componentVariable=[named])) == 6
        points = named | {"variable": {"name": "TxStopPoint"}}
        assert await report(2, componentVariable=[points]) == ["TxCtrlr.TxStopPoint"]
        of_two = {"component": {"name": "EVSE", "evse": {"id": 2}}}
        assert len(await report(3, componentVariable=[of_two])) == 6
        nothing = {"component": {"name": "Toaster"}}
        assert await report(4, componentVariable=[nothing]) == ["EmptyResultSet"]
        assert await report(5, componentCriteria=["Problem"]) == ["EmptyResultSet"]
        station.model.put("EVSE", "Problem", True, evse=2)
        assert len(await report(6, componentCriteria=["Problem"])) == 6


def test_a_table_of_ones_own(tmp_path: object) -> None:
    from pathlib import Path

    table = Path(str(tmp_path)) / "model.csv"
    table.write_text(
        "component,component_instance,place,variable,variable_instance,type,unit,"
        "mutability,minimum,maximum,values,value,reboot\n"
        "Fan,left,,Speed,,integer,rpm,ReadWrite,0,9,,5,\n"
        "Fan,,2,Speed,,integer,rpm,ReadWrite,0,9,,4,\n"
        "Lamp,,plug,On,,boolean,,ReadWrite,,,,true,\n"
    )
    model = DeviceModel((1, 2), table)
    assert [one.reported()["component"] for one in model] == [
        {"name": "Fan", "instance": "left"},
        {"name": "Fan", "evse": {"id": 2}},
        {"name": "Lamp", "evse": {"id": 1, "connectorId": 1}},
        {"name": "Lamp", "evse": {"id": 2, "connectorId": 1}},
        {"name": "Lamp", "evse": {"id": 2, "connectorId": 2}},
    ]
    table.write_text(table.read_text().replace(",5,", ",50,"))
    with pytest.raises(ValueError, match="above 9"):
        DeviceModel((1,), table)


async def test_an_unknown_action_is_not_implemented(csms: Csms) -> None:
    async with make(csms) as station:
        await station.wait_idle()
        answer = await csms.call("SetMonitoringBase", {"monitoringBase": "All"})
        assert (answer[0], answer[2]) == (4, "NotImplemented")
        broken = await csms.call("Reset", {})
        assert (broken[0], broken[2]) == (4, "OccurrenceConstraintViolation")


async def test_a_fault_shows_as_status_and_as_a_problem(csms: Csms) -> None:
    async with make(csms) as station:
        await station.wait_idle()
        await station.set_status(1, "Faulted", error_code="GroundFailure")
        assert csms.of("StatusNotification")[-1]["connectorStatus"] == "Faulted"
        (event,) = csms.of("NotifyEvent")[-1]["eventData"]
        assert (event["actualValue"], event["techCode"]) == ("true", "GroundFailure")
        await station.set_status(1, None)
        assert csms.of("StatusNotification")[-1]["connectorStatus"] == "Available"


async def test_status_as_events_of_the_device_model(csms: Csms) -> None:
    async with make(csms, notify_events=True) as station:
        await station.wait_idle()
        assert "StatusNotification" not in csms.actions
        (event,) = csms.of("NotifyEvent")[-1]["eventData"]
        assert event["component"]["evse"] == {"id": 1, "connectorId": 1}
        assert event["actualValue"] == "Available"
