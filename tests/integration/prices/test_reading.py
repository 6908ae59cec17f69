"""Prices of the coming hours: from attributes, and from actions of Home Assistant."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from homeassistant.core import HomeAssistant, ServiceCall, SupportsResponse
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import entity_registry as er
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.ocpp_cs.hub import Hub
from custom_components.ocpp_cs.prices.reading import async_read_prices
from tests.integration.conftest import AddCharger, wait_for
from tests.integration.helpers.entities import settle, state_of
from tests.integration.helpers.plans import (
    BERLIN,
    EVENING,
    KW,
    PRICES,
    SOLAR,
    Night,
    choose,
    clock,
    fixture_night,
    fixture_options,
    fixture_subentries,
    plugged,
    spans,
    want,
)

__all__ = ["fixture_night", "fixture_options", "fixture_subentries"]

type Answer = Callable[[ServiceCall, date], Any]


def hours(day: date) -> list[datetime]:
    return [
        datetime.combine(day, datetime.min.time(), BERLIN) + timedelta(hours=hour)
        for hour in range(24)
    ]


def price(when: datetime) -> float:
    """Return what a kWh costs: 2 and 3 o'clock are cheap."""
    return {2: 0.05, 3: 0.06}.get(when.hour, 0.3)


def nordpool(call: ServiceCall, day: date) -> Any:
    """Answer as Nord Pool does, per MWh; tomorrow's are not there before they are."""
    found = [
        {
            "start": when.isoformat(),
            "end": (when + timedelta(hours=1)).isoformat(),
            "price": price(when) * 1000,
        }
        for when in hours(day)
    ]
    other = [{**one, "price": 1.0} for one in found]
    return {"SE4": other, "SE3": found}


def tibber(call: ServiceCall, day: date) -> Any:
    def home(factor: float) -> list[dict[str, Any]]:
        return [
            {"start_time": when.isoformat(), "price": price(when) * factor}
            for when in hours(day)
        ]

    return {"prices": {"Cabin": home(9), "Home": home(1)}}


def energyzero(call: ServiceCall, day: date) -> Any:
    assert call.data["incl_vat"] is True
    return {
        "prices": [
            {
                "price": price(when),
                "timestamp": str(when.astimezone(dt_util.UTC)),
                "start": str(when.astimezone(dt_util.UTC)),
                "end": str(when.astimezone(dt_util.UTC) + timedelta(hours=1)),
            }
            for when in hours(day)
        ]
    }


def easyenergy(call: ServiceCall, day: date) -> Any:
    return {
        "prices": [
            {"timestamp": str(when.astimezone(dt_util.UTC)), "price": price(when)}
            for when in hours(day)
        ]
    }


def omie(call: ServiceCall, day: date) -> Any:
    assert call.data["countries"] == ["es"]
    return {
        "es": [
            {
                "start": when.isoformat(),
                "end": (when + timedelta(hours=1)).isoformat(),
                "price": price(when),
            }
            for when in hours(day)
        ]
    }


def amber(call: ServiceCall, day: date) -> Any:
    assert call.data["channel_type"] == "general"
    return {
        "forecasts": [
            {
                "start_time": when.isoformat(),
                "end_time": (when + timedelta(hours=1)).isoformat(),
                "per_kwh": price(when),
                "spot_per_kwh": 9.0,
            }
            for days in (0, 1)
            for when in hours(day + timedelta(days=days))
        ]
    }


def green_planet(call: ServiceCall, day: date) -> Any:
    assert call.data["hours"] == 24
    return {
        "prices": [
            {
                "start": (EVENING + n * timedelta(minutes=15)).isoformat(),
                "end": (EVENING + (n + 1) * timedelta(minutes=15)).isoformat(),
                "price": price(EVENING + n * timedelta(minutes=15)),
            }
            for n in range(24 * 4)
        ]
    }


ACTIONS: dict[str, tuple[str, Answer]] = {
    "nordpool": ("get_prices_for_date", nordpool),
    "tibber": ("get_prices", tibber),
    "energyzero": ("get_energy_prices", energyzero),
    "easyenergy": ("get_energy_usage_prices", easyenergy),
    "omie": ("get_prices_for_date", omie),
    "amberelectric": ("get_forecasts", amber),
    "green_planet_energy": ("get_prices", green_planet),
}
UNIQUE_IDS = {"omie": "es_spot_price", "amberelectric": "SITE-current-general"}


def with_action(hass: HomeAssistant, platform: str, *, tomorrow: bool = True) -> str:
    """Return an entity whose integration tells prices by its action alone."""
    name, answer = ACTIONS[platform]
    entry = MockConfigEntry(domain=platform)
    entry.add_to_hass(hass)
    registered = er.async_get(hass).async_get_or_create(
        "sensor",
        platform,
        UNIQUE_IDS.get(platform, "SE3-current_price"),
        config_entry=entry,
    )

    async def serve(call: ServiceCall) -> Any:
        hass.data.setdefault("asked", []).append(dict(call.data))
        for key in ("config_entry", "config_entry_id"):
            assert call.data.get(key, entry.entry_id) == entry.entry_id
        day = date.fromisoformat(
            str(call.data.get("date") or call.data.get("start") or EVENING)[:10]
        )
        if day > EVENING.date() and not tomorrow:
            raise ServiceValidationError("not yet")
        return answer(call, day)

    hass.services.async_register(
        platform, name, serve, supports_response=SupportsResponse.ONLY
    )
    hass.states.async_set(
        registered.entity_id,
        "0.3",
        {"unit_of_measurement": "EUR/kWh", "app_nickname": "Home", "max_price": 0.3},
    )
    return registered.entity_id


@pytest.mark.parametrize("platform", ACTIONS)
async def test_integrations_that_tell_by_an_action(
    hass: HomeAssistant, platform: str
) -> None:
    await hass.config.async_set_time_zone("Europe/Berlin")
    entity_id = with_action(hass, platform)
    slots = await async_read_prices(hass, [entity_id], EVENING)
    assert slots[0].start == EVENING
    # Who is not asked for a day is asked once.
    by_day = platform not in ("amberelectric", "green_planet_energy")
    assert len(hass.data["asked"]) == (2 if by_day else 1)
    cheap = [slot for slot in slots if slot.price < 0.1]
    if platform == "green_planet_energy":
        assert len(slots) == 24 * 4
        assert (cheap[0].start, cheap[-1].end) == (clock(2), clock(4))
    else:
        assert len(slots) == 7 + 24
        assert [slot.start for slot in cheap] == [clock(2), clock(3)]
    # Whatever it tells in, it is per kWh.
    assert cheap[0].price == pytest.approx(0.05)
    hass.states.async_set(entity_id, "unavailable")
    slots = await async_read_prices(hass, [entity_id], EVENING)
    if platform == "nordpool":
        assert slots[0].price == pytest.approx(0.3)


async def test_tomorrow_is_not_known_yet(hass: HomeAssistant) -> None:
    await hass.config.async_set_time_zone("Europe/Berlin")
    entity_id = with_action(hass, "nordpool", tomorrow=False)
    slots = await async_read_prices(hass, [entity_id], EVENING)
    assert len(slots) == 7


async def test_an_error_of_one_leaves_the_others(
    hass: HomeAssistant, caplog: pytest.LogCaptureFixture
) -> None:
    await hass.config.async_set_time_zone("Europe/Berlin")
    broken, whole = with_action(hass, "nordpool"), with_action(hass, "tibber")

    async def fails(_call: ServiceCall) -> Any:
        raise KeyError("data")

    hass.services.async_register(
        "nordpool",
        "get_prices_for_date",
        fails,
        supports_response=SupportsResponse.ONLY,
    )
    slots = await async_read_prices(hass, [broken, whole], EVENING)
    assert len(slots) == 7 + 24
    assert "nordpool.get_prices_for_date tells no prices" in caplog.text


@pytest.mark.parametrize(
    ("state", "unit", "factor"),
    [
        ("0.3", "EUR/kWh", 1.0),
        ("30", "ct/kWh", 1.0),
        ("unknown", "ct/kWh", 0.01),
        ("0.3", "EUR/kWh", 100.0),
        ("300", "EUR/MWh", 0.001),
        ("nan", "EUR/MWh", 0.001),
    ],
)
async def test_units(hass: HomeAssistant, state: str, unit: str, factor: float) -> None:
    await hass.config.async_set_time_zone("Europe/Berlin")
    known = state not in ("unknown", "nan")
    # Lists in another unit than their entity are found out by what it says now.
    value = 0.3 if known and factor != 100.0 else 30.0
    if not known:
        value = 0.3 / factor
    hass.states.async_set(
        PRICES,
        state,
        {
            "unit_of_measurement": unit,
            "data": [
                {"start_time": when.isoformat(), "price": value}
                for when in hours(EVENING.date())
            ],
        },
    )
    slots = await async_read_prices(hass, [PRICES], EVENING)
    assert slots[0].price == pytest.approx(0.3)


async def test_today_and_tomorrow_of_two_entities(hass: HomeAssistant) -> None:
    await hass.config.async_set_time_zone("Europe/Berlin")
    for days in (0, 1):
        day = EVENING.date() + timedelta(days=days)
        hass.states.async_set(
            f"event.rates_{days}",
            "2026-01-20T00:00:00+00:00",
            {
                "rates": [
                    {"start": when, "value_inc_vat": price(when)} for when in hours(day)
                ]
            },
        )
    slots = await async_read_prices(
        hass, ["event.rates_0", "event.rates_1", "event.none"], EVENING
    )
    assert len(slots) == 31


async def test_a_plan_with_an_action(
    hass: HomeAssistant,
    hub: Hub,
    setup_integration: MockConfigEntry,
    charger: AddCharger,
    night: Night,
) -> None:
    entity_id = with_action(hass, "nordpool")
    await plugged(hass, hub, charger)
    await choose(hass, "solar")
    hass.config_entries.async_update_entry(
        setup_integration,
        options={"solar": {**SOLAR, "price_entities": [entity_id]}},
    )
    await settle(hass)
    await want(hass, 2 * KW, clock(7))

    def found() -> list[tuple[str, str]]:
        schedule = state_of(hass, "CP1/1/charge_plan").attributes["schedule"]
        return list(spans(schedule))

    await wait_for(hass, lambda: found() == [("02:00", "03:00"), ("03:00", "04:00")])
