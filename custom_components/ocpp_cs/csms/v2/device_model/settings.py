"""The variables of a station as settings for people, and found by their names."""

from typing import Final

from ...model.capabilities import Setting, SettingKind
from ...model.errors import InvalidRequestError
from .inventory import Attribute, Inventory, Mutability, Variable
from .names import Aspect, VariableName, parse_aspect
from .variables import is_secret

_KINDS: Final = {
    "string": SettingKind.TEXT,
    "decimal": SettingKind.DECIMAL,
    "integer": SettingKind.INTEGER,
    "dateTime": SettingKind.TIME,
    "boolean": SettingKind.BOOLEAN,
    "OptionList": SettingKind.OPTION,
    "SequenceList": SettingKind.LIST,
    "MemberList": SettingKind.SET,
}

_OF_CONNECTION: Final = frozenset(
    {
        ("ocppcommctrlr", "activenetworkprofile"),
        ("ocppcommctrlr", "networkconfigurationpriority"),
        ("securityctrlr", "basicauthpassword"),
        ("securityctrlr", "identity"),
        ("securityctrlr", "securityprofile"),
    }
)
"""Component and variable that decide whether the station finds the central system."""

_KEYS: Final = {
    key.lower(): aspect
    for key, aspect in {
        "AllowOfflineTxForUnknownId": "AuthCtrlr.OfflineTxForUnknownIdEnabled",
        "AuthorizationCacheEnabled": "AuthCacheCtrlr.Enabled",
        "AuthorizationKey": "SecurityCtrlr.BasicAuthPassword",
        "AuthorizeRemoteTxRequests": "AuthCtrlr.AuthorizeRemoteStart",
        "ChargeProfileMaxStackLevel": "SmartChargingCtrlr.ProfileStackLevel",
        "ChargingScheduleAllowedChargingRateUnit": "SmartChargingCtrlr.RateUnit",
        "ChargingScheduleMaxPeriods": "SmartChargingCtrlr.PeriodsPerSchedule",
        "ClockAlignedDataInterval": "AlignedDataCtrlr.Interval",
        "ConnectionTimeOut": "TxCtrlr.EVConnectionTimeOut",
        "HeartbeatInterval": "OCPPCommCtrlr.HeartbeatInterval",
        "LocalAuthListEnabled": "LocalAuthListCtrlr.Enabled",
        "LocalAuthorizeOffline": "AuthCtrlr.LocalAuthorizeOffline",
        "LocalPreAuthorize": "AuthCtrlr.LocalPreAuthorize",
        "MaxEnergyOnInvalidId": "TxCtrlr.MaxEnergyOnInvalidId",
        "MeterValueSampleInterval": "SampledDataCtrlr.TxUpdatedInterval",
        "MeterValuesAlignedData": "AlignedDataCtrlr.Measurands",
        "MeterValuesSampledData": "SampledDataCtrlr.TxUpdatedMeasurands",
        "ResetRetries": "OCPPCommCtrlr.ResetRetries",
        "SecurityProfile": "SecurityCtrlr.SecurityProfile",
        "SendLocalListMaxLength": "LocalAuthListCtrlr.ItemsPerMessage",
        "StopTransactionOnEVSideDisconnect": "TxCtrlr.StopTxOnEVSideDisconnect",
        "StopTransactionOnInvalidId": "TxCtrlr.StopTxOnInvalidId",
        "StopTxnAlignedData": "AlignedDataCtrlr.TxEndedMeasurands",
        "StopTxnSampledData": "SampledDataCtrlr.TxEndedMeasurands",
        "TransactionMessageAttempts": (
            "OCPPCommCtrlr.MessageAttempts[TransactionEvent]"
        ),
        "TransactionMessageRetryInterval": (
            "OCPPCommCtrlr.MessageAttemptInterval[TransactionEvent]"
        ),
        "UnlockConnectorOnEVSideDisconnect": ("OCPPCommCtrlr.UnlockOnEVSideDisconnect"),
        "WebSocketPingInterval": "OCPPCommCtrlr.WebSocketPingInterval",
    }.items()
}
"""Configuration key of OCPP 1.6 in lower case -> the variable that took its place."""


def find_aspect(inventory: Inventory, text: str, *, action: str) -> Aspect:
    """Return the variable that a text names, in the station's own spelling.

    Args:
        inventory: What the station has reported.
        text: A name (see `names`), or a configuration key of OCPP 1.6.
        action: The action that it is for, for errors.

    Raises:
        InvalidRequestError: The text is no name of a variable.
    """
    text = _KEYS.get(text.strip().lower(), text)
    aspect = parse_aspect(text)
    if aspect is not None and (known := inventory.find(aspect.name)) is not None:
        return Aspect(known.name, aspect.attribute)
    # A name may contain the signs that separate names.
    folded = text.strip().casefold()
    for variable in inventory:
        for one in variable.attributes:
            candidate = Aspect(variable.name, one.kind)
            if str(candidate).casefold() == folded:
                return candidate
    if aspect is None:
        raise InvalidRequestError(
            action, text, "must be like Component.Variable or EVSE/1.Variable"
        )
    return aspect


def settings_of(inventory: Inventory) -> tuple[Setting, ...]:
    """Return all attributes of all variables as settings, in the station's order."""
    return tuple(
        _setting(variable, attribute)
        for variable in inventory
        for attribute in variable.attributes
    )


def _setting(variable: Variable, attribute: Attribute) -> Setting:
    aspect = Aspect(variable.name, attribute.kind)
    told = variable.characteristics
    kind = _KINDS.get(told.data_type or "", SettingKind.TEXT)
    secret = is_secret(aspect)
    if secret or (
        kind is SettingKind.TEXT and attribute.mutability is Mutability.WRITE_ONLY
    ):
        kind = SettingKind.PASSWORD
    return Setting(
        name=str(aspect),
        value=None if kind is SettingKind.PASSWORD else attribute.value,
        kind=kind,
        options=variable.values,
        minimum=told.minimum,
        maximum=told.maximum,
        unit=told.unit,
        of_connection=(
            variable.name.component.casefold(),
            variable.name.variable.casefold(),
        )
        in _OF_CONNECTION,
        writable=attribute.mutability is not Mutability.READ_ONLY
        and not attribute.constant,
        # An empty list or text may be meant; nothing else can be empty.
        required=kind
        not in {SettingKind.TEXT, SettingKind.LIST, SettingKind.SET, SettingKind.TIME},
    )


def phase_rotations(rotation: str, inventory: Inventory) -> dict[Aspect, str]:
    """Return what has to be written for an order of phases: `0.RST,1.RTS`.

    Only what the station has is written, and what differs.
    """
    wanted: dict[Aspect, str] = {}
    for part in rotation.split(","):
        place, _, order = part.strip().rpartition(".")
        evse = int(place) if place.isdecimal() else 0
        name = (
            VariableName("EVSE", "PhaseRotation", evse=evse)
            if evse
            else VariableName("ChargingStation", "PhaseRotation")
        )
        known = inventory.find(name)
        if known is not None and known.actual != order:
            wanted[Aspect(known.name)] = order
    return wanted
