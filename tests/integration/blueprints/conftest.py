"""Automations made of our blueprints, a charger on a socket, and a clock that jumps.

The clock goes on between two jumps (`freeze_time` with `tick`), so that sockets and
timers work as ever. `async_block_till_done` waits for automations that wait: here
`until` takes its place.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import suppress
import logging
import math
from pathlib import Path
import shutil
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.components.automation import DOMAIN as AUTOMATION
from homeassistant.const import (
    ATTR_ENTITY_ID,
    EVENT_HOMEASSISTANT_STARTED,
    SERVICE_TURN_OFF,
)
from homeassistant.core import CoreState, HomeAssistant
from homeassistant.setup import async_setup_component
import pytest

from custom_components.ocpp_cs.const import DOMAIN
from custom_components.ocpp_cs.csms.limits.methods import LimitTiming
from custom_components.ocpp_cs.hub import Hub
from simulator import Car, Generic
from tests.integration.conftest import AddCharger, charger_subentry
from tests.integration.helpers.entities import entity_id

FOLDER = Path(__file__).parents[3] / "blueprints" / "automation" / "ocpp_cs"

QUICK = LimitTiming(guard=0.0, check=3600.0, reaction=0.1, pause=0.5, settle=0.02)

FREE = math.inf

_STEP = 10.0
"""Seconds that the clock jumps at once: what is due is done in its order."""

type Automate = Callable[..., Awaitable[None]]


@pytest.fixture
def subentries() -> list[Any]:
    return [charger_subentry("CP1", "Garage", overrides={"switches_phases": False})]


@pytest.fixture
def blueprints(hass: HomeAssistant) -> Path:
    """Copy the blueprints to where Home Assistant looks for them."""
    target = Path(hass.config.path("blueprints", AUTOMATION, DOMAIN))
    shutil.copytree(FOLDER, target)
    return target


async def until(condition: Callable[[], Any], seconds: float = 60.0) -> Any:
    """Return what `condition` returns, as soon as that is true."""
    async with asyncio.timeout(seconds):
        while not (value := condition()):
            await asyncio.sleep(0.005)
    return value


@pytest.fixture
async def automate(hass: HomeAssistant, blueprints: Path) -> AsyncIterator[Automate]:
    """Return a function that makes an automation of a blueprint, and starts it."""

    async def make(name: str, *, restart: bool = False, **inputs: Any) -> None:
        """With `restart` Home Assistant is just starting, and has not yet started."""
        if restart:
            hass.set_state(CoreState.starting)
        path = f"{DOMAIN}/{name}.yaml"
        assert await async_setup_component(
            hass,
            AUTOMATION,
            {
                AUTOMATION: {
                    "id": name,
                    "alias": name,
                    "use_blueprint": {"path": path, "input": inputs},
                }
            },
        )
        # An automation whose blueprint, or inputs, are wrong is unavailable.
        state = hass.states.get(f"automation.{name}")
        assert state is not None and state.state == "on"

    yield make
    running = hass.states.async_entity_ids(AUTOMATION)
    if running:
        await hass.services.async_call(
            AUTOMATION, SERVICE_TURN_OFF, {ATTR_ENTITY_ID: running}, blocking=True
        )


def started(hass: HomeAssistant) -> None:
    """Let the start of Home Assistant be over."""
    hass.set_state(CoreState.running)
    hass.bus.async_fire(EVENT_HOMEASSISTANT_STARTED)


class Garage:
    """A charger with one connector, its entities, and the time."""

    def __init__(
        self, hass: HomeAssistant, charger: Generic, clock: FrozenDateTimeFactory
    ) -> None:
        self.hass = hass
        self.charger = charger
        self.clock = clock
        self.limit = entity_id(hass, "number", "CP1/1/current_limit")
        self.paused = entity_id(hass, "switch", "CP1/1/paused")
        self.charging = entity_id(hass, "switch", "CP1/1/charging")
        self.status = entity_id(hass, "sensor", "CP1/1/status")
        self.power = entity_id(hass, "sensor", "CP1/1/power")

    @property
    def limits(self) -> list[float]:
        """What the charger was told, in A; 0 is a pause, FREE no limit at all."""
        return [
            FREE
            if action == "ClearChargingProfile"
            else payload["csChargingProfiles"]["chargingSchedule"][
                "chargingSchedulePeriod"
            ][0]["limit"]
            for action, payload in self.charger.received
            if action in ("SetChargingProfile", "ClearChargingProfile")
        ]

    def state(self, entity: str) -> str:
        state = self.hass.states.get(entity)
        assert state is not None
        return state.state

    async def told(self, *limits: float) -> None:
        """Wait until just these limits have been told, and nothing else."""
        with suppress(TimeoutError):
            await until(lambda: len(self.limits) >= len(limits), 2.0)
        await self.quiet()
        assert self.limits == list(limits)

    async def quiet(self) -> None:
        """Return when what had to be told by now has been.

        What an automation sets off at once is done within a few turns of the loop;
        calls of a charger wait for each other.
        """
        for _ in range(50):
            await asyncio.sleep(0)
        if not self.charger.connected:
            return
        await self.hass.services.async_call(
            DOMAIN,
            "get_local_list_version",
            {"device_id": self._device_id},
            blocking=True,
            return_response=True,
        )
        for _ in range(50):
            await asyncio.sleep(0)

    @property
    def _device_id(self) -> str:
        (entry,) = self.hass.config_entries.async_loaded_entries(DOMAIN)
        (one,) = entry.runtime_data.chargers.values()
        device_id: str = one.device_id
        return device_id

    async def later(self, seconds: float) -> None:
        """Let seconds pass."""
        while seconds > 0:
            step = min(seconds, _STEP)
            seconds -= step
            self.clock.tick(step)
            await asyncio.sleep(0.01)
            await self.quiet()

    async def plugged(self) -> None:
        """Plug a car in, and show a card that starts a session.

        What was told before is told anew then, and forgotten here.
        """
        await self.charger.plug(1, Car(soc=40))
        await self.charger.present_card("TAG", 1)
        await until(lambda: self.state(self.charging) == "on")
        await until(lambda: self.state(self.status) not in ("available", "preparing"))
        await self.quiet()
        self.charger.received.clear()

    async def act(self, entity: str, service: str, **data: Any) -> None:
        """Do by hand what a user might."""
        await self.hass.services.async_call(
            entity.partition(".")[0],
            service,
            {ATTR_ENTITY_ID: entity, **data},
            blocking=True,
        )

    async def away(self) -> None:
        """Let the charger lose its connection."""
        await self.charger.drop()
        await until(lambda: self.state(self.paused) == "unavailable")

    async def back(self) -> None:
        """Let it connect again."""
        await self.charger.reconnect()
        await until(lambda: self.state(self.paused) != "unavailable")
        await until(lambda: self.charger.outbox.idle)
        await self.quiet()


@pytest.fixture
async def garage(
    hass: HomeAssistant,
    hub: Hub,
    charger: AddCharger,
    freezer: FrozenDateTimeFactory,
) -> Garage:
    for one in hub.chargers.values():
        one.charge_point.profile_methods.timing = QUICK
    wallbox = await charger(backoff=(600.0, 600.0))
    return Garage(hass, wallbox, freezer)


@pytest.fixture(autouse=True)
def no_complaints(caplog: pytest.LogCaptureFixture) -> Iterator[list[str]]:
    """See that templates and automations complain of nothing, but what is expected.

    A test adds what is expected, as parts of messages.
    """
    expected: list[str] = []
    yield expected
    said = [
        record.getMessage()
        for when in ("setup", "call", "teardown")
        for record in caplog.get_records(when)
        if record.levelno >= logging.WARNING
        and record.name.startswith(
            (
                "homeassistant.components.automation",
                "homeassistant.components.blueprint",
                "homeassistant.helpers",
                "homeassistant.core",
            )
        )
    ]
    unexpected = [text for text in said if not any(part in text for part in expected)]
    assert not unexpected
