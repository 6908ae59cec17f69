"""What a kWh costs: now, in the past, and to come; for a tag or a vehicle."""

from collections.abc import Callable
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from homeassistant.config_entries import ConfigSubentry
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.ocpp_cs.const import SUBENTRY_ID_TAG, SUBENTRY_VEHICLE
from custom_components.ocpp_cs.hub import Hub
from custom_components.ocpp_cs.prices import prices as house_prices
from custom_components.ocpp_cs.prices.agreed import AgreedPrices
from custom_components.ocpp_cs.prices.options import (
    PriceOptions,
    earlier_prices,
    price_options,
)
from custom_components.ocpp_cs.prices.tariffs import Tariff, TariffKind, tariff_of
from custom_components.ocpp_cs.prices.track import KEPT_S, STANDS_S, Track
from tests.integration.conftest import charger_subentry, id_tag_subentry

LIST = "sensor.list"
SPOT = "sensor.spot"
FEED = "sensor.feed"
NOON = datetime(2026, 5, 1, 12, 0, tzinfo=dt_util.UTC)
HOUR = timedelta(hours=1)


class Clock:
    """The time, as the prices know it."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(house_prices, "_now", clock)
    return clock


def tell(hass: HomeAssistant, entity: str, price: float | str, **more: Any) -> None:
    hass.states.async_set(
        entity, str(price), {"unit_of_measurement": "EUR/kWh", **more}
    )


def tell_list(
    hass: HomeAssistant,
    price: Callable[[int], float],
    *,
    hours: range = range(-12, 24),
    state: float | str = 9.0,
) -> None:
    """Let an entity tell prices around noon; its state is something else."""
    tell(
        hass,
        LIST,
        state,
        data=[
            {"start": (NOON + n * HOUR).isoformat(), "price": price(n)} for n in hours
        ],
    )


# At present.


@pytest.mark.parametrize(
    ("options", "grid", "sun"),
    [
        ({}, None, None),
        ({"prices": {"price": 0.3}}, 0.3, 0.0),
        ({"prices": {"price": 0.3, "feed_in": 0.08}}, 0.3, 0.08),
        ({"prices": {"price": -0.1, "feed_in": -0.01}}, -0.1, -0.01),
        ({"prices": {"feed_in": 0.08}}, None, 0.08),
        ({"prices": {"price_entity": SPOT, "price": 0.3}}, 0.25, 0.0),
        ({"prices": {"price_entity": "sensor.none", "price": 0.3}}, 0.3, 0.0),
        ({"prices": {"price_entity": "sensor.none"}}, None, 0.0),
        # The list goes before the state of its entity, which may be a mean ...
        ({"prices": {"price_entities": [LIST]}}, 0.2, 0.0),
        # ... and a chosen price before the list.
        ({"prices": {"price_entities": [LIST], "price_entity": SPOT}}, 0.25, 0.0),
        # Without a list the state counts.
        ({"prices": {"price_entities": [SPOT]}}, 0.25, 0.0),
        ({"prices": {"price_entity": SPOT, "vat": 20, "surcharge": 0.1}}, 0.4, 0.0),
        ({"prices": {"price": 0.3, "vat": 20, "surcharge": 0.1}}, 0.3, 0.0),
        ({"prices": {"price": 0.3, "feed_in": 0.1, "feed_in_entity": FEED}}, 0.3, 0.07),
        # Options of versions before.
        ({"price": 0.1, "price_entity": SPOT}, 0.25, 0.0),
        ({"solar": {"price_entities": [LIST], "feed_in": 0.08}}, 0.2, 0.08),
        # Edited by hand.
        (
            {"prices": {"price": "nan", "price_entity": 7, "price_entities": 3}},
            None,
            None,
        ),
        ({"prices": [], "price": True}, None, None),
    ],
)
async def test_a_price_at_present(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    grid: float | None,
    sun: float | None,
) -> None:
    tell_list(hass, lambda n: 0.2 if n == 0 else 0.5)
    tell(hass, SPOT, 0.25)
    tell(hass, FEED, 0.07)
    entry.add_to_hass(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)
    rate = entry.runtime_data.prices.rate("", None)
    assert rate.grid == (None if grid is None else pytest.approx(grid))
    assert rate.sun == sun
    assert rate.currency == "EUR"
    assert entry.runtime_data.prices.price() == rate.grid


@pytest.mark.parametrize("options", [{"prices": {"price": 3, "currency": "SEK"}}])
async def test_another_currency(hub: Hub) -> None:
    assert hub.prices.rate("", None).currency == "SEK"


# In the past.


@pytest.mark.parametrize("options", [{"prices": {"price_entity": SPOT}}])
async def test_a_price_that_changes_is_remembered(
    hass: HomeAssistant, hub: Hub, setup_integration: MockConfigEntry, clock: Clock
) -> None:
    begin = clock.now
    for hours, price in enumerate((0.1, 0.2, 0.3, -0.1)):
        clock.now = begin + hours * HOUR
        tell(hass, SPOT, price)
    clock.now += HOUR

    def then(hub: Hub) -> list[float | None]:
        return [
            hub.prices.rate("", None, begin + (hours + 0.5) * HOUR).grid
            for hours in range(-1, 5)
        ]

    known = [None, 0.1, 0.2, 0.3, -0.1, -0.1]
    assert then(hub) == known
    # Also over a restart.
    assert await hass.config_entries.async_reload(setup_integration.entry_id)
    assert then(setup_integration.runtime_data) == known
    # Of other entities nothing is known.
    hass.config_entries.async_update_entry(
        setup_integration, options={"prices": {"price_entity": "sensor.other"}}
    )
    await hass.async_block_till_done()
    assert then(setup_integration.runtime_data) == [None] * 6


@pytest.mark.parametrize("options", [{"prices": {"price_entity": SPOT, "price": 0.5}}])
async def test_the_last_price_stands_for_a_while(
    hass: HomeAssistant, hub: Hub, clock: Clock
) -> None:
    tell(hass, SPOT, 0.1)
    clock.now += HOUR
    hass.states.async_set(SPOT, "unavailable")
    gone = clock.now
    assert hub.prices.price() == 0.1
    clock.now = gone + timedelta(seconds=STANDS_S)
    assert hub.prices.price() == 0.1
    clock.now += timedelta(seconds=1)
    # Then the fixed price holds.
    assert hub.prices.price() == 0.5
    late = clock.now
    clock.now += HOUR
    tell(hass, SPOT, 0.1)
    assert hub.prices.price() == 0.1
    # It was the same all the time.
    assert hub.prices.rate("", None, late).grid == 0.1


def test_a_track_of_prices() -> None:
    track = Track()
    assert track.at(0) is None
    assert track.note(0.1, 100) is True
    assert track.note(0.1, 200) is False
    assert track.note(0.2, 300) is True
    assert [track.at(when) for when in (99, 100, 299, 300, 1e9)] == [
        None,
        0.1,
        0.1,
        0.2,
        0.2,
    ]
    track.note(None, 400)
    track.note(0.3, 400 + 2 * STANDS_S)
    assert track.at(400 + STANDS_S) == 0.2
    assert track.at(401 + STANDS_S) is None
    # The clock was set back.
    track.note(0.4, 250)
    assert track.at(350) == 0.4
    # What is old is forgotten, but what holds since then.
    for when in range(10):
        track.note(when / 10, 1000 + when)
    track.note(7, 1005 + KEPT_S)
    assert track.at(1004) is None
    assert track.at(1005) == 0.5
    for number in range(5000):
        track.note(number, 1006 + KEPT_S + number)
    assert len(track.record(0)["prices"]) < 2000


def test_a_stored_track_may_be_odd() -> None:
    for odd in (
        None,
        7,
        {},
        {"prices": 3},
        {"prices": [7, [1], [1, 2, 3], ["x", 1], [1e300, 1], [None, None]]},
        {"prices": [[5, 0.1]], "until": "soon"},
    ):
        track = Track()
        track.load(odd, 1000.0)
        assert track.at(1000) in (None, 0.1)
    track = Track()
    track.load({"prices": [[5, 0.1], [3, 0.2], [7, None]], "until": 9}, 1000.0)
    assert track.at(6) == 0.1


@pytest.mark.parametrize("options", [{"prices": {"price_entities": [LIST]}}])
async def test_a_list_is_remembered(
    hass: HomeAssistant, hub: Hub, setup_integration: MockConfigEntry, clock: Clock
) -> None:
    tell_list(hass, lambda n: n / 100)
    clock.now += 11.5 * HOUR
    # Now it tells the next day only.
    tell_list(hass, lambda n: n / 100, hours=range(12, 36), state="unknown")
    hub.prices.async_minute_passed()
    assert hub.prices.rate("", None, NOON + 3 * HOUR).grid == 0.03
    assert await hass.config_entries.async_reload(setup_integration.entry_id)
    prices = setup_integration.runtime_data.prices
    assert prices.rate("", None, NOON + 3.9 * HOUR).grid == 0.03
    assert prices.rate("", None).grid == 0.11
    assert prices.rate("", None, NOON + 90 * HOUR).grid is None
    assert [slot.price for slot in prices.coming(clock.now)][:2] == [0.11, 0.12]
    # A month later a fixed price does not stand for what was forgotten.
    hass.states.async_remove(LIST)
    hass.config_entries.async_update_entry(
        setup_integration, options={"prices": {"price_entities": [LIST], "price": 0.5}}
    )
    await hass.async_block_till_done()
    clock.now += timedelta(days=30)
    assert prices.rate("", None, NOON - 90 * HOUR).grid is None
    assert prices.rate("", None).grid == 0.5


# To come.


@pytest.mark.parametrize("options", [{"prices": {"price": 0.3}}])
async def test_a_fixed_price_holds_for_the_next_days(hub: Hub, clock: Clock) -> None:
    (slot,) = hub.prices.coming(clock.now)
    assert (slot.start, slot.price) == (NOON, 0.3)
    assert slot.end == NOON + 48 * HOUR
    assert not hub.prices.tells_coming
    assert hub.prices.feed_in(clock.now) == []


@pytest.mark.parametrize("chosen", [{"price_entities": [LIST]}, {"price_entity": SPOT}])
async def test_a_fixed_price_is_none_of_coming_hours_beside_entities(
    hass: HomeAssistant, hub: Hub, entry: MockConfigEntry, chosen: Any, clock: Clock
) -> None:
    """As before the first list came: below a price, a plan would charge at once."""
    hass.config_entries.async_update_entry(
        entry, options=entry.options | {"prices": {"price": 0.05, **chosen}}
    )
    await hass.async_block_till_done()
    assert hub.prices.rate("", None).grid == 0.05
    assert hub.prices.known(clock.now) == []
    assert hub.prices.coming(clock.now) == []


@pytest.mark.parametrize("options", [{"prices": {"price_entity": LIST}}])
async def test_an_entity_with_a_list_tells_what_is_to_come(
    hass: HomeAssistant, hub: Hub, clock: Clock
) -> None:
    heard: list[int] = []
    end = hub.prices.listen(lambda: heard.append(1))
    assert not hub.prices.tells_coming
    tell_list(hass, lambda n: n / 100, state=0.0)
    assert len(heard) == 1
    assert hub.prices.tells_coming
    assert len(hub.prices.coming(clock.now)) == 24
    # The same once more is nothing new, nor is another state.
    tell_list(hass, lambda n: n / 100, state=0.01)
    assert len(heard) == 1
    end()
    tell_list(hass, lambda n: n / 50, state=0.0)
    assert len(heard) == 1


@pytest.mark.parametrize(
    ("chosen", "told"),
    [
        ({"feed_in": 0.08}, [0.08]),
        ({"feed_in": "0.08"}, [0.08]),
        ({"feed_in": -0.01}, [-0.01]),
        ({"feed_in_entity": FEED}, [0.07]),
        ({"feed_in_entity": "sensor.gone"}, []),
        ({"feed_in_entity": "sensor.gone", "feed_in": 0.1}, [0.1]),
        ({"feed_in": "nan"}, []),
        ({"feed_in": True, "feed_in_entity": {"a": 1}}, []),
        ({"feed_in_entity": LIST}, [0.0, 0.01]),
    ],
)
async def test_what_sun_would_earn(
    hass: HomeAssistant, entry: MockConfigEntry, chosen: Any, told: list[float]
) -> None:
    hass.states.async_set(FEED, "7", {"unit_of_measurement": "ct/kWh"})
    tell_list(hass, lambda n: n / 100, hours=range(2))
    entry.add_to_hass(hass)
    hass.config_entries.async_update_entry(entry, options={"prices": chosen})
    assert await hass.config_entries.async_setup(entry.entry_id)
    found = entry.runtime_data.prices.feed_in(NOON)
    assert [slot.price for slot in found] == [pytest.approx(one) for one in told]


# For whom.


def test_tariffs() -> None:
    assert tariff_of({}) is None
    for odd in (7, {}, {"kind": "fixed"}, {"kind": "x", "price": 1}, {"price": 1}):
        assert tariff_of({"tariff": odd}) is None
    assert tariff_of({"tariff": {"kind": "plus", "price": -0.1}}) == Tariff(
        kind=TariffKind.PLUS, price=-0.1
    )


@pytest.mark.parametrize("options", [{"prices": {"price": 0.3, "feed_in": 0.04}}])
@pytest.mark.parametrize(
    "subentries",
    [
        [
            id_tag_subentry("ANNA", tariff={"kind": "fixed", "price": 0.2}),
            id_tag_subentry("BEN", "Ben", tariff={"kind": "plus", "price": 0.05}),
            id_tag_subentry("EVE", "Eve", tariff={"kind": "plus", "price": -0.1}),
            id_tag_subentry("ZOE", "Zoe"),
        ]
    ],
)
async def test_a_tariff_of_a_tag_or_a_vehicle(
    hass: HomeAssistant, hub: Hub, setup_integration: MockConfigEntry
) -> None:
    vehicle = ConfigSubentry(
        data=MappingProxyType(
            {"tariff": {"kind": "fixed", "price": 0.5, "sun_price": 0.1}}
        ),
        subentry_type=SUBENTRY_VEHICLE,
        title="Company car",
        unique_id=None,
    )
    hass.config_entries.async_add_subentry(setup_integration, vehicle)
    await hass.async_block_till_done()
    car = vehicle.subentry_id

    def rate(tag: str, vehicle: str | None = None) -> list[float | None]:
        found = hub.prices.rate(tag, vehicle)
        return [found.grid, found.sun]

    assert rate("") == [0.3, 0.04]
    assert rate("anna ") == [0.2, 0.2]
    assert rate("ben") == [pytest.approx(0.35), pytest.approx(0.09)]
    # A discount takes nothing below zero.
    assert rate("eve") == [pytest.approx(0.2), 0]
    assert rate("zoe", "guest") == rate("nobody", "gone") == [0.3, 0.04]
    assert rate("", car) == rate("zoe", car) == [0.5, 0.1]
    # The card says who pays.
    assert rate("anna", car) == [0.2, 0.2]
    found = hub.prices.diagnostics(NOON)
    assert found["tariffs"] == 4
    assert found["now"] == {"grid": 0.3, "sun": 0.04}


@pytest.mark.parametrize(
    "options",
    [
        {
            "prices": {
                "price": 0.3,
                "guests": {"kind": "fixed", "price": 0.5, "sun_price": 0.2},
            }
        }
    ],
)
@pytest.mark.parametrize(
    "subentries",
    [
        [
            charger_subentry("CP1", "Garage", id_tag="OWN"),
            id_tag_subentry("ANNA", "Anna", tariff={"kind": "plus", "price": 0.1}),
            id_tag_subentry("ZOE", "Zoe"),
        ]
    ],
)
async def test_guests_have_their_tariff(
    hass: HomeAssistant, hub: Hub, setup_integration: MockConfigEntry
) -> None:
    """Guests are those whose vehicle or, without vehicles, whose card is not known."""

    def rate(tag: str, vehicle: str | None) -> float | None:
        return hub.prices.rate(tag, vehicle).grid

    guest, house = 0.5, 0.3
    assert rate("zoe", "guest") == rate("", "guest") == rate("own", "guest") == guest
    assert rate("nobody", None) == guest
    assert hub.prices.rate("nobody", None).sun == 0.2
    assert rate("zoe", None) == rate("", None) == rate("own ", None) == house
    assert rate("nobody", "known") == house
    # The card says who pays.
    assert rate("anna", "guest") == pytest.approx(0.4)
    # Where no card is entered, none is strange.
    for one in setup_integration.get_subentries_of_type(SUBENTRY_ID_TAG):
        hass.config_entries.async_remove_subentry(setup_integration, one.subentry_id)
    await hass.async_block_till_done()
    assert rate("nobody", None) == house


# What was entered before.


async def enter(hass: HomeAssistant, entry: MockConfigEntry, **prices: Any) -> None:
    hass.config_entries.async_update_entry(entry, options={"prices": prices})
    await hass.async_block_till_done()


@pytest.mark.parametrize("options", [{"prices": {"price": 0.3, "feed_in": 0.08}}])
async def test_what_was_entered_holds_until_it_changes(
    hass: HomeAssistant, hub: Hub, setup_integration: MockConfigEntry, clock: Clock
) -> None:
    entry = setup_integration
    guests = {"kind": "plus", "price": 0.1}
    clock.now = NOON + 24 * HOUR
    await enter(hass, entry, price=0.4, currency="CHF", guests=guests)
    clock.now = NOON + 48 * HOUR
    tell(hass, SPOT, 0.2)
    await enter(hass, entry, price_entity=SPOT, price=0.6, vat=50, currency="CHF")
    expected = [
        # Also for what was before the first of them.
        (-1000, "", 0.3, 0.08, "EUR"),
        (23, "", 0.3, 0.08, "EUR"),
        (23, "guest", 0.3, 0.08, "EUR"),
        (25, "", 0.4, 0.0, "CHF"),
        (25, "guest", 0.5, 0.1, "CHF"),
        (49, "guest", 0.3, 0.0, "CHF"),
    ]

    async def check() -> None:
        for hours, vehicle, grid, sun, currency in expected:
            when = NOON + hours * HOUR
            rate = hub.prices.rate("", vehicle or None, when)
            assert rate == await hub.prices.async_rate_then("", vehicle or None, when)
            assert [rate.grid, rate.sun] == [pytest.approx(grid), pytest.approx(sun)]
            assert rate.currency == currency

    clock.now = NOON + 49 * HOUR
    await check()
    assert hub.prices.rate("", None).grid == pytest.approx(0.3)
    assert await hass.config_entries.async_reload(entry.entry_id)
    hub = entry.runtime_data
    await check()
    # A month later, too, while the prices of entities are forgotten.
    clock.now = NOON + 1000 * HOUR
    del expected[-1]
    await check()


async def test_a_price_that_is_entered_late_counts_for_the_time_before(
    hass: HomeAssistant, hub: Hub, setup_integration: MockConfigEntry, clock: Clock
) -> None:
    assert hub.prices.rate("", None, NOON).grid is None
    clock.now = NOON + HOUR
    await enter(hass, setup_integration, price=0.4)
    assert hub.prices.rate("", None, NOON).grid == 0.4
    clock.now = NOON + 2 * HOUR
    await enter(hass, setup_integration)
    assert hub.prices.rate("", None).grid is None
    clock.now = NOON + 3 * HOUR
    assert hub.prices.rate("", None, NOON + 2 * HOUR).grid is None
    await enter(hass, setup_integration, price=0.5)
    assert hub.prices.rate("", None, NOON + 2 * HOUR).grid == 0.5
    assert hub.prices.rate("", None, NOON + HOUR).grid == 0.4


def test_many_changes_and_odd_records() -> None:
    agreed = AgreedPrices()
    for hours in range(300):
        assert agreed.note(PriceOptions(price=float(hours)), hours * 3600.0)
        assert not agreed.note(PriceOptions(price=float(hours)), hours * 3600.0 + 1)
    assert len(agreed.record()) == 100
    assert agreed.at(0.0) == PriceOptions(price=200.0)
    # The clock is set back.
    agreed.note(PriceOptions(price=-1.0), 250 * 3600.0)
    assert agreed.at(1e9) == PriceOptions(price=-1.0)
    assert agreed.at(249.5 * 3600) == PriceOptions(price=249.0)
    again = AgreedPrices()
    again.load(agreed.record(), 1e9)
    assert again.record() == agreed.record()
    odd = AgreedPrices()
    odd.load([7, [1], ["x", {}], [5, None], [3, {"price": "nan"}], [2, {}], [9, {}]], 8)
    assert odd.record() == [[3.0, {}]]
    odd.load({"since": 3}, 8)
    assert odd.at(1) == PriceOptions()
    assert AgreedPrices().at(1) is None


def test_all_that_is_entered_is_recorded() -> None:
    full = PriceOptions(
        price=0.0,
        entity=SPOT,
        coming=(LIST, FEED),
        vat=19.0,
        surcharge=-0.1,
        feed_in=0.0,
        feed_in_entity=FEED,
        currency="EUR",
        guests=Tariff(kind=TariffKind.FIXED, price=0.5, sun_price=0.0),
    )
    assert price_options({"prices": full.record}) == full
    assert PriceOptions().record == {}


# Options of before.


def test_options_of_before_may_be_odd() -> None:
    assert earlier_prices({"solar": 7}) == {}
    assert earlier_prices(
        {"price": 0, "solar": {"feed_in": "sensor.x", "price_entities": ["sensor.y"]}}
    ) == {"price": 0, "feed_in_entity": "sensor.x", "price_entities": ["sensor.y"]}
    assert price_options({"solar": {"feed_in": "0.1"}}).feed_in == 0.1
