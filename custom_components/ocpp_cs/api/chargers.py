"""How the chargers are: connection, firmware, security, problems and repairs."""

from typing import Any

from homeassistant.auth.models import User
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, issue_registry as ir

from ..const import CONF_FIRMWARE, CONF_MODEL, CONF_SERIAL, CONF_VENDOR, DOMAIN
from ..csms.admission.waiting_room import address_of
from ..csms.model.model import ChargePointError
from ..hub import OcppConfigEntry
from ..sensor.charging_state import charging_state
from ..smart_charging.numbers import number
from .places import ChargerPlace, chargers_of, loaded
from .values import iso, rounded

_WIFI = "sensor.wifi_signal"


def chargers_data(
    hass: HomeAssistant, user: User, entry_id: str | None
) -> dict[str, Any]:
    """Return the chargers that a user may read."""
    return {
        "chargers": [
            _charger_data(hass, user, entry, place)
            for entry in loaded(hass, entry_id)
            for place in chargers_of(hass, entry)
            if place.readable_by(user)
        ]
    }


def _charger_data(
    hass: HomeAssistant, user: User, entry: OcppConfigEntry, place: ChargerPlace
) -> dict[str, Any]:
    charger, device = place.charger, place.device
    charge_point, told = charger.charge_point, charger.subentry.data
    online, protocol = charge_point.connected, charge_point.protocol
    signal = place.entities.ids.get(_WIFI)
    state = None if signal is None else hass.states.get(signal)
    security = charge_point.security
    return {
        "entry_id": entry.entry_id,
        "device_id": device.id,
        "charge_point_id": charge_point.id,
        "name": device.name_by_user or charger.name,
        "area_id": dr.async_get_effective_area_id(hass, device),
        "entities": place.entities.ids,
        "online": online,
        "since": iso(charge_point.opened_at if online else charge_point.last_seen),
        "vendor": told.get(CONF_VENDOR),
        "model": told.get(CONF_MODEL),
        "firmware": told.get(CONF_FIRMWARE),
        "serial_number": told.get(CONF_SERIAL),
        "ocpp_version": protocol.removeprefix("ocpp") if protocol else None,
        "address": address_of(charge_point.remote or "") or None
        if user.is_admin
        else None,
        "security_level": int(security.level) if online else None,
        "encrypted": online and security.tls is not None,
        "signal_dbm": rounded(None if state is None else number(state.state)),
        "problems": _problems(place),
        "issues": _issues(hass, charger.subentry_id),
        "connectors": [
            {
                "connector_id": one.connector.number,
                "device_id": one.device.id,
                "status": None
                if one.connector.status is None
                else one.connector.status.value,
                "state": charging_state(
                    one.connector,
                    one.hub.charge_control.mode(one.connector),
                    one.hub.charge_control.decision(one.connector),
                ),
            }
            for one in place.places
        ],
    }


def _problems(place: ChargerPlace) -> list[dict[str, Any]]:
    """Return the errors that the charger reports; connector 0 is all of it."""
    charge_point = place.charger.charge_point
    return [
        {
            "connector_id": one.number,
            "error": (one.error_code or ChargePointError.OTHER_ERROR).value,
        }
        for one in (charge_point.whole, *(each.connector for each in place.places))
        if one.problem
    ]


def _issues(hass: HomeAssistant, subentry_id: str) -> list[dict[str, str | None]]:
    """Return the repairs that are about a charger."""
    return [
        {
            "issue_id": issue_id,
            "translation_key": issue.translation_key,
            "severity": None if issue.severity is None else issue.severity.value,
        }
        for (domain, issue_id), issue in ir.async_get(hass).issues.items()
        if domain == DOMAIN
        and issue_id.endswith(f"_{subentry_id}")
        and issue.active
        and issue.dismissed_version is None
    ]
