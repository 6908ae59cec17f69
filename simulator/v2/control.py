"""What the CSMS lets the station do: starts, resets, availability (2.0.1, B, F, G, H)."""

from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from simulator.structures import Payload

from .evse import Evse, Plug, Reservation
from .profiles import TX
from .tokens import Authorized, Token

if TYPE_CHECKING:
    from .station import ChargingStation, Handler

TRIGGERS = frozenset(
    {
        "BootNotification",
        "FirmwareStatusNotification",
        "Heartbeat",
        "LogStatusNotification",
        "MeterValues",
        "SignChargingStationCertificate",
        "StatusNotification",
        "TransactionEvent",
    }
)


class Control:
    """The messages that let the station do something."""

    def __init__(self, station: ChargingStation) -> None:
        self._station = station
        self.scheduled: list[tuple[int | None, str]] = []
        """The resets that wait for the end of transactions: EVSE, boot reason."""
        self.handlers: dict[str, Handler] = {
            "CancelReservation": self._cancel_reservation,
            "ChangeAvailability": self._change_availability,
            "DataTransfer": self._data_transfer,
            "RequestStartTransaction": self._start,
            "RequestStopTransaction": self._stop,
            "ReserveNow": self._reserve_now,
            "Reset": self._reset,
            "TriggerMessage": self._trigger_message,
            "UnlockConnector": self._unlock,
        }

    # Starts and stops

    def _start(self, payload: Payload) -> Payload:
        station = self._station
        token = Token.of(payload["idToken"])
        group_told = payload.get("groupIdToken")
        group = None if group_told is None else Token.of(group_told)
        evse_id, profile = payload.get("evseId"), payload.get("chargingProfile")
        if evse_id is None:
            candidates = station.evses
        elif (named := station.evse(evse_id)) is not None:
            candidates = [named]
        else:
            return {"status": "Rejected"}
        usable = [one for one in candidates if self._startable(one, token, group)]
        if not usable:
            return {"status": "Rejected"}
        target = max(usable, key=lambda one: one.plugged)
        if profile is not None:
            if profile["chargingProfilePurpose"] != TX or "transactionId" in profile:
                return {"status": "Rejected"}
            trial = profile | {
                "transactionId": target.transaction_id,
            }
            if station.charging.problem_of(target.number, trial) is not None:
                return {"status": "Rejected"}
            station.charging.install(target.number, dict(profile))
        authorized = Authorized(
            token=token,
            group=group,
            trigger="RemoteStart",
            remote_start_id=payload["remoteStartId"],
        )
        station.after(lambda: self._start_remotely(target, authorized))
        answer: Payload = {"status": "Accepted"}
        if target.transaction is not None:
            # F02.FR.01: it runs already, for the cable.
            target.transaction.remote_start_id = payload["remoteStartId"]
            answer["transactionId"] = target.transaction.id
            station.charging.profiles.begin_transaction(
                target.number, target.transaction.id
            )
        return answer

    def _startable(self, evse: Evse, token: Token, group: Token | None) -> bool:
        if evse.authorized is not None or not self._station.may_use(evse, token, group):
            return False
        return evse.transaction is None or not evse.transaction.stopped_reason

    def _start_remotely(self, evse: Evse, authorized: Authorized) -> None:
        station = self._station
        if station.model.boolean("AuthCtrlr", "AuthorizeRemoteStart") and (
            authorized.token.kind not in ("Central", "NoAuthorization")
        ):
            station.spawn(self._authorize_and_start(evse, authorized))
        else:
            station.transactions.authorize(evse, authorized)

    async def _authorize_and_start(self, evse: Evse, authorized: Authorized) -> None:
        info = await self._station.tokens.authorize(authorized.token)
        if info["status"] == "Accepted":
            self._station.transactions.authorize(evse, authorized)
        else:
            self._station.charging.profiles.end_transaction(evse.number)

    def _stop(self, payload: Payload) -> Payload:
        station = self._station
        evse = station.transactions.at(payload["transactionId"])
        if evse is None:
            return {"status": "Rejected"}
        station.after(
            partial(station.transactions.deauthorize, evse, "RemoteStop", "Remote")
        )
        return {"status": "Accepted"}

    # Restarts

    def _reset(self, payload: Payload) -> Payload:
        station, evse_id = self._station, payload.get("evseId")
        resumes = payload["type"] == "ImmediateAndResume" and station.version == "2.1"
        immediate = payload["type"] == "Immediate" or resumes
        if payload["type"] not in ("Immediate", "OnIdle") and not resumes:
            raise ValueError(f"type is {payload['type']}")
        if resumes and not station.resumption.timeout:
            # B13.FR.01
            return {"status": "Rejected"}
        if evse_id is None:
            concerned = station.evses
        else:
            evse = station.evse(evse_id)
            allowed = station.model.find(("evse", "", evse_id, None, "allowreset", ""))
            if evse is None or allowed is None or allowed.value != "true":
                return {"status": "Rejected"}
            concerned = [evse]
        busy = any(one.transaction is not None for one in concerned)
        if busy and not immediate:
            self.scheduled.append((evse_id, "ScheduledReset"))
            return {"status": "Scheduled"}
        reason = "RemoteReset"
        if resumes:
            station.after(lambda: station.spawn(station.reboot(reason, resumes=True)))
        else:
            station.after(lambda: self._begin_reset(evse_id, reason))
        return {"status": "Accepted"}

    def transaction_ended(self) -> None:
        """Do what was put off until the end of transactions."""
        station = self._station
        waiting, self.scheduled = self.scheduled, []
        for evse_id, reason in waiting:
            concerned = (
                station.evses if evse_id is None else [station.evses[evse_id - 1]]
            )
            if any(one.transaction is not None for one in concerned):
                self.scheduled.append((evse_id, reason))
            else:
                self._begin_reset(evse_id, reason)

    def _begin_reset(self, evse_id: int | None, reason: str) -> None:
        station = self._station
        if evse_id is None:
            station.spawn(station.reboot(reason))
        else:
            station.spawn(self._reset_evse(station.evses[evse_id - 1]))

    async def _reset_evse(self, evse: Evse) -> None:
        """Restart one EVSE (B12.FR.07): the station stays as it is."""
        station = self._station
        station.transactions.end(evse, "ResetCommand", "ImmediateReset")
        evse.resetting = True
        evse.update()
        await station.clock.sleep(station.reboot_seconds)
        evse.resetting = False
        evse.update()

    # Availability

    def _change_availability(self, payload: Payload) -> Payload:
        station = self._station
        operative = payload["operationalStatus"] == "Operative"
        if not operative and payload["operationalStatus"] != "Inoperative":
            raise ValueError(f"operationalStatus is {payload['operationalStatus']}")
        named = payload.get("evse")
        plugs: list[tuple[Evse, Plug]]
        if named is None:
            plugs = [(one, plug) for one in station.evses for plug in one.plugs]
        else:
            evse = station.evse(named["id"])
            number = named.get("connectorId")
            if evse is None or not 1 <= (number or 1) <= len(evse.plugs):
                return {"status": "Rejected"}
            chosen = evse.plugs if number is None else [evse.plug(number)]
            plugs = [(evse, plug) for plug in chosen]
        scheduled = False
        for evse, plug in plugs:
            plug.going_unavailable = False
            if operative:
                plug.available = True
            elif evse.transaction is not None:
                plug.going_unavailable = scheduled = True
            else:
                plug.available = False
        station.after(station.update_all)
        return {"status": "Scheduled" if scheduled else "Accepted"}

    def _unlock(self, payload: Payload) -> Payload:
        evse = self._station.evse(payload["evseId"])
        number = payload["connectorId"]
        if evse is None or not 1 <= number <= len(evse.plugs):
            return {"status": "UnknownConnector"}
        if evse.transaction is not None and evse.authorized is not None:
            return {"status": "OngoingAuthorizedTransaction"}
        return {"status": "Unlocked"}

    # Triggers

    def _trigger_message(self, payload: Payload) -> Payload:
        station, wanted = self._station, payload["requestedMessage"]
        if wanted not in TRIGGERS:
            return {"status": "NotImplemented"}
        named = payload.get("evse") or {}
        chosen = station.evses
        plug: int | None = named.get("connectorId")
        if named and named["id"] != 0:
            evse = station.evse(named["id"])
            if evse is None or not 1 <= (plug or 1) <= len(evse.plugs):
                return {"status": "Rejected"}
            chosen = [evse]
        if wanted == "BootNotification" and station.boot_status == "Accepted":
            # F06.FR.17
            return {"status": "Rejected"}
        if wanted == "StatusNotification" and named and plug is None:
            # F06.FR.12, 13: it is that of a connector.
            return {"status": "Rejected"}
        if wanted == "TransactionEvent" and not any(one.transaction for one in chosen):
            return {"status": "Rejected"}
        station.after(lambda: self._trigger(wanted, chosen, named, plug))
        return {"status": "Accepted"}

    def _trigger(
        self, wanted: str, chosen: list[Evse], named: Payload, plug: int | None
    ) -> None:
        station = self._station
        match wanted:
            case "BootNotification":
                station.boot_again()
            case "Heartbeat":
                station.reply("Heartbeat", {})
            case "StatusNotification":
                for evse in chosen:
                    for one in evse.plugs:
                        if plug in (None, one.number):
                            station.report_status(evse, one, asked=True)
            case "MeterValues":
                names = station.model.names("AlignedDataCtrlr", "Measurands")
                if named.get("id") == 0:
                    chosen = [station.main]
                for evse in chosen:
                    station.transactions.idle_values(evse, names, "Trigger")
            case "TransactionEvent":
                for evse in chosen:
                    if evse.transaction is not None:
                        station.transactions.trigger(evse)
            case "LogStatusNotification":
                station.reply(wanted, station.upkeep.log_status())
            case "FirmwareStatusNotification":
                station.reply(wanted, station.upkeep.firmware_status())
            case "SignChargingStationCertificate":
                station.security.sign_soon()

    def _data_transfer(self, payload: Payload) -> Payload:
        if not payload["vendorId"]:
            raise ValueError("no vendorId")
        return {"status": "UnknownVendorId"}

    # Reservations

    def _reserve_now(self, payload: Payload) -> Payload:
        station = self._station
        evse_id, number = payload.get("evseId"), payload["id"]
        if station.faults.reservations_rejected or not station.model.boolean(
            "ReservationCtrlr", "Enabled"
        ):
            return {"status": "Rejected"}
        if evse_id is None:
            if not station.model.boolean("ReservationCtrlr", "NonEvseSpecific"):
                return {"status": "Rejected"}
            candidates = station.evses
        elif (named := station.evse(evse_id)) is not None:
            candidates = [named]
        else:
            return {"status": "Rejected"}
        ours = [one for one in candidates if one.reserved and one.reserved.id == number]
        free = [one for one in candidates if one.status == "Available"]
        if not ours and not free:
            states = {one.status for one in candidates}
            for state in ("Faulted", "Unavailable"):
                if states == {state}:
                    return {"status": state}
            return {"status": "Occupied"}
        expiry = datetime.fromisoformat(payload["expiryDateTime"])
        seconds = (expiry - station.clock.now()).total_seconds()
        if seconds <= 0:
            return {"status": "Rejected"}
        group = payload.get("groupIdToken")
        reservation = Reservation(
            id=number,
            token=Token.of(payload["idToken"]),
            group=None if group is None else Token.of(group),
        )
        target = (ours or free)[0]
        station.after(lambda: self._reserve(target, reservation, seconds))
        return {"status": "Accepted"}

    def _reserve(self, target: Evse, reservation: Reservation, seconds: float) -> None:
        for other in self._station.evses:
            if other is not target and (
                other.reserved is not None and other.reserved.id == reservation.id
            ):
                self._release(other)
        target.reserved = reservation
        # The expiry is a time of the wall clock, which does not run faster.
        target.reservation_expiry.start(seconds * self._station.clock.factor)
        target.update()

    def _release(self, evse: Evse) -> None:
        evse.reserved = None
        evse.reservation_expiry.stop()
        evse.update()

    def reservation_expired(self, evse: Evse) -> None:
        """Tell that a reservation was not used in time (H04)."""
        if evse.reserved is not None:
            self._tell_reservation(evse.reserved.id, "Expired")
        self._release(evse)

    def unusable(self, evse: Evse) -> None:
        """Tell that a reservation cannot be kept (H01.FR.15)."""
        if evse.reserved is not None:
            self._tell_reservation(evse.reserved.id, "Removed")
            evse.reserved = None
            evse.reservation_expiry.stop()

    def _tell_reservation(self, number: int, status: str) -> None:
        self._station.queue(
            "ReservationStatusUpdate",
            {"reservationId": number, "reservationUpdateStatus": status},
        )

    def _cancel_reservation(self, payload: Payload) -> Payload:
        for evse in self._station.evses:
            if evse.reserved is not None and (
                evse.reserved.id == payload["reservationId"]
            ):
                self._station.after(partial(self._release, evse))
                return {"status": "Accepted"}
        return {"status": "Rejected"}
