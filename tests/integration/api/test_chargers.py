"""How the chargers are, as a browser is told it."""

from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr

from custom_components.ocpp_cs.hub import Hub
from custom_components.ocpp_cs.issues import async_clear_issue, async_raise_issue
from tests.integration.api.conftest import ALL, Browse
from tests.integration.conftest import wait_for
from tests.integration.helpers.entities import Wallbox


async def test_chargers(
    hass: HomeAssistant, hub: Hub, server_url: str, browse: Browse
) -> None:
    browser = await browse()
    async with Wallbox(server_url) as wallbox:
        await wallbox.begin(hass, hub)
        await wallbox.status("Faulted", error="GroundFailure")
        await wait_for(
            hass,
            lambda: hub.central_system.charge_points["CP1"].connector(1).problem,
        )
        garage, yard = (await browser.ask("chargers"))["chargers"]
    subentry_id = next(iter(hub.chargers))
    assert garage["name"] == "Garage"
    assert garage["online"] is True
    assert garage["since"] is not None
    assert garage["firmware"] == "1.0"
    assert garage["serial_number"] == "S1"
    assert garage["ocpp_version"] == "1.6"
    assert garage["address"] == "127.0.0.1"
    assert garage["security_level"] == 0
    assert garage["encrypted"] is False
    assert garage["signal_dbm"] is None
    assert garage["problems"] == [{"connector_id": 1, "error": "ground_failure"}]
    faults = garage["issues"]
    assert [one["translation_key"] for one in faults] == ["charger_fault"]
    assert garage["connectors"] == [
        {
            "connector_id": 1,
            "device_id": garage["device_id"],
            "status": "faulted",
            "state": "fault",
        }
    ]
    assert garage["entities"]["binary_sensor.connected"].startswith("binary_sensor.")
    # Those of the connector are not the charger's own.
    assert "sensor.status" not in garage["entities"]
    assert yard["online"] is False
    assert yard["since"] is None
    assert yard["security_level"] is None
    assert yard["ocpp_version"] is None
    assert [one["connector_id"] for one in yard["connectors"]] == [1, 2]
    async_raise_issue(hass, "flapping", subentry_id, name="Garage")
    dr.async_get(hass).async_update_device(garage["device_id"], name_by_user="Mine")
    await wait_for(hass, lambda: not hub.central_system.charge_points["CP1"].connected)
    garage, yard = (await browser.ask("chargers"))["chargers"]
    assert garage["name"] == "Mine"
    assert garage["online"] is False
    assert garage["since"] is not None
    assert [one for one in garage["issues"] if one not in faults] == [
        {
            "issue_id": f"flapping_{subentry_id}",
            "translation_key": "flapping",
            "severity": "warning",
        }
    ]
    assert yard["issues"] == []
    async_clear_issue(hass, "flapping", subentry_id)
    garage, _ = (await browser.ask("chargers"))["chargers"]
    assert "flapping" not in str(garage["issues"])
    assert (await browser.ask("chargers", entry_id="nobody"))["chargers"] == []


async def test_who_may_know(
    hass: HomeAssistant, hub: Hub, server_url: str, browse: Browse
) -> None:
    async with Wallbox(server_url) as wallbox:
        await wallbox.begin(hass, hub)
        someone = await browse(ALL)
        garage, _ = (await someone.ask("chargers"))["chargers"]
        assert garage["online"] is True
        assert garage["address"] is None
        few = await browse(
            {"entities": {"device_ids": {garage["device_id"]: {"read": True}}}}
        )
        found = (await few.ask("chargers"))["chargers"]
        assert [one["name"] for one in found] == ["Garage"]
