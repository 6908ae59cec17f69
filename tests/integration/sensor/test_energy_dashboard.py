"""The Energy dashboard and the statistics take what the sensors give."""

from datetime import UTC, datetime, timedelta
from typing import Any

from homeassistant.components.energy.data import async_get_manager
from homeassistant.components.energy.validate import async_validate
from homeassistant.components.recorder import Recorder
from homeassistant.components.recorder.statistics import (
    async_list_statistic_ids,
    statistics_during_period,
)
from homeassistant.components.recorder.util import get_instance
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.components.recorder.common import (
    async_wait_recording_done,
    do_adhoc_statistics,
)

from custom_components.ocpp_cs.hub import Hub
from tests.integration.conftest import charger_subentry
from tests.integration.helpers.entities import Wallbox, settle
from tests.integration.helpers.versions import BOTH
from tests.integration.helpers.wallbox_v2 import wallbox

pytestmark = BOTH

ENERGY = "Energy.Active.Import.Register"

CONSUMPTION = ("sensor.garage_energy", "sensor.garage_session_energy")
POWER = "sensor.garage_power"


@pytest.fixture
def subentries() -> list[Any]:
    return [charger_subentry("CP1", "Garage")]


def five_minutes() -> datetime:
    """Return when the current period of the statistics began."""
    now = datetime.now(UTC)
    return now.replace(minute=now.minute // 5 * 5, second=0, microsecond=0)


async def compile_statistics(hass: HomeAssistant, start: datetime) -> None:
    """Compile those since `start`; one period may have ended in between."""
    await async_wait_recording_done(hass)
    for period in (start, start + timedelta(minutes=5)):
        do_adhoc_statistics(hass, start=period)
    await async_wait_recording_done(hass)


async def charge(box: Wallbox, meter: int, wh: int) -> int:
    """Run a session; return what the meter shows then."""
    number = await box.start(meter=meter)
    for step in (wh // 3, wh // 2, wh):
        await box.values(
            {ENERGY: meter + step, "Power.Active.Import": 11_000.0 + step},
            transaction_id=number,
        )
    await box.stop(number, meter=meter + wh)
    return meter + wh


async def test_the_energy_dashboard_has_nothing_to_object_to(
    recorder_mock: Recorder,
    hass: HomeAssistant,
    hub: Hub,
    server_url: str,
    version: str,
) -> None:
    assert await async_setup_component(hass, "energy", {})
    start = five_minutes()
    async with wallbox(version, server_url) as box:
        await box.begin(hass, hub)
        await charge(box, 10_000, 3_000)
        await settle(hass)
        await compile_statistics(hass, start)
        await (await async_get_manager(hass)).async_update(
            {
                "device_consumption": [
                    {"stat_consumption": one, "stat_rate": POWER} for one in CONSUMPTION
                ]
            }
        )
        result = (await async_validate(hass)).as_dict()
    assert result["device_consumption"] == [[], []]


async def test_statistics_add_up_over_sessions(
    recorder_mock: Recorder,
    hass: HomeAssistant,
    hub: Hub,
    server_url: str,
    version: str,
) -> None:
    assert await async_setup_component(hass, "sensor", {})
    start = five_minutes()
    async with wallbox(version, server_url) as box:
        await box.begin(hass, hub)
        # What the register shows first is where the statistics begin.
        await box.values({ENERGY: 10_000.0})
        meter = await charge(box, 10_000, 3_000)
        await settle(hass)
        meter = await charge(box, meter, 0)
        await settle(hass)
        await charge(box, meter, 1_500)
        await settle(hass)
        await compile_statistics(hass, start)

    listed = {one["statistic_id"]: one for one in await async_list_statistic_ids(hass)}
    for one in CONSUMPTION:
        assert listed[one]["has_sum"]
        assert listed[one]["unit_class"] == "energy"
        assert listed[one]["statistics_unit_of_measurement"] == "kWh"
    assert not listed[POWER]["has_sum"]
    assert listed[POWER]["statistics_unit_of_measurement"] == "W"
    # Not what makes no sense to draw.
    assert "sensor.garage_session_duration" not in listed

    sums = await get_instance(hass).async_add_executor_job(
        statistics_during_period,
        hass,
        start,
        None,
        set(CONSUMPTION),
        "5minute",
        None,
        {"sum"},
    )
    assert {one: rows[-1]["sum"] for one, rows in sums.items()} == {
        one: pytest.approx(4.5) for one in CONSUMPTION
    }
