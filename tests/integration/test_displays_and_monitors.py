"""What a charger of OCPP 2 shows to people, and what it finds by itself."""

from collections.abc import AsyncIterator
from typing import Any

from homeassistant.components.notify.const import DOMAIN as NOTIFY
from homeassistant.const import STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_capture_events,
)

from custom_components.ocpp_cs.chargers.bus_events import ACTIVITY, EVENT
from custom_components.ocpp_cs.hub import Hub
from simulator import ChargingStation

from .conftest import charger_subentry, settled, wait_for
from .helpers.entities import entity_id, state_of, writes
from .test_event import shown

DISPLAY, MONITOR = "CP1/display", "CP1/monitor"
BOTH = pytest.mark.parametrize("spoken", ["2.0.1", "2.1"])
THERE = {
    "DisplayMessageCtrlr.Available": "true",
    "MonitoringCtrlr.Available": "true",
}


@pytest.fixture
def subentries() -> list[Any]:
    return [charger_subentry("CP1", "Garage")]


@pytest.fixture
def spoken() -> str:
    return "2.1"


@pytest.fixture
def values() -> dict[str, str]:
    """Return what the variables of the station are."""
    return THERE


@pytest.fixture
async def station(
    hass: HomeAssistant,
    hub: Hub,
    server_url: str,
    spoken: str,
    values: dict[str, str],
    socket_enabled: None,
) -> AsyncIterator[ChargingStation]:
    async with ChargingStation(
        server_url,
        "CP1",
        version=spoken,
        values=values,
        noise=0.0,
        backoff=(0.05, 0.2),
    ) as one:
        await settled(hass, one)
        charge_point = hub.central_system.charge_points["CP1"]
        await wait_for(hass, lambda: charge_point.ready)
        yield one


async def send(hass: HomeAssistant, message: str, **more: Any) -> None:
    await hass.services.async_call(
        NOTIFY,
        "send_message",
        {
            "entity_id": entity_id(hass, NOTIFY, DISPLAY),
            "message": message,
            **more,
        },
        blocking=True,
    )


@BOTH
async def test_a_message_on_the_display(
    hass: HomeAssistant, hub: Hub, station: ChargingStation, spoken: str
) -> None:
    """A new one takes the place of the one before, and nobody else's; none is none."""
    assert state_of(hass, DISPLAY, NOTIFY).state == STATE_UNKNOWN
    displays = station.displays
    await send(hass, "Bereit um 7:00 – 12 €", title="Garage")
    assert displays.shown() == ["Garage: Bereit um 7:00 – 12 €"]
    (first,) = displays.messages
    assert first["priority"] == "InFront"
    assert first["message"]["format"] == "UTF8"
    # It goes by itself, should nobody take it away.
    assert first["endDateTime"] > station.timestamp()
    assert state_of(hass, DISPLAY, NOTIFY).state != STATE_UNKNOWN
    device_id = next(iter(hub.chargers.values())).device_id
    answer = await hass.services.async_call(
        "ocpp_cs",
        "set_display_message",
        {"device_id": device_id, "message": "Mine", "priority": "in_front"},
        blocking=True,
        return_response=True,
    )
    await send(hass, "x" * 600)
    assert answer is not None
    assert [one["id"] for one in displays.messages] == sorted(
        [answer["id"], first["id"]]
    )
    assert sorted(map(len, displays.shown())) == [4, 500]
    for _ in range(2):
        # The second time there is nothing left to take away.
        await send(hass, " ")
        assert displays.shown() == ["Mine"]
    listed = await hass.services.async_call(
        "ocpp_cs",
        "get_display_messages",
        {"device_id": device_id},
        blocking=True,
        return_response=True,
    )
    assert listed is not None
    assert [one["id"] for one in listed["message_info"]] == [answer["id"]]


async def test_an_old_display(
    hass: HomeAssistant, hub: Hub, station: ChargingStation
) -> None:
    """It gets letters that it has, with a priority that it knows; or says what is wrong."""
    put = station.model.put
    put("DisplayMessageCtrlr", "SupportedFormats", "ASCII")
    put("DisplayMessageCtrlr", "SupportedPriorities", "AlwaysFront")
    charge_point = hub.central_system.charge_points["CP1"]
    await station.reboot()

    def read() -> bool:
        display = charge_point.capabilities.display
        return display is not None and display.priorities == {"alwaysfront"}

    await wait_for(hass, read)
    await send(hass, "Lädt … für 3 €")
    assert station.displays.shown() == ["Laedt ... fuer 3 EUR"]
    put("DisplayMessageCtrlr", "SupportedFormats", "URI")
    with pytest.raises(HomeAssistantError, match="NotSupportedMessageFormat"):
        await send(hass, "Laedt")


@pytest.mark.parametrize("values", [dict.fromkeys(THERE, "false")])
async def test_none_there(
    hass: HomeAssistant, station: ChargingStation, entity_registry: er.EntityRegistry
) -> None:
    """A charger without a display or monitors gets no entity for them."""
    assert entity_registry.async_get_entity_id(NOTIFY, "ocpp_cs", DISPLAY) is None
    assert entity_registry.async_get_entity_id("event", "ocpp_cs", MONITOR) is None


async def test_they_stay(
    hass: HomeAssistant, station: ChargingStation, entry: MockConfigEntry
) -> None:
    """After a restart the entities are there before the charger is."""
    await station.drop()
    assert await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    for unique_id, platform in ((DISPLAY, NOTIFY), (MONITOR, "event")):
        assert state_of(hass, unique_id, platform).state == STATE_UNAVAILABLE
    await station.reconnect()
    await settled(hass, station)
    await wait_for(
        hass,
        lambda: state_of(hass, MONITOR, "event").state != STATE_UNAVAILABLE,
    )


async def test_an_alert(
    hass: HomeAssistant, hub: Hub, station: ChargingStation
) -> None:
    """It is an event, and a problem until it is over; the logbook says it once."""
    told = async_capture_events(hass, EVENT)
    worded = async_capture_events(hass, ACTIVITY)
    problem, error = "CP1/1/problem", "CP1/1/error_code"
    hot = station.monitors.install(
        "TemperatureSensor", "Temperature", "UpperThreshold", 80, 3, evse=1
    )
    station.monitors.put("TemperatureSensor", "Temperature", 91, evse=1)
    await wait_for(hass, lambda: state_of(hass, problem, "binary_sensor").state == "on")
    assert state_of(hass, error, "sensor").state == "high_temperature"
    attributes = shown(state_of(hass, MONITOR, "event"))
    assert attributes.pop("timestamp")
    assert attributes.pop("event_id")
    assert attributes == {
        "event_type": "alert",
        "component": "TemperatureSensor",
        "connector_id": 1,
        "variable": "Temperature",
        "value": "91",
        "severity": 3,
        "monitor_id": hot.id,
    }
    station.monitors.put("TemperatureSensor", "Temperature", 60, evse=1)
    await wait_for(
        hass, lambda: state_of(hass, problem, "binary_sensor").state == "off"
    )
    assert state_of(hass, error, "sensor").state == "no_error"
    assert shown(state_of(hass, MONITOR, "event"))["event_type"] == "cleared"
    assert [one.data["type"] for one in told] == ["monitor", "fault", "monitor"]
    first = told[0].data
    assert first["device_id"] == next(iter(hub.chargers.values())).device_id
    assert (first["data"]["event"], first["data"]["value"]) == ("alert", "91")
    assert [one.data["type"] for one in worded] == ["fault"]


async def test_ten_thousand_events(
    hass: HomeAssistant, hub: Hub, station: ChargingStation
) -> None:
    """They write what a person can read, and what they leave is what is so."""
    station.monitors.install(
        "TemperatureSensor", "Temperature", "UpperThreshold", 80, 3, evse=1
    )
    station.monitors.install("FanController", "Speed", "Delta", 1, 9)
    with writes(hass) as written:
        for number in range(100):
            events = [
                {
                    "eventId": number * 100 + one,
                    "timestamp": station.timestamp(),
                    "trigger": ("Alerting", "Delta", "Periodic")[one % 3],
                    "actualValue": str(number * one) if one % 2 else f"word {one}",
                    "eventNotificationType": "CustomMonitor",
                    "component": {"name": f"Part{one % 7}", "evse": {"id": 1}},
                    "variable": {"name": f"State{one % 11}"},
                    "severity": one % 10,
                    "cleared": one % 5 == 0,
                    "variableMonitoringId": one,
                }
                for one in range(100)
            ]
            await station.send(
                "NotifyEvent",
                {"generatedAt": station.timestamp(), "seqNo": 0, "eventData": events},
            )
        await hass.async_block_till_done()
    assert written.count(entity_id(hass, "event", MONITOR)) <= 20
    assert len(written) <= 100
    # A limit is obeyed as ever, and so is the next message.
    await send(hass, "Still here")
    assert station.displays.shown() == ["Still here"]
