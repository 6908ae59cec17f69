"""The days, months or years that sessions are summed up for."""

from datetime import date, datetime, timedelta
from typing import Final

from homeassistant.util import dt as dt_util

from ...csms.overview.model import Bucket

_DAYS: Final = timedelta(days=63)
"""Up to this span there is one sum a day ..."""
_MONTHS: Final = timedelta(days=1130)
"""... and up to this one, three years and some days, one a month."""
_FIRST_YEAR: Final = 1970
_LAST_YEAR: Final = 2200


def buckets_of(start: datetime, end: datetime) -> list[Bucket]:
    """Return the local days, months or years from `start` to before `end`."""
    first = dt_util.as_local(start).date()
    last = max(dt_util.as_local(end - timedelta(microseconds=1)).date(), first)
    span = end - start
    found: list[Bucket] = []
    if span <= _DAYS:
        day = first
        while day <= last:
            found.append(Bucket(key=day.isoformat(), start=_begin(day)))
            day += timedelta(days=1)
    elif span <= _MONTHS:
        month = first.replace(day=1)
        while month <= last:
            found.append(Bucket(key=f"{month:%Y-%m}", start=_begin(month)))
            month = (month + timedelta(days=32)).replace(day=1)
    else:
        years = range(max(first.year, _FIRST_YEAR), min(last.year, _LAST_YEAR) + 1)
        found = [
            Bucket(key=str(year), start=_begin(date(year, 1, 1))) for year in years
        ]
    return found or [Bucket(key=first.isoformat(), start=_begin(first))]


def _begin(day: date) -> datetime:
    return dt_util.as_utc(dt_util.start_of_local_day(day))
