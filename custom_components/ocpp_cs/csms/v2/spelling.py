"""Convert types of the model to OCPP 2, and back."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
import re
from typing import Any

from ..access.authorization import Authorization, AuthorizationStatus
from ..model.errors import FieldProblem, InvalidRequestError
from ..model.profile import (
    ChargingProfile,
    Kind,
    LimitAtSoc,
    LimitSource,
    OperationMode,
    Period,
    Purpose,
    Recurrency,
    Schedule,
    Unit,
)
from ..model.tags import MAX_TAG_LENGTH_201, Tag, TagKind
from ..model.timestamps import format_time, read_time
from ..schema.spelling import pascal, snake

_KINDS = {
    "Central": TagKind.CENTRAL,
    "eMAID": TagKind.EMAID,
    "ISO14443": TagKind.ISO14443,
    "ISO15693": TagKind.ISO15693,
    "KeyCode": TagKind.KEY_CODE,
    "Local": TagKind.LOCAL,
    "MacAddress": TagKind.MAC_ADDRESS,
    "NoAuthorization": TagKind.NO_AUTHORIZATION,
}
_KINDS_OF_2_1 = {
    "DirectPayment": TagKind.DIRECT_PAYMENT,
    "EVCCID": TagKind.EVCCID,
    "VIN": TagKind.VIN,
}
"""2.1 has a text in place of an enumeration; these are its words (appendices, 9)."""
_ALL_KINDS = _KINDS | _KINDS_OF_2_1
_WORDS = {kind: word for word, kind in _KINDS.items()}
_ALL_WORDS = {kind: word for word, kind in _ALL_KINDS.items()}

_ISO15693 = re.compile("E0[0-9A-F]{14}", re.IGNORECASE)

_STATUSES = {
    AuthorizationStatus.ACCEPTED: "Accepted",
    AuthorizationStatus.BLOCKED: "Blocked",
    AuthorizationStatus.EXPIRED: "Expired",
    AuthorizationStatus.INVALID: "Invalid",
    AuthorizationStatus.CONCURRENT_TX: "ConcurrentTx",
}

_PURPOSES = {
    Purpose.STATION_MAX: "ChargingStationMaxProfile",
    Purpose.TX_DEFAULT: "TxDefaultProfile",
    Purpose.TX: "TxProfile",
    # Of 2.1.
    Purpose.LOCAL_GENERATION: "LocalGeneration",
    Purpose.PRIORITY: "PriorityCharging",
}
"""The purposes that a central system may use (K01.FR.22)."""


def told(**members: Any) -> dict[str, Any]:
    """Return an object without the members that are None."""
    return {name: value for name, value in members.items() if value is not None}


def tag_of(token: dict[str, Any]) -> Tag:
    """Return an IdTokenType (2.26), valid by the schema, as a tag."""
    return Tag(token["idToken"], _ALL_KINDS.get(token["type"]))


def token_of(tag: Tag, version: str = "2.0.1") -> dict[str, Any]:
    """Return a tag as an IdTokenType; one of unknown type is a card's.

    The type is part of the key in a station's list. ISO/IEC 15693 has 8 bytes of which
    the first is E0.

    Args:
        tag: The tag.
        version: The number of the version, as 2.1 has more types.
    """
    kind = tag.kind or (
        TagKind.ISO15693 if _ISO15693.fullmatch(tag.id) else TagKind.ISO14443
    )
    words = _ALL_WORDS if version == "2.1" else _WORDS
    return {"idToken": tag.id, "type": words.get(kind, "ISO14443")}


def list_entry(
    id_tag: str,
    info: Mapping[str, Any] | None,
    kind: TagKind | None = None,
    *,
    version: str = "2.0.1",
) -> dict[str, Any]:
    """Return an AuthorizationData (2.2).

    Args:
        id_tag: The id tag.
        info: Its IdTagInfo of OCPP 1.6 (7.27) in snake case; None removes it.
        kind: The type of the tag, if it is known.
        version: The number of the version.
    """
    entry: dict[str, Any] = {"id_token": token_of(Tag(id_tag, kind), version)}
    if info is None:
        return entry
    parent = info.get("parent_id_tag")
    return entry | {
        "id_token_info": told(
            status=info.get("status"),
            cache_expiry_date_time=info.get("expiry_date"),
            group_id_token=None if parent is None else group_token(parent),
        )
    }


def group_token(group: str) -> dict[str, Any]:
    """Return a group of tags as an IdTokenType."""
    return token_of(Tag(group, TagKind.CENTRAL))


def id_token_info(authorization: Authorization) -> dict[str, Any]:
    """Return an IdTokenInfoType (2.27)."""
    parent = authorization.parent_id_tag
    if parent is not None and len(parent) > MAX_TAG_LENGTH_201:
        # What an upstream has told may be longer.
        parent = None
    language = authorization.language and authorization.language[:8]
    return told(
        status="NotAtThisLocation"
        if authorization.elsewhere
        else _STATUSES[authorization.status],
        cacheExpiryDateTime=(
            None
            if authorization.expires is None
            else format_time(authorization.expires)
        ),
        groupIdToken=None if parent is None else group_token(parent),
        personalMessage=None
        if authorization.message is None
        else told(
            format="UTF8", language=language, content=authorization.message[:512]
        ),
    )


def profile_to_ocpp(action: str, profile: ChargingProfile) -> dict[str, Any]:
    """Convert a profile to a ChargingProfileType (2.11).

    Args:
        action: The action that it is sent with, for errors.
        profile: The profile.

    Raises:
        InvalidRequestError: A central system may not use its purpose.
    """
    if profile.purpose not in _PURPOSES:
        raise InvalidRequestError(
            action,
            "charging_profile.charging_profile_purpose",
            FieldProblem.FOREIGN_PURPOSE,
        )
    return told(
        id=profile.id,
        transactionId=profile.transaction_id,
        stackLevel=profile.stack_level,
        chargingProfilePurpose=_PURPOSES[profile.purpose],
        chargingProfileKind=profile.kind.capitalize(),
        recurrencyKind=profile.recurrency and profile.recurrency.capitalize(),
        validFrom=profile.valid_from and format_time(profile.valid_from),
        validTo=profile.valid_to and format_time(profile.valid_to),
        dynUpdateInterval=profile.update_interval,
        maxOfflineDuration=profile.most_offline_s,
        invalidAfterOfflineDuration=profile.stays_invalid or None,
        chargingSchedule=[
            told(
                id=number if schedule.id is None else schedule.id,
                duration=schedule.duration,
                startSchedule=schedule.start and _start_of(schedule, schedule.start),
                chargingRateUnit=schedule.unit.upper(),
                chargingSchedulePeriod=[
                    told(
                        startPeriod=one.start,
                        numberPhases=one.phases,
                        phaseToUse=one.phase,
                        operationMode=one.mode and pascal(one.mode),
                        **update_of(one),
                    )
                    for one in schedule.periods
                ],
                minChargingRate=schedule.min_charging_rate,
                useLocalTime=schedule.local_time or None,
                limitAtSoC=schedule.limit_at_soc
                and {
                    "soc": schedule.limit_at_soc.soc,
                    "limit": schedule.limit_at_soc.limit,
                },
                randomizedDelay=schedule.random_delay_s,
            )
            for number, schedule in enumerate(profile.schedules, 1)
        ],
    )


def _start_of(schedule: Schedule, start: datetime) -> str:
    """Return the start of a schedule.

    Of one in local time only the digits count, and no offset from UTC.
    """
    return format_time(start.replace(tzinfo=UTC) if schedule.local_time else start)


def update_of(period: Period) -> dict[str, Any]:
    """Return the values of a period as a ChargingScheduleUpdateType (2.1: K28)."""
    return told(
        limit=period.limit,
        setpoint=period.setpoint,
        dischargeLimit=period.discharge_limit,
    )


_PURPOSES_READ = {
    **{word: purpose for purpose, word in _PURPOSES.items()},
    "ChargingStationExternalConstraints": Purpose.EXTERNAL_CONSTRAINTS,
}


def profile_from_ocpp(profile: dict[str, Any]) -> ChargingProfile:
    """Convert a ChargingProfileType, valid by the schema, to the model.

    What a station reports may have no schedule.
    """
    recurrency = profile.get("recurrencyKind")
    return ChargingProfile(
        id=profile["id"],
        stack_level=profile["stackLevel"],
        purpose=_PURPOSES_READ[profile["chargingProfilePurpose"]],
        kind=Kind(snake(profile["chargingProfileKind"])),
        schedules=schedules_from_ocpp(profile["chargingSchedule"]),
        recurrency=None if recurrency is None else Recurrency(snake(recurrency)),
        valid_from=read_time(profile.get("validFrom")),
        valid_to=read_time(profile.get("validTo")),
        transaction_id=profile.get("transactionId"),
        update_interval=profile.get("dynUpdateInterval"),
        most_offline_s=profile.get("maxOfflineDuration"),
        stays_invalid=profile.get("invalidAfterOfflineDuration") is True,
    )


def profile_to_user(profile: ChargingProfile) -> dict[str, Any]:
    """Return a profile as actions tell it: OCPP's members in snake case."""
    return told(
        id=profile.id,
        transaction_id=profile.transaction_id,
        dyn_update_interval=profile.update_interval,
        max_offline_duration=profile.most_offline_s,
        invalid_after_offline_duration=profile.stays_invalid or None,
        stack_level=profile.stack_level,
        charging_profile_purpose=str(profile.purpose),
        charging_profile_kind=str(profile.kind),
        recurrency_kind=profile.recurrency and str(profile.recurrency),
        valid_from=profile.valid_from and format_time(profile.valid_from),
        valid_to=profile.valid_to and format_time(profile.valid_to),
        charging_schedule=[
            told(
                id=schedule.id,
                duration=schedule.duration,
                start_schedule=schedule.start and format_time(schedule.start),
                charging_rate_unit=str(schedule.unit),
                charging_schedule_period=[
                    told(
                        start_period=one.start,
                        limit=one.limit,
                        number_phases=one.phases,
                        phase_to_use=one.phase,
                        operation_mode=one.mode and str(one.mode),
                        setpoint=one.setpoint,
                        discharge_limit=one.discharge_limit,
                    )
                    for one in schedule.periods
                ],
                min_charging_rate=schedule.min_charging_rate,
                use_local_time=schedule.local_time or None,
                limit_at_soc=schedule.limit_at_soc
                and {
                    "soc": schedule.limit_at_soc.soc,
                    "limit": schedule.limit_at_soc.limit,
                },
                randomized_delay=schedule.random_delay_s,
            )
            for schedule in profile.schedules
        ],
    )


def schedules_from_ocpp(
    schedules: Iterable[dict[str, Any]],
) -> tuple[Schedule, ...]:
    """Convert the ChargingScheduleTypes that have periods, as some send none."""
    return tuple(
        schedule_from_ocpp(one) for one in schedules if one["chargingSchedulePeriod"]
    )


def schedule_from_ocpp(schedule: dict[str, Any]) -> Schedule:
    """Convert a ChargingScheduleType, valid by the schema, to the model."""
    at_soc = schedule.get("limitAtSoC")
    return Schedule(
        id=schedule.get("id"),
        unit=Unit(snake(schedule["chargingRateUnit"])),
        duration=schedule.get("duration"),
        start=read_time(schedule.get("startSchedule")),
        periods=tuple(
            Period(
                start=one["startPeriod"],
                limit=one.get("limit"),
                phases=one.get("numberPhases"),
                phase=one.get("phaseToUse"),
                mode=OperationMode(snake(mode))
                if (mode := one.get("operationMode"))
                else None,
                setpoint=one.get("setpoint"),
                discharge_limit=one.get("dischargeLimit"),
            )
            for one in schedule["chargingSchedulePeriod"]
        ),
        min_charging_rate=schedule.get("minChargingRate"),
        local_time=schedule.get("useLocalTime") is True,
        limit_at_soc=None
        if at_soc is None
        else LimitAtSoc(soc=at_soc["soc"], limit=at_soc["limit"]),
        random_delay_s=schedule.get("randomizedDelay"),
    )


_SOURCES = {one.value: one for one in LimitSource}


def source_of(word: str) -> LimitSource:
    """Return who has set a limit; 2.1 has a text of up to 20 characters there."""
    return _SOURCES.get(snake(word[:20]), LimitSource.OTHER)


def merged(
    action: str, fields: dict[str, Any], name: str, members: Iterable[str]
) -> dict[str, Any]:
    """Return the object `name` with the members that were given as separate fields.

    The separate fields are removed from `fields`.

    Raises:
        InvalidRequestError: A member is given twice.
    """
    whole = fields.pop(name, None) or {}
    found = {snake(str(key)): value for key, value in whole.items()}
    for member in members:
        if (value := fields.pop(member, None)) is None:
            continue
        if found.get(member) is not None:
            raise InvalidRequestError(action, member, f"is in {name} already")
        found[member] = value
    return found
