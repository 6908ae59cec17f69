"""Limits of transactions in events and their answers (2.1: E16)."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from ...model.capabilities import SessionLimit
from ...targets.targets import Targets

if TYPE_CHECKING:
    from ...charge_point import ChargePoint

_NAMES: Final = {
    SessionLimit.COST: "maxCost",
    SessionLimit.ENERGY: "maxEnergy",
    SessionLimit.SOC: "maxSoC",
    SessionLimit.TIME: "maxTime",
}
_WHOLE: Final = frozenset({SessionLimit.SOC, SessionLimit.TIME})
"""What is told as a whole number."""

_REACHED: Final = {
    "CostLimitReached": SessionLimit.COST,
    "EnergyLimitReached": SessionLimit.ENERGY,
    "SoCLimitReached": SessionLimit.SOC,
    "TimeLimitReached": SessionLimit.TIME,
}
"""Trigger of an event -> the limit that is reached."""

SUPPORTED: Final = {
    **{name.casefold(): kind for kind, name in _NAMES.items()},
    # The specification has this word in its table.
    "maxlength": SessionLimit.TIME,
}
"""Member of SupportedLimits -> what it is, without case."""


class TransactionLimits:
    """The limits of the transactions of one connection that speaks 2.1."""

    def __init__(self, charge_point: ChargePoint) -> None:
        """Take and tell limits, also before it is known which ones the station has."""
        self._targets = charge_point.part(Targets)

    def hear(self, number: int, transaction_id: str, event: Mapping[str, Any]) -> None:
        """Take what an event says of limits, after it was booked."""
        told = event["transactionInfo"].get("transactionLimit")
        if told:
            limits = {
                kind: float(told[name])
                for kind, name in _NAMES.items()
                if told.get(name) is not None
            }
            self._targets.heard(
                number, transaction_id, limits, offline=event.get("offline") is True
            )
        if (kind := _REACHED.get(event["triggerReason"])) is not None:
            self._targets.reached(number, transaction_id, kind)
        elif (
            event["transactionInfo"].get("chargingState") == "Charging"
            and event["eventType"] != "Ended"
        ):
            self._targets.goes_on(number)

    def add_to(
        self, answer: dict[str, Any], number: int, transaction_id: str
    ) -> dict[str, Any]:
        """Add the limits that are to be told to the answer to an event (E16.FR.02)."""
        due = self._targets.due(number, transaction_id)
        if due:
            answer["transactionLimit"] = {
                _NAMES[kind]: int(value) if kind in _WHOLE else value
                for kind, value in due.items()
            }
            self._targets.answered(number, transaction_id, due)
        return answer
