"""Settings of a user that override the rules for the make of a charger."""

from collections.abc import Mapping
from typing import Any

from ..const import CONF_FIRMWARE, CONF_MODEL, CONF_OVERRIDES, CONF_SERIAL, CONF_VENDOR
from ..csms.limits.profiles import DEFAULT_MAXIMUM, allowed, rated_current
from ..csms.model.model import Identity
from ..csms.model.profile import Kind, Unit
from ..csms.model.quirks import Overrides, Quirks
from ..csms.quirks.rules import makes_of, quirks_for

_WORDS = {"charging_rate_unit": Unit, "profile_kind": Kind}
"""Fields that are stored as a value of an OCPP enumeration."""


def overrides_of(data: Mapping[str, Any]) -> Overrides:
    """Return the overrides that the user of a charger entered."""
    kept = dict(data.get(CONF_OVERRIDES, {}))
    for key, word in _WORDS.items():
        if key in kept:
            kept[key] = word(kept[key])
    return Overrides(**kept)


def identity_of(data: Mapping[str, Any]) -> Identity:
    """Return the identity that is stored in a subentry."""
    return Identity(
        vendor=data.get(CONF_VENDOR),
        model=data.get(CONF_MODEL),
        serial=data.get(CONF_SERIAL),
        firmware=data.get(CONF_FIRMWARE),
    )


def quirks_of(identity: Identity) -> Quirks:
    """Return the rules for chargers with this identity."""
    return quirks_for(identity, Overrides())


def makes_shown(data: Mapping[str, Any]) -> str:
    """Return the makes whose peculiarities apply to a charger."""
    return ", ".join(makes_of(identity_of(data))) or "–"


def known_current(told: Mapping[str, Any]) -> float:
    """Return the maximum current by the reported identity, in A per phase."""
    quirks = quirks_of(identity_of(told))
    return (
        quirks.maximum_current
        or rated_current(told.get(CONF_MODEL) or "")
        or DEFAULT_MAXIMUM
    )


def maximum_of(data: Mapping[str, Any]) -> float:
    """Return the maximum current by the user or the make, in A per phase."""
    return overrides_of(data).maximum_current or known_current(data)


def has_steps(data: Mapping[str, Any]) -> bool:
    """Return whether any current up to the maximum is a multiple of the step."""
    maximum = maximum_of(data)
    quirks = quirks_for(identity_of(data), overrides_of(data))
    return bool(allowed(maximum, quirks, maximum))
