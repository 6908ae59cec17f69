"""What is known of a session: sun and grid, its price, states of charge, its vehicle."""

from datetime import UTC, datetime, timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)

from custom_components.ocpp_cs.const import DOMAIN
from custom_components.ocpp_cs.csms.transactions.transaction import Transaction
from custom_components.ocpp_cs.hub import Hub
from custom_components.ocpp_cs.sessions.sun_share import SunShares
from tests.integration.conftest import charger_subentry, id_tag_subentry
from tests.integration.helpers.control import GRID, SOLAR
from tests.integration.helpers.entities import Wallbox, settle
from tests.integration.helpers.vehicles import vehicle_subentry

ENERGY = "Energy.Active.Import.Register"
POWER = "Power.Active.Import"
SOC = "sensor.zoe_soc"


@pytest.fixture
def subentries() -> list[Any]:
    return [
        charger_subentry("CP1", "Garage"),
        id_tag_subentry("CARD", "Anna"),
        vehicle_subentry("Zoe", id_tags=["CARD"], soc_entity=SOC, capacity_kwh=50),
    ]


@pytest.fixture
def options() -> dict[str, Any]:
    return {
        "solar": SOLAR,
        "prices": {"price": 0.30, "feed_in": 0.08},
        "tag_policy": "every",
    }


def latest(hub: Hub) -> Transaction:
    found = hub.central_system.ledger.latest("CP1", 1)
    assert found is not None
    return found


def grid(hass: HomeAssistant, watts: object) -> None:
    hass.states.async_set(GRID, str(watts), {"unit_of_measurement": "W"})


async def pass_by(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, watts: object, seconds: int
) -> None:
    """Let time pass, in which the meter of the house tells the same again and again."""
    for _ in range(seconds // 10):
        freezer.tick(10)
        grid(hass, watts)
        async_fire_time_changed(hass)
        await settle(hass)


async def test_sun_is_what_was_not_bought(
    hass: HomeAssistant, hub: Hub, server_url: str, freezer: FrozenDateTimeFactory
) -> None:
    """A minute of sun, a minute of both, and one in which the meter is silent."""
    freezer.move_to(datetime(2026, 11, 20, 12, 1, tzinfo=UTC))
    async with Wallbox(server_url) as box:
        await box.begin(hass, hub)
        await box.status("Charging")
        grid(hass, -6000)
        number = await box.start(meter=0, id_tag="CARD")
        await box.values({ENERGY: 0.0, POWER: 6000.0}, transaction_id=number)
        await settle(hass)
        await pass_by(hass, freezer, -500, 60)
        await box.values({ENERGY: 100.0, POWER: 6000.0}, transaction_id=number)
        await settle(hass)
        one = latest(hub)
        assert (one.details.sun_wh, one.details.grid_wh) == (100, 0)
        assert one.cost == pytest.approx(0.008)
        # The house comes first: of what is bought, all is for the car.
        await pass_by(hass, freezer, 1500, 60)
        await box.values({ENERGY: 200.0, POWER: 6000.0}, transaction_id=number)
        await settle(hass)
        one = latest(hub)
        assert one.details.sun_wh == pytest.approx(175, abs=0.1)
        assert one.details.grid_wh == pytest.approx(25, abs=0.1)
        assert one.cost == pytest.approx(0.175 * 0.08 + 0.025 * 0.30, abs=1e-4)
        await pass_by(hass, freezer, "unavailable", 60)
        await box.values({ENERGY: 300.0, POWER: 6000.0}, transaction_id=number)
        await settle(hass)
        one = latest(hub)
        assert one.details.sun_wh == pytest.approx(175, abs=0.1)
        assert one.details.grid_wh == pytest.approx(25, abs=0.1)
        assert one.details.sun_share == pytest.approx(0.875, abs=0.001)
        # What nobody measured costs what the grid does.
        assert one.cost == pytest.approx(0.175 * 0.08 + 0.125 * 0.30, abs=1e-4)
        assert one.details.currency == "EUR"
        await box.stop(number, meter=300)
    answer = await hass.services.async_call(
        DOMAIN, "get_sessions", {}, blocking=True, return_response=True
    )
    assert answer is not None
    (told,) = answer["sessions"]  # type: ignore[misc]
    assert told["sun_share"] == pytest.approx(0.875, abs=0.001)  # type: ignore[index,call-overload]
    assert told["vehicle_name"] == "Zoe"  # type: ignore[index,call-overload]


async def test_readings_faster_than_samples(
    hass: HomeAssistant, hub: Hub, server_url: str, freezer: FrozenDateTimeFactory
) -> None:
    """A register in large steps seems to jump, but the power is measured."""
    freezer.move_to(datetime(2026, 11, 20, 12, 1, tzinfo=UTC))
    async with Wallbox(server_url) as box:
        await box.begin(hass, hub)
        await box.status("Charging")
        grid(hass, 4500)
        number = await box.start(meter=0, id_tag="CARD")
        await box.values({ENERGY: 0.0, POWER: 6000.0}, transaction_id=number)
        await settle(hass)
        freezer.tick(3)
        await box.values({ENERGY: 100.0, POWER: 6000.0}, transaction_id=number)
        await settle(hass)
        one = latest(hub)
        assert one.details.sun_wh == pytest.approx(25, abs=0.1)
        assert one.details.grid_wh == pytest.approx(75, abs=0.1)
        await box.stop(number, meter=100)


async def test_nothing_is_sampled_without_a_session(
    hass: HomeAssistant, hub: Hub, server_url: str
) -> None:
    shares = hub.part(SunShares)
    async with Wallbox(server_url) as box:
        await box.begin(hass, hub)
        await box.status("Charging")
        assert shares._sampling is None
        number = await box.start(meter=0, id_tag="CARD")
        await settle(hass)
        assert shares._sampling is not None
        await box.stop(number, meter=0)
        await settle(hass)
        assert shares._sampling is None


async def test_a_restart_in_a_session_is_a_gap(
    hass: HomeAssistant,
    hub: Hub,
    server_url: str,
    setup_integration: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
) -> None:
    """What was charged while nobody looked is neither sun nor grid."""
    freezer.move_to(datetime(2026, 11, 20, 12, 1, tzinfo=UTC))
    grid(hass, -6000)
    async with Wallbox(server_url) as box:
        await box.begin(hass, hub)
        await box.status("Charging")
        number = await box.start(meter=0, id_tag="CARD")
        await settle(hass)
    assert await hass.config_entries.async_unload(setup_integration.entry_id)
    freezer.tick(600)
    assert await hass.config_entries.async_setup(setup_integration.entry_id)
    hub = setup_integration.runtime_data
    grid(hass, -6000)
    async with Wallbox(server_url) as box:
        await box.begin(hass, hub)
        await box.status("Charging")
        await box.values({ENERGY: 1000.0, POWER: 6000.0}, transaction_id=number)
        await settle(hass)
        one = latest(hub)
        assert (one.energy_wh, one.details.sun_wh) == (1000, None)
        await pass_by(hass, freezer, -6000, 60)
        await box.values({ENERGY: 1100.0, POWER: 6000.0}, transaction_id=number)
        await settle(hass)
        assert latest(hub).details.sun_wh == 100


async def test_the_state_of_charge_at_both_ends(
    hass: HomeAssistant, hub: Hub, server_url: str, freezer: FrozenDateTimeFactory
) -> None:
    """The cloud of the maker is slow, and nothing is known of a car that has gone."""
    freezer.move_to(datetime(2026, 11, 20, 12, tzinfo=UTC))
    async with Wallbox(server_url) as box:
        await box.begin(hass, hub)
        await box.status("Preparing")
        number = await box.start(meter=0, id_tag="CARD")
        await box.status("Charging")
        await settle(hass)
        assert latest(hub).details.soc_start is None
        freezer.tick(300)
        hass.states.async_set(SOC, "21", {"unit_of_measurement": "%"})
        await settle(hass)
        assert latest(hub).details.soc_start == 21
        freezer.tick(3000)
        hass.states.async_set(SOC, "64.5", {"unit_of_measurement": "%"})
        await settle(hass)
        assert latest(hub).details.soc_end is None
        hass.states.async_set(SOC, "unavailable")
        await box.stop(number, meter=9000)
        await box.status("Available")
        await settle(hass)
        details = latest(hub).details
        assert (details.soc_start, details.soc_end) == (21, 64.5)
        # Whoever tells nothing in time is not guessed.
        await box.status("Preparing")
        number = await box.start(meter=9000, id_tag="CARD")
        await box.status("Charging")
        await settle(hass)
        freezer.tick(timedelta(hours=1))
        hass.states.async_set(SOC, "90", {"unit_of_measurement": "%"})
        await settle(hass)
        assert latest(hub).details.soc_start is None


async def test_a_vehicle_is_corrected_by_its_name(
    hass: HomeAssistant, hub: Hub, server_url: str
) -> None:
    async with Wallbox(server_url) as box:
        await box.begin(hass, hub)
        number = await box.start(meter=0, id_tag="OTHER")
        await box.stop(number, meter=2000)
        await settle(hass)

    async def correct(vehicle: str) -> Any:
        answer = await hass.services.async_call(
            DOMAIN,
            "correct_session",
            {"transaction_id": number, "vehicle": vehicle},
            blocking=True,
            return_response=True,
        )
        assert answer is not None
        return answer["session"]

    told = await correct("zoe")
    (zoe,) = hub.vehicles.all()
    assert (told["vehicle"], told["vehicle_name"]) == (zoe.id, "Zoe")
    told = await correct("Guest")
    assert (told["vehicle"], told["vehicle_name"]) == ("guest", None)
    assert (await correct(""))["vehicle"] is None
    with pytest.raises(ServiceValidationError, match="Tesla"):
        await correct("Tesla")
