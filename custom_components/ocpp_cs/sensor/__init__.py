"""Sensors of chargers and connectors."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, override

from homeassistant.components.sensor import (
    RestoreSensor,
    SensorDeviceClass,
    SensorEntity,
    SensorStateClass,
)
from homeassistant.config_entries import ConfigSubentry
from homeassistant.const import (
    MAX_LENGTH_STATE_STATE,
    EntityCategory,
    UnitOfEnergy,
    UnitOfTime,
)
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.restore_state import ExtraStoredData, RestoreEntity
from homeassistant.helpers.typing import UNDEFINED

from ..chargers.platforms import PlatformEntities
from ..const import SUBENTRY_ID_TAG
from ..csms.access.reservations import Reservation
from ..csms.connector import Connector
from ..csms.model.model import (
    ChargePointError,
    ConnectorStatus,
    DiagnosticsStatus,
    FirmwareStatus,
    StopReason,
    utcnow,
)
from ..csms.model.security import SecurityLevel
from ..entity import OcppEntity
from ..goe_setup.coordinator import GoELinks
from ..hub import Hub, OcppConfigEntry
from ..security.levels import Levels
from ..sessions.totals import Totals
from ..targets.limits import SessionLimits
from .backends import BACKEND_SENSORS, BackendSensor
from .charging_state import CHARGING_STATE, ChargingStateSensor
from .control import (
    CHARGE_TARGET,
    CONTROL_STATE,
    SOLAR_SURPLUS,
    ChargeControlSensor,
    ControlStateSensor,
    surplus_of,
    target_of,
)
from .goe import GOE_DESCRIPTIONS, GoESensor
from .house import CEILING, PEAKS, SURPLUS, CeilingSensor, HouseSensor
from .last_used import LAST_USED, LastUsedSensor
from .measurements import MEASUREMENTS, OcppSensorDescription
from .plan import CHARGE_PLAN, PLAN_TIMES, ChargePlanSensor, PlanTimeSensor
from .session import (
    CHARGING_BY,
    LAST_SESSION,
    SESSION_VALUES,
    TIME_REMAINING,
    ChargingBySensor,
    LastSessionSensor,
    SessionSensor,
    TimeRemainingSensor,
)
from .session_limit import SESSION_LIMIT, SessionLimitSensor
from .totals import (
    CHARGER_TOTALS,
    COST_MONTH,
    ENERGY_MONTH,
    ChargerTotalSensor,
    SubentryCostSensor,
    SubentryTotalSensor,
)
from .vehicle import VEHICLE_SENSORS

if TYPE_CHECKING:
    from ..chargers.charger import Charger

# Nothing is polled, and nothing is sent.
PARALLEL_UPDATES = 0

_MINUTE = timedelta(minutes=1)

_PHASE_CURRENTS = frozenset({"current_l1", "current_l2", "current_l3"})

_STOP_REASONS = [reason.value for reason in StopReason]


@dataclass(frozen=True)
class RegisterData(ExtraStoredData):
    """The stored data of a register: see `csms.metering.Meter.record`."""

    register: dict[str, Any] | None

    @override
    def as_dict(self) -> dict[str, Any]:
        """Return the data as JSON."""
        return {"register": self.register}


def _session_energy(connector: Connector) -> float | None:
    energy = connector.session_energy_wh
    return None if energy is None else round(energy / 1000, 3)


def _session_export(connector: Connector) -> float | None:
    latest = connector.latest_transaction
    energy = None if latest is None else latest.details.export_wh
    return None if energy is None else round(energy / 1000, 3)


def _session_duration(connector: Connector) -> int | None:
    """Return the duration in s, rounded to minutes as it is shown."""
    if (latest := connector.latest_transaction) is None:
        return None
    if latest.end is None:
        return max(0, (utcnow() - latest.start) // _MINUTE * 60)
    return round(latest.duration(latest.end) / _MINUTE) * 60


def _stop_reason(connector: Connector) -> str | None:
    latest = connector.latest_transaction
    if latest is None or latest.reason is None:
        return None
    reason = latest.reason
    return reason if reason in _STOP_REASONS else StopReason.OTHER.value


def _id_tag(connector: Connector) -> str | None:
    latest = connector.latest_transaction
    # The maximum length of a state; a charger may send any text.
    return (
        latest.id_tag[:MAX_LENGTH_STATE_STATE] or None if latest is not None else None
    )


def _reservation(connector: Connector) -> Reservation | None:
    return connector.charge_point.reservations.of(connector.number)


def _reserved_until(connector: Connector) -> datetime | None:
    reservation = _reservation(connector)
    return reservation.expires if reservation is not None else None


def _transaction_id(connector: Connector) -> int | str | None:
    latest = connector.latest_transaction
    return latest.public_id if latest is not None else None


LAST_SEEN = OcppSensorDescription(
    key="last_seen",
    translation_key="last_seen",
    device_class=SensorDeviceClass.TIMESTAMP,
    entity_category=EntityCategory.DIAGNOSTIC,
    fields=("last_seen",),
    always_available=True,
    value_fn=lambda connector: connector.charge_point.last_seen,
)

SECURITY_LEVEL = OcppSensorDescription(
    key="security_level",
    translation_key="security_level",
    device_class=SensorDeviceClass.ENUM,
    entity_category=EntityCategory.DIAGNOSTIC,
    options=[level.key for level in SecurityLevel],
    fields=("security",),
)

CHARGER_DESCRIPTIONS: tuple[OcppSensorDescription, ...] = (
    OcppSensorDescription(
        key="firmware_status",
        translation_key="firmware_status",
        device_class=SensorDeviceClass.ENUM,
        entity_category=EntityCategory.DIAGNOSTIC,
        options=[status.value for status in FirmwareStatus],
        fields=("firmware_status",),
        value_fn=lambda connector: connector.charge_point.firmware_status,
    ),
    OcppSensorDescription(
        key="diagnostics_status",
        translation_key="diagnostics_status",
        device_class=SensorDeviceClass.ENUM,
        entity_category=EntityCategory.DIAGNOSTIC,
        options=[status.value for status in DiagnosticsStatus],
        fields=("diagnostics_status",),
        value_fn=lambda connector: connector.charge_point.diagnostics_status,
    ),
)

CONNECTOR_DESCRIPTIONS: tuple[OcppSensorDescription, ...] = (
    OcppSensorDescription(
        key="status",
        translation_key="status",
        device_class=SensorDeviceClass.ENUM,
        # The status in OCPP's terms; `charging_state` has it in the user's.
        entity_category=EntityCategory.DIAGNOSTIC,
        options=[status.value for status in ConnectorStatus],
        fields=("status",),
        value_fn=lambda connector: connector.status,
    ),
    OcppSensorDescription(
        key="error_code",
        translation_key="error_code",
        device_class=SensorDeviceClass.ENUM,
        entity_category=EntityCategory.DIAGNOSTIC,
        options=[error.value for error in ChargePointError],
        fields=("error_code",),
        value_fn=lambda connector: connector.error_code,
    ),
    # These belong to the running session or, after it, to the last one.
    OcppSensorDescription(
        key="session_duration",
        translation_key="session_duration",
        device_class=SensorDeviceClass.DURATION,
        native_unit_of_measurement=UnitOfTime.SECONDS,
        suggested_unit_of_measurement=UnitOfTime.MINUTES,
        suggested_display_precision=0,
        fields=("duration",),
        value_fn=_session_duration,
    ),
    OcppSensorDescription(
        key="stop_reason",
        translation_key="stop_reason",
        device_class=SensorDeviceClass.ENUM,
        entity_category=EntityCategory.DIAGNOSTIC,
        options=_STOP_REASONS,
        fields=("transaction",),
        value_fn=_stop_reason,
    ),
    OcppSensorDescription(
        key="id_tag",
        translation_key="id_tag",
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        fields=("transaction",),
        value_fn=_id_tag,
    ),
    OcppSensorDescription(
        key="transaction_id",
        translation_key="transaction_id",
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        fields=("transaction",),
        value_fn=_transaction_id,
    ),
)

SESSION_ENERGY = OcppSensorDescription(
    key="session_energy",
    translation_key="session_energy",
    device_class=SensorDeviceClass.ENERGY,
    native_unit_of_measurement=UnitOfEnergy.KILO_WATT_HOUR,
    state_class=SensorStateClass.TOTAL,
    suggested_display_precision=2,
    fields=("session",),
    value_fn=_session_energy,
)

SESSION_EXPORT = OcppSensorDescription(
    key="session_export",
    translation_key="session_export",
    device_class=SensorDeviceClass.ENERGY,
    native_unit_of_measurement=UnitOfEnergy.KILO_WATT_HOUR,
    state_class=SensorStateClass.TOTAL,
    suggested_display_precision=2,
    fields=("session",),
    value_fn=_session_export,
)
"""Only where vehicles can discharge."""

ACTIVE_PHASES = OcppSensorDescription(
    key="active_phases",
    translation_key="active_phases",
    state_class=SensorStateClass.MEASUREMENT,
    suggested_display_precision=0,
    fields=("active_phases",),
    value_fn=lambda connector: connector.active_phases,
)

RESERVATION = OcppSensorDescription(
    key="reservation",
    translation_key="reservation",
    device_class=SensorDeviceClass.TIMESTAMP,
    fields=("reservation",),
    value_fn=_reserved_until,
)

RESERVATION_OF_ANY = OcppSensorDescription(
    key="reservation",
    translation_key="reservation_of_any",
    device_class=SensorDeviceClass.TIMESTAMP,
    fields=("reservation",),
    value_fn=_reserved_until,
)


def _of_charger(
    levels: Levels, links: GoELinks, totals: Totals, charger: Charger
) -> Iterator[SensorEntity]:
    yield LastSeenSensor(charger, LAST_SEEN)
    yield OcppSensor(
        charger,
        replace(SECURITY_LEVEL, value_fn=lambda _: levels.level_of(charger).key),
    )
    for description in CHARGER_DESCRIPTIONS:
        yield OcppSensor(charger, description)
    for total in CHARGER_TOTALS:
        yield ChargerTotalSensor(charger, total, totals)
    # A single connector's sensor shows reservations of any connector, too.
    if charger.has_several_connectors and charger.expects_reservations(0):
        yield ReservationSensor(charger, RESERVATION_OF_ANY)
    if (link := links.of(charger)) is not None:
        for told in GOE_DESCRIPTIONS:
            yield GoESensor(charger, link, told)


def _of_connector(
    hub: Hub, currency: Callable[[], str], charger: Charger, connector: Connector
) -> Iterator[OcppEntity]:
    charge_control, charge_plans = hub.charge_control, hub.charge_plans
    yield ChargingStateSensor(charger, CHARGING_STATE, connector, charge_control)
    for description in CONNECTOR_DESCRIPTIONS:
        yield OcppSensor(charger, description, connector)
    yield SessionEnergySensor(charger, SESSION_ENERGY, connector)
    if charger.expects_discharging(connector.number):
        yield OcppSensor(charger, SESSION_EXPORT, connector)
    for value in SESSION_VALUES:
        yield SessionSensor(charger, value, connector, currency)
    yield LastSessionSensor(charger, LAST_SESSION, connector, hub.who, currency)
    yield ChargingBySensor(charger, CHARGING_BY, connector, hub.who_at)
    yield TimeRemainingSensor(
        charger,
        TIME_REMAINING,
        connector,
        charge_plans.shown,
        lambda one: hub.vehicles.car(charger, one).missing_kwh,
    )
    expected = charger.expected_measurements(connector)
    if (
        "soc" in expected
        or "soc" in connector.told_of_car
        or hub.vehicles.may_tell_soc(charger)
    ):
        yield OcppSensor(
            charger,
            replace(
                MEASUREMENTS["soc"],
                fields=("soc", "vehicle"),
                value_fn=lambda connector: hub.vehicles.soc(charger, connector),
            ),
            connector,
        )
    for name, description in VEHICLE_SENSORS.items():
        if name in connector.told_of_car or description.key in expected:
            yield OcppSensor(charger, description, connector)
    for key, description in MEASUREMENTS.items():
        if key in expected and key != "soc":
            kind = (
                RegisterSensor
                if description.state_class is SensorStateClass.TOTAL_INCREASING
                else OcppSensor
            )
            yield kind(charger, description, connector)
    if expected & _PHASE_CURRENTS:
        yield OcppSensor(charger, ACTIVE_PHASES, connector)
    if SessionLimits.offers(charger, connector):
        yield SessionLimitSensor(charger, SESSION_LIMIT, connector)
    if charger.expects_reservations(connector.number):
        yield ReservationSensor(charger, RESERVATION, connector)
    if charge_control.offers(charger, connector):
        yield ControlStateSensor(charger, CONTROL_STATE, connector, charge_control)
        for description, value_fn in (
            (SOLAR_SURPLUS, surplus_of),
            (CHARGE_TARGET, target_of),
        ):
            yield ChargeControlSensor(
                charger, description, connector, charge_control, value_fn
            )
        yield ChargePlanSensor(charger, CHARGE_PLAN, connector, charge_plans)
        for each in PLAN_TIMES:
            yield PlanTimeSensor(charger, each, connector, charge_plans)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: OcppConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the sensors of all chargers, now and later."""
    hub = entry.runtime_data

    totals = hub.session_totals.totals

    def currency() -> str:
        return hub.prices.currency

    def place(charge_point_id: str, number: int) -> str | None:
        for charger in hub.chargers.values():
            if charger.charge_point.id == charge_point_id:
                return charger.connector_name(number)
        return None

    def add_totals(
        subentry: ConfigSubentry,
    ) -> list[SubentryTotalSensor | LastUsedSensor]:
        sensors: list[SubentryTotalSensor | LastUsedSensor] = [
            SubentryTotalSensor(totals, subentry, ENERGY_MONTH),
            SubentryCostSensor(totals, subentry, COST_MONTH, currency),
        ]
        if subentry.subentry_type == SUBENTRY_ID_TAG:
            uses = hub.session_totals.uses
            sensors.append(LastUsedSensor(uses, subentry, place, LAST_USED))
        async_add_entities(sensors, config_subentry_id=subentry.subentry_id)
        return sensors

    hub.session_totals.async_register(add_totals)
    for make, descriptions in (
        (CeilingSensor, (CEILING,)),
        (HouseSensor, (SURPLUS, *PEAKS)),
    ):
        hub.house_entities.async_register(
            "sensor", async_add_entities, make, descriptions
        )
    hub.backend_entities.async_register(
        async_add_entities, BackendSensor, BACKEND_SENSORS
    )
    hub.platforms.async_register(
        PlatformEntities(
            domain="sensor",
            add=async_add_entities,
            of_charger=partial(
                _of_charger, hub.part(Levels), hub.part(GoELinks), totals
            ),
            of_connector=partial(_of_connector, hub, lambda: hass.config.currency),
        )
    )


class OcppSensor(OcppEntity, SensorEntity):
    """A sensor of a charger or a connector."""

    entity_description: OcppSensorDescription

    @property
    @override
    def native_value(self) -> Any:
        """Return the value."""
        return self._value


class RegisterSensor(OcppSensor, RestoreEntity):
    """An energy register, which must not appear to be reset after a restart."""

    @override
    async def async_added_to_hass(self) -> None:
        """Restore the last value of the meter."""
        if (data := await self.async_get_last_extra_data()) is not None:
            self.connector.meter.load(
                self.entity_description.key, data.as_dict().get("register")
            )
        await super().async_added_to_hass()

    @property
    @override
    def extra_restore_state_data(self) -> RegisterData:
        """Return the data of the register to store."""
        return RegisterData(self.connector.meter.record(self.entity_description.key))


class SessionEnergySensor(OcppSensor):
    """The energy of a session, which is reset with each session."""

    _start: datetime | None = None

    @callback
    @override
    def _changed(self) -> None:
        self._take_start()
        super()._changed()

    @override
    async def async_added_to_hass(self) -> None:
        """Take the start of the current session."""
        self._take_start()
        await super().async_added_to_hass()

    def _take_start(self) -> None:
        latest = self.connector.latest_transaction
        start = latest.start if latest is not None else None
        if start != self._start:
            self._start = self._attr_last_reset = start
            # The same energy in another session is a new value.
            self._value = UNDEFINED


class ReservationSensor(OcppSensor):
    """The expiry of a connector's reservation, or of one for any connector."""

    _reservation: Reservation | None = None

    @callback
    @override
    def _changed(self) -> None:
        self._take_reservation()
        super()._changed()

    @override
    async def async_added_to_hass(self) -> None:
        """Take the current reservation."""
        self._take_reservation()
        await super().async_added_to_hass()

    def _take_reservation(self) -> None:
        reservation = _reservation(self.connector)
        if reservation == self._reservation:
            return
        self._reservation = reservation
        # Another reservation with the same expiry is a new value.
        self._value = UNDEFINED

    @property
    @override
    def extra_state_attributes(self) -> dict[str, Any] | None:
        """Return the tag of the reservation; the id of a named tag is private."""
        if (reservation := self._reservation) is None:
            return None
        name = self.charger.tag_name(reservation.id_tag)
        return {
            **({"id_tag": reservation.id_tag} if name is None else {"tag": name}),
            "reservation_id": reservation.id,
        }


class LastSeenSensor(OcppSensor, RestoreSensor):
    """The time of the last message of a charger, restored after a restart."""

    _before: datetime | None = None

    @override
    async def async_added_to_hass(self) -> None:
        """Restore the last time."""
        if (data := await self.async_get_last_sensor_data()) is not None and isinstance(
            data.native_value, datetime
        ):
            self._before = data.native_value
        await super().async_added_to_hass()
        self._value = self._value or self._before
