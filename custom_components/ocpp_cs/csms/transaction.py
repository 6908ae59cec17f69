"""A transaction, which is what the user calls a session."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum


class Origin(StrEnum):
    """How a transaction became known."""

    STARTED = "started"
    """By its StartTransaction."""
    ADOPTED = "adopted"
    """By its meter values: it began without this central system."""
    STOPPED = "stopped"
    """By its StopTransaction, which is all that is known of it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Transaction:
    """One transaction; energies in Wh, times aware.

    `meter_start_wh` is None as long as nobody knows it (a transaction that began
    before this central system was there). `end` is None while it runs.
    """

    id: int
    charge_point_id: str
    connector_id: int
    """From 1; 0 where only its stop is known, which does not tell."""
    id_tag: str
    start: datetime
    reported_start: datetime
    """The start by the charge point's clock, which may be wrong."""
    meter_start_wh: float | None
    reported_meter_start_wh: float | None = None
    """The reading that its StartTransaction told, which may be wrong."""
    register_wh: float | None = None
    """The newest reading of the meter that belongs to this transaction."""
    end: datetime | None = None
    reported_end: datetime | None = None
    """The end that its StopTransaction told; None until that came."""
    meter_stop_wh: float | None = None
    reason: str | None = None
    origin: Origin = Origin.STARTED
    start_known: bool = True
    """False where `start` is nothing but the end."""
    cost: float | None = None
    """In the user's currency; None as long as no price was known."""
    priced_wh: float = 0.0
    """How much of the energy `cost` is for."""
    continues: int | None = None
    """The id of the transaction that it goes on with, which a pause has ended."""

    @property
    def key(self) -> TransactionKey:
        """What tells it from any other: a charge point may use an id again."""
        return (self.charge_point_id, self.id, self.reported_start)

    @property
    def energy_wh(self) -> float | None:
        """What was charged so far, or None when the meter is not known."""
        if self.meter_start_wh is None:
            return None
        for meter in (self.meter_stop_wh, self.register_wh):
            if meter is not None and meter >= self.meter_start_wh:
                return meter - self.meter_start_wh
        return 0.0

    @property
    def newest_wh(self) -> float | None:
        """The newest reading of the meter, before its end."""
        return self.meter_start_wh if self.register_wh is None else self.register_wh

    def duration(self, now: datetime) -> timedelta:
        """Return how long it has run, or did run."""
        return max(timedelta(), (self.end or now) - self.start)

    def priced(self, price: Callable[[], float | None]) -> Transaction:
        """Return it with what is new of its energy at the price of a kWh of now.

        Without a price that stays to be done with the next one.
        """
        energy_wh = self.energy_wh
        if (
            energy_wh is None
            or (energy_wh == self.priced_wh and self.cost is not None)
            or (each := price()) is None
        ):
            return self
        new_wh = energy_wh - self.priced_wh
        return replace(
            self, cost=(self.cost or 0.0) + new_wh * each / 1000.0, priced_wh=energy_wh
        )


type TransactionKey = tuple[str, int, datetime]
