"""Streams of the values of periodic monitors (2.1, N11 to N15)."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import uuid4

from simulator.clock import Timer
from simulator.errors import NotConnected
from simulator.structures import Payload, dumps

if TYPE_CHECKING:
    from simulator.v2.station import ChargingStation, Handler

OPEN, CLOSE, NOTIFY = (
    "OpenPeriodicEventStream",
    "ClosePeriodicEventStream",
    "NotifyPeriodicEventStream",
)


@dataclass(kw_only=True, slots=True, eq=False)
class Stream:
    """One stream."""

    id: int
    monitor: int
    interval: int | None
    most: int | None
    is_open: bool = False
    """The CSMS has taken it."""
    values: list[tuple[datetime, str]] = field(default_factory=list)
    """What was not sent yet."""
    timer: Timer | None = None


class Streams:
    """The streams of a station."""

    def __init__(self, station: ChargingStation) -> None:
        self._station = station
        self._streams: dict[int, Stream] = {}
        """Id of the monitor -> its stream."""
        self._next = 1
        self.handlers: dict[str, Handler] = {
            "AdjustPeriodicEventStream": self._adjust,
            "GetPeriodicEventStream": self._get,
        }
        if station.version != "2.1":
            self.handlers.clear()

    def begin(self, monitor: int, params: Payload) -> None:
        """Open a stream for a monitor, as it was asked for or is hard-wired (N11)."""
        stream = self._streams[monitor] = Stream(
            id=self._next,
            monitor=monitor,
            interval=params.get("interval"),
            most=params.get("values"),
        )
        self._next += 1
        self._station.after(lambda: self._station.spawn(self._open(stream)))

    async def _open(self, stream: Stream) -> None:
        answer = await self._station.link.call(
            OPEN, {"constantStreamData": self._constant(stream)}
        )
        if answer.get("status") != "Accepted":
            # N11.FR.07: its values come as events.
            self._streams.pop(stream.monitor, None)
            return
        stream.is_open = True
        self._time(stream)

    def _time(self, stream: Stream) -> None:
        if stream.timer is not None:
            stream.timer.stop()
            stream.timer = None
        if stream.interval:
            stream.timer = Timer(self._station.clock, lambda: self.flush(stream))
            stream.timer.start(stream.interval)

    def take(self, monitor: int, value: str) -> bool:
        """Take a value of a monitor; return whether it has a stream."""
        stream = self._streams.get(monitor)
        if stream is None or not stream.is_open:
            return False
        stream.values.append((self._station.clock.now(), value))
        if stream.most and len(stream.values) >= stream.most:
            # N15.FR.08.
            self.flush(stream)
        return True

    def flush(self, stream: Stream) -> None:
        """Send what there is, `most` values at a time (N15.FR.06, FR.07)."""
        if not stream.values:
            return
        count = stream.most or len(stream.values)
        sent, stream.values = stream.values[:count], stream.values[count:]
        base = sent[0][0]
        payload: Payload = {
            "id": stream.id,
            "pending": len(stream.values),
            # N15.FR.09: the first value is at 0.
            "basetime": base.isoformat(),
            "data": [
                {"t": (time - base).total_seconds(), "v": value} for time, value in sent
            ],
        }
        self._station.spawn(self._send(payload))

    async def _send(self, payload: Payload) -> None:
        try:
            await self._station.link.send_raw(
                f'[6,"{uuid4()}","{NOTIFY}",{dumps(payload)}]'
            )
        except NotConnected:
            self._station.log("the values of a stream are lost")

    def end(self, monitor: int) -> None:
        """Close the stream of a monitor, if it has one (N13)."""
        if (stream := self._streams.pop(monitor, None)) is None:
            return
        if stream.timer is not None:
            stream.timer.stop()
        if stream.is_open:
            # N13.FR.03.
            self.flush(stream)
            self._station.queue(CLOSE, {"id": stream.id})

    def stop(self) -> None:
        """End all timers."""
        for one in self._streams.values():
            if one.timer is not None:
                one.timer.stop()

    def _constant(self, stream: Stream) -> Payload:
        params = {"interval": stream.interval, "values": stream.most}
        return {
            "id": stream.id,
            "variableMonitoringId": stream.monitor,
            "params": {name: one for name, one in params.items() if one is not None},
        }

    def _get(self, payload: Payload) -> Payload:
        found = [self._constant(one) for one in self._streams.values() if one.is_open]
        return {"constantStreamData": found} if found else {}

    def _adjust(self, payload: Payload) -> Payload:
        for one in self._streams.values():
            if one.id == payload["id"] and one.is_open:
                one.interval = payload["params"].get("interval", one.interval)
                one.most = payload["params"].get("values", one.most)
                self._time(one)
                return {"status": "Accepted"}
        return {"status": "Rejected"}
