"""What a version of OCPP has to say, and to understand, as a charge point of an upstream."""

from collections.abc import Awaitable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from ..access.authorization import AuthorizationStatus
from ..model.model import (
    ChargePointError,
    ConnectorStatus,
    DiagnosticsStatus,
    FirmwareStatus,
    Identity,
)
from ..model.tags import Tag
from ..outside.transfers import TRANSFER_STATUSES, TransferAnswer
from ..schema.spelling import snake
from ..transactions.transaction import Transaction
from .model import Report, ToldSession

type Call = tuple[str, dict[str, Any]]
"""The action and the payload of a call, as the version spells them."""


class BootReason(StrEnum):
    """Why a BootNotification is sent (2.x: BootReasonEnumType)."""

    POWER_UP = "PowerUp"
    """It has started, or is new to the upstream."""
    TRIGGERED = "Triggered"
    """The upstream has asked for it."""


class BootStatus(StrEnum):
    """The answer to a BootNotification (1.6: 7.42)."""

    ACCEPTED = "accepted"
    PENDING = "pending"
    REJECTED = "rejected"


@dataclass(frozen=True, kw_only=True, slots=True)
class BootAnswer:
    """The answer to a BootNotification."""

    status: BootStatus
    interval: int
    """Seconds: of heartbeats once accepted, else until the next attempt; 0 is open."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ConnectorState:
    """What an upstream is told of a connector; number 0 is the charge point."""

    number: int
    status: ConnectorStatus
    error_code: ChargePointError = ChargePointError.NO_ERROR
    info: str | None = None
    vendor_error_code: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Decision:
    """What an upstream has decided on an id tag."""

    status: AuthorizationStatus
    expires: datetime | None = None
    parent_id_tag: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Confirmation:
    """The answer of an upstream to a message of a session."""

    told_id: str | None = None
    """The id that it gives the session, in its answer to the start (1.6)."""
    decision: Decision | None = None
    """What it decides on the id tag, if it says so."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Sampling:
    """What an upstream wants to be told of a session's values, and how often."""

    interval: int = 60
    """Seconds between two values in a session; 0 for none."""
    aligned_interval: int = 0
    """Seconds between two values by the clock (00:00, 00:15 ...); 0 for none."""
    measurands: tuple[str, ...] = ("Energy.Active.Import.Register",)
    """In OCPP's spelling."""
    aligned_measurands: tuple[str, ...] = ("Energy.Active.Import.Register",)


class Speech(Protocol):
    """A version of OCPP as a charge point speaks it to one upstream."""

    is_numbered: bool = False
    """Whether the messages of a session have numbers, which must not be used twice."""
    starts_with_values: bool = False
    """Whether the message of a start has meter values; else they follow it."""

    @property
    def sampling(self) -> Sampling:
        """The values that the upstream wants, by its settings."""

    def boot(self, identity: Identity, reason: BootReason) -> Call:
        """Return a BootNotification."""

    def boot_answer(self, answer: Any) -> BootAnswer:
        """Read the answer to it. Raises ValueError if it makes no sense."""

    def heartbeat(self) -> Call:
        """Return a Heartbeat."""

    def status(self, state: ConnectorState, time: datetime) -> list[Call]:
        """Return the StatusNotifications of a connector; maybe none for number 0."""

    def firmware_status(self, status: FirmwareStatus) -> Call:
        """Return a FirmwareStatusNotification."""

    def diagnostics_status(self, status: DiagnosticsStatus) -> Call | None:
        """Return a message about an upload of diagnostics; None if there is none."""
        return None

    def meter_values(
        self,
        connector_id: int,
        values: Mapping[str, float],
        time: datetime,
        told: ToldSession | None,
        *,
        aligned: bool = False,
    ) -> Call | None:
        """Return the present values of a connector, without a place in any queue.

        Args:
            connector_id: The connector.
            values: Key of a measurement -> value in its native unit.
            time: The present time.
            told: The session that runs there, if the upstream knows it.
            aligned: Whether they are due by the clock, and not asked for.

        Returns:
            The message; None if there is nothing that it wants to be told.
        """
        return None

    def data_transfer(
        self, vendor_id: str, message_id: str | None, data: Any
    ) -> Call | None:
        """Return a DataTransfer of the charge point; None if it cannot be told."""
        return None

    def data_transfer_answer(self, answer: Any) -> TransferAnswer:
        """Read the answer to it. Raises ValueError if it makes no sense."""
        raise ValueError("there is no answer")

    def charging_state(self, status: ConnectorStatus) -> str | None:
        """Return what is told of a running session when the status changes (2.x).

        Returns:
            The word of the version; None if the status is no matter of sessions.
        """
        return None

    def told_state(self, state: ConnectorState) -> ConnectorState:
        """Return a state with what of it is told; equal ones are not told again."""
        return state

    def own_id(self) -> str | None:
        """Return a new id for a session; None if the upstream chooses it (1.6)."""

    def report(self, report: Report, session: Transaction, told: ToldSession) -> Call:
        """Return a message of a session.

        Args:
            report: The message.
            session: The session in the ledger.
            told: What the upstream knows of it.
        """

    def confirmation(self, report: Report, answer: Any) -> Confirmation:
        """Read the answer to a message of a session.

        Raises:
            ValueError: It makes no sense.
        """

    def authorize(self, tag: Tag) -> Call | None:
        """Return an Authorize; None if the version has no id tags of that length.

        With a shortened one, the upstream would decide on the card of somebody else.
        """

    def decision(self, answer: Any) -> Decision:
        """Read the answer to it. Raises ValueError if it makes no sense."""

    def handle(
        self, action: str, payload: Any
    ) -> dict[str, Any] | Awaitable[dict[str, Any]]:
        """Answer a call of the upstream; the `Handler` of the connection.

        Raises:
            CallError: The answer is that CALLERROR.
        """


def member(answer: Any, name: str) -> Any:
    """Return a member of an answer. Raises ValueError if there is none."""
    if not isinstance(answer, dict) or name not in answer:
        raise ValueError(f"the answer has no {name}")
    return answer[name]


def transfer_status(answer: Any) -> str:
    """Return the status in the answer to a DataTransfer.

    Raises:
        ValueError: It makes no sense.
    """
    status = snake(str(member(answer, "status")))
    if status not in TRANSFER_STATUSES:
        raise ValueError("the answer has an unknown status")
    return status
