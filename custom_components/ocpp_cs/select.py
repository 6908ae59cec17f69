"""Selects: phases, charge mode, vehicle and payer of connectors, and the split."""

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any, override

from homeassistant.components.select import SelectEntity, SelectEntityDescription
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .chargers.platforms import PlatformEntities
from .charging.control import CHARGE_MODES, SPLITS, ModeControl
from .charging.house_settings import is_controlled
from .charging.limits import PHASE_OPTIONS, phases_due, phases_option
from .charging.points import until_of
from .csms.connector import Connector
from .csms.limits.intent import LimitState
from .csms.model.profile import OperationMode
from .entity import OcppEntity, OcppEntityDescription
from .exceptions import translates_errors
from .house.entities import HouseDescription, HouseEntity
from .hub import OcppConfigEntry
from .upstream.payer_select import PAYER_SELECT, PayerSelect
from .upstream.payers import Payers
from .vehicles.entities import VEHICLE, VehicleSelect
from .vehicles.vehicles import Vehicles

if TYPE_CHECKING:
    from .chargers.charger import Charger

# A charger's commands wait for each other in its connection; a limit here would
# make chargers wait for others.
PARALLEL_UPDATES = 0


@dataclass(frozen=True, kw_only=True)
class OcppSelectDescription(OcppEntityDescription, SelectEntityDescription):
    """Describes a select; `select_fn` is given the connector and the option."""

    select_fn: Callable[[Connector, str], Awaitable[object]]


def _select_phases(connector: Connector, option: str) -> Awaitable[object]:
    limiter = connector.limiter
    return limiter.request(replace(limiter.user_intent, phases=PHASE_OPTIONS[option]))


def _progress(connector: Connector) -> str:
    """Return the progress of a phase switch: done, waiting or switching."""
    limiter = connector.limiter
    if limiter.state is LimitState.SWITCHING:
        return "switching"
    return "waiting" if limiter.awaits_phases else "done"


PHASES_DESCRIPTION = OcppSelectDescription(
    key="phases",
    translation_key="phases",
    options=list(PHASE_OPTIONS),
    fields=("intent", "limiter"),
    value_fn=lambda connector: (
        phases_option(connector.limiter.user_intent),
        _progress(connector),
        until_of(phases_due(connector.limiter)),
    ),
    select_fn=_select_phases,
)


MODES = (
    OperationMode.CHARGING_ONLY,
    OperationMode.CENTRAL_SETPOINT,
    OperationMode.LOCAL_LOAD_BALANCING,
)
"""Who says what a vehicle discharges: nobody, Home Assistant, or the charger."""


def _modes(connector: Connector) -> tuple[str, list[str]]:
    """Return the chosen operation mode, and those that can be chosen."""
    discharging = connector.bidirectional
    offered = discharging.modes | {MODES[0], discharging.mode}
    return discharging.mode.value, [one.value for one in MODES if one in offered]


async def _select_mode(connector: Connector, option: str) -> None:
    connector.choose_operation_mode(OperationMode(option))


OPERATION_MODE = OcppSelectDescription(
    key="operation_mode",
    translation_key="operation_mode",
    options=[one.value for one in MODES],
    fields=("bidirectional",),
    always_available=True,
    value_fn=_modes,
    select_fn=_select_mode,
)


@dataclass(frozen=True, kw_only=True)
class ChargeModeDescription(OcppEntityDescription, SelectEntityDescription):
    """Describes the select of the charge mode."""


CHARGE_MODE = ChargeModeDescription(
    key="charge_mode",
    translation_key="charge_mode",
    options=CHARGE_MODES,
    fields=("charge_mode",),
    always_available=True,
)


@dataclass(frozen=True, kw_only=True)
class HouseSelectDescription(HouseDescription, SelectEntityDescription):
    """Describes a select of the server's device."""


SPLIT = HouseSelectDescription(
    key="split",
    translation_key="split",
    options=SPLITS,
    value_fn=lambda control: control.split,
    exists_fn=is_controlled,
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: OcppConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the selects of all chargers, now and later."""
    entry.runtime_data.house_entities.async_register(
        "select", async_add_entities, SplitSelect, (SPLIT,)
    )
    entry.runtime_data.platforms.async_register(
        PlatformEntities(
            domain="select",
            add=async_add_entities,
            of_connector=partial(
                _of_connector,
                entry.runtime_data.charge_control,
                entry.runtime_data.vehicles,
                entry.runtime_data.payers,
            ),
        )
    )


def _of_connector(
    charge_control: ModeControl,
    vehicles: Vehicles,
    payers: Payers,
    charger: Charger,
    connector: Connector,
) -> Iterator[OcppEntity]:
    if charger.expects_phases(connector.number):
        yield PhasesSelect(charger, PHASES_DESCRIPTION, connector)
    if charge_control.offers(charger, connector):
        yield ChargeModeSelect(charger, CHARGE_MODE, connector, charge_control)
    if vehicles.offers(charger, connector):
        yield VehicleSelect(charger, VEHICLE, connector, vehicles)
    if charger.expects_discharging(connector.number):
        yield OperationModeSelect(charger, OPERATION_MODE, connector)
    if payers.labels(charger.charge_point.id):
        yield PayerSelect(charger, PAYER_SELECT, connector, payers)


class ChargeModeSelect(OcppEntity, SelectEntity):
    """The charge mode of a connector; it can be changed while the charger is away."""

    entity_description: ChargeModeDescription

    def __init__(
        self,
        charger: Charger,
        description: ChargeModeDescription,
        connector: Connector,
        charge_control: ModeControl,
    ) -> None:
        """Create the select of a connector."""
        super().__init__(charger, description, connector)
        self._charge_control = charge_control
        self._value_fn = charge_control.mode

    @property
    @override
    def current_option(self) -> str | None:
        """Return the charge mode."""
        return None if self._value is None else str(self._value)

    @override
    async def async_select_option(self, option: str) -> None:
        """Set the charge mode."""
        self._charge_control.async_set_mode(self.charger, self.connector, option)


class PhasesSelect(OcppEntity, SelectEntity):
    """The requested number of phases of a connector, with its progress."""

    entity_description: OcppSelectDescription

    _unrecorded_attributes = frozenset({"until"})

    @property
    def _shown(self) -> tuple[str, str, datetime | None]:
        shown: tuple[str, str, datetime | None]
        shown = self._value or self._value_fn(self.connector)
        return shown

    @property
    @override
    def current_option(self) -> str:
        """Return the requested number of phases."""
        return self._shown[0]

    @property
    @override
    def extra_state_attributes(self) -> dict[str, Any]:
        """Return whether the switch is done, in progress or delayed, and until when."""
        return {"progress": self._shown[1], "until": self._shown[2]}

    @override
    @translates_errors
    async def async_select_option(self, option: str) -> None:
        """Request the phases. Raises HomeAssistantError if the charger refuses."""
        await self.entity_description.select_fn(self.connector, option)


class OperationModeSelect(OcppEntity, SelectEntity):
    """Who says what the vehicle of a connector discharges."""

    entity_description: OcppSelectDescription

    @property
    def _shown(self) -> tuple[str, list[str]]:
        shown: tuple[str, list[str]] = self._value or self._value_fn(self.connector)
        return shown

    @property
    @override
    def options(self) -> list[str]:
        """Return the operation modes that the charger offers."""
        return self._shown[1]

    @property
    @override
    def current_option(self) -> str:
        """Return the operation mode that was chosen."""
        return self._shown[0]

    @override
    async def async_select_option(self, option: str) -> None:
        """Choose the operation mode."""
        await self.entity_description.select_fn(self.connector, option)


class SplitSelect(HouseEntity, SelectEntity):
    """What decides which charger comes first; kept over a restart."""

    entity_description: HouseSelectDescription

    @property
    @override
    def current_option(self) -> str | None:
        """Return what decides."""
        value: str | None = self._value
        return value

    @override
    async def async_select_option(self, option: str) -> None:
        """Set what decides, at once."""
        self._control.async_set_split(option)
