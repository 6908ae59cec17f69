"""Convert commands to calls of one version of OCPP, and the answers to the model."""

from collections.abc import Callable, Collection, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from .commands import Answer
from .model.errors import (
    CallErrorReceivedError,
    CommandError,
    ErrorKey,
    InvalidRequestError,
    KnownUnsupportedError,
    NotKnownError,
    NotSupportedError,
    RefusedError,
    TooManyPeriodsError,
    Violation,
)
from .schema.coerce import salvage
from .schema.spelling import from_ocpp, snake, to_ocpp
from .security.masking import hidden

if TYPE_CHECKING:
    from .charge_point import ChargePoint
    from .model.quirks import Quirks
    from .schema.schemas import Schemas
    from .wire.rpc import Connection

type Payload = dict[str, Any]

_LONGEST_STATUS = len("RebootRequired")
_LONGEST_REASON = 20
_LONGEST_INFO = 200


def _reasons_of(answer: Answer) -> tuple[str | None, str | None]:
    """Return the reason code, and what explains it, that OCPP 2 may add to a status."""
    info = answer.get("status_info")
    if not isinstance(info, dict):
        return None, None
    reason, more = info.get("reason_code"), info.get("additional_info")
    return (
        reason[:_LONGEST_REASON] if isinstance(reason, str) else None,
        more[:_LONGEST_INFO] if isinstance(more, str) else None,
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class CallRules:
    """The rules of a version of OCPP for the calls of the central system."""

    version: str
    """The version as users call it: `1.6`."""
    error_codes: Mapping[Violation, str]
    consent: frozenset[str]
    """The statuses with which a charge point accepts a command."""
    consent_to: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Action -> the statuses, where they are others than `consent`."""
    refusals: Mapping[tuple[str, str], ErrorKey] = field(default_factory=dict)
    """Action and status -> the text of a refusal whose meaning OCPP defines."""
    confidential: frozenset[str] = frozenset()
    """The actions that contain id tags, certificates, or URLs with credentials."""
    secrets: Callable[[str, Payload], tuple[str, ...]] = lambda action, payload: ()
    """Returns the passwords in a request, which must get into no log."""
    foresee: Callable[[ChargePoint, str, Payload], None] = (
        lambda charge_point, action, payload: None
    )
    """Notes what a call will cause, before it is sent, as that may come at once."""
    unforeseen: Callable[[ChargePoint, str, Answer], None] = (
        lambda charge_point, action, answer: None
    )
    """Takes that back after a refusal."""
    periods: Callable[[Payload], int] = lambda payload: 0
    """Returns the number of periods of the longest schedule in a request."""
    cleaned: Callable[[str, Any], Any] = lambda action, answer: answer
    """Returns an answer without what must not be told."""
    undeclared: Callable[[ChargePoint, str], str | None] = lambda charge_point, action: (
        None
    )
    """Returns the feature profile of an action if it is not declared."""
    never_declared: frozenset[str] = frozenset()
    """The actions that no charge point declares."""

    def agreed(self, action: str, answer: Answer) -> Answer:
        """Return an answer to `action`; raise RefusedError if it is a refusal."""
        status = answer.get("status")
        if status is not None and status not in self.consent_to.get(
            action, self.consent
        ):
            raise RefusedError(
                action,
                status,
                self.refusals.get((action, status), ErrorKey.REFUSED),
                *_reasons_of(answer),
            )
        return answer


class Caller:
    """Send messages of one version of OCPP on one connection."""

    def __init__(
        self,
        charge_point: ChargePoint,
        connection: Connection,
        schemas: Schemas,
        rules: CallRules,
    ) -> None:
        """Create the caller of a connection."""
        self._charge_point = charge_point
        self._connection = connection
        self._schemas = schemas
        self._rules = rules
        self._unsupported: dict[str, CallErrorReceivedError] = {}
        """Action -> its error, for actions that are not sent again."""
        self._not_implemented = rules.error_codes[Violation.NOT_IMPLEMENTED]
        self._no_support = frozenset(
            {self._not_implemented, rules.error_codes[Violation.NOT_SUPPORTED]}
        )

    @property
    def version(self) -> str:
        """The number of the version."""
        return self._rules.version

    @property
    def actions(self) -> Collection[str]:
        """The actions of this version of OCPP, as it names them."""
        return self._schemas.actions

    async def send(self, action: str, **fields: Any) -> Answer:
        """Send a message and return the answer.

        Args:
            action: The action, as in the specification.
            **fields: The fields in snake case (see `to_ocpp`); None is left out.

        Raises:
            CommandError: As listed in `Commands`.
        """
        try:
            return self._rules.agreed(action, await self.exchange(action, **fields))
        except CommandError as err:
            if (profile := self._undeclared(action)) is not None:
                err.set_undeclared(profile)
            raise

    def agreed(self, action: str, answer: Answer) -> Answer:
        """Return an answer to `action`; raise RefusedError if it is a refusal."""
        return self._rules.agreed(action, answer)

    async def exchange(self, action: str, **fields: Any) -> Answer:
        """Send a message like `send`, but return a refusal like any other answer."""
        payload = self.payload(action, **fields)
        response = self._schemas.response(action)
        assert response is not None  # as there is a request
        self.check_periods(action, payload)
        self._rules.foresee(self._charge_point, action, payload)
        answer = await self._call(action, payload)
        converted: Answer = from_ocpp(answer, response.definition)
        if converted.get("status") not in self._rules.consent:
            self._rules.unforeseen(self._charge_point, action, converted)
        return converted

    def payload(self, action: str, **fields: Any) -> Payload:
        """Return the payload of a request in OCPP's spelling.

        Args:
            action: The action, as in the specification.
            **fields: The fields in snake case (see `to_ocpp`); None is left out.

        Raises:
            InvalidRequestError: The schema does not allow the fields.
        """
        request = self._schemas.request(action)
        if request is None:
            raise InvalidRequestError(
                action, "action", f"not an action of OCPP {self._rules.version}"
            )
        payload: Payload = to_ocpp(fields, request.definition)
        if problems := request.problems(payload, formats=True):
            path = ".".join(snake(part) for part in problems[0].path.split("."))
            raise InvalidRequestError(action, path, problems[0].message)
        return payload

    async def _call(self, action: str, payload: Payload) -> Any:
        # The declared feature profiles do not decide: some charge points declare less
        # than they support, and some more. So everything is tried. An action that is
        # answered with NotImplemented and not declared either is not sent again on
        # this connection; another firmware comes with another connection.
        # Quirks are checked first, as some charge points fail badly on actions that
        # they do not support. The owner can override them.
        self.check_supported(
            action, action, snake(action) in self._quirks.unsupported_actions
        )
        secrets = self._rules.secrets(action, payload)
        self._check_known(action, is_confidential=bool(secrets))
        if (said := self._unsupported.get(action)) is not None:
            raise NotSupportedError(action, said.code, said.description, said.details)
        try:
            return await self._send_hidden(action, payload, secrets)
        except CallErrorReceivedError as err:
            if err.code not in self._no_support:
                raise
            if err.code == self._not_implemented and not self._is_declared(action):
                self._unsupported[action] = err
            raise NotSupportedError(
                action, err.code, err.description, err.details
            ) from err

    def _usable(self, action: str, secrets: tuple[str, ...], answer: Any) -> Any:
        """Return an answer that its schema allows; raise CallError if it is unusable.

        It is without passwords, as what is wrong in an answer gets into the log.
        """
        answer = self._rules.cleaned(action, answer)
        for secret in secrets:
            # A status is no password, whatever somebody has typed.
            if len(secret) > _LONGEST_STATUS:
                answer = hidden(secret, answer)
        response = self._schemas.response(action)
        assert response is not None  # as there is a request
        if response.valid(answer):
            return answer
        return salvage(
            action, "response", answer, self._charge_point.deviations, self._schemas
        )

    async def _send_hidden(
        self, action: str, payload: Payload, secrets: tuple[str, ...]
    ) -> Any:
        """Send a call; a password in it gets into no log, nor what repeats it."""
        read = partial(self._usable, action, secrets)
        if not secrets:
            return await self._connection.call(action, payload, read=read)
        with ExitStack() as hiding:
            for secret in secrets:
                hiding.enter_context(self._connection.hiding(secret))
            try:
                return await self._connection.call(action, payload, read=read)
            except CallErrorReceivedError as err:
                code, description = err.code, err.description
                for secret in secrets:
                    code, description = hidden(secret, [code, description])
                raise CallErrorReceivedError(action, code, description, {}) from None

    def _check_known(self, action: str, *, is_confidential: bool) -> None:
        """Raise NotKnownError for a confidential call on an unknown connection."""
        charge_point = self._charge_point
        acquaintance = charge_point.acquaintance
        if acquaintance.is_known or not (
            is_confidential or action in self._rules.confidential
        ):
            return
        charge_point.emit("withheld", {"action": action})
        raise NotKnownError(
            action,
            charge_point.remote or "",
            is_another=acquaintance.claim is not None,
        )

    @property
    def _quirks(self) -> Quirks:
        return self._charge_point.quirks

    def check_supported(self, action: str, what: str, unsupported: bool) -> None:
        """Raise KnownUnsupportedError if a quirk says that it is not supported."""
        if unsupported:
            raise KnownUnsupportedError(action, what, self._quirks.rules)

    def check_periods(self, action: str, payload: Payload) -> None:
        """Raise TooManyPeriodsError if a schedule has more periods than a quirk allows.

        Without a quirk the charge point itself has to refuse it.
        """
        most = self._quirks.most_periods
        if most and (count := self._rules.periods(payload)) > most:
            raise TooManyPeriodsError(action, count, most, self._quirks.rules)

    def _is_declared(self, action: str) -> bool:
        return (
            action not in self._rules.never_declared
            and self._undeclared(action) is None
        )

    def _undeclared(self, action: str) -> str | None:
        """Return the feature profile of an action if it is not declared, else None."""
        return self._rules.undeclared(self._charge_point, action)
