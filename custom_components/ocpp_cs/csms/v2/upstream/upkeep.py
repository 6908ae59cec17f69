"""What an upstream asks about the station itself, and what is not for it at all."""

from collections.abc import Mapping
from typing import Any, Final

from ...model.model import utcnow
from ...schema.spelling import pascal, snake
from ...upstream.asked.calls import Json, UpstreamHandler, time_of
from ...upstream.asked.requests import Requests
from ...upstream.asked.wishes import WishKind
from ...upstream.speech import Call
from .answers import status
from .values import meter_values
from .variables import VirtualVariables

_REFUSED: Final[Mapping[str, Json]] = {
    # Of the owner's network, certificates and display.
    "CertificateSigned": status("Rejected", "NotEnabled"),
    "CustomerInformation": status("Rejected", "NotEnabled"),
    "DeleteCertificate": {"status": "NotFound"},
    "GetInstalledCertificateIds": {"status": "NotFound"},
    "InstallCertificate": status("Rejected", "NotEnabled"),
    "PublishFirmware": status("Rejected", "NotEnabled"),
    "SetNetworkProfile": status("Rejected", "NotEnabled"),
    "UnpublishFirmware": {"status": "NoFirmware"},
    "ClearDisplayMessage": {"status": "Unknown"},
    "GetDisplayMessages": {"status": "Unknown"},
    "SetDisplayMessage": status("Rejected", "NotEnabled"),
    # Nothing is monitored for it.
    "GetMonitoringReport": {"status": "EmptyResultSet"},
    "SetMonitoringBase": {"status": "NotSupported"},
    "SetMonitoringLevel": status("Rejected", "NotEnabled"),
    # What an upstream bills is its own business: the costs here are those of the house.
    "CostUpdated": {},
}
"""Action -> the answer, whatever it is about."""

FIRMWARE_REQUEST: Final = "firmware_request"
LOG_REQUEST: Final = "log_request"
"""Where the id of the last UpdateFirmware, or GetLog, is kept."""


class Upkeep:
    """Answers what an upstream asks about the station."""

    def __init__(self, requests: Requests, variables: VirtualVariables) -> None:
        """Answer by `requests`."""
        self._requests = requests
        self._variables = variables
        self._wish = requests.wishes.wish

    def _knows(self, evse_id: int) -> bool:
        return evse_id in self._requests.charge_point.connector_numbers

    # What only the owner decides.

    def reset(self, payload: Json) -> Json:
        """Ask the owner for a restart (B11, B12)."""
        evse_id = payload.get("evseId")
        if evse_id and not self._knows(evse_id):
            return status("Rejected", "UnknownEvse")
        kind = "soft" if payload["type"] == "OnIdle" else "hard"
        self._wish(WishKind.RESET, type=kind)
        return status("Rejected", "NotEnabled")

    def unlock(self, payload: Json) -> Json:
        """Ask the owner to unlock a plug (F05)."""
        evse_id = payload["evseId"]
        if not self._knows(evse_id):
            # F05.FR.03.
            return {"status": "UnknownConnector"}
        self._wish(WishKind.UNLOCK, connector_id=evse_id)
        return status("UnlockFailed", "NotEnabled")

    def change_availability(self, payload: Json) -> Json:
        """Ask the owner to put something out of service (G03, G04)."""
        evse_id = (payload.get("evse") or {}).get("id", 0)
        if evse_id and not self._knows(evse_id):
            return status("Rejected", "UnknownEvse")
        kind = snake(payload["operationalStatus"])
        available = self._requests.charge_point.connector(evse_id).available
        if available is not None and available is (kind == "operative"):
            # It is so already (G03.FR.01, G04.FR.01).
            return {"status": "Accepted"}
        self._wish(WishKind.AVAILABILITY, connector_id=evse_id, type=kind)
        return status("Rejected", "NotEnabled")

    def update_firmware(self, payload: Json) -> Json:
        """Ask the owner for another firmware (L01)."""
        firmware = payload["firmware"]
        self._wish(
            WishKind.FIRMWARE,
            location=firmware["location"],
            retrieve_date=time_of(firmware, "retrieveDateTime"),
            install_date=time_of(firmware, "installDateTime"),
            signing_certificate=firmware.get("signingCertificate"),
            signature=firmware.get("signature"),
            retries=payload.get("retries"),
            retry_interval=payload.get("retryInterval"),
        )
        self._requests.memory.put(FIRMWARE_REQUEST, payload["requestId"])
        return status("Rejected", "NotEnabled")

    def get_log(self, payload: Json) -> Json:
        """Ask the owner for a log (N01)."""
        log = payload["log"]
        self._wish(
            WishKind.DIAGNOSTICS,
            location=log["remoteLocation"],
            log_type=snake(payload["logType"]),
            start_time=time_of(log, "oldestTimestamp"),
            stop_time=time_of(log, "latestTimestamp"),
            retries=payload.get("retries"),
            retry_interval=payload.get("retryInterval"),
        )
        self._requests.memory.put(LOG_REQUEST, payload["requestId"])
        return status("Rejected", "NotEnabled")

    # Messages that are asked for.

    def trigger_message(self, payload: Json) -> Json:
        """Send a message that is asked for (F06)."""
        message = payload["requestedMessage"]
        evse = payload.get("evse") or {}
        evse_id = evse.get("id") or None
        if evse_id is not None and not self._knows(evse_id):
            return status("Rejected", "UnknownEvse")
        match message:
            case "BootNotification" if self._is_accepted():
                # F06.FR.17.
                return {"status": "Rejected"}
            case "StatusNotification" if evse_id is None or "connectorId" not in evse:
                # F06.FR.12.
                return {"status": "Rejected"}
            case "MeterValues":
                return self._meter_values(evse_id)
        if self._requests.trigger(snake(message), evse_id):
            return {"status": "Accepted"}
        if message == "TransactionEvent":
            # None runs.
            return {"status": "Rejected"}
        return {"status": "NotImplemented"}

    def _is_accepted(self) -> bool:
        return isinstance(self._requests.memory.get("booted"), int)

    def _meter_values(self, evse_id: int | None) -> Json:
        """Send what the meters show (F06.FR.06)."""
        charge_point = self._requests.charge_point
        wanted = self._variables.sampling.aligned_measurands
        calls: list[Call] = []
        for number in charge_point.connector_numbers:
            if evse_id not in {None, number} or not self._requests.may_measure(number):
                continue
            measured = charge_point.connectors[number].measurements
            call = meter_values(number, utcnow(), measured, wanted, "Trigger")
            if call is not None:
                calls.append(call)
        if not calls:
            return {"status": "Rejected"}
        return {"status": "Accepted" if self._requests.send(calls) else "Rejected"}

    # Others.

    async def data_transfer(self, payload: Json) -> Json:
        """Pass a message of another kind on (P01)."""
        answer = await self._requests.data_transfers.to_charge_point(
            payload["vendorId"], payload.get("messageId"), payload.get("data")
        )
        result: dict[str, Any] = {"status": pascal(answer.status)}
        if answer.data is not None:
            result["data"] = answer.data
        return result

    def set_variable_monitoring(self, payload: Json) -> Json:
        """Refuse to monitor variables (N04)."""
        return {
            "setMonitoringResult": [
                {
                    "status": "Rejected",
                    "type": one["type"],
                    "severity": one["severity"],
                    "component": one["component"],
                    "variable": one["variable"],
                }
                for one in payload["setMonitoringData"]
            ]
        }

    def clear_variable_monitoring(self, payload: Json) -> Json:
        """Tell that there is no such monitor (N06)."""
        return {
            "clearMonitoringResult": [
                {"status": "NotFound", "id": one} for one in payload["id"]
            ]
        }


def _always(answer: Json) -> UpstreamHandler:
    return lambda payload: answer


def handlers(
    requests: Requests, variables: VirtualVariables
) -> Mapping[str, UpstreamHandler]:
    """Return the handlers by action."""
    part = Upkeep(requests, variables)
    return {
        **{action: _always(answer) for action, answer in _REFUSED.items()},
        "ChangeAvailability": part.change_availability,
        "ClearVariableMonitoring": part.clear_variable_monitoring,
        "DataTransfer": part.data_transfer,
        "GetLog": part.get_log,
        "Reset": part.reset,
        "SetVariableMonitoring": part.set_variable_monitoring,
        "TriggerMessage": part.trigger_message,
        "UnlockConnector": part.unlock,
        "UpdateFirmware": part.update_firmware,
    }
