"""Numbers of connectors: the current limit, and the targets of charge plans."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
import math
from typing import TYPE_CHECKING, Any, NamedTuple, override

from homeassistant.components.number import (
    NumberDeviceClass,
    NumberEntity,
    NumberEntityDescription,
    NumberMode,
)
from homeassistant.const import (
    PERCENTAGE,
    EntityCategory,
    UnitOfElectricCurrent,
    UnitOfEnergy,
    UnitOfPower,
)
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .chargers.platforms import PlatformEntities
from .charging.control import ModeControl
from .const import DOMAIN
from .csms.connector import Connector
from .entity import OcppEntity, OcppEntityDescription
from .exceptions import translates_errors
from .hub import OcppConfigEntry
from .plans.entities import PlanDescription, PlanEntity, plan_entities
from .plans.model import MOST_KWH, MOST_PRICE

if TYPE_CHECKING:
    from .chargers.charger import Charger

# A charger's commands wait for each other in its connection; a limit here would
# make chargers wait for others.
PARALLEL_UPDATES = 0


@dataclass(frozen=True, kw_only=True)
class OcppNumberDescription(OcppEntityDescription, NumberEntityDescription):
    """Describes a number; its value is a `_Limit`."""


@dataclass(frozen=True, kw_only=True)
class PlanNumberDescription(PlanDescription, NumberEntityDescription):
    """Describes a charge target; `wanted_key` is its field in `Wanted`."""

    wanted_key: str
    none: float | None = None
    """The value that stands for None."""


@dataclass(frozen=True, kw_only=True)
class ControlNumberDescription(OcppEntityDescription, NumberEntityDescription):
    """Describes a number for the charge control."""


class _Limit(NamedTuple):
    """The requested limit and its range, in A."""

    value: float
    minimum: float
    maximum: float
    step: float
    outside: tuple[float, str] | None
    """A limit that others have set, and who has."""
    backend: tuple[float, str] | None
    """A limit that a backend has set, and its name."""


def _limit(connector: Connector) -> _Limit:
    """Return the limit; without one, the maximum of the connector."""
    limiter = connector.limiter
    limit = limiter.user_intent.limit_a
    maximum = limiter.maximum
    outside, ceiling = connector.outside_limit, connector.ceiling()
    return _Limit(
        maximum if limit is None else min(limit, maximum),
        limiter.minimum,
        maximum,
        limiter.step,
        None if outside is None else (round(outside[0], 1), outside[1].value),
        None if ceiling is None else (round(ceiling.amps, 1), ceiling.by),
    )


CURRENT_LIMIT = OcppNumberDescription(
    key="current_limit",
    translation_key="current_limit",
    device_class=NumberDeviceClass.CURRENT,
    native_unit_of_measurement=UnitOfElectricCurrent.AMPERE,
    mode=NumberMode.SLIDER,
    fields=("intent", "outside", "ceiling"),
    value_fn=_limit,
)


PLAN_NUMBERS = (
    PlanNumberDescription(
        key="energy_target",
        translation_key="energy_target",
        device_class=NumberDeviceClass.ENERGY,
        native_unit_of_measurement=UnitOfEnergy.KILO_WATT_HOUR,
        native_min_value=0,
        native_max_value=MOST_KWH,
        native_step=0.5,
        mode=NumberMode.BOX,
        wanted_fn=lambda wanted: wanted.energy_kwh,
        wanted_key="energy_kwh",
    ),
    PlanNumberDescription(
        key="soc_target",
        translation_key="soc_target",
        device_class=NumberDeviceClass.BATTERY,
        native_unit_of_measurement=PERCENTAGE,
        native_min_value=0,
        native_max_value=100,
        native_step=1,
        mode=NumberMode.SLIDER,
        wanted_fn=lambda wanted: wanted.soc,
        wanted_key="soc",
        needs_soc=True,
    ),
    PlanNumberDescription(
        key="least_soc",
        translation_key="least_soc",
        native_unit_of_measurement=PERCENTAGE,
        native_min_value=0,
        native_max_value=100,
        native_step=1,
        mode=NumberMode.SLIDER,
        wanted_fn=lambda wanted: wanted.least_soc,
        wanted_key="least_soc",
        needs_soc=True,
    ),
    PlanNumberDescription(
        key="below_price",
        translation_key="below_price",
        native_min_value=-MOST_PRICE,
        native_max_value=MOST_PRICE,
        native_step=0.001,
        mode=NumberMode.BOX,
        wanted_fn=lambda wanted: wanted.below_price or 0.0,
        wanted_key="below_price",
        needs_prices=True,
        none=0.0,
    ),
)

BOOST_ENERGY = ControlNumberDescription(
    key="boost_energy",
    translation_key="boost_energy",
    device_class=NumberDeviceClass.ENERGY,
    native_unit_of_measurement=UnitOfEnergy.KILO_WATT_HOUR,
    native_min_value=0,
    native_max_value=MOST_KWH,
    native_step=0.5,
    mode=NumberMode.BOX,
    fields=("boost",),
    always_available=True,
)

DISCHARGE_RESERVE = ControlNumberDescription(
    key="discharge_reserve",
    translation_key="discharge_reserve",
    native_unit_of_measurement=PERCENTAGE,
    native_min_value=0,
    native_max_value=100,
    native_step=1,
    mode=NumberMode.SLIDER,
    fields=("discharge_reserve",),
    always_available=True,
)


class _Power(NamedTuple):
    """A power and its range, in W."""

    value: float | None
    minimum: float
    maximum: float


def _setpoint(connector: Connector) -> _Power:
    """Return what the vehicle is to follow; below 0 it discharges."""
    discharging = connector.bidirectional
    return _Power(
        connector.limiter.user_intent.setpoint_w,
        discharging.least_w,
        discharging.reach.charge_w or _UNKNOWN_W,
    )


def _most_discharge_power(connector: Connector) -> _Power:
    """Return the owner's limit; without one, all that is possible."""
    discharging = connector.bidirectional
    most = max(discharging.rating_w or _UNKNOWN_W, discharging.most_discharge_w or 0.0)
    wanted = discharging.most_discharge_w
    return _Power(most if wanted is None else wanted, 0.0, most)


_UNKNOWN_W = 11_000.0


SETPOINT = OcppNumberDescription(
    key="setpoint",
    translation_key="setpoint",
    device_class=NumberDeviceClass.POWER,
    native_unit_of_measurement=UnitOfPower.WATT,
    native_step=1,
    mode=NumberMode.BOX,
    fields=("intent", "bidirectional"),
    value_fn=_setpoint,
)

MOST_DISCHARGE_POWER = OcppNumberDescription(
    key="most_discharge_power",
    translation_key="most_discharge_power",
    device_class=NumberDeviceClass.POWER,
    entity_category=EntityCategory.CONFIG,
    native_unit_of_measurement=UnitOfPower.WATT,
    native_step=1,
    mode=NumberMode.BOX,
    fields=("bidirectional",),
    always_available=True,
    value_fn=_most_discharge_power,
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: OcppConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the numbers of all chargers, now and later."""
    plans = entry.runtime_data.charge_plans
    control = entry.runtime_data.charge_control
    entry.runtime_data.platforms.async_register(
        PlatformEntities(
            domain="number",
            add=async_add_entities,
            of_connector=lambda charger, connector: (
                OcppCurrentLimit(charger, CURRENT_LIMIT, connector),
                *plan_entities(PlanNumber, PLAN_NUMBERS, plans, charger, connector),
                *_boost_numbers(control, charger, connector),
                *_reserve_numbers(control, charger, connector),
                *_discharging_numbers(charger, connector),
            ),
        )
    )


def _boost_numbers(
    control: ModeControl, charger: Charger, connector: Connector
) -> Iterator[OcppEntity]:
    if control.offers(charger, connector):
        yield KeptNumber(
            charger,
            BOOST_ENERGY,
            connector,
            value_fn=control.boosts.energy,
            set_fn=control.boosts.set_energy,
        )


def _reserve_numbers(
    control: ModeControl, charger: Charger, connector: Connector
) -> Iterator[OcppEntity]:
    if control.offers(charger, connector) and charger.expects_discharging(
        connector.number
    ):
        yield KeptNumber(
            charger,
            DISCHARGE_RESERVE,
            connector,
            value_fn=control.reserves.of,
            set_fn=control.reserves.set,
        )


def _discharging_numbers(
    charger: Charger, connector: Connector
) -> Iterator[OcppEntity]:
    if charger.expects_discharging(connector.number):
        yield Setpoint(charger, SETPOINT, connector)
        yield MostDischargePower(charger, MOST_DISCHARGE_POWER, connector)


class _Number(NumberEntity):
    """A number that is one: Home Assistant lets `nan` pass, which is in no range."""

    @override
    def convert_to_native_value(self, value: float) -> float:
        """Return the value that is to be set. Raises ServiceValidationError."""
        if math.isnan(value):
            raise ServiceValidationError(
                translation_domain=DOMAIN,
                translation_key="field_not_decimal",
                translation_placeholders={
                    "field": str(self.name),
                    "minimum": str(self.min_value),
                },
            )
        return super().convert_to_native_value(value)


class OcppCurrentLimit(OcppEntity, _Number):
    """The current limit of a connector, in A per phase.

    It shows the requested limit; the current that the charger offers is
    `current_offered`.
    """

    entity_description: OcppNumberDescription

    @override
    async def async_added_to_hass(self) -> None:
        """Subscribe to the charger's capabilities, too."""
        self.async_on_remove(
            self._charge_point.watch(("capabilities", "quirks"), self._changed)
        )
        await super().async_added_to_hass()

    @property
    def _limit(self) -> _Limit:
        limit: _Limit = self._value or _limit(self.connector)
        return limit

    @property
    @override
    def native_value(self) -> float:
        """Return the requested limit; a whole number without decimals.

        The frontend shows decimals as they are, unless the step is whole, too: with
        them 16 A would stand beside 32.0 A of a charger with finer steps.
        """
        value = self._limit.value
        return int(value) if value.is_integer() else value

    @property
    @override
    def native_min_value(self) -> float:
        """Return the lowest current at which cars charge."""
        return self._limit.minimum

    @property
    @override
    def native_max_value(self) -> float:
        """Return the highest current of the charger."""
        return self._limit.maximum

    @property
    @override
    def native_step(self) -> float:
        """Return the step in which the charger can be limited."""
        return self._limit.step

    @property
    @override
    def extra_state_attributes(self) -> dict[str, Any] | None:
        """Return the limits that others have set, while there are any."""
        told: dict[str, Any] = {}
        if (outside := self._limit.outside) is not None:
            told |= {"outside_limit": outside[0], "outside_source": outside[1]}
        if (backend := self._limit.backend) is not None:
            told |= {"backend_limit": backend[0], "backend": backend[1]}
        return told or None

    @override
    @translates_errors
    async def async_set_native_value(self, value: float) -> None:
        """Set the limit. Raises HomeAssistantError if the charger refuses."""
        limiter = self.connector.limiter
        await limiter.request(replace(limiter.user_intent, limit_a=value))


class _PowerNumber(OcppEntity, _Number):
    """A power of a connector whose vehicle can discharge, in W."""

    entity_description: OcppNumberDescription

    @property
    def _power(self) -> _Power:
        power: _Power = self._value or self._value_fn(self.connector)
        return power

    @property
    @override
    def native_value(self) -> float | None:
        """Return the power; None if none is wanted."""
        value = self._power.value
        return None if value is None else round(value)

    @property
    @override
    def native_min_value(self) -> float:
        """Return the lowest power that is possible, 0 or below."""
        return math.ceil(self._power.minimum)

    @property
    @override
    def native_max_value(self) -> float:
        """Return the highest power that is possible."""
        return math.floor(self._power.maximum)


class Setpoint(_PowerNumber):
    """The power that the vehicle of a connector is to follow; below 0 it discharges.

    It ends with the session, and when discharging is forbidden.
    """

    @override
    @translates_errors
    async def async_set_native_value(self, value: float) -> None:
        """Set the power. Raises HomeAssistantError if the charger refuses."""
        limiter = self.connector.limiter
        if limiter.automatic:
            raise ServiceValidationError(
                translation_domain=DOMAIN, translation_key="setpoint_controlled"
            )
        if not self.connector.bidirectional.follows:
            raise ServiceValidationError(
                translation_domain=DOMAIN, translation_key="setpoint_not_followed"
            )
        await limiter.request(replace(limiter.user_intent, setpoint_w=value))


class MostDischargePower(_PowerNumber):
    """The power that setpoints and balancing may discharge at most."""

    @override
    async def async_set_native_value(self, value: float) -> None:
        """Set the limit; at the end of the range there is none."""
        none = value >= self.native_max_value
        self.connector.bidirectional.set_most(None if none else value)


class PlanNumber(PlanEntity, _Number):
    """A charge target (an energy or a state of charge), or a rule without a time."""

    entity_description: PlanNumberDescription

    @property
    @override
    def native_value(self) -> float | None:
        """Return the value; 0 is none."""
        value: float | None = self._value
        return value

    @property
    @override
    def native_unit_of_measurement(self) -> str | None:
        """Return the unit; that of a price has Home Assistant's currency."""
        if self.entity_description.needs_prices:
            return f"{self.hass.config.currency}/{UnitOfEnergy.KILO_WATT_HOUR}"
        return super().native_unit_of_measurement

    @override
    async def async_set_native_value(self, value: float) -> None:
        """Set the value."""
        description = self.entity_description
        wanted = None if value == description.none else value
        self._want(**{description.wanted_key: wanted})


class KeptNumber(OcppEntity, _Number):
    """A number of a connector that charge control keeps."""

    entity_description: ControlNumberDescription

    def __init__(
        self,
        charger: Charger,
        description: ControlNumberDescription,
        connector: Connector,
        *,
        value_fn: Callable[[Connector], float],
        set_fn: Callable[[Connector, float], None],
    ) -> None:
        """Create the number of a connector.

        Args:
            charger: The charger.
            description: What is described of the number.
            connector: The connector.
            value_fn: Returns the value that is kept.
            set_fn: Keeps another value.
        """
        super().__init__(charger, description, connector)
        self._value_fn = value_fn
        self._set_fn = set_fn

    @property
    @override
    def native_value(self) -> float | None:
        """Return the value that is kept."""
        value: float | None = self._value
        return value

    @override
    async def async_set_native_value(self, value: float) -> None:
        """Keep another value; it counts from now on."""
        self._set_fn(self.connector, value)
