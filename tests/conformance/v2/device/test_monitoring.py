"""Reports by criteria, monitors of variables, and their events (B08, N02 to N08)."""

from typing import Any

import pytest

from custom_components.ocpp_cs.hub import Hub
from tests.conformance.charge_point import Json, at
from tests.conformance.home import Home
from tests.conformance.v2.cases import case, cases
from tests.conformance.v2.station import ACCEPTED, REJECTED, Station
from tests.csms.v2.station import variable

EVSE = {"component": {"name": "EVSE", "evse": {"id": 1}}}
STATION = {"component": {"name": "ChargingStation"}}
STATE, POWER = {"name": "AvailabilityState"}, {"name": "Power"}
EMPTY = {"status": "EmptyResultSet"}


# Reports.


@case("B_14")
async def test_summary(home: Home, station: Station) -> None:
    answer = await home.act("get_base_report", report_base="summary_inventory")
    assert answer["status"] == "accepted"
    (asked,) = station.asked("GetBaseReport")
    assert asked.pop("requestId") >= 0
    assert asked == {"reportBase": "SummaryInventory"}


@case("B_18")
async def test_report(home: Home, station: Station) -> None:
    def answer(request: Json) -> Json:
        if request["componentCriteria"] == ["Problem"]:
            return EMPTY
        found = [variable("EVSE", "AvailabilityState", "Occupied", evse={"id": 1})]
        station.soon(lambda: station.report(request["requestId"], found))
        return ACCEPTED

    station.answers["GetReport"] = answer
    for criteria, listed in (("problem", []), ("available", ["Occupied"])):
        fields = {
            "component_criteria": [criteria],
            "component_variable": ["EVSE/1.AvailabilityState"],
        }
        told = await home.act("get_report", **fields)
        assert [one["value"] for one in told["report_data"]] == listed
        asked = station.asked("GetReport")[-1]
        assert asked.pop("requestId") >= 0
        assert asked == {
            "componentCriteria": [criteria.capitalize()],
            "componentVariable": [{**EVSE, "variable": STATE}],
        }


# Monitors.


def _monitor(where: Json, what: Json, kind: str) -> Json:
    return {
        **where,
        "variable": what,
        "variableMonitoring": [
            {
                "id": 7,
                "transaction": False,
                "value": 1,
                "type": kind,
                "severity": 8,
            }
        ],
    }


def _monitors(station: Station, *pieces: Json) -> Any:
    """Answer GetMonitoringReport, and send each of these in a piece of its own."""

    def answer(request: Json) -> Json:
        async def report() -> None:
            for number, piece in enumerate(pieces):
                told = await station.call(
                    "NotifyMonitoringReport",
                    requestId=request["requestId"],
                    generatedAt=at(),
                    seqNo=number,
                    tbc=number < len(pieces) - 1,
                    monitor=[piece],
                )
                assert told == {}

        station.soon(report)
        return ACCEPTED

    return answer


async def _report(home: Home, station: Station, asked: Json, *found: Json) -> Json:
    """Ask for monitors, as OCPP names them; return what the user is shown."""
    station.answers["GetMonitoringReport"] = (
        _monitors(station, *found) if found else EMPTY
    )
    words = {"DeltaMonitoring": "delta_monitoring"}
    words["ThresholdMonitoring"] = "threshold_monitoring"
    fields: Json = {}
    if criteria := asked.get("monitoringCriteria"):
        fields["monitoring_criteria"] = [words[one] for one in criteria]
    if variables := asked.get("componentVariable"):
        fields["component_variable"] = variables
    told = await home.act("get_monitoring_report", **fields)
    sent = station.asked("GetMonitoringReport")[-1]
    assert sent.pop("requestId") >= 0
    assert sent == asked
    assert told["complete"] is True
    assert len(told["monitor"]) == len(found)
    return told


THRESHOLD = {"monitoringCriteria": ["ThresholdMonitoring"]}
DELTA = {"monitoringCriteria": ["DeltaMonitoring"]}


def _variables(*pairs: tuple[Json, Json]) -> Json:
    return {"componentVariable": [{**where, "variable": what} for where, what in pairs]}


@cases(
    "N_01",
    "N_02",
    "N_03",
    "N_60",
    empty=[
        DELTA,
        _variables((STATION, POWER)),
        DELTA | _variables((EVSE, STATE)),
        THRESHOLD | _variables((STATION, POWER), (EVSE, POWER)),
    ],
    asked=[
        THRESHOLD,
        _variables((EVSE, STATE)),
        THRESHOLD | _variables((STATION, POWER)),
        DELTA | _variables((STATION, STATE), (EVSE, STATE)),
    ],
    found=[
        [_monitor(STATION, POWER, "UpperThreshold")],
        [_monitor(EVSE, STATE, "Delta")],
        [_monitor(STATION, POWER, "UpperThreshold")],
        [_monitor(STATION, STATE, "Delta"), _monitor(EVSE, STATE, "Delta")],
    ],
)
async def test_monitors(
    home: Home,
    station: Station,
    number: str,
    empty: Json,
    asked: Json,
    found: list[Json],
) -> None:
    await _report(home, station, empty)
    told = await _report(home, station, asked, *found)
    shown = [
        (one["component"]["name"], one["variable"]["name"]) for one in told["monitor"]
    ]
    assert shown == [
        (one["component"]["name"], one["variable"]["name"]) for one in found
    ]
    assert [one["variable_monitoring"][0]["id"] for one in told["monitor"]] == (
        [7] * len(found)
    )


@case("N_47")
async def test_all_monitors(home: Home, station: Station) -> None:
    await _report(
        home,
        station,
        {},
        _monitor(STATION, POWER, "UpperThreshold"),
        _monitor(EVSE, STATE, "Delta"),
    )


@case("N_05")
async def test_base(home: Home, station: Station) -> None:
    station.answers["SetMonitoringBase"] = ACCEPTED
    for word, told in (
        ("all", "All"),
        ("factory_default", "FactoryDefault"),
        ("hard_wired_only", "HardWiredOnly"),
    ):
        answer = await home.act("set_monitoring_base", monitoring_base=word)
        assert answer["status"] == "accepted"
        assert station.asked("SetMonitoringBase")[-1] == {"monitoringBase": told}


@case("N_08")
async def test_monitor(home: Home, station: Station) -> None:
    station.answers["SetVariableMonitoring"] = {
        "setMonitoringResult": [
            {
                **EVSE,
                "variable": STATE,
                "id": 7,
                "status": "Accepted",
                "type": "Delta",
                "severity": 8,
            }
        ]
    }
    wanted = {**EVSE, "variable": STATE, "type": "delta", "value": 1, "severity": 8}
    answer = await home.act("set_variable_monitoring", set_monitoring_data=[wanted])
    (result,) = answer["set_monitoring_result"]
    assert (result["id"], result["status"]) == (7, "accepted")
    assert station.asked("SetVariableMonitoring") == [
        {"setMonitoringData": [wanted | {"type": "Delta"}]}
    ]


@cases("N_16", "N_17", accepted=[True, False])
async def test_level(home: Home, station: Station, number: str, accepted: bool) -> None:
    station.answers["SetMonitoringLevel"] = ACCEPTED if accepted else REJECTED
    if accepted:
        answer = await home.act("set_monitoring_level", severity=4)
        assert answer["status"] == "accepted"
    else:
        with home.told("Garage refused SetMonitoringLevel: Rejected"):
            await home.act("set_monitoring_level", severity=4)
    assert station.asked("SetMonitoringLevel") == [{"severity": 4}]


def _cleared(status: str) -> Any:
    return lambda request: {
        "clearMonitoringResult": [
            {"id": number, "status": status} for number in request["id"]
        ]
    }


@case("N_18")
async def test_clear_many(home: Home, station: Station) -> None:
    """The station takes four at once (`ItemsPerMessage`)."""
    station.answers["ClearVariableMonitoring"] = _cleared("Accepted")
    answer = await home.act("clear_variable_monitoring", id=[1, 2, 3, 4, 5])
    asked = [one["id"] for one in station.asked("ClearVariableMonitoring")]
    assert asked == [[1, 2, 3, 4], [5]]
    results = answer["clear_monitoring_result"]
    assert [(one["id"], one["status"]) for one in results] == [
        (number, "accepted") for number in range(1, 6)
    ]


@case("N_44")
async def test_clear_refused(home: Home, station: Station) -> None:
    station.answers["ClearVariableMonitoring"] = _cleared("Rejected")
    answer = await home.act("clear_variable_monitoring", id=[1])
    assert answer["clear_monitoring_result"] == [{"id": 1, "status": "rejected"}]
    assert station.asked("ClearVariableMonitoring") == [{"id": [1]}]


# Events.


@cases(
    *("N_21", "N_24", "N_49", "N_50"),
    more=[
        {"trigger": "Alerting"},
        {"trigger": "Periodic", "eventNotificationType": "CustomMonitor"},
        {"trigger": "Alerting", "cleared": True},
        {"trigger": "Periodic", "eventNotificationType": "PreconfiguredMonitor"},
    ],
)
async def test_events(
    home: Home, hub: Hub, station: Station, number: str, more: Json
) -> None:
    for _ in range(3):
        await station.notify_event(
            STATION["component"], "Temperature", "70", variableMonitoringId=7, **more
        )
    # Diagnostics tell of them.
    told = hub.central_system.charge_points["CP1"].reported["events"]()
    wanted = {
        "key": "ChargingStation.Temperature",
        "value": "70",
        "trigger": more["trigger"],
    }
    assert [{key: one[key] for key in wanted} for one in told] == [wanted] * 3
    assert [one.get("cleared") for one in told] == [more.get("cleared")] * 3
    await home.shows_status("available")


@pytest.mark.parametrize("answer", ["NotImplemented", "NotSupported"])
async def test_no_monitoring(home: Home, station: Station, answer: str) -> None:
    station.answers["SetMonitoringBase"] = answer
    with home.told("Garage"):
        await home.act("set_monitoring_base", monitoring_base="all")
