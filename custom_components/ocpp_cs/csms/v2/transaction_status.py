"""GetTransactionStatus (E14): whether a transaction still runs."""

from typing import TYPE_CHECKING, Any

from ..commands import Answer
from ..model.errors import CommandError, ConnectionLostError

if TYPE_CHECKING:
    from ..transactions.transaction import Transaction
    from .commands import V2Commands


async def get_transaction_status(
    commands: V2Commands, fields: dict[str, Any]
) -> Answer:
    """Ask whether a transaction runs, and whether messages of it are queued.

    Without `transaction_id` it is asked for queued messages of any transaction.
    """
    return await commands.caller.send("GetTransactionStatus", **fields)


async def confirm_running(commands: V2Commands) -> None:
    """End the transactions that a station does not know any more.

    After a connection, those are asked for of which nothing was heard on it. A station
    that has messages in its queue will tell the end itself; if it never does, a plug
    that is free ends them.
    """
    charge_point = commands.charge_point
    for transaction in charge_point.ledger.running(charge_point.id):
        if commands.station.has_heard_of(transaction.id):
            continue
        try:
            answer = await get_transaction_status(
                commands, {"transaction_id": transaction.id}
            )
        except ConnectionLostError:
            raise
        except CommandError as err:
            charge_point.deviations.note(f"setup_failed:{err.action}", str(err))
            return
        if (
            answer.get("ongoing_indicator") is False
            and answer.get("messages_in_queue") is False
        ):
            _close(commands, transaction)
        elif answer.get("ongoing_indicator"):
            commands.station.transaction_confirmed(
                transaction.connector_id, transaction.id
            )


def _close(commands: V2Commands, transaction: Transaction) -> None:
    charge_point = commands.charge_point
    known = charge_point.ledger.find_told(
        charge_point.id, transaction.id, transaction.connector_id
    )
    if known is None or known.end is not None:
        return
    charge_point.deviations.note("transaction_forgotten", transaction.id)
    closed = charge_point.ledger.close(known)
    charge_point.connector(closed.connector_id).set_transaction(closed)
    commands.station.transaction_forgotten(closed.connector_id, closed.id)
