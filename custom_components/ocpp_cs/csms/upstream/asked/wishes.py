"""What an upstream asks for, and only the owner may decide."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from ..model import Role, UpstreamSettings


class WishKind(StrEnum):
    """What an upstream may ask the owner for."""

    RESET = "reset"
    UNLOCK = "unlock"
    AVAILABILITY = "availability"
    FIRMWARE = "firmware"
    DIAGNOSTICS = "diagnostics"
    SETTING = "setting"
    """A setting that is not kept for the upstream alone."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Wish:
    """Something that an upstream asks the owner for."""

    upstream: str
    """The id of the upstream."""
    charge_point_id: str
    kind: WishKind
    details: Mapping[str, Any] = field(default_factory=dict)
    """Of `reset`: `type` (soft, hard). `unlock`: `connector_id`. `availability`:
    `connector_id`, `type` (operative, inoperative). `firmware`: `location`, and for
    signed firmware `signing_certificate` and `signature`; `retrieve_date`,
    `install_date`, `retries`, `retry_interval`. `diagnostics`: `location`, `log_type`,
    `start_time`, `stop_time`, `retries`, `retry_interval`. Times are aware. `setting`:
    `name`, `value`."""


class Wishes:
    """Passes wishes on to the owner, where the upstream has the role for it."""

    def __init__(self, settings: UpstreamSettings, charge_point_id: str) -> None:
        """Pass on the wishes of one upstream for one charge point."""
        self._settings = settings
        self._charge_point_id = charge_point_id
        self.ask: Callable[[Wish], None] = lambda wish: None
        """Asks the owner."""

    def wish(self, kind: WishKind, **details: Any) -> bool:
        """Ask the owner, if the upstream may; it is told that it was refused.

        Returns:
            Whether the owner is asked.
        """
        if not self._settings.has(Role.CONFIGURE):
            return False
        self.ask(
            Wish(
                upstream=self._settings.id,
                charge_point_id=self._charge_point_id,
                kind=kind,
                details={
                    key: value for key, value in details.items() if value is not None
                },
            )
        )
        return True
