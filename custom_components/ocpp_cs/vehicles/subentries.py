"""Vehicles as they are stored in the config entry."""

from collections.abc import Mapping
import contextlib
from datetime import time
from math import isfinite
import re
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry, ConfigSubentry
from homeassistant.const import WEEKDAYS

from ..const import SUBENTRY_VEHICLE
from ..csms.model.tags import tag_key
from .model import Vehicle

CONF_PICTURE: Final = "picture"
CONF_UPLOAD: Final = "picture_upload"
CONF_CAPACITY_KWH: Final = "capacity_kwh"
CONF_PHASES: Final = "phases"
CONF_MAX_A: Final = "max_a"
CONF_SOC_ENTITY: Final = "soc_entity"
CONF_TARGET_ENTITY: Final = "target_entity"
CONF_PLUGGED_ENTITY: Final = "plugged_entity"
CONF_ID_TAGS: Final = "id_tags"
CONF_IDENTITIES: Final = "identities"
CONF_MODE: Final = "mode"
CONF_LIMIT_SOC: Final = "limit_soc"
CONF_TARGET_SOC: Final = "target_soc"
CONF_ENERGY_KWH: Final = "energy_kwh"
CONF_PLAN: Final = "plan"
"""Contains the options below."""
CONF_READY_AT: Final = "ready_at"
CONF_WEEKDAYS: Final = "weekdays"
CONF_LEAST_SOC: Final = "least_soc"
CONF_BELOW_PRICE: Final = "below_price"

_PREFIX: Final = re.compile(r"^(?:VID|EVCCID|MAC)\s*[:=-]\s*", re.IGNORECASE)
"""What chargers put before the identity of a vehicle, as in `VID:0123456789AB`."""
_SEPARATORS: Final = re.compile(r"[\s:._-]+")


def identity_key(text: str) -> str:
    """Return the key by which EVCCIDs and MAC addresses of vehicles are compared."""
    return _SEPARATORS.sub("", _PREFIX.sub("", text.strip(" \t\r\n\0"))).upper()


def told_identity(id_tag: str) -> str | None:
    """Return the identity of a vehicle in a tag like `VID:0123456789AB`, if it is one."""
    return identity_key(id_tag) if _PREFIX.match(id_tag.strip()) else None


def vehicles_of(entry: ConfigEntry[Any]) -> list[Vehicle]:
    """Return the vehicles of a config entry."""
    return [vehicle_of(one) for one in entry.get_subentries_of_type(SUBENTRY_VEHICLE)]


def vehicle_of(subentry: ConfigSubentry) -> Vehicle:
    """Return the vehicle of a subentry; what is invalid is left out."""
    data = subentry.data
    phases = positive(data.get(CONF_PHASES))
    return Vehicle(
        id=subentry.subentry_id,
        name=subentry.title,
        capacity_kwh=positive(data.get(CONF_CAPACITY_KWH)),
        phases=int(phases) if phases in {1, 2, 3} else None,
        max_a=positive(data.get(CONF_MAX_A)),
        soc_entity=_text(data.get(CONF_SOC_ENTITY)),
        target_entity=_text(data.get(CONF_TARGET_ENTITY)),
        plugged_entity=_text(data.get(CONF_PLUGGED_ENTITY)),
        id_tags=tuple(tag_key(one) for one in _texts(data.get(CONF_ID_TAGS))),
        identities=tuple(
            identity_key(one) for one in _texts(data.get(CONF_IDENTITIES))
        ),
        icon=_text(data.get("icon")),
        picture=_text(data.get(CONF_PICTURE)),
        mode=_text(data.get(CONF_MODE)),
        limit_soc=positive(data.get(CONF_LIMIT_SOC)),
        target_soc=positive(data.get(CONF_TARGET_SOC)),
        energy_kwh=positive(data.get(CONF_ENERGY_KWH)),
        plan=_plan(data.get(CONF_PLAN)),
    )


def _plan(stored: object) -> dict[str, Any]:
    """Return the changes of a goal that a vehicle brings: see `ChargePlans.async_want`."""
    data = stored if isinstance(stored, Mapping) else {}
    plan: dict[str, Any] = {}
    with contextlib.suppress(ValueError):
        plan["ready_by"] = time.fromisoformat(str(data.get(CONF_READY_AT)))
    if weekdays := frozenset(_texts(data.get(CONF_WEEKDAYS))) & frozenset(WEEKDAYS):
        plan["weekdays"] = weekdays
    if (least := positive(data.get(CONF_LEAST_SOC))) is not None:
        plan["least_soc"] = min(least, 100.0)
    price = data.get(CONF_BELOW_PRICE)
    if isinstance(price, int | float) and isfinite(price):
        plan["below_price"] = float(price)
    return plan


def positive(value: object) -> float | None:
    """Return a number above 0; None for anything else."""
    try:
        number = float(value)  # type: ignore[arg-type]
    except TypeError, ValueError:
        return None
    return number if 0 < number < float("inf") else None


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _texts(value: object) -> list[str]:
    """Return the texts of a list that are not empty."""
    found = value if isinstance(value, list | tuple) else ()
    return [one for one in found if isinstance(one, str) and one.strip()]
