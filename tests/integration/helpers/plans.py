"""A night that tests can turn on, a charger in it, and prices."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
import time
from typing import Any
from zoneinfo import ZoneInfo

from homeassistant.const import ATTR_ENTITY_ID
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
import pytest

from custom_components.ocpp_cs.charging import control as charge_control
from custom_components.ocpp_cs.csms.limits.intent import Intent
from custom_components.ocpp_cs.csms.limits.methods import LimitTiming
from custom_components.ocpp_cs.csms.transactions import registers
from custom_components.ocpp_cs.hub import Hub
from custom_components.ocpp_cs.plans import plans as charge_plans
from custom_components.ocpp_cs.prices import prices as house_prices
from simulator import Car
from tests.integration.conftest import AddCharger, charger_subentry, wait_for

from .entities import entity_id, settle, value_of
from .versions import Charger, limits

__all__ = ["limits"]

BERLIN = ZoneInfo("Europe/Berlin")
EVENING = datetime(2026, 1, 20, 17, 0, tzinfo=BERLIN)
GRID = "sensor.grid"
PRICES = "sensor.prices"
SOLAR: dict[str, Any] = {
    "grid_power": GRID,
    "grid_sign": "import",
    "battery_sign": "discharging",
}
QUICK = LimitTiming(guard=0.0, check=60.0, reaction=0.1, pause=0.5, settle=0.02)
AMPS = 16.0
KW = AMPS * 0.69


@pytest.fixture(name="subentries")
def fixture_subentries() -> list[Any]:
    """Return a charger whose car has a state of charge, if `sensor.soc` tells it."""
    return [
        charger_subentry(
            "CP1",
            "Garage",
            overrides={"switches_phases": False},
            solar={"vehicle_soc": "sensor.soc", "capacity": 50},
        )
    ]


@pytest.fixture(name="options")
def fixture_options() -> dict[str, Any]:
    """Return the options of a server with a meter and prices."""
    return {"solar": {**SOLAR, "price_entities": [PRICES]}}


class Night:
    """The time, as control and plans know it, and the house's meter."""

    def __init__(self, hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch) -> None:
        """Begin in the evening, with a house that takes 500 W."""
        self.hass = hass
        self.hub: Hub
        self.wallbox: Charger | None = None
        self.watts = 500.0
        self._offset = EVENING.timestamp() - time.time()
        monkeypatch.setattr(charge_control, "_now", self.timestamp)
        monkeypatch.setattr(charge_plans, "_now", self.now)
        monkeypatch.setattr(house_prices, "_now", self.now)
        monkeypatch.setattr(charge_plans, "_PAUSE", timedelta(0))
        # What takes a night comes within a second here.
        monkeypatch.setattr(registers, "most", lambda _duration: 100_000.0)
        self.tell_grid()

    def timestamp(self) -> float:
        """Return the time in s."""
        return time.time() + self._offset

    def now(self) -> datetime:
        """Return the time."""
        return dt_util.utc_from_timestamp(self.timestamp())

    async def measure(self) -> None:
        """Let the meters tell what house and car take."""
        if self.wallbox is not None:
            self.wallbox.connectors[1].update()
            await control(self.hub)._charge_point.commands.trigger_message(
                requested_message="meter_values", connector_id=1
            )
            await wait_for(self.hass, lambda: self.wallbox.outbox.idle)
        self.tell_grid()

    def tell_grid(self) -> None:
        """Let the meter of the house tell what house and car take."""
        car = 0.0 if self.wallbox is None else self.wallbox.connectors[1].power_w
        self.hass.states.async_set(
            GRID,
            str(self.watts + car),
            {"unit_of_measurement": "W"},
            timestamp=self.timestamp(),
        )

    async def at(self, when: datetime) -> None:
        """Let it be `when`, and look a few times what to do."""
        self._offset = when.timestamp() - time.time()
        for _ in range(3):
            await self.measure()
            self.hub.charge_plans.async_tick()
            self.hub.charge_control.async_tick()
            await settle(self.hass)
            # There are ten seconds between two commands.
            self._offset += 11

    async def pass_by(self, minutes: float) -> None:
        """Let minutes pass, as the control sees them."""
        for _ in range(round(minutes * 2)):
            self._offset += 30
            await self.measure()
            self.hub.charge_control.async_tick()
            await settle(self.hass)


@pytest.fixture(name="night")
async def fixture_night(
    hass: HomeAssistant, hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> Night:
    """Return an evening in Berlin."""
    await hass.config.async_set_time_zone("Europe/Berlin")
    night = Night(hass, monkeypatch)
    night.hub = hub
    return night


def clock(hour: int, minute: int = 0, *, days: int = 1) -> datetime:
    """Return a time of the morning after, or so many days after the evening."""
    return datetime.combine(
        EVENING.date() + timedelta(days=days),
        datetime.min.replace(hour=hour, minute=minute).time(),
        BERLIN,
    )


def day_of_prices(day: date, usual: float, **odd: float) -> list[dict[str, Any]]:
    """Return the prices of a day as Nord Pool has them; `h2` is that at two."""
    return [
        {
            "start": datetime.combine(day, datetime.min.time(), BERLIN).replace(
                hour=hour
            ),
            "value": odd.get(f"h{hour}", usual),
        }
        for hour in range(24)
    ]


def tell_prices(hass: HomeAssistant, usual: float = 0.3, **odd: float) -> None:
    """Let the entity tell the prices of two days; the odd ones are tomorrow's."""
    today = EVENING.date()
    hass.states.async_set(
        PRICES,
        str(usual),
        {
            "unit_of_measurement": "EUR/kWh",
            "raw_today": day_of_prices(today, usual),
            "raw_tomorrow": day_of_prices(today + timedelta(days=1), usual, **odd),
        },
    )


def control(hub: Hub) -> Any:
    """Return the control of the only connector."""
    (one,) = hub.chargers.values()
    return one.charge_point.connector(1).limiter


async def told(hass: HomeAssistant, charger: Charger, limit: float) -> None:
    """Wait until the last limit is that one."""
    await wait_for(hass, lambda: limits(charger)[-1:] == [limit])


async def plugged(hass: HomeAssistant, hub: Hub, charger: AddCharger) -> Charger:
    """Return a charger with a car, which may have 16 A."""
    for one in hub.chargers.values():
        one.charge_point.profile_methods.timing = QUICK
    wallbox = await charger()
    control(hub).set_intent(Intent(limit_a=AMPS))
    await plug(hass, hub, wallbox)
    return wallbox


async def plug(hass: HomeAssistant, hub: Hub, wallbox: Charger) -> None:
    """Plug a car in and begin."""
    await wallbox.plug(1, Car(soc=40))
    await wallbox.present_card("TAG", 1)
    await wait_for(
        hass, lambda: control(hub)._connector.transaction and wallbox.outbox.idle
    )


async def charge(hass: HomeAssistant, hub: Hub, wallbox: Charger, kwh: float) -> None:
    """Let the meter count so much, and tell it."""
    wallbox.connectors[1].meter.register_wh += kwh * 1000
    wallbox.connectors[1].update()
    connector = control(hub)._connector
    before = connector.session_energy_wh or 0.0
    await connector.charge_point.commands.trigger_message(
        requested_message="meter_values", connector_id=1
    )
    await wait_for(
        hass, lambda: (connector.session_energy_wh or 0.0) > before + kwh * 900
    )


async def choose(hass: HomeAssistant, mode: str) -> None:
    """Choose a charge mode."""
    await _call(hass, "select", "select_option", "charge_mode", option=mode)


async def want(
    hass: HomeAssistant,
    kwh: float | None = None,
    ready_by: datetime | None = None,
    *,
    soc: float | None = None,
    armed: bool | None = True,
) -> None:
    """Say what is wanted, as a user would."""
    if kwh is not None:
        await _call(hass, "number", "set_value", "energy_target", value=kwh)
    if soc is not None:
        await _call(hass, "number", "set_value", "soc_target", value=soc)
    if ready_by is not None:
        await _call(hass, "datetime", "set_value", "ready_by", datetime=ready_by)
    if armed is not None:
        action = "turn_on" if armed else "turn_off"
        await _call(hass, "switch", action, "ready_in_time")


async def _call(
    hass: HomeAssistant, domain: str, action: str, key: str, **data: Any
) -> None:
    await hass.services.async_call(
        domain,
        action,
        {ATTR_ENTITY_ID: entity_id(hass, domain, f"CP1/1/{key}"), **data},
        blocking=True,
    )
    await settle(hass)


def plan_of(hass: HomeAssistant) -> str:
    """Return the state of the plan."""
    return value_of(hass, "CP1/1/charge_plan")


def why(hass: HomeAssistant) -> str:
    """Return the control's reason."""
    return value_of(hass, "CP1/1/control_state")


def spans(schedule: list[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    """Return from when to when a schedule charges, as local times of the day."""
    for slot in schedule:
        yield tuple(  # type: ignore[misc]
            datetime.fromisoformat(slot[key]).astimezone(BERLIN).strftime("%H:%M")
            for key in ("start", "end")
        )
