"""The actions that read the books of the sessions, and correct them."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import ATTR_DEVICE_ID
from homeassistant.core import (
    HomeAssistant,
    ServiceCall,
    ServiceResponse,
    SupportsResponse,
    callback,
)
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers.service import async_register_admin_service
from homeassistant.helpers.translation import async_get_translations
from homeassistant.util import dt as dt_util
import voluptuous as vol

from ..const import DOMAIN
from ..csms.model.tags import tag_key
from ..csms.transactions.corrections import (
    CorrectionError,
    Reason,
    corrected,
    struck_out,
)
from ..csms.transactions.storage import SessionFilter
from ..csms.transactions.transaction import Transaction
from ..exceptions import invalid
from ..services import find_charger
from ..sessions.downloads import async_file_url, file_path, is_file_name
from ..sessions.export import (
    CHANGES,
    REFUSED,
    STRUCK_OUT,
    Session,
    as_csv,
    as_dict,
    totals,
)
from .fields import (
    Choices,
    Field,
    FieldError,
    check_order,
    decimal,
    one_device,
    read_fields,
    text,
    timestamp,
    whole_number,
)

if TYPE_CHECKING:
    from ..hub import Hub

_UNCHECKED = vol.Schema({}, extra=vol.ALLOW_EXTRA)
"""Home Assistant's look at the fields; see `service_fields` for why it is none."""


def _file_name(value: object) -> str:
    """Read the name of a file, which gets its ending when it has none."""
    if not isinstance(value, str) or not is_file_name(value):
        raise FieldError("field_not_file_name")
    return value if value.lower().endswith(".csv") else f"{value}.csv"


_SECOND = timedelta(seconds=1)
"""Times are told in whole seconds."""

_LARGEST_ID = 2**63 - 1
"""Chargers may use all of 64 bits for numbers of their own, and their sign."""

_read_id = whole_number(-_LARGEST_ID)


def _transaction_id(value: object) -> str:
    """Read the number of a session."""
    number = _read_id(value)
    if number > _LARGEST_ID:
        raise FieldError("field_not_number", minimum=str(-_LARGEST_ID))
    return str(number)


def _truth(value: object) -> bool:
    """Read a truth value; a template's text counts."""
    told = value.strip().lower() if isinstance(value, str) else value
    for truth, spellings in (
        (True, ("true", "on", "yes")),
        (False, ("false", "off", "no")),
    ):
        if told is truth or told in spellings:
            return truth
    raise FieldError("field_not_option", options="true, false")


@dataclass(frozen=True, kw_only=True, slots=True)
class SessionAction:
    """An action and its fields."""

    name: str
    fields: Mapping[str, Field]
    response: SupportsResponse
    admin: bool = False
    """Whether a user who stands behind it has to be an administrator."""


_FILTER = {
    ATTR_DEVICE_ID: Field(one_device),
    "start": Field(timestamp),
    "end": Field(timestamp),
    "id_tag": Field(text(36)),
    "include": Field(Choices(REFUSED, STRUCK_OUT, CHANGES)),
}

_WHICH = {
    "transaction_id": Field(_transaction_id, required=True),
    ATTR_DEVICE_ID: Field(one_device),
    "session_time": Field(timestamp),
}
"""Which session is meant, where one is to be changed."""

ACTIONS = (
    SessionAction(name="get_sessions", fields=_FILTER, response=SupportsResponse.ONLY),
    SessionAction(
        name="export_sessions",
        fields=_FILTER | {"filename": Field(_file_name)},
        response=SupportsResponse.OPTIONAL,
        # It writes files, and makes addresses of them that are good for everybody.
        admin=True,
    ),
    SessionAction(
        name="correct_session",
        fields=_WHICH
        | {
            "id_tag": Field(text(36, minimum=0)),
            "start": Field(timestamp),
            "end": Field(timestamp),
            "meter_start_wh": Field(decimal(0)),
            "meter_stop_wh": Field(decimal(0)),
            "energy_wh": Field(decimal(0)),
            "cost": Field(decimal(0)),
        },
        response=SupportsResponse.OPTIONAL,
        admin=True,
    ),
    SessionAction(
        name="strike_out_session",
        fields=_WHICH | {"struck_out": Field(_truth)},
        response=SupportsResponse.OPTIONAL,
        admin=True,
    ),
)


@callback
def async_setup_session_services(hass: HomeAssistant) -> None:
    """Register the actions."""
    for action, handle in zip(
        ACTIONS, (_get, _export, _correct, _strike_out), strict=True
    ):
        if action.admin:
            async_register_admin_service(
                hass,
                DOMAIN,
                action.name,
                partial(handle, action),
                schema=_UNCHECKED,
                supports_response=action.response,
            )
            continue
        hass.services.async_register(
            DOMAIN,
            action.name,
            partial(handle, action),
            schema=_UNCHECKED,
            supports_response=action.response,
        )


async def _get(action: SessionAction, call: ServiceCall) -> ServiceResponse:
    """Return sessions."""
    values = read_fields(action.name, action.fields, call.data)
    include: frozenset[str] = values.get("include", frozenset())
    sessions = await _sessions(call.hass, values)
    # Thousands of them would take a while.
    return await call.hass.async_add_executor_job(
        lambda: {"sessions": [as_dict(session, include) for session in sessions]}
    )


async def _export(action: SessionAction, call: ServiceCall) -> ServiceResponse:
    """Return sessions as a table, and what they come to; write a file if one is named.

    That can be downloaded for a day from the address that is part of the answer.
    """
    hass = call.hass
    values = read_fields(action.name, action.fields, call.data)
    name: str | None = values.pop("filename", None)
    include: frozenset[str] = values.get("include", frozenset())
    sessions = await _sessions(hass, values)
    language, currency = hass.config.language, hass.config.currency
    reasons = await _reasons(hass)

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


async def _reasons(hass: HomeAssistant) -> dict[str, str]:
    """Return why sessions end, in the language of Home Assistant."""
    prefix = f"component.{DOMAIN}.entity.sensor.stop_reason.state."
    texts = await async_get_translations(hass, hass.config.language, "entity", [DOMAIN])
    return {
        key.removeprefix(prefix): text
        for key, text in texts.items()
        if key.startswith(prefix)
    }


def _write(path: Path, table: str) -> None:
    path.parent.mkdir(exist_ok=True)
    new = path.with_name(f"{path.name}.new")
    # With a mark, by which spreadsheets know the encoding.
    new.write_text(table, encoding="utf-8-sig", newline="")
    new.replace(path)


async def _correct(action: SessionAction, call: ServiceCall) -> ServiceResponse:
    """Correct a session; return what it is then, and what was changed of it."""
    values = read_fields(action.name, action.fields, call.data)
    hub, session = await _one_session(call.hass, values)
    by = await _name_of_user(call)
    return await _edit(
        hub,
        session,
        lambda one: corrected(one, values, by=by, now=dt_util.utcnow()),
    )


async def _strike_out(action: SessionAction, call: ServiceCall) -> ServiceResponse:
    """Let a session count no more, or again."""
    values = read_fields(action.name, action.fields, call.data)
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
        changed = await hub.async_edit_session(session, change)
    except CorrectionError as err:
        raise _impossible(err.reason, str(session.id)) from err
    told = as_dict(_named(hub, [changed])[0], {STRUCK_OUT, CHANGES})
    return {"session": told}


def _impossible(reason: Reason, number: str) -> ServiceValidationError:
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
    """Return who calls an action, as its trace names him."""
    user_id = call.context.user_id
    user = await call.hass.auth.async_get_user(user_id) if user_id else None
    return (user.name if user is not None else None) or "Home Assistant"


async def _one_session(
    hass: HomeAssistant, values: dict[str, Any]
) -> tuple[Hub, Transaction]:
    """Take out of `values` which session is meant; return it and its hub.

    Raises ServiceValidationError if it is not just one.
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
        for one in await hub.async_sessions(wanted)
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
    """Return the servers, and the sessions that are wanted of them.

    Raises ServiceValidationError when the device is no charger.
    """
    hubs: list[Hub] = [
        entry.runtime_data
        for entry in hass.config_entries.async_entries(DOMAIN)
        if entry.state is ConfigEntryState.LOADED
    ]
    include = values.pop("include", ())
    if (device_id := values.pop(ATTR_DEVICE_ID, None)) is not None:
        charger, connector_id = find_charger(hass, device_id)
        hubs = [hub for hub in hubs if charger in hub.chargers.values()]
        values["charge_point_id"] = charger.charge_point.id
        values["connector_id"] = connector_id
    check_order(values, "start", "end")
    wanted = SessionFilter(
        refused=REFUSED in include, struck_out=STRUCK_OUT in include, **values
    )
    return hubs, wanted


async def _sessions(hass: HomeAssistant, values: dict[str, Any]) -> list[Session]:
    """Return the sessions that are wanted, from the oldest to the newest.

    Raises ServiceValidationError when the device is no charger.
    """
    hubs, wanted = _wanted(hass, values)
    found: list[Session] = []
    for hub in hubs:
        found += _named(hub, await hub.async_sessions(wanted))
    found.sort(key=lambda session: session.transaction.start)
    return found


def _named(hub: Hub, transactions: Iterable[Transaction]) -> list[Session]:
    """Return sessions with what their chargers and tags are called."""
    names, tags = _names(hub), _tags(hub)
    return [
        Session(
            charger=names.get(one.charge_point_id, one.charge_point_id),
            tag=tags.get(tag_key(one.id_tag), ""),
            transaction=one,
        )
        for one in transactions
    ]


def _tags(hub: Hub) -> dict[str, str]:
    return {
        tag_key(tag.id): tag.name for tag in hub.id_tags.authorizer.rules.tags if tag.id
    }


def _names(hub: Hub) -> dict[str, str]:
    return {charger.charge_point.id: charger.name for charger in hub.chargers.values()}
