"""How long a charger waits for the sun, and without it: chosen in the options."""

from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.ocpp_cs.charging.grid import GridInputs


@pytest.fixture
def options() -> dict[str, Any]:
    return {"solar": {"fuse": 35.0}}


async def choose(
    hass: HomeAssistant, entry: MockConfigEntry, values: dict[str, float]
) -> tuple[float, float]:
    """Fill in the form; return what the control waits before a start and a stop."""
    flow = hass.config_entries.options
    step = await flow.async_init(entry.entry_id)
    for chosen in ("solar", "switching"):
        step = await flow.async_configure(step["flow_id"], {"next_step_id": chosen})
    step = await flow.async_configure(
        step["flow_id"], {"switching": "fixed", "delays": values}
    )
    assert step["type"] is FlowResultType.CREATE_ENTRY, step["errors"]
    settings = GridInputs(hass, entry.options["solar"]).settings(phase_guard_s=0.0)
    return settings.start_delay_s, settings.stop_delay_s


async def test_delays_are_chosen_or_the_usual_ones(
    hass: HomeAssistant, setup_integration: MockConfigEntry
) -> None:
    assert await choose(hass, setup_integration, {}) == (20.0, 240.0)
    chosen = {"start_delay": 30.0, "stop_delay": 300.0}
    assert await choose(hass, setup_integration, chosen) == (30.0, 300.0)
    # Without any, contactors would wear out.
    with pytest.raises(AssertionError, match="delays"):
        await choose(hass, setup_integration, {"start_delay": 0.0})


async def test_the_form_shows_what_was_chosen(
    hass: HomeAssistant, setup_integration: MockConfigEntry
) -> None:
    await choose(hass, setup_integration, {"start_delay": 30.0})
    flow = hass.config_entries.options
    step = await flow.async_init(setup_integration.entry_id)
    for chosen in ("solar", "switching"):
        step = await flow.async_configure(step["flow_id"], {"next_step_id": chosen})
    shown = {
        str(field): field.description["suggested_value"]
        for field in step["data_schema"].schema["delays"].schema.schema
        if field.description
    }
    assert shown == {"start_delay": 30.0}
