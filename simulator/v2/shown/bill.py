"""What a transaction costs by a tariff (2.1: I12)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from itertools import pairwise

from simulator.structures import Payload

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_STEP = timedelta(minutes=1)
"""Times in conditions have no seconds."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Moment:
    """What conditions look at."""

    time: datetime
    energy_wh: float = 0.0
    power_w: float = 0.0
    duration_s: float = 0.0


def applies(conditions: Payload | None, moment: Moment, zone: tzinfo | None) -> bool:
    """Return whether a price counts at a moment (2.1: TariffConditionsType)."""
    if conditions is None:
        return True
    local = moment.time.astimezone(zone)
    clock, date = f"{local:%H:%M}", f"{local:%Y-%m-%d}"
    begin, end = conditions.get("startTimeOfDay"), conditions.get("endTimeOfDay")
    # An end at 00:00 is the end of the day; one before the begin is on the next day.
    begin, end = begin or "00:00", end if end not in (None, "00:00") else "24:00"
    in_time = begin <= clock < end if begin < end else clock >= begin or clock < end
    return (
        in_time
        and _DAYS[local.weekday()] in conditions.get("dayOfWeek", _DAYS)
        and conditions.get("validFromDate", "") <= date
        and date < conditions.get("validToDate", "9999")
        and _within(conditions, "Energy", moment.energy_wh)
        and _within(conditions, "Power", moment.power_w)
        and _within(conditions, "Time", moment.duration_s)
    )


def _within(conditions: Payload, name: str, value: float) -> bool:
    least = conditions.get(f"min{name}", 0)
    most = conditions.get(f"max{name}", float("inf"))
    return bool(least <= value < most)


def with_taxes(price: float, rates: Sequence[Payload]) -> float:
    """Return a price with its taxes, one stack after the other (2.1: I12.FR.13)."""
    for stack in sorted({one.get("stack", 0) for one in rates}):
        taxes = [one["tax"] for one in rates if one.get("stack", 0) == stack]
        price += price * sum(taxes) / 100
    return price


@dataclass(slots=True)
class _Cost:
    net: float = 0.0
    gross: float = 0.0

    def add(self, part: Payload, net: float) -> None:
        self.net += net
        self.gross += with_taxes(net, part.get("taxRates", []))

    def told(self) -> Payload:
        return {"exclTax": round(self.net, 6), "inclTax": round(self.gross, 6)}


@dataclass(slots=True, kw_only=True)
class Bill:
    """The cost of one transaction, continued from reading to reading."""

    tariff: Payload
    zone: tzinfo | None
    begun: datetime
    at: datetime
    """The time of the last reading."""
    register_wh: float
    energy_wh: float = 0.0
    charging_s: float = 0.0
    idle_s: float = 0.0
    _costs: dict[str, _Cost] = field(default_factory=dict)
    _used: tuple[object, ...] = ()
    periods: list[Payload] = field(default_factory=list)
    frozen: bool = False
    """True once the most that it may cost is reached (I12.FR.39)."""
    told_at: datetime | None = None
    """When it was told as a running cost."""

    def __post_init__(self) -> None:
        """Add what is paid once, at the beginning (I12.FR.30)."""
        fee = self.tariff.get("fixedFee")
        chosen = self._chosen("fixedFee", Moment(time=self.begun))
        if fee is not None and chosen is not None:
            self._cost("fixed").add(fee, chosen["priceFixed"])

    def change(self, tariff: Payload) -> None:
        """Calculate with another tariff from now on (I11.FR.08)."""
        self.tariff, self._used = tariff, ()

    def read(self, now: datetime, register_wh: float) -> None:
        """Add what was charged since the last reading.

        Times of day count to the minute: the energy between two readings is divided
        evenly.
        """
        energy = max(0.0, register_wh - self.register_wh)
        seconds = (now - self.at).total_seconds()
        if seconds > 0:
            first = (self.at + _STEP).replace(second=0, microsecond=0)
            cuts = [self.at]
            while first < now:
                cuts.append(first)
                first += _STEP
            for begin, end in pairwise([*cuts, now]):
                share = (end - begin).total_seconds() / seconds
                self._add(begin, share * energy, share * seconds)
        elif energy:
            self._add(now, energy, 0.0)
        self.at, self.register_wh = now, register_wh

    def _add(self, begin: datetime, energy_wh: float, seconds: float) -> None:
        power = energy_wh * 3600 / seconds if seconds else 0.0
        moment = Moment(
            time=begin,
            energy_wh=self.energy_wh,
            power_w=power,
            duration_s=(begin - self.begun).total_seconds(),
        )
        idle = not energy_wh
        used = {
            "energy": self._chosen("energy", moment),
            "idleTime" if idle else "chargingTime": self._chosen(
                "idleTime" if idle else "chargingTime", moment
            ),
        }
        which = tuple(id(one) for one in used.values() if one is not None)
        if not self.periods or (which and which != self._used):
            self._used = which
            self.periods.append(
                {
                    "tariffId": self.tariff["tariffId"],
                    "startPeriod": begin.isoformat(),
                    "dimensions": [{"type": "Energy", "volume": 0.0}],
                }
            )
        volume = self.periods[-1]["dimensions"][0]
        volume["volume"] = round(volume["volume"] + energy_wh, 3)
        self.energy_wh += energy_wh
        if idle:
            self.idle_s += seconds
        self.charging_s += seconds
        if self.frozen:
            return
        for name, price in used.items():
            if price is not None:
                net = (
                    price["priceKwh"] * energy_wh / 1000
                    if name == "energy"
                    else price["priceMinute"] * seconds / 60
                )
                self._cost(name).add(self.tariff[name], net)
        self.frozen = self._reaches("maxCost")

    def _chosen(self, part: str, moment: Moment) -> Payload | None:
        """Return the first price that counts (I12.FR.34)."""
        prices: list[Payload] = self.tariff.get(part, {}).get("prices", [])
        return next(
            (
                one
                for one in prices
                if applies(one.get("conditions"), moment, self.zone)
            ),
            None,
        )

    def _cost(self, name: str) -> _Cost:
        return self._costs.setdefault(name, _Cost())

    def total(self) -> float:
        """Return what it costs with taxes."""
        return sum(one.gross for one in self._costs.values())

    def _net(self) -> float:
        return sum(one.net for one in self._costs.values())

    def _reaches(self, name: str) -> bool:
        limit = self.tariff.get(name)
        return limit is not None and (
            self._net() >= limit.get("exclTax", float("inf"))
            or self.total() >= limit.get("inclTax", float("inf"))
        )

    def details(self, *, last: bool) -> Payload:
        """Return the CostDetailsType; periods are in the last one alone."""
        kind = "MaxCost" if self.frozen else "NormalCost"
        parts = {name: one.told() for name, one in self._costs.items()}
        total = {"exclTax": self._net(), "inclTax": self.total()}
        least = self.tariff.get("minCost")
        if last and least is not None and not self._reaches("minCost"):
            kind, parts = "MinCost", {"fixed": least}
            total = {key: least[key] for key in total if key in least}
        told: Payload = {
            "totalCost": {
                "currency": self.tariff["currency"],
                "typeOfCost": kind,
                **parts,
                "total": {key: round(value, 6) for key, value in total.items()},
            },
            "totalUsage": {
                "energy": round(self.energy_wh, 3),
                "chargingTime": round(self.charging_s),
                "idleTime": round(self.idle_s),
            },
        }
        if last and self.periods:
            told["chargingPeriods"] = self.periods
        return told
