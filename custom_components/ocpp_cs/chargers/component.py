"""What the parts of a server have in common that follow its chargers.

One charger's failure ends nothing for the others: whatever is done for all of them is
`guarded` for each.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from homeassistant.core import callback

from ..const import LOGGER
from .charger import Charger


@contextmanager
def guarded(what: str, name: str) -> Iterator[None]:
    """Log what fails for the charger of that name, and go on."""
    try:
        yield
    # Whatever it is, it is one charger's, and ends nothing for the others.
    except Exception:  # noqa: BLE001
        LOGGER.exception("%s failed for %s", what, name)


class Subscriptions:
    """What is watched of each charger, and how to end that."""

    def __init__(self) -> None:
        """Begin without chargers."""
        self._ends: dict[Charger, list[Callable[[], None]]] = {}

    def __contains__(self, charger: Charger) -> bool:
        """Return whether a charger is watched."""
        return charger in self._ends

    def __iter__(self) -> Iterator[Charger]:
        """Return the chargers that are watched."""
        return iter(self._ends)

    def add(self, charger: Charger, *ends: Callable[[], None]) -> None:
        """Watch a charger until `end`, which calls `ends`."""
        self._ends.setdefault(charger, []).extend(ends)

    def end(self, charger: Charger) -> None:
        """Watch a charger no more; nothing happens if it is not watched."""
        for end in self._ends.pop(charger, ()):
            end()

    def end_all(self) -> None:
        """Watch no charger any more."""
        for charger in list(self._ends):
            with guarded("Stopping", charger.name):
                self.end(charger)


class Component:
    """A part of a server that follows its chargers, as far as it overrides this.

    The hub has all of them in one tuple, which is their order: each is started, and
    attached to a charger, after those before it; detached and stopped before them.
    """

    def __init__(self) -> None:
        """Follow no charger yet."""
        self._subscriptions = Subscriptions()
        """Ended when the charger is detached, and when the server stops."""

    @callback
    def async_start(self) -> None:
        """Begin what needs time to pass: the server listens."""

    @callback
    def async_attach(self, charger: Charger) -> None:
        """Follow a charger that was taken on; it has not connected yet."""

    @callback
    def async_detach(self, charger: Charger) -> None:
        """Let go of a charger that was removed, or could not be taken on."""
        self._subscriptions.end(charger)

    @callback
    def async_update(self) -> None:
        """Act on a change of the config entry: options, tags, data of chargers."""

    @callback
    def async_minute_passed(self) -> None:
        """Look at what depends on the time."""

    @callback
    def async_stop(self) -> None:
        """Let go of all chargers: the server stops."""
        self._subscriptions.end_all()
