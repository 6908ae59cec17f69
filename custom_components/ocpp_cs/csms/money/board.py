"""What one charger is told of prices."""

from collections.abc import Callable, Mapping

from ..model.changes import Changes
from .plan import Messages, PricePlan, ShownPrices


class PriceBoard:
    """What a charger is to show of prices, and for whom.

    The field `prices` of the charge point is marked when it changes.
    """

    def __init__(self, changes: Changes, written: Callable[[], None]) -> None:
        """Show nothing yet.

        Args:
            changes: Those of the charge point.
            written: Called when what is written to the charger may have changed.
        """
        self._changes = changes
        self._written = written
        self.shown: ShownPrices | None = None
        """None if nothing of prices is to be told."""
        self.withdrawn: Mapping[str, Messages] = {}
        """The messages that were shown, while nothing is to be told any more."""
        self.tells_costs = True
        """Whether the charger is told what sessions cost."""
        self.plan_of: Callable[[str, str | None], PricePlan | None] = (
            lambda id_tag, vehicle: None
        )
        """Returns the prices for a tag and the id of a vehicle."""

    def show(self, shown: ShownPrices | None) -> None:
        """Show other prices from now on."""
        if shown == self.shown:
            return
        before, was = self.settings, self.shown
        self.shown = shown
        self.withdrawn = was.messages if was is not None and shown is None else {}
        self._changes.mark(0, "prices")
        if before != self.settings:
            self._written()

    @property
    def settings(self) -> object:
        """What is written to the charger when it is set up; compare for equality."""
        shown = self.shown
        if shown is None:
            return None
        return shown.currency, dict(shown.messages), shown.plan is not None
