"""Sessions that a charger tells of late: their sun, their prices, and when it was."""

from datetime import UTC, datetime, timedelta
from typing import Any

from homeassistant.components.recorder import Recorder
from homeassistant.core import HomeAssistant
from homeassistant.helpers.recorder import get_instance
import pytest

from custom_components.ocpp_cs.csms.transactions.storage import SessionFilter
from custom_components.ocpp_cs.csms.transactions.transaction import Transaction
from custom_components.ocpp_cs.hub import Hub
from custom_components.ocpp_cs.prices.rate import Rate
from custom_components.ocpp_cs.sessions.late import LateFacts
from tests.integration.conftest import charger_subentry, wait_for
from tests.integration.helpers.control import GRID, SOLAR
from tests.integration.helpers.entities import Wallbox, settle

QUARTER = timedelta(minutes=15)
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def needs_recorder(recorder_mock: Recorder) -> None:
    """Have a recorder before all else."""


@pytest.fixture
def subentries() -> list[Any]:
    return [charger_subentry("CP1", "Garage")]


@pytest.fixture
def options() -> dict[str, Any]:
    return {"solar": SOLAR, "prices": {"price": 0.30, "feed_in": 0.08}}


@pytest.fixture
def begun() -> datetime:
    """Return the beginning of a quarter of an hour, some hours ago."""
    now = datetime.now(UTC)
    return now.replace(minute=now.minute // 15 * 15, second=0, microsecond=0) - 5 * HOUR


def latest(hub: Hub) -> Transaction:
    found = hub.central_system.ledger.latest("CP1", 1)
    assert found is not None
    return found


def told(hass: HomeAssistant, watts: object, when: datetime) -> None:
    hass.states.async_set(
        GRID, str(watts), {"unit_of_measurement": "W"}, timestamp=when.timestamp()
    )


async def looked_up(hass: HomeAssistant, hub: Hub) -> None:
    """Wait until nothing is left to be found out."""
    late = hub.part(LateFacts)
    await wait_for(hass, lambda: not (late._timer or late._task or late._due))


async def test_what_the_recorder_knows_is_sun(
    hass: HomeAssistant, hub: Hub, server_url: str, begun: datetime
) -> None:
    """Fed in for half an hour, bought in the next, and not known at all after that."""
    told(hass, -3000, begun + timedelta(seconds=1))
    told(hass, 3000, begun + 2 * QUARTER)
    told(hass, "unavailable", begun + 4 * QUARTER)
    await settle(hass)
    await get_instance(hass).async_block_till_done()
    async with Wallbox(server_url) as box:
        await box.begin(hass, hub)
        number = await box.start(meter=0, timestamp=begun.isoformat())
        await box.stop(number, meter=6000, timestamp=(begun + 6 * QUARTER).isoformat())
        await settle(hass)
        assert latest(hub).cost == pytest.approx(1.80)
        await looked_up(hass, hub)
    one = latest(hub)
    assert one.details.sun_wh == pytest.approx(2500, abs=1)
    assert one.details.grid_wh == pytest.approx(1500, abs=1)
    # Four kilowatts, of which three were bought.
    assert [round(part.sun_wh) for part in one.course.parts[:6]] == [
        *(1000, 1000),
        *(250, 250),
        *(0, 0),
    ]
    assert one.cost == pytest.approx(2.5 * 0.08 + 3.5 * 0.30, abs=1e-3)
    # What shows it, and the books, know of it.
    (again,) = await hub.sessions.async_find(SessionFilter())
    assert again.details.sun_wh == one.details.sun_wh
    connector = hub.central_system.charge_points["CP1"].connector(1)
    assert connector.latest_transaction == one


async def test_prices_that_are_long_gone_come_from_the_recorder(
    hass: HomeAssistant,
    hub: Hub,
    server_url: str,
    begun: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What nobody knows costs what it costs now."""
    late = hub.part(LateFacts)
    asked: list[datetime] = []

    async def rate_then(id_tag: str, vehicle: str | None, at: datetime) -> Rate:
        asked.append(at)
        if at > begun + HOUR * 4:
            return Rate(grid=0.50, sun=0.0, currency="EUR")
        known = at < begun + 2 * QUARTER
        return Rate(grid=0.20 if known else None, sun=0.0, currency="EUR")

    monkeypatch.setattr(late, "_rate_then", rate_then)
    monkeypatch.setattr(
        hub.prices, "rate", lambda *of: Rate(grid=None, sun=None, currency="EUR")
    )
    async with Wallbox(server_url) as box:
        await box.begin(hass, hub)
        number = await box.start(meter=0, timestamp=begun.isoformat())
        await box.stop(number, meter=4000, timestamp=(begun + 4 * QUARTER).isoformat())
        await settle(hass)
        assert latest(hub).cost is None
        await looked_up(hass, hub)
        one = latest(hub)
        assert one.cost == pytest.approx(2 * 0.20 + 2 * 0.50)
        assert one.details.currency == "EUR"
        # Once is enough.
        count = len(asked)
        hub.central_system.ledger.annotate(one, soc_end=50.0)
        await looked_up(hass, hub)
        assert len(asked) == count


async def test_without_any_price_nothing_is_asked_for_ever(
    hass: HomeAssistant,
    hub: Hub,
    server_url: str,
    begun: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    unknown = Rate(grid=None, sun=None, currency="EUR")
    asked: list[datetime] = []

    async def rate_then(id_tag: str, vehicle: str | None, at: datetime) -> Rate:
        asked.append(at)
        return unknown

    monkeypatch.setattr(hub.part(LateFacts), "_rate_then", rate_then)
    monkeypatch.setattr(hub.prices, "rate", lambda *of: unknown)
    async with Wallbox(server_url) as box:
        await box.begin(hass, hub)
        number = await box.start(meter=0, timestamp=begun.isoformat())
        await box.stop(number, meter=900, timestamp=(begun + QUARTER).isoformat())
        await settle(hass)
        await looked_up(hass, hub)
        assert latest(hub).cost is None
        count = len(asked)
        assert count
        hub.central_system.ledger.annotate(latest(hub), soc_end=50.0)
        await looked_up(hass, hub)
        assert len(asked) == count


async def test_meter_values_that_follow_the_end(
    hass: HomeAssistant, hub: Hub, server_url: str, begun: datetime
) -> None:
    """One by one; they tell when the car was charged, and that is what it costs."""
    async with Wallbox(server_url) as box:
        await box.begin(hass, hub)
        number = await box.start(meter=0, timestamp=begun.isoformat())
        await box.stop(number, meter=4000, timestamp=(begun + 8 * QUARTER).isoformat())
        await settle(hass)
        assert [part.wh for part in latest(hub).course.parts] == [500] * 8
        for quarters, wh in ((2, 0.0), (4, 3000.0), (6, 4000.0)):
            await box.call(
                "MeterValues",
                {
                    "connectorId": 1,
                    "transactionId": number,
                    "meterValue": [
                        {
                            "timestamp": (begun + quarters * QUARTER).isoformat(),
                            "sampledValue": [{"value": str(wh), "unit": "Wh"}],
                        }
                    ],
                },
            )
        await settle(hass)
        one = latest(hub)
        assert [round(part.wh) for part in one.course.parts] == [
            *(0, 0, 1500, 1500),
            *(500, 500, 0, 0),
        ]
        await looked_up(hass, hub)
        assert latest(hub).cost == pytest.approx(1.20, abs=1e-3)
        assert latest(hub).energy_wh == 4000
