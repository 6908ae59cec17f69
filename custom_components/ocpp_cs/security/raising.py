"""Raise the level of a charger's connection: the commands of OCPP, and the waiting.

What can be undone comes first: a password, the root certificate. The level is written
last, as OCPP 1.6 does not allow to lower it again (security whitepaper, A05.FR.09).
"""

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Protocol

from ..csms.model.errors import CsmsError
from ..csms.model.security import SecurityLevel


class RaiseStep(StrEnum):
    """The steps of a raise; the keys of its progress, with `raise_` before them."""

    CHECKING = "checking"
    PASSWORD = "password"
    """A new password is written."""
    ROOT = "root"
    """Our root certificate is installed."""
    REQUEST = "request"
    """The charger makes a certificate of its own, and we sign it."""
    LEVEL = "level"
    RESTART = "restart"
    WAITING = "waiting"
    """It has to connect at the new level."""
    ADDRESS = "address"
    """It came back at the old level: its address has to be entered."""
    BY_HAND = "by_hand"
    """It cannot be told over OCPP: everything has to be entered at the charger."""


class RaiseHindrance(StrEnum):
    """The reasons why nothing is begun; translation keys."""

    NOT_CONNECTED = "not_connected"
    NOT_KNOWN = "not_known"
    """The connection may be of another device."""
    SESSION = "session"
    ENCRYPTION_OFF = "encryption_off"
    NAME_MISSING = "name_missing"
    """Our certificate lacks the name or address that the charger uses."""
    CERTIFICATE_EXPIRED = "certificate_expired"
    UNDER_WAY = "under_way"
    """The charger is being raised already."""


class RaiseFailure(StrEnum):
    """The reasons why a raise failed; translation keys."""

    PASSWORD_REFUSED = "password_refused"
    PASSWORD_UNUSED = "password_unused"
    """It connects again without the new password."""
    ROOT_REFUSED = "root_refused"
    ROOT_NOT_LISTED = "root_not_listed"
    """It accepted our root certificate, but does not list it."""
    REQUEST_REFUSED = "request_refused"
    """It makes no certificate of its own."""
    REQUEST_MISSING = "request_missing"
    CERTIFICATE_REFUSED = "certificate_refused"
    """It does not accept the certificate that we signed."""
    LEVEL_REFUSED = "level_refused"
    RESTART_REFUSED = "restart_refused"
    SESSION_BEGAN = "session_began"
    CAME_BACK_UNCHANGED = "came_back_unchanged"
    STAYED_AWAY = "stayed_away"
    LOST = "lost"
    """The connection ended, or there was no answer, before anything was changed."""
    STOPPED = "stopped"


class RaiseFailedError(Exception):
    """A raise failed.

    `key` is a `RaiseFailure`, or a key of another `Raiser` that has its text.
    """

    def __init__(
        self,
        key: str,
        placeholders: Mapping[str, str] | None = None,
        *,
        error: CsmsError | None = None,
        may_come: bool = False,
    ) -> None:
        """Create an error.

        Args:
            key: The translation key of the reason.
            placeholders: The placeholders of its text. All but `Markdown` are cleaned.
            error: The error of the charger, whose text becomes the placeholder `error`.
            may_come: Whether the charger may still come at the new level.
        """
        super().__init__(key)
        self.key = key
        self.placeholders = dict(placeholders or {})
        self.error = error
        self.may_come = may_come


class Raiser(Protocol):
    """Raises the level of one charger."""

    async def hindrances(self, target: SecurityLevel) -> tuple[str, ...]:
        """Return all reasons why a raise cannot begin; nothing is changed.

        They are keys of the selector `raise_hindrance`, or `goe_raise_hindrance`.
        """

    async def run(self, target: SecurityLevel, on_step: Callable[[str], None]) -> None:
        """Raise the charger, and return when it is connected at the new level.

        Cancelling it must leave the charger in a state that it can connect in.

        Args:
            target: The new level.
            on_step: Called with each step; a key of the progress, without `raise_`.

        Raises:
            RaiseFailedError: It failed; its key is one of the selector `raise_failure`
                or `goe_raise_failure`.
        """
