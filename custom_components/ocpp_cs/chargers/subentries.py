"""Subentries of chargers: their lookup and data."""

from typing import Any

from homeassistant.config_entries import ConfigEntry, ConfigSubentry
from homeassistant.core import HomeAssistant

from ..const import (
    CONF_CALL_TIMEOUT,
    CONF_FIRMWARE,
    CONF_HEARTBEAT_INTERVAL,
    CONF_ID_TAG,
    CONF_MODEL,
    CONF_PATH_SECRET,
    CONF_PING_INTERVAL,
    CONF_SAMPLE_INTERVAL,
    CONF_SERIAL,
    CONF_VENDOR,
    CONF_VERSION,
    DOMAIN,
    SUBENTRY_CHARGER,
)
from ..csms.model.model import ChargePointSettings, Identity
from ..csms.model.quirks import VersionChoice
from .overrides import overrides_of

DEFAULT_SETTINGS = ChargePointSettings()

_LONGEST_TEXT = 50
"""The maximum length of an identity field; the longest field of OCPP (6.3)."""


def subentry_of(entry: ConfigEntry[Any], charge_point_id: str) -> ConfigSubentry | None:
    """Return the subentry of a charger of the server; None if it is not adopted."""
    return next(
        (
            subentry
            for subentry in entry.get_subentries_of_type(SUBENTRY_CHARGER)
            if subentry.unique_id == charge_point_id
        ),
        None,
    )


def adopted_elsewhere(
    hass: HomeAssistant, entry: ConfigEntry[Any], charge_point_id: str
) -> str | None:
    """Return the title of another server that has a charger with that id.

    The ids of devices and entities would be the same.
    """
    return next(
        (
            other.title
            for other in hass.config_entries.async_entries(DOMAIN)
            if other.entry_id != entry.entry_id
            and subentry_of(other, charge_point_id) is not None
        ),
        None,
    )


def own_tag_of(entry: ConfigEntry[Any]) -> str:
    """Return the id tag of remote starts; older servers share a well-known one."""
    return str(entry.data.get(CONF_ID_TAG, DEFAULT_SETTINGS.id_tag))


def identity_data(identity: Identity) -> dict[str, str]:
    """Return the identity of a charger in the keys of the subentry."""
    told = {
        CONF_VENDOR: identity.vendor,
        CONF_MODEL: identity.model,
        CONF_SERIAL: identity.serial,
        CONF_FIRMWARE: identity.firmware,
    }
    # Some chargers pad the fields to a fixed length.
    return {
        key: text
        for key, value in told.items()
        if value is not None and (text := _tidied(value))
    }


def _tidied(text: str) -> str:
    """Return a text as one line of printable characters, cut to the length of OCPP."""
    printable = (letter if letter.isprintable() else " " for letter in text)
    return "".join(printable).strip()[:_LONGEST_TEXT].strip()


def settings_of(subentry: ConfigSubentry, own_tag: str) -> ChargePointSettings:
    """Return the settings of a charger; `own_tag` is the id tag of its server."""
    data, default = subentry.data, DEFAULT_SETTINGS
    return ChargePointSettings(
        version=_version_of(data.get(CONF_VERSION)),
        call_timeout=float(data.get(CONF_CALL_TIMEOUT, default.call_timeout)),
        heartbeat_interval=int(
            data.get(CONF_HEARTBEAT_INTERVAL, default.heartbeat_interval)
        ),
        sample_interval=int(data.get(CONF_SAMPLE_INTERVAL, default.sample_interval)),
        ping_interval=int(data.get(CONF_PING_INTERVAL, default.ping_interval)),
        id_tag=str(data.get(CONF_ID_TAG, own_tag)),
        path_secret=data.get(CONF_PATH_SECRET),
        overrides=overrides_of(data),
    )


def _version_of(option: Any) -> VersionChoice:
    """Return the chosen version; a later version of this integration may know more."""
    try:
        return VersionChoice(option)
    except ValueError:
        return DEFAULT_SETTINGS.version
