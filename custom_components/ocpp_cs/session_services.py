"""The actions that read the books of the sessions."""

from collections.abc import Mapping
from dataclasses import dataclass
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
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.translation import async_get_translations
import voluptuous as vol

from .const import DOMAIN
from .csms.authorization import tag_key
from .csms.books import SessionFilter
from .downloads import async_file_url, file_path, is_file_name
from .service_fields import (
    Field,
    FieldError,
    check_order,
    one_device,
    read_fields,
    text,
    timestamp,
)
from .services import find_charger
from .session_export import Session, as_csv, as_dict, totals

if TYPE_CHECKING:
    from .hub import Hub

_UNCHECKED = vol.Schema({}, extra=vol.ALLOW_EXTRA)
"""Home Assistant's look at the fields; see `service_fields` for why it is none."""


def _file_name(value: object) -> str:
    """Read the name of a file, which gets its ending when it has none."""
    if not isinstance(value, str) or not is_file_name(value):
        raise FieldError("field_not_file_name")
    return value if value.lower().endswith(".csv") else f"{value}.csv"


@dataclass(frozen=True, kw_only=True, slots=True)
class SessionAction:
    """An action and its fields."""

    name: str
    fields: Mapping[str, Field]
    response: SupportsResponse


_FILTER = {
    ATTR_DEVICE_ID: Field(one_device),
    "start": Field(timestamp),
    "end": Field(timestamp),
    "id_tag": Field(text(36)),
}

ACTIONS = (
    SessionAction(name="get_sessions", fields=_FILTER, response=SupportsResponse.ONLY),
    SessionAction(
        name="export_sessions",
        fields=_FILTER | {"filename": Field(_file_name)},
        response=SupportsResponse.OPTIONAL,
    ),
)


@callback
def async_setup_session_services(hass: HomeAssistant) -> None:
    """Register the actions."""
    for action, handle in zip(ACTIONS, (_get, _export), strict=True):
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
    sessions = await _sessions(call.hass, values)
    # Thousands of them would take a while.
    return await call.hass.async_add_executor_job(
        lambda: {"sessions": [as_dict(session) for session in sessions]}
    )


async def _export(action: SessionAction, call: ServiceCall) -> ServiceResponse:
    """Return sessions as a table, and what they come to; write a file if one is named.

    That can be downloaded for a day from the address that is part of the answer.
    """
    hass = call.hass
    values = read_fields(action.name, action.fields, call.data)
    name: str | None = values.pop("filename", None)
    sessions = await _sessions(hass, values)
    language, currency = hass.config.language, hass.config.currency
    reasons = await _reasons(hass)

    def answer_of_all() -> dict[str, Any]:
        return {
            "csv": as_csv(
                sessions, language=language, currency=currency, reasons=reasons
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


async def _sessions(hass: HomeAssistant, values: dict[str, Any]) -> list[Session]:
    """Return the sessions that are wanted, from the oldest to the newest.

    Raises ServiceValidationError when the device is no charger.
    """
    hubs: list[Hub] = [
        entry.runtime_data
        for entry in hass.config_entries.async_entries(DOMAIN)
        if entry.state is ConfigEntryState.LOADED
    ]
    if (device_id := values.pop(ATTR_DEVICE_ID, None)) is not None:
        charger, connector_id = find_charger(hass, device_id)
        hubs = [hub for hub in hubs if charger in hub.chargers.values()]
        values["charge_point_id"] = charger.charge_point.id
        values["connector_id"] = connector_id
    check_order(values, "start", "end")
    wanted = SessionFilter(**values)
    found: list[Session] = []
    for hub in hubs:
        names, tags = _names(hub), _tags(hub)
        found += [
            Session(
                charger=names.get(one.charge_point_id, one.charge_point_id),
                tag=tags.get(tag_key(one.id_tag), ""),
                transaction=one,
            )
            for one in await hub.async_sessions(wanted)
        ]
    found.sort(key=lambda session: session.transaction.start)
    return found


def _tags(hub: Hub) -> dict[str, str]:
    return {
        tag_key(tag.id): tag.name for tag in hub.id_tags.authorizer.rules.tags if tag.id
    }


def _names(hub: Hub) -> dict[str, str]:
    return {charger.charge_point.id: charger.name for charger in hub.chargers.values()}
