"""When entities are written, and when they are not."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant, State
from homeassistant.core_config import DATA_CUSTOMIZE
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.helpers.entity_values import EntityValues
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    mock_restore_cache_with_extra_data,
)

from custom_components.ocpp_cs.csms.charge_point import ChargePoint
from custom_components.ocpp_cs.hub import Hub

from .conftest import charger_subentry, setup, wait_for
from .helpers.entities import entity_id, settle, state_of, value_of, writes
from .helpers.versions import BOTH, ONLY_1_6, PROTOCOLS, V1_6
from .helpers.wallbox_v2 import wallbox

pytestmark = BOTH

FIRST = {
    "Energy.Active.Import.Register": 10_000.0,
    "Power.Active.Import": 11_000.0,
    "Current.Import L1": 16.0,
    "Current.Import L2": 16.1,
    "Current.Import L3": 16.2,
    "Voltage L1": 230.0,
    "Voltage L2": 231.0,
    "Voltage L3": 232.0,
}
SECOND = {name: value + 3.5 for name, value in FIRST.items()}


@dataclass
class Charging:
    """A charger in the middle of a session."""

    box: Any
    charge_point: ChargePoint
    transaction_id: Any


@pytest.fixture
def subentries() -> list[Any]:
    return [charger_subentry("CP1", "Garage")]


@pytest.fixture
async def charging(
    hass: HomeAssistant, hub: Hub, server_url: str, version: str
) -> AsyncIterator[Charging]:
    async with wallbox(version, server_url) as box:
        charge_point = await box.begin(hass, hub)
        await box.status("Charging")
        number = await box.start(meter=9_000)
        await box.values(FIRST, transaction_id=number)
        await wait_for(hass, lambda: value_of(hass, "CP1/1/active_phases") == "3")
        yield Charging(box, charge_point, number)


def ids(hass: HomeAssistant, *keys: str) -> set[str]:
    return {entity_id(hass, "sensor", f"CP1/1/{key}") for key in keys}


async def test_each_value_that_changed_is_written_once(
    hass: HomeAssistant, charging: Charging
) -> None:
    with writes(hass) as written:
        await charging.box.values(SECOND, transaction_id=charging.transaction_id)
        await settle(hass)
    # Eight values, of which those of phases are disabled.
    assert set(written) == ids(
        hass, "energy", "power", "current", "voltage", "session_energy"
    )
    assert len(written) == 5
    assert value_of(hass, "CP1/1/energy") == "10.004"
    assert value_of(hass, "CP1/1/power") == "11004.0"
    assert value_of(hass, "CP1/1/current") == "19.7"
    assert value_of(hass, "CP1/1/voltage") == "234.5"
    assert value_of(hass, "CP1/1/session_energy") == "1.004"


async def test_eight_enabled_values_are_eight_writes(
    hass: HomeAssistant, charging: Charging
) -> None:
    measured = (
        "Energy.Active.Import.Register",
        "Energy.Active.Export.Register",
        "Power.Active.Import",
        "Power.Active.Export",
        "Current.Import",
        "Current.Export",
        "Voltage",
        "Temperature",
    )
    await charging.box.stop(charging.transaction_id, meter=10_000)
    await charging.box.values(dict.fromkeys(measured, 50.0))
    await wait_for(hass, lambda: hass.states.get("sensor.garage_temperature"))
    with writes(hass) as written:
        await charging.box.values(dict.fromkeys(measured, 51.0))
        await settle(hass)
    assert len(written) == len(set(written)) == len(measured)


async def test_what_is_said_again_is_not_written(
    hass: HomeAssistant, charging: Charging
) -> None:
    with writes(hass) as written:
        await charging.box.values(FIRST, transaction_id=charging.transaction_id)
        await charging.box.status("Charging")
        await settle(hass)
    assert written == []


async def test_a_status_writes_what_depends_on_it_and_nothing_else(
    hass: HomeAssistant, charging: Charging
) -> None:
    with writes(hass) as written:
        await charging.box.status("SuspendedEV")
        await settle(hass)
    # With it power and current end.
    assert sorted(written) == [
        "binary_sensor.garage_vehicle_charging",
        "sensor.garage_active_phases",
        "sensor.garage_charging_state",
        "sensor.garage_current",
        "sensor.garage_power",
        "sensor.garage_status",
    ]


async def test_an_error_is_a_problem(hass: HomeAssistant, charging: Charging) -> None:
    with writes(hass) as written:
        await charging.box.status("Charging", error="WeakSignal")
        await settle(hass)
    assert sorted(written) == [
        "binary_sensor.garage_problem",
        "event.garage_incident",
        "sensor.garage_error_code",
    ]


async def test_power_and_current_end_with_the_session(
    hass: HomeAssistant, charging: Charging
) -> None:
    # Most chargers send no meter values after it.
    await charging.box.stop(charging.transaction_id, meter=10_200)
    await settle(hass)
    assert value_of(hass, "CP1/1/power") == "0.0"
    assert value_of(hass, "CP1/1/current") == "0.0"
    assert value_of(hass, "CP1/1/active_phases") == "0"
    assert value_of(hass, "CP1/1/voltage") == "231.0"
    assert value_of(hass, "CP1/1/energy") == "10.2"


async def test_a_fault_is_a_problem_and_the_end_of_charging(
    hass: HomeAssistant, charging: Charging, version: str
) -> None:
    assert value_of(hass, "CP1/1/problem", "binary_sensor") == "off"
    with writes(hass) as written:
        await charging.box.status("Faulted")
        await settle(hass)
    assert sorted(written) == [
        "binary_sensor.garage_problem",
        "binary_sensor.garage_vehicle_charging",
        "event.garage_incident",
        "sensor.garage_active_phases",
        "sensor.garage_charging_state",
        "sensor.garage_current",
        # Without a code of its own, in 2.0.1, it is another error.
        *(["sensor.garage_error_code"] if version != V1_6 else []),
        "sensor.garage_power",
        "sensor.garage_status",
    ]
    assert value_of(hass, "CP1/1/problem", "binary_sensor") == "on"
    # A transaction runs, so the cable is still there.
    assert value_of(hass, "CP1/1/plugged_in", "binary_sensor") == "on"


async def test_a_heartbeat_writes_nothing(
    hass: HomeAssistant, charging: Charging
) -> None:
    with writes(hass) as written:
        await charging.box.call("Heartbeat")
        await settle(hass)
    assert written == []


async def test_a_new_name_icon_or_unit_shows_in_the_next_write_and_stays(
    hass: HomeAssistant, charging: Charging, entity_registry: er.EntityRegistry
) -> None:
    power = entity_id(hass, "sensor", "CP1/1/power")
    entity_registry.async_update_entity(power, name="Wallbox", icon="mdi:flash")
    entity_registry.async_update_entity_options(
        power, "sensor", {"unit_of_measurement": "kW"}
    )
    await settle(hass)
    for values, expected in ((SECOND, 11.004), (FIRST, 11.0)):
        await charging.box.values(values)
        await settle(hass)
        state = hass.states.get(power)
        assert state is not None
        assert float(state.state) == expected
        assert state.attributes["unit_of_measurement"] == "kW"
        assert state.attributes["icon"] == "mdi:flash"
        assert state.name == "Wallbox"
    entity_registry.async_update_entity_options(power, "sensor", None)
    await charging.box.values(SECOND)
    await settle(hass)
    assert value_of(hass, "CP1/1/power") == "11004.0"


async def test_a_device_that_is_renamed_takes_its_entities_along(
    hass: HomeAssistant,
    hub: Hub,
    charging: Charging,
    device_registry: dr.DeviceRegistry,
) -> None:
    (charger,) = hub.chargers.values()
    device_registry.async_update_device(charger.device_id, name_by_user="Carport")
    await settle(hass)
    await charging.box.values(SECOND)
    await settle(hass)
    assert state_of(hass, "CP1/1/power").name == "Carport Power"


async def test_customizations_that_are_reloaded_show_in_the_next_write(
    hass: HomeAssistant, charging: Charging
) -> None:
    power = entity_id(hass, "sensor", "CP1/1/power")
    hass.data[DATA_CUSTOMIZE] = EntityValues({power: {"friendly_name": "Custom"}})
    await charging.box.values(SECOND)
    await settle(hass)
    assert state_of(hass, "CP1/1/power").name == "Custom"


async def test_all_is_unavailable_in_the_tick_of_the_disconnect(
    hass: HomeAssistant, charging: Charging, version: str
) -> None:
    charge_point = charging.charge_point
    link = charge_point.link
    assert link is not None

    def states_now() -> dict[str, str]:
        """Return the states of all entities but the card's, which is no charger's."""
        states = hass.states.async_all()
        return {one.entity_id: one.state for one in states if one.domain != "tag"}

    before = states_now().keys()
    with writes(hass) as written:
        # What the connection does at its end; nothing is awaited.
        assert charge_point.closed(link)
        states = states_now()
    assert states.keys() == before
    left = {one: state for one, state in states.items() if state != STATE_UNAVAILABLE}
    assert left.pop("binary_sensor.garage_connection") == "off"
    assert left.keys() == {"sensor.garage_last_seen"}
    assert len(written) == len(set(written)), "written more than once"
    assert len(written) >= len(before) - 1
    charge_point.opened(link, remote="", protocol=PROTOCOLS[version])


async def test_all_is_right_again_after_the_return(
    hass: HomeAssistant, hub: Hub, server_url: str, version: str, charging: Charging
) -> None:
    def shown() -> dict[str, str]:
        return {
            state.entity_id: state.state
            for state in hass.states.async_all()
            if state.entity_id != "sensor.garage_last_seen"
        }

    before = shown()
    await charging.box.websocket.close()
    await wait_for(hass, lambda: not charging.charge_point.connected)
    assert value_of(hass, "CP1/1/power") == STATE_UNAVAILABLE
    assert value_of(hass, "CP1/connected", "binary_sensor") == "off"
    # A mere reconnect, of which the charger makes no words: as it was before.
    async with wallbox(version, server_url) as box:
        await wait_for(hass, lambda: charging.charge_point.connected)
        assert shown() == before
        # Whatever it has to say counts.
        await box.status("Finishing")
        await box.stop(charging.transaction_id, meter=10_500, reason="PowerLoss")
        await box.values(FIRST | {"Power.Active.Import": 0.0})
        await settle(hass)
        assert value_of(hass, "CP1/1/status") == "finishing"
        assert value_of(hass, "CP1/1/power") == "0.0"
        assert value_of(hass, "CP1/1/stop_reason") == "power_loss"
        assert value_of(hass, "CP1/1/session_energy") == "1.5"
        assert value_of(hass, "CP1/1/charging", "switch") == "off"


async def test_what_changes_while_the_charger_is_away_shows_when_it_is_back(
    hass: HomeAssistant, server_url: str, version: str, charging: Charging
) -> None:
    charge_point = charging.charge_point
    await charging.box.websocket.close()
    await wait_for(hass, lambda: not charge_point.connected)
    connector = charge_point.connector(1)
    transaction = connector.transaction
    assert transaction is not None
    with writes(hass) as written:
        connector.set_transaction(charge_point.ledger.close(transaction))
        await settle(hass)
    assert written == []
    assert value_of(hass, "CP1/1/charging", "switch") == STATE_UNAVAILABLE
    async with wallbox(version, server_url):
        await wait_for(hass, lambda: charge_point.connected)
        assert value_of(hass, "CP1/1/charging", "switch") == "off"
        assert value_of(hass, "CP1/1/stop_reason") == "other"


# A connector 0 with a status of its own is one of 1.6 alone.
@ONLY_1_6
@pytest.mark.usefixtures("all_enabled")
async def test_connector_0_does_not_mask_connector_1(
    hass: HomeAssistant, charging: Charging
) -> None:
    with writes(hass) as written:
        await charging.box.values(
            {
                "Energy.Active.Import.Register": 99_000.0,
                "Power.Active.Import": 55_000.0,
                "Current.Import": 80.0,
                "Voltage": 1.0,
            },
            connector=0,
        )
        await charging.box.status("Unavailable", 0, error="InternalError")
        await settle(hass)
    assert sorted(written) == [
        "event.garage_incident",
        "switch.garage_whole_charger_available",
    ]
    assert value_of(hass, "CP1/1/energy") == "10.0"
    assert value_of(hass, "CP1/1/power") == "11000.0"
    assert value_of(hass, "CP1/1/current") == "16.2"
    assert value_of(hass, "CP1/1/voltage") == "231.0"
    assert value_of(hass, "CP1/1/status") == "charging"
    assert value_of(hass, "CP1/1/error_code") == "no_error"
    assert value_of(hass, "CP1/1/problem", "binary_sensor") == "off"
    assert value_of(hass, "CP1/available", "switch") == "off"
    assert value_of(hass, "CP1/1/available", "switch") == "on"


async def test_connectors_do_not_disturb_each_other(
    hass: HomeAssistant, hub: Hub, server_url: str, version: str
) -> None:
    async with wallbox(version, server_url, connectors=2) as box:
        await box.begin(hass, hub)
        await box.values({"Power.Active.Import": 3_000.0}, 1)
        await box.values({"Power.Active.Import": 7_000.0}, 2)
        await settle(hass)
        with writes(hass) as written:
            await box.values({"Power.Active.Import": 7_100.0}, 2)
            await settle(hass)
        assert written == ["sensor.garage_connector_2_power"]
        assert value_of(hass, "CP1/1/power") == "3000.0"
        assert value_of(hass, "CP1/2/power") == "7100.0"


async def test_totals_follow_from_phases_where_only_these_are_sent(
    hass: HomeAssistant, hub: Hub, server_url: str, version: str
) -> None:
    async with wallbox(version, server_url) as box:
        await box.begin(hass, hub)
        await box.values(
            {
                f"{name} L{phase}": value + phase
                for name, value in (
                    ("Power.Active.Import", 2_000.0),
                    ("Current.Import", 10.0),
                    ("Voltage", 230.0),
                )
                for phase in (1, 2, 3)
            }
        )
        await settle(hass)
        assert value_of(hass, "CP1/1/power") == "6006.0"
        assert value_of(hass, "CP1/1/current") == "13.0"
        assert value_of(hass, "CP1/1/voltage") == "232.0"


async def test_last_seen_outlives_a_restart(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    before = "2026-01-02T03:04:05+00:00"
    mock_restore_cache_with_extra_data(
        hass,
        [
            (
                State("sensor.garage_last_seen", before),
                {
                    "native_value": {
                        "__type": "<class 'datetime.datetime'>",
                        "isoformat": before,
                    },
                    "native_unit_of_measurement": None,
                },
            )
        ],
    )
    await setup(hass, entry)
    assert value_of(hass, "CP1/last_seen") == before
    await hass.config_entries.async_unload(entry.entry_id)
