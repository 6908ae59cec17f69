"""The words of OCPP 2 for what the model knows, where a station has to say it."""

from collections.abc import Mapping
from typing import Any, Final

from ...access.authorization import AuthorizationStatus
from ...model.model import ChargePointError, ConnectorStatus
from ...model.tags import MAX_TAG_LENGTH_21, MAX_TAG_LENGTH_201, Tag, TagKind, is_masked
from ...model.timestamps import parse_time
from ...schema.spelling import snake
from ...upstream.speech import Decision
from ..spelling import token_of

PLUG_STATUSES: Final[Mapping[ConnectorStatus, str]] = {
    ConnectorStatus.AVAILABLE: "Available",
    ConnectorStatus.PREPARING: "Occupied",
    ConnectorStatus.CHARGING: "Occupied",
    ConnectorStatus.SUSPENDED_EV: "Occupied",
    ConnectorStatus.SUSPENDED_EVSE: "Occupied",
    ConnectorStatus.FINISHING: "Occupied",
    ConnectorStatus.RESERVED: "Reserved",
    ConnectorStatus.UNAVAILABLE: "Unavailable",
    ConnectorStatus.FAULTED: "Faulted",
}
"""ConnectorStatusEnumType (3.18)."""

CHARGING_STATES: Final[Mapping[ConnectorStatus, str]] = {
    ConnectorStatus.AVAILABLE: "Idle",
    ConnectorStatus.PREPARING: "EVConnected",
    ConnectorStatus.CHARGING: "Charging",
    ConnectorStatus.SUSPENDED_EV: "SuspendedEV",
    ConnectorStatus.SUSPENDED_EVSE: "SuspendedEVSE",
    ConnectorStatus.FINISHING: "EVConnected",
}
"""ChargingStateEnumType (3.16)."""

PROBLEMS: Final[Mapping[ChargePointError, str]] = {
    ChargePointError.CONNECTOR_LOCK_FAILURE: "ConnectorPlugRetentionLock",
    ChargePointError.GROUND_FAILURE: "GroundFaultProtection",
    ChargePointError.HIGH_TEMPERATURE: "TemperatureSensor",
    ChargePointError.OVER_CURRENT_FAILURE: "OverCurrentBreaker",
    ChargePointError.POWER_METER_FAILURE: "FiscalMetering",
    ChargePointError.POWER_SWITCH_FAILURE: "PowerContactor",
    ChargePointError.READER_FAILURE: "TokenReader",
}
"""Error code -> the component (appendices, 3.1) that has the problem."""

_REASONS: Final = (
    "DeAuthorized",
    "EmergencyStop",
    "EnergyLimitReached",
    "EVDisconnected",
    "GroundFault",
    "ImmediateReset",
    "Local",
    "LocalOutOfCredit",
    "MasterPass",
    "Other",
    "OvercurrentFault",
    "PowerLoss",
    "PowerQuality",
    "Reboot",
    "Remote",
    "SOCLimitReached",
    "StoppedByEV",
    "TimeLimitReached",
    "Timeout",
)
"""ReasonEnumType (3.65)."""

_REASON_OF: Final[Mapping[str, str]] = {
    **{snake(one): one for one in _REASONS},
    # The reasons that only 1.6 has.
    "hard_reset": "ImmediateReset",
    "soft_reset": "Reboot",
    "unlock_command": "Other",
}

_TRIGGERS: Final[Mapping[str, str]] = {
    "de_authorized": "Deauthorized",
    "energy_limit_reached": "EnergyLimitReached",
    "ev_disconnected": "EVCommunicationLost",
    "hard_reset": "ResetCommand",
    "immediate_reset": "ResetCommand",
    "local": "StopAuthorized",
    "master_pass": "StopAuthorized",
    "reboot": "ResetCommand",
    "remote": "RemoteStop",
    "soc_limit_reached": "EnergyLimitReached",
    "soft_reset": "ResetCommand",
    "stopped_by_ev": "ChargingStateChanged",
    "time_limit_reached": "TimeLimitReached",
    "timeout": "EVConnectTimeout",
    "unlock_command": "UnlockCommand",
}
"""Our reason of a stop -> TriggerReasonEnumType (3.82)."""

_DECISIONS: Final[Mapping[str, AuthorizationStatus]] = {
    "Accepted": AuthorizationStatus.ACCEPTED,
    "Blocked": AuthorizationStatus.BLOCKED,
    "ConcurrentTx": AuthorizationStatus.CONCURRENT_TX,
    "Expired": AuthorizationStatus.EXPIRED,
}
"""AuthorizationStatusEnumType (3.5); all others are no consent."""


def stop_reason(reason: str | None) -> str:
    """Return the stoppedReason for one of our reasons."""
    return _REASON_OF.get(reason or "", "Other")


def stop_trigger(reason: str | None) -> str:
    """Return the triggerReason of an end with one of our reasons."""
    return _TRIGGERS.get(reason or "", "AbnormalCondition")


def longest_tag(version: str) -> int:
    """Return how long an id tag may be."""
    return MAX_TAG_LENGTH_201 if version == "2.0.1" else MAX_TAG_LENGTH_21


def id_token(id_tag: str, kind: TagKind | None, version: str) -> dict[str, Any]:
    """Return an id tag as an IdTokenType; an empty one needs no authorization (C02).

    So is one that is too long: a shortened one may be that of somebody else.
    """
    if not id_tag or len(id_tag) > longest_tag(version):
        return {"idToken": "", "type": "NoAuthorization"}
    if kind is None and is_masked(id_tag):
        kind = TagKind.KEY_CODE
    return token_of(Tag(id_tag, kind), version)


def decision_of(info: Any) -> Decision:
    """Read an IdTokenInfoType (2.27). Raises ValueError if it makes no sense."""
    if not isinstance(info, dict) or not isinstance(info.get("status"), str):
        raise ValueError("the id token has no status")  # noqa: TRY004
    expires, group = info.get("cacheExpiryDateTime"), info.get("groupIdToken")
    parent = group.get("idToken") if isinstance(group, dict) else None
    return Decision(
        status=_DECISIONS.get(info["status"], AuthorizationStatus.INVALID),
        expires=parse_time(expires) if isinstance(expires, str) else None,
        parent_id_tag=parent if isinstance(parent, str) and parent else None,
    )
