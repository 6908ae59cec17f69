"""What of a station's events is news for people, and which of it is a problem (N07).

A station may send thousands of events: values that change, the same alert again, alerts
that come and go each second. News is a change, and no more of them are told than a
person can read; what is held back is told later as it is then.
"""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from ...model.model import ChargePointError, utcnow
from ...model.timestamps import parse_time
from ...security.masking import MASKED
from ..device_model.names import VariableName, name_of
from ..security.secrets import is_secret_variable, names_secret
from ..station import Problem, Station
from ..streams.monitors import Monitors

if TYPE_CHECKING:
    from ...charge_point import ChargePoint

_MOST: Final = 200
"""Variables whose last news is remembered, and those whose news is held back."""

_AT_ONCE: Final = 20
_KEPT_FOR_PROBLEMS: Final = 5
_PAUSE: Final = 60.0
"""News that may be told at once, how many of it are problems; seconds until one more."""

_AGAIN: Final = 3600.0
"""Seconds after which an alert that is told again is news."""

_HISTORIC: Final = timedelta(minutes=2)
"""The age from which news that is older than what is known is a replay."""

_OF_PROBLEMS: Final = 4
"""The highest severity of a problem: an error that asks for action (appendices)."""

_LONGEST: Final = 200
"""Characters of each text that is told on."""
_LONGEST_INFO: Final = 100

_PLACES: Final = frozenset({"chargingstation", "evse", "connector"})

_PRIVATE: Final = frozenset({"connectedev", "tokenreader"})
"""Components whose values may say who is there."""

_ERRORS: Final = {
    "connectorplugretentionlock": ChargePointError.CONNECTOR_LOCK_FAILURE,
    "fiscalmetering": ChargePointError.POWER_METER_FAILURE,
    "groundfaultprotection": ChargePointError.GROUND_FAILURE,
    "overcurrentbreaker": ChargePointError.OVER_CURRENT_FAILURE,
    "powercontactor": ChargePointError.POWER_SWITCH_FAILURE,
    "rcd": ChargePointError.GROUND_FAILURE,
    "temperaturesensor": ChargePointError.HIGH_TEMPERATURE,
    "tokenreader": ChargePointError.READER_FAILURE,
}
"""Component -> the error code of its problem."""

_ERRORS_OF_VARIABLES: Final = {
    "overload": ChargePointError.OVER_CURRENT_FAILURE,
    "temperature": ChargePointError.HIGH_TEMPERATURE,
}


def error_of(component: str, variable: str = "") -> ChargePointError:
    """Return the error code of a problem of a component; `OTHER_ERROR` if it has none."""
    return (
        _ERRORS.get(component.casefold())
        or _ERRORS_OF_VARIABLES.get(variable.casefold())
        or ChargePointError.OTHER_ERROR
    )


class News(StrEnum):
    """What an event tells."""

    ALERT = "alert"
    """A limit is exceeded, or something else is wrong."""
    CLEARED = "cleared"
    """It is not any more."""
    CHANGED = "changed"
    """A variable has another value, which is no number."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Alert:
    """One event that is news, if it is not known already."""

    news: News
    name: VariableName
    monitor: int | None
    kind: str
    """EventNotificationEnumType (3.37), as in OCPP."""
    value: str
    severity: int | None
    tech_code: str | None
    tech_info: str | None
    event: int | None
    cause: int | None
    transaction_id: str | None
    time: datetime | None

    @property
    def key(self) -> tuple[VariableName, int | None]:
        """What it is about: alerts with the same key follow each other."""
        return self.name, self.monitor

    @property
    def state(self) -> tuple[Any, ...]:
        """What is compared: a number that goes on changing is no change of an alert."""
        value = None if _is_number(self.value) else self.value
        return self.news, None if self.news is News.CLEARED else (value, self.tech_code)

    @property
    def component(self) -> str:
        """The component as `Station` calls it: with instance and plug, without case."""
        parts = (self.name.component, self.name.component_instance, self.name.plug)
        return "/".join(str(one) for one in parts if one is not None).casefold()

    @property
    def is_problem(self) -> bool:
        """Return whether it asks for somebody to do something.

        Where no severity is known, it is one if the station came with the monitor, and
        names a code, or a component that is there for safety.
        """
        if self.news is not News.ALERT:
            return False
        if self.severity is not None:
            return self.severity <= _OF_PROBLEMS
        if self.kind == "CustomMonitor":
            return False
        return (
            self.tech_code is not None
            or error_of(self.name.component) is not ChargePointError.OTHER_ERROR
        )

    @property
    def words(self) -> str:
        """What it is about, and what the station says of it."""
        what = f"{self.name.component} {self.name.variable}"
        return f"{what}: {self.tech_info or self.value}"[:_LONGEST_INFO]


class Alerts:
    """Tells what a station's events say, and shows its problems."""

    def __init__(self, charge_point: ChargePoint) -> None:
        """Know nothing yet."""
        self._charge_point = charge_point
        self._station = charge_point.part(Station)
        self._monitors = charge_point.part(Monitors)
        self._last: dict[tuple[VariableName, int | None], tuple[Alert, float]] = {}
        """What was told last, and when; the oldest is first."""
        self._waiting: dict[tuple[VariableName, int | None], Alert] = {}
        """What is held back, the newest of each."""
        self._left = float(_AT_ONCE)
        self._counted = 0.0
        self._timer: asyncio.TimerHandle | None = None
        charge_point.version_listeners.append(self.forget)
        charge_point.on_close.append(self.close)

    def close(self) -> None:
        """Stop; what is held back is lost."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def forget(self) -> None:
        """Forget all, as the station has begun anew (N07.FR.14), and so has its clock.

        What is still wrong it has to tell again: nothing else would ever take a problem
        away whose end was lost.
        """
        self._last.clear()
        self._waiting.clear()
        self.close()
        self._station.forget_alerts()

    def monitor_gone(self, monitor_id: int) -> None:
        """Note that a monitor was deleted: it tells no end any more (N07.FR.12)."""
        self._monitors.forget(monitor_id)
        for key, (alert, _) in list(self._last.items()):
            if alert.monitor == monitor_id:
                self._over(alert)
                del self._last[key]
                self._waiting.pop(key, None)

    def monitors_replaced(self) -> None:
        """Note another set of monitors (N03): only what is hard-wired is left."""
        for key, (alert, _) in list(self._last.items()):
            if not alert.kind.startswith("HardWired"):
                self._over(alert)
                del self._last[key]
                self._waiting.pop(key, None)

    def _over(self, alert: Alert) -> None:
        self._station.alert_told(alert.name.evse or 0, _place(alert), None)

    def take(self, event: dict[str, Any]) -> None:
        """Take an EventDataType (2.24), valid by the schema."""
        if event["trigger"] == "Periodic":
            # What was wanted are its values.
            return
        if (alert := self._read(event)) is None:
            return
        now = asyncio.get_running_loop().time()
        last = self._last.get(alert.key)
        if last is not None and _is_replay(alert, last[0]):
            return
        if last is not None and last[0].state == alert.state:
            # It is again as it was told, whatever was meanwhile.
            self._waiting.pop(alert.key, None)
            if alert.news is not News.ALERT or now - last[1] < _AGAIN:
                return
        if self._may_tell(alert, now):
            self._tell(alert, now)
            return
        self._charge_point.deviations.note("events_held_back", str(alert.name))
        self._waiting.pop(alert.key, None)
        self._waiting[alert.key] = alert
        if len(self._waiting) > _MOST:
            del self._waiting[next(iter(self._waiting))]
        self._wait()

    def _read(self, event: dict[str, Any]) -> Alert | None:
        name = name_of(event["component"], event["variable"])
        variable = name.variable.casefold()
        if variable == "problem" or (
            variable == "availabilitystate" and name.component.casefold() in _PLACES
        ):
            # These have entities of their own.
            return None
        value = event["actualValue"]
        severity = event.get("severity")
        monitor = event.get("variableMonitoringId")
        if severity is None:
            severity = self._monitors.severity(monitor)
        if event["trigger"] == "Alerting":
            news = News.CLEARED if event.get("cleared") is True else News.ALERT
        elif _is_news(name, value, severity):
            news = News.CHANGED
        else:
            return None
        if (
            is_secret_variable(name.variable)
            or names_secret(value)
            or name.component.casefold() in _PRIVATE
        ):
            value = MASKED
        return Alert(
            news=news,
            name=name,
            monitor=monitor,
            kind=event["eventNotificationType"],
            value=value[:_LONGEST],
            severity=severity,
            tech_code=(event.get("techCode") or "")[:_LONGEST_INFO] or None,
            tech_info=(event.get("techInfo") or "")[:_LONGEST] or None,
            event=event["eventId"],
            cause=event.get("cause"),
            transaction_id=(event.get("transactionId") or "")[:_LONGEST_INFO] or None,
            time=parse_time(event["timestamp"]),
        )

    # How much is told.

    def _may_tell(self, alert: Alert, now: float) -> bool:
        self._left = min(_AT_ONCE, self._left + (now - self._counted) / _PAUSE)
        self._counted = now
        return self._left >= (1 if self._matters(alert) else 1 + _KEPT_FOR_PROBLEMS)

    def _matters(self, alert: Alert) -> bool:
        """Return whether it is a problem, or the end of one."""
        was = self._last.get(alert.key)
        return alert.is_problem or (was is not None and was[0].is_problem)

    def _wait(self) -> None:
        if self._timer is None and self._waiting:
            self._timer = asyncio.get_running_loop().call_later(_PAUSE, self._go_on)

    def _go_on(self) -> None:
        """Tell what was held back, what matters most first."""
        self._timer = None
        now = asyncio.get_running_loop().time()
        waiting = self._waiting.values()
        for alert in sorted(waiting, key=lambda one: not self._matters(one)):
            if self._may_tell(alert, now):
                del self._waiting[alert.key]
                self._tell(alert, now)
        self._wait()

    def _tell(self, alert: Alert, now: float) -> None:
        self._left -= 1
        self._waiting.pop(alert.key, None)
        self._last.pop(alert.key, None)
        self._last[alert.key] = alert, now
        if len(self._last) > _MOST:
            del self._last[next(iter(self._last))]
        name = alert.name
        self._charge_point.emit(
            "monitor_event",
            {
                "event": alert.news.value,
                "component": name.component,
                "component_instance": name.component_instance,
                "connector_id": name.evse or None,
                "plug": name.plug,
                "variable": name.variable,
                "variable_instance": name.variable_instance,
                "value": alert.value,
                "severity": alert.severity,
                "monitor_id": alert.monitor,
                "tech_code": alert.tech_code,
                "tech_info": alert.tech_info,
                "event_id": alert.event,
                "cause": alert.cause,
                "transaction_id": alert.transaction_id,
                "timestamp": alert.time,
            },
        )
        if alert.news is News.CHANGED:
            return
        problem = None
        if alert.is_problem:
            problem = Problem(
                error_of(name.component, name.variable), alert.words, alert.tech_code
            )
        self._station.alert_told(name.evse or 0, _place(alert), problem)


def _place(alert: Alert) -> tuple[str, str]:
    """Return the component, and which of its alerts it is."""
    name = alert.name
    which = f"{name.variable}[{name.variable_instance or ''}]{alert.monitor or ''}"
    return alert.component, which.casefold()


def _is_replay(alert: Alert, known: Alert) -> bool:
    """Return whether an event of the past comes after a newer one."""
    return (
        alert.time is not None
        and known.time is not None
        and alert.time < known.time
        and utcnow() - alert.time > _HISTORIC
    )


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _is_news(name: VariableName, value: str, severity: int | None) -> bool:
    """Return whether a value that has changed is news for people.

    Numbers are for sensors, settings have been changed by somebody who knows, and what
    is told of vehicles and cards is shown where it belongs.
    """
    component = name.component.casefold()
    return not (
        _is_number(value)
        or component.endswith("ctrlr")
        or component in _PRIVATE
        or (severity is not None and severity > _LEAST_FOR_CHANGES)
    )


_LEAST_FOR_CHANGES: Final = 7
"""The highest severity of a change that is told: a notice. Above it is detail."""
