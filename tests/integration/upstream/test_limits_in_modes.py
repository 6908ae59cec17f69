"""The limit of a backend in each charge mode, and what is left for others."""

from collections.abc import AsyncIterator
from typing import Any

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.ocpp_cs.csms.transactions.ledger import MemoryStore
from custom_components.ocpp_cs.hub import Hub
from simulator import Car, Generic
from tests.csms.test_central_system import World
from tests.integration.conftest import charger_subentry, wait_for
from tests.integration.helpers.control import QUICK, SOLAR, House, fixture_house  # noqa: F401 - pytest looks for fixtures here

from .test_limits import backend, entity_of, set_limit

FUSED = {
    **SOLAR,
    "fuse": 25,
    "grid_current_l1": "sensor.l1",
    "grid_current_l2": "sensor.l2",
    "grid_current_l3": "sensor.l3",
}


@pytest.fixture(name="subentries")
def fixture_subentries() -> list[Any]:
    return [charger_subentry("BOX", connectors=1), charger_subentry("B2", connectors=1)]


@pytest.fixture
def options() -> dict[str, Any]:
    return {"solar": FUSED}


@pytest.fixture(name="employer")
async def fixture_employer(socket_enabled: None) -> AsyncIterator[World]:
    """Return a backend that has adopted the charger."""
    employer = World(MemoryStore())
    await employer.start()
    employer.adopt("BOX")
    yield employer
    await employer.central_system.stop()


async def test_each_mode_keeps_to_it_and_others_get_the_rest(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    hub: Hub,
    server_url: str,
    employer: World,
    house: House,
) -> None:
    hass.config_entries.async_add_subentry(
        setup_integration, backend(employer, roles=["limit"])
    )

    def measured(watts: float) -> None:
        house.grid(watts)
        for line in (1, 2, 3):
            house.grid(max(watts, 0) / 690, "A", f"sensor.l{line}")

    measured(300)
    for one in hub.chargers.values():
        one.charge_point.profile_methods.timing = QUICK

    async with Generic(server_url, "BOX") as box, Generic(server_url, "B2") as other:
        for charger in (box, other):
            await charger.wait_idle()
            await charger.plug(1, Car(capacity_kwh=100.0, soc=20))
            charger.start_transaction(charger.connector(1), "TAG1")

        def offers() -> tuple[float, float]:
            return box.connector(1).offered_current, other.connector(1).offered_current

        async def choose(option: str) -> None:
            for one in hub.chargers.values():
                hub.charge_control.async_set_mode(
                    one, one.charge_point.connector(1), option
                )

        async def settles(
            box_a: float, least: float, most: float, reason: str | None = None
        ) -> None:
            for _ in range(60):
                for charger in (box, other):
                    # The control's clock is ahead of that of the chargers.
                    await charger.send_meter_values()
                await house.later(hub, 10)
                if (
                    offers()[0] == box_a
                    and least <= offers()[1] <= most
                    and (reason in (None, why()))
                ):
                    break
            assert offers()[0] == box_a
            assert least <= offers()[1] <= most
            assert reason in (None, why())

        def why() -> str | None:
            state = hass.states.get(entity_of(hass, "sensor", "control_state") or "")
            return None if state is None else state.state

        await wait_for(hass, lambda: min(offers()) > 10)
        await choose("fast")
        # Both share the fuse.
        await settles(12.0, 11.0, 13.0)
        await set_limit(hass, employer, 8.0)
        await settles(8.0, 15.0, 17.0, "backend_limit")
        state = hass.states.get(entity_of(hass, "sensor", "control_state") or "")
        assert state is not None
        assert state.attributes["limited_by"] == "Employer"
        await set_limit(hass, employer, 3.0)
        await settles(0.0, 23.0, 25.0, "backend_limit")
        measured(-30000)
        await choose("solar")
        await set_limit(hass, employer, 10.0)
        await settles(10.0, 13.0, 15.0, "backend_limit")
        await choose("off")
        await settles(0.0, 0.0, 0.0, "off")
        await choose("manual")
        await settles(10.0, 16.0, 32.0, "backend_limit")
