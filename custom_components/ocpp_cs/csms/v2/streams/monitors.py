"""Which variable a monitor watches, as a stream names the monitor alone (2.1: N15.FR.03)."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from ...charge_point import ChargePoint

_MOST: Final = 1000
"""The number of monitors that are kept; the oldest go."""

_CUSTOM: Final = "CustomMonitor"
_KINDS: Final = frozenset(
    {"HardWiredNotification", "HardWiredMonitor", "PreconfiguredMonitor", _CUSTOM}
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Monitor:
    """A monitor of a variable."""

    component: dict[str, Any]
    variable: dict[str, Any]
    severity: int | None = None
    kind: str = _CUSTOM
    """EventNotificationEnumType (3.33), as in OCPP."""

    def event(self, value: str, time: str) -> dict[str, Any]:
        """Return a value as the EventDataType that it would have been (N15.FR.03)."""
        return {
            "eventId": 0,
            "timestamp": time,
            "trigger": "Periodic",
            "actualValue": value,
            "eventNotificationType": self.kind,
            "component": self.component,
            "variable": self.variable,
            **({} if self.severity is None else {"severity": self.severity}),
        }


class Monitors:
    """The monitors of a station, by their ids, kept over its connections."""

    def __init__(self, charge_point: ChargePoint) -> None:
        """Know none."""
        self._known: dict[int, Monitor] = {}

    def find(self, number: int) -> Monitor | None:
        """Return a monitor; None if nobody has told of it."""
        return self._known.get(number)

    def severity(self, number: int | None) -> int | None:
        """Return the severity of a monitor from 0 (danger) to 9; None if unknown.

        Before 2.1, its events do not tell that.
        """
        known = None if number is None else self._known.get(number)
        return None if known is None else known.severity

    def forget(self, number: int) -> None:
        """Forget a monitor that was deleted (N06)."""
        self._known.pop(number, None)

    def _put(self, number: int, monitor: Monitor) -> None:
        self._known.pop(number, None)
        self._known[number] = monitor
        if len(self._known) > _MOST:
            del self._known[next(iter(self._known))]

    def reported(self, payload: dict[str, Any]) -> None:
        """Note those of a NotifyMonitoringReport, valid by the schema (N02)."""
        for told in payload.get("monitor") or ():
            for one in told["variableMonitoring"]:
                kind = one.get("eventNotificationType")
                self._put(
                    one["id"],
                    Monitor(
                        component=told["component"],
                        variable=told["variable"],
                        severity=one.get("severity"),
                        kind=kind if kind in _KINDS else _CUSTOM,
                    ),
                )

    def event_told(self, event: dict[str, Any]) -> None:
        """Note the monitor that an EventDataType, valid by the schema, names (N07)."""
        number = event.get("variableMonitoringId")
        if number is not None and number not in self._known:
            self._put(
                number,
                Monitor(
                    component=event["component"],
                    variable=event["variable"],
                    severity=event.get("severity"),
                    kind=event["eventNotificationType"],
                ),
            )

    def set(self, results: list[dict[str, Any]]) -> None:
        """Note those that the station has accepted (N04).

        Args:
            results: SetMonitoringResultTypes with their names in snake case.
        """
        for one in results:
            if one.get("status") == "accepted" and one.get("id") is not None:
                self._put(
                    one["id"],
                    Monitor(
                        component=_spelled(one["component"]),
                        variable=_spelled(one["variable"]),
                        severity=one.get("severity"),
                    ),
                )


def _spelled(part: dict[str, Any]) -> dict[str, Any]:
    """Return a component or variable with the names that messages have."""
    evse = part.get("evse")
    told = {name: part[name] for name in ("name", "instance") if part.get(name)}
    if evse:
        told["evse"] = {"id": evse["id"]}
        if evse.get("connector_id") is not None:
            told["evse"]["connectorId"] = evse["connector_id"]
    return told
