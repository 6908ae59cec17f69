"""Statistics of what was charged, in a recorder of its own."""

from datetime import UTC, datetime, timedelta
from typing import Any

from homeassistant.components.recorder import Recorder
from homeassistant.components.recorder.statistics import (
    async_add_external_statistics,
    get_metadata,
    statistics_during_period,
)
from homeassistant.components.recorder.tasks import SynchronizeTask
from homeassistant.config_entries import ConfigSubentry
from homeassistant.core import HomeAssistant
from homeassistant.helpers.recorder import get_instance
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.ocpp_cs.const import DOMAIN
from custom_components.ocpp_cs.hub import Hub
from custom_components.ocpp_cs.sessions.statistics.series import series_of_connector
from tests.integration.conftest import charger_subentry, id_tag_subentry
from tests.integration.helpers.entities import Wallbox, settle
from tests.integration.helpers.vehicles import vehicle_subentry

NOON = datetime(2026, 10, 20, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
GARAGE = "ocpp_cs:charger_cp1_1"


@pytest.fixture(autouse=True)
def needs_recorder(recorder_mock: Recorder) -> None:
    """Have a recorder before all else."""


@pytest.fixture
def subentries() -> list[Any]:
    return [
        charger_subentry("CP1", "Garage"),
        id_tag_subentry("CARD", "Anna"),
        vehicle_subentry("Zoe"),
    ]


@pytest.fixture
def options() -> dict[str, Any]:
    return {"price": 0.30, "tag_policy": "every"}


async def written(hass: HomeAssistant) -> None:
    """Wait until the recorder has done what it was asked for."""
    done = hass.loop.create_future()
    get_instance(hass).queue_task(SynchronizeTask(done))
    await done


async def rows(
    hass: HomeAssistant, hub: Hub, statistic_id: str
) -> dict[int, tuple[float, float]]:
    """Return what came in each hour since noon, and the sum; after all is written."""
    await hub.statistics.async_flush()
    found = await get_instance(hass).async_add_executor_job(
        statistics_during_period,
        hass,
        NOON - 1000 * HOUR,
        None,
        {statistic_id},
        "hour",
        None,
        {"state", "sum"},
    )
    return {
        round((row["start"] - NOON.timestamp()) / 3600): (
            pytest.approx(row["state"], abs=1e-4),  # type: ignore[dict-item]
            pytest.approx(row["sum"], abs=1e-4),  # type: ignore[dict-item]
        )
        for row in found.get(statistic_id, ())
    }


async def charge(
    box: Wallbox,
    start: datetime = NOON,
    hours: float = 2,
    *,
    kwh: float = 4,
    id_tag: str = "CARD",
) -> int:
    """Charge for some hours, of which the charger tells later; return the id."""
    number = await box.start(meter=0, id_tag=id_tag, timestamp=start.isoformat())
    await box.stop(
        number,
        meter=round(kwh * 1000),
        timestamp=(start + hours * HOUR).isoformat(),
    )
    return number


@pytest.fixture
async def box(hass: HomeAssistant, hub: Hub, server_url: str) -> Any:
    async with Wallbox(server_url) as box:
        await box.begin(hass, hub)
        yield box


def base_of(hub: Hub, entry: MockConfigEntry, kind: str) -> str:
    (subentry,) = entry.get_subentries_of_type(kind)
    return f"ocpp_cs:{kind.removeprefix('id_')}_{subentry.subentry_id.lower()}"


async def act(hass: HomeAssistant, action: str, **data: Any) -> None:
    await hass.services.async_call(
        DOMAIN, action, data, blocking=True, return_response=True
    )
    await settle(hass)


async def test_energy_and_cost_are_at_the_hour_when_it_was_charged(
    hass: HomeAssistant, hub: Hub, box: Wallbox, setup_integration: MockConfigEntry
) -> None:
    """Also of a session that is told later, and of one that is earlier still."""
    await charge(box, NOON + HOUR / 2)
    expected = {0: (1, 1), 1: (2, 3), 2: (1, 4)}
    assert await rows(hass, hub, f"{GARAGE}_energy") == expected
    tag = base_of(hub, setup_integration, "id_tag")
    assert await rows(hass, hub, f"{tag}_energy") == expected
    costs = {0: (0.3, 0.3), 1: (0.6, 0.9), 2: (0.3, 1.2)}
    assert await rows(hass, hub, f"{GARAGE}_cost_eur") == costs
    await charge(box, NOON - 5 * HOUR, 1, kwh=1, id_tag="OTHER")
    await charge(box, NOON + 10 * HOUR, 1, kwh=1)
    assert await rows(hass, hub, f"{GARAGE}_energy") == {
        -5: (1, 1),
        0: (1, 2),
        1: (2, 4),
        2: (1, 5),
        10: (1, 6),
    }
    assert await rows(hass, hub, f"{tag}_energy") == expected | {10: (1, 5)}
    known = await get_instance(hass).async_add_executor_job(
        lambda: get_metadata(hass, statistic_ids={f"{GARAGE}_energy", f"{tag}_energy"})
    )
    names = {meta["name"] for _, meta in known.values()}
    assert names == {"Garage charged energy", "Anna charged energy"}
    assert {meta["unit_of_measurement"] for _, meta in known.values()} == {"kWh"}


async def test_a_restart_counts_nothing_twice(
    hass: HomeAssistant, hub: Hub, box: Wallbox, setup_integration: MockConfigEntry
) -> None:
    """And what somebody else did to the last days is put right."""
    await charge(box)
    recent = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) - 3 * HOUR
    await charge(box, recent, 1, kwh=2)
    last = round((recent - NOON) / HOUR)
    expected = {0: (2, 2), 1: (2, 4), last: (2, 6)}
    assert await rows(hass, hub, f"{GARAGE}_energy") == expected
    known = await get_instance(hass).async_add_executor_job(
        lambda: get_metadata(hass, statistic_ids={f"{GARAGE}_energy"})
    )
    async_add_external_statistics(
        hass,
        known[f"{GARAGE}_energy"][1],
        [{"start": recent, "state": 99.0, "sum": 103.0}],
    )
    await written(hass)
    for _ in range(2):
        assert await hass.config_entries.async_reload(setup_integration.entry_id)
        await hass.async_block_till_done()
        hub = setup_integration.runtime_data
        assert await rows(hass, hub, f"{GARAGE}_energy") == expected


async def test_the_past_is_written_once(
    hass: HomeAssistant, hub: Hub, box: Wallbox, setup_integration: MockConfigEntry
) -> None:
    """Books from before there were statistics, and a recorder that lost its own."""
    await charge(box)
    assert len(await rows(hass, hub, f"{GARAGE}_energy")) == 2
    get_instance(hass).async_clear_statistics([f"{GARAGE}_energy"])
    await written(hass)
    assert await rows(hass, hub, f"{GARAGE}_energy") == {}
    # With the next session it is noticed.
    await charge(box, NOON + 5 * HOUR, 1, kwh=1)
    await rows(hass, hub, f"{GARAGE}_energy")
    assert await rows(hass, hub, f"{GARAGE}_energy") == {
        0: (2, 2),
        1: (2, 4),
        5: (1, 5),
    }


async def test_corrections_rewrite_their_hours(
    hass: HomeAssistant, hub: Hub, box: Wallbox, setup_integration: MockConfigEntry
) -> None:
    number = await charge(box)
    await charge(box, NOON + 3 * HOUR, 1, kwh=1)
    tag = base_of(hub, setup_integration, "id_tag")
    vehicle = base_of(hub, setup_integration, "vehicle")
    assert await rows(hass, hub, f"{tag}_energy") == {0: (2, 2), 1: (2, 4), 3: (1, 5)}
    assert await rows(hass, hub, f"{vehicle}_energy") == {}
    # After a restart nothing is known of it but what is in the books.
    assert await hass.config_entries.async_reload(setup_integration.entry_id)
    await hass.async_block_till_done()
    hub = setup_integration.runtime_data
    await hub.statistics.async_flush()
    hub.statistics._footprints.clear()
    await act(hass, "correct_session", transaction_id=number, id_tag="X", vehicle="Zoe")
    assert await rows(hass, hub, f"{tag}_energy") == {0: (0, 0), 1: (0, 0), 3: (1, 1)}
    assert await rows(hass, hub, f"{vehicle}_energy") == {0: (2, 2), 1: (2, 4)}
    assert await rows(hass, hub, f"{GARAGE}_energy") == {
        0: (2, 2),
        1: (2, 4),
        3: (1, 5),
    }
    await act(
        hass,
        "correct_session",
        transaction_id=number,
        start=(NOON - 2 * HOUR).isoformat(),
        end=(NOON - HOUR).isoformat(),
        energy_wh=1000,
        cost=9,
    )
    assert await rows(hass, hub, f"{GARAGE}_energy") == {
        -2: (1, 1),
        0: (0, 1),
        1: (0, 1),
        3: (1, 2),
    }
    assert (await rows(hass, hub, f"{GARAGE}_cost_eur"))[3][1] == pytest.approx(9.3)
    await act(hass, "strike_out_session", transaction_id=number)
    assert (await rows(hass, hub, f"{GARAGE}_energy"))[3] == (1, 1)
    assert (await rows(hass, hub, f"{vehicle}_energy"))[1] == (0, 0)
    await act(hass, "strike_out_session", transaction_id=number, struck_out=False)
    assert (await rows(hass, hub, f"{GARAGE}_energy"))[3] == (1, 2)


async def test_a_session_that_runs_grows(
    hass: HomeAssistant, hub: Hub, box: Wallbox
) -> None:
    """And goes to another vehicle with all that it has."""
    await box.status("Charging")
    begun = datetime.now(UTC) - timedelta(minutes=1)
    number = await box.start(meter=0, id_tag="CARD", timestamp=begun.isoformat())
    for wh in (100.0, 200.0):
        await box.values({"Energy.Active.Import.Register": wh}, transaction_id=number)
        await settle(hass)
        found = await rows(hass, hub, f"{GARAGE}_energy")
        assert sum(state.expected for state, _ in found.values()) == pytest.approx(
            wh / 1000, abs=1e-3
        )
    (zoe,) = hub.vehicles.all()
    one = hub.central_system.ledger.latest("CP1", 1)
    assert one is not None
    one = hub.central_system.ledger.annotate(one, vehicle=zoe.id)
    vehicle = f"ocpp_cs:vehicle_{zoe.id.lower()}_energy"
    found = await rows(hass, hub, vehicle)
    assert sum(state.expected for state, _ in found.values()) == pytest.approx(0.2)
    hub.central_system.ledger.annotate(one, vehicle="guest")
    found = await rows(hass, hub, vehicle)
    assert sum(state.expected for state, _ in found.values()) == 0


async def test_a_tag_that_is_added_later_has_its_past(
    hass: HomeAssistant, hub: Hub, box: Wallbox, setup_integration: MockConfigEntry
) -> None:
    await charge(box, id_tag="LATER")
    await hub.statistics.async_flush()
    data = id_tag_subentry("later", "Ben")
    subentry = ConfigSubentry(
        data=data["data"],
        subentry_type=data["subentry_type"],
        title=data["title"],
        unique_id=data.get("unique_id"),
    )
    hass.config_entries.async_add_subentry(setup_integration, subentry)
    await hass.async_block_till_done()
    base = f"ocpp_cs:tag_{subentry.subentry_id.lower()}"
    assert await rows(hass, hub, f"{base}_energy") == {0: (2, 2), 1: (2, 4)}


@pytest.mark.parametrize(
    "charge_point_id", ["A", "a/b", "a b", "Ä", "__", "x" * 48, "a__b", "a_", "💡"]
)
def test_every_charger_has_ids_of_its_own(charge_point_id: str) -> None:
    from homeassistant.components.recorder.statistics import valid_statistic_id

    series = series_of_connector(charge_point_id, 1, "Garage")
    assert valid_statistic_id(series.energy_id)
    assert valid_statistic_id(series.cost_id("€"))
    assert series.base != series_of_connector(charge_point_id + "-", 1, "X").base
