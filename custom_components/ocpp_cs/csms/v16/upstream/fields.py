"""What the calls of upstreams and their answers have in common in OCPP 1.6."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

from ...model.errors import CallError, Violation
from ...model.timestamps import parse_time

type Json = dict[str, Any]

type UpstreamHandler = Callable[[Json], Json | Awaitable[Json]]
"""Answers a call whose payload is valid by the schema; raises CallError."""


def answer(*, accepted: bool) -> Json:
    """Return the answer of most actions."""
    return {"status": "Accepted" if accepted else "Rejected"}


def time_of(fields: Json, name: str) -> datetime | None:
    """Return a time among fields; None if it is not there.

    Raises:
        CallError: It is no time.
    """
    if (text := fields.get(name)) is None:
        return None
    if (time := parse_time(text)) is None:
        raise CallError(Violation.PROPERTY_CONSTRAINT, f"{name} is no time")
    return time
