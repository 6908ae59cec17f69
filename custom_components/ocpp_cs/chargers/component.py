"""The base class of the components of a server that follow its chargers.

A failure of one charger must not affect the others: each step for a charger is
`guarded`.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from homeassistant.core import callback

from ..const import LOGGER
from .charger import Charger


@contextmanager
def guarded(what: str, name: str) -> Iterator[None]:
    """Log an exception of the step for the charger with that name, and continue."""
    try:
        yield
    # Whatever the error, it must not affect the other chargers.
    except Exception:  # noqa: BLE001
        LOGGER.exception("%s failed for %s", what, name)


class Subscriptions:
    """The subscriptions to each charger, as functions that end them."""

    def __init__(self) -> None:
        """Start without chargers."""
        self._ends: dict[Charger, list[Callable[[], None]]] = {}

    def __contains__(self, charger: Charger) -> bool:
        """Return whether there are subscriptions to a charger."""
        return charger in self._ends

    def __iter__(self) -> Iterator[Charger]:
        """Iterate over the chargers with subscriptions."""
        return iter(self._ends)

    def add(self, charger: Charger, *ends: Callable[[], None]) -> None:
        """Add subscriptions to a charger; `end` calls `ends`."""
        self._ends.setdefault(charger, []).extend(ends)

    def add_connected(self, charger: Charger, connected: Callable[[], None]) -> None:
        """Call `connected` when a charger connects or becomes ready; now if it is here."""
        charge_point = charger.charge_point

        @callback
        def changed() -> None:
            if charge_point.connected:
                connected()

        self.add(charger, charge_point.watch(("connected", "ready"), changed))
        changed()

    def end(self, charger: Charger) -> None:
        """End the subscriptions to a charger, if there are any."""
        for end in self._ends.pop(charger, ()):
            end()

    def end_all(self) -> None:
        """End the subscriptions to all chargers."""
        for charger in list(self._ends):
            with guarded("Stopping", charger.name):
                self.end(charger)


class Component:
    """A component of a server that follows its chargers; the defaults do nothing.

    The hub keeps all components in one tuple, whose order matters: each is started, and
    attached to a charger, after those before it; detached and stopped before them.
    """

    def __init__(self) -> None:
        """Start without chargers."""
        self._subscriptions = Subscriptions()
        """They end when the charger is detached, and when the server stops."""

    @callback
    def async_start(self) -> None:
        """Start timers; the server listens now."""

    @callback
    def async_attach(self, charger: Charger) -> None:
        """Follow an adopted charger, which has not connected yet."""

    @callback
    def async_detach(self, charger: Charger) -> None:
        """Stop following a charger that was removed, or whose setup failed."""
        self._subscriptions.end(charger)

    @callback
    def async_update(self) -> None:
        """Apply a change of the config entry: options, id tags, data of chargers."""

    @callback
    def async_minute_passed(self) -> None:
        """Check conditions that depend on the time; called once a minute."""

    @callback
    def async_stop(self) -> None:
        """Stop following all chargers, as the server stops."""
        self._subscriptions.end_all()
