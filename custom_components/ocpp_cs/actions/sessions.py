"""The actions that return sessions, export them and correct them."""

from collections.abc import Callable, Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any

from homeassistant.const import ATTR_DEVICE_ID
from homeassistant.core import HomeAssistant, ServiceCall, ServiceResponse
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers.translation import async_get_translations
from homeassistant.util import dt as dt_util
import voluptuous as vol

from ..const import DOMAIN
from ..csms.transactions.corrections import (
    CorrectionError,
    Reason,
    corrected,
    struck_out,
)
from ..csms.transactions.storage import SessionFilter
from ..csms.transactions.transaction import Transaction
from ..exceptions import invalid
from ..hub import Hub
from ..sessions.downloads import async_file_url, file_path, is_file_name
from ..sessions.export import (
    CHANGES,
    REFUSED,
    STRUCK_OUT,
    ExportedSession,
    as_csv,
    as_dict,
    exported,
    totals,
)
from ..vehicles.model import GUEST
from .action import Action
from .fields import FieldError, Kind
from .targets import find_charger


def _file_name(value: object) -> str:
    """Return the name of a file, with `.csv` appended if it is missing."""
    if not isinstance(value, str) or not is_file_name(value):
        raise ValueError
    return value if value.lower().endswith(".csv") else f"{value}.csv"


FILE_NAME = Kind(
    schema=vol.Schema(_file_name),
    error=FieldError("field_not_file_name"),
    selector={"text": None},
)


_SECOND = timedelta(seconds=1)
"""Times are reported in whole seconds."""


async def get_sessions(action: Action, call: ServiceCall) -> ServiceResponse:
    """Return sessions."""
    values = dict(call.data)
    include: frozenset[str] = values.get("include", frozenset())
    sessions = await _sessions(call.hass, values)
    # The conversion of thousands of sessions would block the event loop.
    return await call.hass.async_add_executor_job(
        lambda: {"sessions": [as_dict(session, include) for session in sessions]}
    )


async def export_sessions(action: Action, call: ServiceCall) -> ServiceResponse:
    """Return sessions as CSV with their totals; write a file if a name is given.

    The file can be downloaded for a day from the URL in the response.
    """
    hass = call.hass
    values = dict(call.data)
    name: str | None = values.pop("filename", None)
    include: frozenset[str] = values.get("include", frozenset())
    sessions = await _sessions(hass, values)
    language = hass.config.language
    currencies = {one.currency_of_cost for one in sessions} - {None}
    currency = ", ".join(sorted(filter(None, currencies))) or hass.config.currency
    reasons = await async_reasons(hass, language)

    def answer_of_all() -> dict[str, Any]:
        return {
            "csv": as_csv(
                sessions,
                language=language,
                currency=currency,
                reasons=reasons,
                include=include,
            ),
            "totals": totals(sessions),
        }

    answer = await hass.async_add_executor_job(answer_of_all)
    if name is not None:
        path = file_path(hass, name)
        try:
            await hass.async_add_executor_job(_write, path, answer["csv"])
        except OSError as err:
            raise HomeAssistantError(
                translation_domain=DOMAIN,
                translation_key="file_not_written",
                translation_placeholders={
                    "file": str(path),
                    "error": err.strerror or str(err),
                },
            ) from err
        answer |= {"path": str(path), "url": async_file_url(hass, name)}
    return answer


async def async_reasons(hass: HomeAssistant, language: str) -> dict[str, str]:
    """Return the stop reasons in a language."""
    prefix = f"component.{DOMAIN}.entity.sensor.stop_reason.state."
    texts = await async_get_translations(hass, language, "entity", [DOMAIN])
    return {
        key.removeprefix(prefix): text
        for key, text in texts.items()
        if key.startswith(prefix)
    }


def _write(path: Path, table: str) -> None:
    path.parent.mkdir(exist_ok=True)
    new = path.with_name(f"{path.name}.new")
    # Spreadsheets recognize UTF-8 by its byte order mark.
    new.write_text(table, encoding="utf-8-sig", newline="")
    new.replace(path)


async def correct_session(action: Action, call: ServiceCall) -> ServiceResponse:
    """Correct a session; return it with the list of its changes."""
    values = dict(call.data)
    hub, session = await _one_session(call.hass, values)
    if "vehicle" in values:
        values["vehicle"] = vehicle_named(hub, values["vehicle"])
    by = await _name_of_user(call)
    return await _edit(
        hub,
        session,
        lambda one: corrected(one, values, by=by, now=dt_util.utcnow()),
    )


def vehicle_named(hub: Hub, named: str) -> str | None:
    """Return the id of a vehicle that is given by its id or its name; None for none.

    Raises ServiceValidationError if there is no such vehicle.
    """
    wanted = named.strip().casefold()
    if not wanted:
        return None
    if wanted == GUEST:
        return GUEST
    for vehicle in hub.vehicles.all():
        if wanted in {vehicle.id.casefold(), vehicle.name.casefold()}:
            return vehicle.id
    raise invalid("session_vehicle", vehicle=named)


async def strike_out_session(action: Action, call: ServiceCall) -> ServiceResponse:
    """Strike a session out, or restore it."""
    values = dict(call.data)
    wanted: bool = values.pop("struck_out", True)
    hub, session = await _one_session(call.hass, values)
    by = await _name_of_user(call)
    return await _edit(
        hub,
        session,
        lambda one: struck_out(one, wanted=wanted, by=by, now=dt_util.utcnow()),
    )


async def _edit(
    hub: Hub, session: Transaction, change: Callable[[Transaction], Transaction]
) -> ServiceResponse:
    try:
        changed = await hub.sessions.async_edit(session, change)
    except CorrectionError as err:
        raise impossible(err.reason, str(session.id)) from err
    told = as_dict(_named(hub, [changed])[0], {STRUCK_OUT, CHANGES})
    return {"session": told}


def impossible(reason: Reason, number: str) -> ServiceValidationError:
    """Return the translated error of a correction."""
    match reason:
        case Reason.RUNS:
            return invalid("session_still_runs", transaction_id=number)
        case Reason.TIMES:
            return invalid("session_times", transaction_id=number)
        case Reason.ENERGY:
            return invalid("session_energy", transaction_id=number)
        case Reason.NOTHING:
            return invalid("session_nothing", transaction_id=number)


async def _name_of_user(call: ServiceCall) -> str:
    """Return the name of the user who called an action, as in its trace."""
    user_id = call.context.user_id
    user = await call.hass.auth.async_get_user(user_id) if user_id else None
    return (user.name if user is not None else None) or "Home Assistant"


async def _one_session(
    hass: HomeAssistant, values: dict[str, Any]
) -> tuple[Hub, Transaction]:
    """Return the session that `values` selects, and its hub.

    Removes the selecting fields from `values`. Raises ServiceValidationError unless
    exactly one session matches.
    """
    time = values.pop("session_time", None)
    which: dict[str, Any] = {"transaction_id": values.pop("transaction_id")}
    if (device_id := values.pop(ATTR_DEVICE_ID, None)) is not None:
        which[ATTR_DEVICE_ID] = device_id
    number = str(which["transaction_id"])
    hubs, wanted = _wanted(hass, which | {"include": {REFUSED, STRUCK_OUT}})
    found = [
        (hub, one)
        for hub in hubs
        for one in await hub.sessions.async_find(wanted)
        if time is None
        or one.start - _SECOND <= time <= (one.end or dt_util.utcnow()) + _SECOND
    ]
    if len(found) != 1:
        raise invalid(
            "sessions_ambiguous" if found else "session_unknown", transaction_id=number
        )
    return found[0]


def _wanted(
    hass: HomeAssistant, values: dict[str, Any]
) -> tuple[list[Hub], SessionFilter]:
    """Return the hubs to ask, and the filter of the sessions.

    Raises ServiceValidationError if the device is not a charger.
    """
    hubs: list[Hub] = [
        entry.runtime_data for entry in hass.config_entries.async_loaded_entries(DOMAIN)
    ]
    include = values.pop("include", ())
    if (device_id := values.pop(ATTR_DEVICE_ID, None)) is not None:
        hub, charger, connector_id = find_charger(hass, device_id)
        hubs = [hub]
        values["charge_point_id"] = charger.charge_point.id
        values["connector_id"] = connector_id
    wanted = SessionFilter(
        refused=REFUSED in include, struck_out=STRUCK_OUT in include, **values
    )
    return hubs, wanted


async def _sessions(
    hass: HomeAssistant, values: dict[str, Any]
) -> list[ExportedSession]:
    """Return the matching sessions, oldest first.

    Raises ServiceValidationError if the device is not a charger.
    """
    payer: str | None = values.pop("payer", None)
    hubs, wanted = _wanted(hass, values)
    found: list[ExportedSession] = []
    for hub in hubs:
        found += _named(hub, await hub.sessions.async_find(wanted))
    if payer is not None:
        name = payer.strip().casefold()
        found = [one for one in found if (one.payer or "").casefold() == name]
    found.sort(key=lambda session: session.transaction.start)
    return found


def _named(hub: Hub, transactions: Iterable[Transaction]) -> list[ExportedSession]:
    """Return sessions with the names of their chargers, tags and vehicles."""
    names = hub.names()
    return [exported(one, names) for one in transactions]
