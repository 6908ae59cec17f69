"""A house with a meter, and a clock of the control that tests turn on."""

import time

from homeassistant.const import ATTR_ENTITY_ID
from homeassistant.core import HomeAssistant
import pytest

from custom_components.ocpp_cs.charging import control as charge_control
from custom_components.ocpp_cs.csms.limits.limiter import Limiter
from custom_components.ocpp_cs.csms.limits.methods import LimitTiming
from custom_components.ocpp_cs.hub import Hub
from simulator import Car
from tests.integration.conftest import AddCharger, wait_for

from .entities import entity_id, settle, value_of
from .versions import Charger, limits

GRID = "sensor.grid"
SOLAR = {"grid_power": GRID, "grid_sign": "import", "battery_sign": "discharging"}
QUICK = LimitTiming(guard=0.0, check=60.0, reaction=0.1, pause=0.5, settle=0.02)


__all__ = ["limits"]


def control(hub: Hub, charge_point_id: str = "CP1", connector: int = 1) -> Limiter:
    """Return the control of a connector."""
    return (
        hub.central_system.charge_points[charge_point_id].connector(connector).limiter
    )


def asked(hub: Hub, charge_point_id: str = "CP1") -> set[str]:
    """Return the profiles that were sent lately, be they refused or not."""
    charge_point = hub.central_system.charge_points[charge_point_id]
    return {
        text for _, _, text in charge_point.frames if '"SetChargingProfile"' in text
    }


class House:
    """The meter of the house, and a clock of the control that tests turn on."""

    def __init__(self, hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch) -> None:
        self.hass = hass
        self.offset = 0.0
        monkeypatch.setattr(charge_control, "_now", self.now)

    def now(self) -> float:
        return time.time() + self.offset

    def grid(self, value: object, unit: str | None = "W", entity: str = GRID) -> None:
        self.hass.states.async_set(
            entity,
            str(value),
            {} if unit is None else {"unit_of_measurement": unit},
            timestamp=self.now(),
        )

    async def later(self, hub: Hub, seconds: float, *, silent: bool = False) -> None:
        """Let seconds pass; the meter repeats itself, unless it is silent."""
        for _ in range(round(seconds / 5)):
            self.offset += 5
            state = self.hass.states.get(GRID)
            if state is not None and not silent:
                self.grid(state.state, state.attributes.get("unit_of_measurement"))
            hub.charge_control.async_tick()
            await settle(self.hass)


@pytest.fixture(name="house")
def fixture_house(hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch) -> House:
    """Return a house whose meter tells nothing yet."""
    return House(hass, monkeypatch)


async def mode(hass: HomeAssistant, option: str) -> None:
    await hass.services.async_call(
        "select",
        "select_option",
        {
            ATTR_ENTITY_ID: entity_id(hass, "select", "CP1/1/charge_mode"),
            "option": option,
        },
        blocking=True,
    )


async def plugged(
    hass: HomeAssistant, hub: Hub, charger: AddCharger | Charger
) -> Charger:
    """Return a charger whose car would like to charge."""
    for one in hub.chargers.values():
        one.charge_point.profile_methods.timing = QUICK
    wallbox = await charger() if callable(charger) else charger
    await wallbox.plug(1, Car(soc=40))
    await wallbox.present_card("TAG", 1)
    await wait_for(
        hass, lambda: control(hub)._connector.transaction and wallbox.outbox.idle
    )
    return wallbox


async def in_the_sun(
    hass: HomeAssistant, hub: Hub, charger: AddCharger, house: House
) -> Charger:
    """Return a charger that follows a surplus of 6 kW."""
    house.grid(-6000)
    one = await plugged(hass, hub, charger)
    await mode(hass, "solar")
    await house.later(hub, 120)
    await wait_for(hass, lambda: limits(one)[-1] >= 6.0)
    return one


def why(hass: HomeAssistant) -> str:
    return value_of(hass, "CP1/1/control_state")
