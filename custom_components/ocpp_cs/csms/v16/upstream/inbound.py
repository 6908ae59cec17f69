"""What an upstream asks in OCPP 1.6."""

from collections.abc import Awaitable, Mapping
from typing import Any, Final

from ...model.errors import CallError, Violation
from ...schema.schemas import Problem, Schemas
from ...schema.spelling import snake
from ...upstream.asked.requests import Requests
from . import charging, control, lists, owner
from .fields import Json, UpstreamHandler
from .settings import VirtualKeys

_LONGEST_TEXT: Final = 200


class UpstreamInbound:
    """Answers the calls of one upstream."""

    def __init__(self, requests: Requests, schemas: Schemas, keys: VirtualKeys) -> None:
        """Answer by `requests`."""
        self._requests = requests
        self._schemas = schemas
        self._keys = keys
        self._handlers: Mapping[str, UpstreamHandler] = {
            **charging.handlers(requests),
            **control.handlers(requests),
            **owner.handlers(requests),
            **keys.handlers(),
            "ExtendedTriggerMessage": self._trigger_message,
            "TriggerMessage": self._trigger_message,
            **lists.handlers(requests),
        }

    def handle(self, action: str, payload: Any) -> Json | Awaitable[Json]:
        """Answer a call. Raises CallError."""
        schema = self._schemas.request(action)
        if schema is None:
            raise CallError(Violation.NOT_IMPLEMENTED, f"unknown action {action[:50]}")
        if (handler := self._handlers.get(action)) is None:
            raise CallError(Violation.NOT_SUPPORTED, f"{action} is not supported")
        if not schema.valid(payload):
            raise _refusal(schema.problems(payload))
        return handler(payload)

    def _trigger_message(self, payload: Json) -> Json:
        """Send a message that it asks for (5.17)."""
        number = payload.get("connectorId")
        if number and number not in self._requests.charge_point.connectors:
            return {"status": "Rejected"}
        message = payload["requestedMessage"]
        if self._requests.trigger(snake(message), number):
            return {"status": "Accepted"}
        # Values of a session that it is not told of are not told now.
        is_known = message == "MeterValues"
        return {"status": "Rejected" if is_known else "NotImplemented"}


def _refusal(problems: list[Problem]) -> CallError:
    """Return the answer to a payload that violates the schema."""
    if not problems:
        # The schema sets no limit to numbers.
        return CallError(Violation.PROPERTY_CONSTRAINT, "a number is too large")
    first = problems[0]
    text = f"{first.path} {first.message}".strip()
    return CallError(first.violation, text[:_LONGEST_TEXT])
