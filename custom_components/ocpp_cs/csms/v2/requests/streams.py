"""The streams of a station, as users ask for them (2.1: N12, N14)."""

from ...commands import Answer
from ...model.errors import InvalidRequestError
from ..commands import Fields, V2Commands
from ..streams.streams import Streams
from .fields import as_list

_ADJUST = "AdjustPeriodicEventStream"


async def get_periodic_event_stream(commands: V2Commands, fields: Fields) -> Answer:
    """Return the streams that are open, and take them over (N12)."""
    answer = await commands.caller.send("GetPeriodicEventStream")
    streams = as_list(answer.get("constant_stream_data"))
    commands.charge_point.part(Streams).listed(streams)
    return answer | {"constant_stream_data": streams}


async def adjust_periodic_event_stream(commands: V2Commands, fields: Fields) -> Answer:
    """Change how often a stream is sent (N14).

    Raises:
        InvalidRequestError: Neither of the two ways is given (N14.FR.01).
    """
    interval, count = fields.get("interval"), fields.get("values")
    if interval is None and count is None:
        raise InvalidRequestError(_ADJUST, "interval", "is needed, or values")
    answer = await commands.caller.send(
        _ADJUST, id=fields["id"], params={"interval": interval, "values": count}
    )
    commands.charge_point.part(Streams).adjusted(fields["id"], interval, count)
    return answer
