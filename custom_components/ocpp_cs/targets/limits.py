"""What a session may reach at most, told to chargers that keep it by themselves.

There are two kinds. The limit of a user is for one session, and exact: the charger stops
there. The guard of a plan, or of a boost with an energy, is a little above its target:
charge control stops at the target, and the charger does if Home Assistant is away.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
import math
from typing import Any, Final, override

from homeassistant.core import callback

from ..chargers.charger import Charger
from ..chargers.component import Component
from ..chargers.store import Memory
from ..charging.control import ModeControl
from ..charging.points import key_of
from ..csms.connector import Connector
from ..csms.model.capabilities import SessionLimit
from ..csms.targets.model import Limits
from ..csms.targets.targets import Targets
from ..plans.plans import ChargePlans

FIELDS: Final = {
    "energy": (SessionLimit.ENERGY, 1000.0),
    "soc": (SessionLimit.SOC, 1.0),
    "duration": (SessionLimit.TIME, 60.0),
    "cost": (SessionLimit.COST, 1.0),
}
"""What users call a limit: kWh, %, minutes and money; the limit, and its factor."""

_RECORD: Final = "session_limits"
_FIELDS: Final = (
    "boost",
    "charge_mode",
    "charge_plan",
    "charge_plan_wanted",
    "session_limit",
    "soc",
    "status",
    "transaction",
)

_LEAST_MARGIN_WH: Final = 200.0
_MARGIN: Final = 0.02
"""By how much a guard is above its target: at least, and as a part of it."""
_STEP_WH: Final = 100.0
_LITTLE_WH: Final = 300.0
"""A guard that would change by less stays: what is missing is estimated at times."""
_MARGIN_SOC: Final = 1.0


def as_fields(limits: Limits) -> dict[str, float]:
    """Return limits as users call them, in their units."""
    return {
        name: round(limits[kind] / factor, 3)
        for name, (kind, factor) in FIELDS.items()
        if kind in limits
    }


@dataclass
class _Point:
    """A connector whose charger keeps limits."""

    charger: Charger
    connector: Connector
    limits: dict[SessionLimit, float] = field(default_factory=dict)
    """The user's limits of the session, or of the next one."""
    session: str | None = None
    """The id of the session that they are for; None until one begins."""
    guard: dict[SessionLimit, float] = field(default_factory=dict)
    stored: dict[str, Any] = field(default_factory=dict)


class SessionLimits(Component):
    """Tells chargers what their sessions may reach at most."""

    def __init__(
        self, memory: Memory, control: ModeControl, plans: ChargePlans
    ) -> None:
        """Start without limits."""
        super().__init__()
        self._memory = memory
        self._control = control
        self._plans = plans
        self._points: dict[str, _Point] = {}

    # The interface for entities and actions.

    @staticmethod
    def offers(charger: Charger, connector: Connector) -> bool:
        """Return whether a charger keeps limits by itself, or did so before."""
        return bool(
            charger.charge_point.capabilities.session_limits
        ) or charger.was_registered("session_limit", connector.number)

    @callback
    def async_set(self, connector: Connector, limits: Limits) -> None:
        """Set the user's limits of a session, or of the next one; none lifts them.

        They go before lower ones that were set at the charger.
        """
        if (point := self._points.get(key_of(connector))) is None:
            return
        running = connector.transaction
        point.limits = dict(limits)
        point.session = None if running is None else running.id
        self._apply(point, overrule=True)

    def limits(self, connector: Connector) -> Limits:
        """Return the user's limits of the session."""
        point = self._points.get(key_of(connector))
        return {} if point is None else point.limits

    # Following chargers.

    @override
    @callback
    def async_attach(self, charger: Charger) -> None:
        """Follow the connectors of a charger that keeps limits."""
        self._subscriptions.add(
            charger,
            charger.charge_point.watch(
                ("capabilities", "connectors"), lambda: self._follow(charger)
            ),
        )
        records = self._memory.get(charger.charge_point.id, _RECORD)
        if isinstance(records, Mapping):
            for text, record in records.items():
                if text.isdecimal() and isinstance(record, Mapping):
                    number = int(text)
                    self._load(self._point(charger, number), record)
        self._follow(charger)

    @override
    @callback
    def async_detach(self, charger: Charger) -> None:
        """Stop following a charger."""
        super().async_detach(charger)
        for key, point in list(self._points.items()):
            if point.charger is charger:
                del self._points[key]

    def _follow(self, charger: Charger) -> None:
        if not charger.charge_point.capabilities.session_limits:
            return
        for number in charger.charge_point.connector_numbers:
            self._apply(self._point(charger, number))

    def _point(self, charger: Charger, number: int) -> _Point:
        connector = charger.charge_point.connector(number)
        key = key_of(connector)
        if (point := self._points.get(key)) is None:
            point = self._points[key] = _Point(charger=charger, connector=connector)
            followed = point
            self._subscriptions.add(
                charger, connector.watch(_FIELDS, lambda: self._apply(followed))
            )
        return point

    # What is wanted.

    @callback
    def _apply(self, point: _Point, *, overrule: bool = False) -> None:
        """Tell what a session may reach, if it has changed."""
        self._take_session(point)
        wanted = point.guard = self._guard(point)
        if point.limits:
            wanted = {
                kind: min(
                    value
                    for value in (point.limits.get(kind), point.guard.get(kind))
                    if value is not None
                )
                for kind in point.limits.keys() | point.guard.keys()
            }
        number = point.connector.number
        targets = point.charger.charge_point.part(Targets)
        targets.want(number, wanted, overrule=overrule)
        self._store(point, targets.record(number))

    def _take_session(self, point: _Point) -> None:
        """Follow the sessions of a vehicle: its limits end when it leaves.

        A session that goes on after a pause is another one for many chargers: it may reach
        what is left.
        """
        if not point.limits:
            return
        connector = point.connector
        running = connector.transaction
        if connector.plugged_in is False and point.session is not None:
            point.limits, point.session = {}, None
        elif running is None or running.id == point.session:
            return
        elif point.session is None:
            point.session = running.id
        else:
            before = connector.charge_point.ledger.find(
                connector.charge_point.id, point.session
            )
            point.session = running.id
            if before is None:
                return
            passed = (running.start - before.start).total_seconds()
            for kind, done in (
                (SessionLimit.ENERGY, before.energy_wh or 0.0),
                (SessionLimit.COST, before.cost or 0.0),
                (SessionLimit.TIME, passed),
            ):
                if kind in point.limits:
                    point.limits[kind] = max(point.limits[kind] - done, 0.0)

    def _guard(self, point: _Point) -> dict[SessionLimit, float]:
        """Return what a plan or a boost may reach at most, a little above its target."""
        connector = point.connector
        running = connector.transaction
        if running is None:
            return {}
        left_wh: float | None = None
        supported = point.charger.charge_point.capabilities.session_limits
        if self._control.boosted(connector):
            # It goes before the plan.
            left_wh = self._control.boosts.left_wh(connector)
        elif (missing := self._plans.missing(connector)) is not None:
            soc = self._plans.wanted(connector).soc
            if soc and SessionLimit.SOC in supported and connector.soc is not None:
                return {SessionLimit.SOC: min(soc + _MARGIN_SOC, 100.0)}
            left_wh = ((missing.target_kwh or 0.0) + missing.unsure_kwh) * 1000.0
        if left_wh is None:
            return {}
        most = (running.energy_wh or 0.0) + left_wh
        most = most + max(_LEAST_MARGIN_WH, most * _MARGIN)
        before = point.guard.get(SessionLimit.ENERGY)
        if before is not None and abs(most - before) < _LITTLE_WH:
            return point.guard
        return {SessionLimit.ENERGY: math.ceil(most / _STEP_WH) * _STEP_WH}

    # Persistence.

    def _store(self, point: _Point, told: Mapping[str, Any]) -> None:
        record: dict[str, Any] = {}
        if point.limits:
            record["limits"] = {kind.value: point.limits[kind] for kind in point.limits}
            record["session"] = point.session
        if told:
            record["told"] = dict(told)
        if record == point.stored:
            return
        point.stored = record
        charge_point_id = point.charger.charge_point.id
        self._memory.async_set(
            charge_point_id,
            _RECORD,
            {
                str(one.connector.number): one.stored
                for one in self._points.values()
                if one.charger is point.charger and one.stored
            },
        )

    def _load(self, point: _Point, record: Mapping[str, Any]) -> None:
        limits, session = record.get("limits"), record.get("session")
        if isinstance(limits, Mapping):
            point.limits = {
                SessionLimit(kind): float(value)
                for kind, value in limits.items()
                if kind in SessionLimit
                and isinstance(value, int | float)
                and math.isfinite(value)
                and value >= 0
            }
            point.session = session if isinstance(session, str) else None
        point.charger.charge_point.part(Targets).load(
            point.connector.number, record.get("told")
        )
        point.stored = dict(record)
