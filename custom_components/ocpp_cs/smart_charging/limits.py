"""All limits above the chargers but the main fuse: circuits, ceilings and the peak."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from .cars.car import Car
from .house.ceilings import Ceilings, Site
from .house.circuits import Circuits, governed
from .house.limit import Gauge, Limit
from .house.peak import Peak
from .model import (
    MAIN,
    ChargeMode,
    Charger,
    ChargerReading,
    HouseReading,
    Reason,
    Settings,
)


class Limits:
    """The limits above the chargers, from the readings of each tick."""

    def __init__(self, settings: Settings, chargers: Iterable[Charger]) -> None:
        """Initialize without readings."""
        known = list(chargers)
        self._circuits = Circuits(settings, known)
        self.ceilings = Ceilings(
            settings, self._circuits, (charger.key for charger in known)
        )
        self.peak = Peak(settings.peak_w)
        self._settings = settings
        self._all = frozenset(charger.key for charger in known)

    def applies(self, charger: Charger) -> bool:
        """Return whether any limit is above a charger now, the main fuse included."""
        return (
            self._settings.fuse_a is not None
            or charger.circuit in self._circuits.members
            or self.ceilings.w is not None
            or self.peak.is_limited
        )

    def take(
        self,
        house: HouseReading,
        site: Site,
        cars: Mapping[str, Car],
        readings: Mapping[str, ChargerReading],
        fuse: Iterable[Limit],
        now: float,
        dt: float,
    ) -> list[Limit]:
        """Return what all limits leave to the chargers.

        Args:
            house: The readings of the house, whose ceilings were taken before.
            site: The power at the meter of the house.
            cars: The cars of all chargers, by the key of the charger.
            readings: The readings of the chargers.
            fuse: What the main fuse leaves.
            now: The time in s.
            dt: The time since the last call in s.
        """
        limits = [*fuse, *self._circuits.limits(house, cars, readings, now, dt)]
        self.peak.take(site.grid_w, now, house.month)
        ours = [
            cars[key]
            for key, reading in readings.items()
            if key in cars and governed(cars[key], reading)
        ]
        spans = [car.rightful(now) for car in ours]
        room = self.peak.room(
            site.grid_w,
            sum(low for low, _ in spans),
            sum(high for _, high in spans),
            now,
            dt,
            joined_w=sum(car.joined_w for car in ours),
        )
        if room is not None:
            limits.append(
                Limit(reason=Reason.PEAK_LIMIT, members=frozenset(cars), room=room)
            )
        # A charger in manual mode obeys nothing but ceilings from outside.
        manual = {
            key
            for key, reading in readings.items()
            if reading.mode is ChargeMode.MANUAL
        }
        return [
            *(
                replace(limit, members=limit.members.difference(manual))
                for limit in limits
            ),
            *self.ceilings.limits(site, cars, readings, now, dt),
        ]

    def gauges(self, fuse_a: tuple[float, float, float] | None) -> dict[str, Gauge]:
        """Return the fuses above all chargers, for what cars give.

        Args:
            fuse_a: The currents through the main fuse now; None if they are unknown.
        """
        result = self._circuits.gauges()
        if (limit := self._settings.fuse_a) is not None:
            result[MAIN] = Gauge(
                limit_a=max(limit - self._settings.fuse_margin_a, 0.0),
                members=self._all,
                measured=fuse_a,
            )
        return result

    # Restarts.

    def as_dict(self) -> dict[str, Any]:
        """Return the state to store."""
        return {"ceilings": self.ceilings.as_dict(), "peak": self.peak.as_dict()}

    def restore(self, data: Mapping[str, Any], now: float) -> None:
        """Restore a stored state; invalid parts are ignored."""
        self.ceilings.restore(data.get("ceilings"), now)
        self.peak.restore(data.get("peak"), now)
