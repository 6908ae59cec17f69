"""Passes the calls of a charge point to the handlers of its version of OCPP."""

from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING

from .model.errors import CallError, Violation
from .model.model import Admission
from .schema.coerce import salvage
from .wire.rpc import Json

if TYPE_CHECKING:
    from .session import Session

type MessageHandler = Callable[[Json], Json | Awaitable[Json]]
"""Processes the payload of a call and returns the answer; raises CallError."""


class Dispatcher:
    """The `Handler` of a connection: it checks a call before it is handled."""

    def __init__(
        self,
        session: Session,
        handlers: Mapping[str, MessageHandler],
        *,
        boot: str,
        status: str,
        asked: Callable[[str, Json], bool] = lambda action, payload: False,
        screen: Callable[[str, Json], None] = lambda action, payload: None,
        trim: Callable[[Json], Json] = lambda payload: payload,
    ) -> None:
        """Pass the calls of a session to `handlers`.

        Args:
            session: The session of the charge point that calls.
            handlers: The handlers of the version, by action.
            boot: The action that is also answered before the charge point is adopted.
            status: The action that is processed, but not accepted, before the charge
                point is adopted: some charge points do not wait, and send it once.
            asked: Returns whether the central system has asked for a call, so that it
                is answered before the charge point is adopted, too.
            screen: Checks a call before anything else; raises CallError.
            trim: Shortens a payload that is valid by the schema.
        """
        self._session = session
        self._charge_point = session.charge_point
        self._schemas = session.schemas
        self._handlers = handlers
        self._boot = boot
        self._status = status
        self._asked = asked
        self._screen = screen
        self._trim = trim

    def __call__(self, action: str, payload: Json) -> Json | Awaitable[Json]:
        """Handle a call.

        Args:
            action: The action, such as `StatusNotification`.
            payload: The payload, which is not validated yet.

        Returns:
            The payload of the answer.

        Raises:
            CallError: The answer is this CALLERROR.
        """
        charge_point = self._charge_point
        charge_point.seen()
        self._screen(action, payload)
        if (handler := self._handlers.get(action)) is None:
            if action in self._schemas.actions:
                raise CallError(
                    Violation.NOT_SUPPORTED, f"{action} is not served in this direction"
                )
            charge_point.deviations.note("unknown_action", action[:50])
            raise CallError(Violation.NOT_IMPLEMENTED, f"unknown action {action[:50]}")
        if (
            charge_point.admission is not Admission.ADOPTED
            and action != self._boot
            and not self._asked(action, payload)
        ):
            if action == self._status:
                with suppress(CallError):
                    handler(self._checked(action, payload))
            # OCPP-J 1.6, errata 3.10. The charge point queues important messages, and
            # sends them again.
            raise CallError(
                Violation.SECURITY_ERROR, "the charge point is not accepted yet"
            )
        return handler(self._checked(action, payload))

    def _checked(self, action: str, payload: Json) -> Json:
        """Return a payload that is valid by the schema; raises CallError."""
        schema = self._schemas.request(action)
        if schema is not None and not schema.valid(payload):
            payload = salvage(
                action,
                "request",
                payload,
                self._charge_point.deviations,
                self._schemas,
            )
        return self._trim(payload)
