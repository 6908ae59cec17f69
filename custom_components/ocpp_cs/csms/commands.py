"""What a charge point can be told, independent of the protocol's version."""

from typing import Any, Protocol

type Answer = dict[str, Any]
"""A charge point's answer; keys and enumerated values in snake case."""


class Commands(Protocol):
    """The commands of an open connection.

    Each returns the answer of the charge point, and raises a `CommandError`:
    `RefusedError` when the answer is no, `CallErrorReceivedError`,
    `CallTimeoutError`, `ConnectionLostError` or `InvalidAnswerError` when there is
    none that helps, `InvalidRequestError` when the command would break the
    specification. Enumerated arguments are in snake case.
    """

    async def remote_start_transaction(
        self,
        *,
        connector_id: int | None = None,
        id_tag: str | None = None,
        charging_profile: dict[str, Any] | None = None,
    ) -> Answer:
        """Ask for a transaction (5.11); without a tag the settings' is used."""

    async def remote_stop_transaction(
        self, *, connector_id: int | None = None, transaction_id: int | None = None
    ) -> Answer:
        """Ask for the end of a transaction (5.12).

        Without an id it is the one that runs at the connector, or anywhere if
        just one runs. Raises NoTransactionError when none is known.
        """

    async def get_configuration(self, *, key: list[str] | None = None) -> Answer:
        """Read configuration keys (5.8), all of them without `key`."""

    async def change_configuration(self, *, key: str, value: str) -> Answer:
        """Write a configuration key (5.3)."""

    async def trigger_message(
        self, *, requested_message: str, connector_id: int | None = None
    ) -> Answer:
        """Ask for a message (5.17)."""

    async def reset(self, *, type: str) -> Answer:
        """Restart the charge point, `soft` or `hard` (5.14)."""

    async def change_availability(self, *, connector_id: int = 0, type: str) -> Answer:
        """Make a connector, or with 0 all, `operative` or `inoperative` (5.2)."""

    async def unlock_connector(self, *, connector_id: int) -> Answer:
        """Unlock the plug (5.18)."""

    async def refresh(self) -> None:
        """Ask for status and meter values of every connector."""
