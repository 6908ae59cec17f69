"""The live state, as a browser is told it."""

import asyncio
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.ocpp_cs.api import live as live_module
from custom_components.ocpp_cs.api.live import async_live
from custom_components.ocpp_cs.api.places import Place
from custom_components.ocpp_cs.csms.transactions import registers
from custom_components.ocpp_cs.hub import Hub
from tests.integration.api.conftest import ALL, Browse
from tests.integration.conftest import charger_subentry, wait_for
from tests.integration.helpers.entities import Wallbox, entity_id


async def test_everything_first(
    hass: HomeAssistant, hub: Hub, server_url: str, browse: Browse
) -> None:
    async with Wallbox(server_url) as wallbox:
        await wallbox.begin(hass, hub)
        browser = await browse()
        await browser.ask("live")
        (server,) = (await browser.event())["servers"]
        assert server["title"].startswith("Server ")
        garage, left, right = server["connectors"]
        assert garage["name"] == garage["charger_name"] == "Garage"
        assert garage["online"] is True
        assert left["online"] is False
        assert garage["state"] == "not_plugged_in"
        assert garage["session"] is None
        assert garage["soc"] is None
        assert garage["device_id"] == garage["charger_device_id"]
        assert left["device_id"] != left["charger_device_id"]
        assert [one["connector_id"] for one in (left, right)] == [1, 2]
        assert garage["entities"]["sensor.status"] == entity_id(
            hass, "sensor", "CP1/1/status"
        )
        # A switch and a binary sensor have the same key.
        assert garage["entities"]["switch.charging"].startswith("switch.")
        assert garage["entities"]["binary_sensor.charging"].startswith("binary_sensor.")
        # There is neither a meter nor a fuse, hence no mode and no plan.
        assert garage["mode"] is None
        assert garage["plan"] is None
        assert server["house"]["grid_w"] is None


async def test_a_session_as_it_goes(
    hass: HomeAssistant,
    hub: Hub,
    server_url: str,
    browse: Browse,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # What takes an hour comes within a moment here.
    monkeypatch.setattr(registers, "most", lambda _duration: 100_000.0)
    browser = await browse()
    await browser.ask("live")
    await browser.event()
    async with Wallbox(server_url) as wallbox:
        await wallbox.begin(hass, hub)
        here = await browser.until(lambda one: one["online"])
        assert here["charge_point_id"] == "CP1"
        await wallbox.status("Preparing")
        waits = await browser.until(lambda one: one["can_start"])
        assert waits["state"] == "waiting_to_be_started"
        number = await wallbox.start(meter=1000, id_tag="CARD")
        await wallbox.status("Charging")
        await wallbox.values(
            {
                "Power.Active.Import": 3680,
                "Current.Import": 15.96,
                "Energy.Active.Import.Register": 2500,
            },
            transaction_id=number,
        )
        charges = await browser.until(
            lambda one: one["power_w"] and one["session"]["energy_kwh"]
        )
        assert charges["power_w"] == 3680
        assert charges["current_a"] == pytest.approx(16.0)
        assert charges["state"] == "charging"
        assert charges["who"] == {"name": "Anna", "tag": "Anna", "vehicle": None}
        assert charges["can_stop"] is True
        assert charges["session"]["transaction_id"] == number
        assert charges["session"]["energy_kwh"] == pytest.approx(1.5)
        assert charges["session"]["end"] is None
        await wallbox.status("SuspendedEV")
        await wallbox.stop(number, meter=3000)
        await wallbox.status("Finishing")
        done = await browser.until(
            lambda one: one["session"] and one["session"]["end"] is not None
        )
        assert done["session"]["energy_kwh"] == pytest.approx(2.0)
        # It is gone with the vehicle.
        await wallbox.status("Available")
        assert await browser.until(lambda one: one["session"] is None)


async def test_only_what_changed_is_told(
    hass: HomeAssistant,
    hub: Hub,
    server_url: str,
    browse: Browse,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with Wallbox(server_url) as one, Wallbox(server_url, "CP2") as two:
        await one.begin(hass, hub)
        await two.begin(hass, hub)
        browser = await browse()
        await browser.ask("live")
        await browser.event()
        monkeypatch.setattr(live_module, "_INTERVAL_S", 0.0)
        # What is marked may be as it was; then one connector changes.
        hub.central_system.charge_points["CP2"].connector(1).mark("status")
        await one.status("Preparing")
        told: list[str] = []
        while True:
            event = await browser.event()
            assert event.keys() <= {"connectors"}
            told += [each["charge_point_id"] for each in event["connectors"]]
            if any(each["state"] != "not_plugged_in" for each in event["connectors"]):
                break
        assert set(told) == {"CP1"}


async def test_changes_come_together(
    hass: HomeAssistant,
    hub: Hub,
    server_url: str,
    browse: Browse,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(live_module, "_AT_ONCE_S", 3600.0)
    async with Wallbox(server_url) as wallbox:
        await wallbox.begin(hass, hub)
        browser = await browse()
        await browser.ask("live")
        await browser.event()
        live = async_live(hass)
        for power in range(1000, 2000, 50):
            await wallbox.values({"Power.Active.Import": power})
        await wait_for(hass, lambda: live._timer is not None)
        live._tell()
        event = await browser.event()
        assert [one["power_w"] for one in event["connectors"]] == [1950]


async def test_nothing_is_watched_while_nobody_listens(
    hass: HomeAssistant, hub: Hub, server_url: str, browse: Browse
) -> None:
    charge_point = hub.central_system.charge_points["CP1"]

    def watchers() -> int:
        return sum(
            len(each)
            for scope in charge_point.changes._watchers.values()
            for each in scope.values()
        )

    before, listened = watchers(), dict(hass.bus.async_listeners())
    first, second = await browse(), await browse(ALL)
    for browser in (first, second):
        await browser.ask("live")
        await browser.event()
    assert watchers() > before
    live = async_live(hass)
    await first.close()
    await asyncio.sleep(0)
    assert live.is_listened_to
    await second.close()
    await wait_for(hass, lambda: not live.is_listened_to)
    assert watchers() == before
    assert not live._servers
    assert live._timer is None
    assert (
        hass.bus.async_listeners()["device_registry_updated"]
        == (listened["device_registry_updated"])
    )


async def test_what_fails_once_ends_nothing(
    hass: HomeAssistant,
    hub: Hub,
    server_url: str,
    browse: Browse,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    live = async_live(hass)
    listened = dict(hass.bus.async_listeners())
    tells = live_module.connector_data

    def fails(_place: Place) -> dict[str, Any]:
        raise KeyError("odd")

    # Who cannot be told at the beginning leaves nothing behind.
    monkeypatch.setattr(live_module, "connector_data", fails)
    browser = await browse()
    answer = await browser.answer("live")
    assert not answer["success"]
    assert not live._ends
    assert not live.is_listened_to
    assert (
        hass.bus.async_listeners()["device_registry_updated"]
        == (listened["device_registry_updated"])
    )
    monkeypatch.setattr(live_module, "connector_data", tells)
    async with Wallbox(server_url) as wallbox:
        await wallbox.begin(hass, hub)
        await browser.ask("live")
        (server,) = (await browser.event())["servers"]
        # Another one is watched already when one fails.
        monkeypatch.setattr(
            live_module,
            "connector_data",
            lambda place: (
                fails(place)
                if place.connector.charge_point.id == "CP2"
                else tells(place)
            ),
        )
        live._look_anew()
        live._tell()
        assert "The live state cannot be told" in caplog.text
        monkeypatch.setattr(live_module, "connector_data", tells)
        monkeypatch.setattr(live_module, "_INTERVAL_S", 0.0)
        await wallbox.status("Preparing")
        assert await browser.until(lambda one: one["can_start"])
        # What was to be told comes with the next look.
        device = server["connectors"][0]["device_id"]
        dr.async_get(hass).async_update_device(device, name_by_user="Beside the house")
        monkeypatch.setattr(live_module, "connector_data", fails)
        live._tell()
        monkeypatch.setattr(live_module, "connector_data", tells)
        live._look(dt_util.utcnow())
        assert await browser.until(lambda one: one["name"] == "Beside the house")


async def test_what_fails_keeps_the_others_from_nothing(
    hass: HomeAssistant,
    hub: Hub,
    server_url: str,
    browse: Browse,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Neither a house whose meters are odd, nor a connector."""
    tells = live_module.connector_data

    def fails(*_args: object) -> dict[str, Any]:
        raise KeyError("odd")

    async with Wallbox(server_url) as one, Wallbox(server_url, "CP2") as two:
        await one.begin(hass, hub)
        await two.begin(hass, hub)
        browser = await browse()
        await browser.ask("live")
        await browser.event()
        monkeypatch.setattr(live_module, "_INTERVAL_S", 0.0)
        monkeypatch.setattr(live_module, "house_data", fails)
        monkeypatch.setattr(
            live_module,
            "connector_data",
            lambda place: (
                fails() if place.connector.charge_point.id == "CP2" else tells(place)
            ),
        )
        await two.status("Preparing")
        await one.status("Preparing")
        assert await browser.until(lambda told: told["can_start"])
        # It is told as soon as that is possible.
        monkeypatch.setattr(live_module, "connector_data", tells)
        async_live(hass)._look(dt_util.utcnow())
        assert await browser.until(
            lambda told: told["charge_point_id"] == "CP2" and told["can_start"]
        )


async def test_who_may_read_what(
    hass: HomeAssistant, hub: Hub, server_url: str, browse: Browse
) -> None:
    garage = entity_id(hass, "sensor", "CP1/1/status")
    registered = er.async_get(hass).async_get(garage)
    assert registered is not None
    device = registered.device_id
    everyone = await browse(ALL)
    await everyone.ask("live")
    (server,) = (await everyone.event())["servers"]
    assert len(server["connectors"]) == 3
    few = await browse({"entities": {"device_ids": {device: {"read": True}}}})
    await few.ask("live")
    (server,) = (await few.event())["servers"]
    assert [one["name"] for one in server["connectors"]] == ["Garage"]
    none = await browse({"entities": {"entity_ids": {garage: {"read": True}}}})
    await none.ask("live")
    # One entity of many is not the connector.
    assert (await none.event())["servers"] == []
    async with Wallbox(server_url, "CP2", connectors=2) as yard:
        await yard.begin(hass, hub)
        assert await everyone.until(lambda one: one["charger_name"] == "Yard")
    async with Wallbox(server_url) as wallbox:
        await wallbox.begin(hass, hub)
        # What the others were told of the yard did not come here.
        found = await few.until(lambda one: one["online"] or one["name"] != "Garage")
        assert found["name"] == "Garage"


async def test_chargers_come_and_go_and_are_renamed(
    hass: HomeAssistant, hub: Hub, entry: MockConfigEntry, browse: Browse
) -> None:
    browser = await browse()
    await browser.ask("live")
    (server,) = (await browser.event())["servers"]
    garage = server["connectors"][0]
    dr.async_get(hass).async_update_device(
        garage["device_id"], name_by_user="Beside the house"
    )
    assert await browser.until(lambda one: one["name"] == "Beside the house")
    status = garage["entities"]["sensor.status"]
    er.async_get(hass).async_update_entity(
        status,
        new_entity_id="sensor.of_mine",
        hidden_by=er.RegistryEntryHider.USER,
    )
    found = await browser.until(
        lambda one: one["entities"].get("sensor.status") == "sensor.of_mine"
    )
    assert "sensor.status" in found["hidden"]
    er.async_get(hass).async_update_entity(
        "sensor.of_mine", disabled_by=er.RegistryEntryDisabler.USER
    )
    assert await browser.until(
        lambda one: (
            one["name"] == "Beside the house" and "sensor.status" not in one["entities"]
        )
    )
    hub.async_adopt("CP3", {"connectors": 1}, "Carport")
    assert await browser.until(lambda one: one["name"] == "Carport")
    subentry = next(one for one in entry.subentries.values() if one.unique_id == "CP2")
    hass.config_entries.async_remove_subentry(entry, subentry.subentry_id)
    while True:
        (server,) = (await browser.event())["servers"]
        if len(server["connectors"]) == 2:
            break


async def test_server_that_stops_and_starts(
    hass: HomeAssistant, hub: Hub, entry: MockConfigEntry, browse: Browse
) -> None:
    browser = await browse()
    await browser.ask("live")
    await browser.event()
    await hass.config_entries.async_unload(entry.entry_id)
    while (await browser.event())["servers"]:
        pass
    await hass.config_entries.async_setup(entry.entry_id)
    found = await browser.until(lambda one: one["name"] == "Garage")
    assert found["entry_id"] == entry.entry_id


@pytest.mark.parametrize("subentries", [[charger_subentry("CP1", "Garage")]])
@pytest.mark.parametrize(
    "options",
    [
        {
            "solar": {
                "grid_power": "sensor.grid",
                "pv_power": "sensor.pv",
                "battery_power": "sensor.battery",
                "battery_soc": "sensor.battery_soc",
            }
        }
    ],
)
async def test_house(
    hass: HomeAssistant, hub: Hub, server_url: str, browse: Browse
) -> None:
    watts = {"unit_of_measurement": "W"}
    hass.states.async_set("sensor.grid", "-1203", watts)
    hass.states.async_set("sensor.pv", "5000", watts)
    hass.states.async_set("sensor.battery", "-800", watts)
    hass.states.async_set("sensor.battery_soc", "61.4", {"unit_of_measurement": "%"})
    async with Wallbox(server_url) as wallbox:
        await wallbox.begin(hass, hub)
        await wallbox.values({"Power.Active.Import": 2000})
        browser = await browse()
        await browser.ask("live")
        (server,) = (await browser.event())["servers"]
        house = server["house"]
        assert (house["grid_w"], house["solar_w"], house["battery_w"]) == (
            -1200,
            5000,
            -800,
        )
        assert house["battery_soc"] == 61
        assert house["chargers_w"] == 2000
        assert house["home_w"] == 1000
        assert house["hold_battery"] is None
        garage = server["connectors"][0]
        assert garage["mode"] == "manual"
        assert garage["reason"] is None
        assert garage["plan"]["armed"] is False
        hass.states.async_set("sensor.pv", "unavailable")
        event = await browser.event()
        assert event["houses"][0]["solar_w"] is None
        # What the sun gives is unknown, and so is what the house takes.
        assert event["houses"][0]["home_w"] is None
