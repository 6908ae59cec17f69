"""What goes on at a connector, in people's words."""

import asyncio
from itertools import pairwise
from types import SimpleNamespace
from typing import Any, cast

from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
import pytest

from custom_components.ocpp_cs.charging.points import ControlPoint, steady
from custom_components.ocpp_cs.csms.connector import Connector
from custom_components.ocpp_cs.csms.limits.intent import Intent
from custom_components.ocpp_cs.csms.model.model import ConnectorStatus
from custom_components.ocpp_cs.hub import Hub
from custom_components.ocpp_cs.sensor.charging_state import charging_state
from custom_components.ocpp_cs.smart_charging.model import ChargeMode, Decision, Reason
from simulator import Car
from tests.integration.conftest import AddCharger, charger_subentry, settled, wait_for
from tests.integration.helpers.control import (  # noqa: F401 - pytest looks for fixtures here
    SOLAR,
    House,
    control,
    fixture_house,
    mode,
    plugged,
)
from tests.integration.helpers.entities import entity_id, settle, value_of
from tests.integration.helpers.versions import BOTH

pytestmark = BOTH


STATE = "CP1/1/charging_state"


def decided(reason: str, amps: float = 0.0) -> Decision:
    """Return a decision of the control."""
    return Decision(
        current_a=amps,
        phases=3,
        reason=Reason(reason),
        until=None,
        surplus_w=0.0,
        target_w=amps * 690,
    )


async def state(
    status: str | None,
    mode: str = "manual",
    decision: Decision | None = None,
    *,
    paused: bool = False,
    session: bool = False,
    told_ago: float = 1e9,
    busy: bool = False,
    v2x: bool = False,
    **measurements: float,
) -> str | None:
    """Return the state of a connector of which this is known."""
    connector = SimpleNamespace(
        status=None if status is None else ConnectorStatus(status),
        transaction=object() if session else None,
        measurements=measurements,
        bidirectional=SimpleNamespace(modes=frozenset({"central"} if v2x else ())),
        limiter=SimpleNamespace(
            user_intent=Intent(paused=paused),
            below_ceiling=None,
            is_busy=busy,
            sent_at=asyncio.get_running_loop().time() - told_ago,
        ),
    )
    return charging_state(cast(Connector, connector), ChargeMode(mode), decision)


SUN = decided("waiting_for_sun")


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ((None,), None),
        (("available",), "not_plugged_in"),
        (("available", "solar", SUN), "not_plugged_in"),
        (("reserved",), "reserved"),
        (("unavailable",), "out_of_service"),
        (("faulted", "solar", SUN), "fault"),
        # Plugged in, and no session.
        (("preparing",), "waiting_to_be_started"),
        (("preparing", "fast", decided("fast", 16)), "waiting_to_be_started"),
        (("preparing", "solar", SUN), "waiting_for_sun"),
        (("preparing", "off", decided("off")), "paused"),
        # After one.
        (("finishing",), "ended"),
        (("finishing", "off", decided("off")), "ended"),
        # Where a pause ended the session, it will go on.
        (("finishing", "solar", SUN), "waiting_for_sun"),
        (("finishing", "solar", decided("car_full", 6)), "full"),
        (("finishing", "fast", decided("fast", 16)), "ended"),
        (("suspended_evse",), "ended"),
        # In one.
        (("charging",), "charging"),
        (("charging", "solar", decided("following_sun", 9)), "charging"),
        (("charging", "solar", decided("fuse_limit", 6)), "charging"),
    ],
)
async def test_without_a_session_or_charging(told: Any, expected: str | None) -> None:
    assert await state(*told) == expected


@pytest.mark.parametrize(
    ("told", "more", "expected"),
    [
        # Who paused? Home Assistant's user, Home Assistant, the charger, the car.
        (("suspended_evse",), {"paused": True}, "paused"),
        (("suspended_ev",), {"paused": True}, "paused"),
        (("suspended_evse",), {}, "paused_by_charger"),
        (("suspended_ev",), {}, "paused_by_vehicle"),
        (("suspended_ev",), {"soc": 99.0}, "paused_by_vehicle"),
        (("suspended_ev",), {"soc": 100.0}, "full"),
        # It supplies the house: as decided, or as metered.
        (
            ("suspended_evse", "solar", decided("discharging")),
            {"v2x": True},
            "discharging",
        ),
        (("charging",), {"v2x": True, "power_export": 2000.0}, "discharging"),
        (("suspended_evse", "solar", decided("car_reserve")), {}, "waiting_for_sun"),
        *(
            ((status, "solar", decided(reason)), {}, expected)
            for status in ("suspended_evse", "suspended_ev")
            for reason, expected in {
                "waiting_for_sun": "waiting_for_sun",
                "start_delay": "waiting_for_sun",
                "pause_time": "waiting_for_sun",
                "meter_stale": "waiting_for_sun",
                "battery_first": "waiting_for_battery",
                "other_first": "waiting_for_others",
                "fuse_limit": "waiting_for_fuse",
                "car_full": "full",
                "off": "paused",
            }.items()
        ),
        # It may charge, and has not begun.
        (("suspended_evse",), {"told_ago": 3.0}, "starting"),
        (
            ("suspended_ev", "solar", decided("following_sun", 6)),
            {"told_ago": 3.0},
            "starting",
        ),
        (
            ("suspended_evse", "solar", decided("following_sun", 6)),
            {},
            "paused_by_charger",
        ),
        # The charger does not know yet that it may.
        (
            ("suspended_evse", "solar", decided("following_sun", 6)),
            {"busy": True},
            "starting",
        ),
        (
            ("suspended_ev", "solar", decided("waiting_for_car", 6)),
            {"told_ago": 3.0},
            "paused_by_vehicle",
        ),
        # Some say that they charge while they are paused.
        (("charging",), {"paused": True, "power": 0.0}, "paused"),
        (("charging",), {"paused": True}, "paused"),
        (("charging",), {"paused": True, "power": 3000.0}, "charging"),
        (("charging", "solar", SUN), {"power": 5.0}, "waiting_for_sun"),
        (("charging", "solar", SUN), {"power": 1400.0}, "charging"),
        (("charging",), {"power": 0.0}, "charging"),
    ],
)
async def test_in_a_session(told: Any, more: Any, expected: str) -> None:
    assert await state(*told, session=True, **more) == expected


@pytest.fixture
def subentries() -> list[Any]:
    return [charger_subentry("CP1", "Garage", overrides={"switches_phases": False})]


@pytest.fixture
def options() -> dict[str, Any]:
    return {"solar": SOLAR}


async def test_from_plug_to_plug(
    hass: HomeAssistant,
    hub: Hub,
    charger: AddCharger,
    house: House,
    entity_registry: er.EntityRegistry,
) -> None:
    """With a charger and a control that are real."""
    one = await charger()
    await settle(hass)
    assert value_of(hass, STATE) == "not_plugged_in"
    # OCPP's own word is for those who look for it.
    status = entity_registry.async_get(entity_id(hass, "sensor", "CP1/1/status"))
    shown = entity_registry.async_get(entity_id(hass, "sensor", STATE))
    assert status is not None
    assert shown is not None
    assert status.entity_category is EntityCategory.DIAGNOSTIC
    assert (shown.entity_category, shown.disabled_by) == (None, None)
    assert shown.original_name == "Charging state"

    await one.plug(1, Car(soc=40))
    await wait_for(hass, lambda: value_of(hass, STATE) == "waiting_to_be_started")
    await one.unplug(1)
    await plugged(hass, hub, one)
    await wait_for(hass, lambda: value_of(hass, STATE) == "charging")
    await hass.services.async_call(
        "switch",
        "turn_on",
        {"entity_id": entity_id(hass, "switch", "CP1/1/paused")},
        blocking=True,
    )
    await wait_for(hass, lambda: value_of(hass, STATE) == "paused")
    await hass.services.async_call(
        "switch",
        "turn_off",
        {"entity_id": entity_id(hass, "switch", "CP1/1/paused")},
        blocking=True,
    )
    await wait_for(hass, lambda: value_of(hass, STATE) == "charging")
    house.grid(3000)
    await mode(hass, "solar")
    await house.later(hub, 600)
    await wait_for(hass, lambda: value_of(hass, STATE) == "waiting_for_sun")
    await mode(hass, "off")
    await wait_for(hass, lambda: value_of(hass, STATE) == "paused")
    await settled(hass, one)
    assert control(hub)._connector.status is ConnectorStatus.SUSPENDED_EVSE
    await one.unplug(1)
    await wait_for(hass, lambda: value_of(hass, STATE) == "not_plugged_in")


def test_what_is_waited_for_does_not_flap() -> None:
    """What a car waits for that gets nothing may change with every tick."""
    point = ControlPoint(charger=cast(Any, None), connector=cast(Any, None))
    seen: list[str] = []
    for now in range(0, 120, 3):
        reason = "other_first" if now % 2 else "waiting_for_sun"
        point.decision = steady(point, decided(reason), 1000.0 + now)
        seen.append(point.decision.reason.value)
    changes = sum(one != other for one, other in pairwise(seen))
    assert changes <= 4
    # What stays is told, and what gives a car something at once.
    for now in range(200, 260, 3):
        point.decision = steady(point, decided("other_first"), 1000.0 + now)
    assert point.decision.reason is Reason.OTHER_FIRST
    point.decision = steady(point, decided("fuse_limit", 6.0), 1257.0)
    assert point.decision.reason is Reason.FUSE_LIMIT
    point.decision = steady(point, decided("waiting_for_sun"), 1258.0)
    assert point.decision.reason is Reason.WAITING_FOR_SUN
