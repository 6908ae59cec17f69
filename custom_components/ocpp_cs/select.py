"""Selections of connectors: with how many phases they charge."""

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, override

from homeassistant.components.select import SelectEntity, SelectEntityDescription
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .chargers.platforms import PlatformEntities
from .charging.control import CHARGE_MODES, ModeControl
from .charging.limits import PHASE_OPTIONS, phases_option
from .csms.connector import Connector
from .csms.limits.intent import LimitState
from .entity import OcppEntity, OcppEntityDescription
from .exceptions import translates_errors
from .hub import OcppConfigEntry

if TYPE_CHECKING:
    from .chargers.charger import Charger

# A charger's commands wait for each other in its connection; a limit here would
# make chargers wait for others.
PARALLEL_UPDATES = 0


@dataclass(frozen=True, kw_only=True)
class OcppSelectDescription(OcppEntityDescription, SelectEntityDescription):
    """Describes a selection; `select_fn` is given the connector and the option."""

    select_fn: Callable[[Connector, str], Awaitable[object]]


def _select_phases(connector: Connector, option: str) -> Awaitable[object]:
    limiter = connector.limiter
    return limiter.request(replace(limiter.user_intent, phases=PHASE_OPTIONS[option]))


def _progress(connector: Connector) -> str:
    """Return how far the phases are that are wanted."""
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
    ),
    select_fn=_select_phases,
)


@dataclass(frozen=True, kw_only=True)
class ChargeModeDescription(OcppEntityDescription, SelectEntityDescription):
    """Describes the selection of a charge mode."""


CHARGE_MODE = ChargeModeDescription(
    key="charge_mode",
    translation_key="charge_mode",
    options=CHARGE_MODES,
    fields=("charge_mode",),
    always_available=True,
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: OcppConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the selections of all chargers, now and later."""
    entry.runtime_data.platforms.async_register(
        PlatformEntities(
            domain="select",
            add=async_add_entities,
            of_connector=partial(_of_connector, entry.runtime_data.charge_control),
        )
    )


def _of_connector(
    charge_control: ModeControl, charger: Charger, connector: Connector
) -> Iterator[OcppEntity]:
    if charger.expects_phases(connector.number):
        yield PhasesSelect(charger, PHASES_DESCRIPTION, connector)
    if charge_control.offers(charger, connector):
        yield ChargeModeSelect(charger, CHARGE_MODE, connector, charge_control)


class ChargeModeSelect(OcppEntity, SelectEntity):
    """What a connector follows; it can be chosen while the charger is away."""

    entity_description: ChargeModeDescription

    def __init__(
        self,
        charger: Charger,
        description: ChargeModeDescription,
        connector: Connector,
        charge_control: ModeControl,
    ) -> None:
        """Belong to the connector."""
        super().__init__(charger, description, connector)
        self._charge_control = charge_control
        self._value_fn = charge_control.mode

    @property
    @override
    def current_option(self) -> str | None:
        """Return what it follows."""
        return None if self._value is None else str(self._value)

    @override
    async def async_select_option(self, option: str) -> None:
        """Let it follow something else."""
        self._charge_control.async_set_mode(self.charger, self.connector, option)


class PhasesSelect(OcppEntity, SelectEntity):
    """With how many phases a connector is to charge, and how far that is."""

    entity_description: OcppSelectDescription

    @property
    def _shown(self) -> tuple[str, str]:
        shown: tuple[str, str] = self._value or self._value_fn(self.connector)
        return shown

    @property
    @override
    def current_option(self) -> str:
        """Return what is wanted."""
        return self._shown[0]

    @property
    @override
    def extra_state_attributes(self) -> dict[str, str]:
        """Return whether that is done, under way, or waits for its guard time."""
        return {"progress": self._shown[1]}

    @override
    @translates_errors
    async def async_select_option(self, option: str) -> None:
        """Select it; raises HomeAssistantError if the charger does not."""
        await self.entity_description.select_fn(self.connector, option)
