"""The prices of versions before the page Prices."""

from typing import Any

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
import pytest

from custom_components.ocpp_cs.migration.migration import MINOR_VERSION, VERSION
from custom_components.ocpp_cs.migration.options import migrated_options
from tests.integration.conftest import make_entry, setup

METER = {"grid_power": "sensor.grid", "grid_sign": "import"}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({}, {}),
        ({"scan_tags": False, "solar": METER}, {"scan_tags": False, "solar": METER}),
        ({"price": 0.3}, {"prices": {"price": 0.3}}),
        (
            {"price": 0.3, "price_entity": "sensor.spot", "solar": METER},
            {"prices": {"price": 0.3, "price_entity": "sensor.spot"}, "solar": METER},
        ),
        (
            {"solar": {**METER, "price_entities": ["sensor.list"], "feed_in": 0.08}},
            {
                "prices": {"price_entities": ["sensor.list"], "feed_in": 0.08},
                "solar": METER,
            },
        ),
        # A fuse without anything else, and what nobody could enter.
        (
            {"solar": {"feed_in": "sensor.feed", "price_entities": []}},
            {
                "prices": {"feed_in_entity": "sensor.feed", "price_entities": []},
                "solar": {},
            },
        ),
        # An earlier version ran in between: the page knows better.
        (
            {"price": 0.5, "prices": {"price": 0.3}},
            {"prices": {"price": 0.3}},
        ),
        ({"solar": 7, "price": None}, {"solar": 7}),
    ],
)
def test_the_prices_move(before: dict[str, Any], after: dict[str, Any]) -> None:
    assert migrated_options(before) == after
    assert migrated_options(after) == after


async def test_an_entry_is_migrated_once(hass: HomeAssistant, port: int) -> None:
    entry = make_entry(port, price=0.3, solar={**METER, "feed_in": 0.08})
    assert entry.version == 1
    hub = await setup(hass, entry)
    assert (entry.version, entry.minor_version) == (VERSION, MINOR_VERSION)
    assert entry.options == {"prices": {"price": 0.3, "feed_in": 0.08}, "solar": METER}
    rate = hub.prices.rate("", None)
    assert (rate.grid, rate.sun) == (0.3, 0.08)
    assert await hass.config_entries.async_unload(entry.entry_id)
    # A version of before minor versions that adds to it is served without migration.
    hass.config_entries.async_update_entry(
        entry, minor_version=MINOR_VERSION + 1, options={"price": 0.4}
    )
    assert await hass.config_entries.async_setup(entry.entry_id)
    assert entry.state is ConfigEntryState.LOADED
    assert entry.options == {"price": 0.4}
    assert entry.runtime_data.prices.price() == 0.4
    assert await hass.config_entries.async_unload(entry.entry_id)
