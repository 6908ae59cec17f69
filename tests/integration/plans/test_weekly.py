"""Several plans by weekdays, each for connectors or vehicles."""

from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from homeassistant.config_entries import ConfigSubentry
from homeassistant.const import ATTR_ENTITY_ID, WEEKDAYS
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.ocpp_cs.const import SUBENTRY_VEHICLE, SUBENTRY_WEEKLY
from custom_components.ocpp_cs.hub import Hub
from custom_components.ocpp_cs.weekly.goals import Loaded, decisive
from custom_components.ocpp_cs.weekly.model import weekly_of
from tests.integration.conftest import AddCharger, charger_subentry, wait_for
from tests.integration.helpers.entities import settle, state_of, value_of
from tests.integration.helpers.plans import (
    BERLIN,
    EVENING,
    KW,
    SOLAR,
    Night,
    charge,
    choose,
    clock,
    control,
    fixture_night,
    plan_of,
    plugged,
    spans,
    tell_prices,
    want,
)
from tests.integration.helpers.versions import BOTH

__all__ = ["fixture_night"]

pytestmark = [BOTH, pytest.mark.usefixtures("setup_integration")]

EVERY_DAY = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


def weekly(title: str, **data: Any) -> dict[str, Any]:
    """Return the data of the subentry of a weekly plan for the connector."""
    return {
        "data": {"places": ["connector:CP1/1"], "enabled": True, **data},
        "subentry_type": SUBENTRY_WEEKLY,
        "title": title,
        "unique_id": None,
        "subentry_id": title.lower(),
    }


@pytest.fixture
def plans() -> list[dict[str, Any]]:
    """Return the weekly plans: work, which is tomorrow, and a trip on Saturday."""
    return [
        weekly("Work", weekdays=["wed", "thu"], ready_at="06:30:00", energy_target=5.0),
        weekly("Trip", weekdays=["sat"], ready_at="09:00:00", energy_target=30.0),
    ]


@pytest.fixture
def subentries(plans: list[dict[str, Any]]) -> list[Any]:
    """Return the charger and its plans."""
    return [
        charger_subentry("CP1", "Garage", overrides={"switches_phases": False}),
        *plans,
    ]


@pytest.fixture
def options() -> dict[str, Any]:
    """Return the options of a server with a meter and prices."""
    return {"solar": {**SOLAR, "price_entities": ["sensor.prices"]}}


def goal(hass: HomeAssistant) -> tuple[str, str, str]:
    """Return what a user sees: whether it is on, by when, and how much."""
    when = value_of(hass, "CP1/1/ready_by", "datetime")
    if when != "unknown":
        local = datetime.fromisoformat(when).astimezone(BERLIN)
        when = local.strftime("%a %d %H:%M")
    return (
        value_of(hass, "CP1/1/ready_in_time", "switch"),
        when,
        value_of(hass, "CP1/1/energy_target", "number"),
    )


async def minute(hass: HomeAssistant, night: Night, when: datetime) -> None:
    """Let it be `when`, and a minute pass."""
    await night.at(when)
    night.hub.charge_plans.async_minute_passed()
    await settle(hass)


async def turn(hass: HomeAssistant, title: str, action: str) -> None:
    """Turn the switch of a weekly plan."""
    entity = er.async_get(hass).async_get_entity_id(
        "switch", "ocpp_cs", f"{title}/weekly_plan"
    )
    await hass.services.async_call(
        "switch", action, {ATTR_ENTITY_ID: entity}, blocking=True
    )
    await settle(hass)


async def test_the_next_one_is_the_plan(
    hass: HomeAssistant,
    hub: Hub,
    setup_integration: MockConfigEntry,
    charger: AddCharger,
    night: Night,
) -> None:
    tell_prices(hass, h2=0.05)
    night.wallbox = one = await plugged(hass, hub, charger)
    await choose(hass, "solar")
    # Tuesday.
    await minute(hass, night, EVENING)
    assert goal(hass) == ("on", "Wed 21 06:30", "5.0")
    assert value_of(hass, "CP1/1/ready_at", "time") == "06:30:00"
    assert plan_of(hass) == "waiting"
    schedule = state_of(hass, "CP1/1/charge_plan").attributes["schedule"]
    assert [start for start, _ in spans(schedule)] == ["02:33"]
    await charge(hass, hub, one, 5.5)
    await minute(hass, night, clock(5))
    # The next one does not begin before the time of this one.
    assert plan_of(hass) == "done"
    await minute(hass, night, clock(6, 31))
    assert goal(hass) == ("on", "Thu 22 06:30", "5.0")
    # It is kept over a restart.
    assert await hass.config_entries.async_unload(setup_integration.entry_id)
    assert await hass.config_entries.async_setup(setup_integration.entry_id)
    night.hub = new = setup_integration.runtime_data
    await wait_for(hass, lambda: control(new)._charge_point.ready)
    await minute(hass, night, clock(6, 40))
    assert goal(hass) == ("on", "Thu 22 06:30", "5.0")
    await minute(hass, night, clock(6, 31, days=2))
    assert goal(hass) == ("on", "Sat 24 09:00", "30.0")


async def test_off_leaves_one_out(
    hass: HomeAssistant, hub: Hub, charger: AddCharger, night: Night
) -> None:
    await plugged(hass, hub, charger)
    await choose(hass, "solar")
    await minute(hass, night, EVENING)
    await want(hass, armed=False)
    await minute(hass, night, clock(5))
    assert goal(hass)[0] == "off"
    # What a user arms instead is the user's.
    await want(hass, 12, clock(8), armed=True)
    await want(hass, armed=False)
    await minute(hass, night, clock(6, 31))
    # Its time has passed.
    assert goal(hass) == ("on", "Thu 22 06:30", "5.0")
    # Without one of the week, the one that would come next is left out.
    (ours,) = hub.chargers.values()
    hub.charge_plans.async_want(
        ours, ours.charge_point.connector(1), weekdays=frozenset({"sun"})
    )
    await want(hass, armed=False)
    await minute(hass, night, clock(5, days=2))
    assert goal(hass)[0] == "off"
    await minute(hass, night, clock(6, 31, days=2))
    assert goal(hass) == ("on", "Sat 24 09:00", "30.0")


async def test_a_change_by_hand_is_for_once(
    hass: HomeAssistant, hub: Hub, charger: AddCharger, night: Night
) -> None:
    night.wallbox = one = await plugged(hass, hub, charger)
    await choose(hass, "solar")
    await minute(hass, night, EVENING)
    # Earlier, and more.
    await want(hass, 8, clock(5))
    await minute(hass, night, clock(0))
    assert goal(hass) == ("on", "Wed 21 05:00", "8.0")
    await charge(hass, hub, one, 9)
    # It was that of this morning: half past six does not come again.
    await minute(hass, night, clock(5, 1))
    assert goal(hass)[0] == "off"
    await minute(hass, night, clock(6, 31))
    assert goal(hass) == ("on", "Thu 22 06:30", "5.0")


async def test_what_a_user_wants_later_does_not_hide_what_comes_before(
    hass: HomeAssistant, hub: Hub, charger: AddCharger, night: Night
) -> None:
    night.wallbox = await plugged(hass, hub, charger)
    await choose(hass, "solar")
    (ours,) = hub.chargers.values()
    connector = ours.charge_point.connector(1)
    hub.charge_plans.async_want(
        ours, connector, energy_kwh=20.0, ready_by=clock(20, days=4), armed=True
    )
    await minute(hass, night, EVENING)
    assert goal(hass) == ("on", "Sat 24 20:00", "20.0")
    found = [
        (one.plan.name, one.when)
        for one in hub.charge_plans.weekly(ours, connector).coming
    ]
    assert found == [("Work", clock(6, 30)), ("Trip", clock(9, days=4))]
    # 5 kWh on Wednesday: it is late enough to see that they are kept.
    await minute(hass, night, clock(6, 0))
    assert hub.charge_plans.shown(connector).energy_kwh == 5.0
    assert plan_of(hass) == "charging"
    # After that what comes first again.
    await minute(hass, night, clock(6, 31))
    assert hub.charge_plans.shown(connector).energy_kwh == 5.0
    await minute(hass, night, clock(6, 31, days=2))
    assert hub.charge_plans.shown(connector).energy_kwh == 30.0


@pytest.mark.parametrize(
    "plans",
    [
        [
            weekly("Early", weekdays=["wed"], ready_at="06:00", energy_target=1.0),
            weekly("Late", weekdays=["wed"], ready_at="07:00", energy_target=4 * KW),
        ]
    ],
)
async def test_a_large_one_begins_before_the_time_of_a_small_one(
    hass: HomeAssistant, hub: Hub, charger: AddCharger, night: Night
) -> None:
    night.wallbox = await plugged(hass, hub, charger)
    await choose(hass, "solar")
    await minute(hass, night, clock(3, 30))
    assert goal(hass)[1] == "Wed 21 06:00"
    # Four hours and three and a half are left.
    assert plan_of(hass) == "too_late"
    assert state_of(hass, "CP1/1/charge_plan").attributes["energy"] == pytest.approx(
        4 * KW, abs=0.1
    )


async def test_a_clock_that_was_wrong(
    hass: HomeAssistant, hub: Hub, charger: AddCharger, night: Night
) -> None:
    await plugged(hass, hub, charger)
    await choose(hass, "solar")
    await minute(hass, night, EVENING + timedelta(days=400))
    assert goal(hass)[0] == "on"
    await minute(hass, night, EVENING)
    assert goal(hass) == ("on", "Wed 21 06:30", "5.0")
    await minute(hass, night, EVENING + timedelta(days=400))
    await want(hass, armed=False)
    await minute(hass, night, EVENING)
    assert goal(hass) == ("on", "Wed 21 06:30", "5.0")


async def test_its_switch_and_changes(
    hass: HomeAssistant,
    hub: Hub,
    setup_integration: MockConfigEntry,
    charger: AddCharger,
    night: Night,
) -> None:
    await plugged(hass, hub, charger)
    await choose(hass, "solar")
    await minute(hass, night, EVENING)
    assert value_of(hass, "work/weekly_plan", "switch") == "on"
    assert state_of(hass, "work/weekly_plan", "switch").name == "Work Weekly plan"
    await turn(hass, "work", "turn_off")
    assert value_of(hass, "work/weekly_plan", "switch") == "off"
    assert goal(hass) == ("on", "Sat 24 09:00", "30.0")
    await turn(hass, "trip", "turn_off")
    assert goal(hass)[0] == "off"
    await turn(hass, "work", "turn_on")
    assert goal(hass) == ("on", "Wed 21 06:30", "5.0")
    # What is changed in its form applies at once.
    subentry = setup_integration.subentries["work"]
    hass.config_entries.async_update_subentry(
        setup_integration,
        subentry,
        title="Office",
        data={**subentry.data, "ready_at": "05:45:00"},
    )
    await settle(hass)
    assert goal(hass) == ("on", "Wed 21 05:45", "5.0")
    device = dr.async_get(hass).async_get_device_by_identifier(
        ("ocpp_cs", "work"), config_entry_id=setup_integration.entry_id
    )
    assert device is not None
    assert device.name == "Office"
    hass.config_entries.async_remove_subentry(setup_integration, "work")
    await settle(hass)
    assert goal(hass)[0] == "off"
    assert (
        er.async_get(hass).async_get_entity_id("switch", "ocpp_cs", "work/weekly_plan")
        is None
    )


@pytest.mark.parametrize(
    "plans",
    [
        [
            weekly(
                "Work",
                places=["vehicle:anna"],
                weekdays=EVERY_DAY,
                ready_at="06:30:00",
                energy_target=5.0,
            ),
            {
                "data": {},
                "subentry_type": SUBENTRY_VEHICLE,
                "title": "Anna's car",
                "unique_id": None,
                "subentry_id": "anna",
            },
        ]
    ],
)
async def test_it_is_where_its_vehicle_is(
    hass: HomeAssistant, hub: Hub, charger: AddCharger, night: Night
) -> None:
    (ours,) = hub.chargers.values()
    connector = ours.charge_point.connector(1)
    await plugged(hass, hub, charger)
    await choose(hass, "solar")
    hub.vehicles.async_choose(ours, connector, "guest")
    await minute(hass, night, EVENING)
    assert goal(hass)[0] == "off"
    hub.vehicles.async_choose(ours, connector, "anna")
    await settle(hass)
    assert goal(hass) == ("on", "Wed 21 06:30", "5.0")
    # Another one comes, and the first one comes back.
    hub.vehicles.async_choose(ours, connector, "guest")
    await settle(hass)
    assert goal(hass)[0] == "off"
    hub.vehicles.async_choose(ours, connector, "anna")
    await settle(hass)
    assert goal(hass) == ("on", "Wed 21 06:30", "5.0")


# The form.


async def test_it_is_added_by_a_form(
    hass: HomeAssistant, setup_integration: MockConfigEntry
) -> None:
    flows = hass.config_entries.subentries
    form = await flows.async_init(
        (setup_integration.entry_id, SUBENTRY_WEEKLY), context={"source": "user"}
    )
    assert form["type"] == "form"
    wrong = {
        "places": [],
        "weekdays": [],
        "ready_at": "07:15:00",
        "name": "",
        "enabled": True,
    }
    for fields, errors in (
        ({}, {"places": "no_place", "weekdays": "no_weekday"}),
        ({"places": ["connector:CP1/1"]}, {"weekdays": "no_weekday"}),
        (
            {"places": ["connector:CP1/1"], "weekdays": ["mon"], "soc_target": 0},
            {"energy_target": "no_target"},
        ),
        (
            {"places": ["connector:CP1/1"], "weekdays": ["mon"], "soc_target": 101},
            {"soc_target": "number_range"},
        ),
    ):
        form = await flows.async_configure(form["flow_id"], wrong | fields)
        assert form["errors"] == errors
    made = await flows.async_configure(
        form["flow_id"],
        wrong | {"places": ["connector:CP1/1"], "weekdays": ["mon"], "soc_target": 80},
    )
    assert made["type"] == "create_entry"
    await settle(hass)
    (subentry,) = [
        one
        for one in setup_integration.get_subentries_of_type(SUBENTRY_WEEKLY)
        if one.title == "Garage: Mon 07:15, 80 %"
    ]
    plan = weekly_of(subentry)
    assert plan is not None
    assert (plan.soc, plan.energy_kwh, plan.weekdays) == (80, 0, {"mon"})
    form = await flows.async_init(
        (setup_integration.entry_id, SUBENTRY_WEEKLY),
        context={"source": "reconfigure", "subentry_id": subentry.subentry_id},
    )
    # The name that it was given goes with what is changed.
    changed = await flows.async_configure(
        form["flow_id"],
        wrong
        | {
            "places": ["connector:CP1/1"],
            "weekdays": ["mon", "tue", "wed", "sat"],
            "energy_target": 15,
            "name": subentry.title,
        },
    )
    assert changed["reason"] == "reconfigure_successful"
    after = setup_integration.subentries[subentry.subentry_id]
    assert after.title == "Garage: Mon–Wed, Sat 07:15, 15 kWh"
    form = await flows.async_init(
        (setup_integration.entry_id, SUBENTRY_WEEKLY),
        context={"source": "reconfigure", "subentry_id": subentry.subentry_id},
    )
    changed = await flows.async_configure(
        form["flow_id"],
        {
            "places": ["connector:CP1/1"],
            "weekdays": ["tue"],
            "ready_at": "08:00:00",
            "energy_target": 12.5,
            "name": "Tuesday",
            "enabled": False,
        },
    )
    assert changed["reason"] == "reconfigure_successful"
    after = setup_integration.subentries[subentry.subentry_id]
    assert after.title == "Tuesday"
    assert "soc_target" not in after.data


@pytest.mark.parametrize(
    ("language", "weekdays", "title"),
    [
        ("en", ["mon", "tue", "wed", "thu", "fri"], "Garage: Mon–Fri 07:00, 80 %"),
        ("de", ["mon", "tue"], "Garage: Mo, Di 07:00, 80 %"),
        ("de", WEEKDAYS, "Garage: Täglich 07:00, 80 %"),
    ],
)
async def test_one_without_a_name_says_whose_it_is(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    language: str,
    weekdays: list[str],
    title: str,
) -> None:
    hass.config.language = language
    flows = hass.config_entries.subentries
    form = await flows.async_init(
        (setup_integration.entry_id, SUBENTRY_WEEKLY), context={"source": "user"}
    )
    made = await flows.async_configure(
        form["flow_id"],
        {
            "places": ["connector:CP1/1"],
            "weekdays": weekdays,
            "ready_at": "07:00:00",
            "soc_target": 80,
            "name": " ",
            "enabled": True,
        },
    )
    assert made["title"] == title


# Pure.


def subentry_of(**data: Any) -> ConfigSubentry:
    return ConfigSubentry(
        data=MappingProxyType(data),
        subentry_type=SUBENTRY_WEEKLY,
        title="Odd",
        unique_id=None,
    )


def test_odd_data() -> None:
    assert weekly_of(subentry_of()) is None
    assert weekly_of(subentry_of(weekdays=["mon"])) is None
    assert weekly_of(subentry_of(weekdays=["mon"], ready_at="25:00")) is None
    assert weekly_of(subentry_of(weekdays="mon", ready_at="07:00")) is None
    plan = weekly_of(
        subentry_of(
            weekdays=["mon", "holiday", 7],
            ready_at="07:00",
            places=7,
            soc_target="much",
            energy_target=float("nan"),
            enabled=None,
        )
    )
    assert plan is not None
    assert (plan.weekdays, plan.soc, plan.energy_kwh) == ({"mon"}, 0, 0)
    assert not plan.is_for("CP1/1", "anna")
    for record in (None, [], {"plan": {}}, {"plan": 1, "when": "2026-01-01T00:00:00Z"}):
        assert Loaded.of(record) is None
    loaded = Loaded(plan=plan.record, when=EVENING)
    assert Loaded.of(loaded.as_record()) == loaded
    assert loaded.is_one_of([plan])
    assert not loaded.is_one_of([])


def test_when_the_clocks_change() -> None:
    dt_util.set_default_time_zone(BERLIN)
    plan = weekly_of(subentry_of(weekdays=["sat", "sun"], ready_at="02:30"))
    assert plan is not None
    found, now = [], datetime(2026, 3, 27, 12, tzinfo=BERLIN)
    for _ in range(3):
        now = plan.after(now)
        found.append(now.astimezone(BERLIN).strftime("%d %H:%M"))
    assert found == ["28 02:30", "29 03:30", "04 02:30"]


def test_which_goal_is_decisive() -> None:
    early, late = clock(6), clock(8)
    # 11 kW: two hours between them are 22 kWh.
    assert decisive([(10.0, early), (31.0, late)], 11_000.0) == (10.0, early)
    assert decisive([(10.0, early), (33.0, late)], 11_000.0) == (33.0, late)
    assert decisive([], 11_000.0) is None
    assert decisive([(1.0, early)], 0.0) == (1.0, early)
