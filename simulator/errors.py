"""How a call can fail."""

from typing import override


class CallFailed(Exception):
    """A call that brought no result; the base of the reasons why."""

    @override
    def __str__(self) -> str:
        return super().__str__() or type(self).__name__


class CallError(CallFailed):
    """A CALLERROR: raised by `call` when one came, by a handler to answer with one."""

    def __init__(self, code: str, description: str = "") -> None:
        super().__init__(f"{code} {description}".strip())
        self.code = code
        self.description = description


class CallTimeout(CallFailed):
    """No answer came in time."""


class NotConnected(CallFailed):
    """There is no connection, or it broke before the answer came."""
