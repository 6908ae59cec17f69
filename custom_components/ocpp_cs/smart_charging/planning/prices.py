"""Energy prices from the attributes of an entity or the response of an action.

There is no standard. Common to most is a list of objects, each with a time and a price,
in the attributes: Nord Pool (`raw_today`, `raw_tomorrow`), Tibber (`today`, `startsAt`,
`total`), EPEX Spot (`data`, `start_time`, `price_per_kwh`), ENTSO-e (`prices`, `time`,
`price`), and the responses of Home Assistant's own actions. Some have only numbers, one
for each hour of a day; PVPC has an attribute for each hour (`price_00h`,
`price_next_day_00h`, and `price_02h_d` for an hour that occurs twice).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from itertools import pairwise
from typing import Any, Final

from ..numbers import number

_STARTS: Final = (
    "start",
    "start_time",
    "startsAt",
    "starts_at",
    "start_timestamp",
    "from",
    "time",
    "hour",
    "timestamp",
    "datetime",
)
_ENDS: Final = ("end", "end_time", "endsAt", "ends_at", "end_timestamp", "till", "to")
# The customer's price takes precedence over the price of the exchange.
_PRICES: Final = (
    "total",
    "value_inc_vat",
    "price_per_kwh",
    "price_ct_per_kwh",
    "per_kwh",
    "price",
    "value",
    "electricity_price",
    "marketprice",
    "price_eur_per_mwh",
    "energy",
)
_HOUR: Final = timedelta(hours=1)
_LONGEST: Final = timedelta(days=1)
_DEEPEST: Final = 6
_MOST: Final = 5000


@dataclass(frozen=True, order=True, slots=True)
class PriceSlot:
    """A price with its start and end, which are aware of their time zone."""

    start: datetime
    end: datetime
    price: float


def slots_of(data: object, zone: tzinfo, today: date) -> list[PriceSlot]:
    """Return the prices in the attributes of an entity or the response of an action.

    They are in chronological order, without overlaps. Never raises, whatever the data.

    Args:
        data: The attributes or the response.
        zone: The time zone for times without one.
        today: The day of lists of plain numbers.

    Returns:
        The prices in the unit of the entity; empty if there are none.
    """
    found: dict[datetime, tuple[datetime | None, float]] = {}
    plain: dict[datetime, tuple[datetime | None, float]] = {}
    for start, end, price in _objects(data, zone, _DEEPEST):
        if len(found) < _MOST:
            found.setdefault(start, (end, price))
    if not found and isinstance(data, Mapping):
        tomorrow = today + timedelta(days=1)
        for key, day in (("today", today), ("tomorrow", tomorrow)):
            plain.update(_plain(data.get(key), zone, day))
        for prefix, day in (("price_", today), ("price_next_day_", tomorrow)):
            plain.update(_plain(_by_the_hour(data, prefix), zone, day))
    return _in_order(found or plain)


def _objects(
    data: object, zone: tzinfo, depth: int
) -> Iterator[tuple[datetime, datetime | None, float]]:
    """Yield the objects that have a time and a price: start, end and price."""
    if depth < 0:
        return
    if isinstance(data, Mapping):
        start = _first_time(data, _STARTS, zone)
        if start is not None and (price := _price(data)) is not None:
            yield start, _first_time(data, _ENDS, zone), price
            return
        for value in data.values():
            yield from _objects(value, zone, depth - 1)
    elif isinstance(data, Sequence) and not isinstance(data, (str, bytes)):
        for value in data:
            yield from _objects(value, zone, depth - 1)


def _price(data: Mapping[Any, Any]) -> float | None:
    return next(
        (price for key in _PRICES if (price := number(data.get(key))) is not None), None
    )


def _first_time(
    data: Mapping[Any, Any], keys: Sequence[str], zone: tzinfo
) -> datetime | None:
    return next(
        (when for key in keys if (when := _time(data.get(key), zone)) is not None), None
    )


def _time(value: object, zone: tzinfo) -> datetime | None:
    """Return a time in UTC, in which a day of 25 hours is unambiguous."""
    try:
        if isinstance(value, str):
            value = datetime.fromisoformat(value)
        elif isinstance(value, (int, float)) and not isinstance(value, bool):
            # Seconds or milliseconds since 1970; a smaller number is an hour of the
            # day.
            if value < 1e9:
                return None
            value = datetime.fromtimestamp(value / 1000 if value > 1e11 else value, UTC)
        if not isinstance(value, datetime):
            return None
        if value.tzinfo is None:
            value = value.replace(tzinfo=zone)
        return value.astimezone(UTC)
    except ValueError, OverflowError, OSError:
        return None


def _plain(
    values: object, zone: tzinfo, day: date
) -> dict[datetime, tuple[datetime | None, float]]:
    """Return the prices of a day from a list of numbers for equal periods."""
    if not isinstance(values, Sequence) or isinstance(values, (str, bytes)):
        return {}
    begin = datetime.combine(day, time(), zone).astimezone(UTC)
    end = datetime.combine(day + timedelta(days=1), time(), zone).astimezone(UTC)
    if not 20 <= len(values) <= 300:
        return {}
    # A day with a change of clocks has 23 or 25 hours.
    step = (end - begin) / len(values)
    return {
        begin + index * step: (begin + (index + 1) * step, price)
        for index, value in enumerate(values)
        if (price := number(value)) is not None
    }


def _by_the_hour(data: Mapping[Any, Any], prefix: str) -> list[Any]:
    """Return the values of attributes that are named after the hours of a day."""
    names = [f"{prefix}{hour:02}h{again}" for hour in range(24) for again in ("", "_d")]
    return [data[name] for name in names if name in data]


def _in_order(
    found: dict[datetime, tuple[datetime | None, float]],
) -> list[PriceSlot]:
    starts = sorted(found)
    usual = min((after - before for before, after in pairwise(starts)), default=_HOUR)
    result = []
    for index, start in enumerate(starts):
        end, price = found[start]
        following = starts[index + 1] if index + 1 < len(starts) else None
        if end is None or not start < end <= start + _LONGEST:
            end = start + usual
            # Without an end, a price lasts until the next one, except across gaps.
            if following is not None and following - start <= _HOUR:
                end = following
        if following is not None:
            end = min(end, following)
        result.append(PriceSlot(start, end, price))
    return result
