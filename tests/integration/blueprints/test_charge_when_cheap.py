"""Charge when it is cheap."""

from typing import Any

from homeassistant.core import HomeAssistant
import pytest

from .conftest import FREE, Automate, Garage, started

PRICE = "sensor.price"
NAME = "charge_when_cheap"

pytestmark = [
    pytest.mark.freeze_time("2026-10-05 10:00:05", tick=True),
    pytest.mark.usefixtures("setup_integration"),
]


@pytest.fixture(autouse=True)
async def utc(hass: HomeAssistant) -> None:
    await hass.config.async_set_time_zone("UTC")


def price(hass: HomeAssistant, value: object, **attributes: Any) -> None:
    hass.states.async_set(PRICE, str(value), attributes)


async def test_a_limit_of_the_price(
    hass: HomeAssistant, garage: Garage, automate: Automate
) -> None:
    price(hass, 0.3)
    await garage.plugged()
    await automate(NAME, paused=garage.paused, price_sensor=PRICE, price_limit=0.2)
    # Nothing happens before a price does, or a minute begins.
    await garage.told()
    await garage.later(60)
    await garage.told(0.0)
    price(hass, 0.2)
    await garage.told(0.0, FREE)
    # What is so already is not told again.
    price(hass, 0.19)
    await garage.later(120)
    price(hass, -0.01)
    await garage.told(0.0, FREE)
    price(hass, 0.21)
    await garage.told(0.0, FREE, 0.0)


def hours(*prices: float) -> list[dict[str, Any]]:
    return [
        {"start": f"2026-10-05T{hour:02}:00:00+00:00", "value": one}
        for hour, one in enumerate(prices)
    ]


DEAR_NOW = [0.5] * 10 + [0.9, 0.1, 0.2] + [0.5] * 11
"""It is ten o'clock; the hours after eleven and twelve are the cheapest."""


@pytest.mark.parametrize(
    "attributes",
    [
        pytest.param(
            {"raw_today": hours(*DEAR_NOW), "today": DEAR_NOW}, id="nord pool"
        ),
        pytest.param(
            {"data": hours(*DEAR_NOW), "prices": hours(*DEAR_NOW)}, id="listed twice"
        ),
        pytest.param({"today": DEAR_NOW}, id="numbers"),
        pytest.param({"today": [p for p in DEAR_NOW for _ in range(4)]}, id="quarters"),
        pytest.param(
            {
                "data": [
                    {
                        "start_time": f"2026-10-05T{h:02}:{m:02}:00+00:00",
                        "end_time": "",
                        "price_per_kwh": p,
                    }
                    for h, p in enumerate(DEAR_NOW)
                    for m in (0, 15, 30, 45)
                ]
            },
            id="epex spot",
        ),
        pytest.param(
            {
                "prices": [
                    {"time": f"2026-10-{d:02} {h:02}:00:00+00:00", "price": p}
                    for d, day in ((4, [0.0] * 24), (5, DEAR_NOW), (6, [0.0] * 24))
                    for h, p in enumerate(day)
                ]
            },
            id="entso-e, three days",
        ),
    ],
)
async def test_the_cheapest_hours(
    hass: HomeAssistant, garage: Garage, automate: Automate, attributes: dict[str, Any]
) -> None:
    await garage.plugged()
    await automate(
        NAME,
        paused=garage.paused,
        price_sensor=PRICE,
        cheap_when="hours",
        cheapest_hours=2,
    )
    price(hass, 0.9, **attributes)
    await garage.told(0.0)
    garage.clock.move_to("2026-10-05 11:00:05")
    await garage.told(0.0, FREE)
    garage.clock.move_to("2026-10-05 12:30:05")
    await garage.told(0.0, FREE)
    garage.clock.move_to("2026-10-05 13:00:05")
    await garage.told(0.0, FREE, 0.0)


async def test_either(hass: HomeAssistant, garage: Garage, automate: Automate) -> None:
    await garage.plugged()
    await automate(
        NAME,
        paused=garage.paused,
        price_sensor=PRICE,
        cheap_when="either",
        cheapest_hours=2,
        price_limit=0.6,
    )
    price(hass, 0.9, raw_today=hours(*DEAR_NOW))
    await garage.told(0.0)
    price(hass, 0.55, raw_today=hours(*DEAR_NOW))
    await garage.told(0.0, FREE)


async def test_a_price_that_is_missing(
    hass: HomeAssistant, garage: Garage, automate: Automate
) -> None:
    price(hass, 0.1)
    await garage.plugged()
    await automate(NAME, paused=garage.paused, price_sensor=PRICE)
    price(hass, "unavailable")
    await garage.later(240)
    await garage.told()
    await garage.later(120)
    await garage.told(0.0)
    price(hass, 0.1)
    await garage.told(0.0, FREE)


@pytest.mark.parametrize(
    "attributes",
    [
        {"today": [], "raw_today": None, "data": "none", "prices": 7},
        {"data": [{"start": "soon", "price": 1}, {"start": None}, {}, 3, None]},
        {"data": [{"start": "2026-10-05T10:00:00+00:00", "price": "much"}]},
        {"today": ["a", None]},
    ],
)
async def test_attributes_that_are_no_prices(
    hass: HomeAssistant, garage: Garage, automate: Automate, attributes: dict[str, Any]
) -> None:
    await garage.plugged()
    await automate(
        NAME,
        paused=garage.paused,
        price_sensor=PRICE,
        cheap_when="hours",
        unknown_action="pause",
        unknown_delay=300,
    )
    price(hass, 0.1, **attributes)
    await garage.later(240)
    await garage.told()
    await garage.later(120)
    await garage.told(0.0)


async def test_a_charger_that_was_away(
    hass: HomeAssistant, garage: Garage, automate: Automate
) -> None:
    await garage.plugged()
    await automate(NAME, paused=garage.paused, price_sensor=PRICE)
    price(hass, 0.1)
    await garage.away()
    price(hass, 0.5)
    await garage.later(120)
    await garage.told()
    await garage.back()
    # One that does not boot is asked a little later.
    await garage.later(10)
    await garage.told(0.0)


async def test_a_restart(
    hass: HomeAssistant, garage: Garage, automate: Automate
) -> None:
    price(hass, 0.5)
    await garage.plugged()
    await automate(NAME, restart=True, paused=garage.paused, price_sensor=PRICE)
    await garage.told()
    started(hass)
    await garage.told(0.0)
