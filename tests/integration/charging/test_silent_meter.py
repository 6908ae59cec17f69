"""A grid meter that has told nothing for long: a repair, and the report."""

from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.ocpp_cs.diagnostics import async_get_config_entry_diagnostics
from tests.integration.conftest import AddCharger, charger_subentry, wait_for
from tests.integration.helpers.control import GRID, SOLAR
from tests.integration.helpers.entities import settle
from tests.integration.helpers.live_house import (  # noqa: F401 - pytest looks for fixtures here
    CURRENTS,
    FUSED,
    LiveHouse,
    fixture_house,
)
from tests.integration.helpers.versions import BOTH

pytestmark = [BOTH, pytest.mark.usefixtures("setup_integration")]


@pytest.fixture
def subentries() -> list[Any]:
    return [charger_subentry("CP1", "Garage", overrides={"switches_phases": False})]


@pytest.fixture
def options() -> dict[str, Any]:
    return {"solar": {**SOLAR, **FUSED}}


def issue(hass: HomeAssistant, entry: MockConfigEntry) -> ir.IssueEntry | None:
    return ir.async_get(hass).async_get_issue(
        "ocpp_cs", f"meter_silent_{entry.entry_id}"
    )


def named(hass: HomeAssistant, entry: MockConfigEntry) -> str:
    """Return the entities that a repair names."""
    found = issue(hass, entry)
    assert found is not None
    assert found.translation_placeholders is not None
    assert found.translation_placeholders["server"] == entry.title
    return found.translation_placeholders["entities"]


async def nonsense(house: LiveHouse, seconds: float, value: Any, unit: str) -> None:
    """Let the meter tell the same nonsense again and again."""
    house.silent = True
    for _ in range(round(seconds / 5)):
        for entity, current in zip(CURRENTS, house.amps(), strict=True):
            house.state(entity, current, "A")
        house.state(GRID, value, unit)
        await house.later(5)


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        ("nan", "W", "nan W"),
        ("-6000", "kW", "-6000 kW"),
        ("-6000", "VA", "-6000 VA"),
        ("unavailable", "W", "unavailable W"),
    ],
)
async def test_what_makes_no_sense_is_named_after_five_minutes(
    hass: HomeAssistant,
    house: LiveHouse,
    charger: AddCharger,
    setup_integration: MockConfigEntry,
    value: str,
    unit: str,
    text: str,
) -> None:
    house.sun_w = 9000
    one = await house.car(charger)
    await house.mode("solar")
    await house.later(200)
    assert one.connector().currents[0] == 13
    await nonsense(house, 290, value, unit)
    assert issue(hass, setup_integration) is None
    # That is safe for a while: the least, which the fuse carries.
    assert one.connector().currents[0] == 6
    assert house.why() == "meter_stale"
    await nonsense(house, 20, value, unit)
    assert named(hass, setup_integration) == f"- `grid` (`{GRID}`): `{text}`"
    house.silent = False
    await house.later(5)
    assert issue(hass, setup_integration) is None
    # A short one starts from nothing.
    await nonsense(house, 60, value, unit)
    assert issue(hass, setup_integration) is None


async def test_silence_is_named_and_so_is_what_is_gone(
    hass: HomeAssistant,
    house: LiveHouse,
    charger: AddCharger,
    setup_integration: MockConfigEntry,
) -> None:
    house.tell()
    await house.car(charger)
    await house.mode("min_solar")
    await house.later(30)
    hass.states.async_remove(CURRENTS[1])
    house.silent = True
    await house.later(290)
    assert issue(hass, setup_integration) is None
    await house.later(20)
    lines = named(hass, setup_integration).split("\n")
    assert len(lines) == 4
    assert lines[0].startswith(f"- `grid` (`{GRID}`): ")
    assert lines[2] == f"- `{CURRENTS[1]}`: –"
    # As each one comes back.
    house.state(GRID, 0, "W")
    await house.later(5)
    assert len(named(hass, setup_integration).split("\n")) == 3
    house.silent = False
    await house.later(5)
    assert issue(hass, setup_integration) is None


async def test_nobody_who_needs_it_is_no_trouble(
    hass: HomeAssistant,
    house: LiveHouse,
    charger: AddCharger,
    setup_integration: MockConfigEntry,
) -> None:
    house.silent = True
    await house.car(charger)
    await house.later(600)
    assert issue(hass, setup_integration) is None
    await house.mode("solar")
    await house.later(310)
    assert named(hass, setup_integration).startswith(f"- `{GRID}`: –")
    await house.mode("manual")
    assert issue(hass, setup_integration) is None
    await house.mode("solar")
    await house.later(310)
    assert issue(hass, setup_integration) is not None
    # Other entities are chosen.
    hass.config_entries.async_update_entry(
        setup_integration, options={"solar": {**SOLAR, "grid_power": "sensor.other"}}
    )
    await settle(hass)
    assert issue(hass, setup_integration) is None
    await house.later(310)
    assert "sensor.other" in named(hass, setup_integration)
    assert await hass.config_entries.async_unload(setup_integration.entry_id)
    assert issue(hass, setup_integration) is None


async def test_the_report_says_what_is_read_and_decided(
    hass: HomeAssistant,
    house: LiveHouse,
    charger: AddCharger,
    setup_integration: MockConfigEntry,
) -> None:
    house.sun_w = 9000
    await house.car(charger)
    await house.mode("solar")
    await house.later(200)
    hass.states.async_remove(CURRENTS[2])
    house.silent = True
    await house.later(20)
    report = await async_get_config_entry_diagnostics(hass, setup_integration)
    told = report["charge_control"]
    assert told["inputs"]["grid_power"] == {
        "entity_id": GRID,
        "state": "-30.0",
        "unit": "W",
        "age_seconds": 20.0,
    }
    assert told["inputs"]["grid_current_l3"]["state"] is None
    (grid,) = told["reading"]["grid"]
    assert grid["value"] == -30
    assert [one["value"] for one in told["reading"]["currents_a"]] == [13, 13, None]
    assert told["balance"]["grid_w"] == -30
    assert told["balance"]["currents_a"] is None
    assert told["settings"]["fuse_a"] == 20
    (one,) = told["connectors"]
    assert (one["charger"], one["connector"], one["mode"]) == ("CP1", 1, "solar")
    assert one["decision"]["current_a"] == 13
    assert one["reading"]["plugged_in"]
    assert one["model"]["phase_options"] == [3]
    assert told["control"]["chargers"]["CP1/1"]["car"]["told_a"] == 13


@pytest.mark.parametrize("options", [{}])
async def test_the_report_of_a_server_without_a_meter(
    hass: HomeAssistant, setup_integration: MockConfigEntry
) -> None:
    report = await async_get_config_entry_diagnostics(hass, setup_integration)
    assert report["charge_control"]["inputs"] == {}
    assert report["charge_control"]["connectors"] == []
    await wait_for(hass, lambda: report["charge_control"]["control"] is None)
