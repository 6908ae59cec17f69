"""Daily schedules when summer time begins and ends."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
import time
from typing import Any

from freezegun import freeze_time
from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)

from custom_components.ocpp_cs.const import DOMAIN
from custom_components.ocpp_cs.hub import Hub
from simulator import ChargingStation
from tests.integration.conftest import AddCharger, charger_subentry, wait_for
from tests.integration.helpers.control import asked
from tests.integration.helpers.versions import BOTH, Charger, installed, profile_id

pytestmark = [BOTH, pytest.mark.usefixtures("setup_integration")]

SCHEDULE = [
    {"start": "22:00", "limit": 16},
    {"start": "06:00", "limit": 0, "phases": 1},
]


@pytest.fixture
def subentries() -> list[Any]:
    return [charger_subentry("CP1", "Garage")]


@pytest.fixture
async def clock(
    hass: HomeAssistant, hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> Iterator[FrozenDateTimeFactory]:
    """Return a clock on the evening before summer time ends in Berlin."""
    await hass.config.async_set_time_zone("Europe/Berlin")
    monkeypatch.setattr(hass.loop, "time", time.monotonic)
    with freeze_time(datetime(2026, 10, 24, 20, 30, tzinfo=UTC)) as freezer:
        yield freezer


async def draw(hass: HomeAssistant, hub: Hub, **data: Any) -> int:
    (one,) = hub.chargers.values()
    answer = await hass.services.async_call(
        DOMAIN,
        "set_charging_profile",
        {
            "device_id": one.device_id,
            "schedule": SCHEDULE,
            "recurrence": "daily",
            **data,
        },
        blocking=True,
        return_response=True,
    )
    assert answer is not None
    number = answer["charging_profile_id"]
    assert isinstance(number, int)
    return number


def drawn(charger: Charger) -> list[tuple[int, str]]:
    """Return id and time of the day, in UTC, of each schedule that came."""
    return [
        (profile_id(profile), schedule["startSchedule"][11:19])
        for _, profile, schedule in installed(charger)
    ]


async def at(
    hass: HomeAssistant, hub: Hub, clock: FrozenDateTimeFactory, *when: int
) -> None:
    now = datetime(2026, *when, second=10, tzinfo=UTC)
    clock.move_to(now)
    # The loop's clock goes by itself, and is not there yet.
    hub.schedules._look(now)
    await hass.async_block_till_done(wait_background_tasks=True)


async def test_it_stays_at_the_time_of_the_day(
    hass: HomeAssistant, hub: Hub, charger: AddCharger, clock: FrozenDateTimeFactory
) -> None:
    one = await charger()
    number = await draw(hass, hub, valid_to="2099-01-01T00:00:00Z")
    # 06:00 in summer, since when the schedule of today runs.
    assert drawn(one) == [(number, "04:00:00")]
    await at(hass, hub, clock, 10, 25, 0, 0)
    assert len(drawn(one)) == 1
    await at(hass, hub, clock, 10, 25, 1, 0)
    await wait_for(hass, lambda: len(drawn(one)) == 2)
    assert drawn(one)[1] == (number, "05:00:00")
    assert not one.violations
    _, profile, schedule = list(installed(one))[-1]
    assert profile["validTo"] == "2099-01-01T00:00:00Z"
    assert schedule["chargingSchedulePeriod"] == [
        {"startPeriod": 0, "limit": 0, "numberPhases": 1},
        {"startPeriod": 16 * 3600, "limit": 16},
    ]
    # Once is enough, until spring.
    await at(hass, hub, clock, 10, 25, 2, 0)
    assert len(drawn(one)) == 2


async def test_one_that_is_away_gets_it_when_it_is_back(
    hass: HomeAssistant,
    hub: Hub,
    setup_integration: MockConfigEntry,
    charger: AddCharger,
    clock: FrozenDateTimeFactory,
) -> None:
    one = await charger(boot_on_reconnect=True)
    number = await draw(hass, hub)
    # Also over a restart.
    assert await hass.config_entries.async_unload(setup_integration.entry_id)
    clock.move_to(datetime(2026, 10, 27, 7, 0, tzinfo=UTC))
    assert await hass.config_entries.async_setup(setup_integration.entry_id)
    await wait_for(hass, lambda: len(drawn(one)) == 2)
    assert drawn(one)[1] == (number, "21:00:00")


async def test_it_looks_every_hour(
    hass: HomeAssistant, hub: Hub, charger: AddCharger
) -> None:
    await hass.config.async_set_time_zone("Europe/Berlin")
    one = await charger()
    await draw(hass, hub)
    await hass.config.async_set_time_zone("Asia/Tokyo")
    async_fire_time_changed(hass, dt_util.utcnow() + timedelta(hours=1))
    await wait_for(hass, lambda: len(drawn(one)) == 2)


async def test_one_that_refuses_is_asked_again(
    hass: HomeAssistant, hub: Hub, charger: AddCharger, clock: FrozenDateTimeFactory
) -> None:
    one = await charger()
    await draw(hass, hub)
    one.faults.reject_all = True
    await at(hass, hub, clock, 10, 25, 1, 0)
    await wait_for(hass, lambda: len(asked(hub)) == 2)
    one.faults.reject_all = False
    await at(hass, hub, clock, 10, 25, 2, 0)
    await wait_for(hass, lambda: len(asked(hub)) == 3)
    await at(hass, hub, clock, 10, 25, 3, 0)
    assert (len(drawn(one)), len(asked(hub))) == (2, 3)


@pytest.mark.parametrize("how", ["cleared", "replaced", "seconds", "dated", "once"])
async def test_what_is_gone_or_was_meant_otherwise_is_left_alone(
    hass: HomeAssistant,
    hub: Hub,
    charger: AddCharger,
    clock: FrozenDateTimeFactory,
    how: str,
) -> None:
    one = await charger()
    (adopted,) = hub.chargers.values()
    match how:
        case "seconds":
            await draw(hass, hub, schedule=[{"start": 0, "limit": 6}])
        case "dated":
            at_ten = {"start": "2026-10-24T10:00:00+00:00", "limit": 6}
            await draw(hass, hub, schedule=[at_ten])
        case "once":
            (adopted,) = hub.chargers.values()
            await hass.services.async_call(
                DOMAIN,
                "set_charging_profile",
                {"device_id": adopted.device_id, "schedule": SCHEDULE},
                blocking=True,
            )
        case "replaced":
            await draw(hass, hub)
            await draw(hass, hub, schedule=[{"start": 0, "limit": 6}])
        case _:
            number = await draw(hass, hub)
            await hass.services.async_call(
                DOMAIN,
                "clear_charging_profile",
                {"device_id": adopted.device_id, "id": number},
                blocking=True,
            )
    before = len(drawn(one))
    await at(hass, hub, clock, 10, 25, 1, 0)
    assert len(drawn(one)) == before
    assert not hub._memory.get("CP1", "schedules")


@pytest.mark.parametrize(("zone", "keeps"), [("Europe/Berlin", True), ("UTC", False)])
async def test_a_charger_with_our_local_time_keeps_to_it_by_itself(
    hass: HomeAssistant,
    hub: Hub,
    clock: FrozenDateTimeFactory,
    server_url: str,
    zone: str,
    keeps: bool,
) -> None:
    async with ChargingStation(
        server_url, "CP1", version="2.1", values={"ClockCtrlr.TimeZone": zone}
    ) as one:
        one.charging.set_zone(zone)
        point = hub.central_system.charge_points["CP1"]
        await wait_for(hass, lambda: one.accepted and point.ready)
        await draw(hass, hub)
        _, profile, schedule = list(installed(one))[-1]
        assert schedule.get("useLocalTime", False) is keeps
        if not keeps:
            assert schedule["startSchedule"] == "2026-10-24T04:00:00Z"
            return
        # Its digits are those of the clock on the wall.
        assert schedule["startSchedule"] == "2026-10-24T06:00:00Z"
        await at(hass, hub, clock, 10, 25, 1, 0)
        assert len(drawn(one)) == 1
        (kept,) = [item for item in one.profiles if item.id == profile["id"]]
        for hour, limit in ((20, 0.0), (22, 16.0)):
            # In winter: 21:00 and 23:00 by the clock.
            offered = kept.limit(datetime(2026, 12, 1, hour - 1, 30, tzinfo=UTC), None)
            assert offered is not None and offered.amps == limit
