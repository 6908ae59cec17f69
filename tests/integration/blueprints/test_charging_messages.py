"""Messages about charging, with a button that starts it."""

from collections.abc import Iterator
from typing import Any

from homeassistant.components import persistent_notification
from homeassistant.core import HomeAssistant, ServiceCall
from homeassistant.helpers import device_registry as dr
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.ocpp_cs.hub import Hub
from tests.integration.conftest import AddCharger, charger_subentry
from tests.integration.helpers.entities import entity_id

from .conftest import Automate, Garage, until

NAME = "charging_messages"
START = "OCPP_START_sensor_garage_charging_state"

pytestmark = [
    pytest.mark.freeze_time("2026-06-01 10:00:05", tick=True),
    pytest.mark.usefixtures("setup_integration"),
]

type Calls = list[dict[str, Any]]


@pytest.fixture
def subentries() -> list[Any]:
    """Return a charger that starts nothing by itself."""
    return [
        charger_subentry(
            "CP1",
            "Garage",
            overrides={"switches_phases": False},
            start_sessions="never",
        )
    ]


@pytest.fixture
def options() -> dict[str, Any]:
    """Return the options of a server with a meter, so that there are plans."""
    return {
        "solar": {
            "grid_power": "sensor.grid",
            "grid_sign": "import",
            "battery_sign": "discharging",
        }
    }


@pytest.fixture
def phone(hass: HomeAssistant) -> Iterator[tuple[str, Calls]]:
    """Return the id of a phone's device, and what it is told."""
    told: Calls = []

    async def notify(call: ServiceCall) -> None:
        told.append(dict(call.data))

    hass.services.async_register("notify", "mobile_app_anna_s_phone", notify)
    entry = MockConfigEntry(domain="mobile_app")
    entry.add_to_hass(hass)
    device = dr.async_get(hass).async_get_or_create(
        config_entry_id=entry.entry_id,
        identifiers={("mobile_app", "1")},
        name="Anna's phone",
    )
    return device.id, told


def inputs(
    hass: HomeAssistant, garage: Garage, phone: str | None, **more: Any
) -> dict[str, Any]:
    return {
        "charging_state": entity_id(hass, "sensor", "CP1/1/charging_state"),
        "start": garage.charging,
        "session_energy": entity_id(hass, "sensor", "CP1/1/session_energy"),
        "plan": entity_id(hass, "sensor", "CP1/1/charge_plan"),
        "phones": [] if phone is None else [phone],
        **more,
    }


async def test_start_now(
    hass: HomeAssistant, garage: Garage, automate: Automate, phone: tuple[str, Calls]
) -> None:
    device, told = phone
    await automate(NAME, **inputs(hass, garage, device))
    await garage.charger.plug(1)
    await until(lambda: garage.state(garage.status) == "preparing")
    await garage.later(580)
    assert not told
    await garage.later(30)
    await garage.later(5)
    (message,) = told
    assert message["title"] == "Garage"
    assert message["message"] == (
        "It is plugged in and does not charge: Waiting to be started."
    )
    assert message["data"]["actions"] == [{"action": START, "title": "Start now"}]
    # An answer of another connector's message is none of ours.
    hass.bus.async_fire(
        "mobile_app_notification_action", {"action": START.replace("garage", "carport")}
    )
    await garage.later(5)
    assert garage.state(garage.charging) == "off"
    hass.bus.async_fire("mobile_app_notification_action", {"action": START})
    await until(lambda: garage.state(garage.charging) == "on")
    await garage.later(20)
    assert len(told) == 1


async def test_it_is_done(
    hass: HomeAssistant, garage: Garage, automate: Automate, phone: tuple[str, Calls]
) -> None:
    device, told = phone
    hass.states.async_set("sensor.cost", "2.78", {"unit_of_measurement": "EUR"})
    await automate(
        NAME,
        **inputs(hass, garage, device, language="de", session_cost="sensor.cost"),
    )
    await garage.plugged()
    await until(lambda: garage.state(garage.status) == "charging")
    await garage.later(60)
    await garage.charger.present_card("TAG", 1)
    await until(lambda: garage.state(garage.status) == "finishing")
    await garage.charger.unplug(1)
    await until(lambda: garage.state(garage.status) == "available")
    await garage.later(20)
    # Once.
    (message,) = told
    assert message["message"].startswith("Fertig. Geladen: 0.")
    assert message["message"].endswith(" kWh, 2.78 EUR.")
    assert message["data"]["actions"] == []


async def test_it_is_not_plugged_in(
    hass: HomeAssistant, garage: Garage, automate: Automate, phone: tuple[str, Calls]
) -> None:
    device, told = phone
    await hass.config.async_set_time_zone("UTC")
    # A Monday.
    await automate(
        NAME,
        **inputs(
            hass, garage, device, plugged_by="10:02:00", plugged_days=["mon", "wed"]
        ),
    )
    await garage.later(110)
    assert not told
    await garage.later(20)
    (message,) = told
    assert message["message"] == "It is not plugged in."
    garage.clock.move_to("2026-06-02 10:01:50")
    await garage.later(30)
    assert len(told) == 1
    garage.clock.move_to("2026-06-03 10:01:50")
    await garage.charger.plug(1)
    await until(lambda: garage.state(garage.status) == "preparing")
    await garage.later(30)
    assert len(told) == 1


async def test_it_will_not_be_ready_in_time(
    hass: HomeAssistant,
    hub: Hub,
    garage: Garage,
    automate: Automate,
    phone: tuple[str, Calls],
) -> None:
    device, told = phone
    await hass.config.async_set_time_zone("UTC")
    await automate(NAME, **inputs(hass, garage, device))
    await garage.plugged()
    mode = entity_id(hass, "select", "CP1/1/charge_mode")
    await garage.act(mode, "select_option", option="solar")
    (ours,) = hub.chargers.values()
    await hass.services.async_call(
        "ocpp_cs",
        "set_charge_plan",
        {"device_id": ours.device_id, "energy_target": 150, "ready_by": "12:00:00"},
        blocking=True,
    )
    await garage.later(80)
    (message,) = [one for one in told if "in time" in one["message"]]
    assert message["message"].startswith("It will not be ready in time. 1")
    assert message["message"].endswith(" kWh will be missing.")
    assert message["data"]["actions"][0]["title"] == "Start now"


async def test_the_charger_is_away_and_ignores_its_limit(
    hass: HomeAssistant, hub: Hub, garage: Garage, automate: Automate
) -> None:
    """Without a phone it is shown in Home Assistant."""
    assert await async_setup_component(hass, persistent_notification.DOMAIN, {})
    await automate(NAME, **inputs(hass, garage, None))

    def shown() -> list[str]:
        return [
            one["message"]
            for one in persistent_notification._async_get_or_create_notifications(
                hass
            ).values()
        ]

    (ours,) = hub.chargers.values()
    for device_id, found in (
        ("another", []),
        (ours.device_id, ["The charger ignores its current limit."]),
    ):
        hass.bus.async_fire(
            "ocpp_cs_event", {"type": "limit_ignored", "device_id": device_id}
        )
        await garage.quiet()
        await garage.later(10)
        await garage.later(5)
        assert shown() == found
    await garage.away()
    await garage.later(580)
    assert shown() == ["The charger ignores its current limit."]
    await garage.later(40)
    # A later message takes the place of an earlier one.
    assert shown() == ["The charger is away."]


async def test_a_connector_of_several_has_the_name_of_its_charger(
    hass: HomeAssistant, hub: Hub, charger: AddCharger, automate: Automate
) -> None:
    assert await async_setup_component(hass, persistent_notification.DOMAIN, {})
    await charger(connectors=2)
    (ours,) = hub.chargers.values()
    await until(lambda: ours.has_several_connectors)
    await hass.async_block_till_done()
    await automate(
        NAME, charging_state=entity_id(hass, "sensor", "CP1/2/charging_state")
    )
    for number in (0, 1, 2):
        hass.bus.async_fire(
            "ocpp_cs_event",
            {
                "type": "limit_ignored",
                "device_id": ours.connector_device_id(number),
            },
        )

    def shown() -> list[str]:
        found = persistent_notification._async_get_or_create_notifications(hass)
        return [one["title"] for one in found.values()]

    await until(shown)
    assert shown() == ["Garage Connector 2"]


async def test_only_what_is_wanted(
    hass: HomeAssistant, garage: Garage, automate: Automate, phone: tuple[str, Calls]
) -> None:
    device, told = phone
    said: Calls = []

    async def announce(call: ServiceCall) -> None:
        said.append(dict(call.data))

    hass.services.async_register("notify", "speaker", announce)
    await automate(
        NAME,
        **inputs(
            hass,
            garage,
            device,
            events=["offline"],
            start="",
            offline_delay=60,
            more_actions=[
                {"action": "notify.speaker", "data": {"message": "{{ message }}"}}
            ],
        ),
    )
    await garage.charger.plug(1)
    await garage.later(700)
    hass.bus.async_fire("mobile_app_notification_action", {"action": START})
    await garage.later(10)
    assert (told, garage.state(garage.charging)) == ([], "off")
    await garage.away()
    await garage.later(80)
    assert [one["message"] for one in told] == ["The charger is away."]
    assert said == [{"message": "The charger is away."}]
