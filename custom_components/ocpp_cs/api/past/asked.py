"""The fields of commands that ask for sessions."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import tzinfo
from typing import Any, Final

from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.typing import VolDictType
from homeassistant.util import dt as dt_util
import voluptuous as vol

from ...const import CONF_CHARGE_POINT_ID, CONF_ENTRY_ID, CONF_ID_TAG
from ...csms.overview.model import Order, Wanted
from ..values import moment
from .sessions import MOST, USUAL

_FARTHEST: Final = 10_000_000


FILTER: Final[VolDictType] = {
    vol.Optional(CONF_ENTRY_ID): str,
    vol.Optional("start"): moment,
    vol.Optional("end"): moment,
    vol.Optional(CONF_CHARGE_POINT_ID): str,
    vol.Optional("connector_id"): vol.All(cv.positive_int, vol.Range(max=_FARTHEST)),
    vol.Optional(CONF_ID_TAG): str,
    vol.Optional("vehicle"): str,
    vol.Optional("payer"): str,
    vol.Optional("text"): vol.All(str, vol.Length(max=100)),
    vol.Optional("struck_out"): bool,
    vol.Optional("time_zone"): vol.All(str, vol.Length(max=100)),
}
"""Which sessions are wanted."""

PAGE: Final[VolDictType] = {
    vol.Optional("order", default=Order.NEWEST): vol.Coerce(Order),
    vol.Optional("offset", default=0): vol.All(
        cv.positive_int, vol.Range(max=_FARTHEST)
    ),
    vol.Optional("limit", default=USUAL): vol.All(cv.positive_int, vol.Range(max=MOST)),
}
"""Which part of them, and in which order."""


async def async_zone_of(msg: Mapping[str, Any]) -> tzinfo:
    """Return the time zone of days and times; Home Assistant's if it knows no such one."""
    zone = None
    with suppress(ValueError, OSError):  # not even the name of a file
        zone = await dt_util.async_get_time_zone(msg.get("time_zone", ""))
    return zone or dt_util.get_default_time_zone()


def wanted_of(msg: Mapping[str, Any]) -> Wanted:
    """Return the filter of a command."""
    return Wanted(
        start=msg.get("start"),
        end=msg.get("end"),
        charge_point_id=msg.get(CONF_CHARGE_POINT_ID),
        connector_id=msg.get("connector_id"),
        id_tag=msg.get(CONF_ID_TAG),
        vehicle=msg.get("vehicle"),
        payer=msg.get("payer"),
        struck_out=msg.get("struck_out", False),
    )
