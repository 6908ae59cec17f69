"""What the forms take over from the settings of the Energy dashboard."""

from typing import Any

from homeassistant.components.energy.data import ENERGY_SOURCE_SCHEMA, async_get_manager
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.ocpp_cs.const import DOMAIN
from custom_components.ocpp_cs.energy_dashboard.proposals import (
    Proposals,
    async_proposals,
)
from tests.integration.helpers.forms import proposed

POWER = {"unit_of_measurement": "W"}
PRICE = {"unit_of_measurement": "EUR/kWh"}


def grid(**more: Any) -> dict[str, Any]:
    return {
        "type": "grid",
        "stat_energy_from": "sensor.imported",
        "stat_energy_to": None,
        "stat_cost": None,
        "entity_energy_price": None,
        "number_energy_price": None,
        "stat_compensation": None,
        "entity_energy_price_export": None,
        "number_energy_price_export": None,
        "cost_adjustment_day": 0.0,
        **more,
    }


def battery(**more: Any) -> dict[str, Any]:
    return {
        "type": "battery",
        "stat_energy_from": "sensor.b_from",
        "stat_energy_to": "sensor.b_to",
        **more,
    }


SOLAR = {"type": "solar", "stat_energy_from": "sensor.roof", "stat_rate": "sensor.pv"}


async def dashboard(hass: HomeAssistant, *sources: dict[str, Any]) -> None:
    """Let the Energy dashboard have these sources, which Home Assistant itself checks."""
    hass.config.components.add("energy")
    manager = await async_get_manager(hass)
    await manager.async_update({"energy_sources": ENERGY_SOURCE_SCHEMA(list(sources))})


@pytest.fixture(autouse=True)
def entities(hass: HomeAssistant) -> None:
    for name in ("grid", "grid_2", "to", "pv", "battery", "battery_2"):
        hass.states.async_set(f"sensor.{name}", "100", POWER)
    for name in ("price", "feed"):
        hass.states.async_set(f"sensor.{name}", "0.3", PRICE)
    hass.states.async_set("sensor.soc", "50", {"unit_of_measurement": "%"})


@pytest.mark.parametrize(
    ("sources", "found"),
    [
        ([], Proposals()),
        ([grid()], Proposals()),
        (
            [grid(stat_rate="sensor.grid"), SOLAR],
            Proposals(
                meter={
                    "grid_power": ["sensor.grid"],
                    "grid_sign": "import",
                    "pv_power": ["sensor.pv"],
                }
            ),
        ),
        (
            [grid(power_config={"stat_rate_inverted": "sensor.grid"})],
            Proposals(meter={"grid_power": ["sensor.grid"], "grid_sign": "export"}),
        ),
        (
            [
                grid(
                    power_config={
                        "stat_rate_from": "sensor.grid",
                        "stat_rate_to": "sensor.to",
                    }
                )
            ],
            Proposals(
                meter={"grid_power": ["sensor.grid"], "export_power": ["sensor.to"]}
            ),
        ),
        # Two connections are added.
        (
            [
                grid(stat_rate="sensor.grid"),
                grid(stat_energy_from="sensor.night", stat_rate="sensor.grid_2"),
            ],
            Proposals(
                meter={
                    "grid_power": ["sensor.grid", "sensor.grid_2"],
                    "grid_sign": "import",
                }
            ),
        ),
        (
            [battery(stat_rate="sensor.battery", stat_soc="sensor.soc")],
            Proposals(
                battery={
                    "battery_power": ["sensor.battery"],
                    "battery_sign": "discharging",
                    "battery_soc": ["sensor.soc"],
                }
            ),
        ),
        (
            [battery(power_config={"stat_rate_inverted": "sensor.battery"})],
            Proposals(
                battery={
                    "battery_power": ["sensor.battery"],
                    "battery_sign": "charging",
                }
            ),
        ),
        (
            [grid(entity_energy_price="sensor.price", number_energy_price_export=0.08)],
            Proposals(prices={"price_entity": "sensor.price", "feed_in": 0.08}),
        ),
        (
            [grid(number_energy_price=0.3, entity_energy_price_export="sensor.feed")],
            Proposals(prices={"price": 0.3, "feed_in_entity": "sensor.feed"}),
        ),
        # Statistics of elsewhere, and entities that are gone, measure nothing here.
        (
            [
                grid(stat_rate="sensor.gone", entity_energy_price="sensor.gone"),
                battery(stat_rate="elsewhere:battery", stat_soc="sensor.gone"),
            ],
            Proposals(),
        ),
    ],
)
async def test_what_is_proposed(
    hass: HomeAssistant, sources: list[Any], found: Proposals
) -> None:
    assert await async_proposals(hass) == Proposals()
    await dashboard(hass, *sources)
    assert await async_proposals(hass) == found


async def test_a_charger_is_no_meter_of_the_house(hass: HomeAssistant) -> None:
    registered = er.async_get(hass).async_get_or_create("sensor", DOMAIN, "CP1/1/power")
    hass.states.async_set(registered.entity_id, "100", POWER)
    await dashboard(hass, grid(stat_rate=registered.entity_id))
    assert await async_proposals(hass) == Proposals()


# In the forms.


class Form:
    """An options flow."""

    def __init__(self, hass: HomeAssistant, entry: MockConfigEntry) -> None:
        self.hass, self.entry = hass, entry
        self.result: Any = None

    async def open(self, *steps: str) -> dict[str, Any]:
        flow = self.hass.config_entries.options
        self.result = await flow.async_init(self.entry.entry_id)
        for step in steps:
            self.result = await flow.async_configure(
                self.result["flow_id"], {"next_step_id": step}
            )
        return self.shown

    async def submit(self, values: dict[str, Any]) -> dict[str, Any]:
        self.result = await self.hass.config_entries.options.async_configure(
            self.result["flow_id"], values
        )
        return self.shown

    @property
    def shown(self) -> dict[str, Any]:
        schema = self.result.get("data_schema")
        return {} if schema is None else proposed(schema)


@pytest.fixture
def form(hass: HomeAssistant, setup_integration: MockConfigEntry) -> Form:
    return Form(hass, setup_integration)


async def test_a_meter_is_set_up_by_looking_at_it(
    hass: HomeAssistant, form: Form
) -> None:
    await dashboard(
        hass, grid(power_config={"stat_rate_inverted": "sensor.grid"}), SOLAR
    )
    shown = await form.open("solar")
    assert form.result["step_id"] == "meter"
    assert shown == {
        "grid_power": ["sensor.grid"],
        "inverters": {"pv_power": ["sensor.pv"]},
    }
    # What the sign means is known as well, and shown with the present value.
    shown = await form.submit(shown)
    assert form.result["step_id"] == "sign"
    assert shown == {"grid_sign": "export"}
    await form.submit(shown)
    assert form.entry.options["solar"] == {
        "grid_power": "sensor.grid",
        "pv_power": "sensor.pv",
        "grid_sign": "export",
    }
    # What is taken over already is not offered again.
    assert "take_over" not in await form.open("solar", "meter")


@pytest.mark.parametrize(
    "options",
    [
        {
            "solar": {
                "grid_power": "sensor.to",
                "export_power": "sensor.grid_2",
                "reserve": 50,
            }
        }
    ],
)
async def test_another_meter_is_taken_over_on_request(
    hass: HomeAssistant, form: Form
) -> None:
    await dashboard(hass, grid(stat_rate="sensor.grid"), SOLAR)
    shown = await form.open("solar", "meter")
    assert shown == {
        "take_over": False,
        "grid_power": ["sensor.to"],
        "export_power": ["sensor.grid_2"],
        "reserve": 50,
    }
    assert form.result["description_placeholders"]["dashboard"] == "grid, pv"
    shown = await form.submit(shown | {"take_over": True})
    # It is shown before it is sent, and what the dashboard does not know stays.
    assert form.result["step_id"] == "meter"
    assert shown == {
        "grid_power": ["sensor.grid"],
        "reserve": 50,
        "inverters": {"pv_power": ["sensor.pv"]},
    }
    shown = await form.submit(shown)
    assert shown == {"grid_sign": "import"}
    await form.submit(shown)
    assert form.entry.options["solar"] == {
        "grid_power": "sensor.grid",
        "grid_sign": "import",
        "pv_power": "sensor.pv",
        "reserve": 50,
    }


@pytest.mark.parametrize("options", [{"solar": {"grid_power": "sensor.to"}}])
async def test_who_does_not_want_it_keeps_theirs(
    hass: HomeAssistant, form: Form
) -> None:
    await dashboard(hass, grid(stat_rate="sensor.grid"))
    await form.submit(await form.open("solar", "meter"))
    assert form.result["step_id"] == "sign"
    await form.submit(form.shown)
    assert form.entry.options["solar"]["grid_power"] == "sensor.to"


@pytest.mark.parametrize("options", [{"solar": {"fuse": 25.0}}])
async def test_the_battery(hass: HomeAssistant, form: Form) -> None:
    await dashboard(
        hass,
        battery(
            power_config={"stat_rate_inverted": "sensor.battery"}, stat_soc="sensor.soc"
        ),
    )
    shown = await form.open("solar", "battery")
    assert shown["battery_power"] == ["sensor.battery"]
    assert shown["battery_sign"] == "charging"
    await form.submit(shown)
    assert form.entry.options["solar"] == {
        "fuse": 25.0,
        "battery_power": "sensor.battery",
        "battery_sign": "charging",
        "battery_soc": "sensor.soc",
    }
    await dashboard(hass, battery(stat_rate="sensor.battery_2"))
    shown = await form.open("solar", "battery")
    shown = await form.submit(shown | {"take_over": True})
    assert shown["battery_power"] == ["sensor.battery_2"]
    assert shown["battery_sign"] == "discharging"
    assert shown["battery_soc"] == ["sensor.soc"]


async def test_the_prices(hass: HomeAssistant, form: Form) -> None:
    await dashboard(
        hass, grid(entity_energy_price="sensor.price", number_energy_price_export=0.08)
    )
    shown = await form.open("prices")
    assert shown == {
        "guests": {"kind": "house"},
        "price_entity": "sensor.price",
        "feed_in": 0.08,
        "currency": "EUR",
        "show_prices": True,
    }
    await form.submit(shown)
    assert form.result["type"] is FlowResultType.CREATE_ENTRY
    assert form.entry.options["prices"] == {
        "price_entity": "sensor.price",
        "feed_in": 0.08,
    }
    assert "take_over" not in await form.open("prices")
    await dashboard(hass, grid(number_energy_price=0.4))
    shown = await form.open("prices")
    assert shown["take_over"] is False
    assert form.result["description_placeholders"]["dashboard"] == "0.4"
    shown = await form.submit(shown | {"take_over": True})
    assert shown["price"] == 0.4
    assert "take_over" not in shown
