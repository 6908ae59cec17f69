"""Sessions, across restarts of Home Assistant and of chargers."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
import pytest

from custom_components.ocpp_cs.hub import Hub
from custom_components.ocpp_cs.sessions.store import books_path
from tests.integration.conftest import charger_subentry, wait_for
from tests.integration.helpers.entities import (
    Wallbox,
    entity_id,
    settle,
    state_of,
    value_of,
)

ENERGY = "Energy.Active.Import.Register"


@pytest.fixture
def subentries() -> list[Any]:
    return [charger_subentry("CP1", "Garage")]


@pytest.fixture
def begun() -> datetime:
    """Return when the session began: half an hour ago."""
    return datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=30)


async def restart(hass: HomeAssistant, entry: ConfigEntry) -> Hub:
    """Start anew from what is stored."""
    assert await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    hub: Hub = entry.runtime_data
    return hub


def energy(hass: HomeAssistant) -> str:
    return value_of(hass, "CP1/1/session_energy")


def minutes(hass: HomeAssistant) -> float:
    state = state_of(hass, "CP1/1/session_duration")
    assert state.attributes["unit_of_measurement"] == "min"
    return float(state.state)


async def begin(
    hass: HomeAssistant, hub: Hub, box: Wallbox, begun: datetime, meter: int = 1000
) -> int:
    """Start a session that began then."""
    await box.begin(hass, hub)
    await box.status("Charging")
    number = await box.start(meter=meter, timestamp=begun.isoformat())
    await wait_for(hass, lambda: value_of(hass, "CP1/1/charging", "switch") == "on")
    return number


def assert_running(hass: HomeAssistant, begun: datetime, session_energy: str) -> None:
    assert value_of(hass, "CP1/1/charging", "switch") == "on"
    assert energy(hass) == session_energy
    state = state_of(hass, "CP1/1/session_energy")
    assert state.attributes["last_reset"] == begun.isoformat()
    assert 30 <= minutes(hass) < 60
    assert value_of(hass, "CP1/1/stop_reason") == STATE_UNKNOWN


async def test_a_session_from_beginning_to_end(
    hass: HomeAssistant, hub: Hub, server_url: str, begun: datetime
) -> None:
    async with Wallbox(server_url) as box:
        number = await begin(hass, hub, box, begun)
        assert_running(hass, begun, "0.0")
        await box.values({ENERGY: 3_500.0}, transaction_id=number)
        await settle(hass)
        assert_running(hass, begun, "2.5")
        await box.stop(
            number,
            meter=4_250,
            reason="EVDisconnected",
            timestamp=(begun + timedelta(minutes=25, seconds=5)).isoformat(),
        )
        await settle(hass)
        # It stays to be looked at until the next one begins.
        assert value_of(hass, "CP1/1/charging", "switch") == "off"
        assert energy(hass) == "3.25"
        # It is told as it is shown: in whole minutes.
        assert minutes(hass) == 25
        assert value_of(hass, "CP1/1/stop_reason") == "ev_disconnected"
        await box.start(meter=4_250)
        await settle(hass)
        assert energy(hass) == "0.0"
        assert minutes(hass) == 0
        assert value_of(hass, "CP1/1/stop_reason") == STATE_UNKNOWN


async def test_a_session_without_energy_has_its_own_start(
    hass: HomeAssistant, hub: Hub, server_url: str, begun: datetime
) -> None:
    async with Wallbox(server_url) as box:
        number = await begin(hass, hub, box, begun)
        await box.stop(number, meter=1000)
        await settle(hass)
        assert energy(hass) == "0.0"
        await box.start(meter=1000)
        await settle(hass)
        # The same energy, but of another session.
        state = state_of(hass, "CP1/1/session_energy")
        assert state.state == "0.0"
        assert state.attributes["last_reset"] > begun.isoformat()


async def test_restart_in_mid_session(
    hass: HomeAssistant,
    hub: Hub,
    server_url: str,
    setup_integration: ConfigEntry,
    begun: datetime,
) -> None:
    async with Wallbox(server_url) as box:
        number = await begin(hass, hub, box, begun)
        await box.values({ENERGY: 3_500.0}, transaction_id=number)
        await settle(hass)
    await restart(hass, setup_integration)
    assert energy(hass) == STATE_UNAVAILABLE
    # No boot: to the charger, nothing but the connection was gone.
    async with Wallbox(server_url) as box:
        await wait_for(
            hass, lambda: value_of(hass, "CP1/connected", "binary_sensor") == "on"
        )
        assert_running(hass, begun, "2.5")
        # Of this nobody has told yet.
        assert value_of(hass, "CP1/1/status") == STATE_UNKNOWN
        assert value_of(hass, "CP1/1/power") == STATE_UNKNOWN
        await box.values({ENERGY: 4_000.0}, transaction_id=number)
        await settle(hass)
        assert_running(hass, begun, "3.0")
        await box.stop(number, meter=4_100)
        await settle(hass)
        assert energy(hass) == "3.1"
        assert value_of(hass, "CP1/1/charging", "switch") == "off"


async def test_restart_before_any_meter_value(
    hass: HomeAssistant,
    hub: Hub,
    server_url: str,
    setup_integration: ConfigEntry,
    begun: datetime,
) -> None:
    async with Wallbox(server_url) as box:
        number = await begin(hass, hub, box, begun)
    hub = await restart(hass, setup_integration)
    async with Wallbox(server_url) as box:
        await wait_for(
            hass, lambda: value_of(hass, "CP1/connected", "binary_sensor") == "on"
        )
        assert_running(hass, begun, "0.0")
        await box.values({ENERGY: 1_250.0}, transaction_id=number)
        await settle(hass)
        assert_running(hass, begun, "0.25")


async def test_restart_with_a_meter_that_started_at_0(
    hass: HomeAssistant,
    hub: Hub,
    server_url: str,
    setup_integration: ConfigEntry,
    begun: datetime,
) -> None:
    async with Wallbox(server_url) as box:
        number = await begin(hass, hub, box, begun, meter=0)
        await box.values({ENERGY: 0.0}, transaction_id=number)
        await settle(hass)
        assert_running(hass, begun, "0.0")
        assert value_of(hass, "CP1/1/energy") == "0.0"
    await restart(hass, setup_integration)
    async with Wallbox(server_url) as box:
        await wait_for(
            hass, lambda: value_of(hass, "CP1/connected", "binary_sensor") == "on"
        )
        assert_running(hass, begun, "0.0")
        await box.values({ENERGY: 700.0}, transaction_id=number)
        await settle(hass)
        assert_running(hass, begun, "0.7")


async def test_restart_with_sensors_that_were_renamed(
    hass: HomeAssistant,
    hub: Hub,
    server_url: str,
    setup_integration: ConfigEntry,
    entity_registry: er.EntityRegistry,
    begun: datetime,
) -> None:
    async with Wallbox(server_url) as box:
        number = await begin(hass, hub, box, begun)
        await box.values({ENERGY: 3_500.0}, transaction_id=number)
        await settle(hass)
        for key in ("session_energy", "session_duration", "energy"):
            entity_registry.async_update_entity(
                entity_id(hass, "sensor", f"CP1/1/{key}"),
                new_entity_id=f"sensor.my_own_{key}",
            )
        await hass.async_block_till_done()
        # The renamed ones go on at once ...
        await box.values({ENERGY: 3_600.0}, transaction_id=number)
        await settle(hass)
        assert_running(hass, begun, "2.6")
        assert hass.states.get("sensor.garage_session_energy") is None
    await restart(hass, setup_integration)
    # ... and after a restart.
    async with Wallbox(server_url) as box:
        await wait_for(
            hass, lambda: value_of(hass, "CP1/connected", "binary_sensor") == "on"
        )
        assert_running(hass, begun, "2.6")
        await box.values({ENERGY: 3_750.0}, transaction_id=number)
        await settle(hass)
        renamed = hass.states.get("sensor.my_own_session_energy")
        assert renamed is not None
        assert renamed.state == "2.75"


async def test_a_session_that_ended_during_the_restart(
    hass: HomeAssistant,
    hub: Hub,
    server_url: str,
    setup_integration: ConfigEntry,
    begun: datetime,
) -> None:
    async with Wallbox(server_url) as box:
        number = await begin(hass, hub, box, begun)
        await box.values({ENERGY: 3_500.0}, transaction_id=number)
        await settle(hass)
    hub = await restart(hass, setup_integration)
    async with Wallbox(server_url) as box:
        await box.begin(hass, hub)
        await box.stop(
            number,
            meter=5_000,
            reason="PowerLoss",
            timestamp=(begun + timedelta(minutes=10)).isoformat(),
        )
        await settle(hass)
        assert value_of(hass, "CP1/1/charging", "switch") == "off"
        assert energy(hass) == "4.0"
        assert minutes(hass) == 10
        assert value_of(hass, "CP1/1/stop_reason") == "power_loss"


async def test_a_restart_that_nobody_had_time_for(
    hass: HomeAssistant,
    hub: Hub,
    server_url: str,
    setup_integration: ConfigEntry,
    begun: datetime,
) -> None:
    books = books_path(hass, setup_integration.entry_id)
    async with Wallbox(server_url) as box:
        number = await begin(hass, hub, box, begun)
        # Killed here, this is what a charger was given its answer for.
        killed = books.read_bytes()
        await box.values({ENERGY: 3_500.0}, transaction_id=number)
        await settle(hass)
    assert await hass.config_entries.async_unload(setup_integration.entry_id)
    books.write_bytes(killed)
    assert await hass.config_entries.async_setup(setup_integration.entry_id)
    await hass.async_block_till_done()
    async with Wallbox(server_url) as box:
        await wait_for(
            hass, lambda: value_of(hass, "CP1/connected", "binary_sensor") == "on"
        )
        assert value_of(hass, "CP1/1/charging", "switch") == "on"
        await box.values({ENERGY: 3_600.0}, transaction_id=number)
        await settle(hass)
        assert_running(hass, begun, "2.6")


async def test_a_session_that_began_before_there_was_a_server(
    hass: HomeAssistant, hub: Hub, server_url: str
) -> None:
    async with Wallbox(server_url) as box:
        await box.begin(hass, hub)
        # An id alone says nothing where nothing is plugged in.
        await box.values({ENERGY: 9_000.0}, transaction_id=4711)
        await settle(hass)
        assert value_of(hass, "CP1/1/charging", "switch") == "off"
        await box.status("Charging")
        await box.values({ENERGY: 9_000.0}, transaction_id=4711)
        await settle(hass)
        assert value_of(hass, "CP1/1/charging", "switch") == "on"
        assert energy(hass) == "0.0"
        await box.values({ENERGY: 9_400.0}, transaction_id=4711)
        await settle(hass)
        assert energy(hass) == "0.4"
        await box.stop(4711, meter=9_500)
        await settle(hass)
        assert value_of(hass, "CP1/1/charging", "switch") == "off"
        assert energy(hass) == "0.5"


async def test_the_duration_grows_by_the_minute(
    hass: HomeAssistant, hub: Hub, server_url: str, begun: datetime
) -> None:
    async with Wallbox(server_url) as box:
        await begin(hass, hub, box, begun)
        before = minutes(hass)
        connector = hub.central_system.charge_points["CP1"].connector(1)
        latest = connector.latest_transaction
        assert latest is not None
        # Nobody wants to wait for it.
        connector.latest_transaction = replace(
            latest, start=latest.start - timedelta(seconds=60)
        )
        connector.tick()
        await settle(hass)
        assert 1 <= minutes(hass) - before < 30
