"""The errors between the central system and a charge point."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, ClassVar


class Violation(StrEnum):
    """The reason why a call is rejected.

    The values are ours. Each version of OCPP has its own error codes for them, which
    its `Dialect` names: OCPP-J 1.6, table 7; OCPP 2.0.1 part 4, table 8.
    """

    NOT_IMPLEMENTED = "not_implemented"
    """The action is unknown."""
    NOT_SUPPORTED = "not_supported"
    """The action is known, but not supported."""
    INTERNAL_ERROR = "internal_error"
    PROTOCOL_ERROR = "protocol_error"
    """The payload is incomplete."""
    SECURITY_ERROR = "security_error"
    RPC_FRAMEWORK = "rpc_framework"
    """The message is not a valid call; its id is unreadable, for example."""
    MESSAGE_TYPE = "message_type"
    """The message type is not supported."""
    FORMAT = "format"
    """The payload is malformed."""
    PROPERTY_CONSTRAINT = "property_constraint"
    """A field has a value that is not allowed."""
    OCCURRENCE_CONSTRAINT = "occurrence_constraint"
    """A field is missing, or has too many items."""
    TYPE_CONSTRAINT = "type_constraint"
    """A field has a value of the wrong type."""
    GENERIC_ERROR = "generic_error"


class CallError(Exception):
    """Raised by a handler of an inbound CALL, which is answered with a CALLERROR."""

    def __init__(
        self,
        violation: Violation,
        description: str = "",
        details: dict[str, Any] | None = None,
    ) -> None:
        """Create an error with the content of the frame (OCPP-J 1.6, 4.2.3).

        Args:
            violation: The reason; the version maps it to an error code.
            description: The error description.
            details: The error details.
        """
        super().__init__(f"{violation}: {description}")
        self.violation = violation
        self.description = description
        self.details = details or {}


class OtherVersionError(Exception):
    """A charge point that offers no subprotocol uses another version than assumed.

    Its message is not answered: it sends it again on the next connection.
    """

    def __init__(self, subprotocol: str) -> None:
        """Name the version of the message."""
        super().__init__(f"{subprotocol} is spoken, without having been named")
        self.subprotocol = subprotocol


class ErrorKey(StrEnum):
    """The translation key of an error that is shown to a user."""

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
    INVALID_PROFILE_CONNECTOR = "invalid_profile_connector"
    INVALID_PROFILE_DYNAMIC = "invalid_profile_dynamic"
    INVALID_PROFILE_LEVEL = "invalid_profile_level"
    INVALID_PROFILE_NOT_DYNAMIC = "invalid_profile_not_dynamic"
    INVALID_PROFILE_PERIODS = "invalid_profile_periods"
    INVALID_PROFILE_DISCHARGES = "invalid_profile_discharges"
    INVALID_PROFILE_PHASE = "invalid_profile_phase"
    INVALID_PROFILE_PHASES = "invalid_profile_phases"
    INVALID_PROFILE_PURPOSE = "invalid_profile_purpose"
    INVALID_PROFILE_RELATIVE = "invalid_profile_relative"
    INVALID_PROFILE_SCHEDULES = "invalid_profile_schedules"
    INVALID_PROFILE_START = "invalid_profile_start"
    INVALID_PROFILE_START_OF_RELATIVE = "invalid_profile_start_of_relative"
    INVALID_PROFILE_TAKEN = "invalid_profile_taken"
    INVALID_PROFILE_TRANSACTION = "invalid_profile_transaction"
    INVALID_PROFILE_TRANSACTION_OF_START = "invalid_profile_transaction_of_start"
    INVALID_PROFILE_UNIT = "invalid_profile_unit"
    INVALID_PROFILE_UNKNOWN = "invalid_profile_unknown"
    INVALID_PROFILE_UNSUPPORTED = "invalid_profile_unsupported"
    INVALID_PROFILE_WHOLE = "invalid_profile_whole"
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
    PAYER_KNOWS = "payer_knows"
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
    TRANSACTION_OF_OTHER_VERSION = "transaction_of_other_version"
    UNLOCK_SESSION_RUNS = "unlock_session_runs"
    UNLOCK_UNKNOWN_PLUG = "unlock_unknown_plug"


class CsmsError(Exception):
    """A command failed.

    `key` and `placeholders` give the text for a user. Texts also have the placeholder
    `name`, the user's name for the charge point.
    """

    def __init__(
        self,
        message: str,
        key: ErrorKey = ErrorKey.COMMAND_FAILED,
        **placeholders: str,
    ) -> None:
        """Create an error.

        Args:
            message: The text for the log, in English.
            key: The translation key of the text for a user.
            placeholders: The values of the placeholders in that text.
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


class PayerKnowsError(CsmsError):
    """A further backend has been told of a session, and pays for it."""

    def __init__(self, backend: str) -> None:
        """Name the backend."""
        super().__init__(
            f"{backend} knows of the session", ErrorKey.PAYER_KNOWS, backend=backend
        )


class CommandError(CsmsError):
    """A command to a charge point failed; `action` is the OCPP action."""

    undeclared_key: ClassVar[ErrorKey | None] = None
    """The key of the text that also names the undeclared feature profile."""

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
        """Note that the charge point does not declare the action's feature profile."""
        if self.undeclared_key is not None:
            self.key = self.undeclared_key
            self.placeholders = {**self.placeholders, "profile": profile}


class RequestError(CommandError):
    """Nothing was sent, as the caller asked for something impossible."""


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
        """Name the action and the timeout in seconds."""
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
    """The charge point does not support the action, by its answer now or before."""

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
    """It is not sent: by a quirks rule the charge point does not support it."""

    undeclared_key = None

    def __init__(
        self,
        action: str,
        what: str,
        rules: tuple[str, ...],
        key: ErrorKey = ErrorKey.KNOWN_UNSUPPORTED,
        **placeholders: str,
    ) -> None:
        """Name the action, its unsupported part, and the quirks rules."""
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
    """A charging schedule has more periods than the quirks rules allow."""

    def __init__(
        self, action: str, count: int, most: int, rules: tuple[str, ...]
    ) -> None:
        """Name the number of periods, and the maximum."""
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
    """It is not sent: it has id tags or passwords, and the connection is unknown."""

    def __init__(self, action: str, remote: str, *, is_another: bool) -> None:
        """Name the address, and whether it claims to be another device."""
        super().__init__(
            action,
            f"the connection from {remote} is not known",
            ErrorKey.ANOTHER_DEVICE if is_another else ErrorKey.ADDRESS_UNKNOWN,
            address=remote,
        )
        self.remote = remote
        self.is_another = is_another


class ForeignTransactionError(RequestError):
    """The id of a transaction is none that the spoken version of OCPP can name."""

    def __init__(self, action: str, transaction_id: str) -> None:
        """Name the action and the id."""
        super().__init__(
            action,
            f"the transaction {transaction_id} began in another version of OCPP",
            ErrorKey.TRANSACTION_OF_OTHER_VERSION,
            transaction_id=transaction_id,
        )


class RefusedError(CommandError):
    """The charge point answered with a refusal.

    `status` is the OCPP status in snake case, such as `rejected`.
    """

    undeclared_key: ClassVar[ErrorKey | None] = ErrorKey.REFUSED_UNDECLARED

    def __init__(
        self,
        action: str,
        status: str,
        key: ErrorKey = ErrorKey.REFUSED,
        reason: str | None = None,
        info: str | None = None,
    ) -> None:
        """Name the action and the status.

        Args:
            action: The action.
            status: The status in snake case.
            key: The key of the text, which may be a more specific one.
            reason: The reason code that OCPP 2 may add, as the charge point told it.
            info: Its additional information.
        """
        why = ": ".join(filter(None, (reason, info)))
        why = f" ({why})" if why else ""
        super().__init__(action, status + why, key, status=_as_ocpp(status) + why)
        self.status = status
        self.reason = reason


class SessionRunsError(RefusedError):
    """A transaction was refused where another is running."""

    undeclared_key = None

    def __init__(self, action: str, status: str) -> None:
        """Name the action and the status."""
        super().__init__(action, status, ErrorKey.SESSION_RUNS)


class InvalidAnswerError(CommandError):
    """The answer of the charge point violates the specification."""

    def __init__(self, action: str, problem: str) -> None:
        """Name the action, and the problem of the answer."""
        super().__init__(action, problem, ErrorKey.INVALID_ANSWER)


class FieldProblem(StrEnum):
    """A problem of a field that no schema detects."""

    READ_ONLY = "is read-only"
    NOT_INTEGER = "must be a whole number, not negative"
    NOT_BOOLEAN = "must be true or false"
    NOT_URI = "must be a URI such as https://example.com/file"

    # Those of charging profiles (2.0.1: K01).
    NO_CONNECTOR = "must name a connector, as the profile is of a transaction"
    NOT_WHOLE = "must be 0, as the profile is of the whole charge point"
    NO_TRANSACTION = "must be a running transaction"
    TRANSACTION_OF_START = "must not be given, as no transaction runs yet"
    FOREIGN_PURPOSE = "is not for a central system"
    WHOLE_IS_RELATIVE = "must not be Relative for the whole charge point"
    NO_START = "must be given, unless the profile is Relative"
    START_OF_RELATIVE = "must not be given, as the profile is Relative"
    DISORDERED = "must begin at 0 and rise from period to period"
    TOO_MANY_SCHEDULES = "only one is allowed, unless the vehicle has told its needs"
    LEVEL_TOO_HIGH = "is higher than the charge point allows"
    PLACE_TAKEN = "is used by another profile of the same purpose and connector"
    OTHER_UNIT = "is a unit that the charge point does not take"
    NOT_ONE_PHASE = "may be given for one phase only"
    NO_CHOICE_OF_PHASE = "cannot be chosen at this connector"
    DISCHARGES = "would discharge the vehicle, which is not allowed at this connector"

    # Those of charging profiles of 2.1.
    NOT_ONE_PERIOD = "a dynamic profile has one schedule with one period from 0 on"
    NOT_DYNAMIC = "may be given for a dynamic profile only"
    UNSUPPORTED = "is not supported by the charge point"
    NO_DYNAMIC_PROFILE = "is no dynamic profile that was set here"


_PROBLEM_KEYS: Mapping[str, ErrorKey] = {
    FieldProblem.NO_CONNECTOR: ErrorKey.INVALID_PROFILE_CONNECTOR,
    FieldProblem.NOT_WHOLE: ErrorKey.INVALID_PROFILE_WHOLE,
    FieldProblem.NO_TRANSACTION: ErrorKey.INVALID_PROFILE_TRANSACTION,
    FieldProblem.TRANSACTION_OF_START: ErrorKey.INVALID_PROFILE_TRANSACTION_OF_START,
    FieldProblem.FOREIGN_PURPOSE: ErrorKey.INVALID_PROFILE_PURPOSE,
    FieldProblem.WHOLE_IS_RELATIVE: ErrorKey.INVALID_PROFILE_RELATIVE,
    FieldProblem.NO_START: ErrorKey.INVALID_PROFILE_START,
    FieldProblem.START_OF_RELATIVE: ErrorKey.INVALID_PROFILE_START_OF_RELATIVE,
    FieldProblem.DISORDERED: ErrorKey.INVALID_PROFILE_PERIODS,
    FieldProblem.TOO_MANY_SCHEDULES: ErrorKey.INVALID_PROFILE_SCHEDULES,
    FieldProblem.LEVEL_TOO_HIGH: ErrorKey.INVALID_PROFILE_LEVEL,
    FieldProblem.PLACE_TAKEN: ErrorKey.INVALID_PROFILE_TAKEN,
    FieldProblem.OTHER_UNIT: ErrorKey.INVALID_PROFILE_UNIT,
    FieldProblem.NOT_ONE_PHASE: ErrorKey.INVALID_PROFILE_PHASES,
    FieldProblem.NO_CHOICE_OF_PHASE: ErrorKey.INVALID_PROFILE_PHASE,
    FieldProblem.NOT_ONE_PERIOD: ErrorKey.INVALID_PROFILE_DYNAMIC,
    FieldProblem.NOT_DYNAMIC: ErrorKey.INVALID_PROFILE_NOT_DYNAMIC,
    FieldProblem.UNSUPPORTED: ErrorKey.INVALID_PROFILE_UNSUPPORTED,
    FieldProblem.NO_DYNAMIC_PROFILE: ErrorKey.INVALID_PROFILE_UNKNOWN,
    FieldProblem.DISCHARGES: ErrorKey.INVALID_PROFILE_DISCHARGES,
    FieldProblem.READ_ONLY: ErrorKey.INVALID_READ_ONLY,
    FieldProblem.NOT_INTEGER: ErrorKey.INVALID_INTEGER,
    FieldProblem.NOT_BOOLEAN: ErrorKey.INVALID_BOOLEAN,
    FieldProblem.NOT_URI: ErrorKey.INVALID_URI,
}


class InvalidRequestError(RequestError):
    """The request violates the specification; `field` names the wrong field."""

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

    def __init__(self, action: str, version: str, other: str = "2.0.1") -> None:
        """Name the action, the version, and the version that has the action."""
        super().__init__(
            action,
            f"OCPP {version} has no such action, but {other} has",
            ErrorKey.NOT_IN_VERSION,
            version=version,
            other=other,
        )


class NoTransactionError(RequestError):
    """No transaction runs where one was to be stopped, or there is more than one."""

    def __init__(self, action: str, count: int) -> None:
        """Name the action, and the number of running transactions."""
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
        """Name the action, and the number of reservations."""
        super().__init__(
            action,
            f"there are {count} reservations",
            ErrorKey.SEVERAL_RESERVATIONS if count else ErrorKey.NO_RESERVATION,
            count=str(count),
        )
        self.count = count


class NoLocalListError(CommandError):
    """The charge point has no local list at present: it reports version -1."""

    def __init__(self, action: str, message: str) -> None:
        """Name the action, and the message for the log."""
        super().__init__(action, message, ErrorKey.NO_LOCAL_LIST)


class LocalListTooLongError(CommandError):
    """The charge point cannot store as many id tags."""

    def __init__(self, action: str, length: int, maximum: int) -> None:
        """Name the number of id tags, and the maximum."""
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
    """Return a snake-case name in the spelling of OCPP and of manuals.

    `unlock_failed` becomes `UnlockFailed`.
    """
    return "".join(part.capitalize() for part in name.split("_"))
