"""What chargers tell of their meters, and what Home Assistant shows of it."""

from datetime import UTC, datetime, timedelta
from typing import Any

from homeassistant.components.recorder import Recorder
from homeassistant.components.recorder.statistics import statistics_during_period
from homeassistant.components.recorder.util import get_instance
from homeassistant.const import STATE_UNKNOWN
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.components.recorder.common import (
    async_wait_recording_done,
    do_adhoc_statistics,
)

from custom_components.ocpp_cs.chargers.naming import unique_id
from custom_components.ocpp_cs.charging.points import (
    ControlPoint,
    PlanFacts,
    reading_of,
)
from custom_components.ocpp_cs.const import DOMAIN
from custom_components.ocpp_cs.hub import Hub
from custom_components.ocpp_cs.vehicles.model import Car
from tests.integration.conftest import charger_subentry, setup, wait_for
from tests.integration.helpers.entities import Wallbox, entity_id, settle, value_of
from tests.integration.helpers.versions import BOTH, ONLY_1_6, V1_6
from tests.integration.helpers.wallbox_v2 import wallbox

pytestmark = BOTH

ENERGY, POWER, CURRENT = (
    "Energy.Active.Import.Register",
    "Power.Active.Import",
    "Current.Import L1",
)


@pytest.fixture
def subentries() -> list[Any]:
    return [charger_subentry("CP1", "Garage")]


async def shown(hass: HomeAssistant, key: str, domain: str = "sensor") -> str:
    """Return what an entity of the connector shows."""
    await settle(hass)
    return value_of(hass, unique_id("CP1", key, 1), domain)


async def sessions(hass: HomeAssistant) -> list[dict[str, Any]]:
    """Return the sessions in the books."""
    answer: Any = await hass.services.async_call(
        DOMAIN, "get_sessions", {}, blocking=True, return_response=True
    )
    found: list[dict[str, Any]] = answer["sessions"]
    return found


async def reload(hass: HomeAssistant, entry: MockConfigEntry) -> Hub:
    """Do as a restart does."""
    assert await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    hub: Hub = entry.runtime_data
    return hub


@pytest.mark.parametrize("slip", [0.0, 1e10, 99_999_999_999.0])
async def test_the_energy_dashboard_does_not_count_a_slip(
    recorder_mock: Recorder,
    hass: HomeAssistant,
    hub: Hub,
    server_url: str,
    version: str,
    slip: float,
) -> None:
    assert await async_setup_component(hass, "sensor", {})
    now = datetime.now(UTC)
    start = now.replace(minute=now.minute // 5 * 5, second=0, microsecond=0)
    async with wallbox(version, server_url) as box:
        await box.begin(hass, hub)
        number = await box.start(meter=16_000_000)
        for wh in (16_000_100.0, slip, 16_000_120.0, slip, 16_000_140.0):
            await box.values({ENERGY: wh, POWER: 7000.0}, transaction_id=number)
            assert 16_000 < float(await shown(hass, "energy")) < 16_001
        assert await shown(hass, "session_energy") == "0.14"
        await box.stop(number, meter=16_000_150)
        assert await shown(hass, "energy") == "16000.15"
    await async_wait_recording_done(hass)
    for period in (start, start + timedelta(minutes=5)):
        do_adhoc_statistics(hass, start=period)
    await async_wait_recording_done(hass)
    name = entity_id(hass, "sensor", unique_id("CP1", "energy", 1))
    sums = await get_instance(hass).async_add_executor_job(
        statistics_during_period, hass, start, None, {name}, "5minute", None, {"sum"}
    )
    # In 2.0.1 the reading at the start is one of the meter's like any other.
    assert sums[name][-1]["sum"] == pytest.approx(0.05 if version == V1_6 else 0.15)


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ((16_000_150.0,), ("16000.15",)),
        ((0.0, 16_000_150.0), (STATE_UNKNOWN, "16000.15")),
        ((99_999_999.0, 16_000_150.0), (STATE_UNKNOWN, "16000.15")),
        # Another charger by the same id, or another meter in it.
        ((0.0, 20.0), (STATE_UNKNOWN, "0.02")),
    ],
)
async def test_a_register_over_a_restart(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    hub: Hub,
    server_url: str,
    version: str,
    told: tuple[float, ...],
    expected: tuple[str, ...],
) -> None:
    async with wallbox(version, server_url) as box:
        await box.begin(hass, hub)
        for wh in (16_000_100.0, 16_000_120.0):
            await box.values({ENERGY: wh})
        assert await shown(hass, "energy") == "16000.12"
    hub = await reload(hass, setup_integration)
    async with wallbox(version, server_url) as box:
        await box.begin(hass, hub)
        for wh, state in zip(told, expected, strict=True):
            await box.values({ENERGY: wh})
            assert await shown(hass, "energy") == state


@ONLY_1_6
@pytest.mark.parametrize("told", [2**62, 9 * 10**14, 900_000_000, -1])
async def test_a_stop_that_cannot_be_is_not_booked(
    hass: HomeAssistant, hub: Hub, server_url: str, version: str, told: int
) -> None:
    async with wallbox(version, server_url) as box:
        charge_point = await box.begin(hass, hub)
        number = await box.start(meter=1000)
        await box.values({ENERGY: 1500.0}, transaction_id=number)
        await box.stop(number, meter=told)
        assert await shown(hass, "session_energy") == "0.5"
        assert await shown(hass, "energy") == "1.5"
    (session,) = await sessions(hass)
    assert (session["energy_wh"], session["meter_stop_wh"]) == (500, 1500)
    assert charge_point.deviations.counts["meter_stop_absurd"] == 1


# Only 1.6 has readings (meterStart, meterStop) that are no meter values.
@ONLY_1_6
async def test_two_registers_in_one_session(
    hass: HomeAssistant, hub: Hub, server_url: str, version: str
) -> None:
    """That of the meter's life is told without an id, that of the session with it."""
    life = 4_567_000.0
    async with wallbox(version, server_url) as box:
        await box.begin(hass, hub)
        for _ in range(2):
            number = await box.start(meter=0)
            await box.values({ENERGY: life})
            for wh in (0.0, 300.0, 895.0):
                await box.values({ENERGY: wh}, transaction_id=number)
                assert float(await shown(hass, "energy")) == life / 1000
                if wh:
                    assert float(await shown(hass, "session_energy")) == wh / 1000
            life += 920
            await box.values({ENERGY: life})
            assert float(await shown(hass, "energy")) == life / 1000
            assert await shown(hass, "session_energy") == "0.895"
            await box.stop(number, meter=970)
            assert await shown(hass, "session_energy") == "0.97"
            life += 80
    assert [one["energy_wh"] for one in await sessions(hass)] == [970, 970]


@pytest.mark.parametrize("status", ["SuspendedEV", "SuspendedEVSE"])
async def test_a_suspension_ends_power_and_current(
    hass: HomeAssistant, hub: Hub, server_url: str, version: str, status: str
) -> None:
    """Of a charger that tells both only while it charges; the control knows it, too."""
    async with wallbox(version, server_url) as box:
        charge_point = await box.begin(hass, hub)
        connector = charge_point.connector(1)
        (charger,) = hub.chargers.values()
        point = ControlPoint(charger, connector)
        number = await box.start()
        await box.status("Charging")
        await box.values({POWER: 7000.0, CURRENT: 10.1}, transaction_id=number)
        assert await shown(hass, "power") == "7000.0"
        measured = reading_of(point, PlanFacts(), Car())
        assert measured.power_w == 7000
        await box.status(status)
        await box.values({"Current.Offered": 0.0}, transaction_id=number)
        assert await shown(hass, "power") == "0.0"
        assert await shown(hass, "current") == "0.0"
        rests = reading_of(point, PlanFacts(), Car())
        assert rests.power_w == 0
        assert rests.measured_at > measured.measured_at
        # Some deliver all the same, and say so.
        await box.values({POWER: 400.0, CURRENT: 1.8}, transaction_id=number)
        assert await shown(hass, "power") == "400.0"
        assert reading_of(point, PlanFacts(), Car()).measured_at > rests.measured_at
        await box.stop(number, meter=1000)


async def test_values_of_a_session_that_is_over(
    hass: HomeAssistant, hub: Hub, server_url: str, version: str
) -> None:
    async with wallbox(version, server_url) as box:
        await box.begin(hass, hub)
        number = await box.start(meter=0)
        await box.status("Charging")
        flowing = {ENERGY: 184.0, POWER: 2648.0, CURRENT: 9.75}
        await box.values(flowing, transaction_id=number)
        await box.stop(number, meter=184)
        await box.status("Finishing")
        await box.values(flowing, transaction_id=number)
        assert await shown(hass, "power") == "0.0"
        assert await shown(hass, "current") == "0.0"
        assert await shown(hass, "energy") == "0.184"
        assert await shown(hass, "charging", "switch") == "off"
    (session,) = await sessions(hass)
    assert session["energy_wh"] == 184


async def test_a_state_of_charge_that_nobody_knows(
    hass: HomeAssistant, hub: Hub, server_url: str, version: str
) -> None:
    """0 without a session, and all without a vehicle, is unknown."""
    async with wallbox(version, server_url) as box:
        charge_point = await box.begin(hass, hub)
        await box.values({"SoC": 0.0, POWER: 0.0})
        assert await shown(hass, "soc") == STATE_UNKNOWN
        await box.values({"SoC": 80.0})
        assert await shown(hass, "soc") == STATE_UNKNOWN
        # What was told without a vehicle is not that of the one that comes.
        await box.status("Preparing")
        assert await shown(hass, "soc") == STATE_UNKNOWN
        await box.values({"SoC": 0.0})
        assert await shown(hass, "soc") == STATE_UNKNOWN
        await box.values({"SoC": 40.0})
        assert await shown(hass, "soc") == "40.0"
        number = await box.start()
        await box.status("Charging")
        assert await shown(hass, "soc") == "40.0"
        await box.values({"SoC": 0.0}, transaction_id=number)
        assert await shown(hass, "soc") == "0.0"
        await box.values({"SoC": 55.0}, transaction_id=number)
        await box.stop(number, meter=1000)
        await box.status("Finishing")
        assert await shown(hass, "soc") == "55.0"
        await box.status("Available")
        assert await shown(hass, "soc") == STATE_UNKNOWN
        # Nor is it that of the next vehicle; but that there is one is known.
        await box.status("Preparing")
        assert await shown(hass, "soc") == STATE_UNKNOWN
        assert charge_point.connector(1).soc_told
        await box.values({"SoC": 0.0})
        await box.start()
        assert await shown(hass, "soc") == STATE_UNKNOWN


@ONLY_1_6
async def test_what_a_charger_refuses_to_measure_is_known_after_a_restart(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    server_url: str,
    version: str,
    socket_enabled: None,
) -> None:
    def configured(box: Wallbox) -> list[str]:
        for key in box.answers["GetConfiguration"]["configurationKey"]:  # type: ignore[index]
            if key["key"] == "MeterValuesSampledData":
                key |= {"readonly": False, "value": ENERGY}
        written = []

        def change(payload: dict[str, Any]) -> dict[str, str]:
            if payload["key"] != "MeterValuesSampledData":
                return {"status": "Accepted"}
            written.append(payload["value"])
            refused = "Current.Offered" in payload["value"]
            return {"status": "Rejected" if refused else "Accepted"}

        box.answers["ChangeConfiguration"] = change
        return written

    hub = await setup(hass, entry)
    for rounds in range(2):
        if rounds:
            hub = await reload(hass, entry)
        async with wallbox(version, server_url) as box:
            written = configured(box)
            charge_point = await box.begin(hass, hub)
            link: Any = charge_point.link
            await wait_for(hass, link._setup.done)
            assert charge_point.refused_measurands.names == {"Current.Offered"}
        # It had forgotten its configuration, but not what it cannot do.
        assert written[-1].split(",")[-2:] == ["Voltage", "SoC"]
        assert len(written) == (1 if rounds else 4)
    await hass.config_entries.async_unload(entry.entry_id)
