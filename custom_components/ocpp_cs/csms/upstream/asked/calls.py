"""The calls of an upstream: a table of what answers them, and what is wrong with them."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any, Final

from ...model.errors import CallError, Violation
from ...model.timestamps import plausible, read_time
from ...schema.schemas import Schemas
from ..memory import StationMemory

type Json = dict[str, Any]

type UpstreamHandler = Callable[[Json], Json | Awaitable[Json]]
"""Answers a call whose payload is valid by the schema; raises CallError."""

_LONGEST_TEXT: Final = 200


class CallTable:
    """Answers the calls of one upstream, once they are found to be valid."""

    def __init__(
        self,
        schemas: Schemas,
        handlers: Mapping[str, UpstreamHandler],
        memory: StationMemory,
    ) -> None:
        """Answer by these handlers.

        Args:
            schemas: The schemas of the version.
            handlers: Action -> what answers it.
            memory: Where they keep what the upstream sets.
        """
        self._schemas = schemas
        self._memory = memory
        self._handlers = handlers

    def handle(self, action: str, payload: Any) -> Json | Awaitable[Json]:
        """Answer a call; the `Handler` of a connection. Raises CallError."""
        schema = self._schemas.request(action)
        if schema is None:
            raise CallError(Violation.NOT_IMPLEMENTED, f"unknown action {action[:50]}")
        if (handler := self._handlers.get(action)) is None:
            raise CallError(Violation.NOT_SUPPORTED, f"{action} is not supported")
        if schema.valid(payload):
            self._memory.is_promised = False
            answer = handler(payload)
            return self._kept(answer) if self._memory.is_promised else answer
        problems = schema.problems(payload)
        if not problems:
            # The schema sets no limit to numbers, but we do.
            raise CallError(Violation.PROPERTY_CONSTRAINT, "a number is too large")
        first = problems[0]
        text = f"{first.path} {first.message}".strip()
        raise CallError(first.violation, text[:_LONGEST_TEXT])

    async def _kept(self, answer: Json | Awaitable[Json]) -> Json:
        """Return an answer once what it promises is on the disk."""
        await self._memory.write()
        return answer if isinstance(answer, dict) else await answer


def time_of(fields: Json, name: str) -> datetime | None:
    """Return a time among fields; None if it is not there, or means "no time".

    Many write the year 9999 for what never ends. It is refused by nobody: the profile
    or the list that it stands in would be lost.

    Raises:
        CallError: It is no time.
    """
    if (text := fields.get(name)) is None:
        return None
    if (time := read_time(text)) is None:
        raise CallError(Violation.PROPERTY_CONSTRAINT, f"{name} is no time")
    return plausible(time)
