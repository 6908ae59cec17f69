"""A charger that the user connects during a flow: its arrival, or why it is refused."""

import asyncio
from collections.abc import Callable

from homeassistant.core import callback

from ..csms.central_system import CentralSystem
from ..csms.charge_point import ChargePoint
from ..csms.model.model import Refusal
from .arrivals import Arrivals

IDENTITY_WAIT = 3.0
"""Seconds in which a charger can send its identity before it is shown without."""


class AwaitedCharger:
    """The charger that a user waits for, with the last arrival and refusal."""

    def __init__(self) -> None:
        """Wait for any charger, with any address."""
        self.charge_point_id: str | None = None
        """The id of the charger; None if it is not known before it connects."""
        self.secret = ""
        """The path secret in the charger's address, which identifies it, too."""
        self.adopted = False
        """True if it is adopted already, so that no other charger is waited for."""
        self.came: ChargePoint | None = None
        """The charger that connected: the expected one, or else the first one."""
        self.refusal: Refusal | None = None
        """The last refusal."""
        self._declined: set[str] = set()
        """Ids of chargers that the user declined."""
        self._news = asyncio.Event()
        self._unsubscribe: list[Callable[[], None]] = []

    @property
    def is_expected(self) -> bool:
        """Return whether the charger that connected is the expected one."""
        return self.came is not None and self._expects(self.came)

    def _expects(self, charge_point: ChargePoint) -> bool:
        return self.charge_point_id in (
            None,
            charge_point.id,
        ) or charge_point.came_to(self.secret)

    def secret_in_use(self, before: str | None) -> str:
        """Return the path secret for the charger that came.

        Args:
            before: Its secret when it was here before.

        Returns:
            That one if its address still has it, or else the one that was shown.
        """
        if before and self.came is not None and self.came.came_to(before):
            return before
        return self.secret

    @property
    def is_listening(self) -> bool:
        """Return whether it listens for arrivals."""
        return bool(self._unsubscribe)

    @callback
    def listen(self, arrivals: Arrivals, central_system: CentralSystem) -> None:
        """Listen until `stop`, starting with the chargers that are connected."""
        self._news = asyncio.Event()
        self._unsubscribe += [
            arrivals.async_listen(self._seen, self.charge_point_id),
            central_system.await_secret(self.secret),
        ]
        for charge_point in central_system.pending.values():
            self._seen(charge_point)
        if self.adopted:
            # Arrivals do not report adopted chargers.
            adopted = central_system.charge_points[self.charge_point_id or ""]

            def changed() -> None:
                if adopted.connected:
                    self.came = adopted
                    self._news.set()

            self._unsubscribe.append(adopted.watch(("connected",), changed))
            changed()

    @callback
    def stop(self) -> None:
        """Stop listening."""
        while self._unsubscribe:
            self._unsubscribe.pop()()

    @callback
    def decline(self) -> None:
        """Decline the charger that connected, and wait on."""
        if self.came is not None:
            self._declined.add(self.came.id)
            self.came = None

    @callback
    def take_news(self) -> bool:
        """Return whether there was an arrival or refusal since the last call."""
        news = self._news.is_set()
        self._news.clear()
        return news

    @callback
    def _seen(self, who: ChargePoint | Refusal) -> None:
        if isinstance(who, Refusal):
            # A repeated refusal is no news.
            known, self.refusal = self.refusal, who
            if known is not None and (known.reason, known.path) == (
                who.reason,
                who.path,
            ):
                return
        elif who.id in self._declined or self.adopted:
            return
        elif self.came is None or self._expects(who):
            self.came = who
        self._news.set()

    async def wait(self, seconds: float) -> None:
        """Wait for an arrival or refusal, for so many seconds at most.

        A charger that connected gets a moment to send its identity.
        """
        try:
            async with asyncio.timeout(seconds):
                await self._news.wait()
        except TimeoutError:
            return
        if (came := self.came) is None:
            return
        told = asyncio.Event()
        unwatch = came.watch(("identity",), told.set)
        try:
            async with asyncio.timeout(IDENTITY_WAIT):
                if came.identity.model is None:
                    await told.wait()
        except TimeoutError:
            pass
        finally:
            unwatch()
