"""The streams that a station has opened, and the values that come by them (2.1: N11 to N15)."""

import asyncio
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from ...model.errors import CsmsError
from ...model.timestamps import format_time, parse_time, plausible
from .monitors import Monitors

if TYPE_CHECKING:
    from ...charge_point import ChargePoint

_MOST: Final = 200
"""The number of streams of one station; no more are accepted (N11.FR.05)."""
_MOST_VALUES: Final = 100
"""The values of a message that are read, and those of a stream that are kept."""
_LONGEST: Final = 200
"""Characters of a value that are kept of those before the last one."""


@dataclass(kw_only=True, slots=True)
class Stream:
    """A stream of the values of one monitor."""

    monitor: int
    """The id of the monitor."""
    interval: int | None = None
    """Seconds after which the station sends what it has."""
    count: int | None = None
    """The number of values after which it does."""
    pending: int = 0
    """The values that were not sent yet, as told last (N15.FR.04)."""
    values: deque[tuple[str, str]] = field(
        default_factory=lambda: deque(maxlen=_MOST_VALUES)
    )
    """The last values: time and value."""


class Streams:
    """The streams of one station, kept over its connections."""

    def __init__(self, charge_point: ChargePoint) -> None:
        """Know no stream."""
        self._charge_point = charge_point
        self.monitors = charge_point.part(Monitors)
        self.open: dict[int, Stream] = {}
        """Id -> stream."""
        self._asked: object | None = None
        self._asking: asyncio.Task[None] | None = None
        charge_point.reported["streams"] = self._told
        charge_point.watch(("connected",), self._link_changed)

    def opened(self, told: dict[str, Any]) -> bool:
        """Note a ConstantStreamDataType; return whether the stream is taken (N11.FR.04)."""
        number = told["id"]
        if number not in self.open and len(self.open) >= _MOST:
            return False
        params = told["params"]
        self.open[number] = Stream(
            monitor=told["variableMonitoringId"],
            interval=params.get("interval"),
            count=params.get("values"),
        )
        return True

    def closed(self, number: int) -> None:
        """Forget a stream (N13.FR.02)."""
        self.open.pop(number, None)

    def adjusted(self, number: int, interval: int | None, count: int | None) -> None:
        """Note how often a stream is sent from now on (N14)."""
        if (stream := self.open.get(number)) is not None:
            stream.interval = stream.interval if interval is None else interval
            stream.count = stream.count if count is None else count

    def listed(self, streams: list[dict[str, Any]]) -> None:
        """Replace what is known by the list of the station (N12).

        Args:
            streams: ConstantStreamDataTypes with their names in snake case.
        """
        before, self.open = self.open, {}
        for one in streams[:_MOST]:
            params = one["params"]
            known = before.get(one["id"])
            if known is None or known.monitor != one["variable_monitoring_id"]:
                known = Stream(monitor=one["variable_monitoring_id"])
            known.interval = params.get("interval")
            known.count = params.get("values")
            self.open[one["id"]] = known

    def take(self, payload: dict[str, Any]) -> dict[str, Any] | None:
        """Take the values of a message; return the last one as an event (N15.FR.03).

        The values before it are kept for diagnostics alone: they are over.

        Args:
            payload: NotifyPeriodicEventStream, valid by the schema.

        Returns:
            An EventDataType; None if it is not known what the stream is about, which is
            asked for then.
        """
        stream = self.open.get(payload["id"])
        if stream is None:
            self._charge_point.deviations.note(
                "stream_unknown", str(payload["id"])[:20]
            )
            self._ask()
            return None
        stream.pending = payload["pending"]
        base = parse_time(payload["basetime"])
        when, value = "", ""
        for one in sorted(payload["data"], key=lambda one: one["t"])[-_MOST_VALUES:]:
            time = base
            if base is not None:
                with suppress(OverflowError, ValueError):
                    time = plausible(base + timedelta(seconds=one["t"])) or base
            when = payload["basetime"] if time is None else format_time(time)
            value = one["v"]
            stream.values.append((when, value[:_LONGEST]))
        monitor = self.monitors.find(stream.monitor)
        if monitor is None:
            self._ask()
            return None
        return monitor.event(value, when) if when else None

    def _ask(self) -> None:
        """Ask which streams and monitors there are, once on a connection.

        They may be hard-wired, and opened before this central system knew the station.
        """
        link = self._charge_point.link
        if link is None or self._asked is link or not self._charge_point.ready:
            return
        self._asked = link
        self._asking = asyncio.get_running_loop().create_task(self._learn())

    def _link_changed(self) -> None:
        if not self._charge_point.connected and self._asking is not None:
            self._asking.cancel()
            self._asking = None

    async def _learn(self) -> None:
        commands = self._charge_point.commands
        for action in ("get_periodic_event_stream", "get_monitoring_report"):
            # Who cannot tell is served without it.
            with suppress(CsmsError):
                await commands.call(action)

    def _told(self) -> list[dict[str, Any]]:
        """Return the streams for diagnostics."""
        found = []
        for number, stream in self.open.items():
            monitor = self.monitors.find(stream.monitor)
            told = {
                "id": number,
                "monitor": stream.monitor,
                "key": None
                if monitor is None
                else f"{monitor.component['name']}.{monitor.variable['name']}"[
                    :_LONGEST
                ],
                "interval": stream.interval,
                "values": stream.count,
                "pending": stream.pending,
                "received": len(stream.values),
                "last": stream.values[-1] if stream.values else None,
            }
            found.append({name: one for name, one in told.items() if one is not None})
        return found
