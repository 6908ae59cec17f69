"""The days, months or years that sessions are summed up for."""

from datetime import date, datetime, time, timedelta, tzinfo
from typing import Final

from homeassistant.util import dt as dt_util

from ...csms.overview.model import Bucket

_DAYS: Final = timedelta(days=63)
"""Up to this span there is one sum a day ..."""
_MONTHS: Final = timedelta(days=1130)
"""... and up to this one, three years and some days, one a month."""
_FIRST_YEAR: Final = 1970
_LAST_YEAR: Final = 2200


def buckets_of(start: datetime, end: datetime, zone: tzinfo) -> list[Bucket]:
    """Return the days, months or years of a time zone from `start` to before `end`."""

    def begin(day: date) -> datetime:
        return dt_util.as_utc(datetime.combine(day, time(), tzinfo=zone))

    first = start.astimezone(zone).date()
    last = max((end - timedelta(microseconds=1)).astimezone(zone).date(), first)
    span = end - start
    found: list[Bucket] = []
    if span <= _DAYS:
        day = first
        while day <= last:
            found.append(Bucket(key=day.isoformat(), start=begin(day)))
            day += timedelta(days=1)
    elif span <= _MONTHS:
        month = first.replace(day=1)
        while month <= last:
            found.append(Bucket(key=f"{month:%Y-%m}", start=begin(month)))
            month = (month + timedelta(days=32)).replace(day=1)
    else:
        years = range(max(first.year, _FIRST_YEAR), min(last.year, _LAST_YEAR) + 1)
        found = [Bucket(key=str(year), start=begin(date(year, 1, 1))) for year in years]
    return found or [Bucket(key=first.isoformat(), start=begin(first))]
