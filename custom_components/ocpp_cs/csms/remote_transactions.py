"""What remote starts and stops have in common in all versions of OCPP."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from .model.errors import CallErrorReceivedError, NoTransactionError, RefusedError
from .transactions.transaction import Transaction

if TYPE_CHECKING:
    from .charge_point import ChargePoint


def is_occupied(charge_point: ChargePoint, connector_id: int | None) -> bool:
    """Return whether no further transaction can begin at a connector, or anywhere."""
    places = 1 if connector_id else len(charge_point.connector_numbers) or 1
    return len(_running_at(charge_point, connector_id)) >= places


def _running_at(
    charge_point: ChargePoint, connector_id: int | None
) -> list[Transaction]:
    return [
        transaction
        for transaction in charge_point.ledger.running(charge_point.id)
        if connector_id in (None, 0, transaction.connector_id)
    ]


def the_running(
    charge_point: ChargePoint, connector_id: int | None, *, action: str
) -> str:
    """Return the id of the only transaction that runs at a connector, or anywhere.

    Raises:
        NoTransactionError: There is not exactly one; it names `action`.
    """
    running = _running_at(charge_point, connector_id)
    # A refused transaction may remain, and can be stopped if it is the only one.
    running = [one for one in running if not one.refused] or running
    if not running:
        # None runs, so none is to be started automatically either.
        for connector in charge_point.connectors.values():
            if connector_id in (None, 0, connector.number):
                connector.starter.stop_asked()
    if len(running) != 1:
        raise NoTransactionError(action, len(running))
    return running[0].id


@contextmanager
def stop_noted(
    charge_point: ChargePoint, transaction_id: str, connector_id: int | None = None
) -> Iterator[None]:
    """Note a user's stop, which is sent within, unless it is refused."""
    stopped = [
        connector.starter
        for connector in charge_point.connectors.values()
        if connector_id in (None, 0, connector.number)
        and (running := connector.transaction) is not None
        and running.id == transaction_id
    ]
    for starter in stopped:
        starter.stop_asked()
    try:
        yield
    except RefusedError, CallErrorReceivedError:
        for starter in stopped:
            starter.stop_refused()
        raise
