"""A repair issue for each charger that discharges a vehicle although nobody may."""

from typing import override

from ..chargers.charger import Charger
from ..issues import async_clear_issue, async_raise_issue
from ..issues.watcher import ConnectorWatcher


class UnaskedDischarges(ConnectorWatcher):
    """Raises a repair issue while a vehicle is discharged without permission."""

    fields = ("bidirectional",)

    @override
    def show(self, charger: Charger) -> None:
        found = next(
            (
                one
                for one in charger.charge_point.connectors.values()
                if one.bidirectional.unasked_w is not None
            ),
            None,
        )
        if found is None:
            async_clear_issue(self._hass, "discharge_unasked", charger.subentry_id)
            return
        async_raise_issue(
            self._hass,
            "discharge_unasked",
            charger.subentry_id,
            charger=charger.name,
            connector=str(found.number),
            power=f"{found.bidirectional.unasked_w or 0.0:.0f}",
        )
