"""Cars that tell their charger who they are, without a cloud of their maker (ISO 15118)."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

from homeassistant.config_entries import SOURCE_USER
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.ocpp_cs.const import DOMAIN, SUBENTRY_VEHICLE
from custom_components.ocpp_cs.diagnostics import async_get_config_entry_diagnostics
from custom_components.ocpp_cs.hub import Hub
from custom_components.ocpp_cs.vehicles.recognition import Source
from simulator import Car, ChargingStation, Generic
from tests.integration.conftest import charger_subentry, wait_for
from tests.integration.helpers.entities import settle, value_of
from tests.integration.helpers.vehicles import at, comes, connector_of, vehicle_subentry

ZOE, IONIQ = "01:23:45:67:89:AB", "02-23-45-67-89-AB"


@pytest.fixture
def options() -> dict[str, Any]:
    return {"solar": {"grid_power": "sensor.grid", "fuse": 25}}


@pytest.fixture(autouse=True)
def _grid(hass: HomeAssistant) -> None:
    hass.states.async_set("sensor.grid", "0", {"unit_of_measurement": "W"})


@pytest.fixture
def subentries() -> list[Any]:
    return [
        charger_subentry("CP1", "Garage"),
        vehicle_subentry("Zoe", identities=[ZOE], id_tags=["04AB"], mode="solar"),
        vehicle_subentry("Ioniq", identities=[IONIQ], id_tags=["07CD"]),
    ]


@pytest.fixture
def version() -> str:
    return "2.1"


@pytest.fixture
async def station(
    hass: HomeAssistant, hub: Hub, server_url: str, version: str
) -> AsyncIterator[ChargingStation]:
    """Return a station with two EVSEs that has booted."""
    async with ChargingStation(
        server_url, "CP1", version=version, connectors=2
    ) as station:
        await wait_for(
            hass,
            lambda: (
                hub.central_system.charge_points["CP1"].ready
                and hub.vehicles.at(connector_of(hub)) is None
            ),
        )
        yield station


@pytest.mark.parametrize("version", ["2.0.1", "2.1"])
async def test_its_id_says_which_one_it_is(
    hass: HomeAssistant, hub: Hub, station: ChargingStation, version: str
) -> None:
    """Its charge mode is set; a card that was lent to another one changes nothing."""
    await station.plug(car=Car(evccid=ZOE))
    await comes(hass, hub, "Zoe")
    assert hub.vehicles.source(connector_of(hub)) is Source.IDENTITY
    await wait_for(
        hass, lambda: value_of(hass, "CP1/1/charge_mode", "select") == "solar"
    )
    await station.present_card("07CD", 1)
    await wait_for(hass, lambda: connector_of(hub).transaction is not None)
    await settle(hass)
    assert at(hub) == "Zoe"
    await station.unplug()
    await comes(hass, hub, None)
    assert connector_of(hub).car is None


@pytest.mark.parametrize("kind", ["MacAddress", "Central"])
async def test_autocharge_means_the_same_car(
    hass: HomeAssistant, hub: Hub, station: ChargingStation, kind: str
) -> None:
    """Whether its id comes as a token, or it tells it itself."""
    await station.plug(car=Car())
    await comes(hass, hub, "guest")
    await station.present_card(ZOE.lower(), 1, kind)
    await comes(hass, hub, "Zoe")
    assert hub.vehicles.source(connector_of(hub)) is Source.TAG
    await station.unplug()
    await comes(hass, hub, None)
    await station.plug(car=Car(evccid=ZOE))
    await comes(hass, hub, "Zoe")


async def test_it_is_known_over_a_restart(
    hass: HomeAssistant, hub: Hub, entry: MockConfigEntry, station: ChargingStation
) -> None:
    """What it has told is read again."""
    await station.plug(car=Car(evccid=ZOE, soc=40))
    await comes(hass, hub, "Zoe")
    assert await hass.config_entries.async_reload(entry.entry_id)
    after: Hub = entry.runtime_data
    assert at(after) == "Zoe"
    await wait_for(hass, lambda: connector_of(after).car is not None)
    await wait_for(hass, lambda: value_of(hass, "CP1/1/soc") == "40.0")
    assert after.vehicles.source(connector_of(after)) is Source.IDENTITY


async def test_a_departure_that_is_over_is_not_shown(
    hass: HomeAssistant,
    hub: Hub,
    station: ChargingStation,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    leaving = dt_util.utcnow() + timedelta(hours=1)
    await station.plug(car=Car(evccid=ZOE, departure=leaving))
    registry, key = er.async_get(hass), "CP1/1/vehicle_departure"
    await wait_for(
        hass, lambda: registry.async_get_entity_id("sensor", DOMAIN, key) is not None
    )
    await wait_for(hass, lambda: value_of(hass, key) != "unknown")
    monkeypatch.setattr(dt_util, "utcnow", lambda: leaving + timedelta(minutes=1))
    hub.vehicles.async_minute_passed()
    await wait_for(hass, lambda: value_of(hass, key) == "unknown")


async def test_two_swap_places(
    hass: HomeAssistant, hub: Hub, station: ChargingStation
) -> None:
    zoe, ioniq = Car(evccid=ZOE, soc=30), Car(evccid=IONIQ, soc=70)
    await station.plug(1, zoe)
    await station.plug(2, ioniq)
    await comes(hass, hub, "Zoe", 1)
    await comes(hass, hub, "Ioniq", 2)
    await station.unplug(1)
    await station.unplug(2)
    await station.plug(2, zoe)
    await station.plug(1, ioniq)
    await comes(hass, hub, "Zoe", 2)
    await comes(hass, hub, "Ioniq", 1)
    await wait_for(hass, lambda: value_of(hass, "CP1/1/soc") == "70.0")
    assert value_of(hass, "CP1/2/soc") == "30.0"
    # One that was changed unseen tells another id.
    station.evses[0].car = None
    station.evses[0].plug_in(Car(evccid="03:23:45:67:89:AB", soc=20))
    await comes(hass, hub, "guest", 1)


async def test_what_it_tells_is_shown_and_planned_with(
    hass: HomeAssistant, hub: Hub, station: ChargingStation
) -> None:
    """The user need not say when, nor how much; what is said goes first."""
    leaving = (dt_util.utcnow() + timedelta(hours=9)).replace(microsecond=0)
    registry = er.async_get(hass)
    assert registry.async_get_entity_id("sensor", DOMAIN, "CP1/1/evccid") is None
    car = Car(evccid=ZOE, soc=40, departure=leaving, least_kwh=4, capacity_kwh=50)
    await station.plug(car=car)
    await wait_for(
        hass,
        lambda: (
            registry.async_get_entity_id("sensor", DOMAIN, "CP1/1/vehicle_departure")
            is not None
            and value_of(hass, "CP1/1/vehicle_departure") == leaving.isoformat()
        ),
    )
    assert value_of(hass, "CP1/1/soc") == "40.0"
    assert value_of(hass, "CP1/1/vehicle_energy") == "30.0"
    assert value_of(hass, "CP1/1/vehicle_least_energy") == "4.0"
    evccid = registry.async_get_entity_id("sensor", DOMAIN, "CP1/1/evccid")
    assert evccid is not None
    entry = registry.async_get(evccid)
    assert entry is not None
    assert entry.disabled
    (charger,) = hub.chargers.values()
    connector = connector_of(hub)
    known = hub.vehicles.car(charger, connector)
    assert (known.soc, known.capacity_kwh, known.target) == (40, 50, 100)
    assert known.tells_soc
    plans = hub.charge_plans
    # Not on its own.
    assert not plans.wanted(connector).armed
    plans.async_want(charger, connector, armed=True)
    wanted = plans.wanted(connector)
    assert (wanted.ready_by, wanted.energy_kwh) == (leaving, 0)
    assert plans.shown(connector).energy_kwh == 30
    own = leaving - timedelta(hours=3)
    plans.async_want(charger, connector, ready_by=own, energy_kwh=10.0)
    assert plans.wanted(connector).ready_by == own
    assert plans.shown(connector).energy_kwh == 10
    # It charges, and tells so.
    car.soc = 44.0
    station.evses[0].update()
    await wait_for(hass, lambda: value_of(hass, "CP1/1/soc") == "44.0")
    await station.unplug()
    await wait_for(hass, lambda: value_of(hass, "CP1/1/vehicle_departure") == "unknown")
    assert value_of(hass, "CP1/1/soc") == "unknown"
    assert value_of(hass, "CP1/1/vehicle_energy") == "unknown"


async def test_nonsense_is_not_shown(
    hass: HomeAssistant, hub: Hub, station: ChargingStation
) -> None:
    station.faults.impossible_car = True
    await station.plug(car=Car(evccid=ZOE, soc=40, departure=dt_util.utcnow()))
    await wait_for(hass, lambda: connector_of(hub).car is not None)
    await settle(hass)
    assert at(hub) == "guest"
    registry = er.async_get(hass)
    for key in ("soc", "evccid", "vehicle_departure", "vehicle_energy"):
        assert registry.async_get_entity_id("sensor", DOMAIN, f"CP1/1/{key}") is None
    deviations = hub.central_system.charge_points["CP1"].deviations.counts
    assert deviations["implausible_value_of_vehicle:evccid"] == 1


@pytest.mark.parametrize("subentries", [[charger_subentry("CP1", "Garage")]])
async def test_the_form_knows_the_car_that_is_plugged_in(
    hass: HomeAssistant, hub: Hub, entry: MockConfigEntry, station: ChargingStation
) -> None:
    """Nobody has to type its id, or its capacity."""
    flows = hass.config_entries.subentries
    key, context = (entry.entry_id, SUBENTRY_VEHICLE), {"source": SOURCE_USER}
    await station.plug(2, Car(evccid=ZOE, capacity_kwh=50))
    await wait_for(hass, lambda: connector_of(hub, 2).car is not None)
    form: Any = await flows.async_init(key, context=context)
    fields = form["data_schema"].schema
    shown = {
        str(one): one.description["suggested_value"]
        for one in fields
        if one.description and "suggested_value" in one.description
    }
    assert shown["capacity_kwh"] == 50
    recognition = fields["recognition"].schema.schema
    (identities,) = (one for one in recognition if one == "identities")
    assert identities.description["suggested_value"] == ["0123456789AB"]
    (option,) = recognition[identities].config["options"]
    assert option["value"] == "0123456789AB"
    assert "Garage" in option["label"]
    await flows.async_configure(
        form["flow_id"],
        {"name": "Mine", "recognition": {"identities": ["0123456789AB"]}},
    )
    await comes(hass, hub, "Mine", 2)
    # It is a vehicle now: the next one is another car.
    form = await flows.async_init(key, context=context)
    fields = form["data_schema"].schema
    assert not any(
        (one.description or {}).get("suggested_value")
        for one in fields["recognition"].schema.schema
    )


async def test_who_it_is_stays_private(
    hass: HomeAssistant, hub: Hub, entry: MockConfigEntry, station: ChargingStation
) -> None:
    leaving = dt_util.utcnow() + timedelta(hours=9)
    await station.plug(car=Car(evccid=ZOE, departure=leaving))
    await comes(hass, hub, "Zoe")
    told = str(await async_get_config_entry_diagnostics(hass, entry))
    assert "'soc': 50" in told
    for secret in (ZOE, "0123456789AB", leaving.isoformat()):
        assert secret not in told


async def test_a_charger_of_1_6_has_none_of_it(
    hass: HomeAssistant, hub: Hub, server_url: str
) -> None:
    async with Generic(server_url, "CP1") as charger:
        await wait_for(hass, lambda: hub.central_system.charge_points["CP1"].ready)
        await charger.plug(1, Car(evccid=ZOE))
        await comes(hass, hub, "guest")
    assert connector_of(hub).car is None
    registry = er.async_get(hass)
    assert registry.async_get_entity_id("sensor", DOMAIN, "CP1/1/evccid") is None
