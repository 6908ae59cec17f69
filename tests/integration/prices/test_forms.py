"""The page Prices of the options, and the tariff in the form of a tag."""

from datetime import timedelta
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.ocpp_cs.const import SUBENTRY_ID_TAG
from custom_components.ocpp_cs.hub import Hub
from tests.integration.conftest import id_tag_subentry
from tests.integration.helpers.forms import proposed

LIST = "sensor.list"
SPOT = "sensor.spot"


class Page:
    """An options flow that stands at the page Prices."""

    def __init__(self, hass: HomeAssistant, entry: MockConfigEntry) -> None:
        self.hass, self.entry = hass, entry
        self.result: Any = None

    async def open(self) -> Page:
        flow = self.hass.config_entries.options
        self.result = await flow.async_init(self.entry.entry_id)
        assert "prices" in self.result["menu_options"]
        self.result = await flow.async_configure(
            self.result["flow_id"], {"next_step_id": "prices"}
        )
        return self

    async def submit(self, **values: Any) -> Any:
        self.result = await self.hass.config_entries.options.async_configure(
            self.result["flow_id"], {"currency": "EUR", **values}
        )
        return self.result

    @property
    def shown(self) -> dict[str, Any]:
        return proposed(self.result["data_schema"])

    @property
    def kept(self) -> Any:
        return self.entry.options.get("prices")


@pytest.fixture
async def page(hass: HomeAssistant, setup_integration: MockConfigEntry) -> Page:
    return await Page(hass, setup_integration).open()


@pytest.fixture
def options() -> dict[str, Any]:
    return {"scan_tags": False, "solar": {"fuse": 25.0}}


def list_of_prices(hass: HomeAssistant, price: float = 0.2) -> None:
    begin = dt_util.utcnow().replace(minute=0, second=0, microsecond=0)
    hass.states.async_set(
        LIST,
        str(price),
        {
            "unit_of_measurement": "EUR/kWh",
            "data": [
                {"start": (begin + timedelta(hours=n)).isoformat(), "price": price}
                for n in range(24)
            ],
        },
    )


async def test_all_that_can_be_chosen_is_kept_and_shown(
    hass: HomeAssistant, page: Page, hub: Hub
) -> None:
    list_of_prices(hass)
    hass.states.async_set(SPOT, "30", {"unit_of_measurement": "ct/kWh"})
    values = {
        "price_entities": [LIST],
        "price_entity": SPOT,
        "price": 0.4,
        "added": {"vat": 19, "surcharge": 0.1},
        "feed_in": 0.08,
        "feed_in_entity": "input_number.feed_in",
        "currency": "CHF",
        "guests": {"kind": "fixed", "price": 0.6, "sun_price": 0.2},
    }
    result = await page.submit(**values)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert page.kept == {
        "price_entities": [LIST],
        "price_entity": SPOT,
        "price": 0.4,
        "vat": 19,
        "surcharge": 0.1,
        "feed_in": 0.08,
        "feed_in_entity": "input_number.feed_in",
        "currency": "CHF",
        "guests": {"kind": "fixed", "price": 0.6, "sun_price": 0.2},
    }
    # The options of other pages stay.
    assert page.entry.options["scan_tags"] is False
    assert page.entry.options["solar"] == {"fuse": 25.0}
    await hass.async_block_till_done()
    assert hub.prices.price() == pytest.approx(0.3 * 1.19 + 0.1)
    await page.open()
    assert page.shown == values | {"show_prices": True}
    words = page.result["description_placeholders"]
    assert words["grid"] == "0.4570 CHF"
    assert words["sun"] == "0.0800 CHF"
    assert words["until"].startswith("20")
    # Emptied, nothing is left of it.
    await page.submit()
    assert page.kept == {}
    assert hub.prices.price() is None


@pytest.mark.parametrize(
    ("values", "errors"),
    [
        ({"price_entities": [SPOT]}, {"price_entities": "no_prices"}),
        ({"price_entity": "sensor.odd"}, {"price_entity": "not_a_price"}),
        ({"feed_in_entity": "sensor.odd"}, {"feed_in_entity": "not_a_price"}),
        ({"price": 1e9}, {"price": "number_range"}),
        ({"feed_in": -1000}, {"feed_in": "number_range"}),
        ({"added": {"vat": 190}}, {"added": "vat_range"}),
        ({"added": {"surcharge": 1e9}}, {"added": "surcharge_range"}),
        ({"guests": {"kind": "fixed"}}, {"guests": "tariff_price_missing"}),
        ({"guests": {"kind": "house", "price": 1}}, {"guests": "tariff_price_unused"}),
        ({"guests": {"kind": "plus", "price": 1e9}}, {"guests": "price_range"}),
    ],
)
async def test_what_is_wrong_is_said(
    hass: HomeAssistant, page: Page, values: Any, errors: dict[str, str]
) -> None:
    hass.states.async_set(SPOT, "0.3", {"unit_of_measurement": "EUR/kWh"})
    hass.states.async_set("sensor.odd", "cheap")
    result = await page.submit(**values)
    errors_there = dict(result["errors"])
    errors_there.pop("base", None)
    assert errors_there == errors
    assert page.shown | values == page.shown
    assert page.kept is None
    for part in errors.keys() & {"added", "guests"}:
        # Nobody sees an error in a section that is closed.
        section = result["data_schema"].schema[part]
        assert not section.options["collapsed"]
    if set(errors.values()) & {"no_prices", "not_a_price"}:
        assert result["description_placeholders"]["entity"] in ("spot", "odd")


@pytest.mark.parametrize("state", ["unavailable", "unknown", None])
async def test_an_entity_may_sleep(
    hass: HomeAssistant, page: Page, state: str | None
) -> None:
    if state is not None:
        hass.states.async_set(SPOT, state)
    result = await page.submit(price_entity=SPOT)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert page.kept == {"price_entity": SPOT}


# The tariff of a tag.


@pytest.fixture
def subentries() -> list[Any]:
    return [id_tag_subentry("CARD", "Anna")]


async def change_tag(hass: HomeAssistant, entry: MockConfigEntry, **values: Any) -> Any:
    (tag,) = entry.get_subentries_of_type(SUBENTRY_ID_TAG)
    result = await entry.start_subentry_reconfigure_flow(hass, tag.subentry_id)
    shown = proposed(result["data_schema"])
    return shown, await hass.config_entries.subentries.async_configure(
        result["flow_id"], shown | values
    )


@pytest.mark.parametrize("options", [{"prices": {"price": 0.3, "feed_in": 0.08}}])
async def test_a_tag_has_its_tariff(
    hass: HomeAssistant, setup_integration: MockConfigEntry, hub: Hub
) -> None:
    def rate() -> tuple[float | None, float | None]:
        found = hub.prices.rate("card", None)
        return found.grid, found.sun

    assert rate() == (0.3, 0.08)
    tariff: dict[str, Any] = {"kind": "fixed", "price": 0.25}
    _, result = await change_tag(hass, setup_integration, tariff=tariff)
    assert result["reason"] == "reconfigure_successful"
    await hass.async_block_till_done()
    assert rate() == (0.25, 0.25)
    shown, result = await change_tag(
        hass, setup_integration, tariff=tariff | {"sun_price": 0.1}
    )
    assert shown["tariff"] == tariff
    await hass.async_block_till_done()
    assert rate() == (0.25, 0.1)
    await change_tag(hass, setup_integration, tariff={"kind": "plus", "price": -0.1})
    await hass.async_block_till_done()
    assert rate() == (pytest.approx(0.2), 0)
    # What was there may stay in its field.
    await change_tag(hass, setup_integration, tariff={"kind": "house", "price": -0.1})
    await hass.async_block_till_done()
    assert rate() == (0.3, 0.08)
    (tag,) = setup_integration.get_subentries_of_type(SUBENTRY_ID_TAG)
    assert "tariff" not in tag.data


@pytest.mark.parametrize(
    ("tariff", "error"),
    [
        ({"kind": "fixed"}, "tariff_price_missing"),
        ({"kind": "plus", "sun_price": 1}, "tariff_price_missing"),
        # What is entered where it has no meaning is not dropped without a word.
        ({"kind": "house", "price": 0.2}, "tariff_price_unused"),
        ({"kind": "house", "sun_price": 0.2}, "tariff_sun_price_unused"),
        ({"kind": "plus", "price": 1, "sun_price": 1}, "tariff_sun_price_unused"),
        ({"kind": "fixed", "price": -101}, "price_range"),
        ({"kind": "fixed", "price": 1, "sun_price": 1e6}, "sun_price_range"),
    ],
)
async def test_a_tariff_may_be_wrong(
    hass: HomeAssistant, setup_integration: MockConfigEntry, tariff: Any, error: str
) -> None:
    _, result = await change_tag(hass, setup_integration, tariff=tariff)
    assert result["errors"] == {"tariff": error}
    # Nobody sees an error in a section that is closed.
    section = result["data_schema"].schema["tariff"]
    assert not section.options["collapsed"]
