"""Notification of chargers that connect while a user waits for them in a flow."""

from collections.abc import Callable

from homeassistant.core import callback

from ..csms.charge_point import ChargePoint
from ..csms.model.model import Refusal

type Listener = Callable[[ChargePoint | Refusal], None]


class Arrivals:
    """Notifies listeners of chargers that are not adopted, admitted or refused."""

    def __init__(self) -> None:
        """Start without listeners."""
        self._listeners: dict[Listener, str | None] = {}

    @property
    def in_demand(self) -> bool:
        """Return whether there is any listener."""
        return bool(self._listeners)

    def awaits(self, charge_point_id: str) -> bool:
        """Return whether a listener waits for this charger."""
        return charge_point_id in self._listeners.values()

    @callback
    def async_listen(
        self, listener: Listener, charge_point_id: str | None = None
    ) -> Callable[[], None]:
        """Call `listener` for each arrival or refusal.

        Args:
            listener: Called with the charge point, or with the refusal.
            charge_point_id: The charger that the listener waits for, if known.

        Returns:
            A function that removes the listener.
        """
        self._listeners[listener] = charge_point_id

        @callback
        def stop() -> None:
            self._listeners.pop(listener, None)

        return stop

    @callback
    def async_pending(self, charge_point: ChargePoint) -> None:
        """Notify of an unadopted charger that connected or sent its identity."""
        if charge_point.connected:
            self._tell(charge_point)

    @callback
    def async_refused(self, refusal: Refusal) -> None:
        """Notify of a refused connection."""
        self._tell(refusal)

    def _tell(self, who: ChargePoint | Refusal) -> None:
        for listener in list(self._listeners):
            listener(who)
