"""What is known of the car at a connector: by its vehicle, else by the charger's form."""

from typing import Any

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.ocpp_cs.charging.points import (
    ControlPoint,
    PlanFacts,
    model_of,
    reading_of,
)
from custom_components.ocpp_cs.hub import Hub
from custom_components.ocpp_cs.vehicles.model import GUEST, Car
from tests.integration.conftest import charger_subentry
from tests.integration.helpers.entities import (
    Wallbox,
    entity_id,
    settle,
    value_of,
    writes,
)
from tests.integration.helpers.vehicles import (
    choose,
    comes,
    connector_of,
    id_of,
    vehicle_subentry,
)

FORM = {
    "vehicle_soc": "sensor.soc",
    "vehicle_target": "number.limit",
    "capacity": 77,
}
ZOE = vehicle_subentry(
    "Zoe",
    capacity_kwh=52,
    phases="1",
    max_a=16,
    soc_entity="sensor.zoe",
    target_entity="number.zoe",
)
VAN = vehicle_subentry("Van")
SOC = "CP1/1/soc"


@pytest.fixture
def subentries() -> list[Any]:
    return [charger_subentry("CP1", "Garage", solar=FORM), ZOE, VAN]


@pytest.fixture(autouse=True)
def _states(hass: HomeAssistant) -> None:
    for entity, value in (
        ("sensor.soc", "11"),
        ("number.limit", "91"),
        ("sensor.zoe", "37.5"),
        ("number.zoe", "80"),
    ):
        hass.states.async_set(entity, value)


def car(hub: Hub) -> Car:
    """Return what is known of the car."""
    (charger,) = hub.chargers.values()
    return hub.vehicles.car(charger, connector_of(hub))


def plain(known: Car) -> tuple[Any, ...]:
    """Return capacity, state of charge, its target, and whether it can be a target."""
    return known.capacity_kwh, known.soc, known.target, known.tells_soc


async def test_the_vehicle_first_then_the_form(
    hass: HomeAssistant, hub: Hub, server_url: str
) -> None:
    async with Wallbox(server_url) as box:
        await box.begin(hass, hub)
        await box.status("Preparing")
        await comes(hass, hub, "guest")
        # Nothing is known of a guest.
        assert car(hub) == Car(id=GUEST)
        choose(hub, "Zoe")
        assert car(hub) == Car(
            id=id_of(hub, "Zoe"),
            capacity_kwh=52,
            phases=1,
            max_a=16,
            soc=37.5,
            target=80,
            tells_soc=True,
        )
        choose(hub, "Van")
        assert plain(car(hub)) == (77, 11, 91, True)
        await box.status("Available")
        await comes(hass, hub, None)
        # The one that was here last is expected.
        assert car(hub).id is None
        assert plain(car(hub)) == (77, 11, 91, True)


@pytest.mark.parametrize(
    "subentries", [[charger_subentry("CP1", solar=FORM | {"capacity": "?"})]]
)
async def test_without_vehicles_it_is_the_form(hub: Hub) -> None:
    assert car(hub) == Car(soc=11, target=91)


@pytest.mark.parametrize(
    "subentries",
    [[charger_subentry("CP1", solar=FORM | {"vehicle_soc": "sensor.zoe"}), ZOE, VAN]],
)
async def test_the_form_may_mean_another_vehicle(
    hass: HomeAssistant, hub: Hub, server_url: str
) -> None:
    """Its state of charge is not that of the van, though its battery may be."""
    async with Wallbox(server_url) as box:
        await box.begin(hass, hub)
        await box.status("Preparing")
        await comes(hass, hub, "guest")
        choose(hub, "Van")
        assert (car(hub).soc, car(hub).target) == (None, None)
        choose(hub, "Zoe")
        assert (car(hub).soc, car(hub).target) == (37.5, 80)


async def test_the_sensor_has_the_state_of_charge_of_the_vehicle(
    hass: HomeAssistant, hub: Hub, server_url: str
) -> None:
    async with Wallbox(server_url) as box:
        await box.begin(hass, hub)
        await settle(hass)
        assert value_of(hass, SOC) == "unknown"
        await box.status("Preparing")
        await box.values({"SoC": 0.0})
        await comes(hass, hub, "guest")
        assert value_of(hass, SOC) == "unknown"
        choose(hub, "Zoe")
        await settle(hass)
        assert value_of(hass, SOC) == "37.5"
        with writes(hass) as written:
            hass.states.async_set("sensor.zoe", "38")
            hass.states.async_set("sensor.soc", "12")
            await settle(hass)
            hass.states.async_set("sensor.zoe", "38", {"icon": "mdi:car"})
            await settle(hass)
        assert written.count(entity_id(hass, "sensor", SOC)) == 1
        assert value_of(hass, SOC) == "38.0"
        for odd in ("unavailable", "nan", "-1", "101"):
            hass.states.async_set("sensor.zoe", odd)
            await settle(hass)
            assert value_of(hass, SOC) == "unknown"
            hass.states.async_set("sensor.zoe", "38")
        hass.states.async_remove("sensor.zoe")
        await settle(hass)
        assert value_of(hass, SOC) == "unknown"
        choose(hub, "Van")
        await settle(hass)
        assert value_of(hass, SOC) == "12.0"
        await box.status("Available")
        await comes(hass, hub, None)
        assert value_of(hass, SOC) == "unknown"


@pytest.mark.parametrize("subentries", [["CP1", vehicle_subentry("Zoe")]])
async def test_the_sensor_has_what_the_charger_tells(
    hass: HomeAssistant, hub: Hub, server_url: str
) -> None:
    """Where the vehicle has no entity of its own."""
    async with Wallbox(server_url) as box:
        await box.begin(hass, hub)
        await box.status("Preparing")
        await box.values({"SoC": 44.0})
        await comes(hass, hub, "Zoe")
        assert value_of(hass, SOC) == "44.0"
        await box.status("Available")
        await comes(hass, hub, None)
        assert value_of(hass, SOC) == "unknown"


@pytest.mark.parametrize("subentries", [["CP1"]])
async def test_the_sensor_comes_with_the_first_vehicle(
    hass: HomeAssistant, hub: Hub, setup_integration: MockConfigEntry, server_url: str
) -> None:
    """As do the select, and the target in per cent."""
    async with Wallbox(server_url) as box:
        await box.begin(hass, hub)
        await settle(hass)
        with pytest.raises(AssertionError, match="no sensor CP1/1/soc"):
            value_of(hass, SOC)
        assert (
            await hass.config_entries.subentries.async_init(
                (setup_integration.entry_id, "vehicle"),
                context={"source": "user"},
                data={
                    "name": "Zoe",
                    "capacity_kwh": 52,
                    "entities": {"soc_entity": "sensor.zoe"},
                },
            )
        )["type"] == "create_entry"
        await settle(hass)
        assert value_of(hass, SOC) == "unknown"
        assert value_of(hass, "CP1/1/vehicle", "select") == "unknown"
        await box.status("Preparing")
        await comes(hass, hub, "Zoe")
        assert value_of(hass, SOC) == "37.5"


async def test_the_control_knows_the_car(
    hass: HomeAssistant, hub: Hub, server_url: str
) -> None:
    (charger,) = hub.chargers.values()
    point = ControlPoint(charger=charger, connector=connector_of(hub))
    usual = model_of(point, Car())
    assert (usual.max_a, usual.phase_options) == (32, (3,))
    small = model_of(point, Car(max_a=10, phases=1))
    # Another car than the expected one may still load all phases.
    assert (small.max_a, small.phase_options) == (10, (3,))
    assert model_of(point, Car(max_a=2)).max_a == usual.min_a
    assert model_of(point, Car(max_a=63)).max_a == 32
    for known, full in (
        (Car(soc=80, target=80), True),
        (Car(soc=79.9, target=80), False),
        (Car(soc=100), False),
        (Car(target=0), False),
    ):
        assert reading_of(point, PlanFacts(), known).full is full


@pytest.mark.parametrize(
    "subentries", [[charger_subentry("CP1", overrides={"switches_phases": True}), ZOE]]
)
async def test_a_car_of_one_phase_gets_one(hub: Hub) -> None:
    (charger,) = hub.chargers.values()
    point = ControlPoint(charger=charger, connector=connector_of(hub))
    assert model_of(point, Car()).phase_options == (1, 3)
    assert model_of(point, Car(phases=1)).phase_options == (1,)
    assert model_of(point, Car(phases=2)).phase_options == (1, 3)


async def test_plans_know_the_car(
    hass: HomeAssistant, hub: Hub, server_url: str
) -> None:
    """What was learned of one is not true for another."""
    async with Wallbox(server_url) as box:
        await box.begin(hass, hub)
        plans, connector = hub.charge_plans, connector_of(hub)
        usual = plans.facts(connector).car
        await box.status("Preparing")
        await comes(hass, hub, "guest")
        assert plans.facts(connector).car == usual
        choose(hub, "Zoe")
        await settle(hass)
        assert plans.facts(connector).car == id_of(hub, "Zoe")
        assert plans.facts(connector).soc == 37.5
        point = plans._points[f"CP1/{connector.number}"]
        assert point.lines == 1
        point.vehicle.observe(lines=3, cap_a=None, power_w=None)
        assert point.lines == 3
        need = point.need(10.0, ready_by=None)
        assert (need.phases, need.max_a) == ((3,), 16)
        await box.status("Available")
        await comes(hass, hub, None)
        await box.status("Preparing")
        await comes(hass, hub, "Zoe")
        assert point.lines == 3
        choose(hub, "Van")
        await settle(hass)
        assert point.lines is None
        assert plans.facts(connector).soc == 11
