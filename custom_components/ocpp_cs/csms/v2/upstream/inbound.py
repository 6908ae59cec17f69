"""What an upstream asks in OCPP 2, and what answers it."""

from ...schema.schemas import Schemas
from ...upstream.asked.calls import CallTable
from ...upstream.asked.requests import Requests
from . import cards, charging, control, later, reports, upkeep
from .variables import VirtualVariables


def inbound(
    requests: Requests, schemas: Schemas, variables: VirtualVariables
) -> CallTable:
    """Return what answers the calls of one upstream."""
    return CallTable(
        schemas,
        {
            **cards.handlers(requests),
            **charging.handlers(requests),
            **control.handlers(requests),
            **reports.handlers(requests, variables),
            **upkeep.handlers(requests, variables),
            # A call that the version does not have is found before.
            **later.handlers(),
        },
        requests.memory,
    )
