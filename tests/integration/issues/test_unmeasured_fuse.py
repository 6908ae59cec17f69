"""A main fuse whose phases nothing measures."""

from typing import Any

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from tests.integration.helpers.entities import settle
from tests.integration.helpers.live_house import FUSED
from tests.integration.helpers.repairs import raised, said, shown

POWERS = {f"grid_power_l{line}": f"sensor.p{line}" for line in (1, 2, 3)}


@pytest.fixture
def options() -> dict[str, Any]:
    return {"solar": {"fuse": 35.0}}


@pytest.mark.parametrize(
    "measured", [FUSED, {"fuse": 25.0, **POWERS}, {"grid_power": "sensor.grid"}, {}]
)
async def test_it_is_a_repair_until_the_phases_are_measured(
    hass: HomeAssistant, setup_integration: MockConfigEntry, measured: dict[str, Any]
) -> None:
    issue = await raised(hass, "fuse_without_currents")
    assert said(issue) == {"server": setup_integration.title, "fuse": "35"}
    assert not issue.is_fixable
    hass.config_entries.async_update_entry(
        setup_integration, options={"solar": measured}
    )
    await settle(hass)
    assert not shown(hass)
    # And again, once they are not.
    hass.config_entries.async_update_entry(
        setup_integration,
        options={"solar": {"fuse": 20.0, "grid_current_l1": "sensor.l1"}},
    )
    await settle(hass)
    assert said(await raised(hass, "fuse_without_currents"))["fuse"] == "20"


async def test_it_goes_with_the_server(
    hass: HomeAssistant, setup_integration: MockConfigEntry
) -> None:
    await raised(hass, "fuse_without_currents")
    await hass.config_entries.async_remove(setup_integration.entry_id)
    assert not shown(hass)
