"""The component ConnectedEV: what a station tells of connected vehicles (2.1: 4.7)."""

from collections.abc import Iterable
from datetime import UTC, datetime
from math import isfinite
from typing import TYPE_CHECKING, Any, Final

from ...model.timestamps import parse_time
from ...outside.car_record import CarRecord
from .names import ACTUAL, ATTRIBUTES, VariableName, name_of

if TYPE_CHECKING:
    from ...charge_point import ChargePoint

COMPONENT: Final = "connectedev"
_FIELDS: Final = {
    ("vehicleid", "actual"): "evccid",
    ("protocolagreed", "actual"): "protocol",
    ("stateofcharge", "actual"): "soc",
    ("stateofcharge", "maxset"): "full_soc",
    ("batterycapacity", "actual"): "capacity_kwh",
    ("batterycapacity", "maxset"): "capacity_kwh",
    ("departuretime", "actual"): "departure",
    ("energyimport", "target"): "energy_kwh",
    ("energyimport", "minset"): "least_kwh",
    ("energyimport", "maxset"): "most_kwh",
    ("power", "maxset"): "charge_w",
    ("dischargepower", "maxset"): "discharge_w",
    ("remainingtimefull", "actual"): "seconds_to_full",
}
"""Variable and attribute, without case -> the field of `ConnectedCar`."""
_NAMES: Final = {
    "protocolsupportedbyev": "supported",
    "vehiclecertificate": "certificates",
}
"""Variable with several instances -> its field."""
_TEXTS: Final = frozenset({"evccid", "protocol"})
_ATTRIBUTES: Final = frozenset(one.casefold() for one in ATTRIBUTES)
_LONGEST_NAME: Final = 20
"""The characters of an instance that are kept: a priority, or a place in a chain."""
_UNREADABLE: Final = -1e9
"""Stands for what is no number: no vehicle has it, so that it is counted."""
_NO_TIME: Final = datetime(1970, 1, 1, tzinfo=UTC)
"""Stands for what is no time, likewise."""


class ConnectedCars:
    """Takes the values of ConnectedEV, in whichever message they come."""

    def __init__(self, charge_point: ChargePoint) -> None:
        """Know of no vehicle."""
        self._charge_point = charge_point
        self._records: dict[int, CarRecord] = {}

    def notify_event(self, payload: dict[str, Any]) -> None:
        """Take the events that are about a vehicle (N07)."""
        for event in payload["eventData"]:
            if event["component"]["name"].casefold() != COMPONENT:
                continue
            value = "" if event.get("cleared") else event["actualValue"]
            self._tell(
                name_of(event["component"], event["variable"]),
                [(ACTUAL, value)],
                time=parse_time(event["timestamp"]),
                is_event=True,
            )

    def notify_report(self, payload: dict[str, Any]) -> None:
        """Take what a report has of vehicles (B07, B08)."""
        for entry in payload.get("reportData") or ():
            if entry["component"]["name"].casefold() != COMPONENT:
                continue
            unit = (entry.get("variableCharacteristics") or {}).get("unit")
            self._tell(
                name_of(entry["component"], entry["variable"]),
                [
                    (one.get("type", ACTUAL), one["value"])
                    for one in entry["variableAttribute"]
                    if one.get("value") is not None
                ],
                unit=unit,
            )

    def read(self, name: VariableName, attribute: str, value: str | None) -> None:
        """Take a variable that was read (B06)."""
        if value is not None and name.component.casefold() == COMPONENT:
            self._tell(name, [(attribute, value)])

    def _tell(
        self,
        name: VariableName,
        values: Iterable[tuple[str, str]],
        *,
        unit: str | None = None,
        time: datetime | None = None,
        is_event: bool = False,
    ) -> None:
        if (record := self._record(name)) is None:
            return
        # Events do not tell the attribute: some make it a part of the name.
        variable, _, suffix = name.variable.casefold().partition(".")
        instance = (name.variable_instance or "").casefold()
        if variable in _NAMES:
            texts = {
                (name.variable_instance or "")[:_LONGEST_NAME]: text
                for _, text in values
            }
            record.tell(
                {}, names={_NAMES[variable]: texts}, time=time, is_event=is_event
            )
            return
        told: dict[str, Any] = {}
        for attribute, text in values:
            kind = suffix or (instance if instance in _ATTRIBUTES else attribute)
            if (field := _FIELDS.get((variable, kind.casefold()))) is not None:
                told[field] = self._read_value(field, text.strip(), unit)
        if told:
            record.tell(told, time=time, is_event=is_event)

    def _read_value(self, field: str, text: str, unit: str | None) -> Any:
        """Return a value; None where there is none any more."""
        if not text:
            return None
        if field in _TEXTS:
            return text
        if field == "departure":
            time = parse_time(text)
            if time is None:
                return _NO_TIME
            return self._charge_point.clock.correct(time)
        try:
            number = float(text)
        except ValueError:
            return _UNREADABLE
        if not isfinite(number):
            return _UNREADABLE
        return number * 1000 if unit in {"kWh", "kW"} else number

    def _record(self, name: VariableName) -> CarRecord | None:
        """Return the record of the connector that a component is at."""
        charge_point = self._charge_point
        number = name.evse
        if not number:
            # A station with one place need not tell it.
            numbers = charge_point.connector_numbers
            if len(numbers) != 1:
                charge_point.deviations.note("vehicle_without_connector")
                return None
            (number,) = numbers
        if (known := self._records.get(number)) is not None:
            return known
        connector = charge_point.connector_told(number)
        if connector is None:
            return None
        record = CarRecord(connector, charge_point.deviations)
        connector.watch(("status", "transaction"), record.status_changed)
        return self._records.setdefault(number, record)
