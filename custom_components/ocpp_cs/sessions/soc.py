"""The state of charge at both ends of a session."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, override

from homeassistant.core import HomeAssistant, callback
from homeassistant.util import dt as dt_util

from ..chargers.charger import Charger
from ..csms.connector import Connector
from ..csms.transactions.transaction import TransactionKey
from ..issues.watcher import ConnectorWatcher

_BEGINNING: Final = timedelta(minutes=15)
"""The time from its start in which a session may learn what it began with.

Cars tell theirs through the cloud of their maker, some minutes later.
"""

type SocOf = Callable[[Charger, Connector], float | None]


@dataclass(kw_only=True)
class _Session:
    """The running session of a connector."""

    key: TransactionKey
    vehicle: str | None
    soc: float | None = None
    """The newest state of charge in %."""


class SessionSoc(ConnectorWatcher):
    """Notes in the books with which state of charge a session began, and ended."""

    fields = ("transaction", "soc", "vehicle")

    def __init__(self, hass: HomeAssistant, soc_of: SocOf) -> None:
        """Start without chargers; `soc_of` returns the state of charge in %, or None."""
        super().__init__(hass)
        self._soc_of = soc_of
        self._sessions: dict[tuple[str, int], _Session] = {}

    @override
    @callback
    def show(self, charger: Charger) -> None:
        """Look at the sessions of a charger."""
        for connector in charger.charge_point.connectors.values():
            self._look(charger, connector)

    def _look(self, charger: Charger, connector: Connector) -> None:
        place = (charger.charge_point.id, connector.number)
        session, transaction = self._sessions.get(place), connector.latest_transaction
        if transaction is None:
            self._sessions.pop(place, None)
            return
        soc = self._soc_of(charger, connector)
        ledger, details = charger.charge_point.ledger, transaction.details
        if transaction.end is not None:
            if session is not None and session.key == transaction.key:
                del self._sessions[place]
                if (told := session.soc if soc is None else soc) is not None:
                    ledger.annotate(transaction, soc_end=told)
                    connector.transaction_corrected()
            return
        if session is None or session.key != transaction.key:
            session = _Session(key=transaction.key, vehicle=transaction.vehicle)
            self._sessions[place] = session
        moved = session.vehicle not in {None, transaction.vehicle}
        if moved:
            # What was told is the state of another vehicle.
            session.soc = None
        session.vehicle = transaction.vehicle
        begins = dt_util.utcnow() - transaction.start <= _BEGINNING
        first = details.soc_start
        if moved:
            first = soc if begins else None
        elif first is None and begins:
            first = soc
        if soc is not None:
            session.soc = soc
        if first != details.soc_start:
            ledger.annotate(transaction, soc_start=first)
            connector.transaction_corrected()
