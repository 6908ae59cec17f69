"""What only an upstream of OCPP 2.1 asks, and is not for it."""

from collections.abc import Mapping
from typing import Final

from ...upstream.asked.calls import Json, UpstreamHandler
from .answers import status

_REFUSED: Final[Mapping[str, Json]] = {
    # The grid is the owner's, and the vehicle's battery.
    "AFRRSignal": status("Rejected", "NotEnabled"),
    "ClearDERControl": {"status": "NotSupported"},
    "GetDERControl": {"status": "NotSupported"},
    "NotifyAllowedEnergyTransfer": status("Rejected", "NotEnabled"),
    "SetDERControl": {"status": "NotSupported"},
    # No profile of an upstream is dynamic, or has priority over those of others.
    "UpdateDynamicSchedule": status("Rejected", "NotEnabled"),
    "UsePriorityCharging": {"status": "NoProfile"},
    # What an upstream bills is its own business.
    "ChangeTransactionTariff": status("Rejected", "NotEnabled"),
    "ClearTariffs": {"clearTariffsResult": [{"status": "NoTariff"}]},
    "GetTariffs": {"status": "NoTariff"},
    "NotifyWebPaymentStarted": {},
    "SetDefaultTariff": status("Rejected", "NotEnabled"),
    # Nothing is monitored for it, and nobody exchanges batteries.
    "AdjustPeriodicEventStream": status("Rejected", "NotEnabled"),
    "GetPeriodicEventStream": {},
    "RequestBatterySwap": status("Rejected", "NoBatteryAvailable"),
}
"""Action -> the answer, whatever it is about."""


def _always(answer: Json) -> UpstreamHandler:
    return lambda payload: answer


def handlers() -> Mapping[str, UpstreamHandler]:
    """Return the handlers by action."""
    return {action: _always(answer) for action, answer in _REFUSED.items()}
