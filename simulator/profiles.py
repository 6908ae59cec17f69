"""The charging profiles a central system has installed, and what follows from them.

OCPP 1.6 section 3.13: ChargePointMaxProfile is a ceiling for the station;
TxDefaultProfile counts for every transaction, TxProfile for one; of several of a
purpose the one with the highest stack level that is valid at the moment rules.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from .meter import NOMINAL_VOLTAGE
from .structures import Payload

MAX = "ChargePointMaxProfile"
DEFAULT = "TxDefaultProfile"
TX = "TxProfile"
_PERIODS = {"Daily": timedelta(days=1), "Weekly": timedelta(days=7)}


@dataclass(frozen=True, slots=True)
class Limit:
    """What a profile allows: A per phase on so many phases."""

    amps: float
    phases: int = 3

    @property
    def watts(self) -> float:
        return self.amps * self.phases * NOMINAL_VOLTAGE

    def capped(self, other: Limit) -> Limit:
        """Return the lower of both, in current and in phases."""
        return Limit(min(self.amps, other.amps), min(self.phases, other.phases))


@dataclass(frozen=True, slots=True)
class Installed:
    """A profile and where it was installed."""

    connector: int
    data: Payload

    @property
    def profile_id(self) -> int:
        return int(self.data["chargingProfileId"])

    @property
    def purpose(self) -> str:
        return str(self.data["chargingProfilePurpose"])

    @property
    def level(self) -> int:
        return int(self.data.get("stackLevel", 0))

    def start(self, at: datetime, tx_started: datetime | None) -> datetime | None:
        """Return when the schedule that counts at `at` began; None: not yet."""
        schedule = self.data["chargingSchedule"]
        text = schedule.get("startSchedule")
        kind = self.data.get("chargingProfileKind", "Absolute")
        if kind == "Relative" or text is None:
            return tx_started
        begin = datetime.fromisoformat(text)
        if kind == "Recurring" and at >= begin:
            every = _PERIODS[self.data.get("recurrencyKind", "Daily")]
            begin += (at - begin) // every * every
        return begin if begin <= at else None

    def valid(self, at: datetime) -> bool:
        """Whether `at` lies in validFrom..validTo."""
        first, last = self.data.get("validFrom"), self.data.get("validTo")
        return (first is None or datetime.fromisoformat(first) <= at) and (
            last is None or at < datetime.fromisoformat(last)
        )

    def limit(self, at: datetime, tx_started: datetime | None) -> Limit | None:
        """Return what it allows at `at`, None when it does not speak."""
        if not self.valid(at) or (begin := self.start(at, tx_started)) is None:
            return None
        schedule = self.data["chargingSchedule"]
        elapsed = (at - begin).total_seconds()
        duration = schedule.get("duration")
        if duration is not None and elapsed >= duration:
            return None
        current: Payload | None = None
        for period in schedule["chargingSchedulePeriod"]:
            if period["startPeriod"] <= elapsed:
                current = period
        if current is None:
            return None
        phases = int(current.get("numberPhases") or 3)
        amps = float(current["limit"])
        if schedule["chargingRateUnit"] == "W":
            amps /= phases * NOMINAL_VOLTAGE
        return Limit(amps, phases)

    def changes(
        self, start: datetime, end: datetime, tx: datetime | None
    ) -> set[float]:
        """Return when in `start`..`end` its limit may change, in s after start."""
        schedule = self.data["chargingSchedule"]
        marks = {float(p["startPeriod"]) for p in schedule["chargingSchedulePeriod"]}
        if (duration := schedule.get("duration")) is not None:
            marks.add(float(duration))
        begins: list[datetime] = []
        text = schedule.get("startSchedule")
        if self.data.get("chargingProfileKind") == "Relative" or text is None:
            begins = [tx or start]
        else:
            begins = [datetime.fromisoformat(text)]
            if self.data.get("chargingProfileKind") == "Recurring":
                every = _PERIODS[self.data.get("recurrencyKind", "Daily")]
                begin = begins[0] + max((start - begins[0]) // every, 0) * every
                begins = []
                while begin < end:
                    begins.append(begin)
                    begin += every
        found = {
            (begin - start).total_seconds() + mark for begin in begins for mark in marks
        }
        for name in ("validFrom", "validTo"):
            if name in self.data:
                when = datetime.fromisoformat(self.data[name])
                found.add((when - start).total_seconds())
        span = (end - start).total_seconds()
        return {mark for mark in found if 0 < mark < span}


class ProfileStore:
    """All profiles of a charge point. They survive a reboot (errata 3.37)."""

    def __init__(self) -> None:
        self._profiles: list[Installed] = []

    def __len__(self) -> int:
        return len(self._profiles)

    def __iter__(self) -> Iterator[Installed]:
        return iter(self._profiles)

    def of(self, purpose: str) -> list[Payload]:
        """Return the profiles of a purpose as they were received."""
        return [item.data for item in self._profiles if item.purpose == purpose]

    def install(self, connector: int, data: Payload) -> None:
        """Install; replaces what has the same id, or the same place in the stack."""
        new = Installed(connector, data)
        place = (connector, new.purpose, new.level)
        self._profiles = [
            item
            for item in self._profiles
            if item.profile_id != new.profile_id
            and (item.connector, item.purpose, item.level) != place
        ]
        self._profiles.append(new)

    def clear(
        self,
        *,
        profile_id: int | None = None,
        connector: int | None = None,
        purpose: str | None = None,
        level: int | None = None,
    ) -> int:
        """Remove what fits and return how many that were.

        An id alone decides; without one the others must all fit (errata 3.25).
        """

        def fits(item: Installed) -> bool:
            if profile_id is not None:
                return item.profile_id == profile_id
            return (
                connector in (None, item.connector)
                and purpose in (None, item.purpose)
                and level in (None, item.level)
            )

        before = len(self._profiles)
        self._profiles = [item for item in self._profiles if not fits(item)]
        return before - len(self._profiles)

    def end_transaction(self, connector: int) -> None:
        """Remove the TxProfiles of a connector: they end with the transaction."""
        self.clear(connector=connector, purpose=TX)

    def limit(
        self, connector: int, at: datetime, tx_started: datetime | None
    ) -> Limit | None:
        """Return what the profiles allow the connector; None: they say nothing.

        `tx_started` is when its transaction began, None without one.
        """
        result: Limit | None = None
        if tx_started is not None:
            result = self._top(TX, (connector,), at, tx_started)
        if result is None:
            result = self._top(DEFAULT, (connector, 0), at, tx_started)
        ceiling = self._top(MAX, (0,), at, tx_started)
        if result is None or ceiling is None:
            return result or ceiling
        return result.capped(ceiling)

    def composite(
        self,
        connector: int,
        start: datetime,
        seconds: int,
        *,
        tx_started: datetime | None,
        without: Limit,
        unit: str,
    ) -> list[Payload]:
        """Return the chargingSchedulePeriod list of GetCompositeSchedule.

        `without` is the limit where no profile speaks; `unit` is A or W.
        """
        end = start + timedelta(seconds=seconds)
        marks = {0.0}
        for item in self._profiles:
            marks |= item.changes(start, end, tx_started)
        periods: list[Payload] = []
        for mark in sorted(marks):
            at = start + timedelta(seconds=mark)
            limit = (self.limit(connector, at, tx_started) or without).capped(without)
            period = {
                "startPeriod": round(mark),
                "limit": round(limit.watts if unit == "W" else limit.amps, 1),
                "numberPhases": limit.phases,
            }
            if not periods or periods[-1] | {"startPeriod": 0} != period | {
                "startPeriod": 0
            }:
                periods.append(period)
        return periods

    def _top(
        self,
        purpose: str,
        connectors: tuple[int, ...],
        at: datetime,
        tx_started: datetime | None,
    ) -> Limit | None:
        # A connector's own profile comes before one for all of the same level.
        ranked = sorted(
            (
                item
                for item in self._profiles
                if item.purpose == purpose and item.connector in connectors
            ),
            key=lambda item: (item.level, item.connector),
            reverse=True,
        )
        for item in ranked:
            if (limit := item.limit(at, tx_started)) is not None:
                return limit
        return None


def problem(data: Payload) -> str | None:
    """Return why a charging profile cannot be used, None when it can."""
    try:
        schedule = data["chargingSchedule"]
        periods = schedule["chargingSchedulePeriod"]
        int(data["chargingProfileId"])
        if data["chargingProfilePurpose"] not in (MAX, DEFAULT, TX):
            return "unknown purpose"
        if schedule["chargingRateUnit"] not in ("A", "W"):
            return "unknown unit"
        if not periods or periods[0]["startPeriod"] != 0:
            return "the first period does not start at 0"
        for period in periods:
            if float(period["limit"]) < 0:
                return "limit below 0"
            if int(period.get("numberPhases") or 3) not in (1, 2, 3):
                return "numberPhases out of range"
        for text in (
            schedule.get("startSchedule"),
            data.get("validFrom"),
            data.get("validTo"),
        ):
            if text is not None and datetime.fromisoformat(text).tzinfo is None:
                return "a time without a time zone"
        if data.get("recurrencyKind", "Daily") not in _PERIODS:
            return "unknown recurrencyKind"
    except (KeyError, TypeError, ValueError, IndexError) as err:
        return f"{type(err).__name__} {err}"
    return None
