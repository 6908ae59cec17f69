"""Meter values that a charge point has signed; others check them."""

from typing import Protocol

from ..model.sample import SignedReading


class PassSigned(Protocol):
    """Passes signed data on, before the message that has them is booked."""

    def __call__(
        self,
        readings: list[SignedReading],
        *,
        connector_id: int | None,
        transaction_id: str | None,
        edge: bool = False,
    ) -> None:
        """Pass them on.

        Args:
            readings: What is signed.
            connector_id: The connector, if the message has it.
            transaction_id: The id of the transaction, if the message has it.
            edge: Whether the message is the start or the end of the transaction.
        """


def pass_no_signed(
    readings: list[SignedReading],
    *,
    connector_id: int | None,
    transaction_id: str | None,
    edge: bool = False,
) -> None:
    """Pass nothing on."""
