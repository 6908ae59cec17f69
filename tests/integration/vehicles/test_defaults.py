"""What a vehicle brings along is set when it is plugged in, once, and not against a hand."""

from datetime import time
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.ocpp_cs.hub import Hub
from custom_components.ocpp_cs.plans.goals import clock_of_goal
from custom_components.ocpp_cs.plans.model import Wanted
from tests.integration.conftest import wait_for
from tests.integration.helpers.entities import Wallbox, entity_id, settle, value_of
from tests.integration.helpers.vehicles import (
    at,
    choose,
    comes,
    connector_of,
    vehicle_subentry,
)

MODE = "CP1/1/charge_mode"
USUAL = Wanted(energy_kwh=5.0)


@pytest.fixture
def options() -> dict[str, Any]:
    return {"solar": {"grid_power": "sensor.grid", "fuse": 25}}


@pytest.fixture
def subentries() -> list[Any]:
    return [
        "CP1",
        vehicle_subentry(
            "Zoe",
            id_tags=["ZOE"],
            mode="solar",
            capacity_kwh=52,
            target_soc=80,
            energy_kwh=20,
            plan={
                "ready_at": "07:30:00",
                "weekdays": ["mon", "tue"],
                "least_soc": 30,
                "below_price": -0.1,
            },
        ),
        vehicle_subentry("Ioniq", id_tags=["IONIQ"], mode="fast", energy_kwh=12),
        vehicle_subentry("Odd", mode="?", plan={"ready_at": "25:00", "weekdays": 7}),
        vehicle_subentry("Plain"),
    ]


@pytest.fixture(autouse=True)
def _grid(hass: HomeAssistant) -> None:
    hass.states.async_set("sensor.grid", "0", {"unit_of_measurement": "W"})


def mode(hass: HomeAssistant) -> str:
    """Return the charge mode."""
    return value_of(hass, MODE, "select")


def goal(hub: Hub) -> Wanted:
    """Return what the plan wants."""
    return hub.charge_plans.wanted(connector_of(hub))


def want(hub: Hub, **changes: Any) -> None:
    """Change the plan by hand."""
    (charger,) = hub.chargers.values()
    hub.charge_plans.async_want(charger, connector_of(hub), **changes)


async def set_mode(hass: HomeAssistant, option: str) -> None:
    """Choose a charge mode by hand."""
    await hass.services.async_call(
        "select",
        "select_option",
        {"entity_id": entity_id(hass, "select", MODE), "option": option},
        blocking=True,
    )
    await settle(hass)


async def arrive(
    hass: HomeAssistant, hub: Hub, box: Wallbox, tag: str, name: str
) -> int:
    """Plug a vehicle in, and begin a session with its tag."""
    await box.status("Preparing")
    number = await box.start(id_tag=tag)
    await comes(hass, hub, name)
    await settle(hass)
    return number


async def leave(hass: HomeAssistant, hub: Hub, box: Wallbox, number: int) -> None:
    """Unplug the vehicle."""
    await box.stop(number, meter=2000)
    await box.status("Available")
    await comes(hass, hub, None)
    await settle(hass)


async def test_mode_and_plan_are_those_of_the_vehicle(
    hass: HomeAssistant, hub: Hub, server_url: str
) -> None:
    async with Wallbox(server_url) as box:
        await box.begin(hass, hub)
        await settle(hass)
        await set_mode(hass, "min_solar")
        want(hub, energy_kwh=5.0)
        assert goal(hub) == USUAL
        number = await arrive(hass, hub, box, "ZOE", "Zoe")
        assert mode(hass) == "solar"
        wanted = goal(hub)
        assert wanted.armed
        assert (wanted.soc, wanted.energy_kwh, wanted.least_soc) == (80, 20, 30)
        assert wanted.weekdays == {"mon", "tue"}
        assert wanted.below_price == -0.1
        assert clock_of_goal(wanted) == time(7, 30)
        assert wanted.ready_by is not None
        assert dt_util.as_local(wanted.ready_by).weekday() in (0, 1)
        # It goes back with the vehicle.
        await leave(hass, hub, box, number)
        assert mode(hass) == "min_solar"
        assert goal(hub) == USUAL
        # One that has only a target turns no plan on.
        number = await arrive(hass, hub, box, "IONIQ", "Ioniq")
        assert mode(hass) == "fast"
        assert goal(hub) == Wanted(energy_kwh=12.0)


async def test_a_hand_goes_before_it(
    hass: HomeAssistant, hub: Hub, server_url: str
) -> None:
    async with Wallbox(server_url) as box:
        await box.begin(hass, hub)
        await settle(hass)
        await box.status("Preparing")
        await comes(hass, hub, "guest")
        # Before it was recognised ...
        await set_mode(hass, "off")
        number = await box.start(id_tag="ZOE")
        await comes(hass, hub, "Zoe")
        await settle(hass)
        assert mode(hass) == "off"
        assert goal(hub).soc == 80
        # ... and after it.
        want(hub, energy_kwh=33.0)
        choose(hub, "Ioniq")
        await settle(hass)
        assert (mode(hass), goal(hub).energy_kwh) == ("off", 33.0)
        await leave(hass, hub, box, number)
        assert (mode(hass), goal(hub).energy_kwh) == ("off", 33.0)
        # The next time is another time.
        await arrive(hass, hub, box, "ZOE", "Zoe")
        assert (mode(hass), goal(hub).energy_kwh) == ("solar", 20.0)


async def test_it_is_another_vehicle(
    hass: HomeAssistant, hub: Hub, server_url: str
) -> None:
    """Nothing stays of what the one that was taken for it brought along."""
    async with Wallbox(server_url) as box:
        await box.begin(hass, hub)
        await settle(hass)
        want(hub, energy_kwh=5.0)
        await arrive(hass, hub, box, "ZOE", "Zoe")
        choose(hub, "Ioniq")
        await settle(hass)
        assert (mode(hass), goal(hub)) == ("fast", Wanted(energy_kwh=12.0))
        for name in ("guest", "Plain", "Odd"):
            choose(hub, "Zoe")
            await settle(hass)
            assert mode(hass) == "solar"
            choose(hub, name)
            await settle(hass)
            assert (mode(hass), goal(hub)) == ("manual", USUAL), name


@pytest.mark.parametrize(
    ("by_hand", "before", "after"),
    [("fast", "fast", "fast"), (None, "solar", "manual")],
)
async def test_a_restart_sets_nothing(
    hass: HomeAssistant,
    hub: Hub,
    server_url: str,
    setup_integration: MockConfigEntry,
    by_hand: str | None,
    before: str,
    after: str,
) -> None:
    entry = setup_integration
    async with Wallbox(server_url) as box:
        await box.begin(hass, hub)
        await settle(hass)
        want(hub, energy_kwh=5.0)
        await arrive(hass, hub, box, "ZOE", "Zoe")
        if by_hand is not None:
            await set_mode(hass, by_hand)
    assert await hass.config_entries.async_reload(entry.entry_id)
    hub = entry.runtime_data
    assert at(hub) == "Zoe"
    async with Wallbox(server_url) as box:
        charge_point = connector_of(hub).charge_point
        await box.boot(chargePointSerialNumber="S1", firmwareVersion="1.0")
        await box.status("Charging")
        await wait_for(hass, lambda: charge_point.connected)
        await settle(hass)
        assert (at(hub), mode(hass), goal(hub).soc) == ("Zoe", before, 80)
        assert hub.charge_plans.wanted(connector_of(hub)).armed
        await box.status("Available")
        await comes(hass, hub, None)
        await settle(hass)
        assert (mode(hass), goal(hub)) == (after, USUAL)


@pytest.mark.parametrize("options", [{}])
async def test_without_charge_modes_nothing_is_set(
    hass: HomeAssistant, hub: Hub, server_url: str
) -> None:
    async with Wallbox(server_url) as box:
        await box.begin(hass, hub)
        await arrive(hass, hub, box, "ZOE", "Zoe")
        assert goal(hub) == Wanted()
        assert hub.charge_control.mode(connector_of(hub)) == "manual"


@pytest.mark.parametrize(
    "record",
    [
        None,
        7,
        {"x": {}, "1": 7},
        {"1": {"since": "?"}},
        {"1": {"since": "2026-11-30T10:00:00"}},
        {"1": {"since": "2026-11-30T10:00:00+00:00", "mode_before": "?"}},
        {"1": {"since": "2026-11-30T10:00:00+00:00", "plan_before": {"soc": "?"}}},
    ],
)
async def test_what_was_remembered_may_be_odd(
    hass: HomeAssistant,
    hub: Hub,
    server_url: str,
    setup_integration: MockConfigEntry,
    record: Any,
) -> None:
    entry = setup_integration
    for kind in ("vehicles", "vehicle_defaults"):
        hub._memory.async_set("CP1", kind, record)
    assert await hass.config_entries.async_reload(entry.entry_id)
    hub = entry.runtime_data
    async with Wallbox(server_url) as box:
        await box.begin(hass, hub)
        await arrive(hass, hub, box, "ZOE", "Zoe")
        assert mode(hass) == "solar"
