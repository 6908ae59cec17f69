"""Records of a file that anybody may have written to."""

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

import pytest

from custom_components.ocpp_cs.csms.access.reservations import Reservation
from custom_components.ocpp_cs.csms.limits.intent import Intent
from custom_components.ocpp_cs.csms.limits.profiles import ProfileVariant
from custom_components.ocpp_cs.csms.limits.user_profiles import UserProfile
from custom_components.ocpp_cs.csms.model.profile import Kind, Purpose, Unit
from custom_components.ocpp_cs.csms.model.records import from_record

VARIANT = {"kind": "absolute", "level": 3, "unit": "a", "purpose": "tx_profile"}
VARIANT_IN_OCPP = VARIANT | {"kind": "Absolute", "unit": "A", "purpose": "TxProfile"}
TIME = "2026-11-29T12:00:00+00:00"
USER: dict[str, Any] = {"id": 1, "connector_id": 0, "purpose": "tx_profile", "level": 0}
RESERVATION: dict[str, Any] = {
    "id": 1,
    "connector_id": 0,
    "id_tag": "T",
    "expires": TIME,
    "made": TIME,
}


def test_what_was_written_is_read() -> None:
    for intent in (
        Intent(),
        Intent(limit_a=16.0, phases=1),
        Intent(paused=True, phases=3),
    ):
        assert from_record(Intent, asdict(intent)) == intent
    variant = ProfileVariant(
        kind=Kind.ABSOLUTE, level=3, unit=Unit.AMPERE, purpose=Purpose.TX
    )
    # The second is how it was written once.
    for record in (VARIANT, VARIANT_IN_OCPP, asdict(variant)):
        assert from_record(ProfileVariant, record) == variant
    # Whole numbers are numbers; what is not a field is left.
    assert from_record(Intent, {"limit_a": 16, "sent": {}}) == Intent(limit_a=16.0)
    when = datetime(2026, 11, 29, 12, tzinfo=UTC)
    assert from_record(UserProfile, USER | {"ends": TIME}).ends == when
    one = from_record(Reservation, RESERVATION)
    assert one.expires == one.made == when


@pytest.mark.parametrize(
    ("cls", "record"),
    [
        *((Intent, odd) for odd in (None, 5, "x", [], [1])),
        (Intent, {"limit_a": "16"}),
        (Intent, {"limit_a": True}),
        (Intent, {"limit_a": 1e300}),
        (Intent, {"limit_a": float("nan")}),
        (Intent, {"paused": 1}),
        (Intent, {"phases": 2}),
        (Intent, {"phases": True}),
        (Intent, {"phases": 1.0}),
        (Intent, {"phases": []}),
        (ProfileVariant, {}),
        (ProfileVariant, VARIANT | {"level": 1.5}),
        (ProfileVariant, VARIANT | {"unit": "kW"}),
        (ProfileVariant, VARIANT | {"unit": ["A"]}),
        (ProfileVariant, VARIANT | {"purpose": "x"}),
        (ProfileVariant, VARIANT | {"purpose": None}),
        (UserProfile, USER | {"begins": "yesterday"}),
        (UserProfile, USER | {"begins": 7}),
        # Nobody can compare it with now.
        (UserProfile, USER | {"begins": "2026-11-29T12:00:00"}),
        (Reservation, RESERVATION | {"expires": None}),
        (Reservation, RESERVATION | {"id": "1"}),
        (Reservation, {"id": 1}),
    ],
)
def test_what_is_odd_is_refused(cls: type[Any], record: Any) -> None:
    with pytest.raises(ValueError):
        from_record(cls, record)
