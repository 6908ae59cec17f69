"""Timestamps as chargers write them."""

from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given, strategies as st
import pytest

from custom_components.ocpp_cs.csms.model.timestamps import (
    format_time,
    is_rfc3339,
    parse_time,
    read_time,
)

NOON = datetime(2024, 10, 27, 12, 0, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "2024-10-27T12:00:05Z",
        "2024-10-27T12:00:05.000Z",
        "2024-10-27T12:00:05.0000000000Z",
        "2024-10-27T12:00:05,0Z",
        "2024-10-27T12:00:05.Z",
        "2024-10-27T12:00:05z",
        "2024-10-27t12:00:05Z",
        "2024-10-27T12:00:05",
        "2024-10-27 12:00:05",
        "2024-10-27 12:00:05Z",
        "2024-10-27T12:00:05 Z",
        "2024-10-27 12:00:05 UTC",
        " 2024-10-27T12:00:05Z ",
        "2024-10-27T12:00:05+00:00",
        "2024-10-27T14:00:05+02:00",
        "2024-10-27T14:00:05+0200",
        "2024-10-27T14:00:05+02",
        "2024-10-27 14:00:05 +02:00",
        "2024-10-27T08:30:05-03:30",
        "2024-10-27T8:30:5-03:30",
        "20241027T120005Z",
        "1730030405",
        "1730030405000",
    ],
)
def test_forms(text: str) -> None:
    time = parse_time(text)
    assert time == NOON
    assert time.tzinfo is UTC


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("2024-10-27T12:00:05.264Z", NOON.replace(microsecond=264000)),
        ("2024-10-27T12:00:05.26z", NOON.replace(microsecond=260000)),
        ("2024-10-27T12:00:05.1234567Z", NOON.replace(microsecond=123456)),
        ("2024-10-27T12:00Z", NOON.replace(second=0)),
        ("2024-10-27T12:00:60Z", NOON.replace(second=59)),
        ("2024-10-27", NOON.replace(hour=0, second=0)),
    ],
)
def test_parts(text: str, time: datetime) -> None:
    assert parse_time(text) == time


@pytest.mark.parametrize(
    "text",
    [
        # What stands for no time: .NET and Go, Windows, NTP, C, and the end of time.
        "0001-01-01T00:00:00Z",
        "0001-01-01T00:00:00+00:00",
        "0001-01-01 00:00:00z",
        "1601-01-01T00:00:00Z",
        "1900-01-01T00:00:00.000Z",
        "1969-12-31T23:59:59Z",
        "1970-01-01T00:00:00Z",
        "1970-01-01T01:00:00+01:00",
        "0000000000",
        "2100-01-01T00:00:00Z",
        "9999-12-31T23:59:59Z",
        "9999-12-31T23:59:59.9999999Z",
        "",
        "now",
        "2024-13-01T00:00:00Z",
        "2024-02-30T00:00:00Z",
        "2024-02-30T00:00:00z",
        "2024-10-27T25:00:00Z",
        "2024-10-27T12:61:00z",
        "0001-01-01T00:00:00+14:00",
        "0001-01-01T00:00:00 +14:00Z",
        "9999-12-31T23:59:59-14:00",
        "12:00:05",
        "٢٠٢٤-10-27T12:00:05z",
        None,
        5,
        1730030405,
        ["2024-10-27"],
        {},
    ],
)
def test_no_time(text: object) -> None:
    assert parse_time(text) is None


def test_clocks_that_were_never_set_go_on() -> None:
    """From the epoch, or from a day that their maker chose."""
    for text in (
        "1970-01-01T00:00:42Z",
        "2000-01-01T00:00:00Z",
        "2099-12-31T23:59:59Z",
    ):
        assert parse_time(text) == datetime.fromisoformat(text)


@given(
    st.datetimes(
        datetime(1, 1, 3),
        datetime(9999, 12, 28),
        timezones=st.integers(-14 * 60, 14 * 60).map(
            lambda minutes: timezone(timedelta(minutes=minutes))
        ),
    )
)
def test_what_python_writes(time: datetime) -> None:
    assert read_time(time.isoformat()) == time
    assert read_time(time.isoformat(" ")) == time
    assert read_time(time.astimezone(UTC).isoformat().replace("+00:00", "z")) == time
    assert read_time(format_time(time)) == time.replace(microsecond=0)
    assert is_rfc3339(format_time(time))


@given(st.text() | st.from_regex(r"[0-9TZ:.,+\- ]{0,40}"))
def test_any_text(text: str) -> None:
    time = parse_time(text)
    assert time is None or time.tzinfo is UTC


def test_form_of_what_we_send() -> None:
    assert format_time(NOON) == "2024-10-27T12:00:05Z"
    assert not is_rfc3339("2024-10-27T12:00:05")
    assert not is_rfc3339("2024-10-27 12:00:05Z")
    assert not is_rfc3339("2024-10-32T12:00:05Z")
    assert is_rfc3339("2024-10-27T12:00:05+01:00")
