"""Calls that come in: found by name, answered, refused when they make no sense."""

from collections.abc import Callable
from typing import Any, ClassVar, override

from .errors import CallError
from .make import Make
from .structures import Payload

type Handler = Callable[[Any, Payload], Payload]


class Dispatch(Make):
    """Hands each call to the method `on_<action in snake case>`."""

    _handlers: ClassVar[dict[str, Handler]] = {}

    @override
    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        cls._handlers = {
            "".join(part.capitalize() for part in name[3:].split("_")): getattr(
                cls, name
            )
            for name in dir(cls)
            if name.startswith("on_")
        }

    def __init__(self) -> None:
        super().__init__()
        self.boot_status: str | None = None
        self.received: list[tuple[str, Payload]] = []
        """Every CALL of the central system: action and payload."""
        self._after: list[Callable[[], object]] = []

    def calls(self, action: str) -> list[Payload]:
        """Return the payloads of all calls of that action so far."""
        return [payload for name, payload in self.received if name == action]

    def handle_call(self, action: str, payload: Payload) -> Payload:
        """Return the answer to a call. Raise CallError to refuse it."""
        self.received.append((action, payload))
        if self.boot_status != "Accepted" and action in (
            "RemoteStartTransaction",
            "RemoteStopTransaction",
        ):
            self.violation(f"{action} before the boot was accepted")
            return {"status": "Rejected"}
        handler = self._handlers.get(action)
        if handler is None or action in self.not_implemented:
            raise CallError("NotImplemented", f"{action} is not implemented")
        try:
            answer = handler(self, payload)
        except (KeyError, TypeError, ValueError, AttributeError) as err:
            text = f"{type(err).__name__}: {err}"
            self.violation(f"{action} with a bad payload ({text})")
            raise CallError("FormationViolation", text) from err
        words = f" {answer['status']}" if "status" in answer else ""
        self.log(f"{action}{words}")
        return answer

    def answered(self) -> None:
        """Do what was waiting for the answer to be sent."""
        callbacks, self._after = self._after, []
        for callback in callbacks:
            callback()

    def after(self, callback: Callable[[], object]) -> None:
        """Do something as soon as the call being handled was answered."""
        self._after.append(callback)
