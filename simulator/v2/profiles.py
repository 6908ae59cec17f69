"""Charging profiles of 2.0.1, and what follows from them (K01, section 3.7 of K)."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
import random
from zoneinfo import ZoneInfo

from simulator.meter import NOMINAL_VOLTAGE
from simulator.profiles import Limit
from simulator.structures import Payload

EXTERNAL = "ChargingStationExternalConstraints"
MAX = "ChargingStationMaxProfile"
DEFAULT = "TxDefaultProfile"
TX = "TxProfile"
PRIORITY = "PriorityCharging"
"""2.1: in the place of DEFAULT and TX while its transaction has priority (K21)."""
PURPOSES = (EXTERNAL, MAX, DEFAULT, TX, PRIORITY)
KINDS = ("Absolute", "Recurring", "Relative", "Dynamic")
DYNAMIC = "Dynamic"
"""The kind of 2.1 whose values are updated (K28)."""
_PERIODS = {"Daily": timedelta(days=1), "Weekly": timedelta(days=7)}


@dataclass(frozen=True, slots=True)
class Installed:
    """A profile, where it was installed, and by whom (ChargingLimitSourceEnumType)."""

    evse: int
    data: Payload
    source: str = "CSO"
    zone: Callable[[], ZoneInfo | None] = field(default=lambda: None, compare=False)
    """Returns the time zone of the station; None is UTC."""
    luck: float = field(default_factory=random.random, compare=False)
    """Which part of its randomizedDelay it is delayed by."""

    @property
    def connector(self) -> int:
        """The EVSE, as the console calls it."""
        return self.evse

    @property
    def id(self) -> int:
        return int(self.data["id"])

    @property
    def purpose(self) -> str:
        return str(self.data["chargingProfilePurpose"])

    @property
    def level(self) -> int:
        return int(self.data["stackLevel"])

    @property
    def schedule(self) -> Payload:
        """The first schedule; the others are for the car to choose from (K15)."""
        schedule: Payload = self.data["chargingSchedule"][0]
        return schedule

    def begin(self, at: datetime, tx_started: datetime | None) -> datetime | None:
        """Return when the schedule that counts at a time began; None: not yet."""
        if self.data["chargingProfileKind"] == "Relative":
            return tx_started
        if self.data["chargingProfileKind"] == DYNAMIC:
            # It counts from its last update (K28.FR.02, FR.15).
            told = self.data.get("dynUpdateTime")
            return at if told is None else min(datetime.fromisoformat(told), at)
        begin = datetime.fromisoformat(self.schedule["startSchedule"])
        if self.schedule.get("useLocalTime"):
            return self._begin_local(at, begin)
        if self.data["chargingProfileKind"] == "Recurring" and at >= begin:
            every = _PERIODS[self.data["recurrencyKind"]]
            begin += (at - begin) // every * every
        return begin if begin <= at else None

    def _begin_local(self, at: datetime, begin: datetime) -> datetime | None:
        """Return it by the hands of the clock on the wall (useLocalTime)."""
        zone = self.zone() or UTC
        first, now = (
            begin.replace(tzinfo=None),
            at.astimezone(zone).replace(tzinfo=None),
        )
        if self.data["chargingProfileKind"] == "Recurring" and now >= first:
            every = _PERIODS[self.data["recurrencyKind"]]
            first += (now - first) // every * every
        return at - (now - first) if first <= now else None

    def valid(self, at: datetime) -> bool:
        """Return whether a time lies in validFrom..validTo."""
        first, last = self.data.get("validFrom"), self.data.get("validTo")
        return (first is None or datetime.fromisoformat(first) <= at) and (
            last is None or at < datetime.fromisoformat(last)
        )

    def limit(
        self, at: datetime, tx_started: datetime | None, soc: float | None = None
    ) -> Limit | None:
        """Return what it allows at a time, None when it does not speak.

        With a state of charge it may be less (limitAtSoC).
        """
        if (current := self.period(at, tx_started)) is None:
            return None
        phases = int(current.get("numberPhases") or 3)
        # A setpoint is followed, and is no limit (2.1, V2X.02).
        amps = float(current.get("limit", max(current.get("setpoint", 0.0), 0.0)))
        capped = self.schedule.get("limitAtSoC")
        if capped is not None and soc is not None and soc >= capped["soc"]:
            amps = min(amps, float(capped["limit"]))
        if self.schedule["chargingRateUnit"] == "W":
            amps /= phases * NOMINAL_VOLTAGE
        return Limit(amps, phases)

    def period(self, at: datetime, tx_started: datetime | None) -> Payload | None:
        """Return the period that counts at a time, None when it does not speak."""
        if not self.valid(at) or (begin := self.begin(at, tx_started)) is None:
            return None
        elapsed = (at - begin).total_seconds()
        elapsed -= self.luck * self.schedule.get("randomizedDelay", 0)
        duration = self.schedule.get("duration")
        if duration is not None and elapsed >= duration:
            return None
        current: Payload | None = None
        for period in self.schedule["chargingSchedulePeriod"]:
            if period["startPeriod"] <= elapsed:
                current = period
        return current

    def changes(
        self, start: datetime, end: datetime, tx_started: datetime | None
    ) -> set[float]:
        """Return when its limit may change, in seconds after `start`."""
        marks = {
            float(p["startPeriod"]) for p in self.schedule["chargingSchedulePeriod"]
        }
        if (duration := self.schedule.get("duration")) is not None:
            marks.add(float(duration))
        if self.data["chargingProfileKind"] in ("Relative", DYNAMIC):
            begins = [tx_started or start]
        else:
            begins = [datetime.fromisoformat(self.schedule["startSchedule"])]
            if self.data["chargingProfileKind"] == "Recurring":
                every = _PERIODS[self.data["recurrencyKind"]]
                begin = begins[0] + max((start - begins[0]) // every, 0) * every
                begins = []
                while begin < end:
                    begins.append(begin)
                    begin += every
        found = {
            (begin - start).total_seconds() + mark for begin in begins for mark in marks
        }
        found |= {
            (datetime.fromisoformat(self.data[name]) - start).total_seconds()
            for name in ("validFrom", "validTo")
            if name in self.data
        }
        span = (end - start).total_seconds()
        return {mark for mark in found if 0 < mark < span}


class Profiles:
    """All profiles of a station. They survive a restart."""

    def __init__(self, counts: Callable[[Installed], bool] | None = None) -> None:
        """Have none; `counts` returns whether one may be valid at present."""
        self._profiles: list[Installed] = []
        self.counts = counts or (lambda one: True)
        self.zone: ZoneInfo | None = None
        """The time zone of the station; None is UTC."""

    def __len__(self) -> int:
        return len(self._profiles)

    def __iter__(self) -> Iterator[Installed]:
        return iter(self._profiles)

    def of(self, purpose: str) -> list[Payload]:
        """Return the profiles of a purpose as they were received."""
        return [item.data for item in self._profiles if item.purpose == purpose]

    def install(self, evse: int, data: Payload, source: str = "CSO") -> None:
        """Install; replaces what has the same id (K01.FR.05)."""
        new = Installed(evse, data, source, lambda: self.zone)
        self._profiles = [item for item in self._profiles if item.id != new.id]
        self._profiles.append(new)

    def remove(self, gone: list[Installed]) -> None:
        """Remove some."""
        self._profiles = [item for item in self._profiles if item not in gone]

    def clear(self) -> None:
        """Remove all."""
        self._profiles.clear()

    def begin_transaction(self, evse: int, transaction_id: str) -> None:
        """Give the TxProfile of a remote start its transaction (F01.FR.11)."""
        for item in self._profiles:
            if item.purpose == TX and item.evse == evse:
                item.data.setdefault("transactionId", transaction_id)

    def end_transaction(self, evse: int) -> None:
        """Remove the TxProfiles of an EVSE: they end with the transaction."""
        self.remove([i for i in self._profiles if i.purpose == TX and i.evse == evse])

    def limit(
        self,
        evse: int,
        at: datetime,
        tx_started: datetime | None,
        soc: float | None = None,
        *,
        has_priority: bool = False,
    ) -> Limit | None:
        """Return what counts for an EVSE alone; None: nothing does."""
        if has_priority:
            # K21.FR.04
            return self._top(PRIORITY, {evse, 0}, at, tx_started, soc)
        found = self._top(TX, {evse}, at, tx_started, soc) if tx_started else None
        return found or self._top(DEFAULT, {evse, 0}, at, tx_started, soc)

    def ceiling(self, at: datetime) -> Limit | None:
        """Return what counts for the whole station."""
        limits = [
            limit
            for purpose in (MAX, EXTERNAL)
            if (limit := self._top(purpose, {0}, at, None)) is not None
        ]
        if not limits:
            return None
        return limits[0] if len(limits) == 1 else limits[0].capped(limits[1])

    def external(self, evse: int, at: datetime) -> Limit | None:
        """Return what somebody else has set for one EVSE."""
        return self._top(EXTERNAL, {evse}, at, None)

    def _top(
        self,
        purpose: str,
        evses: set[int],
        at: datetime,
        tx_started: datetime | None,
        soc: float | None = None,
    ) -> Limit | None:
        ranked = sorted(
            (
                i
                for i in self._profiles
                if i.purpose == purpose and i.evse in evses and self.counts(i)
            ),
            key=lambda item: (item.level, item.evse),
            reverse=True,
        )
        for item in ranked:
            if (limit := item.limit(at, tx_started, soc)) is not None:
                return limit
        return None


def problem(data: Payload) -> str | None:
    """Return what is wrong with a profile in itself, None for one that can be used."""
    try:
        int(data["id"])
        if data["chargingProfilePurpose"] not in PURPOSES:
            return "unknown purpose"
        if (kind := data["chargingProfileKind"]) not in KINDS:
            return "unknown kind"
        if kind == "Recurring" and data.get("recurrencyKind") not in _PERIODS:
            return "Recurring without recurrencyKind"
        if not 1 <= len(data["chargingSchedule"]) <= 3:
            return "1 to 3 schedules are allowed"
        for schedule in data["chargingSchedule"]:
            if kind != DYNAMIC and (kind == "Relative") == (
                "startSchedule" in schedule
            ):
                return f"{kind} with or without startSchedule (K01.FR.40, 41)"
            if schedule["chargingRateUnit"] not in ("A", "W"):
                return "unknown unit"
            periods = schedule["chargingSchedulePeriod"]
            if not periods or periods[0]["startPeriod"] != 0:
                return "the first period does not start at 0"
            for period in periods:
                if "operationMode" not in period and float(period["limit"]) < 0:
                    return "limit below 0"
                if period.get("numberPhases", 3) not in (1, 2, 3):
                    return "numberPhases out of range"
        if kind == DYNAMIC and [
            len(schedule["chargingSchedulePeriod"])
            for schedule in data["chargingSchedule"]
        ] != [1]:
            return "Dynamic with more than one period (K28.FR.01)"
        if kind != DYNAMIC and "dynUpdateInterval" in data:
            return f"dynUpdateInterval with {kind} (K28.FR.04)"
        times = [schedule.get("startSchedule") for schedule in data["chargingSchedule"]]
        for text in (*times, data.get("validFrom"), data.get("validTo")):
            if text is not None and datetime.fromisoformat(text).tzinfo is None:
                return "a time without a time zone"
    except (KeyError, TypeError, ValueError, IndexError) as err:
        return f"{type(err).__name__} {err}"
    return None
