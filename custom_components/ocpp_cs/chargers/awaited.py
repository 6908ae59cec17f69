"""A charger that its user connects now: whether it is seen, and why it is turned away."""

import asyncio
from collections.abc import Callable

from homeassistant.core import callback

from ..csms.central_system import CentralSystem
from ..csms.charge_point import ChargePoint
from ..csms.model.model import Refusal
from .arrivals import Arrivals

IDENTITY_WAIT = 3.0
"""Seconds that a charger has to say what it is before it is shown without."""


class AwaitedCharger:
    """What is seen of a charger while its user waits for it."""

    def __init__(self) -> None:
        """Wait for any charger, with any address."""
        self.charge_point_id: str | None = None
        """Its id; None where that is not known before it comes."""
        self.secret = ""
        """In the address that it is given, so that it is known whatever its id."""
        self.adopted = False
        """Whether it is adopted already, so that only itself is waited for."""
        self.came: ChargePoint | None = None
        """Who came: the one that is waited for, or else the first one."""
        self.refusal: Refusal | None = None
        """Who was turned away last."""
        self._declined: set[str] = set()
        """Ids of those that are another charger."""
        self._news = asyncio.Event()
        self._unsubscribe: list[Callable[[], None]] = []

    @property
    def is_expected(self) -> bool:
        """Return whether the one that came is the one that is waited for."""
        return self.came is not None and self._expects(self.came)

    def _expects(self, charge_point: ChargePoint) -> bool:
        return self.charge_point_id in (
            None,
            charge_point.id,
        ) or charge_point.came_to(self.secret)

    @property
    def is_listening(self) -> bool:
        """Return whether it is looked for."""
        return bool(self._unsubscribe)

    @callback
    def listen(self, arrivals: Arrivals, central_system: CentralSystem) -> None:
        """Look for it until `stop`: among those that are here, and those that come."""
        self._news = asyncio.Event()
        self._unsubscribe += [
            arrivals.async_listen(self._seen, self.charge_point_id),
            central_system.await_secret(self.secret),
        ]
        for charge_point in central_system.pending.values():
            self._seen(charge_point)
        if self.adopted:
            # Arrivals are of those that are not adopted.
            adopted = central_system.charge_points[self.charge_point_id or ""]

            def changed() -> None:
                if adopted.connected:
                    self.came = adopted
                    self._news.set()

            self._unsubscribe.append(adopted.watch(("connected",), changed))
            changed()

    @callback
    def stop(self) -> None:
        """Look for it no more."""
        while self._unsubscribe:
            self._unsubscribe.pop()()

    @callback
    def decline(self) -> None:
        """Wait on: the one that came is another charger."""
        if self.came is not None:
            self._declined.add(self.came.id)
            self.came = None

    @callback
    def take_news(self) -> bool:
        """Return whether anything was seen since this was asked last."""
        news = self._news.is_set()
        self._news.clear()
        return news

    @callback
    def _seen(self, who: ChargePoint | Refusal) -> None:
        if isinstance(who, Refusal):
            # The same thing over and over is no news.
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
        """Return when something is seen, or after so many seconds.

        Who came has a moment to say what it is.
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
