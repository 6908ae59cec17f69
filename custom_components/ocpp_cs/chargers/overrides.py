"""What the user of a charger knows better than the rules for its make."""

from collections.abc import Mapping
from typing import Any

from ..const import CONF_FIRMWARE, CONF_MODEL, CONF_OVERRIDES, CONF_SERIAL, CONF_VENDOR
from ..csms.limits.profiles import DEFAULT_MAXIMUM, allowed, rated_current
from ..csms.model.model import Identity
from ..csms.model.profile import Kind, Unit
from ..csms.model.quirks import Overrides, Quirks
from ..csms.quirks.rules import quirks_for

_WORDS = {"charging_rate_unit": Unit, "profile_kind": Kind}
"""What is kept as a word of OCPP."""


def overrides_of(data: Mapping[str, Any]) -> Overrides:
    """Return what the user of a charger wants in place of what is known of it."""
    kept = dict(data.get(CONF_OVERRIDES, {}))
    for key, word in _WORDS.items():
        if key in kept:
            kept[key] = word(kept[key])
    return Overrides(**kept)


def identity_of(data: Mapping[str, Any]) -> Identity:
    """Return what a subentry remembers of what a charger says of itself."""
    return Identity(
        vendor=data.get(CONF_VENDOR),
        model=data.get(CONF_MODEL),
        serial=data.get(CONF_SERIAL),
        firmware=data.get(CONF_FIRMWARE),
    )


def quirks_of(identity: Identity) -> Quirks:
    """Return what is known of chargers that say to be this."""
    return quirks_for(identity, Overrides())


def profile_of(data: Mapping[str, Any]) -> str:
    """Return the names of the rules that are about a charger."""
    return ", ".join(quirks_of(identity_of(data)).rules) or "–"


def known_current(told: Mapping[str, Any]) -> float:
    """Return the A per phase that a charger takes by what it says of itself."""
    quirks = quirks_of(identity_of(told))
    return (
        quirks.maximum_current
        or rated_current(told.get(CONF_MODEL) or "")
        or DEFAULT_MAXIMUM
    )


def maximum_of(data: Mapping[str, Any]) -> float:
    """Return the A per phase that a charger takes, by its user or by its make."""
    return overrides_of(data).maximum_current or known_current(data)


def has_steps(data: Mapping[str, Any]) -> bool:
    """Return whether any current up to the highest one is a multiple of its step."""
    maximum = maximum_of(data)
    quirks = quirks_for(identity_of(data), overrides_of(data))
    return bool(allowed(maximum, quirks, maximum))
