"""The actions: what automations and scripts can tell a charger beyond its entities."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from homeassistant.const import ATTR_DEVICE_ID
from homeassistant.core import (
    HomeAssistant,
    ServiceCall,
    ServiceResponse,
    SupportsResponse,
    callback,
)
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.service import (
    async_get_device_and_config_entry,
    async_register_admin_service,
)
import voluptuous as vol

from .actions.fields import check_order, read_fields
from .actions.plans import SET_CHARGE_PLAN, set_charge_plan
from .actions.registry import ACTIONS, ATTR_CONNECTOR_ID, Action, WithoutConnector
from .chargers.charger import Charger
from .chargers.naming import identifier
from .charging.limits import SET_CHARGE_LIMIT, async_set_charge_limit
from .charging.schedules import SET_CHARGING_PROFILE, with_profile
from .const import DOMAIN
from .csms.model.profile import ChargingProfile
from .exceptions import invalid, translate_errors
from .hub import Hub, OcppConfigEntry
from .transfers import transfers

_UNCHECKED = vol.Schema({}, extra=vol.ALLOW_EXTRA)
"""Home Assistant's look at the fields; see `service_fields` for why it is none."""

_ORDERS = (
    ("valid_from", "valid_to"),
    ("start_time", "stop_time"),
    ("oldest_timestamp", "latest_timestamp"),
    ("retrieve_date_time", "install_date_time"),
)
"""Fields that are times, the second of which is not before the first."""


@callback
def async_setup_services(hass: HomeAssistant) -> None:
    """Register the actions."""
    for action in ACTIONS:
        handle = partial(_handle, action)
        if action.admin:
            async_register_admin_service(
                hass,
                DOMAIN,
                action.name,
                handle,
                schema=_UNCHECKED,
                supports_response=SupportsResponse.OPTIONAL,
            )
        else:
            hass.services.async_register(
                DOMAIN,
                action.name,
                handle,
                schema=_UNCHECKED,
                supports_response=SupportsResponse.OPTIONAL,
            )


async def _handle(action: Action, call: ServiceCall) -> ServiceResponse:
    """Send the command; return the charger's answer."""
    values = read_fields(action.name, action.fields, call.data)
    for earlier, later in _ORDERS:
        check_order(values, earlier, later)
    device_id = values.pop(ATTR_DEVICE_ID)
    charger, connector = find_charger(call.hass, device_id)
    hub = find_hub(call.hass, device_id)
    number = _connector_id(action, values, charger, connector)
    if number is not None:
        values[ATTR_CONNECTOR_ID] = number
    asked = values
    drawn = False
    if action.name == SET_CHARGING_PROFILE:
        drawn = "schedule" in values
        values = with_profile(charger, number or 0, values)
    if action.name == SET_CHARGE_LIMIT:
        assert number is not None  # as one is demanded
        return await async_set_charge_limit(charger, number, values)
    if action.name == SET_CHARGE_PLAN:
        assert number is not None  # as one is demanded
        return set_charge_plan(hub, charger, number, values)
    if action.name in transfers.ACTIONS:
        return await hub.transfers.of(charger).async_request(action.name, values)
    with translate_errors(charger.name):
        answer = await charger.charge_point.commands.call(action.name, **values)
    if drawn:
        profile: ChargingProfile = values["charging_profile"]
        hub.schedules.async_drawn(charger, number or 0, asked, profile)
        # What it takes to clear it.
        answer["charging_profile_id"] = profile.id
    return answer


def find_hub(hass: HomeAssistant, device_id: str) -> Hub:
    """Return the hub of the server of a device. Raises ServiceValidationError."""
    entry: OcppConfigEntry
    _, entry = async_get_device_and_config_entry(hass, DOMAIN, device_id)
    return entry.runtime_data


def find_charger(hass: HomeAssistant, device_id: str) -> tuple[Charger, int | None]:
    """Return the charger of a device, and the connector when it is one's device.

    Raises ServiceValidationError.
    """
    entry: OcppConfigEntry
    device, entry = async_get_device_and_config_entry(hass, DOMAIN, device_id)
    charger = entry.runtime_data.chargers.get(device.config_subentry_id or "")
    if charger is None:
        raise invalid(
            "not_a_charger", device=device.name_by_user or device.name or device_id
        )
    return charger, connector_of(device, charger.charge_point.id)


def connector_of(device: dr.AnyDeviceEntry, charge_point_id: str) -> int | None:
    """Return which connector of the charger a device is; None for the charger."""
    if isinstance(device, dr.ChildDeviceEntry):
        prefix = f"{identifier(charge_point_id)}/"
        for domain, own in device.identifiers:
            number = own.removeprefix(prefix)
            if domain == DOMAIN and number.isdecimal():
                return int(number)
    return None


def _check_there_is(charger: Charger, number: int) -> None:
    """Raise ServiceValidationError for a connector that a charger does not have.

    Nothing is known of one that has never been here, which is let pass.
    """
    charge_point = charger.charge_point
    known = {*charger.connector_numbers, *charge_point.connector_numbers}
    declared = charge_point.capabilities.connectors
    if not known or number <= declared or number in {0, *known}:
        return
    raise invalid("no_such_connector", name=charger.name, connector_id=str(number))


def _connector_id(
    action: Action, values: Mapping[str, Any], charger: Charger, connector: int | None
) -> int | None:
    """Return the connector to name; None to name none.

    Raises ServiceValidationError.
    """
    given: int | None = values.get(ATTR_CONNECTOR_ID)
    if given is not None:
        if connector not in {None, given}:
            raise invalid(
                "connector_contradicts",
                field=ATTR_CONNECTOR_ID,
                connector_id=str(given),
                connector=str(connector),
            )
        _check_there_is(charger, given)
        return given
    if action.without_connector is None:
        return None
    concerned = action.concerns_connector(values)
    if connector is not None and concerned:
        return connector
    numbers = charger.connector_numbers if concerned else []
    match action.without_connector:
        case WithoutConnector.ALL:
            return 0
        case (
            WithoutConnector.ONLY
            | WithoutConnector.DEMAND
            | WithoutConnector.ONLY_OR_ALL
        ) if len(numbers) == 1:
            return numbers[0]
        case WithoutConnector.ONLY_OR_ALL:
            return 0
        case WithoutConnector.DEMAND:
            raise invalid(
                "connector_missing", name=charger.name, field=ATTR_CONNECTOR_ID
            )
        case _:
            return None
