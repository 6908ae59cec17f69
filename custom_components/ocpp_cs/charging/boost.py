"""Boosts: a connector charges fast once, whatever its mode, until it is unplugged."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from ..chargers.store import Memory
from ..csms.charge_point import ChargePoint
from ..csms.connector import Connector
from ..csms.model.model import StopReason
from ..csms.transactions.transaction import Transaction
from ..smart_charging.numbers import number
from .points import key_of

_MOST_KWH: Final = 1000.0
_BOOSTS: Final = "boosts"
_ENERGIES: Final = "boost_energies"


def _name(transaction: Transaction | None) -> str | None:
    """Return a key of a transaction that is unique for its connector."""
    if transaction is None:
        return None
    return f"{transaction.id} {transaction.reported_start.isoformat()}"


@dataclass
class _Boost:
    """A boost that is running, and the energy since it began."""

    kwh: float | None
    """The energy after which it ends; None until the vehicle is unplugged."""
    old: str | None = None
    """The session that had ended before it, if there was one."""
    session: str | None = None
    from_wh: float = 0.0
    """The energy of `session` when the boost began, or 0."""
    before_wh: float = 0.0
    """The energy since the beginning in the sessions before `session`."""
    now_wh: float = field(default=0.0, compare=False)
    """The present energy of `session`."""

    @property
    def left_wh(self) -> float | None:
        """The energy that is still to be charged; None until it is unplugged."""
        if self.kwh is None:
            return None
        charged_wh = self.before_wh + max(self.now_wh - self.from_wh, 0.0)
        return max(self.kwh * 1000 - charged_wh, 0.0)

    @property
    def is_done(self) -> bool:
        """Whether the energy was charged."""
        return self.left_wh is not None and self.left_wh <= 0

    def left(self, latest: Transaction | None) -> bool:
        """Return whether the vehicle has left, as its session tells."""
        return (
            latest is not None
            and latest.reason == StopReason.EV_DISCONNECTED
            and _name(latest) != self.old
        )

    def take(self, latest: Transaction | None) -> bool:
        """Count the energy of the latest session; return whether it is another one."""
        energy_wh = 0.0 if latest is None else latest.energy_wh or 0.0
        is_other = latest is not None and _name(latest) != self.session
        if is_other:
            self.before_wh += max(self.now_wh - self.from_wh, 0.0)
            self.session, self.from_wh = _name(latest), 0.0
        self.now_wh = energy_wh
        return is_other

    def record(self) -> dict[str, Any]:
        """Return what is stored."""
        return {
            "kwh": self.kwh,
            "old": self.old,
            "session": self.session,
            "from": self.from_wh,
            "before": self.before_wh,
        }


class Boosts:
    """The boosts of a server's connectors, which survive a restart.

    The watchable field `boost` of a connector changes with the boost, and with the
    energy of the next one.
    """

    def __init__(self, memory: Memory) -> None:
        """Start without boosts."""
        self._memory = memory
        self._running: dict[str, _Boost] = {}

    def load(self, charge_point: ChargePoint) -> None:
        """Restore the boosts of a charger's connectors."""
        for text, one in self._records(charge_point.id, _BOOSTS).items():
            if not text.isdecimal() or not isinstance(one, Mapping):
                continue
            kwh, old, session = one.get("kwh"), one.get("old"), one.get("session")
            if kwh is not None and not _energy(kwh):
                continue
            self._running[key_of(charge_point.connector(int(text)))] = _Boost(
                kwh=None if kwh is None else _energy(kwh),
                old=old if isinstance(old, str) else None,
                session=session if isinstance(session, str) else None,
                from_wh=max(number(one.get("from")) or 0.0, 0.0),
                before_wh=max(number(one.get("before")) or 0.0, 0.0),
            )

    def forget(self, connector: Connector) -> None:
        """Drop the boost of a connector that is detached; what is stored stays."""
        self._running.pop(key_of(connector), None)

    def runs(self, connector: Connector) -> bool:
        """Return whether a connector is boosted."""
        return key_of(connector) in self._running

    def begin(self, connector: Connector, kwh: float | None) -> None:
        """Begin a boost anew; without `kwh` it ends when the vehicle is unplugged."""
        latest = connector.latest_transaction
        energy_wh = 0.0 if latest is None else latest.energy_wh or 0.0
        self._running[key_of(connector)] = _Boost(
            kwh=kwh or None,
            old=None if latest is None or latest.end is None else _name(latest),
            session=_name(latest),
            from_wh=energy_wh,
            now_wh=energy_wh,
        )
        self._store(connector)

    def end(self, connector: Connector) -> bool:
        """End the boost of a connector; return whether there was one."""
        if self._running.pop(key_of(connector), None) is None:
            return False
        self._store(connector)
        return True

    def look(self, connector: Connector) -> bool:
        """End the boost of a connector that is due; return whether it ended."""
        if (boost := self._running.get(key_of(connector))) is None:
            return False
        latest = connector.latest_transaction
        if boost.take(latest):
            self._store(connector)
        if connector.plugged_in is False or boost.left(latest) or boost.is_done:
            return self.end(connector)
        return False

    def left_wh(self, connector: Connector) -> float | None:
        """Return the energy that a boost will still charge; None without an end."""
        boost = self._running.get(key_of(connector))
        return None if boost is None else boost.left_wh

    def energy(self, connector: Connector) -> float:
        """Return the energy of the next boost in kWh; 0 is until it is unplugged."""
        energies = self._records(connector.charge_point.id, _ENERGIES)
        return _energy(energies.get(str(connector.number)))

    def set_energy(self, connector: Connector, kwh: float) -> None:
        """Set the energy of the next boost in kWh."""
        charge_point_id = connector.charge_point.id
        energies = self._records(charge_point_id, _ENERGIES)
        energies[str(connector.number)] = kwh
        self._memory.async_set(charge_point_id, _ENERGIES, energies)
        connector.mark("boost")

    def _store(self, connector: Connector) -> None:
        charge_point_id = connector.charge_point.id
        records = self._records(charge_point_id, _BOOSTS)
        records.pop(str(connector.number), None)
        if (boost := self._running.get(key_of(connector))) is not None:
            records[str(connector.number)] = boost.record()
        self._memory.async_set(charge_point_id, _BOOSTS, records)
        connector.mark("boost")

    def _records(self, charge_point_id: str, kind: str) -> dict[str, Any]:
        """Return what is stored, by the number of the connector."""
        stored = self._memory.get(charge_point_id, kind)
        return dict(stored) if isinstance(stored, Mapping) else {}


def _energy(value: object) -> float:
    """Return an energy in kWh; 0 for what is none."""
    kwh = number(value)
    return kwh if kwh is not None and 0 <= kwh <= _MOST_KWH else 0.0
