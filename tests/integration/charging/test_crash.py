"""Home Assistant stops, or is killed, in each state, while real cars go on charging."""

from collections.abc import Awaitable, Callable
from copy import deepcopy
from dataclasses import replace
from typing import Any

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.ocpp_cs.chargers.store import Memory
from custom_components.ocpp_cs.csms.limits.intent import LimitState
from simulator import Car, Generic
from tests.integration.conftest import AddCharger, charger_subentry, wait_for
from tests.integration.helpers.control import GRID, QUICK, SOLAR
from tests.integration.helpers.live_house import (  # noqa: F401 - pytest looks for fixtures here
    CURRENTS,
    FUSED,
    LiveHouse,
    fixture_house,
    told,
)

pytestmark = pytest.mark.usefixtures("setup_integration")

type Arrange = Callable[[LiveHouse], Awaitable[None]]


@pytest.fixture
def subentries() -> list[Any]:
    return [charger_subentry("CP1", "Garage", overrides={"switches_phases": True})]


@pytest.fixture
def options() -> dict[str, Any]:
    return {"solar": {**SOLAR, **FUSED, "fuse": 35}}


async def restart(
    house: LiveHouse, entry: MockConfigEntry, away: float, *, killed: bool
) -> None:
    """Let Home Assistant be away for some seconds; it is back before its meters are."""
    hass, (one,) = house.hass, house.wallboxes
    disk = deepcopy(house.hub._memory._records)
    before = len(told(one))
    assert await hass.config_entries.async_unload(entry.entry_id)
    assert len(told(one)) == before
    if killed:
        # Nothing was written on leaving.
        memory = Memory(hass, entry.entry_id)
        memory._records = disk
        memory._touched = True
        await memory.async_close()
    house.freezer.tick(away)
    for entity in (GRID, *CURRENTS):
        hass.states.async_remove(entity)
    assert await hass.config_entries.async_setup(entry.entry_id)
    house.hub = entry.runtime_data
    for charger in house.hub.chargers.values():
        charger.charge_point.profile_methods.timing = QUICK
    charge_point = house.hub.central_system.charge_points["CP1"]
    await wait_for(hass, lambda: charge_point.ready and len(told(one)) > before)
    await house._told()


async def waiting(house: LiveHouse) -> None:
    await house.mode("solar")
    await house.later(60)
    assert house.why() == "waiting_for_sun"


async def starting(house: LiveHouse) -> None:
    house.sun_w = 3000
    await house.mode("solar")
    await house.later(10)
    assert house.why() == "start_delay"


async def one_phase(house: LiveHouse) -> None:
    house.sun_w = 2600
    await house.mode("solar")
    await house.later(200)
    assert house.why() == "following_sun"


async def three_phases(house: LiveHouse) -> None:
    house.sun_w = 8000
    await house.mode("solar")
    await house.later(200)
    assert house.why() == "following_sun"


async def least_time(house: LiveHouse) -> None:
    house.sun_w = 2600
    await house.mode("solar")
    await house.later(110)
    assert house.amps()[0] > 0


async def minimum(house: LiveHouse) -> None:
    house.sun_w = 500
    await house.mode("min_solar")
    await house.later(60)
    assert house.why() == "minimum_current"


async def fast(house: LiveHouse) -> None:
    await house.mode("fast")
    await house.later(60)


async def fused(house: LiveHouse) -> None:
    house.base_a = (25, 0, 0)
    await house.mode("fast")
    await house.later(30)
    assert house.why() == "fuse_limit"


async def off(house: LiveHouse) -> None:
    house.sun_w = 8000
    await house.mode("off")
    await house.later(60)
    assert house.why() == "off"


async def blind(house: LiveHouse) -> None:
    await three_phases(house)
    house.silent = True
    await house.later(60)


@pytest.mark.parametrize("killed", [False, True])
@pytest.mark.parametrize("away", [10, 600])
@pytest.mark.parametrize(
    "arrange",
    [
        waiting,
        starting,
        one_phase,
        three_phases,
        least_time,
        minimum,
        fast,
        fused,
        off,
        blind,
    ],
)
async def test_it_goes_on(
    house: LiveHouse,
    charger: AddCharger,
    setup_integration: MockConfigEntry,
    arrange: Arrange,
    away: float,
    killed: bool,
) -> None:
    house.tell()
    one = await house.car(charger, Car(soc=20), boot_on_reconnect=True)
    await arrange(house)
    amps = one.connector().currents
    before, last = len(told(one)), told(one)[-1]
    await restart(house, setup_integration, away, killed=killed)
    # What is told first is what it had, as far as that is known: never more.
    assert told(one)[before] <= last
    assert (told(one)[before][1] or 1) <= (last[1] or 3)
    house.silent = True
    house.most_a = [0.0] * 3
    await house.later(60)
    if arrange not in (fast, fused):
        # While nothing is known, nothing is begun, and nobody gets more.
        taken = [
            most - base for most, base in zip(house.most_a, house.base_a, strict=True)
        ]
        assert all(now <= was for now, was in zip(taken, amps, strict=True))
    assert not one.calls("ClearChargingProfile")
    house.silent = False
    if away == 10 and arrange in (one_phase, three_phases, least_time, minimum, fast):
        assert 0 not in [limit for limit, _ in told(one)[before:]]
    await house.later(400)
    twin = await _expected(house, arrange)
    assert (one.connector().currents, house.why()) == twin


async def _expected(
    house: LiveHouse, arrange: Arrange
) -> tuple[tuple[float, float, float], str]:
    """Return what it is in the long run, had nothing happened."""
    match arrange.__name__:
        case "waiting":
            return (0, 0, 0), "waiting_for_sun"
        case "starting":
            return (13, 0, 0), "following_sun"
        case "one_phase" | "least_time":
            return (11, 0, 0), "following_sun"
        case "three_phases" | "blind":
            return (11, 11, 11), "following_sun"
        case "minimum":
            return (6, 0, 0), "minimum_current"
        case "fast":
            return (16, 16, 16), house.why()
        case "fused":
            return (9, 9, 9), "fuse_limit"
        case _:
            return (0, 0, 0), "off"


@pytest.mark.parametrize("killed", [False, True])
async def test_in_the_middle_of_a_switch_of_phases(
    hass: HomeAssistant,
    house: LiveHouse,
    charger: AddCharger,
    setup_integration: MockConfigEntry,
    killed: bool,
) -> None:
    one: Generic = await house.car(charger, Car(soc=20), boot_on_reconnect=True)
    await one_phase(house)
    (control,) = house.controls()
    control._methods.timing = replace(QUICK, settle=5.0)
    house.sun_w = 8000
    while control.state is not LimitState.SWITCHING:
        house.freezer.tick(5)
        await house._cars_act()
        house.tell()
        house.hub.charge_control.async_tick()
        await hass.async_block_till_done()
    await wait_for(hass, lambda: told(one)[-1] == (0, 3))
    await restart(house, setup_integration, 10, killed=killed)
    house.silent = False
    await house.later(300)
    assert one.connector().currents == (11, 11, 11)
    assert house.why() == "following_sun"


async def test_a_minute_is_the_most_that_a_crash_costs(
    house: LiveHouse, charger: AddCharger, setup_integration: MockConfigEntry
) -> None:
    one = await house.car(charger, Car(soc=5), boot_on_reconnect=True)
    await one_phase(house)
    # Nothing but time goes by.
    for seconds in (0, 20, 35, 50, 65):
        await house.later(600 + seconds)
        before = len(told(one))
        await restart(house, setup_integration, 10, killed=True)
        await house.later(30)
        assert 0 not in [limit for limit, _ in told(one)[before:]]
        assert {phases for _, phases in told(one)[before:]} == {1}


async def test_it_writes_to_the_disk_once_a_minute_at_most(
    house: LiveHouse, charger: AddCharger, monkeypatch: pytest.MonkeyPatch
) -> None:
    await house.car(charger, Car(soc=5))
    await one_phase(house)
    saved: list[str] = []
    memory = house.hub._memory
    save = memory._store.async_delay_save

    def count(*args: Any, **kwargs: Any) -> None:
        saved.append("")
        save(*args, **kwargs)

    monkeypatch.setattr(memory._store, "async_delay_save", count)
    for watts in (2600, 2900, 3200, 2600, 2900):
        house.sun_w = watts
        await house.later(120)
    assert len(saved) <= 11
    house.sun_w = 0
    await house.later(600)
    saved.clear()
    # While nothing charges, nothing is written.
    await house.later(600)
    assert saved == []


async def test_off_is_off_also_when_there_was_no_time_to_tell(
    house: LiveHouse, charger: AddCharger, setup_integration: MockConfigEntry
) -> None:
    house.tell()
    one = await house.car(charger, Car(soc=20), boot_on_reconnect=True)
    await fast(house)
    await house.act("number", "set_value", "CP1/1/current_limit", value=10)
    await house.later(5)
    # It was told something a moment ago; what is less does not wait for that.
    await house.mode("off")
    before = len(told(one))
    assert told(one)[-1][0] == 0
    await restart(house, setup_integration, 10, killed=True)
    assert told(one)[before][0] == 0


async def test_the_guard_time_of_the_charger_is_known(house: LiveHouse) -> None:
    (charger,) = house.hub.chargers.values()
    charge_point = charger.charge_point
    assert house.hub.charge_control._settings().phase_guard_s == 120
    charge_point.quirks = replace(charge_point.quirks, phase_switch_seconds=300)
    house.hub.charge_control._point(charger, charge_point.connector(1))
    assert house.hub.charge_control._settings().phase_guard_s == 300
