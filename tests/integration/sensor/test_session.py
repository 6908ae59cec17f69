"""The sensors of a session: cost, price, sun, who, how long still, and the last one."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from unittest.mock import MagicMock

from freezegun.api import FrozenDateTimeFactory
from homeassistant.components.recorder import Recorder
from homeassistant.components.recorder.history import get_significant_states
from homeassistant.const import STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.components.recorder.common import (
    async_wait_recording_done,
)

from custom_components.ocpp_cs.const import SUBENTRY_VEHICLE
from custom_components.ocpp_cs.csms.charge_point import ChargePoint
from custom_components.ocpp_cs.csms.transactions.transaction import Transaction
from custom_components.ocpp_cs.hub import Hub
from custom_components.ocpp_cs.plans.model import PlanState, Shown
from custom_components.ocpp_cs.sensor.session import time_remaining
from custom_components.ocpp_cs.smart_charging.planning.model import PlanSlot
from tests.integration.conftest import charger_subentry, id_tag_subentry
from tests.integration.helpers.entities import (
    Wallbox,
    settle,
    state_of,
    value_of,
    writes,
)
from tests.integration.helpers.versions import BOTH
from tests.integration.helpers.wallbox_v2 import wallbox

pytestmark = BOTH

ENERGY = "Energy.Active.Import.Register"
POWER = "Power.Active.Import"
VW = {
    "data": {"capacity_kwh": 60.0},
    "subentry_type": SUBENTRY_VEHICLE,
    "title": "VW",
    "unique_id": None,
}


@pytest.fixture
def subentries() -> list[Any]:
    return [charger_subentry("CP1", "Carport"), id_tag_subentry("04AB", "Anna"), VW]


@pytest.fixture
def options() -> dict[str, Any]:
    return {"price": 0.3, "tag_policy": "every"}


@pytest.fixture
async def box(
    hass: HomeAssistant, hub: Hub, server_url: str, version: str
) -> AsyncIterator[Wallbox]:
    async with wallbox(version, server_url) as box:
        await box.begin(hass, hub)
        await settle(hass)
        yield box


@pytest.fixture
def charge_point(hub: Hub, box: Wallbox) -> ChargePoint:
    return hub.central_system.charge_points["CP1"]


def annotated(charge_point: ChargePoint, **details: Any) -> Transaction:
    """Note details of the latest session, as the rooms that know them do."""
    latest = charge_point.connectors[1].latest_transaction
    assert latest is not None
    noted = charge_point.ledger.annotate(latest, **details)
    charge_point.connectors[1].transaction_corrected()
    return noted


def told(hass: HomeAssistant) -> tuple[str, str, str]:
    return (
        value_of(hass, "CP1/1/session_cost"),
        value_of(hass, "CP1/1/session_average_price"),
        value_of(hass, "CP1/1/session_solar_share"),
    )


async def test_cost_price_and_sun_of_a_session(
    hass: HomeAssistant, box: Wallbox, charge_point: ChargePoint
) -> None:
    assert told(hass) == (STATE_UNKNOWN,) * 3
    number = await box.start(meter=1000, id_tag="04ab")
    await box.values({ENERGY: 2000.0}, transaction_id=number)
    await settle(hass)
    assert told(hass) == ("0.3", "0.3", STATE_UNKNOWN)
    cost = state_of(hass, "CP1/1/session_cost").attributes
    assert cost["unit_of_measurement"] == hass.config.currency
    assert cost["device_class"] == "monetary"
    assert "last_reset" in cost
    price = state_of(hass, "CP1/1/session_average_price").attributes
    assert price["unit_of_measurement"] == f"{hass.config.currency}/kWh"
    annotated(charge_point, sun_wh=600.0, grid_wh=400.0, price=0.14)
    await settle(hass)
    assert told(hass) == ("0.3", "0.14", "60")
    with writes(hass) as written:
        # Less than what is shown changes nothing.
        await box.values({ENERGY: 2001.0}, transaction_id=number)
        await settle(hass)
    assert "sensor.carport_session_cost" not in written
    assert "sensor.carport_session_solar_share" not in written


async def test_a_session_keeps_its_currency(
    hass: HomeAssistant, box: Wallbox, charge_point: ChargePoint
) -> None:
    await box.stop(await box.start(meter=1000, id_tag="04ab"), meter=2000)
    annotated(charge_point, currency="DKK", price=2.5)
    await settle(hass)
    cost = state_of(hass, "CP1/1/session_cost").attributes
    assert cost["unit_of_measurement"] == "DKK"
    await box.start(meter=2000, id_tag="04ab")
    await settle(hass)
    cost = state_of(hass, "CP1/1/session_cost").attributes
    assert cost["unit_of_measurement"] == hass.config.currency


async def test_who_charges(
    hass: HomeAssistant, hub: Hub, box: Wallbox, charge_point: ChargePoint
) -> None:
    """By name only: ids are private, and that of remote starts is a secret."""
    vehicle = next(s for s in hub.vehicles.all() if s.name == "VW")

    def by() -> tuple[str, Any, Any]:
        state = state_of(hass, "CP1/1/charging_by")
        return state.state, state.attributes["tag"], state.attributes["vehicle"]

    assert by() == (STATE_UNKNOWN, None, None)
    number = await box.start(meter=1000, id_tag="04ab")
    annotated(charge_point, vehicle="guest")
    await settle(hass)
    assert by() == ("Anna", "Anna", None)
    annotated(charge_point, vehicle=vehicle.id)
    await settle(hass)
    assert by() == ("VW", "Anna", "VW")
    # It was removed in the meantime.
    annotated(charge_point, vehicle="01GONE")
    await settle(hass)
    assert by() == ("Anna", "Anna", None)
    await box.stop(number, meter=2000)
    await box.status("Available")
    await settle(hass)
    assert by() == (STATE_UNKNOWN, None, None)
    for tag in ("STRANGE", hub.own_tag):
        number = await box.start(meter=2000, id_tag=tag)
        annotated(charge_point, vehicle="guest")
        await settle(hass)
        assert by() == (STATE_UNKNOWN, None, None)
        await box.stop(number, meter=2000)


@pytest.mark.parametrize(
    "subentries",
    [[charger_subentry("CP1", "Carport"), id_tag_subentry("04AB", "Anna")]],
)
async def test_who_charged_is_told_until_it_is_unplugged(
    hass: HomeAssistant, box: Wallbox
) -> None:
    """As on the card; also where no vehicle was added, which would tell of the plug."""

    def by() -> str:
        return state_of(hass, "CP1/1/charging_by").state

    await box.status("Preparing")
    number = await box.start(meter=1000, id_tag="04ab")
    await box.status("Charging")
    await settle(hass)
    assert by() == "Anna"
    await box.stop(number, meter=2000)
    await box.status("Finishing")
    await settle(hass)
    assert by() == "Anna"
    await box.status("Available")
    await settle(hass)
    assert by() == STATE_UNKNOWN
    # Whoever comes next is not Anna.
    await box.status("Preparing")
    await settle(hass)
    assert by() == STATE_UNKNOWN


async def test_the_last_session(
    hass: HomeAssistant, box: Wallbox, charge_point: ChargePoint
) -> None:
    """While the next one runs as well."""

    def last() -> tuple[str, Any, Any]:
        state = state_of(hass, "CP1/1/last_session")
        return state.state, state.attributes.get("who"), state.attributes.get("cost")

    assert last() == (STATE_UNKNOWN, None, None)
    number = await box.start(
        meter=1000, id_tag="04ab", timestamp="2026-11-01T10:00:00Z"
    )
    await settle(hass)
    assert last() == (STATE_UNKNOWN, None, None)
    await box.stop(number, meter=10300, timestamp="2026-11-01T12:00:00Z")
    await settle(hass)
    assert last() == ("9.3", "Anna", 2.79)
    attributes = state_of(hass, "CP1/1/last_session").attributes
    assert dt_util.parse_datetime(attributes["start"]) == datetime.fromisoformat(
        "2026-11-01T10:00:00Z"
    )
    assert attributes["duration"] == 7200
    assert attributes["currency"] == hass.config.currency
    # A refused start and one that was struck out are none.
    number = await box.start(meter=10300, id_tag="STRANGE")
    await settle(hass)
    assert last() == ("9.3", "Anna", 2.79)
    await box.stop(number, meter=10800)
    await settle(hass)
    assert last() == ("0.5", None, 0.15)
    charge_point.ledger._cache.put(
        replace(charge_point.ledger._cache.of_connector("CP1", 1)[-1], struck_out=True)
    )
    charge_point.connectors[1].transaction_corrected()
    await settle(hass)
    assert last() == ("9.3", "Anna", 2.79)
    await box.websocket.close()
    await settle(hass)
    assert last()[0] == STATE_UNAVAILABLE


@pytest.mark.parametrize(
    ("plan", "missing_kwh", "power", "seconds"),
    [
        (Shown(), None, 11_000.0, None),
        (Shown(), 11.0, None, None),
        # A car that only heats its seats is never full.
        (Shown(), 11.0, 50.0, None),
        (Shown(), 50.0, 150.0, None),
        (Shown(), 11.0, 11_000.0, 3600),
        (Shown(), 0.0, 11_000.0, 0),
        (Shown(state=PlanState.CHARGING), 11.0, 11_000.0, 3600),
        ("until 30 minutes", None, None, 1800),
        ("until 30 minutes", 11.0, 11_000.0, 1800),
        # A plan that only waits tells nothing of the session that runs.
        ("waiting", 11.0, 11_000.0, 3600),
    ],
)
def test_time_remaining(
    plan: Shown | str,
    missing_kwh: float | None,
    power: float | None,
    seconds: int | None,
) -> None:
    now = dt_util.utcnow()
    if isinstance(plan, str):
        state = PlanState.WAITING if plan == "waiting" else PlanState.CHARGING
        slot = PlanSlot(
            start=now, end=now + timedelta(minutes=30), power_w=1.0, price=None
        )
        plan = Shown(state=state, slots=(slot,))
    connector = MagicMock(measurements={} if power is None else {"power": power})
    assert time_remaining(connector, plan, lambda _: missing_kwh, now) == seconds
    connector.transaction = None
    assert time_remaining(connector, plan, lambda _: missing_kwh, now) is None


async def test_time_remaining_of_a_car_that_tells_its_state_of_charge(
    hass: HomeAssistant, hub: Hub, box: Wallbox, freezer: FrozenDateTimeFactory
) -> None:
    (one,) = hub.chargers.values()
    vehicle = next(s for s in hub.vehicles.all() if s.name == "VW")
    await box.status("Charging")
    number = await box.start(meter=1000, id_tag="04ab")
    connector = one.charge_point.connectors[1]
    hub.vehicles.async_choose(one, connector, vehicle.id)
    assert value_of(hass, "CP1/1/time_remaining") == STATE_UNKNOWN
    await box.values(
        {ENERGY: 1100.0, POWER: 6000.0, "SoC": 90.0}, transaction_id=number
    )
    await settle(hass)
    # 6 kWh are missing.
    assert value_of(hass, "CP1/1/time_remaining") == "60.0"
    await box.stop(number, meter=2000)
    await settle(hass)
    assert value_of(hass, "CP1/1/time_remaining") == STATE_UNKNOWN


async def test_attributes_are_not_recorded(
    recorder_mock: Recorder, hass: HomeAssistant, box: Wallbox
) -> None:
    begin = dt_util.utcnow() - timedelta(minutes=1)
    await box.stop(await box.start(meter=1000, id_tag="04ab"), meter=2000)
    await settle(hass)
    await async_wait_recording_done(hass)
    entity_id = "sensor.carport_last_session"
    recorded = await recorder_mock.async_add_executor_job(
        lambda: get_significant_states(
            hass, begin, None, [entity_id], significant_changes_only=False
        )
    )
    state = recorded[entity_id][-1]
    assert state.state == "1.0"  # type: ignore[union-attr]
    assert not {"who", "cost", "start", "end", "currency"} & set(
        state.attributes  # type: ignore[union-attr]
    )
