"""The commands to a charge point, independent of the version of OCPP."""

from collections.abc import Iterable
from typing import Any, Literal, Protocol

from .model.capabilities import Setting
from .model.profile import ChargingProfile, InstalledProfiles, Period
from .model.security import CertificateHash, SecurityLevel

type Answer = dict[str, Any]
"""A charge point's answer; keys and enumerated values in snake case."""

type Availability = Literal["operative", "inoperative"]

type RequestedMessage = Literal[
    "boot_notification", "heartbeat", "meter_values", "status_notification"
]
"""The messages that a charge point can be asked to send, in every version."""

type Reset = Literal["soft", "hard"]
"""The kind of restart: soft ends transactions properly, hard restarts at once."""


class Commands(Protocol):
    """The commands of an open connection.

    Entities, limits and charge control use these commands. A message that only users
    send is an action, which `call` runs by its name. Sections are those of OCPP 1.6,
    followed by the use cases of OCPP 2.0.1.

    Each command returns the answer of the charge point, and raises a `CommandError`:

    Raises:
        RefusedError: The charge point refused.
        CallErrorReceivedError: The charge point answered with a CALLERROR.
        NotSupportedError: The charge point does not support the message.
        CallTimeoutError: There was no answer in time.
        ConnectionLostError: The connection ended before the answer.
        InvalidAnswerError: The answer does not match the specification.
        NotKnownError: The message has confidential content, and the connection is not
            known to be the charge point's own.
        InvalidRequestError: The message would violate the specification.
    """

    tells_profiles: bool = False
    """True if this version can tell which charging profiles are installed."""

    async def call(self, action: str, **fields: Any) -> Answer:
        """Run one of the actions of the connection's version.

        Args:
            action: The name of the action, such as `get_diagnostics`.
            **fields: Its fields in snake case; None omits a field. Enumerated values,
                and the members of objects, are in snake case or in OCPP's spelling.
                Times are aware.

        Returns:
            The answer, with the values that were chosen for omitted fields.

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
            connector_id: The connector; without it the charge point chooses.
            id_tag: The id tag of the transaction; without it that of the settings.
            charging_profile: The limit of that transaction.
            own: Whether a `SessionStarter` asks, and not a user.

        Raises:
            SessionRunsError: It was refused, and a transaction runs there already.
            CommandError: As for all commands.
        """

    async def stop_transaction(
        self,
        *,
        connector_id: int | None = None,
        transaction_id: str | None = None,
        own: bool = False,
    ) -> Answer:
        """Ask for the end of a transaction (5.12; F03).

        Args:
            connector_id: The connector where it runs; any connector without it.
            transaction_id: Its id; without it, the only transaction that runs there.
            own: Whether a `SessionStarter` asks, and not a user.

        Raises:
            NoTransactionError: There is not exactly one such transaction.
            CommandError: As for all commands.
        """

    async def read_settings(self, names: Iterable[str] = ()) -> None:
        """Read settings, and update the charge point's capabilities from them.

        The settings are configuration keys (5.8) or the device model (B06 to B08).

        Args:
            names: The names of the settings in this version; all without it.

        Raises:
            CommandError: As for all commands.
        """

    async def write_setting(self, *, name: str, value: str) -> Answer:
        """Write a setting, and read it back (5.3; B05).

        Args:
            name: The name of the setting in this version.
            value: The new value.

        Raises:
            InvalidRequestError: The setting is read-only, or cannot have the value.
            CommandError: As for all commands.
        """

    def settings(self) -> tuple[Setting, ...]:
        """Return the settings that the charge point has reported, in its order."""
        return ()

    def action_of(self, command: str) -> str:
        """Return OCPP's name of a command's action: `Reset` for `reset`."""
        return command

    async def enable_local_list(self) -> None:
        """Enable the local list if that is possible and was not refused before.

        Other errors are ignored, as some charge points use the list without it.

        Raises:
            ConnectionLostError: The connection ended before the answer.
        """

    async def read_local_list_limits(self) -> None:
        """Read how many id tags the local list can hold, if that was not read before.

        The answer is in `ChargePoint.capabilities`; a failure is ignored.
        """

    async def set_phase_rotation(self, rotation: str) -> Answer:
        """Write the order of the phases at the connectors: `0.RST,1.RTS`."""

    async def trigger_message(
        self,
        *,
        requested_message: RequestedMessage | str,
        connector_id: int | None = None,
    ) -> Answer:
        """Ask for a message (5.17; F06).

        Args:
            requested_message: The message.
            connector_id: The connector that it is about; all without it.

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
            type: The kind of restart.

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
            own: Whether it is the profile of `Connector.limiter`. Any other profile
                takes precedence over that.

        Raises:
            InvalidRequestError: It belongs to a transaction, but not to a connector.
            CommandError: As for all commands.
        """

    async def update_dynamic_limit(
        self, *, connector_id: int, profile_id: int, period: Period
    ) -> Answer:
        """Change the values of a dynamic profile that is installed (2.1: K28).

        Args:
            connector_id: The connector that it is for.
            profile_id: The id of the profile.
            period: Its new values.

        Raises:
            OtherVersionActionError: This version has no dynamic profiles.
            CommandError: As for all commands.
        """

    async def use_priority(self, *, transaction_id: str, activate: bool) -> Answer:
        """Give a running session priority, or take it away (2.1: K21).

        Args:
            transaction_id: The session.
            activate: Whether it has priority from now on.

        Raises:
            OtherVersionActionError: This version has no priority charging.
            CommandError: As for all commands.
        """

    async def allow_energy_transfer(
        self, *, connector_id: int, transaction_id: str, discharging: bool
    ) -> Answer:
        """Tell how the vehicle of a transaction may transfer energy (2.1: Q02.FR.05).

        Args:
            connector_id: The connector.
            transaction_id: The charge point's id of the transaction.
            discharging: Whether it may discharge.

        Raises:
            OtherVersionActionError: This version does not have it.
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
        """Remove the charging profiles that match all arguments (5.5; K10).

        With an id, only the id counts (errata 3.25). Without arguments, all profiles
        are removed.

        Args:
            id: The id of a profile.
            connector_id: Its connector; 0 is the whole charge point.
            charging_profile_purpose: Its purpose.
            stack_level: Its stack level.
            own: Whether it is the profile of `Connector.limiter`.

        Raises:
            CommandError: As for all commands.
        """

    async def installed_profiles(self) -> InstalledProfiles | None:
        """Ask which charging profiles are installed (2.0.1: K09).

        Returns:
            The profiles; None if this version cannot tell.

        Raises:
            CommandError: As for all commands.
        """
        return None

    async def get_local_list_version(self) -> Answer:
        """Ask for the version of the local list (5.10; D02).

        Returns:
            The answer with `list_version`, which is -1 without support for local lists.

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
        """Replace or change the local list (5.15; D01).

        Args:
            list_version: The new version of the list.
            update_type: `full` or `differential`.
            local_authorization_list: Entries with `id_tag` and, unless they are to be
                removed, `id_tag_info`.

        Raises:
            CommandError: As for all commands.
        """

    async def set_password(self, password: str) -> Answer:
        """Set the password of the charge point (security whitepaper A01; A01).

        Args:
            password: The password; for 1.6, 32 to 40 hexadecimal digits.

        Raises:
            CommandError: As for all commands.
        """

    async def install_root_certificate(self, certificate: str) -> Answer:
        """Install a root certificate of the central system (M05).

        Args:
            certificate: The certificate in PEM.

        Raises:
            CommandError: As for all commands.
        """

    async def installed_root_certificates(self) -> tuple[CertificateHash, ...]:
        """Return what names the installed roots of the central system (M03).

        Raises:
            CommandError: As for all commands.
        """

    async def delete_root_certificate(self, certificate: CertificateHash) -> Answer:
        """Delete an installed root certificate (M04).

        Raises:
            CommandError: As for all commands.
        """

    async def trigger_certificate_request(self) -> Answer:
        """Ask for a SignCertificate, which comes as the event `sign_certificate` (A02).

        Raises:
            CommandError: As for all commands.
        """

    async def install_own_certificate(self, chain: str) -> Answer:
        """Send the charge point its signed certificate (CertificateSigned; A02).

        Args:
            chain: The certificate and those between it and the root, in PEM.

        Raises:
            CommandError: As for all commands.
        """

    async def set_security_level(self, level: SecurityLevel, *, url: str) -> Answer:
        """Make the charge point connect at another level (A05).

        It disconnects and comes back at the new level, some only after a reset.

        Args:
            level: The new level. OCPP 1.6 does not allow to lower it, OCPP 2 only from
                `CERTIFICATE` to `TLS`.
            url: The address that it shall use. OCPP 1.6 cannot tell it.

        Raises:
            CommandError: As for all commands.
        """

    level_needs_restart: bool = False
    """True if a new level is used after a restart only, and the old one if it fails.

    So whatever happens before that restart can be repeated.
    """

    def can_lower_to(self, level: SecurityLevel) -> bool:
        """Return whether the charge point lets itself be told a lower level."""
        return False

    async def keep_security_level(self) -> None:
        """Have the charge point use the level of the open connection alone (A05).

        To be sent once it has come at a level that it was told, or has fallen back.

        Raises:
            CommandError: As for all commands.
        """
        return
