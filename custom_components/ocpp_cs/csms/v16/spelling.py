"""Convert types of the model to OCPP 1.6, and back."""

from typing import Any

from ..model.errors import ForeignTransactionError, InvalidRequestError
from ..model.profile import (
    ChargingProfile,
    Kind,
    Period,
    Purpose,
    Recurrency,
    Schedule,
    Unit,
)
from ..model.timestamps import format_time, read_time
from ..schema.spelling import snake

_NO_ID = (None, -1, 0)
"""The ids of a transaction that never received one (errata 3.18, 3.54)."""


def transaction_id_of(number: int | None) -> str | None:
    """Return the id of a transaction as in the model; None if it has none."""
    return None if number in _NO_ID else str(number)


_PURPOSES = {
    Purpose.STATION_MAX: "ChargePointMaxProfile",
    Purpose.TX_DEFAULT: "TxDefaultProfile",
    Purpose.TX: "TxProfile",
}
"""OCPP 1.6 has no other purposes."""


def profile_to_ocpp(action: str, profile: ChargingProfile) -> dict[str, Any]:
    """Convert a profile to a ChargingProfile (7.8).

    Args:
        action: The action that it is sent with, for errors.
        profile: The profile.

    Raises:
        InvalidRequestError: OCPP 1.6 cannot express the profile.
    """
    if profile.purpose not in _PURPOSES:
        raise InvalidRequestError(
            action,
            "charging_profile.charging_profile_purpose",
            "is not one of OCPP 1.6",
        )
    if len(profile.schedules) != 1:
        raise InvalidRequestError(
            action, "charging_profile.charging_schedule", "must be one in OCPP 1.6"
        )
    (schedule,) = profile.schedules
    if profile.kind is Kind.DYNAMIC or schedule.limit_at_soc is not None:
        field = "charging_profile.charging_profile_kind"
        raise InvalidRequestError(action, field, "is not one of OCPP 1.6")
    transaction = profile.transaction_id
    if transaction is not None and not transaction.lstrip("-").isdecimal():
        raise ForeignTransactionError(action, transaction)
    return _told(
        chargingProfileId=profile.id,
        transactionId=None if transaction is None else int(transaction),
        stackLevel=profile.stack_level,
        chargingProfilePurpose=_PURPOSES[profile.purpose],
        chargingProfileKind=profile.kind.capitalize(),
        recurrencyKind=profile.recurrency and profile.recurrency.capitalize(),
        validFrom=profile.valid_from and format_time(profile.valid_from),
        validTo=profile.valid_to and format_time(profile.valid_to),
        chargingSchedule=schedule_to_ocpp(schedule),
    )


def schedule_to_ocpp(schedule: Schedule) -> dict[str, Any]:
    """Convert a schedule to a ChargingSchedule (7.13)."""
    return _told(
        duration=schedule.duration,
        startSchedule=schedule.start and format_time(schedule.start),
        chargingRateUnit=schedule.unit.upper(),
        chargingSchedulePeriod=[
            _told(startPeriod=one.start, limit=one.limit, numberPhases=one.phases)
            for one in schedule.periods
        ],
        minChargingRate=schedule.min_charging_rate,
    )


def _told(**members: Any) -> dict[str, Any]:
    """Return an object without the members that are None."""
    return {name: value for name, value in members.items() if value is not None}


def profile_from_ocpp(profile: dict[str, Any]) -> ChargingProfile:
    """Convert a ChargingProfile (7.8), valid by the schema, to the model."""
    number = profile.get("transactionId")
    recurrency = profile.get("recurrencyKind")
    return ChargingProfile(
        id=profile["chargingProfileId"],
        stack_level=profile["stackLevel"],
        purpose=Purpose(snake(profile["chargingProfilePurpose"])),
        kind=Kind(snake(profile["chargingProfileKind"])),
        schedules=(_schedule_from_ocpp(profile["chargingSchedule"]),),
        recurrency=None if recurrency is None else Recurrency(snake(recurrency)),
        valid_from=read_time(profile.get("validFrom")),
        valid_to=read_time(profile.get("validTo")),
        transaction_id=None if number is None else str(number),
    )


def _schedule_from_ocpp(schedule: dict[str, Any]) -> Schedule:
    return Schedule(
        unit=Unit(snake(schedule["chargingRateUnit"])),
        duration=schedule.get("duration"),
        start=read_time(schedule.get("startSchedule")),
        periods=tuple(
            Period(
                start=one["startPeriod"],
                limit=one["limit"],
                phases=one.get("numberPhases"),
            )
            for one in schedule["chargingSchedulePeriod"]
        ),
        min_charging_rate=schedule.get("minChargingRate"),
    )
