"""Prices of long ago come from the recorder: a real one, in memory."""

from datetime import datetime, timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.components.recorder import get_instance
from homeassistant.components.recorder.models import (
    StatisticData,
    StatisticMeanType,
    StatisticMetaData,
)
from homeassistant.components.recorder.statistics import async_import_statistics
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.components.recorder.common import (
    async_wait_recording_done,
)

from custom_components.ocpp_cs.hub import Hub
from custom_components.ocpp_cs.prices import recorded
from tests.integration.conftest import id_tag_subentry, setup

SPOT = "sensor.spot"
FEED = "sensor.feed"
UNIT = {"unit_of_measurement": "ct/kWh", "state_class": "measurement"}
HOUR = timedelta(hours=1)


@pytest.fixture(name="options")
def fixture_options() -> dict[str, Any]:
    return {"prices": {"price_entity": SPOT, "surcharge": 0.1, "feed_in_entity": FEED}}


@pytest.fixture(name="subentries")
def fixture_subentries() -> list[Any]:
    return [id_tag_subentry("ANNA", tariff={"kind": "plus", "price": 1})]


async def month_later(
    hass: HomeAssistant, entry: MockConfigEntry, freezer: FrozenDateTimeFactory
) -> tuple[Hub, datetime]:
    """Let entities tell prices before there is a server; return that time, too."""
    begin = datetime(2026, 5, 1, 6, tzinfo=dt_util.UTC)
    freezer.move_to(begin)
    hass.states.async_set(FEED, "8", UNIT)
    for price in ("20", "30", "unavailable", "30", "-5"):
        hass.states.async_set(SPOT, price, UNIT)
        await async_wait_recording_done(hass)
        freezer.tick(HOUR)
    freezer.move_to(begin + timedelta(days=5))
    return await setup(hass, entry), begin


@pytest.mark.usefixtures("recorder_mock")
async def test_states_of_the_past(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    hub, begin = await month_later(hass, entry, freezer)
    read: list[Any] = []
    real = recorded._read

    def counted(*args: Any) -> Any:
        read.append(args[1:])
        return real(*args)

    monkeypatch.setattr(recorded, "_read", counted)
    # Nothing of it is remembered, so `rate` does not know it.
    assert hub.prices.rate("", None, begin).grid is None

    async def then(hours: float, tag: str = "") -> Any:
        return await hub.prices.async_rate_then(tag, None, begin + hours * HOUR)

    found = [(await then(hours)).grid for hours in (0.5, 1.5, 2.5, 3.5, 4.5, 9)]
    assert found == [pytest.approx(one) for one in (0.3, 0.4, 0.4, 0.4, 0.05, 0.05)]
    assert (await then(0.5)).sun == pytest.approx(0.08)
    assert (await then(0.5)).currency == "EUR"
    assert (await then(0.5, "anna")).grid == pytest.approx(1.3)
    assert (await then(-9)).grid is None
    # A day of an entity is read once; the day before is another one.
    assert len(read) == 4
    # At present, what is told now counts.
    hass.states.async_set(SPOT, "40", UNIT)
    assert (await hub.prices.async_rate_then("", None, dt_util.utcnow())).grid == 0.5
    assert len(read) == 4
    # What was told the day before stands until something else is told.
    assert (await then(30)).grid == pytest.approx(0.05)
    for day in range(100):
        await then(-24 * day)
    assert len(hub.prices._recorded._days) <= 32


@pytest.mark.usefixtures("recorder_mock")
async def test_statistics_stay_when_states_are_purged(
    hass: HomeAssistant, entry: MockConfigEntry, freezer: FrozenDateTimeFactory
) -> None:
    begin = datetime(2026, 5, 1, 6, tzinfo=dt_util.UTC)
    async_import_statistics(
        hass,
        StatisticMetaData(
            mean_type=StatisticMeanType.ARITHMETIC,
            has_sum=False,
            name=None,
            source="recorder",
            statistic_id=SPOT,
            unit_class=None,
            unit_of_measurement="ct/kWh",
        ),
        [
            StatisticData(start=begin + n * HOUR, mean=mean, min=mean, max=mean)
            for n, mean in enumerate((20.0, 30.0))
        ],
    )
    await async_wait_recording_done(hass)
    freezer.move_to(begin + timedelta(days=60))
    hub = await setup(hass, entry)
    for hours, price in ((0.5, 0.3), (1.5, 0.4)):
        rate = await hub.prices.async_rate_then("", None, begin + hours * HOUR)
        assert rate.grid == pytest.approx(price)
    rate = await hub.prices.async_rate_then("", None, begin - HOUR)
    assert rate.grid is None
    assert get_instance(hass).recording


async def test_without_a_recorder(hub: Hub) -> None:
    begin = datetime(2026, 5, 1, 6, tzinfo=dt_util.UTC)
    rate = await hub.prices.async_rate_then("", None, begin)
    assert (rate.grid, rate.sun) == (None, None)
