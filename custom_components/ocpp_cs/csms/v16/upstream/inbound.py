"""What an upstream asks in OCPP 1.6, and what answers it."""

from ...schema.schemas import Schemas
from ...schema.spelling import snake
from ...upstream.asked.calls import CallTable, Json, UpstreamHandler
from ...upstream.asked.requests import Requests
from . import charging, control, lists, owner
from .settings import VirtualKeys


def inbound(requests: Requests, schemas: Schemas, keys: VirtualKeys) -> CallTable:
    """Return what answers the calls of one upstream."""
    trigger = _trigger_message(requests)
    return CallTable(
        schemas,
        {
            **charging.handlers(requests),
            **control.handlers(requests),
            **keys.handlers(),
            **lists.handlers(requests),
            **owner.handlers(requests),
            "ExtendedTriggerMessage": trigger,
            "TriggerMessage": trigger,
        },
        requests.memory,
    )


def _trigger_message(requests: Requests) -> UpstreamHandler:
    def trigger_message(payload: Json) -> Json:
        """Send a message that it asks for (5.17)."""
        number = payload.get("connectorId")
        if number and number not in requests.charge_point.connectors:
            return {"status": "Rejected"}
        message = payload["requestedMessage"]
        if requests.trigger(snake(message), number):
            return {"status": "Accepted"}
        # Values of a session that it is not told of are not told now.
        is_known = message == "MeterValues"
        return {"status": "Rejected" if is_known else "NotImplemented"}

    return trigger_message
