"""Which entities there are, and what they look like."""

from datetime import datetime, timedelta
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import STATE_UNAVAILABLE, STATE_UNKNOWN, EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.util.read_only_dict import ReadOnlyDict
import pytest
from pytest_homeassistant_custom_component.syrupy import HomeAssistantSnapshotExtension
from syrupy.assertion import SnapshotAssertion

from custom_components.ocpp_cs.const import CONF_CONNECTORS, DOMAIN
from custom_components.ocpp_cs.csms.metering.measurands import MEASURANDS, PHASE_NAMES
from custom_components.ocpp_cs.hub import Hub
from custom_components.ocpp_cs.sensor.measurements import MEASUREMENTS

from .conftest import charger_subentry, wait_for
from .helpers.entities import Wallbox, settle, state_of, value_of

LINES = ("L1-L2", "L2-L3", "L3-L1")


@pytest.fixture
def subentries() -> list[Any]:
    return [charger_subentry("CP1", "Garage")]


@pytest.fixture
def snapshot(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    return snapshot.use_extension(HomeAssistantSnapshotExtension)


def everything() -> dict[str, float]:
    """Return a value for all that a charger can measure, each of its own."""
    values: dict[str, float] = {}
    for number, (measurand, (_, quantity)) in enumerate(MEASURANDS.items(), 1):
        scale = 1 / 100 if measurand == "Power.Factor" else 1
        values[measurand] = number * scale
        if quantity.phases:
            for index, phase in enumerate(PHASE_NAMES, 1):
                values[f"{measurand} {phase.upper()}"] = (number + index / 10) * scale
    return values | {f"Voltage {line}": 400.0 + n for n, line in enumerate(LINES)}


def all_entries(hass: HomeAssistant, entry: ConfigEntry) -> list[er.RegistryEntry]:
    return sorted(
        er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id),
        key=lambda one: (one.domain, one.unique_id),
    )


def is_of_today(key: str, value: Any) -> bool:
    """Return whether an attribute is another one each time."""
    if key in {"last_reset", "start"} and value is not None:
        told = datetime.fromisoformat(value)
        return datetime.now(told.tzinfo) - told < timedelta(days=40)
    return key == "transaction_id"


def assert_matches(
    hass: HomeAssistant, entry: ConfigEntry, snapshot: SnapshotAssertion
) -> None:
    entries = all_entries(hass, entry)
    assert len(entries) > 20
    for one in entries:
        assert one == snapshot(name=f"{one.domain}-{one.unique_id}-entry")
        if one.disabled:
            continue
        state = hass.states.get(one.entity_id)
        assert state is not None
        if one.unique_id.endswith("/last_seen") or (
            one.domain == "event" and state.state != STATE_UNKNOWN
        ):
            assert datetime.fromisoformat(state.state).tzinfo is not None
            state.state = "some time"
        state.attributes = ReadOnlyDict(
            {
                key: value
                for key, value in state.attributes.items()
                if not is_of_today(key, value)
            }
        )
        assert state == snapshot(name=f"{one.domain}-{one.unique_id}-state")


@pytest.mark.usefixtures("all_enabled")
async def test_every_entity_of_a_charger_with_one_connector(
    hass: HomeAssistant,
    hub: Hub,
    server_url: str,
    setup_integration: ConfigEntry,
    snapshot: SnapshotAssertion,
) -> None:
    async with Wallbox(server_url) as box:
        await box.begin(hass, hub)
        await box.status("Charging")
        number = await box.start(
            meter=1000, id_tag="CARD", timestamp="2025-01-02T10:00:00Z"
        )
        await box.stop(
            number,
            meter=6500,
            reason="EVDisconnected",
            timestamp="2025-01-02T11:30:10Z",
        )
        await box.status("Finishing")
        await box.values(everything())
        await box.call("FirmwareStatusNotification", {"status": "Downloading"})
        await box.call("DiagnosticsStatusNotification", {"status": "Uploaded"})
        await wait_for(hass, lambda: hass.states.get("sensor.garage_voltage_l3_l1"))

        (one,) = hub.chargers.values()
        entries = all_entries(hass, setup_integration)
        assert {entry.device_id for entry in entries} == {one.device_id}
        state = hass.states.get("sensor.garage_transaction_id")
        assert state is not None
        assert state.state == str(number)
        state.state = "a number"
        assert_matches(hass, setup_integration, snapshot)


async def test_every_entity_of_a_charger_with_two_connectors(
    hass: HomeAssistant,
    hub: Hub,
    server_url: str,
    setup_integration: ConfigEntry,
    snapshot: SnapshotAssertion,
) -> None:
    async with Wallbox(server_url, connectors=2) as box:
        await box.begin(hass, hub)
        await box.status("Charging", 2)
        await box.start(2, id_tag="CARD")
        await box.values({"Power.Active.Import": 7400.0, "Current.Import L1": 32.0}, 2)
        await wait_for(hass, lambda: value_of(hass, "CP1/2/active_phases") == "1")
        assert "last_reset" in state_of(hass, "CP1/2/session_energy").attributes
        assert_matches(hass, setup_integration, snapshot)


async def test_connectors_are_devices_where_there_are_several(
    hass: HomeAssistant,
    hub: Hub,
    server_url: str,
    setup_integration: ConfigEntry,
    device_registry: dr.DeviceRegistry,
) -> None:
    async with Wallbox(server_url, connectors=2) as box:
        await box.begin(hass, hub)
        await settle(hass)
    parent = device_registry.async_get_device_by_identifier(
        (DOMAIN, "CP1"), setup_integration.entry_id
    )
    assert parent is not None
    by_device: dict[str | None, set[str]] = {}
    for one in all_entries(hass, setup_integration):
        by_device.setdefault(one.device_id, set()).add(one.unique_id)
    assert all(not id_[4].isdigit() for id_ in by_device.pop(parent.id))
    assert len(by_device) == 2
    for number in (1, 2):
        child = device_registry.async_get_child_device_by_identifier(
            (DOMAIN, f"CP1/{number}"), setup_integration.entry_id
        )
        assert child is not None
        assert child.parent_device_id == parent.id
        assert child.name == f"Connector {number}"
        assert all(id_.startswith(f"CP1/{number}/") for id_ in by_device[child.id])
    assert hass.states.get("sensor.garage_connector_2_status") is not None


async def test_what_is_disabled_until_someone_wants_it(
    hass: HomeAssistant, hub: Hub, server_url: str, setup_integration: ConfigEntry
) -> None:
    async with Wallbox(server_url) as box:
        await box.begin(hass, hub)
        await box.values(everything())
        await wait_for(hass, lambda: len(all_entries(hass, setup_integration)) > 90)
    enabled = {
        f"{one.domain} {one.unique_id.removeprefix('CP1/').removeprefix('1/')}"
        for one in all_entries(hass, setup_integration)
        if one.disabled_by is None
    }
    assert enabled == {
        "binary_sensor charging",
        "binary_sensor connected",
        "binary_sensor plugged_in",
        "binary_sensor problem",
        "button hard_reset",
        "button refresh",
        "button soft_reset",
        "button unlock",
        "event authorization",
        "event incident",
        "event security",
        "event session",
        "number current_limit",
        "sensor active_phases",
        "sensor charging_by",
        "sensor current",
        "sensor current_export",
        "sensor diagnostics_status",
        "sensor energy",
        "sensor energy_export",
        "sensor energy_this_month",
        "sensor energy_today",
        "sensor error_code",
        "sensor firmware_status",
        "sensor last_seen",
        "sensor last_session",
        "sensor power",
        "sensor power_export",
        "sensor security_level",
        "sensor session_average_price",
        "sensor session_cost",
        "sensor session_duration",
        "sensor session_energy",
        "sensor session_solar_share",
        "sensor charging_state",
        "sensor soc",
        "sensor status",
        "sensor stop_reason",
        "sensor temperature",
        "sensor time_remaining",
        "sensor voltage",
        "switch available",
        "switch charging",
        "switch paused",
    }


async def test_measurements_come_into_being_when_they_are_first_sent(
    hass: HomeAssistant, hub: Hub, server_url: str, entity_registry: er.EntityRegistry
) -> None:
    def exists(unique_id: str) -> bool:
        return bool(entity_registry.async_get_entity_id("sensor", DOMAIN, unique_id))

    async with Wallbox(server_url) as box:
        await box.begin(hass, hub)
        await settle(hass)
        # Listed in MeterValuesSampledData, not sent yet.
        assert value_of(hass, "CP1/1/power") == "unknown"
        assert not exists("CP1/1/temperature")
        assert not exists("CP1/1/active_phases")
        await box.values({"Temperature": 31.5, "Current.Import L2": 6.0})
        await wait_for(hass, lambda: exists("CP1/1/temperature"))
        assert value_of(hass, "CP1/1/temperature") == "31.5"
        assert value_of(hass, "CP1/1/active_phases") == "1"
        assert exists("CP1/1/current_l2")
        assert not exists("CP1/1/current_l3")


async def test_measurements_are_there_after_a_restart_before_the_charger_is(
    hass: HomeAssistant, hub: Hub, server_url: str, setup_integration: ConfigEntry
) -> None:
    async with Wallbox(server_url) as box:
        await box.begin(hass, hub)
        await box.values({"Temperature": 31.5, "Current.Import L2": 6.0})
        await wait_for(hass, lambda: hass.states.get("sensor.garage_temperature"))
    before = [one.entity_id for one in all_entries(hass, setup_integration)]

    await hass.config_entries.async_reload(setup_integration.entry_id)
    await hass.async_block_till_done()

    assert [one.entity_id for one in all_entries(hass, setup_integration)] == before
    for unique_id in ("CP1/1/temperature", "CP1/1/power", "CP1/1/active_phases"):
        state = state_of(hass, unique_id)
        assert state.state == STATE_UNAVAILABLE
        assert "restored" not in state.attributes, f"{unique_id} was not set up"


@pytest.mark.parametrize(
    "subentries", [[charger_subentry("CP1", "Garage", **{CONF_CONNECTORS: 1})]]
)
async def test_a_charger_that_is_away_is_unavailable_from_the_start(
    hass: HomeAssistant, hub: Hub, setup_integration: ConfigEntry
) -> None:
    enabled = [one for one in all_entries(hass, setup_integration) if not one.disabled]
    assert len(enabled) > 10
    for one in enabled:
        state = hass.states.get(one.entity_id)
        assert state is not None
        expected = {"CP1/connected": "off", "CP1/last_seen": "unknown"}.get(
            one.unique_id, STATE_UNAVAILABLE
        )
        assert state.state == expected, one.unique_id


def test_every_measurand_has_its_sensor() -> None:
    keys: set[str] = set()
    for key, quantity in MEASURANDS.values():
        keys.add(key)
        if quantity.phases:
            keys |= {f"{key}_{phase}" for phase in PHASE_NAMES}
    keys |= {f"voltage_{line}" for line in ("l1_l2", "l2_l3", "l3_l1")}
    assert MEASUREMENTS.keys() == keys
    assert all(
        description.entity_category in (None, EntityCategory.DIAGNOSTIC)
        and description.fields == (key,)
        for key, description in MEASUREMENTS.items()
    )
