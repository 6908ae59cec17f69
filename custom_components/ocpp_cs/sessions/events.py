"""Events of sessions: one when it starts, one when it has ended."""

from collections.abc import Callable
from typing import Any, Final, override

from homeassistant.core import callback

from ..chargers.charger import Charger
from ..chargers.component import Component
from ..csms.connector import Connector
from ..csms.transactions.transaction import Transaction
from .figures import figures_of
from .who import Who

SESSION_STARTED: Final = "session_started"
SESSION_ENDED: Final = "session_ended"


class SessionEvents(Component):
    """Emits `session_started` and `session_ended` at the charge points.

    A session that runs while Home Assistant restarts is started once. Sessions from an
    offline time are reported late, with their own times.
    """

    def __init__(
        self, who_of: Callable[[str, str | None], Who], currency: Callable[[], str]
    ) -> None:
        """Create the component.

        Args:
            who_of: Returns the names of a tag and a vehicle.
            currency: Returns the present currency.
        """
        super().__init__()
        self._who_of = who_of
        self._currency = currency

    @override
    @callback
    def async_attach(self, charger: Charger) -> None:
        """Follow the sessions of a charger."""
        charge_point = charger.charge_point
        followed: dict[int, Callable[[], None]] = {}

        def follow() -> None:
            for number in charge_point.connector_numbers:
                if number not in followed:
                    followed[number] = self._follow(charger, number)

        def end() -> None:
            for stop in followed.values():
                stop()

        self._subscriptions.add(
            charger, charge_point.watch(("connectors",), follow), end
        )
        follow()

    def _follow(self, charger: Charger, number: int) -> Callable[[], None]:
        """Follow the sessions of a connector; return a function that stops that."""
        charge_point = charger.charge_point
        known = charge_point.connectors[number].latest_transaction

        def changed() -> None:
            nonlocal known
            # It may be left out at present.
            if (connector := charge_point.connectors.get(number)) is None:
                return
            before, known = known, connector.latest_transaction
            for one in _ended_meanwhile(connector, before, known):
                self._emit(charger, connector, SESSION_ENDED, one)
            if known is None:
                return
            is_new = before is None or known.key != before.key
            if is_new and before is not None and known.seq < before.seq:
                # The later one was struck out.
                return
            if is_new:
                self._emit(charger, connector, SESSION_STARTED, known)
            if known.end is not None and (
                is_new or before is None or before.end is None
            ):
                self._emit(charger, connector, SESSION_ENDED, known)

        return charge_point.connectors[number].watch(("transaction",), changed)

    def _emit(
        self, charger: Charger, connector: Connector, kind: str, session: Transaction
    ) -> None:
        told = figures_of(session, self._currency())
        who = self._who_of(told.id_tag, told.vehicle)
        name = charger.connector_name(connector.number)
        data: dict[str, Any] = {
            "connector_id": connector.number,
            "transaction_id": told.transaction_id,
            "name": name,
            "who": who.name,
            "tag": who.tag,
            "vehicle": who.vehicle,
        }
        ended = told.ended_as_dict()
        if kind == SESSION_ENDED:
            data |= {"energy": told.energy, **ended}
        else:
            data["start"] = ended["start"]
        connector.charge_point.emit(kind, data)


def _ended_meanwhile(
    connector: Connector, before: Transaction | None, now: Transaction | None
) -> list[Transaction]:
    """Return the session that ran before, if it ended as another one began."""
    if before is None or before.end is not None or now is None or now.key == before.key:
        return []
    station = connector.charge_point
    return [
        one
        for one in station.ledger.at_hand(station.id)
        if one.key == before.key and one.end is not None and not one.struck_out
    ]
