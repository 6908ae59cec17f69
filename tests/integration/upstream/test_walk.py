"""A session of a charger is told to a backend, from the subentry to its books."""

from collections.abc import AsyncIterator
from types import MappingProxyType
from typing import Any

from homeassistant.config_entries import ConfigSubentry
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.ocpp_cs.const import SUBENTRY_UPSTREAM
from custom_components.ocpp_cs.csms.transactions.ledger import MemoryStore
from simulator import Generic
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


@pytest.mark.parametrize("version", ["1.6", "2.0.1"])
async def test_a_session_is_told_to_a_backend(
    version: str,
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    server_url: str,
    employer: World,
) -> None:
    hass.config_entries.async_add_subentry(
        setup_integration,
        ConfigSubentry(
            data=MappingProxyType(
                {
                    "url": f"ws://127.0.0.1:{employer.central_system.port}/ocpp",
                    "version": version,
                    "chargers": ["BOX"],
                }
            ),
            subentry_type=SUBENTRY_UPSTREAM,
            title="Employer",
            unique_id=None,
        ),
    )
    async with Generic(server_url, "BOX") as charger:
        await charger.wait_idle()
        await charger.plug(1)
        charger.start_transaction(charger.connector(1), "TAG1")
        told = employer.ledger.at_hand
        await wait_for(hass, lambda: told("BOX"))
        charger.stop_transaction(charger.connector(1), "Local")
        await wait_for(hass, lambda: told("BOX")[0].end)
    assert told("BOX")[0].id_tag == "TAG1"
    spoken = employer.central_system.charge_points["BOX"].protocol
    assert spoken == f"ocpp{version}"
