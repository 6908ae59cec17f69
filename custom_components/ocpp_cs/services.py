"""The actions: what automations and scripts can tell a charger beyond its entities."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from functools import partial
from typing import TYPE_CHECKING, Any

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

from .const import DOMAIN
from .exceptions import invalid, translate_errors
from .service_fields import (
    Choice,
    Field,
    an_object,
    one_device,
    read_fields,
    text,
    texts,
    whole_number,
)

if TYPE_CHECKING:
    from .charger import Charger
    from .hub import OcppConfigEntry

ATTR_CONNECTOR_ID = "connector_id"

_UNCHECKED = vol.Schema({}, extra=vol.ALLOW_EXTRA)
"""Home Assistant's look at the fields; see `service_fields` for why it is none."""

_OF_A_CONNECTOR = frozenset({"meter_values", "status_notification"})
"""The messages that a connector sends; the others are the charger's own."""


class WithoutConnector(Enum):
    """What happens without a connector_id, when the device is not a connector."""

    LEAVE_OUT = auto()
    """The charger knows what to do."""
    ONLY = auto()
    """The only connector is told; with several, the charger knows what to do."""
    DEMAND = auto()
    """The only connector is told; with several, the user has to say which."""
    ALL = auto()
    """The charger is told as a whole, which is OCPP's connector 0."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Action:
    """An action that is one command of the same name and with the same fields.

    `own_fields` are those besides device_id and connector_id. Without
    `without_connector` the command concerns no connector.
    """

    name: str
    own_fields: Mapping[str, Field] = field(default_factory=dict)
    without_connector: WithoutConnector | None = None
    concerns_connector: Callable[[Mapping[str, Any]], bool] = lambda values: True
    """Whether a connector's device means that connector, given these values."""
    admin: bool = False

    @property
    def fields(self) -> dict[str, Field]:
        """All the fields."""
        fields = {ATTR_DEVICE_ID: Field(one_device, required=True)}
        if (without := self.without_connector) is not None:
            lowest = 0 if without is WithoutConnector.ALL else 1
            fields[ATTR_CONNECTOR_ID] = Field(whole_number(lowest))
        return fields | dict(self.own_fields)


ACTIONS = (
    Action(
        name="remote_start_transaction",
        without_connector=WithoutConnector.ONLY,
        own_fields={
            "id_tag": Field(text(20)),
            "charging_profile": Field(an_object),
        },
    ),
    Action(
        name="remote_stop_transaction",
        without_connector=WithoutConnector.LEAVE_OUT,
        # Some chargers number from 0, and the specification has -1 (errata 3.18).
        own_fields={"transaction_id": Field(whole_number(-1))},
    ),
    Action(
        name="get_configuration",
        own_fields={"key": Field(texts(50))},
    ),
    Action(
        name="change_configuration",
        own_fields={
            "key": Field(text(50), required=True),
            "value": Field(text(500, minimum=0), required=True),
        },
        admin=True,
    ),
    Action(
        name="trigger_message",
        without_connector=WithoutConnector.LEAVE_OUT,
        concerns_connector=lambda values: (
            values["requested_message"] in _OF_A_CONNECTOR
        ),
        own_fields={
            "requested_message": Field(
                Choice(
                    "boot_notification",
                    "diagnostics_status_notification",
                    "firmware_status_notification",
                    "heartbeat",
                    "meter_values",
                    "status_notification",
                ),
                required=True,
            )
        },
    ),
    Action(
        name="reset",
        own_fields={"type": Field(Choice("soft", "hard"), required=True)},
        admin=True,
    ),
    Action(
        name="change_availability",
        without_connector=WithoutConnector.ALL,
        own_fields={"type": Field(Choice("operative", "inoperative"), required=True)},
    ),
    Action(
        name="unlock_connector",
        without_connector=WithoutConnector.DEMAND,
    ),
)


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
    charger, connector = _find(call.hass, values.pop(ATTR_DEVICE_ID))
    number = _connector_id(action, values, charger, connector)
    if number is not None:
        values[ATTR_CONNECTOR_ID] = number
    with translate_errors(charger.name):
        command = getattr(charger.charge_point.commands, action.name)
        answer: ServiceResponse = await command(**values)
    return answer


def _find(hass: HomeAssistant, device_id: str) -> tuple[Charger, int | None]:
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
        for domain, identifier in device.identifiers:
            number = identifier.removeprefix(f"{charge_point_id}_")
            if domain == DOMAIN and number.isdecimal():
                return int(number)
    return None


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
        return given
    if action.without_connector is None:
        return None
    if connector is not None:
        return connector if action.concerns_connector(values) else None
    numbers = charger.connector_numbers
    match action.without_connector:
        case WithoutConnector.ALL:
            return 0
        case WithoutConnector.ONLY | WithoutConnector.DEMAND if len(numbers) == 1:
            return numbers[0]
        case WithoutConnector.DEMAND:
            raise invalid(
                "connector_missing", name=charger.name, field=ATTR_CONNECTOR_ID
            )
        case _:
            return None
