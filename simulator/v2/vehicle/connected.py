"""The component ConnectedEV: what a station gets to know of a car (appendices, 3.1)."""

from typing import TYPE_CHECKING

from simulator.structures import Payload

if TYPE_CHECKING:
    from simulator.car import Car
    from simulator.v2.evse import Evse
    from simulator.v2.station import ChargingStation

type Named = tuple[str, str]
"""A variable and its instance."""

IMPOSSIBLE: dict[Named, str] = {
    ("VehicleID", ""): "00:00:00:00:00:00",
    ("StateOfCharge", ""): "65535",
    ("BatteryCapacity", ""): "0",
    ("DepartureTime", ""): "1970-01-01T00:00:00Z",
    ("EnergyImport.target", ""): "-1",
    ("Power.maxSet", ""): "4294967295",
}
"""What no car can have, and some stations tell nevertheless."""


class ConnectedCars:
    """Tells what cars say of themselves, with NotifyEvent (N07).

    2.0.1 has the id of the car and its protocols, 2.1 also battery and wishes.
    """

    def __init__(self, station: ChargingStation) -> None:
        """Know no car."""
        self._station = station
        self._told: dict[int, dict[Named, str]] = {}
        """EVSE -> what was told of its car."""

    def look(self, evse: Evse) -> None:
        """Tell what is new of the car at an EVSE; nothing of one without an id."""
        car = evse.car
        if car is None or car.evccid is None:
            self._left(evse)
            return
        told = self._told.setdefault(evse.number, {})
        new = {
            name: value
            for name, value in self._values(car, car.evccid).items()
            if told.get(name) != value
        }
        if not new or not self._station.operational:
            return
        told.update(new)
        self._tell(evse, new)

    def forget(self) -> None:
        """Tell everything again, as after a restart."""
        self._told.clear()

    def _left(self, evse: Evse) -> None:
        told = self._told.pop(evse.number, None)
        for name, instance in told or ():
            self._station.model.put(
                "ConnectedEV", name, "", instance=instance, evse=evse.number
            )

    def _values(self, car: Car, evccid: str) -> dict[Named, str]:
        values: dict[Named, str] = {
            ("ProtocolAgreed", ""): car.protocol,
            ("ProtocolSupportedByEV", "1"): car.protocol,
            ("VehicleID", ""): evccid,
        }
        if self._station.version == "2.1":
            values |= self._of_2_1(car)
        if self._station.faults.impossible_car:
            values |= {
                name: value for name, value in IMPOSSIBLE.items() if name in values
            }
        return values

    @staticmethod
    def _of_2_1(car: Car) -> dict[Named, str]:
        missing = max(car.target_soc - car.soc, 0.0) / 100 * car.capacity_kwh * 1000
        values: dict[Named, str] = {
            ("StateOfCharge", ""): f"{car.soc:.0f}",
            ("StateOfCharge.maxSet", ""): f"{car.target_soc:.0f}",
            ("BatteryCapacity", ""): f"{car.capacity_kwh * 1000:.0f}",
            # In steps, as each one is a message.
            ("EnergyImport.target", ""): f"{round(missing, -3):.0f}",
            ("Power.maxSet", ""): f"{car.max_current * car.phases * 230:.0f}",
        }
        if car.least_kwh is not None:
            values["EnergyImport.minSet", ""] = f"{car.least_kwh * 1000:.0f}"
        if car.departure is not None:
            values["DepartureTime", ""] = car.departure.isoformat()
        return values

    def _tell(self, evse: Evse, values: dict[Named, str]) -> None:
        events: list[Payload] = []
        for (name, instance), value in values.items():
            self._station.model.put(
                "ConnectedEV", name, value, instance=instance, evse=evse.number
            )
            variable: Payload = {"name": name}
            if instance:
                variable["instance"] = instance
            events.append(
                {
                    "component": {"name": "ConnectedEV", "evse": {"id": evse.number}},
                    "variable": variable,
                    "actualValue": value,
                    "trigger": "Delta",
                }
            )
        self._station.queue("NotifyEvent", self._station.event_payload(*events))
