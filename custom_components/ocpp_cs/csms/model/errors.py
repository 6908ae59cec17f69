"""Everything that can go wrong between the central system and a charge point."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, ClassVar


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


class ErrorKey(StrEnum):
    """What went wrong, as the key of its text in whoever shows it to a user."""

    ADDRESS_UNKNOWN = "address_unknown"
    ANOTHER_DEVICE = "another_device"
    CALL_ERROR = "call_error"
    CALL_TIMEOUT = "call_timeout"
    CALL_TIMEOUT_UNDECLARED = "call_timeout_undeclared"
    CANCEL_RESERVATION_REJECTED = "cancel_reservation_rejected"
    COMMAND_FAILED = "command_failed"
    CONNECTION_LOST = "connection_lost"
    INVALID_ANSWER = "invalid_answer"
    INVALID_BOOLEAN = "invalid_boolean"
    INVALID_INTEGER = "invalid_integer"
    INVALID_READ_ONLY = "invalid_read_only"
    INVALID_REQUEST = "invalid_request"
    INVALID_URI = "invalid_uri"
    KNOWN_UNSUPPORTED = "known_unsupported"
    LOCAL_LIST_TOO_LONG = "local_list_too_long"
    NO_LOCAL_LIST = "no_local_list"
    NO_RESERVATION = "no_reservation"
    NO_TRANSACTION = "no_transaction"
    NOT_CONNECTED = "not_connected"
    NOT_IN_VERSION = "not_in_version"
    NOT_SUPPORTED = "not_supported"
    NOT_SUPPORTED_UNDECLARED = "not_supported_undeclared"
    REFUSED = "refused"
    REFUSED_UNDECLARED = "refused_undeclared"
    RESERVE_NOW_FAULTED = "reserve_now_faulted"
    RESERVE_NOW_OCCUPIED = "reserve_now_occupied"
    RESERVE_NOW_REJECTED = "reserve_now_rejected"
    RESERVE_NOW_UNAVAILABLE = "reserve_now_unavailable"
    SEND_LOCAL_LIST_FAILED = "send_local_list_failed"
    SEND_LOCAL_LIST_NOT_SUPPORTED = "send_local_list_not_supported"
    SEND_LOCAL_LIST_VERSION_MISMATCH = "send_local_list_version_mismatch"
    SESSION_RUNS = "session_runs"
    SEVERAL_RESERVATIONS = "several_reservations"
    SEVERAL_TRANSACTIONS = "several_transactions"
    TOO_MANY_PERIODS = "too_many_periods"


class CsmsError(Exception):
    """A command did not do what was asked.

    `key` and `placeholders` make the text for a user; besides these, texts have the
    placeholder `name`, the user's name for the charge point.
    """

    def __init__(
        self,
        message: str,
        key: ErrorKey = ErrorKey.COMMAND_FAILED,
        **placeholders: str,
    ) -> None:
        """Create an error.

        Args:
            message: What the log says, in English.
            key: The key of the text for a user.
            placeholders: What that text needs to be filled in.
        """
        super().__init__(message)
        if key is ErrorKey.COMMAND_FAILED:
            placeholders["error"] = message
        self.key: str = key
        self.placeholders: Mapping[str, str] = placeholders


class NotConnectedError(CsmsError):
    """The charge point has no open connection."""

    def __init__(self, charge_point_id: str) -> None:
        """Name the charge point."""
        super().__init__(f"{charge_point_id} is not connected", ErrorKey.NOT_CONNECTED)
        self.charge_point_id = charge_point_id


class CommandError(CsmsError):
    """A command was sent, or tried, and failed; `action` is the OCPP action."""

    undeclared_key: ClassVar[ErrorKey | None] = None
    """The key of the text that names the feature profile which is not declared."""

    def __init__(
        self,
        action: str,
        message: str,
        key: ErrorKey = ErrorKey.COMMAND_FAILED,
        **placeholders: str,
    ) -> None:
        """Name the action."""
        super().__init__(f"{action}: {message}", key, action=action, **placeholders)
        self.action = action

    def set_undeclared(self, profile: str) -> None:
        """Add that the charge point does not declare the action's feature profile."""
        if self.undeclared_key is not None:
            self.key = self.undeclared_key
            self.placeholders = {**self.placeholders, "profile": profile}


class RequestError(CommandError):
    """Nothing was sent, as the caller asked for something that cannot be."""


class ConnectionLostError(CommandError):
    """The connection closed before the charge point answered."""

    def __init__(self, action: str) -> None:
        """Name the action."""
        super().__init__(
            action,
            "the connection closed before the answer",
            ErrorKey.CONNECTION_LOST,
        )


class CallTimeoutError(CommandError):
    """The charge point did not answer within `seconds`."""

    undeclared_key = ErrorKey.CALL_TIMEOUT_UNDECLARED

    def __init__(self, action: str, seconds: float) -> None:
        """Name the action and the time that was granted."""
        super().__init__(
            action,
            f"no answer within {seconds:g} s",
            ErrorKey.CALL_TIMEOUT,
            seconds=f"{seconds:g}",
        )
        self.seconds = seconds


class CallErrorReceivedError(CommandError):
    """The charge point answered with a CALLERROR."""

    def __init__(
        self,
        action: str,
        code: str,
        description: str,
        details: dict[str, Any],
        key: ErrorKey = ErrorKey.CALL_ERROR,
        **placeholders: str,
    ) -> None:
        """Keep the charge point's own words."""
        super().__init__(
            action,
            f"{code}: {description}" if description else code,
            key,
            error=": ".join(filter(None, (code, description))),
            **placeholders,
        )
        self.code = code
        self.description = description
        self.details = details


class NotSupportedError(CallErrorReceivedError):
    """The charge point says, or said before, that it does not know the action."""

    undeclared_key: ClassVar[ErrorKey | None] = ErrorKey.NOT_SUPPORTED_UNDECLARED

    def __init__(
        self,
        action: str,
        code: str,
        description: str,
        details: dict[str, Any],
        key: ErrorKey = ErrorKey.NOT_SUPPORTED,
        **placeholders: str,
    ) -> None:
        """Keep the charge point's own words."""
        super().__init__(action, code, description, details, key, **placeholders)


class KnownUnsupportedError(NotSupportedError):
    """It is not sent: charge points like this one are known not to support it."""

    undeclared_key = None

    def __init__(
        self,
        action: str,
        what: str,
        rules: tuple[str, ...],
        key: ErrorKey = ErrorKey.KNOWN_UNSUPPORTED,
        **placeholders: str,
    ) -> None:
        """Name the action, what of it is not supported, and the rules that say so."""
        shown = action if what == action else f"{action} ({_as_ocpp(what)})"
        super().__init__(
            action,
            Violation.NOT_SUPPORTED,
            what,
            {},
            key,
            **{"what": shown, **placeholders},
        )
        self.what = what
        self.rules = rules


class TooManyPeriodsError(KnownUnsupportedError):
    """A schedule has more periods than charge points like this one take."""

    def __init__(
        self, action: str, count: int, most: int, rules: tuple[str, ...]
    ) -> None:
        """Tell how many there are, and how many there may be."""
        super().__init__(
            action,
            f"{count} periods, of which it takes {most}",
            rules,
            ErrorKey.TOO_MANY_PERIODS,
            count=str(count),
            most=str(most),
        )
        self.count = count
        self.most = most


class NotKnownError(CommandError):
    """It is not sent: it holds tags or passwords, and the connection is not known."""

    def __init__(self, action: str, remote: str, *, is_another: bool) -> None:
        """Name the address, and whether it says that it is another device."""
        super().__init__(
            action,
            f"the connection from {remote} is not known",
            ErrorKey.ANOTHER_DEVICE if is_another else ErrorKey.ADDRESS_UNKNOWN,
            address=remote,
        )
        self.remote = remote
        self.is_another = is_another


class RefusedError(CommandError):
    """The charge point answered, and its answer is no.

    `status` is the OCPP status in snake case, such as `rejected`.
    """

    undeclared_key: ClassVar[ErrorKey | None] = ErrorKey.REFUSED_UNDECLARED

    def __init__(
        self, action: str, status: str, key: ErrorKey = ErrorKey.REFUSED
    ) -> None:
        """Name the action and the status; `key` where more is known of what it means."""
        super().__init__(action, status, key, status=_as_ocpp(status))
        self.status = status


class SessionRunsError(RefusedError):
    """A transaction was not started where one is running."""

    undeclared_key = None

    def __init__(self, action: str, status: str) -> None:
        """Name the action and the status."""
        super().__init__(action, status, ErrorKey.SESSION_RUNS)


class InvalidAnswerError(CommandError):
    """The answer of the charge point cannot be understood."""

    def __init__(self, action: str, problem: str) -> None:
        """Name the action, and what is wrong with the answer."""
        super().__init__(action, problem, ErrorKey.INVALID_ANSWER)


class FieldProblem(StrEnum):
    """What is wrong with a field, where that is more than a schema can tell."""

    READ_ONLY = "is read-only"
    NOT_INTEGER = "must be a whole number, not negative"
    NOT_BOOLEAN = "must be true or false"
    NOT_URI = "must be a URI such as https://example.com/file"


_PROBLEM_KEYS: Mapping[str, ErrorKey] = {
    FieldProblem.READ_ONLY: ErrorKey.INVALID_READ_ONLY,
    FieldProblem.NOT_INTEGER: ErrorKey.INVALID_INTEGER,
    FieldProblem.NOT_BOOLEAN: ErrorKey.INVALID_BOOLEAN,
    FieldProblem.NOT_URI: ErrorKey.INVALID_URI,
}


class InvalidRequestError(RequestError):
    """What should be sent breaks the specification; `field` names the culprit."""

    def __init__(self, action: str, field: str, problem: str | FieldProblem) -> None:
        """Name the field as a dotted path."""
        super().__init__(
            action,
            f"{field}: {problem}",
            _PROBLEM_KEYS.get(problem, ErrorKey.INVALID_REQUEST),
            field=field,
            problem=str(problem),
        )
        self.field = field
        self.problem = problem


class OtherVersionActionError(RequestError):
    """The version of OCPP that the charge point speaks has no such action."""

    def __init__(self, action: str, version: str) -> None:
        """Name the action and the version."""
        super().__init__(
            action,
            f"OCPP {version} has no such action",
            ErrorKey.NOT_IN_VERSION,
            version=version,
        )


class NoTransactionError(RequestError):
    """No transaction runs where one was to be stopped, or there is more than one."""

    def __init__(self, action: str, count: int) -> None:
        """Name the action, and how many transactions run."""
        super().__init__(
            action,
            f"{count} transactions run",
            ErrorKey.SEVERAL_TRANSACTIONS if count else ErrorKey.NO_TRANSACTION,
            count=str(count),
        )
        self.count = count


class NoReservationError(RequestError):
    """There is no reservation where one was to be cancelled, or more than one."""

    def __init__(self, action: str, count: int) -> None:
        """Name the action, and how many reservations there are."""
        super().__init__(
            action,
            f"there are {count} reservations",
            ErrorKey.SEVERAL_RESERVATIONS if count else ErrorKey.NO_RESERVATION,
            count=str(count),
        )
        self.count = count


class NoLocalListError(CommandError):
    """The charge point keeps no local list, or not now: it says version -1."""

    def __init__(self, action: str, message: str) -> None:
        """Name the action, and what the charge point said."""
        super().__init__(action, message, ErrorKey.NO_LOCAL_LIST)


class LocalListTooLongError(CommandError):
    """The charge point cannot keep as many tags."""

    def __init__(self, action: str, length: int, maximum: int) -> None:
        """Tell how many there are, and how many there may be."""
        super().__init__(
            action,
            f"{length} tags, of which it takes {maximum}",
            ErrorKey.LOCAL_LIST_TOO_LONG,
            length=str(length),
            maximum=str(maximum),
        )
        self.length = length
        self.maximum = maximum


def _as_ocpp(name: str) -> str:
    """Return a snake-case name as OCPP and the charger's manual spell it.

    `unlock_failed` becomes `UnlockFailed`.
    """
    return "".join(part.capitalize() for part in name.split("_"))
