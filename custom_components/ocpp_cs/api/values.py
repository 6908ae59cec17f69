"""Values as the frontend is told them: kWh, seconds, times in UTC."""

from datetime import UTC, datetime
from math import isfinite
from typing import Any, Final

from homeassistant.helpers import config_validation as cv
from homeassistant.util import dt as dt_util
import voluptuous as vol

from ..csms.transactions.transaction import Transaction
from ..upstream.shown import Backed

_FIRST_YEAR: Final = 1970
_LAST_YEAR: Final = 2200


def moment(value: Any) -> datetime:
    """Return a time in UTC; one without an offset is local. Raises Invalid."""
    found = cv.datetime(value)
    # Others may be beyond the calendar in another time zone.
    if not _FIRST_YEAR <= found.year <= _LAST_YEAR:
        raise vol.Invalid(f"Not a time from {_FIRST_YEAR} to {_LAST_YEAR}")
    return dt_util.as_utc(found)


def iso(time: datetime | None) -> str | None:
    """Return a time in UTC, to the second."""
    if time is None:
        return None
    return time.astimezone(UTC).isoformat(timespec="seconds")


def kwh(wh: float | None) -> float | None:
    """Return an energy of Wh in kWh."""
    return rounded(None if wh is None else wh / 1000.0, 3)


def rounded(value: float | None, digits: int = 0) -> float | None:
    """Return a finite value rounded; None for others, which JSON does not have."""
    if value is None or not isfinite(value):
        return None
    return round(value, digits) + 0.0


def backends_data(backed: Backed, session: Transaction) -> list[dict[str, str | None]]:
    """Return the backends that a session went to."""
    return [
        {
            "name": told.name,
            "state": told.state.value,
            "confirmed": iso(told.confirmed),
            "id": told.id,
        }
        for told in backed.told(session)
    ]
