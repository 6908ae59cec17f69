"""What differs between makes: the hooks that simulator/vendors fills in."""

from collections.abc import Iterator
from datetime import datetime
from typing import ClassVar
from urllib.parse import quote
from uuid import uuid4

from .clock import Clock
from .configuration import Configuration
from .connector import Connector, Transaction
from .faults import Faults
from .measurands import Style
from .profiles import Limit, ProfileStore
from .structures import Payload, Stop
from .watching import Watched


class Make(Watched):
    """How a charge point by the book does it; a make overrides what it does else."""

    default_connectors: ClassVar[int] = 1
    default_firmware: ClassVar[str] = "1.0.0"
    style: Style = Style()
    """How it writes its sampled values."""
    not_implemented: frozenset[str] = frozenset()
    """Calls that it answers with CALLERROR NotImplemented."""
    boots_on_reconnect: ClassVar[bool] = False
    """Whether it sends a BootNotification on each connection (OCPP-J 5.4: no)."""
    phase_switch_seconds: float = 0.0
    charge_point_id: str
    clock: Clock
    configuration: Configuration
    faults: Faults
    profiles: ProfileStore
    max_phases: int

    def make_url(self, prefix: str) -> str:
        """Return the websocket's address."""
        return f"{prefix.rstrip('/')}/{quote(self.charge_point_id, safe='')}"

    def make_configuration(self) -> Configuration:
        """Return the configuration as it leaves the factory."""
        raise NotImplementedError

    def message_ids(self) -> Iterator[str]:
        """Return an iterator of message ids; a new one is made at each boot."""
        return (str(uuid4()) for _ in iter(int, 1))

    def boot_payload(self) -> Payload:
        """Return the BootNotification."""
        raise NotImplementedError

    def timestamp(self, when: datetime | None = None) -> str:
        """Return a time as this make writes it."""
        when = when or self.clock.now()
        return when.isoformat(timespec="milliseconds").replace("+00:00", "Z")

    def status_payload(self, connector: Connector) -> Payload:
        """Return the StatusNotification of a connector."""
        payload: Payload = {
            "connectorId": connector.number,
            "errorCode": connector.error_code,
            "status": self.status_text(connector),
            "timestamp": self.timestamp(),
        }
        if connector.forced is not None:
            extra = {
                "info": connector.forced.info,
                "vendorId": connector.forced.vendor_id,
                "vendorErrorCode": connector.forced.vendor_error_code,
            }
            payload |= {key: text for key, text in extra.items() if text is not None}
        return payload

    def status_text(self, connector: Connector) -> str:
        """Return the status as it is reported."""
        if self.faults.occupied and connector.status == "Preparing":
            return "Occupied"
        if self.faults.reservations_hidden and connector.status == "Reserved":
            return "Available"
        return connector.status

    def start_payload(self, transaction: Transaction) -> Payload:
        """Return the StartTransaction."""
        payload: Payload = {
            "connectorId": transaction.connector,
            "idTag": transaction.id_tag,
            "meterStart": transaction.meter_start,
        }
        if (
            transaction.reservation_id is not None
            and not self.faults.reservations_hidden
        ):
            payload["reservationId"] = transaction.reservation_id
        payload["timestamp"] = self.timestamp(transaction.started)
        return payload

    def stop_payload(self, stop: Stop) -> Payload:
        """Return the StopTransaction."""
        payload: Payload = {}
        if stop["id_tag"] is not None:
            payload["idTag"] = stop["id_tag"]
        payload["meterStop"] = stop["meter_stop"]
        payload["timestamp"] = self.timestamp(stop["when"])
        payload["transactionId"] = stop["transaction_id"]
        if stop["reason"] is not None:
            payload["reason"] = stop["reason"]
        if stop["data"]:
            payload["transactionData"] = stop["data"]
        return payload

    def measurands(self, connector: Connector) -> list[str]:
        """Return what a periodic sample holds."""
        return self.configuration.names("MeterValuesSampledData")

    def limit(self, connector: Connector) -> Limit:
        """Return what the connector may offer now."""
        hardware = Limit(connector.max_current, self.max_phases)
        transaction = connector.transaction
        wanted = self.profiles.limit(
            connector.number,
            self.clock.now(),
            transaction.started if transaction else None,
        )
        return hardware if wanted is None else wanted.capped(hardware)

    def resumed(self, *, booted: bool) -> None:
        """Do what this make does when it may speak again."""

    def forget_what_is_volatile(self) -> None:
        """Forget what this charge point does not keep over a restart."""

    def keeps_transactions(self, reason: str) -> bool:
        """Whether transactions live on over a restart."""
        return False
