"""A fixed price that changed: sessions of before, told or corrected afterwards."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.ocpp_cs.const import DOMAIN
from custom_components.ocpp_cs.csms.transactions.transaction import Transaction
from custom_components.ocpp_cs.hub import Hub
from custom_components.ocpp_cs.prices import prices as house_prices
from tests.integration.conftest import charger_subentry, id_tag_subentry
from tests.integration.helpers.entities import Wallbox, settle

HOUR = timedelta(hours=1)
CHANGE = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) - 10 * HOUR
"""When the price became another one."""


@pytest.fixture
def subentries() -> list[Any]:
    return [
        charger_subentry("CP1", "Garage"),
        id_tag_subentry("CARD", "Anna"),
        id_tag_subentry("MORE", "Ben", tariff={"kind": "plus", "price": 0.10}),
    ]


@pytest.fixture
def options() -> dict[str, Any]:
    return {"prices": {"price": 0.30}, "tag_policy": "every"}


@pytest.fixture(autouse=True)
def moments(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let the server start a month before the change."""
    with monkeypatch.context() as patch:
        patch.setattr(house_prices, "_now", lambda: CHANGE - 720 * HOUR)
        yield


@pytest.fixture
async def changed(
    hass: HomeAssistant,
    hub: Hub,
    setup_integration: MockConfigEntry,
    monkeypatch: pytest.MonkeyPatch,
) -> Hub:
    """Return a server whose price changed ten hours ago, and which has restarted."""
    with monkeypatch.context() as patch:
        patch.setattr(house_prices, "_now", lambda: CHANGE)
        hass.config_entries.async_update_entry(
            setup_integration,
            options={**setup_integration.options, "prices": {"price": 0.50}},
        )
        await settle(hass)
    monkeypatch.setattr(house_prices, "_now", lambda: datetime.now(UTC))
    assert await hass.config_entries.async_reload(setup_integration.entry_id)
    await settle(hass)
    again: Hub = setup_integration.runtime_data
    return again


def latest(hub: Hub) -> Transaction:
    found = hub.central_system.ledger.latest("CP1", 1)
    assert found is not None
    return found


async def test_a_session_across_the_change_is_told_afterwards(
    hass: HomeAssistant, changed: Hub, server_url: str
) -> None:
    """An hour before it, and three hours after: each at the price of its time."""
    async with Wallbox(server_url) as box:
        await box.begin(hass, changed)
        number = await box.start(meter=0, timestamp=(CHANGE - HOUR).isoformat())
        await box.stop(number, meter=4000, timestamp=(CHANGE + 3 * HOUR).isoformat())
        await settle(hass)
        one = latest(changed)
    costs = [round(part.cost, 6) for part in one.course.parts if part.wh > 1]
    assert costs == [0.25 * 0.30] * 4 + [0.25 * 0.50] * 12
    assert one.cost == pytest.approx(0.30 + 3 * 0.50)


async def test_a_session_of_before_is_corrected_afterwards(
    hass: HomeAssistant, changed: Hub, server_url: str
) -> None:
    """Another card has another tariff, but the house has the price of that time."""
    async with Wallbox(server_url) as box:
        await box.begin(hass, changed)
        number = await box.start(
            meter=0, id_tag="CARD", timestamp=(CHANGE - 48 * HOUR).isoformat()
        )
        end = CHANGE - 46 * HOUR
        await box.stop(number, meter=2000, timestamp=end.isoformat())
        await settle(hass)
    assert latest(changed).cost == pytest.approx(0.60)
    costs = []
    for id_tag in ("MORE", "CARD"):
        answer: Any = await hass.services.async_call(
            DOMAIN,
            "correct_session",
            {"transaction_id": str(number), "id_tag": id_tag},
            blocking=True,
            return_response=True,
        )
        await settle(hass)
        costs.append(answer["session"]["cost"])
    assert costs == [pytest.approx(0.80), pytest.approx(0.60)]
