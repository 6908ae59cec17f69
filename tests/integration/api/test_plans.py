"""Plans and previews, as a browser is told them."""

from datetime import UTC, datetime, timedelta
from typing import Any

from homeassistant.core import HomeAssistant
import pytest

from custom_components.ocpp_cs.api.plans import cost_of
from custom_components.ocpp_cs.chargers.charger import Charger
from custom_components.ocpp_cs.const import SUBENTRY_WEEKLY
from custom_components.ocpp_cs.csms.connector import Connector
from custom_components.ocpp_cs.hub import Hub
from custom_components.ocpp_cs.plans.model import Wanted
from custom_components.ocpp_cs.plans.preview import trial_of
from custom_components.ocpp_cs.prices.tariffs import Tariff, TariffKind
from custom_components.ocpp_cs.smart_charging.planning.model import Plan, PlanSlot
from tests.integration.api.conftest import ALL, Browse, Browser, fixture_browse
from tests.integration.conftest import AddCharger, charger_subentry
from tests.integration.helpers.entities import settle
from tests.integration.helpers.plans import (
    KW,
    PRICES,
    SOLAR,
    Night,
    choose,
    clock,
    fixture_night,
    fixture_options,
    fixture_subentries,
    limits,
    plan_of,
    plugged,
    tell_prices,
    want,
)

__all__ = [
    "fixture_browse",
    "fixture_night",
    "fixture_options",
    "fixture_subentries",
]

pytestmark = pytest.mark.usefixtures("setup_integration")


def the_only(hub: Hub) -> tuple[Charger, Connector]:
    """Return the only charger and its connector."""
    (one,) = hub.chargers.values()
    return one, one.charge_point.connector(1)


def all_of(hub: Hub) -> Any:
    """Return what a preview must not change."""
    plans = hub.charge_plans
    return [
        (point.record(), point.shown, point.plan, point.since)
        for point in plans._points.values()
    ] + [plans._cancel is None]


async def test_preview_arms_nothing(
    hass: HomeAssistant, hub: Hub, charger: AddCharger, night: Night, browse: Browse
) -> None:
    tell_prices(hass, h2=0.05, h3=0.06)
    night.wallbox = one = await plugged(hass, hub, charger)
    await choose(hass, "solar")
    browser = await browse()
    _, connector = the_only(hub)
    device_id = next(iter(hub.chargers.values())).device_id
    marked: list[str] = []
    connector.watch(("charge_plan", "charge_plan_wanted"), lambda: marked.append("!"))
    before, sent = all_of(hub), list(limits(one))
    for _ in range(2):
        plan = await browser.ask(
            "plan/preview",
            device_id=device_id,
            energy_kwh=2 * KW,
            ready_at="07:00",
            weekdays=["mon", "tue", "wed", "thu", "fri"],
        )
        assert plan["armed"] is True
        assert plan["state"] == "waiting"
        assert plan["ready_by"] == "2026-01-21T06:00:00+00:00"
        assert plan["ready_at"] == "07:00:00"
        assert plan["weekdays"] == ["mon", "tue", "wed", "thu", "fri"]
        assert plan["target_kwh"] == pytest.approx(2 * KW)
        assert [slot["start"] for slot in plan["slots"]] == [
            "2026-01-21T01:00:00+00:00",
            "2026-01-21T02:00:00+00:00",
        ]
        assert plan["slots"][0]["price"] == 0.05
        assert plan["cost"] == pytest.approx(KW * 0.11, abs=0.02)
        assert plan["solar_share"] == 0
        assert plan["ready_at_time"] == "2026-01-21T03:00:00+00:00"
        assert plan["missing_kwh"] == 0
        assert plan["shortage"] is None
        assert len(plan["prices"]) > 30
        assert plan["prices"][0]["price"] == 0.3
    await settle(hass)
    assert all_of(hub) == before
    assert marked == []
    assert limits(one) == sent
    assert plan_of(hass) == "off"
    # The plan itself is armed by nothing but its own action, and is the same then.
    await want(hass, 2 * KW, clock(7))
    armed = await browser.ask("plan", device_id=device_id)
    assert armed["armed"] is True
    assert armed["slots"] == plan["slots"]
    assert armed["cost"] == plan["cost"]


async def test_preview_beside_an_armed_plan(
    hass: HomeAssistant, hub: Hub, charger: AddCharger, night: Night, browse: Browse
) -> None:
    tell_prices(hass, h2=0.05, h3=0.06)
    night.wallbox = await plugged(hass, hub, charger)
    await choose(hass, "solar")
    await want(hass, 2 * KW, clock(7))
    browser = await browse()
    charger_, connector = the_only(hub)
    before = all_of(hub)
    # What it leaves out is as it is set.
    plan = await browser.ask("plan/preview", device_id=charger_.device_id)
    assert plan["target_kwh"] == pytest.approx(2 * KW, abs=0.01)
    assert len(plan["slots"]) == 2
    plan = await browser.ask(
        "plan/preview",
        device_id=charger_.device_id,
        energy_kwh=100,
        ready_by=clock(1).isoformat(),
    )
    assert plan["state"] == "too_late"
    assert plan["missing_kwh"] > 0
    assert plan["shortage"] == "time"
    plan = await browser.ask(
        "plan/preview", device_id=charger_.device_id, energy_kwh=None
    )
    assert plan["state"] == "no_target"
    assert plan["cost"] is None
    assert plan["ready_at_time"] is None
    assert all_of(hub) == before
    assert hub.charge_plans.wanted(connector) != Wanted()


async def test_what_is_tried_out_is_not_kept(
    hass: HomeAssistant, hub: Hub, charger: AddCharger, night: Night
) -> None:
    """The goals of other connectors go on in a trial, as their times pass."""
    night.wallbox = await plugged(hass, hub, charger)
    await choose(hass, "solar")
    await want(hass, KW, clock(7))
    _, connector = the_only(hub)
    marked: list[str] = []
    connector.watch(("charge_plan", "charge_plan_wanted"), lambda: marked.append("!"))
    before = all_of(hub)
    plans = hub.charge_plans
    (point,) = plans._points.values()
    trial = trial_of(point)
    plans._want(trial, Wanted())
    trial.plug._base_wh += 1000.0
    trial.vehicle.left()
    await settle(hass)
    assert trial.wanted == Wanted()
    assert all_of(hub) == before
    assert marked == []


async def test_mode_that_uses_no_plans(
    hass: HomeAssistant, hub: Hub, charger: AddCharger, night: Night, browse: Browse
) -> None:
    tell_prices(hass, h2=0.05)
    night.wallbox = await plugged(hass, hub, charger)
    browser = await browse()
    one, _ = the_only(hub)
    plan = await browser.ask(
        "plan/preview", device_id=one.device_id, energy_kwh=KW, ready_at="07:00:00"
    )
    assert plan["state"] == "other_mode"
    assert len(plan["slots"]) == 1


@pytest.mark.parametrize(
    "options", [{"solar": {**SOLAR, "price_entities": [PRICES], "fuse": 25}}]
)
@pytest.mark.parametrize(
    "subentries",
    [
        [
            charger_subentry(
                "CP1", "Garage", overrides={"switches_phases": False}, connectors=2
            )
        ]
    ],
)
async def test_preview_knows_of_the_other_plans(
    hass: HomeAssistant, hub: Hub, charger: AddCharger, night: Night, browse: Browse
) -> None:
    """A second car gets what the first one leaves of the fuse in the cheap hour."""
    tell_prices(hass, h2=0.05)
    await charger(connectors=2)
    (one,) = hub.chargers.values()
    first, second = (one.charge_point.connector(number) for number in (1, 2))
    for connector in (first, second):
        hub.charge_control.async_set_mode(one, connector, "solar")
    browser = await browse()
    devices = {
        place["connector_id"]: place["device_id"]
        for place in (await _everything(await browse()))["connectors"]
    }
    asked = {"energy_kwh": 14, "ready_by": clock(7).isoformat()}
    alone = await browser.ask("plan/preview", device_id=devices[2], **asked)
    hub.charge_plans.async_want(
        one, first, energy_kwh=14.0, ready_by=clock(7), armed=True
    )
    beside = await browser.ask("plan/preview", device_id=devices[2], **asked)
    assert alone["cost"] < beside["cost"]
    hub.charge_plans.async_want(
        one, second, energy_kwh=14.0, ready_by=clock(7), armed=True
    )
    armed = await browser.ask("plan", device_id=devices[2])
    assert armed["slots"] == beside["slots"]
    answer = await browser.answer("plan/preview", device_id=one.device_id, **asked)
    assert answer["error"]["translation_key"] == "connector_missing"


async def _everything(browser: Browser) -> dict[str, Any]:
    await browser.ask("live")
    (server,) = (await browser.event())["servers"]
    found: dict[str, Any] = server
    return found


@pytest.mark.parametrize(
    ("options", "asked", "key"),
    [
        ({}, {}, "no_charge_modes"),
        ({"solar": SOLAR}, {"below_price": 0.1}, "prices_unknown"),
        ({"solar": SOLAR}, {"soc": 80}, "soc_unknown"),
        ({"solar": SOLAR}, {"least_soc": 20}, "soc_unknown"),
    ],
)
@pytest.mark.parametrize("subentries", [[charger_subentry("CP1", connectors=1)]])
async def test_what_is_missing_is_said(
    hub: Hub, browse: Browse, asked: dict[str, Any], key: str
) -> None:
    browser = await browse()
    one, _ = the_only(hub)
    answer = await browser.answer("plan/preview", device_id=one.device_id, **asked)
    assert answer["error"]["translation_domain"] == "ocpp_cs"
    assert answer["error"]["translation_key"] == key
    assert answer["error"]["translation_placeholders"] == {"name": "CP1"}


@pytest.mark.parametrize(
    "asked",
    [
        {"energy_kwh": -1},
        {"energy_kwh": 1e9},
        {"energy_kwh": "nan"},
        {"soc": 101},
        {"ready_at": "25:00"},
        {"ready_by": "tomorrow"},
        {"ready_by": "2026-01-21T07:00:00", "ready_at": "07:00"},
        {"weekdays": ["someday"]},
        {"below_price": 1e9},
        {"colour": "red"},
    ],
)
async def test_what_makes_no_sense(
    hub: Hub, browse: Browse, asked: dict[str, Any]
) -> None:
    browser = await browse()
    one, _ = the_only(hub)
    answer = await browser.answer("plan/preview", device_id=one.device_id, **asked)
    assert answer["error"]["code"] == "invalid_format"


@pytest.mark.parametrize("subentries", [[charger_subentry("CP1", connectors=1)]])
async def test_who_may_see_a_plan(hub: Hub, browse: Browse) -> None:
    one, _ = the_only(hub)
    someone = await browse(ALL)
    assert (await someone.answer("plan", device_id=one.device_id))["success"]
    stranger = await browse({"entities": {"entity_ids": {"sun.sun": True}}})
    for kind in ("plan", "plan/preview"):
        answer = await stranger.answer(kind, device_id=one.device_id)
        assert answer["error"]["code"] == "unauthorized"
    answer = await someone.answer("plan", device_id="nobody")
    assert answer["success"] is False
    assert answer["error"]["translation_key"]


class TestOfWeeklyPlans:
    @pytest.fixture
    def subentries(self) -> list[Any]:
        """Return a charger, and plans for Wednesday, Saturday and another charger."""

        def weekly(title: str, place: str, **data: Any) -> dict[str, Any]:
            return {
                "data": {"places": [f"connector:{place}"], **data},
                "subentry_type": SUBENTRY_WEEKLY,
                "title": title,
                "unique_id": None,
                "subentry_id": title.lower(),
            }

        return [
            charger_subentry("CP1", "Garage"),
            weekly(
                "Work", "CP1/1", weekdays=["wed"], ready_at="06:30", energy_target=5
            ),
            weekly("Trip", "CP1/1", weekdays=["sat"], ready_at="09:00", soc_target=90),
            weekly("Other", "CP9/1", weekdays=["sat"], ready_at="09:00"),
        ]

    async def test_which_is_used_and_which_come(
        self,
        hass: HomeAssistant,
        hub: Hub,
        charger: AddCharger,
        night: Night,
        browse: Browse,
    ) -> None:
        night.wallbox = await plugged(hass, hub, charger)
        await choose(hass, "solar")
        hub.charge_plans.async_minute_passed()
        browser = await browse()
        await browser.ask("live")
        live = await browser.until(lambda one: one["plan"]["weekly"])
        summary = live["plan"]
        assert summary["weekly"] == {"id": "work", "name": "Work"}
        assert summary["ready_by"] == "2026-01-21T05:30:00+00:00"
        # A plan that is used comes again a week later.
        assert summary["coming"] == [
            {
                "id": "trip",
                "name": "Trip",
                "when": "2026-01-24T08:00:00+00:00",
                "ready_at": "09:00:00",
                "weekdays": ["sat"],
                "target_soc": 90,
                "target_kwh": None,
            },
            {
                "id": "work",
                "name": "Work",
                "when": "2026-01-28T05:30:00+00:00",
                "ready_at": "06:30:00",
                "weekdays": ["wed"],
                "target_soc": None,
                "target_kwh": 5,
            },
        ]
        plan = await browser.ask("plan", device_id=live["device_id"])
        assert (plan["weekly"], plan["coming"]) == (
            summary["weekly"],
            summary["coming"],
        )
        # Whoever turns the plan off is told what comes next.
        await hass.services.async_call(
            "switch",
            "turn_off",
            {"entity_id": live["entities"]["switch.ready_in_time"]},
            blocking=True,
        )
        after = await browser.until(lambda one: one["plan"]["weekly"] is None)
        assert [one["id"] for one in after["plan"]["coming"]] == ["trip", "work"]


NOW = datetime(2026, 6, 1, 6, tzinfo=UTC)
HOUR = timedelta(hours=1)


def slot(hour: int, watts: float = 4000.0, **fields: Any) -> PlanSlot:
    """Return an hour of a plan."""
    start = NOW + hour * HOUR
    return PlanSlot(start=start, end=start + HOUR, power_w=watts, **fields)


FIXED = Tariff(kind=TariffKind.FIXED, price=0.5)
PLUS = Tariff(kind=TariffKind.PLUS, price=0.1)


@pytest.mark.parametrize(
    ("plan", "sun_price", "tariff", "cost"),
    [
        (Plan(slots=(slot(0, price=0.3),)), None, Tariff(), 1.2),
        (
            Plan(slots=(slot(0, price=0.3, sun_w=2000.0),), sun_kwh=2.0),
            0.1,
            Tariff(),
            0.8,
        ),
        (Plan(sun_kwh=5.0), 0.08, Tariff(), 0.4),
        (Plan(sun_kwh=5.0), None, Tariff(), None),
        (Plan(sun_kwh=1.0, least_kwh=4.0, least_cost=1.2), 0.1, Tariff(), 1.3),
        (Plan(least_kwh=4.0, least_cost=None), 0.1, Tariff(), None),
        (Plan(slots=(slot(0),)), 0.1, Tariff(), None),
        # Somebody with a tariff pays that.
        (Plan(slots=(slot(0),), sun_kwh=1.0), None, FIXED, 2.5),
        (Plan(slots=(slot(0, price=0.3),), sun_kwh=1.0), 0.08, PLUS, 1.78),
        (Plan(least_kwh=4.0, least_cost=1.2), 0.08, PLUS, 1.6),
    ],
)
def test_what_it_costs(
    plan: Plan, sun_price: float | None, tariff: Tariff, cost: float | None
) -> None:
    found = cost_of(plan, sun_price, tariff)
    assert found == (None if cost is None else pytest.approx(cost))
