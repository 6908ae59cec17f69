"""Who knocks at a server while a user waits for a charger to show up."""

from collections.abc import Callable

from homeassistant.core import callback

from ..csms.charge_point import ChargePoint
from ..csms.model.model import Refusal

type Listener = Callable[[ChargePoint | Refusal], None]


class Arrivals:
    """Tells of chargers that are not adopted, let in or turned away."""

    def __init__(self) -> None:
        """Begin with nobody who listens."""
        self._listeners: dict[Listener, str | None] = {}

    @property
    def in_demand(self) -> bool:
        """Whether somebody listens."""
        return bool(self._listeners)

    def awaits(self, charge_point_id: str) -> bool:
        """Tell whether somebody waits for that very charger."""
        return charge_point_id in self._listeners.values()

    @callback
    def async_listen(
        self, listener: Listener, charge_point_id: str | None = None
    ) -> Callable[[], None]:
        """Call `listener` for each; return the way to stop.

        With the id that it waits for, where that is known.
        """
        self._listeners[listener] = charge_point_id

        @callback
        def stop() -> None:
            self._listeners.pop(listener, None)

        return stop

    @callback
    def async_pending(self, charge_point: ChargePoint) -> None:
        """Take in that a charger that is not adopted came, or said what it is."""
        if charge_point.connected:
            self._tell(charge_point)

    @callback
    def async_refused(self, refusal: Refusal) -> None:
        """Take in that somebody was turned away."""
        self._tell(refusal)

    def _tell(self, who: ChargePoint | Refusal) -> None:
        for listener in list(self._listeners):
            listener(who)
