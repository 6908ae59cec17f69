"""Install and remove charging profiles (5.5, 5.16)."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ..caller import Caller
from ..commands import Answer
from ..limits.user_profiles import ProfileFilter
from ..model.errors import InvalidRequestError, RefusedError
from ..model.profile import ChargingProfile, Purpose
from .spelling import profile_from_ocpp, profile_to_ocpp

if TYPE_CHECKING:
    from ..charge_point import ChargePoint


class ProfileCommands:
    """Install and remove charging profiles."""

    def __init__(self, charge_point: ChargePoint, caller: Caller) -> None:
        """Create the commands of a charge point."""
        self._charge_point = charge_point
        self._caller = caller

    def read_charging_profile(
        self, fields: Mapping[str, Any], *, of_start: bool = False
    ) -> ChargingProfile:
        """Convert a user's charging profile to the model; see `V16Commands`."""
        # RemoteStartTransaction has the field name that users know as well.
        try:
            payload = self._caller.payload(
                "RemoteStartTransaction", id_tag="", charging_profile=dict(fields)
            )
        except InvalidRequestError as err:
            action = err.action if of_start else "SetChargingProfile"
            raise InvalidRequestError(action, err.field, err.problem) from err
        return profile_from_ocpp(payload["chargingProfile"])

    async def set_charging_profile(
        self, *, connector_id: int, charging_profile: ChargingProfile, own: bool = False
    ) -> Answer:
        """Install a profile; see `Commands`."""
        # 5.16: a TxProfile belongs to the transaction of a connector.
        if charging_profile.purpose is Purpose.TX:
            if connector_id == 0:
                raise InvalidRequestError(
                    "SetChargingProfile",
                    "connector_id",
                    "must name a connector for a TxProfile",
                )
            charging_profile = self._of_transaction(charging_profile, connector_id)
        answer = await self._caller.send(
            "SetChargingProfile",
            connector_id=connector_id,
            cs_charging_profiles=profile_to_ocpp(
                "SetChargingProfile", charging_profile
            ),
        )
        self._charge_point.limit_taken(connector_id)
        if not own:
            self._charge_point.profile_methods.user_installed(
                connector_id, charging_profile
            )
        return answer

    def _of_transaction(
        self, charging_profile: ChargingProfile, connector_id: int
    ) -> ChargingProfile:
        """Add the id of the running transaction to a profile that has none.

        Otherwise it would apply to the next transaction if this one has just ended
        (5.16).
        """
        connector = self._charge_point.connectors.get(connector_id)
        running = connector.transaction if connector is not None else None
        if running is None or charging_profile.transaction_id is not None:
            return charging_profile
        return charging_profile.of_transaction(running.id)

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
            # 5.5: no such profile is installed any more.
            self._note_cleared(which, own=own)
            raise
        self._note_cleared(which, own=own)
        return answer

    def _note_cleared(self, which: dict[str, Any], *, own: bool) -> None:
        if not own:
            purpose = which["charging_profile_purpose"]
            self._charge_point.profile_methods.cleared(
                ProfileFilter(
                    id=which["id"],
                    connector_id=which["connector_id"],
                    purpose=None if purpose is None else Purpose(purpose),
                    level=which["stack_level"],
                )
            )
