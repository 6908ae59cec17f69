"""The fields of commands that ask for sessions."""

from collections.abc import Mapping
from typing import Any, Final

from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.typing import VolDictType
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
    vol.Optional("text"): vol.All(str, vol.Length(max=100)),
    vol.Optional("struck_out"): bool,
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


def wanted_of(msg: Mapping[str, Any]) -> Wanted:
    """Return the filter of a command."""
    return Wanted(
        start=msg.get("start"),
        end=msg.get("end"),
        charge_point_id=msg.get(CONF_CHARGE_POINT_ID),
        connector_id=msg.get("connector_id"),
        id_tag=msg.get(CONF_ID_TAG),
        vehicle=msg.get("vehicle"),
        struck_out=msg.get("struck_out", False),
    )
