"""The time of the day at which a car must be ready, without a date."""

from homeassistant.const import ATTR_ENTITY_ID
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
import pytest

from custom_components.ocpp_cs.hub import Hub
from tests.integration.conftest import AddCharger, charger_subentry
from tests.integration.helpers.entities import entity_id, settle, value_of
from tests.integration.helpers.plans import (
    EVENING,
    SOLAR,
    Night,
    choose,
    clock,
    fixture_night,
    fixture_options,
    fixture_subentries,
    plugged,
    want,
)
from tests.integration.helpers.versions import BOTH

__all__ = ["fixture_night", "fixture_options", "fixture_subentries"]

pytestmark = [BOTH, pytest.mark.usefixtures("setup_integration")]


async def set_ready_at(hass: HomeAssistant, when: str) -> None:
    """Set the time as a user does."""
    await hass.services.async_call(
        "time",
        "set_value",
        {ATTR_ENTITY_ID: entity_id(hass, "time", "CP1/1/ready_at"), "time": when},
        blocking=True,
    )
    await settle(hass)


def both(hass: HomeAssistant) -> tuple[str, str]:
    """Return what the two entities show."""
    return (
        value_of(hass, "CP1/1/ready_at", "time"),
        value_of(hass, "CP1/1/ready_by", "datetime"),
    )


async def test_both_show_one_plan(
    hass: HomeAssistant, hub: Hub, charger: AddCharger, night: Night
) -> None:
    await plugged(hass, hub, charger)
    await choose(hass, "solar")
    await night.at(EVENING)
    assert both(hass) == ("unknown", "unknown")
    # Before the plan is enabled, and while it is.
    await set_ready_at(hass, "06:30:00")
    assert both(hass) == ("06:30:00", "2026-01-21T05:30:00+00:00")
    assert value_of(hass, "CP1/1/ready_in_time", "switch") == "off"
    await want(hass, 20)
    assert both(hass) == ("06:30:00", "2026-01-21T05:30:00+00:00")
    # Later today is today.
    await set_ready_at(hass, "23:15:00")
    assert both(hass) == ("23:15:00", "2026-01-20T22:15:00+00:00")
    await want(hass, ready_by=clock(8, 5, days=3))
    assert both(hass) == ("08:05:00", "2026-01-23T07:05:00+00:00")
    # The time of the day is that of the chosen days.
    (ours,) = hub.chargers.values()
    hub.charge_plans.async_want(
        ours, ours.charge_point.connector(1), weekdays=frozenset({"fri"})
    )
    await settle(hass)
    await set_ready_at(hass, "05:45:00")
    assert both(hass) == ("05:45:00", "2026-01-23T04:45:00+00:00")


@pytest.mark.parametrize(
    "subentries", [[charger_subentry("CP1"), charger_subentry("CP2")]]
)
@pytest.mark.parametrize("options", [{"solar": SOLAR}])
async def test_a_new_charger_has_the_time_alone(
    hass: HomeAssistant, hub: Hub, charger: AddCharger, night: Night
) -> None:
    registry = er.async_get(hass)
    await charger("CP1")
    await charger("CP2")
    new = registry.async_get(entity_id(hass, "datetime", "CP2/1/ready_by"))
    assert new is not None
    assert new.disabled_by is er.RegistryEntryDisabler.INTEGRATION
    assert value_of(hass, "CP2/1/ready_at", "time") == "unknown"
    # That of a charger from before stays.
    assert value_of(hass, "CP1/1/ready_by", "datetime") == "unknown"
