"""The commands of the feature profiles that a charge point may leave out (3.3)."""

from collections.abc import Mapping
from datetime import datetime
import re
from typing import Any, override

from ..access.reservations import Reservation
from ..commands import Answer
from ..limits.user_profiles import ProfileFilter
from ..model.errors import (
    InvalidRequestError,
    NoReservationError,
    Problem,
    RefusedError,
)
from ..model.model import utcnow
from ..model.profile import ChargingProfile, Purpose
from .caller import Caller
from .charging_profiles import profile_from_ocpp, profile_to_ocpp

_LOCATION = re.compile(r"[a-z][a-z0-9+.-]*://[^\s/?#]\S*", re.ASCII | re.IGNORECASE)


def check_location(action: str, field: str, location: object) -> None:
    """Raise InvalidRequestError unless a location, if there is one, is a full URI.

    The schemas do not know of all of them, and let pass what names no place.
    """
    if isinstance(location, str) and not _LOCATION.fullmatch(location):
        raise InvalidRequestError(action, field, Problem.NOT_URI)


class ProfileCommands(Caller):
    """Smart charging, local list, reservation, firmware management."""

    @override
    def read_charging_profile(
        self, fields: Mapping[str, Any], *, of_start: bool = False
    ) -> ChargingProfile:
        # RemoteStartTransaction has the name for it that users know, too.
        try:
            payload = self.payload(
                "RemoteStartTransaction", id_tag="", charging_profile=dict(fields)
            )
        except InvalidRequestError as err:
            action = err.action if of_start else "SetChargingProfile"
            raise InvalidRequestError(action, err.field, err.problem) from err
        return profile_from_ocpp(payload["chargingProfile"])

    @override
    async def set_charging_profile(
        self, *, connector_id: int, charging_profile: ChargingProfile, own: bool = False
    ) -> Answer:
        # 5.16: it belongs to the transaction of a connector.
        if charging_profile.purpose is Purpose.TX:
            if connector_id == 0:
                raise InvalidRequestError(
                    "SetChargingProfile",
                    "connector_id",
                    "must name a connector for a TxProfile",
                )
            charging_profile = self._of_transaction(charging_profile, connector_id)
        answer = await self.call(
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
        """Return a profile that names the running transaction, unless it names one.

        5.16: so that it is not taken for the next one's, should this one just end.
        """
        connector = self._charge_point.connectors.get(connector_id)
        running = connector.transaction if connector is not None else None
        if running is None or charging_profile.transaction_id is not None:
            return charging_profile
        return charging_profile.of_transaction(running.id)

    @override
    async def clear_charging_profile(
        self,
        *,
        id: int | None = None,
        connector_id: int | None = None,
        charging_profile_purpose: str | None = None,
        stack_level: int | None = None,
        own: bool = False,
    ) -> Answer:
        which = {
            "id": id,
            "connector_id": connector_id,
            "charging_profile_purpose": charging_profile_purpose,
            "stack_level": stack_level,
        }
        try:
            answer = await self.call("ClearChargingProfile", **which)
        except RefusedError:
            # 5.5: there is none of that kind any more.
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

    @override
    async def get_composite_schedule(
        self, *, connector_id: int, duration: int, charging_rate_unit: str | None = None
    ) -> Answer:
        return await self.call(
            "GetCompositeSchedule",
            connector_id=connector_id,
            duration=duration,
            charging_rate_unit=charging_rate_unit,
        )

    @override
    async def get_local_list_version(self) -> Answer:
        return await self.call("GetLocalListVersion")

    @override
    async def send_local_list(
        self,
        *,
        list_version: int | None = None,
        update_type: str | None = None,
        local_authorization_list: list[dict[str, Any]] | None = None,
    ) -> Answer:
        # Errata 3.52: 0 says that there is no list.
        if list_version is not None and list_version < 1:
            raise InvalidRequestError(
                "SendLocalList", "list_version", "must not be below 1"
            )
        local_list = self._charge_point.local_list
        if local_authorization_list is None:
            return await local_list.send(
                update_type=update_type, list_version=list_version
            )
        if update_type is None:
            raise InvalidRequestError(
                "SendLocalList", "update_type", "must be given with a list"
            )
        new = {}
        if list_version is None:
            list_version = await local_list.next_version()
            new = {"list_version": list_version}
        answer = await self.call(
            "SendLocalList",
            list_version=list_version,
            update_type=update_type,
            local_authorization_list=local_authorization_list,
        )
        local_list.replaced(list_version)
        return answer | new

    @override
    async def reserve_now(
        self,
        *,
        connector_id: int,
        expiry_date: datetime,
        id_tag: str,
        parent_id_tag: str | None = None,
        reservation_id: int | None = None,
    ) -> Answer:
        reservations = self._charge_point.reservations
        new = {}
        if reservation_id is None:
            reservation_id = reservations.new_id()
            new = {"reservation_id": reservation_id}
        reservations.asked(
            Reservation(
                id=reservation_id,
                connector_id=connector_id,
                id_tag=id_tag,
                parent_id_tag=parent_id_tag,
                expires=expiry_date,
                made=utcnow(),
            )
        )
        accepted = False
        try:
            answer = await self.call(
                "ReserveNow",
                connector_id=connector_id,
                expiry_date=expiry_date,
                id_tag=id_tag,
                parent_id_tag=parent_id_tag,
                reservation_id=reservation_id,
            )
            accepted = True
        finally:
            reservations.answered(reservation_id, accepted=accepted)
        return answer | new

    @override
    async def cancel_reservation(
        self, *, reservation_id: int | None = None, connector_id: int | None = None
    ) -> Answer:
        reservations = self._charge_point.reservations
        new = {}
        if reservation_id is None:
            meant = reservations.meant(connector_id)
            if len(meant) != 1:
                raise NoReservationError("CancelReservation", len(meant))
            reservation_id = meant[0].id
            new = {"reservation_id": reservation_id}
        try:
            answer = await self.call("CancelReservation", reservation_id=reservation_id)
        except RefusedError:
            # 5.1: the charge point has no such reservation.
            reservations.cancelled(reservation_id)
            raise
        reservations.cancelled(reservation_id)
        return answer | new

    @override
    async def update_firmware(
        self,
        *,
        location: str,
        retrieve_date: datetime | None = None,
        retries: int | None = None,
        retry_interval: int | None = None,
    ) -> Answer:
        check_location("UpdateFirmware", "location", location)
        return await self.call(
            "UpdateFirmware",
            location=location,
            retrieve_date=retrieve_date or utcnow(),
            retries=retries,
            retry_interval=retry_interval,
        )

    @override
    async def get_diagnostics(
        self,
        *,
        location: str,
        start_time: datetime | None = None,
        stop_time: datetime | None = None,
        retries: int | None = None,
        retry_interval: int | None = None,
    ) -> Answer:
        check_location("GetDiagnostics", "location", location)
        answer = await self.call(
            "GetDiagnostics",
            location=location,
            start_time=start_time,
            stop_time=stop_time,
            retries=retries,
            retry_interval=retry_interval,
        )
        if self._quirks.diagnostics_are_deleted and answer.get("file_name"):
            # There is no second try with these.
            answer["deleted_by_reading"] = True
        return answer
