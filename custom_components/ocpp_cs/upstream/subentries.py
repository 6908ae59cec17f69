"""Backends as they are stored in the config entry."""

from collections.abc import Mapping
from ssl import SSLContext
from typing import Any, Final
from urllib.parse import urlsplit

from homeassistant.config_entries import ConfigEntry, ConfigSubentry

from ..const import SUBENTRY_CHARGER, SUBENTRY_UPSTREAM
from ..csms.model.tags import tag_key
from ..csms.upstream.model import Role, SessionChoice, UpstreamSettings

CONF_URL: Final = "url"
CONF_VERSION: Final = "version"
"""`1.6`, `2.0.1` or `2.1`."""
CONF_IDENTITY: Final = "identity"
CONF_CHARGERS: Final = "chargers"
"""The ids of the charge points."""
CONF_ROLES: Final = "roles"
CONF_PAYS: Final = "pays"
CONF_SESSIONS: Final = "sessions"
CONF_TAGS: Final = "tags"
CONF_UNKNOWN_TAGS: Final = "unknown_tags"
CONF_REWRITTEN: Final = "rewritten"
"""A list of `{"from": ..., "to": ...}`."""
CONF_FROM: Final = "from"
CONF_TO: Final = "to"
CONF_DEFAULT_TAG: Final = "default_tag"
CONF_VENDOR_IDS: Final = "vendor_ids"
CONF_MAY_OVERRIDE: Final = "may_override"
CONF_SECRETS: Final = "secrets"
"""The id of its secrets in their store (secrets.py); another one after each change."""


def upstreams_of(entry: ConfigEntry[Any]) -> list[ConfigSubentry]:
    """Return the subentries of backends."""
    return list(entry.get_subentries_of_type(SUBENTRY_UPSTREAM))


def charger_names(entry: ConfigEntry[Any]) -> dict[str, str]:
    """Return the names of the chargers of a server, by the ids of the charge points."""
    return {
        str(one.unique_id): one.title
        for one in entry.get_subentries_of_type(SUBENTRY_CHARGER)
    }


def host_of(url: Any) -> str:
    """Return the host of an address, with its port: the rest may have a secret."""
    try:
        return urlsplit(str(url)).netloc.rpartition("@")[2]
    except ValueError:
        return ""


def settings_of(
    entry: ConfigEntry[Any],
    subentry: ConfigSubentry,
    *,
    password: str | None,
    tls: SSLContext | None = None,
) -> UpstreamSettings:
    """Return the settings of a backend; what makes no sense counts as not there.

    Args:
        entry: The config entry of the server.
        subentry: The subentry of the backend.
        password: Its password, which is stored elsewhere.
        tls: The context for `wss://`.
    """
    data = subentry.data
    adopted = charger_names(entry).keys()
    chosen = frozenset(data.get(CONF_CHARGERS, ()))
    return UpstreamSettings(
        id=subentry.subentry_id,
        name=subentry.title,
        url=data[CONF_URL],
        subprotocol=f"ocpp{data.get(CONF_VERSION, '1.6')}",
        identity=data.get(CONF_IDENTITY) if len(chosen) == 1 else None,
        password=password,
        tls=tls,
        charge_points=chosen & adopted,
        removed=chosen - adopted,
        roles=frozenset(Role(one) for one in data.get(CONF_ROLES, ()) if one in Role),
        pays=bool(data.get(CONF_PAYS)),
        sessions=SessionChoice(data.get(CONF_SESSIONS, SessionChoice.ALL)),
        tags=frozenset(map(tag_key, data.get(CONF_TAGS, ()))),
        takes_unknown_tags=bool(data.get(CONF_UNKNOWN_TAGS)),
        rewritten=_rewritten(data),
        default_tag=data.get(CONF_DEFAULT_TAG),
        vendor_ids=frozenset(one.lower() for one in data.get(CONF_VENDOR_IDS, ())),
        owner_may_override=bool(data.get(CONF_MAY_OVERRIDE)),
    )


def _rewritten(data: Mapping[str, Any]) -> dict[str, str]:
    return {
        tag_key(one[CONF_FROM]): one[CONF_TO] for one in data.get(CONF_REWRITTEN, ())
    }
