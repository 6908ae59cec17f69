"""A backend limits a charger: what is shown, what the control does, what may be done."""

from collections.abc import AsyncIterator
from datetime import timedelta
from types import MappingProxyType
from typing import Any

from homeassistant.config_entries import ConfigSubentry
from homeassistant.core import HomeAssistant, State
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.ocpp_cs.const import DOMAIN, SUBENTRY_UPSTREAM
from custom_components.ocpp_cs.csms.charge_point import ChargePoint
from custom_components.ocpp_cs.csms.model.errors import RefusedError
from custom_components.ocpp_cs.csms.model.model import utcnow
from custom_components.ocpp_cs.csms.model.profile import (
    ChargingProfile,
    Kind,
    Period,
    Purpose,
    Schedule,
    Unit,
)
from custom_components.ocpp_cs.csms.transactions.ledger import MemoryStore
from simulator import Car, Generic
from tests.csms.test_central_system import World
from tests.integration.conftest import charger_subentry, wait_for


@pytest.fixture(name="subentries")
def fixture_subentries() -> list[Any]:
    return [charger_subentry("BOX", connectors=1)]


@pytest.fixture(name="employer")
async def fixture_employer(socket_enabled: None) -> AsyncIterator[World]:
    """Return a backend that has adopted the charger."""
    employer = World(MemoryStore())
    await employer.start()
    employer.adopt("BOX")
    yield employer
    await employer.central_system.stop()


def backend(employer: World, **more: Any) -> ConfigSubentry:
    """Return the subentry of the backend."""
    return ConfigSubentry(
        data=MappingProxyType(
            {
                "url": f"ws://127.0.0.1:{employer.central_system.port}/ocpp",
                "version": "1.6",
                "chargers": ["BOX"],
                **more,
            }
        ),
        subentry_type=SUBENTRY_UPSTREAM,
        title="Employer",
        unique_id=None,
    )


async def set_limit(hass: HomeAssistant, employer: World, amps: float) -> None:
    """Let the backend set a default profile."""
    charge_point: ChargePoint = employer.central_system.charge_points["BOX"]
    await wait_for(hass, lambda: charge_point.ready)
    await charge_point.commands.set_charging_profile(
        connector_id=0,
        charging_profile=ChargingProfile(
            id=1,
            stack_level=0,
            purpose=Purpose.TX_DEFAULT,
            kind=Kind.ABSOLUTE,
            schedules=(
                Schedule(
                    unit=Unit.AMPERE,
                    start=utcnow() - timedelta(minutes=5),
                    periods=(Period(start=0, limit=amps),),
                ),
            ),
        ),
    )


def state_of(hass: HomeAssistant, entity_id: str | None) -> State:
    """Return the state of an entity that is there."""
    state = hass.states.get(entity_id or "")
    assert state is not None
    return state


def entity_of(hass: HomeAssistant, platform: str, key: str) -> str | None:
    """Return the entity of the connector."""
    return er.async_get(hass).async_get_entity_id(platform, DOMAIN, f"BOX/1/{key}")


async def test_a_limit_of_a_backend_is_obeyed_and_shown(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    server_url: str,
    employer: World,
) -> None:
    """In manual mode, without any meter."""
    hass.config_entries.async_add_subentry(
        setup_integration, backend(employer, roles=["limit"])
    )
    async with Generic(server_url, "BOX") as charger:
        await charger.wait_idle()
        await charger.plug(1, Car(capacity_kwh=100.0))
        charger.start_transaction(charger.connector(1), "TAG1")
        await wait_for(hass, lambda: charger.connector(1).offered_current > 10)
        await set_limit(hass, employer, 10.0)
        await wait_for(hass, lambda: charger.connector(1).offered_current == 10.0)
        limit = entity_of(hass, "number", "current_limit")
        assert limit is not None
        await wait_for(
            hass, lambda: state_of(hass, limit).attributes.get("backend") == "Employer"
        )
        assert state_of(hass, limit).attributes["backend_limit"] == 10.0
        shown = entity_of(hass, "sensor", "charging_state")
        assert shown is not None
        await wait_for(
            hass,
            lambda: state_of(hass, shown).attributes.get("limited_by") == "Employer",
        )
        assert entity_of(hass, "switch", "override_backend") is None
        await set_limit(hass, employer, 0.0)
        await wait_for(hass, lambda: charger.connector(1).offered_current == 0.0)
        await wait_for(hass, lambda: state_of(hass, shown).state == "paused_by_backend")


async def test_the_owner_may_charge_nevertheless_where_that_is_allowed(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    server_url: str,
    employer: World,
) -> None:
    entry = setup_integration
    hass.config_entries.async_add_subentry(
        entry, backend(employer, roles=["limit"], may_override=True)
    )
    async with Generic(server_url, "BOX") as charger:
        await charger.wait_idle()
        await charger.plug(1, Car(capacity_kwh=100.0))
        charger.start_transaction(charger.connector(1), "TAG1")
        await wait_for(hass, lambda: charger.connector(1).offered_current > 10)
        await set_limit(hass, employer, 0.0)
        await wait_for(hass, lambda: charger.connector(1).offered_current == 0.0)
        await wait_for(
            hass, lambda: entity_of(hass, "switch", "override_backend") is not None
        )
        switch = entity_of(hass, "switch", "override_backend")
        await wait_for(hass, lambda: hass.states.get(switch or "") is not None)
        await hass.services.async_call(
            "switch", "turn_on", {"entity_id": switch}, blocking=True
        )
        await wait_for(hass, lambda: charger.connector(1).offered_current > 10)
        await wait_for(hass, lambda: state_of(hass, switch).state == "on")
        await charger.unplug(1)
        await wait_for(hass, lambda: state_of(hass, switch).state == "off")
        (subentry,) = entry.get_subentries_of_type(SUBENTRY_UPSTREAM)
        hass.config_entries.async_update_subentry(
            entry, subentry, data={**subentry.data, "may_override": False}
        )
        await wait_for(
            hass, lambda: entity_of(hass, "switch", "override_backend") is None
        )


async def test_without_the_role_a_limit_is_rejected(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    server_url: str,
    employer: World,
) -> None:
    hass.config_entries.async_add_subentry(setup_integration, backend(employer))
    async with Generic(server_url, "BOX") as charger:
        await charger.wait_idle()
        with pytest.raises(RefusedError):
            await set_limit(hass, employer, 10.0)


async def test_over_a_reload_the_charger_is_never_allowed_more(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    server_url: str,
    employer: World,
) -> None:
    entry = setup_integration
    hass.config_entries.async_add_subentry(entry, backend(employer, roles=["limit"]))
    async with Generic(server_url, "BOX", backoff=(0.05, 0.2)) as charger:
        await charger.wait_idle()
        await charger.plug(1, Car(capacity_kwh=100.0))
        charger.start_transaction(charger.connector(1), "TAG1")
        await set_limit(hass, employer, 10.0)
        await wait_for(hass, lambda: charger.connector(1).offered_current == 10.0)
        charger.received.clear()
        await hass.config_entries.async_reload(entry.entry_id)
        hub = entry.runtime_data
        await wait_for(hass, lambda: hub.central_system.charge_points["BOX"].connected)
        charge_point = hub.central_system.charge_points["BOX"]
        await wait_for(hass, lambda: charge_point.ready)
        limiter = charge_point.connectors[1].limiter
        await wait_for(hass, lambda: not limiter.is_busy)
        assert limiter.below_ceiling == (10.0, False)
        assert charger.connector(1).offered_current == 10.0
        assert not charger.calls("ClearChargingProfile")
        assert all(
            period["limit"] <= 10.0
            for one in charger.calls("SetChargingProfile")
            for period in one["csChargingProfiles"]["chargingSchedule"][
                "chargingSchedulePeriod"
            ]
        )
        await set_limit(hass, employer, 8.0)
        await wait_for(hass, lambda: charger.connector(1).offered_current == 8.0)
