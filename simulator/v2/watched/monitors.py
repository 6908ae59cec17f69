"""Monitors of variables, and the events that they cause (2.0.1 and 2.1, N02 to N08)."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from simulator.clock import Timer
from simulator.errors import CallError
from simulator.outbox import Item
from simulator.structures import Payload, dumps
from simulator.v2.device_model import Variable, key_of
from simulator.v2.variables import fits

if TYPE_CHECKING:
    from simulator.v2.device_model import Key
    from simulator.v2.station import ChargingStation, Handler

CTRLR = "MonitoringCtrlr"
UPPER, LOWER, DELTA = "UpperThreshold", "LowerThreshold", "Delta"
PERIODIC, ALIGNED = "Periodic", "PeriodicClockAligned"
TARGET, RELATIVE = "TargetDelta", "TargetDeltaRelative"
ALERTING = frozenset({UPPER, LOWER, TARGET, RELATIVE})
HARD_WIRED, PRECONFIGURED, CUSTOM = (
    "HardWiredMonitor",
    "PreconfiguredMonitor",
    "CustomMonitor",
)
CRITERIA = {
    "ThresholdMonitoring": {UPPER, LOWER},
    "DeltaMonitoring": {DELTA, TARGET, RELATIVE},
    "PeriodicMonitoring": {PERIODIC, ALIGNED},
}
NUMERIC = ("integer", "decimal")
LEAST_SEVERE = 9


@dataclass(kw_only=True, slots=True, eq=False)
class Monitor:
    """One monitor."""

    id: int
    variable: Key
    type: str
    value: float
    severity: int
    origin: str = CUSTOM
    transaction: bool = False
    """Whether it works only while there is a transaction."""
    active: bool = True
    exceeded: bool = False
    reference: str = ""
    """The value from which a difference counts."""
    factory: tuple[float, int] | None = field(default=None)
    """Value and severity by the manufacturer, if the CSMS has changed them."""
    timer: Timer | None = None


class Monitors:
    """The monitors of a station."""

    def __init__(self, station: ChargingStation) -> None:
        self._station = station
        self._monitors: dict[int, Monitor] = {}
        self._next = 1
        self.report_size = 3
        """How many variables are in one NotifyMonitoringReport."""
        self.base, self.level = "All", LEAST_SEVERE
        self._cause: int | None = None
        self.handlers: dict[str, Handler] = {
            "ClearVariableMonitoring": self._clear,
            "GetMonitoringReport": self._report,
            "SetMonitoringBase": self._set_base,
            "SetMonitoringLevel": self._set_level,
            "SetVariableMonitoring": self._set,
        }

    def __iter__(self) -> Iterator[Monitor]:
        return iter(list(self._monitors.values()))

    # What a manufacturer and a person at the station do.

    def install(
        self,
        component: str,
        name: str,
        kind: str,
        value: float,
        severity: int,
        *,
        evse: int | None = None,
        origin: str = HARD_WIRED,
        transaction: bool = False,
    ) -> Monitor:
        """Install a monitor as a manufacturer does."""
        return self._add(
            Monitor(
                id=self._next,
                variable=(component.casefold(), "", evse, None, name.casefold(), ""),
                type=kind,
                value=value,
                severity=severity,
                origin=origin,
                transaction=transaction,
            )
        )

    def put(
        self,
        component: str,
        name: str,
        value: object,
        *,
        evse: int | None = None,
        cause: int | None = None,
    ) -> None:
        """Give a variable a value; `cause` is the number of the event behind that."""
        self._cause = cause
        try:
            self._station.model.put(component, name, value, evse=evse)
        finally:
            self._cause = None

    def stop(self) -> None:
        """End all timers."""
        for one in self:
            if one.timer is not None:
                one.timer.stop()

    def summary(self) -> str:
        """Return what is watched."""
        return (
            "\n".join(
                f"{one.id} {one.origin} {_name(one.variable)} {one.type} {one.value:g}, "
                f"severity {one.severity}"
                + ("" if self._works(one) else ", off")
                + (", exceeded" if one.exceeded else "")
                for one in self
            )
            or "none"
        )

    # Evaluation

    def changed(self, variable: Variable) -> None:
        """Look at a variable that has a new value (N07)."""
        for one in self:
            if one.variable == variable.key and self._works(one):
                self._evaluate(one, variable.value)

    def _works(self, one: Monitor) -> bool:
        if not one.active or one.severity > self.level:
            return False
        if not self._station.model.boolean(CTRLR, "Available"):
            return False
        evse = one.variable[2]
        return not one.transaction or any(
            running.number == evse or evse is None
            for running in self._station.transactions.running()
        )

    def _evaluate(self, one: Monitor, value: str) -> None:
        if one.type in ALERTING:
            beyond = self._is_beyond(one, value)
            if beyond != one.exceeded:
                one.exceeded = beyond
                self._tell(one, value, "Alerting", cleared=None if beyond else True)
        elif one.type == DELTA and self._differs(one, value):
            one.reference = value
            self._tell(one, value, "Delta")

    def _is_beyond(self, one: Monitor, value: str) -> bool:
        if value == "":
            return False
        number = float(value)
        match one.type:
            case "UpperThreshold":
                return number > one.value
            case "LowerThreshold":
                return number < one.value
        variable = self._station.model.find(one.variable)
        target = float(variable.target or value) if variable is not None else number
        most = one.value if one.type == TARGET else abs(one.value * target)
        return abs(number - target) > most

    def _differs(self, one: Monitor, value: str) -> bool:
        variable = self._station.model.find(one.variable)
        if variable is None or variable.kind not in NUMERIC:
            return value != one.reference
        return abs(float(value or 0) - float(one.reference or 0)) > one.value

    def _tell(
        self, one: Monitor, value: str, trigger: str, *, cleared: bool | None = None
    ) -> None:
        station, variable = self._station, self._station.model.find(one.variable)
        if variable is None:
            return
        event: Payload = {
            "trigger": trigger,
            "actualValue": "" if variable.mutability == "WriteOnly" else value,
            "eventNotificationType": one.origin,
            "component": variable.component_told(),
            "variable": variable.variable_told(),
            "variableMonitoringId": one.id,
        }
        if cleared is not None:
            event["cleared"] = cleared
        if self._cause is not None:
            event["cause"] = self._cause
        if station.version == "2.1":
            event["severity"] = one.severity
        if one.transaction:
            running = next(iter(station.transactions.running()), None)
            if running is not None:
                event["transactionId"] = running.transaction_id
        payload = station.event_payload(event)
        queued = station.model.integer(CTRLR, "OfflineQueuingSeverity", default=-1)
        if station.operational or one.severity <= queued:
            # N07.FR.04
            station.outbox.put(Item("NotifyEvent", lambda: payload, keep=True))

    def _start(self, one: Monitor) -> None:
        """Begin to watch: from what the variable is now."""
        variable = self._station.model.find(one.variable)
        value = "" if variable is None else variable.value
        one.reference = value
        if one.timer is not None:
            one.timer.stop()
            one.timer = None
        if not one.active:
            return
        if one.type in (PERIODIC, ALIGNED):

            def due() -> None:
                known = self._station.model.find(one.variable)
                if (
                    known is not None
                    and self._works(one)
                    and not self._station.streams.take(one.id, known.value)
                ):
                    self._tell(one, known.value, "Periodic")

            one.timer = Timer(self._station.clock, due)
            now = self._station.clock.now().timestamp()
            first = one.value - now % one.value if one.type == ALIGNED else one.value
            one.timer.start(one.value, first)
        elif one.type in ALERTING and self._works(one):
            self._station.after(lambda: self._evaluate(one, value))

    def _add(self, one: Monitor) -> Monitor:
        self._monitors[one.id] = one
        self._next = max(self._next, one.id + 1)
        self._start(one)
        return one

    # What the CSMS asks for.

    def _require(self) -> None:
        if not self._station.model.boolean(CTRLR, "Available"):
            raise CallError("NotImplemented", "it has no monitors")

    def _heed_limits(self, action: str, count: int, payload: Payload) -> None:
        model = self._station.model
        most = model.integer(CTRLR, "ItemsPerMessage", action)
        if most and count > most:
            self._station.violation(f"{action} with {count} items, of {most}")
            raise CallError("OccurrenceConstraintViolation", f"at most {most} items")
        most = model.integer(CTRLR, "BytesPerMessage", action)
        if most and len(dumps(payload).encode()) > most:
            self._station.violation(f"{action} is longer than {most} bytes")
            raise CallError("FormatViolation", f"at most {most} bytes")

    def _set(self, payload: Payload) -> Payload:
        self._require()
        items = payload["setMonitoringData"]
        self._heed_limits("SetVariableMonitoring", len(items), payload)
        return {"setMonitoringResult": [self._set_one(one) for one in items]}

    def _set_one(self, item: Payload) -> Payload:
        status, monitor = self._wanted(item)
        result = {
            name: item[name] for name in ("type", "severity", "component", "variable")
        }
        if monitor is not None:
            result["id"] = self._add(monitor).id
            # N13.FR.06: without it, a stream that there is ends.
            self._station.streams.end(monitor.id)
            if (params := item.get("periodicEventStream")) is not None:
                self._station.streams.begin(monitor.id, params)
        return {**result, "status": status}

    def _wanted(self, item: Payload) -> tuple[str, Monitor | None]:
        """Return the status, and the monitor that is installed if it is accepted."""
        key = key_of(item["component"], item["variable"])
        kind, value, severity = item["type"], float(item["value"]), item["severity"]
        model = self._station.model
        if key[:4] not in model.components():
            return "UnknownComponent", None
        if (variable := model.find(key)) is None:
            return "UnknownVariable", None
        numeric = variable.kind in NUMERIC
        if (kind in ALERTING and not numeric) or (
            kind in (TARGET, RELATIVE) and self._station.version != "2.1"
        ):
            return "UnsupportedMonitorType", None
        if not 0 <= severity <= LEAST_SEVERE or (
            kind not in (UPPER, LOWER) and value < 0
        ):
            return "Rejected", None
        limits = (variable.minimum, variable.maximum)
        if kind in (UPPER, LOWER) and (
            (limits[0] is not None and value < limits[0])
            or (limits[1] is not None and value > limits[1])
        ):
            # N04.FR.14
            return "Rejected", None
        number = item.get("id")
        known = None if number is None else self._monitors.get(number)
        if number is not None and (
            known is None or known.origin == HARD_WIRED or known.variable != key
        ):
            return "Rejected", None
        if any(
            (one.variable, one.type, one.severity) == (key, kind, severity)
            for one in self
            if one is not known
        ):
            return "Duplicate", None
        if known is not None:
            if known.timer is not None:
                known.timer.stop()
            factory = known.factory
            if known.origin == PRECONFIGURED and factory is None:
                factory = (known.value, known.severity)
            return "Accepted", replace(
                known, type=kind, value=value, severity=severity, factory=factory
            )
        return "Accepted", Monitor(
            id=self._next,
            variable=key,
            type=kind,
            value=value,
            severity=severity,
            transaction=item.get("transaction", False),
        )

    def _clear(self, payload: Payload) -> Payload:
        self._require()
        numbers = payload["id"]
        self._heed_limits("ClearVariableMonitoring", len(numbers), payload)
        results = []
        for number in numbers:
            known = self._monitors.get(number)
            status = "NotFound" if known is None else "Accepted"
            if known is not None and known.origin == HARD_WIRED:
                status = "Rejected"
            elif known is not None:
                self._remove(known)
            results.append({"id": number, "status": status})
        return {"clearMonitoringResult": results}

    def _remove(self, one: Monitor) -> None:
        self._station.streams.end(one.id)
        if one.timer is not None:
            one.timer.stop()
        del self._monitors[one.id]

    def _set_base(self, payload: Payload) -> Payload:
        self._require()
        base = payload["monitoringBase"]
        for one in self:
            if one.origin == CUSTOM and base != "All":
                self._remove(one)
            elif one.origin == PRECONFIGURED:
                if base != "All" and one.factory is not None:
                    (one.value, one.severity), one.factory = one.factory, None
                one.active = base != "HardWiredOnly"
                self._start(one)
        self.base = base
        self._station.model.put(CTRLR, "ActiveMonitoringBase", base)
        return {"status": "Accepted"}

    def _set_level(self, payload: Payload) -> Payload:
        self._require()
        if not 0 <= payload["severity"] <= LEAST_SEVERE:
            return {"status": "Rejected"}
        self.level = payload["severity"]
        self._station.model.put(CTRLR, "ActiveMonitoringLevel", self.level)
        return {"status": "Accepted"}

    def _report(self, payload: Payload) -> Payload:
        self._require()
        criteria = payload.get("monitoringCriteria") or []
        kinds = set().union(*(CRITERIA[one] for one in criteria))
        wanted = payload.get("componentVariable") or []
        found: dict[Key, list[Monitor]] = {}
        for one in self:
            variable = self._station.model.find(one.variable)
            if variable is None or not one.active:
                continue
            if (not criteria or one.type in kinds) and (
                not wanted or any(fits(variable, entry) for entry in wanted)
            ):
                found.setdefault(one.variable, []).append(one)
        if not found:
            return {"status": "EmptyResultSet"}
        entries = [self._entry(key, monitors) for key, monitors in found.items()]
        size = self.report_size
        pieces = [entries[at : at + size] for at in range(0, len(entries), size)]
        for number, piece in enumerate(pieces):
            self._station.reply(
                "NotifyMonitoringReport",
                {
                    "requestId": payload["requestId"],
                    "generatedAt": self._station.timestamp(),
                    "seqNo": number,
                    "tbc": number < len(pieces) - 1,
                    "monitor": piece,
                },
            )
        return {"status": "Accepted"}

    def _entry(self, key: Key, monitors: list[Monitor]) -> Payload:
        variable = self._station.model.find(key)
        assert variable is not None
        more = self._station.version == "2.1"
        return {
            "component": variable.component_told(),
            "variable": variable.variable_told(),
            "variableMonitoring": [
                {
                    "id": one.id,
                    "transaction": one.transaction,
                    "value": one.value,
                    "type": one.type,
                    "severity": one.severity,
                    **({"eventNotificationType": one.origin} if more else {}),
                }
                for one in monitors
            ],
        }


def _name(key: Key) -> str:
    component, _, evse, plug, name, _ = key
    place = "" if evse is None else f"/{evse}" + ("" if plug is None else f".{plug}")
    return f"{component}{place}.{name}"
