"""Starts, stops, reservations and vendors' messages that an upstream asks for."""

from collections.abc import Mapping
from dataclasses import replace

from ...model.tags import Tag
from ...schema.spelling import pascal
from ...upstream.asked.calls import Json, UpstreamHandler, time_of
from ...upstream.asked.control import StartWish
from ...upstream.asked.requests import Requests
from ...upstream.asked.reservations import Reservation
from ..spelling import profile_from_ocpp
from .answers import answer


def handlers(requests: Requests) -> Mapping[str, UpstreamHandler]:
    """Return the handlers by action."""
    control = _Control(requests)
    return {
        "CancelReservation": control.cancel_reservation,
        "DataTransfer": control.data_transfer,
        "RemoteStartTransaction": control.remote_start,
        "RemoteStopTransaction": control.remote_stop,
        "ReserveNow": control.reserve_now,
    }


class _Control:
    def __init__(self, requests: Requests) -> None:
        self._requests = requests

    @property
    def _is_accepted(self) -> bool:
        """Return whether the upstream has accepted the boot: not before (4.2)."""
        return isinstance(self._requests.memory.get("booted"), int)

    async def remote_start(self, payload: Json) -> Json:
        """Start a session (5.11)."""
        if not self._is_accepted:
            return answer(accepted=False)
        profile = payload.get("chargingProfile")
        read = None
        if profile is not None:
            if profile["chargingProfilePurpose"] != "TxProfile":
                # 5.16.2
                return answer(accepted=False)
            for name in ("validFrom", "validTo"):
                time_of(profile, name)
            time_of(profile["chargingSchedule"], "startSchedule")
            read = replace(profile_from_ocpp(profile), transaction_id=None)
        return answer(
            accepted=await self._requests.control.start(
                StartWish(
                    tag=Tag(payload["idTag"]),
                    connector_id=payload.get("connectorId"),
                    profile=read,
                )
            )
        )

    async def remote_stop(self, payload: Json) -> Json:
        """Stop a session (5.12)."""
        if not self._is_accepted:
            return answer(accepted=False)
        return answer(
            accepted=await self._requests.control.stop(str(payload["transactionId"]))
        )

    def reserve_now(self, payload: Json) -> Json:
        """Reserve a connector (5.13)."""
        if (expires := time_of(payload, "expiryDate")) is None:
            # One that never ends would keep the connector for ever.
            return {"status": "Rejected"}
        status = self._requests.control.reserve(
            Reservation(
                id=payload["reservationId"],
                connector_id=payload["connectorId"],
                tag=Tag(payload["idTag"]),
                expires=expires,
                parent=payload.get("parentIdTag"),
            )
        )
        return {"status": status.capitalize()}

    def cancel_reservation(self, payload: Json) -> Json:
        """Cancel a reservation (5.1)."""
        return answer(
            accepted=self._requests.control.cancel_reservation(payload["reservationId"])
        )

    async def data_transfer(self, payload: Json) -> Json:
        """Pass a vendor's message on to the charge point (5.6)."""
        told = await self._requests.data_transfers.to_charge_point(
            payload["vendorId"], payload.get("messageId"), payload.get("data")
        )
        status = pascal(told.status)
        if isinstance(told.data, str):
            return {"status": status, "data": told.data}
        return {"status": status}
