"""What a station says of its smart charging in its device model (2.0.1: 2.8)."""

from collections.abc import Iterator

from ...model.profile import Unit
from ..device_model.inventory import Inventory, Variable
from ..device_model.values import truth, words

_COMPONENT = "smartchargingctrlr"


class SmartChargingFacts:
    """The variables of the component SmartChargingCtrlr.

    It is a component of the station; some stations have one for each EVSE, and others
    have its variables at the component EVSE.
    """

    def __init__(self, inventory: Inventory) -> None:
        """Look at the variables that were reported."""
        self._variables = [
            one
            for one in inventory
            if one.name.component.casefold() in {_COMPONENT, "evse"}
        ]

    def _told(self, variable: str, evse: int | None) -> str | None:
        """Return a value for an EVSE: its own, or that of the station."""
        found = {
            one.name.evse: one.actual
            for one in self._named(variable)
            if one.actual is not None
        }
        return found.get(evse, found.get(None, found.get(0)))

    def _named(self, variable: str) -> Iterator[Variable]:
        name = variable.casefold()
        return (one for one in self._variables if one.name.variable.casefold() == name)

    @property
    def units_by_evse(self) -> dict[int, frozenset[Unit]]:
        """The units of limits, for the EVSEs that have them of their own."""
        return {
            one.name.evse: units
            for one in self._named("RateUnit")
            if one.name.evse and (units := units_of(one.actual))
        }

    def units(self, evse: int | None = None) -> frozenset[Unit]:
        """Return the units in which limits may be; empty if they are not reported."""
        if told := units_of(self._told("RateUnit", evse)):
            return told
        # For the whole station: what all of its EVSEs take.
        several = list(self.units_by_evse.values())
        if evse or not several:
            return frozenset()
        return frozenset.intersection(*several) or frozenset.union(*several)

    def may_choose_phase(self, evse: int) -> bool:
        """Return whether phaseToUse may be sent to an EVSE (K01.FR.20)."""
        if evse:
            return truth(self._told("ACPhaseSwitchingSupported", evse)) is True
        told = [truth(one.actual) for one in self._named("ACPhaseSwitchingSupported")]
        return bool(told) and all(told)


def units_of(text: str | None) -> frozenset[Unit]:
    """Return the units in the list RateUnit; words that are no unit are left out."""
    told = words(text)
    return frozenset(unit for unit in Unit if unit.value in told)
