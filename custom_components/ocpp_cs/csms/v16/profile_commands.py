"""Charging profiles: installing and removing them (5.5, 5.16)."""

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from ..commands import Answer
from ..model.errors import InvalidRequestError, RefusedError
from .caller import Caller
from .spelling import snake

if TYPE_CHECKING:
    from ..charge_point import ChargePoint


def purpose_of(charging_profile: dict[str, Any]) -> str | None:
    """Return the purpose of a profile in either spelling, in ours; None if missing."""
    purpose = charging_profile.get(
        "charging_profile_purpose", charging_profile.get("chargingProfilePurpose")
    )
    return None if purpose is None else snake(str(purpose))


def names_transaction(charging_profile: dict[str, Any]) -> bool:
    """Tell whether a profile in either spelling is for a certain transaction."""
    return any(
        charging_profile.get(name) is not None
        for name in ("transaction_id", "transactionId")
    )


class ProfileCommands:
    """Installs and removes charging profiles."""

    def __init__(self, charge_point: ChargePoint, caller: Caller) -> None:
        """Send to `charge_point` by way of `caller`."""
        self._charge_point = charge_point
        self._caller = caller

    async def set_charging_profile(
        self, *, connector_id: int, charging_profile: dict[str, Any], own: bool = False
    ) -> Answer:
        """Install a profile; see `Commands`."""
        if isinstance(number := charging_profile.get("transaction_id"), str):
            with suppress(ValueError):
                charging_profile = charging_profile | {"transaction_id": int(number)}
        # 5.16: it belongs to the transaction of a connector.
        if purpose_of(charging_profile) == "tx_profile":
            if connector_id == 0:
                raise InvalidRequestError(
                    "SetChargingProfile",
                    "connector_id",
                    "must name a connector for a TxProfile",
                )
            charging_profile = self._of_transaction(charging_profile, connector_id)
        try:
            answer = await self._caller.send(
                "SetChargingProfile",
                connector_id=connector_id,
                cs_charging_profiles=charging_profile,
            )
        except InvalidRequestError as err:
            # The name that the caller knows.
            field = err.field.removeprefix("cs_").replace("profiles", "profile", 1)
            raise InvalidRequestError(err.action, field, err.problem) from err
        self._charge_point.limit_taken(connector_id)
        if not own:
            spelled = self._caller.payload(
                "SetChargingProfile",
                connector_id=connector_id,
                cs_charging_profiles=charging_profile,
            )
            self._charge_point.profile_methods.user_installed(
                connector_id, spelled["csChargingProfiles"]
            )
        return answer

    def _of_transaction(
        self, charging_profile: dict[str, Any], connector_id: int
    ) -> dict[str, Any]:
        """Return a profile that names the running transaction, unless it names one.

        5.16: so that it is not taken for the next one's, should this one just end.
        """
        connector = self._charge_point.connectors.get(connector_id)
        running = connector.transaction if connector is not None else None
        if running is None or names_transaction(charging_profile):
            return charging_profile
        return charging_profile | {"transaction_id": int(running.id)}

    async def clear_charging_profile(
        self,
        *,
        id: int | None = None,
        connector_id: int | None = None,
        charging_profile_purpose: str | None = None,
        stack_level: int | None = None,
        own: bool = False,
    ) -> Answer:
        """Remove profiles; see `Commands`."""
        which = {
            "id": id,
            "connector_id": connector_id,
            "charging_profile_purpose": charging_profile_purpose,
            "stack_level": stack_level,
        }
        try:
            answer = await self._caller.send("ClearChargingProfile", **which)
        except RefusedError:
            # 5.5: there is none of that kind any more.
            self._note_cleared(which, own=own)
            raise
        self._note_cleared(which, own=own)
        return answer

    def _note_cleared(self, which: dict[str, Any], *, own: bool) -> None:
        if not own:
            spelled = self._caller.payload("ClearChargingProfile", **which)
            self._charge_point.profile_methods.cleared(
                id=spelled.get("id"),
                connector_id=spelled.get("connectorId"),
                purpose=spelled.get("chargingProfilePurpose"),
                level=spelled.get("stackLevel"),
            )
