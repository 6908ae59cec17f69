"""Sensors of the running or the last session of a connector."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, override

from homeassistant.components.sensor import (
    SensorDeviceClass,
    SensorEntity,
    SensorStateClass,
)
from homeassistant.const import PERCENTAGE, UnitOfEnergy, UnitOfTime
from homeassistant.util import dt as dt_util

from ..csms.transactions.transaction import Transaction
from ..entity import OcppEntity
from ..plans.model import PlanState, Shown
from ..sessions.figures import (
    Figures,
    average_price_of,
    cost_of,
    figures_of,
    solar_share_of,
)
from ..sessions.who import NOBODY, Who
from .measurements import OcppSensorDescription

if TYPE_CHECKING:
    from ..chargers.charger import Charger
    from ..csms.connector import Connector

_FLOWS_W: Final = 100.0
"""Less power does not count as charging."""

_LONGEST_S: Final = 7 * 24 * 3600
"""A longer remaining time is that of a power that is about to change."""

type WhoAt = Callable[[Connector], Who]
"""Returns who charges at a connector."""


def _solar_percent(session: Transaction) -> int | None:
    share = solar_share_of(session)
    return None if share is None else round(share * 100)


@dataclass(frozen=True, kw_only=True)
class SessionDescription(OcppSensorDescription):
    """Describes a value of the running or the last session."""

    fields: tuple[str, ...] = ("transaction", "session")
    session_fn: Callable[[Transaction], float | None]
    """Returns the value of a session."""
    unit_fn: Callable[[str], str] | None = None
    """Returns the unit for a currency; None if the description has it."""


SESSION_VALUES = (
    SessionDescription(
        key="session_cost",
        translation_key="session_cost",
        device_class=SensorDeviceClass.MONETARY,
        state_class=SensorStateClass.TOTAL,
        suggested_display_precision=2,
        session_fn=cost_of,
        unit_fn=lambda currency: currency,
    ),
    SessionDescription(
        key="session_average_price",
        translation_key="session_average_price",
        suggested_display_precision=3,
        session_fn=average_price_of,
        unit_fn=lambda currency: (
            f"{currency}/{UnitOfEnergy.KILO_WATT_HOUR}" if currency else ""
        ),
    ),
    SessionDescription(
        key="session_solar_share",
        translation_key="session_solar_share",
        native_unit_of_measurement=PERCENTAGE,
        suggested_display_precision=0,
        session_fn=_solar_percent,
    ),
)

CHARGING_BY = OcppSensorDescription(
    key="charging_by",
    translation_key="charging_by",
    fields=("transaction", "vehicle", "status"),
)

TIME_REMAINING = OcppSensorDescription(
    key="time_remaining",
    translation_key="time_remaining",
    device_class=SensorDeviceClass.DURATION,
    native_unit_of_measurement=UnitOfTime.SECONDS,
    suggested_unit_of_measurement=UnitOfTime.MINUTES,
    suggested_display_precision=0,
    # Not with each meter value: it takes looking at the vehicle.
    fields=("transaction", "minute", "charge_plan", "vehicle", "soc"),
)

LAST_SESSION = OcppSensorDescription(
    key="last_session",
    translation_key="last_session",
    device_class=SensorDeviceClass.ENERGY,
    native_unit_of_measurement=UnitOfEnergy.KILO_WATT_HOUR,
    state_class=SensorStateClass.TOTAL,
    suggested_display_precision=2,
    fields=("transaction",),
)


class SessionSensor(OcppEntity, SensorEntity):
    """A value of the running or the last session."""

    entity_description: SessionDescription

    def __init__(
        self,
        charger: Charger,
        description: SessionDescription,
        connector: Connector,
        currency: Callable[[], str],
    ) -> None:
        """Create the sensor of a connector; `currency` returns the present currency."""
        super().__init__(charger, description, connector)
        session_fn, unit_fn = description.session_fn, description.unit_fn

        def value(
            connector: Connector,
        ) -> tuple[float | None, str | None, datetime | None]:
            latest = connector.latest_transaction
            unit = None
            if unit_fn is not None:
                booked = None if latest is None else latest.details.currency
                unit = unit_fn(booked or currency()) or None
            if latest is None:
                return None, unit, None
            return session_fn(latest), unit, latest.start

        self._value_fn = value

    @property
    @override
    def native_value(self) -> float | None:
        """Return the value."""
        value: float | None = None if self._value is None else self._value[0]
        return value

    @property
    @override
    def native_unit_of_measurement(self) -> str | None:
        """Return the unit, which may depend on the currency of the session."""
        unit: str | None = None if self._value is None else self._value[1]
        return unit or self.entity_description.native_unit_of_measurement

    @property
    @override
    def last_reset(self) -> datetime | None:
        """Return the start of the session, if the value adds up."""
        if self.entity_description.state_class is not SensorStateClass.TOTAL:
            return None
        start: datetime | None = None if self._value is None else self._value[2]
        return start


class ChargingBySensor(OcppEntity, SensorEntity):
    """The name of the vehicle that is charged, or of the tag."""

    entity_description: OcppSensorDescription

    # The names are those of the present; the sessions keep whose they were.
    _unrecorded_attributes = frozenset({"tag", "vehicle"})

    def __init__(
        self,
        charger: Charger,
        description: OcppSensorDescription,
        connector: Connector,
        who_at: WhoAt,
    ) -> None:
        """Create the sensor of a connector."""
        super().__init__(charger, description, connector)
        self._value_fn = who_at

    @property
    @override
    def native_value(self) -> str | None:
        """Return the name."""
        who: Who = self._value or NOBODY
        return who.name

    @property
    @override
    def extra_state_attributes(self) -> dict[str, Any]:
        """Return the names of tag and vehicle."""
        who: Who = self._value or NOBODY
        return {"tag": who.tag, "vehicle": who.vehicle}


class TimeRemainingSensor(OcppEntity, SensorEntity):
    """The time until the vehicle is charged, as far as a target is known."""

    entity_description: OcppSensorDescription

    def __init__(
        self,
        charger: Charger,
        description: OcppSensorDescription,
        connector: Connector,
        plan_of: Callable[[Connector], Shown],
        missing_kwh: Callable[[Connector], float | None],
    ) -> None:
        """Create the sensor of a connector.

        Args:
            charger: The charger.
            description: The description.
            connector: The connector.
            plan_of: Returns the plan of a connector.
            missing_kwh: Returns the energy in kWh that its vehicle still takes, or
                None if that is unknown.
        """
        super().__init__(charger, description, connector)
        self._value_fn = lambda connector: time_remaining(
            connector, plan_of(connector), missing_kwh, dt_util.utcnow()
        )

    @property
    @override
    def native_value(self) -> int | None:
        """Return the time in seconds."""
        value: int | None = self._value
        return value


def time_remaining(
    connector: Connector,
    plan: Shown,
    missing_kwh: Callable[[Connector], float | None],
    now: datetime,
) -> int | None:
    """Return the seconds until a vehicle is charged, rounded to minutes.

    It is None if nothing is charged, and if no target is known.

    Args:
        connector: The connector.
        plan: Its plan.
        missing_kwh: Returns the energy in kWh that its vehicle still takes, or None.
        now: The time.
    """
    if connector.transaction is None:
        return None
    if plan.state in {PlanState.CHARGING, PlanState.TOO_LATE} and plan.end is not None:
        return max(0, round((plan.end - now).total_seconds() / 60)) * 60
    power = connector.measurements.get("power")
    if power is None or power < _FLOWS_W or (missing := missing_kwh(connector)) is None:
        return None
    seconds = missing * 3_600_000 / power
    return round(seconds / 60) * 60 if seconds <= _LONGEST_S else None


class LastSessionSensor(OcppEntity, SensorEntity):
    """The energy of the last session that has ended, with its other figures."""

    entity_description: OcppSensorDescription

    _unrecorded_attributes = frozenset(
        {
            "who",
            "tag",
            "vehicle",
            "start",
            "end",
            "duration",
            "cost",
            "currency",
            "average_price",
            "solar_share",
            "reason",
        }
    )

    def __init__(
        self,
        charger: Charger,
        description: OcppSensorDescription,
        connector: Connector,
        who_of: Callable[[str, str | None], Who],
        currency: Callable[[], str],
    ) -> None:
        """Create the sensor of a connector.

        Args:
            charger: The charger.
            description: The description.
            connector: The connector.
            who_of: Returns the names of a tag and a vehicle.
            currency: Returns the present currency.
        """
        super().__init__(charger, description, connector)

        def last(connector: Connector) -> tuple[Figures, Who] | None:
            ended = connector.latest_transaction
            if ended is not None and ended.end is None:
                station = connector.charge_point
                ended = station.ledger.last_ended(station.id, connector.number)
            if ended is None:
                return None
            told = figures_of(ended, currency())
            return told, who_of(told.id_tag, told.vehicle)

        self._value_fn = last

    @property
    @override
    def native_value(self) -> float | None:
        """Return the energy in kWh."""
        energy: float | None = None if self._value is None else self._value[0].energy
        return energy

    @property
    @override
    def last_reset(self) -> datetime | None:
        """Return the start of the session."""
        start: datetime | None = None if self._value is None else self._value[0].start
        return start

    @property
    @override
    def extra_state_attributes(self) -> dict[str, Any]:
        """Return who it was, and the figures of the session."""
        if self._value is None:
            return {}
        told, who = self._value
        return {
            "who": who.name,
            "tag": who.tag,
            "vehicle": who.vehicle,
            **told.ended_as_dict(),
        }
