"""A charging profile of the model, as OCPP 1.6 spells it."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from hypothesis import given, strategies as st
import pytest

from custom_components.ocpp_cs.csms.model.errors import InvalidRequestError
from custom_components.ocpp_cs.csms.model.profile import (
    ChargingProfile,
    Kind,
    Period,
    Purpose,
    Recurrency,
    Schedule,
    Unit,
)
from custom_components.ocpp_cs.csms.v16.spelling import (
    profile_from_ocpp,
    profile_to_ocpp,
)
from custom_components.ocpp_cs.csms.v16.version import load_schemas

NOON = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)
WHOLE = ChargingProfile(
    id=7,
    stack_level=2,
    purpose=Purpose.TX,
    kind=Kind.RECURRING,
    recurrency=Recurrency.WEEKLY,
    valid_from=NOON,
    valid_to=NOON.replace(year=9999),
    transaction_id="5",
    schedules=(
        Schedule(
            unit=Unit.WATT,
            duration=3600,
            start=NOON,
            min_charging_rate=1400.5,
            periods=(Period(start=0, limit=0), Period(start=9, limit=7.1, phases=1)),
        ),
    ),
)
WHOLE_IN_OCPP = {
    "chargingProfileId": 7,
    "transactionId": 5,
    "stackLevel": 2,
    "chargingProfilePurpose": "TxProfile",
    "chargingProfileKind": "Recurring",
    "recurrencyKind": "Weekly",
    "validFrom": "2026-05-01T12:00:00Z",
    "validTo": "9999-05-01T12:00:00Z",
    "chargingSchedule": {
        "duration": 3600,
        "startSchedule": "2026-05-01T12:00:00Z",
        "chargingRateUnit": "W",
        "chargingSchedulePeriod": [
            {"startPeriod": 0, "limit": 0},
            {"startPeriod": 9, "limit": 7.1, "numberPhases": 1},
        ],
        "minChargingRate": 1400.5,
    },
}


def test_every_field_has_its_name() -> None:
    assert profile_to_ocpp("SetChargingProfile", WHOLE) == WHOLE_IN_OCPP
    assert profile_from_ocpp(WHOLE_IN_OCPP) == WHOLE


_numbers = st.integers(0, 2**31 - 1)
_times = st.none() | st.integers(0, 2**31).map(lambda s: datetime.fromtimestamp(s, UTC))
_periods = st.lists(
    st.builds(
        Period,
        start=_numbers,
        limit=st.integers(0, 99999).map(lambda tenths: tenths / 10),
        phases=st.sampled_from([None, 1, 2, 3]),
    ),
    min_size=1,
    max_size=3,
).map(tuple)
_profiles = st.builds(
    ChargingProfile,
    id=_numbers,
    stack_level=_numbers,
    purpose=st.sampled_from([Purpose.STATION_MAX, Purpose.TX_DEFAULT, Purpose.TX]),
    kind=st.sampled_from([Kind.ABSOLUTE, Kind.RECURRING, Kind.RELATIVE]),
    schedules=st.builds(
        Schedule,
        unit=st.sampled_from(Unit),
        periods=_periods,
        duration=st.none() | _numbers,
        start=_times,
        min_charging_rate=st.none() | st.just(6.5),
    ).map(lambda one: (one,)),
    recurrency=st.none() | st.sampled_from(Recurrency),
    valid_from=_times,
    valid_to=_times,
    transaction_id=st.none() | _numbers.map(str),
)


@given(_profiles)
def test_each_is_right_by_the_schema_and_comes_back_as_it_was(
    profile: ChargingProfile,
) -> None:
    spelled = profile_to_ocpp("SetChargingProfile", profile)
    request = load_schemas().request("SetChargingProfile")
    assert request is not None
    payload = {"connectorId": 1, "csChargingProfiles": spelled}
    assert request.problems(payload, formats=True) == []
    assert profile_from_ocpp(spelled) == profile


@pytest.mark.parametrize(
    ("difference", "field"),
    [
        ({"purpose": Purpose.EXTERNAL_CONSTRAINTS}, "charging_profile_purpose"),
        ({"schedules": WHOLE.schedules * 2}, "charging_schedule"),
        ({"schedules": ()}, "charging_schedule"),
        ({"kind": Kind.DYNAMIC}, "charging_profile_kind"),
    ],
)
def test_what_only_later_versions_have_is_refused(
    difference: dict[str, Any], field: str
) -> None:
    with pytest.raises(InvalidRequestError) as caught:
        profile_to_ocpp("SetChargingProfile", replace(WHOLE, **difference))
    assert caught.value.action == "SetChargingProfile"
    assert caught.value.field == f"charging_profile.{field}"
