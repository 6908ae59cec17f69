"""One session: which it is, and corrections of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from homeassistant.exceptions import Unauthorized
from homeassistant.helpers.typing import VolDictType
from homeassistant.util import dt as dt_util
import voluptuous as vol

from ...actions.sessions import impossible, vehicle_named
from ...const import CONF_CHARGE_POINT_ID, CONF_ENTRY_ID, CONF_ID_TAG
from ...csms.model.tags import MAX_TAG_LENGTH_21
from ...csms.transactions.corrections import CorrectionError, corrected, struck_out
from ...csms.transactions.storage import SessionFilter
from ...csms.transactions.transaction import Transaction
from ...exceptions import invalid
from ...hub import Hub, OcppConfigEntry
from ..places import loaded
from ..values import moment
from .sessions import Reader, names_of, session_data

WHICH: Final[VolDictType] = {
    vol.Required(CONF_ENTRY_ID): str,
    vol.Required(CONF_CHARGE_POINT_ID): str,
    vol.Required("transaction_id"): vol.Any(vol.All(int, vol.Coerce(str)), str),
    vol.Required("reported_start"): moment,
}
"""Which session is meant: a charge point may use an id again."""

CORRECTION: Final[VolDictType] = {
    vol.Optional(CONF_ID_TAG): vol.All(
        str, vol.Strip, vol.Length(max=MAX_TAG_LENGTH_21)
    ),
    vol.Optional("vehicle"): vol.Any(None, str),
    vol.Optional("struck_out"): bool,
}
"""What can be corrected of it."""


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """A session, and the server that has it."""

    entry: OcppConfigEntry
    session: Transaction

    @property
    def hub(self) -> Hub:
        """The hub of the server."""
        return self.entry.runtime_data


async def async_chosen(reader: Reader, msg: Mapping[str, Any]) -> Chosen:
    """Return the session that a command means.

    Raises:
        ServiceValidationError: There is no such session.
        Unauthorized: The user may not read the charger.
    """
    number: str = msg["transaction_id"]
    charge_point_id: str = msg[CONF_CHARGE_POINT_ID]
    for entry in loaded(reader.hass, msg[CONF_ENTRY_ID]):
        allowed = reader.charge_point_ids(entry)
        if allowed is not None and charge_point_id not in allowed:
            raise Unauthorized
        for one in await entry.runtime_data.sessions.async_find(
            SessionFilter(
                charge_point_id=charge_point_id,
                transaction_id=number,
                refused=True,
                struck_out=True,
            )
        ):
            if one.reported_start == msg["reported_start"]:
                return Chosen(entry=entry, session=one)
    raise invalid("session_unknown", transaction_id=number)


async def async_correct(reader: Reader, msg: Mapping[str, Any]) -> dict[str, Any]:
    """Correct a session, and return it.

    Raises:
        ServiceValidationError: There is no such session or vehicle, or it runs.
    """
    chosen = await async_chosen(reader, msg)
    values: dict[str, Any] = {}
    if CONF_ID_TAG in msg:
        values[CONF_ID_TAG] = msg[CONF_ID_TAG]
    if "vehicle" in msg:
        values["vehicle"] = vehicle_named(chosen.hub, msg["vehicle"] or "")
    strikes: bool | None = msg.get("struck_out")
    by, now = reader.user.name or "Home Assistant", dt_util.utcnow()

    def change(one: Transaction) -> Transaction:
        if values or strikes is None:
            one = corrected(one, values, by=by, now=now)
        if strikes is not None:
            one = struck_out(one, wanted=strikes, by=by, now=now)
        return one

    try:
        changed = await chosen.hub.sessions.async_edit(chosen.session, change)
    except CorrectionError as err:
        raise impossible(err.reason, chosen.session.id) from err
    return session_data(reader, chosen.entry, names_of(chosen.hub), changed)
