"""Starts, stops and reservations that an upstream asks for (F01 to F03, E14, H01, H02)."""

from collections.abc import Mapping
from typing import Any

from ...model.errors import InvalidRequestError
from ...model.model import utcnow
from ...model.profile import ChargingProfile
from ...schema.spelling import pascal
from ...upstream.asked.calls import Json, UpstreamHandler, time_of
from ...upstream.asked.control import StartWish
from ...upstream.asked.requests import Requests
from ...upstream.asked.reservations import Reservation
from ..spelling import profile_from_ocpp, tag_of
from .answers import accepted, status
from .charging import checked


class Control:
    """Answers what an upstream asks about sessions and reservations."""

    def __init__(self, requests: Requests) -> None:
        """Answer by `requests`."""
        self._requests = requests
        self._control = requests.control

    def _is_pending(self) -> bool:
        """Return whether the upstream has not accepted the station (B02.FR.05)."""
        return not isinstance(self._requests.memory.get("booted"), int)

    def _knows(self, evse_id: int | None) -> bool:
        return evse_id in {None, *self._requests.charge_point.connector_numbers}

    async def start(self, payload: Json) -> Json:
        """Start a session (F01, F02)."""
        evse_id = payload.get("evseId")
        if self._is_pending():
            return status("Rejected", "NotEnabled")
        if not self._knows(evse_id):
            return status("Rejected", "UnknownEvse")
        profile: ChargingProfile | None = None
        if (told := payload.get("chargingProfile")) is not None:
            try:
                profile = checked(
                    self._requests, profile_from_ocpp(told), evse_id or 0, of_start=True
                )
            except InvalidRequestError as err:
                # F01.FR.26.
                return status("Rejected", "InvalidProfile", str(err))
        return accepted(
            await self._control.start(
                StartWish(
                    tag=tag_of(payload["idToken"]),
                    connector_id=evse_id,
                    profile=profile,
                    remote_start_id=payload["remoteStartId"],
                )
            )
        )

    async def stop(self, payload: Json) -> Json:
        """Stop a session (F03)."""
        if self._is_pending():
            return status("Rejected", "NotEnabled")
        return accepted(await self._control.stop(payload["transactionId"]))

    def session_status(self, payload: Json) -> Json:
        """Tell whether a session runs, and whether messages about it wait (E14)."""
        told_id = payload.get("transactionId")
        ongoing, waiting = self._control.session_status(told_id)
        answer: dict[str, Any] = {"messagesInQueue": waiting}
        if told_id is not None:
            # E14.FR.01: one that is not known does not run.
            answer["ongoingIndicator"] = bool(ongoing)
        return answer

    def reserve(self, payload: Json) -> Json:
        """Reserve an EVSE, or any (H01)."""
        expires = time_of(payload, "expiryDateTime")
        evse_id = payload.get("evseId")
        if not self._knows(evse_id):
            return status("Rejected", "UnknownEvse")
        if expires is None or expires <= utcnow():
            return status("Rejected", "InvalidValue")
        group = payload.get("groupIdToken")
        word = self._control.reserve(
            Reservation(
                id=payload["id"],
                connector_id=evse_id or 0,
                tag=tag_of(payload["idToken"]),
                expires=expires,
                parent=None if group is None else group["idToken"],
            )
        )
        return {"status": pascal(word)}

    def cancel(self, payload: Json) -> Json:
        """Cancel a reservation (H02)."""
        return accepted(self._control.cancel_reservation(payload["reservationId"]))


def handlers(requests: Requests) -> Mapping[str, UpstreamHandler]:
    """Return the handlers by action."""
    part = Control(requests)
    return {
        "CancelReservation": part.cancel,
        "GetTransactionStatus": part.session_status,
        "RequestStartTransaction": part.start,
        "RequestStopTransaction": part.stop,
        "ReserveNow": part.reserve,
    }
