"""The charger's own settings in its form, in both versions of OCPP."""

from collections.abc import Callable
from typing import Any, override

from homeassistant.config_entries import SOURCE_RECONFIGURE
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.ocpp_cs.csms.charge_point import ChargePoint
from custom_components.ocpp_cs.hub import Hub
from tests.csms.client import Client
from tests.csms.v2.station import Json, V2Station, device_model, variable
from tests.integration.conftest import charger_subentry, wait_for
from tests.integration.helpers.goe import Flow

pytestmark = pytest.mark.usefixtures("socket_enabled")


@pytest.fixture
def subentries() -> list[Any]:
    return [charger_subentry("CP1", "Garage")]


async def opened(hass: HomeAssistant, entry: MockConfigEntry) -> Flow:
    """Open the page with the charger's own settings."""
    (subentry,) = entry.subentries.values()
    manager = hass.config_entries.subentries
    flow = Flow(hass, manager, "config_subentries.charger")
    result = await manager.async_init(
        (entry.entry_id, "charger"),
        context={"source": SOURCE_RECONFIGURE, "subentry_id": subentry.subentry_id},
    )
    assert await flow.take(result) == "menu"
    assert flow.result["menu_options"] == ["change", "device_settings", "security"]
    await flow.choose("device_settings")
    return flow


def listed(flow: Flow) -> dict[str, str]:
    """Return name -> what is shown, of the settings in the list."""
    (selector,) = flow.result["data_schema"].schema.values()
    return {one["value"]: one["label"] for one in selector.config["options"]}


def field(flow: Flow) -> tuple[str, dict[str, Any], Any]:
    """Return the type of the field for the value, how it is set up, what is in it."""
    ((marker, selector),) = flow.result["data_schema"].schema.items()
    suggested = (marker.description or {}).get("suggested_value")
    return selector.selector_type, dict(selector.config), suggested


async def chosen(flow: Flow, name: str) -> tuple[str, dict[str, Any], Any]:
    """Choose a setting, and return its field."""
    assert await flow.go(setting=name) == "device_setting"
    assert flow.said["setting"] == name
    return field(flow)


# OCPP 1.6.


class Box(Client):
    """A charger with settings of several types."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.settings: dict[str, tuple[str | None, bool]] = {
            "NumberOfConnectors": ("1", True),
            "HeartbeatInterval": ("60", False),
            "AuthorizeRemoteTxRequests": ("0", False),
            "LocalPreAuthorize": ("true", False),
            "StopTxnSampledData": ("Voltage,Current.Import", False),
            "LightIntensity": ("50", False),
            "VendorText": ("a`b", False),
            "AuthorizationKey": (None, False),
        }
        self.said: dict[str, str] = {}
        self.answers["GetConfiguration"] = self.read
        self.answers["ChangeConfiguration"] = self.write

    def read(self, payload: Json) -> Json:
        return {
            "configurationKey": [
                {"key": key, "readonly": readonly}
                | ({} if value is None else {"value": value})
                for key, (value, readonly) in self.settings.items()
                if not payload.get("key") or key in payload["key"]
            ]
        }

    def write(self, payload: Json) -> Json:
        status = self.said.get(payload["key"], "Accepted")
        if status == "Accepted":
            self.settings[payload["key"]] = (payload["value"], False)
        return {"status": status}


async def connected(hass: HomeAssistant, hub: Hub, station: Any) -> ChargePoint:
    """Let a charger boot, and wait until it is set up."""
    await station.boot()
    charge_point = hub.central_system.charge_points["CP1"]
    await wait_for(hass, lambda: charge_point.ready)
    await station.wait_for("TriggerMessage")
    return charge_point


async def test_a_charger_of_1_6(
    hass: HomeAssistant, setup_integration: MockConfigEntry, hub: Hub, server_url: str
) -> None:
    """Keys have the types of the specification; the list comes back."""
    async with Box(f"{server_url}CP1") as box:
        await connected(hass, hub, box)
        flow = await opened(hass, setup_integration)
        shown = listed(flow)
        assert "NumberOfConnectors" not in shown
        assert shown["HeartbeatInterval"] == "HeartbeatInterval = 60 s"
        assert shown["AuthorizationKey"] == "AuthorizationKey = ***"
        assert shown["VendorText"] == "VendorText = a b"

        # Typing searches; what is not in the list is not sent.
        (selector,) = flow.result["data_schema"].schema.values()
        assert selector.config["custom_value"]
        assert await flow.go(setting="LightIntens") == "device_settings"
        assert flow.result["errors"] == {"setting": "setting_unknown"}

        kind, config, suggested = await chosen(flow, "HeartbeatInterval")
        assert (kind, config["min"], suggested) == ("number", 0, 60)
        assert await flow.go(value=-5) == "device_setting"
        assert flow.result["errors"] == {"value": "number_too_small"}
        assert await flow.go(value=120) == "device_settings"
        assert box.settings["HeartbeatInterval"] == ("120", False)
        assert "`HeartbeatInterval` is now `120`" in flow.said["result"]
        assert listed(flow)["HeartbeatInterval"] == "HeartbeatInterval = 120 s"

        # Some write booleans as digits, and get them so.
        assert await chosen(flow, "AuthorizeRemoteTxRequests") == (
            *("boolean", {}, False),
        )
        await flow.go(value=True)
        assert box.settings["AuthorizeRemoteTxRequests"] == ("1", False)
        assert (await chosen(flow, "LocalPreAuthorize"))[2] is True
        await flow.go(value=False)
        assert box.settings["LocalPreAuthorize"] == ("false", False)

        kind, config, suggested = await chosen(flow, "StopTxnSampledData")
        assert (kind, config["multiple"]) == ("select", True)
        assert suggested == ["Voltage", "Current.Import"]
        await flow.go(value=["Current.Import", "SoC"])
        assert box.settings["StopTxnSampledData"] == ("Current.Import,SoC", False)

        assert (await chosen(flow, "VendorText"))[2] == "a`b"
        box.said["VendorText"] = "Rejected"
        assert await flow.go(value="c") == "device_setting"
        assert flow.result["errors"] == {"base": "setting_refused"}
        assert "Rejected" in flow.said["error"]
        assert field(flow)[2] == "c"
        # An empty text may be meant.
        box.said.clear()
        assert await flow.go() == "device_settings"
        assert box.settings["VendorText"] == ("", False)

        # One that can cut the charger off has a warning.
        await chosen(flow, "AuthorizationKey")
        assert "Caution" in flow.said["note"]
        flow = await opened(hass, setup_integration)

        # Somebody changes it at the charger.
        box.settings["LightIntensity"] = ("70", False)
        assert (await chosen(flow, "LightIntensity"))[2] == 70


async def test_a_restart_is_offered(
    hass: HomeAssistant, setup_integration: MockConfigEntry, hub: Hub, server_url: str
) -> None:
    """Now or later."""
    async with Box(f"{server_url}CP1") as box:
        await connected(hass, hub, box)
        box.said = dict.fromkeys(box.settings, "RebootRequired")
        flow = await opened(hass, setup_integration)
        await chosen(flow, "HeartbeatInterval")
        assert await flow.go(value=77) == "device_restart"
        assert await flow.choose("device_settings") == "device_settings"
        assert "after a restart" in flow.said["result"]
        await chosen(flow, "HeartbeatInterval")
        await flow.go(value=78)
        box.answers["Reset"] = {"status": "Rejected"}
        assert await flow.choose("device_restart_now") == "device_settings"
        assert "did not restart" in flow.said["result"]
        await chosen(flow, "HeartbeatInterval")
        await flow.go(value=79)
        box.answers["Reset"] = {"status": "Accepted"}
        assert await flow.choose("device_restart_now") == "abort:charger_restarts"
        assert (await box.wait_for("Reset"))[-1] == {"type": "Soft"}


async def test_a_charger_that_is_away(
    hass: HomeAssistant, setup_integration: MockConfigEntry, hub: Hub, server_url: str
) -> None:
    """It is told at each step."""
    flow = await opened(hass, setup_integration)
    assert flow.step == "abort:charger_away"
    flows: list[Flow] = []
    steps: list[Callable[[Flow], Any]] = [
        lambda flow: flow.go(setting="HeartbeatInterval"),
        lambda flow: flow.go(value=7),
        lambda flow: flow.choose("device_restart_now"),
    ]
    async with Box(f"{server_url}CP1") as box:
        charge_point = await connected(hass, hub, box)
        flows.append(await opened(hass, setup_integration))
        flows.append(await opened(hass, setup_integration))
        await chosen(flows[-1], "HeartbeatInterval")
        box.said = {"HeartbeatInterval": "RebootRequired"}
        flows.append(await opened(hass, setup_integration))
        await chosen(flows[-1], "HeartbeatInterval")
        assert await flows[-1].go(value=9) == "device_restart"
    await wait_for(hass, lambda: not charge_point.connected)
    for flow, step in zip(flows, steps, strict=True):
        assert await step(flow) == "abort:charger_away"


async def test_a_charger_without_settings(
    hass: HomeAssistant, setup_integration: MockConfigEntry, hub: Hub, server_url: str
) -> None:
    """It is asked once more before that is told."""
    async with Box(f"{server_url}CP1") as box:
        box.settings.clear()
        await connected(hass, hub, box)
        box.received.clear()
        flow = await opened(hass, setup_integration)
        assert flow.step == "abort:no_settings"
        assert [action for action, _ in box.received] == ["GetConfiguration"]


# OCPP 2.0.1.


class Station(V2Station):
    """A station that needs a restart, or refuses, by the name of the component."""

    @override
    def set_variables(self, payload: Json) -> Json:
        answer = super().set_variables(payload)
        for one in answer["setVariableResult"]:
            match one["component"]["name"]:
                case "Later":
                    one["attributeStatus"] = "RebootRequired"
                case "Never":
                    one["attributeStatus"] = "Rejected"
                    one["attributeStatusInfo"] = {"reasonCode": "NotNow"}
        return answer


def settings() -> list[Json]:
    """Return a device model with settings of all types."""
    kept: dict[str, Any] = {"mutability": "ReadWrite"}
    return [
        *device_model(),
        variable(
            "Light", "Level", "3", data_type="integer", minLimit=1, maxLimit=9, **kept
        ),
        variable(
            "Light", "Limit", "1.5", data_type="decimal", unit="A", maxLimit=32, **kept
        ),
        variable("Light", "On", "true", data_type="boolean", evse={"id": 1}, **kept),
        variable(
            "Light",
            "Color",
            "red",
            data_type="OptionList",
            valuesList="red,blue",
            **kept,
        ),
        variable(
            "Light", "Order", "b,a", data_type="SequenceList", valuesList="a,b", **kept
        ),
        variable("Light", "Text", "x", maxLimit=5, **kept),
        variable("Later", "Text", "x", **kept),
        variable("Never", "Text", "x", **kept),
        variable("Light", "Secret", mutability="WriteOnly"),
    ]


async def test_a_charger_of_2_0_1(
    hass: HomeAssistant, setup_integration: MockConfigEntry, hub: Hub, server_url: str
) -> None:
    """Variables have the types that the station tells."""
    async with Station(f"{server_url}CP1", model=settings()) as station:
        await connected(hass, hub, station)
        flow = await opened(hass, setup_integration)
        shown = listed(flow)
        assert "SmartChargingCtrlr.RateUnit" not in shown
        assert shown["Light/1.On"] == "Light/1.On = true"
        assert shown["Light.Limit"] == "Light.Limit = 1.5 A"
        assert shown["Light.Secret"] == "Light.Secret = ***"

        kind, config, suggested = await chosen(flow, "Light.Level")
        assert (kind, config["min"], config["max"], suggested) == ("number", 1, 9, 3)
        assert flow.said["possible"] == "`1 … 9`"
        assert await flow.go(value=10) == "device_setting"
        assert flow.result["errors"] == {"value": "number_range"}
        assert await flow.go(value=4) == "device_settings"
        assert "`Light.Level` is now `4`" in flow.said["result"]

        assert (await chosen(flow, "Light.Limit"))[2] == 1.5
        assert flow.said["note"] == ""
        assert await flow.go(value=99) == "device_setting"
        assert flow.result["errors"] == {"value": "setting_too_high"}
        await flow.go(value=2.5)
        assert listed(flow)["Light.Limit"] == "Light.Limit = 2.5 A"
        assert (await chosen(flow, "Light/1.On"))[::2] == ("boolean", True)
        await flow.go(value=False)
        assert listed(flow)["Light/1.On"] == "Light/1.On = false"
        kind, config, suggested = await chosen(flow, "Light.Color")
        assert [one["value"] for one in config["options"]] == ["red", "blue"]
        await flow.go(value="blue")
        assert (await chosen(flow, "Light.Order"))[2] == ["b", "a"]
        await flow.go(value=["a"])
        assert listed(flow)["Light.Order"] == "Light.Order = a"
        await chosen(flow, "Light.Text")
        assert await flow.go(value="too long") == "device_setting"
        assert flow.result["errors"] == {"value": "setting_too_long"}
        assert await flow.go(value="short") == "device_settings"

        kind, config, suggested = await chosen(flow, "Light.Secret")
        assert (kind, config["type"], suggested) == ("text", "password", None)
        assert await flow.go(value="s3cret") == "device_settings"
        assert "s3cret" not in str(flow.result)
        assert station.find(
            {"component": {"name": "Light"}, "variable": {"name": "Secret"}}
        )

        await chosen(flow, "Never.Text")
        assert await flow.go(value="y") == "device_setting"
        assert "NotNow" in flow.said["error"]
        assert await flow.go(value="y") == "device_setting"
        flow = await opened(hass, setup_integration)
        await chosen(flow, "Later.Text")
        assert await flow.go(value="y") == "device_restart"
        assert await flow.choose("device_restart_now") == "abort:charger_restarts"
        assert (await station.wait_for("Reset"))[-1] == {"type": "OnIdle"}
        # While it charges.
        station.answers["Reset"] = {"status": "Scheduled"}
        flow = await opened(hass, setup_integration)
        await chosen(flow, "Later.Text")
        assert await flow.go(value="z") == "device_restart"
        assert await flow.choose("device_restart_now") == "abort:charger_restarts_later"
