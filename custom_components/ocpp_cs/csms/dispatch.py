"""Hands the calls of a charge point to the handlers of the version that it speaks."""

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
"""Takes the payload of a call and returns its answer; raises CallError."""


class Dispatcher:
    """The `Handler` of one connection: decides over a call before it is handled."""

    def __init__(
        self,
        session: Session,
        handlers: Mapping[str, MessageHandler],
        *,
        boot: str,
        status: str,
        screen: Callable[[str, Json], None] = lambda action, payload: None,
        trim: Callable[[Json], Json] = lambda payload: payload,
    ) -> None:
        """Hand the calls of a session to `handlers`.

        Args:
            session: Whose charge point calls.
            handlers: Those of the version, by action.
            boot: The action that is answered whoever calls.
            status: The action that is heard, if not answered, before the charge point
                is adopted: some do not wait, and send it once.
            screen: Looks at a call before anything is made of it; raises CallError.
            trim: Shortens a payload that is right by the schema.
        """
        self._session = session
        self._charge_point = session.charge_point
        self._schemas = session.schemas
        self._handlers = handlers
        self._boot = boot
        self._status = status
        self._screen = screen
        self._trim = trim

    def __call__(self, action: str, payload: Json) -> Json | Awaitable[Json]:
        """Handle a call; raises CallError, which is answered with CALLERROR."""
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
        if charge_point.admission is not Admission.ADOPTED and action != self._boot:
            if action == self._status:
                with suppress(CallError):
                    handler(self._checked(action, payload))
            # OCPP-J 1.6, errata 3.10. The charge point keeps what matters and sends
            # it again.
            raise CallError(
                Violation.SECURITY_ERROR, "the charge point is not accepted yet"
            )
        return handler(self._checked(action, payload))

    def _checked(self, action: str, payload: Json) -> Json:
        """Return a payload that is right by the schema; raises CallError."""
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
