"""Notify when done or faulted."""

from typing import Any

from homeassistant.components import persistent_notification
from homeassistant.core import HomeAssistant, ServiceCall
from homeassistant.setup import async_setup_component
import pytest

from tests.integration.helpers.entities import entity_id

from .conftest import Automate, Garage, started, until

NAME = "notify_done_or_faulted"

pytestmark = [
    pytest.mark.freeze_time("2026-06-01 10:00:05", tick=True),
    pytest.mark.usefixtures("setup_integration"),
]

type Messages = list[tuple[str, str]]


@pytest.fixture
def messages(hass: HomeAssistant) -> Messages:
    """Collect what a phone is told: title and message."""
    told: Messages = []

    async def notify(call: ServiceCall) -> None:
        told.append((call.data["title"], call.data["message"]))

    hass.services.async_register("notify", "phone", notify)
    return told


def inputs(hass: HomeAssistant, garage: Garage, **more: Any) -> dict[str, Any]:
    return {
        "status": garage.status,
        "session_energy": entity_id(hass, "sensor", "CP1/1/session_energy"),
        "error_code": entity_id(hass, "sensor", "CP1/1/error_code"),
        "events": ["full", "ended", "faulted", "offline"],
        "notify_actions": [
            {
                "action": "notify.phone",
                "data": {"title": "{{ charger }}", "message": "{{ message }}"},
            }
        ],
        **more,
    }


async def test_the_car_takes_no_more(
    hass: HomeAssistant, garage: Garage, automate: Automate, messages: Messages
) -> None:
    await automate(NAME, **inputs(hass, garage))
    await garage.plugged()
    await until(lambda: garage.state(garage.status) == "charging")
    # A short pause of the car is none.
    await garage.charger.set_status(1, "SuspendedEV")
    await garage.later(200)
    await garage.charger.set_status(1, None)
    await garage.later(200)
    await garage.charger.set_status(1, "SuspendedEV")
    await garage.later(280)
    assert not messages
    await garage.later(30)
    await garage.later(5)
    (message,) = messages
    assert message[0] == "Garage"
    assert message[1].startswith("The car takes no more. Charged: ")
    assert message[1].endswith(" kWh")


async def test_a_pause_of_ours_is_not_told(
    hass: HomeAssistant, garage: Garage, automate: Automate, messages: Messages
) -> None:
    await automate(NAME, **inputs(hass, garage))
    await garage.plugged()
    await garage.act(garage.paused, "turn_on")
    await until(lambda: garage.state(garage.status) == "suspended_evse")
    await garage.later(400)
    assert not messages


async def test_the_session_ends(
    hass: HomeAssistant, garage: Garage, automate: Automate, messages: Messages
) -> None:
    await automate(
        NAME,
        **inputs(hass, garage, message_ended="Fertig{{ ', ' ~ energy if energy }}!"),
    )
    await garage.plugged()
    await garage.later(60)
    await garage.charger.present_card("TAG", 1)
    await until(lambda: garage.state(garage.status) == "finishing")
    await garage.charger.unplug(1)
    await until(lambda: garage.state(garage.status) == "available")
    await garage.later(20)
    # Once, in one's own words.
    (message,) = messages
    assert message[1].startswith("Fertig, 0.")
    assert message[1].endswith(" kWh!")


async def test_a_fault(
    hass: HomeAssistant, garage: Garage, automate: Automate, messages: Messages
) -> None:
    await automate(NAME, **inputs(hass, garage))
    await garage.charger.set_status(1, "Faulted", error_code="GroundFailure")
    await until(lambda: garage.state(garage.status) == "faulted")
    await garage.later(5)
    assert messages == [("Garage", "The charger reports a fault: Ground fault.")]
    # The charger is away for a while: that is told, and the fault that is still there.
    await garage.away()
    await garage.later(580)
    assert len(messages) == 1
    await garage.later(30)
    await garage.later(5)
    assert messages[1:] == [("Garage", "The charger is not available.")]
    await garage.back()
    await garage.later(10)
    await garage.later(5)
    assert [message for _, message in messages[2:]] == [messages[0][1]]


async def test_without_the_sensors_for_the_message(
    hass: HomeAssistant, garage: Garage, automate: Automate
) -> None:
    """It is shown in Home Assistant, and the sensors can be left out."""
    assert await async_setup_component(hass, persistent_notification.DOMAIN, {})
    await automate(NAME, status=garage.status)
    await garage.charger.set_status(1, "Faulted", error_code="GroundFailure")
    await until(lambda: garage.state(garage.status) == "faulted")
    await garage.later(5)
    (one,) = persistent_notification._async_get_or_create_notifications(hass).values()
    assert (one["title"], one["message"]) == ("Garage", "The charger reports a fault.")
    await garage.charger.set_status(1, None)
    await garage.plugged()
    await garage.charger.present_card("TAG", 1)
    await until(lambda: garage.state(garage.status) == "finishing")
    await garage.later(5)
    # What is not among the events by default.
    await garage.away()
    await garage.later(700)
    _, two = persistent_notification._async_get_or_create_notifications(hass).values()
    assert two["message"] == "The session has ended."


async def test_a_restart(
    hass: HomeAssistant, garage: Garage, automate: Automate, messages: Messages
) -> None:
    """A session that runs through it is told of, and the start is no event."""
    await garage.plugged()
    await automate(NAME, restart=True, **inputs(hass, garage))
    started(hass)
    await garage.away()
    await garage.back()
    await garage.later(10)
    assert not messages
    await garage.charger.present_card("TAG", 1)
    await until(lambda: garage.state(garage.status) == "finishing")
    await garage.later(20)
    assert len(messages) == 1
