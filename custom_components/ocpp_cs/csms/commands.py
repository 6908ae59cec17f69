"""What a charge point can be told, independent of the protocol's version."""

from collections.abc import Iterable
from typing import Any, Literal, Protocol

from .model.profile import ChargingProfile

type Answer = dict[str, Any]
"""A charge point's answer; keys and enumerated values in snake case."""

type Availability = Literal["operative", "inoperative"]

type RequestedMessage = Literal[
    "boot_notification", "heartbeat", "meter_values", "status_notification"
]
"""What a charge point can be asked to send, in every version."""

type Reset = Literal["soft", "hard"]
"""How a charge point restarts: in an orderly way, or at once."""


class Commands(Protocol):
    """The commands of an open connection.

    These are what entities, limits and charge control use. What only a user asks for
    is an action, which `call` runs by its name. Sections are those of OCPP 1.6, and of
    the use cases of OCPP 2.0.1.

    Each returns the answer of the charge point, and raises a `CommandError`:

    Raises:
        RefusedError: The answer is no.
        CallErrorReceivedError: The answer is an error.
        NotSupportedError: The charge point does not know the message.
        CallTimeoutError: There is no answer in time.
        ConnectionLostError: The connection ended before the answer.
        InvalidAnswerError: The answer cannot be understood.
        NotKnownError: The message holds what a stranger must not be told.
        InvalidRequestError: The message would break the specification.
    """

    async def call(self, action: str, **fields: Any) -> Answer:
        """Run one of the actions of the connection's version.

        Args:
            action: The name of the action, such as `get_diagnostics`.
            **fields: Its fields in snake case; None counts as left out. Enumerated
                values are in snake case or in OCPP's spelling, objects are OCPP's
                with their members in either, times are aware.

        Returns:
            The answer, and what was chosen for fields that were left out.

        Raises:
            OtherVersionActionError: This version has no such action.
            CommandError: As for all commands.
        """

    async def start_transaction(
        self,
        *,
        connector_id: int | None = None,
        id_tag: str | None = None,
        charging_profile: ChargingProfile | None = None,
        own: bool = False,
    ) -> Answer:
        """Ask for a transaction (5.11; F01).

        Args:
            connector_id: Where it should begin; anywhere without it.
            id_tag: The tag that it begins with; without it that of the settings.
            charging_profile: The limit of that transaction.
            own: Whether a `SessionStarter` asks; otherwise somebody does it by hand.

        Raises:
            SessionRunsError: It was refused, and one runs there already.
            CommandError: As for all commands.
        """

    async def stop_transaction(
        self, *, connector_id: int | None = None, transaction_id: str | None = None
    ) -> Answer:
        """Ask for the end of a transaction (5.12; F03).

        Args:
            connector_id: Where it runs; anywhere without it.
            transaction_id: Its id; without it the only one that runs there.

        Raises:
            NoTransactionError: There is not exactly one.
            CommandError: As for all commands.
        """

    async def read_settings(self, names: Iterable[str] = ()) -> None:
        """Have settings read, of which the charge point's capabilities are made.

        That is GetConfiguration (5.8) or the device model (B06 to B08).

        Args:
            names: The settings as the version calls them; all without it.

        Raises:
            CommandError: As for all commands.
        """

    async def write_setting(self, *, name: str, value: str) -> Answer:
        """Write a setting, and read what became of it (5.3; B05).

        Args:
            name: The setting as the version calls it.
            value: The new value.

        Raises:
            InvalidRequestError: It is known to be read-only, or cannot have the value.
            CommandError: As for all commands.
        """

    def action_of(self, command: str) -> str:
        """Return what OCPP calls the action of a command: `reset` is `Reset`."""
        return command

    async def enable_local_list(self) -> None:
        """Switch the local list on where that can be done, and was not refused before.

        Raises ConnectionLostError, and nothing else: some do as if it were on.
        """

    async def read_local_list_limits(self) -> None:
        """Ask how many tags the local list takes, if that is not known yet.

        The answer is in `ChargePoint.capabilities`; one that is none is put up with.
        """

    async def set_phase_rotation(self, rotation: str) -> Answer:
        """Write the order of the phases at the connectors: `0.RST,1.RTS`."""

    async def trigger_message(
        self,
        *,
        requested_message: RequestedMessage,
        connector_id: int | None = None,
    ) -> Answer:
        """Ask for a message (5.17; F06).

        Args:
            requested_message: Which one.
            connector_id: The connector that it should be about; all without it.

        Raises:
            CommandError: As for all commands.
        """

    async def refresh(self) -> None:
        """Ask for status and meter values of every connector (5.17; F06).

        Raises:
            CommandError: As for all commands.
        """

    async def reset(self, *, type: Reset) -> Answer:
        """Restart the charge point (5.14; B11, B12).

        Args:
            type: How.

        Raises:
            CommandError: As for all commands.
        """

    async def change_availability(
        self, *, connector_id: int = 0, type: Availability
    ) -> Answer:
        """Put a connector into or out of operation (5.2; G03, G04).

        Args:
            connector_id: The connector; 0 is all of them.
            type: Whether it is to be operative.

        Raises:
            CommandError: As for all commands.
        """

    async def unlock_connector(self, *, connector_id: int) -> Answer:
        """Unlock the plug (5.18; F05).

        Args:
            connector_id: The connector.

        Raises:
            CommandError: As for all commands.
        """

    async def set_charging_profile(
        self, *, connector_id: int, charging_profile: ChargingProfile, own: bool = False
    ) -> Answer:
        """Install a charging profile (5.16; K01).

        Args:
            connector_id: The connector; 0 is the whole charge point.
            charging_profile: The profile.
            own: Whether it is that of `Connector.limiter`; any other one goes before
                it.

        Raises:
            InvalidRequestError: It belongs to a transaction, but not to a connector.
            CommandError: As for all commands.
        """

    async def clear_charging_profile(
        self,
        *,
        id: int | None = None,
        connector_id: int | None = None,
        charging_profile_purpose: str | None = None,
        stack_level: int | None = None,
        own: bool = False,
    ) -> Answer:
        """Remove the profiles for which all that is given holds (5.5; K10).

        An id alone decides (errata 3.25); without anything all are removed.

        Args:
            id: The id of a profile.
            connector_id: Where it is; 0 is the whole charge point.
            charging_profile_purpose: Its purpose.
            stack_level: Its level.
            own: Whether it is that of `Connector.limiter`.

        Raises:
            CommandError: As for all commands.
        """

    async def get_local_list_version(self) -> Answer:
        """Ask for the version of the local list (5.10; D02).

        Returns:
            The answer with `list_version`, which is -1 if there can be no list.

        Raises:
            CommandError: As for all commands.
        """

    async def send_local_list(
        self,
        *,
        list_version: int,
        update_type: str,
        local_authorization_list: list[dict[str, Any]],
    ) -> Answer:
        """Replace or change the local list, as it is given (5.15; D01).

        Args:
            list_version: The version that the list then has.
            update_type: `full` or `differential`.
            local_authorization_list: Entries with `id_tag` and, unless they are to be
                removed, `id_tag_info`.

        Raises:
            CommandError: As for all commands.
        """
