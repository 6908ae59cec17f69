"""A charging profile drawn from a list of periods, and what it does to our limit."""

from datetime import UTC, datetime, timedelta
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
import pytest

from custom_components.ocpp_cs.actions.fields import FieldError
from custom_components.ocpp_cs.actions.profiles import SCHEDULE
from custom_components.ocpp_cs.charging.schedules import draw
from custom_components.ocpp_cs.const import DOMAIN
from custom_components.ocpp_cs.csms.limits.intent import IN_FORCE, Intent, LimitState
from custom_components.ocpp_cs.csms.limits.profiles import Declared, schedule_id
from custom_components.ocpp_cs.csms.model.profile import Recurrency, Unit
from custom_components.ocpp_cs.hub import Hub
from tests.integration.conftest import AddCharger, charger_subentry, wait_for
from tests.integration.helpers.versions import BOTH, installed

pytestmark = BOTH


NOW = datetime(2026, 5, 1, 20, 0, tzinfo=UTC)


def drawn(*wanted: dict[str, Any], **more: Any) -> tuple[Any, list[tuple[int, float]]]:
    """Return the start of the schedule, and start and limit of each period."""
    profile = draw(
        SCHEDULE(list(wanted)),
        now=NOW,
        profile_id=1,
        stack_level=0,
        unit=Unit.AMPERE,
        **more,
    )
    (schedule,) = profile.schedules
    return schedule.start, [(one.start, one.limit) for one in schedule.periods]


async def test_periods(hass: HomeAssistant) -> None:
    await hass.config.async_set_time_zone("Europe/Berlin")
    evening = {"start": "23:00", "limit": 16}
    morning = {"start": "06:00:00", "limit": 0, "phases": 1}
    # It is 22:00 in Berlin.
    start = datetime(2026, 5, 1, 21, 0, tzinfo=UTC)
    assert drawn(evening, morning) == (start, [(0, 16), (7 * 3600, 0)])
    assert drawn(evening, morning, recurrence=Recurrency.DAILY) == (
        start - timedelta(days=1),
        [(0, 16), (7 * 3600, 0)],
    )
    assert drawn({"start": 60, "limit": 8.04}, {"start": 0, "limit": 6}) == (
        NOW,
        [(0, 6), (60, 8.0)],
    )
    at = {"start": "2026-05-03T10:00:00+02:00", "limit": 6}
    assert drawn(at) == (datetime(2026, 5, 3, 8, 0, tzinfo=UTC), [(0, 6)])
    assert drawn(at, recurrence=Recurrency.WEEKLY) == (
        datetime(2026, 4, 26, 8, 0, tzinfo=UTC),
        [(0, 6)],
    )


@pytest.mark.parametrize(
    "wanted",
    [
        [],
        {"start": 0, "limit": 6},
        [{"start": 0}],
        [{"start": 0, "limit": 6, "colour": 1}],
        [{"start": 0, "limit": -1}],
        [{"start": "soon", "limit": 6}],
        [{"start": 0, "limit": 6, "phases": 4}],
        [{"start": 0, "limit": 6}, {"start": "06:00", "limit": 6}],
        ["06:00"],
    ],
)
def test_what_is_no_schedule(wanted: Any) -> None:
    with pytest.raises(FieldError):
        SCHEDULE(wanted)


def test_ids_of_schedules_are_not_those_of_limits() -> None:
    assert [schedule_id(Declared(most_profiles=20), n, 2) for n in (0, 1, 2)] == [
        18,
        17,
        16,
    ]
    assert schedule_id(Declared(most_profiles=2), 1, 1) == 8998


@pytest.fixture
def subentries() -> list[Any]:
    return [charger_subentry("CP1", "Garage")]


async def call(hass: HomeAssistant, hub: Hub, **data: Any) -> Any:
    (one,) = hub.chargers.values()
    return await hass.services.async_call(
        DOMAIN,
        "set_charging_profile",
        {"device_id": one.device_id, **data},
        blocking=True,
        return_response=True,
    )


async def test_a_schedule_goes_before_the_limit(
    hass: HomeAssistant, hub: Hub, charger: AddCharger
) -> None:
    one = await charger()
    (adopted,) = hub.chargers.values()
    await wait_for(hass, lambda: adopted.charge_point.ready)
    control = adopted.charge_point.connectors[1].limiter
    await control.request(Intent(limit_a=8.0))
    answer = await call(
        hass,
        hub,
        schedule=[{"start": "00:00", "limit": 10}, {"start": "12:00", "limit": 12}],
        recurrence="daily",
        valid_to="2099-01-01T00:00:00Z",
    )
    assert answer == {"status": "accepted", "charging_profile_id": 18}
    assert not one.violations
    _, profile, schedule = list(installed(one))[-1]
    assert profile["chargingProfileKind"] == "Recurring"
    assert profile["recurrencyKind"] == "Daily"
    assert profile["validTo"] == "2099-01-01T00:00:00Z"
    assert schedule["duration"] == 86400
    await wait_for(hass, lambda: control.state is LimitState.HELD)
    await hass.services.async_call(
        DOMAIN,
        "clear_charging_profile",
        {"device_id": adopted.device_id, "id": 18},
        blocking=True,
    )
    await wait_for(hass, lambda: control.state in IN_FORCE)


@pytest.mark.parametrize(
    ("data", "key"),
    [
        ({}, "field_missing"),
        ({"schedule": [{"start": 0, "limit": 6}], "charging_profile": {}}, None),
        ({"charging_profile": {}, "recurrence": "daily"}, None),
        ({"schedule": [{"start": 0}]}, "field_not_schedule"),
    ],
)
async def test_either_a_profile_or_a_schedule(
    hass: HomeAssistant,
    hub: Hub,
    charger: AddCharger,
    data: dict[str, Any],
    key: str | None,
) -> None:
    await charger()
    with pytest.raises(ServiceValidationError) as caught:
        await call(hass, hub, **data)
    assert caught.value.translation_key == (key or "field_of_schedule")
