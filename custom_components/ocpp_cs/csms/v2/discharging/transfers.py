"""Ways of energy transfer between vehicle and station (2.1: EnergyTransferModeEnumType)."""

from typing import Any, Final

from ...caller import Caller
from ...commands import Answer
from ...model.capabilities import V2xAbilities
from ...model.errors import OtherVersionActionError
from ...schema.spelling import snake

_NOTIFY: Final = "NotifyAllowedEnergyTransfer"

_WAYS: Final = (
    "AC_single_phase",
    "AC_two_phase",
    "AC_three_phase",
    "DC",
    "DC_ACDP",
    "WPT",
    "AC_DER",
    "AC_BPT",
    "AC_BPT_DER",
    "DC_BPT",
    "DC_ACDP_BPT",
)
"""Those that only charge come first: their order is that of preference."""

_CHARGING_PART: Final = {
    "ac_bpt": ("ac_single_phase", "ac_two_phase", "ac_three_phase"),
    "ac_bpt_der": ("ac_single_phase", "ac_two_phase", "ac_three_phase"),
    "dc_bpt": ("dc",),
    "dc_acdp_bpt": ("dc_acdp",),
}
"""What a station that has the one can do without discharging."""

_MOST_W = 1e6


def discharges(way: str) -> bool:
    """Return whether a vehicle can discharge by a way of energy transfer."""
    return "bpt" in way.casefold()


def allowed_transfers(abilities: V2xAbilities, *, discharging: bool) -> list[str]:
    """Return the ways of energy transfer that a vehicle may choose (Q01.FR.01).

    A vehicle that has not negotiated to discharge cannot do so, whatever the station does
    wrong: so it is allowed only where the owner allows discharging.

    Args:
        abilities: What the station offers.
        discharging: Whether the owner allows to discharge.

    Returns:
        The ways as OCPP names them; empty if the station has not told any.
    """
    offered = set(abilities.transfer_modes)
    for way in abilities.transfer_modes:
        offered.update(_CHARGING_PART.get(way, ()))
    return [
        way
        for way in _WAYS
        if way.casefold() in offered and (discharging or not discharges(way))
    ]


def negotiated(needs: dict[str, Any]) -> dict[str, Any]:
    """Return what the needs of a vehicle tell of discharging, as fields of `CarNeeds`.

    Args:
        needs: A ChargingNeedsType, valid by the schema.
    """
    told = needs.get("v2xChargingParameters") or {}
    return {
        "discharges": discharges(needs["requestedEnergyTransfer"]),
        "could_discharge": any(
            discharges(way) for way in needs.get("availableEnergyTransfer") or ()
        ),
        "charge_w": _power(told, "Charge"),
        "discharge_w": _power(told, "Discharge"),
    }


def _power(told: dict[str, Any], way: str) -> float | None:
    """Return a power of a vehicle in W: told as such, or by current and voltage."""
    name = f"max{way}Power"
    phases = [told[key] for key in (name, f"{name}_L2", f"{name}_L3") if key in told]
    if phases:
        return _plausible(sum(abs(one) for one in phases))
    current, voltage = told.get(f"max{way}Current"), told.get("maxVoltage")
    if current is None or voltage is None:
        return None
    return _plausible(abs(current) * abs(voltage))


def _plausible(watts: float) -> float | None:
    return float(watts) if watts <= _MOST_W else None


async def send_allowed(
    caller: Caller, abilities: V2xAbilities, transaction_id: str, *, discharging: bool
) -> Answer:
    """Tell which energy transfers the vehicle of a transaction may choose (Q02.FR.05).

    Args:
        caller: Sends it.
        abilities: What the EVSE of the transaction offers.
        transaction_id: The transaction.
        discharging: Whether the owner allows to discharge.

    Raises:
        OtherVersionActionError: The connection is one of OCPP 2.0.1.
        CommandError: As listed in `Commands`.
    """
    if _NOTIFY not in caller.actions:
        raise OtherVersionActionError(snake(_NOTIFY), "2.0.1", "2.1")
    ways = allowed_transfers(abilities, discharging=discharging)
    if not ways:
        return {"status": "accepted"}
    return await caller.send(
        _NOTIFY, transaction_id=transaction_id, allowed_energy_transfer=ways
    )
