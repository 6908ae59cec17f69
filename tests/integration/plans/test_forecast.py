"""The forecast of the Energy dashboard."""

from datetime import timedelta
from typing import Any

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    MockModule,
    mock_integration,
    mock_platform,
)

from custom_components.ocpp_cs.hub import Hub
from custom_components.ocpp_cs.plans.forecast import async_read_forecast
from tests.integration.conftest import AddCharger, wait_for
from tests.integration.helpers.entities import state_of
from tests.integration.helpers.plans import (
    KW,
    PRICES,
    SOLAR,
    Night,
    choose,
    clock,
    fixture_night,
    fixture_options,
    fixture_subentries,
    plugged,
    spans,
    tell_prices,
    want,
)
from tests.integration.helpers.versions import BOTH

__all__ = ["fixture_night", "fixture_options", "fixture_subentries"]


pytestmark = BOTH


async def with_forecast(hass: HomeAssistant, told: Any) -> None:
    """Let the energy dashboard have a forecast."""
    mock_integration(hass, MockModule("roof"))
    entry = MockConfigEntry(domain="roof")
    entry.add_to_hass(hass)

    class Platform:
        @staticmethod
        async def async_get_solar_forecast(_hass: HomeAssistant, entry_id: str) -> Any:
            assert entry_id == entry.entry_id
            if isinstance(told, Exception):
                raise told
            return told

    mock_platform(hass, "roof.energy", Platform())
    hass.config.components.add("roof")
    hass.config.components.add("energy")
    from homeassistant.components.energy.data import async_get_manager

    manager = await async_get_manager(hass)
    await manager.async_update(
        {
            "energy_sources": [
                {
                    "type": "solar",
                    "stat_energy_from": "sensor.roof",
                    "config_entry_solar_forecast": [entry.entry_id],
                }
            ]
        }
    )


def sunny(*powers: float) -> dict[str, Any]:
    """Return a forecast in Wh from eight in the morning, in halves of an hour."""
    return {
        "wh_hours": {
            (clock(8) + timedelta(minutes=30 * half)).isoformat(): power / 2
            for half, power in enumerate(value for value in powers for _ in "12")
        }
    }


async def test_the_sun_that_is_expected_is_not_bought(
    hass: HomeAssistant,
    hub: Hub,
    setup_integration: MockConfigEntry,
    charger: AddCharger,
    night: Night,
) -> None:
    # As long as it is not known how good it is, three quarters of it count.
    await with_forecast(hass, sunny(1000, 5000 / 0.75, 5500 / 0.75, 1000))
    tell_prices(hass, h2=0.05)
    await plugged(hass, hub, charger)
    await choose(hass, "solar")
    # 4.5 and 5 kW are left of it for a car that needs 4.14; the rest is too little.
    await want(hass, 9.5 + 0.5 * KW, clock(16))
    hass.config_entries.async_update_entry(
        setup_integration,
        options={
            "solar": {
                **SOLAR,
                "price_entities": [PRICES],
                "forecast": True,
                "base_load": 500,
            }
        },
    )

    def attributes() -> Any:
        return state_of(hass, "CP1/1/charge_plan").attributes

    await wait_for(hass, lambda: attributes()["solar_energy"] == 9.5)
    assert list(spans(attributes()["schedule"])) == [("02:30", "03:00")]


@pytest.mark.parametrize(
    "told",
    [
        None,
        {},
        {"wh_hours": {"soon": 7, clock(8).isoformat(): "nan"}},
        AttributeError("runtime_data"),
    ],
)
async def test_a_forecast_that_is_none(hass: HomeAssistant, told: Any) -> None:
    assert await async_read_forecast(hass) == {}
    await with_forecast(hass, told)
    assert await async_read_forecast(hass) == {}


async def test_a_forecast_is_told_by_the_hour(hass: HomeAssistant) -> None:
    await with_forecast(hass, sunny(3000, 5000))
    assert await async_read_forecast(hass) == {clock(8): 3000, clock(9): 5000}
