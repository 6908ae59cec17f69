"""Everything that can go wrong between the central system and a charge point."""

from enum import StrEnum
from typing import Any


class Violation(StrEnum):
    """Why a call is refused.

    The values are ours. Each version of OCPP has its own error codes for them, which
    its `Dialect` names: OCPP-J 1.6, table 7; OCPP 2.0.1 part 4, table 8.
    """

    NOT_IMPLEMENTED = "not_implemented"
    """The action is not known."""
    NOT_SUPPORTED = "not_supported"
    """The action is known and not served."""
    INTERNAL_ERROR = "internal_error"
    PROTOCOL_ERROR = "protocol_error"
    """The payload is incomplete."""
    SECURITY_ERROR = "security_error"
    RPC_FRAMEWORK = "rpc_framework"
    """The message is no call: its id cannot be read, for example."""
    MESSAGE_TYPE = "message_type"
    """The message type is not supported."""
    FORMAT = "format"
    """The payload does not have the form of one."""
    PROPERTY_CONSTRAINT = "property_constraint"
    """A field has a value that it must not have."""
    OCCURRENCE_CONSTRAINT = "occurrence_constraint"
    """A field is missing, or there are too many of it."""
    TYPE_CONSTRAINT = "type_constraint"
    """A field has a value of another type."""
    GENERIC_ERROR = "generic_error"


class CallError(Exception):
    """Raised by a handler of an inbound CALL, which is answered with a CALLERROR."""

    def __init__(
        self,
        violation: Violation,
        description: str = "",
        details: dict[str, Any] | None = None,
    ) -> None:
        """Take what goes into the frame (OCPP-J 1.6, 4.2.3)."""
        super().__init__(f"{violation}: {description}")
        self.violation = violation
        self.description = description
        self.details = details or {}


class OtherVersionError(Exception):
    """A charge point that named no version of OCPP speaks one that we do not."""

    def __init__(self, version: str) -> None:
        """Name the version as users know it, such as `OCPP 2`."""
        super().__init__(f"{version} is spoken, without having been named")
        self.version = version


class CsmsError(Exception):
    """A command did not do what was asked."""


class NotConnectedError(CsmsError):
    """The charge point has no open connection."""

    def __init__(self, charge_point_id: str) -> None:
        """Name the charge point."""
        super().__init__(f"{charge_point_id} is not connected")
        self.charge_point_id = charge_point_id


class CommandError(CsmsError):
    """A command was sent, or tried, and failed; `action` is the OCPP action."""

    undeclared: str | None = None
    """The feature profile that it belongs to, if the charge point lacks it."""

    def __init__(self, action: str, message: str) -> None:
        """Name the action."""
        super().__init__(f"{action}: {message}")
        self.action = action


class ConnectionLostError(CommandError):
    """The connection closed before the charge point answered."""

    def __init__(self, action: str) -> None:
        """Name the action."""
        super().__init__(action, "the connection closed before the answer")


class CallTimeoutError(CommandError):
    """The charge point did not answer within `seconds`."""

    def __init__(self, action: str, seconds: float) -> None:
        """Name the action and the time that was granted."""
        super().__init__(action, f"no answer within {seconds:g} s")
        self.seconds = seconds


class CallErrorReceivedError(CommandError):
    """The charge point answered with a CALLERROR."""

    def __init__(
        self, action: str, code: str, description: str, details: dict[str, Any]
    ) -> None:
        """Keep the charge point's own words."""
        super().__init__(action, f"{code}: {description}" if description else code)
        self.code = code
        self.description = description
        self.details = details


class NotSupportedError(CallErrorReceivedError):
    """The charge point says, or said before, that it does not know the action."""


class KnownUnsupportedError(NotSupportedError):
    """It is not sent: charge points like this one are known not to support it."""

    def __init__(self, action: str, what: str, rules: tuple[str, ...]) -> None:
        """Name the action, what of it is not supported, and the rules that say so."""
        super().__init__(action, Violation.NOT_SUPPORTED, what, {})
        self.what = what
        self.rules = rules


class TooManyPeriodsError(KnownUnsupportedError):
    """A schedule has more periods than charge points like this one take."""

    def __init__(
        self, action: str, count: int, most: int, rules: tuple[str, ...]
    ) -> None:
        """Tell how many there are, and how many there may be."""
        super().__init__(action, f"{count} periods, of which it takes {most}", rules)
        self.count = count
        self.most = most


class NotKnownError(CommandError):
    """It is not sent: it holds tags or passwords, and the connection is not known."""

    def __init__(self, action: str, remote: str, *, is_another: bool) -> None:
        """Name the address, and whether it says that it is another device."""
        super().__init__(action, f"the connection from {remote} is not known")
        self.remote = remote
        self.is_another = is_another


class RefusedError(CommandError):
    """The charge point answered, and its answer is no.

    `status` is the OCPP status in snake case, such as `rejected`.
    """

    def __init__(self, action: str, status: str) -> None:
        """Name the action and the status."""
        super().__init__(action, status)
        self.status = status


class SessionRunsError(RefusedError):
    """A transaction was not started where one is running."""


class InvalidAnswerError(CommandError):
    """The answer of the charge point cannot be understood."""


class Problem(StrEnum):
    """What is wrong with a field, where that is more than a schema can tell."""

    READ_ONLY = "is read-only"
    NOT_INTEGER = "must be a whole number, not negative"
    NOT_BOOLEAN = "must be true or false"
    NOT_URI = "must be a URI such as https://example.com/file"


class InvalidRequestError(CommandError):
    """What should be sent breaks the specification; `field` names the culprit."""

    def __init__(self, action: str, field: str, problem: str | Problem) -> None:
        """Name the field as a dotted path."""
        super().__init__(action, f"{field}: {problem}")
        self.field = field
        self.problem = problem


class NoTransactionError(CommandError):
    """No transaction runs where one was to be stopped, or there is more than one."""

    def __init__(self, action: str, count: int) -> None:
        """Name the action, and how many transactions run."""
        super().__init__(action, f"{count} transactions run")
        self.count = count


class NoReservationError(CommandError):
    """There is no reservation where one was to be cancelled, or more than one."""

    def __init__(self, action: str, count: int) -> None:
        """Name the action, and how many reservations there are."""
        super().__init__(action, f"there are {count} reservations")
        self.count = count


class NoLocalListError(CommandError):
    """The charge point keeps no local list, or not now: it says version -1."""


class LocalListTooLongError(CommandError):
    """The charge point cannot keep as many tags."""

    def __init__(self, action: str, length: int, maximum: int) -> None:
        """Tell how many there are, and how many there may be."""
        super().__init__(action, f"{length} tags, of which it takes {maximum}")
        self.length = length
        self.maximum = maximum
