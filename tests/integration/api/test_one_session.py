"""One session: its power by time, its corrections; and the table of sessions."""

import csv
from datetime import UTC, datetime, timedelta
import io
from typing import Any

from homeassistant.components.recorder import Recorder
from homeassistant.components.recorder.models import (
    StatisticData,
    StatisticMeanType,
    StatisticMetaData,
)
from homeassistant.components.recorder.statistics import async_import_statistics
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.components.recorder.common import (
    async_wait_recording_done,
)

from custom_components.ocpp_cs.api.past.curve import Steps, thinned
from custom_components.ocpp_cs.csms.transactions.parts.course import Course, Part
from custom_components.ocpp_cs.csms.transactions.transaction import Transaction
from custom_components.ocpp_cs.hub import Hub
from tests.integration.api.conftest import ALL, Browse, Browser
from tests.integration.api.test_sessions import HOUR, NOON, browser, ids, keep, past
from tests.integration.helpers.entities import Wallbox, entity_id

__all__ = ["browser"]

WATTS = {"unit_of_measurement": "W"}


def which(hub: Hub, one: Transaction) -> dict[str, Any]:
    """Return what says which session is meant."""
    return {
        "entry_id": hub._entry.entry_id,
        "charge_point_id": one.charge_point_id,
        "transaction_id": one.public_id,
        "reported_start": one.reported_start.isoformat(),
    }


def powers(answer: dict[str, Any]) -> list[tuple[str, float | None]]:
    """Return minutes and powers of a curve."""
    return [(one["time"][11:16], one["power_w"]) for one in answer["points"]]


async def test_power_from_the_books(hub: Hub, browser: Browser) -> None:
    quarter = int(NOON.timestamp()) // 900
    one = past(
        course=Course(
            until=NOON.timestamp() + 3600,
            wh=5000.0,
            parts=(
                Part(quarter, 2000.0, 0.0, 2000.0, 0.6, 2000.0),
                Part(quarter + 1, 1000.0, 1000.0, 0.0, 0.08, 1000.0),
                Part(quarter + 3, 2000.0),
            ),
        )
    )
    await keep(hub, one)
    answer = await browser.ask("session/curve", **which(hub, one))
    assert powers(answer) == [
        ("10:00", 8000.0),
        ("10:15", 4000.0),
        ("10:30", 0.0),
        ("10:45", 8000.0),
        ("11:00", 8000.0),
    ]
    # Booked prices, and what is not booked is what the house pays.
    assert [one["price"] for one in answer["points"]] == [0.3, 0.08, 0.3, 0.3, 0.3]


async def test_the_end_has_the_price_before(hub: Hub, browser: Browser) -> None:
    quarter = int(NOON.timestamp()) // 900
    parts = tuple(
        Part(quarter + number, 1000.0, 0.0, 1000.0, 0.5, 1000.0) for number in range(4)
    )
    one = past(course=Course(until=NOON.timestamp() + 3600, wh=4000.0, parts=parts))
    await keep(hub, one)
    answer = await browser.ask("session/curve", **which(hub, one))
    assert {one["price"] for one in answer["points"]} == {0.5}


async def test_power_from_the_recorder(
    recorder_mock: Recorder,
    hass: HomeAssistant,
    hub: Hub,
    server_url: str,
    browse: Browse,
) -> None:
    browser = await browse()
    async with Wallbox(server_url) as wallbox:
        await wallbox.begin(hass, hub)
        await wallbox.values({"Power.Active.Import": 0})
        await hass.async_block_till_done()
        sensor = entity_id(hass, "sensor", "CP1/1/power")
    start = dt_util.utcnow().replace(microsecond=0) - timedelta(minutes=50)
    for minutes, state, unit in (
        (1, "1000", "W"),
        (5, "3.7", "kW"),
        (20, "unavailable", "W"),
        (30, "2000", "W"),
    ):
        hass.states.async_set(
            sensor,
            state,
            {"unit_of_measurement": unit},
            timestamp=(start + timedelta(minutes=minutes)).timestamp(),
        )
    await async_wait_recording_done(hass)
    one = past(start=start, end=start + timedelta(minutes=40))
    await keep(hub, one)
    answer = await browser.ask("session/curve", **which(hub, one))
    at = {
        (datetime.fromisoformat(point["time"]) - start).total_seconds() // 60: point[
            "power_w"
        ]
        for point in answer["points"]
    }
    assert at[0] is None
    assert at[1] == 1000
    assert at[5] == 3700
    assert at[20] is None
    assert at[30] == 2000
    assert min(at) >= 0
    assert max(at) == 40


async def test_power_of_the_hours_that_the_recorder_keeps(
    recorder_mock: Recorder,
    hass: HomeAssistant,
    hub: Hub,
    server_url: str,
    browse: Browse,
) -> None:
    browser = await browse()
    async with Wallbox(server_url) as wallbox:
        await wallbox.begin(hass, hub)
        await wallbox.values({"Power.Active.Import": 0})
        await hass.async_block_till_done()
        sensor = entity_id(hass, "sensor", "CP1/1/power")
    # Its states are forgotten, and its energy is not known by quarters of an hour.
    hour = NOON.astimezone(UTC)
    async_import_statistics(
        hass,
        StatisticMetaData(
            source="recorder",
            statistic_id=sensor,
            name=None,
            has_sum=False,
            mean_type=StatisticMeanType.ARITHMETIC,
            unit_class="power",
            unit_of_measurement="kW",
        ),
        [
            StatisticData(start=hour + HOUR * at, mean=kw, min=kw, max=kw)
            for at, kw in ((-1, 9.0), (0, 3.0), (1, 7.0), (3, 1.0), (5, 9.0))
        ],
    )
    await async_wait_recording_done(hass)
    quarter = int(NOON.timestamp()) // 900
    energy = Part(quarter, 11000.0, 0.0, 11000.0, 3.3, 11000.0, spread=True)
    half = timedelta(minutes=30)
    one = past(
        start=hour + half,
        end=hour + HOUR * 4 + half,
        course=Course(until=NOON.timestamp() + 900, wh=11000.0, parts=(energy,)),
    )
    exact = past(
        2,
        start=hour + half,
        end=hour + HOUR * 2,
        course=Course(
            until=NOON.timestamp() + 900,
            wh=1000.0,
            parts=(energy._replace(wh=1000.0, spread=False),),
        ),
    )
    await keep(hub, one, exact)
    answer = await browser.ask("session/curve", **which(hub, one))
    on_the_hour = [point for point in powers(answer) if point[0][3:] in {"00", "30"}]
    assert on_the_hour == [
        # Of the hours that it began and ended in as much as it was there.
        ("10:30", 3000.0),
        ("11:00", 7000.0),
        ("11:30", 7000.0),
        # What was not recorded is not known.
        ("12:00", None),
        ("12:30", None),
        ("13:00", 1000.0),
        ("13:30", 1000.0),
        ("14:00", None),
        ("14:30", None),
    ]
    # The books say more where they know the quarters.
    answer = await browser.ask("session/curve", **which(hub, exact))
    assert ("11:00", 7000.0) not in powers(answer)


async def test_a_session_that_runs(
    hass: HomeAssistant, hub: Hub, server_url: str, browser: Browser
) -> None:
    async with Wallbox(server_url) as wallbox:
        await wallbox.begin(hass, hub)
        await wallbox.start(meter=1000, id_tag="CARD")
        (session,) = (await browser.ask("sessions"))["sessions"]
        keys = ("entry_id", "charge_point_id", "transaction_id", "reported_start")
        asked = {key: session[key] for key in keys}
        answer = await browser.ask("session/curve", **asked)
        assert len(answer["points"]) >= 1
        assert answer["points"][0]["power_w"] is None
        answer = await browser.answer("session/correct", **asked, id_tag="OTHER")
        assert answer["error"]["translation_key"] == "session_still_runs"


async def test_wrong_clock_and_no_energy(hub: Hub, browser: Browser) -> None:
    """A session of decades is no list of a million points."""
    one = past(
        start=datetime(1990, 1, 1, tzinfo=UTC), end=NOON.astimezone(UTC), connector_id=0
    )
    none = past(2, meter_start_wh=None, register_wh=None, cost=None)
    await keep(hub, one, none)
    answer = await browser.ask("session/curve", **which(hub, one))
    assert len(answer["points"]) < 5000
    answer = await browser.ask("session/curve", **which(hub, none))
    assert {point["power_w"] for point in answer["points"]} == {None}


async def test_corrections(hub: Hub, browser: Browser) -> None:
    one = past()
    # The charge point has used the id before.
    other = past(2, NOON - 48 * HOUR, id="1")
    await keep(hub, one, other)
    answer = await browser.ask(
        "session/correct", **which(hub, one), id_tag="OTHER", vehicle="guest"
    )
    assert answer["id_tag"] == "OTHER"
    assert answer["vehicle"] == "guest"
    (change,) = answer["changes"]
    assert change["before"] == {"id_tag": "CARD", "vehicle": None}
    found = await browser.ask("sessions", id_tag="OTHER")
    assert ids(found) == [1]
    assert found["sessions"][0]["changes"] == answer["changes"]
    answer = await browser.ask("session/correct", **which(hub, one), vehicle=None)
    assert answer["vehicle"] is None
    answer = await browser.ask("session/correct", **which(hub, one), struck_out=True)
    assert answer["struck_out"] is True
    assert (await browser.ask("sessions"))["total"] == 1
    answer = await browser.ask(
        "session/correct", **which(hub, one), struck_out=False, id_tag="CARD"
    )
    assert answer["struck_out"] is False
    assert answer["id_tag"] == "CARD"
    assert (await browser.ask("sessions", id_tag="card"))["total"] == 2


@pytest.mark.parametrize(
    ("changed", "key"),
    [
        ({"transaction_id": 7, "id_tag": "X"}, "session_unknown"),
        ({"reported_start": "2020-01-01T00:00:00Z", "id_tag": "X"}, "session_unknown"),
        ({"entry_id": "nobody", "id_tag": "X"}, "session_unknown"),
        ({"charge_point_id": "CP9", "id_tag": "X"}, "session_unknown"),
        ({"vehicle": "no such car"}, "session_vehicle"),
        ({}, "session_nothing"),
    ],
)
async def test_corrections_that_fail(
    hub: Hub, browser: Browser, changed: dict[str, Any], key: str
) -> None:
    one = past()
    await keep(hub, one)
    answer = await browser.answer("session/correct", **which(hub, one) | changed)
    assert answer["success"] is False
    assert answer["error"]["translation_key"] == key
    (found,) = (await browser.ask("sessions"))["sessions"]
    assert found["changes"] == []


async def test_who_may_correct_and_look(
    hub: Hub, browser: Browser, browse: Browse
) -> None:
    one, gone = past(), past(2, charge_point_id="GONE")
    await keep(hub, one, gone)
    someone = await browse(ALL)
    answer = await someone.answer("session/correct", **which(hub, one), id_tag="X")
    assert answer["error"]["code"] == "unauthorized"
    assert (await someone.ask("session/curve", **which(hub, one)))["points"]
    stranger = await browse({"entities": {"entity_ids": {"sun.sun": True}}})
    for each in (one, gone):
        answer = await stranger.answer("session/curve", **which(hub, each))
        assert answer["error"]["code"] == "unauthorized"


async def test_table(
    hub: Hub, browser: Browser, browse: Browse, hass: HomeAssistant, server_url: str
) -> None:
    await keep(
        hub,
        past(1, vehicle="guest", currency="EUR", sun_wh=1000.0),
        past(2, NOON + 24 * HOUR, id_tag="SECRET", charge_point_id="CP2"),
        past(3, NOON + 48 * HOUR, struck_out=True),
    )
    async with Wallbox(server_url) as wallbox:
        await wallbox.begin(hass, hub)
        running = await wallbox.start(meter=1000, id_tag="CARD")
        answer = await browser.ask("sessions/csv", language="en")
        assert answer["filename"] == "sessions.csv"
        # By this spreadsheets see that it is UTF-8.
        assert answer["csv"].startswith("\ufeff")
        rows = list(csv.DictReader(io.StringIO(answer["csv"].removeprefix("\ufeff"))))
        assert [row["Session"] for row in rows] == ["1", "2", str(running)]
        assert [row["Charger"] for row in rows] == ["Garage", "Yard", "Garage"]
        assert rows[0]["Energy (kWh)"] == "5.000"
        assert rows[0]["Cost (EUR)"] == "1.50"
        assert rows[0]["Name of the tag"] == "Anna"
        assert rows[-1]["End"] == ""
    answer = await browser.ask(
        "sessions/csv",
        language="de",
        start="2026-10-21T00:00:00+02:00",
        end="2026-11-01T00:00:00+01:00",
        struck_out=True,
    )
    assert answer["filename"] == "sessions_2026-10-21_2026-11-01.csv"
    lines = answer["csv"].splitlines()
    assert len(lines) == 3
    assert "Ladekarte" in lines[0]
    assert lines[2].endswith("gestrichen")
    someone = await browse(ALL)
    answer = await someone.ask("sessions/csv")
    assert "SECRET" not in answer["csv"]
    assert "CARD" not in answer["csv"]
    assert "Anna" in answer["csv"]


BEGIN = datetime(2026, 6, 1, 12, tzinfo=UTC)


def test_many_points_are_thinned_to_their_means() -> None:
    steps: Steps = [
        (BEGIN + timedelta(seconds=second), 1000.0 if second % 2 else 3000.0)
        for second in range(3600)
    ]
    found = thinned(steps, BEGIN, BEGIN + HOUR, 60)
    assert len(found) == 60
    assert found[0][0] == BEGIN
    assert [power for _, power in found] == [pytest.approx(2000.0)] * 60
    # Few stay as they are.
    assert thinned(steps[:10], BEGIN, BEGIN + HOUR, 60) == steps[:10]
    # What is unknown is no zero, and a step lasts until the next one.
    holes: Steps = [
        (BEGIN, None),
        (BEGIN + timedelta(minutes=30), 4000.0),
        (BEGIN + timedelta(minutes=45), None),
        (BEGIN + timedelta(minutes=50), None),
        (BEGIN + timedelta(minutes=55), 0.0),
    ]
    assert [power for _, power in thinned(holes, BEGIN, BEGIN + HOUR, 4)] == [
        None,
        None,
        4000.0,
        0.0,
    ]
