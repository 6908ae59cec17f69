"""Parsing and formatting of timestamps."""

from datetime import UTC, datetime, timedelta, timezone
import re

# Formats that datetime.fromisoformat rejects although they are clear: a lower case z,
# blanks, a fraction without digits, hours of one digit, a leap second.
_LENIENT = re.compile(
    r"\s*(\d{4})-(\d{1,2})-(\d{1,2})[T\s]+(\d{1,2}):(\d{1,2})"
    r"(?::(\d{1,2})(?:[.,](\d*))?)?"
    r"\s*(?:(?:Z|UTC|GMT)|([+-])(\d{2}):?(\d{2})?Z?)?\s*",
    re.ASCII | re.IGNORECASE,
)
_EPOCH = re.compile(r"\s*(\d{10})(\d{3})?(?:\.\d*)?\s*", re.ASCII)
_RFC3339 = re.compile(
    r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)", re.ASCII
)
_NOT_READABLE = (TypeError, ValueError)
_NO_SUCH_TIME = (OverflowError, ValueError)

# A clock that was never set may start at the epoch and runs, so it shows durations. The
# values for "no time" do not run: the epoch itself, and the zeroes of other systems
# (year 1, 1601, 1900).
_EARLIEST = datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC)
_LATEST = datetime(2100, 1, 1, tzinfo=UTC)


def parse_time(text: object) -> datetime | None:
    """Parse a timestamp of a charge point.

    The years 1 and 9999, by which many systems mean "no time", are left out, as
    arithmetic with them overflows.

    Returns:
        The aware time in UTC; None if the text is no timestamp, or means "no time".
    """
    return plausible(read_time(text))


def plausible(time: datetime | None) -> datetime | None:
    """Return the time; None for a value that means "no time": see `parse_time`."""
    return time if time is not None and _EARLIEST <= time < _LATEST else None


def read_time(text: object) -> datetime | None:
    """Parse a timestamp; return None if it is invalid.

    Every ISO 8601 form is accepted (OCPP 1.6 errata 3.10): a fraction of any length,
    any offset, no offset (which is UTC), a blank instead of the T, a lower case z. Ten
    or thirteen digits are an epoch. The result is aware and in UTC.
    """
    try:
        time = datetime.fromisoformat(text)  # type: ignore[arg-type]
    except _NOT_READABLE:
        return _parse_leniently(text) if isinstance(text, str) else None
    zone = time.tzinfo
    if zone is UTC:
        return time
    if zone is None:
        return time.replace(tzinfo=UTC)
    try:
        return time.astimezone(UTC)
    except OverflowError:
        return None


def _parse_leniently(text: str) -> datetime | None:
    if epoch := _EPOCH.fullmatch(text):
        return datetime.fromtimestamp(int(epoch[1]), UTC)
    if not (found := _LENIENT.fullmatch(text)):
        return None
    year, month, day, hour, minute, second = (
        int(part or 0) for part in found.groups()[:6]
    )
    try:
        zone = UTC
        if found[8]:
            offset = timedelta(hours=int(found[9]), minutes=int(found[10] or 0))
            zone = timezone(-offset if found[8] == "-" else offset)
        return datetime(
            year,
            month,
            day,
            hour,
            minute,
            59 if second == 60 else second,
            int((found[7] or "0")[:6].ljust(6, "0")),
            tzinfo=zone,
        ).astimezone(UTC)
    except _NO_SUCH_TIME:
        return None


def is_rfc3339(text: str) -> bool:
    """Return whether a text is a timestamp in the format of OCPP 1.6."""
    return _RFC3339.fullmatch(text) is not None and read_time(text) is not None


def format_time(time: datetime) -> str:
    """Format an aware time as every charge point accepts it: UTC, whole seconds, Z."""
    text = time.astimezone(UTC).isoformat(timespec="seconds")
    return f"{text.removesuffix('+00:00')}Z"


def exact(time: datetime) -> str:
    """Format an aware time with its milliseconds: upstreams get those of our books."""
    text = time.astimezone(UTC).isoformat(timespec="milliseconds")
    return f"{text.removesuffix('+00:00')}Z"
