"""A house whose meter shows what its sun, its oven and its real cars do."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
import time
from typing import Any

from freezegun import freeze_time
from freezegun.api import FrozenDateTimeFactory
from homeassistant.const import ATTR_ENTITY_ID
from homeassistant.core import HomeAssistant
import pytest

from custom_components.ocpp_cs.csms.limits.limiter import Limiter
from custom_components.ocpp_cs.hub import Hub
from custom_components.ocpp_cs.plans import plans as charge_plans
from simulator import Car
from tests.integration.conftest import AddCharger, wait_for

from .control import GRID, QUICK
from .entities import entity_id, settle, value_of
from .versions import Charger, installed

CURRENTS = ("sensor.grid_l1", "sensor.grid_l2", "sensor.grid_l3")
FUSED = {
    "fuse": 20,
    "grid_current_l1": CURRENTS[0],
    "grid_current_l2": CURRENTS[1],
    "grid_current_l3": CURRENTS[2],
}
VOLTAGE = 230.0
STEP_S = 5


@dataclass
class LiveHouse:
    """Turns the clock of everything; what its meters tell is what flows."""

    hass: HomeAssistant
    hub: Hub
    freezer: FrozenDateTimeFactory
    sun_w: float = 0.0
    base_a: tuple[float, float, float] = (0.0, 0.0, 0.0)
    """What the house takes without cars, on L1 to L3."""
    unit: str = "W"
    silent: bool = False
    rotations: dict[str, tuple[int, int, int]] = field(default_factory=dict)
    wallboxes: list[Charger] = field(default_factory=list)
    most_a: list[float] = field(default_factory=lambda: [0.0] * 3)
    """The most that flowed on each phase after a step."""

    async def car(
        self,
        charger: AddCharger | Charger,
        car: Car | None = None,
        connector: int = 1,
        charge_point_id: str = "CP1",
        **options: Any,
    ) -> Charger:
        """Return a charger with a car that would like to charge."""
        for one in self.hub.chargers.values():
            one.charge_point.profile_methods.timing = QUICK
        wallbox = (
            await charger(charge_point_id, **options) if callable(charger) else charger
        )
        if wallbox not in self.wallboxes:
            self.wallboxes.append(wallbox)
        await wallbox.plug(connector, car or Car(soc=40))
        await wallbox.present_card(f"TAG{charge_point_id}{connector}", connector)
        charge_point = self.hub.central_system.charge_points[charge_point_id]
        await wait_for(
            self.hass,
            lambda: (
                charge_point.connector(connector).transaction and wallbox.outbox.idle
            ),
        )
        return wallbox

    def amps(self) -> list[float]:
        """Return what all take together now, on L1 to L3."""
        result = list(self.base_a)
        for wallbox in self.wallboxes:
            rotation = self.rotations.get(wallbox.charge_point_id, (0, 1, 2))
            for connector in wallbox.connectors[1:]:
                for line, current in enumerate(connector.currents):
                    result[rotation[line]] += current
        return result

    def tell(self) -> None:
        """Let the meters tell what is so now."""
        amps = self.amps()
        watts = sum(amps) * VOLTAGE - self.sun_w
        self.state(GRID, watts / (1000 if self.unit == "kW" else 1), self.unit)
        for entity, current in zip(CURRENTS, amps, strict=True):
            self.state(entity, round(current, 2), "A")

    def state(self, entity: str, value: object, unit: str) -> None:
        """Let any entity tell something."""
        self.hass.states.async_set(
            entity,
            str(value),
            {"unit_of_measurement": unit},
            timestamp=time.time(),
        )

    async def later(self, seconds: float) -> None:
        """Let seconds pass for all of them."""
        for _ in range(round(seconds / STEP_S)):
            self.freezer.tick(timedelta(seconds=STEP_S))
            for control in self.controls():
                # The loop has a clock of its own.
                control._sender._switched -= STEP_S
                control._sender.sent_at -= STEP_S
                if control._renewal is not None:
                    control._renew_in_time()
            await self._cars_act()
            if not self.silent:
                self.tell()
            if self.hub.charge_control._running:
                # Its timer is the loop's.
                self.hub.charge_control.async_tick()
            await self._told()
            for phase, current in enumerate(self.amps()):
                self.most_a[phase] = max(self.most_a[phase], current)

    async def _cars_act(self) -> None:
        for wallbox in self.wallboxes:
            for connector in wallbox.connectors[1:]:
                connector.update()
                if connector.car is not None and wallbox.operational:
                    await wallbox.send_meter_values(connector.number)

    async def _told(self) -> None:
        """Wait until all have been told what was decided, and have said what they do."""
        await settle(self.hass)
        await wait_for(
            self.hass,
            lambda: (
                all(
                    one._turns._task is None and one._connector.starter._task is None
                    for one in self.controls()
                )
                and all(
                    one.outbox.idle or not one.operational for one in self.wallboxes
                )
            ),
        )

    def controls(self) -> list[Limiter]:
        """Return those of all connectors."""
        return [
            connector.limiter
            for charger in self.hub.chargers.values()
            for connector in charger.charge_point.connectors.values()
            if connector.number
        ]

    async def mode(self, option: str, key: str = "CP1/1") -> None:
        """Choose a mode."""
        await self.act("select", "select_option", f"{key}/charge_mode", option=option)

    async def act(self, domain: str, service: str, key: str, **data: Any) -> None:
        """Do what a user can do with an entity."""
        await self.hass.services.async_call(
            domain,
            service,
            {ATTR_ENTITY_ID: entity_id(self.hass, domain, key), **data},
            blocking=True,
        )
        await self._told()

    def why(self, key: str = "CP1/1") -> str:
        """Return the reason that is shown."""
        return value_of(self.hass, f"{key}/control_state")


@pytest.fixture(name="house")
def fixture_house(
    hass: HomeAssistant, hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> Iterator[LiveHouse]:
    """Return a house in which only the clock of the event loop goes by itself."""
    monkeypatch.setattr(hass.loop, "time", time.monotonic)
    # A second of the loop's is minutes here.
    monkeypatch.setattr(charge_plans, "_PAUSE", timedelta(0))
    with freeze_time(datetime.now(UTC)) as freezer:
        yield LiveHouse(hass, hub, freezer)


def told(charger: Charger, connector: int = 1) -> list[tuple[float, int | None]]:
    """Return limit and phases of each profile that came for a connector.

    A second period, which follows without Home Assistant, is left out.
    """
    return [
        (first["limit"], first.get("numberPhases"))
        for number, _, schedule in installed(charger)
        if number == connector
        for first in schedule["chargingSchedulePeriod"][:1]
    ]
