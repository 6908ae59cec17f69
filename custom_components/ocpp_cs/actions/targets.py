"""The charger and the connector that a call of an action is for."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any, Final

from homeassistant.const import ATTR_DEVICE_ID
from homeassistant.core import HomeAssistant, ServiceCall, ServiceResponse
from homeassistant.helpers.service import async_get_device_and_config_entry

from ..chargers.charger import Charger
from ..chargers.naming import connector_of
from ..const import DOMAIN
from ..exceptions import invalid, translate_errors
from ..hub import Hub, OcppConfigEntry
from .action import Action

ATTR_CONNECTOR_ID: Final = "connector_id"

_FIRST: Final = "1.6"
"""The version whose fields all actions have, unless a field says otherwise."""


class WithoutConnector(Enum):
    """The choice of a connector if neither connector_id nor the device names it."""

    LEAVE_OUT = auto()
    """Send no connector; the charger decides."""
    ONLY = auto()
    """Take the only connector; with several, send none and let the charger decide."""
    DEMAND = auto()
    """Take the only connector; with several, raise an error."""
    ONLY_OR_ALL = auto()
    """Take the only connector; with several, the charge point as a whole (0)."""
    ALL = auto()
    """Take the charge point as a whole, which is connector 0 in OCPP."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Target:
    """The charger and connector of a call, and its fields."""

    hub: Hub
    charger: Charger
    connector_id: int | None
    """The connector to send; None to send none."""
    action: str
    values: Mapping[str, Any]
    """The fields except the device; with the connector, if there is one to send."""


async def run_command(target: Target) -> ServiceResponse:
    """Run the command of the same name, in the charger's version of OCPP."""
    with translate_errors(target.charger.name):
        return await target.charger.charge_point.commands.call(
            target.action, **target.values
        )


async def run_transfer(target: Target) -> ServiceResponse:
    """Run a command that starts a file transfer, and follow the transfer."""
    transfers = target.hub.transfers.of(target.charger)
    return await transfers.async_request(target.action, target.values)


@dataclass(frozen=True, kw_only=True, slots=True)
class OnCharger:
    """Runs an action on the charger and the connector of a call.

    Args:
        run: The coroutine function to run with the target.
        without_connector: How to choose the connector without a connector_id; None if
            the action has no connector.
        concerns_connector: Whether a call with these values is for a connector at all.
            If not, the device of a connector stands for its charger.
    """

    run: Callable[[Target], Awaitable[ServiceResponse]] = run_command
    without_connector: WithoutConnector | None = None
    concerns_connector: Callable[[Mapping[str, Any]], bool] = lambda values: True

    async def __call__(self, action: Action, call: ServiceCall) -> ServiceResponse:
        """Run the action; return the charger's answer."""
        values = dict(call.data)
        hub, charger, connector = find_charger(call.hass, values.pop(ATTR_DEVICE_ID))
        _check_fields(action, values, charger)
        number = self._connector_id(values, charger, connector)
        if number is not None:
            values[ATTR_CONNECTOR_ID] = number
        return await self.run(
            Target(
                hub=hub,
                charger=charger,
                connector_id=number,
                action=action.name,
                values=values,
            )
        )

    def _connector_id(
        self, values: Mapping[str, Any], charger: Charger, connector: int | None
    ) -> int | None:
        """Return the connector to send; None to send none.

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
        if self.without_connector is None:
            return None
        concerned = self.concerns_connector(values)
        if connector is not None and concerned:
            return connector
        numbers = charger.connector_numbers if concerned else []
        match self.without_connector:
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


def find_charger(
    hass: HomeAssistant, device_id: str
) -> tuple[Hub, Charger, int | None]:
    """Return the hub, the charger, and the connector if the device is a connector.

    Raises ServiceValidationError.
    """
    entry: OcppConfigEntry
    device, entry = async_get_device_and_config_entry(hass, DOMAIN, device_id)
    hub = entry.runtime_data
    charger = hub.chargers.get(device.config_subentry_id or "")
    if charger is None:
        raise invalid(
            "not_a_charger", device=device.name_by_user or device.name or device_id
        )
    return hub, charger, connector_of(device, charger.charge_point.id)


def _check_fields(action: Action, values: Mapping[str, Any], charger: Charger) -> None:
    """Raise ServiceValidationError for what the charger's OCPP does not have.

    That is the action, a field, or a value of one.
    """
    version = (charger.charge_point.protocol or "").removeprefix("ocpp")
    if not version:
        return
    if not _has(version, action.since or _FIRST):
        raise invalid(
            "not_in_version",
            name=charger.name,
            action=action.name,
            version=version,
            other=action.since,
        )
    for name, value in values.items():
        field = action.fields[name]
        for one in [value] if isinstance(value, str) else _several(value):
            if not _has(version, since := field.later.get(one, _FIRST)):
                raise invalid(
                    "not_in_version",
                    name=charger.name,
                    action=one,
                    version=version,
                    other=since,
                )
        if not _has(version, since := field.since or _FIRST):
            raise invalid(
                "field_not_in_version",
                name=charger.name,
                field=name,
                version=version,
                other=since,
            )


def _several(value: object) -> list[str]:
    """Return the options of a field that may have several; empty for any other."""
    if not isinstance(value, frozenset):
        return []
    return sorted(one for one in value if isinstance(one, str))


def _has(version: str, since: str) -> bool:
    """Return whether a version is one since which something is there."""
    return _numbers(version) >= _numbers(since)


def _numbers(version: str) -> list[int]:
    return [int(one) for one in version.split(".") if one.isdecimal()]


def _check_there_is(charger: Charger, number: int) -> None:
    """Raise ServiceValidationError for a connector that a charger does not have.

    Any connector is accepted while the connectors of the charger are unknown, as it
    has never connected.
    """
    charge_point = charger.charge_point
    known = {*charger.connector_numbers, *charge_point.connector_numbers}
    declared = charge_point.capabilities.connectors
    if not known or number <= declared or number in {0, *known}:
        return
    raise invalid("no_such_connector", name=charger.name, connector_id=str(number))
