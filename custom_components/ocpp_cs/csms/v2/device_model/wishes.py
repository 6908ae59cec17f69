"""The settings that the central system wants a station to have, and that differ."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ..money.abilities import CONTROLLER, COST, TARIFF, takes_tariffs
from .inventory import Inventory, Variable
from .names import Aspect, VariableName
from .values import members

if TYPE_CHECKING:
    from ...charge_point import ChargePoint
    from ...money.plan import Messages

_REGISTER: Final = "Energy.Active.Import.Register"

_MEASURANDS: Final = (
    _REGISTER,
    "Power.Active.Import",
    "Current.Import",
    "Voltage",
    "Current.Offered",
    "SoC",
)
"""The measurands that every station is to send, the most important first."""

_ESSENTIAL: Final = _MEASURANDS[:3]

_LISTS: Final = {
    ("SampledDataCtrlr", "TxUpdatedMeasurands"): _MEASURANDS,
    # Without the register no session has its energy.
    ("SampledDataCtrlr", "TxStartedMeasurands"): (_REGISTER,),
    ("SampledDataCtrlr", "TxEndedMeasurands"): (_REGISTER,),
    # What MeterValues has that are asked for without a transaction (F06.FR.06).
    ("AlignedDataCtrlr", "Measurands"): (_REGISTER, "Power.Active.Import"),
}
"""Component and variable -> the measurands that are to be in it."""


_EXPORT: Final = {
    ("SampledDataCtrlr", "TxUpdatedMeasurands"): (
        "Energy.Active.Export.Register",
        "Power.Active.Export",
    ),
    ("SampledDataCtrlr", "TxStartedMeasurands"): ("Energy.Active.Export.Register",),
    ("SampledDataCtrlr", "TxEndedMeasurands"): ("Energy.Active.Export.Register",),
}
"""Those that are to be in it besides, where vehicles can discharge (2.1: Q01)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Measurands:
    """What a list of measurands is to be."""

    first: tuple[str, ...]
    """Those of the present ones that stay."""
    missing: tuple[str, ...]
    """Those to add, the most important first."""

    def text(self, missing: Sequence[str]) -> str:
        """Return the list with some of the missing ones."""
        return ",".join((*self.first, *missing))


class Wishes:
    """Finds out what has to be written."""

    def __init__(self, charge_point: ChargePoint, inventory: Inventory) -> None:
        """Compare with what a station has reported."""
        self._charge_point = charge_point
        self._inventory = inventory

    def all(self) -> dict[Aspect, str]:
        """Return what is to be written; nothing that is so already, or is read-only."""
        wanted = {}
        for name, value in self._numbers().items():
            known = self._writable(name)
            if known is not None and not _is_same(known.actual, value):
                wanted[Aspect(known.name)] = value
        for name, value in self._prices().items():
            known = self._writable(name)
            if known is None:
                continue
            most = int(known.characteristics.maximum or len(value))
            if known.actual != (text := value[:most]):
                wanted[Aspect(known.name)] = text
        for component, variable in _LISTS:
            known = self._writable(VariableName(component, variable))
            if known is None:
                continue
            aspect = Aspect(known.name)
            plan = self.measurands(aspect)
            if plan is not None and plan.missing:
                wanted[aspect] = plan.text(plan.missing)
        return wanted

    def _numbers(self) -> dict[VariableName, str]:
        settings, quirks = self._charge_point.settings, self._charge_point.quirks
        interval = settings.sample_interval
        wishes = {
            VariableName("SampledDataCtrlr", "TxUpdatedInterval"): interval
            and max(interval, quirks.sample_interval_from),
            VariableName(
                "OCPPCommCtrlr", "WebSocketPingInterval"
            ): settings.ping_interval,
        }
        return {
            name: self._in_range(name, value) for name, value in wishes.items() if value
        }

    def _prices(self) -> dict[VariableName, str]:
        """Return what a display is to show of prices (I04, I05)."""
        board = self._charge_point.price_board
        wanted: dict[VariableName, str] = {}
        # What was ours goes when prices are not to be shown any more.
        for language, messages in board.withdrawn.items():
            for name, text in self._messages(language, messages).items():
                known = self._inventory.find(name)
                if text and known is not None and known.actual == text:
                    wanted[name] = ""
        if (shown := board.shown) is None:
            return wanted
        wanted[VariableName(CONTROLLER, "Currency")] = shown.currency
        for language, messages in shown.messages.items():
            wanted |= self._messages(language, messages)
        if shown.plan is not None and takes_tariffs(self._inventory):
            for instance in (TARIFF, COST):
                wanted[_instance("Enabled", instance)] = "true"
        return wanted

    def _messages(self, language: str, messages: Messages) -> dict[VariableName, str]:
        """Return the texts for the instances of a language, or the only ones (2.0.1)."""
        found = {}
        for variable, text in (
            ("TariffFallbackMessage", messages.tariff),
            ("OfflineTariffFallbackMessage", messages.tariff),
            ("TotalCostFallbackMessage", messages.total),
        ):
            for instance in (language, language.partition("-")[0], None):
                name = _instance(variable, instance)
                if self._inventory.find(name) is not None:
                    found[name] = text
                    break
        return found

    def _in_range(self, name: VariableName, value: int) -> str:
        """Return the possible value that comes nearest."""
        known = self._inventory.find(name)
        if known is not None:
            least, most = known.characteristics.minimum, known.characteristics.maximum
            # Some tell 0 for a limit that they do not have.
            if most and value > most:
                value = int(most)
            if least is not None and value < least:
                value = int(least)
        return str(value)

    def _writable(self, name: VariableName) -> Variable | None:
        known = self._inventory.find(name)
        return known if known is not None and known.writable else None

    def measurands(self, aspect: Aspect) -> Measurands | None:
        """Return what a list of measurands is to be; None if it is no such list."""
        known = self._inventory.find(aspect.name)
        abilities = self._charge_point.capabilities.v2x
        exports = abilities is not None and abilities.anywhere
        goals = next(
            (
                goals + (_EXPORT.get((component, variable), ()) if exports else ())
                for (component, variable), goals in _LISTS.items()
                if aspect.name.is_about(component, variable)
            ),
            None,
        )
        quirks = self._charge_point.quirks
        if known is None or known.actual is None or goals is None:
            return None
        if not quirks.writes_measurands:
            return None
        listed = members(known.actual)
        # Some list measurands with a phase: `Current.Import.L1`.
        have = {part.rsplit(".L", 1)[0].casefold() for part in listed}
        possible = {part.rsplit(".L", 1)[0].casefold() for part in known.values}
        left_out = (
            quirks.measurands_left_out | self._charge_point.refused_measurands.names
        )
        missing = [
            one
            for one in goals
            if one.casefold() not in have
            and one not in left_out
            and (not possible or one.casefold() in possible)
        ]
        return _fitting(known, listed, missing)


def _fitting(
    known: Variable, listed: Sequence[str], missing: Sequence[str]
) -> Measurands:
    """Return as many measurands as the text may have characters.

    Essential ones take the place of the last of the present ones; others do not.
    """
    most = known.characteristics.maximum or 0
    first, added = list(listed), list(missing)

    def is_long() -> bool:
        return 0 < most < len(",".join((*first, *added)))

    while is_long() and added and added[-1] not in _ESSENTIAL:
        added.pop()
    while is_long() and added and first and first[-1] not in _ESSENTIAL:
        first.pop()
    while is_long() and added:
        added.pop()
    if not added:
        first = list(listed)
    return Measurands(first=tuple(first), missing=tuple(added))


def _instance(variable: str, instance: str | None) -> VariableName:
    return VariableName(CONTROLLER, variable, variable_instance=instance)


def _is_same(present: str | None, value: str) -> bool:
    try:
        return float(present or "") == float(value)
    except ValueError:
        return present == value
