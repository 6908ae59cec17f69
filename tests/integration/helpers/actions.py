"""Two chargers, and a way to run actions on them."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import device_registry as dr
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.ocpp_cs.const import CONF_CALL_TIMEOUT, CONF_CONNECTORS, DOMAIN
from simulator import Generic
from tests.integration.conftest import AddCharger, charger_subentry

type Call = Callable[..., Awaitable[Any]]

PROFILE = {
    "charging_profile_id": 1,
    "stack_level": 0,
    "charging_profile_purpose": "tx_profile",
    "charging_profile_kind": "relative",
    "charging_schedule": {
        "charging_rate_unit": "A",
        "charging_schedule_period": [{"start_period": 0, "limit": 10.5}],
    },
}
OCPP_PROFILE = {
    "chargingProfileId": 1,
    "stackLevel": 0,
    "chargingProfilePurpose": "TxProfile",
    "chargingProfileKind": "Relative",
    "chargingSchedule": {
        "chargingRateUnit": "A",
        "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 10.5}],
    },
}


@pytest.fixture(name="subentries")
def fixture_subentries() -> list[Any]:
    """Return a charger with one connector, and one with two."""
    return [
        charger_subentry(
            "CP1", "Garage", **{CONF_CONNECTORS: 1, CONF_CALL_TIMEOUT: 10}
        ),
        charger_subentry("CP2", "Yard", **{CONF_CONNECTORS: 2, CONF_CALL_TIMEOUT: 10}),
    ]


@pytest.fixture(name="device_id")
def fixture_device_id(
    setup_integration: MockConfigEntry, device_registry: dr.DeviceRegistry
) -> Callable[[str], str]:
    """Return the way from the identifier of a device to its id."""

    def find(identifier: str) -> str:
        key, entry_id = (DOMAIN, identifier), setup_integration.entry_id
        device = device_registry.async_get_device_by_identifier(
            key, entry_id
        ) or device_registry.async_get_child_device_by_identifier(key, entry_id)
        assert device is not None
        return device.id

    return find


@pytest.fixture(name="call")
def fixture_call(hass: HomeAssistant, device_id: Callable[[str], str]) -> Call:
    """Return a function that runs an action and returns its answer."""

    async def run(action: str, device: str = "CP1", **data: Any) -> Any:
        return await hass.services.async_call(
            DOMAIN,
            action,
            {"device_id": device_id(device), **data},
            blocking=True,
            return_response=True,
        )

    return run


@pytest.fixture(name="one")
async def fixture_one(
    setup_integration: MockConfigEntry, charger: AddCharger
) -> Generic:
    """Return the charger with one connector, connected and settled."""
    return await settled(setup_integration, await charger("CP1"))


@pytest.fixture(name="two")
async def fixture_two(
    setup_integration: MockConfigEntry, charger: AddCharger
) -> Generic:
    """Return the charger with two connectors, connected and settled."""
    return await settled(setup_integration, await charger("CP2", connectors=2))


async def settled(entry: MockConfigEntry, charger: Generic) -> Generic:
    """Return a charger when the server has nothing to ask of it any more."""
    charge_points = entry.runtime_data.central_system.charge_points
    link = charge_points[charger.charge_point_id].link
    async with asyncio.timeout(60):
        while link._setup is None or not link._setup.done():
            await asyncio.sleep(0.01)
    await charger.wait_idle()
    charger.received.clear()
    return charger


def key_of(err: HomeAssistantError) -> str:
    """Return what names the text of an error."""
    return f"{err.translation_domain}.{err.translation_key}"
