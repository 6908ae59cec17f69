"""Boots, variables, reports, restarts, network profiles, the handshake (B)."""

from typing import Any

import pytest
from websockets.exceptions import InvalidHandshake

from custom_components.ocpp_cs.hub import Hub
from tests.conformance.home import Home
from tests.conformance.tags import VALID
from tests.integration.conftest import wait_for

from .cases import case, cases
from .conftest import is_ready
from .station import ACCEPTED, Station, Visit, reading, sampled

THRESHOLD = "OCPPCommCtrlr.OfflineThreshold"
REMOTE_START = "AuthCtrlr.AuthorizeRemoteStart"


def _named(component: str, name: str) -> dict[str, Any]:
    return {"component": {"name": component}, "variable": {"name": name}}


# Boots.


@case("B_01")
async def test_cold_boot(home: Home, hub: Hub, line: Station) -> None:
    await line.connect()
    answer = await line.boot()
    assert answer["status"] == "Accepted"
    assert answer["interval"] > 0
    await line.statuses()
    await is_ready(home, hub)
    await home.is_connected()
    await home.shows_status("available")


class TestPending:
    """A station that nobody has adopted yet is pending."""

    @pytest.fixture
    def subentries(self) -> list[Any]:
        """Return no station."""
        return []

    @staticmethod
    async def _adopt(home: Home, entry: Any, line: Station) -> None:
        """Adopt it by the flow that is offered, as a user does."""
        manager = home.hass.config_entries.flow
        await home.hass.async_block_till_done()
        (flow,) = [
            one
            for one in manager.async_progress()
            if one["context"]["source"] == "integration_discovery"
        ]
        result: Any = await manager.async_configure(flow["flow_id"], {})
        while result["type"] == "form":
            result = await manager.async_configure(flow["flow_id"], {})
        await wait_for(
            home.hass,
            lambda: any(
                one.data.get("charge_point_id") == line.id
                for one in entry.subentries.values()
            ),
        )

    @case("B_02")
    async def test_pending(
        self, home: Home, entry: Any, hub: Hub, line: Station
    ) -> None:
        await line.connect()
        answer = await line.boot()
        assert answer["status"] == "Pending"
        assert answer["interval"] > 0
        await self._adopt(home, entry, line)
        await line.booted()
        await is_ready(home, hub)
        await home.shows_status("available")

    @case("B_30")
    async def test_refused_while_pending(
        self, home: Home, entry: Any, line: Station
    ) -> None:
        await line.connect()
        assert (await line.boot())["status"] == "Pending"
        code = await line.refused(
            "StatusNotification",
            timestamp="2030-01-02T03:04:05Z",
            connectorStatus="Available",
            evseId=1,
            connectorId=1,
        )
        assert code == "SecurityError"

    @case("B_31")
    async def test_triggered_while_pending(
        self, home: Home, entry: Any, hub: Hub, line: Station
    ) -> None:
        line.answers["TriggerMessage"] = ACCEPTED
        await line.connect()
        assert (await line.boot())["status"] == "Pending"
        await self._adopt(home, entry, line)
        asked = await line.is_asked("TriggerMessage")
        assert asked[0] == {"requestedMessage": "BootNotification"}
        del line.answers["TriggerMessage"]
        await line.booted("Triggered")
        await is_ready(home, hub)
        await home.shows_status("available")


# Variables and reports.


@cases("B_06", "B_07", names=[[THRESHOLD], [THRESHOLD, REMOTE_START]])
async def test_get_variables(
    home: Home, station: Station, number: str, names: list[str]
) -> None:
    answer = await home.act("get_variables", variables=names)
    (asked,) = station.asked("GetVariables")
    told = [_named(*name.split(".")) for name in names]
    for one in asked["getVariableData"]:
        assert one.pop("attributeType", "Actual") == "Actual"
    assert asked == {"getVariableData": told}
    values = [one["attribute_value"] for one in answer["get_variable_result"]]
    assert values == ["60", "false"][: len(names)]


@cases(
    "B_09",
    "B_10",
    values=[{THRESHOLD: "123"}, {THRESHOLD: "123", REMOTE_START: "false"}],
)
async def test_set_variables(
    home: Home, station: Station, number: str, values: dict[str, str]
) -> None:
    answer = await home.act("set_variables", variables=values)
    (asked,) = station.asked("SetVariables")
    for one in asked["setVariableData"]:
        assert one.pop("attributeType", "Actual") == "Actual"
    assert asked == {
        "setVariableData": [
            _named(*name.split(".")) | {"attributeValue": value}
            for name, value in values.items()
        ]
    }
    statuses = [one["attribute_status"] for one in answer["set_variable_result"]]
    assert statuses == ["accepted"] * len(values)
    assert station.value_of(*THRESHOLD.split(".")) == "123"


@cases(
    "B_12",
    "B_13",
    base=["configuration_inventory", "full_inventory"],
    told=["ConfigurationInventory", "FullInventory"],
)
async def test_base_report(
    home: Home, station: Station, number: str, base: str, told: str
) -> None:
    station.model[-1]["variableAttribute"][0]["value"] = "Shed"
    answer = await home.act("get_base_report", report_base=base)
    assert answer["status"] == "accepted"
    (asked,) = station.asked("GetBaseReport")
    assert asked.pop("requestId") >= 0
    assert asked == {"reportBase": told}
    # The operator can see what came.
    station.frames.clear()
    name = "SecurityCtrlr.OrganizationName"
    shown = await home.act("get_variables", variables=[name])
    assert shown["get_variable_result"][0]["attribute_value"] == "Shed"


# Restarts.


async def _boots(
    home: Home, hub: Hub, station: Station, reason: str, status: str = "Available"
) -> None:
    await station.disconnect()
    await home.is_connected(False)
    await station.connect()
    assert (await station.boot(reason))["status"] == "Accepted"
    await station.statuses(status)
    await is_ready(home, hub)
    await home.is_connected()


async def _reset(
    home: Home, station: Station, kind: str, answer: str, evse: int | None = None
) -> None:
    station.answers["Reset"] = {"status": answer}
    named = {} if evse is None else {"connector_id": evse}
    told = await home.act("reset", type=kind, **named)
    assert told == {"status": answer.lower()}
    where = {} if evse is None else {"evseId": evse}
    types = {"soft": "OnIdle", "hard": "Immediate"}
    assert station.asked("Reset") == [{"type": types[kind], **where}]


async def _ends_when_idle(visit: Visit) -> None:
    await visit.event("Updated", "StopAuthorized", "EVConnected", id_token=VALID)
    await visit.leave()


async def _ends_at_once(visit: Visit) -> None:
    await visit.event(
        "Ended",
        "ResetCommand",
        "EVConnected",
        reason="ImmediateReset",
        values=[reading(sampled(8200, "Transaction.End"))],
    )


async def _has_ended(home: Home, reason: str) -> None:
    await home.shows_charging("off")
    session = await home.session()
    assert (session["reason"], session["energy_wh"]) == (reason, 7200)


@case("B_20")
async def test_reset(home: Home, hub: Hub, station: Station) -> None:
    await _reset(home, station, "soft", "Accepted")
    await _boots(home, hub, station, "RemoteReset")
    await home.shows_status("available")


@case("B_21")
async def test_reset_when_idle(home: Home, hub: Hub, visit: Visit) -> None:
    station = visit.station
    await _reset(home, station, "soft", "Scheduled")
    await home.shows_charging("on")
    await _ends_when_idle(visit)
    await _has_ended(home, "ev_disconnected")
    await _boots(home, hub, station, "ScheduledReset")
    await home.shows_status("available")


@case("B_22")
async def test_reset_at_once(home: Home, hub: Hub, visit: Visit) -> None:
    station = visit.station
    await _reset(home, station, "hard", "Accepted")
    await _ends_at_once(visit)
    await _has_ended(home, "immediate_reset")
    await _boots(home, hub, station, "RemoteReset", "Occupied")
    # There is a vehicle, and no transaction.
    await home.shows_charging("off")


@case("B_25")
async def test_reset_evse(home: Home, station: Station) -> None:
    await _reset(home, station, "soft", "Accepted", evse=1)
    assert home.connected


@case("B_26")
async def test_reset_evse_when_idle(home: Home, visit: Visit) -> None:
    await _reset(home, visit.station, "soft", "Scheduled", evse=1)
    await home.shows_charging("on")
    await _ends_when_idle(visit)
    await _has_ended(home, "ev_disconnected")


@case("B_27")
async def test_reset_evse_at_once(home: Home, visit: Visit) -> None:
    await _reset(home, visit.station, "hard", "Accepted", evse=1)
    await _ends_at_once(visit)
    await _has_ended(home, "immediate_reset")


# Network profiles, the handshake.


@cases("B_42", "B_44", status=["Accepted", "Failed"])
async def test_network_profile(
    home: Home, station: Station, number: str, status: str
) -> None:
    station.answers["SetNetworkProfile"] = {"status": status}
    wanted = {
        "configuration_slot": 2,
        "connection_data": {
            "ocpp_version": "OCPP20",
            "ocpp_transport": "JSON",
            "ocpp_csms_url": "ws://ha.example:9000/",
            "message_timeout": 30,
            "security_profile": 1,
            "ocpp_interface": "Wired0",
        },
    }
    if status == "Accepted":
        answer = await home.act("set_network_profile", **wanted)
        assert answer["status"] == "accepted"
    else:
        with home.told("Garage refused SetNetworkProfile: Failed"):
            await home.act("set_network_profile", **wanted)
    assert station.asked("SetNetworkProfile") == [
        {
            "configurationSlot": 2,
            "connectionData": {
                "ocppVersion": "OCPP20",
                "ocppTransport": "JSON",
                "ocppCsmsUrl": "ws://ha.example:9000/",
                "messageTimeout": 30,
                "securityProfile": 1,
                "ocppInterface": "Wired0",
            },
        }
    ]


@case(
    "B_58",
    remark="where there is nothing to agree upon, the handshake is completed without "
    "a protocol and the connection closed at once (OCPP-J, 3.1.2)",
)
async def test_subprotocol(home: Home, line: Station) -> None:
    try:
        websocket = await line.connect(subprotocols=("ocpp0.1",))
    except InvalidHandshake:
        pass
    else:
        assert websocket.subprotocol is None
        await websocket.wait_closed()
    assert line.frames == []
    assert not home.connected
    websocket = await line.connect(subprotocols=("ocpp0.1", "ocpp2.0.1"))
    assert websocket.response is not None
    assert websocket.response.headers["Sec-WebSocket-Protocol"] == "ocpp2.0.1"
    assert (await line.boot())["status"] == "Accepted"
    await home.is_connected()
