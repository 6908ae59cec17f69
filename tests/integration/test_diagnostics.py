"""What can be downloaded for a report: all that helps, and nothing private."""

import asyncio
import json
from typing import Any

from homeassistant.components.diagnostics import DOMAIN as DIAGNOSTICS
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import device_registry as dr
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.components.diagnostics import (
    get_diagnostics_for_config_entry,
    get_diagnostics_for_device,
)
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.ocpp_cs.chargers.naming import device_identifier
from custom_components.ocpp_cs.const import CONF_CONNECTORS, CONF_ID_TAG, DOMAIN
from custom_components.ocpp_cs.csms.metering.measurands import listed
from custom_components.ocpp_cs.hub import Hub

from .conftest import AddCharger, charger_subentry, id_tag_subentry, wait_for
from .helpers.entities import Wallbox

SERIAL = "SN-778899"
"""Also the charge point's id, as with many makes."""


@pytest.fixture
def subentries() -> list[Any]:
    """Return a charger with two connectors that is known by its serial number."""
    return [
        charger_subentry(
            SERIAL, "Garage", **{CONF_CONNECTORS: 2, CONF_ID_TAG: "OwnersTag"}
        ),
        id_tag_subentry("ANNAS-CARD", "Anna Miller", parent_id_tag="MillersGroup"),
    ]


@pytest.fixture(autouse=True)
async def _diagnostics(hass: HomeAssistant) -> None:
    assert await async_setup_component(hass, DIAGNOSTICS, {})


async def test_everything_that_helps_is_there_and_nothing_private(
    hass: HomeAssistant,
    hass_client: ClientSessionGenerator,
    setup_integration: MockConfigEntry,
    hub: Hub,
    charger: AddCharger,
    device_registry: dr.DeviceRegistry,
) -> None:
    one = await charger(SERIAL, connectors=2)
    charge_point = hub.central_system.charge_points[SERIAL]
    await wait_for(hass, lambda: charge_point.ready)
    await one.plug(2)
    assert await one.present_card("ANNAS-CARD", 2) == "Accepted"
    await wait_for(hass, lambda: one.connector(2).transaction_id)
    await one.wait_idle()
    device = device_registry.async_get_device_by_identifier(
        (DOMAIN, SERIAL), setup_integration.entry_id
    )
    assert device is not None
    for key, value in (
        ("AuthorizationKey", "c0ffee00c0ffee00"),
        ("BackendUrl", "wss://me:hunter22@example.com/ocpp"),
    ):
        with pytest.raises(HomeAssistantError):
            await hass.services.async_call(
                DOMAIN,
                "change_configuration",
                {"device_id": device.id, "key": key, "value": value},
                blocking=True,
            )
    await one.send("Authorize", {"idTag": "X" * 21, "vin": "WVWZZZ1J"})
    stranger = await charger("STRANGER", accepted=False)
    hub.central_system.refused = {"NOBODY": 3, "NO-ONE": 2}

    shown = await get_diagnostics_for_config_entry(hass, hass_client, setup_integration)

    text = json.dumps(shown)
    for private in (
        "778899",
        "ANNAS",
        "OwnersTag",
        "Miller",
        "example.com",
        "c0ffee",
        "hunter22",
        "XXXX",
        "WVWZZZ1J",
        "127.0.0.1:",
        "NOBODY",
    ):
        assert private not in text, private
    assert shown["entry"]["state"] == "loaded"
    assert shown["entry"]["data"]["port"] == hub.central_system.port
    encryption = shown["server"].pop("encryption")
    assert (encryption["on"], encryption["working"]) == (False, False)
    assert shown["server"] == {
        "port": hub.central_system.port,
        "refused_ids": 2,
        "refusals": 5,
        "sessions_in_the_books": 1,
        "sessions_not_saved": 0,
    }
    assert shown["id_tags"] == [
        {"id_tag": "**REDACTED**", "parent_id_tag": "**REDACTED**"}
    ]
    (waiting,) = shown["pending"]
    assert waiting["admission"] == "pending"
    assert waiting["identity"]["model"] == stranger.model

    (there,) = shown["chargers"]
    assert there["charge_point_id"] == "**REDACTED**"
    assert there["connected"] is True
    assert there["connections"] == 1
    assert there["protocol"] == "ocpp1.6"
    assert there["remote"] == "**REDACTED**"
    assert there["identity"]["vendor"] == "Generic"
    assert there["identity"]["serial"] == "**REDACTED**"
    assert there["settings"]["call_timeout"] == 30
    assert there["settings"]["id_tag"] == "**REDACTED**"
    values = {item["key"]: item["value"] for item in there["configuration"]}
    assert values["NumberOfConnectors"] == "2"
    capabilities = there["capabilities"]
    assert capabilities["connectors"] == 2
    assert len(capabilities["features"]) == len(
        # Core is no feature that may be left out.
        values["SupportedFeatureProfiles"].split(",")[1:]
    )
    assert capabilities["units"] == ["a", "w"]
    assert capabilities["measurements"] == sorted(
        listed(values["MeterValuesSampledData"])
    )
    assert capabilities["switches_phases"] is (
        values["ConnectorSwitch3to1PhaseSupported"] == "true"
    )
    for name, key in (
        ("max_stack_level", "ChargeProfileMaxStackLevel"),
        ("max_profiles", "MaxChargingProfilesInstalled"),
        ("max_periods", "ChargingScheduleMaxPeriods"),
    ):
        assert capabilities[name] == int(values[key])
    assert there["clock"] == {"offset_seconds": 0.0, "measured": False}
    assert there["boots"] == 1
    assert there["open_calls"] == {"ours": [], "waiting": 0, "theirs": []}
    assert there["sessions"]["in_the_books"] == 1
    (session,) = there["sessions"]["at_hand"]
    assert session["id"] == str(one.connector(2).transaction_id)
    assert (session["end"], session["id_tag"]) == (None, "**REDACTED**")
    assert there["deviations"]
    connector = there["connectors"]["2"]
    assert connector["status"] == "charging"
    assert connector["latest_transaction"]["id"] == str(one.connector(2).transaction_id)
    assert connector["latest_transaction"]["id_tag"] == "**REDACTED**"
    assert "energy" in connector["measurements"]
    frames = [(frame["direction"], frame["text"]) for frame in there["frames"]]
    assert any(
        direction == "in" and "StartTransaction" in text and '"meterStart"' in text
        for direction, text in frames
    )
    assert any(
        direction == "out" and '"AuthorizationKey","value":"**REDACTED**"' in text
        for direction, text in frames
    )
    assert all(frame["time"].endswith("+00:00") for frame in there["frames"])


async def test_a_device_shows_itself_only(
    hass: HomeAssistant,
    hass_client: ClientSessionGenerator,
    setup_integration: MockConfigEntry,
    charger: AddCharger,
    device_registry: dr.DeviceRegistry,
) -> None:
    await charger(SERIAL, connectors=2)
    entry_id = setup_integration.entry_id
    whole = device_registry.async_get_device_by_identifier((DOMAIN, SERIAL), entry_id)
    part = device_registry.async_get_child_device_by_identifier(
        device_identifier(SERIAL, 2), entry_id
    )
    other = device_registry.async_get_or_create(
        config_entry_id=entry_id, identifiers={("test", "other")}
    )
    for device, connectors in ((whole, {"0", "1", "2"}), (part, {"0", "2"})):
        assert device is not None
        shown = await get_diagnostics_for_device(
            hass, hass_client, setup_integration, device
        )
        assert set(shown["connectors"]) == connectors
        assert shown["identity"]["model"] == "Simulator"
        assert "778899" not in json.dumps(shown)
    assert (
        await get_diagnostics_for_device(hass, hass_client, setup_integration, other)
        == {}
    )


async def test_a_server_that_does_not_run_shows_its_settings(
    hass: HomeAssistant,
    hass_client: ClientSessionGenerator,
    setup_integration: MockConfigEntry,
    device_registry: dr.DeviceRegistry,
) -> None:
    device = device_registry.async_get_device_by_identifier(
        (DOMAIN, SERIAL), setup_integration.entry_id
    )
    assert device is not None
    await hass.config_entries.async_unload(setup_integration.entry_id)
    shown = await get_diagnostics_for_config_entry(hass, hass_client, setup_integration)
    assert set(shown) == {"entry"}
    assert shown["entry"]["state"] == "not_loaded"
    assert (
        await get_diagnostics_for_device(hass, hass_client, setup_integration, device)
        == {}
    )


async def test_the_last_200_frames_are_shown(
    hass: HomeAssistant,
    hass_client: ClientSessionGenerator,
    setup_integration: MockConfigEntry,
    hub: Hub,
    charger: AddCharger,
) -> None:
    one = await charger(SERIAL, connectors=2)
    for _ in range(120):
        await one.send("Heartbeat", {})
    shown = await get_diagnostics_for_config_entry(hass, hass_client, setup_integration)
    (there,) = shown["chargers"]
    assert len(there["frames"]) == 200
    assert there["frames"][-1]["direction"] == "out"
    assert "currentTime" in there["frames"][-1]["text"]


async def test_what_is_under_way_is_shown(
    hass: HomeAssistant,
    hass_client: ClientSessionGenerator,
    setup_integration: MockConfigEntry,
    hub: Hub,
    server_url: str,
    socket_enabled: None,
) -> None:
    """A call that the charger does not answer."""
    async with Wallbox(server_url, SERIAL) as box:
        charge_point = await box.begin(hass, hub)
        box.answers["ClearCache"] = lambda _: None
        call = asyncio.ensure_future(charge_point.commands.call("clear_cache"))
        await box.wait_for("ClearCache")
        shown = await get_diagnostics_for_config_entry(
            hass, hass_client, setup_integration
        )
        (there,) = shown["chargers"]
        ((action, age),) = there["open_calls"]["ours"]
        assert action == "ClearCache"
        assert age >= 0
        call.cancel()
        await asyncio.gather(call, return_exceptions=True)
