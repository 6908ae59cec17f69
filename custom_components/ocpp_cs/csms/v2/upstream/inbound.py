"""What an upstream asks in OCPP 2.0.1."""

from collections.abc import Awaitable, Mapping
from typing import Any, Final

from ...model.errors import CallError, Violation
from ...schema.schemas import Schemas
from ...upstream.asked.requests import Requests
from . import cards, charging, control, reports, upkeep
from .answers import Json, UpstreamHandler
from .variables import VirtualVariables

_LONGEST_TEXT: Final = 200


class UpstreamInbound:
    """Answers the calls of one upstream."""

    def __init__(
        self, requests: Requests, schemas: Schemas, variables: VirtualVariables
    ) -> None:
        """Answer by `requests`."""
        self._schemas = schemas
        self._handlers: Mapping[str, UpstreamHandler] = {
            **cards.handlers(requests),
            **charging.handlers(requests),
            **control.handlers(requests),
            **reports.handlers(requests, variables),
            **upkeep.handlers(requests, variables),
        }

    def handle(self, action: str, payload: Any) -> Json | Awaitable[Json]:
        """Answer a call. Raises CallError."""
        schema = self._schemas.request(action)
        if schema is None:
            raise CallError(Violation.NOT_IMPLEMENTED, f"unknown action {action[:50]}")
        if (handler := self._handlers.get(action)) is None:
            raise CallError(
                Violation.NOT_SUPPORTED, f"{action} is not for a charging station"
            )
        if not schema.valid(payload) and (problems := schema.problems(payload)):
            first = problems[0]
            text = f"{first.path} {first.message}".strip()
            raise CallError(first.violation, text[:_LONGEST_TEXT])
        return handler(payload)
