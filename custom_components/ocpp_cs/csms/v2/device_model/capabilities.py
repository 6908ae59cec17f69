"""Read the capabilities of a charging station from its device model.

All of its variables are optional in practice: what is not there is not known.
"""

from typing import Any, Final

from ...metering.measurands import listed
from ...model.capabilities import MOST_TOLD, Capabilities, DisplayAbilities, Feature
from ...model.model import MAX_DECLARED_CONNECTORS
from ...model.profile import Unit
from ...model.security import SecurityLevel
from ..charging.facts import SmartChargingFacts, units_of
from ..discharging.abilities import v2x_of
from ..money.abilities import shows_costs, takes_tariffs
from ..targets.limits import SUPPORTED
from .inventory import Index, Inventory
from .values import number, truth, words

_CONTROLLERS = {
    "LocalAuthListCtrlr": Feature.LOCAL_LIST,
    "ReservationCtrlr": Feature.RESERVATION,
    "SmartChargingCtrlr": Feature.SMART_CHARGING,
}
"""Component -> what it controls, if its variable Available is true."""


def capabilities_of(inventory: Inventory) -> Capabilities:
    """Return the capabilities that a charging station reports."""
    index = inventory.index()
    value = index.value
    phases = [
        truth(one.actual)
        for name in ("ACPhaseSwitchingSupported", "Phases3to1")
        for one in index.of("SmartChargingCtrlr", name)
    ]
    interval = number(value("SampledDataCtrlr", "TxUpdatedInterval"))
    timeout = number(value("TxCtrlr", "EVConnectionTimeOut"))
    return Capabilities(
        connectors=_connectors(inventory),
        features=_features(index),
        measurements=frozenset(
            listed(value("SampledDataCtrlr", "TxUpdatedMeasurands") or "")
        ),
        sample_interval=interval,
        connection_timeout=None if timeout is None else float(timeout),
        phase_rotation=_phase_rotation(index),
        units=_units(index),
        evse_units=SmartChargingFacts(inventory).units_by_evse,
        max_stack_level=number(value("SmartChargingCtrlr", "ProfileStackLevel")),
        max_profiles=_limit(index, "SmartChargingCtrlr", "Entries"),
        max_periods=number(value("SmartChargingCtrlr", "PeriodsPerSchedule")),
        switches_phases=any(phases),
        **_of_smart_charging(index),
        time_zone=value("ClockCtrlr", "TimeZone"),
        tariffs=takes_tariffs(inventory),
        shows_costs=shows_costs(inventory),
        session_limits=frozenset(
            SUPPORTED[one]
            for one in words(value("TxCtrlr", "SupportedLimits"))
            if one in SUPPORTED
        ),
        keeps_session_profiles=truth(
            inventory.value(
                "SmartChargingCtrlr", "ChargingProfilePersistence", "TxProfile"
            )
        )
        is True,
        priority_profiles="prioritycharging"
        in words(value("SmartChargingCtrlr", "SupportedAdditionalPurposes")),
        v2x=v2x_of(index),
        local_list_enabled=_local_list_enabled(index),
        local_list_entries=_limit(index, "LocalAuthListCtrlr", "Entries"),
        local_list_entries_at_once=_list_entries_at_once(
            number(value("LocalAuthListCtrlr", "ItemsPerMessage")),
            number(value("LocalAuthListCtrlr", "BytesPerMessage")),
        ),
        reserves_any_connector=bool(
            truth(value("ReservationCtrlr", "NonEvseSpecific"))
        ),
        security_level=_level(value("SecurityCtrlr", "SecurityProfile")),
        lists_password=bool(index.of("SecurityCtrlr", "BasicAuthPassword")),
        display=_display(index),
        monitors=_is_there(
            index, "MonitoringCtrlr", "ItemsPerMessage", "BytesPerMessage"
        ),
    )


_SUPPORTED: Final = {
    "dynamic_profiles": "DynamicProfiles",
    "offline_limits": "MaxOfflineDuration",
    "local_time": "UseLocalTime",
    "limit_at_soc": "LimitAtSoC",
    "random_delay": "RandomizedDelay",
}
"""Capability -> the end of its variable Supports…, or its instance of SupportsFeature.

The specification of OCPP 2.1 has the one in its text, and the other in its table.
"""


def _of_smart_charging(index: Index) -> dict[str, Any]:
    """Return which features of OCPP 2.1 the station says that it has."""
    return {
        field: any(
            truth(one.actual) is True
            for one in (
                *index.of("SmartChargingCtrlr", f"Supports{word}"),
                *(
                    one
                    for one in index.of("SmartChargingCtrlr", "SupportsFeature")
                    if (one.name.variable_instance or "").casefold() == word.casefold()
                ),
            )
        )
        for field, word in _SUPPORTED.items()
    }


def _is_there(index: Index, component: str, *variables: str) -> bool:
    """Return whether a controller is available.

    Available is optional. Without it, a controller is there that has a variable which
    every such controller has.
    """
    available = truth(index.value(component, "Available"))
    if truth(index.value(component, "Enabled")) is False:
        return False
    if available is not None:
        return available
    return any(index.of(component, one) for one in variables)


def _display(index: Index) -> DisplayAbilities | None:
    """Return what the display for messages can do (part 2, 2.14)."""
    name = "DisplayMessageCtrlr"
    if not _is_there(index, name, "SupportedFormats", "SupportedPriorities"):
        return None
    return DisplayAbilities(
        formats=words(index.value(name, "SupportedFormats")),
        priorities=words(index.value(name, "SupportedPriorities")),
        states=words(index.value(name, "SupportedStates")),
        most=_limit(index, name, "DisplayMessages"),
    )


def _connectors(inventory: Inventory) -> int:
    """Return the number of EVSEs, counted up to the highest one.

    Some tell EVSE 0 alone, which is the station.
    """
    return max(
        (one for one in inventory.plugs() if one <= MAX_DECLARED_CONNECTORS), default=0
    )


def _features(index: Index) -> frozenset[Feature] | None:
    """Return the features of which nothing is known that is against them.

    A reservation needs more: a station has to say that it takes them. None if the
    station tells of no feature.
    """
    told = {
        feature: available
        for component, feature in _CONTROLLERS.items()
        if (available := truth(index.value(component, "Available"))) is not None
    }
    if not told:
        return None
    return frozenset(
        one for one in Feature if told.get(one, one is not Feature.RESERVATION)
    )


def _limit(index: Index, component: str, variable: str) -> int | None:
    """Return the highest possible value of a variable that counts entries."""
    return next(
        (
            int(most)
            for one in index.of(component, variable)
            if (most := one.characteristics.maximum) is not None
            and 0 < most <= MOST_TOLD
        ),
        None,
    )


_LONGEST_ENTRY, _FRAME = 320, 160
"""The bytes of an entry of the local list, and of the rest of its message."""


def _list_entries_at_once(items: int | None, size: int | None) -> int | None:
    """Return how many entries a SendLocalList may have, by number and size (D01)."""
    limits = [items] if items else []
    if size:
        limits.append(max(1, (size - _FRAME) // _LONGEST_ENTRY))
    return min(limits, default=None)


def _local_list_enabled(index: Index) -> bool | None:
    """Return whether the local list is in use.

    Without a variable that enables it, a station that has a local list uses it.
    """
    enabled = truth(index.value("LocalAuthListCtrlr", "Enabled"))
    if enabled is None:
        enabled = truth(index.value("LocalAuthListCtrlr", "Available"))
    return enabled


def _phase_rotation(index: Index) -> str | None:
    """Return the phase rotations of the EVSEs, as OCPP 1.6 spells them: `1.RST`."""
    told = {
        one.name.evse or 0: one.actual
        for component in ("ChargingStation", "EVSE")
        for one in index.of(component, "PhaseRotation")
        if one.actual
    }
    return ",".join(f"{evse}.{told[evse]}" for evse in sorted(told)) or None


def _units(index: Index) -> frozenset[Unit]:
    """Return the units of limits; RateUnit is of the station, or of each EVSE.

    All limits have one unit here, so that it has to be one that all of them know.
    """
    told = [units_of(one.actual) for one in index.of("SmartChargingCtrlr", "RateUnit")]
    if not told:
        return frozenset()
    return frozenset.intersection(*told) or frozenset.union(*told)


def _level(text: str | None) -> SecurityLevel | None:
    try:
        return SecurityLevel(int(text or ""))
    except ValueError:
        return None
