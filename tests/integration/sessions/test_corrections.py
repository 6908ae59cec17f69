"""Sessions that a user corrects or strikes out, and starts that were refused."""

from collections.abc import Awaitable, Callable, Iterator
import csv
from datetime import UTC, datetime, timedelta
import io
from typing import Any
from unittest.mock import PropertyMock, patch

from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import ServiceValidationError, Unauthorized
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, MockUser
from pytest_homeassistant_custom_component.components.diagnostics import (
    get_diagnostics_for_config_entry,
)
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.ocpp_cs.const import CONF_CONNECTORS, DOMAIN
from custom_components.ocpp_cs.csms.transactions.transaction import Transaction
from custom_components.ocpp_cs.hub import Hub
from custom_components.ocpp_cs.sessions.export import ExportedSession, as_csv
from tests.integration.conftest import charger_subentry, id_tag_subentry
from tests.integration.helpers.entities import Wallbox, settle

HOUR = timedelta(hours=1)
TAG_ENERGY = "sensor.anna_energy_this_month"
ALL = ["refused", "struck_out", "changes"]

type Act = Callable[..., Awaitable[dict[str, Any]]]


@pytest.fixture(autouse=True)
def all_enabled() -> Iterator[None]:
    with patch(
        "homeassistant.helpers.entity.Entity.entity_registry_enabled_default",
        PropertyMock(return_value=True),
    ):
        yield


@pytest.fixture
def subentries() -> list[Any]:
    return [
        charger_subentry("CP1", "Garage", **{CONF_CONNECTORS: 1}),
        charger_subentry("CP2", "Yard", **{CONF_CONNECTORS: 1}),
        id_tag_subentry("CARD", "Anna"),
        id_tag_subentry("LOST", "Lost", blocked=True),
    ]


@pytest.fixture
def options() -> dict[str, Any]:
    return {"price": 0.30, "tag_policy": "every"}


@pytest.fixture
async def act(hass: HomeAssistant, hub: Hub, hass_admin_user: MockUser) -> Act:
    """Return a function that runs an action as the administrator."""
    await hass.config.async_set_time_zone("UTC")
    hass_admin_user.name = "Chief"

    async def run(action: str = "get_sessions", **data: Any) -> dict[str, Any]:
        answer: dict[str, Any] = await hass.services.async_call(
            DOMAIN,
            action,
            data,
            blocking=True,
            return_response=True,
            context=Context(user_id=hass_admin_user.id),
        )
        await settle(hass)
        return answer

    return run


def just_now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


async def charge(
    box: Wallbox, wh: int = 2000, *, id_tag: str = "CARD", meter: int = 1000
) -> int:
    """Charge for an hour that has just ended; return the id."""
    end = just_now()
    number = await box.start(
        meter=meter, id_tag=id_tag, timestamp=(end - HOUR).isoformat()
    )
    await box.stop(number, meter=meter + wh, timestamp=end.isoformat())
    return number


def tag_energy(hass: HomeAssistant) -> float:
    state = hass.states.get(TAG_ENERGY)
    assert state is not None
    return float(state.state)


@pytest.fixture
async def box(hass: HomeAssistant, hub: Hub, server_url: str) -> Any:
    async with Wallbox(server_url) as box:
        await box.begin(hass, hub)
        yield box


async def test_a_session_is_corrected(
    hass: HomeAssistant, act: Act, box: Wallbox, setup_integration: MockConfigEntry
) -> None:
    """Everything that counts it follows, and what it was is to be seen."""
    number = await charge(box, 90_000)
    (before,) = (await act())["sessions"]
    assert before["cost"] == 27
    start = just_now() - 3 * HOUR
    answer = await act(
        "correct_session",
        transaction_id=str(number),
        meter_stop_wh=3000,
        start=start.isoformat(),
    )
    (after,) = (await act())["sessions"]
    assert after == before | {
        "start": start.isoformat(),
        "meter_stop_wh": 3000.0,
        "energy_wh": 2000.0,
        "cost": 0.6,
        "total_cost": 0.6,
    }
    assert tag_energy(hass) == 2.0
    assert float(hass.states.get("sensor.garage_session_energy").state) == 2.0
    (change,) = answer["session"].pop("changes")
    assert answer["session"] == after | {"struck_out": False}
    assert change.pop("time")[:10] == just_now().isoformat()[:10]
    assert change == {
        "by": "Chief",
        "before": {
            "start": before["start"],
            "meter_stop_wh": 91_000.0,
            "cost": 27.0,
        },
    }
    # Once more, of which nothing is new, and once with something that is.
    await act("correct_session", transaction_id=number, meter_stop_wh=3000)
    answer = await act("correct_session", transaction_id=number, id_tag="OTHER", cost=1)
    assert len(answer["session"]["changes"]) == 2
    assert answer["session"]["changes"][1]["before"] == {"id_tag": "CARD", "cost": 0.6}
    assert tag_energy(hass) == 0
    # All of that is on the disk.
    assert await hass.config_entries.async_reload(setup_integration.entry_id)
    await hass.async_block_till_done()
    (again,) = (await act(include="changes"))["sessions"]
    assert again == {
        key: value for key, value in answer["session"].items() if key != "struck_out"
    }


async def test_what_the_charger_says_later_changes_nothing(
    act: Act, box: Wallbox
) -> None:
    """Repetitions are known for what they are, and the user has the last word."""
    end = just_now()
    start = (end - HOUR).isoformat()
    number = await box.start(meter=1000, id_tag="CARD", timestamp=start)
    for _ in range(2):
        await box.stop(-1, meter=3000, timestamp=end.isoformat())
        await act(
            "correct_session", transaction_id=number, id_tag="ANNA", meter_stop_wh=2500
        )
    assert await box.start(meter=1000, id_tag="CARD", timestamp=start) == number
    await box.stop(number, meter=2900, timestamp=end.isoformat())
    (session,) = (await act())["sessions"]
    assert (session["id_tag"], session["energy_wh"]) == ("ANNA", 1500)


async def test_a_session_is_struck_out_and_taken_back(
    hass: HomeAssistant, act: Act, box: Wallbox
) -> None:
    first = await charge(box)
    second = await charge(box, 5000, meter=3000)
    assert tag_energy(hass) == 7.0
    answer = await act("strike_out_session", transaction_id=second)
    assert answer["session"]["struck_out"] is True
    assert answer["session"]["changes"][0]["before"] == {"struck_out": False}
    assert [one["transaction_id"] for one in (await act())["sessions"]] == [first]
    assert tag_energy(hass) == 2.0
    assert float(hass.states.get("sensor.garage_session_energy").state) == 2.0
    exported = await act("export_sessions")
    assert exported["csv"].count("\n") == 2
    assert exported["totals"]["chargers"][0]["energy_wh"] == 2000
    found = (await act(include=["struck_out"]))["sessions"]
    assert [one["struck_out"] for one in found] == [False, True]
    assert "changes" not in found[1] and "refused" not in found[1]
    # In the table it says so, and it still does not count.
    exported = await act("export_sessions", include=ALL)
    rows = list(csv.reader(io.StringIO(exported["csv"])))
    assert [row[-1] for row in rows] == ["Remark", "", "struck out"]
    assert exported["totals"]["chargers"][0]["energy_wh"] == 2000
    await act("correct_session", transaction_id=second, energy_wh=4000)
    # What the charger still says of it does not bring it back.
    await box.status("Charging")
    await box.values({"Energy.Active.Import.Register": 9000.0}, transaction_id=second)
    assert len((await act())["sessions"]) == 1
    for _ in range(2):
        await act("strike_out_session", transaction_id=second, struck_out="false")
    assert [one["energy_wh"] for one in (await act())["sessions"]] == [2000, 4000]
    assert tag_energy(hass) == 6.0
    found = (await act(include="changes"))["sessions"]
    assert [one["before"] for one in found[1]["changes"]] == [
        {"struck_out": False},
        {"meter_stop_wh": 8000.0, "cost": 1.5},
        {"struck_out": True},
    ]


@pytest.mark.parametrize(
    ("data", "readings"),
    [
        ({"energy_wh": 500}, (1000, 1500, 500)),
        ({"meter_start_wh": 2600}, (2600, 3000, 400)),
        ({"meter_start_wh": 2000, "energy_wh": 700}, (2000, 2700, 700)),
        ({"meter_stop_wh": 2500, "energy_wh": 500}, (2000, 2500, 500)),
        (
            {"meter_start_wh": 100, "meter_stop_wh": 400, "energy_wh": "300"},
            (100, 400, 300),
        ),
    ],
)
async def test_energy_and_readings(
    act: Act, box: Wallbox, data: dict[str, Any], readings: tuple[float, ...]
) -> None:
    number = await charge(box)
    session = (await act("correct_session", transaction_id=number, **data))["session"]
    found = (session["meter_start_wh"], session["meter_stop_wh"], session["energy_wh"])
    assert found == readings
    assert session["cost"] == pytest.approx(readings[2] * 0.0003)


async def test_a_session_without_a_known_start(act: Act, box: Wallbox) -> None:
    """Only its end was told, by an id that its charger has again and again."""
    times = [just_now() - hours * HOUR for hours in (3, 1)]
    for time, meter in zip(times, (5000, 8000), strict=True):
        await box.stop(7, meter=meter, timestamp=time.isoformat())
    with pytest.raises(ServiceValidationError) as err:
        await act("correct_session", transaction_id=7, energy_wh=100)
    assert err.value.translation_key == "sessions_ambiguous"
    which = {"transaction_id": 7, "session_time": times[1].isoformat()}
    answer = await act("correct_session", **which, energy_wh=600)
    assert answer["session"]["meter_start_wh"] == 7400
    assert answer["session"]["start"] is None
    assert answer["session"]["cost"] == pytest.approx(0.18)
    start = (times[1] - HOUR / 2).isoformat()
    answer = await act("correct_session", **which, start=start)
    assert answer["session"]["start"] == start
    first, second = (await act())["sessions"]
    assert (first["energy_wh"], second["energy_wh"]) == (None, 600)


@pytest.mark.parametrize(
    ("data", "key"),
    [
        ({}, "session_nothing"),
        ({"end": "2020-01-01T00:00:00Z"}, "session_times"),
        ({"end": "2999-01-01T00:00:00Z"}, "session_times"),
        ({"start": "2999-01-01T00:00:00Z"}, "session_times"),
        ({"meter_stop_wh": 999}, "session_energy"),
        ({"meter_stop_wh": 500, "energy_wh": 600}, "session_energy"),
        (
            {"meter_start_wh": 1, "meter_stop_wh": 500, "energy_wh": 600},
            "session_energy",
        ),
        ({"meter_stop_wh": -1}, "field_not_decimal"),
        ({"energy_wh": "much"}, "field_not_decimal"),
        ({"id_tag": "x" * 256}, "field_not_text"),
        ({"transaction_id": 5}, "session_unknown"),
        ({"transaction_id": -(10**70)}, "field_not_text"),
        ({"transaction_id": 10**70}, "field_not_text"),
        ({"transaction_id": None}, "field_missing"),
        ({"session_time": "2020-01-01T00:00:00Z"}, "session_unknown"),
        ({"reason": "x"}, "field_unknown"),
    ],
)
async def test_what_cannot_be_is_told(
    hass: HomeAssistant, act: Act, box: Wallbox, data: dict[str, Any], key: str
) -> None:
    number = await charge(box)
    before = await act(include=ALL)
    with pytest.raises(ServiceValidationError) as err:
        await act("correct_session", **{"transaction_id": number} | data)
    assert err.value.translation_key == key
    assert await act(include=ALL) == before


async def test_what_runs_is_left_alone(
    hass: HomeAssistant, act: Act, box: Wallbox
) -> None:
    number = await box.start(meter=1000, id_tag="CARD")
    for action, data in (
        ("correct_session", {"energy_wh": 1}),
        ("strike_out_session", {}),
    ):
        with pytest.raises(ServiceValidationError) as err:
            await act(action, transaction_id=number, **data)
        assert err.value.translation_key == "session_still_runs"
    for data in ({"struck_out": "maybe"}, {"struck_out": 7}):
        with pytest.raises(ServiceValidationError) as err:
            await act("strike_out_session", transaction_id=number, **data)
        assert err.value.translation_key == "field_not_option"
    with pytest.raises(ServiceValidationError) as err:
        await act(include=["everything"])
    assert err.value.translation_key == "field_not_option"


async def test_only_an_administrator_changes_the_books(
    hass: HomeAssistant, act: Act, box: Wallbox, hass_read_only_user: MockUser
) -> None:
    number = await charge(box)
    for action, change in (
        ("correct_session", {"energy_wh": 1}),
        ("strike_out_session", {}),
    ):
        with pytest.raises(Unauthorized):
            await hass.services.async_call(
                DOMAIN,
                action,
                {"transaction_id": number, **change},
                blocking=True,
                context=Context(user_id=hass_read_only_user.id),
            )
    # An automation is nobody in particular.
    await hass.services.async_call(
        DOMAIN, "strike_out_session", {"transaction_id": number}, blocking=True
    )
    (session,) = (await act(include=ALL))["sessions"]
    assert session["changes"][0]["by"] == "Home Assistant"


async def test_who_corrected_what_is_not_in_diagnostics(
    act: Act,
    hass: HomeAssistant,
    box: Wallbox,
    setup_integration: MockConfigEntry,
    hass_client: ClientSessionGenerator,
) -> None:
    number = await charge(box, id_tag="04AFFE01")
    await act("correct_session", transaction_id=number, id_tag="OTHER", energy_wh=5)
    told = str(
        await get_diagnostics_for_config_entry(hass, hass_client, setup_integration)
    )
    assert "04AFFE01" not in told and "Chief" not in told
    assert "'fields': ['id_tag', 'meter_stop_wh', 'cost']" in told


async def test_a_refused_start_is_no_session(
    hass: HomeAssistant, act: Act, hub: Hub, box: Wallbox, server_url: str
) -> None:
    """With the same card at another charger, or a card that is blocked."""
    number = await box.start(meter=1000, id_tag="CARD")
    async with Wallbox(server_url, "CP2") as other:
        await other.begin(hass, hub)
        await other.start(meter=1000, id_tag="CARD")
        await other.start(meter=1000, id_tag="LOST")
        await settle(hass)
        assert hass.states.get("switch.yard_charging").state == "off"
        assert hass.states.get("sensor.yard_session_energy").state == "unknown"
        await other.status("Available")
        assert [one["transaction_id"] for one in (await act())["sessions"]] == [number]
        found = (await act(include=["refused"]))["sessions"]
        assert [one["refused"] for one in found] == [None, "concurrent_tx", "blocked"]
        exported = await act("export_sessions", include=["refused"])
        rows = list(csv.reader(io.StringIO(exported["csv"])))
        assert [row[-1] for row in rows[1:]] == ["", "start refused", "start refused"]
        assert exported["totals"]["chargers"] == []
        await box.stop(number, meter=2000)
        # The card is free.
        number = await other.start(meter=1000, id_tag="CARD")
        await settle(hass)
        assert hass.states.get("switch.yard_charging").state == "on"
    assert (await hub.sessions.async_count()) == {"CP1": 1, "CP2": 1}


@pytest.mark.parametrize("begin", ["\n", "\r", "\t", "=", "＝", "＋", "－", "＠"])
def test_no_text_becomes_a_formula(begin: str) -> None:
    """Spreadsheets take wide characters for narrow ones."""
    one = Transaction(
        id="1",
        seq=1,
        charge_point_id="CP1",
        connector_id=1,
        id_tag=f"{begin}1+1",
        start=datetime(2026, 1, 1, tzinfo=UTC),
        reported_start=datetime(2026, 1, 1, tzinfo=UTC),
        meter_start_wh=0,
    )
    table = as_csv(
        [ExportedSession(charger="A", tag="", transaction=one)],
        language="en",
        currency="EUR",
    )
    assert list(csv.reader(io.StringIO(table)))[1][4] == f"'{begin}1+1"
