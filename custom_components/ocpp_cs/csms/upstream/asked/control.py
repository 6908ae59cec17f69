"""Starts, stops and reservations that an upstream asks for."""

from dataclasses import dataclass
from datetime import datetime

from ...charge_point import ChargePoint
from ...model.profile import ChargingProfile
from ...model.tags import Tag
from ..memory import StationMemory
from ..model import UpstreamSettings
from ..told.books import UpstreamBooks


@dataclass(frozen=True, kw_only=True, slots=True)
class StartWish:
    """A start that an upstream asks for (1.6: 5.11; 2.0.1: F01, F02)."""

    tag: Tag
    connector_id: int | None = None
    profile: ChargingProfile | None = None
    remote_start_id: int | None = None
    """The number of the request (2.x)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Reservation:
    """A reservation that an upstream asks for (1.6: 5.13; 2.0.1: H01)."""

    id: int
    connector_id: int
    """The connector; 0 is any."""
    tag: Tag
    expires: datetime
    parent: str | None = None


class Control:
    """Starts, stops and reservations; refused without the role for them."""

    def __init__(
        self,
        settings: UpstreamSettings,
        memory: StationMemory,
        charge_point: ChargePoint,
        books: UpstreamBooks,
    ) -> None:
        """Answer by these settings.

        Args:
            settings: The settings of the upstream.
            memory: Where its reservations are kept.
            charge_point: The charge point that it is about.
            books: The sessions that it is told of.
        """
        self._settings = settings
        self._memory = memory
        self._charge_point = charge_point
        self._books = books

    async def start(self, wish: StartWish) -> bool:
        """Start a session; return whether that is accepted."""
        return False

    async def stop(self, told_id: str) -> bool:
        """Stop a session by the id that the upstream knows; return whether it is tried."""
        return False

    def session_status(self, told_id: str | None) -> tuple[bool | None, bool]:
        """Return whether a session goes on, and whether messages about it wait.

        Args:
            told_id: The id that the upstream knows; None asks for any messages (2.0.1:
                E14).

        Returns:
            None in the first place if the session is not known, or none was named.
        """
        return None, False

    def reserve(self, wish: Reservation) -> str:
        """Reserve a connector.

        Returns:
            `accepted`, `faulted`, `occupied`, `rejected` or `unavailable`.
        """
        return "rejected"

    def cancel_reservation(self, id: int) -> bool:
        """Cancel a reservation; return whether there was one."""
        return False
