"""What a charge point can be told, independent of the protocol's version."""

from datetime import datetime
from typing import Any, Protocol

type Answer = dict[str, Any]
"""A charge point's answer; keys and enumerated values in snake case."""


class Commands(Protocol):
    """The commands of an open connection.

    Each returns the answer of the charge point, and raises a `CommandError`:
    `RefusedError` when the answer is no, `CallErrorReceivedError`,
    `CallTimeoutError`, `ConnectionLostError` or `InvalidAnswerError` when there is
    none that helps, `NotSupportedError` when the charge point does not know the
    command, `InvalidRequestError` when the command would break the specification.

    Enumerated arguments are in snake case or in OCPP's spelling; objects are OCPP's
    with their members in either. Times are aware.
    """

    async def remote_start_transaction(
        self,
        *,
        connector_id: int | None = None,
        id_tag: str | None = None,
        charging_profile: dict[str, Any] | None = None,
        own: bool = False,
    ) -> Answer:
        """Ask for a transaction (5.11); without a tag the settings' is used.

        Unless it is the `own` of a `SessionStarter`, somebody does it by hand.
        """

    async def remote_stop_transaction(
        self, *, connector_id: int | None = None, transaction_id: str | None = None
    ) -> Answer:
        """Ask for the end of a transaction (5.12).

        Without an id it is the one that runs at the connector, or anywhere if
        just one runs. Raises NoTransactionError when none is known.
        """

    async def get_configuration(self, *, key: list[str] | None = None) -> Answer:
        """Read configuration keys (5.8), all of them without `key`.

        The answer has `configuration_key` and `unknown_key`, however many calls
        it takes.
        """

    async def change_configuration(self, *, key: str, value: str) -> Answer:
        """Write a configuration key (5.3).

        Raises InvalidRequestError when it is known to be read-only or when the
        value cannot be one of this key.
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

    async def clear_cache(self) -> Answer:
        """Forget the tags that were accepted before (5.4)."""

    async def data_transfer(
        self, *, vendor_id: str, message_id: str | None = None, data: str | None = None
    ) -> Answer:
        """Send something of a vendor's own (5.6); listeners hear of it, too."""

    async def set_charging_profile(
        self, *, connector_id: int, charging_profile: dict[str, Any], own: bool = False
    ) -> Answer:
        """Install a ChargingProfile (5.16); connector 0 is the whole charge point.

        It goes before what `Connector.limiter` wants, unless it is its `own`. Raises InvalidRequestError for a TxProfile at connector 0.
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
        """Remove the profiles for which all that is given holds (5.5).

        An id alone decides (errata 3.25); without anything all are removed.
        """

    async def get_composite_schedule(
        self, *, connector_id: int, duration: int, charging_rate_unit: str | None = None
    ) -> Answer:
        """Ask what all profiles together allow for `duration` seconds (5.7)."""

    async def get_local_list_version(self) -> Answer:
        """Ask for the version of the local list (5.10); -1 if there can be none."""

    async def send_local_list(
        self,
        *,
        list_version: int | None = None,
        update_type: str | None = None,
        local_authorization_list: list[dict[str, Any]] | None = None,
    ) -> Answer:
        """Replace (`full`) or change (`differential`) the local list (5.15).

        Without a list it is that of the known tags: see `LocalList.send`. Without a
        version it is the next one, which the answer then names.
        """

    async def reserve_now(
        self,
        *,
        connector_id: int,
        expiry_date: datetime,
        id_tag: str,
        parent_id_tag: str | None = None,
        reservation_id: int | None = None,
    ) -> Answer:
        """Reserve a connector, or with 0 any (5.13).

        Without an id a new one is used, which the answer then names.
        """

    async def cancel_reservation(
        self, *, reservation_id: int | None = None, connector_id: int | None = None
    ) -> Answer:
        """End a reservation (5.1).

        Without an id it is the only one, or that of the connector, and the answer
        names it. Raises NoReservationError when there is not exactly one.
        """

    async def update_firmware(
        self,
        *,
        location: str,
        retrieve_date: datetime | None = None,
        retries: int | None = None,
        retry_interval: int | None = None,
    ) -> Answer:
        """Have firmware fetched, now or at a time, and installed (5.19)."""

    async def get_diagnostics(
        self,
        *,
        location: str,
        start_time: datetime | None = None,
        stop_time: datetime | None = None,
        retries: int | None = None,
        retry_interval: int | None = None,
    ) -> Answer:
        """Have diagnostics uploaded to a directory (5.9).

        Without a `file_name` in the answer there are none.
        """

    async def extended_trigger_message(
        self, *, requested_message: str, connector_id: int | None = None
    ) -> Answer:
        """Ask for a message, also one of the security extension."""

    async def get_log(
        self,
        *,
        log_type: str,
        remote_location: str | None = None,
        oldest_timestamp: datetime | None = None,
        latest_timestamp: datetime | None = None,
        log: dict[str, Any] | None = None,
        request_id: int | None = None,
        retries: int | None = None,
        retry_interval: int | None = None,
    ) -> Answer:
        """Have a log uploaded.

        `log` is OCPP's LogParameters, the members of which may be given singly as
        well. Without a request id a new one is used, which the answer then names.
        """

    async def signed_update_firmware(
        self,
        *,
        location: str | None = None,
        retrieve_date_time: datetime | None = None,
        install_date_time: datetime | None = None,
        signing_certificate: str | None = None,
        signature: str | None = None,
        firmware: dict[str, Any] | None = None,
        request_id: int | None = None,
        retries: int | None = None,
        retry_interval: int | None = None,
    ) -> Answer:
        """Have signed firmware fetched, now or at a time, and installed.

        `firmware` is OCPP's Firmware, the members of which may be given singly as
        well. Without a request id a new one is used, which the answer then names.
        """

    async def install_certificate(
        self, *, certificate_type: str, certificate: str
    ) -> Answer:
        """Install a root certificate, in PEM."""

    async def delete_certificate(
        self,
        *,
        hash_algorithm: str | None = None,
        issuer_name_hash: str | None = None,
        issuer_key_hash: str | None = None,
        serial_number: str | None = None,
        certificate_hash_data: dict[str, Any] | None = None,
    ) -> Answer:
        """Delete a root certificate.

        `certificate_hash_data` is as `get_installed_certificate_ids` gives it; its
        members may be given singly as well.
        """

    async def get_installed_certificate_ids(self, *, certificate_type: str) -> Answer:
        """Ask which root certificates there are; `not_found` if there is none."""

    async def certificate_signed(self, *, certificate_chain: str) -> Answer:
        """Hand over the certificate that SignCertificate asked for, in PEM."""
