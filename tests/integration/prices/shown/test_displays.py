"""A charger shows prices: a real Home Assistant, and a simulated station of OCPP 2.1."""

from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.ocpp_cs.chargers.diagnostics import charge_point_diagnostics
from custom_components.ocpp_cs.csms.charge_point import ChargePoint
from custom_components.ocpp_cs.csms.v2.money import tariffs
from custom_components.ocpp_cs.hub import Hub
from custom_components.ocpp_cs.prices import prices as house_prices
from custom_components.ocpp_cs.prices.shown import board
from simulator import ChargingStation
from simulator.car import Car
from tests.integration.conftest import charger_subentry, id_tag_subentry, wait_for

LIST = "sensor.list"
CTRLR = "TariffCostCtrlr"


@pytest.fixture
def subentries() -> list[Any]:
    return [
        charger_subentry("CP1", "Garage"),
        id_tag_subentry("STAFF", tariff={"kind": "fixed", "price": 0.1}),
    ]


@pytest.fixture
def options() -> dict[str, Any]:
    return {"prices": {"price": 0.35, "currency": "CHF"}, "tag_policy": "every"}


@pytest.fixture(autouse=True)
async def german(hass: HomeAssistant) -> None:
    """Let Home Assistant be a German one."""
    hass.config.language = "de"
    await hass.config.async_set_time_zone("Europe/Berlin")


def made(server_url: str, version: str = "2.1", **options: Any) -> ChargingStation:
    """Return a station that is to connect."""
    station = ChargingStation(
        server_url,
        "CP1",
        version=version,
        time_factor=60.0,
        sample_interval=30,
        seed=1,
        noise=0.0,
        backoff=(0.05, 0.2),
        **options,
    )
    station.tariffs.zone = dt_util.get_time_zone("Europe/Berlin")
    return station


@pytest.fixture
async def station(
    hass: HomeAssistant, hub: Hub, server_url: str, socket_enabled: None
) -> AsyncIterator[ChargingStation]:
    """Return a station that was set up."""
    async with made(server_url) as station:
        await wait_for(hass, lambda: point(hub).ready)
        await wait_for(hass, lambda: station.outbox.idle)
        yield station


def point(hub: Hub) -> ChargePoint:
    """Return the charger as the central system knows it."""
    return hub.central_system.charge_points["CP1"]


def prices(station: ChargingStation) -> Any:
    """Return the prices of the default tariff."""
    tariff = station.tariffs.default(1)
    return tariff and [one["priceKwh"] for one in tariff["energy"]["prices"]]


async def change(hass: HomeAssistant, entry: MockConfigEntry, **page: Any) -> None:
    """Change the page Prices."""
    hass.config_entries.async_update_entry(
        entry, options={**entry.options, "prices": page}
    )
    await hass.async_block_till_done()


async def charged(
    hass: HomeAssistant, hub: Hub, station: ChargingStation, tag: str = "C"
) -> dict[str, Any]:
    """Charge a while, and return what the charger has said that it costs."""
    station.evses[0].plug_in(Car())
    await station.present_card(tag)
    connector = point(hub).connector(1)
    await wait_for(
        hass,
        lambda: (
            (running := connector.transaction) is not None
            and (running.energy_wh or 0) > 1500
        ),
    )
    await station.present_card(tag)
    await station.unplug()
    return await told(hass, hub)


async def told(hass: HomeAssistant, hub: Hub) -> dict[str, Any]:
    """Return what the charger has said that its last session costs."""
    connector = point(hub).connector(1)
    await wait_for(hass, lambda: connector.transaction is None)
    last = connector.latest_transaction
    assert last is not None

    def of_it() -> list[Any]:
        told = charge_point_diagnostics(point(hub), {})["reported"]["costs"]
        return [one for one in told if one["transaction_id"] == last.id]

    (found,) = await wait_for(hass, of_it)
    assert last.cost == pytest.approx(found["ours"], abs=1e-4)
    assert isinstance(found, dict)
    return found


async def test_a_fixed_price_in_german(
    hass: HomeAssistant, hub: Hub, station: ChargingStation, entry: MockConfigEntry
) -> None:
    """Messages, tariff and cost; the charger and the books agree within a cent."""
    await wait_for(hass, lambda: prices(station) == [0.35])
    tariff = station.tariffs.default(1)
    assert tariff is not None
    assert tariff["currency"] == "CHF"
    assert tariff["description"] == [
        {"format": "UTF8", "language": "de", "content": "0,35 CHF/kWh"}
    ]
    text = station.model.text
    await wait_for(hass, lambda: text(CTRLR, "Currency") == "CHF")
    assert text(CTRLR, "TariffFallbackMessage", "de") == "0,35 CHF/kWh"
    assert text(CTRLR, "TariffFallbackMessage", "en") == ""
    assert text(CTRLR, "TotalCostFallbackMessage", "de") == (
        "Die Kosten stehen in Home Assistant"
    )
    last = await charged(hass, hub, station)
    assert last["cost"] > 0.5
    assert last["cost"] == pytest.approx(last["ours"], abs=0.01)
    assert "0,35 CHF/kWh" in station.shown
    assert f"{last['cost']:.2f} CHF" in station.shown
    assert "cost_differs" not in point(hub).deviations.counts

    # Once per change, and no message without one.
    await change(hass, entry, price=0.4, currency="CHF")
    await wait_for(hass, lambda: prices(station) == [0.4])
    await wait_for(
        hass, lambda: text(CTRLR, "TariffFallbackMessage", "de") == "0,40 CHF/kWh"
    )
    await change(hass, entry, price=0.4, currency="CHF", feed_in=0.1)
    assert len(station.calls("SetDefaultTariff")) == 2

    # Not for everybody's eyes.
    await change(hass, entry, price=0.4, currency="CHF", show_prices=False)
    await wait_for(hass, lambda: prices(station) is None)
    await wait_for(hass, lambda: text(CTRLR, "TariffFallbackMessage", "de") == "")
    seen = len(station.shown)
    station.evses[0].plug_in(Car())
    await station.present_card("D")
    connector = point(hub).connector(1)
    await wait_for(
        hass, lambda: connector.transaction is not None and connector.transaction.cost
    )
    await station.present_card("D")
    await wait_for(hass, lambda: connector.transaction is None)
    assert station.shown[seen:] == []


async def test_a_card_with_a_tariff_of_its_own(
    hass: HomeAssistant, hub: Hub, station: ChargingStation
) -> None:
    await wait_for(hass, lambda: prices(station) == [0.35])
    last = await charged(hass, hub, station, "STAFF")
    assert 0.1 < last["cost"] < 0.35
    assert last["cost"] == pytest.approx(last["ours"], abs=0.01)
    assert "0,10 CHF/kWh" in station.shown


async def test_no_tariff_where_the_sun_is_cheaper(
    hass: HomeAssistant, hub: Hub, station: ChargingStation, entry: MockConfigEntry
) -> None:
    """The bill is by the share of sun, which no charger knows; it is told the cost."""
    await wait_for(hass, lambda: prices(station) == [0.35])
    hass.states.async_set("sensor.grid", "0", {"unit_of_measurement": "W"})
    hass.config_entries.async_update_entry(
        entry, options={**entry.options, "solar": {"grid_power": ["sensor.grid"]}}
    )
    await wait_for(hass, lambda: prices(station) is None)
    text = station.model.text
    await wait_for(
        hass,
        lambda: (
            text(CTRLR, "TariffFallbackMessage", "de")
            == "0,35 CHF/kWh, mit eigener Sonne günstiger"
        ),
    )
    station.model.put("DisplayMessageCtrlr", "Language", "de")
    await station.present_card("C")
    assert station.shown[-1] == "0,35 CHF/kWh, mit eigener Sonne günstiger"
    # Where sun costs the same for everybody, the charger can calculate.
    await change(hass, entry, price=0.35, currency="CHF", feed_in=0.35)
    await wait_for(hass, lambda: prices(station) == [0.35])


async def test_the_messages_of_2_0_1(
    hass: HomeAssistant, hub: Hub, server_url: str, socket_enabled: None
) -> None:
    """There is one instance of each, and no tariff."""
    async with made(server_url, "2.0.1") as station:
        await wait_for(hass, lambda: point(hub).ready)
        text = station.model.text
        await wait_for(hass, lambda: text(CTRLR, "Currency") == "CHF")
        assert text(CTRLR, "TotalCostFallbackMessage") == (
            "Die Kosten stehen in Home Assistant"
        )
        station.evses[0].plug_in(Car())
        await station.present_card("C")
        await wait_for(hass, lambda: any("CHF" in one for one in station.shown))
        assert not {"GetTariffs", "SetDefaultTariff"} & {
            name for name, _ in station.received
        }


def tell_list(hass: HomeAssistant, price: Callable[[int], float]) -> datetime:
    """Let an entity tell prices by the hour for three days; return the first one."""
    begin = dt_util.start_of_local_day()
    hass.states.async_set(
        LIST,
        "9",
        {
            "unit_of_measurement": "CHF/kWh",
            "data": [
                {
                    "start": (begin + timedelta(hours=hour)).isoformat(),
                    "price": price(hour),
                }
                for hour in range(72)
            ],
        },
    )
    return begin


async def test_day_and_night(
    hass: HomeAssistant, hub: Hub, station: ChargingStation, entry: MockConfigEntry
) -> None:
    """A list of prices becomes one tariff by the time of day."""
    tell_list(hass, lambda hour: 0.4 if 6 <= hour % 24 < 22 else 0.2)
    await change(hass, entry, price_entities=[LIST], currency="CHF")
    night = {
        "priceKwh": 0.2,
        "conditions": {"startTimeOfDay": "22:00", "endTimeOfDay": "06:00"},
    }
    await wait_for(
        hass,
        lambda: (
            (tariff := station.tariffs.default(1)) is not None
            and tariff["energy"]["prices"] == [night, {"priceKwh": 0.4}]
        ),
    )
    last = await charged(hass, hub, station)
    assert last["cost"] == pytest.approx(last["ours"], abs=0.01)
    assert "Preis je kWh wechselt mit der Uhrzeit" in station.shown


async def test_the_next_hour_where_no_times_are_taken(
    hass: HomeAssistant,
    hub: Hub,
    entry: MockConfigEntry,
    server_url: str,
    socket_enabled: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The price of now, the next one when it begins, and also in a running session."""
    start = dt_util.start_of_local_day()
    this_hour = int((dt_util.utcnow() - start).total_seconds() // 3600)
    tell_list(hass, lambda hour: 0.4 if hour <= this_hour else 0.2)
    await change(hass, entry, price_entities=[LIST], currency="CHF")
    station = made(server_url)
    station.model.put(CTRLR, "ConditionsSupported", "false", instance="Tariff")
    async with station:
        await wait_for(hass, lambda: prices(station) == [0.4])
        station.evses[0].plug_in(Car())
        await station.present_card("C")
        await wait_for(hass, lambda: station.tariffs.bills)
        (bill,) = station.tariffs.bills.values()

        def later(**by: int) -> None:
            for module, name in (
                (house_prices, "_now"),
                (board, "_now"),
                (tariffs, "utcnow"),
            ):
                monkeypatch.setattr(
                    module, name, lambda: dt_util.utcnow() + timedelta(**by)
                )
            hub._tick(dt_util.utcnow())

        sent = len(station.calls("SetDefaultTariff"))
        later(minutes=0)
        await hass.async_block_till_done()
        assert len(station.calls("SetDefaultTariff")) == sent
        later(hours=1)
        await wait_for(hass, lambda: prices(station) == [0.2])
        await wait_for(
            hass, lambda: bill.tariff["energy"]["prices"] == [{"priceKwh": 0.2}]
        )
        later(hours=2)
        await hass.async_block_till_done()
        assert len(station.calls("SetDefaultTariff")) == sent + 1
        assert len(station.calls("ChangeTransactionTariff")) == 1
        await station.present_card("C")
        await told(hass, hub)
